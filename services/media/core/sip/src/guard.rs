//! The strict look at a raw datagram before anything parses it (RFC 3261, 7, 8.2, 16.3 and 18).
//!
//! The stack behind it is lenient: it takes a wrong `CSeq`, two `From`s or `SIP/7.0` for a call and is silent to
//! what deserves an answer. What passes here is well-formed as far as the product relies on it.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

use crate::message::{self, whole, Head};

/// Bytes of a datagram that may pass: the stack's own buffer.
pub const MESSAGE_BYTES_MAX: usize = 8192;
/// Via lines that a message may have gathered.
pub const VIAS_MAX: usize = 20;
/// What the node understands; said in `Allow`.
pub const ALLOWED: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, NOTIFY, REFER";
/// Extensions that the node knows; said in `Supported`, and the only ones that a request may insist on.
pub const SUPPORTED: &str = "timer";

const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "OPTIONS",
    "REGISTER",
    "INFO",
    "UPDATE",
    "NOTIFY",
    "PRACK",
    "REFER",
    "MESSAGE",
    "SUBSCRIBE",
    "PUBLISH",
];
/// Headers that stand once at most.
const SINGLE: [&str; 8] = [
    "from",
    "to",
    "call-id",
    "cseq",
    "max-forwards",
    "content-length",
    "content-type",
    "expires",
];
// RFC 3261, 8.1.1.5: a sequence number is less than 2^31.
const CSEQ_MAX: u64 = (1 << 31) - 1;

/// What becomes of a datagram.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The first `bytes` go on to the stack.
    Pass { bytes: usize },
    /// Refused, and the sender is told.
    Answer(Reply),
    /// Refused in silence.
    Drop(&'static str),
}

/// A refusal, ready but for the sender's address.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub reason: &'static str,
    vias: Vec<String>,
    others: Vec<(&'static str, String)>,
}

/// Judges one datagram.
pub fn inspect(datagram: &[u8]) -> Verdict {
    if datagram.iter().all(u8::is_ascii_whitespace) {
        // RFC 5626, 3.5.1: a keep-alive; the stack answers it.
        return Verdict::Pass {
            bytes: datagram.len(),
        };
    }
    let head = Head::read(&datagram[..datagram.len().min(MESSAGE_BYTES_MAX)]);
    let length = body_length(&head, datagram.len());
    if head.start.starts_with("SIP/") {
        return match (response_fault(&head), length) {
            (None, Ok(bytes)) => Verdict::Pass { bytes },
            (Some(fault), _) => Verdict::Drop(fault),
            (None, Err(refusal)) => Verdict::Drop(refusal.fault),
        };
    }
    match request_fault(&head, datagram.len()) {
        None => match length {
            Ok(bytes) => Verdict::Pass { bytes },
            Err(refusal) => refuse(&head, refusal),
        },
        Some(refusal) => refuse(&head, refusal),
    }
}

/// The answer with that status to a request whose head is there, whatever else is wrong with it; none when there is no
/// way back, or for what is never answered.
pub fn answer(head: &[u8], code: u16) -> Option<Reply> {
    let head = Head::read(head);
    if head.start.starts_with("SIP/") {
        return None;
    }
    match refuse(&head, refusal(code, "refused")) {
        Verdict::Answer(reply) => Some(reply),
        _ => None,
    }
}

