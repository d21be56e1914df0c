//! What the environment tells the node; read once.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// Everything that can be set. Names are `SASAYAKI_NODE_…`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `SIP`: where SIP over UDP is spoken.
    pub sip: SocketAddr,
    /// `RTP_ADDRESS` and `RTP_PORTS` (`first-last`): where sound is sent from.
    pub rtp_address: IpAddr,
    pub rtp_ports: (u16, u16),
    /// `SOCKET`: the Unix socket for media's Python side.
    pub socket: PathBuf,
    /// `JOURNAL` and `SPOOL`: folders, made if missing.
    pub journal: PathBuf,
    pub spool: PathBuf,
    /// `SIP_KEY_FILE`: 32 bytes that the phones' secrets derive from.
    pub sip_key: [u8; 32],
    /// `MD5_USERS`: user ids, with commas, whose phones know only MD5.
    pub md5_users: BTreeSet<String>,
    /// `HTTP`: health and metrics.
    pub http: SocketAddr,
    /// `CALLS_MAX`: calls at once; more are turned away with 503.
    pub calls_max: usize,
    /// `RTP_SILENCE_MS`: a phone that may send sound and sends none for so long is gone.
    pub rtp_silence_ms: u64,
    /// `PARKED_MS`: a supervisor's phone that is kept connected without a call is hung up after so long.
    pub parked_ms: u64,
    /// `TRUNK` (`address:port`): where calls out of the centre go; empty: nobody outside can be called.
    pub trunk: Option<SocketAddr>,
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
            rtp_address: parsed("RTP_ADDRESS", "127.0.0.1")?,
            rtp_ports: ports(&text("RTP_PORTS", "20000-23998"))?,
            socket: required("SOCKET")?.into(),
            journal: required("JOURNAL")?.into(),
            spool: required("SPOOL")?.into(),
            sip_key,
            md5_users: list(&text("MD5_USERS", "")),
            http: parsed("HTTP", "127.0.0.1:9156")?,
            calls_max: parsed("CALLS_MAX", "1000")?,
            rtp_silence_ms: parsed("RTP_SILENCE_MS", "15000")?,
            parked_ms: parsed("PARKED_MS", "900000")?,
            trunk: match text("TRUNK", "").as_str() {
                "" => None,
                _ => Some(parsed("TRUNK", "")?),
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

fn ports(value: &str) -> Result<(u16, u16), String> {
    value
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
        .filter(|(first, last): &(u16, u16)| *first >= 1024 && first <= last)
        .ok_or_else(|| wrong("RTP_PORTS", &format!("unreadable range {value:?}")))
}

fn list(value: &str) -> BTreeSet<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}
