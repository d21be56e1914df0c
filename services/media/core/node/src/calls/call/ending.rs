//! How a call and its legs end.

use sip::leg::{Order, Why};

use super::{Call, Phase};
use crate::calls::phones::Seat;
use crate::calls::tap::Tap;
use crate::calls::Shared;
use crate::media::{LegId, MediaOrder, Role};
use crate::wire::happening::Happening as What;
use crate::wire::{CallEnd, CallEnded, LegEnd, LegEnded, Withdrawn};

/// How long the end of a call waits for the end of a play, or the opening of a tap, that was under way.
const SOUND_END_MS: u64 = 500;
/// How long an ended call is remembered, so that late orders and the tap's end find it.
const LINGER_MS: u64 = 30_000;

impl Call {
    /// Ends the whole call for everybody in it.
    pub fn end(&mut self, shared: &mut Shared, now_ms: u64, reason: CallEnd) {
        if self.is_over() {
            return;
        }
        self.end_talk(shared, now_ms);
        self.reason = reason;
        self.phase = Phase::Closing(now_ms + SOUND_END_MS);
        let legs: Vec<LegId> = self.parties().map(|party| party.leg).collect();
        for leg in legs {
            if shared.phones.stays(leg) {
                self.park(shared, now_ms, leg);
            } else {
                self.end_leg(shared, now_ms, leg, LegEnd::CallEnded);
            }
        }
        shared.media(MediaOrder::EndCall { call: self.id });
        self.close_if_quiet(shared, now_ms);
    }

    /// Ends one leg, with the reason that is reported; one that is over stays as it is.
    pub fn end_leg(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, ended_as: LegEnd) {
        let Some(party) = self.party(leg) else { return };
        party.ended_as = ended_as;
        let outs = party.dialog.order(now_ms, Order::End);
        self.follow(shared, now_ms, leg, outs);
    }

    /// Ends the call because the node stops.
    pub fn release(&mut self, shared: &mut Shared, now_ms: u64) {
        if matches!(self.phase, Phase::Waiting(_)) {
            self.turn_away(shared, now_ms, 503);
        } else {
            self.end(shared, now_ms, CallEnd::Released);
        }
    }

    /// Refuses a call that nobody has admitted, with the news that it is gone.
    pub(super) fn turn_away(&mut self, shared: &mut Shared, now_ms: u64, code: u16) {
        self.refuse(shared, now_ms, code);
        let node_call_id = self.node_call_id.clone();
        shared.happened("", What::Withdrawn(Withdrawn { node_call_id }));
    }

    /// Refuses a call that nobody has admitted.
    pub fn refuse(&mut self, shared: &mut Shared, now_ms: u64, code: u16) {
        let leg = self.customer.leg;
        self.phase = Phase::Over(now_ms + LINGER_MS);
        let outs = self.customer.dialog.order(now_ms, Order::Refuse(code));
        self.follow(shared, now_ms, leg, outs);
        shared.media(MediaOrder::EndCall { call: self.id });
    }

    /// Closes a call that is ending when nothing of its sound is awaited any more.
    pub fn close_if_quiet(&mut self, shared: &mut Shared, now_ms: u64) {
        let quiet = self.playing.is_none() && self.tap != Tap::Ordered;
        if quiet && matches!(self.phase, Phase::Closing(_)) {
            self.close(shared, now_ms);
        }
    }

    /// The last word: nothing happens to the call after this but the end of its tap.
    pub(super) fn close(&mut self, shared: &mut Shared, now_ms: u64) {
        let reason = self.reason.into();
        shared.happened(&self.contact_id, What::CallEnded(CallEnded { reason }));
        self.phase = Phase::Over(now_ms + LINGER_MS);
    }

    pub(super) fn customer_over(&mut self, shared: &mut Shared, now_ms: u64, why: Why) {
        if matches!(self.phase, Phase::Waiting(_)) {
            self.phase = Phase::Over(now_ms + LINGER_MS);
            shared.media(MediaOrder::EndCall { call: self.id });
            let node_call_id = self.node_call_id.clone();
            shared.happened("", What::Withdrawn(Withdrawn { node_call_id }));
            return;
        }
        let reason = match why {
            _ if self.phase == Phase::Placed => unreached(why, self.customer.ended_as),
            Why::HungUp | Why::Withdrawn => CallEnd::CustomerHungUp,
            Why::Released if self.customer.ended_as != LegEnd::Failed => CallEnd::Released,
            _ => CallEnd::Failed,
        };
        self.end(shared, now_ms, reason);
    }

    pub(super) fn dialled_over(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, why: Why) {
        let Some(party) = self.party(leg) else { return };
        let (role, leg_id, talked) = (party.role, party.leg_id.clone(), party.joined);
        let (reason, sip_code) = end_of(why, party.ended_as);
        let last = !self.has_talker();
        if talked && last {
            self.operator_left(shared, now_ms);
        }
        self.leg_ended(shared, leg_id.clone(), reason, sip_code);
        if role == Role::Supervisor {
            let seat = Seat {
                contact_id: &self.contact_id,
                leg_id: &leg_id,
            };
            shared.phone_over(leg, seat, reason, sip_code);
        }
        shared.media(MediaOrder::RemoveLeg { call: self.id, leg });
        let operator = role == Role::Operator && self.handler.is_none() && last;
        let end = match reason {
            _ if self.handler == Some(leg) => match reason {
                LegEnd::HungUp => CallEnd::SupervisorHungUp,
                LegEnd::Failed => CallEnd::Failed,
                _ => CallEnd::Released,
            },
            LegEnd::HungUp if operator => CallEnd::OperatorHungUp,
            LegEnd::Failed if operator && talked => CallEnd::Failed,
            _ if operator && talked => return self.take_back(shared),
            _ => return,
        };
        self.end(shared, now_ms, end);
    }

    /// Reports that a dialled leg is over.
    pub fn leg_ended(&self, shared: &mut Shared, leg_id: String, reason: LegEnd, sip_code: u32) {
        let reason = reason.into();
        shared.happened(
            &self.contact_id,
            What::LegEnded(LegEnded {
                leg_id,
                reason,
                sip_code,
            }),
        );
    }
}

/// Why a dialled leg ended, by its dialog, and the SIP status of a refusal.
pub fn end_of(why: Why, ended_as: LegEnd) -> (LegEnd, u32) {
    match why {
        Why::HungUp => (LegEnd::HungUp, 0),
        Why::Withdrawn | Why::Released => (ended_as, 0),
        // 408 and 503 are what the stack itself says of a phone that can't be reached.
        Why::Refused(code @ (408 | 503)) => (LegEnd::Unreachable, u32::from(code)),
        Why::Refused(code) => (LegEnd::Refused, u32::from(code)),
        Why::NoAnswer => (LegEnd::NoAnswer, 0),
        Why::Failed => (LegEnd::Failed, 0),
    }
}

/// Why a call of ours ended that the customer did not take.
fn unreached(why: Why, ended_as: LegEnd) -> CallEnd {
    match end_of(why, ended_as).0 {
        LegEnd::Refused => CallEnd::Refused,
        LegEnd::NoAnswer => CallEnd::NoAnswer,
        LegEnd::Unreachable => CallEnd::Unreachable,
        LegEnd::Failed => CallEnd::Failed,
        _ => CallEnd::Released,
    }
}
