//! A thread's queue and what wakes the thread to look into it.

use std::sync::mpsc::{SyncSender, TrySendError};

use super::poll::Wake;

/// The end of a queue that messages are put into.
#[derive(Debug)]
pub struct Queue<M> {
    messages: SyncSender<M>,
    wake: Wake,
}

impl<M> Clone for Queue<M> {
    fn clone(&self) -> Self {
        Self::new(self.messages.clone(), self.wake.clone())
    }
}

impl<M> Queue<M> {
    pub fn new(messages: SyncSender<M>, wake: Wake) -> Self {
        Self { messages, wake }
    }

    /// Puts a message into the queue without waiting for room.
    pub fn send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.messages.try_send(message)?;
        self.wake.wake();
        Ok(())
    }

    /// Puts the message in that ends the thread; waits for room in a full queue.
    pub fn stop(&self, stop: M) {
        // A thread that is gone needs no telling.
        let _ = self.messages.send(stop);
        self.wake.wake();
    }
}
