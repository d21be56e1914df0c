//! Messages out of a byte stream (RFC 3261, 18.3): where one ends, what is between them, what can't be cut at all.
//!
//! A stream that says nothing usable about a message's length has no next message: it is broken, and its connection
//! is to be closed. Whatever can be cut goes on to [`crate::guard`] like a datagram, so that one bad message does not
//! cost a trunk its connection.

use crate::guard::MESSAGE_BYTES_MAX;
use crate::message::{whole, Head};

const EMPTY_LINE: &[u8] = b"\r\n\r\n";

/// What a stream has next.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// A whole message.
    Message(Vec<u8>),
    /// Two line ends: the peer wants one in answer (RFC 5626, 3.5.1).
    Ping,
    /// The end: its length can't be told, or it is too long. The head is for an answer.
    Broken {
        code: u16,
        fault: &'static str,
        head: Vec<u8>,
    },
}

/// The bytes of one stream that have come and are not used up.
#[derive(Debug, Default)]
pub struct Stream {
    held: Vec<u8>,
    /// Bytes in which no empty line ends.
    searched: usize,
}

impl Stream {
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their message.
    pub fn waiting(&self) -> usize {
        self.held.len()
    }

    /// Whether a message has begun; a lone line end is none.
    pub fn is_mid_message(&self) -> bool {
        self.held.len() > 2
    }

    /// The next piece, if it is whole.
    pub fn take(&mut self) -> Option<Piece> {
        loop {
            if self.held.starts_with(EMPTY_LINE) {
                self.use_up(EMPTY_LINE.len());
                return Some(Piece::Ping);
            }
            // RFC 3261, 7.5: line ends before a start line are passed over; a lone one may be half a ping.
            if !self.held.starts_with(b"\r\n") || self.held.len() < 4 {
                break;
            }
            self.use_up(2);
        }
        // A single line end is an answer to a ping of ours, or the first half of one of theirs: both mean nothing yet.
        if self.held.len() < 4 {
            return None;
        }
        let Some(head) = self.head() else {
            let long = self.held.len() > MESSAGE_BYTES_MAX;
            return long.then(|| broken(513, "message too long", &self.held));
        };
        match length(&self.held[..head]) {
            Err(fault) => Some(broken(400, fault, &self.held[..head])),
            Ok(body) if head as u64 + body > MESSAGE_BYTES_MAX as u64 => {
                Some(broken(513, "message too long", &self.held[..head]))
            }
            Ok(body) => {
                let whole = head + body as usize;
                if self.held.len() < whole {
                    return None;
                }
                let message = self.held[..whole].to_vec();
                self.use_up(whole);
                Some(Piece::Message(message))
            }
        }
    }

    /// Bytes of the head up to and with its empty line, once that has come.
    fn head(&mut self) -> Option<usize> {
        let from = self.searched.saturating_sub(EMPTY_LINE.len());
        let found = self.held[from..]
            .windows(EMPTY_LINE.len())
            .position(|four| four == EMPTY_LINE);
        self.searched = self.held.len();
        let end = found.map(|at| from + at + EMPTY_LINE.len());
        if let Some(end) = end {
            // The body is awaited: the head is found again from its beginning.
            self.searched = end;
        }
        end
    }

    fn use_up(&mut self, bytes: usize) {
        self.held.drain(..bytes);
        self.searched = 0;
    }
}

fn broken(code: u16, fault: &'static str, head: &[u8]) -> Piece {
    Piece::Broken {
        code,
        fault,
        head: head[..head.len().min(MESSAGE_BYTES_MAX)].to_vec(),
    }
}

/// Bytes of the body. RFC 3261, 20.14: over a stream it has to be said, and once.
fn length(head: &[u8]) -> Result<u64, &'static str> {
    let head = Head::read(head);
    let mut said = head.all("content-length");
    match (said.next(), said.next()) {
        (None, _) => Err("no content-length"),
        (Some(_), Some(_)) => Err("content-length given twice"),
        (Some(value), None) => whole(value).ok_or("bad content-length"),
    }
}
