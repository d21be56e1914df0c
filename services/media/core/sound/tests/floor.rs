//! Several supervisors at once, and supervisors who come from another call.

mod support;

use proptest::prelude::*;
use sound::{Codec, Count, Mode, Role, Slot, FRAME_SAMPLES};
use support::{Line, Sent, CUSTOMER, MS, OPERATOR, SUPERVISOR};

const MODES: [Option<Mode>; 5] = [
    None,
    Some(Mode::Listen),
    Some(Mode::Whisper),
    Some(Mode::Barge),
    Some(Mode::Takeover),
];

/// Customer, operator and three supervisors, who say values whose sums differ.
const VALUES: [i16; 5] = [500, 1_000, 2_000, 4_000, 8_000];
const PHASES: [u64; 5] = [0, 7 * MS, 12 * MS, 3 * MS, 17 * MS];

fn line(values: [i16; 5], phases: [u64; 5]) -> Line {
    let mut line = Line::of_three(
        [values[0], values[1], values[2]],
        [phases[0], phases[1], phases[2]],
    );
    for n in 3..5 {
        line.add(Role::Supervisor, Codec::Pcmu, values[n], phases[n]);
    }
    line
}

/// Who hears whom, told independently of the table.
fn hears(listener: usize, speaker: usize, modes: [Option<Mode>; 3]) -> bool {
    let mode = |party: usize| modes[party - 2];
    if listener == speaker || (listener > 1 && mode(listener).is_none()) {
        return false;
    }
    match speaker {
        0 | 1 => true,
        _ => match mode(speaker) {
            Some(Mode::Barge | Mode::Takeover) => true,
            Some(Mode::Whisper) => listener == 1,
            _ => false,
        },
    }
}

fn value(payload: &[u8]) -> i32 {
    let mut samples = [0; FRAME_SAMPLES];
    Codec::Pcmu.decode(payload, &mut samples);
    i32::from(samples[9])
}

#[test]
fn every_mode_of_three_supervisors_at_once_has_its_own_audibility() {
    for n in 0..125 {
        let modes = [MODES[n % 5], MODES[n / 5 % 5], MODES[n / 25]];
        let mut line = line(VALUES, PHASES);
        for (slot, mode) in (2..).zip(modes) {
            line.supervise(Slot(slot), mode).expect("a supervisor");
        }
        line.run(60 * MS);
        let since = line.now();
        line.run(200 * MS);
        for listener in 0..5 {
            let expected: i32 = (0..5)
                .filter(|&speaker| hears(listener, speaker, modes))
                .map(|speaker| i32::from(VALUES[speaker]))
                .sum();
            let sent = line.seen.sent_to(Slot(listener as u8));
            let heard: Vec<i32> = sent
                .iter()
                .filter(|sent| sent.at > since)
                .map(|sent| value(&sent.payload))
                .collect();
            let near = |heard: &i32| (heard - expected).abs() <= expected / 25 + 8;
            assert_eq!(heard.len(), if expected == 0 { 0 } else { 10 });
            assert!(heard.iter().all(near), "{modes:?} {listener}: {heard:?}");
        }
    }
}

#[test]
fn the_conversation_waits_for_no_supervisor_who_speaks_too() {
    let mut line = line(VALUES, PHASES);
    for slot in 2..5 {
        line.supervise(Slot(slot), Some(Mode::Barge));
    }
    line.run(100 * MS);
    let since = line.now();
    line.run(200 * MS);
    for (listener, anchor) in [(CUSTOMER, 1), (OPERATOR, 0), (SUPERVISOR, 0)] {
        for sent in line.seen.sent_to(listener) {
            let at = sent.at % (20 * MS);
            assert!(sent.at <= since || at == PHASES[anchor], "{listener:?}");
        }
    }
}

#[test]
fn who_takes_over_drives_before_who_only_barges_in() {
    let mut line = line(VALUES, PHASES);
    line.supervise(Slot(2), Some(Mode::Barge));
    line.supervise(Slot(3), Some(Mode::Takeover));
    line.call.remove_leg(OPERATOR, &mut line.seen);
    line.phones[1].until = 0;
    line.run(100 * MS);
    let since = line.now();
    line.run(200 * MS);
    let sent = line.seen.sent_to(CUSTOMER);
    let mut late = sent.iter().filter(|sent| sent.at > since);
    assert!(late.all(|sent| sent.at % (20 * MS) == PHASES[3]));
}

#[test]
fn a_call_without_an_operator_goes_on_while_somebody_handles_it() {
    let mut line = line(VALUES, PHASES);
    line.supervise(Slot(2), Some(Mode::Takeover));
    line.supervise(Slot(3), Some(Mode::Listen));
    line.call.remove_leg(OPERATOR, &mut line.seen);
    line.call.remove_leg(Slot(3), &mut line.seen);
    let since = line.now();
    line.run(200 * MS);
    let heard = |line: &Line, slot, since| {
        let sent = line.seen.sent_to(slot);
        sent.iter().filter(|sent| sent.at > since).count()
    };
    assert!(heard(&line, CUSTOMER, since) >= 9 && heard(&line, SUPERVISOR, since) >= 9);
    line.call.remove_leg(SUPERVISOR, &mut line.seen);
    let since = line.now();
    line.run(200 * MS);
    assert_eq!(heard(&line, CUSTOMER, since), 0);
}

