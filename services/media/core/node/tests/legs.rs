//! Operators' and supervisors' legs: rung, refused, lapsed, held, ended by either side, dead.

mod support;

use std::time::{Duration, Instant};

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{self, CallEnd, LegEnd, Mode, PlayOutcome};
use support::desk::{Desk, CONTACT, NUMBER, TENANT};
use support::phone::Phone;
use support::stage::{answered, answered_at, talking};
use support::Node;

fn leg_ended(desk: &mut Desk) -> (String, LegEnd, u32) {
    match desk.what() {
        What::LegEnded(ended) => (ended.leg_id.clone(), ended.reason(), ended.sip_code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_user_without_a_phone_is_unreachable() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_nobody", 0);
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_1".to_owned(), LegEnd::Unreachable, 0)
    );
}

#[test]
fn a_refusing_phone_ends_its_leg_and_the_next_is_rung() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_op", 0);
    let invite = stage.operator.expect("INVITE ");
    stage.operator.respond(&invite, "486 Busy Here", "p", "");
    stage.operator.expect("ACK ");
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_1".to_owned(), LegEnd::Refused, 486)
    );
    stage.desk.dial("leg_2", "usr_op", 0);
    stage.operator.ring();
    assert!(matches!(stage.desk.what(), What::LegRang(rang) if rang.leg_id == "leg_2"));
}

#[test]
fn a_phone_that_nobody_answers_is_free_at_the_deadline() {
    let mut stage = answered();
    let began = Instant::now();
    stage.desk.dial("leg_1", "usr_op", 1_000);
    let invite = stage.operator.ring();
    stage.desk.what();
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_1".to_owned(), LegEnd::NoAnswer, 0)
    );
    assert!(began.elapsed() < Duration::from_secs(3));
    let cancel = stage.operator.expect("CANCEL ");
    stage.operator.respond(&cancel, "200 OK", "p", "");
    stage
        .operator
        .respond(&invite, "487 Request Terminated", "p", "");
    stage.operator.expect("ACK ");
    stage.node.wait_dialogs(1);
}

#[test]
fn a_phone_that_says_nothing_at_all_is_free_at_the_deadline() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_op", 1_000);
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_1".to_owned(), LegEnd::NoAnswer, 0)
    );
    stage.desk.dial("leg_2", "usr_sv", 1_000);
    stage.supervisor.ring();
}

#[test]
fn an_answer_that_crosses_the_cancel_never_talks_and_gets_a_bye() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_op", 1_000);
    let invite = stage.operator.ring();
    stage.desk.what();
    assert_eq!(leg_ended(&mut stage.desk).1, LegEnd::NoAnswer);
    stage.operator.expect("CANCEL ");
    stage
        .operator
        .respond(&invite, "200 OK", "p", &stage.operator.sdp("sendrecv"));
    stage.operator.expect("ACK ");
    stage.operator.expect_bye();
    stage.node.wait_dialogs(1);
}

#[test]
fn a_customer_who_leaves_while_the_phone_rings_takes_the_ringing_along() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_op", 0);
    let invite = stage.operator.ring();
    stage.desk.what();
    stage.caller.bye(&mut stage.dialog);
    let cancel = stage.operator.expect("CANCEL ");
    stage.operator.respond(&cancel, "200 OK", "p", "");
    stage
        .operator
        .respond(&invite, "487 Request Terminated", "p", "");
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_1".to_owned(), LegEnd::CallEnded, 0)
    );
    assert!(
        matches!(stage.desk.what(), What::CallEnded(ended) if ended.reason() == CallEnd::CustomerHungUp)
    );
    stage.node.wait_dialogs(0);
}

#[test]
fn an_answer_of_no_use_gets_a_bye_and_the_call_goes_on() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_op", 0);
    let invite = stage.operator.expect("INVITE ");
    stage.operator.respond(&invite, "200 OK", "p", "hello");
    stage.operator.expect("ACK ");
    stage.operator.expect_bye();
    assert_eq!(leg_ended(&mut stage.desk).1, LegEnd::Failed);
    stage.desk.dial("leg_2", "usr_op", 0);
    stage.operator.expect("INVITE ");
}

