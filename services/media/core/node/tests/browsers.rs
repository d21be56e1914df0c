//! Browsers as phones: who connects, rings, is heard, comes back, and who is kept out.

mod support;

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{
    BrowserState, DisconnectBrowser, LegEnd, Mode, Mute, PickUp, PutDown, TalkBack,
};
use support::browser::{connect, Browser, Offer, Side};
use support::desk::{Desk, CONTACT};
use support::stage::{answered, Stage};
use support::PATIENCE;

const CUSTOMER: u8 = 0x31;
const OPERATOR: u8 = 0x52;
const SUPERVISOR: u8 = 0x63;
const IMPOSTOR: u8 = 0x74;

fn pick_up(leg_id: &str) -> Asked {
    let (contact_id, leg_id) = (CONTACT.to_owned(), leg_id.to_owned());
    Asked::PickUp(PickUp { contact_id, leg_id })
}

fn put_down(leg_id: &str) -> Asked {
    let (contact_id, leg_id) = (CONTACT.to_owned(), leg_id.to_owned());
    Asked::PutDown(PutDown { contact_id, leg_id })
}

/// A customer who talks with an operator's browser.
fn talking() -> (Stage, Browser) {
    let mut stage = answered();
    let browser = Browser::connect(&mut stage.desk, "usr_op", "brw_1");
    stage.desk.dial("leg_op", "usr_op", 5_000);
    assert!(matches!(stage.desk.what(), What::LegRang(_)));
    stage.desk.order(pick_up("leg_op"));
    assert!(matches!(stage.desk.what(), What::LegAnswered(_)));
    assert!(matches!(stage.desk.what(), What::Joined(_)));
    browser.say(OPERATOR);
    (stage, browser)
}

/// Whether the customer, who speaks too, comes to hear packets full of that byte.
fn customer_hears(stage: &Stage, byte: u8) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        speak(stage);
        if stage.caller.hears_soon(&[byte; 160]) {
            return true;
        }
    }
    false
}

fn speak(stage: &Stage) {
    stage
        .caller
        .speak(stage.dialog.rtp_port, 0, &[CUSTOMER; 160]);
}

