//! Two softphones call each other.

mod harness;

use std::path::Path;

use harness::{level_dbfs, packets, story, wait_for_packets, Softphone};
use serde_json::{json, Value};

fn path(event: &Value, key: &str) -> std::path::PathBuf {
    Path::new(event[key].as_str().unwrap()).to_owned()
}

/// `a` (440 Hz) and `b` (850 Hz), both recorded, `a` calling; their `established` events.
fn talking() -> (Softphone, Value, Value) {
    let mut softphone = Softphone::start();
    let there = softphone.phone("b", &json!({"sound": {"tone": 850}, "record": true}));
    softphone.phone("a", &json!({"sound": {"tone": 440}, "record": true}));
    softphone.call("a", &there);
    let caller = softphone.until("established", "a");
    let answerer = softphone.until("established", "b");
    (softphone, caller, answerer)
}

#[test]
fn both_hear_the_others_tone_and_nothing_else_while_the_call_goes_on() {
    let (softphone, caller, answerer) = talking();
    for (event, wanted, unwanted) in [(&caller, 850.0, 440.0), (&answerer, 440.0, 850.0)] {
        let heard = wait_for_packets(&path(event, "rx"), 50);
        assert!(level_dbfs(&heard[..50], wanted) > -13.0);
        assert!(level_dbfs(&heard[..50], unwanted) < -60.0);
    }
    let (code, events) = softphone.finish();
    assert_eq!(code, 0);
    let expected = [
        "phone",
        "calling",
        "progress",
        "answered",
        "established",
        "first_sound",
        "hungup",
        "rtp_summary",
    ];
    assert_eq!(story(&events, "a"), expected);
    let expected = [
        "phone",
        "ringing",
        "answered",
        "established",
        "first_sound",
        "hungup",
        "rtp_summary",
    ];
    assert_eq!(story(&events, "b"), expected);
}

#[test]
fn a_phone_that_plays_a_trunk_is_called_for_any_number_and_answers_or_refuses() {
    let mut softphone = Softphone::start();
    let takes = softphone.phone("trunk", &json!({"answer_after_ms": 20}));
    let refuses = softphone.phone("busy", &json!({"answer": "reject:486"}));
    softphone.phone("a", &json!({}));
    for (phone, there, ends) in [
        ("busy", refuses, "refused"),
        ("trunk", takes, "established"),
    ] {
        let to_uri = format!("sip:+819011112222@{there}");
        softphone.order(&json!({"do": "call", "phone": "a", "to_uri": to_uri}));
        assert_eq!(softphone.until("ringing", phone)["to"], "+819011112222");
        softphone.until(ends, "a");
    }
}

#[test]
fn what_one_phone_sent_is_what_the_other_received() {
    let (mut softphone, caller, answerer) = talking();
    wait_for_packets(&path(&caller, "rx"), 20);
    softphone.order(&json!({"do": "hangup", "phone": "b"}));
    assert_eq!(softphone.until("hungup", "b")["by"], "us");
    assert_eq!(softphone.until("hungup", "a")["by"], "peer");
    let summary = softphone.until("rtp_summary", "");
    softphone.until("rtp_summary", "");
    assert_eq!(summary["lost"], 0);
    let sent = packets(&path(&answerer, "tx"));
    let received = packets(&path(&caller, "rx"));
    assert!(received.len() >= 20 && received.len() <= sent.len());
    for (sent, received) in sent.iter().zip(&received) {
        assert_eq!(
            (sent.sequence, sent.timestamp, &sent.payload),
            (received.sequence, received.timestamp, &received.payload)
        );
        assert!(received.at_ns >= sent.at_ns);
    }
    let steps = sent
        .windows(2)
        .map(|pair| pair[1].timestamp.wrapping_sub(pair[0].timestamp));
    assert!(steps.into_iter().all(|step| step == 160));
}

