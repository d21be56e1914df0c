//! What phones ask for within a call: keys by INFO, transfers by REFER, holds by every way there is.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{AnswerRefer, Suspicion};
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::{Dialog, Message, Phone};
use support::stage::{answered, talking};
use support::Node;

const PROMPT: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn info(phone: &Phone, dialog: &mut Dialog, kind: &str, body: &str) -> u16 {
    dialog.cseq += 1;
    let more = format!("Content-Type: {kind}\r\n");
    phone.request("INFO", &dialog.target.clone(), dialog, &more, body);
    phone.expect("SIP/2.0 ").code()
}

fn refer(phone: &Phone, dialog: &mut Dialog, to: &str) -> u16 {
    dialog.cseq += 1;
    let more = format!("Refer-To: {to}\r\n");
    phone.request("REFER", &dialog.target.clone(), dialog, &more, "");
    phone.expect("SIP/2.0 ").code()
}

/// The next NOTIFY, confirmed.
fn notice(phone: &Phone) -> Message {
    let notice = phone.expect("NOTIFY ");
    phone.respond(&notice, "200 OK", "", "");
    assert_eq!(notice.header("Event"), "refer");
    notice
}

fn answer_refer(sip_code: u32) -> Asked {
    Asked::AnswerRefer(AnswerRefer {
        contact_id: CONTACT.to_owned(),
        leg_id: "leg_op".to_owned(),
        sip_code,
    })
}

