//! What Python brings, what follows from all that arrives, and what is looked after in between.

use std::sync::atomic::Ordering;

use super::Signalling;
use crate::calls::Act;
use crate::journal::Entry;
use crate::link::Brought;
use crate::media::{Full, Levels, MediaOrder};
use crate::wire::happening::Happening as What;
use crate::wire::Happening;

impl Signalling {
    pub(super) fn brought(&mut self, brought: Brought) {
        match brought {
            Brought::Connected(connection) => {
                tracing::info!("python_connected");
                self.link.connected(connection, self.calls.contact_ids());
                for browser in self.calls.browsers_now() {
                    self.link.browser(browser);
                }
                self.link.registered(self.calls.shared.registrar.phoned());
            }
            Brought::Closed(number) => {
                tracing::info!("python_disconnected");
                self.link.closed(number);
            }
            Brought::Acknowledged(seq) => {
                let seq = self.link.acknowledged(seq);
                self.to_journal(Entry::Acknowledged(seq));
            }
            Brought::Order(order) => self.calls.order(self.clock.now_ms(), order),
        }
    }

    pub(super) fn tell_levels(&mut self, levels: &Levels) {
        if self.link.takes_levels() {
            self.metrics.levels_total.rise();
            self.link.levels(self.calls.levels(levels));
        } else {
            self.metrics.levels_dropped_total.rise();
        }
    }

    pub(super) fn carry_out(&mut self) {
        for act in self.calls.take_acts() {
            match act {
                Act::Say { leg, say } => self.stack.say(leg, say),
                Act::Invite { leg, sdp, target } => self.stack.invite(leg, sdp, &target),
                Act::Media(order) => self.order_sound(order),
                Act::Applied {
                    order_id,
                    error,
                    sdp_answer,
                } => self.link.applied(order_id, error, sdp_answer),
                Act::Browser(order) => self.browsers.order(order),
                Act::Told(browser) => self.link.browser(browser),
                Act::Happened { contact_id, what } => self.tell(contact_id, what),
            }
        }
        let changed = self.calls.shared.registrar.take_phoned();
        self.link.registered(changed);
    }

    pub(super) fn tell(&mut self, contact_id: String, what: What) {
        let happening = Happening {
            seq: 0,
            at_us: self.clock.now_unix_us(),
            contact_id,
            happening: Some(what),
        };
        let (seq, record) = self.link.keep(happening);
        self.to_journal(Entry::Append { seq, record });
    }

    /// Orders keep their order: one that finds no room makes the later ones wait behind it.
    fn order_sound(&mut self, order: MediaOrder) {
        if self.waiting.is_empty() {
            match self.media.order(order) {
                Ok(()) => return,
                Err(Full(order)) => self.waiting.push_back(order),
            }
        } else {
            self.waiting.push_back(order);
        }
        self.metrics.media_orders_late_total.rise();
    }

    pub(super) fn keep_house(&mut self) {
        while let Some(order) = self.waiting.pop_front() {
            if let Err(Full(order)) = self.media.order(order) {
                self.waiting.push_front(order);
                break;
            }
        }
        let location = &mut self.calls.shared.registrar.location;
        location.expire(self.clock.now_ms());
        self.metrics.users_registered.set(location.len());
        let waiting = self.waiting.len() + self.calls.orders_waiting();
        self.metrics.media_orders_waiting.set(waiting);
        let (connected, parked) = self.calls.phones();
        self.metrics.phones_connected.set(connected);
        self.metrics.phones_parked.set(parked);
        let browsers = self.calls.browsers_connected();
        self.metrics.browsers_connected.set(browsers);
        let (alive, all) = self.calls.counts();
        self.metrics.calls.set(alive);
        self.metrics.calls_remembered.set(all);
        self.keep_time(all == 0 && connected == 0);
        self.stack.keep_sessions();
        self.stack.measure();
        self.metrics.measurements_total.rise();
    }

    /// Follows UTC where it was stepped, once nobody is in a call, nor was a little while ago: within a call, time is one.
    fn keep_time(&self, idle: bool) {
        if idle && self.clock.set() {
            self.metrics.clock_set_total.rise();
            tracing::warn!("clock_set");
        }
        let apart_s = self.clock.apart_us().unsigned_abs() / 1_000_000;
        self.metrics.clock_apart_seconds.set(apart_s as usize);
    }

    fn to_journal(&self, entry: Entry) {
        if self.journal.entries.send(entry).is_err() {
            // Its thread is gone: nothing more can be promised.
            self.metrics.ready.store(false, Ordering::Relaxed);
        }
    }
}
