//! What a measurement counts.

use super::*;

fn pair() -> (Meter, Arc<Marks>) {
    let (mut meter, marks) = (Meter::new(), Arc::new(Marks::new(7)));
    meter.know(marks.clone());
    (meter, marks)
}

#[test]
fn a_forwarded_frame_is_matched_with_its_send_time_and_a_gap_is_a_loss() {
    let (mut meter, marks) = pair();
    let mut expected = Expected::new();
    for number in 0..10u64 {
        let mark = marks.stamp(Kind::Stream, number * 1_000_000);
        if number != 4 && number != 5 {
            meter.hear(
                Role::Caller,
                &mut expected,
                number * 1_000_000 + 50_000,
                &mark.frame(),
            );
        }
    }
    let report = meter.report(0);
    assert_eq!(report["payloads_ok"], 8);
    assert_eq!(report["lost_packets"], 2);
    assert_eq!(report["forward"]["samples"], 8);
    assert_eq!(report["forward"]["max_us"], 50.0);
}

#[test]
fn a_changed_payload_is_bad_and_silence_is_neither() {
    let (mut meter, marks) = pair();
    let mut frame = marks.stamp(Kind::Stream, 1).frame();
    frame[80] ^= 3;
    meter.hear(Role::Caller, &mut Expected::new(), 2, &frame);
    meter.hear(Role::Operator, &mut Expected::new(), 2, &frame);
    meter.hear(
        Role::Caller,
        &mut Expected::new(),
        3,
        &[mulaw::SILENCE; 160],
    );
    let report = meter.report(0);
    let bad = (
        &report["payloads_ok"],
        &report["payloads_bad"],
        &report["mixes_bad"],
    );
    assert_eq!(bad, (&json!(0), &json!(1), &json!(1)));
}

#[test]
fn whispers_count_once_when_heard_and_young_ones_do_not_count_as_sent() {
    let (mut meter, marks) = pair();
    let second = 1_000_000_000;
    marks.stamp(Kind::Burst, 1);
    meter.reset();
    for number in 1..=4u64 {
        let mark = marks.stamp(Kind::Burst, number * second);
        if number != 2 {
            meter.hear(
                Role::Operator,
                &mut Expected::new(),
                number * second + 9,
                &mark.frame(),
            );
            meter.hear(
                Role::Operator,
                &mut Expected::new(),
                number * second + 20,
                &mark.frame(),
            );
        }
    }
    assert_eq!(meter.whispers(4 * second + 1), (3, 2));
    assert_eq!(meter.whispers(5 * second), (4, 3));
    meter.reset();
    assert_eq!(meter.whispers(5 * second), (0, 0));
}

#[test]
fn a_whisper_that_a_caller_hears_is_a_leak() {
    let (mut meter, marks) = pair();
    let mark = marks.stamp(Kind::Burst, 5);
    meter.hear(Role::Caller, &mut Expected::new(), 6, &mark.frame());
    assert_eq!(meter.report(0)["whispers_leaked"], 1);
}
