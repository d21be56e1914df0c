//! The signalling thread: one loop that owns the SIP stack, the calls and the link to Python.
//!
//! Whatever arrives is handed to [`Calls`], and what follows is carried out before the next thing is taken, so that
//! everything has one order. The loop never waits for a phone, a media thread, a disk or Python.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use sip::trunk::Trunks;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep_until, Interval};

use crate::browsers::{Browsers, Told};
use crate::calls::Calls;
use crate::clock::Clock;
use crate::journal::Journal;
use crate::link::{Brought, Link};
use crate::media::{Levels, Media, MediaHappening, MediaOrder};
use crate::metrics::Metrics;
use crate::stack::Stack;
use crate::suspicions::Suspicions;

mod arriving;
mod following;
mod opening;

/// How long the node waits at its end for BYEs to leave and Python to take the last happenings.
const FAREWELL: Duration = Duration::from_secs(2);

/// Everything that signalling has opened, before its loop runs.
pub struct Signalling {
    sip: SocketAddr,
    stack: Stack,
    calls: Calls,
    trunks: Trunks,
    suspicions: Suspicions,
    link: Link,
    journal: Journal,
    media: Media,
    browsers: Browsers,
    metrics: Arc<Metrics>,
    brought: mpsc::Receiver<Brought>,
    sounds: mpsc::Receiver<MediaHappening>,
    levels: mpsc::Receiver<Levels>,
    told: mpsc::Receiver<Told>,
    waiting: VecDeque<MediaOrder>,
    clock: Clock,
    housekeeping: Interval,
    stopping: bool,
}

impl Signalling {
    /// Where SIP is spoken.
    pub fn sip_address(&self) -> SocketAddr {
        self.sip
    }

    /// The media threads, for those who want to know what they count.
    pub fn media(&self) -> Media {
        self.media.clone()
    }

    /// Runs until told to stop; then ends the calls, waits for their recordings and says farewell.
    pub async fn run(mut self, stop: oneshot::Receiver<()>) {
        self.metrics.ready.store(true, Ordering::Relaxed);
        self.serve(stop).await;
        self.stopping = true;
        self.calls.end_all(self.clock.now_ms());
        self.carry_out();
        let farewell = self.farewell();
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            tracing::warn!("farewell_cut_short");
        }
        self.journal.close();
    }

    /// Lets the last calls end, their recordings be written, and Python take what happened.
    async fn farewell(&mut self) {
        while self.calls.counts().0 > 0 {
            self.turn().await;
        }
        let media = self.media.clone();
        let mut closing = tokio::task::spawn_blocking(move || media.stop());
        self.browsers.stop();
        loop {
            tokio::select! {
                _ = &mut closing => break,
                () = self.turn() => {}
            }
        }
        while !self.link.is_settled() || !self.sounds.is_empty() {
            self.turn().await;
        }
    }

    async fn serve(&mut self, mut stop: oneshot::Receiver<()>) {
        loop {
            tokio::select! {
                // Whoever holds the other end tells by letting go, too.
                _ = &mut stop => return,
                () = self.turn() => {}
            }
        }
    }

    /// One thing that arrives, and all that follows from it.
    async fn turn(&mut self) {
        let deadline = self.calls.deadline();
        let deadline = deadline.map(|at| self.clock.instant(at).into());
        tokio::select! {
            Some(arrived) = self.stack.next() => self.arrived(arrived),
            Some(brought) = self.brought.recv() => self.brought(brought),
            Some(sound) = self.sounds.recv() => self.calls.sounded(self.clock.now_ms(), &sound),
            Some(levels) = self.levels.recv() => self.tell_levels(&levels),
            Some(told) = self.told.recv() => self.calls.browser_told(self.clock.now_ms(), told),
            Ok(()) = self.journal.synced.changed() => {
                let synced = *self.journal.synced.borrow_and_update();
                self.link.synced(synced);
            }
            () = self.link.room() => self.link.pump(),
            () = sleep_until(deadline.unwrap_or_else(far)), if deadline.is_some() => {}
            _ = self.housekeeping.tick() => self.keep_house(),
        }
        self.calls.due(self.clock.now_ms());
        self.carry_out();
    }
}

fn far() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_secs(3600)
}
