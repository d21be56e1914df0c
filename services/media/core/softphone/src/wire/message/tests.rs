//! Messages of other telephones, whole and broken.

use super::*;

const INVITE: &str = "INVITE sip:op@127.0.0.1:5090 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\n\
    Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK0\r\nf: \"A; B\" <sip:a@h;x=1>;tag=abc\r\nt: <sip:op@h>\r\n\
    i: one@h\r\nCSeq: 7 INVITE\r\nSubject: folded\r\n  here\r\nl: 3\r\n\r\nabcdef";

#[test]
fn compact_names_folding_and_surplus_bytes_are_understood() {
    let message = Message::parse(INVITE.as_bytes()).unwrap();
    assert_eq!(message.method(), Some("INVITE"));
    assert_eq!(message.branch(), Some("z9hG4bK1"));
    assert_eq!(
        parameter(message.header("From").unwrap(), "tag"),
        Some("abc")
    );
    assert_eq!(message.to_tag(), None);
    assert_eq!(message.cseq(), Some((7, "INVITE")));
    assert_eq!(message.header("subject"), Some("folded here"));
    assert_eq!(message.body, "abc");
}

#[test]
fn a_response_keeps_the_vias_in_order_and_tags_the_to() {
    let request = Message::parse(INVITE.as_bytes()).unwrap();
    let response = Message::parse(&Message::response(&request, 180, "mine").to_bytes()).unwrap();
    assert_eq!(response.all("Via").count(), 2);
    assert_eq!(response.branch(), Some("z9hG4bK1"));
    assert_eq!(response.to_tag(), Some("mine"));
    assert_eq!(response.code(), Some(180));
}

#[test]
fn broken_messages_are_refused_with_their_fault() {
    let refused = |text: &str| Message::parse(text.as_bytes()).unwrap_err();
    assert_eq!(refused("hello"), "headers have no end");
    assert_eq!(
        refused("A b C\r\n\r\n"),
        "neither a request nor a response of SIP/2.0"
    );
    assert_eq!(
        refused("SIP/2.0 99 x\r\n\r\n"),
        "status code is out of range"
    );
    assert_eq!(
        refused(&INVITE.replace("l: 3", "l: 99")),
        "body is shorter than its Content-Length"
    );
    assert_eq!(
        refused(&INVITE.replace("CSeq: 7 INVITE\r\n", "")),
        "a header that every message has is missing"
    );
    assert_eq!(
        refused(&INVITE.replace("l: 3", "nonsense")),
        "header line without a colon"
    );
}

#[test]
fn addresses_and_users_are_taken_from_uris() {
    assert_eq!(
        uri_of("\"x\" <sip:a@1.2.3.4:7;lr>;tag=1"),
        "sip:a@1.2.3.4:7;lr"
    );
    assert_eq!(user_of("<sip:0312345678@h>"), "0312345678");
    assert_eq!(user_of("sip:1.2.3.4"), "");
    assert_eq!(
        address_of("sip:a@1.2.3.4:7;lr"),
        Some("1.2.3.4:7".parse().unwrap())
    );
    assert_eq!(
        address_of("sip:1.2.3.4"),
        Some("1.2.3.4:5060".parse().unwrap())
    );
    assert_eq!(address_of("sip:a@example.com"), None);
}
