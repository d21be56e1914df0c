//! Digest authentication of registering phones (RFC 7616, RFC 8760), from the texts as they were sent.
//!
//! No password is stored anywhere: a user's secret is derived from one key, and the nonce carries its own proof,
//! so that an unauthenticated request leaves nothing behind.

use std::collections::{BTreeSet, HashMap};

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::message::split_outside;

/// What phones are told they log in to.
pub const REALM: &str = "sasayaki";
/// How long a nonce may be used.
pub const NONCE_LIFE_MS: u64 = 30_000;
/// Nonces whose last count is remembered; beyond it, phones are asked again.
pub const NONCES_MAX: usize = 20_000;
/// Bytes of an `Authorization` value.
const AUTHORIZATION_BYTES_MAX: usize = 2048;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Which hash a phone is asked for: one a challenge, since old phones fail on a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Md5,
}

impl Algorithm {
    /// The token in headers.
    pub fn token(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    /// Lower-case hexadecimal hash of a text.
    pub fn hash(self, text: &str) -> String {
        match self {
            Self::Sha256 => hex(&Sha256::digest(text.as_bytes())),
            Self::Md5 => hex(&Md5::digest(text.as_bytes())),
        }
    }
}

/// The secret of a user's phone by its name: base32 of HMAC-SHA-256(key, `<name>:1`), lower case, without padding.
pub fn secret(key: &[u8; 32], user_id: &str) -> String {
    base32(&hmac(key, &format!("{user_id}:1")))
}

/// What a digest response is made of, besides the secret.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub algorithm: Algorithm,
    pub realm: &'a str,
    pub nonce: &'a str,
    pub nc: &'a str,
    pub cnonce: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
}

/// The `response` parameter for `qop=auth` (RFC 7616, 3.4.1).
pub fn response(asked: &Asked<'_>, username: &str, password: &str) -> String {
    let hash = |text: &str| asked.algorithm.hash(text);
    let ha1 = hash(&format!("{username}:{}:{password}", asked.realm));
    let ha2 = hash(&format!("{}:{}", asked.method, asked.uri));
    let Asked {
        nonce, nc, cnonce, ..
    } = asked;
    hash(&format!("{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}"))
}

/// How a look at an `Authorization` ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The phone knows the secret of this user.
    Accepted(String),
    /// The secret may be right, the nonce is too old: ask again with `stale=true`.
    Stale,
    /// Anything else; the sender learns no more than that.
    Refused,
}

/// Asks phones for their secret and checks the answers.
#[derive(Debug)]
pub struct Verifier {
    key: [u8; 32],
    nonce_key: [u8; 32],
    md5_users: BTreeSet<String>,
    serial: u64,
    counts: HashMap<String, (u64, u64)>,
    /// Times that no further nonce could be remembered.
    pub overflows: u64,
}

impl Verifier {
    /// `key` derives the users' secrets, `nonce_key` is drawn anew at each start.
    pub fn new(key: [u8; 32], nonce_key: [u8; 32], md5_users: BTreeSet<String>) -> Self {
        Self {
            key,
            nonce_key,
            md5_users,
            serial: 0,
            counts: HashMap::new(),
            overflows: 0,
        }
    }

    /// The `WWW-Authenticate` value for a request in that user's name, known or not.
    pub fn challenge(&mut self, now_ms: u64, user: &str, stale: bool) -> String {
        self.serial += 1;
        let nonce = self.nonce(now_ms, self.serial);
        let algorithm = self.algorithm(user).token();
        let stale = if stale { ", stale=true" } else { "" };
        format!("Digest realm=\"{REALM}\", nonce=\"{nonce}\", algorithm={algorithm}, qop=\"auth\"{stale}")
    }

    /// Checks an `Authorization` value of a request with that method.
    pub fn verify(&mut self, now_ms: u64, method: &str, authorization: &str) -> Outcome {
        let Some(sent) = Sent::parse(authorization) else {
            return Outcome::Refused;
        };
        let algorithm = self.algorithm(&sent.username);
        let named = match sent.algorithm.as_deref() {
            None => algorithm == Algorithm::Md5,
            Some(name) => name.eq_ignore_ascii_case(algorithm.token()),
        };
        let Some(issued_ms) = self.issued(&sent.nonce) else {
            return Outcome::Refused;
        };
        let asked = Asked {
            algorithm,
            realm: REALM,
            nonce: &sent.nonce,
            nc: &sent.nc,
            cnonce: &sent.cnonce,
            method,
            uri: &sent.uri,
        };
        let expected = response(&asked, &sent.username, &secret(&self.key, &sent.username));
        let right: bool = expected.as_bytes().ct_eq(sent.response.as_bytes()).into();
        if !(named && right && sent.realm == REALM && sent.qop == "auth") {
            return Outcome::Refused;
        }
        if issued_ms > now_ms || now_ms - issued_ms > NONCE_LIFE_MS {
            return Outcome::Stale;
        }
        self.count(now_ms, issued_ms, sent)
    }

