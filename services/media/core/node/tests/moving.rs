//! Legs that move between calls of different media threads, and several supervisors at once, over real sockets.

mod tones;

use std::time::{Duration, Instant};

use sasayaki_node::media::{CallId, Codec, LegId, MediaHappening, MediaOrder, Mode, Role};
use sasayaki_node::wire::Track;
use tones::{
    assert_forwarding_changed_no_byte, assert_hears, decode, level, track, wait_for, Node, Phone,
    CALL, TONES,
};

/// A call on the other thread.
const OTHER: CallId = CallId(CALL.0 + 1);
const LEG: LegId = LegId(7);
/// Tones of the customers and operators of both calls.
const TALKS: [[f64; 2]; 2] = [[440.0, 850.0], [1_310.0, 1_990.0]];
const SUPERVISORS: f64 = 2_310.0;
const MOVES: usize = 12;

/// Two joined calls and a supervisor's phone in the first.
fn talks(node: &Node) -> ([[Phone; 2]; 2], Phone) {
    let talk = |call: CallId, tones: [f64; 2]| {
        node.order(MediaOrder::OpenCall { call });
        let ms = Duration::from_millis;
        let legs = [
            node.connect_to(call, LegId(0), Role::Customer, tones[0], ms(0)),
            node.connect_to(call, LegId(1), Role::Operator, tones[1], ms(7)),
        ];
        node.order(MediaOrder::Join {
            call,
            leg: LegId(1),
        });
        legs
    };
    let phones = [talk(CALL, TALKS[0]), talk(OTHER, TALKS[1])];
    let phase = Duration::from_millis(12);
    let phone = node.connect_to(CALL, LEG, Role::Supervisor, SUPERVISORS, phase);
    (phones, phone)
}

fn supervise(node: &Node, call: CallId, mode: Mode) {
    node.order(MediaOrder::Supervise {
        order: 1,
        call,
        leg: LEG,
        mode,
    });
}

fn move_leg(node: &mut Node, call: CallId, to: CallId) -> bool {
    node.order(MediaOrder::MoveLeg { call, to, leg: LEG });
    let moved = node.until(|happening| matches!(happening, MediaHappening::LegMoved { .. }));
    let MediaHappening::LegMoved { call, leg, arrived } = moved else {
        return false;
    };
    assert_eq!((call, leg), (to, LEG));
    arrived
}

#[test]
fn a_phone_moves_at_once_with_its_stream_and_nobody_else_notices() {
    let mut node = Node::start();
    let (phones, supervisor) = talks(&node);
    supervise(&node, CALL, Mode::Listen);
    wait_for("the supervisor hears", || supervisor.heard_packets() > 20);
    let calls = [CALL, OTHER];
    let mut waits = Vec::new();
    for n in 1..=MOVES {
        let (from, to) = (calls[(n - 1) % 2], calls[n % 2]);
        let ordered = Instant::now();
        assert!(move_leg(&mut node, from, to));
        supervise(&node, to, Mode::Listen);
        let before = supervisor.heard_packets();
        wait_for("sound of the new call", || {
            supervisor.heard_packets() > before
        });
        waits.push(supervisor.packets()[before].at - ordered);
        wait_for("more of it", || supervisor.heard_packets() >= before + 25);
        let samples = decode(&supervisor.packets()[before + 3..before + 25]);
        for (talk, tones) in TALKS.into_iter().enumerate() {
            for tone in tones {
                let level = level(&samples, tone);
                // Windows of half a second part the tones less sharply than a whole one.
                let heard = level > -30.0;
                assert_eq!(heard, talk == n % 2, "move {n}: {tone} Hz at {level:.1}");
            }
        }
    }
    waits.sort();
    let median = waits[MOVES / 2];
    println!(
        "from the order to the first packet: median {median:?}, most {:?}",
        waits[MOVES - 1]
    );
    assert!(median <= Duration::from_millis(40), "{waits:?}");
    for pair in supervisor.packets().windows(2) {
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32 >= 160);
    }
    for [customer, operator] in &phones {
        assert_forwarding_changed_no_byte(customer, operator);
        assert_forwarding_changed_no_byte(operator, customer);
    }
    for call in calls {
        node.order(MediaOrder::EndCall { call });
    }
    wait_for("all ports are free", || node.media.ports().0 == 0);
}

#[test]
fn a_leg_that_finds_no_call_gives_its_port_back() {
    let mut node = Node::start();
    let (_phones, _supervisor) = talks(&node);
    assert_eq!(node.media.ports().0, 5);
    assert!(!move_leg(&mut node, CALL, CallId(98)));
    assert_eq!(node.media.ports().0, 4);
    assert!(!move_leg(&mut node, CALL, OTHER), "it is gone");
    assert!(!move_leg(&mut node, CallId(98), OTHER), "no such call");
}

#[test]
fn a_leg_alone_in_its_call_hears_nothing_and_is_watched() {
    let mut node = Node::start();
    let (_phones, supervisor) = talks(&node);
    supervise(&node, CALL, Mode::Listen);
    wait_for("the supervisor hears", || supervisor.heard_packets() > 20);
    let parked = CallId(98);
    node.order(MediaOrder::OpenCall { call: parked });
    assert!(move_leg(&mut node, CALL, parked));
    assert_hears(&supervisor, &[], "parked");
    drop(supervisor);
    let silent = node.until(|happening| matches!(happening, MediaHappening::RtpSilent { .. }));
    assert!(
        matches!(silent, MediaHappening::RtpSilent { call, leg: LEG, .. } if call == parked),
        "{silent:?}"
    );
}

#[test]
fn two_supervisors_who_barge_in_are_heard_by_all_and_recorded_on_one_track() {
    let mut node = Node::start();
    let phones = node.connect_three();
    let second = node.connect(LEG, Role::Supervisor, 1_990.0, Duration::from_millis(3));
    node.order(MediaOrder::StartTap {
        call: CALL,
        contact_id: "con_1".to_owned(),
    });
    node.order(MediaOrder::Join {
        call: CALL,
        leg: LegId(1),
    });
    for (order, leg) in [(1, LegId(2)), (2, LEG)] {
        node.order(MediaOrder::Supervise {
            order,
            call: CALL,
            leg,
            mode: Mode::Barge,
        });
    }
    let [_, operator, supervisor] = TONES;
    assert_hears(&phones[0], &[operator, supervisor], "barge of two");
    for phone in phones.iter().chain([&second]) {
        let own = std::ptr::eq(phone, &raw const second);
        let level = level(&phone.last_second(), 1_990.0);
        assert_eq!(level > -25.0, !own, "{level:.1} dBFS");
    }
    node.order(MediaOrder::EndCall { call: CALL });
    node.until(|happening| matches!(happening, MediaHappening::TapClosed { .. }));
    let (bytes, _) = track(node.folder.path(), Track::Supervisor);
    let mut samples = vec![0; bytes.len()];
    Codec::Pcmu.decode(&bytes, &mut samples);
    let spoken = &samples[2_000..samples.len() - 800];
    for tone in [supervisor, 1_990.0] {
        let level = level(spoken, tone);
        assert!(level > -25.0, "{tone} Hz is recorded at {level:.1} dBFS");
    }
    let level = level(spoken, operator);
    assert!(
        level < -60.0,
        "the operator is on another track: {level:.1}"
    );
}
