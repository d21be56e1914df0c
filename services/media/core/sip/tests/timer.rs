//! A session is refreshed in time by whoever is to do it, and ended when it is not.

use sip::timer::{self, Agreed, Due, Refresher, Refused, Said, Timer, SESSION_S_MIN};

fn said(expires: &str, knows: bool) -> Said<'_> {
    Said {
        expires: (!expires.is_empty()).then_some(expires),
        knows,
    }
}

fn agreed(session_s: u64, refresher: Refresher) -> Agreed {
    Agreed {
        session_s,
        refresher,
    }
}

#[test]
fn what_a_peer_asks_for_is_agreed_to() {
    let they = |session_s| Ok(Some(agreed(session_s, Refresher::They)));
    let we = |session_s| Ok(Some(agreed(session_s, Refresher::We)));
    let table = [
        ("", true, Ok(None)),
        ("1800", true, they(1800)),
        ("1800;refresher=uac", true, they(1800)),
        ("1800 ; Refresher=UAS", true, we(1800)),
        ("1800", false, we(1800)),
        ("90", true, they(90)),
        ("999999", true, they(86_400)),
        ("89", true, Err(Refused::TooBrief)),
        ("0", true, Err(Refused::TooBrief)),
        ("soon", true, Err(Refused::Malformed)),
        ("-1", true, Err(Refused::Malformed)),
    ];
    for (expires, knows, expected) in table {
        assert_eq!(
            timer::asked(said(expires, knows), SESSION_S_MIN),
            expected,
            "{expires:?}"
        );
    }
}

#[test]
fn our_own_wish_is_answered_by_them() {
    assert_eq!(timer::answered(said("", true)), None);
    assert_eq!(
        timer::answered(said("1800;refresher=uas", true)),
        Some(agreed(1800, Refresher::They))
    );
    assert_eq!(
        timer::answered(said("600;refresher=uac", true)),
        Some(agreed(600, Refresher::We))
    );
    assert_eq!(timer::answered(said("nonsense", true)), None);
    assert_eq!(
        timer::answer(agreed(600, Refresher::They)),
        "600;refresher=uac"
    );
    assert_eq!(
        timer::answer(agreed(600, Refresher::We)),
        "600;refresher=uas"
    );
    assert_eq!(
        timer::refresh(agreed(600, Refresher::We)),
        "600;refresher=uac"
    );
}

#[test]
fn we_refresh_at_half_time_and_once() {
    let mut timer = Timer::new(1_000, agreed(90, Refresher::We));
    assert_eq!(timer.due(45_999), None);
    assert_eq!(timer.due(46_000), Some(Due::Refresh));
    assert_eq!(timer.due(46_001), None, "one is under way");
    timer.try_again(46_002);
    assert_eq!(timer.due(56_001), None);
    assert_eq!(timer.due(56_002), Some(Due::Refresh));
    assert_eq!(timer.due(91_000), Some(Due::Gone), "nobody answered");
}

#[test]
fn a_session_that_they_do_not_refresh_is_gone_a_little_before_its_end() {
    let mut brief = Timer::new(0, agreed(90, Refresher::They));
    assert_eq!(brief.due(59_999), None);
    assert_eq!(brief.due(60_000), Some(Due::Gone));
    let mut long = Timer::new(0, agreed(1800, Refresher::They));
    assert_eq!(long.due(1_767_999), None);
    assert_eq!(long.due(1_768_000), Some(Due::Gone));
}

#[test]
fn a_refreshed_session_lives_on() {
    let mut now_ms = 0;
    for _ in 0..100 {
        let mut timer = Timer::new(now_ms, agreed(90, Refresher::They));
        now_ms += 45_000;
        assert_eq!(timer.due(now_ms), None);
    }
}
