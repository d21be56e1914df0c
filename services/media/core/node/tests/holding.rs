//! Customers on hold, and several operators in one call: consulted, three-way, handed over.

mod support;

use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{self, LegEnd, Mode};
use support::desk::CONTACT;
use support::phone::{Dialog, Phone};
use support::stage::{ended, hears, is_deaf, talking, talking_at, Stage};
use support::Node;

const MUSIC: u8 = 0x29;

struct Consult {
    stage: Stage,
    first: Dialog,
    colleague: Phone,
    second: Dialog,
    music: String,
}

/// A customer on hold with music, whose operator talks to a colleague.
fn consult() -> Consult {
    let (mut stage, first) = talking();
    let music = "d".repeat(64);
    stage.desk.put_prompt(&music, vec![MUSIC; 400]);
    assert_eq!(stage.desk.hold(true, &music), "");
    assert_eq!(stage.desk.words(1), ["con_1 on hold"]);
    let colleague = Phone::new(&stage.node, "usr_2");
    let second = stage.join("leg_2", &colleague);
    Consult {
        stage,
        first,
        colleague,
        second,
        music,
    }
}

impl Consult {
    fn parties(&self) -> [(&Phone, &Dialog); 3] {
        [
            (&self.stage.caller, &self.stage.dialog),
            (&self.stage.operator, &self.first),
            (&self.colleague, &self.second),
        ]
    }
}

#[test]
fn a_customer_on_hold_hears_music_and_the_operator_consults_a_colleague() {
    let mut consult = consult();
    let [customer, first, second] = consult.parties();
    for _ in 0..20 {
        assert_eq!(customer.0.hear(), [MUSIC; 160]);
    }
    assert!(hears(second, first, 0x31));
    assert!(hears(first, second, 0x32));
    assert!(is_deaf(first, customer, 0x33));
    assert!(is_deaf(customer, first, 0x34));
    assert_eq!(consult.stage.desk.hold(false, ""), "");
    assert_eq!(consult.stage.desk.words(1), ["con_1 taken back"]);
    // Three-way: everybody hears everybody.
    let [customer, first, second] = consult.parties();
    assert!(hears(customer, first, 0x41));
    assert!(hears(customer, second, 0x42));
    assert!(hears(first, customer, 0x43));
    assert!(hears(second, customer, 0x44));
}

#[test]
fn a_warm_transfer_leaves_customer_and_colleague_together() {
    let mut consult = consult();
    consult.stage.desk.hang_up("leg_op");
    consult.stage.operator.expect_bye();
    assert_eq!(consult.stage.desk.hold(false, ""), "");
    assert_eq!(
        consult.stage.desk.words(2),
        [
            ended(CONTACT, "leg_op", LegEnd::Released),
            "con_1 taken back".to_owned(),
        ]
    );
    let [customer, _, second] = consult.parties();
    assert!(hears(second, customer, 0x51));
    assert!(hears(customer, second, 0x52));
    consult.colleague.bye(&mut consult.second);
    consult.stage.caller.expect_bye();
    assert_eq!(
        consult.stage.desk.words(2),
        [
            ended(CONTACT, "leg_2", LegEnd::HungUp),
            "con_1 over OperatorHungUp".to_owned(),
        ]
    );
    consult.stage.node.wait_dialogs(0);
}

#[test]
fn an_operator_who_hangs_up_beside_another_does_not_end_the_call() {
    let mut consult = consult();
    consult.stage.operator.bye(&mut consult.first);
    assert_eq!(
        consult.stage.desk.words(1),
        [ended(CONTACT, "leg_op", LegEnd::HungUp)]
    );
    // The customer stays on hold until they are taken back, and the last operator's end is the call's.
    let customer = (&consult.stage.caller, &consult.stage.dialog);
    assert!(is_deaf(
        (&consult.colleague, &consult.second),
        customer,
        0x61
    ));
    consult.colleague.bye(&mut consult.second);
    consult.stage.caller.expect_bye();
    assert_eq!(
        consult.stage.desk.words(2),
        [
            ended(CONTACT, "leg_2", LegEnd::HungUp),
            "con_1 over OperatorHungUp".to_owned(),
        ]
    );
}

#[test]
fn a_customer_on_hold_whose_last_operator_is_released_is_taken_back_and_may_be_played_to() {
    let (mut stage, _talk) = talking();
    assert_eq!(stage.desk.hold(true, ""), "");
    assert_eq!(stage.desk.words(1), ["con_1 on hold"]);
    // Silence is sent too: a phone that gets no packet at all would hang up after a while.
    assert_eq!(stage.caller.hear(), [0xff; 160]);
    stage.desk.hang_up("leg_op");
    assert_eq!(
        stage.desk.words(2),
        [
            ended(CONTACT, "leg_op", LegEnd::Released),
            "con_1 taken back".to_owned(),
        ]
    );
    let prompt = "e".repeat(64);
    stage.desk.put_prompt(&prompt, vec![0x2a; 1_600]);
    stage.desk.play("play_1", &prompt, false, 0);
    while stage.caller.hear() != [0x2a; 160] {}
}

