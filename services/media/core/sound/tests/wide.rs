//! Voices in wide band: to whom they go so, and to whom not.

mod support;

use sound::{Codec, Mode, Role, Slot};
use support::{wide_of, Line, Sent, CUSTOMER, MS, OPERATOR, SUPERVISOR};

const VALUES: [i16; 3] = [1_000, 4_000, 12_000];
const PHASES: [u64; 3] = [0, 7 * MS, 12 * MS];

/// A customer on the telephone, an operator and a supervisor in browsers.
fn line() -> Line {
    let mut line = Line::of_three(VALUES, PHASES);
    line.set_apart(OPERATOR, true);
    line.set_wide(OPERATOR, true);
    line.set_wide(SUPERVISOR, true);
    line
}

fn since(line: &Line, to: Slot, since: u64) -> Vec<&Sent> {
    let sent = line.seen.sent_to(to).into_iter();
    sent.filter(|sent| sent.at > since).collect()
}

fn whisper(line: &mut Line) {
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor's leg");
}

#[test]
fn a_whisper_goes_to_the_operators_second_track_as_it_came_and_beside_it_as_g711() {
    let mut line = line();
    let first = wide_of(&line.phones[2]);
    whisper(&mut line);
    line.run(100 * MS);
    let whispered: Vec<_> = since(&line, OPERATOR, 0);
    let whispered: Vec<_> = whispered.iter().filter(|sent| sent.aside).collect();
    assert_eq!(whispered.len(), 5);
    assert_eq!(whispered[0].wide, first);
    assert!(whispered.iter().all(|sent| sent.wide.len() == 3));
    assert!(whispered.iter().all(|sent| sent.payload.len() == 160));
    let numbers: Vec<u16> = whispered.iter().map(|sent| sent.sequence).collect();
    assert!(numbers
        .windows(2)
        .all(|pair| pair[1] == pair[0].wrapping_add(1)));
}

#[test]
fn a_telephone_is_sent_nothing_wide_and_nothing_wide_is_taken_from_it() {
    let mut line = line();
    line.phones[0].wide = true;
    line.run(200 * MS);
    line.supervise(SUPERVISOR, Some(Mode::Barge))
        .expect("a supervisor's leg");
    line.run(200 * MS);
    assert!(since(&line, CUSTOMER, 0)
        .iter()
        .all(|sent| sent.wide.is_empty()));
    let talk = since(&line, OPERATOR, 0);
    assert!(talk.iter().all(|sent| sent.wide.is_empty()));
}

#[test]
fn who_hears_several_hears_none_of_them_in_wide_band() {
    let mut line = line();
    let second = line.add(Role::Supervisor, Codec::Pcmu, 500, 3 * MS);
    line.set_wide(second, true);
    whisper(&mut line);
    line.run(100 * MS);
    let mixed_at = line.now();
    line.supervise(second, Some(Mode::Whisper))
        .expect("a supervisor's leg");
    line.run(200 * MS);
    let alone_at = line.now();
    line.supervise(second, None).expect("a supervisor's leg");
    line.run(100 * MS);
    let wide = |sent: &&Sent| !sent.wide.is_empty();
    let whispered: Vec<_> = since(&line, OPERATOR, 0);
    let whispered: Vec<_> = whispered.into_iter().filter(|sent| sent.aside).collect();
    for sent in &whispered {
        let several = sent.at > mixed_at && sent.at <= alone_at;
        assert_eq!(wide(sent), !several, "at {}", sent.at);
    }
    assert!(whispered.iter().filter(|sent| sent.at > mixed_at).count() >= 14);
}

#[test]
fn a_muted_voice_is_silent_in_wide_band_too() {
    let mut line = line();
    whisper(&mut line);
    line.call.mute(SUPERVISOR, true).expect("a leg");
    line.run(100 * MS);
    assert!(since(&line, OPERATOR, 0)
        .iter()
        .all(|sent| sent.wide.is_empty()));
}

#[test]
fn two_who_consult_while_the_customer_is_on_hold_hear_each_other_in_wide_band_until_it_is_over() {
    let mut line = line();
    let second = line.add(Role::Operator, Codec::Pcmu, 500, 3 * MS);
    line.set_wide(second, true);
    let music = std::sync::Arc::new(sound::Prompt::from_pcmu(&[1; 1_600]));
    let now = line.now();
    line.call.hold(now, CUSTOMER, 1, music, &mut line.seen);
    line.run(100 * MS);
    let resumed_at = line.now();
    line.call.resume(&mut line.seen);
    line.run(100 * MS);
    for each in [OPERATOR, second] {
        let sent = since(&line, each, 0);
        assert!(sent.iter().filter(|sent| sent.at <= resumed_at).count() >= 4);
        for sent in sent {
            assert_eq!(sent.wide.is_empty(), sent.at > resumed_at);
        }
    }
}
