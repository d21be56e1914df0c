//! One call's sound: who hears what, at once.
//!
//! | what a listener hears | what is sent to it, and when |
//! |---|---|
//! | a prompt | the prompt's frames, every 20 ms |
//! | one leg | that leg's payloads, at their arrival, in wide band too where both ends are of that kind |
//! | several legs | at the anchor's arrival its frame plus the newest of the others |
//! | several legs, the anchor's packet over 20 ms late | the same, driven by the next leg in rank |
//!
//! The anchor of a listener is the leg of the highest rank ([`crate::modes::Standing`]'s order) that is not late, so the
//! conversation never waits for a whisper. Who hears whom is compiled anew from the mode table at each change, between
//! two packets: there is no state in between.

use std::array;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::leg::{Leg, Peer, Received, Said};
use crate::mix::{Heard, Voice};
use crate::modes::{Hold, Standing};
use crate::play::{Digits, Play, PlayOutcome, Then};
use crate::rtp::PAYLOAD_MAX;
use crate::speech::Cast;
use crate::stream::{Identity, SourceId};
use crate::{Codec, Count, Micros, Mode, Prompt, Role};

use veil::Noise;

mod playing;
mod routing;
mod talking;
mod veil;

/// Legs in one call; 8 so that a set of legs is one `u8`.
pub const LEGS_MAX: usize = 8;

/// A leg's place in its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(pub u8);

impl Slot {
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    fn bit(self) -> u8 {
        1 << self.0
    }
}

/// Ways to ears in one call: two of each leg.
const EARS_MAX: usize = 2 * LEGS_MAX;

/// A way to a leg's ears: the talk, or what is whispered to a phone that takes it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ear(u8);

impl Ear {
    fn index(self) -> usize {
        usize::from(self.0)
    }

    fn slot(self) -> Slot {
        Slot(self.0 % LEGS_MAX as u8)
    }

    fn is_aside(self) -> bool {
        self.index() >= LEGS_MAX
    }
}

/// What comes out of a call.
pub trait Out {
    /// Send this packet to this address from the leg's socket.
    fn send(&mut self, leg: Slot, to: SocketAddr, packet: &[u8]);
    /// Record what was said.
    fn tap(&mut self, tapped: Tapped<'_>);
    /// Listen to what was said in a talk; `audible`: it is no supervisor's whom the customer does not hear.
    fn hear(&mut self, tapped: Tapped<'_>, audible: bool);
    fn happened(&mut self, happening: Happening);
    fn count(&mut self, count: Count, by: u64);
}

/// Sound for the recording, or for who listens to talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tapped<'a> {
    /// Whose track it belongs to.
    pub role: Role,
    /// Whose voice it is: a track may have several.
    pub leg: Slot,
    /// Changes whenever timestamps may begin anew.
    pub source: SourceId,
    pub timestamp: u32,
    /// When it arrived.
    pub at: Micros,
    pub codec: Codec,
    pub payload: &'a [u8],
}

/// What happened in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    Played {
        play: u64,
        heard_ms: u32,
        total_ms: u32,
        outcome: PlayOutcome,
        digits: Digits,
    },
    /// No RTP for so long from a leg that may send.
    Silent { leg: Slot, silent_ms: u32 },
    /// An operator's talk-back ended by itself: no supervisor is there any more.
    TalkBackEnded { leg: Slot },
}

/// A leg on its way from one call to another.
#[derive(Debug)]
pub struct MovedLeg(Leg);

/// A call.
#[derive(Debug)]
pub struct Call {
    legs: [Option<Leg>; LEGS_MAX],
    voices: [Voice; LEGS_MAX],
    /// `hears[ear]`: the legs that are heard there, one bit each.
    hears: [u8; EARS_MAX],
    /// `veiled[ear]`: the legs that would be heard there if they did not talk to supervisors alone.
    veiled: [u8; EARS_MAX],
    /// `heard[ear][speaker]`: how far.
    heard: [[Heard; LEGS_MAX]; EARS_MAX],
    noise: Noise,
    joined: bool,
    hold: Hold,
    tapped: bool,
    play: Option<Play>,
    next_source: SourceId,
    silence: Micros,
}

