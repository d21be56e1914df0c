//! All calls of the node: who is in them, what was ordered, what happened. No sockets, no clocks: instants are
//! arguments (milliseconds of one monotonic clock), consequences are [`Act`]s in order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use sip::leg::{Heard, Leg, Say};
use sip::location::Binding;
use sip::number;
use sip::sdp::Audio;
use sip::trunk::Trunk;

use crate::announced::Announced;
use crate::browsers::BrowserOrder;
use crate::media::{CallId, LegId, MediaHappening, MediaOrder, NoPort, PlayId, PortLease, Prompt};
use crate::metrics::Metrics;
use crate::registrar::Registrar;
use crate::wire::happening::Happening as What;
use crate::wire::{self, Invited, LegEnd};

use arrivals::Arrivals;
use browsers::Browsers;
use call::{sound_codec, Call, Phase, ADMISSION_MS};
use memory::Memory;
use phones::Phones;
pub use refer::Refusal;

mod arrivals;
mod browsers;
mod call;
mod memory;
mod orders;
mod person;
mod phones;
mod playing;
mod refer;
mod ringing;
mod sound;
mod supervising;
mod talk;
mod tap;

/// Numbers that may be called.
pub const NUMBERS_MAX: usize = 100_000;
/// Prompts kept, and their bytes in all.
pub const PROMPTS_MAX: usize = 2_000;
pub const PROMPT_BYTES_MAX: usize = 256 << 20;

/// One consequence.
#[derive(Debug)]
pub enum Act {
    Say {
        leg: LegId,
        say: Say,
    },
    Invite {
        leg: LegId,
        sdp: String,
        target: Target,
    },
    Media(MediaOrder),
    Happened {
        contact_id: String,
        what: What,
    },
    Applied {
        order_id: String,
        error: &'static str,
        /// Of a browser's connection.
        sdp_answer: String,
    },
    Browser(BrowserOrder),
    /// How a browser's connection is: told, not journalled.
    Told(wire::Browser),
}

/// Where an INVITE goes to, and what it says.
#[derive(Debug, Clone)]
pub struct Target {
    pub to: To,
    pub contact_id: String,
    /// A supervisor's phone picks up by itself.
    pub answers_itself: bool,
}

/// A phone of ours, or one that a trunk reaches.
#[derive(Debug, Clone)]
pub enum To {
    Phone(Binding),
    Outside(Outside),
}

/// Somebody outside, by a trunk: the number to call and ours that they see, E.164.
#[derive(Debug, Clone)]
pub struct Outside {
    pub trunk: Trunk,
    pub number: String,
    pub from_number: String,
}

/// An INVITE from outside.
#[derive(Debug)]
pub struct Caller<'a> {
    /// Where it came from.
    pub source: IpAddr,
    pub dialled: &'a str,
    pub from: &'a str,
    pub sdp: &'a [u8],
}

/// What the node can do for calls, and what it needs to know about itself.
pub struct Limits {
    pub calls_max: usize,
    /// Callers who wait too long for an answer; while there are so many nobody joins them.
    pub calls_late_max: usize,
    /// How long a supervisor's phone may stay connected without a call.
    pub parked_ms: u64,
    /// Where sound of ours comes from: no phone may name it as its own.
    pub rtp: (IpAddr, u16, u16),
    /// By which address of ours who reaches us.
    pub announced: Announced,
    pub lease: Box<dyn Fn() -> Result<PortLease, NoPort> + Send>,
    /// A port for a browser's connection.
    pub browser_lease: Box<dyn Fn() -> Result<PortLease, NoPort> + Send>,
    /// Where calls out of the centre go.
    pub trunk: Option<Trunk>,
}

/// What calls share.
pub struct Shared {
    pub registrar: Registrar,
    limits: Limits,
    metrics: Arc<Metrics>,
    acts: Vec<Act>,
    arrivals: Arrivals,
    phones: Phones,
    browsers: Browsers,
    /// In which call each leg is.
    legs: HashMap<LegId, CallId>,
    prompts: HashMap<String, Arc<Prompt>>,
    prompt_bytes: usize,
    /// What a customer on hold hears without music: a phone that gets no packet at all hangs up after a while.
    silence: Arc<Prompt>,
    last_id: u64,
}

/// All calls.
pub struct Calls {
    pub shared: Shared,
    node_id: String,
    numbers: Option<HashSet<String>>,
    held: HashMap<CallId, Call>,
    contacts: HashMap<String, CallId>,
    /// Orders that are about no call.
    memory: Memory,
    deadlines: BTreeSet<(u64, CallId)>,
}

