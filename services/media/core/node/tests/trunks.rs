//! Who may bring calls, under which name, and how a trunk that asks who we are is told.

mod support;

use std::fmt::Write as _;
use std::net::TcpListener;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{CallEnd, LegEnd, Place, Suspicion};
use sip::flow::Flow;
use sip::trunk::{Login, Trunk, Trunks};
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::{Message, Phone};
use support::stage::ended;
use support::wire::Wire;
use support::Node;

fn bringing(block: &str, calls_max: usize) -> Trunks {
    let mut trunk = Trunk::new("carrier", calls_max);
    trunk.sources = vec![block.parse().unwrap()];
    Trunks { all: vec![trunk] }
}

/// A node that calls out by a trunk over there, which asks who calls.
fn calling(flow: Flow) -> Node {
    let mut trunk = Trunk::new("carrier", 1);
    trunk.outbound = Some(flow);
    trunk.login = Some(Login {
        user: "centre".to_owned(),
        secret: "geheim".to_owned(),
    });
    Node::start_with(|settings| settings.trunks = Trunks { all: vec![trunk] })
}

fn place(contact_id: &str) -> Asked {
    Asked::Place(Place {
        contact_id: contact_id.to_owned(),
        number: "+819012345678".to_owned(),
        from_number: NUMBER.to_owned(),
        ring_ms_max: 5_000,
        record_after_guidance: false,
    })
}

fn challenge(carrier: &Phone, invite: &Message, algorithm: &str) {
    let mut text = String::from("SIP/2.0 407 Proxy Authentication Required\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let tag = if name == "To" { ";tag=q" } else { "" };
        write!(text, "{name}: {}{tag}\r\n", invite.header(name)).unwrap();
    }
    write!(
        text,
        "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm={algorithm}, qop=\"auth\"\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .unwrap();
    carrier.sip.send(text.as_bytes(), invite.from);
    carrier.expect("ACK ");
}

fn suspected(desk: &mut Desk) -> (Suspicion, String) {
    match desk.what() {
        What::Suspected(told) => (told.suspicion(), told.trunk),
        other => panic!("no suspicion: {other:?}"),
    }
}

#[test]
fn who_is_on_no_trunks_list_is_turned_away_and_told_of() {
    let node = Node::start_with(|settings| settings.trunks = bringing("203.0.113.0/28", 4));
    let mut desk = Desk::open(&node);
    let stranger = Phone::new(&node, "+8190");
    for dialled in [NUMBER, "0010131255500"] {
        let mut dialog = stranger.invite(dialled);
        stranger.finish(&mut dialog, 403);
    }
    assert_eq!(
        suspected(&mut desk),
        (Suspicion::UnknownPeer, String::new())
    );
    assert_eq!(node.metrics.suspected_unknown_peer_total.get(), 2);
    assert_eq!(node.metrics.suspicions_untold_total.get(), 1);
    node.wait_dialogs(0);
}

#[test]
fn a_trunk_brings_as_many_calls_as_it_may() {
    let node = Node::start_with(|settings| settings.trunks = bringing("127.0.0.0/8", 1));
    let mut desk = Desk::open(&node);
    let (first, second) = (Phone::new(&node, "+8190"), Phone::over_tcp(&node, "+8191"));
    let dialog = first.invite(NUMBER);
    desk.what();
    let mut refused = second.invite(NUMBER);
    second.finish(&mut refused, 503);
    assert_eq!(node.metrics.trunk_calls_refused_total.get(), 1);
    first.cancel(&dialog);
    desk.what();
    second.invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)));
}

#[test]
fn a_phone_under_another_name_and_a_stranger_under_a_users_are_turned_away_and_told_of() {
    let node = Node::start_with(|settings| settings.trunks = bringing("127.0.0.0/8", 4));
    let mut desk = Desk::open(&node);
    let mut phone = Phone::new(&node, "usr_op");
    phone.register();
    phone.invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)), "under its own");
    phone.user = "usr_boss".to_owned();
    let mut dialog = phone.invite(NUMBER);
    phone.finish(&mut dialog, 403);
    assert_eq!(
        suspected(&mut desk),
        (Suspicion::ForgedFrom, "carrier".to_owned())
    );
    let stranger = Phone::new(&node, "usr_op");
    let mut dialog = stranger.invite(NUMBER);
    stranger.finish(&mut dialog, 403);
    node.wait("both are counted", |metrics| {
        metrics.suspected_forged_from_total.get() == 2
    });
}

