//! What parties of a call are sent.

mod support;

use sound::{Codec, Count, Happening, Mode, Role, Slot, FRAME_SAMPLES};
use support::{address, packet, Line, CUSTOMER, MS, OPERATOR, ROLES, SUPERVISOR};

const VALUES: [i16; 3] = [1_000, 4_000, 12_000];
const PHASES: [u64; 3] = [0, 7 * MS, 12 * MS];

fn line() -> Line {
    Line::of_three(VALUES, PHASES)
}

/// The second half of a payload as the sample value that fills it.
fn value(payload: &[u8]) -> i16 {
    let mut samples = [0; FRAME_SAMPLES];
    Codec::Pcmu.decode(payload, &mut samples);
    assert!(
        samples[1..].iter().all(|&sample| sample == samples[1]),
        "one value"
    );
    samples[1]
}

fn near(value: i16, expected: i16) -> bool {
    (i32::from(value) - i32::from(expected)).abs() <= i32::from(expected) / 25 + 8
}

/// The packets to `to` since a time, by value.
fn values_since(line: &Line, to: Slot, since: u64) -> Vec<i16> {
    let sent = line.seen.sent_to(to);
    sent.iter()
        .filter(|sent| sent.at > since)
        .map(|sent| value(&sent.payload))
        .collect()
}

#[test]
fn a_single_voice_is_forwarded_at_once_byte_for_byte() {
    let mut line = line();
    let first = line.phones[1].sequence;
    line.run(500 * MS);
    let sent = line.seen.sent_to(CUSTOMER);
    assert_eq!(sent.len(), 25);
    for (n, sent) in sent.iter().enumerate() {
        assert_eq!(sent.payload[0], first.wrapping_add(n as u16) as u8 | 0x80);
        assert_eq!(sent.at % (20 * MS), PHASES[1]);
    }
    assert_eq!(line.seen.count(Count::Mixed), 0);
}

#[test]
fn a_voice_in_the_other_codec_is_transcoded() {
    let mut line = Line::new();
    let customer = line.add(Role::Customer, Codec::Pcma, 1_000, 0);
    let operator = line.add(Role::Operator, Codec::Pcmu, 4_000, 5 * MS);
    line.call.join(&mut line.seen);
    line.run(100 * MS);
    let heard = |slot: Slot, codec: Codec| {
        let sent = line.seen.sent_to(slot);
        assert!(sent
            .iter()
            .all(|sent| sent.payload_type == codec.payload_type()));
        let mut samples = [0; FRAME_SAMPLES];
        codec.decode(&sent[0].payload, &mut samples);
        samples[9]
    };
    assert!(near(heard(customer, Codec::Pcma), 4_000));
    assert!(near(heard(operator, Codec::Pcmu), 1_000));
}

#[test]
fn nobody_hears_anybody_before_they_are_joined() {
    let mut line = Line::new();
    line.add(Role::Customer, Codec::Pcmu, 1_000, 0);
    line.add(Role::Operator, Codec::Pcmu, 4_000, 0);
    line.run(100 * MS);
    assert!(line.seen.sent.is_empty());
}

#[test]
fn each_mode_has_its_own_audibility() {
    let mut line = line();
    let modes = [
        (None, [4_000, 1_000, 0]),
        (Some(Mode::Listen), [4_000, 1_000, 5_000]),
        (Some(Mode::Whisper), [4_000, 13_000, 5_000]),
        (Some(Mode::Listen), [4_000, 1_000, 5_000]),
        (None, [4_000, 1_000, 0]),
    ];
    for (mode, heard) in modes {
        line.supervise(SUPERVISOR, mode)
            .expect("a supervisor's leg");
        line.run(50 * MS);
        let since = line.now();
        line.run(500 * MS);
        for (slot, heard) in [CUSTOMER, OPERATOR, SUPERVISOR].into_iter().zip(heard) {
            let values = values_since(&line, slot, since);
            let expected = if heard == 0 { 0 } else { 25 };
            assert_eq!(values.len(), expected, "{mode:?} {slot:?}");
            assert!(
                values.iter().all(|&value| near(value, heard)),
                "{mode:?} {slot:?} {values:?}"
            );
        }
    }
}

#[test]
fn changes_of_mode_leave_no_gap_for_customer_or_operator() {
    let mut line = line();
    line.run(100 * MS);
    for n in 0..200_u64 {
        let mode = [None, Some(Mode::Listen), Some(Mode::Whisper)][n as usize % 3];
        line.supervise(SUPERVISOR, mode)
            .expect("a supervisor's leg");
        line.run(n * 137 % 90 * MS);
    }
    for slot in [CUSTOMER, OPERATOR] {
        let sent = line.seen.sent_to(slot);
        for pair in sent.windows(2) {
            assert_eq!(pair[1].at - pair[0].at, 20 * MS);
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
            assert_eq!(pair[1].ssrc, pair[0].ssrc);
        }
    }
}

