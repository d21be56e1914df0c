//! Calls that are under way, with registered phones.

use sasayaki_node::wire::happening::Happening as What;
use sasayaki_node::wire::{LegEnd, Mode};

use super::desk::{Desk, NUMBER};
use super::phone::{Dialog, Phone};
use super::{Node, PATIENCE};

/// A call whose customer is answered, with two registered phones.
pub struct Stage {
    pub node: Node,
    pub desk: Desk,
    pub caller: Phone,
    pub dialog: Dialog,
    pub operator: Phone,
    pub supervisor: Phone,
}

pub fn answered() -> Stage {
    answered_at(Node::start())
}

pub fn answered_at(node: Node) -> Stage {
    let mut desk = Desk::open(&node);
    let caller = Phone::new(&node, "090");
    let (operator, supervisor) = (Phone::new(&node, "usr_op"), Phone::new(&node, "usr_sv"));
    operator.register();
    supervisor.register();
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    assert!(matches!(desk.what(), What::Answered(_)));
    Stage {
        node,
        desk,
        caller,
        dialog,
        operator,
        supervisor,
    }
}

/// The same with the operator in the call.
pub fn talking() -> (Stage, Dialog) {
    talking_at(Node::start())
}

pub fn talking_at(node: Node) -> (Stage, Dialog) {
    let mut stage = answered_at(node);
    stage.desk.dial("leg_op", "usr_op", 5_000);
    let invite = stage.operator.ring();
    let talk = stage.operator.pick_up(&invite);
    assert!(matches!(stage.desk.what(), What::LegRang(_)));
    assert!(matches!(stage.desk.what(), What::LegAnswered(_)));
    assert!(matches!(stage.desk.what(), What::Joined(_)));
    (stage, talk)
}

impl Stage {
    /// Rings a further operator's phone and picks it up.
    pub fn join(&mut self, leg_id: &str, phone: &Phone) -> Dialog {
        phone.register();
        self.desk.dial(leg_id, &phone.user, 5_000);
        let dialog = phone.pick_up(&phone.ring());
        assert_eq!(self.desk.words(3)[2], joined(leg_id));
        dialog
    }
}

/// A leg's joining in words.
pub fn joined(leg_id: &str) -> String {
    format!("con_1 {leg_id} joined")
}

/// Both phones send; whether the listener hears the speaker's payload at last. One packet may get lost: right after a
/// prompt's frame it would crowd the stream.
pub fn hears(listener: (&Phone, &Dialog), speaker: (&Phone, &Dialog), payload: u8) -> bool {
    let until = std::time::Instant::now() + PATIENCE;
    while std::time::Instant::now() < until {
        speaker.0.speak(speaker.1.rtp_port, 0, &[payload; 160]);
        listener.0.speak(listener.1.rtp_port, 0, &[0xff; 160]);
        if listener.0.hears_soon(&[payload; 160]) {
            return true;
        }
    }
    false
}

/// Whether the listener hears nothing of what the speaker says, once what was said before has passed.
pub fn is_deaf(listener: (&Phone, &Dialog), speaker: (&Phone, &Dialog), payload: u8) -> bool {
    let said = (0..10).map(|_| {
        speaker.0.speak(speaker.1.rtp_port, 0, &[payload; 160]);
        listener.0.hears_soon(&[payload; 160])
    });
    said.filter(|&heard| heard).count() == 0
}

/// Two calls under way, each with its operator, and one supervisor's phone.
pub struct Floor {
    pub node: Node,
    pub desk: Desk,
    pub talks: [Talk; 2],
    pub supervisor: Phone,
}

/// A call of customer and operator.
pub struct Talk {
    pub contact: &'static str,
    pub caller: Phone,
    pub customer: Dialog,
    pub operator: Phone,
    pub served: Dialog,
}

impl Floor {
    pub fn at(node: Node) -> Self {
        let mut desk = Desk::open(&node);
        let supervisor = Phone::new(&node, "usr_sv");
        supervisor.register();
        let talks = [("con_a", "usr_a"), ("con_b", "usr_b")]
            .map(|(contact, user)| Talk::begin(&node, &mut desk, contact, user));
        Self {
            node,
            desk,
            talks,
            supervisor,
        }
    }

    /// Rings the supervisor's phone for the first call and picks it up.
    pub fn supervise(&mut self, leg_id: &str, mode: Mode, keep: bool) -> Dialog {
        self.desk
            .supervise_on("con_a", leg_id, "usr_sv", mode, keep);
        let invite = self.supervisor.ring();
        let dialog = self.supervisor.pick_up(&invite);
        assert_eq!(
            self.desk.words(5),
            [
                format!("con_a {leg_id} rang"),
                format!("con_a {leg_id} answered"),
                "phone connected con_a".to_owned(),
                format!("phone attached con_a {leg_id}"),
                format!("con_a {leg_id} in {mode:?}"),
            ]
        );
        dialog
    }
}

impl Talk {
    fn begin(node: &Node, desk: &mut Desk, contact: &'static str, user: &str) -> Self {
        let (caller, operator) = (Phone::new(node, "090"), Phone::new(node, user));
        operator.register();
        let mut customer = caller.invite(NUMBER);
        desk.admit_as(contact);
        desk.answer_on(contact);
        caller.finish(&mut customer, 200);
        desk.dial_on(contact, "leg_op", user);
        let served = operator.pick_up(&operator.ring());
        desk.words(4);
        Self {
            contact,
            caller,
            customer,
            operator,
            served,
        }
    }

    /// The customer says something that the other end hears at last.
    pub fn is_heard_by(&self, listener: &Phone, payload: u8) -> bool {
        (0..200).any(|_| {
            self.caller
                .speak(self.customer.rtp_port, 0, &[payload; 160]);
            listener.hears_soon(&[payload; 160])
        })
    }
}

/// A leg's end in words.
pub fn ended(contact: &str, leg_id: &str, reason: LegEnd) -> String {
    format!("{contact} {leg_id} ended {reason:?}")
}

/// What happened, in words.
pub fn words(contact: &str, what: &What) -> String {
    match what {
        What::LegRang(leg) => format!("{contact} {} rang", leg.leg_id),
        What::LegAnswered(leg) => format!("{contact} {} answered", leg.leg_id),
        What::LegEnded(leg) => ended(contact, &leg.leg_id, leg.reason()),
        What::Joined(leg) => format!("{contact} {} joined", leg.leg_id),
        What::CustomerHeld(_) => format!("{contact} on hold"),
        What::CustomerResumed(_) => format!("{contact} taken back"),
        What::LegHeld(leg) => format!("{contact} {:?} held", leg.leg_id),
        What::LegResumed(leg) => format!("{contact} {:?} resumed", leg.leg_id),
        What::ModeApplied(applied) => {
            format!("{contact} {} in {:?}", applied.leg_id, applied.mode())
        }
        What::CallEnded(call) => format!("{contact} over {:?}", call.reason()),
        What::PhoneConnected(phone) => format!("phone connected {}", phone.contact_id),
        What::PhoneAttached(phone) => {
            format!("phone attached {} {}", phone.contact_id, phone.leg_id)
        }
        What::PhoneDetached(phone) => {
            format!("phone detached {} {}", phone.contact_id, phone.leg_id)
        }
        What::PhoneGone(phone) => format!("phone gone {:?}", phone.reason()),
        other => format!("{contact} {other:?}"),
    }
}
