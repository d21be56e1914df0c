//! What callers and phones get for what they send: before, beside and after calls.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{CallEnd, Refuse};
use sip::digest::secret;
use support::desk::{Desk, NUMBER};
use support::phone::Phone;
use support::{eventually, Node};

#[test]
fn without_python_a_caller_is_asked_to_try_again() {
    let node = Node::start();
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    assert_eq!(caller.finish(&mut dialog, 503).header("Retry-After"), "5");
    let mut desk = Desk::open(&node);
    caller.invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)));
    drop(desk);
    node.wait("python is gone", |metrics| {
        metrics.python_connected.get() == 0
    });
    let mut dialog = caller.invite(NUMBER);
    caller.finish(&mut dialog, 503);
}

#[test]
fn only_our_numbers_are_reached_in_any_spelling() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    Phone::new(&node, "usr_op").register();
    for dialled in ["0312345678", "81312345678", "+81312345678"] {
        let dialog = caller.invite(dialled);
        let What::Invited(invited) = desk.what() else {
            panic!("not invited")
        };
        assert_eq!(invited.dialled_number, NUMBER);
        caller.cancel(&dialog);
        caller.expect("SIP/2.0 487");
        assert!(
            matches!(desk.what(), What::Withdrawn(gone) if gone.node_call_id == invited.node_call_id)
        );
    }
    for dialled in ["0399999999", "usr_op", "0010131255500", "sasayaki"] {
        let mut dialog = caller.invite(dialled);
        caller.finish(&mut dialog, 404);
    }
}

#[test]
fn a_busy_centre_turns_callers_away_and_takes_them_again_when_there_is_room() {
    let node = Node::start_with(|settings| settings.calls_max = 1);
    let mut desk = Desk::open(&node);
    let (first, second) = (Phone::new(&node, "1"), Phone::new(&node, "2"));
    let dialog = first.invite(NUMBER);
    desk.what();
    let mut refused = second.invite(NUMBER);
    second.finish(&mut refused, 503);
    first.cancel(&dialog);
    desk.what();
    second.invite(NUMBER);
    assert!(matches!(desk.what(), What::Invited(_)));
}

#[test]
fn a_caller_whom_nobody_admits_is_turned_away_after_five_seconds() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let began = std::time::Instant::now();
    let mut dialog = caller.invite(NUMBER);
    desk.what();
    caller.finish(&mut dialog, 503);
    assert!((4.9..7.0).contains(&began.elapsed().as_secs_f32()));
    assert!(matches!(desk.what(), What::Withdrawn(_)));
    node.wait_dialogs(0);
}

#[test]
fn a_call_is_refused_as_ordered() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    let What::Invited(invited) = desk.what() else {
        panic!("not invited")
    };
    let node_call_id = invited.node_call_id;
    let refuse = |sip_code| {
        Asked::Refuse(Refuse {
            node_call_id: node_call_id.clone(),
            sip_code,
        })
    };
    assert_eq!(desk.ask(refuse(200)), "BAD_ORDER");
    assert_eq!(desk.ask(refuse(404)), "");
    caller.finish(&mut dialog, 404);
    assert_eq!(desk.ask(refuse(404)), "WRONG_STATE");
}

#[test]
fn a_caller_who_gives_up_while_it_rings_has_ended_the_call() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let dialog = caller.invite(NUMBER);
    desk.admit();
    caller.expect("SIP/2.0 180");
    caller.cancel(&dialog);
    caller.expect("SIP/2.0 487");
    assert!(
        matches!(desk.what(), What::CallEnded(ended) if ended.reason() == CallEnd::CustomerHungUp)
    );
}

#[test]
fn what_a_caller_describes_must_be_of_use() {
    let node = Node::start();
    let _desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let sdp = caller.sdp("sendrecv");
    let own = format!("m=audio {} ", node.settings.rtp_ports.0);
    let table = [
        (400, "hello".to_owned()),
        (488, sdp.replace("RTP/AVP 0 101", "RTP/AVP 18")),
        (
            488,
            sdp.replace("IN IP4 127.0.0.1\r\nt=0", "IN IP4 224.0.0.1\r\nt=0"),
        ),
        (
            488,
            sdp.replacen("m=audio ", &own, 1).replacen(
                &format!("{own}{}", &sdp[sdp.find("m=audio ").unwrap() + 8..][..5]),
                &own[..own.len() - 1],
                1,
            ),
        ),
    ];
    for (code, sdp) in table {
        let mut dialog = caller.invite_with(NUMBER, &sdp);
        caller.finish(&mut dialog, code);
    }
    let dialog = caller.fresh("kind", &format!("<sip:{NUMBER}@127.0.0.1>"));
    let uri = format!("sip:{NUMBER}@127.0.0.1");
    caller.request_as(
        "z9hG4bKkind",
        "INVITE",
        &uri,
        &dialog,
        "Content-Type: text/plain\r\n",
        "hello",
    );
    caller.expect("SIP/2.0 415");
}

