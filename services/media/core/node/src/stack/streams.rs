//! SIP over TCP (RFC 3261, 18): our own acceptor and our own cutting of the stream, in front of the stack's.
//!
//! The stack's acceptor leaves Nagle's delay on, knows no limits, and closes a connection that may carry a whole trunk
//! at the first message it can't read. So each connection ends here. What passes the strict look goes on to the stack
//! through a pair of local sockets, one for each connection; the stack believes that its end is the peer's.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rsipstack::sip::Transport;
use rsipstack::transport::stream::StreamConnectionInner;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::SipAddr;
use rustix::net::{socketpair, sockopt, AddressFamily, SocketFlags, SocketType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::unix::{OwnedReadHalf as StackReadHalf, OwnedWriteHalf as StackWriteHalf};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::mpsc;
use tokio::time::{timeout, Instant};
use tokio_util::sync::CancellationToken;

use sip::flow::Flow;
use sip::guard;
use sip::stream::{Piece, Stream};

use super::strict::{Gate, Judged};
use crate::metrics::Metrics;
use crate::settings::TcpLimits;

/// Messages that may wait for a peer that does not read; one more, and it is gone.
const WAITING_MAX: usize = 64;
/// How long the accepting rests when the system has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A dead peer is noticed by the system after so long without a word, and so many questions.
const PROBE_AFTER: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(15);
const PROBES: u32 = 4;
const PONG: &[u8] = b"\r\n";

/// All connections of peers.
#[derive(Clone)]
pub struct Streams {
    shared: Arc<Shared>,
}

struct Shared {
    /// What the stack takes as its own address.
    local: SocketAddr,
    limits: TcpLimits,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    /// By the peer's address; the number tells a connection from an earlier one of the same address.
    open: Mutex<HashMap<SocketAddr, u64>>,
    serial: AtomicU64,
    accepted: mpsc::UnboundedSender<TcpConnection>,
    lost: mpsc::UnboundedSender<Flow>,
    token: CancellationToken,
}

/// What comes of connections. As many wait as there are connections: both are bounded by their number.
pub struct Arrivals {
    pub accepted: mpsc::UnboundedReceiver<TcpConnection>,
    pub lost: mpsc::UnboundedReceiver<Flow>,
}

impl Streams {
    pub fn new(
        local: SocketAddr,
        limits: TcpLimits,
        gate: Arc<Gate>,
        metrics: Arc<Metrics>,
        token: CancellationToken,
    ) -> (Self, Arrivals) {
        let (accepted_to, accepted) = mpsc::unbounded_channel();
        let (lost_to, lost) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            local,
            limits,
            gate,
            metrics,
            open: Mutex::new(HashMap::new()),
            serial: AtomicU64::new(0),
            accepted: accepted_to,
            lost: lost_to,
            token,
        });
        (Self { shared }, Arrivals { accepted, lost })
    }

    /// Takes connections in until the stack ends.
    pub async fn accept(self, listener: TcpListener) {
        loop {
            let taken = tokio::select! {
                () = self.shared.token.cancelled() => return,
                taken = listener.accept() => taken,
            };
            match taken {
                Ok((stream, peer)) => {
                    if let Err(error) = self.take(stream, peer) {
                        self.shared.metrics.tcp_refused_total.rise();
                        tracing::warn!(%error, "connection_refused");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "accept_failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Opens a connection to a peer. The caller hands it to the stack.
    pub async fn connect(&self, peer: SocketAddr) -> io::Result<TcpConnection> {
        let connecting = TcpStream::connect(peer);
        let stream = timeout(self.shared.limits.patience, connecting).await??;
        self.join(stream, peer)
    }

    /// Whether there is a connection to that peer.
    pub fn has(&self, peer: SocketAddr) -> bool {
        self.open().contains_key(&peer)
    }

    /// Connections at present.
    pub fn count(&self) -> usize {
        self.open().len()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<SocketAddr, u64>> {
        // The table is whole even if a holder of the lock panicked.
        let open = self.shared.open.lock();
        open.unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room_for(&self, peer: IpAddr) -> bool {
        let open = self.open();
        let of_peer = open.keys().filter(|known| known.ip() == peer).count();
        open.len() < self.shared.limits.connections_max
            && of_peer < self.shared.limits.connections_each_max
    }

    fn take(&self, stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
        if !self.has_room_for(peer.ip()) {
            return Err(io::Error::other("too many connections"));
        }
        let connection = self.join(stream, peer)?;
        self.shared.metrics.tcp_accepted_total.rise();
        // The receiver is the stack: without it there is no acceptor.
        let _ = self.shared.accepted.send(connection);
        Ok(())
    }

    /// Puts our cutting between a peer and the stack.
    fn join(&self, stream: TcpStream, peer: SocketAddr) -> io::Result<TcpConnection> {
        stream.set_nodelay(true)?;
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, PROBE_AFTER)?;
        sockopt::set_tcp_keepintvl(&stream, PROBE_EVERY)?;
        sockopt::set_tcp_keepcnt(&stream, PROBES)?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let (ours, stacks) = socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        let ours = UnixStream::from_std(ours.into())?;
        let connection = self.stacks_end(stacks, peer)?;
        let number = self.shared.serial.fetch_add(1, Ordering::Relaxed);
        let relay = Relay {
            streams: self.clone(),
            peer,
            number,
        };
        self.open().insert(peer, number);
        tokio::spawn(relay.run(stream, ours));
        Ok(connection)
    }

    /// The stack's end of a pair. It is a local socket in the clothes of a TCP one, which are all it looks at.
    fn stacks_end(&self, end: OwnedFd, peer: SocketAddr) -> io::Result<TcpConnection> {
        let stream = TcpStream::from_std(std::net::TcpStream::from(end))?;
        let (reading, writing) = tokio::io::split(stream);
        let local = SipAddr::new(Transport::Tcp, self.shared.local.into());
        let remote = SipAddr::new(Transport::Tcp, peer.into());
        Ok(TcpConnection {
            inner: Arc::new(StreamConnectionInner::new(local, remote, reading, writing)),
            cancel_token: Some(self.shared.token.child_token()),
        })
    }
}

/// What goes to and fro between a peer and the stack.
struct Relay {
    streams: Streams,
    peer: SocketAddr,
    number: u64,
}

impl Relay {
    async fn run(self, stream: TcpStream, stack: UnixStream) {
        let (from_peer, to_peer) = stream.into_split();
        let (from_stack, to_stack) = stack.into_split();
        let (waiting, written) = mpsc::channel(WAITING_MAX);
        // Whichever ends first ends the connection: the others are dropped, and with them both sockets.
        tokio::select! {
            () = self.shared().token.cancelled() => {}
            _ = self.read(from_peer, to_stack, waiting.clone()) => {}
            _ = self.read_stack(from_stack, waiting) => {}
            _ = Self::write(to_peer, written) => {}
        }
        let mut open = self.streams.open();
        if open.get(&self.peer) == Some(&self.number) {
            open.remove(&self.peer);
            // The receiver is the stack: without it nobody wants to know.
            let _ = self.shared().lost.send(Flow::tcp(self.peer));
        }
    }

    fn shared(&self) -> &Shared {
        &self.streams.shared
    }

    /// From the peer to the stack, until the connection ends or can't be cut into messages.
    async fn read(
        &self,
        mut peer: OwnedReadHalf,
        mut stack: StackWriteHalf,
        waiting: mpsc::Sender<Vec<u8>>,
    ) -> io::Result<()> {
        let mut stream = Stream::default();
        let mut chunk = vec![0; guard::MESSAGE_BYTES_MAX];
        let limits = self.shared().limits;
        // A message that has begun, and the first of all, is to be whole within patience.
        let mut due = Some(Instant::now() + limits.patience);
        loop {
            let until = due.unwrap_or_else(|| Instant::now() + limits.idle);
            let Ok(read) = tokio::time::timeout_at(until, peer.read(&mut chunk)).await else {
                self.shared().metrics.tcp_idle_total.rise();
                return Ok(());
            };
            let count = read?;
            if count == 0 {
                return Ok(());
            }
            stream.push(&chunk[..count]);
            while let Some(piece) = stream.take() {
                due = None;
                self.pass_on(piece, &mut stack, &waiting).await?;
            }
            if stream.is_mid_message() {
                due = due.or_else(|| Some(Instant::now() + limits.patience));
            }
        }
    }

    async fn pass_on(
        &self,
        piece: Piece,
        stack: &mut StackWriteHalf,
        waiting: &mpsc::Sender<Vec<u8>>,
    ) -> io::Result<()> {
        let gate = &self.shared().gate;
        match piece {
            Piece::Ping => self.answer(waiting, PONG.to_vec()),
            Piece::Message(message) => match gate.judge(&message, self.peer) {
                Judged::Passed(bytes) => stack.write_all(&message[..bytes]).await,
                Judged::Refused(reply) => self.answer(waiting, reply.to_bytes(self.peer)),
                Judged::Nothing => Ok(()),
                // Over a stream nobody asks again by himself: to be silent is to leave him waiting for 32 s.
                Judged::Shed => match guard::answer(&message, 503) {
                    Some(reply) => self.answer(waiting, reply.to_bytes(self.peer)),
                    None => Ok(()),
                },
            },
            Piece::Broken { code, head, fault } => {
                self.shared().metrics.tcp_broken_total.rise();
                let judged =
                    guard::answer(&head, code).map(|reply| gate.answerable(reply, self.peer));
                if let Some(Judged::Refused(reply)) = judged {
                    self.answer(waiting, reply.to_bytes(self.peer))?;
                    // Its last word is written by who also waits in `run`.
                    waiting.reserve_many(WAITING_MAX).await.ok();
                }
                Err(io::Error::other(fault))
            }
        }
    }

    /// From the stack to the peer. The stack never waits here for a peer that does not read.
    async fn read_stack(
        &self,
        mut stack: StackReadHalf,
        waiting: mpsc::Sender<Vec<u8>>,
    ) -> io::Result<()> {
        let mut chunk = vec![0; guard::MESSAGE_BYTES_MAX];
        loop {
            let count = stack.read(&mut chunk).await?;
            if count == 0 {
                return Ok(());
            }
            self.answer(&waiting, chunk[..count].to_vec())?;
        }
    }

    fn answer(&self, waiting: &mpsc::Sender<Vec<u8>>, bytes: Vec<u8>) -> io::Result<()> {
        waiting.try_send(bytes).map_err(|_| {
            self.shared().metrics.tcp_overrun_total.rise();
            io::Error::other("the peer does not read")
        })
    }

    async fn write(
        mut peer: OwnedWriteHalf,
        mut waiting: mpsc::Receiver<Vec<u8>>,
    ) -> io::Result<()> {
        while let Some(bytes) = waiting.recv().await {
            peer.write_all(&bytes).await?;
        }
        Ok(())
    }
}
