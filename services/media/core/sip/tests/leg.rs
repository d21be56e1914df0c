//! Legs: a fake phone answers what a leg says, in virtual time.

use sip::leg::{Happened, Heard, Leg, Order, Out, Say, State, ACK_MS, ENDING_MS};
use sip::sdp::{Codec, Direction, Local};

fn local() -> Local {
    Local {
        address: "192.0.2.1:20000".parse().unwrap(),
        session: 1,
        version: 1,
    }
}

fn sdp(direction: &str) -> Vec<u8> {
    format!(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na={direction}\r\n"
    )
    .into_bytes()
}

fn invited() -> Leg {
    Leg::invited(local(), &sdp("sendrecv")).unwrap()
}

fn dialled() -> Leg {
    Leg::dialled(0, local(), Codec::Pcmu, 4_000).0
}

fn talking() -> Leg {
    let mut leg = dialled();
    leg.heard(10, Heard::Accepted(sdp("sendrecv")));
    assert_eq!(leg.state(), State::Talking);
    leg
}

/// What is said and what happens, in short.
fn short(outs: &[Out]) -> Vec<String> {
    let word = |out: &Out| match out {
        Out::Say(Say::Answer(_)) => "answer".to_owned(),
        Out::Say(Say::Invite(_)) => "invite".to_owned(),
        Out::Say(Say::Agree { reply, .. }) => format!("agree {reply}"),
        Out::Say(Say::Decline { reply, code }) => format!("decline {reply} {code}"),
        Out::Say(say) => format!("{say:?}").to_lowercase(),
        Out::Happened(Happened::Talking(_)) => "talking".to_owned(),
        Out::Happened(Happened::Changed(audio)) => format!("changed {:?}", audio.direction),
        Out::Happened(Happened::Rang) => "rang".to_owned(),
        Out::Happened(Happened::Key(key)) => format!("key {key}"),
        Out::Happened(Happened::Over(why)) => format!("over {why:?}"),
    };
    outs.iter().map(word).collect()
}

#[test]
fn a_caller_rings_is_answered_talks_and_hangs_up() {
    let mut leg = invited();
    assert_eq!(short(&leg.order(0, Order::Ring)), ["ring"]);
    assert_eq!(short(&leg.order(1, Order::Answer)), ["answer"]);
    assert_eq!(
        short(&leg.heard(2, Heard::Acknowledged(Vec::new()))),
        ["talking"]
    );
    assert_eq!(leg.deadline(), None);
    assert_eq!(short(&leg.heard(3, Heard::Bye)), ["over HungUp", "forget"]);
    assert_eq!(leg.state(), State::Ended);
}

#[test]
fn a_caller_whose_offer_is_of_no_use_is_refused() {
    assert_eq!(Leg::invited(local(), b"hello").unwrap_err(), 400);
    let other = String::from_utf8(sdp("sendrecv"))
        .unwrap()
        .replace("AVP 0", "AVP 9");
    assert_eq!(Leg::invited(local(), other.as_bytes()).unwrap_err(), 488);
}

#[test]
fn a_caller_who_leaves_the_offer_to_us_answers_in_the_ack() {
    let mut leg = Leg::invited(local(), &[]).unwrap();
    let outs = leg.order(0, Order::Answer);
    assert!(
        matches!(&outs[0], Out::Say(Say::Answer(sdp)) if sdp.contains("m=audio 20000 RTP/AVP 0 8 101"))
    );
    assert_eq!(
        short(&leg.heard(1, Heard::Acknowledged(sdp("sendrecv")))),
        ["talking"]
    );
    let mut silent = Leg::invited(local(), &[]).unwrap();
    silent.order(0, Order::Answer);
    assert_eq!(
        short(&silent.heard(1, Heard::Acknowledged(Vec::new()))),
        ["over Failed", "bye"]
    );
}

#[test]
fn a_caller_may_give_up_before_the_answer() {
    let mut leg = invited();
    leg.order(0, Order::Ring);
    assert_eq!(
        short(&leg.heard(1, Heard::Cancelled)),
        ["over Withdrawn", "forget"]
    );
    assert!(leg.order(2, Order::Answer).is_empty());
}

