//! Operators' phones that ask for the customer to be transferred (RFC 3515). The node dials nobody for it: it tells
//! Python, and hands the answer on.

use sip::leg::Say;
use sip::refer::Wish;

use super::call::Call;
use super::orders::{Answer, BAD_ORDER, UNKNOWN_LEG, WRONG_STATE};
use super::{Act, Calls, Shared};
use crate::media::{LegId, Role};
use crate::wire::happening::Happening as What;
use crate::wire::{AnswerRefer, LegEnd, Referred};

/// How long a phone that was told 202 waits for Python's answer.
const ANSWER_MS: u64 = 30_000;

/// Wishes that are not answered, by the leg and the instant at which they lapse.
#[derive(Debug, Default)]
pub struct Wishes(Vec<(LegId, u64)>);

impl Wishes {
    pub fn deadline(&self) -> Option<u64> {
        self.0.iter().map(|(_, at)| *at).min()
    }

    fn take(&mut self, leg: LegId) -> bool {
        let before = self.0.len();
        self.0.retain(|(waiting, _)| *waiting != leg);
        self.0.len() < before
    }
}

/// Why a wish is refused.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: u16,
    /// Whether it smells of fraud, and in which call.
    pub suspicious: Option<String>,
}

impl Calls {
    /// A phone wishes a transfer; `replaces` is the leg that its other call is. It is to be told 202, or the refusal.
    pub fn referred(
        &mut self,
        now_ms: u64,
        leg: LegId,
        wish: &Wish,
        replaces: Option<LegId>,
    ) -> Result<(), Refusal> {
        let mut answer = Err(Refusal {
            code: 603,
            suspicious: Some(String::new()),
        });
        let replaces_leg_id = replaces.and_then(|other| self.leg_name(other));
        self.with_leg(leg, |call, shared| {
            answer = call.referred(
                shared,
                now_ms,
                leg,
                wish,
                replaces_leg_id.unwrap_or_default(),
            );
        });
        answer
    }

    fn leg_name(&self, leg: LegId) -> Option<String> {
        let call = self.held.get(self.shared.legs.get(&leg)?)?;
        let mut parties = call.parties();
        let party = parties.find(|party| party.leg == leg)?;
        Some(party.leg_id.clone())
    }
}

impl Call {
    fn referred(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        leg: LegId,
        wish: &Wish,
        replaces_leg_id: String,
    ) -> Result<(), Refusal> {
        let contact_id = self.contact_id.clone();
        let Some(party) = self.party(leg) else {
            return Err(suspicious(603, contact_id));
        };
        let (may, leg_id) = (
            party.role == Role::Operator && party.joined,
            party.leg_id.clone(),
        );
        if !may {
            return Err(suspicious(603, contact_id));
        }
        if !wish.ours {
            return Err(suspicious(403, contact_id));
        }
        if self.wishes.0.iter().any(|(waiting, _)| *waiting == leg) {
            return Err(Refusal {
                code: 491,
                suspicious: None,
            });
        }
        self.wishes.0.push((leg, now_ms + ANSWER_MS));
        let told = Referred {
            leg_id,
            target: wish.target.clone(),
            replaces_leg_id,
            ours: wish.ours,
        };
        shared.happened(&self.contact_id, What::Referred(told));
        Ok(())
    }

    /// How a wish ended. Who got what they wished is done with the call.
    pub(super) fn answer_refer(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        asked: &AnswerRefer,
    ) -> Answer {
        let code = u16::try_from(asked.sip_code).ok();
        let code = code
            .filter(|code| (200..700).contains(code))
            .ok_or(BAD_ORDER)?;
        let mut parties = self.dialled.iter();
        let found = parties.find(|party| party.leg_id == asked.leg_id);
        let Some(leg) = found.map(|party| party.leg) else {
            return self
                .has_left(&asked.leg_id)
                .then_some(())
                .ok_or(UNKNOWN_LEG);
        };
        if !self.wishes.take(leg) {
            return Err(WRONG_STATE);
        }
        shared.acts.push(Act::Say {
            leg,
            say: Say::Notify(code),
        });
        if code < 300 {
            self.end_leg(shared, now_ms, leg, LegEnd::Released);
        }
        Ok(())
    }

    /// Wishes that nobody has answered: the phone is told so.
    pub(super) fn wishes_due(&mut self, shared: &mut Shared, now_ms: u64) {
        let due: Vec<LegId> = self
            .wishes
            .0
            .iter()
            .filter(|(_, at)| *at <= now_ms)
            .map(|(leg, _)| *leg)
            .collect();
        for leg in due {
            self.wishes.take(leg);
            shared.acts.push(Act::Say {
                leg,
                say: Say::Notify(503),
            });
        }
    }
}

fn suspicious(code: u16, contact_id: String) -> Refusal {
    Refusal {
        code,
        suspicious: Some(contact_id),
    }
}
