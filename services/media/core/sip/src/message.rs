//! One SIP message as text: its start line and header lines, nothing interpreted (RFC 3261, 7).

/// Header lines that one message may have.
pub const HEADERS_MAX: usize = 100;
/// Bytes of one unfolded header line.
pub const HEADER_BYTES_MAX: usize = 4096;

/// One header line: canonical lower-case long name, and the value without folding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub name: String,
    pub value: String,
}

/// The head of a message as far as it could be read, with the first thing that is wrong with it.
#[derive(Debug, Default)]
pub struct Head {
    pub start: String,
    pub headers: Vec<Header>,
    pub fault: Option<&'static str>,
    /// Bytes up to and with the empty line; the whole length when that line is missing.
    pub bytes: usize,
}

impl Head {
    /// Reads the head at the start of `bytes`. Lines that can't be read are left out and leave a fault.
    pub fn read(bytes: &[u8]) -> Self {
        let mut head = Self::default();
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        head.bytes = end.map_or(bytes.len(), |at| at + 4);
        if end.is_none() {
            head.fault = Some("no empty line");
        }
        let text = &bytes[..end.unwrap_or(bytes.len())];
        let mut lines = text.split_inclusive(|byte| *byte == b'\n');
        head.start = lines.next().map(|line| head.line(line)).unwrap_or_default();
        for line in lines {
            if head.headers.len() == HEADERS_MAX {
                head.wrong("too many headers");
                break;
            }
            head.take(line);
        }
        head
    }

    /// The values of all headers of that name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers
            .iter()
            .filter(move |header| header.name == name)
            .map(|header| header.value.as_str())
    }

    /// The value of the first header of that name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.name == name)
            .map(|header| header.value.as_str())
    }

    fn wrong(&mut self, fault: &'static str) {
        self.fault.get_or_insert(fault);
    }

    fn take(&mut self, raw: &[u8]) {
        let folded = raw.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        let line = self.line(raw);
        if folded {
            match self.headers.last_mut() {
                Some(last) if last.value.len() + line.len() < HEADER_BYTES_MAX => {
                    last.value.push(' ');
                    last.value.push_str(line.trim());
                }
                _ => self.wrong("folding that continues nothing"),
            }
            return;
        }
        let Some((name, value)) = line.split_once(':') else {
            self.wrong("header without colon");
            return;
        };
        let name = name.trim_end_matches([' ', '\t']);
        if !is_token(name) || line.len() > HEADER_BYTES_MAX {
            self.wrong("bad header name");
            return;
        }
        self.headers.push(Header {
            name: long_name(name),
            value: value.trim().to_owned(),
        });
    }

    /// One line without its ending; what must not be in a line is replaced by nothing and leaves a fault.
    fn line(&mut self, raw: &[u8]) -> String {
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = match line.strip_suffix(b"\r") {
            Some(line) => line,
            None if line.len() < raw.len() => {
                self.wrong("line feed without carriage return");
                line
            }
            None => line,
        };
        let Ok(text) = std::str::from_utf8(line) else {
            self.wrong("not UTF-8");
            return String::new();
        };
        if text.chars().any(|c| c.is_control() && c != '\t') {
            self.wrong("control character");
            return String::new();
        }
        text.to_owned()
    }
}

/// Whether this is a token (RFC 3261, 25.1).
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

/// A whole number written with 1 to 10 digits and nothing else.
pub fn whole(text: &str) -> Option<u64> {
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Splits at a separator that stands outside quotes and angle brackets.
pub fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => depth = depth.saturating_add(1),
            '>' if !quoted => depth = depth.saturating_sub(1),
            _ if c == separator && !quoted && depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

/// The address in a `From`, `To` or `Contact` value: what stands in angle brackets, or before the first parameter.
pub fn address(value: &str) -> Option<&str> {
    if let Some((start, end)) = brackets(value) {
        return Some(&value[start + 1..end]);
    }
    let bare = value.split(';').next()?.trim();
    (!bare.is_empty() && !bare.contains(['<', '"'])).then_some(bare)
}

/// A header parameter's value (`tag` of a `From`, `expires` of a `Contact`), unquoted.
pub fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let outside = brackets(value).map_or(value, |(_, end)| &value[end + 1..]);
    split_outside(outside, ';')
        .into_iter()
        .skip(1)
        .find_map(|part| {
            let (key, found) = part.split_once('=').unwrap_or((part, ""));
            key.trim()
                .eq_ignore_ascii_case(name)
                .then(|| found.trim().trim_matches('"'))
        })
}

/// Where the address stands: the first angle brackets outside quotes. Display names and later parameters
/// (`+sip.instance="<urn:uuid:…>"`) may have some inside theirs.
fn brackets(value: &str) -> Option<(usize, usize)> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => return value[at..].find('>').map(|end| (at, at + end)),
            _ => {}
        }
    }
    None
}

/// The user part of a SIP address, percent-decoded; none when there is none.
pub fn user(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
        return None;
    }
    let (userinfo, _) = rest.rsplit_once('@')?;
    let name = userinfo.split(':').next().unwrap_or_default();
    let decoded = percent_decoded(name)?;
    (!decoded.is_empty()).then_some(decoded)
}

pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push((high * 16 + low) as u8);
        } else {
            out.push(byte);
        }
    }
    let decoded = String::from_utf8(out).ok()?;
    decoded.chars().all(|c| !c.is_control()).then_some(decoded)
}

fn long_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let long = match lower.as_str() {
        "v" => "via",
        "f" => "from",
        "t" => "to",
        "i" => "call-id",
        "m" => "contact",
        "l" => "content-length",
        "c" => "content-type",
        "e" => "content-encoding",
        "k" => "supported",
        "s" => "subject",
        "o" => "event",
        "r" => "refer-to",
        "b" => "referred-by",
        "u" => "allow-events",
        _ => return lower,
    };
    long.to_owned()
}
