//! A media thread: waits, receives, has calls act, sends.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::sync::mpsc::Receiver;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sound::{Call, Count, Happening, Micros, Out, Slot, Tapped, LEGS_MAX};

use super::config::MediaConfig;
use super::early::Early;
use super::guard::{run_in_real_time, AbortOnPanic};
use super::happenings::Happenings;
use super::levels::{Ears, Present};
use super::metrics::{Event, MediaMetrics};
use super::moving::{Moving, Way};
use super::poll::{Poll, Ready};
use super::tap::Tap;
use super::{CallId, LegId, MediaHappening, MediaOrder, PlayId, PortLease};
use crate::clock::Clock;

/// The longest datagram that is looked at; a longer one is cut and then malformed.
const DATAGRAM_MAX: usize = 2_048;

/// Packets that wait are taken before deadlines are judged, unless these are later than this: after a stand-still of
/// the host an anchor whose packet is here already must not count as late.
const DEADLINE_LATE_MAX: Micros = 2_000;

/// How soon a full happenings channel or ring is tried again.
const RETRY_AFTER: Micros = 5_000;

/// Orders carried out between two looks at the sockets.
const ORDERS_AT_ONCE: usize = 64;

/// What a thread's queue holds.
#[derive(Debug)]
pub enum Message {
    Order(MediaOrder),
    /// A leg from another thread's call.
    Arrived(Box<Moving>),
    Stop,
}

/// A media thread's state.
pub struct Worker {
    pub(super) clock: Clock,
    pub(super) poll: Poll,
    pub(super) messages: Receiver<Message>,
    pub(super) realtime_priority: Option<u8>,
    pub(super) silence: Micros,
    gather: Micros,
    pub(super) calls: Vec<Option<Entry>>,
    pub(super) by_id: HashMap<CallId, usize>,
    timers: BinaryHeap<Reverse<(Micros, usize)>>,
    pub(super) links: Links,
    pub(super) way: Way,
}

/// Ways out of the thread that calls share.
pub struct Links {
    pub ears: Ears,
    pub tap: Tap,
    pub happenings: Happenings,
    pub metrics: Arc<MediaMetrics>,
}

/// A call and its sockets.
pub struct Entry {
    pub id: CallId,
    pub call: Call,
    pub legs: [Option<LegEntry>; LEGS_MAX],
    pub tap: TapState,
    pub tap_paused: bool,
    /// Who is in the talk, as the listening thread was told.
    pub present: Option<Present>,
    /// The timer that counts; others of this call are outdated.
    timer: Micros,
}

pub struct LegEntry {
    pub id: LegId,
    pub lease: PortLease,
    /// Until its peer is set.
    pub early: Option<Early>,
}

/// A call is recorded once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TapState {
    Unopened,
    /// Since then.
    Open(Micros),
    Closed,
}

impl Entry {
    pub fn new(id: CallId, silence: Micros) -> Self {
        Self {
            id,
            call: Call::new(silence),
            legs: [const { None }; LEGS_MAX],
            tap: TapState::Unopened,
            tap_paused: false,
            present: None,
            timer: Micros::MAX,
        }
    }

    /// The call, and where what comes out of it goes.
    pub fn split<'a>(&'a mut self, links: &'a mut Links) -> (&'a mut Call, Outlet<'a>) {
        (
            &mut self.call,
            Outlet {
                call: self.id,
                legs: &self.legs,
                links,
            },
        )
    }
}

impl Worker {
    pub fn new(
        clock: Clock,
        poll: Poll,
        messages: Receiver<Message>,
        config: &MediaConfig,
        links: Links,
        way: Way,
    ) -> Self {
        Self {
            clock,
            poll,
            messages,
            realtime_priority: config.realtime_priority,
            silence: config.rtp_silence.as_micros() as Micros,
            gather: config.gather.as_micros() as Micros,
            calls: Vec::new(),
            by_id: HashMap::new(),
            timers: BinaryHeap::with_capacity(4_096),
            links,
            way,
        }
    }

    /// Works until it is told to stop.
    pub fn run(mut self) {
        let _guard = AbortOnPanic;
        if let Some(priority) = self.realtime_priority {
            run_in_real_time(priority);
        }
        let mut datagram = [0; DATAGRAM_MAX];
        let mut ready = Ready::new();
        let mut more_orders = false;
        loop {
            let timeout = if more_orders { Some(0) } else { self.timeout() };
            let woken = self.poll.wait(timeout, &mut ready).unwrap_or_else(|error| {
                // Only a wrong argument makes it fail.
                panic!("waiting for sockets failed: {error}")
            });
            let woken_at = self.clock.now();
            self.links.metrics.event(Event::WakeUp);
            for token in ready.tokens() {
                self.receive(token, &mut datagram);
            }
            if woken || more_orders {
                match self.carry_out_orders() {
                    Some(more) => more_orders = more,
                    None => return,
                }
            }
            self.run_timers(!ready.is_empty());
            if !more_orders {
                self.rest_until(woken_at + self.gather);
            }
        }
    }

    /// What comes until then is taken together.
    fn rest_until(&self, until: Micros) {
        let left = until.saturating_sub(self.clock.now());
        if self.gather > 0 && left > 0 {
            thread::sleep(Duration::from_micros(left));
        }
    }

