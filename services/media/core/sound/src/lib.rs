//! The sound of a call: RTP, G.711, who hears whom, prompts, keys and taps; pure, without sockets, clocks or threads.
//!
//! [`Call`] is the machine: packets, orders and expired deadlines go in with the time as an argument; packets, tapped
//! sound, happenings and counts come out through [`Out`]. Times are microseconds of any monotonic clock.

pub mod g711;
pub mod modes;
pub mod play;
pub mod prompt;

pub use g711::Codec;
pub use modes::{Mode, Role};
pub use play::{Collect, Digits, PlayOutcome};
pub use prompt::Prompt;

/// Microseconds of a monotonic clock.
pub type Micros = u64;

/// Samples a second of all sound here (G.711).
pub const SAMPLE_RATE: u32 = 8_000;

/// Samples in one frame: 20 ms.
pub const FRAME_SAMPLES: usize = 160;

/// Duration of one frame.
pub const FRAME_MICROS: Micros = 20_000;
