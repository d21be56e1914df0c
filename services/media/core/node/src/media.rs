//! Media threads: calls' sound over real sockets. [`Media`] is the handle that signalling holds.
//!
//! Orders go down by a bounded queue per thread (and an eventfd that wakes it); happenings come up by one bounded
//! channel, levels by another that loses what it has no room for. A call lives on one thread from `OpenCall` to
//! `EndCall`; its orders are carried out in the order given. A leg may move to a call on another thread: it is handed
//! over by that thread's queue.

use std::sync::mpsc::{sync_channel, Receiver, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::{io, mem};

use tokio::sync::mpsc::Sender;

use crate::clock::Clock;
use happenings::Happenings;
use levels::Ears;
use moving::Way;
use poll::Poll;
use queue::Queue;
use spool::Spool;
use tap::Tap;
use worker::{Links, Message, Worker};

pub use config::MediaConfig;
pub use levels::{CallLevels, Levels};
pub use messages::{CallId, LegId, MediaHappening, MediaOrder, PlayId};
pub use metrics::{Event, MediaMetrics};
pub(crate) use orders::random_identity;
pub use ports::{NoPort, PortLease, Ports};
pub use sound::speech::LegSecond;
pub use sound::{Codec, Collect, Count, Digits, Mode, PlayOutcome, Prompt, Role, Then};

mod config;
mod early;
pub(crate) mod guard;
mod happenings;
mod levels;
mod messages;
mod metrics;
mod moving;
mod orders;
pub(crate) mod poll;
mod ports;
pub(crate) mod queue;
mod ring;
pub mod spool;
mod tap;
mod worker;
mod writer;

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

/// One media thread.
#[derive(Debug)]
struct Thread {
    queue: Queue<Message>,
    /// The media thread, its spool writer and its listener, until they are joined.
    running: Mutex<Vec<JoinHandle<()>>>,
}

/// What all media threads share. It holds the only senders beside theirs: when they end, the channels close.
struct Common {
    clock: Clock,
    queues: Arc<[Queue<Message>]>,
    happenings: Sender<MediaHappening>,
    levels: Sender<Levels>,
    metrics: Arc<MediaMetrics>,
}

impl Media {
    /// Starts the media threads, their spool writers and their listeners.
    ///
    /// When the happenings' channel is full, up to 16,384 of them wait per thread, and what waits or is lost is counted.
    pub fn start(
        config: &MediaConfig,
        happenings: Sender<MediaHappening>,
        levels: Sender<Levels>,
    ) -> io::Result<Self> {
        guard::allow_many_sockets();
        let (mut queues, mut ends) = (Vec::new(), Vec::new());
        for _ in 0..config.threads.max(1) {
            let (messages, receiver) = sync_channel(config.orders_max);
            let poll = Poll::new()?;
            queues.push(Queue::new(messages, poll.waker()));
            ends.push((receiver, poll));
        }
        let common = Common {
            clock: config.clock.clone(),
            queues: queues.into(),
            happenings,
            levels,
            metrics: Arc::default(),
        };
        let threads = ends
            .into_iter()
            .enumerate()
            .map(|(number, (messages, poll))| {
                Thread::start(number, messages, poll, config, &common)
            })
            .collect::<io::Result<Vec<_>>>()?;
        let metrics = common.metrics;
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
        match thread.queue.send(Message::Order(order)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                self.metrics.event(Event::OrderQueueFull);
                match message {
                    Message::Order(order) => Err(Full(order)),
                    Message::Arrived(_) | Message::Stop => Ok(()),
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

    /// Ends all calls and threads; returns when every recording is synced. Blocks, also while nobody takes happenings
    /// from a full channel.
    pub fn stop(&self) {
        for thread in self.threads.iter() {
            thread.queue.stop(Message::Stop);
            let running = mem::take(
                &mut *thread
                    .running
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            for handle in running {
                // The others, idle perhaps, are to see that its media thread has gone.
                handle.thread().unpark();
                // A panic there has aborted the process.
                let _ = handle.join();
            }
        }
    }
}

impl Thread {
    fn start(
        number: usize,
        messages: Receiver<Message>,
        poll: Poll,
        config: &MediaConfig,
        common: &Common,
    ) -> io::Result<Self> {
        let Common {
            clock,
            queues,
            happenings,
            levels,
            metrics,
        } = common;
        let start = clock.unix_us(0);
        let (bytes_max, age_max) = (config.spool_bytes_max, config.spool_age_max);
        let spool = Spool::new(&config.spool_dir, start, number, bytes_max, age_max)?;
        let name = format!("media-{number}");
        let writer = writer::start(
            &name,
            config,
            spool,
            clock.clone(),
            happenings.clone(),
            Arc::clone(metrics),
        )?;
        let to_signalling = || Happenings::new(happenings.clone(), Arc::clone(metrics));
        let listener = levels::start(
            &name,
            config.heard_max,
            clock.clone(),
            to_signalling(),
            levels.clone(),
            Arc::clone(metrics),
        )?;
        let listening = listener.thread.thread().clone();
        let links = Links {
            ears: Ears::new(listener.ring, listening, Arc::clone(metrics)),
            tap: Tap::new(
                writer.ring,
                writer.thread.thread().clone(),
                Arc::clone(metrics),
            ),
            happenings: to_signalling(),
            metrics: Arc::clone(metrics),
        };
        let way = Way::new(number, Arc::clone(queues));
        let worker = Worker::new(clock.clone(), poll, messages, config, links, way);
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || worker.run())?;
        Ok(Self {
            queue: queues[number].clone(),
            running: Mutex::new(vec![thread, writer.thread, listener.thread]),
        })
    }
}
