//! Opus between browsers: who hears it as it was said, who as G.711, and what becomes of what is none.

mod support;

use std::f64::consts::TAU;
use std::time::{Duration, Instant};

use sasayaki_node::media::spool;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{Mode, PickUp, SpoolPage, Track};
use support::browser::{Browser, Heard, Offer, Side, Speaks};
use support::desk::CONTACT;
use support::stage::{answered, Stage};
use support::PATIENCE;

const OPERATOR: u8 = 0x52;
const SUPERVISOR: u8 = 0x63;
const PCMU_SILENCE: u8 = 0xff;

/// A customer who talks with an operator's browser, and is recorded; a supervisor's browser that could do all.
fn talking(operator: Offer) -> (Stage, Browser, Browser) {
    let mut stage = answered();
    let guidance = "a".repeat(64);
    stage.desk.put_prompt(&guidance, vec![0x11; 160]);
    stage.desk.play("play_1", &guidance, true, 0);
    let operator = Browser::connect_with(&mut stage.desk, "usr_op", "brw_1", operator);
    let offer = Offer::of_opus_too();
    let supervisor = Browser::connect_with(&mut stage.desk, "usr_sv", "brw_2", offer);
    stage.desk.dial("leg_op", "usr_op", 5_000);
    let (contact_id, leg_id) = (CONTACT.to_owned(), "leg_op".to_owned());
    stage
        .desk
        .order(Asked::PickUp(PickUp { contact_id, leg_id }));
    while !matches!(stage.desk.what(), What::Joined(_)) {}
    operator.say(OPERATOR);
    (stage, operator, supervisor)
}

fn supervise(stage: &mut Stage, mode: Mode) {
    stage.desk.supervise("leg_sv", "usr_sv", mode);
    while !matches!(stage.desk.what(), What::ModeApplied(_)) {}
}

fn is_opus(heard: &Heard) -> bool {
    heard.opus
}

/// What comes to a browser from here on, at least that many packets.
fn heard_from_here(browser: &Browser, packets: usize) -> Vec<Heard> {
    let until = Instant::now() + PATIENCE;
    browser.take_packets();
    let mut heard = Vec::new();
    while heard.len() < packets {
        assert!(Instant::now() < until, "of {packets} came {}", heard.len());
        std::thread::sleep(Duration::from_millis(5));
        heard.extend(browser.take_packets());
    }
    heard
}

/// What is whispered to a browser from here on, once that many packets of the wanted kind have come.
fn whispered(browser: &Browser, packets: usize, wanted: fn(&Heard) -> bool) -> Vec<Heard> {
    let until = Instant::now() + PATIENCE;
    let mut heard = Vec::new();
    browser.take_packets();
    while heard.iter().filter(|each| wanted(each)).count() < packets {
        assert!(Instant::now() < until, "of {packets} came {}", heard.len());
        std::thread::sleep(Duration::from_millis(5));
        let came = browser.take_packets().into_iter();
        heard.extend(came.filter(|each| each.side == Side::Whisper));
    }
    heard
}

/// How much of these samples is a tone.
fn share(sound: &[i16], hertz: f64) -> f64 {
    let (mut re, mut im, mut all) = (0.0, 0.0, 1.0);
    for (n, &sample) in sound.iter().enumerate() {
        let (sample, angle) = (f64::from(sample), TAU * hertz * n as f64 / 8_000.0);
        re += sample * angle.cos();
        im += sample * angle.sin();
        all += sample * sample;
    }
    2.0 * (re * re + im * im) / (sound.len() as f64 * all)
}

fn decoded(pcmu: &[u8]) -> Vec<i16> {
    let mut sound = vec![0; pcmu.len()];
    sound::Codec::Pcmu.decode(pcmu, &mut sound);
    sound
}

/// The most that a packet of those that come to the telephone is of the supervisor's tone.
fn customer_hears(stage: &Stage, packets: usize) -> f64 {
    let heard = (0..packets * 4).filter_map(|_| stage.caller.heard_soon());
    let shares = heard
        .take(packets)
        .map(|heard| share(&decoded(&heard), 1_000.0));
    shares.fold(0.0, f64::max)
}

/// Ends the call; what was recorded of a party.
fn recorded(mut stage: Stage, track: Track) -> Vec<u8> {
    stage.desk.hang_up("");
    while !matches!(stage.desk.what(), What::TapClosed(_)) {}
    stage.node.stop();
    let files = std::fs::read_dir(&stage.node.settings.spool).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file| spool::pages(&std::fs::read(file).unwrap());
    let pages = files.into_iter().flat_map(read);
    let pages = pages.filter(|page: &SpoolPage| page.track() == track);
    pages.flat_map(|page| page.pcmu).collect()
}

