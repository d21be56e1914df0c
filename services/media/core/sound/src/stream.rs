//! One outgoing RTP stream: an SSRC, sequence numbers and timestamps of its own whatever its sound is made of.
//!
//! What is sent with a leg's packet keeps that packet's place: numbers and timestamps are the source's plus a constant,
//! so that the phone sees the source's losses, overtakings and pauses as they were and conceals them itself. At each
//! change of source the constants are chosen anew so that both go on where the stream was.

use crate::{Micros, FRAME_MICROS, FRAME_SAMPLES};

/// A number that tells sources apart: it changes with the leg and with the SSRC that the leg sends.
pub type SourceId = u64;

/// Where a packet stands in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub marker: bool,
    pub sequence: u16,
    pub timestamp: u32,
}

/// What an outgoing stream begins with; random, so that nobody can guess it (RFC 3550, 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
}

/// An outgoing stream.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    ssrc: u32,
    /// The next number and timestamp.
    sequence: u16,
    timestamp: u32,
    /// When what was sent is over.
    over_at: Option<Micros>,
    follows: Option<Follows>,
}

/// The source whose numbering is followed.
#[derive(Debug, Clone, Copy)]
struct Follows {
    source: SourceId,
    sequence_shift: u16,
    timestamp_shift: u32,
    /// The first number sent from this source; below it numbers belong to the source before.
    first_sequence: u16,
}

/// A source's timestamps may leap so far (10 s) before it counts as a new source.
const LEAP_MAX: i32 = 80_000;

impl Stream {
    pub fn new(identity: Identity) -> Self {
        let Identity {
            ssrc,
            sequence,
            timestamp,
        } = identity;
        Self {
            ssrc,
            sequence,
            timestamp,
            over_at: None,
            follows: None,
        }
    }

    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The timestamp that the next packet has if it comes in time.
    pub fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Has whatever comes next count as another source.
    pub fn unfollow(&mut self) {
        self.follows = None;
    }

    /// The place of a packet made of our own sound.
    pub fn next(&mut self, now: Micros, samples: usize) -> Place {
        self.follows = None;
        let marker = self.resume(now);
        let place = Place {
            marker,
            sequence: self.sequence,
            timestamp: self.timestamp,
        };
        self.advance(now, place, samples);
        place
    }

    /// The place of a packet sent with a source's packet (`theirs`); `None` if it must not be sent: its number belongs
    /// to an earlier source, or that one's last frame is less than half over and two sources would crowd the stream.
    pub fn follow(
        &mut self,
        now: Micros,
        source: SourceId,
        theirs: Place,
        samples: usize,
    ) -> Option<Place> {
        let mut marker = theirs.marker;
        let follows = match self.follows {
            Some(follows) if follows.source == source && self.near(follows, theirs) => follows,
            _ => {
                if self
                    .over_at
                    .is_some_and(|over_at| over_at > now + FRAME_MICROS / 2)
                {
                    return None;
                }
                marker |= self.resume(now);
                Follows {
                    source,
                    sequence_shift: self.sequence.wrapping_sub(theirs.sequence),
                    timestamp_shift: self.timestamp.wrapping_sub(theirs.timestamp),
                    first_sequence: self.sequence,
                }
            }
        };
        self.follows = Some(follows);
        let sequence = theirs.sequence.wrapping_add(follows.sequence_shift);
        if (sequence.wrapping_sub(follows.first_sequence) as i16) < 0 {
            return None;
        }
        let timestamp = theirs.timestamp.wrapping_add(follows.timestamp_shift);
        let place = Place {
            marker,
            sequence,
            timestamp,
        };
        self.advance(now, place, samples);
        Some(place)
    }

    fn near(&self, follows: Follows, theirs: Place) -> bool {
        let timestamp = theirs.timestamp.wrapping_add(follows.timestamp_shift);
        let leap = timestamp.wrapping_sub(self.timestamp) as i32;
        leap.abs() <= LEAP_MAX
    }

    /// Lets the timestamp catch up with a pause, in whole frames; returns whether there was one.
    fn resume(&mut self, now: Micros) -> bool {
        let Some(over_at) = self.over_at else {
            return true;
        };
        // Up to half a frame is jitter.
        let paused = (now.saturating_sub(over_at) + FRAME_MICROS / 2) / FRAME_MICROS;
        self.timestamp = self
            .timestamp
            .wrapping_add((paused * FRAME_SAMPLES as u64) as u32);
        paused > 0
    }

