//! Orders, carried out between two packets.

use std::{io, mem};

use sound::{Identity, Mode, Peer, Slot};

use super::early::Early;
use super::metrics::Event;
use super::worker::{Entry, LegEntry, Links, TapState, Worker};
use super::{CallId, LegId, MediaHappening, MediaOrder, PortLease, Role};

impl Worker {
    pub(super) fn carry_out(&mut self, order: MediaOrder) {
        let call = order.call();
        let done = match order {
            MediaOrder::OpenCall { call } => self.open(call),
            MediaOrder::AddLeg {
                call,
                leg,
                role,
                port,
            } => self.add_leg(call, leg, role, port),
            MediaOrder::MoveLeg { call, to, leg } => self.move_leg(call, to, leg),
            MediaOrder::EndCall { call } => self.end(call),
            MediaOrder::Supervise {
                order,
                call,
                leg,
                mode,
            } => {
                return self.supervise(order, call, leg, Some(mode));
            }
            MediaOrder::Unsupervise { order, call, leg } => {
                return self.supervise(order, call, leg, None);
            }
            MediaOrder::Mute { call, leg, muted } => self.mute(call, leg, muted),
            MediaOrder::TalkBack { call, leg, on } => self.talk_back(call, leg, on),
            order => self.change(order),
        };
        match (done, self.by_id.get(&call)) {
            (None, _) => self.links.metrics.event(Event::OrderAstray),
            (Some(()), Some(&index)) => self.follow(index),
            (Some(()), None) => {}
        }
    }

    /// Has what an order changed followed by the call's timer and by who listens to it.
    pub(super) fn follow(&mut self, index: usize) {
        let now = self.clock.now();
        if let Some(entry) = self.calls[index].as_mut() {
            self.links.ears.look(entry, now);
        }
        self.set_timer(index);
    }

    /// Ends every call, so that recordings get their last pages.
    pub(super) fn end_all(&mut self) {
        let calls: Vec<CallId> = self.by_id.keys().copied().collect();
        for call in calls {
            self.end(call);
        }
        // The writer empties the ring meanwhile; without this the last closings could be left behind.
        while self.links.tap.flush() {
            std::thread::yield_now();
        }
    }

    fn open(&mut self, id: CallId) -> Option<()> {
        if self.by_id.contains_key(&id) {
            return None;
        }
        let index = self
            .calls
            .iter()
            .position(Option::is_none)
            .unwrap_or(self.calls.len());
        if index == self.calls.len() {
            self.calls.push(None);
        }
        self.calls[index] = Some(Entry::new(id, self.silence));
        self.by_id.insert(id, index);
        Some(())
    }

    fn add_leg(&mut self, call: CallId, id: LegId, role: Role, lease: PortLease) -> Option<()> {
        let index = *self.by_id.get(&call)?;
        let entry = self.calls[index].as_mut()?;
        if slot_of(entry, id).is_some() {
            return None;
        }
        let identity = random_identity().ok()?;
        let slot = entry.call.add_leg(role, identity)?;
        let token = (index as u64) << 8 | u64::from(slot.0);
        if self.poll.add(lease.socket()?, token).is_err() {
            let (call, mut outlet) = entry.split(&mut self.links);
            call.remove_leg(slot, &mut outlet);
            return None;
        }
        entry.legs[slot.index()] = Some(LegEntry {
            id,
            lease,
            early: Some(Early::new()),
        });
        Some(())
    }

