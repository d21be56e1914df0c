//! Legs on their way to another call: what is ordered of that call waits for them.
//!
//! Calls may live on different media threads, each with a queue of its own: without this an order about a leg could be
//! carried out before the leg is there.

use std::collections::HashMap;

use super::{Act, Shared};
use crate::media::{CallId, MediaOrder};

/// Calls to which legs are on their way.
#[derive(Debug, Default)]
pub struct Arrivals(HashMap<CallId, Arrival>);

#[derive(Debug, Default)]
struct Arrival {
    legs: usize,
    /// In order; a leg is there after a fraction of a millisecond, or does not come at all.
    orders: Vec<MediaOrder>,
}

impl Arrivals {
    /// Orders that wait for legs.
    pub fn waiting(&self) -> usize {
        self.0.values().map(|arrival| arrival.orders.len()).sum()
    }
}

impl Shared {
    /// Asks something of a call's sound.
    pub fn media(&mut self, order: MediaOrder) {
        if let MediaOrder::MoveLeg { to, .. } = &order {
            self.arrivals.0.entry(*to).or_default().legs += 1;
        }
        self.issue(order);
    }

    /// A leg that was on its way to a call is there, or will never be.
    pub fn leg_arrived(&mut self, to: CallId) {
        let Some(arrival) = self.arrivals.0.get_mut(&to) else {
            return;
        };
        arrival.legs -= 1;
        if arrival.legs == 0 {
            let arrival = self.arrivals.0.remove(&to).unwrap_or_default();
            for order in arrival.orders {
                self.issue(order);
            }
        }
    }

    fn issue(&mut self, order: MediaOrder) {
        match self.arrivals.0.get_mut(&order.call()) {
            Some(arrival) => arrival.orders.push(order),
            None => self.acts.push(Act::Media(order)),
        }
    }
}
