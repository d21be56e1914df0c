//! Who is judged to speak: tones and real speech go in as packets, what is noted comes out.

use std::f64::consts::TAU;
use std::fs;

use proptest::prelude::*;
use sound::speech::{Cast, LegSecond, Noted, Second, Talk, OVERLAP_MIN, SILENCE_MIN, TOLD_AFTER};
use sound::{Codec, Micros, Role, Slot, Tapped, FRAME_SAMPLES, LEGS_MAX};

const MS: Micros = 1_000;
const FRAME: Micros = 20 * MS;
const START: Micros = 5_000 * MS;

const CUSTOMER: Slot = Slot(0);
const OPERATOR: Slot = Slot(1);
const SUPERVISOR: Slot = Slot(2);

fn cast(roles: &[Role], held: bool) -> Cast {
    let mut all = [None; LEGS_MAX];
    for (place, &role) in all.iter_mut().zip(roles) {
        *place = Some(role);
    }
    Cast { roles: all, held }
}

fn of_three(held: bool) -> Cast {
    cast(&[Role::Customer, Role::Operator, Role::Supervisor], held)
}

/// What a leg says, from [`START`] on, and how its packets come.
struct Says {
    slot: Slot,
    audible: bool,
    codec: Codec,
    samples: Vec<i16>,
    /// How much later than spoken each packet comes; those without one are lost.
    late: Vec<Option<Micros>>,
}

fn says(slot: Slot, samples: Vec<i16>) -> Says {
    let late = vec![Some(0); samples.len() / FRAME_SAMPLES];
    Says {
        slot,
        audible: slot != SUPERVISOR,
        codec: Codec::Pcmu,
        samples,
        late,
    }
}

/// Lets a talk hear it all, in the order of arrival, and some silence.
fn noted(talk: &mut Talk, all: &[Says], until: Micros) -> Vec<Noted> {
    let mut packets = Vec::new();
    for said in all {
        for (n, frame) in said.samples.chunks_exact(FRAME_SAMPLES).enumerate() {
            let Some(late) = said.late[n] else { continue };
            let mut payload = [0; FRAME_SAMPLES];
            said.codec.encode(frame, &mut payload);
            packets.push((START + (n as u64 + 1) * FRAME + late, said, n, payload));
        }
    }
    packets.sort_by_key(|(at, said, n, _)| (*at, said.slot.0, *n));
    let mut noted = Vec::new();
    for (at, said, n, payload) in &packets {
        let tapped = Tapped {
            role: Role::Customer,
            leg: said.slot,
            source: u64::from(said.slot.0),
            timestamp: (u32::MAX - 999).wrapping_add((n * FRAME_SAMPLES) as u32),
            at: *at,
            codec: said.codec,
            payload,
        };
        talk.hear(said.audible, &tapped, &mut |what| {
            noted.push(what);
        });
    }
    talk.ripen(until, &mut |what| {
        noted.push(what);
    });
    noted
}

fn hear(all: &[Says], seconds: u64) -> Vec<Noted> {
    let mut talk = Talk::new(START, &of_three(false));
    noted(&mut talk, all, START + seconds * 1_000 * MS + TOLD_AFTER)
}

fn seconds(noted: &[Noted]) -> Vec<Second> {
    let second = |what: &Noted| match what {
        Noted::Second(second) => Some(*second),
        _ => None,
    };
    noted.iter().filter_map(second).collect()
}

/// What was told but the seconds.
fn told(noted: &[Noted]) -> Vec<Noted> {
    let told = noted
        .iter()
        .filter(|what| !matches!(what, Noted::Second(_)));
    told.copied().collect()
}

fn leg(second: &Second, slot: Slot) -> LegSecond {
    second.legs[slot.index()].expect("a leg")
}

fn speech_ms(noted: &[Noted], slot: Slot) -> u32 {
    let all = seconds(noted);
    all.iter().map(|second| leg(second, slot).speech_ms).sum()
}

fn tone(amplitude: f64, milliseconds: usize) -> Vec<i16> {
    let sample = |n| (amplitude * (TAU * 440.0 * n as f64 / 8_000.0).sin()) as i16;
    (0..milliseconds * 8).map(sample).collect()
}

