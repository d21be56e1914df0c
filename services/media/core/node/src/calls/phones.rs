//! Supervisors' phones: each is a connection of its own, which may outlive the leg for which it rang.
//!
//! ```text
//! rings ─picked up→ on a call ⇄ parked ─→ gone
//!   └─────────────── refused, no answer ──┘
//! ```
//!
//! A phone on a call is a party of that call; between calls it is set aside here with its dialog. It is the same leg
//! everywhere, so that dialog, socket and outgoing stream go on as they are. A user has one phone at most: whom a second
//! call wants meanwhile, ringing or connected, goes there.

use std::collections::HashMap;

use sip::leg::{Happened, Heard, Leg, Order, Out, Say};

use super::call::end_of;
use super::person::Person;
use super::Shared;
use crate::media::{CallId, LegId, MediaOrder};
use crate::wire::happening::Happening as What;
use crate::wire::{LegEnd, PhoneAttached, PhoneConnected, PhoneDetached, PhoneGone};

/// All phones of supervisors that ring or are connected.
#[derive(Debug)]
pub struct Phones {
    node_id: String,
    people: HashMap<Person, LegId>,
    known: HashMap<LegId, Phone>,
    aside: HashMap<LegId, Aside>,
}

#[derive(Debug)]
struct Phone {
    person: Person,
    /// The call that it is on or rings for.
    call: Option<CallId>,
    connected: bool,
    /// Whether it stays connected when its leg is over.
    keep: bool,
}

/// The dialog of a phone that is on no call, until it has ended.
#[derive(Debug)]
struct Aside {
    dialog: Leg,
    /// Where its sound is: a call of its own that nobody else is in, or still the one that it has left.
    room: CallId,
    /// When it is hung up, once it is parked.
    until_ms: Option<u64>,
    ended_as: LegEnd,
}

/// A phone that leaves a call or comes to one, in Python's words.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    pub contact_id: &'a str,
    pub leg_id: &'a str,
}

impl Phones {
    pub fn new(node_id: &str) -> Self {
        Self {
            node_id: node_id.to_owned(),
            people: HashMap::new(),
            known: HashMap::new(),
            aside: HashMap::new(),
        }
    }

    /// The user's phone and the call that it is on or rings for.
    pub fn on_call(&self, person: &Person) -> Option<(LegId, CallId)> {
        let leg = *self.people.get(person)?;
        Some((leg, self.known.get(&leg)?.call?))
    }

    /// The user's phone, if it is connected.
    pub fn connected(&self, person: &Person) -> Option<LegId> {
        let leg = self.people.get(person)?;
        self.known.get(leg).filter(|phone| phone.connected)?;
        Some(*leg)
    }

    /// Whether it stays connected when its leg is over.
    pub fn stays(&self, leg: LegId) -> bool {
        let mut phone = self.known.get(&leg).into_iter();
        phone.any(|phone| phone.connected && phone.keep)
    }

    /// Says whether it is to stay connected.
    pub fn set_keep(&mut self, leg: LegId, keep: bool) {
        if let Some(phone) = self.known.get_mut(&leg) {
            phone.keep = keep;
        }
    }

    /// Lets no phone stay connected from here on.
    pub fn keep_none(&mut self) {
        for phone in self.known.values_mut() {
            phone.keep = false;
        }
    }

    /// Whether the dialog is here and in no call.
    pub fn is_aside(&self, leg: LegId) -> bool {
        self.aside.contains_key(&leg)
    }

    /// Whether the leg's sound is in that call, which is none of Python's.
    pub fn is_in(&self, leg: LegId, room: CallId) -> bool {
        self.aside.get(&leg).is_some_and(|aside| aside.room == room)
    }

    /// All that are in no call.
    pub fn all_aside(&self) -> Vec<LegId> {
        self.aside.keys().copied().collect()
    }

