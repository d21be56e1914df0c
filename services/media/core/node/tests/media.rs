//! Media threads over real sockets: three phones say tones, and what each is sent and what is recorded is measured.

mod tones;

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sasayaki_node::media::{
    Codec, Collect, Count, Event, LegId, MediaHappening, MediaOrder, Mode, PlayId, PlayOutcome,
    Prompt, Role, Then,
};
use sasayaki_node::wire::Track;
use sound::rtp::{Packet, PACKET_MAX};
use sound::FRAME_SAMPLES;
use tones::{
    assert_forwarding_changed_no_byte, assert_hears, level, track, wait_for, Node, Phone, CALL,
    ROLES, TONES,
};

/// Asserts that a party's track has the length of the call and holds its voice and no other.
fn assert_recorded(folder: &Path, party: usize, recorded_ms: u32, pages: u32) {
    let name = [Track::Customer, Track::Operator, Track::Supervisor][party];
    let (bytes, last) = track(folder, name);
    assert_eq!(bytes.len(), recorded_ms as usize * 8, "{name:?}");
    assert_eq!(bytes.len().div_ceil(8_000), pages as usize);
    assert!(last, "{name:?} has a last page");
    let mut samples = vec![0; bytes.len()];
    Codec::Pcmu.decode(&bytes, &mut samples);
    for (other, tone) in TONES
        .into_iter()
        .enumerate()
        .filter(|(other, _)| *other != party)
    {
        let level = level(&samples, tone);
        assert!(
            level < -60.0,
            "{name:?} holds the tone of track {other} at {level:.1} dBFS"
        );
    }
    if ROLES[party] == Role::Supervisor {
        let silence = Codec::Pcmu.silence();
        let spoken = bytes.iter().filter(|&&byte| byte != silence).count() / 8;
        assert!(
            (1_000..1_600).contains(&spoken),
            "the whisper lasts {spoken} ms"
        );
        return;
    }
    let edges = &samples[160..samples.len() - 160];
    for (place, samples) in edges.chunks_exact(4_000).enumerate() {
        let level = level(samples, TONES[party]);
        assert!(
            level > -25.0,
            "{name:?}, half second {place}: {level:.1} dBFS"
        );
    }
}

#[test]
fn each_party_hears_what_the_mode_says_and_each_track_holds_its_own_voice() {
    for gather_ms in [0, 2] {
        talk_in_each_mode(Node::gathering(Duration::from_millis(gather_ms)));
    }
}

fn talk_in_each_mode(mut node: Node) {
    let phones = node.connect_three();
    node.order(MediaOrder::StartTap {
        call: CALL,
        contact_id: "con_1".to_owned(),
    });
    node.order(MediaOrder::Join {
        call: CALL,
        leg: LegId(1),
    });
    let [customer, operator, supervisor] = TONES;
    let alone: [&[f64]; 3] = [&[operator], &[customer], &[]];
    let listen: [&[f64]; 3] = [&[operator], &[customer], &[customer, operator]];
    let whisper: [&[f64]; 3] = [&[operator], &[customer, supervisor], &[customer, operator]];
    let leg = LegId(2);
    let modes = [
        ("alone", None, alone),
        ("listen", Some(Mode::Listen), listen),
        ("whisper", Some(Mode::Whisper), whisper),
        ("afterwards", None, alone),
    ];
    for (order, (name, mode, hears)) in (1..).zip(modes) {
        match mode {
            Some(mode) => node.order(MediaOrder::Supervise {
                order,
                call: CALL,
                leg,
                mode,
            }),
            None => node.order(MediaOrder::Unsupervise {
                order,
                call: CALL,
                leg,
            }),
        }
        node.until(|happening| match happening {
            MediaHappening::ModeApplied {
                order: applied,
                mode: now,
                ..
            } => *applied == order && Some(*now) == mode,
            MediaHappening::ModeEnded { order: applied, .. } => *applied == order && mode.is_none(),
            _ => false,
        });
        thread::scope(|scope| {
            for (phone, tones) in phones.iter().zip(hears) {
                scope.spawn(move || assert_hears(phone, tones, name));
            }
        });
    }
    node.order(MediaOrder::EndCall { call: CALL });
    let closed = node.until(|happening| matches!(happening, MediaHappening::TapClosed { .. }));
    let MediaHappening::TapClosed {
        recorded_ms, pages, ..
    } = closed
    else {
        return;
    };
    assert_forwarding_changed_no_byte(&phones[1], &phones[0]);
    for n in 0..3 {
        assert_recorded(node.folder.path(), n, recorded_ms, pages);
    }
    assert_eq!(node.media.metrics().events(Event::TapRingFull), 0);
}

#[test]
fn rtp_from_elsewhere_is_counted_and_nothing_else() {
    let node = Node::start();
    let phones = node.connect_three();
    node.order(MediaOrder::Join {
        call: CALL,
        leg: LegId(1),
    });
    wait_for("the customer hears", || phones[0].heard_packets() > 5);
    let port = node.media.reserve_port().expect("a port");
    let operator_port = port.address().port() - 4;
    let operator_leg = SocketAddr::new(port.address().ip(), operator_port);
    let foreign = Phone::start(operator_leg, 2_000.0, Duration::ZERO);
    wait_for("it is counted", || {
        node.media.metrics().counted(Count::Foreign) >= 60
    });
    let level = level(&phones[0].last_second(), 2_000.0);
    assert!(level < -60.0, "the stranger is heard at {level:.1} dBFS");
    assert_eq!(foreign.heard_packets(), 0);
}

