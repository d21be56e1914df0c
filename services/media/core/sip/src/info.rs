//! Keys by INFO: `application/dtmf-relay` and `application/dtmf`, as phones send them that know no RFC 4733.

/// Bytes of a body.
const BODY_BYTES_MAX: usize = 256;
/// What an INFO may bear; said in `Accept` to another kind.
pub const ACCEPTED: &str = "application/dtmf-relay, application/dtmf";

/// What an INFO is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Info {
    /// 200: it bears nothing, and asks only whether we are there.
    Empty,
    /// 200: a key.
    Key(char),
    /// 415: another kind of body.
    Unknown,
    /// 400: it is no key.
    Malformed,
}

/// Reads an INFO by its `Content-Type` and body.
pub fn read(kind: Option<&str>, body: &[u8]) -> Info {
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    match kind {
        None | Some("") if body.is_empty() => Info::Empty,
        Some(kind) if kind.eq_ignore_ascii_case("application/dtmf-relay") => relay(body),
        Some(kind) if kind.eq_ignore_ascii_case("application/dtmf") => plain(body),
        _ => Info::Unknown,
    }
}

/// `Signal=5` and `Duration=160`, a line each, in any order.
fn relay(body: &[u8]) -> Info {
    let Some(text) = text(body) else {
        return Info::Malformed;
    };
    let mut found = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once('=') else {
            return Info::Malformed;
        };
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("signal") && found.replace(value).is_some() {
            return Info::Malformed;
        }
        if name.eq_ignore_ascii_case("duration") && crate::message::whole(value).is_none() {
            return Info::Malformed;
        }
    }
    key(found.unwrap_or_default())
}

/// The key alone.
fn plain(body: &[u8]) -> Info {
    text(body).map_or(Info::Malformed, |text| key(text.trim()))
}

fn text(body: &[u8]) -> Option<&str> {
    (body.len() <= BODY_BYTES_MAX)
        .then(|| std::str::from_utf8(body).ok())
        .flatten()
}

/// A key by its sign, or by the number of its event (RFC 4733, 3.2).
fn key(text: &str) -> Info {
    let sign = match text {
        "10" => '*',
        "11" => '#',
        "12" => 'A',
        "13" => 'B',
        "14" => 'C',
        "15" => 'D',
        _ => {
            let mut signs = text.chars();
            match (signs.next(), signs.next()) {
                (Some(sign), None) => sign.to_ascii_uppercase(),
                _ => return Info::Malformed,
            }
        }
    };
    if matches!(sign, '0'..='9' | '*' | '#' | 'A'..='D') {
        Info::Key(sign)
    } else {
        Info::Malformed
    }
}
