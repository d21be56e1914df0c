//! Session descriptions: what is taken, what is refused, what we answer.

use sip::sdp::{answer, offer, parse, Codec, Direction, Local, Unusable, SDP_BYTES_MAX};

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n";

fn local() -> Local {
    Local {
        address: "192.0.2.1:20000".parse().unwrap(),
        session: 5,
        version: 2,
    }
}

fn changed(from: &str, to: &str) -> Vec<u8> {
    assert!(OFFER.contains(from), "{from}");
    OFFER.replace(from, to).into_bytes()
}

#[test]
fn an_offer_is_read() {
    let audio = parse(OFFER.as_bytes()).unwrap().audio;
    assert_eq!(audio.address, "192.0.2.7:4000".parse().unwrap());
    assert_eq!(
        (audio.codec, audio.events, audio.direction),
        (Codec::Pcma, Some(101), Direction::SendRecv)
    );
}

#[test]
fn the_answer_takes_the_first_known_codec_and_the_offered_events() {
    let text = answer(local(), &parse(OFFER.as_bytes()).unwrap());
    assert!(text.contains("m=audio 20000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"));
    assert!(text.contains("o=sasayaki 5 2 IN IP4 192.0.2.1\r\n"));
    assert!(text.contains("a=ptime:20\r\na=sendrecv\r\n"));
    let audio = parse(text.as_bytes()).unwrap().audio;
    assert_eq!((audio.codec, audio.events), (Codec::Pcma, Some(101)));
}

#[test]
fn without_offered_events_the_answer_has_none() {
    let text = answer(
        local(),
        &parse(&changed(" 101\r\na=rtpmap:101 telephone-event/8000", "")).unwrap(),
    );
    assert!(text.contains("m=audio 20000 RTP/AVP 8\r\n"));
    assert!(!text.contains("telephone-event"));
}

#[test]
fn directions_are_mirrored() {
    let table = [
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
        ("sendrecv", "sendrecv"),
    ];
    for (offered, answered) in table {
        for offer in [
            format!("{OFFER}a={offered}\r\n").into_bytes(),
            changed("t=0 0", &format!("t=0 0\r\na={offered}")),
        ] {
            let text = answer(local(), &parse(&offer).unwrap());
            assert!(
                text.ends_with(&format!("a={answered}\r\n")),
                "{offered}: {text}"
            );
        }
    }
    let held = parse(&changed("c=IN IP4 192.0.2.7", "c=IN IP4 0.0.0.0")).unwrap();
    assert_eq!(held.audio.direction, Direction::Inactive);
}

#[test]
fn other_streams_keep_their_place_and_are_refused() {
    let offer = changed(
        "m=audio",
        "m=video 5000 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\nm=audio",
    );
    let text = answer(local(), &parse(&offer).unwrap());
    let streams: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        streams,
        [
            "m=video 0 RTP/AVP 96",
            "m=audio 0 RTP/AVP 0",
            "m=audio 20000 RTP/AVP 8 101"
        ]
    );
}

#[test]
fn the_streams_own_address_wins() {
    let offer = changed(
        "m=audio 4000 RTP/AVP 8 0 101",
        "m=audio 4000 RTP/AVP 8 0 101\r\nc=IN IP4 192.0.2.9",
    );
    assert_eq!(parse(&offer).unwrap().audio.address.ip().octets()[3], 9);
}

#[test]
fn what_is_no_description_is_malformed() {
    let table = [
        ("empty", Vec::new()),
        ("no version", changed("v=0", "v=1")),
        ("not UTF-8", [OFFER.as_bytes(), &[0xff]].concat()),
        ("no origin", changed("o=- 1 1 IN IP4 192.0.2.7\r\n", "")),
        ("two origins", changed("s=-", "o=- 1 1 IN IP4 192.0.2.7")),
        ("line without sign", changed("s=-", "s")),
        ("long line name", changed("s=-", "subject=-")),
        ("bad port", changed("4000", "x")),
        ("port past 65535", changed("4000", "70000")),
        ("port range", changed("4000", "4000/2")),
        (
            "short stream line",
            changed("m=audio 4000 RTP/AVP 8 0 101", "m=audio 4000"),
        ),
        ("payload type past 255", changed("8 0 101", "8 0 256")),
        (
            "bad map",
            changed("rtpmap:101 telephone-event/8000", "rtpmap:x"),
        ),
        ("no address", changed("c=IN IP4 192.0.2.7\r\n", "")),
        ("control character", changed("s=-", "s=\u{7}")),
        (
            "too many streams",
            changed(
                "m=audio",
                &"m=video 1 RTP/AVP 96\r\n"
                    .repeat(8)
                    .replace("m=video 1 RTP/AVP 96\r\nm=audio", "m=audio"),
            )
            .into_iter()
            .chain(*b"m=audio 4 RTP/AVP 0\r\n")
            .collect(),
        ),
        (
            "too long",
            format!("{OFFER}a={}\r\n", "x".repeat(SDP_BYTES_MAX)).into_bytes(),
        ),
    ];
    for (what, body) in table {
        assert!(
            matches!(parse(&body), Err(Unusable::Malformed(_))),
            "{what}"
        );
    }
}

#[test]
fn what_we_cannot_take_is_not_acceptable() {
    let table = [
        ("no stream", changed("m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n", "")),
        ("other codec", changed("8 0 101", "9 18 101")),
        ("encrypted", changed("RTP/AVP", "RTP/SAVP")),
        ("refused stream", changed("4000", "0")),
        ("IPv6", changed("c=IN IP4 192.0.2.7", "c=IN IP6 2001:db8::1")),
        ("name for an address", changed("c=IN IP4 192.0.2.7", "c=IN IP4 phone.example")),
        ("multicast", changed("c=IN IP4 192.0.2.7", "c=IN IP4 224.0.0.1")),
        ("broadcast", changed("c=IN IP4 192.0.2.7", "c=IN IP4 255.255.255.255")),
        ("well-known port", changed("4000", "53")),
        ("other frames", changed("ptime:20", "ptime:30")),
        ("number with another meaning", changed("a=ptime:20", "a=rtpmap:8 G729/8000\r\na=rtpmap:0 L16/8000")),
    ];
    for (what, body) in table {
        assert!(
            matches!(parse(&body), Err(Unusable::NotAcceptable(_))),
            "{what}: {:?}",
            parse(&body)
        );
    }
}

#[test]
fn our_offer_names_the_preferred_codec_first() {
    for (preferred, formats) in [(Codec::Pcmu, "0 8 101"), (Codec::Pcma, "8 0 101")] {
        let text = offer(local(), preferred, Direction::SendRecv);
        assert!(text.contains(&format!("m=audio 20000 RTP/AVP {formats}\r\n")));
        assert_eq!(parse(text.as_bytes()).unwrap().audio.codec, preferred);
    }
}
