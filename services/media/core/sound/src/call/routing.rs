//! Who hears whom in a call, and whose packets drive what a listener is sent.

use super::{ears, members, slots, Call, Ear, Slot};
use crate::leg::Leg;
use crate::modes::{Hold, Standing};
use crate::{Micros, Mode, Role};

/// What is heard of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hearing {
    Nothing,
    /// Noise in their place.
    Veil,
    Voice,
}

impl Call {
    /// Compiles who hears whom from the mode table.
    pub(super) fn route(&mut self) {
        let before = self.hears;
        for ear in ears() {
            let (mut set, mut veiled) = (0, 0);
            for speaker in slots().filter(|&speaker| speaker != ear.slot()) {
                match self.hearing(ear, speaker) {
                    Hearing::Nothing => {}
                    Hearing::Veil => veiled |= speaker.bit(),
                    Hearing::Voice => {
                        set |= speaker.bit();
                        if before[ear.index()] & speaker.bit() == 0 {
                            let here = self.voices[speaker.index()].here();
                            self.heard[ear.index()][speaker.index()] = here;
                        }
                    }
                }
            }
            self.hears[ear.index()] = set;
            self.veiled[ear.index()] = veiled;
        }
        self.assert_customers_hear_whom_they_may();
    }

    fn hearing(&self, ear: Ear, speaker: Slot) -> Hearing {
        let leg = |slot: Slot| self.legs[slot.index()].as_ref().filter(|_| self.joined);
        let (Some(listener), Some(speaker)) = (leg(ear.slot()), leg(speaker)) else {
            return Hearing::Nothing;
        };
        let (Some(hearing), Some(speaking)) = (listener.standing(), speaker.standing()) else {
            return Hearing::Nothing;
        };
        let apart = listener.peer.is_some_and(|peer| peer.whisper.is_some());
        let aside = apart && speaking == Standing::Whispering;
        let hears = listener.receives && speaker.sends && hearing.hears(speaking, self.hold);
        match hears && aside == ear.is_aside() {
            false => Hearing::Nothing,
            true if speaker.voice.talk_back && listener.role != Role::Supervisor => Hearing::Veil,
            true => Hearing::Voice,
        }
    }

    /// The table can't say otherwise; a slip in `route` could.
    fn assert_customers_hear_whom_they_may(&self) {
        let of = |is: fn(&Leg) -> bool| {
            slots().filter(move |slot| self.legs[slot.index()].as_ref().is_some_and(is))
        };
        let unheard = of(|leg| {
            let speaks = matches!(leg.mode, Some(Mode::Barge | Mode::Takeover));
            leg.voice.talk_back || leg.role == Role::Supervisor && !speaks
        });
        let unheard = match self.hold {
            Hold::On => u8::MAX,
            Hold::Off => unheard.fold(0, |set, slot| set | slot.bit()),
        };
        let mut customers = of(|leg| leg.role == Role::Customer);
        assert!(
            customers.all(|customer| self.hears[customer.index()] & unheard == 0),
            "a customer would hear a supervisor who has not barged in, talk-back, or somebody while on hold"
        );
    }

    /// Whose voice counts, in the order in which legs become anchors.
    pub(super) fn anchor(&self, now: Micros, listener: Ear) -> Option<Slot> {
        let alive = |slot: &Slot| self.leg(*slot).is_some_and(|leg| leg.late_at() > now);
        members(self.hears[listener.index()])
            .filter(alive)
            .min_by_key(|slot| self.rank(*slot))
    }

    /// Its place among those who may drive: by standing, then by slot.
    pub(super) fn rank(&self, slot: Slot) -> Option<Standing> {
        self.leg(slot).and_then(Leg::standing)
    }
}
