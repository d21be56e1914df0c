//! Media threads: calls' sound over real sockets. [`Media`] is the handle that signalling holds.
//!
//! Orders go down by a bounded queue per thread (and an eventfd that wakes it); happenings come up by one bounded
//! channel. A call lives on one thread from `OpenCall` to `EndCall`; its orders are carried out in the order given.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

pub use ports::{NoPort, PortLease};
pub use sound::{Codec, Collect, Digits, Mode, PlayOutcome, Prompt, Role};

mod ports;

/// A call, as signalling numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// A leg, as signalling numbers it; unique in its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(pub u64);

/// One play, as signalling numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlayId(pub u64);

/// How the media threads are set up.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// Address that RTP sockets are bound to.
    pub address: IpAddr,
    /// First and last RTP port; the even ones between are leased.
    pub ports: (u16, u16),
    /// Media threads; a call lives on one of them.
    pub threads: usize,
    /// `SCHED_FIFO` priority of the media threads, where the system permits it; `None`: ordinary.
    pub realtime_priority: Option<u8>,
    /// Where spool files go; made if missing.
    pub spool_dir: PathBuf,
    /// A spool file is closed, and the next one begun, at this size or age.
    pub spool_bytes_max: u64,
    pub spool_age_max: Duration,
    /// Orders that may wait for a thread.
    pub orders_max: usize,
    /// Tapped frames that may wait for the spool writer, per thread.
    pub tapped_max: usize,
    /// Without RTP for so long a leg is reported silent, once.
    pub rtp_silence: Duration,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            ports: (20_000, 23_998),
            threads: 1,
            realtime_priority: Some(10),
            spool_dir: PathBuf::from("var/spool"),
            spool_bytes_max: 8 << 20,
            spool_age_max: Duration::from_secs(30),
            orders_max: 4_096,
            tapped_max: 32_768,
            rtp_silence: Duration::from_secs(15),
        }
    }
}

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
        collect: Option<Collect>,
    },
    /// Stops this play if it is still under way.
    StopPlay {
        call: CallId,
        play: PlayId,
    },
    /// Customer and operator hear each other from here on; a play is stopped.
    Join {
        call: CallId,
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
    /// Ends the recording; the last page and `TapClosed` follow.
    StopTap {
        call: CallId,
    },
    /// The leg's port returns to the pool.
    RemoveLeg {
        call: CallId,
        leg: LegId,
    },
    /// Ends plays, tap and legs.
    EndCall {
        call: CallId,
    },
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
    /// No RTP from the leg for `silent_ms` though it may send; once until it is heard again.
    RtpSilent {
        call: CallId,
        leg: LegId,
        silent_ms: u32,
    },
}

/// An order that found its thread's queue full; it had no effect.
#[derive(Debug)]
pub struct Full(pub MediaOrder);

/// The handle to all media threads.
#[derive(Debug, Clone)]
pub struct Media {
    ports: Arc<ports::Ports>,
}

impl Media {
    /// Starts the media threads and their spool writers.
    pub fn start(config: &MediaConfig, happenings: Sender<MediaHappening>) -> io::Result<Self> {
        drop(happenings);
        Ok(Self {
            ports: ports::Ports::new(config.address, config.ports),
        })
    }

    /// Leases an RTP port with its socket, open already, so that SDP is written without waiting for a thread.
    pub fn reserve_port(&self) -> Result<PortLease, NoPort> {
        self.ports.reserve()
    }

    /// Hands an order to the call's thread.
    pub fn order(&self, order: MediaOrder) -> Result<(), Full> {
        Err(Full(order))
    }
}