fn digits(desk: &mut Desk) -> String {
    match desk.what() {
        What::Played(played) => played.digits,
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_by_info_are_collected_like_keys_in_the_sound() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let sdp = caller
        .sdp("sendrecv")
        .replace(" 101\r\n", "\r\n")
        .replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    let mut dialog = caller.invite_with(NUMBER, &sdp);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    desk.words(1);
    desk.put_prompt(PROMPT, vec![0xff; 160]);
    desk.play("ply_1", PROMPT, false, 3);
    assert_eq!(
        info(
            &caller,
            &mut dialog,
            "application/dtmf-relay",
            "Signal=4\r\nDuration=100\r\n"
        ),
        200
    );
    assert_eq!(info(&caller, &mut dialog, "application/dtmf", "11x"), 400);
    assert_eq!(info(&caller, &mut dialog, "text/plain", "5"), 415);
    assert_eq!(info(&caller, &mut dialog, "application/dtmf", "7"), 200);
    assert_eq!(
        info(&caller, &mut dialog, "application/dtmf-relay", "Signal=11"),
        200
    );
    assert_eq!(digits(&mut desk), "47");
}

#[test]
fn a_phone_that_sends_keys_both_ways_presses_each_once() {
    let mut stage = answered();
    stage.desk.put_prompt(PROMPT, vec![0xff; 160]);
    stage.desk.play("ply_1", PROMPT, false, 2);
    assert_eq!(
        info(&stage.caller, &mut stage.dialog, "application/dtmf", "4"),
        200
    );
    stage.caller.press(stage.dialog.rtp_port, 4);
    stage.caller.press(stage.dialog.rtp_port, 11);
    assert_eq!(digits(&mut stage.desk), "4");
}

#[test]
fn a_wish_to_transfer_is_told_and_its_answer_handed_on() {
    let (mut stage, mut talk) = talking();
    assert_eq!(
        refer(&stage.operator, &mut talk, "<sip:usr_b@127.0.0.1>"),
        202
    );
    assert!(notice(&stage.operator).body.starts_with("SIP/2.0 100 "));
    match stage.desk.what() {
        What::Referred(told) => {
            assert_eq!(
                (told.leg_id.as_str(), told.target.as_str(), told.ours),
                ("leg_op", "usr_b", true)
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        refer(&stage.operator, &mut talk, "<sip:usr_c@127.0.0.1>"),
        491,
        "one at a time"
    );
    stage.desk.order(answer_refer(486));
    let last = notice(&stage.operator);
    assert!(
        last.body.starts_with("SIP/2.0 486 ")
            && last.header("Subscription-State").starts_with("terminated")
    );
    assert_eq!(
        stage.desk.ask(answer_refer(200)),
        "WRONG_STATE",
        "it was answered"
    );
    assert_eq!(
        refer(&stage.operator, &mut talk, "<sip:usr_c@127.0.0.1>"),
        202
    );
    notice(&stage.operator);
    assert!(matches!(stage.desk.what(), What::Referred(_)));
    stage.desk.order(answer_refer(200));
    assert!(notice(&stage.operator).body.starts_with("SIP/2.0 200 "));
    stage.operator.expect_bye();
    stage.node.wait_dialogs(1);
}

#[test]
fn an_attended_transfer_names_the_leg_that_it_replaces() {
    let (mut stage, mut talk) = talking();
    let (call_id, ours, theirs) = (&talk.call_id, tag(&talk.remote), tag(&talk.local));
    let to =
        format!("<sip:usr_b@127.0.0.1?Replaces={call_id}%3Bto-tag%3D{ours}%3Bfrom-tag%3D{theirs}>");
    assert_eq!(refer(&stage.operator, &mut talk, &to), 202);
    assert!(matches!(stage.desk.what(), What::Referred(told) if told.replaces_leg_id == "leg_op"));
}

fn tag(value: &str) -> String {
    value.split("tag=").nth(1).unwrap().to_owned()
}

#[test]
fn a_wish_for_another_host_and_wishes_of_customers_and_strangers_are_refused_and_told_of() {
    let (mut stage, mut talk) = talking();
    assert_eq!(
        refer(
            &stage.operator,
            &mut talk,
            "<sip:0010131255500@evil.example>"
        ),
        403
    );
    let refused = |desk: &mut Desk| match desk.what() {
        What::Suspected(told) => assert_eq!(told.suspicion(), Suspicion::ReferOutside),
        other => panic!("{other:?}"),
    };
    refused(&mut stage.desk);
    assert_eq!(
        refer(&stage.caller, &mut stage.dialog, "<sip:usr_b@127.0.0.1>"),
        603
    );
    assert_eq!(refer(&stage.operator, &mut talk, "nonsense"), 400);
    let stranger = Phone::new(&stage.node, "0911");
    let outside = stranger.fresh("refer", "<sip:usr_op@127.0.0.1>");
    let more = "Refer-To: <sip:0010131255500@127.0.0.1>\r\n";
    stranger.request("REFER", "sip:usr_op@127.0.0.1", &outside, more, "");
    stranger.expect("SIP/2.0 603");
    stage.node.wait("three are counted", |metrics| {
        metrics.suspected_refer_outside_total.get() == 3
    });
    assert!(stage.supervisor.is_quiet(50), "nobody is called");
    stage.node.wait_dialogs(2);
}

#[test]
fn a_customer_is_held_by_each_way_to_say_so_and_comes_back() {
    let (mut stage, _talk) = talking();
    let zero = stage
        .caller
        .sdp("sendrecv")
        .replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0");
    let ways = [
        ("INVITE", stage.caller.sdp("sendonly"), "recvonly"),
        ("INVITE", stage.caller.sdp("inactive"), "inactive"),
        ("INVITE", zero.clone(), "inactive"),
        ("UPDATE", stage.caller.sdp("sendonly"), "recvonly"),
        ("UPDATE", stage.caller.sdp("inactive"), "inactive"),
        ("UPDATE", zero, "inactive"),
    ];
    for (method, sdp, answered) in ways {
        let held = reoffer(&mut stage, method, &sdp);
        assert!(
            held.body.contains(&format!("a={answered}")),
            "{method} {sdp}"
        );
        assert_eq!(stage.desk.words(1), ["con_1 \"\" held"], "{method} {sdp}");
        let talking = stage.caller.sdp("sendrecv");
        assert!(reoffer(&mut stage, method, &talking)
            .body
            .contains("a=sendrecv"));
        assert_eq!(stage.desk.words(1), ["con_1 \"\" resumed"], "{method}");
    }
}

fn reoffer(stage: &mut support::stage::Stage, method: &str, sdp: &str) -> Message {
    let (caller, dialog) = (&stage.caller, &mut stage.dialog);
    dialog.cseq += 1;
    let more = "Content-Type: application/sdp\r\n";
    caller.request(method, &dialog.target.clone(), dialog, more, sdp);
    if method == "INVITE" {
        caller.finish(dialog, 200)
    } else {
        caller.expect("SIP/2.0 200")
    }
}

#[test]
fn an_offer_of_no_use_changes_nothing_and_an_update_without_one_neither() {
    let (mut stage, mut talk) = talking();
    let video = stage.operator.sdp("sendonly").replace("m=audio", "m=video");
    for method in ["INVITE", "UPDATE"] {
        talk.cseq += 1;
        let more = "Content-Type: application/sdp\r\n";
        stage
            .operator
            .request(method, &talk.target.clone(), &talk, more, &video);
        if method == "INVITE" {
            stage.operator.finish(&mut talk, 488);
        } else {
            stage.operator.expect("SIP/2.0 488");
        }
    }
    talk.cseq += 1;
    stage
        .operator
        .request("UPDATE", &talk.target.clone(), &talk, "", "");
    assert_eq!(stage.operator.expect("SIP/2.0 200").body, "");
    stage.caller.speak(stage.dialog.rtp_port, 0, &[0x42; 160]);
    support::eventually("the operator hears the customer", || {
        stage.caller.speak(stage.dialog.rtp_port, 0, &[0x42; 160]);
        stage.operator.hears_soon(&[0x42; 160])
    });
    // Nothing was told in between: the next is the end.
    stage.caller.bye(&mut stage.dialog);
    assert_eq!(stage.desk.words(1), ["con_1 leg_op ended CallEnded"]);
}
