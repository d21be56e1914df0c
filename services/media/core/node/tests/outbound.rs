//! Calls out of the centre: customers whom we call, and legs to somebody outside.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{self, LegEnd};
use sip::flow::Flow;
use sip::trunk::{Trunk, Trunks};
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::{Dialog, Message, Phone};
use support::stage::{answered_at, ended, hears, talking_at};
use support::wire::Wire;
use support::Node;

const CALLED: &str = "+819011112222";

/// A node whose trunk is that phone, and whoever it reaches.
fn with_trunk() -> (Node, Phone) {
    let line = Wire::udp();
    let mut carrier = Trunk::new("carrier", 4);
    carrier.sources = vec!["127.0.0.0/8".parse().unwrap()];
    carrier.outbound = Some(Flow::udp(line.local_addr()));
    let node = Node::start_with(|settings| settings.trunks = Trunks { all: vec![carrier] });
    let trunk = Phone::over(line, &node, "trunk");
    (node, trunk)
}

fn place(contact_id: &str) -> wire::Place {
    wire::Place {
        contact_id: contact_id.to_owned(),
        number: CALLED.to_owned(),
        from_number: NUMBER.to_owned(),
        ring_ms_max: 5_000,
        record_after_guidance: true,
    }
}

fn dial(leg_id: &str) -> wire::Dial {
    wire::Dial {
        contact_id: CONTACT.to_owned(),
        leg_id: leg_id.to_owned(),
        number: CALLED.to_owned(),
        from_number: NUMBER.to_owned(),
        ..wire::Dial::default()
    }
}

/// The INVITE of a call out shows our number and none of our ids.
fn assert_shows_our_number(invite: &Message) {
    assert!(invite
        .start
        .starts_with(&format!("INVITE sip:{CALLED}@127.0.0.1:")));
    assert!(invite.header("From").contains(&format!("sip:{NUMBER}@")));
    assert!(invite.header("To").contains(&format!("sip:{CALLED}@")));
    assert_eq!(invite.header("X-Sasayaki-Contact-Id"), "");
}

#[test]
fn a_customer_whom_we_call_rings_answers_is_guided_and_talks_to_an_operator() {
    let (node, trunk) = with_trunk();
    let mut desk = Desk::open(&node);
    let operator = Phone::new(&node, "usr_op");
    operator.register();
    desk.order(Asked::Place(place(CONTACT)));
    let invite = trunk.ring();
    assert_shows_our_number(&invite);
    assert!(matches!(desk.what(), What::CustomerRang(_)));
    desk.reconnect(&node);
    assert_eq!(desk.hello.contact_ids, [CONTACT], "it counts as alive");
    assert!(matches!(desk.what(), What::CustomerRang(_)));
    let customer: Dialog = trunk.pick_up(&invite);
    assert!(matches!(desk.what(), What::Answered(_)));
    let guidance = "a".repeat(64);
    desk.put_prompt(&guidance, vec![0x11; 1_600]);
    desk.play("play_1", &guidance, true, 0);
    assert_eq!(trunk.hear(), [0x11; 160]);
    let told = desk.words(2);
    assert!(
        told.iter().any(|told| told.contains("TapOpened")),
        "{told:?}"
    );
    desk.dial("leg_op", "usr_op", 5_000);
    let mut talk = operator.pick_up(&operator.ring());
    assert_eq!(desk.words(3)[2], "con_1 leg_op joined");
    assert!(hears((&operator, &talk), (&trunk, &customer), 0x21));
    assert!(hears((&trunk, &customer), (&operator, &talk), 0x22));
    operator.bye(&mut talk);
    trunk.expect_bye();
    assert_eq!(
        desk.words(2),
        [
            ended(CONTACT, "leg_op", LegEnd::HungUp),
            "con_1 over OperatorHungUp".to_owned(),
        ]
    );
    node.wait_dialogs(0);
}

