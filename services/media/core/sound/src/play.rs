//! Plays: prompts one after another, then perhaps keys, or the last prompt again and again.

use std::fmt;
use std::sync::Arc;

use crate::call::Slot;
use crate::{Codec, Micros, Prompt, FRAME_MICROS, FRAME_SAMPLES};

/// The most digits that a play collects.
pub const DIGITS_MAX: usize = 32;

/// A play that is late by more (the host stood still) goes on from now instead of sending a burst.
const BURST_MAX: Micros = 200_000;

/// How keys are collected after a play's prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collect {
    /// Collecting ends with this many keys (1 to [`DIGITS_MAX`]).
    pub digits_max: u8,
    /// How long after the prompts' end the first key may take.
    pub first_ms: u32,
    /// How long after a key the next may take.
    pub between_ms: u32,
    /// A key that ends collecting and is not collected, such as `#`.
    pub finish_key: Option<char>,
    /// Whether a key cuts the prompts short and counts; if not (guidance), keys during the prompts are ignored.
    pub interrupts: bool,
}

/// What follows a play's prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing: the play is over.
    End,
    Collect(Collect),
    /// The last prompt without a pause until the play is stopped: music.
    Repeat,
}

/// How a play ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayOutcome {
    /// All prompts were heard; no keys were asked for.
    Completed,
    /// Keys were asked for and came.
    Collected,
    /// Keys were asked for and did not come, or not all of them.
    TimedOut,
    /// The leg or the call ended.
    HungUp,
    /// An order stopped it: to stop, to play something else, to join.
    Stopped,
}

/// Keys pressed, in order: `0`–`9`, `*`, `#`, `A`–`D`.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Digits {
    keys: [u8; DIGITS_MAX],
    len: u8,
}

impl Digits {
    /// The keys as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.keys[..self.len()]).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a key; past [`DIGITS_MAX`] it is dropped.
    fn push(&mut self, key: char) {
        if let Some(place) = self.keys.get_mut(usize::from(self.len)) {
            *place = key as u8;
            self.len += 1;
        }
    }
}

impl fmt::Debug for Digits {
    /// Their number only: keys may be a secret, and logs are no place for them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digits({})", self.len)
    }
}

/// A play under way; driven by [`crate::Call`].
#[derive(Debug)]
pub struct Play {
    pub leg: Slot,
    pub id: u64,
    prompts: Vec<Arc<Prompt>>,
    then: Then,
    /// The prompt that sounds, and its next sample.
    index: usize,
    from: usize,
    /// When the next frame is due or, with no prompt left, when the last frame is over or waiting for keys ends.
    due: Micros,
    waiting: bool,
    heard: u64,
    digits: Digits,
}

/// What a play wants at its due time.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the frame that was written.
    Frame,
    /// Nothing more until the next due time.
    Wait,
    Ended(PlayOutcome),
}

impl Play {
    pub fn new(now: Micros, leg: Slot, id: u64, prompts: Vec<Arc<Prompt>>, then: Then) -> Self {
        let digits = Digits::default();
        Self {
            leg,
            id,
            prompts,
            then,
            index: 0,
            from: 0,
            due: now,
            waiting: false,
            heard: 0,
            digits,
        }
    }

    pub fn due(&self) -> Micros {
        self.due
    }

    /// Whether prompts sound, so that the leg hears nothing else.
    pub fn sounds(&self) -> bool {
        !self.waiting
    }

    /// What was heard of all prompts together, by the frames sent; repeats count, so that it may be more than there is.
    pub fn heard_ms(&self) -> u32 {
        (self.heard / 8) as u32
    }

    pub fn total_ms(&self) -> u32 {
        self.prompts.iter().map(|prompt| prompt.total_ms()).sum()
    }

    pub fn digits(&self) -> Digits {
        self.digits
    }

    /// Takes the step that is due; `None` as codec: the leg can't be sent to, and the play waits with it.
    pub fn step(
        &mut self,
        now: Micros,
        codec: Option<Codec>,
        frame: &mut [u8; FRAME_SAMPLES],
    ) -> Step {
        if self.waiting {
            return Step::Ended(PlayOutcome::TimedOut);
        }
        if now.saturating_sub(self.due) > BURST_MAX {
            self.due = now;
        }
        let Some(prompt) = self.prompts.get(self.index) else {
            return self.prompts_ended();
        };
        let Some(codec) = codec else {
            self.due += FRAME_MICROS;
            return Step::Wait;
        };
        let mut own = prompt.frame(codec, self.from, frame);
        self.from += own;
        let last = self.index + 1 == self.prompts.len();
        if last && self.then == Then::Repeat && prompt.samples() > 0 {
            while own < FRAME_SAMPLES || self.from == prompt.samples() {
                self.from = prompt.frame(codec, 0, &mut frame[own..]);
                own += self.from;
            }
        } else if self.from >= prompt.samples() {
            (self.index, self.from) = (self.index + 1, 0);
        }
        self.due += FRAME_MICROS;
        self.heard += own as u64;
        Step::Frame
    }

    fn prompts_ended(&mut self) -> Step {
        let Then::Collect(collect) = self.then else {
            return Step::Ended(PlayOutcome::Completed);
        };
        self.wait(collect.first_ms, self.due);
        Step::Wait
    }

    fn wait(&mut self, milliseconds: u32, from: Micros) {
        self.waiting = true;
        self.due = from + Micros::from(milliseconds) * 1_000;
    }

    /// Takes a key; returns the outcome if it was the last one.
    pub fn key(&mut self, now: Micros, key: char) -> Option<PlayOutcome> {
        let Then::Collect(collect) = self.then else {
            return None;
        };
        if !self.waiting && !collect.interrupts {
            return None;
        }
        self.wait(collect.between_ms, now);
        if collect.finish_key == Some(key) {
            return Some(PlayOutcome::Collected);
        }
        self.digits.push(key);
        let full = self.digits.len() >= usize::from(collect.digits_max).min(DIGITS_MAX);
        full.then_some(PlayOutcome::Collected)
    }
}
