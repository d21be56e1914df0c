//! One call: its customer, the operator and supervisors, and its way from INVITE to the last BYE.

use std::collections::VecDeque;

use sip::leg::{Happened, Heard, Leg, Order, Out, State, Why};
use sip::sdp::{Audio, Codec, Direction};

use super::memory::Memory;
use super::phones::Seat;
use super::playing::{Collected, Playing};
use super::refer::Wishes;
use super::talk::Open;
use super::tap::Tap;
use super::Shared;
use crate::media::{self, CallId, LegId, MediaOrder, Mode, Role};
use crate::wire::happening::Happening as What;
use crate::wire::{
    Answered, CallEnd, CallEnded, CustomerRang, LegAnswered, LegEnd, LegEnded, LegHeld, LegRang,
    LegResumed, Withdrawn,
};

/// How long an invited call waits for `Admit` or `Refuse`.
pub const ADMISSION_MS: u64 = 5_000;
/// How long an admitted call may ring without `Answer`.
pub const RINGING_MS: u64 = 60_000;
/// A caller who has heard nothing but ringing for so long waits too long.
const LATE_MS: u64 = 1_000;
/// How long the end of a call waits for the end of a play, or the opening of a tap, that was under way.
const SOUND_END_MS: u64 = 500;
/// How long an ended call is remembered, so that late orders and the tap's end find it.
const LINGER_MS: u64 = 30_000;
/// Phones that one call may dial.
pub const DIALLED_MAX: usize = 64;
/// Legs remembered that have no phone any more; the oldest are forgotten first.
const LEFT_MAX: usize = 512;

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Invited; turned away at that instant if nobody admits it.
    Waiting(u64),
    /// Admitted; the caller hears ringing, until that instant at most.
    Ringing(u64),
    /// Placed by us: the customer's phone is to ring, and the leg to it has its own deadline.
    Placed,
    /// Answered.
    Live,
    /// All legs are ended; the last of the sound is awaited until that instant.
    Closing(u64),
    /// Over, and remembered until that instant.
    Over(u64),
    /// To be forgotten.
    Gone,
}

/// One phone in a call.
#[derive(Debug)]
pub struct Party {
    pub leg: LegId,
    /// Python's name for a dialled leg; empty for the customer.
    pub leg_id: String,
    pub role: Role,
    pub dialog: Leg,
    /// Whether it is an operator's that was picked up.
    pub joined: bool,
    /// The mode that a supervisor is to have.
    pub mode: Option<Mode>,
    /// What is said when an order of ours ends the leg.
    pub ended_as: LegEnd,
    /// Whether it was told that the phone wants to hear or send nothing for the moment.
    pub held: bool,
}

/// One call.
#[derive(Debug)]
pub struct Call {
    pub id: CallId,
    pub node_call_id: String,
    pub contact_id: String,
    pub phase: Phase,
    pub customer: Party,
    pub dialled: Vec<Party>,
    pub playing: Option<Playing>,
    /// Plays that a further one has put an end to, until that end is reported.
    pub replaced: Vec<Playing>,
    pub collected: Option<Collected>,
    pub tap: Tap,
    pub tap_paused: bool,
    /// The music that the customer is to hear on hold; empty: silence.
    pub music: Option<String>,
    /// Whether it was told that the customer is on hold.
    pub held: bool,
    pub memory: Memory,
    /// Transfers that operators' phones wish for.
    pub wishes: Wishes,
    /// Python's names of legs that ended without a phone of the call's own: it went elsewhere, or there was none.
    left: VecDeque<String>,
    /// The deadline under which the call is filed.
    pub filed_ms: Option<u64>,
    confirmed: bool,
    /// The supervisor's leg that has taken the call over: the call ends with it, and not with the operator's.
    pub handler: Option<LegId>,
    /// What has begun in the talk and not ended.
    pub open: Open,
    reason: CallEnd,
}

impl Party {
    /// Whether sound flows, or would but for a hold.
    pub fn talks(&self) -> bool {
        matches!(self.dialog.state(), State::Talking | State::Held)
    }
}

impl Call {
    pub fn new(id: CallId, node_call_id: String, phase: Phase, leg: LegId, dialog: Leg) -> Self {
        Self {
            id,
            node_call_id,
            contact_id: String::new(),
            phase,
            customer: Party {
                leg,
                leg_id: String::new(),
                role: Role::Customer,
                dialog,
                joined: false,
                mode: None,
                ended_as: LegEnd::Released,
                held: false,
            },
            dialled: Vec::new(),
            playing: None,
            replaced: Vec::new(),
            collected: None,
            tap: Tap::None,
            tap_paused: false,
            music: None,
            held: false,
            memory: Memory::default(),
            wishes: Wishes::default(),
            left: VecDeque::new(),
            filed_ms: None,
            confirmed: false,
            handler: None,
            open: Open::default(),
            reason: CallEnd::Unspecified,
        }
    }

