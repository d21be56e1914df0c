//! SIP over TCP: phones and callers with a connection, and what connections may not do.

mod support;

use std::time::{Duration, Instant};

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::LegEnd;
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::Phone;
use support::stage::ended;
use support::wire::Wire;
use support::Node;

fn options(call_id: &str) -> String {
    format!(
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK{call_id}\r\n\
         From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: {call_id}\r\nCSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

#[test]
fn a_caller_over_tcp_talks_to_an_operator_over_tcp() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let operator = Phone::over_tcp(&node, "usr_op");
    operator.register();
    let caller = Phone::over_tcp(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert!(
        dialog.target.to_lowercase().ends_with(";transport=tcp"),
        "{}",
        dialog.target
    );
    assert_eq!(desk.words(1), ["con_1 Answered(Answered)"]);
    desk.dial("leg_1", "usr_op", 5_000);
    let invite = operator.ring();
    assert!(invite.header("Via").starts_with("SIP/2.0/TCP "));
    assert!(invite
        .header("Contact")
        .to_lowercase()
        .contains(";transport=tcp"));
    operator.pick_up(&invite);
    desk.words(2);
    caller.bye(&mut dialog);
    caller.expect("SIP/2.0 200");
    operator.expect_bye();
    desk.words(2);
    node.wait_dialogs(0);
}

#[test]
fn an_answer_over_tcp_does_not_wait_for_nagle() {
    let node = Node::start();
    let wire = Wire::tcp(node.sip);
    let mut times: Vec<Duration> = (0..21)
        .map(|number| {
            let began = Instant::now();
            wire.send(options(&format!("n{number}")).as_bytes(), node.sip);
            assert!(wire.receive().unwrap().0.starts_with(b"SIP/2.0 200"));
            began.elapsed()
        })
        .collect();
    times.sort();
    // Nagle's delay and the peer's delayed acknowledgement make 40 ms of each.
    assert!(times[10] < Duration::from_millis(20), "{times:?}");
}

#[test]
fn a_phone_whose_connection_is_lost_is_not_rung() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let operator = Phone::over_tcp(&node, "usr_op");
    operator.register();
    node.wait_present("a phone", |metrics| metrics.users_registered.get() == 1);
    drop(operator);
    node.wait("it is forgotten", |metrics| {
        metrics.phones_lost_total.get() == 1
    });
    node.wait_present("no phone", |metrics| metrics.users_registered.get() == 0);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    desk.words(1);
    desk.dial("leg_1", "usr_op", 5_000);
    assert_eq!(
        desk.words(1),
        [ended(CONTACT, "leg_1", LegEnd::Unreachable)]
    );
}

#[test]
fn a_bad_message_is_answered_and_costs_the_others_nothing() {
    let node = Node::start();
    let wire = Wire::tcp(node.sip);
    let unknown = options("u").replace("OPTIONS", "FROB");
    let insisting = options("r").replace("Content-Length", "Require: wonders\r\nContent-Length");
    wire.send(
        format!("\r\n\r\n{unknown}{insisting}{}", options("o")).as_bytes(),
        node.sip,
    );
    let (pong, _) = wire.receive().unwrap();
    assert!(
        pong.starts_with(b"\r\nSIP/2.0 501 "),
        "{}",
        String::from_utf8_lossy(&pong)
    );
    assert!(wire.receive().unwrap().0.starts_with(b"SIP/2.0 420 "));
    assert!(wire.receive().unwrap().0.starts_with(b"SIP/2.0 200 "));
    assert_eq!(node.metrics.datagrams_answered_total.get(), 2);
}

#[test]
fn what_can_not_be_cut_is_answered_and_closed() {
    let node = Node::start();
    for (length, code) in [("", "400"), ("Content-Length: 9000\r\n", "513")] {
        let wire = Wire::tcp(node.sip);
        let text = options("x").replace("Content-Length: 0\r\n", length);
        wire.send(text.as_bytes(), node.sip);
        let (answer, _) = wire.receive().unwrap();
        assert!(String::from_utf8_lossy(&answer).starts_with(&format!("SIP/2.0 {code} ")));
        assert!(wire.is_closed());
    }
    assert_eq!(node.metrics.tcp_broken_total.get(), 2);
    node.wait_present("no connection", |metrics| {
        metrics.tcp_connections.get() == 0
    });
}

#[test]
fn an_address_has_its_share_of_connections_and_no_more() {
    let node = Node::start_with(|settings| settings.tcp.connections_each_max = 3);
    let wires: Vec<Wire> = (0..3).map(|_| Wire::tcp(node.sip)).collect();
    node.wait_present("three connections", |metrics| {
        metrics.tcp_connections.get() == 3
    });
    assert!(Wire::tcp(node.sip).is_closed());
    node.wait("it is counted", |metrics| {
        metrics.tcp_refused_total.get() == 1
    });
    drop(wires);
    node.wait_present("none is left", |metrics| metrics.tcp_connections.get() == 0);
    let wire = Wire::tcp(node.sip);
    wire.send(options("again").as_bytes(), node.sip);
    assert!(wire.receive().unwrap().0.starts_with(b"SIP/2.0 200"));
}

#[test]
fn all_connections_together_have_a_limit() {
    let node = Node::start_with(|settings| settings.tcp.connections_max = 2);
    let _wires: Vec<Wire> = (0..2).map(|_| Wire::tcp(node.sip)).collect();
    node.wait_present("two connections", |metrics| {
        metrics.tcp_connections.get() == 2
    });
    assert!(Wire::tcp(node.sip).is_closed());
}

#[test]
fn a_message_that_does_not_become_whole_and_a_silence_end_a_connection() {
    let node = Node::start_with(|settings| {
        settings.tcp.patience = Duration::from_millis(100);
        settings.tcp.idle = Duration::from_millis(300);
    });
    assert!(Wire::tcp(node.sip).is_closed(), "it said nothing at all");
    let half = Wire::tcp(node.sip);
    half.send(options("h").as_bytes(), node.sip);
    assert!(half.receive().is_some());
    half.send(b"OPTIONS sip:a@b SIP/2.0\r\n", node.sip);
    assert!(half.is_closed(), "half a message");
    let quiet = Wire::tcp(node.sip);
    quiet.send(options("q").as_bytes(), node.sip);
    assert!(quiet.receive().is_some());
    assert!(quiet.is_closed(), "silence");
    assert_eq!(node.metrics.tcp_idle_total.get(), 3);
}

#[test]
fn a_caller_who_turns_up_by_tcp_and_vanishes_leaves_no_dialog() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::over_tcp(&node, "090");
    caller.invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)));
    drop(caller);
    node.wait_dialogs(0);
    assert!(matches!(desk.what(), What::Withdrawn(_)));
}