fn stream_is_unbroken(sent: &[&Sent]) {
    for pair in sent.windows(2) {
        assert_eq!(pair[0].ssrc, pair[1].ssrc);
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32 >= 160);
    }
}

#[test]
fn a_leg_takes_its_stream_to_another_call_and_the_old_one_does_not_notice() {
    // Phases of which no two packets of one instant could crowd the moved stream.
    let mut left = Line::of_three([500, 1_000, 2_000], [0, 7 * MS, 12 * MS]);
    let mut stayed = Line::of_three([500, 1_000, 2_000], [0, 7 * MS, 12 * MS]);
    for line in [&mut left, &mut stayed] {
        line.supervise(SUPERVISOR, Some(Mode::Listen));
        line.run(300 * MS);
    }
    let moved = left.call.take_leg(SUPERVISOR, &mut left.seen);
    let before = left.seen.sent_to(SUPERVISOR).len();
    let now = left.now();
    for line in [&mut left, &mut stayed] {
        line.run(300 * MS);
    }
    assert_eq!(left.seen.sent_to(SUPERVISOR).len(), before);
    for slot in [CUSTOMER, OPERATOR] {
        let (left, stayed) = (left.seen.sent_to(slot), stayed.seen.sent_to(slot));
        assert_eq!(left, stayed, "{slot:?}");
    }

    let mut other = Line::new();
    other.add(Role::Customer, Codec::Pcmu, 4_000, 0);
    other.add(Role::Operator, Codec::Pcmu, 8_000, 7 * MS);
    other.call.join(&mut other.seen);
    other.seen.now = now;
    let slot = other.call.put_leg(moved.expect("a leg")).expect("room");
    assert_eq!(slot, SUPERVISOR);
    other.run(100 * MS);
    assert!(other.seen.sent_to(SUPERVISOR).is_empty(), "no mode yet");
    other.supervise(slot, Some(Mode::Listen));
    let since = other.now();
    other.run(300 * MS);
    let sent: Vec<&Sent> = (left.seen.sent_to(SUPERVISOR).into_iter())
        .chain(other.seen.sent_to(SUPERVISOR))
        .collect();
    stream_is_unbroken(&sent);
    assert!(sent[before].at <= since + 20 * MS, "the next packet of all");
    assert!((value(&sent[before + 2].payload) - 12_000).abs() < 500);
    assert_eq!(other.seen.count(Count::Crowded), 0);
}

#[derive(Debug, Clone)]
enum Act {
    Say(usize),
    Wait(u64),
    Supervise(usize, Option<Mode>),
}

fn act() -> impl Strategy<Value = Act> {
    let mode = (0..5_usize).prop_map(|n| MODES[n]);
    prop_oneof![
        12 => (0..5_usize).prop_map(Act::Say),
        6 => (0..25_u64).prop_map(Act::Wait),
        3 => (0..3_usize, mode).prop_map(|(n, mode)| Act::Supervise(n, mode)),
    ]
}

/// Plays the acts; a supervisor whom `masked` names by mode says something else.
fn play(acts: &[Act], masked: &[Option<Mode>]) -> Line {
    let mut line = line(VALUES, [0; 5]);
    let mut modes = [None; 3];
    for act in acts {
        match *act {
            Act::Say(phone) => {
                let other = phone >= 2 && masked.contains(&modes[phone - 2]);
                line.phones[phone].value = if other { -30_000 } else { VALUES[phone] };
                line.say(phone);
            }
            Act::Wait(ms) => line.seen.now += ms * MS,
            Act::Supervise(n, mode) => {
                modes[n] = mode;
                line.supervise(Slot(n as u8 + 2), mode);
            }
        }
        let now = line.now();
        if line.call.next_deadline().is_some_and(|due| due <= now) {
            line.call.on_deadline(now, &mut line.seen);
        }
    }
    line
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever who listens or whispers says: not one bit of what others are sent depends on it, through every change
    /// of mode. The operator alone is sent what is whispered.
    #[test]
    fn nothing_of_a_whisper_reaches_anybody_but_the_operator(
        acts in proptest::collection::vec(act(), 1..120),
    ) {
        let said = play(&acts, &[]);
        let listening = play(&acts, &[None, Some(Mode::Listen)]);
        let whispering = play(&acts, &[None, Some(Mode::Listen), Some(Mode::Whisper)]);
        for slot in 0..5 {
            let slot = Slot(slot);
            prop_assert_eq!(said.seen.sent_to(slot), listening.seen.sent_to(slot));
            if slot != OPERATOR {
                prop_assert_eq!(said.seen.sent_to(slot), whispering.seen.sent_to(slot));
            }
        }
    }
}
