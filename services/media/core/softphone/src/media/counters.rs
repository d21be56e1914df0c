//! What a leg sent and received, counted.

use serde_json::{json, Value};

use super::histogram::Histogram;
use crate::wire::rtp::Header;

/// Of the sending thread.
#[derive(Clone)]
pub struct Sent {
    pub packets: u64,
    pub failed: u64,
    /// Frames left out because the thread was later than it may catch up.
    pub skipped: u64,
    pub first_ns: u64,
    pub last_ns: u64,
    pub late: Histogram,
}

/// Of the receiving thread. A gap is measured between kernel receive times.
#[derive(Clone, Default)]
pub struct Received {
    pub packets: u64,
    pub malformed: u64,
    /// Packets from elsewhere than the peer's described address.
    pub foreign: u64,
    pub lost: u64,
    pub late_or_twice: u64,
    pub first_ns: u64,
    pub last_ns: u64,
    pub gap_max_ns: u64,
    stream: Option<(u32, u16)>,
}

impl Sent {
    pub fn new() -> Self {
        Self {
            packets: 0,
            failed: 0,
            skipped: 0,
            first_ns: 0,
            last_ns: 0,
            late: Histogram::new(),
        }
    }

    pub fn count(&mut self, at_ns: u64) {
        self.packets += 1;
        self.last_ns = at_ns;
        if self.first_ns == 0 {
            self.first_ns = at_ns;
        }
    }
}

impl Received {
    pub fn count(&mut self, at_ns: u64, header: &Header) {
        self.packets += 1;
        if self.first_ns == 0 {
            self.first_ns = at_ns;
        } else {
            self.gap_max_ns = self.gap_max_ns.max(at_ns.saturating_sub(self.last_ns));
        }
        self.last_ns = at_ns;
        match self.stream {
            Some((ssrc, last)) if ssrc == header.ssrc => {
                let step = header.sequence.wrapping_sub(last);
                if step == 0 || step > 0x8000 {
                    self.late_or_twice += 1;
                    return;
                }
                self.lost += u64::from(step) - 1;
            }
            // A new stream counts from its first packet on (RFC 3550, A.1).
            _ => {}
        }
        self.stream = Some((header.ssrc, header.sequence));
    }
}

/// The fields of an `rtp_summary` event.
pub fn summary(sent: &Sent, received: &Received) -> Value {
    json!({
        "sent": sent.packets,
        "send_failed": sent.failed,
        "skipped": sent.skipped,
        "first_sent_ns": sent.first_ns,
        "last_sent_ns": sent.last_ns,
        "late_p50_us": sent.late.quantile_us(0.5),
        "late_p99_us": sent.late.quantile_us(0.99),
        "late_max_us": sent.late.max_us(),
        "received": received.packets,
        "malformed": received.malformed,
        "foreign": received.foreign,
        "lost": received.lost,
        "late_or_twice": received.late_or_twice,
        "first_received_ns": received.first_ns,
        "last_received_ns": received.last_ns,
        "gap_max_ms": received.gap_max_ns as f64 / 1e6,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_gaps_of_the_sequence_also_across_its_end() {
        let mut received = Received::default();
        for (order, sequence) in [65_534u16, 65_535, 2, 1, 2, 3].into_iter().enumerate() {
            let header = Header {
                marker: false,
                payload_type: 0,
                sequence,
                timestamp: 0,
                ssrc: 1,
            };
            received.count(1 + order as u64 * 20, &header);
        }
        assert_eq!(
            (received.packets, received.lost, received.late_or_twice),
            (6, 2, 2)
        );
        assert_eq!(
            (received.first_ns, received.last_ns, received.gap_max_ns),
            (1, 101, 20)
        );
        let other = Header {
            marker: true,
            payload_type: 0,
            sequence: 900,
            timestamp: 0,
            ssrc: 2,
        };
        received.count(140, &other);
        assert_eq!((received.lost, received.gap_max_ns), (2, 39));
    }
}