    /// When time itself does something.
    pub fn deadline(&self) -> Option<u64> {
        let each = |aside: &Aside| aside.until_ms.into_iter().chain(aside.dialog.deadline());
        self.aside.values().flat_map(each).min()
    }

    /// Phones that are connected, and those of them that are parked.
    pub fn counts(&self) -> (usize, usize) {
        let connected = self.known.values().filter(|phone| phone.connected);
        let parked = connected.clone().filter(|phone| phone.call.is_none());
        (connected.count(), parked.count())
    }

    fn id(&self, leg: LegId) -> String {
        format!("{}-p{}", self.node_id, leg.0)
    }
}

impl Shared {
    /// A supervisor's phone begins to ring for a call.
    pub fn phone_rings(&mut self, leg: LegId, person: &Person, call: CallId, keep: bool) {
        self.phones.people.insert(person.clone(), leg);
        let phone = Phone {
            person: person.clone(),
            call: Some(call),
            connected: false,
            keep,
        };
        self.phones.known.insert(leg, phone);
    }

    /// It was picked up.
    pub fn phone_answered(&mut self, leg: LegId, seat: Seat<'_>) {
        let node_phone_id = self.phones.id(leg);
        let Some(phone) = self.phones.known.get_mut(&leg) else {
            return;
        };
        phone.connected = true;
        let connected = PhoneConnected {
            node_phone_id,
            user_id: phone.person.user_id.clone(),
            contact_id: seat.contact_id.to_owned(),
        };
        self.happened("", What::PhoneConnected(connected));
        self.phone_attached(leg, seat);
    }

    /// It is over together with its leg, of which was told before.
    pub fn phone_over(&mut self, leg: LegId, seat: Seat<'_>, reason: LegEnd, sip_code: u32) {
        self.phone_detached(leg, seat);
        self.phone_gone(leg, reason, sip_code);
    }

    /// Takes in the dialog of a phone that leaves a call, of which was told before.
    pub fn set_aside(&mut self, leg: LegId, dialog: Leg, from: CallId, seat: Seat<'_>) {
        self.phone_detached(leg, seat);
        self.legs.remove(&leg);
        if let Some(phone) = self.phones.known.get_mut(&leg) {
            phone.call = None;
        }
        let aside = Aside {
            dialog,
            room: from,
            until_ms: None,
            ended_as: LegEnd::Released,
        };
        self.phones.aside.insert(leg, aside);
    }

    /// Gives the user's phone to a call, with its sound, if it is on none.
    pub fn take_aside(
        &mut self,
        person: &Person,
        to: CallId,
        seat: Seat<'_>,
    ) -> Option<(LegId, Leg)> {
        let leg = *self.phones.people.get(person)?;
        let Aside {
            dialog,
            room,
            until_ms,
            ..
        } = self.phones.aside.remove(&leg)?;
        if room != to {
            let call = room;
            self.media(MediaOrder::MoveLeg { call, to, leg });
        }
        if until_ms.is_some() {
            self.media(MediaOrder::EndCall { call: room });
        }
        self.legs.insert(leg, to);
        let connected = self.phones.known.get_mut(&leg).is_some_and(|phone| {
            phone.call = Some(to);
            phone.connected
        });
        if connected {
            self.phone_attached(leg, seat);
        }
        Some((leg, dialog))
    }

    /// Has a phone that was set aside wait for its next call, hearing nothing.
    pub fn park(&mut self, now_ms: u64, leg: LegId) {
        let room = CallId(self.next_id());
        let until_ms = now_ms + self.limits.parked_ms;
        let Some(aside) = self.phones.aside.get_mut(&leg) else {
            return;
        };
        let from = std::mem::replace(&mut aside.room, room);
        aside.until_ms = Some(until_ms);
        self.media(MediaOrder::OpenCall { call: room });
        self.media(MediaOrder::MoveLeg {
            call: from,
            to: room,
            leg,
        });
    }

