//! Wishes to transfer a call, as a phone's REFER says them (RFC 3515, RFC 3891). Nobody is dialled here: who may be
//! reached is for others to say.

use crate::message::{address, percent_decoded, split_outside};

/// Characters of a target.
pub const TARGET_MAX: usize = 64;
/// Phrases in the body of a NOTIFY.
const PHRASES: [(u16, &str); 8] = [
    (100, "Trying"),
    (180, "Ringing"),
    (200, "OK"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (486, "Busy Here"),
    (503, "Service Unavailable"),
    (603, "Decline"),
];

/// Whom the customer is to be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The user part: a user, an extension, a number.
    pub target: String,
    /// Whether its host is this node.
    pub ours: bool,
    /// The dialog that the other call of the phone is: an attended transfer.
    pub replaces: Option<Replaces>,
}

/// A dialog, as the phone names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    pub call_id: String,
    pub to_tag: String,
    pub from_tag: String,
}

/// Reads the `Refer-To` values of a REFER that came to a host of these names (`host:port`); none when there is not one, or it can't be read.
pub fn read(values: &[String], own: &[String]) -> Option<Wish> {
    let [value] = values else { return None };
    let uri = address(value)?;
    let (place, headers) = uri.split_once('?').unwrap_or((uri, ""));
    let (scheme, rest) = place.split_once(':')?;
    let (user, host) = if scheme.eq_ignore_ascii_case("tel") {
        // A telephone number is no place: it is ours to find one.
        (rest.split(';').next()?, own.first()?.as_str())
    } else if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
        let (user, rest) = rest.rsplit_once('@')?;
        (user.split([':', ';']).next()?, rest.split(';').next()?)
    } else {
        return None;
    };
    let target = percent_decoded(user)?;
    if target.is_empty() || target.chars().count() > TARGET_MAX {
        return None;
    }
    let replaces = match header(headers, "replaces") {
        None => None,
        Some(value) => Some(replaces(&percent_decoded(value)?)?),
    };
    Some(Wish {
        target,
        ours: own.iter().any(|own| is_own(host, own)),
        replaces,
    })
}

/// The body of the NOTIFY with that status, and its `Subscription-State`.
pub fn notice(code: u16) -> (String, &'static str) {
    let known = PHRASES.iter().find(|(known, _)| *known == code);
    let phrase = known.map_or("Result", |(_, phrase)| phrase);
    let state = if code < 200 {
        "active;expires=60"
    } else {
        "terminated;reason=noresource"
    };
    (format!("SIP/2.0 {code} {phrase}\r\n"), state)
}

/// The host is ours with our port, or with none.
fn is_own(host: &str, own: &str) -> bool {
    let name = |text: &str| match text.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => text.to_owned(),
    };
    host.eq_ignore_ascii_case(own) || host.eq_ignore_ascii_case(&name(own))
}

fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    headers.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn replaces(value: &str) -> Option<Replaces> {
    let mut parts = split_outside(value, ';').into_iter();
    let call_id = parts.next().filter(|id| !id.is_empty())?.to_owned();
    let (mut to_tag, mut from_tag) = (None, None);
    for part in parts {
        match part.split_once('=') {
            Some(("to-tag", tag)) => to_tag = Some(tag.to_owned()),
            Some(("from-tag", tag)) => from_tag = Some(tag.to_owned()),
            _ => {}
        }
    }
    Some(Replaces {
        call_id,
        to_tag: to_tag?,
        from_tag: from_tag?,
    })
}
