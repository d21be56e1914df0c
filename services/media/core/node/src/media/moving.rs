//! Legs that go from one call to another, and from one thread to another.

use std::collections::VecDeque;
use std::fmt;
use std::sync::mpsc::TrySendError;
use std::sync::Arc;

use sound::MovedLeg;

use super::early::Early;
use super::metrics::Event;
use super::orders::slot_of;
use super::queue::Queue;
use super::worker::{LegEntry, Message, Worker};
use super::{CallId, LegId, MediaHappening, PortLease};

/// A leg without a call. Dropped, it gives its port back.
pub struct Moving {
    to: CallId,
    id: LegId,
    leg: MovedLeg,
    lease: PortLease,
    early: Option<Early>,
}

impl fmt::Debug for Moving {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Moving({:?} to {:?})", self.id, self.to)
    }
}

/// The way from one thread to all of them.
pub struct Way {
    own: usize,
    queues: Arc<[Queue<Message>]>,
    /// Legs that found the other thread's queue full: there are no more of them than leased ports.
    waiting: VecDeque<Box<Moving>>,
}

impl Way {
    pub fn new(own: usize, queues: Arc<[Queue<Message>]>) -> Self {
        Self {
            own,
            queues,
            waiting: VecDeque::new(),
        }
    }

    /// Hands over what waits; returns whether some still does.
    pub fn flush(&mut self) -> bool {
        while let Some(moving) = self.waiting.pop_front() {
            let queue = &self.queues[self.thread_of(moving.to)];
            if let Err(TrySendError::Full(Message::Arrived(moving))) =
                queue.send(Message::Arrived(moving))
            {
                self.waiting.push_front(moving);
                return true;
            }
        }
        false
    }

    fn thread_of(&self, call: CallId) -> usize {
        call.0 as usize % self.queues.len()
    }
}

impl Worker {
    /// Takes a leg out of its call and sends it on its way; one that is not there does not arrive.
    pub(super) fn move_leg(&mut self, from: CallId, to: CallId, id: LegId) -> Option<()> {
        let Some(moving) = self.take_leg(from, to, id) else {
            self.tell_moved(to, id, false);
            return None;
        };
        if self.way.thread_of(to) == self.way.own {
            self.arrived(moving);
        } else {
            self.way.waiting.push_back(Box::new(moving));
            self.way.flush();
        }
        Some(())
    }

    fn take_leg(&mut self, from: CallId, to: CallId, id: LegId) -> Option<Moving> {
        let index = *self.by_id.get(&from)?;
        let entry = self.calls[index].as_mut()?;
        let slot = slot_of(entry, id)?;
        let (call, mut outlet) = entry.split(&mut self.links);
        let leg = call.take_leg(slot, &mut outlet)?;
        let LegEntry { lease, early, .. } = entry.legs[slot.index()].take()?;
        // The socket stays open, so that closing does not take it out of this thread's set.
        self.poll.remove(lease.socket()?).ok()?;
        Some(Moving {
            to,
            id,
            leg,
            lease,
            early,
        })
    }

    /// Takes a leg into its new call.
    pub(super) fn arrived(&mut self, moving: Moving) {
        let (to, id) = (moving.to, moving.id);
        let arrived = self.put_leg(moving).is_some();
        if !arrived {
            self.links.metrics.event(Event::OrderAstray);
        }
        self.tell_moved(to, id, arrived);
    }

    fn put_leg(&mut self, moving: Moving) -> Option<()> {
        let Moving {
            to,
            id,
            leg,
            lease,
            early,
        } = moving;
        let index = *self.by_id.get(&to)?;
        let entry = self.calls[index].as_mut()?;
        let slot = entry.call.put_leg(leg)?;
        let token = (index as u64) << 8 | u64::from(slot.0);
        if self.poll.add(lease.socket()?, token).is_err() {
            let (call, mut outlet) = entry.split(&mut self.links);
            call.remove_leg(slot, &mut outlet);
            return None;
        }
        entry.legs[slot.index()] = Some(LegEntry { id, lease, early });
        self.follow(index);
        Some(())
    }

    fn tell_moved(&mut self, call: CallId, leg: LegId, arrived: bool) {
        self.links
            .happenings
            .tell(MediaHappening::LegMoved { call, leg, arrived });
    }
}
