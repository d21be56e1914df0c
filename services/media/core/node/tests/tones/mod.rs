//! Media threads over real sockets, and phones that say tones.
#![allow(dead_code, reason = "each test file uses its part")]

use std::f64::consts::TAU;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fs, io};

use sasayaki_node::media::spool;
use sasayaki_node::media::{
    CallId, Codec, LegId, Media, MediaConfig, MediaHappening, MediaOrder, Role,
};
use sasayaki_node::wire::Track;
use sound::rtp::{Packet, PACKET_MAX};
use sound::FRAME_SAMPLES;
use tokio::sync::mpsc::{channel, Receiver};

pub const CALL: CallId = CallId(1);
const FRAME: Duration = Duration::from_millis(20);

/// Tones of customer, operator and supervisor.
pub const TONES: [f64; 3] = [440.0, 850.0, 1_310.0];
pub const ROLES: [Role; 3] = [Role::Customer, Role::Operator, Role::Supervisor];

/// A phone's own amplitude: −12 dBFS.
const AMPLITUDE: f64 = 8_231.0;

/// Level of one tone in dBFS (Goertzel over all samples).
pub fn level(samples: &[i16], hertz: f64) -> f64 {
    let coefficient = 2.0 * (TAU * hertz / 8_000.0).cos();
    let (mut previous, mut before) = (0.0, 0.0);
    for &sample in samples {
        let current = f64::from(sample) + coefficient * previous - before;
        (before, previous) = (previous, current);
    }
    let power = previous * previous + before * before - coefficient * previous * before;
    20.0 * (power.max(1e-9).sqrt() * 2.0 / samples.len() as f64 / 32_768.0).log10()
}

/// The sound of packets.
pub fn decode(packets: &[Heard]) -> Vec<i16> {
    let mut samples = vec![0; packets.len() * FRAME_SAMPLES];
    for (frame, packet) in samples.chunks_mut(FRAME_SAMPLES).zip(packets) {
        Codec::Pcmu.decode(&packet.payload, frame);
    }
    samples
}

/// A packet that a phone was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub at: Instant,
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    pub payload: Vec<u8>,
}

/// A phone that says its tone every 20 ms and keeps what it is sent.
pub struct Phone {
    address: SocketAddr,
    said: Arc<Mutex<Vec<Vec<u8>>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Phone {
    pub fn start(to: SocketAddr, hertz: f64, phase: Duration) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("socket");
        let address = socket.local_addr().expect("address");
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (said, heard, stop) = (Arc::clone(&said), Arc::clone(&heard), Arc::clone(&stop));
            thread::spawn(move || talk(&socket, to, hertz, phase, &said, &heard, &stop))
        };
        Self {
            address,
            said,
            heard,
            stop,
            thread: Some(thread),
        }
    }

    /// What it was sent in the last second.
    pub fn last_second(&self) -> Vec<i16> {
        let heard = self.heard.lock().expect("whole");
        decode(&heard[heard.len().saturating_sub(50)..])
    }

    /// Everything that it was sent.
    pub fn packets(&self) -> Vec<Heard> {
        self.heard.lock().expect("whole").clone()
    }

    pub fn heard_packets(&self) -> usize {
        self.heard.lock().expect("whole").len()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("no panic").expect("socket");
        }
    }
}

fn talk(
    socket: &UdpSocket,
    to: SocketAddr,
    hertz: f64,
    phase: Duration,
    said: &Mutex<Vec<Vec<u8>>>,
    heard: &Mutex<Vec<Heard>>,
    stop: &AtomicBool,
) -> io::Result<()> {
    let start = Instant::now() + phase;
    let mut frame = 0_u32;
    let mut bytes = [0; 2_048];
    while !stop.load(Ordering::Relaxed) {
        let due = start + FRAME * frame;
        let wait = due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            socket.set_read_timeout(Some(wait))?;
            if let Ok((length, _)) = socket.recv_from(&mut bytes) {
                let packet = Packet::parse(&bytes[..length]).expect("valid RTP");
                heard.lock().expect("whole").push(Heard {
                    at: Instant::now(),
                    ssrc: packet.ssrc,
                    sequence: packet.sequence,
                    timestamp: packet.timestamp,
                    payload: packet.payload.to_vec(),
                });
            }
            continue;
        }
        let payload: Vec<u8> = (0..FRAME_SAMPLES)
            .map(|n| {
                let at = f64::from(frame) * FRAME_SAMPLES as f64 + n as f64;
                let sample = AMPLITUDE * (TAU * hertz * at / 8_000.0).sin();
                sound::g711::ulaw_encode(sample as i16)
            })
            .collect();
        let packet = Packet {
            marker: frame == 0,
            payload_type: 0,
            sequence: frame as u16,
            timestamp: frame * FRAME_SAMPLES as u32,
            ssrc: to.port().into(),
            payload: &payload,
            wide: &[],
        };
        let mut datagram = [0; PACKET_MAX];
        let length = packet.write(&mut datagram);
        socket.send_to(&datagram[..length], to)?;
        said.lock().expect("whole").push(payload);
        frame += 1;
    }
    Ok(())
}

