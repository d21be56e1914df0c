//! Where phones are: bindings, their expiry and their caps.

use sip::flow::Flow;
use sip::location::{Change, Location, Refused, Registration, BINDINGS_MAX, EXPIRES_S_MAX};
use sip::merged::{Merged, REQUESTS_MAX};
use sip::number;

const PHONE: &str = "sip:usr_a@192.0.2.7:5070";

fn asked<'a>(cseq: u64, contacts: &[(&'a str, u64)]) -> Registration<'a> {
    Registration {
        call_id: "c1",
        cseq,
        flow: Flow::udp("192.0.2.7:40000".parse().unwrap()),
        change: Change::Set(contacts.to_vec()),
    }
}

#[test]
fn a_registered_phone_is_found_until_it_expires() {
    let mut location = Location::default();
    location
        .register(0, "usr_a", &asked(1, &[(PHONE, 60)]))
        .unwrap();
    let found = location.lookup(59_999, "usr_a");
    assert_eq!(
        (found[0].contact.as_str(), found[0].flow.address.port()),
        (PHONE, 40_000)
    );
    assert!(location.lookup(60_000, "usr_a").is_empty());
    location.expire(60_000);
    assert!(location.is_empty());
}

#[test]
fn who_comes_to_have_a_phone_and_who_has_none_any_more_is_told_once() {
    let mut location = Location::default();
    let register = |location: &mut Location, cseq, expires_s| {
        let registration = asked(cseq, &[(PHONE, expires_s)]);
        location.register(0, "usr_a", &registration).unwrap();
    };
    let told = |has: bool| vec![("usr_a".to_owned(), has)];
    register(&mut location, 1, 60);
    register(&mut location, 2, 90);
    assert_eq!(location.take_changed(), told(true));
    register(&mut location, 3, 0);
    register(&mut location, 4, 0);
    assert_eq!(location.take_changed(), told(false));
    register(&mut location, 5, 60);
    location.take_changed();
    assert_eq!(location.users().collect::<Vec<_>>(), ["usr_a"]);
    location.expire(60_000);
    location.expire(60_001);
    assert_eq!(location.take_changed(), told(false));
    register(&mut location, 6, 60);
    location.take_changed();
    let way = location.lookup(0, "usr_a")[0].flow;
    assert_eq!(location.lose(way), 1);
    assert_eq!(location.take_changed(), told(false));
}

#[test]
fn the_latest_phone_comes_first_and_a_refresh_moves_no_other() {
    let mut location = Location::default();
    location
        .register(0, "usr_a", &asked(1, &[(PHONE, 60)]))
        .unwrap();
    location
        .register(0, "usr_a", &asked(2, &[("sip:usr_a@192.0.2.8", 60)]))
        .unwrap();
    let contacts: Vec<String> = location
        .lookup(1, "usr_a")
        .into_iter()
        .map(|binding| binding.contact)
        .collect();
    assert_eq!(contacts, ["sip:usr_a@192.0.2.8", PHONE]);
    location
        .register(1, "usr_a", &asked(3, &[(PHONE, 60)]))
        .unwrap();
    assert_eq!(location.lookup(1, "usr_a")[0].contact, PHONE);
}

#[test]
fn a_phone_leaves_alone_or_with_all_others() {
    let mut location = Location::default();
    location
        .register(
            0,
            "usr_a",
            &asked(1, &[(PHONE, 60), ("sip:usr_a@192.0.2.8", 60)]),
        )
        .unwrap();
    location
        .register(0, "usr_a", &asked(2, &[(PHONE, 0)]))
        .unwrap();
    assert_eq!(location.lookup(1, "usr_a").len(), 1);
    let clear = Registration {
        change: Change::Clear,
        ..asked(3, &[])
    };
    assert!(location.register(0, "usr_a", &clear).unwrap().is_empty());
    assert!(location.is_empty());
}

#[test]
fn a_query_changes_nothing() {
    let mut location = Location::default();
    location
        .register(0, "usr_a", &asked(1, &[(PHONE, 60)]))
        .unwrap();
    let query = Registration {
        change: Change::Query,
        ..asked(2, &[])
    };
    assert_eq!(location.register(0, "usr_a", &query).unwrap().len(), 1);
    assert!(location.register(0, "usr_b", &query).unwrap().is_empty());
    assert_eq!(location.len(), 1);
}