/// Why a request is refused.
struct Refusal {
    code: u16,
    fault: &'static str,
    extra: Option<(&'static str, String)>,
}

fn refusal(code: u16, fault: &'static str) -> Refusal {
    Refusal {
        code,
        fault,
        extra: None,
    }
}

fn request_fault(head: &Head, bytes: usize) -> Option<Refusal> {
    if bytes > MESSAGE_BYTES_MAX {
        return Some(refusal(513, "message too large"));
    }
    let parts: Vec<&str> = head.start.split(' ').collect();
    let [method, uri, version] = parts[..] else {
        return Some(refusal(400, "bad request line"));
    };
    if let Some(refused) = start_fault(method, uri, version) {
        return Some(refused);
    }
    let fault = head.fault.or_else(|| header_fault(head, Some(method)));
    if let Some(fault) = fault {
        return Some(refusal(400, fault));
    }
    if method == "INVITE" && head.first("contact").is_none() {
        return Some(refusal(400, "invite without contact"));
    }
    hops_fault(head).or_else(|| extension_fault(head, method))
}

fn start_fault(method: &str, uri: &str, version: &str) -> Option<Refusal> {
    if version != "SIP/2.0" {
        let number = version.strip_prefix("SIP/").unwrap_or_default();
        let other = number
            .split_once('.')
            .is_some_and(|(major, minor)| whole(major).is_some() && whole(minor).is_some());
        return Some(refusal(if other { 505 } else { 400 }, "bad version"));
    }
    if !message::is_token(method) {
        return Some(refusal(400, "bad method"));
    }
    if !METHODS.contains(&method) {
        return Some(Refusal {
            code: 501,
            fault: "unknown method",
            extra: Some(("Allow", ALLOWED.to_owned())),
        });
    }
    let Some((scheme, rest)) = uri.split_once(':') else {
        return Some(refusal(400, "bad request address"));
    };
    if uri.contains(['<', '>', '"', '\t']) || rest.is_empty() || !message::is_token(scheme) {
        return Some(refusal(400, "bad request address"));
    }
    let known = scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips");
    (!known).then(|| refusal(416, "unknown address scheme"))
}

fn header_fault(head: &Head, method: Option<&str>) -> Option<&'static str> {
    for name in SINGLE {
        if head.all(name).count() > 1 {
            return Some("header given twice");
        }
    }
    let vias = head
        .all("via")
        .flat_map(|via| message::split_outside(via, ','));
    let mut count = 0;
    for via in vias {
        count += 1;
        if !is_via(via) {
            return Some("bad via");
        }
    }
    if count == 0 || count > VIAS_MAX {
        return Some("bad via");
    }
    let from = head.first("from").unwrap_or_default();
    if message::address(from).is_none() || message::parameter(from, "tag").is_none_or(str::is_empty)
    {
        return Some("bad from");
    }
    if head.first("to").and_then(message::address).is_none() {
        return Some("bad to");
    }
    let call_id = head.first("call-id").unwrap_or_default();
    if call_id.is_empty() || call_id.contains(char::is_whitespace) {
        return Some("bad call-id");
    }
    cseq_fault(head, method)
}

fn cseq_fault(head: &Head, method: Option<&str>) -> Option<&'static str> {
    let mut words = head.first("cseq").unwrap_or_default().split_whitespace();
    let number = words.next().and_then(whole);
    let named = words.next().unwrap_or_default();
    let right = number.is_some_and(|number| number <= CSEQ_MAX)
        && message::is_token(named)
        && words.next().is_none()
        && method.is_none_or(|method| method == named);
    (!right).then_some("bad cseq")
}

fn hops_fault(head: &Head) -> Option<Refusal> {
    match head.first("max-forwards").map(whole) {
        // RFC 3261 asks for the header; senders that leave it out exist and harm nobody here.
        None => None,
        Some(Some(0)) => Some(refusal(483, "no hops left")),
        Some(Some(hops)) if hops <= 255 => None,
        Some(_) => Some(refusal(400, "bad max-forwards")),
    }
}

fn extension_fault(head: &Head, method: &str) -> Option<Refusal> {
    // RFC 3261, 8.2.2.3: not for CANCEL, and an ACK is never answered.
    if matches!(method, "ACK" | "CANCEL") {
        return None;
    }
    let asked: Vec<&str> = head
        .all("require")
        .chain(head.all("proxy-require"))
        .flat_map(|value| message::split_outside(value, ','))
        .filter(|tag| !tag.is_empty() && !tag.eq_ignore_ascii_case(SUPPORTED))
        .collect();
    (!asked.is_empty()).then(|| Refusal {
        code: 420,
        fault: "unknown extension",
        extra: Some(("Unsupported", asked.join(", "))),
    })
}

fn response_fault(head: &Head) -> Option<&'static str> {
    let Some(status) = head.start.strip_prefix("SIP/2.0 ") else {
        return Some("bad status line");
    };
    let code = status.split(' ').next().unwrap_or_default();
    let known = code.len() == 3 && whole(code).is_some_and(|code| (100..700).contains(&code));
    if !known {
        return Some("bad status line");
    }
    head.fault.or_else(|| header_fault(head, None))
}

/// Bytes of head and body. Over UDP a body may be shorter than the datagram, never longer (RFC 3261, 18.3).
fn body_length(head: &Head, datagram: usize) -> Result<usize, Refusal> {
    let Some(said) = head.first("content-length") else {
        return Ok(datagram);
    };
    let length = whole(said).ok_or_else(|| refusal(400, "bad content-length"))?;
    let end = head.bytes as u64 + length;
    if end > datagram as u64 {
        return Err(refusal(400, "body cut short"));
    }
    Ok(end as usize)
}