#[test]
fn a_caller_who_never_confirms_is_given_up() {
    let mut leg = invited();
    leg.order(0, Order::Answer);
    assert!(leg.due(ACK_MS - 1).is_empty());
    assert_eq!(short(&leg.due(ACK_MS)), ["over Failed", "bye"]);
}

#[test]
fn a_caller_is_turned_away_before_the_answer_and_byed_after_it() {
    let mut leg = invited();
    assert_eq!(
        short(&leg.order(0, Order::Refuse(503))),
        ["refuse(503)", "over Released", "forget"]
    );
    assert!(leg.order(0, Order::End).is_empty());
    let mut leg = invited();
    leg.order(0, Order::Answer);
    assert_eq!(short(&leg.order(1, Order::End)), ["over Released", "bye"]);
}

#[test]
fn a_dialled_phone_rings_once_and_talks_on_its_answer() {
    let mut leg = dialled();
    assert!(leg.heard(1, Heard::Progress(100)).is_empty());
    assert_eq!(short(&leg.heard(2, Heard::Progress(180))), ["rang"]);
    assert!(leg.heard(3, Heard::Progress(183)).is_empty());
    assert_eq!(
        short(&leg.heard(4, Heard::Accepted(sdp("sendrecv")))),
        ["talking"]
    );
    assert!(
        leg.heard(5, Heard::Accepted(sdp("sendrecv"))).is_empty(),
        "confirmed twice does not answer twice"
    );
    assert_eq!(leg.deadline(), None);
}

#[test]
fn a_phone_that_does_not_answer_is_given_up_at_the_deadline_not_later() {
    let mut leg = dialled();
    assert!(leg.due(3_999).is_empty());
    assert_eq!(short(&leg.due(4_000)), ["over NoAnswer", "abandon"]);
    assert_eq!(leg.deadline(), Some(4_000 + ENDING_MS));
    assert_eq!(short(&leg.heard(4_100, Heard::Refused(487))), ["forget"]);
    assert_eq!((leg.state(), leg.deadline()), (State::Ended, None));
}

#[test]
fn an_answer_that_crosses_our_cancel_is_no_talk() {
    let mut leg = dialled();
    assert_eq!(
        short(&leg.order(1, Order::End)),
        ["over Released", "abandon"]
    );
    assert!(leg.heard(2, Heard::Accepted(sdp("sendrecv"))).is_empty());
    assert_eq!(short(&leg.heard(3, Heard::Broke)), ["forget"]);
}

#[test]
fn a_refusing_phone_is_over_with_its_status() {
    for code in [302, 401, 404, 480, 486, 500, 603] {
        let mut leg = dialled();
        assert_eq!(
            short(&leg.heard(1, Heard::Refused(code))),
            [format!("over Refused({code})"), "forget".to_owned()]
        );
    }
}

#[test]
fn an_answer_of_no_use_ends_the_leg() {
    let mut leg = dialled();
    assert_eq!(
        short(&leg.heard(1, Heard::Accepted(b"x".to_vec()))),
        ["over Failed", "bye"]
    );
}

#[test]
fn a_dead_phone_is_forgotten_after_our_bye() {
    let mut leg = talking();
    assert_eq!(short(&leg.order(100, Order::End)), ["over Released", "bye"]);
    assert!(leg.due(100 + ENDING_MS - 1).is_empty());
    assert_eq!(short(&leg.due(100 + ENDING_MS)), ["forget"]);
    assert!(leg.heard(40_000, Heard::Broke).is_empty());
}

#[test]
fn a_phone_holds_and_resumes() {
    let mut leg = talking();
    let outs = leg.heard(
        20,
        Heard::Reoffered {
            reply: 7,
            sdp: sdp("sendonly"),
        },
    );
    assert_eq!(short(&outs), ["agree 7", "changed SendOnly"]);
    assert!(
        matches!(&outs[0], Out::Say(Say::Agree { sdp, .. }) if sdp.contains("a=recvonly") && sdp.contains("o=sasayaki 1 2 "))
    );
    assert_eq!(leg.state(), State::Held);
    let outs = leg.heard(
        30,
        Heard::Reoffered {
            reply: 8,
            sdp: sdp("sendrecv"),
        },
    );
    assert_eq!(short(&outs), ["agree 8", "changed SendRecv"]);
    assert_eq!(
        (leg.state(), leg.audio().unwrap().direction),
        (State::Talking, Direction::SendRecv)
    );
}