impl Calls {
    pub fn new(
        node_id: String,
        registrar: Registrar,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            shared: Shared {
                registrar,
                limits,
                metrics,
                acts: Vec::new(),
                arrivals: Arrivals::default(),
                phones: Phones::new(&node_id),
                browsers: Browsers::default(),
                legs: HashMap::new(),
                prompts: HashMap::new(),
                prompt_bytes: 0,
                silence: Arc::new(Prompt::from_pcmu(&[0xff; 160])),
                last_id: 0,
            },
            node_id,
            numbers: None,
            held: HashMap::new(),
            contacts: HashMap::new(),
            memory: Memory::default(),
            deadlines: BTreeSet::new(),
        }
    }

    /// Takes a caller in and names the leg, or says with which SIP status to turn them away.
    /// `open` is whether media's Python side is there to admit them.
    pub fn invited(&mut self, now_ms: u64, caller: &Caller<'_>, open: bool) -> Result<LegId, u16> {
        let metrics = Arc::clone(&self.shared.metrics);
        metrics.invites_total.rise();
        let Some(numbers) = &self.numbers else {
            metrics.invites_unavailable_total.rise();
            return Err(503);
        };
        let dialled = number::normalised(caller.dialled).filter(|number| numbers.contains(number));
        let Some(dialled) = dialled else {
            metrics.invites_unknown_number_total.rise();
            return Err(404);
        };
        let alive = self.held.values().filter(|call| !call.is_over()).count();
        if !open || alive >= self.shared.limits.calls_max {
            metrics.invites_unavailable_total.rise();
            return Err(503);
        }
        let late = self.held.values().filter(|call| call.is_late(now_ms));
        if late.count() >= self.shared.limits.calls_late_max {
            metrics.invites_overload_total.rise();
            return Err(503);
        }
        let port = (self.shared.limits.lease)().map_err(|NoPort| {
            metrics.invites_unavailable_total.rise();
            503_u16
        })?;
        let leg = self
            .shared
            .customer(&port, caller)
            .inspect_err(|_| metrics.invites_unusable_total.rise())?;
        let phase = Phase::Waiting(now_ms + ADMISSION_MS);
        let (id, leg) = self.begin(phase, leg, port);
        self.with_call(id, |call, shared| {
            let invited = Invited {
                node_call_id: call.node_call_id.clone(),
                dialled_number: dialled,
                caller_number: number::caller(caller.from),
            };
            shared.happened("", What::Invited(invited));
        });
        Ok(leg)
    }

    /// What a phone did.
    pub fn heard(&mut self, now_ms: u64, leg: LegId, heard: Heard) {
        if self.shared.phones.is_aside(leg) {
            return self.shared.aside_heard(now_ms, leg, heard);
        }
        self.with_leg(leg, |call, shared| call.heard(shared, now_ms, leg, heard));
    }

    /// What happened in the sound.
    pub fn sounded(&mut self, now_ms: u64, happening: &MediaHappening) {
        match *happening {
            MediaHappening::LegMoved { call, leg, arrived } => {
                self.shared.leg_arrived(call, leg);
                if !arrived {
                    self.end_phone(now_ms, leg, LegEnd::Failed);
                }
                return;
            }
            MediaHappening::RtpSilent { call, leg, .. } if self.shared.phones.is_in(leg, call) => {
                return self.shared.end_aside(now_ms, leg, LegEnd::Failed);
            }
            _ => {}
        }
        let id = sound::call_of(happening);
        self.with_call(id, |call, shared| call.sounded(shared, now_ms, happening));
    }

    /// The earliest instant at which time itself does something.
    pub fn deadline(&self) -> Option<u64> {
        let calls = self.deadlines.first().map(|(at, _)| *at);
        let others = self.shared.phones.deadline().into_iter();
        let others = others.chain(self.shared.browsers.deadline());
        calls.into_iter().chain(others).min()
    }

    /// Lets time do what is due.
    pub fn due(&mut self, now_ms: u64) {
        self.browsers_due(now_ms);
        while let Some((at, id)) = self.deadlines.first().copied() {
            if at > now_ms {
                break;
            }
            self.deadlines.pop_first();
            self.with_call(id, |call, shared| {
                call.filed_ms = None;
                call.due(shared, now_ms);
            });
        }
        if self.shared.phones.deadline().is_some_and(|at| at <= now_ms) {
            self.shared.asides_due(now_ms);
        }
        self.browsers_due(now_ms);
    }

    /// What followed, in order, since the last time.
    pub fn take_acts(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.shared.acts)
    }

    /// The admitted calls that are alive.
    pub fn contact_ids(&self) -> Vec<String> {
        let alive = self.held.values().filter(|call| !call.is_over());
        alive
            .map(|call| call.contact_id.clone())
            .filter(|id| !id.is_empty())
            .collect()
    }

    /// Ends every call and hangs up every phone, since the node is told to stop.
    pub fn end_all(&mut self, now_ms: u64) {
        self.shared.phones.keep_none();
        for leg in self.shared.phones.all_aside() {
            self.shared.end_aside(now_ms, leg, LegEnd::Released);
        }
        let ids: Vec<CallId> = self.held.keys().copied().collect();
        for id in ids {
            self.with_call(id, |call, shared| call.release(shared, now_ms));
        }
    }

    /// Calls that are not over, and all that are remembered.
    pub fn counts(&self) -> (usize, usize) {
        let alive = self.held.values().filter(|call| !call.is_over()).count();
        (alive, self.held.len())
    }

    /// Supervisors' phones that are connected, and those of them that are on no call.
    pub fn phones(&self) -> (usize, usize) {
        self.shared.phones.counts()
    }

    /// Orders to the sound that wait for a leg to arrive.
    pub fn orders_waiting(&self) -> usize {
        self.shared.arrivals.waiting()
    }

    /// Begins a call with its customer's leg.
    fn begin(&mut self, phase: Phase, dialog: Leg, port: PortLease) -> (CallId, LegId) {
        let shared = &mut self.shared;
        let (id, leg) = (CallId(shared.next_id()), LegId(shared.next_id()));
        let node_call_id = format!("{}-{}", self.node_id, id.0);
        shared
            .acts
            .push(Act::Media(MediaOrder::OpenCall { call: id }));
        shared.acts.push(Act::Media(MediaOrder::AddLeg {
            call: id,
            leg,
            role: crate::media::Role::Customer,
            port,
        }));
        shared.legs.insert(leg, id);
        let call = Call::new(id, node_call_id, phase, leg, dialog);
        self.held.insert(id, call);
        (id, leg)
    }

    fn with_leg(&mut self, leg: LegId, what: impl FnOnce(&mut Call, &mut Shared)) {
        if let Some(id) = self.shared.legs.get(&leg).copied() {
            self.with_call(id, what);
        }
    }

    /// Lets something happen to a call, then brings the indexes up to date.
    fn with_call(&mut self, id: CallId, what: impl FnOnce(&mut Call, &mut Shared)) {
        let Some(call) = self.held.get_mut(&id) else {
            return;
        };
        what(call, &mut self.shared);
        if let Some(filed) = call.filed_ms.take() {
            self.deadlines.remove(&(filed, id));
        }
        if call.is_gone() {
            for party in call.parties() {
                self.shared.legs.remove(&party.leg);
            }
            self.contacts.remove(&call.contact_id);
            self.held.remove(&id);
            return;
        }
        call.filed_ms = call.deadline();
        if let Some(at) = call.filed_ms {
            self.deadlines.insert((at, id));
        }
    }
}

