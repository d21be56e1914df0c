//! The signalling thread's hold on sound: opens legs and gives orders to the threads.

use std::fs::File;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{sync_channel, SyncSender};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use serde_json::Value;

use super::batch::stamp_arrivals;
use super::keys::Press;
use super::marks::Marks;
use super::receiver::{self, Listener};
use super::recording::{self, Recorder, Way, Work};
use super::sender::{self, Sender};
use super::sound::{Role, Sound};
use super::voice::Peer;
use crate::ledger::Notices;
use crate::sys::Wake;

/// Tries to get an even port (RFC 3550, 11) from the system.
const PORT_TRIES: usize = 16;

/// A call's sound, seen from the signalling thread.
pub struct Leg {
    pub id: u32,
    pub address: SocketAddr,
    pub recorded: Option<Files>,
}

pub struct Files {
    pub received: PathBuf,
    pub sent: PathBuf,
}

pub struct Engine {
    sender: SyncSender<sender::Order>,
    sender_wake: Arc<Wake>,
    receiver: SyncSender<receiver::Order>,
    receiver_wake: Arc<Wake>,
    recorder: Recorder,
    directory: Option<PathBuf>,
    next_leg: u32,
    next_marks: u32,
    threads: [JoinHandle<()>; 3],
}

impl Engine {
    /// Starts the threads. `directory`: of recordings. `priority`: the sending thread's wished real-time priority. `grid_ns`: of which
    /// multiples packets are sent at.
    pub fn start(
        notices: &Notices,
        directory: Option<PathBuf>,
        priority: Option<i32>,
        grid_ns: u64,
    ) -> io::Result<Self> {
        if let Some(directory) = &directory {
            std::fs::create_dir_all(directory)?;
        }
        let (work, works) = sync_channel(recording::QUEUE_MAX);
        let (sender, sender_orders) = sync_channel(sender::ORDERS_MAX);
        let (receiver, receiver_orders) = sync_channel(receiver::ORDERS_MAX);
        let (sender_wake, receiver_wake) = (Arc::new(Wake::new()?), Arc::new(Wake::new()?));
        let recorder = Recorder::new(work);

        let told = notices.clone();
        let writing = spawn("recording", move || recording::run(&works, &told))?;
        let listener = Listener::new(&receiver_wake, recorder.clone(), notices.clone())?;
        let wake = receiver_wake.clone();
        let receiving = spawn("rtp-receive", move || {
            listener.run(&receiver_orders, &wake, priority.is_some(), grid_ns > 1);
        })?;
        let speaker = Sender::new(
            recorder.clone(),
            notices.clone(),
            receiver.clone(),
            receiver_wake.clone(),
            grid_ns,
        );
        let wake = sender_wake.clone();
        let sending = spawn("rtp-send", move || {
            speaker.run(&sender_orders, &wake, priority);
        })?;

        let threads = [sending, receiving, writing];
        Ok(Self {
            sender,
            sender_wake,
            receiver,
            receiver_wake,
            recorder,
            directory,
            next_leg: 1,
            next_marks: 1,
            threads,
        })
    }

    /// A socket and, when recorded, two files named `<phone>-<number>`.
    pub fn open(
        &mut self,
        phone: &str,
        number: u32,
        ip: IpAddr,
        record: bool,
        sound: Sound,
    ) -> io::Result<Leg> {
        let socket = Arc::new(even_port(ip)?);
        stamp_arrivals(&socket)?;
        let id = self.next_leg;
        self.next_leg += 1;
        let recorded = match &self.directory {
            Some(directory) if record => {
                Some(self.record(id, &directory.join(format!("{phone}-{number}")))?)
            }
            _ => None,
        };
        let address = socket.local_addr()?;
        let opened = receiver::Order::Open {
            leg: id,
            socket: socket.clone(),
            recorded: recorded.is_some(),
        };
        self.order_receiver(opened);
        let marks = self.marks(id, &sound);
        let recorded_too = recorded.is_some();
        self.order_sender(sender::Order::Open {
            leg: id,
            socket,
            recorded: recorded_too,
            sound,
            marks,
        });
        Ok(Leg {
            id,
            address,
            recorded,
        })
    }

