//! The way from a media thread to the thread that listens to its talks.

use std::array;
use std::sync::Arc;
use std::thread::Thread;

use rtrb::Producer;
use sound::speech::Cast;
use sound::{Micros, Tapped, LEGS_MAX};

use super::super::metrics::{Event, MediaMetrics};
use super::super::ring::Ring;
use super::super::tap::Frame;
use super::super::worker::Entry;
use super::super::{CallId, LegId};

/// What the listening thread is told, in order.
#[derive(Debug)]
pub enum Note {
    /// Who is in a talk from here on.
    Present {
        call: CallId,
        at: Micros,
        present: Present,
    },
    Said {
        frame: Frame,
        audible: bool,
    },
    /// The talk is over.
    Over {
        call: CallId,
    },
}

/// Who is in a talk, and what signalling calls their legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    pub cast: Cast,
    pub legs: [Option<LegId>; LEGS_MAX],
}

impl Present {
    /// Who is in this call's talk, if there is one.
    pub fn of(entry: &Entry) -> Option<Self> {
        let leg = |slot: usize| entry.legs[slot].as_ref().map(|leg| leg.id);
        let legs = array::from_fn(leg);
        entry.call.cast().map(|cast| Self { cast, legs })
    }
}

/// A media thread's end of the ring.
pub struct Ears(Ring<Note>);

impl Ears {
    pub fn new(ring: Producer<Note>, listener: Thread, metrics: Arc<MediaMetrics>) -> Self {
        Self(Ring::new(ring, listener, metrics, Event::LevelsRingFull))
    }

    /// Tells who is in the call's talk if that has changed.
    pub fn look(&mut self, entry: &mut Entry, at: Micros) {
        let (call, present) = (entry.id, Present::of(entry));
        if entry.present == present {
            return;
        }
        entry.present = present;
        self.0.mark(match present {
            Some(present) => Note::Present { call, at, present },
            None => Note::Over { call },
        });
    }

    /// Tells that the call's talk is over with the call.
    pub fn over(&mut self, call: CallId) {
        self.0.mark(Note::Over { call });
    }

    /// Hands over one packet's sound; with a full ring it is lost, counted, and as if it had not come.
    pub fn hear(&mut self, call: CallId, tapped: &Tapped<'_>, audible: bool) {
        for frame in Frame::split(call, tapped) {
            self.0.say(Note::Said { frame, audible });
        }
    }

    /// Hands over what waits; returns whether some still does.
    pub fn flush(&mut self) -> bool {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sound::{Codec, Role, Slot};

    #[test]
    fn a_full_ring_loses_sound_but_not_who_is_there_nor_the_end() {
        let (producer, mut ring) = rtrb::RingBuffer::new(1);
        let metrics = Arc::new(MediaMetrics::default());
        let mut ears = Ears::new(producer, std::thread::current(), Arc::clone(&metrics));
        let tapped = Tapped {
            role: Role::Customer,
            leg: Slot(0),
            source: 1,
            timestamp: 0,
            at: 0,
            codec: Codec::Pcmu,
            payload: &[0; 400],
        };
        ears.hear(CallId(1), &tapped, true);
        ears.over(CallId(1));
        assert_eq!(metrics.events(Event::LevelsRingFull), 2);
        assert!(matches!(ring.pop(), Ok(Note::Said { audible: true, .. })));
        assert!(!ears.flush());
        assert!(matches!(ring.pop(), Ok(Note::Over { call: CallId(1) })));
    }

    #[test]
    fn one_packet_is_one_small_copy() {
        assert!(size_of::<Note>() <= 240, "{} bytes", size_of::<Note>());
    }
}
