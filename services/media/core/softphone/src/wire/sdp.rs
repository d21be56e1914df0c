//! Session descriptions (RFC 8866, RFC 3264) of one PCMU stream with telephone events.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use super::rtp::PCMU;

/// The payload type that we offer for telephone events.
const EVENTS_OFFERED: u8 = 101;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    SendReceive,
    SendOnly,
    ReceiveOnly,
    Inactive,
}

impl Direction {
    pub fn name(self) -> &'static str {
        match self {
            Self::SendReceive => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// What we answer to a peer's direction.
    pub fn mirrored(self) -> Self {
        match self {
            Self::SendOnly => Self::ReceiveOnly,
            Self::ReceiveOnly => Self::SendOnly,
            same => same,
        }
    }

    /// The side with this direction takes sound.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendReceive | Self::ReceiveOnly)
    }
}

/// What the peer told about its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub address: SocketAddr,
    /// The payload type of telephone events, when the peer takes them.
    pub events: Option<u8>,
    pub direction: Direction,
}

/// Our own description.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    pub address: SocketAddr,
    pub session: u64,
    pub version: u32,
    pub events: u8,
    pub direction: Direction,
}

impl Own {
    pub fn new(address: SocketAddr, session: u64) -> Self {
        let direction = Direction::SendReceive;
        Self {
            address,
            session: session >> 2,
            version: 0,
            events: EVENTS_OFFERED,
            direction,
        }
    }

    pub fn text(&self) -> String {
        let ip = self.address.ip();
        let mut text = format!(
            "v=0\r\no=- {} {} IN IP4 {ip}\r\n",
            self.session, self.version
        );
        let _ = write!(text, "s=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n");
        let (port, events) = (self.address.port(), self.events);
        let _ = write!(
            text,
            "m=audio {port} RTP/AVP 0 {events}\r\na=rtpmap:0 PCMU/8000\r\n"
        );
        let _ = write!(
            text,
            "a=rtpmap:{events} telephone-event/8000\r\na=fmtp:{events} 0-15\r\n"
        );
        let _ = write!(text, "a=ptime:20\r\na={}\r\n", self.direction.name());
        text
    }
}

/// Reads the first audio stream; the error says what we cannot take.
pub fn parse(text: &str) -> Result<Described, &'static str> {
    let mut host: Option<IpAddr> = None;
    let mut port = None;
    let mut events = None;
    let mut direction = Direction::SendReceive;
    for line in text.lines() {
        let Some((kind, value)) = line.trim_end().split_once('=') else {
            continue;
        };
        match kind {
            // The stream's own connection line follows its m= line and replaces the session's.
            "c" => {
                host = value
                    .split_whitespace()
                    .nth(2)
                    .and_then(|ip| ip.parse().ok());
            }
            "m" if port.is_some() => break,
            "m" => port = audio_port(value)?,
            "a" => match value {
                "sendrecv" => direction = Direction::SendReceive,
                "sendonly" => direction = Direction::SendOnly,
                "recvonly" => direction = Direction::ReceiveOnly,
                "inactive" => direction = Direction::Inactive,
                _ => events = events.or_else(|| events_type(value)),
            },
            _ => {}
        }
    }
    let port = port.ok_or("description has no audio stream")?;
    let host = host.ok_or("description has no IP address")?;
    Ok(Described {
        address: SocketAddr::new(host, port),
        events,
        direction,
    })
}

fn audio_port(value: &str) -> Result<Option<u16>, &'static str> {
    let mut words = value.split_whitespace();
    if words.next() != Some("audio") {
        return Ok(None);
    }
    let port = words
        .next()
        .and_then(|port| port.parse().ok())
        .ok_or("audio port is no number")?;
    let mut formats = words.skip(1);
    if !formats.any(|format| format.parse() == Ok(PCMU)) {
        return Err("peer does not take PCMU");
    }
    Ok(Some(port))
}

fn events_type(attribute: &str) -> Option<u8> {
    let (kind, codec) = attribute.strip_prefix("rtpmap:")?.split_once(' ')?;
    codec
        .to_ascii_lowercase()
        .starts_with("telephone-event/8000")
        .then_some(())?;
    kind.parse().ok().filter(|kind| *kind < 128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_description_is_read_back() {
        let mut own = Own::new("127.0.0.1:40000".parse().unwrap(), 99);
        own.direction = Direction::SendOnly;
        let read = parse(&own.text()).unwrap();
        assert_eq!(read.address, own.address);
        assert_eq!(read.events, Some(101));
        assert_eq!(read.direction, Direction::SendOnly);
    }

    #[test]
    fn the_streams_address_beats_the_sessions_and_later_streams_are_left_alone() {
        let text =
            "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 8 0 96\r\nc=IN IP4 10.0.0.2\r\n\
            a=rtpmap:96 Telephone-Event/8000\r\nm=video 5000 RTP/AVP 99\r\na=inactive\r\n";
        let read = parse(text).unwrap();
        assert_eq!(read.address, "10.0.0.2:4000".parse().unwrap());
        assert_eq!(read.events, Some(96));
        assert_eq!(read.direction, Direction::SendReceive);
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        assert_eq!(parse("").unwrap_err(), "description has no audio stream");
        assert_eq!(
            parse("c=IN IP4 h\r\nm=audio 1 RTP/AVP 0\r\n").unwrap_err(),
            "description has no IP address"
        );
        assert_eq!(
            parse("m=audio 4000 RTP/AVP 8\r\n").unwrap_err(),
            "peer does not take PCMU"
        );
        assert_eq!(
            parse("m=audio x RTP/AVP 0\r\n").unwrap_err(),
            "audio port is no number"
        );
    }
}
