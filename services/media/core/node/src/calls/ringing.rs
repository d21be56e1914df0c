//! Phones that are made to ring: those of users, and by a trunk those of everybody else. Also calls that begin so.

use sip::leg::{Leg, Out, Say};
use sip::sdp::{Codec, Local};

use super::browsers::{Unrung, BUSY};
use super::call::{sound_codec, Call, Party, Phase, DIALLED_MAX};
use super::orders::{
    is_contact_id, ring_ms, Answer, BAD_ORDER, ID_BYTES_MAX, NO_PORT, NO_TRUNK, OVERLOADED,
};
use super::person::Person;
use super::tap::Tap;
use super::{Act, Calls, Outside, Shared, Target, To};
use crate::browsers::{ConnectionId, Line};
use crate::media::{LegId, MediaOrder, Mode, NoPort, PortLease, Role};
use crate::wire::{self, LegEnd};

/// A phone that is to ring.
pub struct Rung<'a> {
    pub leg_id: &'a str,
    pub callee: Callee<'a>,
    pub role: Role,
    pub mode: Option<Mode>,
    pub ring_ms: u32,
    /// Whether a supervisor's phone stays connected when its leg is over.
    pub keep_phone: bool,
}

/// Whose phone.
#[derive(Debug)]
pub enum Callee<'a> {
    Person(Person),
    Outside(Numbers<'a>),
}

/// Who is called by a trunk, and as who we show ourselves; both E.164.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a> {
    number: &'a str,
    from_number: &'a str,
}

impl<'a> Callee<'a> {
    /// Either a user or a number.
    pub fn of(asked: &'a wire::Dial) -> Result<Self, &'static str> {
        match (asked.user_id.as_str(), asked.number.as_str()) {
            (user_id, "") => Person::new(&asked.tenant_id, user_id).map(Self::Person),
            ("", number) => Numbers::new(number, &asked.from_number).map(Self::Outside),
            _ => Err(BAD_ORDER),
        }
    }
}

impl<'a> Numbers<'a> {
    fn new(number: &'a str, from_number: &'a str) -> Result<Self, &'static str> {
        let well_formed = |number: &str| sip::number::normalised(number).as_deref() == Some(number);
        let both = well_formed(number) && well_formed(from_number);
        both.then_some(Self {
            number,
            from_number,
        })
        .ok_or(BAD_ORDER)
    }
}

impl Shared {
    fn outside(&self, numbers: Numbers<'_>) -> Result<To, &'static str> {
        let trunk = self.limits.trunk.clone().ok_or(NO_TRUNK)?;
        Ok(To::Outside(Outside {
            trunk,
            number: numbers.number.to_owned(),
            from_number: numbers.from_number.to_owned(),
        }))
    }

    /// Our end of a stream as whoever is rung is told it.
    fn described_to(&self, to: &To, port: &PortLease) -> Result<Local, &'static str> {
        let flow = match to {
            To::Phone(phone) => Some(phone.flow),
            To::Outside(outside) => outside.trunk.outbound,
        };
        let local = match flow {
            Some(flow) => self.told(port, flow.address.ip()),
            // A trunk without a way out: the call fails before anything is sent.
            None => self.local(port.address()),
        };
        local.map_err(|_| NO_PORT)
    }

    fn invite(&mut self, leg: LegId, outs: Vec<Out>, target: &Target) {
        for out in outs {
            if let Out::Say(Say::Invite(sdp)) = out {
                let target = target.clone();
                self.acts.push(Act::Invite { leg, sdp, target });
            }
        }
    }
}

impl Calls {
    /// Calls a customer: a call begins whose customer leg is dialled.
    pub(super) fn place(&mut self, now_ms: u64, order_id: &str, asked: &wire::Place) -> Answer {
        // Remembered here and not with the call: sent again long after its end it must ring nobody's phone.
        if self.memory.knows(order_id) {
            self.shared.metrics.orders_repeated_total.rise();
            return Ok(());
        }
        let contact_id = &asked.contact_id;
        let numbers = Numbers::new(&asked.number, &asked.from_number)?;
        let ring_ms = ring_ms(asked.ring_ms_max)?;
        if !is_contact_id(contact_id) || self.contacts.contains_key(contact_id) {
            return Err(BAD_ORDER);
        }
        if self.counts().0 >= self.shared.limits.calls_max {
            return Err(OVERLOADED);
        }
        let shared = &mut self.shared;
        let to = shared.outside(numbers)?;
        let port = (shared.limits.lease)().map_err(|NoPort| NO_PORT)?;
        let local = shared.described_to(&to, &port)?;
        let (dialog, outs) = Leg::dialled(now_ms, local, Codec::Pcmu, u64::from(ring_ms));
        let (id, leg) = self.begin(Phase::Placed, dialog, port);
        self.with_call(id, |call, _| {
            contact_id.clone_into(&mut call.contact_id);
            if asked.record_after_guidance {
                call.tap = Tap::AfterGuidance;
            }
        });
        self.contacts.insert(contact_id.clone(), id);
        self.memory.remember(order_id);
        self.shared.metrics.calls_placed_total.rise();
        let target = Target {
            to,
            contact_id: contact_id.clone(),
            answers_itself: false,
        };
        self.shared.invite(leg, outs, &target);
        Ok(())
    }
}