    fn advance(&mut self, now: Micros, place: Place, samples: usize) {
        let sequence = place.sequence.wrapping_add(1);
        if (sequence.wrapping_sub(self.sequence) as i16) > 0 {
            self.sequence = sequence;
        }
        let timestamp = place.timestamp.wrapping_add(samples as u32);
        if (timestamp.wrapping_sub(self.timestamp) as i32) > 0 {
            self.timestamp = timestamp;
        }
        self.over_at = Some(now + samples as Micros * 125);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Micros = 1_000;

    fn stream() -> Stream {
        Stream::new(Identity {
            ssrc: 1,
            sequence: 65_534,
            timestamp: u32::MAX - 200,
        })
    }

    fn theirs(sequence: u16, timestamp: u32) -> Place {
        Place {
            marker: false,
            sequence,
            timestamp,
        }
    }

    #[test]
    fn it_goes_on_without_a_break_from_a_prompt_to_a_leg_and_to_another() {
        let mut stream = stream();
        let prompt = stream.next(0, 160);
        let first = stream
            .follow(20 * MS, 1, theirs(500, 9_000), 160)
            .expect("sent");
        let second = stream
            .follow(40 * MS, 1, theirs(501, 9_160), 160)
            .expect("sent");
        let other = stream.follow(60 * MS, 2, theirs(7, 70), 160).expect("sent");
        for (before, after) in [(prompt, first), (first, second), (second, other)] {
            assert_eq!(after.sequence, before.sequence.wrapping_add(1));
            assert_eq!(after.timestamp, before.timestamp.wrapping_add(160));
        }
        assert!(prompt.marker && !first.marker && !other.marker);
    }

    #[test]
    fn a_source_that_comes_right_after_another_waits_for_its_next_packet() {
        let mut stream = stream();
        stream.follow(0, 1, theirs(10, 0), 160).expect("sent");
        assert_eq!(stream.follow(5 * MS, 2, theirs(50, 0), 160), None);
        assert!(stream.follow(25 * MS, 2, theirs(51, 160), 160).is_some());
    }

    #[test]
    fn a_pause_moves_the_timestamp_but_not_the_number() {
        let mut stream = stream();
        let before = stream.next(0, 160);
        let after = stream.next(1_000 * MS, 160);
        assert_eq!(after.sequence, before.sequence.wrapping_add(1));
        assert_eq!(after.timestamp, before.timestamp.wrapping_add(8_000));
        assert!(after.marker);
    }

    #[test]
    fn losses_and_overtakings_of_the_source_stay_visible() {
        let mut stream = stream();
        let first = stream.follow(0, 1, theirs(10, 0), 160).expect("sent");
        let third = stream
            .follow(40 * MS, 1, theirs(12, 320), 160)
            .expect("sent");
        let second = stream
            .follow(41 * MS, 1, theirs(11, 160), 160)
            .expect("sent");
        assert_eq!(third.sequence, first.sequence.wrapping_add(2));
        assert_eq!(second.sequence, first.sequence.wrapping_add(1));
        assert_eq!(second.timestamp, first.timestamp.wrapping_add(160));
    }

    #[test]
    fn a_number_given_out_before_the_source_changed_is_not_given_again() {
        let mut stream = stream();
        stream.follow(0, 1, theirs(10, 0), 160).expect("sent");
        stream.follow(20 * MS, 2, theirs(50, 0), 160).expect("sent");
        assert_eq!(stream.follow(21 * MS, 2, theirs(49, 0), 160), None);
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice_and_newer_numbers_have_newer_timestamps(
            steps in proptest::collection::vec((0..3_u64, 0..4_u16, 0..60_u64), 1..200),
        ) {
            let mut stream = stream();
            let mut sources = [(100_u16, 0_u32), (20_000, 1 << 31), (60_000, u32::MAX)];
            let (mut now, mut given) = (0, Vec::<Place>::new());
            for (source, lost, wait_ms) in steps {
                now += wait_ms * MS;
                let (sequence, timestamp) = &mut sources[source as usize];
                *sequence = sequence.wrapping_add(1 + lost);
                *timestamp = timestamp.wrapping_add(160 * u32::from(1 + lost));
                let place = if source == 0 {
                    Some(stream.next(now, 160))
                } else {
                    stream.follow(now, source, theirs(*sequence, *timestamp), 160)
                };
                given.extend(place);
            }
            for pair in given.windows(2) {
                prop_assert!(pair[1].sequence.wrapping_sub(pair[0].sequence) as i16 > 0);
                prop_assert!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32 >= 160);
            }
        }
    }
}
