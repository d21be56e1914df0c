//! Browsers as phones: WebRTC ends here, and the rest of the node sees a phone that speaks plain RTP.
//!
//! ```text
//! browser ⇄ ICE, DTLS, SRTP ⇄ connection ⇄ line (RTP, this machine) ⇄ leg in its call's media thread
//! ```
//!
//! A browser speaks G.711 or Opus, packet by packet. Opus comes to its leg as G.711, of which everything is made that is
//! mixed, measured and recorded, and rides along as it came: whoever hears that voice alone, in another browser, is sent
//! it so. Nothing here decides who hears whom, and nothing is ever encoded as Opus.
//!
//! One thread sets connections up, since agreeing on keys takes milliseconds; another, which never does, carries the
//! sound of those that are connected. A line belongs to a leg and not to a connection: when its browser comes back by
//! another connection, the line is turned to it and the leg notices nothing.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc::{sync_channel, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use sound::Codec;
use tokio::sync::mpsc::Sender;

use crate::announced::Announced;
use crate::media::poll::Poll;
use crate::media::queue::Queue;
use crate::media::{LegId, PortLease, Ports};
use crate::metrics::Metrics;

use connection::Maker;
use worker::{Message, Worker};

mod clocks;
mod connection;
mod opus;
mod tracks;
mod voice;
mod worker;

/// Bytes of an offer.
pub const OFFER_BYTES_MAX: usize = 64 * 1024;
/// Messages that may wait for a thread; one more is lost and counted.
const MESSAGES_MAX: usize = 8_192;

/// A browser's connection, as signalling numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// Where a leg's sound leaves plain RTP: what it says and hears in the talk, and what is whispered to it.
#[derive(Debug)]
pub struct Line {
    pub talk: UdpSocket,
    pub whisper: UdpSocket,
    /// What the leg speaks.
    pub codec: Codec,
}

impl Line {
    /// Opens a line beside a leg's port, which alone may send to it.
    pub fn open(leg: SocketAddr, codec: Codec) -> io::Result<Self> {
        let socket = || -> io::Result<UdpSocket> {
            let socket = UdpSocket::bind((leg.ip(), 0))?;
            socket.connect(leg)?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        };
        Ok(Self {
            talk: socket()?,
            whisper: socket()?,
            codec,
        })
    }
}

/// What signalling asks of the threads.
#[derive(Debug)]
pub enum BrowserOrder {
    /// Answered by `Answered`; the offer is the browser's.
    Connect {
        connection: ConnectionId,
        port: PortLease,
        offer: String,
    },
    /// Ends a connection without a word to signalling.
    Drop {
        connection: ConnectionId,
    },
    /// Gives a connected browser's sound to a leg.
    Open {
        leg: LegId,
        connection: ConnectionId,
        line: Line,
    },
    /// Turns a leg's line to another connection.
    Turn {
        leg: LegId,
        connection: ConnectionId,
    },
    Close {
        leg: LegId,
    },
}

/// Why an offer can't be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadOffer {
    /// It has neither PCMU nor PCMA, and the mix speaks nothing else.
    NoCodec,
    /// It is not a talk and a whisper that we can serve; in what it is wrong.
    Unusable(&'static str),
}

/// What the threads tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The answer to an offer, or why there is none.
    Answered {
        connection: ConnectionId,
        answer: Result<String, BadOffer>,
    },
    /// Address and keys are proved.
    Connected(ConnectionId),
    /// Nothing has come for a while, or the browser said farewell.
    Lost(ConnectionId),
    /// Something has come again.
    Back(ConnectionId),
}

/// The handle that signalling holds.
pub struct Browsers {
    ports: Arc<Ports>,
    setup: Queue<Message>,
    steady: Queue<Message>,
    metrics: Arc<Metrics>,
    running: Mutex<Vec<JoinHandle<()>>>,
}

impl Browsers {
    /// Starts both threads; connections take the even ports of that range.
    pub fn start(
        host: IpAddr,
        ports: (u16, u16),
        announced: Announced,
        realtime_priority: Option<u8>,
        told: &Sender<Told>,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let maker = Maker::new(announced, Arc::clone(&metrics))?;
        let (steady, steady_messages, steady_poll) = queue()?;
        let (setup, setup_messages, setup_poll) = queue()?;
        let worker = |messages, poll, beyond| {
            Worker::new(
                maker.clone(),
                messages,
                poll,
                beyond,
                told.clone(),
                Arc::clone(&metrics),
            )
        };
        let carrying = worker(steady_messages, steady_poll, None);
        let agreeing = worker(setup_messages, setup_poll, Some(steady.clone()));
        let running = vec![
            thread::Builder::new()
                .name("browsers".to_owned())
                .spawn(move || carrying.run(realtime_priority))?,
            thread::Builder::new()
                .name("browsers-setup".to_owned())
                .spawn(move || agreeing.run(None))?,
        ];
        Ok(Self {
            ports: Ports::new(host, ports),
            setup,
            steady,
            metrics,
            running: Mutex::new(running),
        })
    }

    /// The ports that connections are leased.
    pub fn ports(&self) -> Arc<Ports> {
        Arc::clone(&self.ports)
    }

    /// Hands an order to whom it concerns.
    pub fn order(&self, order: BrowserOrder) {
        match order {
            BrowserOrder::Connect { .. } => self.send(&self.setup, order),
            BrowserOrder::Drop { connection } => {
                // It may be on its way from one thread to the other: both are told.
                self.send(&self.setup, BrowserOrder::Drop { connection });
                self.send(&self.steady, BrowserOrder::Drop { connection });
            }
            order => self.send(&self.steady, order),
        }
    }

    /// Ends both threads.
    pub fn stop(&self) {
        for queue in [&self.setup, &self.steady] {
            queue.stop(Message::Stop);
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in running.drain(..) {
            // A panic there has aborted the process.
            let _ = thread.join();
        }
    }

    fn send(&self, queue: &Queue<Message>, order: BrowserOrder) {
        if let Err(TrySendError::Full(_)) = queue.send(Message::Order(order)) {
            self.metrics.browser_orders_lost_total.rise();
        }
    }
}

fn queue() -> io::Result<(Queue<Message>, std::sync::mpsc::Receiver<Message>, Poll)> {
    let (messages, receiver) = sync_channel(MESSAGES_MAX);
    let poll = Poll::new()?;
    Ok((Queue::new(messages, poll.waker()), receiver, poll))
}
