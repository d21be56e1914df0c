//! System calls that the standard library does not offer: epoll, eventfd, timed waits, real-time scheduling.
#![allow(unsafe_code)] // every call passes pointers to live local values only

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use crate::clock::{mono_ns, SECOND_NS};

/// An eventfd: wakes a thread that waits in a [`Poller`] or in [`Wake::wait_until`].
pub struct Wake(OwnedFd);

impl Wake {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers; the returned descriptor is ours alone.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        Ok(Self(owned(fd)?))
    }

    pub fn ring(&self) {
        let one = 1u64;
        // SAFETY: writes 8 bytes from a live u64. A full counter is still a ringing one.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    pub fn quiet(&self) {
        let mut count = 0u64;
        // SAFETY: reads at most 8 bytes into a live u64.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), 8) };
    }

    /// Waits until the monotonic instant or until somebody rings, whichever is first; then the bell is quiet.
    pub fn wait_until(&self, deadline_ns: Option<u64>) {
        let mut entry = libc::pollfd {
            fd: self.0.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let timeout = deadline_ns.map(|deadline| timespec(deadline.saturating_sub(mono_ns())));
        let pointer = timeout
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: one live pollfd, a live timespec or null.
        let ready = unsafe { libc::ppoll(&raw mut entry, 1, pointer, std::ptr::null()) };
        if ready > 0 {
            self.quiet();
        }
    }
}

impl AsRawFd for Wake {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// An epoll set, level-triggered, read readiness only.
pub struct Poller(OwnedFd);

impl Poller {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers; the returned descriptor is ours alone.
        Ok(Self(owned(unsafe {
            libc::epoll_create1(libc::EPOLL_CLOEXEC)
        })?))
    }

    pub fn add(&self, fd: &impl AsRawFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: libc::EPOLLIN as u32,
            u64: token,
        };
        // SAFETY: a live epoll_event; the kernel copies it.
        checked(unsafe {
            libc::epoll_ctl(
                self.0.as_raw_fd(),
                libc::EPOLL_CTL_ADD,
                fd.as_raw_fd(),
                &raw mut event,
            )
        })
    }

    pub fn remove(&self, fd: &impl AsRawFd) {
        // SAFETY: DEL ignores the event pointer.
        unsafe {
            libc::epoll_ctl(
                self.0.as_raw_fd(),
                libc::EPOLL_CTL_DEL,
                fd.as_raw_fd(),
                std::ptr::null_mut(),
            );
        }
    }

    /// Fills `tokens` with what is readable; empty when the monotonic deadline came first.
    pub fn wait(&self, tokens: &mut Vec<u64>, deadline_ns: Option<u64>) {
        const BATCH: usize = 256;
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; BATCH];
        let timeout_ms = deadline_ns.map_or(-1, |deadline| {
            // Rounded up: waking early would only spin.
            let left_ms = deadline.saturating_sub(mono_ns()).div_ceil(1_000_000);
            left_ms.min(60_000) as i32
        });
        tokens.clear();
        // SAFETY: `events` has room for BATCH entries.
        let count = unsafe {
            libc::epoll_wait(
                self.0.as_raw_fd(),
                events.as_mut_ptr(),
                BATCH as i32,
                timeout_ms,
            )
        };
        tokens.extend(
            events[..count.max(0) as usize]
                .iter()
                .map(|event| event.u64),
        );
    }
}

/// Asks for `SCHED_FIFO` for the calling thread; false when the system does not permit it.
pub fn make_realtime(priority: i32) -> bool {
    let wish = libc::sched_param {
        sched_priority: priority,
    };
    // SAFETY: a live sched_param; 0 is the calling thread.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const wish) == 0 }
}

/// Timers of the calling thread are not rounded (the default slack is 50 µs).
pub fn fine_timers() {
    // SAFETY: integer arguments only.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1u64, 0u64, 0u64, 0u64) };
}

/// Raises the limit of open files to what is permitted and returns it.
pub fn raise_file_limit() -> u64 {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a live rlimit in both calls.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
    }
    limit.rlim_cur
}

fn timespec(ns: u64) -> libc::timespec {
    libc::timespec {
        tv_sec: (ns / SECOND_NS) as i64,
        tv_nsec: (ns % SECOND_NS) as i64,
    }
}

fn owned(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: freshly made by the kernel, owned by nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