#[test]
fn a_refresh_without_a_change_changes_nothing() {
    let mut leg = talking();
    assert_eq!(
        short(&leg.heard(
            20,
            Heard::Reoffered {
                reply: 1,
                sdp: sdp("sendrecv")
            }
        )),
        ["agree 1"]
    );
    assert_eq!(
        short(&leg.heard(
            21,
            Heard::Reoffered {
                reply: 2,
                sdp: Vec::new()
            }
        )),
        ["agree 2"]
    );
    assert_eq!(
        short(&leg.heard(22, Heard::Acknowledged(sdp("inactive")))),
        ["changed Inactive"]
    );
}

#[test]
fn an_offer_of_no_use_is_declined_and_the_session_stays() {
    let mut leg = talking();
    assert_eq!(
        short(&leg.heard(
            20,
            Heard::Reoffered {
                reply: 1,
                sdp: b"x".to_vec()
            }
        )),
        ["decline 1 400"]
    );
    let other = String::from_utf8(sdp("sendrecv"))
        .unwrap()
        .replace("AVP 0", "AVP 9")
        .into_bytes();
    assert_eq!(
        short(&leg.heard(
            21,
            Heard::Reoffered {
                reply: 2,
                sdp: other
            }
        )),
        ["decline 2 488"]
    );
    assert_eq!(leg.state(), State::Talking);
}

#[test]
fn every_offer_is_answered_in_every_state() {
    let mut answered = invited();
    answered.order(0, Order::Answer);
    assert_eq!(
        short(&answered.heard(
            1,
            Heard::Reoffered {
                reply: 1,
                sdp: sdp("sendrecv")
            }
        )),
        ["decline 1 491"]
    );
    let mut ended = talking();
    ended.order(20, Order::End);
    assert_eq!(
        short(&ended.heard(
            21,
            Heard::Reoffered {
                reply: 2,
                sdp: sdp("sendrecv")
            }
        )),
        ["decline 2 481"]
    );
}

#[test]
fn both_hanging_up_at_once_end_clean() {
    let mut leg = talking();
    leg.order(20, Order::End);
    assert_eq!(short(&leg.heard(21, Heard::Bye)), ["forget"]);
    assert!(leg.heard(22, Heard::Bye).is_empty());
    assert_eq!(leg.state(), State::Ended);
}

#[test]
fn a_broken_dialog_ends_the_leg_as_failed() {
    assert_eq!(
        short(&talking().heard(20, Heard::Broke)),
        ["over Failed", "forget"]
    );
}

#[test]
fn ringing_that_the_answer_has_overtaken_changes_nothing() {
    let mut leg = talking();
    assert_eq!(short(&leg.heard(11, Heard::Progress(180))), [""; 0]);
    assert_eq!(leg.state(), State::Talking);
}

#[test]
fn a_key_by_info_counts_unless_keys_come_as_sound_too() {
    let mut info_only = talking();
    assert_eq!(short(&info_only.heard(20, Heard::Key('5'))), ["key 5"]);
    info_only.order(30, Order::End);
    assert_eq!(short(&info_only.heard(40, Heard::Key('5'))), [""; 0]);
    let with = String::from_utf8(sdp("sendrecv")).unwrap();
    let with = with.replace(
        "AVP 0\r\n",
        "AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
    );
    let mut both = dialled();
    both.heard(10, Heard::Accepted(with.into_bytes()));
    assert_eq!(short(&both.heard(20, Heard::Key('5'))), [""; 0]);
}

#[test]
fn a_session_that_nobody_refreshed_ends_with_a_bye_once() {
    let mut leg = talking();
    assert_eq!(
        short(&leg.heard(20, Heard::Expired)),
        ["over Failed", "bye"]
    );
    assert_eq!(short(&leg.heard(21, Heard::Expired)), [""; 0]);
    let mut ringing = dialled();
    assert_eq!(short(&ringing.heard(20, Heard::Expired)), [""; 0]);
}
