//! The way from a media thread to its spool writer.

use std::sync::Arc;
use std::thread::Thread;

use rtrb::Producer;
use sound::{Codec, Micros, Role, Slot, Tapped, FRAME_SAMPLES};

use super::metrics::{Event, MediaMetrics};
use super::ring::Ring;
use super::CallId;

/// What the writer is told, in order.
#[derive(Debug)]
pub enum Note {
    Opened {
        call: CallId,
        at: Micros,
        contact_id: String,
    },
    Said(Frame),
    /// Nothing is written from that millisecond of the recording on, or all again.
    Paused {
        call: CallId,
        at_ms: u32,
        paused: bool,
    },
    Closed {
        call: CallId,
        at: Micros,
    },
}

/// Up to 20 ms of one party's sound, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub call: CallId,
    role: Role,
    leg: Slot,
    source: u64,
    timestamp: u32,
    at: Micros,
    codec: Codec,
    length: u8,
    payload: [u8; FRAME_SAMPLES],
}

impl Frame {
    /// A packet's sound in frames, each as if it had come when it was spoken.
    pub fn split<'a>(call: CallId, tapped: &'a Tapped<'a>) -> impl Iterator<Item = Self> + 'a {
        let chunks = tapped.payload.chunks(FRAME_SAMPLES).enumerate();
        chunks.map(move |(n, chunk)| {
            let before = n * FRAME_SAMPLES;
            let after = tapped.payload.len() - before - chunk.len();
            let mut payload = [0; FRAME_SAMPLES];
            payload[..chunk.len()].copy_from_slice(chunk);
            Self {
                call,
                role: tapped.role,
                leg: tapped.leg,
                source: tapped.source,
                timestamp: tapped.timestamp.wrapping_add(before as u32),
                // A long packet's first part was over earlier.
                at: tapped.at.saturating_sub(after as Micros * 125),
                codec: tapped.codec,
                length: chunk.len() as u8,
                payload,
            }
        })
    }

    pub fn tapped(&self) -> Tapped<'_> {
        Tapped {
            role: self.role,
            leg: self.leg,
            source: self.source,
            timestamp: self.timestamp,
            at: self.at,
            codec: self.codec,
            payload: &self.payload[..usize::from(self.length)],
        }
    }
}

/// A media thread's end of the ring.
pub struct Tap(Ring<Note>);

impl Tap {
    pub fn new(ring: Producer<Note>, writer: Thread, metrics: Arc<MediaMetrics>) -> Self {
        Self(Ring::new(ring, writer, metrics, Event::TapRingFull))
    }

    pub fn open(&mut self, call: CallId, at: Micros, contact_id: String) {
        self.0.mark(Note::Opened {
            call,
            at,
            contact_id,
        });
    }

    pub fn pause(&mut self, call: CallId, at_ms: u32, paused: bool) {
        self.0.mark(Note::Paused {
            call,
            at_ms,
            paused,
        });
    }

    pub fn close(&mut self, call: CallId, at: Micros) {
        self.0.mark(Note::Closed { call, at });
    }

    /// Hands over one packet's sound; with a full ring it is lost, counted, and a gap in the recording.
    pub fn say(&mut self, call: CallId, tapped: &Tapped<'_>) {
        for frame in Frame::split(call, tapped) {
            self.0.say(Note::Said(frame));
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

    fn tapped(payload: &[u8]) -> Tapped<'_> {
        let (role, codec) = (Role::Customer, Codec::Pcmu);
        Tapped {
            role,
            leg: Slot(0),
            source: 1,
            timestamp: 1_000,
            at: 100_000,
            codec,
            payload,
        }
    }

    fn ring(capacity: usize) -> (Tap, rtrb::Consumer<Note>, Arc<MediaMetrics>) {
        let (producer, consumer) = rtrb::RingBuffer::new(capacity);
        let metrics = Arc::new(MediaMetrics::default());
        let tap = Tap::new(producer, std::thread::current(), Arc::clone(&metrics));
        (tap, consumer, metrics)
    }

    #[test]
    fn a_long_packet_becomes_frames_that_end_when_they_were_spoken() {
        let (mut tap, mut ring, _) = ring(8);
        tap.say(CallId(1), &tapped(&[7; 400]));
        let mut frames = Vec::new();
        while let Ok(Note::Said(frame)) = ring.pop() {
            frames.push((frame.timestamp, frame.at, frame.tapped().payload.len()));
        }
        assert_eq!(
            frames,
            [
                (1_000, 70_000, 160),
                (1_160, 90_000, 160),
                (1_320, 100_000, 80)
            ]
        );
    }

    #[test]
    fn a_full_ring_loses_sound_but_no_opening_or_closing() {
        let (mut tap, mut ring, metrics) = ring(1);
        tap.open(CallId(1), 0, "con_1".to_owned());
        tap.say(CallId(1), &tapped(&[7; 160]));
        tap.close(CallId(1), 5);
        assert_eq!(metrics.events(Event::TapRingFull), 1);
        assert!(matches!(ring.pop(), Ok(Note::Opened { .. })));
        assert!(!tap.flush());
        assert!(matches!(ring.pop(), Ok(Note::Closed { at: 5, .. })));
    }
}
