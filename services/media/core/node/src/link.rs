//! The Unix socket to media's Python side: one connection at a time, a new one closes the old.
//!
//! [`serve`] moves frames; [`Link`] remembers what is numbered and not taken care of, and sends it, synced happenings
//! only, again on every connect. What it remembers is bounded by admission: from [`UNACKNOWLEDGED_MAX`] on no new call
//! is taken, and the calls that are there add some twenty happenings each.

use std::collections::VecDeque;
use std::sync::Arc;

use prost::Message as _;
use tokio::sync::mpsc::error::TrySendError;

use crate::frames;
use crate::metrics::Metrics;
use crate::registrar::Phoned;
use crate::wire::{
    from_node, Applied, Browser, FromNode, Happening, Hello, Levels, Registered, SipUser,
};

use socket::FRAMES_WAITING_MAX;
pub use socket::{serve, Brought, Connection};

mod socket;

/// Happenings that may wait for acknowledgement before new calls are turned away.
pub const UNACKNOWLEDGED_MAX: usize = 50_000;
/// Messages from Python that may wait for signalling; beyond it the socket is not read.
pub const ORDERS_WAITING_MAX: usize = 256;

/// What is numbered, what is sent, what is acknowledged.
#[derive(Debug)]
pub struct Link {
    node_id: String,
    connection: Option<Connection>,
    kept: VecDeque<Arc<[u8]>>,
    /// Number of the first one kept.
    first: i64,
    /// Number of the next one to send.
    next: i64,
    synced: i64,
    metrics: Arc<Metrics>,
}

impl Link {
    pub fn new(node_id: String, metrics: Arc<Metrics>) -> Self {
        Self {
            node_id,
            connection: None,
            kept: VecDeque::new(),
            first: 1,
            next: 1,
            synced: 0,
            metrics,
        }
    }

    /// Numbers a happening and keeps it; the number and the bytes for the journal.
    pub fn keep(&mut self, mut happening: Happening) -> (i64, Arc<[u8]>) {
        happening.seq = self.first + self.kept.len() as i64;
        let record: Arc<[u8]> = happening.encode_to_vec().into();
        self.kept.push_back(Arc::clone(&record));
        self.metrics.happenings_total.rise();
        self.metrics.happenings_unacknowledged.set(self.kept.len());
        (happening.seq, record)
    }

    /// Whether Python is there and keeps up.
    pub fn takes_calls(&self) -> bool {
        self.connection.is_some() && self.kept.len() < UNACKNOWLEDGED_MAX
    }

    /// Whether everything that happened is taken care of.
    pub fn is_settled(&self) -> bool {
        self.kept.is_empty()
    }

    /// Begins a connection: who we are and what is alive, then everything from the oldest unacknowledged one on.
    pub fn connected(&mut self, connection: Connection, contact_ids: Vec<String>) {
        self.connection = Some(connection);
        self.metrics.python_connected.set(1);
        self.next = self.first;
        let hello = Hello {
            node_id: self.node_id.clone(),
            contact_ids,
            next_seq: self.first,
        };
        self.send(from_node::Message::Hello(hello));
        self.pump();
    }

    /// Ends the connection with this number, if it is still the one.
    pub fn closed(&mut self, number: u64) {
        if self
            .connection
            .as_ref()
            .is_some_and(|connection| connection.number == number)
        {
            self.drop_connection();
        }
    }

    /// Whether a second of levels would find room: half of it is for what must not be lost.
    pub fn takes_levels(&self) -> bool {
        let room = |connection: &Connection| connection.free() > FRAMES_WAITING_MAX / 2;
        self.connection.as_ref().is_some_and(room)
    }

    /// Sends a second of levels.
    pub fn levels(&mut self, levels: Levels) {
        self.send(from_node::Message::Levels(levels));
    }

    /// Answers an order.
    pub fn applied(&mut self, order_id: String, error: &str, sdp_answer: String) {
        self.send(from_node::Message::Applied(Applied {
            order_id,
            error: error.to_owned(),
            sdp_answer,
        }));
    }

    /// Tells how a browser is connected; on a new connection all are told anew.
    pub fn browser(&mut self, browser: Browser) {
        self.send(from_node::Message::Browser(browser));
    }

    /// Tells who has come to have a SIP phone, or to have none; on a new connection all who have one are told anew.
    pub fn registered(&mut self, phoned: Vec<Phoned>) {
        let users = phoned.into_iter().map(|each| SipUser {
            user_id: each.user_id,
            registered: each.registered,
            tenant_id: each.tenant_id,
        });
        let users: Vec<_> = users.collect();
        if !users.is_empty() {
            self.send(from_node::Message::Registered(Registered { users }));
        }
    }

    /// Everything up to and with this number is on disk.
    pub fn synced(&mut self, seq: i64) {
        self.synced = seq;
        self.pump();
    }

