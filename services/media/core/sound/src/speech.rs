//! Who speaks in a talk, how loud, who at once, and when nobody does.
//!
//! Time is cut into cells of 20 ms. A cell is closed some time after its end, so that late packets still count, and
//! judged once enough of what follows is heard to tell a pause between two words from the end of speech. All legs' cells
//! are judged together: jitter makes nobody speak at once who did not. A stream that stops, by loss or by a phone that
//! sends no silence, is silence.
//!
//! A talk that is dropped says nothing more: whoever drops it knows that what was open is over.

use crate::{Micros, Role, Tapped, FRAME_MICROS, FRAME_SAMPLES, LEGS_MAX};

mod ear;

pub use ear::LegSecond;

use ear::Ear;

/// Samples of a cell.
const CELL_SAMPLES: usize = FRAME_SAMPLES;

/// How long after its end a cell is closed: 200 ms. Later packets are rare, and lost to this.
const CELLS_GRACE: u64 = 10;

/// How many cells must be closed beyond the one that is judged.
const CELLS_AHEAD: u64 = 12;

/// Cells of a second.
const CELLS_SECOND: u64 = 50;

/// Silence is told from 3 s on: longer than anybody thinks before an answer.
pub const SILENCE_MIN: Micros = 3_000_000;

/// Overlap is told from 1 s on: shorter ones are assent and changes of turn.
pub const OVERLAP_MIN: Micros = 1_000_000;

/// How long after something was said it is told, at the most: what is closed, seen ahead, and the cell itself.
pub const TOLD_AFTER: Micros = (CELLS_GRACE + CELLS_AHEAD + 1) * FRAME_MICROS;

/// Who is in a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cast {
    /// The legs whose phones are there.
    pub roles: [Option<Role>; LEGS_MAX],
    /// Whether customer or operator is on hold, which is no silence.
    pub held: bool,
}

/// What is noted of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// Nobody whom customer or operator hears has spoken since, for [`SILENCE_MIN`].
    SilenceBegan {
        since: Micros,
    },
    /// Somebody speaks again, or is on hold.
    SilenceEnded {
        silent_ms: u32,
    },
    /// Customer and operator have spoken at once since, for [`OVERLAP_MIN`].
    OverlapBegan {
        since: Micros,
    },
    OverlapEnded {
        overlap_ms: u32,
    },
    /// A second is over.
    Second(Second),
}

/// One second of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Second {
    /// A whole second of the clock.
    pub end: Micros,
    pub legs: [Option<LegSecond>; LEGS_MAX],
    /// Customer and operator spoke at once for so long.
    pub overlap_ms: u32,
}

/// A stretch that is told once it is long enough.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Its first cell.
    from: u64,
    told: bool,
}

/// A talk between customer and operator, and whoever supervises it.
#[derive(Debug, Clone)]
pub struct Talk {
    ears: [Option<Ear>; LEGS_MAX],
    held: bool,
    /// The talk's first cell.
    first: u64,
    /// The cell that is closed next.
    next: u64,
    silence: Stretch,
    overlap: Option<Stretch>,
    overlap_cells: u32,
}

impl Talk {
    pub fn new(now: Micros, cast: &Cast) -> Self {
        let first = now / FRAME_MICROS;
        let mut talk = Self {
            ears: [const { None }; LEGS_MAX],
            held: false,
            first,
            next: first,
            silence: Stretch {
                from: first,
                told: false,
            },
            overlap: None,
            overlap_cells: 0,
        };
        talk.cast(cast, &mut |_| ());
        talk
    }

    /// Sets who is in the talk from here on.
    pub fn recast(&mut self, now: Micros, cast: &Cast, note: &mut impl FnMut(Noted)) {
        self.ripen(now, note);
        self.cast(cast, note);
    }

    /// Takes one packet's sound; `audible`: the customer hears it.
    pub fn hear(&mut self, audible: bool, tapped: &Tapped<'_>, note: &mut impl FnMut(Noted)) {
        self.ripen(tapped.at, note);
        if let Some(ear) = &mut self.ears[tapped.leg.index()] {
            ear.audible = audible;
            ear.hear(tapped, self.next);
        }
    }

