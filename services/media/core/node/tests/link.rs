//! The socket to Python: numbered, synced, sent again until taken care of; orders once.

mod support;

use sasayaki_node::journal;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{Admit, CallEnd, Dial, Happening};
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::Phone;
use support::{eventually, Node};

#[test]
fn happenings_are_numbered_and_sent_again_until_acknowledged() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    assert_eq!(desk.hello.next_seq, 1);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    let invited = desk.next();
    assert_eq!(invited.seq, 1);
    drop(desk);

    let mut desk = Desk::connect(&node);
    assert_eq!((desk.hello.next_seq, desk.hello.contact_ids.len()), (1, 0));
    assert_eq!(desk.next(), invited);
    let What::Invited(what) = invited.happening.unwrap() else {
        panic!("not invited")
    };
    let (node_call_id, contact_id) = (what.node_call_id, CONTACT.to_owned());
    desk.order(Asked::Admit(Admit {
        node_call_id,
        contact_id,
    }));
    desk.acknowledge(1);
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert_eq!(desk.next().seq, 2);
    drop(desk);

    let desk = Desk::connect(&node);
    assert_eq!(
        (desk.hello.next_seq, desk.hello.contact_ids.clone()),
        (2, vec![CONTACT.to_owned()])
    );
}

#[test]
fn a_call_goes_on_while_python_is_away_and_its_end_is_told_afterwards() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let (caller, operator) = (Phone::new(&node, "090"), Phone::new(&node, "usr_op"));
    operator.register();
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    desk.dial("leg_1", "usr_op", 0);
    let invite = operator.ring();
    drop(desk);
    node.wait("python is gone", |metrics| {
        metrics.python_connected.get() == 0
    });
    let talk = operator.pick_up(&invite);
    eventually("the caller hears the operator", || {
        operator.speak(talk.rtp_port, 0, &[0x33; 160]);
        caller.speak(dialog.rtp_port, 0, &[0x44; 160]);
        caller.hears_soon(&[0x33; 160])
    });
    caller.bye(&mut dialog);
    operator.expect_bye();

    let mut desk = Desk::connect(&node);
    assert!(desk.hello.contact_ids.is_empty());
    let told: Vec<Happening> = (0..7).map(|_| desk.next()).collect();
    let numbers: Vec<i64> = told.iter().map(|happening| happening.seq).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    assert!(matches!(&told[4].happening, Some(What::Joined(_))));
    assert!(
        matches!(&told[6].happening, Some(What::CallEnded(ended)) if ended.reason() == CallEnd::CustomerHungUp)
    );
}

#[test]
fn what_python_sees_is_on_disk() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    Phone::new(&node, "090").invite(NUMBER);
    let seen = desk.next();
    let on_disk = || -> Vec<Happening> {
        let run = std::fs::read_dir(&node.settings.journal)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let pieces = std::fs::read_dir(run)
            .unwrap()
            .map(|piece| std::fs::read(piece.unwrap().path()).unwrap());
        let bytes: Vec<u8> = pieces.flatten().collect();
        journal::read(&bytes)
            .into_iter()
            .map(|record| prost::Message::decode(record).unwrap())
            .collect()
    };
    assert_eq!(on_disk(), std::slice::from_ref(&seen));
    desk.acknowledge(seen.seq);
    eventually("what is acknowledged leaves the disk", || {
        on_disk().is_empty()
    });
}

#[test]
fn a_repeated_order_is_answered_alike_and_carried_out_once() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let (caller, operator) = (Phone::new(&node, "090"), Phone::new(&node, "usr_op"));
    operator.register();
    let mut dialog = caller.invite(NUMBER);
    let node_call_id = desk.admit();
    let again = Asked::Admit(Admit {
        node_call_id,
        contact_id: CONTACT.to_owned(),
    });
    desk.order(again);
    desk.answer();
    desk.answer();
    caller.finish(&mut dialog, 200);
    let dial = Asked::Dial(Dial {
        contact_id: CONTACT.to_owned(),
        leg_id: "leg_1".to_owned(),
        user_id: "usr_op".to_owned(),
        ring_ms_max: 0,
        ..Dial::default()
    });
    for _ in 0..3 {
        assert_eq!(desk.ask_as("dial/1", dial.clone()), "");
    }
    let invite = operator.ring();
    operator.pick_up(&invite);
    desk.hang_up("leg_1");
    operator.expect_bye();
    assert_eq!(desk.ask_as("dial/1", dial.clone()), "");
    assert_eq!(
        desk.ask_as("dial/2", dial),
        "",
        "a leg rings once in its life"
    );
    assert!(operator.is_quiet(100));
    assert!(node.metrics.orders_repeated_total.get() >= 3);
}

