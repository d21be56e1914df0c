//! What a browser is sent: two streams that go on as one each, whatever leg their sound comes from.

use std::time::Instant;

use sound::rtp::{Packet, PAYLOAD_MAX};
use sound::stream::{Place, Stream};
use sound::{Codec, Identity, Micros};
use str0m::format::{Codec as Format, PayloadParams};
use str0m::media::{Mid, Pt};
use str0m::rtp::RtpWrite;
use str0m::Rtc;

use super::clocks::{Outgoing, Spoken};

/// One outgoing track.
#[derive(Debug)]
pub struct Track {
    mid: Mid,
    stream: Stream,
    /// The last number that was sent, with the times that it has begun anew.
    sequence: u64,
    clock: Outgoing,
    /// What the browser takes.
    codecs: Codecs,
}

/// In what a packet was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    G711,
    /// As another browser said it.
    Wide,
}

/// What the browser takes, of what we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codecs {
    pcmu: bool,
    pcma: bool,
    /// What it calls Opus, if it takes it.
    pub opus: Option<Pt>,
}

impl Codecs {
    /// Those of a section's payload types, which are agreed on for the whole session.
    pub fn of(payload_types: &[Pt], agreed: &[PayloadParams]) -> Self {
        let takes = |codec: Codec| payload_types.iter().any(|pt| **pt == codec.payload_type());
        let opus = agreed
            .iter()
            .find(|each| each.spec().codec == Format::Opus && payload_types.contains(&each.pt()));
        Self {
            pcmu: takes(Codec::Pcmu),
            pcma: takes(Codec::Pcma),
            opus: opus.map(PayloadParams::pt),
        }
    }

    pub fn any_g711(self) -> bool {
        self.pcmu || self.pcma
    }

    /// The same, if it takes it, else the other one.
    fn nearest(self, codec: Codec) -> Codec {
        match codec {
            Codec::Pcmu if !self.pcmu => Codec::Pcma,
            Codec::Pcma if !self.pcma => Codec::Pcmu,
            codec => codec,
        }
    }
}

impl Track {
    pub fn new(mid: Mid, identity: Identity, codecs: Codecs) -> Self {
        Self {
            mid,
            stream: Stream::new(identity),
            sequence: u64::from(identity.sequence),
            clock: Outgoing::starting_at(identity.timestamp),
            codecs,
        }
    }

    pub fn codecs(&self) -> Codecs {
        self.codecs
    }

    /// Sends a leg's packet on, in wide band if it brings that and the browser takes it; `None` if it has no place in
    /// the stream.
    pub fn send(
        &mut self,
        rtc: &mut Rtc,
        (now, at): (Instant, Micros),
        packet: &Packet<'_>,
        spoken: Codec,
    ) -> Option<Sent> {
        let theirs = Place {
            marker: packet.marker,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
        };
        let mut payload = [0; PAYLOAD_MAX];
        let wide = self.codecs.opus.filter(|_| !packet.wide.is_empty());
        let (pt, spoken, payload) = if let Some(pt) = wide {
            (pt, Spoken::Opus, packet.wide)
        } else {
            let codec = self.codecs.nearest(spoken);
            spoken.transcode(codec, packet.payload, &mut payload);
            let payload = &payload[..packet.payload.len()];
            (Pt::from(codec.payload_type()), Spoken::G711(codec), payload)
        };
        // Each leg has an SSRC of its own.
        let source = u64::from(packet.ssrc) + 1;
        let samples = packet.payload.len();
        let place = self.stream.follow(at, source, theirs, samples)?;
        let ahead = place.sequence.wrapping_sub(self.sequence as u16) as i16;
        if ahead < 0 && self.clock.changes(spoken) {
            // Overtaken by a change of clock: its time can't be told in the one that is in force.
            return None;
        }
        let sequence = self.sequence.wrapping_add_signed(i64::from(ahead));
        self.sequence = self.sequence.max(sequence);
        let mut api = rtc.direct_api();
        let stream = api.stream_tx_by_mid(self.mid, None)?;
        let time = self.clock.at(place.timestamp, spoken);
        let write = RtpWrite::new(pt, sequence.into(), time, now, payload);
        stream.write_rtp(write.marker(place.marker));
        Some(match spoken {
            Spoken::G711(_) => Sent::G711,
            Spoken::Opus => Sent::Wide,
        })
    }
}