#[test]
fn a_phone_holds_and_resumes_and_asks_how_we_are() {
    let (stage, mut talk) = talking();
    for (ours, answered) in [
        ("sendonly", "recvonly"),
        ("inactive", "inactive"),
        ("sendrecv", "sendrecv"),
    ] {
        talk.cseq += 1;
        let more = "Content-Type: application/sdp\r\n";
        stage.operator.request(
            "INVITE",
            &talk.target.clone(),
            &talk,
            more,
            &stage.operator.sdp(ours),
        );
        let answer = stage.operator.finish(&mut talk, 200);
        assert!(answer.body.contains(&format!("a={answered}")), "{ours}");
    }
    for (method, code) in [("OPTIONS", "200"), ("INFO", "200"), ("MESSAGE", "405")] {
        talk.cseq += 1;
        stage
            .operator
            .request(method, &talk.target.clone(), &talk, "", "");
        let answer = stage.operator.expect(&format!("SIP/2.0 {code}"));
        if method == "OPTIONS" {
            assert!(answer.header("Allow").contains("REFER"));
            assert_eq!(answer.header("Accept"), "application/sdp");
        }
    }
    talk.cseq += 1;
    stage.operator.request(
        "INVITE",
        &talk.target.clone(),
        &talk,
        "Content-Type: application/sdp\r\n",
        "hello",
    );
    stage.operator.finish(&mut talk, 400);
}

#[test]
fn a_released_operator_leaves_the_customer_in_the_call() {
    let (mut stage, _talk) = talking();
    stage.desk.hang_up("leg_op");
    stage.operator.expect_bye();
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_op".to_owned(), LegEnd::Released, 0)
    );
    stage.desk.hang_up("leg_op");
    stage.desk.dial("leg_2", "usr_op", 0);
    stage.operator.ring();
}

#[test]
fn a_released_call_ends_for_everybody() {
    let (mut stage, _talk) = talking();
    stage.desk.hang_up("");
    stage.operator.expect_bye();
    stage.caller.expect_bye();
    assert_eq!(leg_ended(&mut stage.desk).1, LegEnd::CallEnded);
    assert!(
        matches!(stage.desk.what(), What::CallEnded(ended) if ended.reason() == CallEnd::Released)
    );
    stage.desk.hang_up("");
    stage.node.wait_dialogs(0);
}

#[test]
fn a_dead_phone_neither_holds_up_the_end_nor_leaves_a_dialog() {
    let (mut stage, _talk) = talking();
    let began = Instant::now();
    stage.desk.hang_up("");
    leg_ended(&mut stage.desk);
    assert!(matches!(stage.desk.what(), What::CallEnded(_)));
    assert!(began.elapsed() < Duration::from_millis(900));
    stage.node.wait_dialogs(0);
    assert!(stage.node.metrics.dialogs_forgotten_total.get() > 0);
}

#[test]
fn a_supervisors_mode_changes_and_ends_without_touching_the_call() {
    let (mut stage, mut talk) = talking();
    let unknown = wire::Supervise {
        contact_id: CONTACT.to_owned(),
        leg_id: "leg_op".to_owned(),
        user_id: "usr_sv".to_owned(),
        mode: 1,
        keep_phone: false,
        tenant_id: TENANT.to_owned(),
    };
    assert_eq!(stage.desk.ask(Asked::Supervise(unknown)), "UNKNOWN_LEG");
    stage.desk.supervise("leg_sv", "usr_sv", Mode::Listen);
    let invite = stage.supervisor.ring();
    stage.supervisor.pick_up(&invite);
    stage.desk.words(4);
    for mode in [Mode::Listen, Mode::Whisper, Mode::Listen] {
        let What::ModeApplied(applied) = stage.desk.what() else {
            panic!("no mode")
        };
        assert_eq!((applied.leg_id.as_str(), applied.mode()), ("leg_sv", mode));
        assert!(applied.applied_at_us > 0);
        let next = if mode == Mode::Listen {
            Mode::Whisper
        } else {
            Mode::Listen
        };
        stage.desk.supervise("leg_sv", "usr_sv", next);
    }
    stage.desk.what();
    stage.desk.unsupervise("leg_sv");
    stage.supervisor.expect_bye();
    assert_eq!(
        leg_ended(&mut stage.desk),
        ("leg_sv".to_owned(), LegEnd::Released, 0)
    );
    stage.desk.unsupervise("leg_sv");
    stage.operator.bye(&mut talk);
    stage.caller.expect_bye();
}

#[test]
fn a_customer_who_leaves_during_the_guidance_is_told_of_before_the_end() {
    let mut stage = answered();
    let prompt = "c".repeat(64);
    stage.desk.put_prompt(&prompt, vec![0x11; 80_000]);
    stage.desk.play("play_1", &prompt, true, 0);
    stage.caller.hear();
    stage.caller.bye(&mut stage.dialog);
    let What::Played(played) = stage.desk.what() else {
        panic!("not played")
    };
    assert_eq!(played.outcome(), PlayOutcome::HungUp);
    assert!(played.heard_ms > 0 && played.heard_ms < played.total_ms);
    assert!(matches!(stage.desk.what(), What::CallEnded(_)));
}

