//! One leg: what we and one phone have agreed so far, and what is owed to whom by when (RFC 3261, 12 to 15).
//!
//! ```text
//! caller's leg    Invited ─Ring→ Early ─Answer→ Answered ─ACK→ Talking ⇄ Held ─┐
//! dialled leg     Invited ─180→ Early ─200──────────────────→ Talking ⇄ Held ─┼→ Ending → Ended
//!                    └────────────┴── refusal, no answer, CANCEL, End ─────────┘
//! ```
//!
//! A leg counts as over when we send CANCEL or BYE, with our reason; what the phone says to that is housekeeping.

use crate::sdp::{self, Audio, Codec, Direction, Local, Session, Unusable};

/// How long a phone may take to confirm our 200 (RFC 3261, 13.3.1.4: 64 · T1, and a little for the stack's own end).
pub const ACK_MS: u64 = 33_000;
/// How long a phone may take to answer our BYE or CANCEL before its dialog is forgotten.
pub const ENDING_MS: u64 = 2_000;

/// What a phone or its dialog did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A provisional answer to our INVITE.
    Progress(u16),
    /// Our INVITE was accepted with this description.
    Accepted(Vec<u8>),
    Refused(u16),
    /// Our 200 was confirmed; a description when ours was the offer.
    Acknowledged(Vec<u8>),
    /// The phone wants to change the session; empty when the offer is to be ours.
    Reoffered {
        reply: u64,
        sdp: Vec<u8>,
    },
    /// A key by INFO.
    Key(char),
    /// Nobody has refreshed the session.
    Expired,
    /// The caller gave up before our answer.
    Cancelled,
    Bye,
    /// The dialog can't go on: time-out, transport, protocol.
    Broke,
}

/// What we want of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ring,
    Answer,
    Refuse(u16),
    End,
}

/// What the dialog is to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    Ring,
    Answer(String),
    Refuse(u16),
    Invite(String),
    /// CANCEL, or BYE when the answer crossed it.
    Abandon,
    Bye,
    Agree {
        reply: u64,
        sdp: String,
    },
    Decline {
        reply: u64,
        code: u16,
    },
    /// How a transfer that the phone wished for goes on.
    Notify(u16),
    /// Nothing more will come: drop the dialog.
    Forget,
}

/// What it means to the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    Rang,
    /// Both sides have agreed; sound may flow as described.
    Talking(Audio),
    /// The phone changed its address, codec or direction.
    Changed(Audio),
    /// A key that did not come as sound.
    Key(char),
    Over(Why),
}

/// Why a leg is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    HungUp,
    Withdrawn,
    Refused(u16),
    NoAnswer,
    Released,
    Failed,
}

/// One consequence, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    Say(Say),
    Happened(Happened),
}

/// How far a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Invited,
    Early,
    Answered,
    Talking,
    Held,
    Ending,
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Caller,
    Dialled,
}

/// One leg.
#[derive(Debug, Clone)]
pub struct Leg {
    role: Role,
    state: State,
    local: Local,
    preferred: Codec,
    remote: Option<Session>,
    deadline_ms: Option<u64>,
    rang: bool,
}

impl Leg {
    /// A caller's leg from its INVITE. Errs with the SIP status of the refusal.
    pub fn invited(local: Local, sdp: &[u8]) -> Result<Self, u16> {
        let remote = if sdp.is_empty() {
            None
        } else {
            Some(sdp::parse(sdp).map_err(status)?)
        };
        Ok(Self {
            role: Role::Caller,
            state: State::Invited,
            local,
            preferred: remote
                .as_ref()
                .map_or(Codec::Pcmu, |session| session.audio.codec),
            remote,
            deadline_ms: None,
            rang: false,
        })
    }

    /// A leg to a phone that rings for `ring_ms` at most; the preferred codec is offered first.
    pub fn dialled(now_ms: u64, local: Local, preferred: Codec, ring_ms: u64) -> (Self, Vec<Out>) {
        let leg = Self {
            role: Role::Dialled,
            state: State::Invited,
            local,
            preferred,
            remote: None,
            deadline_ms: Some(now_ms + ring_ms),
            rang: false,
        };
        let offer = sdp::offer(local, preferred, Direction::SendRecv);
        (leg, vec![Out::Say(Say::Invite(offer))])
    }

