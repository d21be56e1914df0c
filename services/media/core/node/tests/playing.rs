//! What a customer is played: music again and again, digits read back, long waits for a message.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{self, PlayOutcome};
use support::desk::CONTACT;
use support::stage::{answered, Stage};

/// A prompt of one frame of that byte; its hash.
fn prompt(stage: &mut Stage, byte: u8) -> String {
    let hash = format!("{byte:064x}");
    stage.desk.put_prompt(&hash, vec![byte; 160]);
    hash
}

fn play(play_id: &str, prompts: &[String]) -> wire::Play {
    wire::Play {
        contact_id: CONTACT.to_owned(),
        play_id: play_id.to_owned(),
        prompt_sha256: prompts.to_vec(),
        ..wire::Play::default()
    }
}

fn played(stage: &mut Stage) -> wire::Played {
    match stage.desk.what() {
        What::Played(played) => played,
        other => panic!("{other:?}"),
    }
}

#[test]
fn music_goes_on_until_a_further_play_or_an_operator() {
    let mut stage = answered();
    let music = prompt(&mut stage, 0x31);
    let position = prompt(&mut stage, 0x32);
    let repeat = |play_id: &str| wire::Play {
        repeat: true,
        ..play(play_id, std::slice::from_ref(&music))
    };
    stage.desk.order(Asked::Play(repeat("play_1")));
    for _ in 0..20 {
        assert_eq!(stage.caller.hear(), [0x31; 160]);
    }
    stage.desk.order(Asked::Play(play("play_2", &[position])));
    let (first, second) = (played(&mut stage), played(&mut stage));
    assert_eq!(first.outcome(), PlayOutcome::Stopped);
    assert!(first.heard_ms > first.total_ms && first.total_ms == 20);
    assert_eq!(second.outcome(), PlayOutcome::Completed);
    stage.desk.order(Asked::Play(repeat("play_3")));
    stage.desk.dial("leg_op", "usr_op", 5_000);
    stage.operator.pick_up(&stage.operator.ring());
    let told = stage.desk.words(4);
    assert!(told[2].contains("Stopped"), "{told:?}");
    assert_eq!(told[3], "con_1 leg_op joined");
}

#[test]
fn keyed_digits_are_read_back_between_two_prompts() {
    let mut stage = answered();
    let ask = prompt(&mut stage, 0x30);
    let digits: Vec<String> = (0..10).map(|n| prompt(&mut stage, 0x40 + n)).collect();
    let collect = wire::Play {
        digits_max: 8,
        finish_key: "*".to_owned(),
        ..play("play_1", std::slice::from_ref(&ask))
    };
    stage.desk.order(Asked::Play(collect));
    // Keys count from when the question is played.
    assert_eq!(stage.caller.hear(), [0x30; 160]);
    for key in [7, 0, 11, 2, 10] {
        stage.caller.press(stage.dialog.rtp_port, key);
    }
    assert_eq!(played(&mut stage).digits, "70#2");
    while stage.caller.hears_soon(&[0x30; 160]) {}
    let back = wire::Play {
        read_back_play_id: "play_1".to_owned(),
        digit_sha256: digits,
        closing_sha256: vec![ask.clone()],
        ..play("play_2", &[ask])
    };
    stage.desk.order(Asked::Play(back.clone()));
    let heard: Vec<u8> = (0..5).map(|_| stage.caller.hear()[0]).collect();
    // A key that is no digit has no prompt.
    assert_eq!(heard, [0x30, 0x47, 0x40, 0x42, 0x30]);
    let told = played(&mut stage);
    assert_eq!((told.heard_ms, told.total_ms), (100, 100));
    // What was read back stays the last that was keyed, and no other play's digits are known.
    let again = wire::Play {
        play_id: "play_3".to_owned(),
        ..back.clone()
    };
    assert_eq!(stage.desk.ask(Asked::Play(again)), "");
    let other = wire::Play {
        read_back_play_id: "play_2".to_owned(),
        ..back
    };
    assert_eq!(stage.desk.ask(Asked::Play(other)), "WRONG_STATE");
}

#[test]
fn a_message_of_five_minutes_may_be_waited_for() {
    let mut stage = answered();
    let beep = prompt(&mut stage, 0x33);
    let message = wire::Play {
        digits_max: 1,
        first_digit_ms: 300_000,
        ..play("play_1", &[beep])
    };
    stage.desk.order(Asked::Play(message));
    assert_eq!(stage.caller.hear(), [0x33; 160]);
    stage.caller.press(stage.dialog.rtp_port, 11);
    let told = played(&mut stage);
    assert_eq!(
        (told.outcome(), told.digits.as_str()),
        (PlayOutcome::Collected, "")
    );
}

#[test]
fn plays_that_make_no_sense_are_refused() {
    let mut stage = answered();
    let known = prompt(&mut stage, 0x34);
    let one = || play("play_1", std::slice::from_ref(&known));
    let ten = || vec![known.clone(); 10];
    let table = [
        ("no prompt", play("play_1", &[])),
        ("nine prompts", play("play_1", &vec![known.clone(); 9])),
        (
            "music with digits",
            wire::Play {
                repeat: true,
                digits_max: 1,
                ..one()
            },
        ),
        (
            "music as guidance",
            wire::Play {
                repeat: true,
                guidance: true,
                ..one()
            },
        ),
        (
            "a finishing digit",
            wire::Play {
                digits_max: 1,
                finish_key: "1".to_owned(),
                ..one()
            },
        ),
        (
            "nine digits' prompts",
            wire::Play {
                read_back_play_id: "play_0".to_owned(),
                digit_sha256: vec![known.clone(); 9],
                ..one()
            },
        ),
        (
            "digits' prompts for nothing",
            wire::Play {
                digit_sha256: ten(),
                ..one()
            },
        ),
        (
            "a closing of nothing",
            wire::Play {
                closing_sha256: vec![known.clone()],
                ..one()
            },
        ),
    ];
    for (what, order) in table {
        assert_eq!(stage.desk.ask(Asked::Play(order)), "BAD_ORDER", "{what}");
    }
}
