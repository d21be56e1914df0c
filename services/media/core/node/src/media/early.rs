//! The packet that overtakes the answer: a phone talks as soon as it has picked up, and its first sound may be here
//! before the signalling thread has read its SDP.

use std::net::SocketAddr;

use sound::Micros;

/// The newest datagram of a leg whose peer is unknown waits this long for the peer to be named.
const WAIT_MAX: Micros = 40_000;

/// 60 ms of G.711 with its header; a longer datagram is no sound that a call takes.
const BYTES_MAX: usize = 512;

/// Keeps the newest datagram only: nobody can fill more than one place by sending to a port before it is known whose it
/// is, and whose packet it was is judged when the peer is known.
pub struct Early {
    kept: Option<(Micros, SocketAddr, usize)>,
    bytes: Box<[u8; BYTES_MAX]>,
}

impl Early {
    pub fn new() -> Self {
        Self {
            kept: None,
            bytes: Box::new([0; BYTES_MAX]),
        }
    }

    /// Keeps a datagram; returns whether one had to go for it, the earlier or an overlong one itself.
    pub fn keep(&mut self, now: Micros, from: SocketAddr, datagram: &[u8]) -> bool {
        let Some(place) = self.bytes.get_mut(..datagram.len()) else {
            return true;
        };
        place.copy_from_slice(datagram);
        self.kept.replace((now, from, datagram.len())).is_some()
    }

    /// Gives the kept datagram out, if it is young enough: when it came, from where, its bytes.
    pub fn take(&mut self, now: Micros) -> Option<(Micros, SocketAddr, &[u8])> {
        let (at, from, length) = self.kept.take()?;
        (now.saturating_sub(at) <= WAIT_MAX).then(|| (at, from, &self.bytes[..length]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "127.0.0.1:4000";

    #[test]
    fn the_newest_datagram_is_kept_and_given_out_once() {
        let mut early = Early::new();
        let from = FROM.parse().expect("address");
        assert!(!early.keep(0, from, b"first"));
        assert!(early.keep(20_000, from, b"second"));
        assert_eq!(early.take(25_000), Some((20_000, from, &b"second"[..])));
        assert_eq!(early.take(25_000), None);
    }

    #[test]
    fn an_old_or_overlong_datagram_is_not_given_out() {
        let mut early = Early::new();
        let from = FROM.parse().expect("address");
        assert!(!early.keep(0, from, b"old"));
        assert_eq!(early.take(WAIT_MAX + 1), None);
        assert!(early.keep(0, from, &[0; BYTES_MAX + 1]));
        assert_eq!(early.take(0), None);
    }
}
