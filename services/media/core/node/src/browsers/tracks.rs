//! What a browser is sent: two streams that go on as one each, whatever leg their sound comes from.

use std::time::Instant;

use sound::rtp::{Packet, PAYLOAD_MAX};
use sound::stream::{Place, Stream};
use sound::{Codec, Identity, Micros};
use str0m::media::{Mid, Pt};
use str0m::rtp::RtpWrite;
use str0m::Rtc;

/// One outgoing track.
#[derive(Debug)]
pub struct Track {
    mid: Mid,
    stream: Stream,
    /// The last number that was sent, with the times that it has begun anew.
    sequence: u64,
    /// What the browser takes.
    codecs: Codecs,
}

/// What the browser takes, of what we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codecs {
    pcmu: bool,
    pcma: bool,
}

impl Codecs {
    pub fn of(payload_types: &[Pt]) -> Self {
        let takes = |codec: Codec| payload_types.iter().any(|pt| **pt == codec.payload_type());
        Self {
            pcmu: takes(Codec::Pcmu),
            pcma: takes(Codec::Pcma),
        }
    }

    pub fn any(self) -> bool {
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
            codecs,
        }
    }

    /// Sends a leg's packet on; returns whether it has a place in the stream.
    pub fn send(
        &mut self,
        rtc: &mut Rtc,
        (now, at): (Instant, Micros),
        packet: &Packet<'_>,
        spoken: Codec,
    ) -> bool {
        let theirs = Place {
            marker: packet.marker,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
        };
        // Each leg has an SSRC of its own.
        let source = u64::from(packet.ssrc) + 1;
        let Some(place) = self.stream.follow(at, source, theirs, packet.payload.len()) else {
            return false;
        };
        let ahead = place.sequence.wrapping_sub(self.sequence as u16) as i16;
        let sequence = self.sequence.wrapping_add_signed(i64::from(ahead));
        self.sequence = self.sequence.max(sequence);
        let codec = self.codecs.nearest(spoken);
        let mut payload = [0; PAYLOAD_MAX];
        spoken.transcode(codec, packet.payload, &mut payload);
        let mut api = rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(self.mid, None) else {
            return false;
        };
        let write = RtpWrite::new(
            Pt::from(codec.payload_type()),
            sequence.into(),
            place.timestamp,
            now,
            &payload[..packet.payload.len()],
        );
        stream.write_rtp(write.marker(place.marker));
        true
    }
}
