//! A paused recording: nothing that is said or keyed meanwhile is kept anywhere.

mod support;

use sasayaki_node::media::spool;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{self, PlayOutcome, SpoolPage, Track};
use support::desk::{Desk, CONTACT};
use support::stage::{answered, Stage};

/// A call of which all that the customer says is recorded.
fn recorded() -> Stage {
    let mut stage = answered();
    let guidance = "a".repeat(64);
    stage.desk.put_prompt(&guidance, vec![0x11; 160]);
    stage.desk.play("play_1", &guidance, true, 0);
    until(&mut stage.desk, |what| matches!(what, What::TapOpened(_)));
    stage
}

fn until(desk: &mut Desk, wanted: impl Fn(&What) -> bool) -> What {
    loop {
        let what = desk.what();
        if wanted(&what) {
            return what;
        }
    }
}

/// The customer says that payload for a while.
fn say(stage: &Stage, payload: u8, frames: u32) {
    for _ in 0..frames {
        stage
            .caller
            .speak(stage.dialog.rtp_port, 0, &[payload; 160]);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Ends the call; the pages of its recording.
fn pages(mut stage: Stage) -> Vec<SpoolPage> {
    stage.desk.hang_up("");
    until(&mut stage.desk, |what| matches!(what, What::TapClosed(_)));
    stage.node.stop();
    let mut files: Vec<_> = std::fs::read_dir(&stage.node.settings.spool)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |file| spool::pages(&std::fs::read(file).unwrap());
    files.into_iter().flat_map(read).collect()
}

fn count(pages: &[SpoolPage], payload: u8) -> usize {
    let bytes = pages.iter().flat_map(|page| &page.pcmu);
    bytes.filter(|&&byte| byte == payload).count()
}

#[test]
fn nothing_of_what_is_said_in_a_pause_reaches_the_disk() {
    let mut stage = recorded();
    say(&stage, 0x31, 20);
    assert_eq!(stage.desk.pause_tap(true), "");
    let What::TapPaused(began) = stage.desk.what() else {
        panic!("not paused")
    };
    say(&stage, 0x32, 20);
    assert_eq!(stage.desk.pause_tap(true), "", "paused already");
    assert_eq!(stage.desk.pause_tap(false), "");
    let What::TapResumed(ended) = stage.desk.what() else {
        panic!("not resumed")
    };
    assert!(ended.at_ms >= began.at_ms + 400);
    say(&stage, 0x33, 20);
    assert_eq!(stage.desk.pause_tap(false), "", "resumed already");
    let pages = pages(stage);
    assert_eq!(count(&pages, 0x32), 0);
    assert!(count(&pages, 0x31) >= 15 * 160 && count(&pages, 0x33) >= 15 * 160);
    for track in [Track::Customer, Track::Operator, Track::Supervisor] {
        let of_track = pages.iter().filter(|page| page.track() == track);
        let pauses = of_track.flat_map(|page| {
            let start = page.start_ms * 8;
            let pauses = page.pauses.iter();
            pauses.map(move |pause| (start + pause.from_sample, pause.samples))
        });
        let pauses: Vec<_> = pauses.collect();
        let samples: u32 = pauses.iter().map(|(_, samples)| samples).sum();
        assert_eq!(
            (pauses[0].0, samples),
            (began.at_ms * 8, (ended.at_ms - began.at_ms) * 8),
            "{track:?}"
        );
    }
}

#[test]
fn keys_of_a_pause_are_told_to_nobody_and_not_read_back() {
    let mut stage = recorded();
    let menu = "b".repeat(64);
    stage.desk.put_prompt(&menu, vec![0x22; 8_000]);
    let mut ask = |play_id: &str, paused: [bool; 2]| {
        assert_eq!(stage.desk.pause_tap(paused[0]), "");
        stage.desk.play(play_id, &menu, false, 2);
        // A key before the prompt counts for nothing.
        while !stage.caller.hears_soon(&[0x22; 160]) {}
        stage.caller.press(stage.dialog.rtp_port, 4);
        // The first key was taken, and cut the prompt, before the recording is paused or goes on.
        while stage.caller.hears_soon(&[0x22; 160]) {}
        assert_eq!(stage.desk.pause_tap(paused[1]), "");
        stage.caller.press(stage.dialog.rtp_port, 2);
        let played = until(&mut stage.desk, |what| matches!(what, What::Played(_)));
        let What::Played(played) = played else {
            return None;
        };
        assert_eq!(played.play_id, play_id);
        assert_eq!(played.outcome(), PlayOutcome::Collected);
        Some(played.digits)
    };
    assert_eq!(ask("play_2", [false, false]).as_deref(), Some("42"));
    assert_eq!(ask("play_3", [false, true]).as_deref(), Some(""));
    assert_eq!(ask("play_4", [true, true]).as_deref(), Some(""));
    assert_eq!(ask("play_5", [true, false]).as_deref(), Some(""));
    for play_id in ["play_3", "play_4", "play_5"] {
        let back = wire::Play {
            contact_id: CONTACT.to_owned(),
            play_id: "play_6".to_owned(),
            read_back_play_id: play_id.to_owned(),
            digit_sha256: vec![menu.clone(); 10],
            ..wire::Play::default()
        };
        assert_eq!(stage.desk.ask(Asked::Play(back)), "WRONG_STATE");
    }
}

#[test]
fn a_recording_that_is_paused_before_it_begins_begins_paused() {
    let mut stage = answered();
    assert_eq!(stage.desk.pause_tap(true), "");
    let guidance = "a".repeat(64);
    stage.desk.put_prompt(&guidance, vec![0x11; 160]);
    stage.desk.play("play_1", &guidance, true, 0);
    until(&mut stage.desk, |what| matches!(what, What::TapOpened(_)));
    let What::TapPaused(paused) = until(&mut stage.desk, |what| !matches!(what, What::Played(_)))
    else {
        panic!("not paused")
    };
    assert_eq!(paused.at_ms, 0);
    say(&stage, 0x34, 10);
    let pages = pages(stage);
    assert!(!pages.is_empty() && count(&pages, 0x34) == 0);
}

#[test]
fn a_pause_holds_when_the_desk_is_gone() {
    let mut stage = recorded();
    assert_eq!(stage.desk.pause_tap(true), "");
    until(&mut stage.desk, |what| matches!(what, What::TapPaused(_)));
    stage.desk.reconnect(&stage.node);
    assert_eq!(stage.desk.hello.contact_ids, [CONTACT]);
    say(&stage, 0x35, 20);
    assert_eq!(stage.desk.pause_tap(true), "");
    say(&stage, 0x35, 10);
    let pages = pages(stage);
    assert_eq!(count(&pages, 0x35), 0);
}

#[test]
fn a_call_that_is_not_recorded_is_not_paused() {
    let mut stage = recorded();
    stage.desk.hang_up("");
    assert_eq!(stage.desk.pause_tap(true), "WRONG_STATE");
}