#[test]
fn keys_arrive_as_events_with_one_timestamp_and_three_ends() {
    let (mut softphone, _, answerer) = talking();
    softphone.order(&json!({"do": "dtmf", "phone": "a", "digits": "2#", "tone_ms": 100}));
    assert_eq!(softphone.until("keyed", "a")["digit"], "2");
    assert_eq!(softphone.until("keyed", "a")["digit"], "#");
    let so_far = packets(&path(&answerer, "rx")).len();
    let heard = wait_for_packets(&path(&answerer, "rx"), so_far + 30);
    for (event, code) in [(0, 2), (1, 11)] {
        let of_event: Vec<_> = heard
            .iter()
            .filter(|packet| packet.payload_type == 101 && packet.payload[0] == code)
            .collect();
        assert_eq!(of_event.len(), 7, "event {event}");
        assert!(of_event
            .iter()
            .all(|packet| packet.timestamp == of_event[0].timestamp));
        let ends = of_event
            .iter()
            .filter(|packet| packet.payload[1] & 0x80 != 0);
        assert_eq!(ends.count(), 3);
        assert_eq!(of_event[6].payload[2..], 800u16.to_be_bytes());
    }
}

#[test]
fn a_sound_changes_in_the_middle_of_a_call() {
    let (mut softphone, caller, _) = talking();
    softphone.order(&json!({"do": "sound", "phone": "b", "sound": {"tone": 1310}, "id": 1}));
    softphone.until("done", "b");
    let before = packets(&path(&caller, "rx")).len();
    let heard = wait_for_packets(&path(&caller, "rx"), before + 60);
    let after = &heard[before + 10..];
    assert!(level_dbfs(after, 1310.0) > -13.0);
    assert!(level_dbfs(after, 850.0) < -60.0);
}

#[test]
fn a_held_peer_sends_nothing_until_it_is_taken_back() {
    let (mut softphone, caller, _) = talking();
    wait_for_packets(&path(&caller, "rx"), 5);
    softphone.order(&json!({"do": "hold", "phone": "a"}));
    assert_eq!(softphone.until("reoffered", "b")["direction"], "recvonly");
    softphone.until("reoffer_accepted", "a");
    let held = wait_for_packets(&path(&caller, "tx"), 30)
        .last()
        .unwrap()
        .at_ns;
    let last = packets(&path(&caller, "rx")).last().unwrap().at_ns;
    assert!(held > last + 100_000_000, "{held} {last}");
    let before = packets(&path(&caller, "rx")).len();
    softphone.order(&json!({"do": "resume", "phone": "a"}));
    assert_eq!(softphone.until("reoffered", "b")["direction"], "sendrecv");
    wait_for_packets(&path(&caller, "rx"), before + 10);
}

#[test]
fn packets_from_elsewhere_are_told_apart() {
    let (mut softphone, _, answerer) = talking();
    softphone
        .order(&json!({"do": "send_foreign", "phone": "a", "ms": 200, "sound": {"tone": 2000}}));
    assert_eq!(softphone.until("foreign_sent", "a")["packets"], 10);
    softphone.order(&json!({"do": "hangup", "phone": "a"}));
    let summary = softphone.until("rtp_summary", "b");
    assert_eq!(summary["foreign"], 10);
    let streams: std::collections::HashSet<_> = packets(&path(&answerer, "rx"))
        .iter()
        .map(|packet| packet.ssrc)
        .collect();
    assert_eq!(streams.len(), 2);
}

#[test]
fn a_busy_phone_and_a_refusing_phone_say_so() {
    let (mut softphone, _, _) = talking();
    let busy = softphone
        .seen
        .iter()
        .find(|event| event["phone"] == "b")
        .unwrap()["sip"]
        .clone();
    let refusing = softphone.phone("r", &json!({"answer": "reject:603"}));
    softphone.phone("c", &json!({}));
    softphone.call("c", busy.as_str().unwrap());
    let refused = softphone.until("refused", "c");
    assert_eq!(
        (&refused["code"], &refused["by"]),
        (&json!(486), &json!("peer"))
    );
    softphone.call("c", &refusing);
    let refused = softphone.until("refused", "r");
    assert_eq!(
        (&refused["code"], &refused["by"]),
        (&json!(603), &json!("us"))
    );
    assert_eq!(softphone.until("refused", "c")["code"], 603);
}