fn quiet(milliseconds: usize) -> Vec<i16> {
    vec![0; milliseconds * 8]
}

/// Tone where the pattern says so, in stretches of so long.
fn tones(pattern: &[bool], milliseconds: usize) -> Vec<i16> {
    let part = |&on: &bool| tone(if on { 8_000.0 } else { 0.0 }, milliseconds);
    pattern.iter().flat_map(part).collect()
}

/// Even white noise of that root mean square.
fn noise(rms: f64, samples: usize) -> Vec<i16> {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    (0..samples)
        .map(|_| (next() * rms * 12_f64.sqrt()).round() as i16)
        .collect()
}

fn rms_of(dbfs: f64) -> f64 {
    32_768.0 * 10_f64.powf(dbfs / 20.0)
}

/// A prompt of the standard ones, whole seconds of it.
fn prompt(name: &str) -> Vec<i16> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../seed/prompts");
    let bytes = fs::read(format!("{folder}/{name}.wav")).expect("a prompt");
    let data = bytes
        .windows(4)
        .position(|four| four == b"data")
        .expect("sound");
    let mut samples: Vec<i16> = bytes[data + 8..]
        .chunks_exact(2)
        .map(|two| i16::from_le_bytes([two[0], two[1]]))
        .collect();
    samples.resize(samples.len().div_ceil(8_000) * 8_000, 0);
    samples
}

#[test]
fn a_level_is_the_root_mean_square_of_the_second() {
    for (codec, amplitude, expected) in [
        (Codec::Pcmu, 32_000.0, -32),
        (Codec::Pcmu, 8_231.0, -150),
        (Codec::Pcma, 8_231.0, -150),
        (Codec::Pcma, 823.1, -350),
        (Codec::Pcmu, 82.31, -550),
    ] {
        let said = Says {
            codec,
            ..says(CUSTOMER, tone(amplitude, 2_000))
        };
        let noted = hear(&[said], 2);
        for second in seconds(&noted) {
            let level = leg(&second, CUSTOMER).level_tenth_dbfs;
            assert!(
                (level - expected).abs() <= 2,
                "{level} instead of {expected}"
            );
        }
    }
}

#[test]
fn nothing_and_digital_silence_are_told_apart() {
    let second = seconds(&hear(&[says(CUSTOMER, quiet(1_000))], 1))[0];
    assert_eq!(leg(&second, CUSTOMER).level_tenth_dbfs, -959);
    assert_eq!(leg(&second, OPERATOR).level_tenth_dbfs, -960);
}

#[test]
fn a_second_ends_with_a_second_of_the_clock_and_holds_all_legs() {
    let noted = hear(&[says(OPERATOR, tone(8_000.0, 3_000))], 3);
    let ends: Vec<_> = seconds(&noted)
        .iter()
        .map(|second| second.end - START)
        .collect();
    assert_eq!(ends, [1_000 * MS, 2_000 * MS, 3_000 * MS]);
    let legs: Vec<_> = seconds(&noted)[0]
        .legs
        .iter()
        .map(Option::is_some)
        .collect();
    assert_eq!(legs, [true, true, true, false, false, false, false, false]);
}

#[test]
fn a_tone_is_speech() {
    let noted = hear(&[says(CUSTOMER, tone(8_000.0, 2_000))], 2);
    assert_eq!(speech_ms(&noted, CUSTOMER), 2_000);
}

#[test]
fn low_white_noise_is_no_speech() {
    for dbfs in [-60.0, -50.0, -46.0] {
        let noted = hear(&[says(CUSTOMER, noise(rms_of(dbfs), 80_000))], 10);
        assert_eq!(speech_ms(&noted, CUSTOMER), 0, "at {dbfs} dBFS");
    }
}

