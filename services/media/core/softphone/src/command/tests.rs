//! What commands say and how faults are named.

use super::{parse, Answering, Command, Target};
use crate::media::sound::{Role, Wanted};
use crate::wire::digest::{Accepted, Algorithm};

fn understood(line: &str) -> Command {
    parse(line).command.unwrap()
}

fn fault(line: &str) -> String {
    parse(line).command.unwrap_err()
}

#[test]
fn a_phone_is_read_with_all_its_fields() {
    let line = r#"{"do":"phone","phone":"op01","user":"usr_op01","secret":"s","server":"127.0.0.1:15060",
        "address":"127.0.0.2","register":true,"answer":"reject:486","answer_after_ms":200,
        "sound":{"tone":850},"record":true,"algorithm":"MD5"}"#;
    let Command::Phone(setup) = understood(line) else {
        panic!("no phone")
    };
    assert_eq!(setup.user, "usr_op01");
    assert_eq!(setup.address.to_string(), "127.0.0.2");
    assert_eq!((setup.register, setup.record), (true, true));
    assert_eq!(
        (setup.answer, setup.answer_after_ms),
        (Answering::Reject(486), 200)
    );
    assert_eq!(
        setup.sound,
        Wanted::Tone {
            hz: 850.0,
            level_dbfs: -12.0
        }
    );
    assert_eq!(setup.accepted, Accepted::Only(Algorithm::Md5));
}

#[test]
fn a_phone_needs_no_more_than_its_name() {
    let Command::Phone(setup) = understood(r#"{"do":"phone","phone":"c1"}"#) else {
        panic!("no phone")
    };
    assert_eq!((setup.user.as_str(), setup.sound), ("c1", Wanted::Silence));
    assert_eq!(setup.answer, Answering::Auto);
}

#[test]
fn calls_keys_and_sounds_are_read() {
    let call = understood(
        r#"{"do":"call","phone":"c","to":"0312345678","from":"090","sound":{"bench":"caller"}}"#,
    );
    let expected = Command::Call {
        to: Target::User("0312345678".into()),
        from: Some("090".into()),
        sound: Some(Wanted::Bench(Role::Caller)),
    };
    assert_eq!(call, expected);
    let Command::Keys(presses) = understood(r#"{"do":"dtmf","phone":"c","digits":"2#"}"#) else {
        panic!("no keys")
    };
    assert_eq!(
        presses
            .iter()
            .map(|press| (press.event, press.frames))
            .collect::<Vec<_>>(),
        [(2, 8), (11, 8)]
    );
    let once = understood(r#"{"do":"sound","phone":"c","sound":{"wav":"a.wav","loop":false}}"#);
    assert_eq!(
        once,
        Command::Sound(Wanted::File {
            path: "a.wav".into(),
            repeat: false
        })
    );
}

#[test]
fn the_id_and_the_phone_of_a_faulty_command_are_kept() {
    let line = parse(r#"{"do":"sing","phone":"c1","id":7}"#);
    assert_eq!(line.id, Some(7.into()));
    assert_eq!(line.phone.as_deref(), Some("c1"));
    assert_eq!(line.command.unwrap_err(), "command \"sing\" is unknown");
}

#[test]
fn faults_are_named() {
    assert!(fault("hello").starts_with("not JSON: "));
    assert_eq!(fault("[1]"), "a command is a JSON object, not [1]");
    assert_eq!(fault(r#"{"phone":"c"}"#), "field \"do\" is missing");
    assert_eq!(fault(r#"{"do":"hangup"}"#), "field \"phone\" is missing");
    assert_eq!(
        fault(r#"{"do":"quit","phone":"c"}"#),
        "field \"phone\" is unknown here"
    );
    assert_eq!(
        fault(r#"{"do":"hangup","phone":"c","nwo":1}"#),
        "field \"nwo\" is unknown here"
    );
    assert_eq!(
        fault(r#"{"do":"hangup","phone":5}"#),
        "field \"phone\" is a line of text, not 5"
    );
    assert_eq!(
        fault(r#"{"do":"call","phone":"c"}"#),
        "a call has either \"to\" or \"to_uri\""
    );
    assert_eq!(
        fault(r#"{"do":"dtmf","phone":"c","digits":"x"}"#),
        "key 'x' is none of 0-9 * # A-D"
    );
    assert_eq!(
        fault(r#"{"do":"sound","phone":"c"}"#),
        "field \"sound\" is missing"
    );
    let tone = r#"{"do":"sound","phone":"c","sound":{"tone":9000}}"#;
    assert_eq!(
        fault(tone),
        "field \"tone\" is a number from 1 to 3999, not 9000"
    );
    assert!(fault(r#"{"do":"phone","phone":"../x"}"#).starts_with("field \"phone\" is 1 to 64"));
    assert!(fault(r#"{"do":"phone","phone":"a","answer":"reject:99"}"#)
        .starts_with("field \"answer\" is"));
    assert!(fault(r#"{"do":"phone","phone":"a","server":"h"}"#)
        .starts_with("field \"server\" cannot be read"));
    assert!(fault(r#"{"do":"phone","phone":"a","register":true}"#)
        .starts_with("field \"server\" is missing"));
    assert!(
        fault("{\"do\":\"call\",\"phone\":\"c\",\"to\":\"1\\r\\nX: y\"}")
            .starts_with("field \"to\" is a line")
    );
}