impl Call {
    /// Whether a further phone may come under that name.
    pub(super) fn room_for(&self, leg_id: &str) -> Answer {
        if leg_id.is_empty() || leg_id.len() > ID_BYTES_MAX {
            return Err(BAD_ORDER);
        }
        if self.dialled.len() >= DIALLED_MAX {
            return Err(OVERLOADED);
        }
        Ok(())
    }

    /// Rings a phone. A user without one is a leg that ended as unreachable, not a wrong order.
    pub(super) fn ring(&mut self, shared: &mut Shared, now_ms: u64, asked: &Rung<'_>) -> Answer {
        self.room_for(asked.leg_id)?;
        let to = match &asked.callee {
            Callee::Outside(numbers) => shared.outside(*numbers)?,
            Callee::Person(person) => {
                match shared.browsers.free(person) {
                    Ok(connection) => {
                        return self.ring_browser(shared, now_ms, asked, person, connection)
                    }
                    Err(Unrung::Busy) => {
                        self.remember_left(asked.leg_id);
                        let leg_id = asked.leg_id.to_owned();
                        self.leg_ended(shared, leg_id, LegEnd::Refused, u32::from(BUSY));
                        return Ok(());
                    }
                    Err(Unrung::None) => {}
                }
                let phones = shared
                    .registrar
                    .phones(now_ms, &person.tenant_id, &person.user_id);
                let Some(phone) = phones.into_iter().next() else {
                    self.remember_left(asked.leg_id);
                    self.leg_ended(shared, asked.leg_id.to_owned(), LegEnd::Unreachable, 0);
                    return Ok(());
                };
                To::Phone(phone)
            }
        };
        let port = (shared.limits.lease)().map_err(|NoPort| NO_PORT)?;
        let local = shared.described_to(&to, &port)?;
        let preferred = self.preferred();
        let (dialog, outs) = Leg::dialled(now_ms, local, preferred, u64::from(asked.ring_ms));
        let leg = LegId(shared.next_id());
        self.take_in(shared, leg, asked, dialog, port);
        let target = Target {
            to,
            contact_id: self.contact_id.clone(),
            answers_itself: asked.role == Role::Supervisor,
        };
        shared.invite(leg, outs, &target);
        Ok(())
    }

    /// Rings a user's browser.
    fn ring_browser(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        asked: &Rung<'_>,
        person: &Person,
        connection: ConnectionId,
    ) -> Answer {
        let port = (shared.limits.lease)().map_err(|NoPort| NO_PORT)?;
        let local = shared.local(port.address()).map_err(|_| NO_PORT)?;
        let preferred = self.preferred();
        let line = Line::open(port.address(), sound_codec(preferred)).map_err(|_| NO_PORT)?;
        // What the dialog would say to a SIP phone at first, a browser need not be told.
        let (dialog, _) = Leg::dialled(now_ms, local, preferred, u64::from(asked.ring_ms));
        let leg = LegId(shared.next_id());
        self.take_in(shared, leg, asked, dialog, port);
        let answers_itself = asked.role == Role::Supervisor;
        shared
            .browser_rings(leg, person, connection, line, answers_itself)
            .map_err(|_| NO_PORT)
    }

    /// The customer's codec, so that payloads can pass as they are.
    fn preferred(&self) -> Codec {
        let audio = self.customer.dialog.audio();
        audio.map_or(Codec::Pcmu, |audio| audio.codec)
    }

    /// Adds a phone that is to ring.
    fn take_in(
        &mut self,
        shared: &mut Shared,
        leg: LegId,
        asked: &Rung<'_>,
        dialog: Leg,
        port: PortLease,
    ) {
        shared.media(MediaOrder::AddLeg {
            call: self.id,
            leg,
            role: asked.role,
            port,
        });
        shared.legs.insert(leg, self.id);
        if let (Role::Supervisor, Callee::Person(person)) = (asked.role, &asked.callee) {
            shared.phone_rings(leg, person, self.id, asked.keep_phone);
        }
        self.dialled.push(Party {
            leg,
            leg_id: asked.leg_id.to_owned(),
            role: asked.role,
            dialog,
            joined: false,
            mode: asked.mode,
            ended_as: LegEnd::Released,
            held: false,
        });
    }
}
