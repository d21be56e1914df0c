//! Media threads: calls' sound over real sockets. [`Media`] is the handle that signalling holds.
//!
//! Orders go down by a bounded queue per thread (and an eventfd that wakes it); happenings come up by one bounded
//! channel. A call lives on one thread from `OpenCall` to `EndCall`; its orders are carried out in the order given.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::mpsc::{sync_channel, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use tokio::sync::mpsc::Sender;

use clock::Clock;
use happenings::Happenings;
use poll::{Poll, Wake};
use ports::Ports;
use spool::Spool;
use tap::Tap;
use worker::{Links, Message, Worker};

pub use metrics::{Event, MediaMetrics};
pub use ports::{NoPort, PortLease};
pub use sound::{Codec, Collect, Count, Digits, Mode, PlayOutcome, Prompt, Role};

mod clock;
mod guard;
mod happenings;
mod metrics;
mod orders;
mod poll;
mod ports;
pub mod spool;
mod tap;
mod worker;
mod writer;

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

impl MediaOrder {
    /// The call that it is about.
    pub fn call(&self) -> CallId {
        match *self {
            Self::OpenCall { call }
            | Self::AddLeg { call, .. }
            | Self::SetPeer { call, .. }
            | Self::SetDirection { call, .. }
            | Self::Play { call, .. }
            | Self::StopPlay { call, .. }
            | Self::Join { call }
            | Self::Supervise { call, .. }
            | Self::Unsupervise { call, .. }
            | Self::StartTap { call, .. }
            | Self::StopTap { call }
            | Self::RemoveLeg { call, .. }
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
    ports: Arc<Ports>,
    metrics: Arc<MediaMetrics>,
    threads: Arc<[Thread]>,
}

/// One media thread's queue.
#[derive(Debug)]
struct Thread {
    messages: SyncSender<Message>,
    wake: Wake,
    /// The media thread and its spool writer, until they are joined.
    running: Mutex<Vec<JoinHandle<()>>>,
}

impl Media {
    /// Starts the media threads and their spool writers.
    ///
    /// When the happenings' channel is full, up to 16,384 of them wait per thread, and what waits or is lost is counted.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the threads hold the only senders: when they end, the channel closes"
    )]
    pub fn start(config: &MediaConfig, happenings: Sender<MediaHappening>) -> io::Result<Self> {
        let clock = Clock::start();
        let metrics = Arc::new(MediaMetrics::default());
        let threads = (0..config.threads.max(1))
            .map(|number| Thread::start(number, config, clock, &happenings, &metrics))
            .collect::<io::Result<Vec<_>>>()?;
        let ports = Ports::new(config.address, config.ports);
        Ok(Self {
            ports,
            metrics,
            threads: threads.into(),
        })
    }

    /// Leases an RTP port with its socket, open already, so that SDP is written without waiting for a thread.
    pub fn reserve_port(&self) -> Result<PortLease, NoPort> {
        self.ports.reserve()
    }

    /// Hands an order to the call's thread.
    pub fn order(&self, order: MediaOrder) -> Result<(), Full> {
        let thread = &self.threads[order.call().0 as usize % self.threads.len()];
        match thread.messages.try_send(Message::Order(order)) {
            Ok(()) => {
                thread.wake.wake();
                Ok(())
            }
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                self.metrics.event(Event::OrderQueueFull);
                match message {
                    Message::Order(order) => Err(Full(order)),
                    Message::Stop => Ok(()),
                }
            }
        }
    }

    /// What the threads counted.
    pub fn metrics(&self) -> &MediaMetrics {
        &self.metrics
    }

    /// RTP ports that are leased, of how many.
    pub fn ports(&self) -> (usize, usize) {
        (self.ports.leased(), self.ports.size())
    }

    /// Ends all calls and threads; returns when every recording is synced. Blocks.
    pub fn stop(&self) {
        for thread in self.threads.iter() {
            // Waits for room in a full queue; a thread that is gone needs no telling.
            let _ = thread.messages.send(Message::Stop);
            thread.wake.wake();
            let running = mem::take(
                &mut *thread
                    .running
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            for handle in running {
                // A panic there has aborted the process.
                let _ = handle.join();
            }
        }
    }
}

impl Thread {
    fn start(
        number: usize,
        config: &MediaConfig,
        clock: Clock,
        happenings: &Sender<MediaHappening>,
        metrics: &Arc<MediaMetrics>,
    ) -> io::Result<Self> {
        let start = clock.unix_us(0);
        let (bytes_max, age_max) = (config.spool_bytes_max, config.spool_age_max);
        let spool = Spool::new(&config.spool_dir, start, number, bytes_max, age_max)?;
        let name = format!("media-{number}");
        let capacity = config.tapped_max;
        let writer = writer::start(
            &name,
            capacity,
            spool,
            clock,
            happenings.clone(),
            Arc::clone(metrics),
        )?;
        let links = Links {
            tap: Tap::new(
                writer.ring,
                writer.thread.thread().clone(),
                Arc::clone(metrics),
            ),
            happenings: Happenings::new(happenings.clone(), Arc::clone(metrics)),
            metrics: Arc::clone(metrics),
        };
        let (messages, queue) = sync_channel(config.orders_max);
        let poll = Poll::new()?;
        let wake = poll.waker();
        let silence = config.rtp_silence.as_micros() as u64;
        let worker = Worker::new(clock, poll, queue, config.realtime_priority, silence, links);
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || worker.run())?;
        Ok(Self {
            messages,
            wake,
            running: Mutex::new(vec![thread, writer.thread]),
        })
    }
}