impl Call {
    /// A call without legs; a leg without RTP for `silence` is reported.
    pub fn new(silence: Micros) -> Self {
        Self {
            legs: [const { None }; LEGS_MAX],
            voices: array::from_fn(|_| Voice::default()),
            hears: [0; EARS_MAX],
            veiled: [0; EARS_MAX],
            heard: [[Heard::default(); LEGS_MAX]; EARS_MAX],
            noise: Noise::default(),
            joined: false,
            hold: Hold::Off,
            tapped: false,
            play: None,
            next_source: 0,
            silence,
        }
    }

    /// Takes one datagram from a leg's socket.
    pub fn on_packet(
        &mut self,
        now: Micros,
        slot: Slot,
        from: SocketAddr,
        bytes: &[u8],
        out: &mut impl Out,
    ) {
        let Some(leg) = &mut self.legs[slot.index()] else {
            return;
        };
        let (role, muted) = (leg.role, leg.voice.muted);
        out.count(Count::Received, 1);
        match leg.receive(now, from, bytes, &mut self.next_source) {
            Err(count) => out.count(count, 1),
            Ok(Received::Key(key)) => {
                if let Some(key) = key {
                    self.on_key(now, slot, key, out);
                }
            }
            Ok(Received::Voice(said)) => {
                // Of a muted voice nothing goes further than here, but that it keeps its time.
                let silence = [said.codec.silence(); PAYLOAD_MAX];
                let (payload, wide) = if muted {
                    (&silence[..said.payload.len()], &[][..])
                } else {
                    (said.payload, said.wide)
                };
                let said = Said {
                    payload,
                    wide,
                    ..said
                };
                self.tap(now, slot, role, said, out);
                self.on_voice(now, slot, said, out);
            }
        }
    }

    /// Does what is due: prompts' frames, time-outs of keys, other drivers for late anchors, silent legs.
    pub fn on_deadline(&mut self, now: Micros, out: &mut impl Out) {
        while self.play.as_ref().is_some_and(|play| play.due() <= now) {
            self.step_play(now, out);
        }
        for listener in ears() {
            if self.waits_until(listener).is_some_and(|due| due <= now) {
                self.drive_late(now, listener, out);
            }
        }
        for slot in slots() {
            let Some(leg) = &mut self.legs[slot.index()] else {
                continue;
            };
            if silent_at(leg, self.silence).is_some_and(|due| due <= now) {
                leg.silence_told = true;
                let silent_ms = (now.saturating_sub(leg.heard_at) / 1_000) as u32;
                out.happened(Happening::Silent {
                    leg: slot,
                    silent_ms,
                });
            }
        }
    }

    /// When [`Call::on_deadline`] is wanted next.
    pub fn next_deadline(&self) -> Option<Micros> {
        let play = self.play.as_ref().map(Play::due);
        let silences = self
            .legs
            .iter()
            .flatten()
            .filter_map(|leg| silent_at(leg, self.silence));
        let late = ears().filter_map(|listener| self.waits_until(listener));
        play.into_iter().chain(silences).chain(late).min()
    }

    /// Adds a leg that neither hears nor is heard before [`Call::set_peer`]; `None` when there are [`LEGS_MAX`].
    pub fn add_leg(&mut self, role: Role, identity: Identity) -> Option<Slot> {
        let slot = slots().find(|slot| self.legs[slot.index()].is_none())?;
        self.legs[slot.index()] = Some(Leg::new(role, identity));
        Some(slot)
    }

    /// Sets the other end, exactly.
    pub fn set_peer(&mut self, now: Micros, slot: Slot, peer: Peer) {
        let Some(leg) = &mut self.legs[slot.index()] else {
            return;
        };
        leg.peer = Some(peer);
        leg.heard_at = now;
        leg.silence_told = false;
        self.route();
    }

    /// Sets whether the other end's sound is taken, and whether it is sent any.
    pub fn set_direction(&mut self, now: Micros, slot: Slot, sends: bool, receives: bool) {
        let Some(leg) = &mut self.legs[slot.index()] else {
            return;
        };
        if sends && !leg.sends {
            leg.heard_at = now;
        }
        (leg.sends, leg.receives) = (sends, receives);
        self.route();
    }

