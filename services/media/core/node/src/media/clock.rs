//! The one clock of all media threads.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sound::Micros;

/// Monotonic microseconds, and what they are in UTC. UTC is read once, so that a step of it moves no sound.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    start_unix_us: i64,
}

impl Clock {
    pub fn start() -> Self {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            start: Instant::now(),
            start_unix_us: unix.as_micros() as i64,
        }
    }

    /// Microseconds since the start.
    pub fn now(&self) -> Micros {
        self.start.elapsed().as_micros() as Micros
    }

    /// An instant in UTC microseconds.
    pub fn unix_us(&self, at: Micros) -> i64 {
        self.start_unix_us + at as i64
    }
}
