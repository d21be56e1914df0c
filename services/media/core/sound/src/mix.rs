//! Voices that wait for another leg's packet, and their sum.
//!
//! A listener who hears several legs gets a packet whenever the anchor's arrives (`call`); the others' newest sound is
//! added. A frame can't be mixed before it is whole, so it waits for up to one frame; that is all the delay there is.
//!
//! When two phones' packets arrive almost together, a jitter of microseconds would decide whether a frame is just in
//! time or just too late, and the listener would lose frames over and over. So of two waiting frames the older is
//! dropped only if the newer has been here for [`SETTLED_AFTER`]; else the older is played and the newer waits. Such a
//! pair settles one frame apart after at most one loss.

use crate::rtp::PAYLOAD_MAX;
use crate::stream::{Place, SourceId};
use crate::Micros;

/// Samples that a voice keeps; a power of two above twice the longest payload.
const RING_SAMPLES: usize = 1_024;

/// How long a frame must be here before an older one is dropped for it.
const SETTLED_AFTER: Micros = 2_000;

/// Legs that are summed at most.
const VOICES_MAX: i64 = 16;

// A sum of every voice at full scale must fit the 32-bit accumulator.
const _: () = assert!(VOICES_MAX * i16::MIN.unsigned_abs() as i64 <= i32::MAX as i64);
const _: () = assert!(RING_SAMPLES >= 2 * PAYLOAD_MAX && RING_SAMPLES.is_power_of_two());

/// One packet's decoded sound and its place in its source's stream.
#[derive(Debug, Clone, Copy)]
pub struct Newest {
    pub source: SourceId,
    pub place: Place,
    pub samples: usize,
    pub at: Micros,
}

/// What a leg said last, decoded.
#[derive(Debug)]
pub struct Voice {
    ring: Box<[i16; RING_SAMPLES]>,
    written: u64,
    newest: Option<Newest>,
}

/// How far a listener has heard a voice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard(u64);

impl Default for Voice {
    fn default() -> Self {
        Self {
            ring: Box::new([0; RING_SAMPLES]),
            written: 0,
            newest: None,
        }
    }
}

impl Voice {
    /// Adds what was just said; at most [`PAYLOAD_MAX`] samples.
    pub fn say(&mut self, samples: &[i16], newest: Newest) {
        for &sample in samples {
            self.ring[self.written as usize % RING_SAMPLES] = sample;
            self.written += 1;
        }
        self.newest = Some(newest);
    }

    /// The newest packet.
    pub fn newest(&self) -> Option<Newest> {
        self.newest
    }

    /// The position of a listener who hears what is said from here on.
    pub fn here(&self) -> Heard {
        Heard(self.written)
    }

    /// Whether something was said that a listener has not heard yet.
    pub fn waits(&self, heard: Heard) -> bool {
        heard.0 < self.written
    }

    /// Adds up to `sum.len()` samples that wait to `sum`; returns how many there were and how many were dropped.
    pub fn add(&self, now: Micros, heard: &mut Heard, sum: &mut [i32]) -> Added {
        let Some(newest) = self.newest else {
            return Added::default();
        };
        let settled = now.saturating_sub(newest.at) >= SETTLED_AFTER;
        // One packet's worth may wait; beside it the packet that has only just come.
        let kept = if settled { 0 } else { newest.samples };
        let oldest = self
            .written
            .saturating_sub((sum.len().max(newest.samples) + kept) as u64);
        let from = heard.0.max(oldest);
        let dropped = (from - heard.0) as usize;
        let count = ((self.written - from) as usize).min(sum.len());
        for (sum, position) in sum[..count].iter_mut().zip(from..) {
            *sum += i32::from(self.ring[position as usize % RING_SAMPLES]);
        }
        heard.0 = from + count as u64;
        Added { count, dropped }
    }
}

/// What [`Voice::add`] did, in samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    pub count: usize,
    pub dropped: usize,
}

/// Writes a sum as samples, clipped to 16 bits.
pub fn clip(sum: &[i32], samples: &mut [i16]) {
    for (sample, &sum) in samples.iter_mut().zip(sum) {
        *sample = sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Micros = 1_000;

    fn say(voice: &mut Voice, value: i16, at: Micros) {
        let place = Place {
            marker: false,
            sequence: 0,
            timestamp: 0,
        };
        voice.say(
            &[value; 160],
            Newest {
                source: 1,
                place,
                samples: 160,
                at,
            },
        );
    }

    fn hear(voice: &Voice, heard: &mut Heard, now: Micros) -> (Added, i32) {
        let mut sum = [0; 160];
        let added = voice.add(now, heard, &mut sum);
        (added, sum[0])
    }

    #[test]
    fn a_frame_is_heard_once() {
        let mut voice = Voice::default();
        let mut heard = voice.here();
        say(&mut voice, 5, 0);
        assert_eq!(
            hear(&voice, &mut heard, 0),
            (
                Added {
                    count: 160,
                    dropped: 0
                },
                5
            )
        );
        assert_eq!(hear(&voice, &mut heard, 0), (Added::default(), 0));
    }

    #[test]
    fn of_two_frames_that_wait_the_newer_is_heard() {
        let mut voice = Voice::default();
        let mut heard = voice.here();
        say(&mut voice, 1, 0);
        say(&mut voice, 2, 20 * MS);
        assert_eq!(
            hear(&voice, &mut heard, 30 * MS),
            (
                Added {
                    count: 160,
                    dropped: 160
                },
                2
            )
        );
    }

    #[test]
    fn arrivals_that_race_settle_one_frame_apart() {
        let mut voice = Voice::default();
        let mut heard = voice.here();
        say(&mut voice, 1, 0);
        say(&mut voice, 2, 20 * MS - 100);
        // The anchor at 20 ms, 40 ms, …; the other party now just before, now just after it.
        let mut values = Vec::new();
        for frame in 1..50_i16 {
            let now = frame as Micros * 20 * MS;
            values.push(hear(&voice, &mut heard, now).1);
            let jitter = if frame % 2 == 0 { 200 } else { 0 };
            say(&mut voice, frame + 2, now + 20 * MS - 100 + jitter);
        }
        let expected: Vec<i32> = (1..50).collect();
        let later: Vec<i32> = (2..51).collect();
        assert!(
            values[2..] == expected[2..] || values[2..] == later[2..],
            "{values:?}"
        );
    }

    #[test]
    fn short_packets_fill_a_long_one() {
        let mut voice = Voice::default();
        let mut heard = voice.here();
        let place = Place {
            marker: false,
            sequence: 0,
            timestamp: 0,
        };
        for value in [1, 2] {
            let newest = Newest {
                source: 1,
                place,
                samples: 80,
                at: 0,
            };
            voice.say(&[value; 80], newest);
        }
        let mut sum = [0; 160];
        let added = voice.add(10 * MS, &mut heard, &mut sum);
        assert_eq!((added.count, sum[0], sum[159]), (160, 1, 2));
    }

    #[test]
    fn sums_are_clipped_not_wrapped() {
        let mut samples = [0; 3];
        clip(&[70_000, -70_000, 12], &mut samples);
        assert_eq!(samples, [i16::MAX, i16::MIN, 12]);
    }
}
