//! The strict look, as a table: messages that the stack alone would take, or be silent to, and legal ones that must pass.

use std::fmt::Write as _;
use std::net::SocketAddr;

use sip::guard::{inspect, Reply, Verdict};
use sip::message::{address, parameter};

const SOURCE: &str = "192.0.2.7:40000";

/// A well-formed request with that method and those lines in place of, or besides, the usual ones.
fn request(method: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let cseq = format!("1 {method}");
    let mut lines = vec![
        ("Via", "SIP/2.0/UDP 192.0.2.7:5070;rport;branch=z9hG4bK1"),
        ("Max-Forwards", "70"),
        ("From", "<sip:a@192.0.2.7>;tag=1"),
        ("To", "<sip:0312345678@192.0.2.1>"),
        ("Call-ID", "c1"),
        ("CSeq", cseq.as_str()),
        ("Contact", "<sip:a@192.0.2.7:5070>"),
        ("Content-Length", "0"),
    ];
    for (name, value) in changes {
        if let Some(added) = name.strip_prefix('+') {
            lines.push((added, value));
        } else {
            lines.retain(|(known, _)| known != name);
            lines.push((name, value));
        }
    }
    lines.retain(|(_, value)| *value != "-");
    let mut head = String::new();
    for (name, value) in lines {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    format!("{method} sip:0312345678@192.0.2.1 SIP/2.0\r\n{head}\r\n").into_bytes()
}

fn invite(changes: &[(&str, &str)]) -> Vec<u8> {
    request("INVITE", changes)
}

fn with_start(start: &str) -> Vec<u8> {
    let rest = invite(&[]);
    let at = rest.iter().position(|byte| *byte == b'\r').unwrap();
    [start.as_bytes(), &rest[at..]].concat()
}

fn replaced(from: &str, to: &[u8]) -> Vec<u8> {
    let message = invite(&[]);
    let at = message
        .windows(from.len())
        .position(|part| part == from.as_bytes())
        .unwrap();
    [&message[..at], to, &message[at + from.len()..]].concat()
}

fn answered(datagram: &[u8]) -> Reply {
    match inspect(datagram) {
        Verdict::Answer(reply) => reply,
        other => panic!("{other:?} for {:?}", String::from_utf8_lossy(datagram)),
    }
}

#[test]
#[rustfmt::skip]
fn what_is_wrong_is_answered_with_its_status() {
    let table: Vec<(u16, &str, Vec<u8>)> = vec![
        (400, "sequence number of another method", invite(&[("CSeq", "1 BYE")])),
        (400, "sequence number past 2^31", invite(&[("CSeq", "2147483648 INVITE")])),
        (400, "sequence number past 2^64", invite(&[("CSeq", "99999999999999999999 INVITE")])),
        (400, "negative sequence number", invite(&[("CSeq", "-1 INVITE")])),
        (400, "sequence number without method", invite(&[("CSeq", "1")])),
        (400, "sequence number with three words", invite(&[("CSeq", "1 INVITE x")])),
        (400, "no sequence number", invite(&[("CSeq", "-")])),
        (400, "two sequence numbers", invite(&[("+CSeq", "1 INVITE")])),
        (400, "hops past 255", invite(&[("Max-Forwards", "300")])),
        (400, "hops that are no number", invite(&[("Max-Forwards", "x")])),
        (400, "two hop counts", invite(&[("+Max-Forwards", "70")])),
        (483, "no hops left", invite(&[("Max-Forwards", "0")])),
        (400, "body shorter than said", invite(&[("Content-Length", "9")])),
        (400, "negative length", invite(&[("Content-Length", "-1")])),
        (400, "length that is no number", invite(&[("Content-Length", "1x")])),
        (400, "two lengths", invite(&[("+Content-Length", "0")])),
        (400, "two lengths in both spellings", invite(&[("+l", "0")])),
        (400, "two senders", invite(&[("+From", "<sip:b@192.0.2.7>;tag=2")])),
        (400, "two senders in both spellings", invite(&[("+f", "<sip:b@192.0.2.7>;tag=2")])),
        (400, "sender without tag", invite(&[("From", "<sip:a@192.0.2.7>")])),
        (400, "sender with empty tag", invite(&[("From", "<sip:a@192.0.2.7>;tag=")])),
        (400, "no sender", invite(&[("From", "-")])),
        (400, "two receivers", invite(&[("+To", "<sip:b@192.0.2.1>")])),
        (400, "no receiver", invite(&[("To", "-")])),
        (400, "two call ids", invite(&[("+Call-ID", "c2")])),
        (400, "no call id", invite(&[("Call-ID", "-")])),
        (400, "call id with a space", invite(&[("Call-ID", "a b")])),
        (400, "no contact in an INVITE", invite(&[("Contact", "-")])),
        (420, "unknown extension", invite(&[("+Require", "100rel, nothing")])),
        (420, "unknown extension of proxies", invite(&[("+Proxy-Require", "privacy")])),
        (501, "unknown method", request("DANCE", &[])),
        (505, "another version", with_start("INVITE sip:0312345678@192.0.2.1 SIP/7.0")),
        (400, "no version", with_start("INVITE sip:0312345678@192.0.2.1 HTTP/1.1")),
        (400, "several spaces", with_start("INVITE  sip:0312345678@192.0.2.1 SIP/2.0")),
        (400, "trailing space", with_start("INVITE sip:0312345678@192.0.2.1 SIP/2.0 ")),
        (400, "address in angle brackets", with_start("INVITE <sip:0312345678@192.0.2.1> SIP/2.0")),
        (400, "address without scheme", with_start("INVITE 0312345678 SIP/2.0")),
        (416, "web address", with_start("INVITE http://192.0.2.1 SIP/2.0")),
        (416, "telephone address", with_start("INVITE tel:+81312345678 SIP/2.0")),
        (416, "nonsense address", with_start("INVITE nobodyKnows:thisScheme SIP/2.0")),
        (400, "line without colon", replaced("Max-Forwards: 70", b"Max-Forwards 70")),
        (400, "name that is no token", replaced("Max-Forwards:", b"Max Forwards:")),
        (400, "bytes that are not UTF-8", replaced("Contact: <sip:a", b"Contact: \xff<sip:a")),
        (400, "nothing between lines", replaced("70", b"70\r\nX: a\0b")),
        (400, "escape in a value", replaced("70", b"70\r\nX: \x1b[2J")),
        (400, "line feed alone", replaced("Max-Forwards: 70\r\n", b"Max-Forwards: 70\n")),
        (400, "no empty line", invite(&[]).strip_suffix(b"\r\n").unwrap().to_vec()),
        (400, "too many headers", invite(&vec![("+X", "1"); 100])),
        (400, "via that is none", invite(&[("+Via", "somewhere")])),
        (513, "longer than the stack takes", invite(&[("+X", &"x".repeat(9000))])),
        (400, "header line too long", invite(&[("+X", &"x".repeat(5000))])),
    ];
    for (code, what, datagram) in table {
        assert_eq!(answered(&datagram).code, code, "{what}");
    }
}

#[test]
fn legal_forms_pass() {
    let sdp = "v=0";
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("plain", invite(&[])),
        (
            "several vias",
            invite(&[
                ("+Via", "SIP/2.0/TCP h:5060;branch=z9hG4bK0"),
                ("+v", "SIP/2.0/UDP g"),
            ]),
        ),
        (
            "vias in one line",
            invite(&[(
                "Via",
                "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2",
            )]),
        ),
        (
            "compact names",
            invite(&[
                ("From", "-"),
                ("+f", "<sip:a@h>;tag=1"),
                ("Call-ID", "-"),
                ("+i", "c"),
            ]),
        ),
        (
            "folding",
            replaced("<sip:a@192.0.2.7>;tag=1", b"<sip:a@192.0.2.7>\r\n ;tag=1"),
        ),
        (
            "no branch cookie",
            invite(&[("Via", "SIP/2.0/UDP h;branch=1")]),
        ),
        (
            "spaces around the colon",
            replaced("Max-Forwards: 70", b"Max-Forwards \t:  70"),
        ),
        ("odd case", replaced("Max-Forwards", b"mAX-fORWARDS")),
        (
            "IPv6 via",
            invite(&[("Via", "SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1")]),
        ),
        ("no hop count", invite(&[("Max-Forwards", "-")])),
        ("no length", invite(&[("Content-Length", "-")])),
        (
            "Japanese display name",
            invite(&[("From", "\"佐藤\" <sip:a@h>;tag=1")]),
        ),
        (
            "quoted comma",
            invite(&[("From", "\"a, <b\" <sip:a@h>;tag=1")]),
        ),
        ("tag without brackets", invite(&[("From", "sip:a@h;tag=1")])),
        (
            "ACK with an extension",
            request("ACK", &[("+Require", "x")]),
        ),
        ("unknown header", invite(&[("+X-Any", "thing")])),
        ("keep-alive", b"\r\n\r\n".to_vec()),
        (
            "sips",
            with_start("INVITE sips:0312345678@192.0.2.1 SIP/2.0"),
        ),
    ];
    for (what, datagram) in table {
        let bytes = datagram.len();
        assert_eq!(inspect(&datagram), Verdict::Pass { bytes }, "{what}");
    }
    let mut longer = invite(&[("Content-Length", "3")]);
    longer.extend_from_slice(sdp.as_bytes());
    let bytes = longer.len();
    longer.extend_from_slice(b"what came behind");
    assert_eq!(
        inspect(&longer),
        Verdict::Pass { bytes },
        "the rest of the datagram is cut off"
    );
}

