//! Who hears whom in a call, and whose packets drive what a listener is sent.

use super::{members, slots, Call, Slot};
use crate::leg::Leg;
use crate::modes::{Hold, Standing};
use crate::{Micros, Mode, Role};

impl Call {
    /// Compiles who hears whom from the mode table.
    pub(super) fn route(&mut self) {
        let before = self.hears;
        for listener in slots() {
            let mut set = 0;
            for speaker in slots().filter(|&speaker| speaker != listener) {
                if self.joined && self.may_hear(listener, speaker) {
                    set |= speaker.bit();
                    if before[listener.index()] & speaker.bit() == 0 {
                        let here = self.voices[speaker.index()].here();
                        self.heard[listener.index()][speaker.index()] = here;
                    }
                }
            }
            self.hears[listener.index()] = set;
        }
        self.assert_customers_hear_whom_they_may();
    }

    fn may_hear(&self, listener: Slot, speaker: Slot) -> bool {
        let leg = |slot: Slot| self.legs[slot.index()].as_ref();
        let (Some(listener), Some(speaker)) = (leg(listener), leg(speaker)) else {
            return false;
        };
        let (Some(hearing), Some(speaking)) = (listener.standing(), speaker.standing()) else {
            return false;
        };
        listener.receives && speaker.sends && hearing.hears(speaking, self.hold)
    }

    /// The table can't say otherwise; a slip in `route` could.
    fn assert_customers_hear_whom_they_may(&self) {
        let of = |is: fn(&Leg) -> bool| {
            slots().filter(move |slot| self.legs[slot.index()].as_ref().is_some_and(is))
        };
        let unheard = of(|leg| {
            leg.role == Role::Supervisor && !matches!(leg.mode, Some(Mode::Barge | Mode::Takeover))
        });
        let unheard = match self.hold {
            Hold::On => u8::MAX,
            Hold::Off => unheard.fold(0, |set, slot| set | slot.bit()),
        };
        let mut customers = of(|leg| leg.role == Role::Customer);
        assert!(
            customers.all(|customer| self.hears[customer.index()] & unheard == 0),
            "a customer would hear a supervisor who has not barged in, or somebody while on hold"
        );
    }

    /// Whose voice counts, in the order in which legs become anchors.
    pub(super) fn anchor(&self, now: Micros, listener: Slot) -> Option<Slot> {
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