#[test]
fn a_caller_may_leave_the_offer_to_us() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite_with(NUMBER, "");
    desk.admit();
    desk.answer();
    let answer = caller.expect("SIP/2.0 200");
    assert!(answer.body.contains("RTP/AVP 0 8 101"));
    caller.acknowledge(&mut dialog, &answer, &caller.sdp("sendrecv"));
    assert!(matches!(desk.what(), What::Answered(_)));
}

#[test]
fn an_invite_that_comes_by_two_ways_is_one_call() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let dialog = caller.invite(NUMBER);
    desk.what();
    let more = "Content-Type: application/sdp\r\n";
    caller.request_as(
        "z9hG4bK-other",
        "INVITE",
        &dialog.target,
        &dialog,
        more,
        &caller.sdp("sendrecv"),
    );
    caller.expect("SIP/2.0 482");
}

#[test]
fn phones_register_with_their_secret_and_nothing_else() {
    let node = Node::start();
    for user in ["usr_op", "usr_md5"] {
        let phone = Phone::new(&node, user);
        assert_eq!(phone.register_with("guess", 60), 401);
        phone.register();
        assert_eq!(phone.register_with(&secret(&[7; 32], user), 0), 200);
    }
    let stranger = Phone::new(&node, "usr_nobody");
    assert_eq!(stranger.register_with("guess", 60), 401);
    node.wait_present("nobody is registered", |metrics| {
        metrics.users_registered.get() == 0
    });
    assert_eq!(
        stranger.register_with(&secret(&[7; 32], "usr_nobody"), 5),
        423
    );
}

#[test]
fn a_phone_may_not_register_for_another_user() {
    let node = Node::start();
    let phone = Phone::new(&node, "usr_a");
    let mut dialog = phone.fresh("other", "<sip:usr_b@127.0.0.1>");
    phone.request("REGISTER", "sip:127.0.0.1", &dialog, "", "");
    let challenge = phone.expect("SIP/2.0 401");
    dialog.cseq += 1;
    let more = phone.authorization(&challenge, &secret(&[7; 32], "usr_a"), 1);
    phone.request("REGISTER", "sip:127.0.0.1", &dialog, &more, "");
    phone.expect("SIP/2.0 403");
}

#[test]
fn a_replayed_registration_is_not_accepted() {
    let node = Node::start();
    let phone = Phone::new(&node, "usr_a");
    let mut dialog = phone.fresh("replay", "<sip:usr_a@127.0.0.1>");
    phone.request("REGISTER", "sip:127.0.0.1", &dialog, "", "");
    let challenge = phone.expect("SIP/2.0 401");
    for (count, code) in [(1, 200), (0x0a, 200), (0x100, 200), (0x100, 401), (2, 401)] {
        dialog.cseq += 1;
        let more = phone.authorization(&challenge, &secret(&[7; 32], "usr_a"), count);
        phone.request("REGISTER", "sip:127.0.0.1", &dialog, &more, "");
        assert_eq!(phone.expect("SIP/2.0 ").code(), code, "count {count:x}");
    }
}

#[test]
fn other_requests_get_their_answers() {
    let node = Node::start();
    let phone = Phone::new(&node, "090");
    let table = [
        ("OPTIONS", "200"),
        ("BYE", "481"),
        ("INFO", "481"),
        ("REFER", "603"),
        ("SUBSCRIBE", "405"),
        ("DANCE", "501"),
        ("CANCEL", "481"),
    ];
    for (method, code) in table {
        let dialog = phone.fresh("other", "<sip:node@127.0.0.1>");
        phone.request(method, "sip:node@127.0.0.1", &dialog, "", "");
        let answer = phone.expect(&format!("SIP/2.0 {code}"));
        assert!(method != "OPTIONS" || answer.header("Allow").contains("INVITE"));
    }
    let mut inside = phone.fresh("inside", "<sip:node@127.0.0.1>;tag=unknown");
    inside.target = "sip:node@127.0.0.1".to_owned();
    phone.bye(&mut inside);
    phone.expect("SIP/2.0 481");
}

#[test]
fn garbage_neither_stops_nor_stalls_the_node() {
    let node = Node::start();
    let phone = Phone::new(&node, "090");
    let dialog = phone.fresh("after", "<sip:node@127.0.0.1>");
    for round in 0..2_000_u32 {
        let noise: Vec<u8> = (0..200)
            .map(|at| (round.wrapping_mul(2_654_435_761) >> (at % 24)) as u8)
            .collect();
        phone.sip.send(&noise, node.sip);
        phone.send("INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nContent-Length: -1\r\n\r\n");
        phone.send("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n");
    }
    // As phones do: what the full socket lost is sent again.
    phone
        .sip
        .wait_no_longer_than(std::time::Duration::from_millis(100));
    eventually("an answer", || {
        phone.request("OPTIONS", "sip:node@127.0.0.1", &dialog, "", "");
        let answer = phone.sip.receive();
        answer.is_some_and(|(bytes, _)| bytes.starts_with(b"SIP/2.0 200 "))
    });
    node.wait("noise is counted", |metrics| {
        metrics.datagrams_dropped_total.get() > 100
    });
    assert!(
        node.metrics.answers_suppressed_total.get() > 100,
        "the node is no reflector"
    );
}