#[test]
fn an_ack_and_an_answer_are_never_answered() {
    assert!(matches!(
        inspect(&request("ACK", &[("CSeq", "x")])),
        Verdict::Drop(_)
    ));
    for start in [
        "SIP/2.0 99 Low",
        "SIP/2.0 700 High",
        "SIP/2.0 4294967501 Big",
        "SIP/7.0 200 OK",
        "SIP/2.0 2OO OK",
    ] {
        assert!(
            matches!(inspect(&with_start(start)), Verdict::Drop(_)),
            "{start}"
        );
    }
    let twice = String::from_utf8(with_start("SIP/2.0 200 OK"))
        .unwrap()
        .replace("CSeq", "CSeq: 1 INVITE\r\nCSeq");
    assert!(matches!(inspect(twice.as_bytes()), Verdict::Drop(_)));
    assert!(matches!(
        inspect(&with_start("SIP/2.0 200 OK")),
        Verdict::Pass { .. }
    ));
}

#[test]
fn what_has_no_usable_way_back_is_dropped() {
    let many = vec![("+Via", "SIP/2.0/UDP h;branch=z9hG4bK2"); 20];
    assert!(matches!(inspect(&invite(&many)), Verdict::Drop(_)));
    assert!(matches!(
        inspect(&invite(&[("Via", "-"), ("CSeq", "x")])),
        Verdict::Drop(_)
    ));
    assert!(matches!(inspect(b"hello"), Verdict::Drop(_)));
    assert!(matches!(inspect(&[0xff; 100]), Verdict::Drop(_)));
}

