//! Supervisors' phones stay connected, wait, move from call to call and go, and the calls notice nothing of it.

mod support;

use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{HangUp, LegEnd, Mode, ReleasePhone};
use support::desk::{supervise, Desk, TENANT};
use support::stage::{ended, Floor};
use support::Node;

fn floor() -> Floor {
    Floor::at(Node::start())
}

fn parked(node: &Node, expected: i64) {
    node.wait_present("the expected phones are parked", |metrics| {
        metrics.phones_parked.get() == expected
    });
}

#[test]
fn a_phone_that_is_not_kept_is_hung_up_with_its_leg() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, false);
    floor.desk.unsupervise_on("con_a", "leg_1");
    floor.supervisor.expect_bye();
    assert_eq!(
        floor.desk.words(3),
        [
            ended("con_a", "leg_1", LegEnd::Released),
            "phone detached con_a leg_1".to_owned(),
            "phone gone Released".to_owned(),
        ]
    );
    floor.node.wait_dialogs(4);
}

#[test]
fn a_kept_phone_waits_hears_nothing_and_is_used_again_without_ringing() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, true);
    assert!(floor.talks[0].is_heard_by(&floor.supervisor, 0x21));
    floor.desk.unsupervise_on("con_a", "leg_1");
    assert_eq!(
        floor.desk.words(2),
        [
            ended("con_a", "leg_1", LegEnd::Moved),
            "phone detached con_a leg_1".to_owned(),
        ]
    );
    parked(&floor.node, 1);
    assert!(floor.supervisor.is_quiet(50), "no BYE, no INVITE");
    while floor.supervisor.hears_soon(&[0x21; 160]) {}
    floor.talks[0]
        .caller
        .speak(floor.talks[0].customer.rtp_port, 0, &[0x22; 160]);
    assert!(!floor.supervisor.hears_soon(&[0x22; 160]));
    // Ordered again, it was done; under another name it is another leg.
    floor.desk.unsupervise_on("con_a", "leg_1");
    let again = supervise("con_a", "leg_1", "usr_sv", Mode::Listen, true);
    assert_eq!(floor.desk.ask(again), "WRONG_STATE");
    floor
        .desk
        .supervise_on("con_b", "leg_2", "usr_sv", Mode::Listen, true);
    assert_eq!(
        floor.desk.words(2),
        ["phone attached con_b leg_2", "con_b leg_2 in Listen"]
    );
    assert!(floor.talks[1].is_heard_by(&floor.supervisor, 0x23));
    assert!(floor.supervisor.is_quiet(50));
    parked(&floor.node, 0);
}

#[test]
fn a_connected_phone_goes_from_one_call_to_the_other_and_back() {
    let mut floor = floor();
    floor.supervise("leg_0", Mode::Whisper, false);
    let mut from = ("con_a", "leg_0".to_owned());
    for round in 1..20 {
        let to = ["con_a", "con_b"][round % 2];
        let leg_id = format!("leg_{round}");
        floor
            .desk
            .supervise_on(to, &leg_id, "usr_sv", Mode::Listen, false);
        assert_eq!(
            floor.desk.words(4),
            [
                ended(from.0, &from.1, LegEnd::Moved),
                format!("phone detached {} {}", from.0, from.1),
                format!("phone attached {to} {leg_id}"),
                format!("{to} {leg_id} in Listen"),
            ]
        );
        let value = round as u8;
        assert!(floor.talks[round % 2].is_heard_by(&floor.supervisor, value));
        from = (to, leg_id);
    }
    floor.talks[1].caller.bye(&mut floor.talks[1].customer);
    floor.supervisor.expect_bye();
    let told = floor.desk.words(5);
    assert!(told.contains(&ended("con_b", "leg_19", LegEnd::CallEnded)));
    assert!(told.contains(&"phone gone CallEnded".to_owned()));
    assert!(floor.talks[0].is_heard_by(&floor.talks[0].operator, 0x44));
    floor.node.wait_dialogs(2);
}

#[test]
fn a_phone_may_take_another_place_in_the_same_call() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, false);
    floor
        .desk
        .supervise_on("con_a", "leg_2", "usr_sv", Mode::Whisper, false);
    assert_eq!(
        floor.desk.words(4),
        [
            ended("con_a", "leg_1", LegEnd::Moved),
            "phone detached con_a leg_1".to_owned(),
            "phone attached con_a leg_2".to_owned(),
            "con_a leg_2 in Whisper".to_owned(),
        ]
    );
    assert!(floor.talks[0].is_heard_by(&floor.supervisor, 0x31));
}