    /// Takes what the phone did.
    pub fn heard(&mut self, now_ms: u64, heard: Heard) -> Vec<Out> {
        if self.is_over() {
            return self.heard_after_end(&heard);
        }
        match heard {
            Heard::Progress(code) => self.progress(code),
            Heard::Accepted(sdp) => self.accepted(now_ms, &sdp),
            Heard::Acknowledged(sdp) => self.acknowledged(now_ms, &sdp),
            Heard::Reoffered { reply, sdp } => self.reoffered(reply, &sdp),
            Heard::Key(key) => self.key(key),
            Heard::Expired => self.expired(now_ms),
            Heard::Refused(code) => self.gone(Why::Refused(code)),
            Heard::Cancelled => self.gone(Why::Withdrawn),
            Heard::Bye => self.gone(Why::HungUp),
            Heard::Broke => self.gone(Why::Failed),
        }
    }

    /// Carries out an order; one that does not fit the state changes nothing.
    pub fn order(&mut self, now_ms: u64, order: Order) -> Vec<Out> {
        match (order, self.role, self.state) {
            (Order::Ring, Role::Caller, State::Invited) => {
                self.state = State::Early;
                vec![Out::Say(Say::Ring)]
            }
            (Order::Answer, Role::Caller, State::Invited | State::Early) => self.answer(now_ms),
            (Order::Refuse(code), Role::Caller, State::Invited | State::Early) => {
                self.state = State::Ended;
                self.deadline_ms = None;
                vec![
                    Out::Say(Say::Refuse(code)),
                    over(Why::Released),
                    Out::Say(Say::Forget),
                ]
            }
            (Order::End, Role::Caller, State::Invited | State::Early) => {
                self.order(now_ms, Order::Refuse(480))
            }
            (Order::End, _, state) if !matches!(state, State::Ending | State::Ended) => {
                self.end(now_ms, Why::Released)
            }
            _ => Vec::new(),
        }
    }

    /// When time itself will do something to this leg.
    pub fn deadline(&self) -> Option<u64> {
        self.deadline_ms
    }

    /// Lets time do what is due.
    pub fn due(&mut self, now_ms: u64) -> Vec<Out> {
        if self.deadline_ms.is_none_or(|deadline| deadline > now_ms) {
            return Vec::new();
        }
        match self.state {
            State::Ending => {
                self.state = State::Ended;
                self.deadline_ms = None;
                vec![Out::Say(Say::Forget)]
            }
            State::Answered => self.end(now_ms, Why::Failed),
            _ => self.end(now_ms, Why::NoAnswer),
        }
    }

