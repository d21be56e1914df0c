//! What the environment tells the node; read once.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sip::trunk::Trunks;

use crate::announced::{Announced, Wrong};
use crate::trunks;

/// Longer, and deadlines would be judged later than packets that wait for them allow.
const GATHER_US_MAX: u64 = 2_000;

/// What connections of SIP over TCP may take.
#[derive(Debug, Clone, Copy)]
pub struct TcpLimits {
    /// Connections in all, and of one address.
    pub connections_max: usize,
    pub connections_each_max: usize,
    /// How long a message that has begun may take to be whole, and the first one to come.
    pub patience: Duration,
    /// How long a connection may say nothing.
    pub idle: Duration,
}

/// Everything that can be set. Names are `SASAYAKI_NODE_…`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `SIP`: where SIP over UDP and TCP is spoken.
    pub sip: SocketAddr,
    /// `TCP_CONNECTIONS_MAX`, `TCP_CONNECTIONS_EACH_MAX`, `TCP_PATIENCE_MS`, `TCP_IDLE_MS`.
    pub tcp: TcpLimits,
    /// `RTP_ADDRESS` and `RTP_PORTS` (`first-last`): where sound is sent from.
    pub rtp_address: IpAddr,
    pub rtp_ports: (u16, u16),
    /// `BROWSER_HOST` and `BROWSER_PORTS` (`first-last`): where browsers reach us, an even port each.
    pub browser_host: IpAddr,
    pub browser_ports: (u16, u16),
    /// `ANNOUNCED_ADDRESS`: the address that a router in front of this machine has for it (1:1 NAT), told to peers instead
    /// of ours; empty: none. `LOCAL_NETWORKS`: addresses and blocks, with commas, whose peers reach ours all the same.
    pub announced: Announced,
    /// `SOCKET`: the Unix socket for media's Python side.
    pub socket: PathBuf,
    /// `JOURNAL` and `SPOOL`: folders, made if missing.
    pub journal: PathBuf,
    pub spool: PathBuf,
    /// `SIP_KEY_FILE`: 32 bytes that the phones' secrets derive from.
    pub sip_key: [u8; 32],
    /// `MD5_USERS`: user ids, with commas, whose phones know only MD5.
    pub md5_users: BTreeSet<String>,
    /// `TENANT`: whose users' phones need not name their tenant; empty: nobody's have to, for a node with one tenant.
    pub tenant: String,
    /// `HTTP`: health and metrics.
    pub http: SocketAddr,
    /// `CALLS_MAX`: calls at once; more are turned away with 503.
    pub calls_max: usize,
    /// `CALLS_LATE_MAX`: while so many callers have waited for more than a second for their answer, more come than can be
    /// answered, and further ones are turned away with 503.
    pub calls_late_max: usize,
    /// `RTP_SILENCE_MS`: a phone that may send sound and sends none for so long is gone.
    pub rtp_silence_ms: u64,
    /// `GATHER_US`, at most 2000: a media thread takes together what comes within it, and packets wait that long; 0: each
    /// at once. For a machine that has more to do than sound.
    pub gather: Duration,
    /// `PARKED_MS`: a supervisor's phone that is kept connected without a call is hung up after so long.
    pub parked_ms: u64,
    /// `SESSION_S_MIN`: the shortest session timer that is agreed to (RFC 4028).
    pub session_s_min: u64,
    /// `TRUNKS`: the file that names who may bring calls and where calls to outside go; empty: everybody may bring them,
    /// and nobody outside can be called.
    pub trunks: Trunks,
}

