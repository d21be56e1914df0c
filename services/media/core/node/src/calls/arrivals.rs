//! Legs on their way to another call: what is ordered of that call afterwards waits for them.
//!
//! Calls may live on different media threads, each with a queue of its own: without this an order about a leg could be
//! carried out before the leg is there. An order waits for legs that were sent off before it and for no others, so that
//! two calls that exchange legs never wait for each other.

use std::collections::{HashMap, VecDeque};

use super::{Act, Shared};
use crate::media::{CallId, LegId, MediaOrder};

/// Calls to which legs are on their way, with what follows there. A leg arrives after a fraction of a millisecond, or is
/// reported not to.
#[derive(Debug, Default)]
pub struct Arrivals(HashMap<CallId, VecDeque<Step>>);

#[derive(Debug)]
enum Step {
    Arrives(LegId),
    Order(MediaOrder),
}

impl Arrivals {
    /// Orders that wait for legs.
    pub fn waiting(&self) -> usize {
        let steps = self.0.values().flatten();
        steps.filter(|step| matches!(step, Step::Order(_))).count()
    }
}

impl Shared {
    /// Asks something of a call's sound.
    pub fn media(&mut self, order: MediaOrder) {
        if let MediaOrder::MoveLeg { to, leg, .. } = &order {
            let steps = self.arrivals.0.entry(*to).or_default();
            steps.push_back(Step::Arrives(*leg));
        }
        match self.arrivals.0.get_mut(&order.call()) {
            Some(steps) => steps.push_back(Step::Order(order)),
            None => self.acts.push(Act::Media(order)),
        }
    }

    /// A leg that was on its way to a call is there, or will never be.
    pub fn leg_arrived(&mut self, to: CallId, leg: LegId) {
        let Some(steps) = self.arrivals.0.get_mut(&to) else {
            return;
        };
        let arrives = |step: &Step| matches!(step, Step::Arrives(known) if *known == leg);
        if let Some(at) = steps.iter().position(arrives) {
            steps.remove(at);
        }
        let is_order = |step: &&Step| matches!(step, Step::Order(_));
        let ready = steps.iter().take_while(is_order).count();
        for step in steps.drain(..ready) {
            if let Step::Order(order) = step {
                self.acts.push(Act::Media(order));
            }
        }
        if steps.is_empty() {
            self.arrivals.0.remove(&to);
        }
    }
}
