//! Bounded mutation: whatever arrives, nothing panics, what passes holds what the product relies on, and what is
//! answered is answered well-formed.

use proptest::collection::vec;
use proptest::prelude::*;
use sip::guard::{inspect, Verdict, MESSAGE_BYTES_MAX};
use sip::leg::{Heard, Leg, Order, Out, Say, State};
use sip::message::Head;
use sip::sdp::{self, Codec, Local};

const INVITE: &str = "INVITE sip:0312345678@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5070;rport;branch=z9hG4bK1\r\n\
    Max-Forwards: 70\r\nFrom: \"a\" <sip:a@192.0.2.7>;tag=1\r\nTo: <sip:0312345678@192.0.2.1>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n\
    Contact: <sip:a@192.0.2.7:5070>\r\nContent-Type: application/sdp\r\nContent-Length: 130\r\n\r\n";
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\n\
    a=rtpmap:101 telephone-event/8000\r\n";

#[derive(Debug, Clone)]
enum Edit {
    Flip(usize, u8),
    Delete(usize, usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        (any::<usize>(), 0_u8..8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        (any::<usize>(), 1_usize..20).prop_map(|(at, length)| Edit::Delete(at, length)),
        (any::<usize>(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (any::<usize>(), 1_usize..60).prop_map(|(at, length)| Edit::Repeat(at, length)),
    ];
    vec(edit, 0..6)
}

fn edited(text: &str, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for edit in edits {
        let place = |at: usize| at % bytes.len().max(1);
        match edit {
            Edit::Flip(at, bit) => {
                let at = place(*at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Edit::Delete(at, length) => {
                let at = place(*at);
                let end = (at + length).min(bytes.len());
                bytes.drain(at..end);
            }
            Edit::Insert(at, inserted) => {
                let at = place(*at);
                bytes.splice(at..at, inserted.iter().copied());
            }
            Edit::Repeat(at, length) => {
                let at = place(*at);
                let end = (at + length).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(end..end, part);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_passes_is_well_formed_and_what_is_answered_too(edits in edits()) {
        let datagram = edited(&format!("{INVITE}{SDP}"), &edits);
        match inspect(&datagram) {
            Verdict::Pass { bytes } => {
                prop_assert!(bytes <= datagram.len() && bytes <= MESSAGE_BYTES_MAX);
                let head = Head::read(&datagram[..bytes]);
                prop_assert!(head.fault.is_none());
                for name in ["from", "to", "call-id", "cseq"] {
                    prop_assert_eq!(head.all(name).count(), 1);
                }
            }
            Verdict::Answer(reply) => {
                let bytes = reply.to_bytes("192.0.2.7:40000".parse().unwrap());
                prop_assert!(bytes.starts_with(b"SIP/2.0 "));
                prop_assert!(bytes.iter().all(|byte| !byte.is_ascii_control() || b"\r\n\t".contains(byte)));
                prop_assert!(String::from_utf8(bytes).is_ok());
            }
            Verdict::Drop(_) => {}
        }
    }

    #[test]
    fn any_bytes_are_judged(datagram in vec(any::<u8>(), 0..600)) {
        inspect(&datagram);
        let _ = sdp::parse(&datagram);
    }

    #[test]
    fn what_is_taken_as_a_description_can_be_answered(edits in edits()) {
        if let Ok(session) = sdp::parse(&edited(SDP, &edits)) {
            let local = Local { address: "192.0.2.1:20000".parse().unwrap(), session: 1, version: 1 };
            let answer = sdp::answer(local, &session);
            let read = sdp::parse(answer.as_bytes());
            prop_assert!(read.is_ok(), "{:?} for {answer:?}", read);
            prop_assert!(session.audio.address.port() >= 1024);
        }
    }

    #[test]
    fn a_leg_ends_once_and_owes_nothing(steps in vec(0_u8..16, 1..40), caller in any::<bool>()) {
        let local = Local { address: "192.0.2.1:20000".parse().unwrap(), session: 1, version: 1 };
        let mut leg = if caller {
            Leg::invited(local, SDP.as_bytes()).unwrap()
        } else {
            Leg::dialled(0, local, Codec::Pcmu, 5_000).0
        };
        let (mut over, mut forgotten, mut owed) = (0, 0, 0_i32);
        let mut now_ms = 0;
        let mut outs = Vec::new();
        for (at, step) in steps.iter().chain(&[14, 15, 15]).enumerate() {
            now_ms += if *step == 15 { 40_000 } else { 100 };
            let reply = at as u64;
            outs.extend(match step {
                0 => leg.heard(now_ms, Heard::Progress(180)),
                1 => leg.heard(now_ms, Heard::Accepted(SDP.as_bytes().to_vec())),
                2 => leg.heard(now_ms, Heard::Refused(486)),
                3 => leg.heard(now_ms, Heard::Acknowledged(Vec::new())),
                4 => leg.heard(now_ms, Heard::Cancelled),
                5 => leg.heard(now_ms, Heard::Bye),
                6 => leg.heard(now_ms, Heard::Broke),
                7 | 8 => {
                    owed += 1;
                    let sdp = if *step == 7 { SDP.as_bytes().to_vec() } else { Vec::new() };
                    leg.heard(now_ms, Heard::Reoffered { reply, sdp })
                }
                9 | 10 => leg.order(now_ms, Order::Ring),
                11 | 12 => leg.order(now_ms, Order::Answer),
                13 => leg.order(now_ms, Order::Refuse(480)),
                14 => leg.order(now_ms, Order::End),
                _ => leg.due(now_ms),
            });
        }
        for out in &outs {
            match out {
                Out::Happened(sip::leg::Happened::Over(_)) => over += 1,
                Out::Say(Say::Forget) => forgotten += 1,
                Out::Say(Say::Agree { .. } | Say::Decline { .. }) => owed -= 1,
                _ => {}
            }
        }
        prop_assert_eq!((over, forgotten, owed), (1, 1, 0));
        prop_assert_eq!((leg.state(), leg.deadline()), (State::Ended, None));
    }
}