#[test]
fn a_whisper_in_opus_is_heard_by_the_operator_as_it_was_said_and_a_barge_by_the_telephone() {
    let (mut stage, operator, supervisor) = talking(Offer::of_opus_too());
    supervisor.speak(Speaks::Opus);
    supervise(&mut stage, Mode::Whisper);
    let heard = whispered(&operator, 30, is_opus);
    let said = supervisor.opus_said();
    let begun = heard.iter().position(is_opus).unwrap();
    let (before, heard) = heard.split_at(begun);
    let silence = |each: &Heard| each.payload.iter().all(|&byte| byte == PCMU_SILENCE);
    assert!(before.iter().all(silence), "{before:?}");
    let strange = heard
        .iter()
        .position(|each| !each.opus || !said.contains(&each.payload));
    assert_eq!(strange, None, "{heard:?}");
    for pair in heard.windows(2) {
        let numbers = pair[1].sequence.wrapping_sub(pair[0].sequence);
        let ticks = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert_eq!(ticks, u32::from(numbers) * 960);
    }
    assert!(
        customer_hears(&stage, 25) < 0.1,
        "the customer hears a whisper"
    );
    assert!(stage.node.metrics.browser_wide_total.get() >= 30);

    supervise(&mut stage, Mode::Barge);
    let until = Instant::now() + PATIENCE;
    while customer_hears(&stage, 10) < 0.5 {
        assert!(Instant::now() < until, "the customer does not hear a barge");
    }
    let heard = heard_from_here(&operator, 5);
    assert!(
        heard.iter().all(|each| each.side == Side::Talk),
        "{heard:?}"
    );

    let track = decoded(&recorded(stage, Track::Supervisor));
    let seconds = track
        .chunks(800)
        .filter(|tenth| share(tenth, 1_000.0) > 0.9);
    assert!(seconds.count() >= 5, "the whisper is not in the recording");
}

#[test]
fn a_page_without_opus_hears_a_whisper_of_opus_as_g711() {
    let (mut stage, operator, supervisor) = talking(Offer::new());
    supervisor.speak(Speaks::Opus);
    supervise(&mut stage, Mode::Whisper);
    let heard = whispered(&operator, 20, |each| !each.opus);
    assert!(!heard.iter().any(is_opus));
    let last = decoded(&heard[19].payload);
    assert!(share(&last, 1_000.0) > 0.9);
    assert_eq!(stage.node.metrics.browser_wide_total.get(), 0);
}

#[test]
fn a_voice_that_changes_between_g711_and_opus_goes_on_in_one_stream() {
    let (mut stage, operator, supervisor) = talking(Offer::of_opus_too());
    supervisor.say(SUPERVISOR);
    supervise(&mut stage, Mode::Whisper);
    let mut heard = whispered(&operator, 10, |each| !each.opus);
    for (speaks, is_wanted) in [
        (Speaks::Opus, is_opus as fn(&Heard) -> bool),
        (Speaks::Pcmu, |each: &Heard| !each.opus),
        (Speaks::Opus, is_opus),
    ] {
        supervisor.speak(speaks);
        // What came between the two looks is missing here, not to the page.
        let wanted = whispered(&operator, 15, is_wanted);
        heard.extend(wanted);
    }
    for pair in heard.windows(2) {
        let numbers = pair[1].sequence.wrapping_sub(pair[0].sequence) as i16;
        let ticks = pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32;
        assert!(numbers > 0, "{numbers} numbers on");
        // In the clock of whichever came before (RFC 7160, 4.1); a pause of the thread moves it by whole frames.
        let frame = if pair[0].opus { 960 } else { 160 };
        if numbers == 1 {
            assert!(ticks >= frame && ticks % 160 == 0, "{ticks} ticks on");
        }
    }
    assert!(customer_hears(&stage, 10) < 0.1);
}

#[test]
fn what_claims_to_be_opus_is_counted_and_concealed_and_no_browser_is_sent_it() {
    let (mut stage, operator, supervisor) = talking(Offer::of_opus_too());
    supervisor.speak(Speaks::Rubbish);
    supervise(&mut stage, Mode::Whisper);
    let heard = whispered(&operator, 5, |each| !each.opus);
    assert!(!heard.iter().any(is_opus));
    let metrics = &stage.node.metrics;
    assert!(metrics.browser_opus_refused_total.get() >= 3);
    assert!(metrics.browser_opus_concealed_total.get() >= 5);
    supervisor.speak(Speaks::Opus);
    let said = whispered(&operator, 10, is_opus);
    let known = supervisor.opus_said();
    assert!(said
        .iter()
        .filter(|each| each.opus)
        .all(|each| known.contains(&each.payload)));
}
