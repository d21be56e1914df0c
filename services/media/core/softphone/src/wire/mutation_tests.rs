//! Whatever arrives, no reader panics.

use super::digest::{Accepted, Account, Challenge};
use super::message::{address_of, parameter, uri_of, user_of, Message};
use super::{rtp, sdp};
use crate::clock::Random;

const ANSWER: &str = "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n\
    From: <sip:a@127.0.0.1>;tag=1\r\nTo: \"B\" <sip:b@127.0.0.1:5061;x=y>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\
    Contact: <sip:b@127.0.0.1:5061>;expires=60\r\n\
    WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"\r\nContent-Length: 96\r\n\r\n\
    v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly";

/// Flips, deletes, doubles and inserts a few bytes.
fn mutated(original: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() as u64) as usize;
        match random.below(4) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at.max(1)),
            2 => bytes.insert(at, b" \r\n:;<>=\"@,0"[random.below(12) as usize]),
            _ => {
                let piece = bytes[at..].to_vec();
                bytes.extend_from_slice(&piece);
            }
        }
        bytes.truncate(4000);
    }
    bytes
}

#[test]
fn mutated_sip_is_read_or_refused_but_never_a_panic() {
    let mut random = Random::seeded();
    for _ in 0..20_000 {
        let Ok(message) = Message::parse(&mutated(ANSWER.as_bytes(), &mut random)) else {
            continue;
        };
        for name in ["To", "Contact", "Via"] {
            let value = message.header(name).unwrap_or_default();
            let _ = (
                parameter(value, "tag"),
                user_of(value),
                address_of(uri_of(value)),
            );
        }
        let challenge = Challenge::choose(message.all("WWW-Authenticate"), Accepted::Any);
        if let Some(mut challenge) = challenge {
            let account = Account {
                user: "u",
                secret: "s",
            };
            assert!(challenge
                .answer(&account, "INVITE", "sip:x", "c")
                .starts_with("Digest "));
        }
        let _ = (message.cseq(), message.branch(), sdp::parse(&message.body));
        assert!(Message::response(&message, 200, "t")
            .to_bytes()
            .starts_with(b"SIP/2.0 200"));
    }
}

#[test]
fn mutated_rtp_is_read_or_refused_but_never_a_panic() {
    let mut random = Random::seeded();
    let packet = [
        0xB1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 5, 5, 5, 5, 42, 43, 0,
        2,
    ];
    for _ in 0..20_000 {
        let bytes = mutated(&packet, &mut random);
        if let Some((_, payload)) = rtp::parse(&bytes) {
            assert!(payload.len() + rtp::HEADER_BYTES <= bytes.len());
        }
    }
}