#[test]
fn a_customer_who_is_not_reached_ends_the_call_with_its_reason() {
    let (node, trunk) = with_trunk();
    let mut desk = Desk::open(&node);
    for (status, reason) in [
        ("486 Busy Here", "Refused"),
        ("603 Decline", "Refused"),
        ("404 Not Found", "Refused"),
        ("503 Service Unavailable", "Unreachable"),
        ("408 Request Timeout", "Unreachable"),
    ] {
        let contact_id = format!("con_{}", &status[..3]);
        desk.order(Asked::Place(place(&contact_id)));
        let invite = trunk.expect("INVITE ");
        trunk.respond(&invite, status, "t", "");
        trunk.expect("ACK ");
        node.wait_dialogs(0);
        assert_eq!(
            desk.words(1),
            [format!("{contact_id} over {reason}")],
            "{status}"
        );
    }
    desk.order(Asked::Place(wire::Place {
        ring_ms_max: 1_000,
        ..place("con_late")
    }));
    let invite = trunk.ring();
    assert_eq!(desk.words(2)[1], "con_late over NoAnswer");
    let cancel = trunk.expect("CANCEL ");
    trunk.respond(&cancel, "200 OK", "p", "");
    trunk.respond(&invite, "487 Request Terminated", "p", "");
    trunk.expect("ACK ");
    node.wait_dialogs(0);
    desk.order(Asked::Place(place("con_away")));
    let invite = trunk.ring();
    desk.what();
    desk.order(Asked::HangUp(wire::HangUp {
        contact_id: "con_away".to_owned(),
        leg_id: String::new(),
    }));
    assert_eq!(desk.words(1), ["con_away over Released"]);
    let cancel = trunk.expect("CANCEL ");
    trunk.respond(&cancel, "200 OK", "p", "");
    trunk.respond(&invite, "487 Request Terminated", "p", "");
    trunk.expect("ACK ");
    node.wait_dialogs(0);
}

#[test]
fn a_call_is_placed_once_however_often_it_is_ordered() {
    let (node, trunk) = with_trunk();
    let mut desk = Desk::open(&node);
    for _ in 0..2 {
        assert_eq!(desk.ask_as("con_1/place", Asked::Place(place(CONTACT))), "");
    }
    let invite = trunk.expect("INVITE ");
    trunk.respond(&invite, "486 Busy Here", "t", "");
    trunk.expect("ACK ");
    assert_eq!(desk.words(1), ["con_1 over Refused"]);
    assert_eq!(desk.ask_as("con_1/place", Asked::Place(place(CONTACT))), "");
    assert!(trunk.is_quiet(100), "nobody is called again");
    assert_eq!(node.metrics.calls_placed_total.get(), 1);
}

#[test]
fn calls_out_that_can_not_be_made_are_refused_with_their_reason() {
    let (node, _trunk) = with_trunk();
    let mut stage = answered_at(node);
    let bad = |number: &str, from_number: &str| {
        Asked::Place(wire::Place {
            number: number.to_owned(),
            from_number: from_number.to_owned(),
            ..place("con_2")
        })
    };
    for (error, order) in [
        ("BAD_ORDER", bad("09011112222", NUMBER)),
        ("BAD_ORDER", bad(CALLED, "")),
        ("BAD_ORDER", bad("+81 90;evil", NUMBER)),
        ("BAD_ORDER", Asked::Place(place(CONTACT))),
        ("BAD_ORDER", Asked::Place(place("con 2"))),
        (
            "BAD_ORDER",
            Asked::Dial(wire::Dial {
                user_id: "usr_op".to_owned(),
                ..dial("leg_1")
            }),
        ),
        (
            "BAD_ORDER",
            Asked::Dial(wire::Dial {
                number: "usr_op".to_owned(),
                ..dial("leg_1")
            }),
        ),
    ] {
        assert_eq!(stage.desk.ask(order.clone()), error, "{order:?}");
    }
    for n in 2..5 {
        let order = Asked::Place(place(&format!("con_{n}")));
        assert_eq!(stage.desk.ask(order), "");
    }
    let order = Asked::Place(place("con_5"));
    assert_eq!(stage.desk.ask(order), "OVERLOADED");
}

#[test]
fn without_a_trunk_nobody_outside_is_called() {
    let mut stage = answered_at(Node::start());
    assert_eq!(stage.desk.ask(Asked::Place(place("con_2"))), "NO_TRUNK");
    assert_eq!(stage.desk.ask(Asked::Dial(dial("leg_1"))), "NO_TRUNK");
}

#[test]
fn somebody_outside_is_rung_by_the_trunk_joined_and_counts_as_an_operator() {
    let (node, trunk) = with_trunk();
    let (mut stage, _talk) = talking_at(node);
    stage.desk.order(Asked::Dial(dial("leg_out")));
    let invite = trunk.ring();
    assert_shows_our_number(&invite);
    let mut outside = trunk.pick_up(&invite);
    assert_eq!(
        stage.desk.words(3),
        [
            "con_1 leg_out rang",
            "con_1 leg_out answered",
            "con_1 leg_out joined"
        ]
    );
    stage.desk.hang_up("leg_op");
    stage.desk.words(1);
    let customer = (&stage.caller, &stage.dialog);
    assert!(hears((&trunk, &outside), customer, 0x31));
    assert!(hears(customer, (&trunk, &outside), 0x32));
    trunk.bye(&mut outside);
    stage.caller.expect_bye();
    assert_eq!(
        stage.desk.words(2),
        [
            ended(CONTACT, "leg_out", LegEnd::HungUp),
            "con_1 over OperatorHungUp".to_owned(),
        ]
    );
}
