//! What Python orders. A repeat of an order that was carried out is answered alike and changes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use sip::leg::Order as LegOrder;

use super::call::{Call, Phase, RINGING_MS};
use super::ringing::{Callee, Rung};
use super::tap::Tap;
use super::{Act, Calls, Shared, NUMBERS_MAX, PROMPTS_MAX, PROMPT_BYTES_MAX};
use crate::media::{CallId, LegId, Prompt, Role};
use crate::wire::order::Order as Asked;
use crate::wire::{self, LegEnd};

pub(super) const BAD_ORDER: &str = "BAD_ORDER";
const UNKNOWN_CALL: &str = "UNKNOWN_CALL";
pub(super) const UNKNOWN_LEG: &str = "UNKNOWN_LEG";
pub(super) const UNKNOWN_PROMPT: &str = "UNKNOWN_PROMPT";
pub(super) const WRONG_STATE: &str = "WRONG_STATE";
pub(super) const NO_PORT: &str = "NO_PORT";
pub(super) const OVERLOADED: &str = "OVERLOADED";
pub(super) const NO_TRUNK: &str = "NO_TRUNK";

/// How long a phone may ring: by default, and within what bounds; a supervisor's has no say in it.
pub(super) const RING_MS: u32 = 20_000;
const RING_MS_BOUNDS: std::ops::RangeInclusive<u32> = 1_000..=120_000;
/// Operators' phones that ring or talk in one call.
const OPERATORS_MAX: usize = 3;
/// Bytes of an id.
pub(super) const ID_BYTES_MAX: usize = 128;

pub(super) type Answer = Result<(), &'static str>;

impl Calls {
    /// Carries out or begins one order and answers it.
    pub fn order(&mut self, now_ms: u64, order: wire::Order) {
        self.shared.metrics.orders_total.rise();
        let wire::Order { order_id, order } = order;
        let error = match order {
            _ if order_id.is_empty() || order_id.len() > ID_BYTES_MAX => BAD_ORDER,
            None => BAD_ORDER,
            Some(Asked::SetNumbers(asked)) => code(self.set_numbers(asked.numbers)),
            Some(Asked::PutPrompt(asked)) => code(self.shared.put_prompt(&asked)),
            Some(Asked::ReleasePhone(asked)) => code(self.release_phone(now_ms, &order_id, &asked)),
            Some(Asked::Place(asked)) => code(self.place(now_ms, &order_id, &asked)),
            Some(Asked::DisconnectBrowser(asked)) => code(self.shared.disconnect_browser(&asked)),
            Some(Asked::ConnectBrowser(asked)) => {
                match self.shared.connect_browser(now_ms, &order_id, &asked) {
                    // Answered when the browser's answer is there.
                    Ok(()) => return,
                    Err(error) => {
                        self.shared.metrics.browser_offers_refused_total.rise();
                        error
                    }
                }
            }
            Some(asked) => self.order_call(now_ms, &order_id, &asked),
        };
        if !error.is_empty() {
            self.shared.metrics.orders_refused_total.rise();
        }
        self.shared.acts.push(Act::Applied {
            order_id,
            error,
            sdp_answer: String::new(),
        });
    }

    fn set_numbers(&mut self, numbers: Vec<String>) -> Answer {
        let well_formed =
            |number: &String| sip::number::normalised(number).as_ref() == Some(number);
        if numbers.len() > NUMBERS_MAX || !numbers.iter().all(well_formed) {
            return Err(BAD_ORDER);
        }
        self.numbers = Some(HashSet::from_iter(numbers));
        Ok(())
    }

    fn order_call(&mut self, now_ms: u64, order_id: &str, asked: &Asked) -> &'static str {
        let found = match asked {
            Asked::Admit(admit) => self.invited_call(&admit.node_call_id),
            Asked::Refuse(refuse) => self.invited_call(&refuse.node_call_id),
            other => self.contacts.get(contact_id(other)).copied(),
        };
        let Some(id) = found else { return UNKNOWN_CALL };
        if let Asked::Admit(admit) = asked {
            let taken = self
                .contacts
                .get(&admit.contact_id)
                .is_some_and(|holder| *holder != id);
            if taken || !is_contact_id(&admit.contact_id) {
                return BAD_ORDER;
            }
        }
        if let Asked::Supervise(asked) = asked {
            if let Err(error) = self.fetch_phone(id, order_id, asked) {
                return error;
            }
        }
        let mut error = "";
        self.with_call(id, |call, shared| {
            if call.memory.knows(order_id) {
                shared.metrics.orders_repeated_total.rise();
                return;
            }
            error = code(call.carry_out(shared, now_ms, asked));
            if error.is_empty() {
                call.memory.remember(order_id);
            }
        });
        if let (Asked::Admit(admit), "") = (asked, error) {
            self.contacts.insert(admit.contact_id.clone(), id);
        }
        error
    }

    fn invited_call(&self, node_call_id: &str) -> Option<CallId> {
        let mut calls = self.held.values();
        calls
            .find(|call| call.node_call_id == node_call_id)
            .map(|call| call.id)
    }
}

