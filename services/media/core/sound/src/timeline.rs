//! The recording's timeline: what each party said, where it belongs, in pages of one second.
//!
//! Three clocks meet here: each phone samples by its own, packets arrive by ours. The arrival sets where a source's
//! sound begins; from there its RTP timestamps place it, so that jitter moves nothing. Three signs say that the
//! beginning was wrong, and the source is placed by arrival again:
//!
//! - a packet that would lie later than it arrived: the one that set the beginning had itself come late;
//! - a whole second in which every packet came over 10 ms late: the phone's clock is slow, or stood still;
//! - a packet whose place was given out already: timestamps jumped back, or stood still through a pause.
//!
//! What no packet filled is silence, and noted as a gap. Several legs may speak on one track (two supervisors who are
//! heard at once): each has clocks of its own, and where they overlap their sound is summed, clipped at full scale.

use std::slice;

use crate::mix::clip;
use crate::stream::SourceId;
use crate::{Codec, Micros, Role, Tapped, LEGS_MAX, SAMPLE_RATE};

/// Samples in a page.
pub const PAGE_SAMPLES: usize = SAMPLE_RATE as usize;

/// Tracks: customer, operator, supervisor.
pub const TRACKS: [Role; 3] = [Role::Customer, Role::Operator, Role::Supervisor];

/// How long after its end a page is given out; a packet later than this is placed anew.
const GRACE: Micros = 500_000;

/// How far a packet may lie from its arrival, in samples: 10 ms.
const OFF_MAX: i64 = 80;

/// Packets after which lateness is judged: 1 s of them.
const JUDGED_AFTER: u32 = 50;

/// Pages that are kept: one that fills, and one in its grace.
const KEPT: usize = 2;

const _: () = assert!(GRACE < (KEPT as Micros - 1) * 1_000_000);

/// A call's three tracks, all of the same length.
#[derive(Debug)]
pub struct Timeline {
    opened_at: Micros,
    tracks: [Track; TRACKS.len()],
    /// The page that is given out next.
    number: u32,
}

/// One page of one track.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<'a> {
    pub role: Role,
    pub number: u32,
    pub start_ms: u32,
    /// µ-law.
    pub pcmu: &'a [u8],
    pub gaps: Gaps<'a>,
    pub last: bool,
}

/// The whole of a finished recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub milliseconds: u32,
    /// Per track.
    pub pages: u32,
}

impl Timeline {
    pub fn new(opened_at: Micros) -> Self {
        Self {
            opened_at,
            tracks: [(); 3].map(|()| Track::default()),
            number: 0,
        }
    }

    /// Places one packet's sound; pages that are ripe by then are given out before.
    pub fn add(&mut self, tapped: &Tapped<'_>, page: &mut impl FnMut(Page<'_>)) {
        self.ripen(tapped.at, page);
        let arrived = samples_between(self.opened_at, tapped.at);
        let base = i64::from(self.number) * PAGE_SAMPLES as i64;
        self.tracks[tapped.role as usize].add(tapped, arrived, base);
    }

    /// Gives out the pages that are ripe.
    pub fn ripen(&mut self, now: Micros, page: &mut impl FnMut(Page<'_>)) {
        while now.saturating_sub(self.opened_at) >= u64::from(self.number + 1) * 1_000_000 + GRACE {
            self.give(PAGE_SAMPLES, false, page);
        }
    }

    /// Gives out what is left, up to the call's end, and says how much there was in all.
    pub fn close(mut self, now: Micros, page: &mut impl FnMut(Page<'_>)) -> Recorded {
        self.ripen(now, page);
        // Whole milliseconds, so that the length says it all.
        let milliseconds = now.saturating_sub(self.opened_at) / 1_000;
        let total = milliseconds * 8;
        let given = |number: u32| u64::from(number) * PAGE_SAMPLES as u64;
        while total.saturating_sub(given(self.number)) > PAGE_SAMPLES as u64 {
            self.give(PAGE_SAMPLES, false, page);
        }
        self.give(
            total.saturating_sub(given(self.number)) as usize,
            true,
            page,
        );
        Recorded {
            milliseconds: milliseconds as u32,
            pages: self.number,
        }
    }

    fn give(&mut self, samples: usize, last: bool, page: &mut impl FnMut(Page<'_>)) {
        for (role, track) in TRACKS.into_iter().zip(&mut self.tracks) {
            page(Page {
                role,
                number: self.number,
                start_ms: self.number * 1_000,
                pcmu: &track.sound[..samples],
                gaps: Gaps {
                    filled: &track.filled[..samples],
                    at: 0,
                },
                last,
            });
            track.turn();
        }
        self.number += 1;
    }
}

/// Stretches of a page that no packet filled: first sample and length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gaps<'a> {
    filled: &'a [u8],
    at: usize,
}

impl Iterator for Gaps<'_> {
    type Item = (u32, u32);

    fn next(&mut self) -> Option<Self::Item> {
        let from = self.at
            + self.filled[self.at..]
                .iter()
                .position(|&filled| filled == 0)?;
        let length = self.filled[from..]
            .iter()
            .take_while(|&&filled| filled == 0)
            .count();
        self.at = from + length;
        Some((from as u32, length as u32))
    }
}

