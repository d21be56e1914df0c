//! One leg: whom its packets may come from, and the stream that it is sent.

use std::net::SocketAddr;

use crate::dtmf::{Event, Keys};
use crate::modes::Standing;
use crate::rtp::{Arrival, Packet, Window};
use crate::stream::{Identity, Place, SourceId, Stream};
use crate::{Codec, Count, Micros, Mode, Role, FRAME_MICROS};

/// How late an anchor's packet may be before another leg drives in its place.
pub const ANCHOR_LATE_MAX: Micros = 20_000;

/// The other end by its SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    pub address: SocketAddr,
    pub codec: Codec,
    /// Payload type of RFC 4733 events, if the peer sends them.
    pub telephone_event: Option<u8>,
    /// Where whispers go apart from the talk, for a phone with two ways to its ears.
    pub whisper: Option<SocketAddr>,
    /// Whether the same sound may come and go in wide band too.
    pub wide: bool,
}

/// Who may not hear a leg, whatever the mode table says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Voice {
    /// Nobody hears it.
    pub muted: bool,
    /// Only supervisors hear it.
    pub talk_back: bool,
}

#[derive(Debug)]
pub struct Leg {
    pub role: Role,
    pub mode: Option<Mode>,
    pub peer: Option<Peer>,
    pub sends: bool,
    pub receives: bool,
    pub stream: Stream,
    /// What is whispered to it, if that goes apart.
    pub aside: Stream,
    pub voice: Voice,
    /// The last lawful packet, or when one was first expected.
    pub heard_at: Micros,
    pub silence_told: bool,
    /// The last packet with sound, and how long its sound lasts.
    said_at: Option<Micros>,
    frame: Micros,
    source: Option<Source>,
}

/// What a leg's phone sends under one SSRC.
#[derive(Debug)]
struct Source {
    id: SourceId,
    ssrc: u32,
    window: Window,
    keys: Keys,
    /// Event packets so far: they bear numbers but are not sent on, so later numbers move up.
    events: u16,
}

/// A lawful packet.
#[derive(Debug)]
pub enum Received<'a> {
    /// A new key, or another packet of one.
    Key(Option<char>),
    Voice(Said<'a>),
}

/// What one packet says.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub source: SourceId,
    pub codec: Codec,
    pub place: Place,
    /// A newer packet came before.
    pub overtaken: bool,
    pub payload: &'a [u8],
    /// The same in wide band; empty if it did not come so.
    pub wide: &'a [u8],
}

impl Leg {
    pub fn new(role: Role, identity: Identity) -> Self {
        Self {
            role,
            mode: None,
            peer: None,
            sends: true,
            receives: true,
            stream: Stream::new(identity),
            aside: Stream::new(Identity {
                ssrc: identity.ssrc ^ 1,
                ..identity
            }),
            voice: Voice::default(),
            heard_at: 0,
            silence_told: false,
            said_at: None,
            frame: FRAME_MICROS,
            source: None,
        }
    }

    /// Its row and column of the mode table; none before its peer is known.
    pub fn standing(&self) -> Option<Standing> {
        self.peer?;
        self.role_standing()
    }

    /// The same whether its peer is known or not.
    pub fn role_standing(&self) -> Option<Standing> {
        Standing::of(self.role, self.mode)
    }

    /// Leaves its call: it neither hears nor is heard.
    pub fn leave(&mut self) {
        self.mode = None;
        self.voice = Voice::default();
        self.stream.unfollow();
        self.aside.unfollow();
    }

    /// Comes to another call, where sources have other numbers; its phone's go on as they were. Silence of which was
    /// told there is told again.
    pub fn arrive(&mut self, next_source: &mut SourceId) {
        self.silence_told = false;
        if let Some(source) = &mut self.source {
            *next_source += 1;
            source.id = *next_source;
        }
    }

    /// Where to send to; `None` while the peer is unknown or does not want sound.
    pub fn listening(&self) -> Option<Peer> {
        self.peer.filter(|_| self.receives)
    }

    /// When its next sound is so late that another leg drives.
    pub fn late_at(&self) -> Micros {
        self.said_at
            .map_or(0, |at| at + self.frame + ANCHOR_LATE_MAX)
    }

    /// Judges one datagram; what is no lawful sound or key of this leg's peer is only counted.
    pub fn receive<'a>(
        &mut self,
        now: Micros,
        from: SocketAddr,
        bytes: &'a [u8],
        next_source: &mut SourceId,
    ) -> Result<Received<'a>, Count> {
        let peer = self
            .peer
            .filter(|peer| peer.address == from)
            .ok_or(Count::Foreign)?;
        let packet = Packet::parse(bytes).map_err(|_| Count::Malformed)?;
        let is_event = Some(packet.payload_type) == peer.telephone_event;
        if !is_event && packet.payload_type != peer.codec.payload_type() {
            return Err(Count::WrongPayload);
        }
        if !self.sends || packet.payload.is_empty() {
            return Err(Count::Unwanted);
        }
        let source = current(&mut self.source, packet.ssrc, packet.sequence, next_source);
        let arrival = match source {
            (_, Arrival::Duplicate) => return Err(Count::Duplicate),
            (_, Arrival::Stale) => return Err(Count::Stale),
            (_, arrival) => arrival,
        };
        let source = source.0;
        self.heard_at = now;
        self.silence_told = false;
        if is_event {
            source.events = source.events.wrapping_add(1);
            let event = Event::parse(packet.payload).ok_or(Count::Malformed)?;
            return Ok(Received::Key(source.keys.press(packet.timestamp, event)));
        }
        self.said_at = Some(now);
        self.frame = packet.payload.len() as Micros * 125;
        Ok(Received::Voice(Said {
            source: source.id,
            codec: peer.codec,
            place: Place {
                marker: packet.marker,
                sequence: packet.sequence.wrapping_sub(source.events),
                timestamp: packet.timestamp,
            },
            overtaken: arrival == Arrival::Overtaken,
            payload: packet.payload,
            wide: if peer.wide { packet.wide } else { &[] },
        }))
    }
}

/// The source of this SSRC, a new one at another SSRC or when it began anew, and what the number is to it.
fn current<'a>(
    source: &'a mut Option<Source>,
    ssrc: u32,
    sequence: u16,
    next_source: &mut SourceId,
) -> (&'a mut Source, Arrival) {
    let arrival = match source {
        Some(source) if source.ssrc == ssrc => source.window.note(sequence),
        _ => Arrival::Restart,
    };
    if arrival == Arrival::Restart {
        *next_source += 1;
        *source = None;
    }
    let source = source.get_or_insert_with(|| Source {
        id: *next_source,
        ssrc,
        window: Window::starting_at(sequence),
        keys: Keys::default(),
        events: 0,
    });
    (source, arrival)
}
