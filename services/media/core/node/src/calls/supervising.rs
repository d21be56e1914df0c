//! Supervisors on calls: who comes and in which mode, whose phone moves, who handles the call.

use sip::leg::State;

use super::call::{Call, Party, Phase};
use super::orders::{Answer, BAD_ORDER, RING_MS, UNKNOWN_LEG, WRONG_STATE};
use super::person::Person;
use super::phones::Seat;
use super::ringing::{Callee, Rung};
use super::{Calls, Shared};
use crate::media::{CallId, LegId, MediaOrder, Mode, Role};
use crate::wire::happening::Happening as What;
use crate::wire::{self, CallEnd, LegEnd, LegRang};

impl Calls {
    /// Takes the supervisor's phone off another call, if this order will put it on that one.
    pub(super) fn fetch_phone(
        &mut self,
        to: CallId,
        order_id: &str,
        asked: &wire::Supervise,
    ) -> Answer {
        let wanted = self.held.get(&to).is_some_and(|call| {
            !call.memory.knows(order_id) && call.takes_phone(asked).is_ok_and(|takes| takes)
        });
        if !wanted {
            return Ok(());
        }
        let person = Person::new(&asked.tenant_id, &asked.user_id)?;
        let Some((leg, from)) = self.shared.phones.on_call(&person) else {
            return Ok(());
        };
        let handled = |call: &Call| call.handling().any(|party| party.leg == leg);
        if self.held.get(&from).is_some_and(handled) {
            return Err(WRONG_STATE);
        }
        self.with_call(from, |call, shared| call.let_go(shared, leg));
        Ok(())
    }

    /// Hangs up a supervisor's connected phone, on a call or not.
    pub(super) fn release_phone(
        &mut self,
        now_ms: u64,
        order_id: &str,
        asked: &wire::ReleasePhone,
    ) -> Answer {
        let person = Person::new(&asked.tenant_id, &asked.user_id)?;
        if self.memory.knows(order_id) {
            self.shared.metrics.orders_repeated_total.rise();
            return Ok(());
        }
        self.memory.remember(order_id);
        if let Some(leg) = self.shared.phones.connected(&person) {
            self.end_phone(now_ms, leg, LegEnd::Released);
        }
        Ok(())
    }

    /// Hangs up a phone wherever it is.
    pub(super) fn end_phone(&mut self, now_ms: u64, leg: LegId, ended_as: LegEnd) {
        if self.shared.phones.is_aside(leg) {
            self.shared.end_aside(now_ms, leg, ended_as);
        } else {
            self.with_leg(leg, |call, shared| {
                call.end_leg(shared, now_ms, leg, ended_as);
            });
        }
    }
}

impl Call {
    /// Puts a supervisor on the call or in another mode.
    pub(super) fn put_supervisor(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        asked: &wire::Supervise,
    ) -> Answer {
        let mode = self.supervisable(asked)?;
        if self.takes_phone(asked)? {
            return self.bring_phone(shared, now_ms, asked, mode);
        }
        let mut known = self.dialled.iter_mut();
        let party = known.find(|party| party.leg_id == asked.leg_id);
        let Some(party) = party.filter(|party| !party.dialog.is_over()) else {
            return Err(WRONG_STATE);
        };
        if party.role != Role::Supervisor {
            return Err(UNKNOWN_LEG);
        }
        party.mode = Some(mode);
        let (leg, talks) = (party.leg, party.talks());
        shared.phones.set_keep(leg, asked.keep_phone);
        if talks {
            self.supervise(shared, leg, mode);
        }
        Ok(())
    }