    /// How long to wait; `None`: until something comes.
    fn timeout(&mut self) -> Option<Micros> {
        let links = &mut self.links;
        let retry =
            links.happenings.flush() | links.tap.flush() | links.ears.flush() | self.way.flush();
        let due = self
            .timers
            .peek()
            .map(|Reverse((due, _))| due.saturating_sub(self.clock.now()));
        match (retry, due) {
            (true, due) => Some(due.unwrap_or(RETRY_AFTER).min(RETRY_AFTER)),
            (false, due) => due,
        }
    }

    /// Takes one datagram from the socket that the token stands for.
    fn receive(&mut self, token: u64, datagram: &mut [u8]) {
        let (index, slot) = ((token >> 8) as usize, Slot(token as u8));
        let Some(entry) = self.calls.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        let Some(leg) = entry.legs[slot.index()].as_mut() else {
            return;
        };
        let Some(socket) = leg.lease.socket() else {
            return;
        };
        // Nothing to read, or an error that only an earlier send caused: the next packet tells.
        let Ok((length, from)) = socket.recv_from(datagram) else {
            return;
        };
        let now = self.clock.now();
        if let Some(early) = &mut leg.early {
            if early.keep(now, from, &datagram[..length]) {
                self.links.metrics.count(Count::Foreign, 1);
            }
            return;
        }
        let (call, mut outlet) = entry.split(&mut self.links);
        call.on_packet(now, slot, from, &datagram[..length], &mut outlet);
        self.set_timer(index);
    }

    /// Carries out waiting orders; `None` if the thread is to end, else whether more may wait.
    fn carry_out_orders(&mut self) -> Option<bool> {
        for _ in 0..ORDERS_AT_ONCE {
            match self.messages.try_recv() {
                Ok(Message::Order(order)) => self.carry_out(order),
                Ok(Message::Arrived(moving)) => self.arrived(*moving),
                Ok(Message::Stop) => {
                    self.end_all();
                    return None;
                }
                Err(_) => return Some(false),
            }
        }
        Some(true)
    }

    /// Has the call's deadline kept from here on.
    pub(super) fn set_timer(&mut self, index: usize) {
        let Some(entry) = self.calls.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        if let Some(due) = entry.call.next_deadline().filter(|&due| due < entry.timer) {
            entry.timer = due;
            self.timers.push(Reverse((due, index)));
        }
    }

    fn run_timers(&mut self, packets_may_wait: bool) {
        let now = self.clock.now();
        let judged = if packets_may_wait {
            now.saturating_sub(DEADLINE_LATE_MAX)
        } else {
            now
        };
        while let Some(&Reverse((due, index))) = self.timers.peek() {
            if due > judged {
                return;
            }
            self.timers.pop();
            let Some(entry) = self.calls.get_mut(index).and_then(Option::as_mut) else {
                continue;
            };
            if entry.timer != due {
                continue;
            }
            entry.timer = Micros::MAX;
            let (call, mut outlet) = entry.split(&mut self.links);
            if call.next_deadline().is_some_and(|due| due <= now) {
                outlet.links.metrics.event(Event::Deadline);
                call.on_deadline(now, &mut outlet);
            }
            self.set_timer(index);
        }
    }
}

/// Where what comes out of one call goes.
pub struct Outlet<'a> {
    call: CallId,
    legs: &'a [Option<LegEntry>; LEGS_MAX],
    links: &'a mut Links,
}

impl Out for Outlet<'_> {
    fn send(&mut self, leg: Slot, to: SocketAddr, packet: &[u8]) {
        let socket = self.legs[leg.index()]
            .as_ref()
            .and_then(|leg| leg.lease.socket());
        if socket.is_none_or(|socket| socket.send_to(packet, to).is_err()) {
            self.links.metrics.event(Event::SendFailed);
        }
    }

    fn tap(&mut self, tapped: Tapped<'_>) {
        self.links.tap.say(self.call, &tapped);
    }

    fn hear(&mut self, tapped: Tapped<'_>, audible: bool) {
        self.links.ears.hear(self.call, &tapped, audible);
    }

    fn happened(&mut self, happening: Happening) {
        let call = self.call;
        let happening = match happening {
            Happening::Played {
                play,
                heard_ms,
                total_ms,
                outcome,
                digits,
            } => {
                let play = PlayId(play);
                MediaHappening::Played {
                    call,
                    play,
                    heard_ms,
                    total_ms,
                    outcome,
                    digits,
                }
            }
            Happening::TalkBackEnded { leg } => {
                let Some(leg) = self.legs[leg.index()].as_ref().map(|leg| leg.id) else {
                    return;
                };
                MediaHappening::TalkBack {
                    call,
                    leg,
                    on: false,
                }
            }
            Happening::Silent { leg, silent_ms } => {
                let Some(leg) = self.legs[leg.index()].as_ref().map(|leg| leg.id) else {
                    return;
                };
                MediaHappening::RtpSilent {
                    call,
                    leg,
                    silent_ms,
                }
            }
        };
        self.links.happenings.tell(happening);
    }

    fn count(&mut self, count: Count, by: u64) {
        self.links.metrics.count(count, by);
    }
}
