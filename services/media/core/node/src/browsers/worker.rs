//! A thread with connections: waits, receives, sends, hands over.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::mpsc::Receiver;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sound::rtp::{Packet, PACKET_MAX};
use tokio::sync::mpsc::Sender;

use super::connection::{Change, Connection, Ignored, Maker, Side};
use super::{BrowserOrder, ConnectionId, Line, Told};
use crate::media::guard::{run_in_real_time, AbortOnPanic};
use crate::media::poll::{Poll, Ready};
use crate::media::queue::Queue;
use crate::media::LegId;
use crate::metrics::Metrics;

/// The longest datagram that is looked at.
const DATAGRAM_MAX: usize = 2_048;
/// How often silent browsers are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Messages taken between two looks at the sockets.
const MESSAGES_AT_ONCE: usize = 64;

/// What a thread's queue holds.
pub enum Message {
    Order(BrowserOrder),
    /// A connection that is set up.
    Ready(Box<Connection>),
    Stop,
}

/// What a socket is, in the two lowest bits of its token.
const BROWSER: u64 = 0;
const TALK: u64 = 1;
const WHISPER: u64 = 2;

/// A thread's state.
pub struct Worker {
    maker: Maker,
    messages: Receiver<Message>,
    poll: Poll,
    /// Where connections go once they are set up; none: they stay.
    beyond: Option<Queue<Message>>,
    told: Sender<Told>,
    metrics: Arc<Metrics>,
    started: Instant,
    connections: HashMap<ConnectionId, Connection>,
    lines: HashMap<LegId, (Line, ConnectionId)>,
    timers: BinaryHeap<Reverse<(Instant, ConnectionId)>>,
    /// The timer that counts of each connection; others are outdated.
    filed: HashMap<ConnectionId, Instant>,
}

