//! The one clock of the node: of sound, of what happens in calls, of deadlines.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sound::Micros;

/// From so much on UTC counts as stepped: less may lie between the readings of two clocks.
pub const STEP_US: i64 = 100_000;

/// Reads UTC in microseconds.
pub type Utc = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Monotonic microseconds, and what they are in UTC. UTC is read at the start, and again only while nobody is in a call:
/// a step of it moves no sound and nothing that happens, and both have the same time.
#[derive(Clone)]
pub struct Clock {
    start: Instant,
    start_unix_us: Arc<AtomicI64>,
    utc: Utc,
}

impl Clock {
    /// Begins now, with this machine's UTC.
    pub fn start() -> Self {
        Self::start_with(Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| since.as_micros() as i64)
        }))
    }

    /// Begins now, with that UTC.
    pub fn start_with(utc: Utc) -> Self {
        Self {
            start: Instant::now(),
            start_unix_us: Arc::new(AtomicI64::new(utc())),
            utc,
        }
    }

    /// Microseconds since the start.
    pub fn now(&self) -> Micros {
        self.start.elapsed().as_micros() as Micros
    }

    /// Milliseconds since the start.
    pub fn now_ms(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }

    /// The instant so many milliseconds after the start.
    pub fn instant(&self, at_ms: u64) -> Instant {
        self.start + Duration::from_millis(at_ms)
    }

    /// An instant in UTC microseconds.
    pub fn unix_us(&self, at: Micros) -> i64 {
        self.start_unix_us.load(Ordering::Relaxed) + at as i64
    }

    /// Now in UTC microseconds.
    pub fn now_unix_us(&self) -> i64 {
        self.unix_us(self.now())
    }

    /// How far UTC has been stepped since it was read, in microseconds.
    pub fn apart_us(&self) -> i64 {
        (self.utc)() - self.now_unix_us()
    }

    /// Follows UTC if it has been stepped; whether it had to.
    pub fn set(&self) -> bool {
        let apart_us = self.apart_us();
        let stepped = apart_us.abs() >= STEP_US;
        if stepped {
            self.start_unix_us.fetch_add(apart_us, Ordering::Relaxed);
        }
        stepped
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Clock({} us)", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN_US: i64 = 1_800_000_000_000_000;
    const HOUR_US: i64 = 3_600_000_000;

    /// A clock, and what is added to its UTC.
    fn clock() -> (Clock, Arc<AtomicI64>) {
        let stepped = Arc::new(AtomicI64::new(0));
        let (began, added) = (Instant::now(), Arc::clone(&stepped));
        let utc = move || {
            let passed = began.elapsed().as_micros() as i64;
            BEGAN_US + passed + added.load(Ordering::Relaxed)
        };
        (Clock::start_with(Arc::new(utc)), stepped)
    }

    #[test]
    fn a_step_of_utc_moves_no_instant_until_the_clock_is_set() {
        let (clock, stepped) = clock();
        let before = clock.unix_us(1_000);
        for step_us in [HOUR_US, -HOUR_US] {
            stepped.store(step_us, Ordering::Relaxed);
            assert_eq!(clock.unix_us(1_000), before);
            assert!((clock.apart_us() - step_us).abs() < STEP_US);
            assert!(clock.set());
            assert!((clock.unix_us(1_000) - before - step_us).abs() < STEP_US);
            stepped.store(0, Ordering::Relaxed);
            assert!(clock.set());
        }
    }

    #[test]
    fn a_clock_that_is_right_is_left_alone() {
        let (clock, stepped) = clock();
        let before = clock.unix_us(0);
        stepped.store(STEP_US / 2, Ordering::Relaxed);
        assert!(!clock.set());
        assert_eq!(clock.unix_us(0), before);
    }

    #[test]
    fn whoever_has_the_clock_follows_when_it_is_set() {
        let (clock, stepped) = clock();
        let other = clock.clone();
        stepped.store(HOUR_US, Ordering::Relaxed);
        clock.set();
        assert_eq!(other.unix_us(7), clock.unix_us(7));
    }
}
