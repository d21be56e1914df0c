//! A softphone and a server that is played by hand, datagram by datagram.

mod harness;

use std::fmt::Write;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use harness::{story, Softphone};
use serde_json::json;
use sha2::{Digest, Sha256};

struct Server(UdpSocket);

impl Server {
    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        Self(socket)
    }

    fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    fn next(&self) -> (String, SocketAddr) {
        let mut buffer = [0; 4000];
        let (length, from) = self.0.recv_from(&mut buffer).unwrap();
        (String::from_utf8(buffer[..length].to_vec()).unwrap(), from)
    }

    fn answer(&self, request: &str, to: SocketAddr, status: &str, more: &str) {
        let kept = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];
        let mut text = format!("SIP/2.0 {status}\r\n");
        for line in request
            .lines()
            .filter(|line| kept.iter().any(|name| line.starts_with(name)))
        {
            text += line;
            text += if line.starts_with("To:") && !line.contains("tag=") {
                ";tag=srv\r\n"
            } else {
                "\r\n"
            };
        }
        self.0
            .send_to(
                format!("{text}{more}Content-Length: 0\r\n\r\n").as_bytes(),
                to,
            )
            .unwrap();
    }
}

fn value<'a>(header: &'a str, name: &str) -> &'a str {
    let (_, rest) = header.split_once(&format!("{name}=")).unwrap();
    rest.split([',', '\r']).next().unwrap().trim_matches('"')
}

fn sha(text: &str) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(text) {
        write!(digits, "{byte:02x}").unwrap();
    }
    digits
}

const CHALLENGE: &str =
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n";

#[test]
fn a_phone_registers_with_sha_256_and_takes_it_back_at_the_end() {
    let server = Server::start();
    let mut softphone = Softphone::start();
    let account =
        json!({"user": "usr_1", "secret": "geheim", "server": server.address(), "register": true});
    softphone.phone("a", &account);
    let (first, from) = server.next();
    assert!(first.starts_with("REGISTER sip:127.0.0.1:") && !first.contains("Authorization"));
    server.answer(&first, from, "401 Unauthorized", CHALLENGE);
    let (second, from) = server.next();
    let header = second
        .lines()
        .find(|line| line.starts_with("Authorization:"))
        .unwrap();
    let uri = value(header, "uri");
    let (one, two) = (sha("usr_1:r:geheim"), sha(&format!("REGISTER:{uri}")));
    let expected = sha(&format!(
        "{one}:n1:00000001:{}:auth:{two}",
        value(header, "cnonce")
    ));
    assert_eq!(value(header, "response"), expected);
    assert_eq!(
        (value(header, "username"), value(header, "algorithm")),
        ("usr_1", "SHA-256")
    );
    server.answer(&second, from, "200 OK", "Expires: 60\r\n");
    assert_eq!(softphone.until("registered", "a")["expires_s"], 60);
    let ending = std::thread::spawn(move || softphone.finish());
    let (third, from) = server.next();
    assert!(third.contains("Expires: 0\r\n") && third.contains("nc=00000002"));
    server.answer(&third, from, "200 OK", "");
    let (code, events) = ending.join().unwrap();
    assert_eq!(
        (code, story(&events, "a").last().unwrap().as_str()),
        (0, "deregistered")
    );
}

#[test]
fn a_wrong_secret_is_tried_once() {
    let server = Server::start();
    let mut softphone = Softphone::start();
    softphone.phone(
        "a",
        &json!({"secret": "wrong", "server": server.address(), "register": true}),
    );
    for _ in 0..2 {
        let (request, from) = server.next();
        server.answer(&request, from, "401 Unauthorized", CHALLENGE);
    }
    assert_eq!(softphone.until("register_failed", "a")["code"], 401);
    let (_, events) = softphone.finish();
    assert_eq!(story(&events, "a"), ["phone", "register_failed"]);
}

