//! A node on free ports, Python's side of its socket, and phones made of raw UDP.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod browser;
pub mod desk;
pub mod phone;
pub mod stage;
pub mod wire;

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sasayaki_node::announced::Announced;
use sasayaki_node::clock::Clock;
use sasayaki_node::metrics::Metrics;
use sasayaki_node::settings::{Settings, TcpLimits};
use sasayaki_node::signalling::Signalling;
use sip::trunk::Trunks;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(10);

static RANGES: AtomicU16 = AtomicU16::new(0);

/// A node in this process.
pub struct Node {
    pub sip: SocketAddr,
    pub metrics: Arc<Metrics>,
    pub settings: Settings,
    pub folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Node {
    pub fn start() -> Self {
        Self::start_with(|_| ())
    }

    pub fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_at(Clock::start(), change)
    }

    /// The same by that clock.
    pub fn start_at(clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Below the ports that the system gives to phones. Ranges of test processes that run at once differ mostly; a
        // port that is taken is passed over.
        let slot = (std::process::id() as u16)
            .wrapping_mul(17)
            .wrapping_add(RANGES.fetch_add(1, Ordering::Relaxed));
        let first = 24_000 + slot % 40 * 200;
        let mut settings = Settings {
            sip: "127.0.0.1:0".parse().unwrap(),
            tcp: TcpLimits {
                connections_max: 40,
                connections_each_max: 40,
                patience: PATIENCE,
                idle: PATIENCE,
            },
            rtp_address: "127.0.0.1".parse().unwrap(),
            rtp_ports: (first, first + 198),
            browser_host: "127.0.0.1".parse().unwrap(),
            browser_ports: (32_200 + slot % 10 * 40, 32_200 + slot % 10 * 40 + 38),
            announced: Announced::default(),
            socket: folder.path().join("node.sock"),
            journal: folder.path().join("journal"),
            spool: folder.path().join("spool"),
            sip_key: [7; 32],
            md5_users: ["usr_md5".to_owned()].into(),
            tenant: String::new(),
            http: "127.0.0.1:0".parse().unwrap(),
            calls_max: 4,
            calls_late_max: 4,
            rtp_silence_ms: 60_000,
            gather: Duration::ZERO,
            parked_ms: 60_000,
            session_s_min: 2,
            trunks: Trunks::default(),
        };
        change(&mut settings);
        let metrics = Arc::new(Metrics::default());
        let (stop, stopped) = oneshot::channel();
        let (bound, binding) = std::sync::mpsc::channel();
        let (used, counted) = (settings.clone(), Arc::clone(&metrics));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let signalling = Signalling::open(&used, counted, clock).await.unwrap();
                bound.send(signalling.sip_address()).unwrap();
                signalling.run(stopped).await;
            });
        });
        Self {
            sip: binding.recv().unwrap(),
            metrics,
            settings,
            folder,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Tells the node to stop and waits for its farewell.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// Waits until a present number that was looked up from here on is as expected.
    pub fn wait_present(&self, what: &str, is: impl Fn(&Metrics) -> bool) {
        let earlier = self.metrics.measurements_total.get();
        // The one that is under way may have looked already.
        self.wait("a look at the present", |metrics| {
            metrics.measurements_total.get() > earlier + 1
        });
        self.wait(what, is);
    }

    /// Waits until the SIP stack holds so many dialogs.
    pub fn wait_dialogs(&self, count: i64) {
        self.wait_present("the expected dialogs", |metrics| {
            metrics.dialogs.get() == count
        });
    }

    /// Waits until a number is as expected.
    pub fn wait(&self, what: &str, is: impl Fn(&Metrics) -> bool) {
        eventually(what, || is(&self.metrics));
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Waits for a condition.
pub fn eventually(what: &str, is: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < until, "never came: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A socket on a free port that waits no longer than patience allows.
pub fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}
