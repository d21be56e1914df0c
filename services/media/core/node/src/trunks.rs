//! The file that names the trunks: JSON, looked through whole at the start, every fault with its place.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Map, Value};
use sip::flow::Flow;
use sip::trunk::{Login, Trunk, Trunks, ADDRESSES_MAX, TRUNKS_MAX};

/// Bytes of the file.
const FILE_BYTES_MAX: u64 = 1 << 20;
const CALLS_MAX: u64 = 1_000;
const NAME_BYTES_MAX: usize = 64;
const FIELDS: [&str; 7] = [
    "name",
    "sources",
    "outbound",
    "transport",
    "user",
    "secret_file",
    "calls_max",
];

/// Reads the file; the error says what is wrong where.
pub fn read(path: &Path) -> Result<Trunks, String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if std::fs::metadata(path).map_err(told)?.len() > FILE_BYTES_MAX {
        return Err(format!(
            "{}: longer than {FILE_BYTES_MAX} bytes",
            path.display()
        ));
    }
    let text = std::fs::read_to_string(path).map_err(told)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let secret = |file: &str| {
        std::fs::read_to_string(folder.join(file))
            .map(|text| text.trim().to_owned())
            .map_err(|error| error.to_string())
    };
    parse(&text, &secret).map_err(|fault| format!("{}: {fault}", path.display()))
}

/// The trunks that a text names. `secret` reads a file that a trunk names.
pub fn parse(
    text: &str,
    secret: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Trunks, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let listed = value
        .as_object()
        .filter(|object| object.len() == 1)
        .and_then(|object| object.get("trunks")?.as_array())
        .ok_or("one object with the list \"trunks\" is expected")?;
    if listed.is_empty() || listed.len() > TRUNKS_MAX {
        return Err(format!("trunks: 1 to {TRUNKS_MAX} are expected"));
    }
    let mut all: Vec<Trunk> = Vec::new();
    for (at, value) in listed.iter().enumerate() {
        let trunk = trunk(value, secret).map_err(|fault| format!("trunks[{at}].{fault}"))?;
        if all.iter().any(|known| known.name == trunk.name) {
            return Err(format!("trunks[{at}].name: {:?} is taken", trunk.name));
        }
        all.push(trunk);
    }
    Ok(Trunks { all })
}

fn trunk(value: &Value, secret: &dyn Fn(&str) -> Result<String, String>) -> Result<Trunk, String> {
    let fields = value.as_object().ok_or("an object is expected")?;
    if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!("{unknown}: unknown field"));
    }
    let name = text(fields, "name")?.ok_or("name: missing")?;
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !sip::message::is_token(name) {
        return Err(format!("name: {name:?} is no name"));
    }
    let mut trunk = Trunk::new(name, calls_max(fields)?);
    trunk.sources = sources(fields)?;
    trunk.outbound = outbound(fields)?;
    trunk.login = login(fields, secret)?;
    if trunk.sources.is_empty() && trunk.outbound.is_none() {
        return Err("sources: without them and without outbound it carries no call".to_owned());
    }
    Ok(trunk)
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name}: a text is expected")),
    }
}

fn calls_max(fields: &Map<String, Value>) -> Result<usize, String> {
    let value = fields.get("calls_max").ok_or("calls_max: missing")?;
    let number = value
        .as_u64()
        .filter(|number| (1..=CALLS_MAX).contains(number));
    number
        .map(|number| number as usize)
        .ok_or_else(|| format!("calls_max: 1 to {CALLS_MAX} is expected"))
}

fn sources(fields: &Map<String, Value>) -> Result<Vec<sip::trunk::Block>, String> {
    let Some(value) = fields.get("sources") else {
        return Ok(Vec::new());
    };
    let listed = value.as_array().ok_or("sources: a list is expected")?;
    if listed.len() > ADDRESSES_MAX {
        return Err(format!("sources: more than {ADDRESSES_MAX}"));
    }
    let read = |(at, value): (usize, &Value)| {
        let text = value
            .as_str()
            .ok_or_else(|| format!("sources[{at}]: a text is expected"))?;
        text.parse()
            .map_err(|fault| format!("sources[{at}]: {fault}"))
    };
    listed.iter().enumerate().map(read).collect()
}

fn outbound(fields: &Map<String, Value>) -> Result<Option<Flow>, String> {
    let transport = text(fields, "transport")?;
    let Some(address) = text(fields, "outbound")? else {
        return transport.map_or(Ok(None), |_| Err("transport: needs outbound".to_owned()));
    };
    let address: SocketAddr = address
        .parse()
        .map_err(|_| format!("outbound: {address:?} is no address with a port"))?;
    match transport.unwrap_or("udp") {
        "udp" => Ok(Some(Flow::udp(address))),
        "tcp" => Ok(Some(Flow::tcp(address))),
        other => Err(format!(
            "transport: {other:?} is neither \"udp\" nor \"tcp\""
        )),
    }
}

