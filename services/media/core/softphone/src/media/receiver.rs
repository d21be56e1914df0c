//! The receiving thread: every leg's packets with their kernel receive time.
//!
//! As the kernel stamps the packets, this thread need not hurry: it collects for 3 ms and takes many at once.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::Receiver;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::batch::Batch;
use super::bench::{Expected, Meter, SOUND_RMS};
use super::counters::{Received, Sent};
use super::marks::Marks;
use super::recording::{Recorder, Way, Work};
use super::sound::Role;
use crate::clock::realtime_ns;
use crate::ledger::{Notice, Notices};
use crate::sys::{self, Poller, Wake};
use crate::wire::{mulaw, rtp};

pub const ORDERS_MAX: usize = 16_384;
const COLLECT: Duration = Duration::from_millis(3);
/// The same where legs are to cost little: two packets of each.
const COLLECT_MORE: Duration = Duration::from_millis(40);
const WAKE_TOKEN: u64 = u64::MAX;

pub enum Order {
    Open {
        leg: u32,
        socket: Arc<UdpSocket>,
        recorded: bool,
    },
    /// The address that the peer's description names.
    Peer {
        leg: u32,
        address: SocketAddr,
    },
    /// The leg takes part in measurements.
    Bench {
        leg: u32,
        role: Role,
        marks: Arc<Marks>,
    },
    /// From the sending thread, when the leg sent its last packet.
    Close {
        leg: u32,
        sent: Box<Sent>,
    },
    BenchReset,
    BenchReport {
        id: Option<Value>,
    },
    Stop,
}

struct Leg {
    socket: Arc<UdpSocket>,
    recorded: bool,
    peer: Option<SocketAddr>,
    role: Option<Role>,
    /// The leg's own sources of coded frames.
    senders: Vec<u32>,
    expected: Expected,
    received: Received,
    heard: bool,
}

pub struct Listener {
    poller: Poller,
    legs: HashMap<u32, Leg>,
    batch: Batch,
    meter: Meter,
    recorder: Recorder,
    notices: Notices,
}

impl Listener {
    pub fn new(wake: &Wake, recorder: Recorder, notices: Notices) -> std::io::Result<Self> {
        let poller = Poller::new()?;
        poller.add(wake, WAKE_TOKEN)?;
        let (legs, batch, meter) = (HashMap::new(), Batch::new(), Meter::new());
        Ok(Self {
            poller,
            legs,
            batch,
            meter,
            recorder,
            notices,
        })
    }

    /// The thread's life. `leisurely`: packets are looked at late, whole handfuls at once. `realtime`: asks for the lowest real-time priority, below all that has to be punctual: on a
    /// crowded machine an ordinary share of the processor would not do for hundreds of legs.
    pub fn run(mut self, orders: &Receiver<Order>, wake: &Wake, realtime: bool, leisurely: bool) {
        let collect = if leisurely { COLLECT_MORE } else { COLLECT };
        if realtime {
            sys::make_realtime(1);
        }
        let mut ready = Vec::new();
        loop {
            self.poller.wait(&mut ready, None);
            if ready.contains(&WAKE_TOKEN) {
                wake.quiet();
            }
            while let Ok(order) = orders.try_recv() {
                if matches!(order, Order::Stop) {
                    return;
                }
                self.obey(order);
            }
            for token in ready.iter().filter(|token| **token != WAKE_TOKEN) {
                self.drain(*token as u32);
            }
            std::thread::sleep(collect);
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Open {
                leg,
                socket,
                recorded,
            } => self.open(leg, socket, recorded),
            Order::Peer { leg, address } => {
                if let Some(entry) = self.legs.get_mut(&leg) {
                    entry.peer = Some(address);
                }
            }
            Order::Bench { leg, role, marks } => {
                if let Some(entry) = self.legs.get_mut(&leg) {
                    entry.role = Some(role);
                    entry.senders.push(marks.sender());
                }
                self.meter.know(marks);
            }
            Order::Close { leg, sent } => self.close(leg, sent),
            Order::BenchReset => self.reset(),
            Order::BenchReport { id } => {
                let fields = self.meter.report(realtime_ns());
                self.notices.must(Notice::Report {
                    name: "bench_report",
                    id,
                    fields,
                });
            }
            Order::Stop => {}
        }
    }

    fn open(&mut self, leg: u32, socket: Arc<UdpSocket>, recorded: bool) {
        if let Err(error) = self.poller.add(&*socket, u64::from(leg)) {
            let message = format!("packets are not received: {error}");
            self.notices.tell(Notice::Fault { leg, message });
        }
        let entry = Leg {
            socket,
            recorded,
            peer: None,
            role: None,
            senders: Vec::new(),
            expected: Expected::new(),
            received: Received::default(),
            heard: false,
        };
        self.legs.insert(leg, entry);
    }

    fn close(&mut self, leg: u32, sent: Box<Sent>) {
        self.drain(leg);
        let Some(entry) = self.legs.remove(&leg) else {
            return;
        };
        self.poller.remove(&*entry.socket);
        entry
            .senders
            .iter()
            .for_each(|sender| self.meter.forget(*sender));
        let notice = Notice::Closed {
            leg,
            sent,
            received: Box::new(entry.received),
        };
        self.recorder.order(Work::Close { leg, notice });
    }

    fn reset(&mut self) {
        self.meter.reset();
        for leg in self.legs.values_mut() {
            leg.expected.clear();
        }
    }

    fn drain(&mut self, id: u32) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        loop {
            let more = self.batch.receive(&leg.socket);
            for (at_ns, from, datagram) in self.batch.arrivals() {
                leg.take(
                    id,
                    (at_ns, from, datagram),
                    &mut self.meter,
                    &self.recorder,
                    &self.notices,
                );
            }
            if !more {
                return;
            }
        }
    }
}

impl Leg {
    fn take(
        &mut self,
        id: u32,
        (at_ns, from, datagram): (u64, SocketAddr, &[u8]),
        meter: &mut Meter,
        recorder: &Recorder,
        notices: &Notices,
    ) {
        let Some((header, payload)) = rtp::parse(datagram) else {
            self.received.malformed += 1;
            return;
        };
        self.received.count(at_ns, &header);
        self.received.foreign += u64::from(self.peer.is_some_and(|peer| peer != from));
        if self.recorded {
            recorder.packet(id, Way::Received, at_ns, &header, payload);
        }
        if header.payload_type != rtp::PCMU {
            return;
        }
        if let Some(role) = self.role {
            meter.hear(role, &mut self.expected, at_ns, payload);
        }
        if !self.heard {
            let rms = mulaw::rms(payload);
            self.heard = rms > SOUND_RMS;
            if self.heard {
                notices.tell(Notice::FirstSound {
                    leg: id,
                    at_ns,
                    sequence: header.sequence,
                    rms,
                });
            }
        }
    }
}
