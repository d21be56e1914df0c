//! Answers to a trunk's 401 or 407: who we are, by digest (RFC 7616, RFC 8760).
//!
//! Only an INVITE of ours to a trunk is ever answered so. A challenge by whoever calls us is none of ours: to answer it
//! would hand out hashes of the secret to crack.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::digest::{unquoted, Algorithm};
use crate::message::split_outside;
use crate::trunk::Login;

/// Bytes of a challenge.
const CHALLENGE_BYTES_MAX: usize = 4096;

/// What is to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    pub uri: &'a str,
    /// Drawn anew each time.
    pub cnonce: &'a str,
}

struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Option<String>,
    hash: Algorithm,
    qop: bool,
}

/// The value of `Authorization` or `Proxy-Authorization` for the strongest of these challenges; none when none of them
/// can be answered.
pub fn answer(challenges: &[String], login: &Login, request: Request<'_>) -> Option<String> {
    let mut known: Vec<Challenge> = challenges.iter().filter_map(|text| parse(text)).collect();
    // RFC 8760, 2.4: the topmost that is known; a trunk that lists MD5 first still gets SHA-256.
    known.sort_by_key(|challenge| challenge.hash == Algorithm::Md5);
    known
        .first()
        .map(|challenge| challenge.answer(login, request))
}

fn parse(value: &str) -> Option<Challenge> {
    let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
    if !scheme.eq_ignore_ascii_case("digest") || value.len() > CHALLENGE_BYTES_MAX {
        return None;
    }
    let mut found: HashMap<String, String> = HashMap::new();
    for part in split_outside(rest, ',') {
        let (name, value) = part.split_once('=')?;
        found.insert(name.trim().to_ascii_lowercase(), unquoted(value.trim())?);
    }
    let mut take = |name: &str| found.remove(name);
    let algorithm = take("algorithm");
    let hash = match algorithm.as_deref() {
        None => Algorithm::Md5,
        Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
        Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
        Some(_) => return None,
    };
    let offered = take("qop");
    let qop = match &offered {
        None => false,
        Some(list)
            if list
                .split(',')
                .any(|one| one.trim().eq_ignore_ascii_case("auth")) =>
        {
            true
        }
        Some(_) => return None,
    };
    let (realm, nonce, opaque) = (take("realm")?, take("nonce")?, take("opaque"));
    // They go back between quotes.
    let unquotable = |text: &String| text.contains(['"', '\\']) || text.contains(char::is_control);
    if [Some(&realm), Some(&nonce), opaque.as_ref()]
        .into_iter()
        .flatten()
        .any(unquotable)
    {
        return None;
    }
    Some(Challenge {
        realm,
        nonce,
        opaque,
        algorithm,
        hash,
        qop,
    })
}

impl Challenge {
    fn answer(&self, login: &Login, request: Request<'_>) -> String {
        let hash = |text: &str| self.hash.hash(text);
        let Request {
            method,
            uri,
            cnonce,
        } = request;
        let (realm, nonce, user) = (&self.realm, &self.nonce, &login.user);
        let ha1 = hash(&format!("{user}:{realm}:{}", login.secret));
        let ha2 = hash(&format!("{method}:{uri}"));
        let response = if self.qop {
            hash(&format!("{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}"))
        } else {
            hash(&format!("{ha1}:{nonce}:{ha2}"))
        };
        let mut text = format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\""
        );
        if self.algorithm.is_some() {
            let _ = write!(text, ", algorithm={}", self.hash.token());
        }
        if self.qop {
            let _ = write!(text, ", cnonce=\"{cnonce}\", qop=auth, nc=00000001");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(text, ", opaque=\"{opaque}\"");
        }
        text
    }
}
