//! Media threads over real sockets: three phones say tones, and what each is sent and what is recorded is measured.

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
    CallId, Codec, Collect, Count, Event, LegId, Media, MediaConfig, MediaHappening, MediaOrder,
    Mode, PlayId, PlayOutcome, Prompt, Role,
};
use sasayaki_node::wire::Track;
use sound::rtp::{Packet, PACKET_MAX};
use sound::FRAME_SAMPLES;
use tokio::sync::mpsc::{channel, Receiver};

const CALL: CallId = CallId(1);
const FRAME: Duration = Duration::from_millis(20);

/// Tones of customer, operator and supervisor.
const TONES: [f64; 3] = [440.0, 850.0, 1_310.0];
const ROLES: [Role; 3] = [Role::Customer, Role::Operator, Role::Supervisor];

/// A phone's own amplitude: −12 dBFS.
const AMPLITUDE: f64 = 8_231.0;

/// Level of one tone in dBFS (Goertzel over all samples).
fn level(samples: &[i16], hertz: f64) -> f64 {
    let coefficient = 2.0 * (TAU * hertz / 8_000.0).cos();
    let (mut previous, mut before) = (0.0, 0.0);
    for &sample in samples {
        let current = f64::from(sample) + coefficient * previous - before;
        (before, previous) = (previous, current);
    }
    let power = previous * previous + before * before - coefficient * previous * before;
    20.0 * (power.max(1e-9).sqrt() * 2.0 / samples.len() as f64 / 32_768.0).log10()
}

fn decode(payloads: &[Vec<u8>]) -> Vec<i16> {
    let mut samples = vec![0; payloads.len() * FRAME_SAMPLES];
    for (frame, payload) in samples.chunks_mut(FRAME_SAMPLES).zip(payloads) {
        Codec::Pcmu.decode(payload, frame);
    }
    samples
}

