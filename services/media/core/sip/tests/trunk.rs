//! Whose an INVITE is: a phone's, a trunk's, anybody's, a stranger's, or one under a false name.

use std::net::IpAddr;

use sip::flow::Flow;
use sip::trunk::{Block, Caller, Phones, Trunk, Trunks};

struct Known(&'static [(&'static str, &'static str)]);

impl Phones for Known {
    fn is_way(&self, flow: Flow) -> bool {
        self.0.iter().any(|(_, at)| flow == udp(at))
    }

    fn is_at(&self, user: &str, flow: Flow) -> bool {
        let mut known = self.0.iter();
        known.any(|(known, at)| *known == user && flow == udp(at))
    }

    fn knows(&self, user: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == user)
    }
}

const PHONES: Known = Known(&[
    ("usr_a", "192.0.2.7:5070"),
    ("usr_b", "192.0.2.8:5070"),
    ("usr_c", "192.0.2.8:5070"),
]);

fn udp(at: &str) -> Flow {
    Flow::udp(at.parse().unwrap())
}

fn trunks() -> Trunks {
    let mut first = Trunk::new("first", 10);
    first.sources = vec!["203.0.113.0/28".parse().unwrap()];
    let mut second = Trunk::new("second", 10);
    second.sources = vec![
        "2001:db8::/32".parse().unwrap(),
        "198.51.100.7".parse().unwrap(),
    ];
    second.outbound = Some(udp("198.51.100.7:5060"));
    Trunks {
        all: vec![first, second],
    }
}

fn who<'a>(trunks: &'a Trunks, from: &str, at: &str) -> Caller<'a> {
    trunks.caller(&PHONES, udp(at), from)
}

#[test]
fn without_trunks_everybody_may_call_but_under_no_users_name() {
    let none = Trunks::default();
    assert_eq!(who(&none, "+8190", "203.0.113.1:5060"), Caller::Anybody);
    for user in ["usr_a", "usr_without_a_phone"] {
        assert_eq!(who(&none, user, "203.0.113.1:5060"), Caller::Forged);
    }
}

#[test]
fn a_caller_who_shares_a_phones_address_is_what_the_list_says() {
    let mut trunks = trunks();
    assert_eq!(
        who(&Trunks::default(), "+8190", "192.0.2.7:5070"),
        Caller::Anybody
    );
    assert_eq!(who(&trunks, "+8190", "192.0.2.7:5070"), Caller::Forged);
    trunks.all[0].sources.push("192.0.2.0/24".parse().unwrap());
    assert_eq!(
        who(&trunks, "+8190", "192.0.2.7:5070"),
        Caller::Trunk(&trunks.all[0])
    );
    assert_eq!(who(&trunks, "usr_b", "192.0.2.7:5070"), Caller::Forged);
}

#[test]
fn with_trunks_only_they_and_our_phones_may_call() {
    let trunks = trunks();
    let table = [
        ("+8190", "203.0.113.15:5060", Caller::Trunk(&trunks.all[0])),
        ("+8190", "203.0.113.16:5060", Caller::Stranger),
        ("+8190", "198.51.100.7:9", Caller::Trunk(&trunks.all[1])),
        ("+8190", "198.51.100.8:5060", Caller::Stranger),
        ("+8190", "[2001:db8::7]:5060", Caller::Trunk(&trunks.all[1])),
        ("+8190", "[2001:db9::7]:5060", Caller::Stranger),
        ("usr_a", "192.0.2.7:5070", Caller::Phone),
        ("usr_b", "192.0.2.8:5070", Caller::Phone),
        ("usr_c", "192.0.2.8:5070", Caller::Phone),
    ];
    for (from, at, expected) in table {
        assert_eq!(who(&trunks, from, at), expected, "{from} at {at}");
    }
}

#[test]
fn a_phone_under_another_name_and_a_trunk_under_a_users_name_are_forgers() {
    let trunks = trunks();
    for (from, at) in [
        ("usr_b", "192.0.2.7:5070"),
        ("+8190", "192.0.2.7:5070"),
        ("usr_a", "192.0.2.7:5071"),
        ("usr_a", "203.0.113.1:5060"),
    ] {
        assert_eq!(who(&trunks, from, at), Caller::Forged, "{from} at {at}");
    }
    let other_way = Flow::tcp("192.0.2.7:5070".parse().unwrap());
    assert_eq!(trunks.caller(&PHONES, other_way, "usr_a"), Caller::Forged);
}

#[test]
fn the_way_out_is_the_first_trunk_that_has_one() {
    assert_eq!(trunks().outbound().unwrap().name, "second");
    assert_eq!(Trunks::default().outbound(), None);
    let at = "198.51.100.7:5060".parse().unwrap();
    assert_eq!(trunks().to(at).unwrap().name, "second");
}

#[test]
fn a_block_is_read_whole_or_refused() {
    for wrong in [
        "",
        "trunk.example",
        "1.2.3",
        "1.2.3.4/33",
        "1.2.3.4/",
        "::1/129",
        "1.2.3.4/-1",
    ] {
        assert!(wrong.parse::<Block>().is_err(), "{wrong:?}");
    }
    let everything: Block = "0.0.0.0/0".parse().unwrap();
    assert!(everything.contains("192.0.2.1".parse::<IpAddr>().unwrap()));
    assert!(!everything.contains("::1".parse::<IpAddr>().unwrap()));
    let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
    assert!("192.0.2.0/24".parse::<Block>().unwrap().contains(mapped));
}