#[test]
fn a_kept_phone_outlives_its_call_and_hangs_up_itself() {
    let mut floor = floor();
    let mut dialog = floor.supervise("leg_1", Mode::Listen, true);
    floor.talks[0].caller.bye(&mut floor.talks[0].customer);
    floor.talks[0].operator.expect_bye();
    let told = floor.desk.words(4);
    let at = |word: &str| told.iter().position(|told| told == word).unwrap();
    assert!(at("con_a leg_1 ended Moved") < at("phone detached con_a leg_1"));
    assert!(at("phone detached con_a leg_1") < at("con_a over CustomerHungUp"));
    parked(&floor.node, 1);
    floor.supervisor.bye(&mut dialog);
    assert_eq!(floor.desk.words(1), ["phone gone HungUp"]);
    parked(&floor.node, 0);
    floor.node.wait_dialogs(2);
}

#[test]
fn the_last_order_says_whether_the_phone_is_kept() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, true);
    floor
        .desk
        .supervise_on("con_a", "leg_1", "usr_sv", Mode::Listen, false);
    assert_eq!(floor.desk.words(1), ["con_a leg_1 in Listen"]);
    floor.desk.unsupervise_on("con_a", "leg_1");
    floor.supervisor.expect_bye();
    assert_eq!(
        floor.desk.words(1),
        [ended("con_a", "leg_1", LegEnd::Released)]
    );
}

#[test]
fn a_leg_that_is_hung_up_by_order_takes_its_phone_along() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, true);
    floor.desk.order(Asked::HangUp(HangUp {
        contact_id: "con_a".to_owned(),
        leg_id: "leg_1".to_owned(),
    }));
    floor.supervisor.expect_bye();
}

#[test]
fn a_phone_is_released_wherever_it_is() {
    let mut floor = floor();
    floor.desk.release_phone("usr_sv");
    floor.supervise("leg_1", Mode::Listen, true);
    floor.desk.release_phone("usr_sv");
    floor.supervisor.expect_bye();
    assert_eq!(
        floor.desk.words(3),
        [
            ended("con_a", "leg_1", LegEnd::Released),
            "phone detached con_a leg_1".to_owned(),
            "phone gone Released".to_owned(),
        ]
    );
    floor.supervise("leg_2", Mode::Listen, true);
    floor.desk.unsupervise_on("con_a", "leg_2");
    floor.desk.words(2);
    floor.desk.release_phone("usr_sv");
    floor.supervisor.expect_bye();
    assert_eq!(floor.desk.words(1), ["phone gone Released"]);
    floor.node.wait_dialogs(4);
    floor.node.wait_present("no phone is left", |metrics| {
        metrics.phones_connected.get() == 0
    });
}

#[test]
fn a_release_that_is_sent_again_spares_the_next_phone() {
    let mut floor = floor();
    let release = || {
        Asked::ReleasePhone(ReleasePhone {
            user_id: "usr_sv".to_owned(),
            tenant_id: TENANT.to_owned(),
        })
    };
    floor.supervise("leg_1", Mode::Listen, true);
    assert_eq!(floor.desk.ask_as("release", release()), "");
    floor.supervisor.expect_bye();
    floor.desk.words(3);
    floor.supervise("leg_2", Mode::Listen, true);
    assert_eq!(floor.desk.ask_as("release", release()), "");
    assert!(floor.talks[0].is_heard_by(&floor.supervisor, 0x41));
}

#[test]
fn a_parked_phone_is_hung_up_after_its_time() {
    let mut floor = Floor::at(Node::start_with(|settings| settings.parked_ms = 200));
    floor.supervise("leg_1", Mode::Listen, true);
    floor.desk.unsupervise_on("con_a", "leg_1");
    floor.desk.words(2);
    floor.supervisor.expect_bye();
    assert_eq!(floor.desk.words(1), ["phone gone Released"]);
    floor.supervise("leg_2", Mode::Listen, true);
}

#[test]
fn a_parked_phone_whose_sound_stops_is_gone() {
    let mut floor = Floor::at(Node::start_with(|settings| {
        settings.rtp_silence_ms = 1_000;
    }));
    floor.supervise("leg_1", Mode::Listen, true);
    floor.talks[0].caller.bye(&mut floor.talks[0].customer);
    floor.supervisor.expect_bye();
    let mut told = floor.desk.words(5);
    while !told.iter().any(|word| word == "phone gone Failed") {
        told.extend(floor.desk.words(1));
    }
    assert!(told.contains(&ended("con_a", "leg_1", LegEnd::Moved)));
}

