//! What holds for every order of packets, orders and deadlines.

mod support;

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use sound::{Codec, Happening, Mode, Prompt, Role, Slot, Then, FRAME_SAMPLES};
use support::{address, Line, Sent, CUSTOMER, EVENTS, MS, OPERATOR, ROLES, SUPERVISOR};

/// Values whose sums can be told apart through µ-law, and the prompt's.
const VALUES: [i16; 3] = [1_000, 4_000, 12_000];
const PROMPT: i16 = 28_000;

#[derive(Debug, Clone)]
enum Act {
    Say(usize),
    Lose(usize),
    Press(usize),
    BeginAnew(usize),
    Wait(u64),
    Supervise(Option<Mode>),
    Play(usize),
    /// A phone that neither hears nor says anything for a while.
    Hold(usize, bool),
    /// The customer is put on hold or taken back.
    Keep(bool),
    Mute(usize, bool),
    TalkBack(bool),
    /// The operator's phone takes whispers apart, or with the talk.
    Apart(bool),
    /// A phone speaks and takes wide band, or not.
    Wide(usize, bool),
    Join,
    Leave(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let mode = prop_oneof![
        Just(None),
        Just(Some(Mode::Listen)),
        Just(Some(Mode::Whisper)),
        Just(Some(Mode::Barge)),
        Just(Some(Mode::Takeover)),
    ];
    prop_oneof![
        30 => (0..3_usize).prop_map(Act::Say),
        2 => (0..3_usize).prop_map(Act::Lose),
        1 => (0..3_usize).prop_map(Act::Press),
        1 => (0..3_usize).prop_map(Act::BeginAnew),
        20 => (0..25_u64).prop_map(Act::Wait),
        4 => mode.prop_map(Act::Supervise),
        1 => (0..2_usize).prop_map(Act::Play),
        1 => (0..3_usize, any::<bool>()).prop_map(|(leg, held)| Act::Hold(leg, held)),
        2 => any::<bool>().prop_map(Act::Keep),
        2 => (0..3_usize, any::<bool>()).prop_map(|(leg, muted)| Act::Mute(leg, muted)),
        3 => any::<bool>().prop_map(Act::TalkBack),
        1 => any::<bool>().prop_map(Act::Apart),
        4 => (0..3_usize, any::<bool>()).prop_map(|(leg, wide)| Act::Wide(leg, wide)),
        2 => Just(Act::Join),
        1 => (0..3_usize).prop_map(Act::Leave),
    ]
}

/// Who may be heard by each, told independently of the table.
fn allowed(sent: &Sent, model: &Model) -> Vec<i16> {
    let [customer, operator, supervisor] = VALUES;
    let mut allowed = allowed_together(sent.to, model.mode);
    if model.held {
        allowed.retain(|&value| sent.to != CUSTOMER && value != customer);
    }
    if model.talk_back {
        allowed.retain(|&value| sent.to != CUSTOMER || value != operator);
    }
    let aside = |value| model.mode == Some(Mode::Whisper) && model.apart && value == supervisor;
    allowed.retain(|&value| sent.to != OPERATOR || aside(value) == sent.aside);
    for (value, muted) in VALUES.into_iter().zip(model.muted) {
        allowed.retain(|&allowed| allowed != value || !muted);
    }
    allowed
}

fn allowed_together(listener: Slot, mode: Option<Mode>) -> Vec<i16> {
    let [customer, operator, supervisor] = VALUES;
    match (listener, mode) {
        (CUSTOMER, Some(Mode::Barge | Mode::Takeover)) => vec![operator, supervisor],
        (CUSTOMER, _) => vec![operator],
        (OPERATOR, Some(Mode::Whisper | Mode::Barge | Mode::Takeover)) => {
            vec![customer, supervisor]
        }
        (OPERATOR, _) => vec![customer],
        (_, None) => vec![],
        (_, Some(_)) => vec![customer, operator],
    }
}

fn is_allowed(value: i16, allowed: &[i16]) -> bool {
    (1..1_u32 << allowed.len()).any(|set| {
        let parts = allowed
            .iter()
            .enumerate()
            .filter(|(n, _)| set & 1 << n != 0);
        let sum: i32 = parts.map(|(_, &value)| i32::from(value)).sum();
        (i32::from(value) - sum).abs() <= sum / 25 + 8
    })
}

/// What the world should be like.
#[derive(Debug)]
struct Model {
    mode: Option<Mode>,
    held: bool,
    talk_back: bool,
    apart: bool,
    muted: [bool; 3],
    present: [bool; 3],
}

impl Model {
    fn new() -> Self {
        Self {
            mode: None,
            held: false,
            talk_back: false,
            apart: false,
            muted: [false; 3],
            present: [true; 3],
        }
    }
}

fn music() -> Arc<Prompt> {
    Arc::new(Prompt::from_pcmu(&[sound::g711::ulaw_encode(PROMPT); 480]))
}

fn do_act(line: &mut Line, act: &Act, model: &mut Model) {
    match *act {
        Act::Say(phone) => line.say(phone),
        Act::Lose(phone) => line.lose(phone),
        Act::Press(phone) => line.press(phone, '5'),
        Act::BeginAnew(phone) => line.phones[phone].ssrc ^= 0x5A5A,
        Act::Wait(ms) => line.seen.now += ms * MS,
        Act::Supervise(wanted) => {
            let applied = line.supervise(SUPERVISOR, wanted);
            assert_eq!(applied.is_some(), model.present[2]);
            let wanted = wanted.filter(|_| model.present[2]);
            // Who takes the call over takes the customer back.
            model.held &= wanted != Some(Mode::Takeover) || model.mode == wanted;
            model.mode = wanted;
        }
        Act::Play(leg) => {
            let (now, leg) = (line.seen.now, Slot(leg as u8));
            line.call
                .play(now, leg, 1, vec![music()], Then::End, &mut line.seen);
        }
        Act::Keep(true) => {
            model.held = true;
            line.call
                .hold(line.seen.now, CUSTOMER, 2, music(), &mut line.seen);
        }
        Act::Keep(false) => {
            model.held = false;
            line.call.resume(&mut line.seen);
        }
        Act::Mute(leg, muted) => {
            let done = line.call.mute(Slot(leg as u8), muted);
            assert_eq!(done.is_some(), model.present[leg]);
            model.muted[leg] = muted;
        }
        Act::TalkBack(on) => {
            let turned = line.call.talk_back(OPERATOR, on);
            assert_eq!(turned.is_some(), model.present[1]);
            assert!(turned != Some(true) || model.mode.is_some());
            model.talk_back = turned == Some(true);
        }
        Act::Apart(apart) => {
            line.set_apart(OPERATOR, apart);
            model.apart = apart;
        }
        Act::Wide(leg, wide) => line.set_wide(Slot(leg as u8), wide),
        Act::Hold(leg, held) => {
            line.call
                .set_direction(line.seen.now, Slot(leg as u8), !held, !held);
        }
        Act::Join => line.call.join(&mut line.seen),
        Act::Leave(leg) => {
            line.call.remove_leg(Slot(leg as u8), &mut line.seen);
            model.present[leg] = false;
            if leg == 2 {
                model.mode = None;
            }
        }
    }
    let ended = Happening::TalkBackEnded { leg: OPERATOR };
    if line.seen.happened.iter().any(|(_, what)| *what == ended) {
        line.seen.happened.retain(|(_, what)| *what != ended);
        model.talk_back = false;
    }
    if line
        .call
        .next_deadline()
        .is_some_and(|due| due <= line.seen.now)
    {
        line.call.on_deadline(line.seen.now, &mut line.seen);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nobody_ever_hears_whom_the_mode_forbids(acts in proptest::collection::vec(act(), 1..300)) {
        let mut line = Line::of_three(VALUES, [0; 3]);
        let mut model = Model::new();
        for act in &acts {
            let before = line.seen.sent.len();
            do_act(&mut line, act, &mut model);
            for sent in &line.seen.sent[before..] {
                let mut samples = [0; FRAME_SAMPLES];
                Codec::Pcmu.decode(&sent.payload, &mut samples);
                let heard = samples[1..].iter().copied();
                // Silence of the muted, and noise in place of talk-back, are nobody's voice.
                let from_prompt = |value: i16| value >= 27_000 || value.abs() <= 32;
                let allowed = allowed(sent, &model);
                for value in heard {
                    prop_assert!(
                        from_prompt(value) || is_allowed(value, &allowed),
                        "{:?} heard {value} in {model:?} after {act:?}", ROLES[sent.to.index()]
                    );
                }
                // What goes out in wide band is one voice that may be heard, and the same that goes out beside it.
                if let Some(&whose) = sent.wide.first() {
                    let whose = VALUES[usize::from(whose)];
                    prop_assert!(
                        allowed.contains(&whose) && is_allowed(samples[1], &[whose]),
                        "{:?} heard {whose} in wide band in {model:?} after {act:?}",
                        ROLES[sent.to.index()]
                    );
                }
            }
        }
    }

    #[test]
    fn every_leg_is_sent_one_unbroken_stream(acts in proptest::collection::vec(act(), 1..300)) {
        let mut line = Line::of_three(VALUES, [0; 3]);
        let mut model = Model::new();
        for act in &acts {
            do_act(&mut line, act, &mut model);
        }
        for slot in [CUSTOMER, OPERATOR, SUPERVISOR] {
            let sent = line.seen.sent_to(slot);
            let sent: Vec<_> = sent.into_iter().filter(|sent| !sent.aside).collect();
            let numbers: HashSet<_> = sent.iter().map(|sent| sent.sequence).collect();
            prop_assert_eq!(numbers.len(), sent.len(), "a number was used twice");
            prop_assert!(sent.iter().all(|packet| packet.ssrc == sent[0].ssrc));
            for pair in sent.windows(2) {
                prop_assert!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32 >= 160);
            }
        }
    }

    #[test]
    fn deadlines_are_kept_and_never_stand_still(acts in proptest::collection::vec(act(), 1..200)) {
        let mut line = Line::of_three(VALUES, [0; 3]);
        let mut model = Model::new();
        for act in &acts {
            do_act(&mut line, act, &mut model);
            let now = line.seen.now;
            line.call.on_deadline(now, &mut line.seen);
            prop_assert!(line.call.next_deadline().is_none_or(|due| due > now));
        }
    }

    #[test]
    fn packets_that_race_lose_almost_nothing_of_a_whisper(
        phases in [0..20_000_u64, 0..20_000, 0..20_000], jitter: u32,
    ) {
        let mut line = Line::of_three(VALUES, phases);
        line.run(100 * MS);
        line.supervise(SUPERVISOR, Some(Mode::Whisper)).expect("a supervisor's leg");
        let mut random = jitter | 1;
        for _ in 0..500 {
            for phone in &mut line.phones {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                phone.phase = phone.phase / 1_000 * 1_000 + u64::from(random >> 8) % 1_000;
            }
            line.run(20 * MS);
        }
        let whole = line.seen.sent_to(OPERATOR).into_iter().filter(|sent| {
            let mut samples = [0; FRAME_SAMPLES];
            Codec::Pcmu.decode(&sent.payload, &mut samples);
            is_allowed(samples[5], &[VALUES[0] + VALUES[2]])
        });
        prop_assert!(whole.count() >= 490);
    }

    #[test]
    fn hostile_bytes_from_the_lawful_address_break_nothing(
        datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..64), 1..60),
        flips in proptest::collection::vec((0..172_usize, 0..8_u32), 1..60),
    ) {
        let mut line = Line::of_three(VALUES, [0; 3]);
        line.call.set_tapped(true);
        line.supervise(SUPERVISOR, Some(Mode::Whisper)).expect("a supervisor's leg");
        for bytes in &datagrams {
            line.deliver(CUSTOMER, address(CUSTOMER), bytes);
        }
        for (place, bit) in flips {
            let phone = line.phones[0].clone();
            let payload_type = if bit < 4 { 0 } else { EVENTS };
            let mut bytes = support::packet(&phone, payload_type, phone.timestamp, &[7; 160]);
            bytes[place] ^= 1 << bit;
            line.deliver(CUSTOMER, address(CUSTOMER), &bytes);
            line.seen.now += 20 * MS;
            line.call.on_deadline(line.seen.now, &mut line.seen);
        }
        // The call goes on: what the operator says next reaches the customer.
        let before = line.seen.sent_to(CUSTOMER).len();
        line.say(1);
        prop_assert_eq!(line.seen.sent_to(CUSTOMER).len(), before + 1);
    }
}

#[test]
fn a_second_customer_leg_hears_no_supervisor_either() {
    let mut line = Line::of_three(VALUES, [0, 5 * MS, 9 * MS]);
    let second = line.add(Role::Customer, Codec::Pcmu, 1_000, 2 * MS);
    line.supervise(SUPERVISOR, Some(Mode::Whisper))
        .expect("a supervisor's leg");
    line.run(500 * MS);
    for sent in line.seen.sent_to(second) {
        let mut samples = [0; FRAME_SAMPLES];
        Codec::Pcmu.decode(&sent.payload, &mut samples);
        assert!(
            is_allowed(samples[9], &allowed_together(CUSTOMER, None)),
            "{}",
            samples[9]
        );
    }
}
