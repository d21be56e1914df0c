//! One browser's connection: ICE, DTLS and SRTP on a socket of its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sound::rtp::{Packet, PACKET_MAX};
use sound::{Codec, Identity, Micros};
use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::crypto::CryptoProvider;
use str0m::media::{Direction, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpPacket;
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use super::tracks::{Codecs, Sent, Track};
use super::voice::{Unheard, Voice};
use super::{BadOffer, ConnectionId, Line};
use crate::announced::Announced;
use crate::media::{random_identity, LegId, PortLease};
use crate::metrics::Metrics;

/// How long nothing may come from a browser before it counts as lost: twice what browsers leave between two proofs that
/// they are there, also while they say nothing.
const QUIET_MAX: Duration = Duration::from_secs(6);

/// Makes connections that all show one certificate.
#[derive(Clone)]
pub struct Maker {
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
    announced: Announced,
    metrics: Arc<Metrics>,
}

/// Which of the two tracks a packet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Talk,
    Whisper,
}

/// A connection.
pub struct Connection {
    pub id: ConnectionId,
    pub port: PortLease,
    /// The leg whose line is turned to it.
    pub leg: Option<LegId>,
    /// When str0m wants to be asked again.
    pub due: Instant,
    rtc: Rtc,
    voice: Voice,
    talk: Track,
    whisper: Track,
    heard_at: Instant,
    lost: bool,
    over: bool,
    metrics: Arc<Metrics>,
}

/// What came of a datagram or of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Connected,
    Lost,
    Back,
}

/// Why a datagram was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It comes from an address that has not passed ICE, and proves nothing itself.
    Stranger,
    Malformed,
}

impl Maker {
    /// Draws the certificate of this run.
    pub fn new(announced: Announced, metrics: Arc<Metrics>) -> io::Result<Self> {
        let crypto = str0m::crypto::from_feature_flags();
        let certificate = crypto.dtls_provider.generate_certificate();
        let none = || io::Error::other("no certificate for browsers could be made");
        Ok(Self {
            certificate: certificate.ok_or_else(none)?,
            crypto: Arc::new(crypto),
            announced,
            metrics,
        })
    }

    /// A connection for an offer, and the answer to it.
    pub fn accept(
        &self,
        id: ConnectionId,
        port: PortLease,
        offer: &str,
    ) -> Result<(Connection, String), BadOffer> {
        let now = Instant::now();
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::clone(&self.crypto))
            .set_dtls_cert(self.certificate.clone())
            .set_fingerprint_verification(true)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_pcmu(true, false)
            .enable_pcma(true, false)
            .enable_opus(true, false)
            .set_rtp_mode(true)
            .build(now);
        let candidate =
            Candidate::host(port.address(), "udp").map_err(|_| BadOffer::Unusable("address"))?;
        rtc.add_local_candidate(candidate);
        let mids = sections(offer)?;
        let offer =
            SdpOffer::from_sdp_string(offer).map_err(|_| BadOffer::Unusable("unreadable"))?;
        let answer = rtc
            .sdp_api()
            .accept_offer(offer)
            .map_err(|_| BadOffer::Unusable("not acceptable"))?;
        let (talk, whisper) = tracks(&rtc, mids)?;
        let told = self.announced.to_anybody(port.address());
        let connection = Connection {
            id,
            port,
            leg: None,
            due: now,
            rtc,
            voice: Voice::new(talk.codecs().opus),
            talk,
            whisper,
            heard_at: now,
            lost: false,
            over: false,
            metrics: Arc::clone(&self.metrics),
        };
        Ok((connection, complete(&answer.to_sdp_string(), &told)))
    }
}

/// The answer with the addresses that the page is told in every section, not in the first of the bundle alone, and with
/// word that no further one will follow (RFC 8840, 8.2): there are clients that look at the last section only, or wait for
/// that word.
fn complete(answer: &str, told: &[SocketAddr]) -> String {
    let is_address = |line: &&str| line.starts_with("a=candidate:");
    let own: Vec<&str> = answer.lines().filter(is_address).collect();
    let addresses = own.iter().flat_map(|own| candidates(own, told));
    let addresses: Vec<String> = addresses.collect();
    let mut lines = Vec::new();
    for line in answer.lines().filter(|line| !is_address(line)) {
        if line.starts_with("a=ice-ufrag:") {
            lines.extend(addresses.iter().map(String::as_str));
            lines.push("a=end-of-candidates");
        }
        lines.push(line);
    }
    lines.push("");
    lines.join("\r\n")
}

