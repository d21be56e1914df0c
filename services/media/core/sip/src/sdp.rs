//! Session descriptions (RFC 8866) as far as a G.711 telephone call needs them, and offer and answer (RFC 3264).

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Bytes of a description.
pub const SDP_BYTES_MAX: usize = 4096;
/// Media lines of a description.
pub const MEDIA_MAX: usize = 8;

/// A speech codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Pcmu,
    Pcma,
}

impl Codec {
    /// The static payload type (RFC 3551, 6).
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

/// Which way sound may flow, seen from whoever wrote the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn token(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    fn of(token: &str) -> Option<Self> {
        [
            Self::SendRecv,
            Self::SendOnly,
            Self::RecvOnly,
            Self::Inactive,
        ]
        .into_iter()
        .find(|direction| direction.token() == token)
    }

    /// What the answer says to it (RFC 3264, 6.1).
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            other => other,
        }
    }

    /// Whether whoever wrote it takes sound.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// Whether whoever wrote it gives sound.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }
}

/// The one stream of speech of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audio {
    /// Where it takes sound, and the only source that sound is taken from.
    pub address: SocketAddrV4,
    pub codec: Codec,
    /// The payload type of telephone events (RFC 4733), when it knows them.
    pub events: Option<u8>,
    pub direction: Direction,
}

/// A description of the other side with at least one stream that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub audio: Audio,
    audio_line: usize,
    media: Vec<String>,
}

/// Why a description is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// 400: it is not SDP.
    Malformed(&'static str),
    /// 488: no stream that we can take.
    NotAcceptable(&'static str),
}

/// Our end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    pub address: SocketAddrV4,
    /// `o=` session id, and its version, which rises with each change.
    pub session: u64,
    pub version: u64,
}

#[derive(Debug, Default)]
struct Media<'a> {
    line: &'a str,
    connection: Option<&'a str>,
    rtpmaps: Vec<(u8, &'a str)>,
    direction: Option<Direction>,
    ptime: Option<&'a str>,
}

/// Reads an offer or an answer.
pub fn parse(body: &[u8]) -> Result<Session, Unusable> {
    if body.len() > SDP_BYTES_MAX {
        return Err(Unusable::Malformed("too long"));
    }
    let text = std::str::from_utf8(body).map_err(|_| Unusable::Malformed("not UTF-8"))?;
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    if lines.next() != Some("v=0") {
        return Err(Unusable::Malformed("no version"));
    }
    let (mut connection, mut direction, mut origins) = (None, None, 0);
    let mut media: Vec<Media<'_>> = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let (kind, value) = line
            .split_once('=')
            .ok_or(Unusable::Malformed("line without ="))?;
        if value.chars().any(char::is_control) {
            return Err(Unusable::Malformed("control character"));
        }
        let full = media.len() == MEDIA_MAX;
        match (kind, media.last_mut()) {
            ("m", _) if full => return Err(Unusable::Malformed("too many streams")),
            ("m", _) => media.push(Media {
                line: value,
                ..Media::default()
            }),
            ("c", None) => connection = Some(value),
            ("c", Some(last)) => last.connection = Some(value),
            ("a", None) => direction = Direction::of(value).or(direction),
            ("a", Some(last)) => attribute(last, value)?,
            ("o", None) => origins += 1,
            (kind, _) if kind.len() == 1 && kind.is_ascii() => {}
            _ => return Err(Unusable::Malformed("unknown line")),
        }
    }
    if origins != 1 {
        return Err(Unusable::Malformed("not one origin"));
    }
    choose(&media, connection, direction)
}

fn attribute<'a>(media: &mut Media<'a>, value: &'a str) -> Result<(), Unusable> {
    if let Some(direction) = Direction::of(value) {
        media.direction = Some(direction);
    } else if let Some(map) = value.strip_prefix("rtpmap:") {
        let bad = Unusable::Malformed("bad rtpmap");
        let (payload_type, encoding) = map.split_once(' ').ok_or(bad)?;
        media
            .rtpmaps
            .push((payload_type.parse().map_err(|_| bad)?, encoding.trim()));
    } else if let Some(ptime) = value.strip_prefix("ptime:") {
        media.ptime = Some(ptime.trim());
    }
    Ok(())
}

