//! Measurements of the benchmarks: coded frames matched with their send times.
//!
//! Latency is the kernel's receive time minus the sender's time just before its send call, on one clock.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{json, Value};

use super::frames::{Kind, Mark};
use super::histogram::Histogram;
use super::marks::Marks;
use super::sound::Role;
use crate::clock::MILLISECOND_NS;
use crate::wire::mulaw;

/// A younger burst may still be on its way and does not count as sent.
const BURST_MATURE_NS: u64 = 450 * MILLISECOND_NS;
/// Louder than this is sound (-50 dBFS), quieter is none.
pub const SOUND_RMS: f64 = 103.0;

/// Where the next number of each sender's stream is expected, kept per listening leg.
pub type Expected = Vec<(u32, u32)>;

#[derive(Default)]
struct Bursts {
    /// Bursts sent before the measurement began.
    base: u32,
    heard: u32,
    last: Option<u32>,
}

/// What all listening legs measured since the last reset.
pub struct Meter {
    senders: HashMap<u32, Arc<Marks>>,
    bursts: HashMap<u32, Bursts>,
    forward: Histogram,
    whisper: Histogram,
    listen: Histogram,
    figures: Figures,
}

#[derive(Default)]
struct Figures {
    payloads_ok: u64,
    payloads_bad: u64,
    mixes_bad: u64,
    lost: u64,
    repeated: u64,
    unmatched: u64,
    leaked: u64,
}

impl Meter {
    pub fn new() -> Self {
        Self {
            senders: HashMap::new(),
            bursts: HashMap::new(),
            forward: Histogram::new(),
            whisper: Histogram::new(),
            listen: Histogram::new(),
            figures: Figures::default(),
        }
    }

    pub fn know(&mut self, marks: Arc<Marks>) {
        self.senders.insert(marks.sender(), marks);
    }

    /// The sender is gone; latencies measured stay, its whispers no longer count.
    pub fn forget(&mut self, sender: u32) {
        self.senders.remove(&sender);
        self.bursts.remove(&sender);
    }

    pub fn reset(&mut self) {
        let senders = std::mem::take(&mut self.senders);
        *self = Self {
            senders,
            ..Self::new()
        };
        for (sender, marks) in &self.senders {
            let base = marks.bursts.last().map_or(0, |(number, _)| number + 1);
            self.bursts.insert(
                *sender,
                Bursts {
                    base,
                    ..Bursts::default()
                },
            );
        }
    }

    /// A voice packet that a leg of this role received at the kernel time.
    pub fn hear(&mut self, role: Role, expected: &mut Expected, at_ns: u64, payload: &[u8]) {
        let Some(mark) = Mark::read(payload) else {
            if mulaw::rms(payload) > SOUND_RMS {
                match role {
                    Role::Caller | Role::Coded => self.figures.payloads_bad += 1,
                    Role::Operator | Role::Supervisor => self.figures.mixes_bad += 1,
                }
            }
            return;
        };
        let sent_ns = self
            .senders
            .get(&mark.sender)
            .and_then(|marks| marks.times(mark.kind).of(mark.number));
        let Some(sent_ns) = sent_ns else {
            self.figures.unmatched += 1;
            return;
        };
        let latency_ns = at_ns.saturating_sub(sent_ns);
        match (mark.kind, role) {
            (Kind::Stream, Role::Supervisor) => self.listen.add(latency_ns),
            (Kind::Stream, _) => {
                self.figures.payloads_ok += 1;
                self.forward.add(latency_ns);
                self.follow(expected, mark);
            }
            (Kind::Burst, Role::Operator) => self.burst(mark, latency_ns),
            (Kind::Burst, Role::Caller | Role::Coded) => self.figures.leaked += 1,
            (Kind::Burst, Role::Supervisor) => {}
        }
    }

    fn follow(&mut self, expected: &mut Expected, mark: Mark) {
        let Some(next) = expected.iter_mut().find(|entry| entry.0 == mark.sender) else {
            expected.push((mark.sender, mark.number + 1));
            return;
        };
        if mark.number < next.1 {
            self.figures.repeated += 1;
            return;
        }
        self.figures.lost += u64::from(mark.number - next.1);
        next.1 = mark.number + 1;
    }

    fn burst(&mut self, mark: Mark, latency_ns: u64) {
        let bursts = self.bursts.entry(mark.sender).or_default();
        if mark.number < bursts.base || bursts.last == Some(mark.number) {
            return;
        }
        bursts.last = Some(mark.number);
        bursts.heard += 1;
        self.whisper.add(latency_ns);
    }

    /// Whispers (sent, heard), without those that may still be on their way.
    fn whispers(&self, now_ns: u64) -> (u64, u64) {
        let mut total = (0, 0);
        for (sender, marks) in &self.senders {
            let Some((number, at_ns)) = marks.bursts.last() else {
                continue;
            };
            let none = Bursts::default();
            let bursts = self.bursts.get(sender).unwrap_or(&none);
            let young = u32::from(number >= bursts.base && now_ns < at_ns + BURST_MATURE_NS);
            let heard_young = u32::from(young == 1 && bursts.last == Some(number));
            total.0 += u64::from((number + 1).saturating_sub(bursts.base) - young);
            total.1 += u64::from(bursts.heard - heard_young);
        }
        total
    }

    pub fn report(&self, now_ns: u64) -> Value {
        let (sent, heard) = self.whispers(now_ns);
        let figures = &self.figures;
        json!({
            "forward": latencies(&self.forward),
            "whisper": latencies(&self.whisper),
            "listen": latencies(&self.listen),
            "payloads_ok": figures.payloads_ok,
            "payloads_bad": figures.payloads_bad,
            "mixes_bad": figures.mixes_bad,
            "lost_packets": figures.lost,
            "repeated_packets": figures.repeated,
            "unmatched_packets": figures.unmatched,
            "whispers_sent": sent,
            "whispers_heard": heard,
            "whispers_leaked": figures.leaked,
        })
    }
}

fn latencies(histogram: &Histogram) -> Value {
    json!({
        "samples": histogram.count(),
        "p50_us": histogram.quantile_us(0.5),
        "p99_us": histogram.quantile_us(0.99),
        "max_us": histogram.max_us(),
    })
}

#[cfg(test)]
mod tests;