impl Shared {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn prompt(&self, sha256: &str) -> Option<Arc<Prompt>> {
        self.prompts.get(&sha256.to_ascii_lowercase()).cloned()
    }

    fn next_play(&mut self) -> PlayId {
        PlayId(self.next_id())
    }

    fn happened(&mut self, contact_id: &str, what: What) {
        self.acts.push(Act::Happened {
            contact_id: contact_id.to_owned(),
            what,
        });
    }

    fn customer(&self, port: &PortLease, caller: &Caller<'_>) -> Result<Leg, u16> {
        let leg = Leg::invited(self.told(port, caller.source)?, caller.sdp)?;
        let usable = leg
            .audio()
            .is_none_or(|audio| self.is_foreign(audio.address.into()));
        usable.then_some(leg).ok_or(488)
    }

    /// Whether sound may go there: not back to ourselves.
    fn is_foreign(&self, address: SocketAddr) -> bool {
        let (ip, first, last) = self.limits.rtp;
        let ours = address.ip() == ip || self.limits.announced.is(address.ip());
        !ours || !(first..=last).contains(&address.port())
    }

    /// Lets sound flow as agreed, unless the phone names our own ports as its own.
    fn set_peer(&mut self, call: CallId, leg: LegId, audio: &Audio) -> bool {
        let peer = audio.address.into();
        let whisper = self.browsers.whisper_of(leg);
        if whisper.is_none() && !self.is_foreign(peer) {
            return false;
        }
        if !audio.address.ip().is_unspecified() {
            let (codec, telephone_event) = (sound_codec(audio.codec), audio.events);
            self.media(MediaOrder::SetPeer {
                call,
                leg,
                peer,
                codec,
                telephone_event,
                whisper,
            });
        }
        let (sends, receives) = (audio.direction.receives(), audio.direction.sends());
        self.media(MediaOrder::SetDirection {
            call,
            leg,
            sends,
            receives,
        });
        true
    }

    /// Our end of a stream as that peer is told it.
    fn told(&self, port: &PortLease, peer: IpAddr) -> Result<sip::sdp::Local, u16> {
        self.local(self.limits.announced.to(peer, port.address()))
    }

    fn local(&self, address: SocketAddr) -> Result<sip::sdp::Local, u16> {
        match address {
            SocketAddr::V4(address) => Ok(sip::sdp::Local {
                address,
                session: self.last_id + 1,
                version: 1,
            }),
            SocketAddr::V6(_) => Err(503),
        }
    }
}
