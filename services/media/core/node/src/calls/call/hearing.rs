//! What phones do in a call, and what follows from it.

use sip::leg::{Happened, Heard, Out};
use sip::sdp::{Audio, Direction};

use super::{Call, Phase};
use crate::calls::phones::Seat;
use crate::calls::Shared;
use crate::media::{LegId, MediaOrder, Role};
use crate::wire::happening::Happening as What;
use crate::wire::{Answered, CustomerRang, LegAnswered, LegEnd, LegHeld, LegRang, LegResumed};

impl Call {
    /// What a phone did.
    pub fn heard(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, heard: Heard) {
        let Some(party) = self.party(leg) else { return };
        let outs = party.dialog.heard(now_ms, heard);
        self.follow(shared, now_ms, leg, outs);
    }

    /// Carries out what follows from what a phone did or was told.
    pub fn follow(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, outs: Vec<Out>) {
        for out in outs {
            match out {
                Out::Say(say) => shared.say(leg, say),
                Out::Happened(happened) => self.happened(shared, now_ms, leg, &happened),
            }
        }
    }

    fn happened(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, happened: &Happened) {
        let Some(party) = self.party(leg) else { return };
        let (role, leg_id) = (party.role, party.leg_id.clone());
        match happened {
            Happened::Rang if role == Role::Customer => {
                shared.happened(&self.contact_id, What::CustomerRang(CustomerRang {}));
            }
            Happened::Rang => shared.happened(&self.contact_id, What::LegRang(LegRang { leg_id })),
            Happened::Talking(audio) => self.talks(shared, now_ms, leg, audio),
            Happened::Changed(audio) => {
                if self.set_peer(shared, now_ms, leg, audio) {
                    self.note_hold(shared, leg, audio);
                }
            }
            Happened::Key(key) if role == Role::Customer => {
                let (call, key) = (self.id, *key);
                shared.media(MediaOrder::Press { call, leg, key });
            }
            Happened::Key(_) => {}
            Happened::Over(why) if role == Role::Customer => {
                self.customer_over(shared, now_ms, *why);
            }
            Happened::Over(why) => self.dialled_over(shared, now_ms, leg, *why),
        }
    }

    fn talks(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, audio: &Audio) {
        let Some(party) = self.party(leg) else { return };
        let (role, leg_id, mode) = (party.role, party.leg_id.clone(), party.mode);
        if role == Role::Customer {
            if self.phase == Phase::Placed {
                self.phase = Phase::Live;
            }
            if !std::mem::replace(&mut self.confirmed, true) {
                shared.happened(&self.contact_id, What::Answered(Answered {}));
            }
            self.set_peer(shared, now_ms, leg, audio);
            return;
        }
        let answered = LegAnswered {
            leg_id: leg_id.clone(),
        };
        shared.happened(&self.contact_id, What::LegAnswered(answered));
        if role == Role::Supervisor {
            let seat = Seat {
                contact_id: &self.contact_id,
                leg_id: &leg_id,
            };
            shared.phone_answered(leg, seat);
        }
        if !self.set_peer(shared, now_ms, leg, audio) {
            return;
        }
        match (role, mode) {
            (Role::Operator, _) => {
                if let Some(party) = self.party(leg) {
                    party.joined = true;
                }
                shared.media(MediaOrder::Join { call: self.id, leg });
            }
            (_, Some(mode)) => self.supervise(shared, leg, mode),
            _ => {}
        }
    }

    /// Lets sound flow as agreed. A phone that names our own ports as its own is put out instead.
    pub fn set_peer(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        leg: LegId,
        audio: &Audio,
    ) -> bool {
        if !shared.set_peer(self.id, leg, audio) {
            self.end_leg(shared, now_ms, leg, LegEnd::Failed);
            return false;
        }
        true
    }

    /// Tells when the phone of customer or operator begins or ceases to want sound one way only, or none.
    fn note_hold(&mut self, shared: &mut Shared, leg: LegId, audio: &Audio) {
        let held = audio.direction != Direction::SendRecv;
        let Some(party) = self.party(leg) else { return };
        if party.role == Role::Supervisor || std::mem::replace(&mut party.held, held) == held {
            return;
        }
        let leg_id = party.leg_id.clone();
        let what = if held {
            What::LegHeld(LegHeld { leg_id })
        } else {
            What::LegResumed(LegResumed { leg_id })
        };
        shared.happened(&self.contact_id, what);
    }
}
