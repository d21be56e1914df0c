//! Prompts that are heard and keys that are collected.

mod support;

use std::sync::Arc;

use sound::play::DIGITS_MAX;
use sound::{Codec, Collect, Happening, PlayOutcome, Prompt, Role, Slot, Then};
use support::{Line, CUSTOMER, MS, OPERATOR};

const MENU: Collect = Collect {
    digits_max: 1,
    first_ms: 5_000,
    between_ms: 3_000,
    finish_key: None,
    interrupts: true,
};

fn prompt(byte: u8, milliseconds: usize) -> Arc<Prompt> {
    Arc::new(Prompt::from_pcmu(&vec![byte; milliseconds * 8]))
}

fn customer() -> Line {
    let mut line = Line::new();
    line.add(Role::Customer, Codec::Pcmu, 1_000, 0);
    line
}

fn play(line: &mut Line, id: u64, prompts: Vec<Arc<Prompt>>, collect: Option<Collect>) {
    let then = collect.map_or(Then::End, Then::Collect);
    play_then(line, id, prompts, then);
}

fn play_then(line: &mut Line, id: u64, prompts: Vec<Arc<Prompt>>, then: Then) {
    let now = line.seen.now;
    line.call
        .play(now, CUSTOMER, id, prompts, then, &mut line.seen);
}

/// Play, when it ended after the start, heard and total milliseconds, outcome, keys.
type Ended = (u64, u64, u32, u32, PlayOutcome, String);

fn ended(line: &Line) -> Vec<Ended> {
    let plays = line
        .seen
        .happened
        .iter()
        .filter_map(|(at, happening)| match happening {
            Happening::Played {
                play,
                heard_ms,
                total_ms,
                outcome,
                digits,
            } => {
                let digits = digits.as_str().to_owned();
                Some((
                    *play,
                    at / MS - 1_000,
                    *heard_ms,
                    *total_ms,
                    *outcome,
                    digits,
                ))
            }
            Happening::Silent { .. } | Happening::TalkBackEnded { .. } => None,
        });
    plays.collect()
}

fn end(play: u64, after: u64, heard: u32, total: u32, outcome: PlayOutcome, keys: &str) -> Ended {
    (play, after, heard, total, outcome, keys.to_owned())
}

#[test]
fn prompts_are_sent_every_20_ms_one_after_another_and_end_when_they_were_heard() {
    let mut line = customer();
    play(&mut line, 1, vec![prompt(1, 100), prompt(2, 60)], None);
    line.run(1_000 * MS);
    let sent = line.seen.sent_to(CUSTOMER);
    let heard: Vec<_> = sent
        .iter()
        .map(|sent| (sent.at / MS - 1_000, sent.payload[0]))
        .collect();
    let expected = [
        (0, 1),
        (20, 1),
        (40, 1),
        (60, 1),
        (80, 1),
        (100, 2),
        (120, 2),
        (140, 2),
    ];
    assert_eq!(heard, expected);
    assert_eq!(
        ended(&line),
        [end(1, 160, 160, 160, PlayOutcome::Completed, "")]
    );
}

#[test]
fn a_hang_up_tells_how_much_was_heard_to_the_frame() {
    let mut line = customer();
    play(&mut line, 1, vec![prompt(1, 3_000)], None);
    line.run(1_000 * MS);
    line.call.remove_leg(CUSTOMER, &mut line.seen);
    assert_eq!(
        ended(&line),
        [end(1, 1_000, 1_020, 3_000, PlayOutcome::HungUp, "")]
    );
}

#[test]
fn keys_during_guidance_are_ignored() {
    let mut line = customer();
    let guidance = Collect {
        interrupts: false,
        ..MENU
    };
    play(&mut line, 1, vec![prompt(1, 500)], Some(guidance));
    line.run(100 * MS);
    line.press(0, '9');
    line.run(500 * MS);
    assert_eq!(ended(&line), []);
    line.press(0, '2');
    assert_eq!(
        ended(&line),
        [end(1, 600, 500, 500, PlayOutcome::Collected, "2")]
    );
    let mut line = customer();
    play(&mut line, 2, vec![prompt(1, 500)], None);
    line.run(100 * MS);
    line.press(0, '9');
    line.run(500 * MS);
    assert_eq!(
        ended(&line),
        [end(2, 500, 500, 500, PlayOutcome::Completed, "")]
    );
}