    /// Whether this order brings somebody's phone to the call; the others are about one that is or was here.
    fn takes_phone(&self, asked: &wire::Supervise) -> Result<bool, &'static str> {
        self.supervisable(asked)?;
        let known = self.knows_leg(&asked.leg_id);
        if !known {
            self.room_for(&asked.leg_id)?;
            Person::new(&asked.tenant_id, &asked.user_id)?;
        }
        Ok(!known)
    }

    fn supervisable(&self, asked: &wire::Supervise) -> Result<Mode, &'static str> {
        let mode = mode(asked.mode()).ok_or(BAD_ORDER)?;
        // One handles the call at most, and gives it up by hanging up only.
        let mut handling = self.handling();
        let may = handling.all(|party| (party.leg_id == asked.leg_id) == (mode == Mode::Takeover));
        if self.phase != Phase::Live || !may {
            return Err(WRONG_STATE);
        }
        Ok(mode)
    }

    /// Who handles the call, or is about to.
    fn handling(&self) -> impl Iterator<Item = &Party> {
        self.dialled
            .iter()
            .filter(|party| party.mode == Some(Mode::Takeover) && !party.dialog.is_over())
    }

    /// Takes the user's phone in if it is connected or rings already, else rings it.
    fn bring_phone(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        asked: &wire::Supervise,
        mode: Mode,
    ) -> Answer {
        let person = Person::new(&asked.tenant_id, &asked.user_id)?;
        let contact_id = self.contact_id.clone();
        let seat = Seat {
            contact_id: &contact_id,
            leg_id: &asked.leg_id,
        };
        let Some((leg, dialog)) = shared.take_aside(&person, self.id, seat) else {
            let rung = Rung {
                leg_id: &asked.leg_id,
                callee: Callee::Person(person),
                role: Role::Supervisor,
                mode: Some(mode),
                ring_ms: RING_MS,
                keep_phone: asked.keep_phone,
            };
            return self.ring(shared, now_ms, &rung);
        };
        shared.phones.set_keep(leg, asked.keep_phone);
        let rings = dialog.state() == State::Early;
        self.dialled.push(Party {
            leg,
            leg_id: asked.leg_id.clone(),
            role: Role::Supervisor,
            dialog,
            joined: false,
            mode: Some(mode),
            ended_as: LegEnd::Released,
            held: false,
        });
        if shared.phones.connected(&person).is_some() {
            self.supervise(shared, leg, mode);
        } else if rings {
            let leg_id = asked.leg_id.clone();
            shared.happened(&contact_id, What::LegRang(LegRang { leg_id }));
        }
        Ok(())
    }

    /// Ends a supervisor's leg as ordered: the phone stays connected if it is to, and who handles the call takes it along.
    pub(super) fn unsupervise(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId) {
        if self.handler == Some(leg) {
            self.end(shared, now_ms, CallEnd::Released);
        } else if shared.phones.stays(leg) {
            self.park(shared, now_ms, leg);
        } else {
            self.end_leg(shared, now_ms, leg, LegEnd::Released);
        }
    }

    /// Lets a phone leave the call and wait for its next one.
    pub(super) fn park(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId) {
        self.let_go(shared, leg);
        shared.park(now_ms, leg);
    }

    /// Lets a phone leave the call with its dialog and its sound.
    fn let_go(&mut self, shared: &mut Shared, leg: LegId) {
        let Some(at) = self.dialled.iter().position(|party| party.leg == leg) else {
            return;
        };
        let party = self.dialled.remove(at);
        self.remember_left(&party.leg_id);
        self.leg_ended(shared, party.leg_id.clone(), LegEnd::Moved, 0);
        let seat = Seat {
            contact_id: &self.contact_id,
            leg_id: &party.leg_id,
        };
        shared.set_aside(leg, party.dialog, self.id, seat);
    }

    /// Asks the sound for a supervisor's mode; it is in force when the sound says so.
    pub(super) fn supervise(&self, shared: &mut Shared, leg: LegId, mode: Mode) {
        let order = shared.next_id();
        let call = self.id;
        shared.media(MediaOrder::Supervise {
            order,
            call,
            leg,
            mode,
        });
    }
}

fn mode(asked: wire::Mode) -> Option<Mode> {
    match asked {
        wire::Mode::Listen => Some(Mode::Listen),
        wire::Mode::Whisper => Some(Mode::Whisper),
        wire::Mode::Barge => Some(Mode::Barge),
        wire::Mode::Takeover => Some(Mode::Takeover),
        wire::Mode::Unspecified => None,
    }
}