pub struct Node {
    pub media: Media,
    happenings: Receiver<MediaHappening>,
    pub folder: tempfile::TempDir,
}

impl Node {
    /// A node with room for a few legs on ports that were free a moment ago.
    pub fn start() -> Self {
        Self::gathering(Duration::ZERO)
    }

    /// The same, of media threads that rest for so long.
    pub fn gathering(gather: Duration) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let free = UdpSocket::bind("127.0.0.1:0")
            .expect("socket")
            .local_addr()
            .expect("address")
            .port();
        let first = (free & !1).min(65_400);
        let config = MediaConfig {
            ports: (first, first + 40),
            threads: 2,
            spool_dir: folder.path().to_owned(),
            rtp_silence: Duration::from_millis(300),
            gather,
            ..MediaConfig::default()
        };
        let (sender, happenings) = channel(64);
        let (levels, _) = channel(64);
        let media = Media::start(&config, sender, levels).expect("started");
        Self {
            media,
            happenings,
            folder,
        }
    }

    pub fn order(&self, order: MediaOrder) {
        self.media.order(order).expect("room");
    }

    /// Adds a leg with a phone that talks already.
    pub fn connect(&self, leg: LegId, role: Role, hertz: f64, phase: Duration) -> Phone {
        self.connect_to(CALL, leg, role, hertz, phase)
    }

    pub fn connect_to(
        &self,
        call: CallId,
        leg: LegId,
        role: Role,
        hertz: f64,
        phase: Duration,
    ) -> Phone {
        let port = self.media.reserve_port().expect("a port");
        let phone = Phone::start(port.address(), hertz, phase);
        self.order(MediaOrder::AddLeg {
            call,
            leg,
            role,
            port,
        });
        let (peer, codec) = (phone.address, Codec::Pcmu);
        self.order(MediaOrder::SetPeer {
            call,
            leg,
            peer,
            codec,
            telephone_event: Some(101),
            whisper: None,
        });
        phone
    }

    pub fn connect_three(&self) -> [Phone; 3] {
        self.order(MediaOrder::OpenCall { call: CALL });
        [0, 1, 2].map(|n| {
            let phase = Duration::from_millis(7 * n as u64);
            self.connect(LegId(n as u64), ROLES[n], TONES[n], phase)
        })
    }

    /// The next happening that is not passed over.
    pub fn until(&mut self, wanted: impl Fn(&MediaHappening) -> bool) -> MediaHappening {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match self.happenings.try_recv() {
                Ok(happening) if wanted(&happening) => return happening,
                Ok(_) => {}
                Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
                Err(error) => panic!("nothing of the kind happened: {error}"),
            }
        }
    }
}

pub fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Asserts which tones a phone hears over a whole second from here on.
pub fn assert_hears(phone: &Phone, tones: &[f64], when: &str) {
    let before = phone.heard_packets();
    if tones.is_empty() {
        thread::sleep(Duration::from_millis(200));
        assert!(
            phone.heard_packets() <= before + 1,
            "{when}: packets without a voice"
        );
        return;
    }
    wait_for(when, || phone.heard_packets() >= before + 55);
    let samples = phone.last_second();
    for tone in TONES {
        let level = level(&samples, tone);
        if tones.contains(&tone) {
            assert!(
                level > -25.0,
                "{when}: {tone} Hz is heard at {level:.1} dBFS"
            );
        } else {
            assert!(
                level < -60.0,
                "{when}: {tone} Hz is heard at {level:.1} dBFS"
            );
        }
    }
}

/// A track's bytes, its pages in order.
pub fn track(folder: &Path, track: Track) -> (Vec<u8>, bool) {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .collect();
    files.sort();
    let (mut bytes, mut last) = (Vec::new(), false);
    for file in files {
        for page in spool::pages(&fs::read(file).expect("file")) {
            assert_eq!(page.contact_id, "con_1");
            if page.track() == track {
                assert_eq!(page.number as usize, bytes.len() / 8_000);
                bytes.extend(page.pcmu);
                last = page.last;
            }
        }
    }
    (bytes, last)
}

pub fn assert_forwarding_changed_no_byte(speaker: &Phone, listener: &Phone) {
    let heard: Vec<Vec<u8>> = listener.packets().into_iter().map(|p| p.payload).collect();
    let said = speaker.said.lock().expect("whole");
    let start = said
        .iter()
        .position(|payload| *payload == heard[0])
        .expect("the first was said");
    assert_eq!(heard[..], said[start..start + heard.len()]);
}