    /// What a phone on no call did.
    pub fn aside_heard(&mut self, now_ms: u64, leg: LegId, heard: Heard) {
        self.with_aside(now_ms, leg, |dialog| dialog.heard(now_ms, heard));
    }

    /// Lets time do what is due to phones on no call.
    pub fn asides_due(&mut self, now_ms: u64) {
        for leg in self.phones.all_aside() {
            self.with_aside(now_ms, leg, |dialog| dialog.due(now_ms));
            let aside = self.phones.aside.get(&leg);
            if aside.is_some_and(|aside| aside.until_ms.is_some_and(|until| until <= now_ms)) {
                self.end_aside(now_ms, leg, LegEnd::Released);
            }
        }
    }

    /// Hangs up a phone on no call.
    pub fn end_aside(&mut self, now_ms: u64, leg: LegId, ended_as: LegEnd) {
        if let Some(aside) = self.phones.aside.get_mut(&leg) {
            aside.ended_as = ended_as;
            self.with_aside(now_ms, leg, |dialog| dialog.order(now_ms, Order::End));
        }
    }

    fn with_aside(&mut self, now_ms: u64, leg: LegId, what: impl FnOnce(&mut Leg) -> Vec<Out>) {
        let Some(aside) = self.phones.aside.get_mut(&leg) else {
            return;
        };
        for out in what(&mut aside.dialog) {
            match out {
                Out::Say(say) => {
                    if say == Say::Forget {
                        self.phones.aside.remove(&leg);
                    }
                    self.say(leg, say);
                }
                Out::Happened(happened) => self.aside_happened(now_ms, leg, &happened),
            }
        }
    }

    fn aside_happened(&mut self, now_ms: u64, leg: LegId, happened: &Happened) {
        let Some(aside) = self.phones.aside.get_mut(&leg) else {
            return;
        };
        let room = aside.room;
        match happened {
            Happened::Changed(audio) => {
                if !self.set_peer(room, leg, audio) {
                    self.end_aside(now_ms, leg, LegEnd::Failed);
                }
            }
            Happened::Over(why) => {
                let (reason, sip_code) = end_of(*why, aside.ended_as);
                aside.until_ms = None;
                self.media(MediaOrder::EndCall { call: room });
                self.phone_gone(leg, reason, sip_code);
            }
            // A phone that still rings is never parked, and keys are the customer's.
            Happened::Rang | Happened::Talking(_) | Happened::Key(_) => {}
        }
    }

    fn phone_attached(&mut self, leg: LegId, seat: Seat<'_>) {
        let node_phone_id = self.phones.id(leg);
        let Some(phone) = self.phones.known.get(&leg) else {
            return;
        };
        let attached = PhoneAttached {
            node_phone_id,
            user_id: phone.person.user_id.clone(),
            contact_id: seat.contact_id.to_owned(),
            leg_id: seat.leg_id.to_owned(),
        };
        self.happened("", What::PhoneAttached(attached));
    }

    /// A phone that was never picked up was never attached.
    fn phone_detached(&mut self, leg: LegId, seat: Seat<'_>) {
        let node_phone_id = self.phones.id(leg);
        let phone = self.phones.known.get(&leg);
        let Some(phone) = phone.filter(|phone| phone.connected) else {
            return;
        };
        let detached = PhoneDetached {
            node_phone_id,
            user_id: phone.person.user_id.clone(),
            contact_id: seat.contact_id.to_owned(),
            leg_id: seat.leg_id.to_owned(),
        };
        self.happened("", What::PhoneDetached(detached));
    }

    fn phone_gone(&mut self, leg: LegId, reason: LegEnd, sip_code: u32) {
        let Some(phone) = self.phones.known.remove(&leg) else {
            return;
        };
        self.phones.people.remove(&phone.person);
        if phone.connected {
            let gone = PhoneGone {
                node_phone_id: self.phones.id(leg),
                user_id: phone.person.user_id,
                reason: reason.into(),
                sip_code,
            };
            self.happened("", What::PhoneGone(gone));
        }
    }
}