#[test]
fn sound_that_overtakes_the_answer_is_heard_and_a_strangers_is_not() {
    let node = Node::start();
    node.order(MediaOrder::OpenCall { call: CALL });
    let phone = UdpSocket::bind("127.0.0.1:0").expect("socket");
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("socket");
    for (leg, speaker) in [(LegId(1), &phone), (LegId(2), &stranger)] {
        let port = node.media.reserve_port().expect("a port");
        let to = port.address();
        node.order(MediaOrder::AddLeg {
            call: CALL,
            leg,
            role: Role::Operator,
            port,
        });
        let before = node.media.metrics().events(Event::WakeUp);
        let packet = Packet {
            marker: true,
            payload_type: 0,
            sequence: 1,
            timestamp: 160,
            ssrc: 7,
            payload: &[0xd5; FRAME_SAMPLES],
            wide: &[],
        };
        let mut datagram = [0; PACKET_MAX];
        let length = packet.write(&mut datagram);
        speaker.send_to(&datagram[..length], to).expect("sent");
        wait_for("it was received", || {
            node.media.metrics().events(Event::WakeUp) > before
        });
        node.order(MediaOrder::SetPeer {
            call: CALL,
            leg,
            peer: phone.local_addr().expect("address"),
            codec: Codec::Pcmu,
            telephone_event: None,
            whisper: None,
        });
        wait_for("it was judged", || {
            node.media.metrics().counted(Count::Received) == leg.0
        });
    }
    assert_eq!(node.media.metrics().counted(Count::Foreign), 1);
}

#[test]
fn a_prompt_is_heard_whole_and_a_phone_that_hangs_up_is_told() {
    let mut node = Node::start();
    node.order(MediaOrder::OpenCall { call: CALL });
    let phone = node.connect(LegId(0), Role::Customer, TONES[0], Duration::ZERO);
    let prompt = Arc::new(Prompt::from_pcmu(&[0x22; 4_000]));
    let play = |id, then| MediaOrder::Play {
        call: CALL,
        leg: LegId(0),
        play: PlayId(id),
        prompts: vec![Arc::clone(&prompt)],
        then,
    };
    node.order(play(1, Then::End));
    let played = node.until(|happening| matches!(happening, MediaHappening::Played { .. }));
    let MediaHappening::Played {
        heard_ms,
        total_ms,
        outcome,
        ..
    } = played
    else {
        return;
    };
    assert_eq!(
        (heard_ms, total_ms, outcome),
        (500, 500, PlayOutcome::Completed)
    );
    wait_for("all frames came", || phone.heard_packets() == 25);
    let collect = Collect {
        digits_max: 1,
        first_ms: 60_000,
        between_ms: 1_000,
        finish_key: None,
        interrupts: true,
    };
    node.order(play(2, Then::Collect(collect)));
    node.order(MediaOrder::RemoveLeg {
        call: CALL,
        leg: LegId(0),
    });
    let hung_up = node.until(|happening| matches!(happening, MediaHappening::Played { .. }));
    let MediaHappening::Played { play, outcome, .. } = hung_up else {
        return;
    };
    assert_eq!((play, outcome), (PlayId(2), PlayOutcome::HungUp));
}

#[test]
fn a_phone_without_rtp_is_reported_silent() {
    let mut node = Node::start();
    node.order(MediaOrder::OpenCall { call: CALL });
    drop(node.connect(LegId(7), Role::Customer, TONES[0], Duration::ZERO));
    let silent = node.until(|happening| matches!(happening, MediaHappening::RtpSilent { .. }));
    assert!(matches!(
        silent,
        MediaHappening::RtpSilent {
            call: CALL,
            leg: LegId(7),
            ..
        }
    ));
}

#[test]
fn no_port_is_leaked_by_calls_refusals_or_the_end() {
    let node = Node::start();
    let (_, size) = node.media.ports();
    for round in 0..3 {
        node.order(MediaOrder::OpenCall { call: CALL });
        let mut legs = Vec::new();
        while let Ok(port) = node.media.reserve_port() {
            legs.push(port);
        }
        assert_eq!(node.media.ports(), (size, size), "round {round}");
        for (leg, port) in legs.into_iter().enumerate() {
            // More legs than a call takes: the rest are refused and give their ports back.
            let leg = LegId(leg as u64);
            node.order(MediaOrder::AddLeg {
                call: CALL,
                leg,
                role: Role::Operator,
                port,
            });
        }
        node.order(MediaOrder::EndCall { call: CALL });
        wait_for("all ports are free", || node.media.ports().0 == 0);
    }
    assert!(node.media.metrics().events(Event::OrderAstray) > 0);
}

#[test]
fn stopping_writes_the_last_pages_of_calls_under_way() {
    let mut node = Node::start();
    let _phones = node.connect_three();
    node.order(MediaOrder::StartTap {
        call: CALL,
        contact_id: "con_1".to_owned(),
    });
    wait_for("sound was tapped", || {
        node.media.metrics().counted(Count::Received) > 100
    });
    let media = node.media.clone();
    thread::scope(|scope| {
        scope.spawn(|| media.stop());
        node.until(|happening| matches!(happening, MediaHappening::TapClosed { .. }));
    });
    let (bytes, last) = track(node.folder.path(), Track::Customer);
    assert!(last && !bytes.is_empty());
}
