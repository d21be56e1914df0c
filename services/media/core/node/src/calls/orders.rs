//! What Python orders. A repeat of an order that was carried out is answered alike and changes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use sip::leg::{Leg, Order as LegOrder, Out, Say};
use sip::sdp::Codec;

use super::call::{Call, Party, Phase, Playing, Tap, DIALLED_MAX, RINGING_MS};
use super::{Act, Calls, Shared, Target, NUMBERS_MAX, PROMPTS_MAX, PROMPT_BYTES_MAX};
use crate::media::{CallId, Collect, MediaOrder, Mode, NoPort, Prompt, Role};
use crate::wire::order::Order as Asked;
use crate::wire::{self, LegEnd};

pub(super) const BAD_ORDER: &str = "BAD_ORDER";
const UNKNOWN_CALL: &str = "UNKNOWN_CALL";
pub(super) const UNKNOWN_LEG: &str = "UNKNOWN_LEG";
const UNKNOWN_PROMPT: &str = "UNKNOWN_PROMPT";
pub(super) const WRONG_STATE: &str = "WRONG_STATE";
const NO_PORT: &str = "NO_PORT";
const OVERLOADED: &str = "OVERLOADED";

/// Waits for digits when the order leaves them open, and the longest that may be asked for.
const FIRST_DIGIT_MS: u32 = 5_000;
const NEXT_DIGIT_MS: u32 = 3_000;
const DIGIT_MS_MAX: u32 = 120_000;
/// Prompts of one play, and digits it may collect.
const PLAY_PROMPTS_MAX: usize = 8;
const DIGITS_MAX: u32 = 32;
/// How long a phone may ring: by default, and within what bounds; a supervisor's has no say in it.
pub(super) const RING_MS: u32 = 20_000;
const RING_MS_BOUNDS: std::ops::RangeInclusive<u32> = 1_000..=120_000;
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
            Some(asked) => self.order_call(now_ms, &order_id, &asked),
        };
        if !error.is_empty() {
            self.shared.metrics.orders_refused_total.rise();
        }
        self.shared.acts.push(Act::Applied { order_id, error });
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
            let bad = admit.contact_id.is_empty() || admit.contact_id.len() > ID_BYTES_MAX;
            if taken
                || bad
                || admit
                    .contact_id
                    .contains(|c: char| c.is_control() || c.is_whitespace())
            {
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
        Asked::Place(order) => &order.contact_id,
        Asked::AnswerRefer(order) => &order.contact_id,
        Asked::SetNumbers(_)
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
            Asked::SetNumbers(_)
            | Asked::PutPrompt(_)
            | Asked::ReleasePhone(_)
            | Asked::Hold(_)
            | Asked::PauseTap(_)
            | Asked::Place(_)
            | Asked::AnswerRefer(_) => Err(BAD_ORDER),
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

    fn play(&mut self, shared: &mut Shared, asked: &wire::Play) -> Answer {
        if asked.play_id.is_empty() || asked.digits_max > DIGITS_MAX {
            return Err(BAD_ORDER);
        }
        if !(1..=PLAY_PROMPTS_MAX).contains(&asked.prompt_sha256.len()) {
            return Err(BAD_ORDER);
        }
        let talks = |party: &Party| self.joined == Some(party.leg);
        let talking = self.handler.is_some() || self.operator().is_some_and(talks);
        if self.phase != Phase::Live || talking {
            return Err(WRONG_STATE);
        }
        let prompts: Option<Vec<Arc<Prompt>>> = asked
            .prompt_sha256
            .iter()
            .map(|hash| shared.prompts.get(&hash.to_ascii_lowercase()).cloned())
            .collect();
        let prompts = prompts.ok_or(UNKNOWN_PROMPT)?;
        let play = shared.next_play();
        let replaced = self.playing.replace(Playing {
            play,
            play_id: asked.play_id.clone(),
            guidance: asked.guidance,
        });
        self.replaced.extend(replaced);
        let (call, leg, collect) = (self.id, self.customer.leg, collect(asked));
        shared.media(MediaOrder::Play {
            call,
            leg,
            play,
            prompts,
            collect,
        });
        Ok(())
    }

    fn stop_play(&mut self, shared: &mut Shared, play_id: &str) {
        let playing = self
            .playing
            .as_ref()
            .filter(|playing| playing.play_id == play_id);
        if let Some(play) = playing.map(|playing| playing.play) {
            shared.media(MediaOrder::StopPlay {
                call: self.id,
                play,
            });
        }
    }

    fn dial(&mut self, shared: &mut Shared, now_ms: u64, asked: &wire::Dial) -> Answer {
        if self.knows_leg(&asked.leg_id) {
            return Ok(());
        }
        let ring_ms = if asked.ring_ms_max == 0 {
            RING_MS
        } else {
            asked.ring_ms_max
        };
        if !RING_MS_BOUNDS.contains(&ring_ms) || !asked.number.is_empty() {
            return Err(BAD_ORDER);
        }
        if self.phase != Phase::Live || self.operator().is_some() {
            return Err(WRONG_STATE);
        }
        self.ring(
            shared,
            now_ms,
            &Rung {
                leg_id: &asked.leg_id,
                user_id: &asked.user_id,
                role: Role::Operator,
                mode: None,
                ring_ms,
                keep_phone: false,
            },
        )
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

    /// Whether a further phone may come under that name.
    pub(super) fn room_for(&self, leg_id: &str, user_id: &str) -> Answer {
        if leg_id.is_empty() || leg_id.len() > ID_BYTES_MAX || user_id.is_empty() {
            return Err(BAD_ORDER);
        }
        if self.dialled.len() >= DIALLED_MAX {
            return Err(OVERLOADED);
        }
        Ok(())
    }

    /// Rings a phone. A user without one is a leg that ended as unreachable, not a wrong order.
    pub(super) fn ring(&mut self, shared: &mut Shared, now_ms: u64, asked: &Rung<'_>) -> Answer {
        self.room_for(asked.leg_id, asked.user_id)?;
        let phones = shared.registrar.phones(now_ms, asked.user_id);
        let Some(phone) = phones.into_iter().next() else {
            self.remember_left(asked.leg_id);
            self.leg_ended(shared, asked.leg_id.to_owned(), LegEnd::Unreachable, 0);
            return Ok(());
        };
        let port = (shared.limits.lease)().map_err(|NoPort| NO_PORT)?;
        let local = shared.local(&port).map_err(|_| NO_PORT)?;
        // The customer's codec first, so that payloads can pass as they are.
        let preferred = self
            .customer
            .dialog
            .audio()
            .map_or(Codec::Pcmu, |audio| audio.codec);
        let (dialog, outs) = Leg::dialled(now_ms, local, preferred, u64::from(asked.ring_ms));
        let leg = crate::media::LegId(shared.next_id());
        shared.media(MediaOrder::AddLeg {
            call: self.id,
            leg,
            role: asked.role,
            port,
        });
        shared.legs.insert(leg, self.id);
        if asked.role == Role::Supervisor {
            shared.phone_rings(leg, asked.user_id, self.id, asked.keep_phone);
        }
        self.dialled.push(Party {
            leg,
            leg_id: asked.leg_id.to_owned(),
            role: asked.role,
            dialog,
            mode: asked.mode,
            ended_as: LegEnd::Released,
            held: false,
        });
        for out in outs {
            if let Out::Say(Say::Invite(sdp)) = out {
                let target = Target {
                    phone: phone.clone(),
                    contact_id: self.contact_id.clone(),
                    answers_itself: asked.role == Role::Supervisor,
                };
                shared.acts.push(Act::Invite { leg, sdp, target });
            }
        }
        Ok(())
    }
}

/// A phone that is to ring.
pub(super) struct Rung<'a> {
    pub leg_id: &'a str,
    pub user_id: &'a str,
    pub role: Role,
    pub mode: Option<Mode>,
    pub ring_ms: u32,
    /// Whether a supervisor's phone stays connected when its leg is over.
    pub keep_phone: bool,
}

fn collect(asked: &wire::Play) -> Option<Collect> {
    let wait = |asked: u32, default| {
        if asked == 0 {
            default
        } else {
            asked.min(DIGIT_MS_MAX)
        }
    };
    (asked.digits_max > 0).then(|| Collect {
        digits_max: asked.digits_max as u8,
        first_ms: wait(asked.first_digit_ms, FIRST_DIGIT_MS),
        between_ms: wait(asked.next_digit_ms, NEXT_DIGIT_MS),
        finish_key: Some('#'),
        interrupts: !asked.guidance,
    })
}