#[test]
fn a_parked_phone_holds_resumes_and_is_heard_again() {
    let mut floor = floor();
    let mut dialog = floor.supervise("leg_1", Mode::Whisper, true);
    floor.desk.unsupervise_on("con_a", "leg_1");
    floor.desk.words(2);
    for direction in ["inactive", "sendrecv"] {
        dialog.cseq += 1;
        let phone = &floor.supervisor;
        let (target, sdp) = (dialog.target.clone(), phone.sdp(direction));
        let more = "Content-Type: application/sdp\r\n";
        phone.request("INVITE", &target, &dialog, more, &sdp);
        let answer = phone.finish(&mut dialog, 200);
        assert!(answer.body.contains(&format!("a={direction}")));
    }
    floor
        .desk
        .supervise_on("con_b", "leg_2", "usr_sv", Mode::Listen, true);
    assert_eq!(
        floor.desk.words(2),
        ["phone attached con_b leg_2", "con_b leg_2 in Listen"]
    );
    assert!(floor.talks[1].is_heard_by(&floor.supervisor, 0x23));
}

#[test]
fn a_phone_that_rings_for_one_call_goes_to_the_other_that_wants_it_meanwhile() {
    let mut floor = floor();
    floor
        .desk
        .supervise_on("con_a", "leg_1", "usr_sv", Mode::Listen, false);
    let invite = floor.supervisor.ring();
    assert_eq!(floor.desk.words(1), ["con_a leg_1 rang"]);
    floor
        .desk
        .supervise_on("con_b", "leg_2", "usr_sv", Mode::Listen, false);
    assert_eq!(
        floor.desk.words(2),
        [
            ended("con_a", "leg_1", LegEnd::Moved),
            "con_b leg_2 rang".to_owned(),
        ]
    );
    assert!(floor.supervisor.is_quiet(50), "no second INVITE, no CANCEL");
    floor.supervisor.pick_up(&invite);
    assert_eq!(
        floor.desk.words(4),
        [
            "con_b leg_2 answered",
            "phone connected con_b",
            "phone attached con_b leg_2",
            "con_b leg_2 in Listen",
        ]
    );
    assert!(floor.talks[1].is_heard_by(&floor.supervisor, 0x51));
}

#[test]
fn an_order_that_is_sent_again_moves_no_phone_back() {
    let mut floor = floor();
    let first = || supervise("con_a", "leg_1", "usr_sv", Mode::Listen, true);
    assert_eq!(floor.desk.ask_as("first", first()), "");
    floor.supervisor.pick_up(&floor.supervisor.ring());
    floor.desk.words(5);
    floor
        .desk
        .supervise_on("con_b", "leg_2", "usr_sv", Mode::Listen, true);
    floor.desk.words(4);
    assert_eq!(floor.desk.ask_as("first", first()), "");
    assert_eq!(floor.desk.ask(first()), "WRONG_STATE");
    assert!(floor.talks[1].is_heard_by(&floor.supervisor, 0x61));
    floor.desk.unsupervise_on("con_b", "leg_2");
    assert_eq!(
        floor.desk.words(1),
        [ended("con_b", "leg_2", LegEnd::Moved)],
        "nothing happened in between"
    );
}

#[test]
fn who_handles_a_call_is_not_taken_off_it() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Takeover, true);
    let other = supervise("con_b", "leg_2", "usr_sv", Mode::Listen, true);
    assert_eq!(floor.desk.ask(other), "WRONG_STATE");
    assert!(floor.talks[0].is_heard_by(&floor.supervisor, 0x71));
}

#[test]
fn what_happened_to_phones_is_told_again_on_the_next_connection() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, true);
    let mut desk = Desk::connect(&floor.node);
    let mut told = Vec::new();
    while told
        .last()
        .is_none_or(|word| word != "con_a leg_1 in Listen")
    {
        told.extend(desk.words(1));
    }
    assert!(told.contains(&"phone connected con_a".to_owned()));
    desk.unsupervise_on("con_a", "leg_1");
    assert_eq!(desk.words(1), [ended("con_a", "leg_1", LegEnd::Moved)]);
}

#[test]
fn a_node_that_stops_hangs_up_parked_phones_too() {
    let mut floor = floor();
    floor.supervise("leg_1", Mode::Listen, true);
    floor.desk.unsupervise_on("con_a", "leg_1");
    floor.desk.words(2);
    floor.node.stop();
    floor.supervisor.expect_bye();
    let told = floor.desk.words(5);
    assert!(told.contains(&"phone gone Released".to_owned()), "{told:?}");
}