#[test]
fn real_speech_is_speech_loud_or_soft_or_over_a_noisy_line() {
    for name in [
        "ja/guidance",
        "ja/menu",
        "ja/sorry",
        "en/guidance",
        "en/menu",
        "en/sorry",
    ] {
        let clean = prompt(name);
        let of = |samples: Vec<i16>| speech_ms(&hear(&[says(CUSTOMER, samples)], 8), CUSTOMER);
        let words = of(clean.clone());
        // Words, the pauses between them, and what was added to fill the last second.
        let whole = clean.len() as u32 / 8;
        assert!(
            (whole * 4 / 10..whole).contains(&words),
            "{name}: {words} of {whole} ms"
        );
        let soft = of(clean.iter().map(|sample| sample / 2).collect());
        assert!(
            soft.abs_diff(words) <= words / 8,
            "{name}: {soft} ms at half the voltage, not {words}"
        );
        let hiss = noise(rms_of(-50.0), clean.len());
        let noisy = of(clean
            .iter()
            .zip(hiss)
            .map(|(a, b)| a.saturating_add(b))
            .collect());
        assert!(
            noisy.abs_diff(words) <= words / 12,
            "{name}: {noisy} ms over noise, not {words}"
        );
    }
}

#[test]
fn silence_is_told_after_3_s_since_the_last_word_and_again_when_it_ends() {
    let customer = [tone(8_000.0, 1_000), quiet(4_500), tone(8_000.0, 500)].concat();
    let operator = [quiet(1_000), tone(8_000.0, 500), quiet(4_500)].concat();
    let noted = hear(&[says(CUSTOMER, customer), says(OPERATOR, operator)], 6);
    let since = START + 1_500 * MS;
    let expected = [
        Noted::SilenceBegan { since },
        Noted::SilenceEnded { silent_ms: 4_000 },
    ];
    assert_eq!(told(&noted), expected);
}

#[test]
fn silence_is_told_in_time() {
    let mut talk = Talk::new(START, &of_three(false));
    let spoken = says(CUSTOMER, tone(8_000.0, 1_000));
    let due = START + 1_000 * MS + SILENCE_MIN + TOLD_AFTER;
    let before = noted(&mut talk, &[spoken], due - 40 * MS);
    assert_eq!(told(&before), []);
    let mut then = Vec::new();
    talk.ripen(due, &mut |what| then.push(what));
    assert_eq!(told(&then).len(), 1);
}

#[test]
fn a_stream_that_stops_is_silence() {
    let mut customer = says(CUSTOMER, tone(8_000.0, 6_000));
    customer.late[50..].fill(None);
    let noted = hear(&[customer], 6);
    assert_eq!(speech_ms(&noted, CUSTOMER), 1_000);
    let since = START + 1_000 * MS;
    assert_eq!(told(&noted), [Noted::SilenceBegan { since }]);
}

#[test]
fn a_hold_ends_a_silence_and_is_none() {
    let mut talk = Talk::new(START, &of_three(false));
    let mut told = Vec::new();
    let mut note = |what| {
        if !matches!(what, Noted::Second(_)) {
            told.push(what);
        }
    };
    talk.recast(START + 4_000 * MS, &of_three(true), &mut note);
    talk.recast(START + 14_000 * MS, &of_three(false), &mut note);
    talk.ripen(START + 16_000 * MS, &mut note);
    let [Noted::SilenceBegan { since: START }, Noted::SilenceEnded { silent_ms }] = told[..] else {
        panic!("{told:?}");
    };
    assert!((3_500..=4_000).contains(&silent_ms), "{silent_ms}");
}

#[test]
fn a_whisper_does_not_end_a_silence_but_a_voice_that_the_customer_hears_does() {
    for (audible, silences) in [(false, 1), (true, 0)] {
        let spoken = says(SUPERVISOR, tone(8_000.0, 4_000));
        let noted = hear(&[Says { audible, ..spoken }], 4);
        assert_eq!(told(&noted).len(), silences);
        assert_eq!(speech_ms(&noted, SUPERVISOR), 4_000);
    }
}

#[test]
fn speaking_at_once_is_counted_each_second_and_told_from_1_s_on() {
    let customer = tones(&[true, true, false, true], 1_000);
    let operator = [
        quiet(500),
        tone(8_000.0, 1_800),
        quiet(700),
        tone(8_000.0, 900),
    ]
    .concat();
    let noted = hear(&[says(CUSTOMER, customer), says(OPERATOR, operator)], 5);
    let overlaps: Vec<_> = seconds(&noted)
        .iter()
        .map(|second| second.overlap_ms)
        .collect();
    assert_eq!(overlaps, [500, 1_000, 0, 900, 0]);
    let since = START + 500 * MS;
    let expected = [
        Noted::OverlapBegan { since },
        Noted::OverlapEnded { overlap_ms: 1_500 },
    ];
    assert_eq!(told(&noted), expected);
}

