//! What is said in a call and sent on: at once, or summed.

use super::{ears, members, Call, Ear, Out, Slot, Tapped};
use crate::leg::{Leg, Said};
use crate::mix::{clip, Newest};
use crate::rtp::{Packet, PACKET_MAX, PAYLOAD_MAX};
use crate::stream::{Place, SourceId};
use crate::{Codec, Count, Micros, Role};

impl Call {
    /// Hands out what is said, to be recorded and to be listened to.
    ///
    /// Supervisors are recorded while somebody hears them; the others always.
    pub(super) fn tap(
        &self,
        now: Micros,
        slot: Slot,
        role: Role,
        said: Said<'_>,
        out: &mut impl Out,
    ) {
        let talk_back = self.leg(slot).is_some_and(|leg| leg.voice.talk_back);
        let Said {
            source,
            codec,
            payload,
            place,
            ..
        } = said;
        // What supervisors alone hear stands on their track, and not among what the customer was told.
        let track = if talk_back { Role::Supervisor } else { role };
        let tapped = Tapped {
            role: track,
            leg: slot,
            source,
            timestamp: place.timestamp,
            at: now,
            codec,
            payload,
        };
        if self.joined {
            let audible = role != Role::Supervisor || self.customer_hears(slot);
            out.hear(Tapped { role, ..tapped }, audible && !talk_back);
        }
        let audible =
            role != Role::Supervisor || self.hears.iter().any(|set| set & slot.bit() != 0);
        if self.tapped && audible {
            out.tap(tapped);
        }
    }

    fn customer_hears(&self, slot: Slot) -> bool {
        let hearing = ears().filter(|ear| self.hears[ear.index()] & slot.bit() != 0);
        hearing
            .filter_map(|ear| self.leg(ear.slot()))
            .any(|listener| listener.role == Role::Customer)
    }

    pub(super) fn on_voice(&mut self, now: Micros, slot: Slot, said: Said<'_>, out: &mut impl Out) {
        let bit = slot.bit();
        let hearing = self.hears.map(|set| set & bit != 0);
        let listeners = || ears().filter(|ear| hearing[ear.index()]);
        let mixed = listeners().any(|listener| self.hears_several(listener));
        if mixed && !said.overtaken {
            let mut samples = [0; PAYLOAD_MAX];
            let count = said.payload.len();
            said.codec.decode(said.payload, &mut samples);
            let newest = Newest {
                source: said.source,
                place: said.place,
                samples: count,
                at: now,
            };
            self.voices[slot.index()].say(&samples[..count], newest);
        }
        for listener in listeners() {
            let plays = self.plays_to(listener);
            let drives = !self.hears_several(listener) || self.anchor(now, listener) == Some(slot);
            if plays || drives {
                self.skip_waiting(listener, slot);
            }
            if drives && !plays {
                self.send_driven(now, listener, slot, said, out);
            }
        }
        let veiled = self.veiled.map(|set| set & bit != 0);
        for listener in ears().filter(|ear| veiled[ear.index()]) {
            self.send_veil(now, listener, slot, said, out);
        }
    }

    /// Sends noise in the time of a voice that is not to be heard, to whom nobody else is heard by.
    fn send_veil(
        &mut self,
        now: Micros,
        listener: Ear,
        speaker: Slot,
        said: Said<'_>,
        out: &mut impl Out,
    ) {
        let drives = members(self.veiled[listener.index()]).next() == Some(speaker);
        let alone = self.hears[listener.index()] == 0;
        let Some(peer) = self.leg(listener.slot()).and_then(Leg::listening) else {
            return;
        };
        if !drives || !alone || self.plays_to(listener) {
            return;
        }
        let (count, mut payload) = (said.payload.len(), [0; PAYLOAD_MAX]);
        self.noise.write(peer.codec, count, &mut payload);
        out.count(Count::Veiled, 1);
        let sound = Sound::of(&payload[..count]);
        self.send_following(now, listener, (said.source, said.place), sound, out);
    }

    fn hears_several(&self, listener: Ear) -> bool {
        self.hears[listener.index()].count_ones() > 1
    }

    fn plays_to(&self, listener: Ear) -> bool {
        self.play
            .as_ref()
            .is_some_and(|play| play.leg == listener.slot() && play.sounds())
            && !listener.is_aside()
    }

    /// Sends what the listener hears at this packet: the payload itself or, if others wait, the sum.
    ///
    /// Wide band is for whoever hears one leg and nobody else: there is no sum of it, and to change with each packet
    /// that finds nothing waiting would be heard.
    fn send_driven(
        &mut self,
        now: Micros,
        listener: Ear,
        driver: Slot,
        said: Said<'_>,
        out: &mut impl Out,
    ) {
        let Some(peer) = self.leg(listener.slot()).and_then(Leg::listening) else {
            return;
        };
        let count = said.payload.len();
        let mut sum = [0; PAYLOAD_MAX];
        let mut payload = [0; PAYLOAD_MAX];
        let alone = !self.hears_several(listener);
        let others = if said.overtaken {
            0
        } else {
            self.hears[listener.index()] & !driver.bit()
        };
        if self.add_waiting(now, listener, others, &mut sum[..count], out) {
            let mut own = [0; PAYLOAD_MAX];
            said.codec.decode(said.payload, &mut own);
            sum.iter_mut()
                .zip(own)
                .for_each(|(sum, own)| *sum += i32::from(own));
            encode(peer.codec, &sum[..count], &mut payload);
            out.count(Count::Mixed, 1);
        } else {
            said.codec.transcode(peer.codec, said.payload, &mut payload);
            out.count(Count::Forwarded, 1);
        }
        let sound = Sound {
            payload: &payload[..count],
            wide: if alone { said.wide } else { &[] },
        };
        self.send_following(now, listener, (said.source, said.place), sound, out);
    }