    /// Orders that only change a call.
    fn change(&mut self, order: MediaOrder) -> Option<()> {
        let now = self.clock.now();
        let index = *self.by_id.get(&order.call())?;
        let entry = self.calls[index].as_mut()?;
        let slot = |entry: &Entry, leg| slot_of(entry, leg);
        match order {
            MediaOrder::SetPeer {
                leg,
                peer: address,
                codec,
                telephone_event,
                whisper,
                ..
            } => {
                let peer = Peer {
                    address,
                    codec,
                    telephone_event,
                    whisper,
                    // Who takes whispers apart is a browser's line.
                    wide: whisper.is_some(),
                };
                let slot = slot(entry, leg)?;
                entry.call.set_peer(now, slot, peer);
                self.hear_early(index, slot);
            }
            MediaOrder::SetDirection {
                leg,
                sends,
                receives,
                ..
            } => {
                entry
                    .call
                    .set_direction(now, slot(entry, leg)?, sends, receives);
            }
            MediaOrder::Play {
                leg,
                play,
                prompts,
                then,
                ..
            } => {
                let slot = slot(entry, leg)?;
                let (call, mut outlet) = entry.split(&mut self.links);
                call.play(now, slot, play.0, prompts, then, &mut outlet);
            }
            MediaOrder::Press { leg, key, .. } => {
                let slot = slot(entry, leg)?;
                let (call, mut outlet) = entry.split(&mut self.links);
                call.press(now, slot, key, &mut outlet);
            }
            MediaOrder::StopPlay { play, .. } => {
                let (call, mut outlet) = entry.split(&mut self.links);
                call.stop_play(play.0, &mut outlet);
            }
            MediaOrder::Join { call: id, leg } => {
                let (call, mut outlet) = entry.split(&mut self.links);
                call.join(&mut outlet);
                let joined = MediaHappening::Joined { call: id, leg };
                self.links.happenings.tell(joined);
            }
            MediaOrder::Hold {
                call: id,
                leg,
                play,
                music,
            } => {
                let slot = slot(entry, leg)?;
                let (call, mut outlet) = entry.split(&mut self.links);
                call.hold(now, slot, play.0, music, &mut outlet);
                let held = MediaHappening::CustomerHeld { call: id };
                self.links.happenings.tell(held);
            }
            MediaOrder::Resume { call: id } => {
                let (call, mut outlet) = entry.split(&mut self.links);
                call.resume(&mut outlet);
                let resumed = MediaHappening::CustomerResumed { call: id };
                self.links.happenings.tell(resumed);
            }
            MediaOrder::PauseTap { paused, .. } => self.pause_tap(index, paused),
            MediaOrder::StartTap { call, contact_id } => {
                return self.start_tap(index, call, contact_id);
            }
            MediaOrder::StopTap { .. } => self.stop_tap(index),
            MediaOrder::RemoveLeg { leg, .. } => {
                let slot = slot(entry, leg)?;
                let (call, mut outlet) = entry.split(&mut self.links);
                call.remove_leg(slot, &mut outlet);
                entry.legs[slot.index()] = None;
            }
            _ => return None,
        }
        Some(())
    }

    fn mute(&mut self, call: CallId, leg: LegId, muted: bool) -> Option<()> {
        let entry = self.calls[*self.by_id.get(&call)?].as_mut()?;
        entry.call.mute(slot_of(entry, leg)?, muted)?;
        let told = MediaHappening::Muted { call, leg, muted };
        self.links.happenings.tell(told);
        Some(())
    }

    fn talk_back(&mut self, call: CallId, leg: LegId, on: bool) -> Option<()> {
        let entry = self.calls[*self.by_id.get(&call)?].as_mut()?;
        let on = entry.call.talk_back(slot_of(entry, leg)?, on)?;
        let told = MediaHappening::TalkBack { call, leg, on };
        self.links.happenings.tell(told);
        Some(())
    }

    /// Has the call take what came to a leg before it was known whose it is.
    fn hear_early(&mut self, index: usize, slot: Slot) {
        let now = self.clock.now();
        let Some(entry) = self.calls[index].as_mut() else {
            return;
        };
        let leg = entry.legs[slot.index()].as_mut();
        let Some(early) = leg.and_then(|leg| leg.early.take()) else {
            return;
        };
        let (call, mut outlet) = entry.split(&mut self.links);
        for datagram in early.young(now) {
            call.on_packet(
                datagram.at,
                slot,
                datagram.from,
                datagram.bytes(),
                &mut outlet,
            );
        }
    }