fn is_via(via: &str) -> bool {
    let mut words = via.split_whitespace();
    let protocol = words.next().unwrap_or_default();
    let transport = protocol.strip_prefix("SIP/2.0/").unwrap_or_default();
    let sent_by = words.next().unwrap_or_default();
    let host = sent_by.split(';').next().unwrap_or_default();
    message::is_token(transport) && !host.is_empty() && sent_by_port(via).is_some()
}

/// The port that a Via names, 5060 when it names none; none when it is no port.
fn sent_by_port(via: &str) -> Option<u16> {
    let rest = via.split_once(char::is_whitespace)?.1.trim();
    let host = rest.split(';').next()?.trim();
    let after = match host.rfind(']') {
        Some(at) => &host[at + 1..],
        None => host,
    };
    match after.rsplit_once(':') {
        None => Some(5060),
        Some((_, port)) => port.trim().parse().ok().filter(|port| *port != 0),
    }
}

fn refuse(head: &Head, refusal: Refusal) -> Verdict {
    let vias: Vec<String> = head
        .all("via")
        .flat_map(|via| message::split_outside(via, ','))
        .map(str::to_owned)
        .collect();
    let answerable = vias.first().is_some_and(|via| is_via(via));
    if !answerable || vias.len() > VIAS_MAX || head.start.starts_with("ACK ") {
        return Verdict::Drop(refusal.fault);
    }
    let mut others = Vec::new();
    for (name, key) in [
        ("From", "from"),
        ("To", "to"),
        ("Call-ID", "call-id"),
        ("CSeq", "cseq"),
    ] {
        if let Some(value) = head.first(key) {
            others.push((name, tagged(name, value, &vias[0])));
        }
    }
    others.extend(refusal.extra);
    Verdict::Answer(Reply {
        code: refusal.code,
        reason: phrase(refusal.code),
        vias,
        others,
    })
}

/// A `To` needs a tag in an answer; a repeat of the request gets the same one.
fn tagged(name: &str, value: &str, via: &str) -> String {
    if name != "To" || message::parameter(value, "tag").is_some() {
        return value.to_owned();
    }
    let mut hash = DefaultHasher::new();
    (value, via).hash(&mut hash);
    format!("{value};tag={:016x}", hash.finish())
}

fn phrase(code: u16) -> &'static str {
    match code {
        403 => "Forbidden",
        503 => "Service Unavailable",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        483 => "Too Many Hops",
        501 => "Not Implemented",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        _ => "Bad Request",
    }
}

impl Reply {
    /// The answer's bytes for a sender at that address (RFC 3261, 18.2.1; RFC 3581).
    pub fn to_bytes(&self, from: SocketAddr) -> Vec<u8> {
        let mut text = format!("SIP/2.0 {} {}\r\n", self.code, self.reason);
        for (at, via) in self.vias.iter().enumerate() {
            let via = if at == 0 {
                stamped(via, from)
            } else {
                via.clone()
            };
            let _ = write!(text, "Via: {via}\r\n");
        }
        for (name, value) in &self.others {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("Content-Length: 0\r\n\r\n");
        text.into_bytes()
    }

    /// Where the answer goes: the sender's host, and its port when it asked for that with `rport`.
    pub fn destination(&self, from: SocketAddr) -> SocketAddr {
        let via = self.vias.first().map_or("", String::as_str);
        if message::parameter(via, "rport").is_some() {
            return from;
        }
        SocketAddr::new(from.ip(), sent_by_port(via).unwrap_or(from.port()))
    }
}

fn stamped(via: &str, from: SocketAddr) -> String {
    let mut parts = message::split_outside(via, ';');
    let asked = parts.iter().any(|part| is_parameter(part, "rport"));
    parts.retain(|part| !is_parameter(part, "rport") && !is_parameter(part, "received"));
    let mut text = parts.join(";");
    let _ = write!(text, ";received={}", from.ip());
    if asked {
        let _ = write!(text, ";rport={}", from.port());
    }
    text
}

fn is_parameter(part: &str, name: &str) -> bool {
    part.split('=')
        .next()
        .is_some_and(|key| key.trim().eq_ignore_ascii_case(name))
}
