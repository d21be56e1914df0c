//! Answers to digest challenges (RFC 7616, RFC 8760): SHA-256 and MD5, `qop=auth` or none.

use std::fmt::Write;

use md5::Md5;
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Md5,
}

/// Which algorithms an account takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Any,
    Only(Algorithm),
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Sha256 => hexadecimal(&Sha256::digest(text)),
            Self::Md5 => hexadecimal(&Md5::digest(text)),
        }
    }
}

/// A server's challenge, kept to answer further requests under the same nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    quality: bool,
    pub stale: bool,
    uses: u32,
}

impl Challenge {
    /// The challenge that we can answer, SHA-256 before MD5, of all that a response carries.
    pub fn choose<'a>(headers: impl Iterator<Item = &'a str>, accepted: Accepted) -> Option<Self> {
        let mut known: Vec<Self> = headers
            .filter_map(Self::parse)
            .filter(|found| {
                matches!(accepted, Accepted::Any) || accepted == Accepted::Only(found.algorithm)
            })
            .collect();
        known.sort_by_key(|challenge| challenge.algorithm == Algorithm::Md5);
        known.into_iter().next()
    }

    fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let parameters = parameters(rest);
        let find = |name: &str| {
            let found = parameters
                .iter()
                .find(|entry| entry.0.eq_ignore_ascii_case(name));
            found.map(|entry| entry.1.clone())
        };
        let algorithm = match find("algorithm").as_deref() {
            None => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("MD5") => Algorithm::Md5,
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Algorithm::Sha256,
            Some(_) => return None,
        };
        let offered = find("qop");
        let quality = offered
            .as_ref()
            .is_some_and(|all| all.split(',').any(|one| one.trim() == "auth"));
        if offered.is_some() && !quality {
            return None;
        }
        Some(Self {
            realm: find("realm")?,
            nonce: find("nonce")?,
            opaque: find("opaque"),
            algorithm,
            quality,
            stale: find("stale").is_some_and(|value| value.eq_ignore_ascii_case("true")),
            uses: 0,
        })
    }

    /// The value of the Authorization header for the next request under this nonce.
    pub fn answer(&mut self, who: &Account<'_>, method: &str, uri: &str, cnonce: &str) -> String {
        self.uses += 1;
        let Self {
            realm,
            nonce,
            algorithm,
            ..
        } = &*self;
        let name = algorithm.name();
        let first = algorithm.hash(&format!("{}:{realm}:{}", who.user, who.secret));
        let second = algorithm.hash(&format!("{method}:{uri}"));
        let count = format!("{:08x}", self.uses);
        let middle = if self.quality {
            format!("{nonce}:{count}:{cnonce}:auth")
        } else {
            nonce.clone()
        };
        let response = algorithm.hash(&format!("{first}:{middle}:{second}"));
        let mut value = format!(
            "Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm={name}",
            who.user
        );
        if self.quality {
            let _ = write!(value, ", qop=auth, nc={count}, cnonce=\"{cnonce}\"");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(value, ", opaque=\"{opaque}\"");
        }
        value
    }
}

pub struct Account<'a> {
    pub user: &'a str,
    pub secret: &'a str,
}

/// Comma-separated `name=value` pairs; commas inside of quotes belong to the value.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut quoted = false;
    let pieces = text.split(|character| {
        if character == '"' {
            quoted = !quoted;
        }
        character == ',' && !quoted
    });
    pieces
        .filter_map(|piece| piece.split_once('='))
        .map(|(name, value)| {
            (
                name.trim().to_owned(),
                value.trim().trim_matches('"').to_owned(),
            )
        })
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616, 3.9.1.
    const MUFASA: Account<'_> = Account {
        user: "Mufasa",
        secret: "Circle of Life",
    };
    const CNONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    fn challenge(algorithm: &str) -> String {
        format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        )
    }

    #[test]
    fn the_examples_of_rfc_7616_come_out() {
        for (algorithm, expected) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let header = challenge(algorithm);
            let mut chosen =
                Challenge::choose([header.as_str()].into_iter(), Accepted::Any).unwrap();
            let answer = chosen.answer(&MUFASA, "GET", "/dir/index.html", CNONCE);
            assert!(
                answer.contains(&format!("response=\"{expected}\"")),
                "{answer}"
            );
            assert!(answer.contains("nc=00000001"));
        }
    }

    #[test]
    fn sha_256_is_chosen_before_md5_unless_the_account_is_old() {
        let headers = [
            challenge("MD5"),
            challenge("SHA-256"),
            challenge("SHA-512-256"),
        ];
        let all = || headers.iter().map(String::as_str);
        assert_eq!(
            Challenge::choose(all(), Accepted::Any).unwrap().algorithm,
            Algorithm::Sha256
        );
        let old = Accepted::Only(Algorithm::Md5);
        assert_eq!(
            Challenge::choose(all(), old).unwrap().algorithm,
            Algorithm::Md5
        );
        assert_eq!(
            Challenge::choose(all().take(1), Accepted::Only(Algorithm::Sha256)),
            None
        );
    }

    #[test]
    fn the_count_of_a_nonce_is_hexadecimal() {
        let header = challenge("SHA-256");
        let mut chosen = Challenge::choose([header.as_str()].into_iter(), Accepted::Any).unwrap();
        let answers: Vec<_> = (0..16)
            .map(|_| chosen.answer(&MUFASA, "REGISTER", "sip:h", "c"))
            .collect();
        assert!(answers[9].contains("nc=0000000a"));
        assert!(answers[15].contains("nc=00000010"));
    }
}