impl Worker {
    pub fn new(
        maker: Maker,
        messages: Receiver<Message>,
        poll: Poll,
        beyond: Option<Queue<Message>>,
        told: Sender<Told>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            maker,
            messages,
            poll,
            beyond,
            told,
            metrics,
            started: Instant::now(),
            connections: HashMap::new(),
            lines: HashMap::new(),
            timers: BinaryHeap::new(),
            filed: HashMap::new(),
        }
    }

    /// Works until it is told to stop.
    pub fn run(mut self, realtime_priority: Option<u8>) {
        let _guard = AbortOnPanic;
        if let Some(priority) = realtime_priority {
            run_in_real_time(priority);
        }
        let (mut datagram, mut ready) = ([0; DATAGRAM_MAX], Ready::new());
        let mut next_look = Instant::now() + LOOK_EVERY;
        let mut more = false;
        loop {
            let timeout = if more {
                Some(0)
            } else {
                Some(self.timeout(next_look))
            };
            let woken = self.poll.wait(timeout, &mut ready).unwrap_or_else(|error| {
                // Only a wrong argument makes it fail.
                panic!("waiting for sockets failed: {error}")
            });
            for token in ready.tokens() {
                self.receive(token, &mut datagram);
            }
            if woken || more {
                match self.take_messages() {
                    Some(waits) => more = waits,
                    None => return,
                }
            }
            let now = Instant::now();
            self.run_timers(now);
            if now >= next_look {
                next_look = now + LOOK_EVERY;
                self.look(now);
            }
        }
    }

    fn timeout(&self, next_look: Instant) -> u64 {
        let due = self
            .timers
            .peek()
            .map_or(next_look, |Reverse((due, _))| *due);
        let wait = due.min(next_look).saturating_duration_since(Instant::now());
        wait.as_micros() as u64
    }

    fn receive(&mut self, token: u64, datagram: &mut [u8]) {
        let (number, kind) = (token >> 2, token & 3);
        match kind {
            BROWSER => self.receive_from_browser(ConnectionId(number), datagram),
            TALK => self.receive_from_leg(LegId(number), Side::Talk, datagram),
            _ => self.receive_from_leg(LegId(number), Side::Whisper, datagram),
        }
    }

    fn receive_from_browser(&mut self, id: ConnectionId, datagram: &mut [u8]) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Some(Ok((length, from))) = connection.port.socket().map(|s| s.recv_from(datagram))
        else {
            return;
        };
        let line = connection.leg.and_then(|leg| self.lines.get(&leg));
        let line = line.map(|(line, _)| line);
        match connection.receive(&datagram[..length], from, line) {
            Ok(change) => self.follow(id, change),
            Err(Ignored::Stranger) => self.metrics.browser_strangers_total.rise(),
            Err(Ignored::Malformed) => self.metrics.browser_malformed_total.rise(),
        }
    }

    fn receive_from_leg(&mut self, leg: LegId, side: Side, datagram: &mut [u8]) {
        let Some((line, id)) = self.lines.get(&leg) else {
            return;
        };
        let socket = match side {
            Side::Talk => &line.talk,
            Side::Whisper => &line.whisper,
        };
        let Ok(length) = socket.recv(&mut datagram[..PACKET_MAX]) else {
            return;
        };
        let (codec, id) = (line.codec, *id);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let Ok(packet) = Packet::parse(&datagram[..length]) else {
            return;
        };
        let at = self.started.elapsed().as_micros() as u64;
        if !connection.send(side, at, &packet, codec) {
            self.metrics.browser_crowded_total.rise();
        }
        self.follow(id, None);
    }

    /// `None` if the thread is to end, else whether more may wait.
    fn take_messages(&mut self) -> Option<bool> {
        for _ in 0..MESSAGES_AT_ONCE {
            match self.messages.try_recv() {
                Ok(Message::Order(order)) => self.carry_out(order),
                Ok(Message::Ready(connection)) => self.take_in(*connection),
                Ok(Message::Stop) => return None,
                Err(_) => return Some(false),
            }
        }
        Some(true)
    }

    fn carry_out(&mut self, order: BrowserOrder) {
        match order {
            BrowserOrder::Connect {
                connection,
                port,
                offer,
            } => {
                let accepted = self.maker.accept(connection, port, &offer);
                let accepted =
                    accepted.inspect_err(|why| tracing::info!(?why, "browser_offer_refused"));
                let answer = accepted.map(|(connection, answer)| {
                    self.take_in(connection);
                    answer
                });
                self.tell(Told::Answered { connection, answer });
            }
            BrowserOrder::Drop { connection } => self.forget(connection),
            BrowserOrder::Open {
                leg,
                connection,
                line,
            } => {
                let talk = self.poll.add(&line.talk, leg.0 << 2 | TALK);
                let whisper = self.poll.add(&line.whisper, leg.0 << 2 | WHISPER);
                if talk.is_err() || whisper.is_err() {
                    // The leg stays without sound, and its silence ends it.
                    self.metrics.browser_orders_lost_total.rise();
                }
                self.lines.insert(leg, (line, connection));
                self.attach(leg, connection);
            }
            BrowserOrder::Turn { leg, connection } => {
                if let Some((_, on)) = self.lines.get_mut(&leg) {
                    let before = std::mem::replace(on, connection);
                    self.detach(leg, before);
                    self.attach(leg, connection);
                }
            }
            BrowserOrder::Close { leg } => {
                if let Some((_, on)) = self.lines.remove(&leg) {
                    self.detach(leg, on);
                }
            }
        }
    }

    fn attach(&mut self, leg: LegId, connection: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.leg = Some(leg);
        }
    }

    fn detach(&mut self, leg: LegId, connection: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.leg = connection.leg.filter(|on| *on != leg);
        }
    }

    /// Takes in a new connection, or one that is set up.
    fn take_in(&mut self, connection: Connection) {
        let id = connection.id;
        let token = id.0 << 2 | BROWSER;
        let socket = connection.port.socket();
        if socket.is_some_and(|socket| self.poll.add(socket, token).is_ok()) {
            self.connections.insert(id, connection);
            self.follow(id, None);
        } else {
            self.tell(Told::Lost(id));
        }
    }

    fn forget(&mut self, id: ConnectionId) {
        self.connections.remove(&id);
        self.filed.remove(&id);
    }

    /// Tells what changed, has the connection's deadline kept, and hands over what is set up.
    fn follow(&mut self, id: ConnectionId, change: Option<Change>) {
        match change {
            Some(Change::Connected) => return self.connected(id),
            Some(Change::Lost) => self.tell(Told::Lost(id)),
            Some(Change::Back) => self.tell(Told::Back(id)),
            None => {}
        }
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        if connection.is_over() {
            return self.forget(id);
        }
        let due = connection.due;
        if self.filed.get(&id).is_none_or(|filed| due < *filed) {
            self.filed.insert(id, due);
            self.timers.push(Reverse((due, id)));
        }
    }

    fn connected(&mut self, id: ConnectionId) {
        if let Some(beyond) = &self.beyond {
            let Some(connection) = self.connections.remove(&id) else {
                return;
            };
            self.filed.remove(&id);
            // The socket stays open, so that closing does not take it out of this thread's set.
            let removed = connection
                .port
                .socket()
                .map(|socket| self.poll.remove(socket));
            let handed = removed.is_some_and(|removed| removed.is_ok())
                && beyond.send(Message::Ready(Box::new(connection))).is_ok();
            if !handed {
                self.metrics.browser_orders_lost_total.rise();
                return self.tell(Told::Lost(id));
            }
        }
        self.tell(Told::Connected(id));
    }

    fn run_timers(&mut self, now: Instant) {
        while let Some(&Reverse((due, id))) = self.timers.peek() {
            if due > now {
                return;
            }
            self.timers.pop();
            if self.filed.get(&id) != Some(&due) {
                continue;
            }
            self.filed.remove(&id);
            let Some(connection) = self.connections.get_mut(&id) else {
                continue;
            };
            let line = connection.leg.and_then(|leg| self.lines.get(&leg));
            let change = connection.due(now, line.map(|(line, _)| line));
            self.follow(id, change);
        }
    }

    fn look(&mut self, now: Instant) {
        let looked = self.connections.values_mut();
        let changed = looked.filter_map(|each| Some((each.id, each.look(now)?)));
        for (id, change) in changed.collect::<Vec<_>>() {
            self.follow(id, Some(change));
        }
    }

    fn tell(&self, told: Told) {
        // Full only when signalling stands still: what is not told is noticed by its deadlines.
        if self.told.try_send(told).is_err() {
            self.metrics.browser_tellings_lost_total.rise();
        }
    }
}
