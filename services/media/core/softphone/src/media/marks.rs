//! Send times of coded frames, shared by the sending and the receiving thread.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::frames::{Kind, Mark, SENDERS_MAX};

/// Send times remembered: 20 s of a coded stream.
const STREAM_TIMES: usize = 1024;
const BURST_TIMES: usize = 64;
pub struct Times {
    sent: AtomicU32,
    at_ns: Box<[AtomicU64]>,
}

impl Times {
    fn new(length: usize) -> Self {
        Self {
            sent: AtomicU32::new(0),
            at_ns: (0..length).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    fn stamp(&self, at_ns: u64) -> u32 {
        let number = self.sent.load(Ordering::Relaxed);
        self.at_ns[number as usize % self.at_ns.len()].store(at_ns, Ordering::Release);
        self.sent.store(number + 1, Ordering::Release);
        number
    }

    /// When the number was sent; `None` when it was not, or too long ago.
    pub fn of(&self, number: u32) -> Option<u64> {
        let sent = self.sent.load(Ordering::Acquire);
        let age = sent.checked_sub(number)?;
        let known = age > 0 && age as usize <= self.at_ns.len();
        known.then(|| self.at_ns[number as usize % self.at_ns.len()].load(Ordering::Acquire))
    }

    pub fn last(&self) -> Option<(u32, u64)> {
        let number = self.sent.load(Ordering::Acquire).checked_sub(1)?;
        Some((number, self.of(number)?))
    }
}

/// Send times of one source of coded frames: written by the sending thread, read by the receiving one.
pub struct Marks {
    sender: u32,
    streams: Times,
    pub bursts: Times,
}

impl Marks {
    pub fn new(number: u32) -> Self {
        let sender = number % SENDERS_MAX;
        Self {
            sender,
            streams: Times::new(STREAM_TIMES),
            bursts: Times::new(BURST_TIMES),
        }
    }

    pub fn sender(&self) -> u32 {
        self.sender
    }

    /// The mark of a frame that is sent at this instant.
    pub fn stamp(&self, kind: Kind, at_ns: u64) -> Mark {
        Mark {
            kind,
            sender: self.sender,
            number: self.times(kind).stamp(at_ns),
        }
    }

    pub fn times(&self, kind: Kind) -> &Times {
        match kind {
            Kind::Stream => &self.streams,
            Kind::Burst => &self.bursts,
        }
    }
}
