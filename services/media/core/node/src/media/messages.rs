//! What signalling orders of a call's sound, and what it is told.

use std::net::SocketAddr;
use std::sync::Arc;

use sound::{Codec, Digits, Mode, PlayOutcome, Prompt, Role, Then};

use super::PortLease;

/// A call, as signalling numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// A leg, as signalling numbers it; unique in its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(pub u64);

/// One play, as signalling numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlayId(pub u64);

/// What signalling asks of a call's sound.
#[derive(Debug)]
pub enum MediaOrder {
    OpenCall {
        call: CallId,
    },
    /// The leg's port is leased before its SDP is written; the leg hears and says nothing before `SetPeer`.
    AddLeg {
        call: CallId,
        leg: LegId,
        role: Role,
        port: PortLease,
    },
    /// Where the leg's RTP comes from and goes to, exactly, by its SDP. Repeated at a re-INVITE.
    SetPeer {
        call: CallId,
        leg: LegId,
        peer: SocketAddr,
        codec: Codec,
        telephone_event: Option<u8>,
        /// Where whispers go apart from the talk, for a phone with two ways to its ears.
        whisper: Option<SocketAddr>,
    },
    /// Both true from the start; the peer's `sendonly`/`recvonly`/`inactive` turned round.
    SetDirection {
        call: CallId,
        leg: LegId,
        sends: bool,
        receives: bool,
    },
    /// Plays prompts to a leg in place of what it would hear; a play under way is stopped.
    Play {
        call: CallId,
        leg: LegId,
        play: PlayId,
        prompts: Vec<Arc<Prompt>>,
        then: Then,
    },
    /// A key of the leg that signalling was told; those in the sound are heard there.
    Press {
        call: CallId,
        leg: LegId,
        key: char,
    },
    /// Stops this play if it is still under way.
    StopPlay {
        call: CallId,
        play: PlayId,
    },
    /// This operator, all others and the customer hear each other from here on, but for a customer on hold; a play is
    /// stopped.
    Join {
        call: CallId,
        leg: LegId,
    },
    /// Takes the customer's leg out of the talk and plays music to it again and again, under that number.
    Hold {
        call: CallId,
        leg: LegId,
        play: PlayId,
        music: Arc<Prompt>,
    },
    /// Takes the customer back.
    Resume {
        call: CallId,
    },
    /// Takes a leg's voice out of everybody's ears and out of the recording, or lets it in again; answered by `Muted`.
    Mute {
        call: CallId,
        leg: LegId,
        muted: bool,
    },
    /// Turns an operator's voice to the supervisors alone, or back; answered by `TalkBack`.
    TalkBack {
        call: CallId,
        leg: LegId,
        on: bool,
    },
    /// Puts a supervisor's leg in a mode; answered by `ModeApplied` or `OrderRefused` with the same `order`.
    Supervise {
        order: u64,
        call: CallId,
        leg: LegId,
        mode: Mode,
    },
    /// Takes a supervisor's mode away; the leg stays until `RemoveLeg`. Answered by `ModeEnded` or `OrderRefused`.
    Unsupervise {
        order: u64,
        call: CallId,
        leg: LegId,
    },
    /// Records the three tracks from here on; once per call.
    StartTap {
        call: CallId,
        contact_id: String,
    },
    /// Nothing of what comes from here on is recorded, or all again; before the recording begins, so it begins.
    PauseTap {
        call: CallId,
        paused: bool,
    },
    /// Ends the recording; the last page and `TapClosed` follow.
    StopTap {
        call: CallId,
    },
    /// The leg's port returns to the pool.
    RemoveLeg {
        call: CallId,
        leg: LegId,
    },
    /// Takes a leg with its port and its outgoing stream to another call, on whatever thread that one lives; a
    /// supervisor's has no mode there yet. Answered by `LegMoved`; what is ordered of the other call before may
    /// overtake the leg.
    MoveLeg {
        call: CallId,
        to: CallId,
        leg: LegId,
    },
    /// Ends plays, tap and legs.
    EndCall {
        call: CallId,
    },
}

