//! Packets that overtake the answer: a phone talks as soon as it has picked up, and its first sound may be here before
//! the signalling thread has read its SDP.

use std::net::SocketAddr;

use sound::rtp::PACKET_MAX;
use sound::Micros;

/// Datagrams kept for a leg whose peer is unknown: 80 ms of a phone.
const KEPT_MAX: usize = 4;

/// A datagram waits this long for the peer to be named.
const WAIT_MAX: Micros = 80_000;

/// A longer datagram is no sound that a call takes.
const BYTES_MAX: usize = PACKET_MAX;

/// The newest datagrams: nobody can fill more than these places by sending to a port before it is known whose it is, and
/// whose they were is judged when the peer is known.
pub struct Early(Vec<Datagram>);

/// What came before the peer was known.
pub struct Datagram {
    pub at: Micros,
    pub from: SocketAddr,
    length: usize,
    bytes: [u8; BYTES_MAX],
}

impl Datagram {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Early {
    pub fn new() -> Self {
        Self(Vec::with_capacity(KEPT_MAX))
    }

    /// Keeps a datagram; returns whether one had to go for it, the oldest or an overlong one itself.
    pub fn keep(&mut self, at: Micros, from: SocketAddr, datagram: &[u8]) -> bool {
        let mut bytes = [0; BYTES_MAX];
        let Some(place) = bytes.get_mut(..datagram.len()) else {
            return true;
        };
        place.copy_from_slice(datagram);
        let is_full = self.0.len() == KEPT_MAX;
        if is_full {
            self.0.remove(0);
        }
        self.0.push(Datagram {
            at,
            from,
            length: datagram.len(),
            bytes,
        });
        is_full
    }

    /// What is young enough to be taken, in the order in which it came.
    pub fn young(&self, now: Micros) -> impl Iterator<Item = &Datagram> {
        self.0
            .iter()
            .filter(move |datagram| now.saturating_sub(datagram.at) <= WAIT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(early: &Early, now: Micros) -> Vec<&[u8]> {
        early.young(now).map(Datagram::bytes).collect()
    }

    #[test]
    fn the_newest_datagrams_are_kept_in_their_order() {
        let mut early = Early::new();
        let from = "127.0.0.1:4000".parse().expect("address");
        for number in 0..KEPT_MAX as u8 {
            assert!(!early.keep(u64::from(number), from, &[number]));
        }
        assert!(early.keep(10, from, &[9]));
        assert_eq!(bytes_of(&early, 10), [[1], [2], [3], [9]]);
    }

    #[test]
    fn an_old_or_overlong_datagram_is_not_given_out() {
        let mut early = Early::new();
        let from = "127.0.0.1:4000".parse().expect("address");
        assert!(!early.keep(0, from, b"old"));
        assert!(early.keep(0, from, &[0; BYTES_MAX + 1]));
        assert!(bytes_of(&early, WAIT_MAX + 1).is_empty());
    }
}
