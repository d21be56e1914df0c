//! What a browser says, brought to what its leg takes.

use std::time::{Duration, Instant};

use sound::rtp::{Packet, PACKET_MAX, PAYLOAD_MAX, WIDE_MAX};
use sound::Codec;
use str0m::media::Pt;
use str0m::rtp::RtpPacket;

use super::clocks::{Incoming, Spoken};
use super::opus::{samples_of, Decoder};

/// Told apart from G.711 under the same SSRC, Opus is a source of its own to the leg, with a clock of its own: what it is
/// sent on with goes on without a break at each change, as from one leg to another.
const OPUS_SOURCE: u32 = 0x4F50_5553;

/// How much a browser may be ahead of time: what a network held back comes at once.
const AHEAD_MAX: Duration = Duration::from_secs(3);

/// A browser's voice.
pub struct Voice {
    /// What it calls Opus.
    opus: Option<Pt>,
    decoder: Option<Decoder>,
    /// The SSRC of the Opus that is spoken at present, and its clock.
    speaks: Option<(u32, Incoming)>,
    pace: Pace,
}

/// How much is decoded in a time: decoding costs ten times what a packet costs otherwise, and one thread does it for all.
#[derive(Debug, Default)]
struct Pace {
    /// Until when what was said lasts.
    until: Option<Instant>,
}

impl Pace {
    /// Takes note of so much sound; false if nobody speaks so much.
    fn takes(&mut self, now: Instant, samples: usize) -> bool {
        // A quarter less than it is, so that no clock that is too fast ever comes to the limit.
        let counted = Duration::from_micros(samples as u64 * 125 * 3 / 4);
        let until = self.until.map_or(now, |until| until.max(now)) + counted;
        let takes = until <= now + AHEAD_MAX;
        if takes {
            self.until = Some(until);
        }
        takes
    }
}

/// A packet for the leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    pub length: usize,
    /// It could not be decoded: what came before goes on in its place.
    pub concealed: bool,
}

/// Why a packet does not come to the leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unheard {
    /// Keys, comfort noise, or more than 60 ms of G.711.
    NotOurs,
    /// It is none, or too much of it.
    BadOpus,
}

impl Voice {
    pub fn new(opus: Option<Pt>) -> Self {
        Self {
            opus,
            decoder: None,
            speaks: None,
            pace: Pace::default(),
        }
    }

    /// Writes the leg's packet, in its codec, with the Opus that it was made of beside it.
    pub fn bring(
        &mut self,
        packet: &RtpPacket,
        codec: Codec,
        out: &mut [u8; PACKET_MAX],
    ) -> Result<Brought, Unheard> {
        let payload_type = packet.header.payload_type;
        let spoken = match *payload_type {
            _ if Some(payload_type) == self.opus => Spoken::Opus,
            0 => Spoken::G711(Codec::Pcmu),
            8 => Spoken::G711(Codec::Pcma),
            _ => return Err(Unheard::NotOurs),
        };
        let (said, ssrc) = (&packet.payload[..], *packet.header.ssrc);
        let mut payload = [0; PAYLOAD_MAX];
        let mut brought = Packet {
            marker: packet.header.marker,
            payload_type: codec.payload_type(),
            sequence: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            ssrc,
            payload: &[],
            wide: &[],
        };
        let mut concealed = false;
        let samples = match spoken {
            Spoken::G711(_) if said.len() > PAYLOAD_MAX => return Err(Unheard::NotOurs),
            Spoken::G711(said_in) => {
                self.speaks = None;
                said_in.transcode(codec, said, &mut payload);
                said.len()
            }
            Spoken::Opus => {
                let mut sound = [0; PAYLOAD_MAX];
                let announced = samples_of(said).ok_or(Unheard::BadOpus)?;
                if !self.pace.takes(packet.timestamp, announced) {
                    return Err(Unheard::BadOpus);
                }
                let decoder = self.decoder_for(ssrc).ok_or(Unheard::BadOpus)?;
                let heard = decoder.decode(said, &mut sound);
                let heard = heard.map_err(|_| Unheard::BadOpus)?;
                concealed = heard.concealed;
                codec.encode(&sound[..heard.samples], &mut payload);
                // What we can't make sense of, no other browser is given to try.
                let rides = !concealed && said.len() <= WIDE_MAX;
                brought.wide = if rides { said } else { &[] };
                brought.timestamp = self.clock_of(ssrc, packet.header.timestamp);
                brought.ssrc ^= OPUS_SOURCE;
                heard.samples
            }
        };
        brought.payload = &payload[..samples];
        Ok(Brought {
            length: brought.write(out),
            concealed,
        })
    }

    /// The decoder of who speaks Opus; what was said in G.711 or by another in between is none of it.
    fn decoder_for(&mut self, ssrc: u32) -> Option<&mut Decoder> {
        let goes_on = self.speaks.is_some_and(|(speaking, _)| speaking == ssrc);
        if let Some(decoder) = self.decoder.as_mut().filter(|_| !goes_on) {
            decoder.begin_anew();
        }
        if self.decoder.is_none() {
            self.decoder = Decoder::new();
        }
        self.decoder.as_mut()
    }

    fn clock_of(&mut self, ssrc: u32, timestamp: u32) -> u32 {
        let speaks = self.speaks.filter(|(speaking, _)| *speaking == ssrc);
        let (_, mut clock) = speaks.unwrap_or((ssrc, Incoming::starting_at(timestamp)));
        let at = clock.at(timestamp);
        self.speaks = Some((ssrc, clock));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_speaks_is_never_too_fast_with_what_was_held_back_or_a_clock_that_is_too_fast() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        for packet in 0..180_000 {
            assert!(pace.takes(now, 160), "packet {packet}");
            // 1 % too fast, and a second held back once in a while.
            let held = if packet % 500 < 50 { 0 } else { 22_000 };
            now += Duration::from_micros(held);
        }
    }

    #[test]
    fn more_than_anybody_speaks_is_refused_until_the_time_has_come() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let taken = (0..1_000).filter(|_| pace.takes(now, 160)).count();
        assert_eq!(taken, 200);
        assert!(pace.takes(now + Duration::from_millis(20), 160));
        assert!(!pace.takes(now + Duration::from_millis(20), 160));
    }
}