    /// Removes a leg; its play ends. Nobody is joined any more without a customer, or without somebody who speaks with
    /// them: an operator, or a supervisor who handles the call.
    pub fn remove_leg(&mut self, slot: Slot, out: &mut impl Out) {
        self.take_leg(slot, out);
    }

    /// Takes a leg out with its stream, for another call or another thread; else as [`Call::remove_leg`].
    pub fn take_leg(&mut self, slot: Slot, out: &mut impl Out) -> Option<MovedLeg> {
        let mut leg = self.legs[slot.index()].take()?;
        if self.play.as_ref().is_some_and(|play| play.leg == slot) {
            self.end_play(PlayOutcome::HungUp, out);
        }
        self.part();
        self.turn_back(out);
        self.route();
        leg.leave();
        Some(MovedLeg(leg))
    }

    /// Takes in a leg of another call, a supervisor's without a mode; what it is sent goes on where it was. `None` when
    /// there are [`LEGS_MAX`].
    pub fn put_leg(&mut self, moved: MovedLeg) -> Option<Slot> {
        let slot = slots().find(|slot| self.legs[slot.index()].is_none())?;
        let MovedLeg(mut leg) = moved;
        leg.arrive(&mut self.next_source);
        self.legs[slot.index()] = Some(leg);
        self.route();
        Some(slot)
    }

    /// Starts a play; one under way is stopped.
    pub fn play(
        &mut self,
        now: Micros,
        slot: Slot,
        id: u64,
        prompts: Vec<Arc<Prompt>>,
        then: Then,
        out: &mut impl Out,
    ) {
        self.end_play(PlayOutcome::Stopped, out);
        self.play = Some(Play::new(now, slot, id, prompts, then));
        if self.legs[slot.index()].is_none() {
            self.end_play(PlayOutcome::HungUp, out);
        }
        self.on_deadline(now, out);
    }

    /// Stops this play if it is under way.
    pub fn stop_play(&mut self, id: u64, out: &mut impl Out) {
        if self.play.as_ref().is_some_and(|play| play.id == id) {
            self.end_play(PlayOutcome::Stopped, out);
        }
    }

    /// Lets customer and operators hear each other; a play is stopped, but for the music of a hold.
    pub fn join(&mut self, out: &mut impl Out) {
        if self.hold == Hold::Off {
            self.end_play(PlayOutcome::Stopped, out);
        }
        self.joined = true;
        self.route();
    }

    /// Puts the customer on hold: their leg hears the music again and again, as a play of that number.
    pub fn hold(
        &mut self,
        now: Micros,
        customer: Slot,
        id: u64,
        music: Arc<Prompt>,
        out: &mut impl Out,
    ) {
        self.hold = Hold::On;
        self.route();
        self.play(now, customer, id, vec![music], Then::Repeat, out);
    }

    /// Takes the customer back: the music ends, and whoever is joined hears them again.
    pub fn resume(&mut self, out: &mut impl Out) {
        if self.hold == Hold::On {
            self.end_play(PlayOutcome::Stopped, out);
            self.hold = Hold::Off;
            self.route();
        }
    }

    /// Sets or ends a supervisor's mode; returns the operator's outgoing timestamp from which on it holds, 0 without
    /// an operator, or `None` if the leg is no supervisor's. Who takes the call over is joined with the customer, who is
    /// taken back for it if on hold.
    pub fn supervise(&mut self, slot: Slot, mode: Option<Mode>, out: &mut impl Out) -> Option<u32> {
        let leg = self.legs[slot.index()].as_mut()?;
        if leg.role != Role::Supervisor {
            return None;
        }
        let before = std::mem::replace(&mut leg.mode, mode);
        if mode == Some(Mode::Takeover) && before != mode {
            self.end_play(PlayOutcome::Stopped, out);
            self.hold = Hold::Off;
            self.joined = true;
        }
        self.part();
        self.turn_back(out);
        self.route();
        let operator = self
            .legs
            .iter()
            .flatten()
            .find(|leg| leg.role == Role::Operator);
        Some(operator.map_or(0, |leg| leg.stream.timestamp()))
    }