    /// Judges what can be judged by now.
    pub fn ripen(&mut self, now: Micros, note: &mut impl FnMut(Noted)) {
        while (self.next + 1 + CELLS_GRACE) * FRAME_MICROS <= now {
            for ear in self.ears.iter_mut().flatten() {
                ear.close_cell(self.next);
            }
            if let Some(judged) = self.judged() {
                self.judge(judged, note);
            }
            self.next += 1;
        }
    }

    /// The cell that can be judged once `next` is closed.
    fn judged(&self) -> Option<u64> {
        self.next
            .checked_sub(CELLS_AHEAD)
            .filter(|&judged| judged >= self.first)
    }

    fn cast(&mut self, cast: &Cast, note: &mut impl FnMut(Noted)) {
        for (ear, role) in self.ears.iter_mut().zip(cast.roles) {
            if ear.as_ref().map(|ear| ear.role) != role {
                *ear = role.map(Ear::new);
            }
        }
        self.held = cast.held;
        if self.held {
            self.end_silence(self.judged().unwrap_or(self.first), note);
        }
    }

    fn judge(&mut self, cell: u64, note: &mut impl FnMut(Noted)) {
        let (mut customer, mut operator, mut anybody) = (false, false, false);
        for ear in self.ears.iter_mut().flatten() {
            if ear.judge_cell(cell) {
                customer |= ear.role == Role::Customer;
                operator |= ear.role == Role::Operator;
                anybody |= ear.role != Role::Supervisor || ear.audible;
            }
        }
        if anybody || self.held {
            self.end_silence(cell, note);
            self.silence.from = cell + 1;
        } else if lasts(&mut self.silence, cell, SILENCE_MIN) {
            note(Noted::SilenceBegan {
                since: self.silence.from * FRAME_MICROS,
            });
        }
        self.judge_overlap(cell, customer && operator && !self.held, note);
        if (cell + 1).is_multiple_of(CELLS_SECOND) {
            self.end_second(cell, note);
        }
    }

    fn judge_overlap(&mut self, cell: u64, at_once: bool, note: &mut impl FnMut(Noted)) {
        if at_once {
            self.overlap_cells += 1;
            let overlap = self.overlap.get_or_insert(Stretch {
                from: cell,
                told: false,
            });
            if lasts(overlap, cell, OVERLAP_MIN) {
                note(Noted::OverlapBegan {
                    since: overlap.from * FRAME_MICROS,
                });
            }
        } else if let Some(overlap) = self.overlap.take().filter(|overlap| overlap.told) {
            note(Noted::OverlapEnded {
                overlap_ms: milliseconds(overlap.from, cell),
            });
        }
    }

    fn end_silence(&mut self, cell: u64, note: &mut impl FnMut(Noted)) {
        if std::mem::take(&mut self.silence.told) {
            note(Noted::SilenceEnded {
                silent_ms: milliseconds(self.silence.from, cell),
            });
        }
    }

    fn end_second(&mut self, cell: u64, note: &mut impl FnMut(Noted)) {
        let mut legs = [None; LEGS_MAX];
        for (leg, ear) in legs.iter_mut().zip(&mut self.ears) {
            *leg = ear.as_mut().map(Ear::take_second);
        }
        note(Noted::Second(Second {
            end: (cell + 1) * FRAME_MICROS,
            legs,
            overlap_ms: std::mem::take(&mut self.overlap_cells) * 20,
        }));
    }
}

/// Whether a stretch is, with this cell, long enough to be told; once.
fn lasts(stretch: &mut Stretch, cell: u64, least: Micros) -> bool {
    let long = (cell + 1 - stretch.from) * FRAME_MICROS >= least;
    long && !std::mem::replace(&mut stretch.told, true)
}

fn milliseconds(from: u64, to: u64) -> u32 {
    (to.saturating_sub(from) * FRAME_MICROS / 1_000) as u32
}
