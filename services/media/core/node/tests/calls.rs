//! Calls over real sockets: phones of raw UDP on one side, a scripted Python side on the other.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::{CallEnd, LegEnd, Mode, PlayOutcome};
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
    node.wait_dialogs(0);
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
    node.wait_dialogs(0);
}

#[test]
fn a_whole_call_is_guided_keyed_joined_whispered_and_recorded() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let (operator, supervisor) = (Phone::new(&node, "usr_op"), Phone::new(&node, "usr_md5"));
    operator.register();
    supervisor.register();
    let (guidance, menu) = ("a".repeat(64), "b".repeat(64));
    desk.put_prompt(&guidance, vec![0x11; 1600]);
    desk.put_prompt(&menu, vec![0x22; 1600]);
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert!(matches!(desk.what(), What::Answered(_)));

    desk.play("play_1", &guidance, true, 0);
    assert_eq!(caller.hear(), [0x11; 160]);
    let What::TapOpened(_) = expect_played(&mut desk, "play_1", PlayOutcome::Completed, "") else {
        panic!("no tap");
    };
    desk.play("play_2", &menu, false, 1);
    while caller.hear() != [0x22; 160] {}
    caller.press(dialog.rtp_port, 2);
    let What::Played(played) = desk.what() else {
        panic!("not played")
    };
    assert_eq!(
        (played.outcome(), played.digits.as_str()),
        (PlayOutcome::Collected, "2")
    );

    desk.dial("leg_op", "usr_op", 5_000);
    let invite = operator.ring();
    let talk = operator.pick_up(&invite);
    for _ in 0..2 {
        desk.what();
    }
    assert!(matches!(desk.what(), What::Joined(joined) if joined.leg_id == "leg_op"));
    hears(&caller, dialog.rtp_port, &operator, talk.rtp_port, 0x33);
    hears(&operator, talk.rtp_port, &caller, dialog.rtp_port, 0x44);

    desk.supervise("leg_sv", "usr_md5", Mode::Whisper);
    let invite = supervisor.expect("INVITE ");
    assert!(invite.header("Call-Info").ends_with(";answer-after=0"));
    let mut coach = supervisor.pick_up(&invite);
    assert!(matches!(desk.what(), What::LegAnswered(_)));
    assert!(matches!(desk.what(), What::PhoneConnected(_)));
    assert!(matches!(desk.what(), What::PhoneAttached(_)));
    assert!(matches!(desk.what(), What::ModeApplied(applied) if applied.mode() == Mode::Whisper));
    hears(&operator, talk.rtp_port, &supervisor, coach.rtp_port, 0x55);
    supervisor.bye(&mut coach);
    assert!(matches!(desk.what(), What::LegEnded(ended) if ended.reason() == LegEnd::HungUp));
    assert!(matches!(desk.what(), What::PhoneDetached(_)));
    assert!(matches!(desk.what(), What::PhoneGone(gone) if gone.reason() == LegEnd::HungUp));

    caller.bye(&mut dialog);
    operator.expect_bye();
    assert!(matches!(desk.what(), What::LegEnded(ended) if ended.reason() == LegEnd::CallEnded));
    let mut last = [desk.what(), desk.what()];
    last.sort_by_key(|what| matches!(what, What::TapClosed(_)));
    assert!(
        matches!(&last[0], What::CallEnded(ended) if ended.reason() == CallEnd::CustomerHungUp)
    );
    assert!(matches!(&last[1], What::TapClosed(closed) if closed.recorded_ms > 0));
    node.wait_dialogs(0);
}

/// Waits for the end of a play; what happened just before or after it.
fn expect_played(desk: &mut Desk, play_id: &str, outcome: PlayOutcome, digits: &str) -> What {
    let (mut ended, mut other) = (None, None);
    while ended.is_none() || other.is_none() {
        match desk.what() {
            What::Played(played) => ended = Some(played),
            what => other = Some(what),
        }
    }
    let ended = ended.unwrap();
    assert_eq!(
        (
            ended.play_id.as_str(),
            ended.outcome(),
            ended.digits.as_str()
        ),
        (play_id, outcome, digits)
    );
    assert_eq!(ended.heard_ms, ended.total_ms);
    other.unwrap()
}

/// Both phones send; the listener hears the speaker's payload at last. One packet may get lost: right after a prompt's
/// frame it would crowd the stream.
#[track_caller]
fn hears(listener: &Phone, listener_port: u16, speaker: &Phone, speaker_port: u16, payload: u8) {
    for _ in 0..200 {
        speaker.speak(speaker_port, 0, &[payload; 160]);
        listener.speak(listener_port, 0, &[0xff; 160]);
        if listener.hears_soon(&[payload; 160]) {
            return;
        }
    }
    panic!("{} never heard {}", listener.user, speaker.user);
}
