//! Two tenants on one node, each with a user of the same id: their SIP phones have nothing to do with each other.

mod support;

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::{Dial, LegEnd, Mode, Supervise};
use sip::digest::secret;
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::Phone;
use support::stage::ended;
use support::Node;

/// A node whose customer is answered.
fn answered(home: &str) -> (Node, Desk) {
    let node = Node::start_with(|settings| home.clone_into(&mut settings.tenant));
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert!(matches!(desk.what(), What::Answered(_)));
    (node, desk)
}

fn dial(desk: &mut Desk, leg_id: &str, tenant_id: &str) {
    desk.order(Asked::Dial(Dial {
        contact_id: CONTACT.to_owned(),
        leg_id: leg_id.to_owned(),
        tenant_id: tenant_id.to_owned(),
        user_id: "usr_mori".to_owned(),
        ring_ms_max: 5_000,
        ..Dial::default()
    }));
}

fn registered(node: &Node, name: &str) -> Phone {
    let phone = Phone::new(node, name);
    phone.register();
    phone
}

#[test]
fn a_tenants_user_rings_at_the_phone_that_names_the_tenant_and_at_no_others() {
    let (node, mut desk) = answered("");
    let ours = registered(&node, "usr_mori.out_a");
    let theirs = registered(&node, "usr_mori.out_b");
    dial(&mut desk, "leg_1", "out_b");
    theirs.pick_up(&theirs.ring());
    desk.words(3);
    desk.order(Asked::Supervise(Supervise {
        contact_id: CONTACT.to_owned(),
        leg_id: "leg_2".to_owned(),
        tenant_id: "out_a".to_owned(),
        user_id: "usr_mori".to_owned(),
        mode: Mode::Listen.into(),
        keep_phone: false,
    }));
    ours.ring();
    assert!(theirs.is_quiet(50));
    dial(&mut desk, "leg_3", "out_c");
    let unreachable = ended(CONTACT, "leg_3", LegEnd::Unreachable);
    assert!(desk.words(2).contains(&unreachable));
}

#[test]
fn the_secret_of_one_tenants_user_lets_nobody_in_as_anothers() {
    let node = Node::start();
    let key = node.settings.sip_key;
    let theirs = Phone::new(&node, "usr_mori.out_b");
    for other in ["usr_mori.out_a", "usr_mori"] {
        assert_eq!(theirs.register_with(&secret(&key, other), 60), 401);
    }
    theirs.register();
}

#[test]
fn a_name_without_a_tenant_is_the_home_tenants() {
    let (node, mut desk) = answered("out_a");
    let phone = registered(&node, "usr_mori");
    dial(&mut desk, "leg_1", "out_b");
    assert_eq!(
        desk.words(1),
        [ended(CONTACT, "leg_1", LegEnd::Unreachable)]
    );
    assert!(phone.is_quiet(50));
    dial(&mut desk, "leg_2", "out_a");
    phone.pick_up(&phone.ring());
}

#[test]
fn a_node_without_a_home_tenant_rings_a_name_without_one() {
    let (node, mut desk) = answered("");
    let phone = registered(&node, "usr_mori");
    dial(&mut desk, "leg_1", "out_a");
    phone.pick_up(&phone.ring());
}

#[test]
fn whose_phone_has_come_or_gone_is_told_with_the_tenant() {
    let node = Node::start_with(|settings| "out_a".clone_into(&mut settings.tenant));
    let mut desk = Desk::open(&node);
    let told = |tenant_id: &str, registered| {
        let (tenant_id, user_id) = (tenant_id.to_owned(), "usr_mori".to_owned());
        (tenant_id, user_id, registered)
    };
    let short = registered(&node, "usr_mori");
    assert_eq!(desk.tenants_sip_user(), told("out_a", true));
    let theirs = registered(&node, "usr_mori.out_b");
    assert_eq!(desk.tenants_sip_user(), told("out_b", true));
    let whole = registered(&node, "usr_mori.out_a");
    assert_eq!(desk.tenants_sip_user(), told("out_a", true));
    // One of two phones of the same person goes: they still have one.
    assert_eq!(short.unregister(), 200);
    assert_eq!(desk.tenants_sip_user(), told("out_a", true));
    assert_eq!(whole.unregister(), 200);
    assert_eq!(desk.tenants_sip_user(), told("out_a", false));
    desk.reconnect(&node);
    assert_eq!(desk.tenants_sip_user(), told("out_b", true));
    assert_eq!(theirs.unregister(), 200);
    assert_eq!(desk.tenants_sip_user(), told("out_b", false));
}
