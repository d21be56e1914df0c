//! Notices of the media threads as events of the phones.

use serde_json::json;

use super::{Agent, PHONES_MAX};
use crate::ledger::{Event, Notice};
use crate::media::counters;

impl Agent {
    pub fn note(&mut self, notice: Notice) {
        let world = &mut self.world;
        let (leg, event) = match notice {
            Notice::Keyed { leg, key, at_ns } => (
                leg,
                Event::at("keyed", at_ns).with("digit", key.to_string()),
            ),
            Notice::FirstSound {
                leg,
                at_ns,
                sequence,
                rms,
            } => {
                let dbfs = 20.0 * (rms * 2f64.sqrt() / 32_767.0).log10();
                let level_dbfs = (dbfs * 10.0).round() / 10.0;
                (
                    leg,
                    Event::at("first_sound", at_ns)
                        .with("sequence", sequence)
                        .with("level_dbfs", level_dbfs),
                )
            }
            Notice::ForeignSent { leg, packets, from } => (
                leg,
                Event::new("foreign_sent")
                    .with("packets", packets)
                    .with("from", from),
            ),
            Notice::Fault { leg, message } => (leg, Event::new("error").with("message", message)),
            Notice::Closed {
                leg,
                sent,
                received,
            } => {
                let event = Event::new("rtp_summary").with_all(counters::summary(&sent, &received));
                if let Some(owner) = world.legs.remove(&leg) {
                    world.ledger.write(owner.name(event));
                }
                return;
            }
            Notice::Report { name, id, fields } => {
                let event = Event::new(name).with_all(fields).with_some("id", id);
                let calls = self
                    .phones
                    .values()
                    .filter(|phone| phone.has_call())
                    .count();
                let counts =
                    json!({"phones": self.phones.len(), "calls": calls, "phones_max": PHONES_MAX});
                let event = if name == "stats" {
                    event.with_all(counts)
                } else {
                    event
                };
                return world.ledger.write(event);
            }
        };
        let Some(owner) = world.legs.get(&leg) else {
            return;
        };
        world.ledger.write(owner.name(event));
    }
}