/// Whether it can be a contact's id, which stands in a SIP header too.
pub(super) fn is_contact_id(id: &str) -> bool {
    let fits = !id.is_empty() && id.len() <= ID_BYTES_MAX;
    fits && !id.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// How long a phone may ring, if it may ring as long as was asked for.
pub(super) fn ring_ms(asked: u32) -> Result<u32, &'static str> {
    let ring_ms = if asked == 0 { RING_MS } else { asked };
    let may = RING_MS_BOUNDS.contains(&ring_ms);
    may.then_some(ring_ms).ok_or(BAD_ORDER)
}

fn code(answer: Answer) -> &'static str {
    answer.err().unwrap_or_default()
}

fn contact_id(asked: &Asked) -> &str {
    match asked {
        Asked::Answer(order) => &order.contact_id,
        Asked::Play(order) => &order.contact_id,
        Asked::StopPlay(order) => &order.contact_id,
        Asked::Dial(order) => &order.contact_id,
        Asked::Supervise(order) => &order.contact_id,
        Asked::Unsupervise(order) => &order.contact_id,
        Asked::HangUp(order) => &order.contact_id,
        Asked::Hold(order) => &order.contact_id,
        Asked::PauseTap(order) => &order.contact_id,
        Asked::AnswerRefer(order) => &order.contact_id,
        Asked::PickUp(order) => &order.contact_id,
        Asked::PutDown(order) => &order.contact_id,
        Asked::Mute(order) => &order.contact_id,
        Asked::TalkBack(order) => &order.contact_id,
        Asked::ConnectBrowser(_)
        | Asked::DisconnectBrowser(_)
        | Asked::SetNumbers(_)
        | Asked::Place(_)
        | Asked::PutPrompt(_)
        | Asked::ReleasePhone(_)
        | Asked::Admit(_)
        | Asked::Refuse(_) => "",
    }
}

impl Shared {
    fn put_prompt(&mut self, asked: &wire::PutPrompt) -> Answer {
        let hash = asked.sha256.to_ascii_lowercase();
        if hash.len() != 64
            || !hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            || asked.pcmu.is_empty()
        {
            return Err(BAD_ORDER);
        }
        if self.prompts.contains_key(&hash) {
            return Ok(());
        }
        if self.prompts.len() >= PROMPTS_MAX
            || self.prompt_bytes + asked.pcmu.len() > PROMPT_BYTES_MAX
        {
            return Err(OVERLOADED);
        }
        self.prompt_bytes += asked.pcmu.len();
        self.prompts
            .insert(hash, Arc::new(Prompt::from_pcmu(&asked.pcmu)));
        Ok(())
    }
}

impl Call {
    fn carry_out(&mut self, shared: &mut Shared, now_ms: u64, asked: &Asked) -> Answer {
        match asked {
            Asked::Admit(order) => self.admit(shared, now_ms, &order.contact_id),
            Asked::Refuse(order) => self.turn_down(shared, now_ms, order.sip_code),
            Asked::Answer(order) => self.answer(shared, now_ms, order.record_after_guidance),
            Asked::Play(order) => self.play(shared, order),
            Asked::StopPlay(order) => {
                self.stop_play(shared, &order.play_id);
                Ok(())
            }
            Asked::Dial(order) => self.dial(shared, now_ms, order),
            Asked::Supervise(order) => self.put_supervisor(shared, now_ms, order),
            Asked::Unsupervise(order) => {
                self.end_named(shared, now_ms, &order.leg_id, Some(Role::Supervisor))
            }
            Asked::HangUp(order) if order.leg_id.is_empty() => {
                self.end(shared, now_ms, wire::CallEnd::Released);
                Ok(())
            }
            Asked::HangUp(order) => self.end_named(shared, now_ms, &order.leg_id, None),
            Asked::Hold(order) if order.held => self.hold(shared, &order.music_sha256),
            Asked::Hold(_) => {
                self.take_back(shared);
                Ok(())
            }
            Asked::AnswerRefer(order) => self.answer_refer(shared, now_ms, order),
            Asked::PauseTap(order) => self.pause_tap(shared, order.paused),
            Asked::Mute(order) => self.mute(shared, order),
            Asked::TalkBack(order) => self.talk_back(shared, order),
            Asked::PickUp(order) => shared.pick_up(self.named(&order.leg_id)?),
            Asked::PutDown(order) if self.has_left(&order.leg_id) => Ok(()),
            Asked::PutDown(order) => shared.put_down(self.named(&order.leg_id)?),
            Asked::SetNumbers(_)
            | Asked::PutPrompt(_)
            | Asked::ReleasePhone(_)
            | Asked::ConnectBrowser(_)
            | Asked::DisconnectBrowser(_)
            | Asked::Place(_) => Err(BAD_ORDER),
        }
    }