#[test]
fn a_whisper_waits_for_the_customers_packet_and_never_longer_than_one_frame() {
    for phase in 0..20 {
        let mut line = Line::of_three(VALUES, [0, 3 * MS, phase * MS]);
        line.run(100 * MS);
        line.supervise(SUPERVISOR, Some(Mode::Whisper))
            .expect("a supervisor's leg");
        line.run(200 * MS);
        let since = line.now();
        line.phones[2].value = 0;
        line.run(100 * MS);
        let sent = line.seen.sent_to(OPERATOR);
        let silent = sent
            .iter()
            .find(|s| s.at > since && near(value(&s.payload), 1_000));
        let said = since.next_multiple_of(20 * MS) + phase * MS;
        let waited = silent.expect("the whisper ended").at.saturating_sub(said);
        assert!(waited <= 22 * MS, "phase {phase} ms: {waited} µs");
        assert!(
            sent.iter().all(|sent| sent.at % (20 * MS) == 0),
            "the customer is the anchor"
        );
    }
}

#[test]
fn a_lost_anchor_is_replaced_after_20_ms_and_takes_over_again() {
    let mut line = line();
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor's leg");
    line.run(200 * MS);
    let lost_at = line.now();
    line.phones[0].until = lost_at;
    line.run(300 * MS);
    let back_at = line.now();
    line.phones[0].until = u64::MAX;
    line.run(300 * MS);
    let sent = line.seen.sent_to(OPERATOR);
    let widest = sent
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .max()
        .expect("packets");
    assert!(widest <= 40 * MS, "a gap of {widest} µs");
    let during = values_since(&line, OPERATOR, lost_at + 60 * MS);
    assert!(near(during[0], 12_000) && near(*during.last().expect("packets"), 13_000));
    assert!(sent
        .iter()
        .all(|s| s.at <= back_at + 20 * MS || near(value(&s.payload), 13_000)));
    // Never two senders at once: no more packets than frames in the time.
    let frames = (line.now() - 1_000 * MS) / (20 * MS);
    assert!(
        sent.len() as u64 <= frames,
        "{} packets in {frames} frames",
        sent.len()
    );
    for pair in sent.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn a_supervisor_who_leaves_is_not_heard_any_more() {
    let mut line = line();
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor's leg");
    line.run(100 * MS);
    line.call.remove_leg(SUPERVISOR, &mut line.seen);
    let since = line.now();
    line.run(200 * MS);
    assert!(values_since(&line, OPERATOR, since)
        .iter()
        .all(|&value| near(value, 1_000)));
    assert!(values_since(&line, SUPERVISOR, since).is_empty());
}

#[test]
fn only_the_exact_address_of_the_sdp_is_heard_and_recorded() {
    let mut line = line();
    line.call.set_tapped(true);
    let phone = line.phones[1].clone();
    let bytes = packet(&phone, 0, 0, &[0x55; 160]);
    let mut elsewhere = address(OPERATOR);
    elsewhere.set_port(elsewhere.port() + 1);
    line.deliver(OPERATOR, elsewhere, &bytes);
    line.deliver(
        OPERATOR,
        "127.0.0.9:30002".parse().expect("address"),
        &bytes,
    );
    assert_eq!(line.seen.count(Count::Foreign), 2);
    assert!(line.seen.sent.is_empty() && line.seen.tapped.is_empty());
}

#[test]
fn repeated_and_foreign_payloads_are_counted_and_not_sent() {
    let mut line = line();
    let phone = line.phones[1].clone();
    let bytes = packet(&phone, 0, 0, &[0x55; 160]);
    line.deliver(OPERATOR, address(OPERATOR), &bytes);
    line.deliver(OPERATOR, address(OPERATOR), &bytes);
    line.deliver(
        OPERATOR,
        address(OPERATOR),
        &packet(&phone, 8, 0, &[0x55; 160]),
    );
    assert_eq!(line.seen.sent.len(), 1);
    assert_eq!(line.seen.count(Count::Duplicate), 1);
    assert_eq!(line.seen.count(Count::WrongPayload), 1);
}

#[test]
fn a_phone_that_begins_anew_is_heard_at_once() {
    let mut line = line();
    line.run(100 * MS);
    line.phones[1].ssrc = 4_711;
    line.phones[1].sequence = 9;
    line.phones[1].timestamp = 5;
    line.run(100 * MS);
    let sent = line.seen.sent_to(CUSTOMER);
    assert_eq!(sent.len(), 10);
    for pair in sent.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
    }
}

