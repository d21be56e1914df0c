//! Browsers on a settable clock: how long a lost one is waited for, and two tenants whose users have the same ids.

mod clocked;

use clocked::{Clocked, Who};
use sasayaki_node::browsers::{BrowserOrder, Told};
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{BrowserState, CallEnd, DisconnectBrowser, LegEnd};

const MORI: Who<'static> = ("out_a", "usr_mori");
const SATO: Who<'static> = ("out_a", "usr_sato");
/// Another tenant's, of the same id.
const OTHER: Who<'static> = ("out_b", "usr_mori");
const LOST_MS: u64 = 15_000;

fn call_ends(clocked: &mut Clocked) -> Vec<(String, LegEnd, CallEnd)> {
    let happened = clocked.happened();
    let leg = happened.iter().find_map(|(_, what)| match what {
        What::LegEnded(ended) => Some((ended.leg_id.clone(), ended.reason())),
        _ => None,
    });
    let call = happened.iter().find_map(|(_, what)| match what {
        What::CallEnded(ended) => Some(ended.reason()),
        _ => None,
    });
    let both = leg.zip(call);
    both.map(|((leg_id, reason), call)| (leg_id, reason, call))
        .into_iter()
        .collect()
}

#[test]
fn the_leg_of_a_lost_browser_waits_for_15_s_and_then_ends_as_failed() {
    let mut clocked = Clocked::new(21_000);
    clocked.call("con_1");
    let phone = clocked.connects(MORI, "brw_1");
    clocked.talks("con_1", "leg_1", MORI);
    clocked.told();
    clocked.tell(Told::Lost(phone));
    let lost = ("out_a".to_owned(), "brw_1".to_owned(), BrowserState::Lost);
    assert_eq!(clocked.told(), [lost]);
    assert_eq!(clocked.calls.deadline(), Some(clocked.now_ms + LOST_MS));
    clocked.happened();
    clocked.pass(LOST_MS - 1);
    assert_eq!(clocked.happened(), []);
    clocked.pass(1);
    clocked.pass(1_000);
    let failed = ("leg_1".to_owned(), LegEnd::Failed, CallEnd::Failed);
    assert_eq!(call_ends(&mut clocked), [failed]);
    let none = ("out_a".to_owned(), String::new(), BrowserState::None);
    assert_eq!(clocked.told(), [none]);
    assert!(clocked.calls.browsers_now().is_empty());
}

#[test]
fn a_supervisors_lost_browser_ends_its_own_leg_and_not_the_call() {
    let mut clocked = Clocked::new(21_040);
    clocked.call("con_1");
    clocked.connects(MORI, "brw_1");
    clocked.talks("con_1", "leg_op", MORI);
    let phone = clocked.connects(SATO, "brw_2");
    clocked.listens("con_1", "leg_sv", SATO);
    clocked.happened();
    clocked.tell(Told::Lost(phone));
    clocked.pass(LOST_MS);
    clocked.pass(1_000);
    let failed = ("leg_sv".to_owned(), LegEnd::Failed);
    assert_eq!(clocked.ended(), [failed]);
    assert_eq!(clocked.calls.counts().0, 1, "the call goes on");
}

#[test]
fn a_browser_that_is_back_in_time_goes_on_as_if_nothing_had_been() {
    let mut clocked = Clocked::new(21_080);
    clocked.call("con_1");
    let phone = clocked.connects(MORI, "brw_1");
    clocked.talks("con_1", "leg_1", MORI);
    clocked.happened();
    clocked.tell(Told::Lost(phone));
    clocked.pass(LOST_MS - 1);
    clocked.tell(Told::Back(phone));
    clocked.pass(10 * LOST_MS);
    assert_eq!(clocked.happened(), []);
    assert_eq!(clocked.calls.browsers_connected(), 1);
}

#[test]
fn a_new_connection_in_time_takes_the_leg_of_a_lost_browser() {
    let mut clocked = Clocked::new(21_120);
    clocked.call("con_1");
    let lost = clocked.connects(MORI, "brw_1");
    let (leg, _) = clocked.talks("con_1", "leg_1", MORI);
    clocked.happened();
    clocked.tell(Told::Lost(lost));
    clocked.pass(LOST_MS - 1);
    let new = clocked.connects(MORI, "brw_2");
    assert!(matches!(
        clocked.asked[..],
        [BrowserOrder::Turn { leg: turned, connection: to }, BrowserOrder::Drop { connection }]
            if turned == leg && to == new && connection == lost
    ));
    clocked.pass(10 * LOST_MS);
    assert_eq!(clocked.happened(), []);
}