#[test]
fn who_takes_the_call_over_takes_the_customer_back_from_hold() {
    let (mut stage, _talk) = talking();
    assert_eq!(stage.desk.hold(true, ""), "");
    stage.desk.supervise("leg_sv", "usr_sv", Mode::Takeover);
    let handler = stage.supervisor.pick_up(&stage.supervisor.ring());
    let told = stage.desk.words(7);
    assert_eq!(told[0], "con_1 on hold");
    assert_eq!(told[5..], ["con_1 leg_sv in Takeover", "con_1 taken back"]);
    let customer = (&stage.caller, &stage.dialog);
    assert!(hears(customer, (&stage.supervisor, &handler), 0x71));
    // The supervisor may put them on hold as an operator may.
    assert_eq!(stage.desk.hold(true, ""), "");
    assert_eq!(stage.desk.words(1), ["con_1 on hold"]);
}

#[test]
fn a_supervisor_hears_the_operators_and_not_a_customer_on_hold() {
    let mut consult = consult();
    consult
        .stage
        .desk
        .supervise("leg_sv", "usr_sv", Mode::Whisper);
    let dialog = {
        let supervisor = &consult.stage.supervisor;
        supervisor.pick_up(&supervisor.ring())
    };
    consult.stage.desk.words(5);
    let [customer, first, second] = consult.parties();
    let supervisor = (&consult.stage.supervisor, &dialog);
    assert!(hears(supervisor, second, 0x21));
    assert!(hears(supervisor, first, 0x22));
    assert!(is_deaf(supervisor, customer, 0x23));
    assert!(hears(second, supervisor, 0x24));
    assert!(is_deaf(customer, supervisor, 0x25));
}

#[test]
fn a_hold_is_told_once_whatever_is_ordered_and_needs_a_talk() {
    let mut stage = support::stage::answered();
    assert_eq!(stage.desk.hold(true, ""), "WRONG_STATE");
    assert_eq!(stage.desk.hold(false, ""), "");
    let operator = Phone::new(&stage.node, "usr_9");
    stage.join("leg_9", &operator);
    assert_eq!(stage.desk.hold(true, &"f".repeat(64)), "UNKNOWN_PROMPT");
    let music = "d".repeat(64);
    stage.desk.put_prompt(&music, vec![MUSIC; 400]);
    for music in ["", "", &music] {
        assert_eq!(stage.desk.hold(true, music), "");
    }
    while stage.caller.hear() != [MUSIC; 160] {}
    for _ in 0..2 {
        assert_eq!(stage.desk.hold(false, ""), "");
    }
    stage.desk.hang_up("leg_9");
    assert_eq!(
        stage.desk.words(3),
        [
            "con_1 on hold".to_owned(),
            "con_1 taken back".to_owned(),
            ended(CONTACT, "leg_9", LegEnd::Released),
        ]
    );
}

#[test]
fn three_operators_talk_at_most_and_a_fourth_is_not_rung() {
    let mut consult = consult();
    let third = Phone::new(&consult.stage.node, "usr_3");
    consult.stage.join("leg_3", &third);
    let fourth = Asked::Dial(wire::Dial {
        contact_id: CONTACT.to_owned(),
        leg_id: "leg_4".to_owned(),
        user_id: "usr_sv".to_owned(),
        ..wire::Dial::default()
    });
    assert_eq!(consult.stage.desk.ask(fourth.clone()), "OVERLOADED");
    consult.stage.desk.hang_up("leg_3");
    consult.stage.desk.words(1);
    consult.stage.desk.order(fourth);
    consult.stage.supervisor.ring();
    assert_eq!(consult.music.len(), 64);
}

#[test]
fn an_operator_whose_sound_stops_beside_another_is_put_out_and_the_call_goes_on() {
    let node = Node::start_with(|settings| settings.rtp_silence_ms = 1_000);
    let (mut stage, first) = talking_at(node);
    let colleague = Phone::new(&stage.node, "usr_2");
    let second = stage.join("leg_2", &colleague);
    let over = std::sync::atomic::AtomicBool::new(false);
    let told = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                stage.caller.speak(stage.dialog.rtp_port, 0, &[0xff; 160]);
                colleague.speak(second.rtp_port, 0, &[0xff; 160]);
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        let told = stage.desk.words(1);
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        told
    });
    assert_eq!(told, [ended(CONTACT, "leg_op", LegEnd::Failed)]);
    stage.operator.expect_bye();
    drop(first);
    let customer = (&stage.caller, &stage.dialog);
    assert!(hears((&colleague, &second), customer, 0x11));
}