/// A phone that says its tone every 20 ms and keeps what it is sent.
struct Phone {
    address: SocketAddr,
    said: Arc<Mutex<Vec<Vec<u8>>>>,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Phone {
    fn start(to: SocketAddr, hertz: f64, phase: Duration) -> Self {
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
    fn last_second(&self) -> Vec<i16> {
        let heard = self.heard.lock().expect("whole");
        decode(&heard[heard.len().saturating_sub(50)..])
    }

    fn heard_packets(&self) -> usize {
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
    heard: &Mutex<Vec<Vec<u8>>>,
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
                heard.lock().expect("whole").push(packet.payload.to_vec());
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
        };
        let mut datagram = [0; PACKET_MAX];
        let length = packet.write(&mut datagram);
        socket.send_to(&datagram[..length], to)?;
        said.lock().expect("whole").push(payload);
        frame += 1;
    }
    Ok(())
}

struct Node {
    media: Media,
    happenings: Receiver<MediaHappening>,
    folder: tempfile::TempDir,
}

impl Node {
    /// A node with room for a few legs on ports that were free a moment ago.
    fn start() -> Self {
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

    fn order(&self, order: MediaOrder) {
        self.media.order(order).expect("room");
    }

    /// Adds a leg with a phone that talks already.
    fn connect(&self, leg: LegId, role: Role, hertz: f64, phase: Duration) -> Phone {
        let port = self.media.reserve_port().expect("a port");
        let phone = Phone::start(port.address(), hertz, phase);
        self.order(MediaOrder::AddLeg {
            call: CALL,
            leg,
            role,
            port,
        });
        let (peer, codec) = (phone.address, Codec::Pcmu);
        self.order(MediaOrder::SetPeer {
            call: CALL,
            leg,
            peer,
            codec,
            telephone_event: Some(101),
        });
        phone
    }

    fn connect_three(&self) -> [Phone; 3] {
        self.order(MediaOrder::OpenCall { call: CALL });
        [0, 1, 2].map(|n| {
            let phase = Duration::from_millis(7 * n as u64);
            self.connect(LegId(n as u64), ROLES[n], TONES[n], phase)
        })
    }

    /// The next happening that is not passed over.
    fn until(&mut self, wanted: impl Fn(&MediaHappening) -> bool) -> MediaHappening {
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

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Asserts which tones a phone hears over a whole second from here on.
fn assert_hears(phone: &Phone, tones: &[f64], when: &str) {
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
fn track(folder: &Path, track: Track) -> (Vec<u8>, bool) {
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

fn assert_forwarding_changed_no_byte(speaker: &Phone, listener: &Phone) {
    let heard = listener.heard.lock().expect("whole");
    let said = speaker.said.lock().expect("whole");
    let start = said
        .iter()
        .position(|payload| *payload == heard[0])
        .expect("the first was said");
    assert_eq!(heard[..], said[start..start + heard.len()]);
}

/// Asserts that a party's track has the length of the call and holds its voice and no other.
fn assert_recorded(folder: &Path, party: usize, recorded_ms: u32, pages: u32) {
    let name = [Track::Customer, Track::Operator, Track::Supervisor][party];
    let (bytes, last) = track(folder, name);
    assert_eq!(bytes.len(), recorded_ms as usize * 8, "{name:?}");
    assert_eq!(bytes.len().div_ceil(8_000), pages as usize);
    assert!(last, "{name:?} has a last page");
    let mut samples = vec![0; bytes.len()];
    Codec::Pcmu.decode(&bytes, &mut samples);
    for (other, tone) in TONES
        .into_iter()
        .enumerate()
        .filter(|(other, _)| *other != party)
    {
        let level = level(&samples, tone);
        assert!(
            level < -60.0,
            "{name:?} holds the tone of track {other} at {level:.1} dBFS"
        );
    }
    if ROLES[party] == Role::Supervisor {
        let silence = Codec::Pcmu.silence();
        let spoken = bytes.iter().filter(|&&byte| byte != silence).count() / 8;
        assert!(
            (1_000..1_600).contains(&spoken),
            "the whisper lasts {spoken} ms"
        );
        return;
    }
    let edges = &samples[160..samples.len() - 160];
    for (place, samples) in edges.chunks_exact(4_000).enumerate() {
        let level = level(samples, TONES[party]);
        assert!(
            level > -25.0,
            "{name:?}, half second {place}: {level:.1} dBFS"
        );
    }
}

#[test]
fn each_party_hears_what_the_mode_says_and_each_track_holds_its_own_voice() {
    let mut node = Node::start();
    let phones = node.connect_three();
    node.order(MediaOrder::StartTap {
        call: CALL,
        contact_id: "con_1".to_owned(),
    });
    node.order(MediaOrder::Join { call: CALL });
    let [customer, operator, supervisor] = TONES;
    let alone: [&[f64]; 3] = [&[operator], &[customer], &[]];
    let listen: [&[f64]; 3] = [&[operator], &[customer], &[customer, operator]];
    let whisper: [&[f64]; 3] = [&[operator], &[customer, supervisor], &[customer, operator]];
    let leg = LegId(2);
    let modes = [
        ("alone", None, alone),
        ("listen", Some(Mode::Listen), listen),
        ("whisper", Some(Mode::Whisper), whisper),
        ("afterwards", None, alone),
    ];
    for (order, (name, mode, hears)) in (1..).zip(modes) {
        match mode {
            Some(mode) => node.order(MediaOrder::Supervise {
                order,
                call: CALL,
                leg,
                mode,
            }),
            None => node.order(MediaOrder::Unsupervise {
                order,
                call: CALL,
                leg,
            }),
        }
        node.until(|happening| match happening {
            MediaHappening::ModeApplied {
                order: applied,
                mode: now,
                ..
            } => *applied == order && Some(*now) == mode,
            MediaHappening::ModeEnded { order: applied, .. } => *applied == order && mode.is_none(),
            _ => false,
        });
        thread::scope(|scope| {
            for (phone, tones) in phones.iter().zip(hears) {
                scope.spawn(move || assert_hears(phone, tones, name));
            }
        });
    }
    node.order(MediaOrder::EndCall { call: CALL });
    let closed = node.until(|happening| matches!(happening, MediaHappening::TapClosed { .. }));
    let MediaHappening::TapClosed {
        recorded_ms, pages, ..
    } = closed
    else {
        return;
    };
    assert_forwarding_changed_no_byte(&phones[1], &phones[0]);
    for n in 0..3 {
        assert_recorded(node.folder.path(), n, recorded_ms, pages);
    }
    assert_eq!(node.media.metrics().events(Event::TapRingFull), 0);
}

#[test]
fn rtp_from_elsewhere_is_counted_and_nothing_else() {
    let node = Node::start();
    let phones = node.connect_three();
    node.order(MediaOrder::Join { call: CALL });
    wait_for("the customer hears", || phones[0].heard_packets() > 5);
    let port = node.media.reserve_port().expect("a port");
    let operator_port = port.address().port() - 4;
    let operator_leg = SocketAddr::new(port.address().ip(), operator_port);
    let foreign = Phone::start(operator_leg, 2_000.0, Duration::ZERO);
    wait_for("it is counted", || {
        node.media.metrics().counted(Count::Foreign) >= 60
    });
    let level = level(&phones[0].last_second(), 2_000.0);
    assert!(level < -60.0, "the stranger is heard at {level:.1} dBFS");
    assert_eq!(foreign.heard_packets(), 0);
}

#[test]
fn sound_that_overtakes_the_answer_is_heard_and_a_strangers_is_not() {
    let node = Node::start();
    node.order(MediaOrder::OpenCall { call: CALL });
    let phone = UdpSocket::bind("127.0.0.1:0").expect("socket");
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("socket");
    for (leg, speaker) in [(LegId(1), &phone), (LegId(2), &stranger)] {
        let port = node.media.reserve_port().expect("a port");
        let to = port.address();
        node.order(MediaOrder::AddLeg {
            call: CALL,
            leg,
            role: Role::Operator,
            port,
        });
        let before = node.media.metrics().events(Event::WakeUp);
        let packet = Packet {
            marker: true,
            payload_type: 0,
            sequence: 1,
            timestamp: 160,
            ssrc: 7,
            payload: &[0xd5; FRAME_SAMPLES],
        };
        let mut datagram = [0; PACKET_MAX];
        let length = packet.write(&mut datagram);
        speaker.send_to(&datagram[..length], to).expect("sent");
        wait_for("it was received", || {
            node.media.metrics().events(Event::WakeUp) > before
        });
        node.order(MediaOrder::SetPeer {
            call: CALL,
            leg,
            peer: phone.local_addr().expect("address"),
            codec: Codec::Pcmu,
            telephone_event: None,
        });
        wait_for("it was judged", || {
            node.media.metrics().counted(Count::Received) == leg.0
        });
    }
    assert_eq!(node.media.metrics().counted(Count::Foreign), 1);
}

#[test]
fn a_prompt_is_heard_whole_and_a_phone_that_hangs_up_is_told() {
    let mut node = Node::start();
    node.order(MediaOrder::OpenCall { call: CALL });
    let phone = node.connect(LegId(0), Role::Customer, TONES[0], Duration::ZERO);
    let prompt = Arc::new(Prompt::from_pcmu(&[0x22; 4_000]));
    let play = |id, collect| MediaOrder::Play {
        call: CALL,
        leg: LegId(0),
        play: PlayId(id),
        prompts: vec![Arc::clone(&prompt)],
        collect,
    };
    node.order(play(1, None));
    let played = node.until(|happening| matches!(happening, MediaHappening::Played { .. }));
    let MediaHappening::Played {
        heard_ms,
        total_ms,
        outcome,
        ..
    } = played
    else {
        return;
    };
    assert_eq!(
        (heard_ms, total_ms, outcome),
        (500, 500, PlayOutcome::Completed)
    );
    wait_for("all frames came", || phone.heard_packets() == 25);
    let collect = Collect {
        digits_max: 1,
        first_ms: 60_000,
        between_ms: 1_000,
        finish_key: None,
        interrupts: true,
    };
    node.order(play(2, Some(collect)));
    node.order(MediaOrder::RemoveLeg {
        call: CALL,
        leg: LegId(0),
    });
    let hung_up = node.until(|happening| matches!(happening, MediaHappening::Played { .. }));
    let MediaHappening::Played { play, outcome, .. } = hung_up else {
        return;
    };
    assert_eq!((play, outcome), (PlayId(2), PlayOutcome::HungUp));
}

#[test]
fn a_phone_without_rtp_is_reported_silent() {
    let mut node = Node::start();
    node.order(MediaOrder::OpenCall { call: CALL });
    drop(node.connect(LegId(7), Role::Customer, TONES[0], Duration::ZERO));
    let silent = node.until(|happening| matches!(happening, MediaHappening::RtpSilent { .. }));
    assert!(matches!(
        silent,
        MediaHappening::RtpSilent {
            call: CALL,
            leg: LegId(7),
            ..
        }
    ));
}

#[test]
fn no_port_is_leaked_by_calls_refusals_or_the_end() {
    let node = Node::start();
    let (_, size) = node.media.ports();
    for round in 0..3 {
        node.order(MediaOrder::OpenCall { call: CALL });
        let mut legs = Vec::new();
        while let Ok(port) = node.media.reserve_port() {
            legs.push(port);
        }
        assert_eq!(node.media.ports(), (size, size), "round {round}");
        for (leg, port) in legs.into_iter().enumerate() {
            // More legs than a call takes: the rest are refused and give their ports back.
            let leg = LegId(leg as u64);
            node.order(MediaOrder::AddLeg {
                call: CALL,
                leg,
                role: Role::Operator,
                port,
            });
        }
        node.order(MediaOrder::EndCall { call: CALL });
        wait_for("all ports are free", || node.media.ports().0 == 0);
    }
    assert!(node.media.metrics().events(Event::OrderAstray) > 0);
}

#[test]
fn stopping_writes_the_last_pages_of_calls_under_way() {
    let mut node = Node::start();
    let _phones = node.connect_three();
    node.order(MediaOrder::StartTap {
        call: CALL,
        contact_id: "con_1".to_owned(),
    });
    wait_for("sound was tapped", || {
        node.media.metrics().counted(Count::Received) > 100
    });
    let media = node.media.clone();
    thread::scope(|scope| {
        scope.spawn(|| media.stop());
        node.until(|happening| matches!(happening, MediaHappening::TapClosed { .. }));
    });
    let (bytes, last) = track(node.folder.path(), Track::Customer);
    assert!(last && !bytes.is_empty());
}