#[test]
fn the_first_key_stops_a_menu_and_counts() {
    let mut line = customer();
    play(
        &mut line,
        1,
        vec![prompt(1, 2_000), prompt(1, 2_000)],
        Some(MENU),
    );
    line.run(90 * MS);
    line.press(0, '2');
    line.run(500 * MS);
    assert_eq!(
        ended(&line),
        [end(1, 90, 100, 4_000, PlayOutcome::Collected, "2")]
    );
    assert_eq!(line.seen.sent_to(CUSTOMER).len(), 5);
}

#[test]
fn several_keys_are_collected_until_there_are_enough_or_the_finishing_one_comes() {
    for (keys, collected) in [("1234", "1234"), ("12#", "12"), ("#", "")] {
        let mut line = customer();
        let pin = Collect {
            digits_max: 4,
            finish_key: Some('#'),
            ..MENU
        };
        play(&mut line, 1, vec![prompt(1, 20)], Some(pin));
        line.run(100 * MS);
        for key in keys.chars() {
            assert_eq!(ended(&line), []);
            line.press(0, key);
            line.run(40 * MS);
        }
        let ended = ended(&line);
        assert_eq!(ended.len(), 1);
        assert_eq!(
            (ended[0].4, ended[0].5.as_str()),
            (PlayOutcome::Collected, collected)
        );
    }
}

#[test]
fn a_key_that_does_not_come_times_out() {
    let mut line = customer();
    play(&mut line, 1, vec![prompt(1, 100)], Some(MENU));
    line.run(9_000 * MS);
    assert_eq!(
        ended(&line),
        [end(1, 5_100, 100, 100, PlayOutcome::TimedOut, "")]
    );
}

#[test]
fn a_further_key_that_does_not_come_times_out_with_those_before() {
    let mut line = customer();
    play(
        &mut line,
        1,
        vec![prompt(1, 100)],
        Some(Collect {
            digits_max: 4,
            ..MENU
        }),
    );
    line.run(1_000 * MS);
    line.press(0, '1');
    line.run(2_000 * MS);
    line.press(0, '2');
    line.run(9_000 * MS);
    assert_eq!(
        ended(&line),
        [end(1, 6_000, 100, 100, PlayOutcome::TimedOut, "12")]
    );
}

#[test]
fn more_keys_than_fit_are_not_asked_for() {
    let mut line = customer();
    play(
        &mut line,
        1,
        vec![],
        Some(Collect {
            digits_max: 255,
            ..MENU
        }),
    );
    for _ in 0..DIGITS_MAX {
        line.press(0, '7');
        line.run(20 * MS);
    }
    assert_eq!(ended(&line)[0].5.len(), DIGITS_MAX);
}

#[test]
fn another_play_a_stop_or_joining_stops_a_play() {
    let mut line = customer();
    line.add(Role::Operator, Codec::Pcmu, 4_000, 0);
    play(&mut line, 1, vec![prompt(1, 1_000)], None);
    play(&mut line, 2, vec![prompt(2, 1_000)], None);
    line.run(50 * MS);
    line.call.stop_play(1, &mut line.seen);
    line.call.stop_play(2, &mut line.seen);
    play(&mut line, 3, vec![prompt(3, 1_000)], None);
    line.call.join(&mut line.seen);
    let outcomes: Vec<_> = ended(&line)
        .iter()
        .map(|ended| (ended.0, ended.2, ended.4))
        .collect();
    let stopped = PlayOutcome::Stopped;
    assert_eq!(
        outcomes,
        [(1, 20, stopped), (2, 60, stopped), (3, 20, stopped)]
    );
}

