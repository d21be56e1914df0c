//! Plays: prompts one after another, then perhaps keys.

use std::fmt;

/// The most digits that a play collects.
pub const DIGITS_MAX: usize = 32;

/// How keys are collected after, and by a first key in place of the rest of, a play's prompts.
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
    pub(crate) fn push(&mut self, key: char) {
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