    /// How far it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether the leg is over for the call.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Ending | State::Ended)
    }

    /// The other side's stream as far as it is known.
    pub fn audio(&self) -> Option<Audio> {
        self.remote.as_ref().map(|session| session.audio)
    }

    fn progress(&mut self, code: u16) -> Vec<Out> {
        // 100 comes from the next hop, 180 to 189 from the phone; one that the answer overtook says nothing any more.
        if code < 180 || self.rang || self.state != State::Invited {
            return Vec::new();
        }
        self.rang = true;
        self.state = State::Early;
        vec![Out::Happened(Happened::Rang)]
    }

    fn accepted(&mut self, now_ms: u64, sdp: &[u8]) -> Vec<Out> {
        if self.role != Role::Dialled || !matches!(self.state, State::Invited | State::Early) {
            return Vec::new();
        }
        self.agreed(now_ms, sdp)
    }

    fn acknowledged(&mut self, now_ms: u64, sdp: &[u8]) -> Vec<Out> {
        match (self.state, sdp.is_empty(), &self.remote) {
            (State::Answered, true, Some(session)) => {
                let audio = session.audio;
                self.talk(&audio);
                vec![Out::Happened(Happened::Talking(audio))]
            }
            (State::Answered, _, None) => self.agreed(now_ms, sdp),
            (State::Talking | State::Held, false, _) => self.changed(sdp).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The other side's answer to our offer.
    fn agreed(&mut self, now_ms: u64, sdp: &[u8]) -> Vec<Out> {
        match sdp::parse(sdp) {
            Ok(session) => {
                let audio = session.audio;
                self.remote = Some(session);
                self.talk(&audio);
                vec![Out::Happened(Happened::Talking(audio))]
            }
            Err(_) => self.end_answered(now_ms, Why::Failed),
        }
    }

    fn answer(&mut self, now_ms: u64) -> Vec<Out> {
        self.state = State::Answered;
        self.deadline_ms = Some(now_ms + ACK_MS);
        let sdp = self.description();
        vec![Out::Say(Say::Answer(sdp))]
    }

    fn reoffered(&mut self, reply: u64, sdp: &[u8]) -> Vec<Out> {
        if !matches!(self.state, State::Talking | State::Held) {
            // RFC 3261, 14.2: an offer while another is open is refused for the moment.
            return vec![Out::Say(Say::Decline { reply, code: 491 })];
        }
        if sdp.is_empty() {
            self.local.version += 1;
            let sdp = sdp::offer(self.local, self.preferred, Direction::SendRecv);
            return vec![Out::Say(Say::Agree { reply, sdp })];
        }
        match self.changed(sdp) {
            Ok(mut outs) => {
                self.local.version += 1;
                let sdp = self.description();
                outs.insert(0, Out::Say(Say::Agree { reply, sdp }));
                outs
            }
            Err(code) => vec![Out::Say(Say::Decline { reply, code })],
        }
    }

    /// A phone that has agreed to keys as RTP events may send both: those count, these would count twice.
    fn key(&mut self, key: char) -> Vec<Out> {
        match self.audio() {
            Some(audio) if audio.events.is_none() => vec![Out::Happened(Happened::Key(key))],
            _ => Vec::new(),
        }
    }

    fn expired(&mut self, now_ms: u64) -> Vec<Out> {
        match self.state {
            State::Answered | State::Talking | State::Held => {
                self.end_answered(now_ms, Why::Failed)
            }
            _ => Vec::new(),
        }
    }

    fn changed(&mut self, sdp: &[u8]) -> Result<Vec<Out>, u16> {
        let session = sdp::parse(sdp).map_err(status)?;
        let audio = session.audio;
        let before = self.audio();
        self.remote = Some(session);
        self.talk(&audio);
        if before == Some(audio) {
            return Ok(Vec::new());
        }
        Ok(vec![Out::Happened(Happened::Changed(audio))])
    }

    fn talk(&mut self, audio: &Audio) {
        self.deadline_ms = None;
        self.state = if audio.direction == Direction::SendRecv {
            State::Talking
        } else {
            State::Held
        };
    }

    /// Our answer to what they offered, or our offer when they left it to us.
    fn description(&self) -> String {
        match &self.remote {
            Some(session) => sdp::answer(self.local, session),
            None => sdp::offer(self.local, self.preferred, Direction::SendRecv),
        }
    }

    fn end(&mut self, now_ms: u64, why: Why) -> Vec<Out> {
        if self.role == Role::Dialled && matches!(self.state, State::Invited | State::Early) {
            self.state = State::Ending;
            self.deadline_ms = Some(now_ms + ENDING_MS);
            return vec![over(why), Out::Say(Say::Abandon)];
        }
        self.end_answered(now_ms, why)
    }

    fn end_answered(&mut self, now_ms: u64, why: Why) -> Vec<Out> {
        self.state = State::Ending;
        self.deadline_ms = Some(now_ms + ENDING_MS);
        vec![over(why), Out::Say(Say::Bye)]
    }

    /// The other side ended it, so that nothing is owed any more.
    fn gone(&mut self, why: Why) -> Vec<Out> {
        self.state = State::Ended;
        self.deadline_ms = None;
        vec![over(why), Out::Say(Say::Forget)]
    }

    fn heard_after_end(&mut self, heard: &Heard) -> Vec<Out> {
        match heard {
            Heard::Reoffered { reply, .. } => vec![Out::Say(Say::Decline {
                reply: *reply,
                code: 481,
            })],
            Heard::Refused(_) | Heard::Cancelled | Heard::Bye | Heard::Broke => {
                let forgotten = self.state == State::Ended;
                self.state = State::Ended;
                self.deadline_ms = None;
                if forgotten {
                    Vec::new()
                } else {
                    vec![Out::Say(Say::Forget)]
                }
            }
            // The 200 that crossed our CANCEL: the stack confirms and ends that session by itself.
            Heard::Progress(_)
            | Heard::Accepted(_)
            | Heard::Acknowledged(_)
            | Heard::Key(_)
            | Heard::Expired => Vec::new(),
        }
    }
}

fn over(why: Why) -> Out {
    Out::Happened(Happened::Over(why))
}

fn status(unusable: Unusable) -> u16 {
    match unusable {
        Unusable::Malformed(_) => 400,
        Unusable::NotAcceptable(_) => 488,
    }
}
