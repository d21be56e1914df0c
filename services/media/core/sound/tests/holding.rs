//! Customers on hold, and several operators in one call.

mod support;

use std::sync::Arc;

use sound::{Codec, Mode, PlayOutcome, Prompt, Role, Slot, FRAME_SAMPLES};
use support::{Line, CUSTOMER, MS};

const MUSIC: i16 = -20_000;

/// Customer, three operators and a supervisor, who say values whose sums differ.
const ROLES: [Role; 5] = [
    Role::Customer,
    Role::Operator,
    Role::Operator,
    Role::Operator,
    Role::Supervisor,
];
const VALUES: [i16; 5] = [500, 1_000, 2_000, 4_000, 8_000];
const PHASES: [u64; 5] = [0, 7 * MS, 12 * MS, 3 * MS, 17 * MS];
const SUPERVISOR: Slot = Slot(4);

fn line() -> Line {
    let mut line = Line::new();
    for ((role, value), phase) in ROLES.into_iter().zip(VALUES).zip(PHASES) {
        line.add(role, Codec::Pcmu, value, phase);
    }
    line.call.join(&mut line.seen);
    line
}

fn hold(line: &mut Line) {
    let mut music = [0; 1_600];
    Codec::Pcmu.encode(&[MUSIC; 1_600], &mut music);
    let music = Arc::new(Prompt::from_pcmu(&music));
    line.call
        .hold(line.seen.now, CUSTOMER, 9, music, &mut line.seen);
}

fn value(payload: &[u8]) -> i32 {
    let mut samples = [0; FRAME_SAMPLES];
    Codec::Pcmu.decode(payload, &mut samples);
    i32::from(samples[9])
}

/// What each hears from here on, once what was said before has passed.
#[track_caller]
fn expect_heard(line: &mut Line, expected: [i32; 5]) {
    line.run(60 * MS);
    let since = line.now();
    line.run(200 * MS);
    for (listener, expected) in (0..).map(Slot).zip(expected) {
        let sent = line.seen.sent_to(listener);
        let heard: Vec<i32> = sent
            .iter()
            .filter(|sent| sent.at > since)
            .map(|sent| value(&sent.payload))
            .collect();
        let near = |heard: &i32| (heard - expected).abs() <= expected.abs() / 25 + 8;
        assert_eq!(
            heard.len(),
            if expected == 0 { 0 } else { 10 },
            "{listener:?}"
        );
        assert!(heard.iter().all(near), "{listener:?}: {heard:?}");
    }
}

#[test]
fn all_operators_of_a_call_hear_each_other_and_the_customer() {
    let mut line = line();
    expect_heard(&mut line, [7_000, 6_500, 5_500, 3_500, 0]);
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor");
    expect_heard(&mut line, [7_000, 14_500, 13_500, 11_500, 7_500]);
}

#[test]
fn a_customer_on_hold_hears_only_music_while_the_operators_go_on() {
    let mut line = line();
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor");
    hold(&mut line);
    expect_heard(&mut line, [MUSIC.into(), 14_000, 13_000, 11_000, 7_000]);
    line.supervise(SUPERVISOR, Some(Mode::Barge))
        .expect("a supervisor");
    expect_heard(&mut line, [MUSIC.into(), 14_000, 13_000, 11_000, 7_000]);
    line.call.resume(&mut line.seen);
    expect_heard(&mut line, [15_000, 14_500, 13_500, 11_500, 7_500]);
}

#[test]
fn an_operator_who_comes_while_the_customer_is_on_hold_does_not_end_the_music() {
    let mut line = Line::new();
    for n in 0..2 {
        line.add(ROLES[n], Codec::Pcmu, VALUES[n], PHASES[n]);
    }
    line.call.join(&mut line.seen);
    hold(&mut line);
    line.run(100 * MS);
    line.add(Role::Operator, Codec::Pcmu, VALUES[2], PHASES[2]);
    line.call.join(&mut line.seen);
    expect_heard(&mut line, [MUSIC.into(), 2_000, 1_000, 0, 0]);
    assert!(line.seen.happened.is_empty(), "the music plays on");
}

#[test]
fn the_last_operator_hears_nobody_while_the_customer_is_on_hold() {
    let mut line = line();
    hold(&mut line);
    line.call.remove_leg(Slot(2), &mut line.seen);
    line.call.remove_leg(Slot(3), &mut line.seen);
    line.phones.truncate(2);
    expect_heard(&mut line, [MUSIC.into(), 0, 0, 0, 0]);
    line.call.resume(&mut line.seen);
    expect_heard(&mut line, [1_000, 500, 0, 0, 0]);
}

#[test]
fn who_takes_the_call_over_takes_the_customer_back() {
    let mut line = line();
    hold(&mut line);
    line.supervise(SUPERVISOR, Some(Mode::Takeover))
        .expect("a supervisor");
    expect_heard(&mut line, [15_000, 14_500, 13_500, 11_500, 7_500]);
    // Whom the supervisor then puts on hold stays there, though the mode is set again.
    hold(&mut line);
    line.supervise(SUPERVISOR, Some(Mode::Takeover))
        .expect("a supervisor");
    expect_heard(&mut line, [MUSIC.into(), 14_000, 13_000, 11_000, 7_000]);
}

#[test]
fn a_hold_is_no_silence_of_the_talk_and_its_music_ends_as_stopped() {
    let mut line = line();
    hold(&mut line);
    assert!(line.call.cast().expect("a talk").held);
    line.call.resume(&mut line.seen);
    assert!(!line.call.cast().expect("a talk").held);
    let [(_, happening)] = line.seen.happened[..] else {
        panic!("{:?}", line.seen.happened);
    };
    assert!(matches!(
        happening,
        sound::Happening::Played {
            play: 9,
            outcome: PlayOutcome::Stopped,
            ..
        }
    ));
}

#[test]
fn customers_on_hold_and_every_operator_are_recorded() {
    let mut line = line();
    line.call.set_tapped(true);
    hold(&mut line);
    line.run(200 * MS);
    let tapped = |role, value: i16| {
        let said = line.seen.tapped.iter();
        said.filter(|said| {
            said.role == role && (i32::from(value) - self::value(&said.payload)).abs() < 100
        })
        .count()
    };
    assert_eq!(tapped(Role::Customer, VALUES[0]), 10);
    for value in &VALUES[1..4] {
        assert_eq!(tapped(Role::Operator, *value), 10);
    }
}
