//! Muted voices, talk-back, and whispers that go apart from the talk.

mod support;

use sound::{Codec, Happening, Mode, Role, FRAME_SAMPLES};
use support::{Line, Sent, CUSTOMER, MS, OPERATOR, SUPERVISOR};

const VALUES: [i16; 3] = [1_000, 4_000, 12_000];
const SILENCE_MAX: i16 = 32;

fn loudest(sent: &Sent) -> i16 {
    let mut samples = [0; FRAME_SAMPLES];
    Codec::Pcmu.decode(&sent.payload, &mut samples);
    samples[1..].iter().copied().max().unwrap_or(0)
}

/// What the leg was sent from now on for a second, by its loudest samples.
fn hears(line: &mut Line, leg: sound::Slot, aside: bool) -> Vec<i16> {
    let before = line.seen.sent.len();
    line.run(1_000 * MS);
    let sent = line.seen.sent[before..].iter();
    sent.filter(|sent| sent.to == leg && sent.aside == aside)
        .map(loudest)
        .collect()
}

fn talk() -> Line {
    let mut line = Line::of_three(VALUES, [0, 5 * MS, 9 * MS]);
    line.run(100 * MS);
    line
}

fn supervised(mode: Mode) -> Line {
    let mut line = talk();
    line.supervise(SUPERVISOR, Some(mode))
        .expect("a supervisor");
    line.run(100 * MS);
    line
}

fn near(value: i16, wanted: i16) -> bool {
    (value - wanted).abs() <= wanted / 20
}

#[test]
fn nobody_hears_a_muted_operator_and_their_line_stays_alive() {
    let mut line = supervised(Mode::Listen);
    line.call.mute(OPERATOR, true).expect("a leg");
    let customer = hears(&mut line, CUSTOMER, false);
    assert!(customer.len() >= 49, "{}", customer.len());
    assert!(customer.iter().all(|&value| value <= SILENCE_MAX));
    let supervisor = hears(&mut line, SUPERVISOR, false);
    assert!(supervisor.iter().all(|&value| near(value, VALUES[0])));
}

#[test]
fn a_muted_voice_is_not_recorded_and_does_not_count_as_speech_of_its_own() {
    let mut line = talk();
    line.call.set_tapped(true);
    line.call.mute(OPERATOR, true).expect("a leg");
    line.run(1_000 * MS);
    let said = line
        .seen
        .tapped
        .iter()
        .filter(|said| said.role == Role::Operator);
    let silence = Codec::Pcmu.silence();
    assert!(said.clone().count() >= 49);
    assert!(said
        .clone()
        .all(|said| said.payload.iter().all(|&byte| byte == silence)));
}

#[test]
fn a_voice_that_is_let_in_again_is_heard_again() {
    let mut line = talk();
    line.call.mute(OPERATOR, true).expect("a leg");
    line.run(200 * MS);
    line.call.mute(OPERATOR, false).expect("a leg");
    let heard = hears(&mut line, CUSTOMER, false);
    assert!(heard.iter().all(|&value| near(value, VALUES[1])));
}

#[test]
fn talk_back_is_heard_by_the_supervisor_alone_and_the_customer_hears_noise() {
    let mut line = supervised(Mode::Listen);
    assert_eq!(line.call.talk_back(OPERATOR, true), Some(true));
    let customer = hears(&mut line, CUSTOMER, false);
    assert!(customer.len() >= 49, "{}", customer.len());
    assert!(customer
        .iter()
        .all(|&value| (1..=SILENCE_MAX).contains(&value)));
    let supervisor = hears(&mut line, SUPERVISOR, false);
    let both = VALUES[0] + VALUES[1];
    assert!(
        supervisor[5..].iter().all(|&value| near(value, both)),
        "{supervisor:?}"
    );
}

#[test]
fn talk_back_stands_on_the_supervisors_track() {
    let mut line = supervised(Mode::Listen);
    line.call.set_tapped(true);
    line.call.talk_back(OPERATOR, true);
    line.run(1_000 * MS);
    let of = |role| {
        line.seen
            .tapped
            .iter()
            .filter(move |said| said.role == role)
    };
    assert_eq!(of(Role::Operator).count(), 0);
    assert!(of(Role::Supervisor).count() >= 49);
}

#[test]
fn talk_back_is_not_speech_of_the_talk() {
    let mut line = supervised(Mode::Listen);
    line.call.talk_back(OPERATOR, true);
    line.seen.listened.clear();
    line.run(1_000 * MS);
    let mut told = line.seen.listened.iter();
    assert!(told.all(|&(leg, audible)| leg != OPERATOR || !audible));
}

#[test]
fn talk_back_needs_a_supervisor_and_ends_with_the_last_of_them() {
    let mut line = talk();
    assert_eq!(line.call.talk_back(OPERATOR, true), Some(false));
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor");
    assert_eq!(line.call.talk_back(OPERATOR, true), Some(true));
    line.call.remove_leg(SUPERVISOR, &mut line.seen);
    let ended = Happening::TalkBackEnded { leg: OPERATOR };
    assert!(line.seen.happened.iter().any(|(_, what)| *what == ended));
    line.phones.truncate(2);
    let heard = hears(&mut line, CUSTOMER, false);
    assert!(
        heard[1..].iter().all(|&value| near(value, VALUES[1])),
        "{heard:?}"
    );
}

#[test]
fn only_operators_talk_back() {
    let mut line = supervised(Mode::Barge);
    assert_eq!(line.call.talk_back(CUSTOMER, true), None);
    assert_eq!(line.call.talk_back(SUPERVISOR, true), None);
}

#[test]
fn with_a_second_way_to_the_ears_the_whisper_comes_there_alone() {
    let mut line = supervised(Mode::Whisper);
    line.set_apart(OPERATOR, true);
    line.run(100 * MS);
    let (mut copy, talk) = (line, VALUES[0]);
    let heard = hears(&mut copy, OPERATOR, false);
    assert!(
        heard.len() >= 49 && heard.iter().all(|&value| near(value, talk)),
        "{heard:?}"
    );
    let whispered = hears(&mut copy, OPERATOR, true);
    assert!(whispered.len() >= 49);
    assert!(
        whispered.iter().all(|&value| near(value, VALUES[2])),
        "{whispered:?}"
    );
}

#[test]
fn a_supervisor_who_barges_in_is_heard_in_the_talk_and_no_longer_apart() {
    let mut line = supervised(Mode::Whisper);
    line.set_apart(OPERATOR, true);
    line.supervise(SUPERVISOR, Some(Mode::Barge))
        .expect("a supervisor");
    line.run(100 * MS);
    let heard = hears(&mut line, OPERATOR, false);
    assert!(
        heard
            .iter()
            .all(|&value| near(value, VALUES[0] + VALUES[2])),
        "{heard:?}"
    );
    assert_eq!(hears(&mut line, OPERATOR, true), []);
}