#[test]
fn a_contact_id_names_one_call() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let (first, second) = (Phone::new(&node, "1"), Phone::new(&node, "2"));
    first.invite(NUMBER);
    desk.admit();
    second.invite(NUMBER);
    let What::Invited(invited) = desk.what() else {
        panic!("not invited")
    };
    let admit = |contact_id: &str| {
        Asked::Admit(Admit {
            node_call_id: invited.node_call_id.clone(),
            contact_id: contact_id.to_owned(),
        })
    };
    for contact_id in [CONTACT, "", "con 2", "con\r\nX: y"] {
        assert_eq!(desk.ask(admit(contact_id)), "BAD_ORDER", "{contact_id:?}");
    }
    assert_eq!(desk.ask(admit("con_2")), "");
    assert_eq!(desk.ask(admit("con_3")), "WRONG_STATE");
}

#[test]
fn a_new_connection_closes_the_old() {
    let node = Node::start();
    let mut old = Desk::open(&node);
    let mut new = Desk::open(&node);
    assert!(old.is_closed());
    Phone::new(&node, "090").invite(NUMBER);
    assert!(matches!(new.what(), What::Invited(_)));
}

#[test]
fn what_is_no_frame_ends_the_connection_and_nothing_else() {
    let node = Node::start();
    for bytes in [
        &u32::MAX.to_le_bytes()[..],
        &[3, 0, 0, 0, 0xff, 0xff, 0xff],
        &[0, 0, 0, 0],
    ] {
        let mut desk = Desk::connect(&node);
        desk.write_raw(bytes);
        assert!(desk.is_closed());
    }
    let mut desk = Desk::open(&node);
    Phone::new(&node, "090").invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)));
    assert_eq!(node.metrics.frames_refused_total.get(), 3);
}

#[test]
fn a_node_that_stops_ends_its_calls_and_tells_of_it() {
    let mut node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    desk.what();
    let stopping = std::thread::spawn(move || {
        node.stop();
        node
    });
    caller.expect_bye();
    let ended = desk.next();
    assert!(
        matches!(&ended.happening, Some(What::CallEnded(reason)) if reason.reason() == CallEnd::Released)
    );
    desk.acknowledge(ended.seq);
    stopping.join().unwrap();
}

#[test]
fn a_long_absence_is_made_up_for_in_order() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    for _ in 0..600 {
        let mut dialog = caller.invite(NUMBER);
        caller.expect("SIP/2.0 100");
        caller.cancel(&dialog);
        caller.finish(&mut dialog, 487);
    }
    let first: Vec<i64> = (0..1200).map(|_| desk.next().seq).collect();
    assert_eq!(first, (1..=1200).collect::<Vec<i64>>());
    drop(desk);
    let mut desk = Desk::connect(&node);
    let again: Vec<i64> = (0..1200).map(|_| desk.next().seq).collect();
    assert_eq!(again, first);
    desk.acknowledge(1200);
    node.wait("all is taken care of", |metrics| {
        metrics.happenings_unacknowledged.get() == 0
    });
    assert!(
        node.metrics.journal_syncs_total.get() < 1200,
        "syncs are shared"
    );
}

#[test]
fn a_python_that_does_not_read_is_let_go_and_the_node_goes_on() {
    let node = Node::start();
    let mut deaf = Desk::open(&node);
    deaf.order_without_reading(40_000);
    node.wait("the connection is ended", |metrics| {
        metrics.connections_overrun_total.get() == 1
    });
    let mut desk = Desk::open(&node);
    Phone::new(&node, "090").invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)));
}