#[test]
fn music_is_heard_again_and_again_without_a_pause_until_it_is_stopped() {
    let mut line = customer();
    let music = vec![prompt(1, 50), prompt(2, 70)];
    play_then(&mut line, 1, music, Then::Repeat);
    line.run(990 * MS);
    assert_eq!(ended(&line), []);
    line.press(0, '5');
    line.call.stop_play(1, &mut line.seen);
    let heard = line.seen.payloads_to(CUSTOMER).concat();
    // A prompt that is not the last is padded to whole frames.
    let silence = Codec::Pcmu.silence();
    assert_eq!(heard[..400], [1; 400]);
    assert_eq!(heard[400..480], [silence; 80]);
    assert!(heard[480..].iter().all(|&byte| byte == 2));
    assert_eq!(heard.len(), 50 * 160);
    assert_eq!(
        ended(&line),
        [end(1, 990, 990, 120, PlayOutcome::Stopped, "")]
    );
}

#[test]
fn music_shorter_than_a_frame_is_music_too() {
    let mut line = customer();
    let short = Arc::new(Prompt::from_pcmu(&[7; 3]));
    play_then(&mut line, 1, vec![short], Then::Repeat);
    line.run(100 * MS);
    assert_eq!(line.seen.payloads_to(CUSTOMER).concat(), [7; 6 * 160]);
}

#[test]
fn a_leg_that_hears_a_prompt_hears_nothing_else_and_is_heard_on() {
    let mut line = customer();
    let operator = line.add(Role::Operator, Codec::Pcmu, 4_000, 3 * MS);
    line.call.join(&mut line.seen);
    line.run(100 * MS);
    play(&mut line, 1, vec![prompt(1, 200)], None);
    let since = line.now();
    line.run(400 * MS);
    let to = |slot: Slot| {
        line.seen
            .sent_to(slot)
            .into_iter()
            .filter(|s| s.at >= since)
    };
    assert_eq!(
        to(CUSTOMER)
            .take(10)
            .filter(|sent| sent.payload[0] == 1)
            .count(),
        10
    );
    assert!(to(CUSTOMER).skip(10).all(|sent| sent.payload[0] != 1));
    assert_eq!(to(operator).filter(|sent| sent.at > since).count(), 20);
    let sent = line.seen.sent_to(CUSTOMER);
    for pair in sent.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
    }
}

#[test]
fn a_prompt_waits_for_a_leg_that_can_not_hear_it() {
    let mut line = customer();
    line.call
        .set_direction(line.seen.now, CUSTOMER, true, false);
    play(&mut line, 1, vec![prompt(1, 100)], None);
    line.run(500 * MS);
    assert!(line.seen.sent.is_empty());
    line.call.set_direction(line.seen.now, CUSTOMER, true, true);
    line.run(500 * MS);
    assert_eq!(line.seen.sent.len(), 5);
    assert_eq!(ended(&line)[0].2, 100);
}

#[test]
fn a_stand_still_of_the_host_is_made_up_for_only_if_it_was_short() {
    for (stand_still, at_once) in [(100, 5), (2_000, 1)] {
        let mut line = customer();
        play(&mut line, 1, vec![prompt(1, 5_000)], None);
        line.seen.now += stand_still * MS;
        let since = line.now();
        line.call.on_deadline(since, &mut line.seen);
        let sent = line
            .seen
            .sent
            .iter()
            .filter(|sent| sent.at == since)
            .count();
        assert_eq!(sent, at_once);
    }
}

#[test]
fn only_the_leg_that_hears_the_prompt_presses_its_keys() {
    let mut line = customer();
    line.add(Role::Operator, Codec::Pcmu, 4_000, 0);
    play(&mut line, 1, vec![], Some(MENU));
    line.press(1, '3');
    assert_eq!(OPERATOR, line.phones[1].slot);
    assert_eq!(ended(&line), []);
}