#[test]
fn orders_that_do_not_fit_are_refused_with_their_reason() {
    let mut stage = answered();
    let contact_id = || CONTACT.to_owned();
    let play = |prompt: &str, play_id: &str| {
        Asked::Play(wire::Play {
            contact_id: contact_id(),
            play_id: play_id.to_owned(),
            prompt_sha256: vec![prompt.to_owned()],
            ..wire::Play::default()
        })
    };
    let dial = |leg_id: &str, ring_ms_max| {
        Asked::Dial(wire::Dial {
            contact_id: contact_id(),
            leg_id: leg_id.to_owned(),
            user_id: "usr_op".to_owned(),
            ring_ms_max,
            ..wire::Dial::default()
        })
    };
    let hang_up = |contact_id: &str, leg_id: &str| {
        Asked::HangUp(wire::HangUp {
            contact_id: contact_id.to_owned(),
            leg_id: leg_id.to_owned(),
        })
    };
    let table = [
        ("UNKNOWN_PROMPT", play("x", "play_1")),
        ("BAD_ORDER", play("x", "")),
        ("BAD_ORDER", dial("leg_1", 10)),
        ("BAD_ORDER", dial("", 0)),
        ("UNKNOWN_LEG", hang_up(CONTACT, "leg_none")),
        ("UNKNOWN_CALL", hang_up("con_none", "")),
        (
            "BAD_ORDER",
            Asked::SetNumbers(wire::SetNumbers {
                numbers: vec!["0312345678".to_owned()],
            }),
        ),
        (
            "BAD_ORDER",
            Asked::PutPrompt(wire::PutPrompt {
                sha256: "x".to_owned(),
                pcmu: vec![1],
            }),
        ),
    ];
    for (error, order) in table {
        assert_eq!(stage.desk.ask(order.clone()), error, "{order:?}");
    }
    stage.desk.dial("leg_1", "usr_op", 0);
    for leg_id in ["leg_2", "leg_3"] {
        stage.desk.order(dial(leg_id, 0));
    }
    assert_eq!(stage.desk.ask(dial("leg_4", 0)), "OVERLOADED");
}

#[test]
fn a_phone_whose_sound_stops_is_gone() {
    let mut stage = answered_at(Node::start_with(|settings| settings.rtp_silence_ms = 200));
    stage.caller.expect_bye();
    assert!(
        matches!(stage.desk.what(), What::CallEnded(ended) if ended.reason() == CallEnd::Failed)
    );
}

#[test]
fn after_many_calls_that_end_in_every_way_nothing_is_left() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let operator = Phone::new(&node, "usr_op");
    operator.register();
    for round in 0..60 {
        let mut dialog = caller.invite(NUMBER);
        let invited = match desk.what() {
            What::Invited(invited) => invited,
            other => panic!("not invited in round {round}: {other:?}"),
        };
        if round % 4 == 0 {
            caller.cancel(&dialog);
            caller.finish(&mut dialog, 487);
            assert!(matches!(desk.what(), What::Withdrawn(_)));
            continue;
        }
        let contact_id = format!("con_{round}");
        let node_call_id = invited.node_call_id;
        desk.order(Asked::Admit(wire::Admit {
            node_call_id,
            contact_id: contact_id.clone(),
        }));
        desk.order(Asked::Answer(wire::Answer {
            contact_id: contact_id.clone(),
            record_after_guidance: false,
        }));
        caller.finish(&mut dialog, 200);
        desk.what();
        let (leg_id, user_id) = ("leg_1".to_owned(), "usr_op".to_owned());
        desk.order(Asked::Dial(wire::Dial {
            contact_id: contact_id.clone(),
            leg_id,
            user_id,
            ring_ms_max: 0,
            ..wire::Dial::default()
        }));
        let invite = operator.ring();
        match round % 4 {
            1 => {
                let mut talk = operator.pick_up(&invite);
                operator.bye(&mut talk);
                caller.expect_bye();
            }
            2 => {
                operator.pick_up(&invite);
                caller.bye(&mut dialog);
                operator.expect_bye();
            }
            _ => {
                operator.respond(&invite, "603 Decline", "p", "");
                operator.expect("ACK ");
                desk.order(Asked::HangUp(wire::HangUp {
                    contact_id,
                    leg_id: String::new(),
                }));
                caller.expect_bye();
            }
        }
        while !matches!(desk.what(), What::CallEnded(_)) {}
    }
    node.wait_dialogs(0);
    node.wait_present("no leg and no call is left", |metrics| {
        metrics.legs.get() + metrics.calls.get() == 0
    });
    assert_eq!(node.metrics.stack_errors_total.get(), 0);
}