#[test]
fn a_refused_register_changes_nothing() {
    let mut location = Location::default();
    location
        .register(0, "usr_a", &asked(5, &[(PHONE, 60)]))
        .unwrap();
    let many: Vec<String> = (0..=BINDINGS_MAX)
        .map(|at| format!("sip:usr_a@192.0.2.{at}"))
        .collect();
    let many: Vec<(&str, u64)> = many.iter().map(|contact| (contact.as_str(), 60)).collect();
    let table = [
        (
            Refused::TooBrief,
            asked(6, &[("sip:new@h", 60), (PHONE, 1)]),
        ),
        (Refused::TooMany, asked(6, &many)),
        (Refused::BadContact, asked(6, &[("http://h", 60)])),
        (Refused::BadContact, asked(6, &[("sip:a b@h", 60)])),
        (Refused::OutOfOrder, asked(5, &[(PHONE, 60)])),
        (
            Refused::OutOfOrder,
            Registration {
                change: Change::Clear,
                ..asked(4, &[])
            },
        ),
    ];
    for (refused, registration) in table {
        assert_eq!(location.register(0, "usr_a", &registration), Err(refused));
    }
    assert_eq!(location.lookup(0, "usr_a").len(), 1);
}

#[test]
fn no_validity_is_longer_than_granted() {
    let mut location = Location::default();
    let bindings = location
        .register(0, "usr_a", &asked(1, &[(PHONE, u64::from(u32::MAX))]))
        .unwrap();
    assert_eq!(bindings[0].expires_ms, EXPIRES_S_MAX * 1000);
}

#[test]
fn a_request_that_comes_by_two_ways_is_seen() {
    let mut merged = Merged::default();
    assert!(!merged.seen(0, "c", "t", "1 INVITE", "b1"));
    assert!(
        !merged.seen(1, "c", "t", "1 INVITE", "b1"),
        "a repeat is no second way"
    );
    assert!(merged.seen(2, "c", "t", "1 INVITE", "b2"));
    assert!(!merged.seen(2, "c", "t", "2 INVITE", "b2"));
    assert!(
        !merged.seen(40_000, "c", "t", "1 INVITE", "b2"),
        "forgotten after its transaction"
    );
    for number in 0..2 * REQUESTS_MAX {
        merged.seen(40_001, &number.to_string(), "t", "1 INVITE", "b");
    }
    assert_eq!(merged.len(), REQUESTS_MAX);
}

#[test]
fn dialled_numbers_become_e164() {
    for dialled in ["0312345678", "81312345678", "+81312345678"] {
        assert_eq!(
            number::normalised(dialled).as_deref(),
            Some("+81312345678"),
            "{dialled}"
        );
    }
    for dialled in [
        "",
        "0",
        "+",
        "81",
        "+81",
        "010131234567",
        "+13125550000",
        "312345678",
        "03-1234-5678",
        "０３１２",
        "usr_a",
        "+810312345678",
        "0312345678901234",
    ] {
        assert_eq!(number::normalised(dialled), None, "{dialled}");
    }
}

#[test]
fn a_withheld_number_is_empty_and_a_long_one_cut() {
    assert_eq!(number::caller("Anonymous"), "");
    assert_eq!(number::caller(&"9".repeat(70)).len(), 64);
}

#[test]
fn a_lost_connection_takes_its_phones_and_no_others_along() {
    let mut location = Location::default();
    let gone = Flow::tcp("192.0.2.7:40000".parse().unwrap());
    let mut over_tcp = asked(2, &[("sip:usr_a@192.0.2.7:5070;transport=tcp", 60)]);
    over_tcp.flow = gone;
    location
        .register(0, "usr_a", &asked(1, &[(PHONE, 60)]))
        .unwrap();
    location.register(0, "usr_a", &over_tcp).unwrap();
    assert!(location.is_way(1, gone));
    assert_eq!(location.lose(gone), 1);
    assert!(!location.is_way(1, gone));
    let left = location.lookup(1, "usr_a");
    assert_eq!((left.len(), left[0].contact.as_str()), (1, PHONE));
    assert_eq!(location.lose(gone), 0);
}