/// Lets the customer speak for a while.
fn a_while(stage: &Stage) {
    for _ in 0..15 {
        speak(stage);
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn operator_hears(stage: &Stage, browser: &Browser, side: Side, byte: u8) -> bool {
    let until = Instant::now() + PATIENCE;
    browser.take_heard();
    while Instant::now() < until {
        a_while(stage);
        if browser.take_heard().contains(&(side, byte)) {
            return true;
        }
    }
    false
}

fn leg_end(desk: &mut Desk) -> LegEnd {
    loop {
        if let What::LegEnded(ended) = desk.what() {
            return ended.reason();
        }
    }
}

#[test]
fn a_browser_rings_instead_of_the_registered_phone_and_talks_with_the_telephone() {
    let (stage, browser) = talking();
    assert!(stage.operator.is_quiet(100), "the SIP phone rings");
    assert!(customer_hears(&stage, OPERATOR));
    assert!(operator_hears(&stage, &browser, Side::Talk, CUSTOMER));
}

#[test]
fn a_whisper_comes_on_the_second_track_alone_and_a_barge_on_the_first() {
    let (mut stage, browser) = talking();
    let supervisor = Browser::connect(&mut stage.desk, "usr_sv", "brw_2");
    supervisor.say(SUPERVISOR);
    stage.desk.supervise("leg_sv", "usr_sv", Mode::Whisper);
    assert!(operator_hears(&stage, &browser, Side::Whisper, SUPERVISOR));
    browser.take_heard();
    a_while(&stage);
    let heard = browser.take_heard();
    assert!(heard.contains(&(Side::Talk, CUSTOMER)));
    assert!(!heard.contains(&(Side::Talk, SUPERVISOR)));
    assert!(!heard.contains(&(Side::Whisper, CUSTOMER)));
    stage.desk.supervise("leg_sv", "usr_sv", Mode::Barge);
    a_while(&stage);
    browser.take_heard();
    a_while(&stage);
    let heard = browser.take_heard();
    assert!(
        heard.iter().all(|(side, _)| *side == Side::Talk),
        "{heard:?}"
    );
}

#[test]
fn mute_and_talk_back_are_told_when_they_hold() {
    let (mut stage, _browser) = talking();
    let _supervisor = Browser::connect(&mut stage.desk, "usr_sv", "brw_2");
    stage.desk.supervise("leg_sv", "usr_sv", Mode::Listen);
    while !matches!(stage.desk.what(), What::ModeApplied(_)) {}
    let (contact_id, leg_id) = (CONTACT.to_owned(), "leg_op".to_owned());
    let mute = |muted| {
        let (contact_id, leg_id) = (contact_id.clone(), leg_id.clone());
        Asked::Mute(Mute {
            contact_id,
            leg_id,
            muted,
        })
    };
    stage.desk.order(mute(true));
    assert!(matches!(stage.desk.what(), What::LegMuted(_)));
    assert!(customer_hears(&stage, 0xff));
    stage.desk.order(mute(false));
    assert!(matches!(stage.desk.what(), What::LegUnmuted(_)));
    let talk_back = TalkBack {
        contact_id: contact_id.clone(),
        leg_id: leg_id.clone(),
        on: true,
    };
    stage.desk.order(Asked::TalkBack(talk_back));
    assert!(matches!(stage.desk.what(), What::TalkBackStarted(_)));
    stage.desk.hang_up("leg_sv");
    let mut told = (0..4).map(|_| stage.desk.what());
    assert!(told.any(|what| matches!(what, What::TalkBackEnded(_))));
}

#[test]
fn a_later_connection_takes_the_leg_over() {
    let (mut stage, browser) = talking();
    drop(browser);
    let browser = Browser::connect(&mut stage.desk, "usr_op", "brw_2");
    browser.say(OPERATOR + 1);
    assert!(customer_hears(&stage, OPERATOR + 1));
    assert!(operator_hears(&stage, &browser, Side::Talk, CUSTOMER));
}

#[test]
fn a_disconnected_browser_hangs_up_and_an_earlier_connection_disconnects_nothing() {
    let (mut stage, browser) = talking();
    drop(browser);
    let _browser = Browser::connect(&mut stage.desk, "usr_op", "brw_2");
    let disconnect = |connection_id: &str| {
        let connection_id = connection_id.to_owned();
        Asked::DisconnectBrowser(DisconnectBrowser { connection_id })
    };
    stage.desk.order(disconnect("brw_1"));
    assert!(customer_hears(&stage, 0xff), "the talk goes on");
    stage.desk.order(disconnect("brw_2"));
    assert_eq!(leg_end(&mut stage.desk), LegEnd::HungUp);
}

#[test]
fn a_ringing_browser_that_is_put_down_refuses_and_one_that_talks_hangs_up() {
    let mut stage = answered();
    let _browser = Browser::connect(&mut stage.desk, "usr_op", "brw_1");
    stage.desk.dial("leg_1", "usr_op", 5_000);
    stage.desk.order(put_down("leg_1"));
    assert_eq!(leg_end(&mut stage.desk), LegEnd::Refused);
    stage.desk.dial("leg_2", "usr_op", 5_000);
    stage.desk.order(pick_up("leg_2"));
    stage.desk.order(put_down("leg_2"));
    assert_eq!(leg_end(&mut stage.desk), LegEnd::HungUp);
}

#[test]
fn a_phone_that_is_no_browser_can_not_be_picked_up_from_here() {
    let mut stage = answered();
    stage.desk.dial("leg_op", "usr_op", 5_000);
    assert_eq!(stage.desk.ask(pick_up("leg_op")), "WRONG_STATE");
    assert_eq!(stage.desk.ask(pick_up("leg_other")), "UNKNOWN_LEG");
}

#[test]
fn a_strangers_packets_are_dropped_and_counted() {
    let (stage, browser) = talking();
    assert!(customer_hears(&stage, OPERATOR));
    let before = stage.node.metrics.browser_strangers_total.get();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..20_u8 {
        let mut packet = vec![0x80, 0, 0, number, 0, 0, 0, 0, 0, 0, 0, 0];
        packet.extend([0x12; 160]);
        stranger
            .send_to(&packet, ("127.0.0.1", browser.port))
            .unwrap();
    }
    assert!(customer_hears(&stage, OPERATOR));
    assert!(operator_hears(&stage, &browser, Side::Talk, CUSTOMER));
    let counted = stage.node.metrics.browser_strangers_total.get() - before;
    assert_eq!(counted, 20);
}

#[test]
fn an_offer_that_is_none_of_ours_is_refused() {
    let mut stage = answered();
    assert_eq!(
        stage.desk.ask(connect("usr_op", "brw_1", "v=0")),
        "BAD_OFFER"
    );
    let long = "a".repeat(64 * 1024 + 1);
    assert_eq!(
        stage.desk.ask(connect("usr_op", "brw_1", &long)),
        "BAD_OFFER"
    );
    let one = Offer::new().sdp;
    let second = one.rfind("m=audio").unwrap();
    assert_eq!(
        stage.desk.ask(connect("usr_op", "brw_1", &one[..second])),
        "BAD_OFFER"
    );
    assert_eq!(stage.desk.browser().state(), BrowserState::Connecting);
}

#[test]
fn an_offer_of_opus_alone_is_refused_by_name() {
    let mut stage = answered();
    let offer = Offer::of_opus_alone().sdp;
    assert!(offer.contains("opus/48000") && !offer.contains("PCM"));
    assert_eq!(
        stage.desk.ask(connect("usr_op", "brw_1", &offer)),
        "NO_CODEC"
    );
    let both = Offer::of_opus_too();
    assert!(both.sdp.contains("opus/48000"));
    stage.desk.order(connect("usr_op", "brw_2", &both.sdp));
    let place = |codec: &str| stage.desk.sdp_answer.find(codec);
    assert!(place("PCMU/8000").is_some());
    assert!(
        place("PCMU/8000") < place("opus/48000"),
        "what is offered first is answered first"
    );
}

#[test]
fn who_has_a_registered_phone_is_told_on_each_connect_and_when_it_changes() {
    let mut stage = answered();
    let known = |desk: &mut Desk| {
        let mut users = [desk.sip_user(), desk.sip_user()];
        users.sort();
        users
    };
    let both = ["usr_op", "usr_sv"].map(|user| (user.to_owned(), true));
    assert_eq!(known(&mut stage.desk), both);
    stage.desk.reconnect(&stage.node);
    assert_eq!(known(&mut stage.desk), both);
    assert_eq!(stage.operator.unregister(), 200);
    assert_eq!(stage.desk.sip_user(), ("usr_op".to_owned(), false));
}

#[test]
fn a_python_side_that_comes_back_is_told_who_is_connected() {
    let (mut stage, _browser) = talking();
    stage.desk.reconnect(&stage.node);
    stage.desk.browser_is("brw_1", BrowserState::Connected);
}

#[test]
fn a_browser_that_says_nothing_any_more_is_lost() {
    let (mut stage, browser) = talking();
    drop(browser);
    stage.desk.browser_is("brw_1", BrowserState::Lost);
}

#[test]
fn who_shows_another_certificate_than_the_offers_never_connects_hears_nothing_and_is_not_heard() {
    let (mut stage, browser) = talking();
    assert!(customer_hears(&stage, OPERATOR));
    let offer = Offer::new().promising_that_of(&Offer::new());
    stage.desk.order(connect("usr_op", "brw_2", &offer.sdp));
    let impostor = offer.go_on(&stage.desk.sdp_answer);
    impostor.say(IMPOSTOR);
    let mut told = stage.desk.browser();
    while told.state() == BrowserState::Connecting {
        told = stage.desk.browser();
    }
    // What comes after it is that the earlier connection is the phone as before.
    assert_eq!(
        (told.connection_id.as_str(), told.state()),
        ("brw_1", BrowserState::Connected)
    );
    let mut heard = Vec::new();
    for _ in 0..50 {
        speak(&stage);
        let payload = stage.caller.heard_soon();
        heard.extend(payload.and_then(|payload| payload.last().copied()));
    }
    assert!(heard.contains(&OPERATOR), "the talk goes on");
    assert!(!heard.contains(&IMPOSTOR), "the impostor is heard");
    assert!(operator_hears(&stage, &browser, Side::Talk, CUSTOMER));
    assert_eq!(impostor.take_heard(), []);
}