    /// Nonces whose counts are remembered.
    pub fn remembered(&self) -> usize {
        self.counts.len()
    }

    fn algorithm(&self, user: &str) -> Algorithm {
        if self.md5_users.contains(user) {
            Algorithm::Md5
        } else {
            Algorithm::Sha256
        }
    }

    /// A nonce is good once for each count, and counts only rise. Only those who know a secret get this far.
    fn count(&mut self, now_ms: u64, issued_ms: u64, sent: Sent) -> Outcome {
        let count = u64::from_str_radix(&sent.nc, 16).unwrap_or(0);
        let last = self.counts.get(&sent.nonce).map_or(0, |(_, count)| *count);
        if count <= last {
            return if last == 0 {
                Outcome::Refused
            } else {
                Outcome::Stale
            };
        }
        if last == 0 && self.counts.len() >= NONCES_MAX {
            self.counts
                .retain(|_, (issued, _)| now_ms.saturating_sub(*issued) <= NONCE_LIFE_MS);
            if self.counts.len() >= NONCES_MAX {
                self.overflows += 1;
                return Outcome::Stale;
            }
        }
        self.counts.insert(sent.nonce, (issued_ms, count));
        Outcome::Accepted(sent.username)
    }

    fn nonce(&self, issued_ms: u64, serial: u64) -> String {
        let text = format!("{issued_ms:x}-{serial:x}");
        let proof = hex(&hmac(&self.nonce_key, &text)[..16]);
        format!("{text}-{proof}")
    }

    fn issued(&self, nonce: &str) -> Option<u64> {
        let mut parts = nonce.splitn(3, '-');
        let issued_ms = u64::from_str_radix(parts.next()?, 16).ok()?;
        let serial = u64::from_str_radix(parts.next()?, 16).ok()?;
        let genuine: bool = self
            .nonce(issued_ms, serial)
            .as_bytes()
            .ct_eq(nonce.as_bytes())
            .into();
        genuine.then_some(issued_ms)
    }
}

/// The parameters of an `Authorization`, as sent.
#[derive(Debug, Default)]
struct Sent {
    username: String,
    realm: String,
    nonce: String,
    uri: String,
    response: String,
    algorithm: Option<String>,
    cnonce: String,
    nc: String,
    qop: String,
}

impl Sent {
    fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") || value.len() > AUTHORIZATION_BYTES_MAX {
            return None;
        }
        let mut found: HashMap<String, String> = HashMap::new();
        for part in split_outside(rest, ',') {
            let (name, value) = part.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            if found.insert(name, unquoted(value.trim())?).is_some() {
                return None;
            }
        }
        let mut take = |name: &str| found.remove(name);
        let sent = Self {
            username: take("username")?,
            realm: take("realm")?,
            nonce: take("nonce")?,
            uri: take("uri")?,
            response: take("response")?.to_ascii_lowercase(),
            algorithm: take("algorithm"),
            cnonce: take("cnonce")?,
            nc: take("nc")?,
            qop: take("qop")?,
        };
        let counted = sent.nc.len() == 8 && sent.nc.bytes().all(|byte| byte.is_ascii_hexdigit());
        (counted && !sent.cnonce.is_empty()).then_some(sent)
    }
}

/// A parameter's value without its quotes; none when they are wrong.
pub(crate) fn unquoted(value: &str) -> Option<String> {
    let Some(inner) = value.strip_prefix('"') else {
        return (!value.contains('"')).then(|| value.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next()?),
            '"' => return None,
            _ => out.push(c),
        }
    }
    Some(out)
}

fn hmac(key: &[u8; 32], text: &str) -> [u8; 32] {
    // `new` takes keys of the hash's block size and shorter ones padded with zeros, which is what HMAC does.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

fn base32(bytes: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits) & 31) as usize]));
    }
    text
}