/// Our candidate's line, once for each address that is told: the first is the best, and none has another's foundation or
/// priority (RFC 8839, 5.1; RFC 8445, 5.1.1.3 and 5.1.2.1).
fn candidates(own: &str, told: &[SocketAddr]) -> Vec<String> {
    let words: Vec<&str> = own.split(' ').collect();
    let [foundation, component, transport, priority, _, _, rest @ ..] = words.as_slice() else {
        return Vec::new();
    };
    let priority: u32 = priority.parse().unwrap_or_default();
    let line = |(place, address): (u32, &SocketAddr)| {
        let (ip, port, rest) = (address.ip(), address.port(), rest.join(" "));
        let priority = priority.saturating_sub(place << 8);
        format!("{foundation}{place} {component} {transport} {priority} {ip} {port} {rest}")
    };
    (0..).zip(told).map(line).collect()
}

/// The names of an offer's sections, if they are the talk and the whisper.
fn sections(offer: &str) -> Result<[Mid; 2], BadOffer> {
    let lines = || offer.lines().map(str::trim_end);
    let media: Vec<&str> = lines().filter(|line| line.starts_with("m=")).collect();
    let mids: Vec<&str> = lines()
        .filter_map(|line| line.strip_prefix("a=mid:"))
        .collect();
    let ([talk, whisper], true) = (
        mids.as_slice(),
        media.len() == mids.len() && media.iter().all(|line| line.starts_with("m=audio ")),
    ) else {
        return Err(BadOffer::Unusable("not two audio sections"));
    };
    if !media.iter().all(|line| speaks_g711(line)) {
        return Err(BadOffer::NoCodec);
    }
    Ok([Mid::from(*talk), Mid::from(*whisper)])
}

/// Whether a section has PCMU or PCMA, whose payload types are the same for everybody (RFC 3551, 6).
fn speaks_g711(section: &str) -> bool {
    let mut formats = section.split_ascii_whitespace().skip(3);
    formats.any(|format| format == "0" || format == "8")
}

/// The tracks of a new session: on the second section we only send.
fn tracks(rtc: &Rtc, [talk, whisper]: [Mid; 2]) -> Result<(Track, Track), BadOffer> {
    let track = |mid, wanted: Direction| {
        let media = rtc.media(mid).filter(|media| media.direction() == wanted);
        let media = media.ok_or(BadOffer::Unusable("not a talk and a whisper"))?;
        let codecs = Codecs::of(media.remote_pts(), rtc.codec_config().params());
        if !codecs.any_g711() {
            return Err(BadOffer::NoCodec);
        }
        let identity: Identity =
            random_identity().map_err(|_| BadOffer::Unusable("no randomness"))?;
        Ok(Track::new(mid, identity, codecs))
    };
    Ok((
        track(talk, Direction::SendRecv)?,
        track(whisper, Direction::SendOnly)?,
    ))
}

impl Connection {
    /// Whether nothing more will come of it.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Takes one datagram of its socket; its sound goes to the line.
    pub fn receive(
        &mut self,
        datagram: &[u8],
        from: SocketAddr,
        line: Option<&Line>,
    ) -> Result<Option<Change>, Ignored> {
        let now = Instant::now();
        let receive = Receive::new(Protocol::Udp, from, self.port.address(), datagram);
        let input = Input::Receive(now, receive.map_err(|_| Ignored::Malformed)?);
        if !self.rtc.accepts(&input) {
            return Err(Ignored::Stranger);
        }
        self.heard_at = now;
        if self.rtc.handle_input(input).is_err() {
            return Ok(self.end());
        }
        let change = self.drain(line);
        let back = std::mem::take(&mut self.lost) && !self.over;
        Ok(change.or(back.then_some(Change::Back)))
    }

    /// Lets time do what is due.
    pub fn due(&mut self, now: Instant, line: Option<&Line>) -> Option<Change> {
        if self.rtc.handle_input(Input::Timeout(now)).is_err() {
            return self.end();
        }
        self.drain(line)
    }

