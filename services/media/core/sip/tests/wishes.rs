//! What phones ask for within a call: keys by INFO, transfers by REFER.

use proptest::prelude::*;
use sip::info::{self, Info};
use sip::refer::{self, Replaces};

/// A host that is known by two addresses.
fn own() -> [String; 2] {
    ["192.0.2.1:15060", "203.0.113.7:15060"].map(str::to_owned)
}

#[test]
fn a_key_is_read_from_both_kinds_of_body() {
    let relay = "application/dtmf-relay";
    let table = [
        (relay, "Signal=5\r\nDuration=160\r\n", Info::Key('5')),
        (relay, "Duration=160\nSignal= #", Info::Key('#')),
        (relay, "signal=10", Info::Key('*')),
        (
            "Application/DTMF-Relay; charset=x",
            "Signal=d\r\n",
            Info::Key('D'),
        ),
        ("application/dtmf", "7", Info::Key('7')),
        ("application/dtmf", "11\r\n", Info::Key('#')),
        (relay, "", Info::Malformed),
        (relay, "Signal", Info::Malformed),
        (relay, "Signal=55", Info::Malformed),
        (relay, "Signal=E", Info::Malformed),
        (relay, "Signal=!", Info::Malformed),
        (relay, "Signal=1\r\nSignal=2", Info::Malformed),
        (relay, "Signal=1\r\nDuration=-1", Info::Malformed),
        ("application/dtmf", "16", Info::Malformed),
        ("application/dtmf", "", Info::Malformed),
        ("application/sdp", "v=0", Info::Unknown),
        ("text/plain", "5", Info::Unknown),
    ];
    for (kind, body, expected) in table {
        assert_eq!(
            info::read(Some(kind), body.as_bytes()),
            expected,
            "{kind} {body:?}"
        );
    }
    assert_eq!(info::read(None, b""), Info::Empty);
    assert_eq!(info::read(None, b"5"), Info::Unknown);
    assert_eq!(info::read(Some(relay), &[b'1'; 300]), Info::Malformed);
}

fn wish(value: &str) -> Option<refer::Wish> {
    refer::read(&[value.to_owned()], &own())
}

#[test]
fn a_target_is_read_and_told_apart_by_its_host() {
    let table = [
        ("<sip:usr_b@192.0.2.1:15060>", "usr_b", true),
        ("sip:usr_b@192.0.2.1", "usr_b", true),
        ("<sip:usr_b@203.0.113.7:15060>", "usr_b", true),
        (
            "\"Bo\" <sips:usr%5Fb@192.0.2.1:15060;transport=tcp>",
            "usr_b",
            true,
        ),
        (
            "<sip:+81312345678;phone-context=x@192.0.2.1>",
            "+81312345678",
            true,
        ),
        ("<tel:+81312345678;ext=1>", "+81312345678", true),
        ("<sip:usr_b@192.0.2.1:5060>", "usr_b", false),
        ("<sip:0010131255500@evil.example>", "0010131255500", false),
        (
            "<sip:usr_b@192.0.2.1@evil.example>",
            "usr_b@192.0.2.1",
            false,
        ),
    ];
    for (value, target, ours) in table {
        let read = wish(value).unwrap_or_else(|| panic!("unread {value}"));
        assert_eq!((read.target.as_str(), read.ours), (target, ours), "{value}");
        assert_eq!(read.replaces, None);
    }
}

#[test]
fn an_attended_transfer_names_the_other_call() {
    let read =
        wish("<sip:usr_b@192.0.2.1?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>")
            .unwrap();
    let expected = Replaces {
        call_id: "a@b".to_owned(),
        to_tag: "1".to_owned(),
        from_tag: "2".to_owned(),
    };
    assert_eq!(read.replaces, Some(expected));
    assert_eq!(
        wish("<sip:usr_b@192.0.2.1?Replaces=a%3Bto-tag%3D1>"),
        None,
        "half of it"
    );
}

#[test]
fn what_names_nobody_or_several_is_no_wish() {
    for value in [
        "",
        "<sip:192.0.2.1>",
        "<http://a@b>",
        "<sip:@192.0.2.1>",
        "<sip:a%00@b>",
        "<sip:a%zz@b>",
    ] {
        assert_eq!(wish(value), None, "{value}");
    }
    assert_eq!(wish(&format!("<sip:{}@192.0.2.1>", "1".repeat(65))), None);
    assert_eq!(refer::read(&[], &own()), None);
    let twice = [
        "<sip:a@192.0.2.1>".to_owned(),
        "<sip:b@192.0.2.1>".to_owned(),
    ];
    assert_eq!(refer::read(&twice, &own()), None);
}

#[test]
fn a_notice_goes_on_until_its_last_word() {
    assert_eq!(
        refer::notice(100),
        ("SIP/2.0 100 Trying\r\n".to_owned(), "active;expires=60")
    );
    let (body, state) = refer::notice(486);
    assert_eq!(
        (body.as_str(), state),
        ("SIP/2.0 486 Busy Here\r\n", "terminated;reason=noresource")
    );
}

proptest! {
    #[test]
    fn no_bytes_bring_the_readers_down(kind in ".{0,40}", body in prop::collection::vec(any::<u8>(), 0..300), to in ".{0,200}") {
        info::read(Some(&kind), &body);
        info::read(Some("application/dtmf-relay"), &body);
        if let Some(read) = wish(&to) {
            prop_assert!(read.target.chars().count() <= refer::TARGET_MAX);
        }
    }
}
