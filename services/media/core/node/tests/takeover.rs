//! A supervisor takes a call over: from then on it is theirs, and ends with their leg. And phones on hold.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{self, LegEnd, Mode};
use support::desk::{supervise, CONTACT};
use support::phone::{Dialog, Phone};
use support::stage::{answered, ended, talking, talking_at, Stage};
use support::Node;

/// A call that a supervisor has taken over, with the operator still in it.
fn taken_over(keep: bool) -> (Stage, Dialog, Dialog) {
    let (mut stage, talk) = talking();
    let coach = take_over(&mut stage, keep);
    (stage, talk, coach)
}

fn take_over(stage: &mut Stage, keep: bool) -> Dialog {
    stage
        .desk
        .supervise_on(CONTACT, "leg_sv", "usr_sv", Mode::Takeover, keep);
    let coach = stage.supervisor.pick_up(&stage.supervisor.ring());
    assert_eq!(stage.desk.words(5)[4], "con_1 leg_sv in Takeover");
    coach
}

/// Whether one phone hears another at last.
fn hears(listener: &Phone, speaker: &Phone, dialog: &Dialog, value: u8) -> bool {
    (0..200).any(|_| {
        speaker.speak(dialog.rtp_port, 0, &[value; 160]);
        listener.hears_soon(&[value; 160])
    })
}

#[test]
fn the_call_goes_on_without_the_operator_and_ends_with_the_supervisor() {
    let (mut stage, _talk, mut coach) = taken_over(false);
    stage.desk.hang_up("leg_op");
    stage.operator.expect_bye();
    assert_eq!(
        stage.desk.words(1),
        [ended(CONTACT, "leg_op", LegEnd::Released)]
    );
    assert!(hears(&stage.caller, &stage.supervisor, &coach, 0x11));
    assert!(hears(&stage.supervisor, &stage.caller, &stage.dialog, 0x12));
    stage.supervisor.bye(&mut coach);
    stage.caller.expect_bye();
    assert_eq!(
        stage.desk.words(4),
        [
            ended(CONTACT, "leg_sv", LegEnd::HungUp),
            "phone detached con_1 leg_sv".to_owned(),
            "phone gone HungUp".to_owned(),
            "con_1 over SupervisorHungUp".to_owned(),
        ]
    );
    stage.node.wait_dialogs(0);
}

#[test]
fn an_operator_who_hangs_up_after_a_takeover_does_not_end_the_call() {
    let (mut stage, mut talk, coach) = taken_over(false);
    stage.operator.bye(&mut talk);
    assert_eq!(
        stage.desk.words(1),
        [ended(CONTACT, "leg_op", LegEnd::HungUp)]
    );
    assert!(hears(&stage.caller, &stage.supervisor, &coach, 0x21));
    stage.caller.bye(&mut stage.dialog);
    stage.supervisor.expect_bye();
    let told = stage.desk.words(4);
    assert_eq!(told[0], ended(CONTACT, "leg_sv", LegEnd::CallEnded));
    assert_eq!(told[3], "con_1 over CustomerHungUp");
}

#[test]
fn a_supervisor_who_barges_in_is_no_handler() {
    let (mut stage, mut talk) = talking();
    stage.desk.supervise("leg_sv", "usr_sv", Mode::Barge);
    let coach = stage.supervisor.pick_up(&stage.supervisor.ring());
    assert_eq!(stage.desk.words(5)[4], "con_1 leg_sv in Barge");
    assert!(hears(&stage.caller, &stage.supervisor, &coach, 0x31));
    assert!(hears(&stage.operator, &stage.supervisor, &coach, 0x32));
    stage.operator.bye(&mut talk);
    stage.caller.expect_bye();
    assert_eq!(
        stage.desk.words(5)[4],
        "con_1 over OperatorHungUp".to_owned()
    );
}

#[test]
fn a_handlers_end_by_order_ends_the_call_and_a_kept_phone_stays() {
    let (mut stage, _talk, _coach) = taken_over(true);
    stage.desk.unsupervise("leg_sv");
    stage.operator.expect_bye();
    stage.caller.expect_bye();
    let told = stage.desk.words(4);
    assert!(told.contains(&ended(CONTACT, "leg_sv", LegEnd::Moved)));
    assert!(told.contains(&ended(CONTACT, "leg_op", LegEnd::CallEnded)));
    assert_eq!(told[3], "con_1 over Released");
    assert!(stage.supervisor.is_quiet(50));
    stage.node.wait_dialogs(1);
}