    /// Looks whether the browser has gone silent.
    pub fn look(&mut self, now: Instant) -> Option<Change> {
        let quiet = now.saturating_duration_since(self.heard_at) > QUIET_MAX;
        if quiet {
            return self.quit();
        }
        None
    }

    /// Sends a leg's packet to the browser; false if it has no place there.
    pub fn send(&mut self, side: Side, at: Micros, packet: &Packet<'_>, spoken: Codec) -> bool {
        let now = Instant::now();
        let track = match side {
            Side::Talk => &mut self.talk,
            Side::Whisper => &mut self.whisper,
        };
        let sent = track.send(&mut self.rtc, (now, at), packet, spoken);
        if sent == Some(Sent::Wide) {
            self.metrics.browser_wide_total.rise();
        }
        sent.is_some() && {
            let _ = self.due(now, None);
            true
        }
    }

    /// Sends what is to be sent and takes what came out.
    fn drain(&mut self, line: Option<&Line>) -> Option<Change> {
        let mut change = None;
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(due)) => {
                    self.due = due;
                    return change;
                }
                Ok(Output::Transmit(packet)) => {
                    // What is lost on the way out is lost as on any way.
                    if let Some(socket) = self.port.socket() {
                        let _ = socket.send_to(&packet.contents, packet.destination);
                    }
                }
                Ok(Output::Event(Event::Connected)) => change = Some(Change::Connected),
                Ok(Output::Event(Event::IceConnectionStateChange(
                    IceConnectionState::Disconnected,
                ))) => change = self.quit().or(change),
                // The browser said farewell; what is to be sent for it still comes out.
                Ok(Output::Event(Event::Closed)) => {
                    self.over = true;
                    change = self.quit().or(change);
                }
                Ok(Output::Event(Event::RtpPacket(packet))) => {
                    if let Some(line) = line {
                        self.pass_on(&packet, line);
                    }
                }
                Ok(Output::Event(_)) => {}
                Err(_) => return self.end().or(change),
            }
        }
    }

    /// Gives what the browser says to its leg, in the leg's codec.
    fn pass_on(&mut self, packet: &RtpPacket, line: &Line) {
        let mut bytes = [0; PACKET_MAX];
        match self.voice.bring(packet, line.codec, &mut bytes) {
            Ok(brought) => {
                if brought.concealed {
                    self.metrics.browser_opus_concealed_total.rise();
                }
                // A leg that is gone has closed its port: there is nobody to tell.
                let _ = line.talk.send(&bytes[..brought.length]);
            }
            Err(Unheard::NotOurs) => {}
            Err(Unheard::BadOpus) => self.metrics.browser_opus_refused_total.rise(),
        }
    }

    fn quit(&mut self) -> Option<Change> {
        (!std::mem::replace(&mut self.lost, true)).then_some(Change::Lost)
    }

    fn end(&mut self) -> Option<Change> {
        self.over = true;
        self.due = Instant::now() + QUIET_MAX;
        self.quit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ice-ufrag:a\r\n\
                          a=candidate:77 1 udp 2130706175 10.0.0.5 24000 typ host\r\n\
                          m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ice-ufrag:a\r\n";

    #[test]
    fn every_section_of_an_answer_names_each_address_that_the_page_is_told() {
        let told = ["10.0.0.5:24000", "203.0.113.7:24000"].map(|told| told.parse().unwrap());
        let section = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n\
                       a=candidate:770 1 udp 2130706175 10.0.0.5 24000 typ host\r\n\
                       a=candidate:771 1 udp 2130705919 203.0.113.7 24000 typ host\r\n\
                       a=end-of-candidates\r\na=ice-ufrag:a\r\n";
        assert_eq!(
            complete(ANSWER, &told),
            format!("v=0\r\n{section}{section}")
        );
    }

    #[test]
    fn an_address_that_is_not_told_stands_nowhere_in_an_answer() {
        let answer = complete(ANSWER, &["203.0.113.7:24000".parse().unwrap()]);
        assert_eq!(answer.matches("203.0.113.7 24000").count(), 2);
        assert!(!answer.contains("10.0.0.5"));
    }
}