impl MediaOrder {
    /// The call that it is about.
    pub fn call(&self) -> CallId {
        match *self {
            Self::OpenCall { call }
            | Self::AddLeg { call, .. }
            | Self::SetPeer { call, .. }
            | Self::SetDirection { call, .. }
            | Self::Play { call, .. }
            | Self::Press { call, .. }
            | Self::StopPlay { call, .. }
            | Self::Join { call, .. }
            | Self::Hold { call, .. }
            | Self::Resume { call }
            | Self::PauseTap { call, .. }
            | Self::Mute { call, .. }
            | Self::TalkBack { call, .. }
            | Self::Supervise { call, .. }
            | Self::Unsupervise { call, .. }
            | Self::StartTap { call, .. }
            | Self::StopTap { call }
            | Self::RemoveLeg { call, .. }
            | Self::MoveLeg { call, .. }
            | Self::EndCall { call } => call,
        }
    }
}

/// What happened in a call's sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaHappening {
    /// A play ended; milliseconds by the frames that were sent.
    Played {
        call: CallId,
        play: PlayId,
        heard_ms: u32,
        total_ms: u32,
        outcome: PlayOutcome,
        digits: Digits,
    },
    Joined {
        call: CallId,
        leg: LegId,
    },
    /// Nobody hears the leg from here on, or all who may.
    Muted {
        call: CallId,
        leg: LegId,
        muted: bool,
    },
    /// Supervisors alone hear the operator from here on, or all again; it ends by itself with the last supervisor.
    TalkBack {
        call: CallId,
        leg: LegId,
        on: bool,
    },
    /// The answer to `Hold`, and to `Resume`.
    CustomerHeld {
        call: CallId,
    },
    CustomerResumed {
        call: CallId,
    },
    /// Told when an open recording is paused or goes on, from which millisecond of it on.
    TapPaused {
        call: CallId,
        at_ms: u32,
        paused: bool,
    },
    TapOpened {
        call: CallId,
        at_unix_us: i64,
    },
    /// The mode holds from the operator's outgoing RTP timestamp `rtp_ts` on.
    ModeApplied {
        order: u64,
        call: CallId,
        leg: LegId,
        mode: Mode,
        at_unix_us: i64,
        rtp_ts: u32,
    },
    ModeEnded {
        order: u64,
        call: CallId,
        leg: LegId,
        at_unix_us: i64,
        rtp_ts: u32,
    },
    /// `Supervise` or `Unsupervise` named no supervisor's leg of the call.
    OrderRefused {
        order: u64,
        call: CallId,
    },
    /// The recording is whole in the spool: `pages` per track.
    TapClosed {
        call: CallId,
        recorded_ms: u32,
        pages: u32,
    },
    /// Neither customer nor operator has spoken since, for `silent_ms` so far.
    SilenceBegan {
        call: CallId,
        since_unix_us: i64,
        silent_ms: u32,
    },
    /// Somebody speaks again, or is on hold. Not told when the talk is over.
    SilenceEnded {
        call: CallId,
        silent_ms: u32,
    },
    /// Customer and operator have spoken at once for `overlap_ms` so far.
    OverlapBegan {
        call: CallId,
        overlap_ms: u32,
    },
    /// One of them stopped. Not told when the talk is over.
    OverlapEnded {
        call: CallId,
        overlap_ms: u32,
    },
    /// No RTP from the leg for `silent_ms` though it may send; once until it is heard again.
    RtpSilent {
        call: CallId,
        leg: LegId,
        silent_ms: u32,
    },
    /// A leg that was moved is in this call from here on or, if `arrived` is not set, in none: it or the call was gone.
    LegMoved {
        call: CallId,
        leg: LegId,
        arrived: bool,
    },
}
