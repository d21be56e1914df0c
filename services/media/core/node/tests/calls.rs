//! Calls over real sockets: phones of raw UDP on one side, a scripted Python side on the other.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::{CallEnd, LegEnd};
use support::desk::{Desk, NUMBER};
use support::phone::Phone;
use support::Node;

#[test]
fn a_caller_rings_until_answered_and_hangs_up() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "0901234567");
    let mut dialog = caller.invite("0312345678");
    caller.expect("SIP/2.0 100");
    let What::Invited(invited) = desk.what() else {
        panic!("not invited")
    };
    assert_eq!(
        (
            invited.dialled_number.as_str(),
            invited.caller_number.as_str()
        ),
        (NUMBER, "0901234567")
    );
    assert!(
        caller.is_quiet(50),
        "the customer hears nothing before they are admitted"
    );
    let admit = sasayaki_node::wire::Admit {
        node_call_id: invited.node_call_id,
        contact_id: support::desk::CONTACT.to_owned(),
    };
    desk.order(sasayaki_node::wire::order::Order::Admit(admit));
    caller.expect("SIP/2.0 180");
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert!(matches!(desk.what(), What::Answered(_)));
    caller.bye(&mut dialog);
    caller.expect("SIP/2.0 200");
    let What::CallEnded(ended) = desk.what() else {
        panic!("not ended")
    };
    assert_eq!(ended.reason(), CallEnd::CustomerHungUp);
    node.wait("no dialog is left", |metrics| metrics.dialogs.get() == 0);
}

#[test]
fn an_operator_is_rung_joined_and_ends_the_call() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let (caller, operator) = (Phone::new(&node, "090"), Phone::new(&node, "usr_op"));
    operator.register();
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert!(matches!(desk.what(), What::Answered(_)));
    desk.dial("leg_1", "usr_op", 5_000);
    let invite = operator.ring();
    assert_eq!(invite.header("X-Sasayaki-Contact-Id"), "con_1");
    assert!(matches!(desk.what(), What::LegRang(rang) if rang.leg_id == "leg_1"));
    let mut talk = operator.pick_up(&invite);
    assert!(matches!(desk.what(), What::LegAnswered(_)));
    assert!(matches!(desk.what(), What::Joined(_)));
    operator.bye(&mut talk);
    caller.expect_bye();
    assert!(matches!(desk.what(), What::LegEnded(ended) if ended.reason() == LegEnd::HungUp));
    assert!(
        matches!(desk.what(), What::CallEnded(ended) if ended.reason() == CallEnd::OperatorHungUp)
    );
    node.wait("no dialog is left", |metrics| metrics.dialogs.get() == 0);
}
