//! A phone's account, address and manners, as the command `phone` tells them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::wanted;
use crate::fields::Fields;
use crate::media::sound::Wanted;
use crate::wire::digest::{Accepted, Algorithm};

/// A phone as it is told to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    pub user: String,
    pub secret: Option<String>,
    pub server: Option<SocketAddr>,
    pub address: IpAddr,
    pub port: u16,
    pub register: bool,
    pub expires_s: u64,
    pub answer: Answering,
    pub answer_after_ms: u64,
    pub sound: Wanted,
    pub record: bool,
    pub accepted: Accepted,
}

/// What the phone does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    Auto,
    Manual,
    Reject(u16),
    /// Sends nothing at all, as a phone that lost its network.
    Ignore,
}

pub fn setup(fields: &mut Fields, phone: &str) -> Result<Setup, String> {
    // The name becomes a file's.
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if phone.is_empty() || phone.len() > 64 || phone.starts_with('.') || !phone.chars().all(plain) {
        return Err(format!(
            "field \"phone\" is 1 to 64 letters, digits, '.', '_' or '-', not {phone:?}"
        ));
    }
    let server: Option<SocketAddr> = parsed(fields, "server")?;
    let register = fields.flag("register", false)?;
    if register && server.is_none() {
        return Err("field \"server\" is missing: the phone is to register".into());
    }
    Ok(Setup {
        user: fields
            .text_or_none("user")?
            .unwrap_or_else(|| phone.to_owned()),
        secret: fields.text_or_none("secret")?,
        server,
        address: parsed(fields, "address")?.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: fields.number("port", 0, (0, 65_535))? as u16,
        register,
        expires_s: fields.number("expires_s", 3600, (1, 86_400))?,
        answer: answering(fields.text_or_none("answer")?)?,
        answer_after_ms: fields.number("answer_after_ms", 0, (0, 600_000))?,
        sound: fields.any("sound").map_or(Ok(Wanted::Silence), wanted)?,
        record: fields.flag("record", false)?,
        accepted: accepted(fields.text_or_none("algorithm")?.as_deref())?,
    })
}

pub fn parsed<T: std::str::FromStr>(fields: &mut Fields, name: &str) -> Result<Option<T>, String> {
    let Some(text) = fields.text_or_none(name)? else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|_| format!("field {name:?} cannot be read: {text:?}"))
}

fn answering(text: Option<String>) -> Result<Answering, String> {
    let text = text.unwrap_or_else(|| "auto".into());
    let code = text
        .strip_prefix("reject:")
        .and_then(|code| code.parse().ok());
    match (text.as_str(), code) {
        ("auto", _) => Ok(Answering::Auto),
        ("manual", _) => Ok(Answering::Manual),
        ("ignore", _) => Ok(Answering::Ignore),
        (_, Some(code @ 300..=699)) => Ok(Answering::Reject(code)),
        _ => Err(format!(
            "field \"answer\" is auto, manual, ignore or reject:300 to reject:699, not {text:?}"
        )),
    }
}

fn accepted(text: Option<&str>) -> Result<Accepted, String> {
    match text {
        None | Some("any") => Ok(Accepted::Any),
        Some("MD5") => Ok(Accepted::Only(Algorithm::Md5)),
        Some("SHA-256") => Ok(Accepted::Only(Algorithm::Sha256)),
        Some(other) => Err(format!(
            "field \"algorithm\" is any, MD5 or SHA-256, not {other:?}"
        )),
    }
}
