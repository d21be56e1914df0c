//! Prompts and keys of a call.

use super::talking::{send, Sound};
use super::{Call, Ear, Happening, Out, Slot};
use crate::play::{PlayOutcome, Step};
use crate::{Count, Micros, FRAME_SAMPLES};

impl Call {
    pub(super) fn step_play(&mut self, now: Micros, out: &mut impl Out) {
        let Some(play) = &mut self.play else { return };
        let Some(leg) = self.legs[play.leg.index()].as_mut() else {
            return self.end_play(PlayOutcome::HungUp, out);
        };
        let mut frame = [0; FRAME_SAMPLES];
        match play.step(now, leg.listening().map(|peer| peer.codec), &mut frame) {
            Step::Wait => {}
            Step::Frame => {
                let place = leg.stream.next(now, FRAME_SAMPLES);
                out.count(Count::PromptFrames, 1);
                send(leg, Ear(play.leg.0), place, Sound::of(&frame), out);
            }
            Step::Ended(outcome) => self.end_play(outcome, out),
        }
    }

    /// A key that came by another way than sound.
    pub fn press(&mut self, now: Micros, slot: Slot, key: char, out: &mut impl Out) {
        self.on_key(now, slot, key, out);
    }

    pub(super) fn on_key(&mut self, now: Micros, slot: Slot, key: char, out: &mut impl Out) {
        out.count(Count::Keys, 1);
        let Some(play) = self.play.as_mut().filter(|play| play.leg == slot) else {
            return;
        };
        if let Some(outcome) = play.key(now, key) {
            self.end_play(outcome, out);
        }
    }

    pub(super) fn end_play(&mut self, outcome: PlayOutcome, out: &mut impl Out) {
        let Some(play) = self.play.take() else { return };
        out.happened(Happening::Played {
            play: play.id,
            heard_ms: play.heard_ms(),
            total_ms: play.total_ms(),
            outcome,
            digits: play.digits(),
        });
    }
}