#[test]
fn an_offer_that_is_never_proved_is_given_up_after_15_s() {
    let mut clocked = Clocked::new(21_160);
    let coming = clocked.offers(MORI, "brw_1");
    clocked.pass(LOST_MS - 1);
    assert_eq!(clocked.calls.browsers_now().len(), 1);
    clocked.pass(1);
    assert!(clocked.calls.browsers_now().is_empty());
    assert!(matches!(
        clocked.asked[..],
        [BrowserOrder::Drop { connection }] if connection == coming
    ));
}

#[test]
fn two_tenants_users_of_one_id_are_two_who_connect_ring_and_are_replaced_apart() {
    let mut clocked = Clocked::new(21_200);
    clocked.call("con_a");
    clocked.call("con_b");
    let first = clocked.connects(MORI, "brw_a");
    let second = clocked.connects(OTHER, "brw_b");
    assert!(clocked.asked.is_empty(), "one takes the other's place");
    assert_eq!(clocked.calls.browsers_connected(), 2);
    let connected = |tenant: &str, name: &str| {
        let (tenant, name) = (tenant.to_owned(), name.to_owned());
        (tenant, name, BrowserState::Connected)
    };
    let told = clocked.told();
    assert!(told.contains(&connected("out_a", "brw_a")));
    assert!(told.contains(&connected("out_b", "brw_b")));

    let (leg_a, rung) = clocked.talks("con_a", "leg_a", MORI);
    assert_eq!(rung, first);
    let (_, rung) = clocked.talks("con_b", "leg_b", OTHER);
    assert_eq!(rung, second, "and it is not busy");

    let third = clocked.connects(MORI, "brw_c");
    assert!(matches!(
        clocked.asked[..],
        [BrowserOrder::Turn { leg, connection: to }, BrowserOrder::Drop { connection }]
            if leg == leg_a && to == third && connection == first
    ));
}

#[test]
fn a_lost_browser_ends_no_leg_of_another_tenants_user_of_the_same_id() {
    let mut clocked = Clocked::new(21_240);
    clocked.call("con_a");
    clocked.call("con_b");
    let first = clocked.connects(MORI, "brw_a");
    clocked.connects(OTHER, "brw_b");
    clocked.talks("con_a", "leg_a", MORI);
    clocked.talks("con_b", "leg_b", OTHER);
    clocked.ended();
    clocked.tell(Told::Lost(first));
    clocked.pass(LOST_MS);
    assert_eq!(clocked.ended(), [("leg_a".to_owned(), LegEnd::Failed)]);
    let connection_id = "brw_b".to_owned();
    clocked.order(Asked::DisconnectBrowser(DisconnectBrowser {
        connection_id,
    }));
    clocked.pass(0);
    assert_eq!(clocked.ended(), [("leg_b".to_owned(), LegEnd::HungUp)]);
}

#[test]
fn a_supervisors_phone_is_neither_fetched_nor_released_for_another_tenants_user_of_the_same_id() {
    let mut clocked = Clocked::new(21_280);
    clocked.call("con_a");
    clocked.call("con_b");
    clocked.connects(MORI, "brw_a");
    let second = clocked.connects(OTHER, "brw_b");
    clocked.listens("con_a", "leg_a", MORI);
    let (_, rung) = clocked.listens("con_b", "leg_b", OTHER);
    assert_eq!(rung, second);
    assert_eq!(
        clocked.ended(),
        [],
        "a phone was moved to another tenant's call"
    );
    clocked.release(OTHER);
    assert_eq!(clocked.ended(), [("leg_b".to_owned(), LegEnd::Released)]);
    clocked.release(MORI);
    assert_eq!(clocked.ended(), [("leg_a".to_owned(), LegEnd::Released)]);
}

#[test]
fn who_has_no_browser_of_their_own_tenant_does_not_ring_anothers() {
    let mut clocked = Clocked::new(21_320);
    clocked.call("con_b");
    clocked.connects(MORI, "brw_a");
    clocked.happened();
    clocked.order(Asked::Dial(sasayaki_node::wire::Dial {
        contact_id: "con_b".to_owned(),
        leg_id: "leg_b".to_owned(),
        user_id: OTHER.1.to_owned(),
        tenant_id: OTHER.0.to_owned(),
        ..sasayaki_node::wire::Dial::default()
    }));
    assert!(clocked.asked.is_empty());
    assert_eq!(clocked.ended(), [("leg_b".to_owned(), LegEnd::Unreachable)]);
}