#[test]
fn a_refusal_goes_back_where_it_came_from_and_repeats_itself() {
    let source: SocketAddr = SOURCE.parse().unwrap();
    let reply = answered(&invite(&[
        ("Max-Forwards", "0"),
        ("+Via", "SIP/2.0/UDP b;branch=z9hG4bK2"),
    ]));
    let text = String::from_utf8(reply.to_bytes(source)).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "SIP/2.0 483 Too Many Hops");
    assert_eq!(
        lines[1],
        "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1;received=192.0.2.7;rport=40000"
    );
    assert_eq!(lines[2], "Via: SIP/2.0/UDP b;branch=z9hG4bK2");
    assert!(text.contains("To: <sip:0312345678@192.0.2.1>;tag="));
    assert_eq!(reply.destination(source), source);
    assert_eq!(text, String::from_utf8(reply.to_bytes(source)).unwrap());
    assert!(matches!(inspect(text.as_bytes()), Verdict::Pass { .. }));
}

#[test]
fn without_rport_a_refusal_goes_to_the_named_port_of_the_source() {
    let source: SocketAddr = SOURCE.parse().unwrap();
    for (via, port) in [
        ("SIP/2.0/UDP 203.0.113.9:5099;branch=z9hG4bK1", 5099),
        ("SIP/2.0/UDP h;branch=z9hG4bK1", 5060),
    ] {
        let reply = answered(&invite(&[("Via", via), ("Max-Forwards", "0")]));
        assert_eq!(
            reply.destination(source),
            SocketAddr::new(source.ip(), port)
        );
    }
}

#[test]
fn refusals_say_what_is_known() {
    let source = SOURCE.parse().unwrap();
    let text = |datagram: &[u8]| String::from_utf8(answered(datagram).to_bytes(source)).unwrap();
    assert!(text(&request("DANCE", &[])).contains("\r\nAllow: INVITE, ACK, "));
    assert!(text(&invite(&[("+Require", "a,b")])).contains("\r\nUnsupported: a, b\r\n"));
}

#[test]
fn an_address_is_told_from_brackets_in_quotes() {
    let baresip = "<sip:usr_a-0x55@192.0.2.7:5070>;expires=60;+sip.instance=\"<urn:uuid:1>\"";
    assert_eq!(address(baresip), Some("sip:usr_a-0x55@192.0.2.7:5070"));
    assert_eq!(parameter(baresip, "expires"), Some("60"));
    assert_eq!(
        address("\"a <b> \\\" <c\" <sip:d@h>;tag=1"),
        Some("sip:d@h")
    );
    assert_eq!(
        parameter("\"a;tag=0\" <sip:d@h;tag=2>;tag=1", "tag"),
        Some("1")
    );
    for broken in ["", "<sip:a@h", "\"a <sip:a@h>", "a <"] {
        assert_eq!(address(broken), None, "{broken:?}");
    }
}