    /// Forgets what is taken care of; returns the number that may leave the journal too.
    pub fn acknowledged(&mut self, seq: i64) -> i64 {
        // Only what was sent can have been taken care of.
        let last = seq.min(self.next - 1);
        while self.first <= last && self.kept.pop_front().is_some() {
            self.first += 1;
        }
        self.metrics.happenings_unacknowledged.set(self.kept.len());
        self.first - 1
    }

    /// Sends what is synced and not sent, as far as there is room.
    pub fn pump(&mut self) {
        while self.has_backlog() {
            let Some(connection) = &self.connection else {
                return;
            };
            let record = &self.kept[(self.next - self.first) as usize];
            match connection.send(happening_frame(record)) {
                Ok(()) => self.next += 1,
                Err(TrySendError::Full(_)) => return,
                Err(TrySendError::Closed(_)) => return self.drop_connection(),
            }
        }
    }

    /// Waits until a backlog can go on; for ever when there is none.
    pub async fn room(&self) {
        match &self.connection {
            Some(connection) if self.has_backlog() => {
                // Closed counts as room: `pump` then sees it.
                connection.room().await;
            }
            _ => std::future::pending().await,
        }
    }

    fn has_backlog(&self) -> bool {
        self.next <= self.synced && self.next < self.first + self.kept.len() as i64
    }

    fn send(&mut self, message: from_node::Message) {
        let Some(connection) = &self.connection else {
            return;
        };
        let frame = frames::encoded(&FromNode {
            message: Some(message),
        });
        match connection.send(frame) {
            Ok(()) => {}
            Err(error) => {
                if matches!(error, TrySendError::Full(_)) {
                    // Its orders would wait for answers that never come: on a new connection it asks again.
                    self.metrics.connections_overrun_total.rise();
                }
                self.drop_connection();
            }
        }
    }

    fn drop_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
        self.metrics.python_connected.set(0);
    }
}

/// The frame of `FromNode { happening }` around bytes that are a `Happening` already.
fn happening_frame(record: &[u8]) -> Vec<u8> {
    // Field 2, length-delimited.
    let mut body = vec![0x12];
    let mut length = record.len();
    while length >= 0x80 {
        body.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    body.push(length as u8);
    body.extend_from_slice(record);
    let mut frame = Vec::with_capacity(4 + body.len());
    frame.extend_from_slice(&(body.len() as u32).to_le_bytes());
    frame.extend_from_slice(&body);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UnixStream;
    use tokio::sync::mpsc;

    #[test]
    fn a_kept_happening_is_framed_as_the_contract_says() {
        let mut link = Link::new("node".to_owned(), Arc::default());
        let contact_id = "c".repeat(300);
        let (seq, record) = link.keep(Happening {
            contact_id,
            ..Happening::default()
        });
        let frame = happening_frame(&record);
        let decoded = FromNode::decode(&frame[4..]).unwrap();
        let Some(from_node::Message::Happening(happening)) = decoded.message else {
            panic!("no happening");
        };
        assert_eq!((happening.seq, happening.contact_id.len()), (seq, 300));
        assert_eq!(
            frame.len() - 4,
            u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize
        );
    }

    #[test]
    fn only_what_was_sent_can_be_acknowledged() {
        let mut link = Link::new("node".to_owned(), Arc::default());
        link.keep(Happening::default());
        assert_eq!(link.acknowledged(7), 0);
        assert!(!link.is_settled());
    }

    #[test]
    fn new_calls_are_taken_while_python_is_there_and_keeps_up() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let mut link = Link::new("node".to_owned(), Arc::default());
            assert!(!link.takes_calls());
            let (stream, _peer) = UnixStream::pair().unwrap();
            let (to, _from) = mpsc::channel(1);
            link.connected(Connection::open(1, stream, to, Arc::default()), Vec::new());
            assert!(link.takes_calls());
            for _ in 0..UNACKNOWLEDGED_MAX {
                link.keep(Happening::default());
            }
            assert!(!link.takes_calls());
            link.closed(2);
            assert!(
                link.connection.is_some(),
                "another connection's end is not this one's"
            );
        });
    }

    #[test]
    fn levels_are_taken_while_half_of_the_queue_is_free_for_the_rest() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let mut link = Link::new("node".to_owned(), Arc::default());
            assert!(!link.takes_levels(), "nobody is there");
            let (stream, _peer) = UnixStream::pair().unwrap();
            let (to, _from) = mpsc::channel(1);
            link.connected(Connection::open(1, stream, to, Arc::default()), Vec::new());
            let mut sent = 0;
            while link.takes_levels() {
                link.levels(Levels::default());
                sent += 1;
            }
            assert_eq!(sent, FRAMES_WAITING_MAX / 2 - 1, "after the greeting");
            link.applied("order".to_owned(), "", String::new());
            assert!(link.connection.is_some(), "there is room for what counts");
        });
    }
}
