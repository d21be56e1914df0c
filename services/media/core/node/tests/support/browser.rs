//! A browser: the other side of ICE, DTLS and SRTP, on a thread of its own.

use std::f64::consts::TAU;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use opus::{Application, Channels, Encoder};
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{BrowserState, ConnectBrowser};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::desk::{Desk, TENANT};

/// A page that is open. Dropped, it falls silent without farewell.
pub struct Browser {
    said: Arc<AtomicU8>,
    speaks: Arc<AtomicU8>,
    closing: Arc<AtomicBool>,
    heard: Arc<Mutex<Vec<Heard>>>,
    opus_said: Arc<Mutex<Vec<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
    /// Where the node takes what it sends.
    pub port: u16,
}

/// Which of the two tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Talk,
    Whisper,
}

/// One packet that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub side: Side,
    pub opus: bool,
    pub sequence: u16,
    pub timestamp: u32,
    pub payload: Vec<u8>,
}

/// What a page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    Pcmu,
    /// A tone of 1 kHz in packets of 20 ms.
    Opus,
    /// What claims to be Opus.
    Rubbish,
}

/// What a page calls Opus.
const OPUS: u8 = 111;

/// What a page offers.
pub struct Offer {
    rtc: Rtc,
    socket: UdpSocket,
    mids: [Mid; 2],
    pending: SdpPendingOffer,
    pub sdp: String,
}

impl Offer {
    pub fn new() -> Self {
        Self::of((true, false))
    }

    /// That of a page that speaks nothing else.
    pub fn of_opus_alone() -> Self {
        Self::of((false, true))
    }

    /// That of a page that speaks Opus beside PCMU.
    pub fn of_opus_too() -> Self {
        Self::of((true, true))
    }

    fn of((pcmu, opus): (bool, bool)) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::new(str0m::crypto::from_feature_flags()))
            .clear_codecs()
            .enable_pcmu(pcmu, false)
            .enable_opus(opus, false)
            .set_rtp_mode(true)
            .build(Instant::now());
        let address = socket.local_addr().unwrap();
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        let mut change = rtc.sdp_api();
        let mids = [Direction::SendRecv, Direction::RecvOnly]
            .map(|way| change.add_media(MediaKind::Audio, way, None, None, None));
        let (offer, pending) = change.apply().unwrap();
        Self {
            rtc,
            socket,
            mids,
            pending,
            sdp: offer.to_sdp_string(),
        }
    }

    /// The same with another's certificate promised.
    pub fn promising_that_of(self, other: &Self) -> Self {
        let promised = |sdp: &str| {
            let mut lines = sdp.lines();
            let found = lines.find(|line| line.starts_with("a=fingerprint:"));
            found.unwrap().to_owned()
        };
        let sdp = self
            .sdp
            .replace(&promised(&self.sdp), &promised(&other.sdp));
        assert_ne!(sdp, self.sdp);
        Self { sdp, ..self }
    }

    /// Goes on with the node's answer.
    pub fn go_on(self, answer: &str) -> Browser {
        let Self {
            mut rtc,
            socket,
            mids,
            pending,
            ..
        } = self;
        let candidate = answer.lines().find(|line| line.starts_with("a=candidate:"));
        let port = candidate.unwrap().split(' ').nth(5).unwrap();
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        rtc.sdp_api().accept_answer(pending, answer).unwrap();
        let (said, closing) = (Arc::new(AtomicU8::new(0xff)), Arc::<AtomicBool>::default());
        let speaks = Arc::new(AtomicU8::new(Speaks::Pcmu as u8));
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let opus_said = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let page = Page {
            rtc,
            socket,
            mids,
            said: Arc::clone(&said),
            speaks: Arc::clone(&speaks),
            opus_said: Arc::clone(&opus_said),
            encoder: Encoder::new(48_000, Channels::Mono, Application::Voip).unwrap(),
            closing: Arc::clone(&closing),
            heard: Arc::clone(&heard),
            sequence: 0,
            timestamp: 0,
        };
        Browser {
            said,
            speaks,
            opus_said,
            closing,
            heard,
            thread: Some(std::thread::spawn(move || page.run())),
            port: port.parse().unwrap(),
        }
    }
}

/// The order that connects a page.
pub fn connect(user_id: &str, connection_id: &str, sdp_offer: &str) -> Asked {
    Asked::ConnectBrowser(ConnectBrowser {
        tenant_id: TENANT.to_owned(),
        user_id: user_id.to_owned(),
        connection_id: connection_id.to_owned(),
        sdp_offer: sdp_offer.to_owned(),
    })
}

impl Browser {
    /// Connects a page as a user's phone.
    pub fn connect(desk: &mut Desk, user_id: &str, connection_id: &str) -> Self {
        Self::connect_with(desk, user_id, connection_id, Offer::new())
    }

