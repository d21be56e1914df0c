//! One call: its customer, the operator and supervisors, and its way from INVITE to the last BYE.

use std::collections::VecDeque;

use sip::leg::{Leg, State};
use sip::sdp::Codec;

use super::memory::Memory;
use super::playing::{Collected, Playing};
use super::refer::Wishes;
use super::talk::Open;
use super::tap::Tap;
use super::Shared;
use crate::media::{self, CallId, LegId, Mode, Role};
use crate::wire::{CallEnd, LegEnd};

pub use ending::end_of;

mod ending;
mod hearing;

/// How long an invited call waits for `Admit` or `Refuse`.
pub const ADMISSION_MS: u64 = 5_000;
/// How long an admitted call may ring without `Answer`.
pub const RINGING_MS: u64 = 60_000;
/// A caller who has heard nothing but ringing for so long waits too long.
const LATE_MS: u64 = 1_000;
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
}

/// The codec that the sound knows.
pub fn sound_codec(codec: Codec) -> media::Codec {
    match codec {
        Codec::Pcmu => media::Codec::Pcmu,
        Codec::Pcma => media::Codec::Pcma,
    }
}