#[test]
fn one_supervisor_handles_a_call_and_never_gives_it_up() {
    let (mut stage, _talk, _coach) = taken_over(false);
    for mode in [Mode::Listen, Mode::Whisper, Mode::Barge] {
        let back = supervise(CONTACT, "leg_sv", "usr_sv", mode, false);
        assert_eq!(stage.desk.ask(back), "WRONG_STATE", "{mode:?}");
    }
    let second = supervise(CONTACT, "leg_2", "usr_2", Mode::Takeover, false);
    assert_eq!(stage.desk.ask(second), "WRONG_STATE");
    let again = supervise(CONTACT, "leg_sv", "usr_sv", Mode::Takeover, true);
    assert_eq!(stage.desk.ask(again), "");
    assert_eq!(stage.desk.words(1), ["con_1 leg_sv in Takeover"]);
}

#[test]
fn nothing_is_played_while_a_supervisor_handles_the_call() {
    let (mut stage, _talk, _coach) = taken_over(false);
    stage.desk.hang_up("leg_op");
    stage.desk.words(1);
    let prompt = "a".repeat(64);
    stage.desk.put_prompt(&prompt, vec![0x11; 1_600]);
    let play = Asked::Play(wire::Play {
        contact_id: CONTACT.to_owned(),
        play_id: "play_1".to_owned(),
        prompt_sha256: vec![prompt],
        ..wire::Play::default()
    });
    assert_eq!(stage.desk.ask(play), "WRONG_STATE");
}

#[test]
fn a_customer_who_waits_without_an_operator_is_taken_over_too() {
    let mut stage = answered();
    let coach = take_over(&mut stage, false);
    assert!(hears(&stage.caller, &stage.supervisor, &coach, 0x41));
}

#[test]
fn a_handler_whose_sound_stops_ends_the_call() {
    let silent_ms = |settings: &mut sasayaki_node::settings::Settings| {
        settings.rtp_silence_ms = 1_000;
    };
    let (mut stage, talk) = talking_at(Node::start_with(silent_ms));
    take_over(&mut stage, false);
    let over = AtomicBool::new(false);
    let (caller, operator) = (&stage.caller, &stage.operator);
    let (to_caller, to_operator) = (stage.dialog.rtp_port, talk.rtp_port);
    let told = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                caller.speak(to_caller, 0, &[0xff; 160]);
                operator.speak(to_operator, 0, &[0xff; 160]);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let told = stage.desk.words(5);
        over.store(true, Ordering::Relaxed);
        told
    });
    assert_eq!(told[0], ended(CONTACT, "leg_sv", LegEnd::Failed));
    assert_eq!(told[4], "con_1 over Failed");
}

fn reoffer(phone: &Phone, dialog: &mut Dialog, sdp: &str) {
    dialog.cseq += 1;
    let target = dialog.target.clone();
    let more = "Content-Type: application/sdp\r\n";
    phone.request("INVITE", &target, dialog, more, sdp);
    phone.finish(dialog, 200);
}

#[test]
fn a_hold_is_told_once_and_its_end_once() {
    let (mut stage, mut talk) = talking();
    let nowhere = stage
        .operator
        .sdp("sendrecv")
        .replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0");
    for sdp in [
        stage.operator.sdp("sendonly"),
        stage.operator.sdp("inactive"),
        nowhere.clone(),
        stage.operator.sdp("sendrecv"),
        stage.operator.sdp("sendrecv"),
        nowhere,
    ] {
        reoffer(&stage.operator, &mut talk, &sdp);
    }
    let phone = &stage.caller;
    reoffer(phone, &mut stage.dialog, &phone.sdp("sendonly"));
    reoffer(phone, &mut stage.dialog, &phone.sdp("sendrecv"));
    assert_eq!(
        stage.desk.words(5),
        [
            "con_1 \"leg_op\" held",
            "con_1 \"leg_op\" resumed",
            "con_1 \"leg_op\" held",
            "con_1 \"\" held",
            "con_1 \"\" resumed",
        ]
    );
    stage.desk.hang_up("");
    assert_eq!(
        stage.desk.words(1),
        [ended(CONTACT, "leg_op", LegEnd::CallEnded)]
    );
}
