//! The way up for happenings: a bounded channel, and a bounded queue before it for when it is full.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::Sender;

use super::metrics::{Event, MediaMetrics};
use super::MediaHappening;

/// Happenings that may wait for room in the channel, per thread.
const WAITING_MAX: usize = 16_384;

/// One thread's way up; it never blocks.
pub struct Happenings {
    sender: Sender<MediaHappening>,
    waiting: VecDeque<MediaHappening>,
    metrics: Arc<MediaMetrics>,
}

impl Happenings {
    pub fn new(sender: Sender<MediaHappening>, metrics: Arc<MediaMetrics>) -> Self {
        Self {
            sender,
            waiting: VecDeque::with_capacity(WAITING_MAX),
            metrics,
        }
    }

    pub fn tell(&mut self, happening: MediaHappening) {
        self.flush();
        if !self.waiting.is_empty() || self.full(happening) {
            if self.waiting.len() < WAITING_MAX {
                self.metrics.event(Event::HappeningDelayed);
                self.waiting.push_back(happening);
            } else {
                self.metrics.event(Event::HappeningLost);
            }
        }
    }

    /// Sends what waits; returns whether some still does.
    pub fn flush(&mut self) -> bool {
        while let Some(&happening) = self.waiting.front() {
            if self.full(happening) {
                return true;
            }
            self.waiting.pop_front();
        }
        false
    }

    /// Tries to send; without a receiver the node is going down, and nobody wants happenings any more.
    fn full(&self, happening: MediaHappening) -> bool {
        matches!(self.sender.try_send(happening), Err(TrySendError::Full(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::CallId;
    use tokio::sync::mpsc::channel;

    #[test]
    fn happenings_keep_their_order_through_a_full_channel() {
        let (sender, mut receiver) = channel(1);
        let metrics = Arc::new(MediaMetrics::default());
        let mut happenings = Happenings::new(sender, Arc::clone(&metrics));
        let joined = |call| MediaHappening::CustomerHeld { call: CallId(call) };
        (0..3).for_each(|call| happenings.tell(joined(call)));
        let mut told = Vec::new();
        while let Ok(happening) = receiver.try_recv() {
            told.push(happening);
            happenings.flush();
        }
        assert_eq!(told, [joined(0), joined(1), joined(2)]);
        assert_eq!(metrics.events(Event::HappeningDelayed), 2);
    }
}
