//! The orders of one call that were carried out: a repeat is answered alike and changes nothing.
//!
//! An order that was refused had no effect and is not remembered: sent again, it is looked at again.

use std::collections::VecDeque;

/// Orders remembered per call; a call has far fewer, and the oldest go first.
pub const ORDERS_MAX: usize = 512;

/// The last orders of a call.
#[derive(Debug, Default)]
pub struct Memory {
    orders: VecDeque<String>,
}

impl Memory {
    /// Whether this order was carried out before.
    pub fn knows(&self, order_id: &str) -> bool {
        self.orders.iter().rev().any(|id| id == order_id)
    }

    pub fn remember(&mut self, order_id: &str) {
        if self.orders.len() == ORDERS_MAX {
            self.orders.pop_front();
        }
        self.orders.push_back(order_id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_orders_are_forgotten_first() {
        let mut memory = Memory::default();
        for number in 0..=ORDERS_MAX {
            memory.remember(&number.to_string());
        }
        assert!(!memory.knows("0"));
        assert!(memory.knows("1"));
    }
}