    /// The same with an offer of its own.
    pub fn connect_with(desk: &mut Desk, user_id: &str, connection_id: &str, offer: Offer) -> Self {
        desk.order(connect(user_id, connection_id, &offer.sdp));
        let browser = offer.go_on(&desk.sdp_answer);
        desk.browser_is(connection_id, BrowserState::Connected);
        browser
    }

    /// Says packets full of that byte from here on.
    pub fn say(&self, byte: u8) {
        self.said.store(byte, Ordering::Relaxed);
    }

    /// Speaks so from here on.
    pub fn speak(&self, speaks: Speaks) {
        self.speaks.store(speaks as u8, Ordering::Relaxed);
    }

    /// The packets of Opus that it said so far.
    pub fn opus_said(&self) -> Vec<Vec<u8>> {
        self.opus_said.lock().unwrap().clone()
    }

    /// All that came so far and was not looked at: what fills it.
    pub fn take_heard(&self) -> Vec<(Side, u8)> {
        // The first byte of a packet may differ; the others are one tone.
        let last = |heard: Heard| (heard.side, heard.payload[heard.payload.len() - 1]);
        self.take_packets().into_iter().map(last).collect()
    }

    /// All packets that came so far and were not looked at.
    pub fn take_packets(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Page {
    rtc: Rtc,
    socket: UdpSocket,
    mids: [Mid; 2],
    said: Arc<AtomicU8>,
    speaks: Arc<AtomicU8>,
    closing: Arc<AtomicBool>,
    heard: Arc<Mutex<Vec<Heard>>>,
    opus_said: Arc<Mutex<Vec<Vec<u8>>>>,
    encoder: Encoder,
    sequence: u64,
    timestamp: u32,
}

impl Page {
    fn run(mut self) {
        self.socket
            .set_read_timeout(Some(Duration::from_millis(4)))
            .unwrap();
        let mut next = Instant::now();
        let mut bytes = [0; 2_048];
        let here = self.socket.local_addr().unwrap();
        while !self.closing.load(Ordering::Relaxed) {
            self.drain();
            if let Ok((length, from)) = self.socket.recv_from(&mut bytes) {
                self.receive(&bytes[..length], from, here);
            }
            if Instant::now() >= next {
                next += Duration::from_millis(20);
                self.speak();
            }
            let _ = self.rtc.handle_input(Input::Timeout(Instant::now()));
        }
    }

    fn receive(&mut self, bytes: &[u8], from: SocketAddr, here: SocketAddr) {
        let Ok(receive) = Receive::new(Protocol::Udp, from, here, bytes) else {
            return;
        };
        let input = Input::Receive(Instant::now(), receive);
        let _ = self.rtc.handle_input(input);
    }

    fn speak(&mut self) {
        let byte = self.said.load(Ordering::Relaxed);
        let speaks = self.speaks.load(Ordering::Relaxed);
        self.sequence += 1;
        let (pt, ticks, payload) = match speaks {
            pcmu if pcmu == Speaks::Pcmu as u8 => (0, 160, vec![byte; 160]),
            opus if opus == Speaks::Opus as u8 => (OPUS, 960, self.tone()),
            // Two frames of one length in an odd number of bytes, then no packet at all.
            _ if self.sequence.is_multiple_of(2) => (OPUS, 960, vec![0x79, 1, 2, 3]),
            _ => (OPUS, 960, vec![0x0b, 63]),
        };
        let mut api = self.rtc.direct_api();
        if let Some(stream) = api.stream_tx_by_mid(self.mids[0], None) {
            let (pt, now) = (Pt::from(pt), Instant::now());
            let (sequence, time) = (self.sequence.into(), self.timestamp);
            stream.write_rtp(RtpWrite::new(pt, sequence, time, now, payload));
        }
        self.timestamp = self.timestamp.wrapping_add(ticks);
    }

    fn tone(&mut self) -> Vec<u8> {
        let at = |n: usize| TAU * n as f64 / 48.0;
        let sound: Vec<i16> = (0..960).map(|n| (8_000.0 * at(n).sin()) as i16).collect();
        let packet = self.encoder.encode_vec(&sound, 1_000).unwrap();
        self.opus_said.lock().unwrap().push(packet.clone());
        packet
    }

    fn drain(&mut self) {
        while let Ok(output) = self.rtc.poll_output() {
            match output {
                Output::Timeout(_) => return,
                Output::Transmit(packet) => {
                    let _ = self.socket.send_to(&packet.contents, packet.destination);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let mid = self
                        .rtc
                        .direct_api()
                        .stream_rx(&packet.header.ssrc)
                        .map(|stream| stream.mid());
                    let side = match mid {
                        Some(mid) if mid == self.mids[1] => Side::Whisper,
                        _ => Side::Talk,
                    };
                    self.heard.lock().unwrap().push(Heard {
                        side,
                        opus: *packet.header.payload_type == OPUS,
                        sequence: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        payload: packet.payload.to_vec(),
                    });
                }
                Output::Event(_) => {}
            }
        }
    }
}