    fn supervise(&mut self, order: u64, call: CallId, leg: LegId, mode: Option<Mode>) {
        let now = self.clock.now();
        let applied = self.by_id.get(&call).and_then(|&index| {
            let entry = self.calls[index].as_mut()?;
            let slot = slot_of(entry, leg)?;
            let (call, mut outlet) = entry.split(&mut self.links);
            call.supervise(slot, mode, &mut outlet)
        });
        let at_unix_us = self.clock.unix_us(now);
        self.links.happenings.tell(match (applied, mode) {
            (None, _) => MediaHappening::OrderRefused { order, call },
            (Some(rtp_ts), Some(mode)) => MediaHappening::ModeApplied {
                order,
                call,
                leg,
                mode,
                at_unix_us,
                rtp_ts,
            },
            (Some(rtp_ts), None) => MediaHappening::ModeEnded {
                order,
                call,
                leg,
                at_unix_us,
                rtp_ts,
            },
        });
        if let Some(&index) = self.by_id.get(&call) {
            self.follow(index);
        }
    }

    fn start_tap(&mut self, index: usize, call: CallId, contact_id: String) -> Option<()> {
        let now = self.clock.now();
        let entry = self.calls[index].as_mut()?;
        if entry.tap != TapState::Unopened {
            return None;
        }
        entry.tap = TapState::Open(now);
        entry.call.set_tapped(!entry.tap_paused);
        self.links.tap.open(call, now, contact_id);
        let at_unix_us = self.clock.unix_us(now);
        self.links
            .happenings
            .tell(MediaHappening::TapOpened { call, at_unix_us });
        if entry.tap_paused {
            self.links.note_pause(call, 0, true);
        }
        Some(())
    }

    /// Has nothing recorded from here on, or all again. A pause begins and ends with a whole millisecond, and is rather
    /// longer than shorter.
    fn pause_tap(&mut self, index: usize, paused: bool) {
        let now = self.clock.now();
        let Some(entry) = self.calls[index].as_mut() else {
            return;
        };
        if mem::replace(&mut entry.tap_paused, paused) == paused {
            return;
        }
        if let TapState::Open(opened_at) = entry.tap {
            entry.call.set_tapped(!paused);
            let since = now.saturating_sub(opened_at);
            let at_ms = if paused {
                since / 1_000
            } else {
                since.div_ceil(1_000)
            };
            self.links.note_pause(entry.id, at_ms as u32, paused);
        }
    }

    fn stop_tap(&mut self, index: usize) {
        let now = self.clock.now();
        let Some(entry) = self.calls[index].as_mut() else {
            return;
        };
        if matches!(entry.tap, TapState::Open(_)) {
            entry.tap = TapState::Closed;
            entry.call.set_tapped(false);
            self.links.tap.close(entry.id, now);
        }
    }

    fn end(&mut self, call: CallId) -> Option<()> {
        let index = self.by_id.remove(&call)?;
        self.stop_tap(index);
        let mut entry = self.calls[index].take()?;
        let (call, mut outlet) = entry.split(&mut self.links);
        call.end(&mut outlet);
        if entry.present.is_some() {
            self.links.ears.over(entry.id);
        }
        Some(())
    }
}

impl Links {
    /// Tells writer and signalling of a pause of an open recording, or of its end.
    fn note_pause(&mut self, call: CallId, at_ms: u32, paused: bool) {
        self.tap.pause(call, at_ms, paused);
        self.happenings.tell(MediaHappening::TapPaused {
            call,
            at_ms,
            paused,
        });
    }
}

pub(super) fn slot_of(entry: &Entry, leg: LegId) -> Option<Slot> {
    let place = entry
        .legs
        .iter()
        .position(|known| known.as_ref().is_some_and(|k| k.id == leg))?;
    Some(Slot(place as u8))
}

/// What an outgoing stream begins with.
pub(crate) fn random_identity() -> io::Result<Identity> {
    let random = getrandom::u64().map_err(io::Error::other)?;
    let more = getrandom::u32().map_err(io::Error::other)?;
    // RFC 3711 asks for a first number below 2^15, so that a loss at the start does not hide the wrap.
    Ok(Identity {
        ssrc: random as u32,
        timestamp: (random >> 32) as u32,
        sequence: more as u16 >> 1,
    })
}