fn choose(
    media: &[Media<'_>],
    connection: Option<&str>,
    direction: Option<Direction>,
) -> Result<Session, Unusable> {
    let mut fault = Unusable::NotAcceptable("no stream");
    for (audio_line, candidate) in media.iter().enumerate() {
        match stream(candidate, connection, direction) {
            Ok(audio) => {
                let media = media.iter().map(|media| media.line.to_owned()).collect();
                return Ok(Session {
                    audio,
                    audio_line,
                    media,
                });
            }
            Err(Unusable::Malformed(what)) => return Err(Unusable::Malformed(what)),
            Err(other) => fault = other,
        }
    }
    Err(fault)
}

fn stream(
    media: &Media<'_>,
    connection: Option<&str>,
    direction: Option<Direction>,
) -> Result<Audio, Unusable> {
    let mut words = media.line.split(' ');
    let (kind, port, profile) = (words.next(), words.next(), words.next());
    let (Some(kind), Some(port), Some(profile)) = (kind, port, profile) else {
        return Err(Unusable::Malformed("bad stream line"));
    };
    let port: u16 = port.parse().map_err(|_| Unusable::Malformed("bad port"))?;
    if kind != "audio" || profile != "RTP/AVP" || port == 0 {
        return Err(Unusable::NotAcceptable("no plain audio stream"));
    }
    let formats: Vec<u8> = words
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Unusable::Malformed("bad payload type"))?;
    let codec = formats
        .iter()
        .find_map(|format| codec_of(media, *format))
        .ok_or(Unusable::NotAcceptable("no known codec"))?;
    if media.ptime.is_some_and(|ptime| ptime != "20") {
        return Err(Unusable::NotAcceptable("frames are 20 ms"));
    }
    let host = host(media.connection.or(connection))?;
    // RFC 3264, 8.4: the old way to hold was the address 0.0.0.0.
    let direction = if host.is_unspecified() {
        Direction::Inactive
    } else {
        media.direction.or(direction).unwrap_or(Direction::SendRecv)
    };
    if port < 1024 || host.is_multicast() || host.is_broadcast() {
        return Err(Unusable::NotAcceptable("address that is no phone's"));
    }
    Ok(Audio {
        address: SocketAddrV4::new(host, port),
        codec,
        events: formats.iter().copied().find(|format| {
            encoding(media, *format).is_some_and(|name| is_encoding(name, "telephone-event"))
        }),
        direction,
    })
}

fn encoding<'a>(media: &Media<'a>, format: u8) -> Option<&'a str> {
    let mut maps = media.rtpmaps.iter();
    maps.find(|(payload_type, _)| *payload_type == format)
        .map(|(_, name)| *name)
}

fn is_encoding(name: &str, wanted: &str) -> bool {
    let mut parts = name.split('/');
    parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        && parts.next() == Some("8000")
        && parts.next().is_none_or(|channels| channels == "1")
}

/// The codec of a static payload type, unless a map gives the number another meaning.
fn codec_of(media: &Media<'_>, format: u8) -> Option<Codec> {
    [Codec::Pcmu, Codec::Pcma]
        .into_iter()
        .filter(|codec| codec.payload_type() == format)
        .find(|codec| encoding(media, format).is_none_or(|name| is_encoding(name, codec.name())))
}

fn host(connection: Option<&str>) -> Result<Ipv4Addr, Unusable> {
    let connection = connection.ok_or(Unusable::Malformed("no connection address"))?;
    let host = connection
        .strip_prefix("IN IP4 ")
        .ok_or(Unusable::NotAcceptable("no IPv4 address"))?;
    host.trim()
        .parse()
        .map_err(|_| Unusable::NotAcceptable("address that is no IPv4 address"))
}

/// An offer: both codecs, the preferred one first, and telephone events under 101.
pub fn offer(local: Local, preferred: Codec, direction: Direction) -> String {
    let other = match preferred {
        Codec::Pcmu => Codec::Pcma,
        Codec::Pcma => Codec::Pcmu,
    };
    let mut text = heading(local);
    stream_lines(&mut text, local, &[preferred, other], Some(101), direction);
    text
}

/// The answer to an offer: its one stream with one codec, every other stream refused.
pub fn answer(local: Local, offered: &Session) -> String {
    let mut text = heading(local);
    for (at, line) in offered.media.iter().enumerate() {
        if at == offered.audio_line {
            let audio = &offered.audio;
            stream_lines(
                &mut text,
                local,
                &[audio.codec],
                audio.events,
                audio.direction.mirrored(),
            );
        } else {
            refused_line(&mut text, line);
        }
    }
    text
}

fn heading(local: Local) -> String {
    let (host, session, version) = (local.address.ip(), local.session, local.version);
    format!("v=0\r\no=sasayaki {session} {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n")
}

fn stream_lines(
    text: &mut String,
    local: Local,
    codecs: &[Codec],
    events: Option<u8>,
    direction: Direction,
) {
    let _ = write!(text, "m=audio {} RTP/AVP", local.address.port());
    for format in codecs
        .iter()
        .map(|codec| codec.payload_type())
        .chain(events)
    {
        let _ = write!(text, " {format}");
    }
    text.push_str("\r\n");
    for codec in codecs {
        let format = codec.payload_type();
        let _ = write!(text, "a=rtpmap:{format} {}/8000\r\n", codec.name());
    }
    if let Some(format) = events {
        let _ = write!(
            text,
            "a=rtpmap:{format} telephone-event/8000\r\na=fmtp:{format} 0-15\r\n"
        );
    }
    let _ = write!(text, "a=ptime:20\r\na={}\r\n", direction.token());
}

/// RFC 3264, 6: a refused stream keeps its place, with port 0.
fn refused_line(text: &mut String, line: &str) {
    let mut words = line.split(' ');
    let kind = words.next().unwrap_or("audio");
    let rest: Vec<&str> = words.skip(1).collect();
    let _ = write!(text, "m={kind} 0 {}\r\n", rest.join(" "));
}
