//! What media threads count.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sound::Count;

/// Numbers of all media threads together.
#[derive(Debug, Default)]
pub struct MediaMetrics {
    packets: [AtomicU64; Count::ALL.len()],
    events: [AtomicU64; Event::ALL.len()],
}

/// What is counted beside what calls count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Returns from waiting.
    WakeUp,
    /// Deadlines of calls that were due.
    Deadline,
    /// Packets that the system did not take.
    SendFailed,
    /// Tapped frames lost because the ring to the writer was full.
    TapRingFull,
    /// Frames lost because the ring to the listening thread was full.
    LevelsRingFull,
    /// Seconds of levels that signalling had no room for.
    LevelsDropped,
    /// Orders refused because a thread's queue was full.
    OrderQueueFull,
    /// Orders about a call or leg that is not there.
    OrderAstray,
    /// Happenings that had to wait because their channel was full.
    HappeningDelayed,
    /// Happenings lost because too many waited.
    HappeningLost,
    /// Pages written to the spool.
    PageWritten,
    /// Failed writes or syncs of the spool.
    SpoolFailed,
}

impl Event {
    const ALL: [Self; 12] = [
        Self::WakeUp,
        Self::Deadline,
        Self::SendFailed,
        Self::TapRingFull,
        Self::LevelsRingFull,
        Self::LevelsDropped,
        Self::OrderQueueFull,
        Self::OrderAstray,
        Self::HappeningDelayed,
        Self::HappeningLost,
        Self::PageWritten,
        Self::SpoolFailed,
    ];
}

impl MediaMetrics {
    pub fn count(&self, count: Count, by: u64) {
        self.packets[count as usize].fetch_add(by, Relaxed);
    }

    pub fn event(&self, event: Event) {
        self.events[event as usize].fetch_add(1, Relaxed);
    }

    pub fn counted(&self, count: Count) -> u64 {
        self.packets[count as usize].load(Relaxed)
    }

    pub fn events(&self, event: Event) -> u64 {
        self.events[event as usize].load(Relaxed)
    }

    /// Prometheus text.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# HELP sasayaki_media_packets_total Packets, frames and samples of calls, by what became of them.\n\
             # TYPE sasayaki_media_packets_total counter\n",
        );
        for count in Count::ALL {
            let kind = snake(&format!("{count:?}"));
            let value = self.counted(count);
            let _ = writeln!(
                text,
                "sasayaki_media_packets_total{{kind=\"{kind}\"}} {value}"
            );
        }
        text.push_str(
            "# HELP sasayaki_media_events_total What happened to media threads.\n\
             # TYPE sasayaki_media_events_total counter\n",
        );
        for event in Event::ALL {
            let kind = snake(&format!("{event:?}"));
            let value = self.events(event);
            let _ = writeln!(
                text,
                "sasayaki_media_events_total{{kind=\"{kind}\"}} {value}"
            );
        }
        text
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (place, letter) in name.char_indices() {
        if place > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_line_of_its_own() {
        let metrics = MediaMetrics::default();
        metrics.count(Count::AnchorLate, 3);
        metrics.event(Event::TapRingFull);
        let text = metrics.text();
        assert!(text.contains("sasayaki_media_packets_total{kind=\"anchor_late\"} 3\n"));
        assert!(text.contains("sasayaki_media_events_total{kind=\"tap_ring_full\"} 1\n"));
        assert_eq!(
            text.lines().count(),
            4 + Count::ALL.len() + Event::ALL.len()
        );
    }
}
