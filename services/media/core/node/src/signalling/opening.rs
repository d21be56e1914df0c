//! What signalling opens before its loop runs: sockets, journal, threads.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket, UnixListener};
use tokio::sync::mpsc;
use tokio::time::interval;

use super::Signalling;
use crate::browsers::Browsers;
use crate::calls::{Calls, Limits};
use crate::clock::Clock;
use crate::journal;
use crate::link::{self, Link, ORDERS_WAITING_MAX};
use crate::media::{Media, MediaConfig};
use crate::metrics::Metrics;
use crate::registrar::Registrar;
use crate::settings::Settings;
use crate::stack::Stack;
use crate::suspicions::Suspicions;

/// Happenings of the media threads that may wait.
const HAPPENINGS_WAITING_MAX: usize = 8_192;
/// Seconds of levels that may wait; a later one is lost.
const LEVELS_WAITING_MAX: usize = 4;
/// Bytes of datagrams that may wait for the signalling thread.
const SIP_BUFFER_BYTES: usize = 4 << 20;
/// Changes of browsers' connections that may wait.
const TELLINGS_WAITING_MAX: usize = 8_192;
/// Free ports that are looked at when any will do.
const PORTS_TRIED_MAX: u32 = 16;
/// How often bindings run out, gauges are set and orders that found no room are tried again.
const HOUSEKEEPING: Duration = Duration::from_millis(50);

impl Signalling {
    /// Opens sockets, journal and media threads, within the signalling runtime.
    pub async fn open(
        settings: &Settings,
        metrics: Arc<Metrics>,
        clock: Clock,
    ) -> io::Result<Self> {
        let node_id = node_id(&clock)?;
        let (sounds_to, sounds) = mpsc::channel(HAPPENINGS_WAITING_MAX);
        let (levels_to, levels) = mpsc::channel(LEVELS_WAITING_MAX);
        let config = media_config(settings, &clock);
        let media = Media::start(&config, sounds_to, levels_to)?;
        let journal = journal::start(&settings.journal, &node_id, Arc::clone(&metrics))?;
        let (socket, listener) = bind(settings.sip).await?;
        // The system grants less where it is set up so; then a burst loses more, and is sent again.
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, SIP_BUFFER_BYTES)?;
        let sip = socket.local_addr()?;
        let stack = Stack::start(
            socket,
            listener,
            settings.tcp,
            settings.session_s_min,
            settings.announced.clone(),
            Arc::clone(&metrics),
        )
        .await
        .map_err(io::Error::other)?;
        let for_python = listen(&settings.socket)?;
        let (brought_to, brought) = mpsc::channel(ORDERS_WAITING_MAX);
        tokio::spawn(link::serve(for_python, brought_to, Arc::clone(&metrics)));
        let (told_to, told) = mpsc::channel(TELLINGS_WAITING_MAX);
        let browsers = Browsers::start(
            settings.browser_host,
            settings.browser_ports,
            settings.announced.clone(),
            config.realtime_priority,
            &told_to,
            Arc::clone(&metrics),
        )?;
        let browser_ports = browsers.ports();
        let lease_from = media.clone();
        let limits = Limits {
            calls_max: settings.calls_max,
            calls_late_max: settings.calls_late_max,
            parked_ms: settings.parked_ms,
            rtp: (
                settings.rtp_address,
                settings.rtp_ports.0,
                settings.rtp_ports.1,
            ),
            announced: settings.announced.clone(),
            lease: Box::new(move || lease_from.reserve_port()),
            browser_lease: Box::new(move || browser_ports.reserve()),
            trunk: settings.trunks.outbound().cloned(),
        };
        let registrar = Registrar {
            verifier: sip::digest::Verifier::new(
                settings.sip_key,
                random()?,
                settings.md5_users.clone(),
            ),
            location: sip::location::Location::default(),
            names: sip::names::Names::new(&settings.tenant),
        };
        tracing::info!(node_id, "node_opened");
        Ok(Self {
            sip,
            stack,
            calls: Calls::new(node_id.clone(), registrar, limits, Arc::clone(&metrics)),
            trunks: settings.trunks.clone(),
            suspicions: Suspicions::new(Arc::clone(&metrics)),
            link: Link::new(node_id, Arc::clone(&metrics)),
            journal,
            media,
            browsers,
            metrics,
            brought,
            sounds,
            levels,
            told,
            waiting: VecDeque::new(),
            clock,
            housekeeping: interval(HOUSEKEEPING),
            stopping: false,
        })
    }
}

fn media_config(settings: &Settings, clock: &Clock) -> MediaConfig {
    MediaConfig {
        clock: clock.clone(),
        address: settings.rtp_address,
        ports: settings.rtp_ports,
        spool_dir: settings.spool.clone(),
        rtp_silence: Duration::from_millis(settings.rtp_silence_ms),
        gather: settings.gather,
        ..MediaConfig::default()
    }
}

/// Opens the same port for UDP and TCP. Where any port will do, one that is free for UDP may be taken for TCP.
async fn bind(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut left = if address.port() == 0 {
        PORTS_TRIED_MAX
    } else {
        1
    };
    loop {
        left -= 1;
        let socket = UdpSocket::bind(address).await?;
        match TcpListener::bind(socket.local_addr()?).await {
            Ok(listener) => return Ok((socket, listener)),
            Err(error) if left == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

/// Opens the Unix socket for this user alone, in place of one that an earlier run left.
fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// `nod_` and a `UUIDv7`: runs sort by their start.
fn node_id(clock: &Clock) -> io::Result<String> {
    let random = random()?;
    let ms = (clock.now_unix_us() / 1000) as u128;
    let drawn = u128::from_be_bytes(random[..16].try_into().map_err(io::Error::other)?);
    let value = ms << 80
        | 0x7 << 76
        | (drawn >> 4 & 0xfff) << 64
        | 0b10 << 62
        | (drawn >> 64 & ((1 << 62) - 1));
    let hex = format!("{value:032x}");
    Ok(format!(
        "nod_{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    ))
}
