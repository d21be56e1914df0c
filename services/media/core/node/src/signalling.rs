//! The signalling thread: one loop that owns the SIP stack, the calls and the link to Python.
//!
//! Whatever arrives is handed to [`Calls`], and what follows is carried out before the next thing is taken, so that
//! everything has one order. The loop never waits for a phone, a media thread, a disk or Python.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sip::trunk::{Caller, Trunks};
use tokio::net::{TcpListener, UdpSocket, UnixListener};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{interval, sleep_until, Interval};

use crate::browsers::{Browsers, Told};
use crate::calls::{self, Act, Calls, Limits};
use crate::journal::{self, Entry, Journal};
use crate::link::{self, Brought, Link, ORDERS_WAITING_MAX};
use crate::media::{Full, Levels, Media, MediaConfig, MediaHappening, MediaOrder};
use crate::metrics::Metrics;
use crate::registrar::Registrar;
use crate::settings::Settings;
use crate::stack::{Arrived, Invite, Stack};
use crate::suspicions::Suspicions;
use crate::wire::happening::Happening as What;
use crate::wire::{Happening, Suspicion};

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
/// How long the node waits at its end for BYEs to leave and Python to take the last happenings.
const FAREWELL: Duration = Duration::from_secs(2);

/// Everything that signalling has opened, before its loop runs.
pub struct Signalling {
    sip: SocketAddr,
    stack: Stack,
    calls: Calls,
    trunks: Trunks,
    suspicions: Suspicions,
    link: Link,
    journal: Journal,
    media: Media,
    browsers: Browsers,
    metrics: Arc<Metrics>,
    brought: mpsc::Receiver<Brought>,
    sounds: mpsc::Receiver<MediaHappening>,
    levels: mpsc::Receiver<Levels>,
    told: mpsc::Receiver<Told>,
    waiting: VecDeque<MediaOrder>,
    clock: Clock,
    housekeeping: Interval,
    stopping: bool,
}

/// One monotonic clock for all deadlines, and the wall for what is told.
#[derive(Debug, Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn now_ms(self) -> u64 {
        self.0.elapsed().as_millis() as u64
    }

    fn instant(self, at_ms: u64) -> tokio::time::Instant {
        (self.0 + Duration::from_millis(at_ms)).into()
    }
}

fn wall_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as i64)
}