#[test]
fn who_speaks_at_once_on_hold_does_not_overlap() {
    let mut talk = Talk::new(START, &of_three(true));
    let spoken = [CUSTOMER, OPERATOR].map(|slot| says(slot, tone(8_000.0, 3_000)));
    let noted = noted(&mut talk, &spoken, START + 3_000 * MS + TOLD_AFTER);
    assert!(seconds(&noted).iter().all(|second| second.overlap_ms == 0));
    assert_eq!(told(&noted), []);
}

#[test]
fn a_customer_overlaps_with_whichever_operator_speaks() {
    let roles = [Role::Customer, Role::Operator, Role::Operator];
    let mut talk = Talk::new(START, &cast(&roles, false));
    let spoken = [
        says(CUSTOMER, tone(8_000.0, 2_000)),
        says(SUPERVISOR, tone(8_000.0, 2_000)),
    ];
    let noted = noted(&mut talk, &spoken, START + 3_000 * MS + TOLD_AFTER);
    let overlap: u32 = seconds(&noted).iter().map(|second| second.overlap_ms).sum();
    assert_eq!(overlap, 2_000);
}

#[test]
fn a_change_of_turn_is_no_overlap() {
    let customer = tones(&[true, false, true, false], 700);
    let operator = tones(&[false, true, false, true], 700);
    let noted = hear(&[says(CUSTOMER, customer), says(OPERATOR, operator)], 3);
    assert!(seconds(&noted).iter().all(|second| second.overlap_ms == 0));
}

#[test]
fn a_leg_that_comes_later_is_heard_from_then_on() {
    let two = cast(&[Role::Customer, Role::Operator], false);
    let mut talk = Talk::new(START, &two);
    talk.recast(START + 500 * MS, &of_three(false), &mut |_| ());
    let spoken = says(SUPERVISOR, tone(8_000.0, 2_000));
    let noted = noted(&mut talk, &[spoken], START + 2_000 * MS + TOLD_AFTER);
    assert!(speech_ms(&noted, SUPERVISOR) >= 1_500);
}

/// Nanoseconds that this thread has had of a core, by the system's count.
fn worked_ns() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    stat.split(' ')
        .next()
        .and_then(|ns| ns.parse().ok())
        .expect("a number")
}

#[test]
fn listening_costs_a_small_part_of_a_core() {
    const SECONDS: u32 = 600;
    let mut payload = [0; FRAME_SAMPLES];
    Codec::Pcmu.encode(&noise(8_000.0, FRAME_SAMPLES), &mut payload);
    let mut talk = Talk::new(0, &of_three(false));
    let before = worked_ns();
    for frame in 0..SECONDS * 50 {
        for leg in [CUSTOMER, OPERATOR, SUPERVISOR] {
            let (role, codec, source) = (Role::Customer, Codec::Pcmu, 1);
            let (timestamp, at) = (frame * 160, u64::from(frame + 1) * FRAME);
            let payload = &payload;
            let tapped = Tapped {
                role,
                leg,
                source,
                timestamp,
                at,
                codec,
                payload,
            };
            talk.hear(true, &tapped, &mut |_| ());
        }
    }
    let micros = (worked_ns() - before) / 1_000 / u64::from(SECONDS);
    println!("{micros} us of a core for a second of a call with three legs");
    assert!(
        micros < 250,
        "{micros} us: 1,000 calls would need more than a quarter of a core"
    );
}