fn login(
    fields: &Map<String, Value>,
    secret: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Option<Login>, String> {
    match (text(fields, "user")?, text(fields, "secret_file")?) {
        (None, None) => Ok(None),
        (Some(user), Some(file)) => {
            let secret = secret(file).map_err(|fault| format!("secret_file: {fault}"))?;
            if secret.is_empty() || user.contains(['"', '\\']) || user.contains(char::is_control) {
                return Err("user: it and what secret_file holds must be usable".to_owned());
            }
            Ok(Some(Login {
                user: user.to_owned(),
                secret,
            }))
        }
        (Some(_), None) => Err("secret_file: missing beside user".to_owned()),
        (None, Some(_)) => Err("user: missing beside secret_file".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Trunks, String> {
        parse(text, &|file| {
            (file == "s")
                .then(|| "geheim".to_owned())
                .ok_or_else(|| "no such file".to_owned())
        })
    }

    fn one(fields: &str) -> Result<Trunks, String> {
        parsed(&format!("{{\"trunks\": [{{{fields}}}]}}"))
    }

    #[test]
    fn a_whole_trunk_is_read() {
        let trunks = one(
            "\"name\": \"carrier-a\", \"sources\": [\"203.0.113.0/28\", \"198.51.100.7\"], \"calls_max\": 30, \
             \"outbound\": \"198.51.100.7:5060\", \"transport\": \"tcp\", \"user\": \"u\", \"secret_file\": \"s\"",
        )
        .unwrap();
        let trunk = &trunks.all[0];
        assert_eq!(
            (trunk.name.as_str(), trunk.calls_max, trunk.sources.len()),
            ("carrier-a", 30, 2)
        );
        assert_eq!(
            trunk.outbound,
            Some(Flow::tcp("198.51.100.7:5060".parse().unwrap()))
        );
        assert_eq!(trunk.login.as_ref().unwrap().secret, "geheim");
        assert!(
            !format!("{trunks:?}").contains("geheim"),
            "a log shows no secret"
        );
    }

    #[test]
    fn each_fault_is_told_with_its_place() {
        let good = "\"name\": \"a\", \"calls_max\": 1, \"sources\": [\"192.0.2.1\"]";
        assert!(one(good).is_ok());
        let table = [
            ("\"calls_max\": 1", "trunks[0].name: missing"),
            ("\"name\": \"a b\", \"calls_max\": 1", "trunks[0].name: \"a b\" is no name"),
            ("\"name\": \"a\"", "trunks[0].calls_max: missing"),
            ("\"name\": \"a\", \"calls_max\": 0", "trunks[0].calls_max: 1 to 1000 is expected"),
            ("\"name\": \"a\", \"calls_max\": \"1\"", "trunks[0].calls_max: 1 to 1000 is expected"),
            ("\"name\": \"a\", \"calls_max\": 1, \"sources\": \"x\"", "trunks[0].sources: a list is expected"),
            ("\"name\": \"a\", \"calls_max\": 1, \"sources\": [7]", "trunks[0].sources[0]: a text is expected"),
            (
                "\"name\": \"a\", \"calls_max\": 1, \"sources\": [\"192.0.2.1\", \"x\"]",
                "trunks[0].sources[1]: \"x\" is no address or block of addresses",
            ),
            (
                "\"name\": \"a\", \"calls_max\": 1, \"outbound\": \"carrier.example\"",
                "trunks[0].outbound: \"carrier.example\" is no address with a port",
            ),
            (
                "\"name\": \"a\", \"calls_max\": 1, \"outbound\": \"192.0.2.1:5060\", \"transport\": \"tls\"",
                "trunks[0].transport: \"tls\" is neither \"udp\" nor \"tcp\"",
            ),
            ("\"name\": \"a\", \"calls_max\": 1, \"transport\": \"udp\"", "trunks[0].transport: needs outbound"),
            ("\"name\": \"a\", \"calls_max\": 1, \"user\": \"u\"", "trunks[0].secret_file: missing beside user"),
            (
                "\"name\": \"a\", \"calls_max\": 1, \"user\": \"u\", \"secret_file\": \"t\"",
                "trunks[0].secret_file: no such file",
            ),
            ("\"name\": \"a\", \"calls_max\": 1, \"adresses\": []", "trunks[0].adresses: unknown field"),
            (
                "\"name\": \"a\", \"calls_max\": 1",
                "trunks[0].sources: without them and without outbound it carries no call",
            ),
        ];
        for (fields, fault) in table {
            assert_eq!(one(fields), Err(fault.to_owned()), "{fields}");
        }
        let twice = parsed(&format!("{{\"trunks\": [{{{good}}}, {{{good}}}]}}"));
        assert_eq!(twice, Err("trunks[1].name: \"a\" is taken".to_owned()));
        for text in [
            "",
            "[]",
            "{}",
            "{\"trunks\": {}}",
            "{\"trunks\": []}",
            "{\"trunks\": [1]}",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
