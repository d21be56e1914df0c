//! What is told of a talk's sound: levels each second, silences, and two who speak at once.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::{CallLevels, LegLevel};
use sound::g711::ulaw_encode;
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::{Dialog, Phone};
use support::Node;

const FRAME: Duration = Duration::from_millis(20);

/// A talk between two phones that say nothing of themselves.
struct Talk {
    node: Node,
    desk: Desk,
    caller: Phone,
    dialog: Dialog,
    operator: Phone,
    operators_dialog: Dialog,
    joined_us: i64,
}

fn talking() -> Talk {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let (caller, operator) = (Phone::new(&node, "090"), Phone::new(&node, "usr_op"));
    operator.register();
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    desk.dial("leg_op", "usr_op", 5_000);
    let operators_dialog = operator.pick_up(&operator.ring());
    let joined_us = loop {
        let happening = desk.next();
        if matches!(happening.happening, Some(What::Joined(_))) {
            break happening.at_us;
        }
    };
    Talk {
        node,
        desk,
        caller,
        dialog,
        operator,
        operators_dialog,
        joined_us,
    }
}

/// Says 440 Hz, −12 dBFS at the peak, in time until told to stop.
fn speak(phone: &Phone, dialog: &Dialog, stop: &AtomicBool) {
    let start = Instant::now();
    for frame in 0_u32.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let payload: Vec<u8> = (0..160)
            .map(|n| {
                let at = f64::from(frame * 160 + n) / 8_000.0;
                ulaw_encode((8_231.0 * (std::f64::consts::TAU * 440.0 * at).sin()) as i16)
            })
            .collect();
        phone.speak(dialog.rtp_port, 0, &payload);
        thread::sleep((FRAME * (frame + 1)).saturating_sub(start.elapsed()));
    }
}

/// The first second in which the customer spoke all the time.
fn loud(desk: &mut Desk) -> CallLevels {
    loop {
        let levels = desk.levels();
        if let Some(call) = levels
            .calls
            .first()
            .filter(|call| call.legs[0].speech_ms > 900)
        {
            return call.clone();
        }
    }
}

#[test]
fn levels_come_once_a_second_by_the_names_that_python_knows() {
    let mut talk = talking();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| speak(&talk.caller, &talk.dialog, &stop));
        let call = loud(&mut talk.desk);
        let (one, other) = (talk.desk.levels().at_us, talk.desk.levels().at_us);
        stop.store(true, Ordering::Relaxed);
        assert_eq!(other - one, 1_000_000);
        assert_eq!((call.contact_id.as_str(), call.overlap_ms), (CONTACT, 0));
        let [customer, operator] = &call.legs[..] else {
            panic!("{call:?}");
        };
        assert_eq!(customer.leg_id, "");
        let level = customer.level_tenth_dbfs;
        assert!((level + 150).abs() <= 5, "{level}");
        let nothing = LegLevel {
            leg_id: "leg_op".to_owned(),
            level_tenth_dbfs: -960,
            speech_ms: 0,
        };
        assert_eq!(*operator, nothing);
    });
    assert!(talk.node.metrics.levels_total.get() >= 3);
}

#[test]
fn a_silence_is_told_and_ended_before_the_call() {
    let mut talk = talking();
    let What::SilenceBegan(began) = talk.desk.what() else {
        panic!("no silence")
    };
    let apart = (began.since_us - talk.joined_us).abs();
    assert!(apart < 200_000, "{apart} us between joining and silence");
    talk.caller.bye(&mut talk.dialog);
    let What::SilenceEnded(ended) = talk.desk.what() else {
        panic!("the silence goes on")
    };
    assert!((3_000..10_000).contains(&ended.silent_ms), "{ended:?}");
    assert!(matches!(talk.desk.what(), What::LegEnded(_)));
    assert!(matches!(talk.desk.what(), What::CallEnded(_)));
}

#[test]
fn a_hold_ends_a_silence() {
    let mut talk = talking();
    assert!(matches!(talk.desk.what(), What::SilenceBegan(_)));
    let dialog = &mut talk.operators_dialog;
    dialog.cseq += 1;
    let held = talk.operator.sdp("sendonly");
    let kind = "Content-Type: application/sdp\r\n";
    talk.operator
        .request("INVITE", &dialog.target.clone(), dialog, kind, &held);
    talk.operator.finish(dialog, 200);
    while !matches!(talk.desk.what(), What::SilenceEnded(_)) {}
}

#[test]
fn two_who_speak_at_once_until_one_hangs_up_are_told_before_the_end() {
    let mut talk = talking();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| speak(&talk.caller, &talk.dialog, &stop));
        scope.spawn(|| speak(&talk.operator, &talk.operators_dialog, &stop));
        while loud(&mut talk.desk).overlap_ms < 1_000 {}
        // Who judges a further second has told of an overlap as long as the one before.
        talk.desk.levels();
        stop.store(true, Ordering::Relaxed);
    });
    talk.caller.bye(&mut talk.dialog);
    let What::Overlapped(overlapped) = talk.desk.what() else {
        panic!("no overlap")
    };
    assert!(overlapped.overlap_ms >= 1_000, "{overlapped:?}");
    assert!(matches!(talk.desk.what(), What::LegEnded(_)));
}

#[test]
fn levels_that_nobody_takes_are_dropped_and_counted() {
    let talk = talking();
    let Talk { node, desk, .. } = talk;
    drop(desk);
    node.wait("a second without Python", |metrics| {
        metrics.levels_dropped_total.get() >= 1
    });
}