/// Whether a party speaks, in stretches of 300 ms: longer than any pause that is bridged.
fn pattern() -> impl Strategy<Value = Vec<bool>> {
    proptest::collection::vec(any::<bool>(), 20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn jitter_and_codec_change_nothing(
        customer in pattern(), operator in pattern(), a_law: bool,
        late in proptest::collection::vec(0..60_u64, 300),
    ) {
        let codec = if a_law { Codec::Pcma } else { Codec::Pcmu };
        let all = |late: &dyn Fn(usize) -> Micros, codec| {
            [(CUSTOMER, &customer), (OPERATOR, &operator)].map(|(slot, pattern)| {
                let spoken = says(slot, tones(pattern, 300));
                let late = (0..300).map(|n| Some(late(n))).collect();
                Says { codec, late, ..spoken }
            })
        };
        // The first packet sets where a source begins: it comes in time.
        let jitter = |n: usize| if n == 0 { 0 } else { late[n] * MS };
        let even = hear(&all(&|_| 0, Codec::Pcmu), 6);
        let jittered = hear(&all(&jitter, codec), 6);
        prop_assert_eq!(told(&even), told(&jittered));
        for (one, other) in seconds(&even).iter().zip(seconds(&jittered)) {
            prop_assert_eq!(one.overlap_ms, other.overlap_ms);
            for slot in [CUSTOMER, OPERATOR] {
                prop_assert_eq!(leg(one, slot).speech_ms, leg(&other, slot).speech_ms);
            }
        }
    }

    #[test]
    fn speech_is_as_long_as_what_was_said(customer in pattern()) {
        let noted = hear(&[says(CUSTOMER, tones(&customer, 300))], 6);
        let spoken = customer.iter().filter(|&&on| on).count() as u32 * 300;
        prop_assert_eq!(speech_ms(&noted, CUSTOMER), spoken);
    }

    #[test]
    fn what_begins_ends_and_overlap_is_no_longer_than_either_speaks(
        customer in pattern(), operator in pattern(), stretch in 1..8_usize,
    ) {
        let all = [(CUSTOMER, &customer), (OPERATOR, &operator)]
            .map(|(slot, pattern)| says(slot, tones(pattern, 300 * stretch)));
        let noted = hear(&all, 6 * stretch as u64);
        for second in seconds(&noted) {
            let spoken = |slot| leg(&second, slot).speech_ms;
            prop_assert!(second.overlap_ms <= spoken(CUSTOMER).min(spoken(OPERATOR)));
            prop_assert!(spoken(CUSTOMER) <= 1_000 && spoken(SUPERVISOR) == 0);
        }
        let (mut silent, mut at_once) = (false, false);
        for what in told(&noted) {
            match what {
                Noted::SilenceBegan { .. } => prop_assert!(!std::mem::replace(&mut silent, true)),
                Noted::SilenceEnded { silent_ms } => {
                    prop_assert!(std::mem::take(&mut silent));
                    prop_assert!(Micros::from(silent_ms) * MS >= SILENCE_MIN);
                }
                Noted::OverlapBegan { .. } => prop_assert!(!std::mem::replace(&mut at_once, true)),
                Noted::OverlapEnded { overlap_ms } => {
                    prop_assert!(std::mem::take(&mut at_once));
                    prop_assert!(Micros::from(overlap_ms) * MS >= OVERLAP_MIN);
                }
                Noted::Second(_) => {}
            }
        }
    }

    #[test]
    fn whatever_comes_figures_stay_within_their_bounds(
        packets in proptest::collection::vec(
            (0..LEGS_MAX as u8, 0..3_u64, any::<u32>(), 0..9_000_000_u64,
             proptest::collection::vec(any::<u8>(), 1..480), any::<bool>()), 1..120),
    ) {
        let mut talk = Talk::new(START, &of_three(false));
        let mut noted = Vec::new();
        for (slot, source, timestamp, at, payload, a_law) in &packets {
            let codec = if *a_law { Codec::Pcma } else { Codec::Pcmu };
            let (source, timestamp, at) = (*source, *timestamp, *at);
            let (role, leg) = (Role::Customer, Slot(*slot));
            let tapped = Tapped { role, leg, source, timestamp, at, codec, payload };
            talk.hear(true, &tapped, &mut |what| { noted.push(what); });
        }
        for second in seconds(&noted) {
            for leg in second.legs.into_iter().flatten() {
                prop_assert!(leg.speech_ms <= 1_000);
                prop_assert!((-960..=0).contains(&leg.level_tenth_dbfs));
            }
        }
    }
}
