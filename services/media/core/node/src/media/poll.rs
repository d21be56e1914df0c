//! Waiting for sockets, orders and deadlines at once: epoll and an eventfd.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{epoll, eventfd, EventfdFlags, Timespec};
use rustix::io::Errno;
use sound::Micros;

/// Sockets that one wait reports; the rest are reported by the next.
const READY_MAX: usize = 256;

/// The token that stands for the wake-up.
const WAKE: u64 = u64::MAX;

/// What is waited for.
pub struct Poll {
    epoll: OwnedFd,
    wake: Arc<OwnedFd>,
}

/// What one wait reported.
pub struct Ready(Vec<epoll::Event>);

/// Wakes a [`Poll`] from any thread.
#[derive(Debug, Clone)]
pub struct Wake(Arc<OwnedFd>);

impl Wake {
    pub fn wake(&self) {
        // Full only if 2^64 − 2 wake-ups wait, and then it wakes anyway.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

impl Poll {
    pub fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        epoll::add(
            &epoll,
            &wake,
            epoll::EventData::new_u64(WAKE),
            epoll::EventFlags::IN,
        )?;
        Ok(Self { epoll, wake })
    }

    pub fn waker(&self) -> Wake {
        Wake(Arc::clone(&self.wake))
    }

    /// Reports `token` from now on whenever the socket has something to read; closing the socket ends it.
    pub fn add(&self, socket: impl AsFd, token: u64) -> io::Result<()> {
        let data = epoll::EventData::new_u64(token);
        Ok(epoll::add(
            &self.epoll,
            socket,
            data,
            epoll::EventFlags::IN,
        )?)
    }

    /// Reports the socket no more, for one that goes on elsewhere.
    pub fn remove(&self, socket: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Waits up to `timeout` (`None`: for ever) and returns whether it was woken.
    pub fn wait(&self, timeout: Option<Micros>, ready: &mut Ready) -> io::Result<bool> {
        let timeout = timeout.map(|micros| Timespec {
            tv_sec: (micros / 1_000_000) as i64,
            tv_nsec: (micros % 1_000_000 * 1_000) as i64,
        });
        let events = &mut ready.0;
        events.clear();
        match epoll::wait(
            &self.epoll,
            rustix::buffer::spare_capacity(events),
            timeout.as_ref(),
        ) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let reported = events.len();
        events.retain(|event| event.data.u64() != WAKE);
        let woken = events.len() < reported;
        if woken {
            // Only takes the wake-up back; the orders are in their queue.
            let _ = rustix::io::read(&self.wake, &mut [0; 8]);
        }
        Ok(woken)
    }
}

impl Ready {
    pub fn new() -> Self {
        Self(Vec::with_capacity(READY_MAX))
    }

    /// The tokens of the sockets that are ready.
    pub fn tokens(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().map(|event| event.data.u64())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
