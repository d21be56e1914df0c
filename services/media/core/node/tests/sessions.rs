//! Session timers: agreed to in headers, refreshed by whoever is to do it, ended when nobody does.

mod support;

use sasayaki_node::wire::CallEnd;
use support::desk::{Desk, NUMBER};
use support::phone::{Dialog, Message, Phone};
use support::stage::answered;
use support::Node;

/// Calls with these headers and is answered.
fn call(node: &Node, desk: &mut Desk, contact: &str, more: &str) -> (Phone, Dialog, Message) {
    let caller = Phone::new(node, "090");
    let uri = format!("sip:{NUMBER}@127.0.0.1");
    let mut dialog = caller.fresh("timed", &format!("<{uri}>"));
    dialog.target.clone_from(&uri);
    let more = format!("Content-Type: application/sdp\r\n{more}");
    caller.request("INVITE", &uri, &dialog, &more, &caller.sdp("sendrecv"));
    desk.admit_as(contact);
    desk.answer_on(contact);
    let answer = caller.finish(&mut dialog, 200);
    desk.words(1);
    (caller, dialog, answer)
}

#[test]
fn a_session_that_the_caller_does_not_refresh_is_ended() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let more = "Supported: timer\r\nSession-Expires: 2;refresher=uac\r\n";
    let (caller, mut dialog, answer) = call(&node, &mut desk, "con_1", more);
    assert_eq!(answer.header("Session-Expires"), "2;refresher=uac");
    assert_eq!(answer.header("Require"), "timer");
    for (method, sdp) in [
        ("UPDATE", String::new()),
        ("INVITE", caller.sdp("sendrecv")),
    ] {
        dialog.cseq += 1;
        let kind = if sdp.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        let refresh = format!("{kind}{more}");
        caller.request(method, &dialog.target.clone(), &dialog, &refresh, &sdp);
        let answer = if method == "INVITE" {
            caller.finish(&mut dialog, 200)
        } else {
            caller.expect("SIP/2.0 200")
        };
        assert_eq!(
            answer.header("Session-Expires"),
            "2;refresher=uac",
            "{method}"
        );
    }
    caller.expect_bye();
    assert_eq!(desk.words(1), [format!("con_1 over {:?}", CallEnd::Failed)]);
    assert_eq!(node.metrics.sessions_expired_total.get(), 1);
}

#[test]
fn a_session_that_is_ours_to_refresh_lives_on() {
    let node = Node::start();
    let mut desk = Desk::open(&node);
    let timer = "Supported: timer\r\nSession-Expires: 2;refresher=uas\r\n";
    let table = [
        ("con_1", "Allow: INVITE, UPDATE\r\n", "UPDATE "),
        ("con_2", "Allow: INVITE\r\n", "INVITE "),
    ];
    for (contact, allow, method) in table {
        let more = format!("{timer}{allow}");
        let (caller, mut dialog, answer) = call(&node, &mut desk, contact, &more);
        assert_eq!(answer.header("Session-Expires"), "2;refresher=uas");
        // Three times half of it is longer than the whole.
        for _ in 0..3 {
            let refresh = caller.expect(method);
            assert_eq!(refresh.header("Session-Expires"), "2;refresher=uac");
            let sdp = if refresh.body.is_empty() {
                String::new()
            } else {
                caller.sdp("sendrecv")
            };
            caller.respond(&refresh, "200 OK", "", &sdp);
        }
        caller.bye(&mut dialog);
        assert_eq!(
            desk.words(1),
            [format!("{contact} over {:?}", CallEnd::CustomerHungUp)]
        );
    }
    assert_eq!(node.metrics.sessions_expired_total.get(), 0);
}

#[test]
fn too_brief_a_session_is_refused_with_the_least() {
    let node = Node::start_with(|settings| settings.session_s_min = 90);
    let _desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let uri = format!("sip:{NUMBER}@127.0.0.1");
    let mut dialog = caller.fresh("brief", &format!("<{uri}>"));
    dialog.target.clone_from(&uri);
    let more = "Content-Type: application/sdp\r\nRequire: timer\r\nSession-Expires: 89\r\n";
    caller.request("INVITE", &uri, &dialog, more, &caller.sdp("sendrecv"));
    assert_eq!(caller.finish(&mut dialog, 422).header("Min-SE"), "90");
}

#[test]
fn a_phone_is_asked_for_a_timer_and_may_leave_it() {
    let mut stage = answered();
    stage.desk.dial("leg_1", "usr_op", 5_000);
    let invite = stage.operator.ring();
    assert_eq!(invite.header("Session-Expires"), "1800");
    assert_eq!(invite.header("Supported"), "timer");
    stage.operator.pick_up(&invite);
    stage.node.wait_dialogs(2);
}
