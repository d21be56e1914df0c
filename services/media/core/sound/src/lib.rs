//! The sound of a call: RTP, G.711, who hears whom, prompts, keys and taps; pure, without sockets, clocks or threads.
//!
//! [`Call`] is the machine: packets, orders and expired deadlines go in with the time as an argument; packets, tapped
//! sound, happenings and counts come out through [`Out`]. Times are microseconds of any monotonic clock.

pub mod call;
pub mod dtmf;
pub mod g711;
mod leg;
mod mix;
pub mod modes;
pub mod play;
pub mod prompt;
pub mod rtp;
pub mod speech;
pub mod stream;
pub mod timeline;

pub use call::{Call, Happening, MovedLeg, Out, Slot, Tapped, LEGS_MAX};
pub use g711::Codec;
pub use leg::Peer;
pub use modes::{Hold, Mode, Role};
pub use play::{Collect, Digits, PlayOutcome, Then};
pub use prompt::Prompt;
pub use stream::Identity;

/// Microseconds of a monotonic clock.
pub type Micros = u64;

/// Samples a second of all sound here (G.711).
pub const SAMPLE_RATE: u32 = 8_000;

/// Samples in one frame: 20 ms.
pub const FRAME_SAMPLES: usize = 160;

/// Duration of one frame.
pub const FRAME_MICROS: Micros = 20_000;

/// What a call counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Datagrams that came to legs' sockets.
    Received,
    /// Packets sent.
    Sent,
    /// Datagrams from other addresses than the SDP's, or before it.
    Foreign,
    /// Datagrams that are no RTP.
    Malformed,
    /// Packets of a payload type that was not negotiated.
    WrongPayload,
    /// Packets without sound, or from a leg that is not to send.
    Unwanted,
    /// Packets with a number seen already.
    Duplicate,
    /// Packets too late to tell.
    Stale,
    /// Packets sent with one leg's sound.
    Forwarded,
    /// Packets sent with several legs' sound.
    Mixed,
    /// Packets of noise sent in place of a voice that is not to be heard.
    Veiled,
    /// Frames of prompts sent.
    PromptFrames,
    /// Keys pressed.
    Keys,
    /// Times that another leg drove because the anchor was late.
    AnchorLate,
    /// Packets not sent because another source's had just been.
    Crowded,
    /// Samples of a voice that were dropped because newer ones waited.
    DroppedSamples,
}

impl Count {
    /// All, in the order of their declaration.
    pub const ALL: [Self; 16] = [
        Self::Received,
        Self::Sent,
        Self::Foreign,
        Self::Malformed,
        Self::WrongPayload,
        Self::Unwanted,
        Self::Duplicate,
        Self::Stale,
        Self::Forwarded,
        Self::Mixed,
        Self::Veiled,
        Self::PromptFrames,
        Self::Keys,
        Self::AnchorLate,
        Self::Crowded,
        Self::DroppedSamples,
    ];
}