#[test]
fn a_trunk_that_asks_who_calls_is_told_over_udp() {
    for algorithm in ["MD5", "SHA-256"] {
        let wire = Wire::udp();
        let node = calling(Flow::udp(wire.local_addr()));
        let carrier = Phone::over(wire, &node, "carrier");
        told(&node, &carrier, algorithm);
    }
}

#[test]
fn a_trunk_that_asks_who_calls_is_told_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let node = calling(Flow::tcp(listener.local_addr().unwrap()));
    let mut desk = Desk::open(&node);
    desk.order(place(CONTACT));
    let carrier = Phone::over(Wire::accepted(&listener), &node, "carrier");
    asked_and_answered(&node, &mut desk, &carrier, "SHA-256");
}

fn told(node: &Node, carrier: &Phone, algorithm: &str) {
    let mut desk = Desk::open(node);
    desk.order(place(CONTACT));
    asked_and_answered(node, &mut desk, carrier, algorithm);
}

fn asked_and_answered(node: &Node, desk: &mut Desk, carrier: &Phone, algorithm: &str) {
    let first = carrier.expect("INVITE sip:+819012345678@");
    assert!(first.header("From").contains(NUMBER));
    assert!(first.header("P-Asserted-Identity").contains(NUMBER));
    assert_eq!(first.header("Proxy-Authorization"), "");
    challenge(carrier, &first, algorithm);
    let second = carrier.expect("INVITE ");
    let login = second.header("Proxy-Authorization");
    assert!(
        login.contains("username=\"centre\"") && login.contains(algorithm),
        "{login}"
    );
    assert!(!login.contains("geheim"));
    assert_eq!(second.header("Call-ID"), first.header("Call-ID"));
    // Its places count: a second call finds none, and nobody is called.
    desk.order(place("con_2"));
    assert_eq!(
        desk.words(1),
        [format!("con_2 over {:?}", CallEnd::Unreachable)]
    );
    carrier.pick_up(&second);
    assert!(matches!(desk.what(), What::Answered(_)));
    assert_eq!(node.metrics.trunk_logins_total.get(), 1);
    node.wait_dialogs(1);
}

#[test]
fn a_trunk_that_does_not_believe_us_is_not_told_again() {
    let wire = Wire::udp();
    let node = calling(Flow::udp(wire.local_addr()));
    let carrier = Phone::over(wire, &node, "carrier");
    let mut desk = Desk::open(&node);
    desk.order(place(CONTACT));
    for _ in 0..2 {
        let invite = carrier.expect("INVITE ");
        challenge(&carrier, &invite, "MD5");
    }
    assert_eq!(
        desk.words(1),
        [format!("con_1 over {:?}", CallEnd::Refused)]
    );
    assert!(carrier.is_quiet(50));
    node.wait_dialogs(0);
}

#[test]
fn a_phone_that_asks_who_we_are_learns_nothing() {
    let node = calling(Flow::udp("127.0.0.1:9".parse().unwrap()));
    let mut desk = Desk::open(&node);
    let (caller, phone) = (Phone::new(&node, "090"), Phone::new(&node, "usr_op"));
    phone.register();
    let mut dialog = caller.invite(NUMBER);
    assert_eq!(
        caller.finish(&mut dialog, 403).code(),
        403,
        "the trunk brings no calls"
    );
    assert_eq!(suspected(&mut desk).0, Suspicion::UnknownPeer);
    let mut dialog = phone.invite(NUMBER);
    desk.admit();
    desk.answer();
    phone.finish(&mut dialog, 200);
    desk.words(1);
    desk.dial("leg_1", "usr_op", 5_000);
    let invite = phone.expect("INVITE ");
    challenge(&phone, &invite, "MD5");
    assert_eq!(desk.words(1), [ended(CONTACT, "leg_1", LegEnd::Refused)]);
    assert!(phone.is_quiet(50));
    assert_eq!(node.metrics.trunk_logins_total.get(), 0);
}

#[test]
fn a_trunk_that_is_not_there_ends_the_call_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let node = calling(Flow::tcp(address));
    let mut desk = Desk::open(&node);
    desk.order(place(CONTACT));
    assert_eq!(
        desk.words(1),
        [format!("con_1 over {:?}", CallEnd::Unreachable)]
    );
}