impl Signalling {
    /// Opens sockets, journal and media threads, within the signalling runtime.
    pub async fn open(settings: &Settings, metrics: Arc<Metrics>) -> io::Result<Self> {
        let node_id = node_id()?;
        let (sounds_to, sounds) = mpsc::channel(HAPPENINGS_WAITING_MAX);
        let (levels_to, levels) = mpsc::channel(LEVELS_WAITING_MAX);
        let media = Media::start(&media_config(settings), sounds_to, levels_to)?;
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
            media_config(settings).realtime_priority,
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
        };
        metrics.ready.store(true, Ordering::Relaxed);
        tracing::info!(node_id, "node_ready");
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
            clock: Clock(Instant::now()),
            housekeeping: interval(HOUSEKEEPING),
            stopping: false,
        })
    }

    /// Where SIP is spoken.
    pub fn sip_address(&self) -> SocketAddr {
        self.sip
    }

    /// The media threads, for those who want to know what they count.
    pub fn media(&self) -> Media {
        self.media.clone()
    }

    /// Runs until told to stop; then ends the calls, waits for their recordings and says farewell.
    pub async fn run(mut self, stop: oneshot::Receiver<()>) {
        self.serve(stop).await;
        self.stopping = true;
        self.calls.end_all(self.clock.now_ms());
        self.carry_out();
        let farewell = self.farewell();
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            tracing::warn!("farewell_cut_short");
        }
        self.journal.close();
    }

    /// Lets the last calls end, their recordings be written, and Python take what happened.
    async fn farewell(&mut self) {
        while self.calls.counts().0 > 0 {
            self.turn().await;
        }
        let media = self.media.clone();
        let mut closing = tokio::task::spawn_blocking(move || media.stop());
        self.browsers.stop();
        loop {
            tokio::select! {
                _ = &mut closing => break,
                () = self.turn() => {}
            }
        }
        while !self.link.is_settled() || !self.sounds.is_empty() {
            self.turn().await;
        }
    }

    async fn serve(&mut self, mut stop: oneshot::Receiver<()>) {
        loop {
            tokio::select! {
                // Whoever holds the other end tells by letting go, too.
                _ = &mut stop => return,
                () = self.turn() => {}
            }
        }
    }

    /// One thing that arrives, and all that follows from it.
    async fn turn(&mut self) {
        let deadline = self.calls.deadline().map(|at| self.clock.instant(at));
        tokio::select! {
            Some(arrived) = self.stack.next() => self.arrived(arrived),
            Some(brought) = self.brought.recv() => self.brought(brought),
            Some(sound) = self.sounds.recv() => self.calls.sounded(self.clock.now_ms(), &sound),
            Some(levels) = self.levels.recv() => self.tell_levels(&levels),
            Some(told) = self.told.recv() => self.calls.browser_told(self.clock.now_ms(), told),
            Ok(()) = self.journal.synced.changed() => {
                let synced = *self.journal.synced.borrow_and_update();
                self.link.synced(synced);
            }
            () = self.link.room() => self.link.pump(),
            () = sleep_until(deadline.unwrap_or_else(far)), if deadline.is_some() => {}
            _ = self.housekeeping.tick() => self.keep_house(),
        }
        self.calls.due(self.clock.now_ms());
        self.carry_out();
    }

    fn arrived(&mut self, arrived: Arrived) {
        let now_ms = self.clock.now_ms();
        match arrived {
            Arrived::Heard(leg, heard) => self.calls.heard(now_ms, leg, heard),
            Arrived::Referred(refer) => {
                let answer = self
                    .calls
                    .referred(now_ms, refer.leg, &refer.wish, refer.replaces);
                let code = match answer {
                    Ok(()) => 202,
                    Err(calls::Refusal { code, suspicious }) => {
                        if let Some(contact_id) = suspicious {
                            self.suspect(now_ms, &contact_id, Suspicion::ReferOutside, "");
                        }
                        code
                    }
                };
                self.stack.answer_refer(&refer, code);
            }
            Arrived::ReferredOutside(from) => {
                let by = self.trunks.at(from.address.ip());
                let name = by.map(|trunk| trunk.name.clone()).unwrap_or_default();
                self.suspect(now_ms, "", Suspicion::ReferOutside, &name);
            }
            Arrived::Lost(flow) => {
                let location = &mut self.calls.shared.registrar.location;
                for _ in 0..location.lose(flow) {
                    self.metrics.phones_lost_total.rise();
                }
            }
            Arrived::Register(register) => {
                let registrar = &mut self.calls.shared.registrar;
                let answer = registrar.register(now_ms, register.source, &register.asked);
                match answer.code {
                    200 => self.metrics.registrations_total.rise(),
                    _ => self.metrics.registrations_refused_total.rise(),
                }
                self.stack.answer(*register, answer);
            }
            Arrived::Invite(invite) => {
                let trunk = match self.trunk_of(now_ms, &invite) {
                    Ok(trunk) => trunk,
                    Err(code) => return self.stack.refuse(*invite, code),
                };
                let open = !self.stopping
                    && self.link.takes_calls()
                    && self.metrics.ready.load(Ordering::Relaxed);
                let caller = calls::Caller {
                    dialled: &invite.dialled,
                    from: &invite.from,
                    sdp: &invite.sdp,
                };
                match self.calls.invited(now_ms, &caller, open) {
                    Ok(leg) => self.stack.take(*invite, leg, trunk),
                    Err(code) => self.stack.refuse(*invite, code),
                }
            }
        }
    }

    /// By which trunk a caller comes, if there are any; or with which status they are turned away before anything else.
    fn trunk_of(&mut self, now_ms: u64, invite: &Invite) -> Result<Option<String>, u16> {
        let phones = self.calls.shared.registrar.at(now_ms);
        let suspicion = match self.trunks.caller(&phones, invite.source, &invite.from) {
            Caller::Phone | Caller::Anybody => return Ok(None),
            Caller::Trunk(trunk) if self.stack.has_room(trunk) => {
                return Ok(Some(trunk.name.clone()))
            }
            Caller::Trunk(_) => return Err(503),
            Caller::Forged => Suspicion::ForgedFrom,
            Caller::Stranger => Suspicion::UnknownPeer,
        };
        let by = self.trunks.at(invite.source.address.ip());
        let name = by.map(|trunk| trunk.name.clone()).unwrap_or_default();
        self.suspect(now_ms, "", suspicion, &name);
        Err(403)
    }

    fn suspect(&mut self, now_ms: u64, contact_id: &str, suspicion: Suspicion, trunk: &str) {
        if let Some(what) = self.suspicions.suspect(now_ms, suspicion, trunk) {
            self.tell(contact_id.to_owned(), what);
        }
    }

    fn brought(&mut self, brought: Brought) {
        match brought {
            Brought::Connected(connection) => {
                tracing::info!("python_connected");
                self.link.connected(connection, self.calls.contact_ids());
                for browser in self.calls.browsers_now() {
                    self.link.browser(browser);
                }
            }
            Brought::Closed(number) => {
                tracing::info!("python_disconnected");
                self.link.closed(number);
            }
            Brought::Acknowledged(seq) => {
                let seq = self.link.acknowledged(seq);
                self.to_journal(Entry::Acknowledged(seq));
            }
            Brought::Order(order) => self.calls.order(self.clock.now_ms(), order),
        }
    }

    fn tell_levels(&mut self, levels: &Levels) {
        if self.link.takes_levels() {
            self.metrics.levels_total.rise();
            self.link.levels(self.calls.levels(levels));
        } else {
            self.metrics.levels_dropped_total.rise();
        }
    }

    fn carry_out(&mut self) {
        for act in self.calls.take_acts() {
            match act {
                Act::Say { leg, say } => self.stack.say(leg, say),
                Act::Invite { leg, sdp, target } => self.stack.invite(leg, sdp, &target),
                Act::Media(order) => self.order_sound(order),
                Act::Applied {
                    order_id,
                    error,
                    sdp_answer,
                } => self.link.applied(order_id, error, sdp_answer),
                Act::Browser(order) => self.browsers.order(order),
                Act::Told(browser) => self.link.browser(browser),
                Act::Happened { contact_id, what } => self.tell(contact_id, what),
            }
        }
    }

    fn tell(&mut self, contact_id: String, what: What) {
        let happening = Happening {
            seq: 0,
            at_us: wall_us(),
            contact_id,
            happening: Some(what),
        };
        let (seq, record) = self.link.keep(happening);
        self.to_journal(Entry::Append { seq, record });
    }

    /// Orders keep their order: one that finds no room makes the later ones wait behind it.
    fn order_sound(&mut self, order: MediaOrder) {
        if self.waiting.is_empty() {
            match self.media.order(order) {
                Ok(()) => return,
                Err(Full(order)) => self.waiting.push_back(order),
            }
        } else {
            self.waiting.push_back(order);
        }
        self.metrics.media_orders_late_total.rise();
    }

    fn keep_house(&mut self) {
        while let Some(order) = self.waiting.pop_front() {
            if let Err(Full(order)) = self.media.order(order) {
                self.waiting.push_front(order);
                break;
            }
        }
        let location = &mut self.calls.shared.registrar.location;
        location.expire(self.clock.now_ms());
        self.metrics.users_registered.set(location.len());
        let waiting = self.waiting.len() + self.calls.orders_waiting();
        self.metrics.media_orders_waiting.set(waiting);
        let (connected, parked) = self.calls.phones();
        self.metrics.phones_connected.set(connected);
        self.metrics.phones_parked.set(parked);
        let browsers = self.calls.browsers_connected();
        self.metrics.browsers_connected.set(browsers);
        let (alive, all) = self.calls.counts();
        self.metrics.calls.set(alive);
        self.metrics.calls_remembered.set(all);
        self.stack.keep_sessions();
        self.stack.measure();
        self.metrics.measurements_total.rise();
    }

    fn to_journal(&self, entry: Entry) {
        if self.journal.entries.send(entry).is_err() {
            // Its thread is gone: nothing more can be promised.
            self.metrics.ready.store(false, Ordering::Relaxed);
        }
    }
}

fn far() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_secs(3600)
}

fn media_config(settings: &Settings) -> MediaConfig {
    MediaConfig {
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
fn node_id() -> io::Result<String> {
    let random = random()?;
    let ms = (wall_us() / 1000) as u128;
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
