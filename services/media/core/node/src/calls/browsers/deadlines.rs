//! When time itself does something to somebody, in order: nobody is looked at before it is their time.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// The deadline of each, if there is one.
#[derive(Debug)]
pub struct Deadlines<Id> {
    in_order: BTreeSet<(u64, Id)>,
    of: HashMap<Id, u64>,
}

impl<Id> Default for Deadlines<Id> {
    fn default() -> Self {
        Self {
            in_order: BTreeSet::new(),
            of: HashMap::new(),
        }
    }
}

impl<Id: Copy + Ord + Hash> Deadlines<Id> {
    /// Notes the deadline of one in place of an earlier one.
    pub fn note(&mut self, id: Id, at_ms: u64) {
        self.forget(id);
        self.of.insert(id, at_ms);
        self.in_order.insert((at_ms, id));
    }

    /// There is nothing that time does to it any more.
    pub fn forget(&mut self, id: Id) {
        if let Some(at_ms) = self.of.remove(&id) {
            self.in_order.remove(&(at_ms, id));
        }
    }

    /// The earliest.
    pub fn next(&self) -> Option<u64> {
        self.in_order.first().map(|(at_ms, _)| *at_ms)
    }

    /// Takes the earliest if its time has come.
    pub fn take(&mut self, now_ms: u64) -> Option<Id> {
        let (_, id) = *self
            .in_order
            .first()
            .filter(|(at_ms, _)| *at_ms <= now_ms)?;
        self.forget(id);
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::cmp::Ordering;

    use super::*;

    thread_local! {
        static COMPARED: Cell<u64> = const { Cell::new(0) };
    }

    /// An id that counts how often two are compared.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    struct Counted(u64);

    impl Ord for Counted {
        fn cmp(&self, other: &Self) -> Ordering {
            COMPARED.set(COMPARED.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for Counted {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    #[test]
    fn each_is_taken_once_when_its_time_has_come_and_in_order() {
        let mut deadlines = Deadlines::default();
        for (id, at_ms) in [(1, 30), (2, 10), (3, 20), (4, 10)] {
            deadlines.note(id, at_ms);
        }
        deadlines.note(2, 25);
        deadlines.forget(4);
        assert_eq!(deadlines.next(), Some(20));
        assert_eq!(deadlines.take(19), None);
        let mut taken = Vec::new();
        while let Some(id) = deadlines.take(25) {
            taken.push(id);
        }
        assert_eq!(taken, [3, 2]);
        assert_eq!(deadlines.next(), Some(30));
    }

    #[test]
    fn what_an_event_costs_does_not_grow_with_how_many_wait() {
        let mut deadlines = Deadlines::default();
        // All at one time, so that only their ids tell them apart.
        (0..10_000).for_each(|id| deadlines.note(Counted(id), 15_000));
        COMPARED.set(0);
        for _ in 0..1_000 {
            assert_eq!(deadlines.next(), Some(15_000));
            assert_eq!(deadlines.take(14_999), None);
        }
        assert_eq!(COMPARED.get(), 0);
        deadlines.note(Counted(5_000), 15_001);
        assert!(COMPARED.get() < 200, "{}", COMPARED.get());
    }
}