/// One party's sound, from the page that is given out next.
#[derive(Debug)]
struct Track {
    sound: Box<[u8]>,
    /// The legs that each sample is of, one bit each.
    filled: Box<[u8]>,
    /// By leg.
    sources: [Option<Source>; LEGS_MAX],
}

/// Where a source's timestamps lie on the timeline.
#[derive(Debug, Clone, Copy)]
struct Source {
    id: SourceId,
    position: i64,
    timestamp: u32,
    /// The least lateness of the packets counted.
    late: i64,
    packets: u32,
}

impl Default for Track {
    fn default() -> Self {
        let sound = vec![Codec::Pcmu.silence(); PAGE_SAMPLES * KEPT].into();
        let filled = vec![0; PAGE_SAMPLES * KEPT].into();
        Self {
            sound,
            filled,
            sources: [None; LEGS_MAX],
        }
    }
}

impl Track {
    fn add(&mut self, tapped: &Tapped<'_>, arrived: i64, base: i64) {
        let length = tapped.payload.len() as i64;
        let position = self.place(tapped, arrived - length, base);
        // Sound from before the opening, and what would overrun the kept pages, is left out.
        let from = (position - base).clamp(0, self.sound.len() as i64) as usize;
        let to = (position + length - base).clamp(0, self.sound.len() as i64) as usize;
        let skipped = (base - position).clamp(0, length) as usize;
        let payload = &tapped.payload[skipped..];
        let (kept, own) = (from..to.max(from), 1 << tapped.leg.0);
        let (sound, filled) = (&mut self.sound[kept.clone()], &mut self.filled[kept]);
        if filled.iter().all(|&legs| legs & !own == 0) {
            tapped.codec.transcode(Codec::Pcmu, payload, sound);
        } else {
            add(tapped.codec, payload, own, sound, filled);
        }
        for legs in filled {
            *legs |= own;
        }
    }

    /// Where the packet's sound begins, if by its arrival it began at `spoken`.
    fn place(&mut self, tapped: &Tapped<'_>, spoken: i64, base: i64) -> i64 {
        let anew = Source {
            id: tapped.source,
            position: spoken,
            timestamp: tapped.timestamp,
            late: i64::MAX,
            packets: 0,
        };
        let known = &mut self.sources[tapped.leg.index()];
        let source = known
            .filter(|source| source.id == tapped.source)
            .unwrap_or(anew);
        let step = i64::from(tapped.timestamp.wrapping_sub(source.timestamp) as i32);
        let position = source.position + step;
        let late = spoken - position;
        let least = source.late.min(late);
        let judged = source.packets + 1 >= JUDGED_AFTER;
        let given_out = position < base && spoken >= base;
        let placed = if late < -OFF_MAX || given_out {
            anew
        } else if judged && least > OFF_MAX {
            // Moved by the least lateness, not by this packet's: that is the clock's share of it.
            Source {
                position: position + least,
                ..anew
            }
        } else {
            let (late, packets) = if judged {
                (i64::MAX, 0)
            } else {
                (least, source.packets + 1)
            };
            Source {
                position,
                timestamp: tapped.timestamp,
                late,
                packets,
                ..source
            }
        };
        *known = Some(placed);
        placed.position
    }

    /// Drops the page that was given out.
    fn turn(&mut self) {
        self.sound.copy_within(PAGE_SAMPLES.., 0);
        self.filled.copy_within(PAGE_SAMPLES.., 0);
        let rest = PAGE_SAMPLES * (KEPT - 1);
        self.sound[rest..].fill(Codec::Pcmu.silence());
        self.filled[rest..].fill(0);
    }
}

/// Adds a leg's sound to that of others; what it said there itself stays as it is.
fn add(codec: Codec, payload: &[u8], own: u8, sound: &mut [u8], filled: &[u8]) {
    for ((payload, sound), legs) in payload.iter().zip(sound).zip(filled) {
        if legs & own != 0 {
            continue;
        }
        let (mut said, mut there) = ([0], [0]);
        codec.decode(slice::from_ref(payload), &mut said);
        Codec::Pcmu.decode(slice::from_ref(sound), &mut there);
        clip(&[i32::from(said[0]) + i32::from(there[0])], &mut there);
        Codec::Pcmu.encode(&there, slice::from_mut(sound));
    }
}

fn samples_between(from: Micros, to: Micros) -> i64 {
    (to as i64 - from as i64) * 8 / 1_000
}

#[cfg(test)]
mod tests;