    /// Takes a leg's voice out of everybody's ears and out of what is handed out, or lets it in again; `None` without
    /// such a leg.
    pub fn mute(&mut self, slot: Slot, muted: bool) -> Option<()> {
        self.legs[slot.index()].as_mut()?.voice.muted = muted;
        // What was said before and waits is not heard any more either.
        for heard in &mut self.heard {
            heard[slot.index()] = self.voices[slot.index()].here();
        }
        Some(())
    }

    /// Turns an operator's voice to the supervisors alone, or back; returns whether it is so turned. Without a
    /// supervisor it is not. `None` if the leg is no operator's.
    pub fn talk_back(&mut self, slot: Slot, on: bool) -> Option<bool> {
        let heard = self.has_supervisor();
        let leg = self.legs[slot.index()].as_mut()?;
        if leg.role != Role::Operator {
            return None;
        }
        leg.voice.talk_back = on && heard;
        let turned = leg.voice.talk_back;
        self.route();
        Some(turned)
    }

    fn has_supervisor(&self) -> bool {
        let mut legs = self.legs.iter().flatten();
        self.joined && legs.any(|leg| leg.role == Role::Supervisor && leg.mode.is_some())
    }

    /// Ends talk-back that nobody hears any more.
    fn turn_back(&mut self, out: &mut impl Out) {
        if self.has_supervisor() {
            return;
        }
        for slot in slots() {
            let leg = self.legs[slot.index()].as_mut();
            if leg.is_some_and(|leg| std::mem::take(&mut leg.voice.talk_back)) {
                out.happened(Happening::TalkBackEnded { leg: slot });
            }
        }
    }

    /// Who is in the talk; `None` while customer and operator, or who took the call over, are not joined.
    pub fn cast(&self) -> Option<Cast> {
        let there = |leg: &Leg| leg.peer.is_some();
        let needed = |leg: &Leg| leg.role != Role::Supervisor || leg.mode == Some(Mode::Takeover);
        let mut legs = self.legs.iter().flatten().filter(|leg| there(leg));
        let waits = legs.any(|leg| needed(leg) && !(leg.sends && leg.receives));
        let held = waits || self.hold == Hold::On;
        let role = |leg: &Option<Leg>| leg.as_ref().filter(|leg| there(leg)).map(|leg| leg.role);
        let roles = array::from_fn(|slot| role(&self.legs[slot]));
        self.joined.then_some(Cast { roles, held })
    }

    /// Starts or stops handing out what is said for the recording.
    pub fn set_tapped(&mut self, tapped: bool) {
        self.tapped = tapped;
    }

    /// Ends what is under way.
    pub fn end(&mut self, out: &mut impl Out) {
        self.end_play(PlayOutcome::HungUp, out);
        self.tapped = false;
    }

    /// Ends the talk when the customer or everybody who speaks with them is gone.
    fn part(&mut self) {
        let mut standings = self.legs.iter().flatten().map(Leg::role_standing);
        let customer = standings.clone().any(|s| s == Some(Standing::Customer));
        let speaks = |s| matches!(s, Some(Standing::Operator | Standing::Handling));
        self.joined &= customer && standings.any(speaks);
    }

    fn leg(&self, slot: Slot) -> Option<&Leg> {
        self.legs[slot.index()].as_ref()
    }
}

/// When a leg counts as silent, if it is expected to send.
fn silent_at(leg: &Leg, silence: Micros) -> Option<Micros> {
    let expected = leg.peer.is_some() && leg.sends && !leg.silence_told;
    expected.then_some(leg.heard_at + silence)
}

fn slots() -> impl Iterator<Item = Slot> {
    (0..LEGS_MAX as u8).map(Slot)
}

fn ears() -> impl Iterator<Item = Ear> {
    (0..EARS_MAX as u8).map(Ear)
}

fn members(set: u8) -> impl Iterator<Item = Slot> {
    slots().filter(move |slot| set & slot.bit() != 0)
}