#[test]
fn a_leg_on_hold_neither_sends_nor_receives() {
    let mut line = line();
    line.call
        .set_direction(line.seen.now, OPERATOR, false, false);
    line.run(100 * MS);
    assert!(line.seen.sent.is_empty());
    line.call.set_direction(line.seen.now, OPERATOR, true, true);
    line.run(100 * MS);
    assert_eq!(line.seen.sent.len(), 10);
}

#[test]
fn keys_are_neither_sent_on_nor_recorded_and_leave_no_loss_in_the_numbers() {
    let mut line = line();
    line.call.set_tapped(true);
    line.run(100 * MS);
    line.press(0, '5');
    line.run(100 * MS);
    let sent = line.seen.sent_to(OPERATOR);
    assert_eq!(line.seen.count(Count::Keys), 1);
    assert!(sent.iter().all(|sent| sent.payload.len() == FRAME_SAMPLES));
    assert!(line
        .seen
        .tapped
        .iter()
        .all(|said| said.payload.len() == FRAME_SAMPLES));
    for pair in sent.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn the_tap_holds_each_voice_once_and_a_supervisors_only_while_it_is_heard() {
    let mut line = line();
    line.supervise(SUPERVISOR, Some(Mode::Listen))
        .expect("a supervisor's leg");
    line.run(100 * MS);
    assert!(line.seen.tapped.is_empty());
    line.call.set_tapped(true);
    line.run(100 * MS);
    let of = |line: &Line, role| {
        line.seen
            .tapped
            .iter()
            .filter(|said| said.role == role)
            .count()
    };
    assert_eq!(
        [Role::Customer, Role::Operator, Role::Supervisor].map(|r| of(&line, r)),
        [5, 5, 0]
    );
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor's leg");
    line.run(100 * MS);
    assert_eq!(of(&line, Role::Supervisor), 5);
    line.call.set_tapped(false);
    line.run(100 * MS);
    assert_eq!(line.seen.tapped.len(), 25);
}

#[test]
fn a_silent_leg_is_told_of_once_until_it_is_heard_again() {
    let mut line = line();
    line.phones[0].until = line.now() + 1_000 * MS;
    line.run(30_000 * MS);
    let told: Vec<_> = line
        .seen
        .happened
        .iter()
        .map(|(_, happening)| *happening)
        .collect();
    assert_eq!(
        told,
        [Happening::Silent {
            leg: CUSTOMER,
            silent_ms: 10_000
        }]
    );
}

#[test]
fn a_talk_is_listened_to_from_its_joining_on_recorded_or_not() {
    let mut line = Line::new();
    line.add(Role::Customer, Codec::Pcmu, 1_000, 0);
    line.run(100 * MS);
    assert_eq!((line.call.cast(), line.seen.listened.len()), (None, 0));
    line.add(Role::Operator, Codec::Pcmu, 1_000, 7 * MS);
    line.call.join(&mut line.seen);
    line.run(100 * MS);
    let heard = |slot| {
        line.seen
            .listened
            .iter()
            .filter(|&&heard| heard == (slot, true))
            .count()
    };
    assert_eq!((heard(CUSTOMER), heard(OPERATOR)), (5, 5));
}

#[test]
fn a_supervisors_voice_counts_in_the_talk_while_the_customer_hears_it() {
    let mut line = Line::of_three([1_000; 3], PHASES);
    for (mode, audible) in [
        (None, false),
        (Some(Mode::Whisper), false),
        (Some(Mode::Barge), true),
    ] {
        line.call.supervise(SUPERVISOR, mode, &mut line.seen);
        line.seen.listened.clear();
        line.run(20 * MS);
        assert!(
            line.seen.listened.contains(&(SUPERVISOR, audible)),
            "{mode:?}"
        );
    }
}

#[test]
fn a_talk_is_held_while_customer_or_operator_neither_hears_nor_is_heard() {
    let mut line = Line::of_three([1_000; 3], [0; 3]);
    for (slot, holds) in [(CUSTOMER, true), (OPERATOR, true), (SUPERVISOR, false)] {
        line.call.set_direction(line.seen.now, slot, true, false);
        let held = line.call.cast().expect("a talk").held;
        assert_eq!(held, holds, "{slot:?}");
        line.call.set_direction(line.seen.now, slot, true, true);
    }
    let cast = line.call.cast().expect("a talk");
    assert!(!cast.held);
    let roles: Vec<_> = cast.roles.into_iter().flatten().collect();
    assert_eq!(roles, ROLES);
}
