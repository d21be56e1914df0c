//! The pool of RTP ports.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

/// The even ports of a range, each leased to at most one leg; the one that has rested longest goes first, so that a
/// late packet of an earlier call meets no new one.
#[derive(Debug)]
pub struct Ports {
    address: IpAddr,
    free: Mutex<VecDeque<u16>>,
    size: usize,
}

impl Ports {
    pub fn new(address: IpAddr, (first, last): (u16, u16)) -> Arc<Self> {
        let free: VecDeque<u16> = (first..=last).filter(|port| port % 2 == 0).collect();
        let size = free.len();
        Arc::new(Self {
            address,
            free: Mutex::new(free),
            size,
        })
    }

    /// Leases a port and opens its socket; ports that another program holds are passed over.
    pub fn reserve(self: &Arc<Self>) -> Result<PortLease, NoPort> {
        for _ in 0..self.size {
            let port = self.free().pop_front().ok_or(NoPort)?;
            let bound = UdpSocket::bind((self.address, port))
                .and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
            match bound {
                Ok(socket) => {
                    return Ok(PortLease {
                        socket: Some(socket),
                        port,
                        pool: Arc::clone(self),
                    })
                }
                Err(error) => {
                    self.free().push_back(port);
                    if error.kind() != io::ErrorKind::AddrInUse {
                        tracing::error!(%error, "rtp_socket_refused");
                        return Err(NoPort);
                    }
                }
            }
        }
        Err(NoPort)
    }

    /// How many ports are leased.
    pub fn leased(&self) -> usize {
        self.size - self.free().len()
    }

    /// How many ports there are.
    pub fn size(&self) -> usize {
        self.size
    }

    fn free(&self) -> std::sync::MutexGuard<'_, VecDeque<u16>> {
        // A queue of numbers is whole even if a holder of the lock panicked.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A leased RTP port and its bound, non-blocking socket; dropping it closes the socket and returns the port.
pub struct PortLease {
    /// `None` only while it is dropped.
    socket: Option<UdpSocket>,
    port: u16,
    pool: Arc<Ports>,
}

impl PortLease {
    /// The address that goes into SDP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.pool.address, self.port)
    }

    pub(crate) fn socket(&self) -> Option<&UdpSocket> {
        self.socket.as_ref()
    }
}

impl fmt::Debug for PortLease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PortLease({})", self.port)
    }
}

impl Drop for PortLease {
    fn drop(&mut self) {
        // Closed first: a port in the pool must be free to bind.
        self.socket = None;
        self.pool.free().push_back(self.port);
    }
}

/// Every RTP port is leased or held by another program, or the system gives no socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPort;

impl fmt::Display for NoPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no RTP port is free")
    }
}

impl std::error::Error for NoPort {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// The first of a few even ports that were free a moment ago.
    fn free_range() -> (u16, u16) {
        let socket = UdpSocket::bind((HERE, 0)).expect("socket");
        let first = (socket.local_addr().expect("address").port() & !1).min(65_400);
        (first, first + 20)
    }

    #[test]
    fn ports_are_even_and_each_is_leased_once_until_it_is_dropped() {
        let pool = Ports::new(HERE, free_range());
        let mut leases = Vec::new();
        while let Ok(lease) = pool.reserve() {
            assert_eq!(lease.address().port() % 2, 0);
            leases.push(lease);
        }
        let all = pool.size();
        let mut ports: Vec<_> = leases.iter().map(|lease| lease.port).collect();
        ports.dedup();
        assert_eq!(ports.len(), leases.len());
        assert_eq!(pool.leased(), leases.len());
        drop(leases);
        assert_eq!((pool.leased(), pool.size()), (0, all));
    }

    #[test]
    fn a_port_that_another_program_holds_is_passed_over() {
        let (first, last) = free_range();
        let pool = Ports::new(HERE, (first, last));
        let other = pool.reserve().expect("a port");
        let held = other.port;
        let own = Ports::new(HERE, (held, last));
        let lease = own.reserve().expect("another port");
        assert_ne!(lease.port, held);
        assert_eq!(own.leased(), 1);
    }

    #[test]
    fn a_port_that_was_given_back_rests_longest() {
        let pool = Ports::new(HERE, free_range());
        let first = pool.reserve().expect("a port").port;
        let second = pool.reserve().expect("a port").port;
        assert_ne!(first, second);
    }
}