    /// Whether it counts as ended.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Closing(_) | Phase::Over(_) | Phase::Gone)
    }

    /// All phones, dialled ones first.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        self.dialled.iter().chain([&self.customer])
    }

    /// Whether nothing is left of it.
    pub fn is_gone(&self) -> bool {
        self.phase == Phase::Gone
    }

    /// The phone with that leg.
    pub fn party(&mut self, leg: LegId) -> Option<&mut Party> {
        std::iter::once(&mut self.customer)
            .chain(&mut self.dialled)
            .find(|party| party.leg == leg)
    }

    /// The operators' phones that are dialled or talk.
    pub fn operators(&self) -> impl Iterator<Item = &Party> {
        let alive = |party: &&Party| party.role == Role::Operator && !party.dialog.is_over();
        self.dialled.iter().filter(alive)
    }

    /// Whether an operator's phone was picked up and is there.
    pub fn has_talker(&self) -> bool {
        self.operators().any(|party| party.joined)
    }

    /// Whether a dialled leg has or had that name.
    pub fn knows_leg(&self, leg_id: &str) -> bool {
        let mut here = self.dialled.iter();
        here.any(|party| party.leg_id == leg_id) || self.has_left(leg_id)
    }

    /// Whether a leg of that name ended and has no phone any more.
    pub fn has_left(&self, leg_id: &str) -> bool {
        self.left.iter().any(|left| left == leg_id)
    }

    pub fn remember_left(&mut self, leg_id: &str) {
        if self.left.len() == LEFT_MAX {
            self.left.pop_front();
        }
        self.left.push_back(leg_id.to_owned());
    }

    /// What a phone did.
    pub fn heard(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, heard: Heard) {
        let Some(party) = self.party(leg) else { return };
        let outs = party.dialog.heard(now_ms, heard);
        self.follow(shared, now_ms, leg, outs);
    }

    /// When time itself does something.
    pub fn deadline(&self) -> Option<u64> {
        let own = match self.phase {
            Phase::Placed | Phase::Live | Phase::Gone => None,
            Phase::Waiting(at) | Phase::Ringing(at) | Phase::Closing(at) | Phase::Over(at) => {
                Some(at)
            }
        };
        self.parties()
            .filter_map(|party| party.dialog.deadline())
            .chain(self.wishes.deadline())
            .chain(own)
            .min()
    }

    /// Whether the caller has waited too long for an answer.
    pub fn is_late(&self, now_ms: u64) -> bool {
        match self.phase {
            Phase::Waiting(at) => at + LATE_MS <= now_ms + ADMISSION_MS,
            Phase::Ringing(at) => at + LATE_MS <= now_ms + RINGING_MS,
            _ => false,
        }
    }

    /// Lets time do what is due.
    pub fn due(&mut self, shared: &mut Shared, now_ms: u64) {
        let legs: Vec<LegId> = self.parties().map(|party| party.leg).collect();
        for leg in legs {
            let outs = self.party(leg).map(|party| party.dialog.due(now_ms));
            self.follow(shared, now_ms, leg, outs.unwrap_or_default());
        }
        self.wishes_due(shared, now_ms);
        match self.phase {
            Phase::Waiting(at) if at <= now_ms => self.turn_away(shared, now_ms, 503),
            Phase::Ringing(at) if at <= now_ms => self.end(shared, now_ms, CallEnd::Failed),
            Phase::Closing(at) if at <= now_ms => self.close(shared, now_ms),
            Phase::Over(at) if at <= now_ms => self.phase = Phase::Gone,
            _ => {}
        }
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
    fn turn_away(&mut self, shared: &mut Shared, now_ms: u64, code: u16) {
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
    fn close(&mut self, shared: &mut Shared, now_ms: u64) {
        let reason = self.reason.into();
        shared.happened(&self.contact_id, What::CallEnded(CallEnded { reason }));
        self.phase = Phase::Over(now_ms + LINGER_MS);
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

    fn customer_over(&mut self, shared: &mut Shared, now_ms: u64, why: Why) {
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

    fn dialled_over(&mut self, shared: &mut Shared, now_ms: u64, leg: LegId, why: Why) {
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

/// The codec that the sound knows.
pub fn sound_codec(codec: Codec) -> media::Codec {
    match codec {
        Codec::Pcmu => media::Codec::Pcmu,
        Codec::Pcma => media::Codec::Pcma,
    }
}