impl Settings {
    /// Reads the environment; the error names the setting.
    pub fn from_environment() -> Result<Self, String> {
        let key_file = required("SIP_KEY_FILE")?;
        let key = fs::read(&key_file).map_err(|error| wrong("SIP_KEY_FILE", &error.to_string()))?;
        let sip_key = key
            .try_into()
            .map_err(|_| wrong("SIP_KEY_FILE", "32 bytes are needed"))?;
        Ok(Self {
            sip: parsed("SIP", "127.0.0.1:15060")?,
            tcp: TcpLimits {
                connections_max: parsed("TCP_CONNECTIONS_MAX", "2000")?,
                connections_each_max: parsed("TCP_CONNECTIONS_EACH_MAX", "200")?,
                patience: milliseconds("TCP_PATIENCE_MS", "10000")?,
                idle: milliseconds("TCP_IDLE_MS", "3900000")?,
            },
            rtp_address: parsed("RTP_ADDRESS", "127.0.0.1")?,
            rtp_ports: ports("RTP_PORTS", "20000-23998")?,
            browser_host: parsed("BROWSER_HOST", "127.0.0.1")?,
            browser_ports: ports("BROWSER_PORTS", "24000-27998")?,
            announced: announced()?,
            socket: required("SOCKET")?.into(),
            journal: required("JOURNAL")?.into(),
            spool: required("SPOOL")?.into(),
            sip_key,
            md5_users: list(&text("MD5_USERS", "")),
            tenant: tenant()?,
            http: parsed("HTTP", "127.0.0.1:9156")?,
            calls_max: parsed("CALLS_MAX", "1000")?,
            calls_late_max: parsed("CALLS_LATE_MAX", "10")?,
            rtp_silence_ms: parsed("RTP_SILENCE_MS", "15000")?,
            gather: gather()?,
            parked_ms: parsed("PARKED_MS", "900000")?,
            session_s_min: parsed("SESSION_S_MIN", "90")?,
            trunks: match text("TRUNKS", "").as_str() {
                "" => Trunks::default(),
                path => trunks::read(Path::new(path)).map_err(|fault| wrong("TRUNKS", &fault))?,
            },
        })
    }
}

fn name(setting: &str) -> String {
    format!("SASAYAKI_NODE_{setting}")
}

fn wrong(setting: &str, why: &str) -> String {
    format!("{}: {why}", name(setting))
}

fn text(setting: &str, default: &str) -> String {
    env::var(name(setting)).unwrap_or_else(|_| default.to_owned())
}

fn required(setting: &str) -> Result<String, String> {
    env::var(name(setting)).map_err(|_| wrong(setting, "missing"))
}

fn parsed<T: FromStr>(setting: &str, default: &str) -> Result<T, String> {
    let value = text(setting, default);
    value
        .parse()
        .map_err(|_| wrong(setting, &format!("unreadable value {value:?}")))
}

fn announced() -> Result<Announced, String> {
    let (address, networks) = (text("ANNOUNCED_ADDRESS", ""), text("LOCAL_NETWORKS", ""));
    Announced::read(&address, &networks).map_err(|fault| match fault {
        Wrong::Address(why) => wrong("ANNOUNCED_ADDRESS", &why),
        Wrong::Networks(why) => wrong("LOCAL_NETWORKS", &why),
    })
}

fn tenant() -> Result<String, String> {
    let tenant = text("TENANT", "");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if tenant.chars().all(plain) {
        Ok(tenant)
    } else {
        Err(wrong("TENANT", &format!("{tenant:?} is no tenant's id")))
    }
}

fn gather() -> Result<Duration, String> {
    let microseconds = parsed("GATHER_US", "0")?;
    if microseconds > GATHER_US_MAX {
        return Err(wrong("GATHER_US", &format!("more than {GATHER_US_MAX}")));
    }
    Ok(Duration::from_micros(microseconds))
}

fn milliseconds(setting: &str, default: &str) -> Result<Duration, String> {
    Ok(Duration::from_millis(parsed(setting, default)?))
}

fn ports(setting: &str, default: &str) -> Result<(u16, u16), String> {
    let value = text(setting, default);
    value
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
        .filter(|(first, last): &(u16, u16)| *first >= 1024 && first <= last)
        .ok_or_else(|| wrong(setting, &format!("unreadable range {value:?}")))
}

fn list(value: &str) -> BTreeSet<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}
