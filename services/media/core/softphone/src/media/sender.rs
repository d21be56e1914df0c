//! The sending thread: every leg's next packet at its absolute deadline, 20 ms after the last one's.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::Arc;

use serde_json::{json, Value};

use super::histogram::Histogram;
use super::keys::Press;
use super::marks::Marks;
use super::receiver;
use super::recording::{Recorder, Way};
use super::sound::{Sound, Source};
use super::voice::{Peer, Voice, FRAME_NS};
use crate::clock::{mono_ns, realtime_ns, Random};
use crate::ledger::{Notice, Notices};
use crate::sys::{self, Wake};
use crate::wire::rtp;

pub const ORDERS_MAX: usize = 16_384;
pub enum Order {
    Open {
        leg: u32,
        socket: Arc<UdpSocket>,
        recorded: bool,
        sound: Sound,
        marks: Option<Arc<Marks>>,
    },
    Peer {
        leg: u32,
        peer: Peer,
    },
    Sound {
        leg: u32,
        sound: Sound,
        marks: Option<Arc<Marks>>,
    },
    Keys {
        leg: u32,
        presses: Vec<Press>,
    },
    /// A leg that only sends so many frames from a socket of its own, posing as `leg`'s stream when `mimic`.
    Foreign {
        leg: u32,
        socket: Arc<UdpSocket>,
        sound: Sound,
        frames: u64,
        mimic: bool,
    },
    Close {
        leg: u32,
    },
    Stats {
        id: Option<Value>,
    },
    Stop,
}

pub struct Sender {
    legs: HashMap<u32, Voice>,
    due: BinaryHeap<Reverse<(u64, u32)>>,
    random: Random,
    late: Histogram,
    packets: u64,
    realtime: bool,
    /// Ids of foreign streams count down from the top, away from those of legs.
    next_foreign: u32,
    packet: Vec<u8>,
    recorder: Recorder,
    notices: Notices,
    receiver: SyncSender<receiver::Order>,
    receiver_wake: Arc<Wake>,
    /// Packets are sent at multiples of it.
    grid_ns: u64,
}

impl Sender {
    pub fn new(
        recorder: Recorder,
        notices: Notices,
        receiver: SyncSender<receiver::Order>,
        receiver_wake: Arc<Wake>,
        grid_ns: u64,
    ) -> Self {
        Self {
            legs: HashMap::new(),
            due: BinaryHeap::new(),
            random: Random::seeded(),
            late: Histogram::new(),
            packets: 0,
            realtime: false,
            next_foreign: u32::MAX,
            packet: Vec::with_capacity(256),
            recorder,
            notices,
            receiver,
            receiver_wake,
            grid_ns,
        }
    }