    /// Lets the next leg in rank drive in place of an anchor that is late.
    pub(super) fn drive_late(&mut self, now: Micros, listener: Ear, out: &mut impl Out) {
        let waiting = members(self.hears[listener.index()]).filter(|&s| self.waits(listener, s));
        let driver = waiting.min_by_key(|slot| self.rank(*slot));
        let Some(driver) = driver else { return };
        let Some(peer) = self.leg(listener.slot()).and_then(Leg::listening) else {
            return;
        };
        let Some(newest) = self.voices[driver.index()].newest() else {
            return;
        };
        let mut sum = [0; PAYLOAD_MAX];
        let mut payload = [0; PAYLOAD_MAX];
        let sum = &mut sum[..newest.samples];
        self.add_waiting(now, listener, self.hears[listener.index()], sum, out);
        encode(peer.codec, sum, &mut payload);
        self.skip_waiting(listener, driver);
        out.count(Count::AnchorLate, 1);
        let sound = Sound::of(&payload[..newest.samples]);
        self.send_following(now, listener, (newest.source, newest.place), sound, out);
    }

    /// Adds what waits of `speakers` to `sum`; returns whether there was anything.
    fn add_waiting(
        &mut self,
        now: Micros,
        listener: Ear,
        speakers: u8,
        sum: &mut [i32],
        out: &mut impl Out,
    ) -> bool {
        let mut any = false;
        for speaker in members(speakers) {
            let heard = &mut self.heard[listener.index()][speaker.index()];
            let added = self.voices[speaker.index()].add(now, heard, sum);
            any |= added.count > 0;
            if added.dropped > 0 {
                out.count(Count::DroppedSamples, added.dropped as u64);
            }
        }
        any
    }

    fn skip_waiting(&mut self, listener: Ear, speaker: Slot) {
        self.heard[listener.index()][speaker.index()] = self.voices[speaker.index()].here();
    }

    fn waits(&self, listener: Ear, speaker: Slot) -> bool {
        self.voices[speaker.index()].waits(self.heard[listener.index()][speaker.index()])
    }

    /// When somebody else has to drive for a listener for whom sound waits.
    pub(super) fn waits_until(&self, listener: Ear) -> Option<Micros> {
        if !self.hears_several(listener) || self.plays_to(listener) {
            return None;
        }
        let hears = self.hears[listener.index()];
        if !members(hears).any(|speaker| self.waits(listener, speaker)) {
            return None;
        }
        let anchors = members(hears).filter(|&speaker| !self.waits(listener, speaker));
        let late_at = anchors
            .filter_map(|slot| self.leg(slot).map(Leg::late_at))
            .max();
        Some(late_at.unwrap_or(0))
    }

    fn send_following(
        &mut self,
        now: Micros,
        listener: Ear,
        (source, place): (SourceId, Place),
        sound: Sound<'_>,
        out: &mut impl Out,
    ) {
        let Some(leg) = self.legs[listener.slot().index()].as_mut() else {
            return;
        };
        let stream = if listener.is_aside() {
            &mut leg.aside
        } else {
            &mut leg.stream
        };
        match stream.follow(now, source, place, sound.payload.len()) {
            Some(place) => send(leg, listener, place, sound, out),
            None => out.count(Count::Crowded, 1),
        }
    }
}

/// What one packet is sent with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound<'a> {
    payload: &'a [u8],
    /// The same in wide band; empty if there is none.
    wide: &'a [u8],
}

impl<'a> Sound<'a> {
    /// What is there as G.711 alone.
    pub(super) fn of(payload: &'a [u8]) -> Self {
        Self { payload, wide: &[] }
    }
}

pub(super) fn send(leg: &Leg, ear: Ear, place: Place, sound: Sound<'_>, out: &mut impl Out) {
    let Some(peer) = leg.listening() else { return };
    let (stream, to) = match peer.whisper {
        Some(whisper) if ear.is_aside() => (&leg.aside, whisper),
        _ => (&leg.stream, peer.address),
    };
    let packet = Packet {
        marker: place.marker,
        payload_type: peer.codec.payload_type(),
        sequence: place.sequence,
        timestamp: place.timestamp,
        ssrc: stream.ssrc(),
        payload: sound.payload,
        wide: if peer.wide { sound.wide } else { &[] },
    };
    let mut bytes = [0; PACKET_MAX];
    let length = packet.write(&mut bytes);
    out.count(Count::Sent, 1);
    out.send(ear.slot(), to, &bytes[..length]);
}

fn encode(codec: Codec, sum: &[i32], payload: &mut [u8; PAYLOAD_MAX]) {
    let mut samples = [0; PAYLOAD_MAX];
    clip(sum, &mut samples);
    codec.encode(&samples[..sum.len()], payload);
}
