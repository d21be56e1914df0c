//! The socket's connections: frames in, frames out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::AbortHandle;

use crate::frames;
use crate::metrics::Metrics;
use crate::wire::{to_node, Order, ToNode};

/// Frames that may wait to be written.
pub(super) const FRAMES_WAITING_MAX: usize = 1024;
/// Rest after an accept that failed, as it does while there are no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the socket brings.
#[derive(Debug)]
pub enum Brought {
    Connected(Connection),
    Order(Order),
    Acknowledged(i64),
    /// The connection with this number is gone.
    Closed(u64),
}

/// The writing end of one connection.
#[derive(Debug)]
pub struct Connection {
    pub(super) number: u64,
    frames: mpsc::Sender<Vec<u8>>,
    tasks: [AbortHandle; 2],
}

/// Accepts connections for ever.
pub async fn serve(listener: UnixListener, to: mpsc::Sender<Brought>, metrics: Arc<Metrics>) {
    let mut last: Option<[AbortHandle; 2]> = None;
    for number in 1.. {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "socket_accept_failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        metrics.connections_total.rise();
        for task in last.take().into_iter().flatten() {
            task.abort();
        }
        let connection = Connection::open(number, stream, to.clone(), Arc::clone(&metrics));
        last = Some(connection.tasks.clone());
        if to.send(Brought::Connected(connection)).await.is_err() {
            return;
        }
    }
}

impl Connection {
    /// Reads and writes frames of that stream, in tasks of its own, until it is closed or another takes its place.
    pub(super) fn open(
        number: u64,
        stream: UnixStream,
        to: mpsc::Sender<Brought>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (reading, writing) = stream.into_split();
        let (frames, queue) = mpsc::channel(FRAMES_WAITING_MAX);
        let writer = tokio::spawn(write(writing, queue));
        let reader = tokio::spawn(async move {
            if let Err(error) = read(reading, &to).await {
                metrics.frames_refused_total.rise();
                tracing::warn!(%error, "socket_frame_refused");
            }
            // Gone only when signalling has ended.
            let _ = to.send(Brought::Closed(number)).await;
        });
        Self {
            number,
            frames,
            tasks: [writer.abort_handle(), reader.abort_handle()],
        }
    }

    /// Puts a frame where it waits to be written; gives it back when there is no room, or nobody writes any more.
    pub(super) fn send(&self, frame: Vec<u8>) -> Result<(), TrySendError<Vec<u8>>> {
        self.frames.try_send(frame)
    }

    /// Frames that may be put there before it is full.
    pub(super) fn free(&self) -> usize {
        self.frames.capacity()
    }

    /// Waits until there is room for a frame, or nobody writes any more.
    pub(super) async fn room(&self) {
        let _ = self.frames.reserve().await;
    }

    pub(super) fn close(self) {
        for task in self.tasks {
            task.abort();
        }
    }
}

async fn read(mut from: OwnedReadHalf, to: &mpsc::Sender<Brought>) -> io::Result<()> {
    while let Some(frame) = frames::read::<ToNode>(&mut from).await? {
        let brought = match frame.message {
            Some(to_node::Message::Order(order)) => Brought::Order(order),
            Some(to_node::Message::Acknowledge(acknowledge)) => {
                Brought::Acknowledged(acknowledge.seq)
            }
            None => return Err(io::Error::new(io::ErrorKind::InvalidData, "empty frame")),
        };
        if to.send(brought).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn write(mut to: OwnedWriteHalf, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(frame) = waiting.recv().await {
        if to.write_all(&frame).await.is_err() {
            break;
        }
    }
}
