//! How media threads are set up.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::Clock;

/// How the media threads are set up.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// What time it is.
    pub clock: Clock,
    /// Address that RTP sockets are bound to.
    pub address: IpAddr,
    /// First and last RTP port; the even ones between are leased.
    pub ports: (u16, u16),
    /// Media threads; a call lives on one of them.
    pub threads: usize,
    /// `SCHED_FIFO` priority of the media threads, where the system permits it; `None`: ordinary. Their spool writers,
    /// whose delay would be lost sound, have the lowest such priority.
    pub realtime_priority: Option<u8>,
    /// Where spool files go; made if missing.
    pub spool_dir: PathBuf,
    /// A spool file is closed, and the next one begun, at this size or age.
    pub spool_bytes_max: u64,
    pub spool_age_max: Duration,
    /// Orders that may wait for a thread.
    pub orders_max: usize,
    /// Tapped frames that may wait for the spool writer, per thread: 13 MB that hold 4 s of 100 calls.
    pub tapped_max: usize,
    /// Frames of talks that may wait to be listened to, per thread: 7 MB that hold 2 s of 100 calls.
    pub heard_max: usize,
    /// Without RTP for so long a leg is reported silent, once.
    pub rtp_silence: Duration,
    /// A media thread that has looked at its sockets rests until so much later, so that packets that come close together
    /// cost one wake-up; zero: it never rests.
    pub gather: Duration,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            clock: Clock::start(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            ports: (20_000, 23_998),
            threads: 1,
            realtime_priority: Some(10),
            spool_dir: PathBuf::from("var/spool"),
            spool_bytes_max: 8 << 20,
            spool_age_max: Duration::from_secs(30),
            orders_max: 4_096,
            tapped_max: 65_536,
            heard_max: 32_768,
            rtp_silence: Duration::from_secs(15),
            gather: Duration::ZERO,
        }
    }
}
