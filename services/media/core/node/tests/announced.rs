//! Which address of the node phones are told: the announced one outside of local networks, its own inside.

mod support;

use sasayaki_node::announced::Announced;
use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::order::Order as Asked;
use sasayaki_node::wire::Place;
use sip::flow::Flow;
use sip::trunk::{Trunk, Trunks};
use support::desk::{Desk, NUMBER};
use support::phone::{Dialog, Message, Phone};
use support::stage::{answered_at, hears};
use support::wire::Wire;
use support::Node;

const OUTER: &str = "203.0.113.7";

fn announcing(networks: &str) -> Node {
    Node::start_with(|settings| settings.announced = Announced::read(OUTER, networks).unwrap())
}

/// Every address that a message names as ours: `Contact`, for a request `Via` and `From`, and what it describes.
fn named(message: &Message, from_us: bool) -> Vec<String> {
    let host = |uri: &str| {
        let rest = uri.rsplit('@').next().unwrap();
        let end = rest.find([':', ';', '>']).unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let mut named = vec![host(message.header("Contact"))];
    if from_us {
        named.push(host(message.header("From")));
        let via = message.header("Via").split([' ', ';', ':']).nth(1).unwrap();
        named.push(via.to_owned());
    }
    for line in message.body.lines() {
        let address = line
            .strip_prefix("c=IN IP4 ")
            .or_else(|| line.starts_with("o=").then(|| line.rsplit(' ').next())?);
        named.extend(address.map(str::to_owned));
    }
    named
}

fn ported(message: &Message, node: &Node) -> bool {
    let port = node.sip.port();
    message.header("Contact").contains(&format!(":{port}"))
}

fn over_tcp(message: &Message) -> bool {
    let contact = message.header("Contact").to_ascii_lowercase();
    contact.contains(";transport=tcp")
}

#[test]
fn a_phone_outside_of_local_networks_is_told_the_announced_address_alone() {
    let node = announcing("198.51.100.0/24");
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    let answer = caller.finish(&mut dialog, 200);
    assert_eq!(named(&answer, false), [OUTER; 3]);
    assert!(ported(&answer, &node));

    let operator = Phone::new(&node, "usr_op");
    operator.register();
    desk.dial("leg_op", "usr_op", 5_000);
    let invite = operator.ring();
    assert_eq!(named(&invite, true), [OUTER; 5]);
    assert!(ported(&invite, &node));
    let talk = operator.pick_up(&invite);
    // What is named is translated on its way: the ports are ours.
    assert!(hears((&caller, &dialog), (&operator, &talk), 0x31));
    assert!(hears((&operator, &talk), (&caller, &dialog), 0x32));
    desk.hang_up("");
    let bye = operator.expect("BYE ");
    let via = bye.header("Via");
    assert!(
        via.contains(&format!(" {OUTER}:{};", node.sip.port())),
        "{via}"
    );
    operator.respond(&bye, "200 OK", "", "");
    caller.expect_bye();
    node.wait_dialogs(0);
}

#[test]
fn a_phone_of_a_local_network_is_told_our_own_address() {
    let node = announcing("127.0.0.0/8");
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    let answer = caller.finish(&mut dialog, 200);
    assert_eq!(named(&answer, false), ["127.0.0.1"; 3]);
    let operator = Phone::new(&node, "usr_op");
    operator.register();
    desk.dial("leg_op", "usr_op", 5_000);
    assert_eq!(named(&operator.ring(), true), ["127.0.0.1"; 5]);
}

#[test]
fn a_phone_with_a_connection_is_told_the_announced_address_too() {
    let node = announcing("");
    let mut desk = Desk::open(&node);
    let operator = Phone::over_tcp(&node, "usr_op");
    operator.register();
    let caller = Phone::over_tcp(&node, "090");
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    let answer = caller.finish(&mut dialog, 200);
    assert_eq!(named(&answer, false), [OUTER; 3]);
    assert!(over_tcp(&answer));
    desk.dial("leg_op", "usr_op", 5_000);
    let invite = operator.ring();
    assert_eq!(named(&invite, true), [OUTER; 5]);
    assert!(invite.header("Via").starts_with("SIP/2.0/TCP "));
    assert!(over_tcp(&invite));
    operator.pick_up(&invite);
}

#[test]
fn a_trunk_is_told_the_address_by_which_it_reaches_us() {
    for (networks, told) in [("", OUTER), ("127.0.0.1", "127.0.0.1")] {
        let wire = Wire::udp();
        let mut trunk = Trunk::new("carrier", 1);
        trunk.outbound = Some(Flow::udp(wire.local_addr()));
        let node = Node::start_with(|settings| {
            settings.trunks = Trunks { all: vec![trunk] };
            settings.announced = Announced::read(OUTER, networks).unwrap();
        });
        let mut desk = Desk::open(&node);
        let carrier = Phone::over(wire, &node, "carrier");
        desk.order(Asked::Place(Place {
            contact_id: "con_out".to_owned(),
            number: "+819012345678".to_owned(),
            from_number: NUMBER.to_owned(),
            ring_ms_max: 5_000,
            record_after_guidance: false,
        }));
        let invite = carrier.ring();
        assert_eq!(named(&invite, true), [told; 5]);
        let asserted = invite.header("P-Asserted-Identity");
        assert!(asserted.contains(&format!("@{told}:")), "{asserted}");
        carrier.pick_up(&invite);
        while !matches!(desk.what(), What::Answered(_)) {}
    }
}

#[test]
fn the_announced_address_is_ours_for_transfers_and_nobodys_for_sound() {
    let mut stage = answered_at(announcing(""));
    stage.desk.dial("leg_op", "usr_op", 5_000);
    let mut talk = stage.operator.pick_up(&stage.operator.ring());
    stage.desk.words(3);
    let port = stage.node.sip.port();
    assert_eq!(
        refer(
            &stage.operator,
            &mut talk,
            &format!("sip:usr_sv@{OUTER}:{port}")
        ),
        202
    );
    let What::Referred(referred) = stage.desk.what() else {
        panic!("nobody is told")
    };
    assert!(referred.ours);

    let ours = stage.node.settings.rtp_ports.0;
    let caller = Phone::new(&stage.node, "091");
    let own = caller.rtp.local_addr().unwrap().port();
    let sdp = caller.sdp("sendrecv");
    let looped = sdp
        .replace("c=IN IP4 127.0.0.1", &format!("c=IN IP4 {OUTER}"))
        .replace(&format!("m=audio {own} "), &format!("m=audio {ours} "));
    let mut dialog = caller.invite_with(NUMBER, &looped);
    caller.finish(&mut dialog, 488);
}

fn refer(phone: &Phone, dialog: &mut Dialog, to: &str) -> u16 {
    dialog.cseq += 1;
    let more = format!("Refer-To: <{to}>\r\n");
    phone.request("REFER", &dialog.target.clone(), dialog, &more, "");
    phone.expect("SIP/2.0 ").code()
}
