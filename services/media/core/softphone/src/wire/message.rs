//! SIP messages (RFC 3261, 7): read leniently enough for other telephones, written strictly.

use std::fmt::Write;
use std::net::SocketAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    Request { method: String, uri: String },
    Response { code: u16, reason: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub start: Start,
    headers: Vec<(String, String)>,
    pub body: String,
}

/// The full name of a compact one (RFC 3261, 20).
fn full_name(name: &str) -> &str {
    match name {
        "i" => "Call-ID",
        "m" => "Contact",
        "l" => "Content-Length",
        "c" => "Content-Type",
        "f" => "From",
        "t" => "To",
        "v" => "Via",
        other => other,
    }
}

impl Message {
    pub fn request(method: &str, uri: &str) -> Self {
        let start = Start::Request {
            method: method.into(),
            uri: uri.into(),
        };
        Self {
            start,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A response to a request: its Vias, From, To, Call-ID and `CSeq`; the tag is added to a To without one.
    pub fn response(request: &Self, code: u16, tag: &str) -> Self {
        let start = Start::Response {
            code,
            reason: phrase(code).into(),
        };
        let mut response = Self {
            start,
            headers: Vec::new(),
            body: String::new(),
        };
        for (name, value) in &request.headers {
            let kept = ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"];
            if !kept.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)) {
                continue;
            }
            let bare_to = name.eq_ignore_ascii_case("To") && parameter(value, "tag").is_none();
            let value = if bare_to && code > 100 {
                format!("{value};tag={tag}")
            } else {
                value.clone()
            };
            response.headers.push((name.clone(), value));
        }
        response
    }

    /// The ACK of a refusal belongs to the INVITE's own transaction (RFC 3261, 17.1.1.3).
    pub fn ack_of_refusal(&self, response: &Self) -> Self {
        let mut ack = self.twin("ACK");
        ack.set("To", response.header("To").unwrap_or_default().into());
        ack
    }

    /// A request with this INVITE's Via, From, To, Call-ID and `CSeq` number: its CANCEL or ACK.
    pub fn twin(&self, method: &str) -> Self {
        let uri = match &self.start {
            Start::Request { uri, .. } => uri.as_str(),
            Start::Response { .. } => "",
        };
        let number = self.cseq().map_or(0, |(number, _)| number);
        let copy = |name: &str| self.header(name).unwrap_or_default().to_owned();
        Self::request(method, uri)
            .with("Via", copy("Via"))
            .with("Max-Forwards", "70")
            .with("From", copy("From"))
            .with("To", copy("To"))
            .with("Call-ID", copy("Call-ID"))
            .with("CSeq", format!("{number} {method}"))
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn with_sdp(self, body: String) -> Self {
        let mut message = self.with("Content-Type", "application/sdp");
        message.body = body;
        message
    }

    /// Replaces the first header of that name, or adds it.
    pub fn set(&mut self, name: &str, value: String) {
        match self
            .headers
            .iter_mut()
            .find(|entry| entry.0.eq_ignore_ascii_case(name))
        {
            Some(entry) => entry.1 = value,
            None => self.headers.push((name.into(), value)),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|entry| entry.0.eq_ignore_ascii_case(name))
            .map(|entry| entry.1.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |entry| entry.0.eq_ignore_ascii_case(name))
            .map(|entry| entry.1.as_str())
    }

    pub fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    pub fn code(&self) -> Option<u16> {
        match self.start {
            Start::Request { .. } => None,
            Start::Response { code, .. } => Some(code),
        }
    }

    /// Number and method of the `CSeq` header.
    pub fn cseq(&self) -> Option<(u32, &str)> {
        let (number, method) = self.header("CSeq")?.split_once(' ')?;
        Some((number.trim().parse().ok()?, method.trim()))
    }

    /// The branch of the topmost Via: names the transaction.
    pub fn branch(&self) -> Option<&str> {
        parameter(self.header("Via")?, "branch")
    }

    pub fn to_tag(&self) -> Option<&str> {
        parameter(self.header("To")?, "tag")
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0\r\n"),
            Start::Response { code, reason } => format!("SIP/2.0 {code} {reason}\r\n"),
        };
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let _ = write!(
            text,
            "Content-Length: {}\r\n\r\n{}",
            self.body.len(),
            self.body
        );
        text.into_bytes()
    }

    /// Reads a datagram; the error says what is wrong with it.
    pub fn parse(datagram: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(datagram).map_err(|_| "message is not UTF-8")?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or("headers have no end")?;
        let mut lines = head.split("\r\n");
        let start = parse_start(lines.next().unwrap_or_default())?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut().ok_or("folded line without a header")?;
                let _ = write!(value, " {}", line.trim());
                continue;
            }
            let (name, value) = line.split_once(':').ok_or("header line without a colon")?;
            headers.push((full_name(name.trim()).into(), value.trim().into()));
        }
        let mut message = Self {
            start,
            headers,
            body: String::new(),
        };
        let length = match message.header("Content-Length") {
            Some(value) => value.parse().map_err(|_| "Content-Length is no number")?,
            None => body.len(),
        };
        message.body = body
            .get(..length)
            .ok_or("body is shorter than its Content-Length")?
            .into();
        message
            .headers
            .retain(|entry| !entry.0.eq_ignore_ascii_case("Content-Length"));
        for needed in ["Via", "From", "To", "Call-ID", "CSeq"] {
            if message.header(needed).is_none() {
                return Err("a header that every message has is missing");
            }
        }
        Ok(message)
    }
}

fn parse_start(line: &str) -> Result<Start, &'static str> {
    let mut words = line.splitn(3, ' ');
    let (Some(first), Some(second)) = (words.next(), words.next()) else {
        return Err("start line is too short");
    };
    let third = words.next().unwrap_or_default();
    if first == "SIP/2.0" {
        let code = second.parse().ok().filter(|code| (100..700).contains(code));
        let code = code.ok_or("status code is out of range")?;
        return Ok(Start::Response {
            code,
            reason: third.into(),
        });
    }
    if third != "SIP/2.0" {
        return Err("neither a request nor a response of SIP/2.0");
    }
    Ok(Start::Request {
        method: first.into(),
        uri: second.into(),
    })
}

/// The value of a header's parameter, outside of `<...>`.
pub fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let outside = value.rsplit_once('>').map_or(value, |(_, rest)| rest);
    outside.split(';').skip(1).find_map(|piece| {
        let (key, content) = piece.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| content.trim())
    })
}

/// The URI of a name-addr or addr-spec, without the header's parameters.
pub fn uri_of(value: &str) -> &str {
    match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or(rest),
        None => value.split(';').next().unwrap_or(value).trim(),
    }
}

/// The user part of a name-addr's URI; empty when there is none.
pub fn user_of(value: &str) -> &str {
    let plain = uri_of(value);
    let plain = plain.split_once(':').map_or(plain, |(_, rest)| rest);
    plain.split_once('@').map_or("", |(user, _)| user)
}

/// Address and port of a SIP URI whose host is an IP address; port 5060 when none is named.
pub fn address_of(uri: &str) -> Option<SocketAddr> {
    let plain = uri.strip_prefix("sip:")?;
    let host = plain.split_once('@').map_or(plain, |(_, host)| host);
    let host = host.split([';', '?']).next().unwrap_or(host);
    host.parse()
        .ok()
        .or_else(|| Some(SocketAddr::new(host.parse().ok()?, 5060)))
}

fn phrase(code: u16) -> &'static str {
    match code {
        100 => "Trying",
        180 => "Ringing",
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Answer",
    }
}

#[cfg(test)]
mod tests;
