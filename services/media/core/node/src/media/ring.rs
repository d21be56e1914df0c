//! The way from a media thread to a slower one: a ring that never makes the thread wait.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::Thread;

use rtrb::{Producer, PushError};

use super::metrics::{Event, MediaMetrics};

/// A media thread's end of a ring of notes.
pub struct Ring<Note> {
    notes: Producer<Note>,
    /// Notes that found the ring full and must not be lost: they are few.
    waiting: VecDeque<Note>,
    reader: Thread,
    metrics: Arc<MediaMetrics>,
    full: Event,
}

impl<Note> Ring<Note> {
    /// A ring that is emptied by `reader`; notes that it loses are counted as `full`.
    pub fn new(
        notes: Producer<Note>,
        reader: Thread,
        metrics: Arc<MediaMetrics>,
        full: Event,
    ) -> Self {
        Self {
            notes,
            waiting: VecDeque::new(),
            reader,
            metrics,
            full,
        }
    }

    /// Hands over a note; with a full ring it is lost, and counted.
    pub fn say(&mut self, note: Note) {
        if !self.waiting.is_empty() || self.notes.push(note).is_err() {
            self.metrics.event(self.full);
        }
    }

    /// Hands over a note that must not be lost, and wakes the reader.
    pub fn mark(&mut self, note: Note) {
        self.waiting.push_back(note);
        self.flush();
        self.reader.unpark();
    }

    /// Hands over what waits; returns whether some still does.
    pub fn flush(&mut self) -> bool {
        while let Some(note) = self.waiting.pop_front() {
            if let Err(PushError::Full(note)) = self.notes.push(note) {
                self.waiting.push_front(note);
                return true;
            }
        }
        false
    }
}