fn invite(server: &Server, phone: &str, more: &str) -> String {
    let here = server.address();
    let body = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n",
        server.0.local_addr().unwrap().port()
    );
    format!(
        "INVITE sip:a@{phone} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKi\r\nFrom: <sip:090@{here}>;tag=f\r\n\
         To: <sip:a@{phone}>\r\nCall-ID: call-7\r\nCSeq: 1 INVITE\r\nContact: <sip:srv@{here}>\r\n{more}\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_caller_that_asks_to_be_answered_at_once_is_and_the_contact_is_in_the_ledger() {
    let server = Server::start();
    let mut softphone = Softphone::start();
    let phone = softphone.phone("a", &json!({"answer_after_ms": 600_000}));
    let headers = "X-Sasayaki-Contact-Id: con_1\r\nCall-Info: <sip:x>;answer-after=0\r\n";
    server
        .0
        .send_to(invite(&server, &phone, headers).as_bytes(), &phone)
        .unwrap();
    assert!(server.next().0.starts_with("SIP/2.0 180"));
    let (ok, _) = server.next();
    assert!(ok.starts_with("SIP/2.0 200") && ok.contains("m=audio"));
    let ringing = softphone.until("ringing", "a");
    assert_eq!(
        (&ringing["contact_id"], &ringing["call"]),
        (&json!("con_1"), &json!("call-7"))
    );
    assert_eq!(ringing["from"], "090");
}

#[test]
fn an_answer_is_sent_again_until_it_is_acknowledged() {
    let server = Server::start();
    let mut softphone = Softphone::start();
    let phone = softphone.phone("a", &json!({"answer": "reject:480"}));
    let text = invite(&server, &phone, "");
    server.0.send_to(text.as_bytes(), &phone).unwrap();
    assert!(server.next().0.starts_with("SIP/2.0 180"));
    let (refusal, _) = server.next();
    assert!(refusal.starts_with("SIP/2.0 480"));
    assert_eq!(server.next().0, refusal);
    let to = refusal
        .lines()
        .find(|line| line.starts_with("To:"))
        .unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    let plain = head
        .lines()
        .filter(|line| !line.starts_with("To:") && !line.starts_with("Content"));
    let ack = plain
        .collect::<Vec<_>>()
        .join("\r\n")
        .replace("INVITE", "ACK")
        + "\r\n"
        + to
        + "\r\n\r\n";
    server.0.send_to(ack.as_bytes(), &phone).unwrap();
    assert_eq!(softphone.finish().0, 0);
}

#[test]
fn datagrams_that_are_no_sip_are_named_and_nothing_stops() {
    let server = Server::start();
    let mut softphone = Softphone::start();
    let phone = softphone.phone("a", &json!({}));
    for (bytes, fault) in [
        (&b"\xFF\xFE"[..], "message is not UTF-8"),
        (b"INVITE", "headers have no end"),
        (
            b"INVITE sip:x SIP/7.0\r\n\r\n",
            "neither a request nor a response of SIP/2.0",
        ),
    ] {
        server.0.send_to(bytes, &phone).unwrap();
        assert_eq!(softphone.until("error", "a")["message"], fault);
    }
    let options = invite(&server, &phone, "").replace("INVITE", "OPTIONS");
    server.0.send_to(options.as_bytes(), &phone).unwrap();
    assert!(server.next().0.starts_with("SIP/2.0 200"));
    let bye = invite(&server, &phone, "")
        .replace("INVITE", "BYE")
        .replace("\r\nCall-ID", ";tag=x\r\nCall-ID");
    server.0.send_to(bye.as_bytes(), &phone).unwrap();
    assert!(server.next().0.starts_with("SIP/2.0 481"));
}

#[test]
fn a_call_that_nobody_answers_ends_in_the_ledger_too() {
    let server = Server::start();
    let mut softphone = Softphone::start();
    softphone.phone("a", &json!({}));
    softphone.call("a", &server.address());
    assert!(server.next().0.starts_with("INVITE"));
    let (code, events) = softphone.finish();
    assert_eq!(code, 0);
    assert_eq!(
        story(&events, "a"),
        ["phone", "calling", "hungup", "rtp_summary"]
    );
}