#[test]
fn a_caller_who_gives_up_stops_the_ringing() {
    let mut softphone = Softphone::start();
    let there = softphone.phone("b", &json!({"answer": "manual"}));
    softphone.phone("a", &json!({}));
    softphone.call("a", &there);
    assert_eq!(softphone.until("progress", "a")["code"], 180);
    softphone.order(&json!({"do": "cancel", "phone": "a"}));
    let ended = softphone.until("hungup", "b");
    assert_eq!(
        (&ended["by"], &ended["reason"]),
        (&json!("peer"), &json!("cancelled"))
    );
    assert_eq!(softphone.until("hungup", "a")["code"], 487);
    softphone.call("a", &there);
    softphone.until("ringing", "b");
    softphone.order(&json!({"do": "answer", "phone": "b", "sound": {"tone": 850}}));
    softphone.until("first_sound", "a");
}

#[test]
fn a_phone_that_ignores_its_caller_says_nothing_until_it_is_told_to() {
    let mut softphone = Softphone::start();
    let there = softphone.phone("b", &json!({"answer": "ignore"}));
    softphone.phone("a", &json!({}));
    softphone.call("a", &there);
    assert_eq!(softphone.until("ringing", "b")["ignored"], true);
    softphone.order(&json!({"do": "reject", "phone": "b", "code": 480}));
    assert_eq!(softphone.until("refused", "a")["code"], 480);
    let (_, events) = softphone.finish();
    assert_eq!(
        story(&events, "a"),
        ["phone", "calling", "refused", "rtp_summary"]
    );
}

#[test]
fn coded_frames_are_matched_and_whispers_are_heard() {
    let mut softphone = Softphone::start();
    let operator = softphone.phone("o", &json!({"sound": {"bench": "operator"}}));
    let other = softphone.phone("p", &json!({"sound": {"bench": "operator"}}));
    softphone.phone("s", &json!({"sound": {"bench": "supervisor"}}));
    softphone.phone("c", &json!({"sound": {"bench": "caller"}, "record": true}));
    softphone.call("s", &operator);
    softphone.call("c", &other);
    softphone.until("first_sound", "o");
    let established = softphone
        .seen
        .iter()
        .find(|event| event["event"] == "established" && event["phone"] == "c");
    wait_for_packets(&path(established.unwrap(), "rx"), 20);
    softphone.order(&json!({"do": "bench_report", "id": 3}));
    let report = softphone.until("bench_report", "");
    assert_eq!(report["id"], 3);
    assert!(report["payloads_ok"].as_u64().unwrap() >= 20);
    assert!(report["whisper"]["samples"].as_u64().unwrap() >= 1);
    assert!(report["forward"]["p50_us"].as_f64().unwrap() < 5000.0);
    for fault in [
        "payloads_bad",
        "mixes_bad",
        "lost_packets",
        "whispers_leaked",
    ] {
        assert_eq!(report[fault], 0, "{fault}");
    }
}

#[test]
fn lines_that_cannot_be_understood_are_named_and_nothing_stops() {
    let mut softphone = Softphone::start();
    softphone.say("hello");
    assert!(softphone.until("error", "")["message"]
        .as_str()
        .unwrap()
        .starts_with("not JSON"));
    softphone.say(&"x".repeat(100_000));
    assert_eq!(
        softphone.until("error", "")["message"],
        "a line is longer than 65536 bytes"
    );
    softphone.order(&json!({"do": "hangup", "phone": "nobody", "id": "h"}));
    let error = softphone.until("error", "nobody");
    assert_eq!(
        (&error["message"], &error["id"]),
        (&json!("phone \"nobody\" is unknown"), &json!("h"))
    );
    softphone.phone("a", &json!({}));
    for verb in ["hangup", "answer", "hold", "dtmf"] {
        let digits = (verb == "dtmf").then_some("1");
        softphone.order(&json!({"do": verb, "phone": "a", "digits": digits}));
        softphone.until("error", "a");
    }
    softphone.order(&json!({"do": "sound", "phone": "a", "sound": {"wav": "/nowhere.wav"}}));
    assert!(softphone.until("error", "a")["message"]
        .as_str()
        .unwrap()
        .contains("/nowhere.wav"));
    softphone.order(&json!({"do": "stats", "id": 1}));
    assert_eq!(softphone.until("stats", "")["phones"], 1);
    assert_eq!(softphone.finish().0, 0);
}