    /// The thread's life. `priority`: the wished `SCHED_FIFO` priority.
    pub fn run(mut self, orders: &Receiver<Order>, wake: &Wake, priority: Option<i32>) {
        self.realtime = priority.is_some_and(sys::make_realtime);
        sys::fine_timers();
        loop {
            while let Ok(order) = orders.try_recv() {
                if matches!(order, Order::Stop) {
                    return;
                }
                self.obey(order);
            }
            let now_ns = mono_ns();
            match self.due.peek().copied() {
                Some(Reverse((due_ns, leg))) if due_ns <= now_ns => {
                    self.due.pop();
                    self.tick(leg);
                }
                next => wake.wait_until(next.map(|Reverse((due_ns, _))| due_ns)),
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Open {
                leg,
                socket,
                recorded,
                sound,
                marks,
            } => {
                let entry = Voice::new(&mut self.random, socket, recorded, sound, marks);
                self.legs.insert(leg, entry);
            }
            Order::Peer { leg, peer } => {
                let Some(entry) = self.legs.get_mut(&leg) else {
                    return;
                };
                if entry.peer.replace(peer).is_none() {
                    // A random phase: calls that begin together do not send together.
                    let due_ns = mono_ns() + self.random.below(FRAME_NS);
                    entry.due_ns = due_ns.next_multiple_of(self.grid_ns);
                    self.due.push(Reverse((entry.due_ns, leg)));
                }
            }
            Order::Sound { leg, sound, marks } => {
                let Some(entry) = self.legs.get_mut(&leg) else {
                    return;
                };
                entry.source = Source::new(sound, &mut self.random);
                entry.marks = marks;
            }
            Order::Keys { leg, presses } => self.keys(leg, presses),
            Order::Foreign {
                leg,
                socket,
                sound,
                frames,
                mimic,
            } => {
                self.foreign(leg, socket, sound, frames, mimic);
            }
            Order::Close { leg } => {
                let Some(entry) = self.legs.remove(&leg) else {
                    return;
                };
                let order = receiver::Order::Close {
                    leg,
                    sent: Box::new(entry.sent),
                };
                // The receiving thread outlives this one.
                let _ = self.receiver.send(order);
                self.receiver_wake.ring();
            }
            Order::Stats { id } => self.notices.tell(Notice::Report {
                name: "stats",
                id,
                fields: self.stats(),
            }),
            Order::Stop => {}
        }
    }

    fn keys(&mut self, leg: u32, presses: Vec<Press>) {
        let Some(entry) = self.legs.get_mut(&leg) else {
            return;
        };
        let message = match entry.peer {
            Some(Peer {
                events: Some(_), ..
            }) => {
                let refused = presses
                    .into_iter()
                    .filter(|press| !entry.keys.press(*press))
                    .count();
                (refused > 0).then(|| format!("{refused} keys dropped: too many wait"))
            }
            _ => Some("peer takes no telephone events".to_owned()),
        };
        if let Some(message) = message {
            self.notices.tell(Notice::Fault { leg, message });
        }
    }

    fn foreign(
        &mut self,
        leg: u32,
        socket: Arc<UdpSocket>,
        sound: Sound,
        frames: u64,
        mimic: bool,
    ) {
        let Some(entry) = self.legs.get(&leg) else {
            return;
        };
        let (peer, header) = (entry.peer, entry.header);
        let mut stream = Voice::new(&mut self.random, socket, false, sound, None);
        stream.peer = peer;
        stream.foreign = Some((leg, frames));
        stream.due_ns = mono_ns();
        if mimic {
            stream.header = header;
        }
        let id = self.next_foreign;
        self.next_foreign -= 1;
        self.due.push(Reverse((stream.due_ns, id)));
        self.legs.insert(id, stream);
    }

    /// A leg's turn: one packet, or none, and the next deadline.
    fn tick(&mut self, id: u32) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let late_ns = mono_ns().saturating_sub(leg.due_ns);
        if leg.build(&mut self.packet, &mut self.random, &self.notices, id) {
            let at_ns = realtime_ns();
            leg.send(&self.packet, at_ns, late_ns);
            self.late.add(late_ns);
            self.packets += 1;
            if leg.recorded {
                if let Some((header, payload)) = rtp::parse(&self.packet) {
                    self.recorder.packet(id, Way::Sent, at_ns, &header, payload);
                }
            }
        }
        leg.advance(late_ns);
        if let Some((of, frames)) = &mut leg.foreign {
            *frames -= 1;
            if *frames == 0 {
                let from = leg.socket.local_addr().map(|address| address.to_string());
                let from = from.unwrap_or_default();
                self.notices.tell(Notice::ForeignSent {
                    leg: *of,
                    packets: leg.sent.packets,
                    from,
                });
                self.legs.remove(&id);
                return;
            }
        }
        self.due.push(Reverse((leg.due_ns, id)));
    }

    fn stats(&self) -> Value {
        json!({
            "legs": self.legs.len(),
            "sent": self.packets,
            "late_p50_us": self.late.quantile_us(0.5),
            "late_p99_us": self.late.quantile_us(0.99),
            "late_max_us": self.late.max_us(),
            "realtime": self.realtime,
            "records_dropped": self.recorder.dropped(),
            "notices_dropped": self.notices.dropped(),
        })
    }
}
