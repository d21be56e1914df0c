//! Where the timeline is not written to, from the page that is given out next.

use super::{KEPT, PAGE_SAMPLES};

/// The kept pages' samples that are paused, and whether what follows them is.
#[derive(Debug)]
pub struct Pauses {
    unwritten: Box<[bool]>,
    paused: bool,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            unwritten: vec![false; PAGE_SAMPLES * KEPT].into(),
            paused: false,
        }
    }
}

impl Pauses {
    /// One flag for each sample of the kept pages.
    pub fn unwritten(&self) -> &[bool] {
        &self.unwritten
    }

    /// Pauses or resumes from that sample on.
    pub fn set(&mut self, from: usize, paused: bool) {
        self.paused = paused;
        let from = from.min(self.unwritten.len());
        self.unwritten[from..].fill(paused);
    }

    /// Drops the page that was given out.
    pub fn turn(&mut self) {
        self.unwritten.copy_within(PAGE_SAMPLES.., 0);
        self.unwritten[PAGE_SAMPLES * (KEPT - 1)..].fill(self.paused);
    }
}