    fn record(&self, leg: u32, stem: &Path) -> io::Result<Files> {
        let named = |suffix: &str| {
            let mut path = stem.as_os_str().to_owned();
            path.push(suffix);
            PathBuf::from(path)
        };
        let files = Files {
            received: named(".rx.rtp"),
            sent: named(".tx.rtp"),
        };
        for (way, path) in [(Way::Received, &files.received), (Way::Sent, &files.sent)] {
            self.recorder.order(Work::Open {
                leg,
                way,
                file: File::create(path)?,
            });
        }
        Ok(files)
    }

    fn marks(&mut self, leg: u32, sound: &Sound) -> Option<Arc<Marks>> {
        let Sound::Bench(role) = sound else {
            return None;
        };
        let (role, marks): (Role, _) = (*role, Arc::new(Marks::new(self.next_marks)));
        self.next_marks += 1;
        self.order_receiver(receiver::Order::Bench {
            leg,
            role,
            marks: marks.clone(),
        });
        Some(marks)
    }

    pub fn peer(&self, leg: &Leg, peer: Peer) {
        self.order_receiver(receiver::Order::Peer {
            leg: leg.id,
            address: peer.address,
        });
        self.order_sender(sender::Order::Peer { leg: leg.id, peer });
    }

    pub fn sound(&mut self, leg: &Leg, sound: Sound) {
        let marks = self.marks(leg.id, &sound);
        self.order_sender(sender::Order::Sound {
            leg: leg.id,
            sound,
            marks,
        });
    }

    pub fn keys(&self, leg: &Leg, presses: Vec<Press>) {
        self.order_sender(sender::Order::Keys {
            leg: leg.id,
            presses,
        });
    }

    /// Sends from another local port (of `ip`) to where the leg sends.
    pub fn foreign(
        &self,
        leg: &Leg,
        ip: IpAddr,
        sound: Sound,
        frames: u64,
        mimic: bool,
    ) -> io::Result<()> {
        let socket = Arc::new(even_port(ip)?);
        self.order_sender(sender::Order::Foreign {
            leg: leg.id,
            socket,
            sound,
            frames,
            mimic,
        });
        Ok(())
    }

    /// Ends the leg; its summary follows as a notice when its files are complete.
    pub fn close(&self, leg: &Leg) {
        self.order_sender(sender::Order::Close { leg: leg.id });
    }

    pub fn stats(&self, id: Option<Value>) {
        self.order_sender(sender::Order::Stats { id });
    }

    pub fn bench_reset(&self) {
        self.order_receiver(receiver::Order::BenchReset);
    }

    pub fn bench_report(&self, id: Option<Value>) {
        self.order_receiver(receiver::Order::BenchReport { id });
    }

    /// Ends the threads in the order of the packets' way.
    pub fn stop(self) {
        self.order_sender(sender::Order::Stop);
        let [sending, receiving, writing] = self.threads;
        let _ = sending.join();
        let _ = self.receiver.send(receiver::Order::Stop);
        self.receiver_wake.ring();
        let _ = receiving.join();
        drop(self.recorder);
        let _ = writing.join();
    }

    fn order_sender(&self, order: sender::Order) {
        // The threads end only by `stop`.
        let _ = self.sender.send(order);
        self.sender_wake.ring();
    }

    fn order_receiver(&self, order: receiver::Order) {
        let _ = self.receiver.send(order);
        self.receiver_wake.ring();
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(body)
}

fn even_port(ip: IpAddr) -> io::Result<UdpSocket> {
    let mut socket = UdpSocket::bind((ip, 0))?;
    for _ in 0..PORT_TRIES {
        if socket.local_addr()?.port() % 2 == 0 {
            break;
        }
        socket = UdpSocket::bind((ip, 0))?;
    }
    Ok(socket)
}
