//! The two clocks of the ledger, in nanoseconds, and the process's source of chance.
#![allow(unsafe_code)] // clock_gettime: the standard library gives no raw monotonic reading

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

pub const MILLISECOND_NS: u64 = 1_000_000;
pub const SECOND_NS: u64 = 1_000_000_000;

/// `CLOCK_REALTIME` in nanoseconds since 1970: the clock of kernel receive timestamps.
pub fn realtime_ns() -> u64 {
    read(libc::CLOCK_REALTIME)
}

/// `CLOCK_MONOTONIC` in nanoseconds: the clock that deadlines are counted by.
pub fn mono_ns() -> u64 {
    read(libc::CLOCK_MONOTONIC)
}

fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid, writable timespec; both clocks exist on every Linux.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * SECOND_NS + time.tv_nsec as u64
}

/// Chance for tags, branches and phases (splitmix64, seeded by the system). Not for secrets.
pub struct Random(u64);

impl Random {
    pub fn seeded() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound` (`bound` > 0).
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Sixteen hexadecimal digits.
    pub fn token(&mut self) -> String {
        format!("{:016x}", self.next())
    }
}