    fn admit(&mut self, shared: &mut Shared, now_ms: u64, contact_id: &str) -> Answer {
        if self.contact_id == contact_id && !self.is_over() {
            return Ok(());
        }
        if !matches!(self.phase, Phase::Waiting(_)) {
            return Err(WRONG_STATE);
        }
        contact_id.clone_into(&mut self.contact_id);
        self.phase = Phase::Ringing(now_ms + RINGING_MS);
        self.order_customer(shared, now_ms, LegOrder::Ring);
        Ok(())
    }

    fn turn_down(&mut self, shared: &mut Shared, now_ms: u64, code: u32) -> Answer {
        let code = u16::try_from(code)
            .ok()
            .filter(|code| (400..700).contains(code));
        let code = code.ok_or(BAD_ORDER)?;
        if !matches!(self.phase, Phase::Waiting(_)) {
            return Err(WRONG_STATE);
        }
        self.refuse(shared, now_ms, code);
        Ok(())
    }

    fn answer(&mut self, shared: &mut Shared, now_ms: u64, record_after_guidance: bool) -> Answer {
        match self.phase {
            Phase::Live => return Ok(()),
            Phase::Ringing(_) => {}
            _ => return Err(WRONG_STATE),
        }
        self.phase = Phase::Live;
        if record_after_guidance {
            self.tap = Tap::AfterGuidance;
        }
        self.order_customer(shared, now_ms, LegOrder::Answer);
        // The address is known unless the offer is ours: prompts may begin before the ACK.
        if let Some(audio) = self.customer.dialog.audio() {
            let leg = self.customer.leg;
            self.set_peer(shared, now_ms, leg, &audio);
        }
        Ok(())
    }

    fn order_customer(&mut self, shared: &mut Shared, now_ms: u64, order: LegOrder) {
        let (leg, outs) = (self.customer.leg, self.customer.dialog.order(now_ms, order));
        self.follow(shared, now_ms, leg, outs);
    }

    fn dial(&mut self, shared: &mut Shared, now_ms: u64, asked: &wire::Dial) -> Answer {
        if self.knows_leg(&asked.leg_id) {
            return Ok(());
        }
        let ring_ms = ring_ms(asked.ring_ms_max)?;
        let callee = Callee::of(asked)?;
        if self.phase != Phase::Live {
            return Err(WRONG_STATE);
        }
        if self.operators().count() >= OPERATORS_MAX {
            return Err(OVERLOADED);
        }
        self.ring(
            shared,
            now_ms,
            &Rung {
                leg_id: &asked.leg_id,
                callee,
                role: Role::Operator,
                mode: None,
                ring_ms,
                keep_phone: false,
            },
        )
    }

    /// The dialled leg of that name, if it is not over.
    pub(super) fn named(&self, leg_id: &str) -> Result<LegId, &'static str> {
        let mut alive = self.dialled.iter().filter(|party| !party.dialog.is_over());
        let found = alive.find(|party| party.leg_id == leg_id);
        found.map(|party| party.leg).ok_or(UNKNOWN_LEG)
    }

    /// Ends a dialled leg; one that is over, or whose phone went elsewhere, has been ended.
    fn end_named(
        &mut self,
        shared: &mut Shared,
        now_ms: u64,
        leg_id: &str,
        role: Option<Role>,
    ) -> Answer {
        let mut parties = self.dialled.iter();
        let found = parties
            .find(|party| party.leg_id == leg_id && role.is_none_or(|role| role == party.role));
        let Some(leg) = found.map(|party| party.leg) else {
            return self.has_left(leg_id).then_some(()).ok_or(UNKNOWN_LEG);
        };
        if role == Some(Role::Supervisor) {
            self.unsupervise(shared, now_ms, leg);
        } else {
            self.end_leg(shared, now_ms, leg, LegEnd::Released);
        }
        Ok(())
    }
}
