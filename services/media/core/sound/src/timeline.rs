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
//! What no packet filled is silence, and noted as a gap. While the recording is paused nothing is written to any track,
//! whenever it arrives: that is silence too, and noted as a pause. Several legs may speak on one track (two supervisors who are
//! heard at once): each has clocks of its own, and where they overlap their sound is summed, clipped at full scale.

use pauses::Pauses;
use track::Track;

use crate::{Micros, Role, Tapped, SAMPLE_RATE};

mod pauses;
mod track;

/// Samples in a page.
pub const PAGE_SAMPLES: usize = SAMPLE_RATE as usize;

/// Tracks: customer, operator, supervisor.
pub const TRACKS: [Role; 3] = [Role::Customer, Role::Operator, Role::Supervisor];

/// How long after its end a page is given out; a packet later than this is placed anew.
const GRACE: Micros = 500_000;

/// Pages that are kept: one that fills, and one in its grace.
const KEPT: usize = 2;

const _: () = assert!(GRACE < (KEPT as Micros - 1) * 1_000_000);

/// A call's three tracks, all of the same length.
#[derive(Debug)]
pub struct Timeline {
    opened_at: Micros,
    tracks: [Track; TRACKS.len()],
    pauses: Pauses,
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
    pub gaps: Stretches<'a>,
    pub pauses: Stretches<'a>,
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
            pauses: Pauses::default(),
            number: 0,
        }
    }

    /// Places one packet's sound; pages that are ripe by then are given out before.
    pub fn add(&mut self, tapped: &Tapped<'_>, page: &mut (impl FnMut(Page<'_>) + ?Sized)) {
        self.ripen(tapped.at, page);
        let arrived = samples_between(self.opened_at, tapped.at);
        let base = i64::from(self.number) * PAGE_SAMPLES as i64;
        self.tracks[tapped.role as usize].add(tapped, arrived, base, self.pauses.unwritten());
    }

    /// Stops or resumes the writing of all tracks from that millisecond of the recording on.
    pub fn pause(&mut self, at_ms: u32, paused: bool, page: &mut (impl FnMut(Page<'_>) + ?Sized)) {
        self.ripen(self.opened_at + u64::from(at_ms) * 1_000, page);
        let at = i64::from(at_ms) * 8 - i64::from(self.number) * PAGE_SAMPLES as i64;
        self.pauses.set(at.max(0) as usize, paused);
    }

    /// Gives out the pages that are ripe.
    pub fn ripen(&mut self, now: Micros, page: &mut (impl FnMut(Page<'_>) + ?Sized)) {
        while now.saturating_sub(self.opened_at) >= u64::from(self.number + 1) * 1_000_000 + GRACE {
            self.give(PAGE_SAMPLES, false, page);
        }
    }

    /// Gives out what is left, up to the call's end, and says how much there was in all.
    pub fn close(mut self, now: Micros, page: &mut (impl FnMut(Page<'_>) + ?Sized)) -> Recorded {
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

    fn give(&mut self, samples: usize, last: bool, page: &mut (impl FnMut(Page<'_>) + ?Sized)) {
        for (role, track) in TRACKS.into_iter().zip(&mut self.tracks) {
            page(Page {
                role,
                number: self.number,
                start_ms: self.number * 1_000,
                pcmu: &track.sound[..samples],
                gaps: Stretches {
                    of: Kind::Gap,
                    filled: &track.filled[..samples],
                    unwritten: &self.pauses.unwritten()[..samples],
                    at: 0,
                },
                pauses: Stretches {
                    of: Kind::Pause,
                    filled: &track.filled[..samples],
                    unwritten: &self.pauses.unwritten()[..samples],
                    at: 0,
                },
                last,
            });
            track.turn();
        }
        self.pauses.turn();
        self.number += 1;
    }
}

/// Stretches of a page without sound of its party, for one reason: first sample and length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretches<'a> {
    of: Kind,
    filled: &'a [u8],
    unwritten: &'a [bool],
    at: usize,
}

/// Why there is no sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// No packet came.
    Gap,
    /// The recording was paused.
    Pause,
}

impl Stretches<'_> {
    fn is_in(&self, sample: usize) -> bool {
        match self.of {
            Kind::Pause => self.unwritten[sample],
            Kind::Gap => !self.unwritten[sample] && self.filled[sample] == 0,
        }
    }
}

impl Iterator for Stretches<'_> {
    type Item = (u32, u32);

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.filled.len();
        let from = (self.at..end).find(|&sample| self.is_in(sample))?;
        let to = (from..end).find(|&sample| !self.is_in(sample));
        self.at = to.unwrap_or(end);
        Some((from as u32, (self.at - from) as u32))
    }
}

fn samples_between(from: Micros, to: Micros) -> i64 {
    (to as i64 - from as i64) * 8 / 1_000
}

#[cfg(test)]
mod tests;
