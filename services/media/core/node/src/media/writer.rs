//! The spool writer: takes a media thread's notes from the ring, aligns them, writes pages, has them synced.
//!
//! Syncing blocks for as long as the disk likes, so a second thread does it; meanwhile the ring is emptied.

use std::collections::HashMap;
use std::fs::File;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender, TrySendError};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{io, mem};

use rtrb::{Consumer, Producer, RingBuffer};
use sound::timeline::{Page, Timeline};
use sound::Role;
use tokio::sync::mpsc::Sender;

use super::guard::{run_in_real_time, AbortOnPanic};
use super::metrics::{Event, MediaMetrics};
use super::spool::Spool;
use super::tap::{Frame, Note};
use super::{CallId, MediaConfig, MediaHappening};
use crate::clock::Clock;
use crate::wire::{Gap, SpoolPage, Track};

/// How long the writer sleeps with an empty ring while calls are recorded, and while none is.
const PAUSE: Duration = Duration::from_millis(50);
const IDLE_PAUSE: Duration = Duration::from_secs(5);

/// The lowest of `SCHED_FIFO`: below every media thread.
const WRITER_PRIORITY: u8 = 1;

/// Files are synced so often while they are written to.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// A running writer.
pub struct Writer {
    pub ring: Producer<Note>,
    pub thread: JoinHandle<()>,
}

/// Starts a writer with its syncing thread; it ends when the ring's producer is gone and all is synced.
pub fn start(
    name: &str,
    config: &MediaConfig,
    spool: Spool,
    clock: Clock,
    happenings: Sender<MediaHappening>,
    metrics: Arc<MediaMetrics>,
) -> io::Result<Writer> {
    let (producer, ring) = RingBuffer::new(config.tapped_max);
    let real_time = config.realtime_priority.is_some();
    let (sync, jobs) = sync_channel(1);
    let syncing = {
        let metrics = Arc::clone(&metrics);
        let work = move || sync_files(&jobs, &happenings, &metrics);
        thread::Builder::new()
            .name(format!("{name}-sync"))
            .spawn(work)?
    };
    let recorder = Recorder {
        clock,
        spool,
        calls: HashMap::new(),
        closed: Vec::new(),
        sync,
        synced_at: None,
        metrics,
    };
    let work = move || {
        let _guard = AbortOnPanic;
        if real_time {
            run_in_real_time(WRITER_PRIORITY);
        }
        recorder.run(ring);
        // Its channel is closed; it ends by itself, and a panic there has aborted the process.
        let _ = syncing.join();
    };
    let thread = thread::Builder::new()
        .name(format!("{name}-spool"))
        .spawn(work)?;
    Ok(Writer {
        ring: producer,
        thread,
    })
}

struct Recorder {
    clock: Clock,
    spool: Spool,
    calls: HashMap<CallId, Recording>,
    /// Told of once their pages are synced.
    closed: Vec<MediaHappening>,
    sync: SyncSender<Job>,
    synced_at: Option<Instant>,
    metrics: Arc<MediaMetrics>,
}

struct Recording {
    contact_id: String,
    opened_at_us: i64,
    timeline: Timeline,
}

/// Files to sync, and what may be told then.
struct Job {
    files: Vec<Arc<File>>,
    closed: Vec<MediaHappening>,
}

impl Recorder {
    fn run(mut self, mut ring: Consumer<Note>) {
        loop {
            let abandoned = ring.is_abandoned();
            let now = self.clock.now();
            while let Ok(note) = ring.pop() {
                self.take(note);
            }
            for recording in self.calls.values_mut() {
                let Recording {
                    contact_id,
                    opened_at_us,
                    timeline,
                } = recording;
                let (spool, metrics) = (&mut self.spool, &self.metrics);
                timeline.ripen(now, &mut |page| {
                    write(spool, metrics, contact_id, *opened_at_us, page);
                });
            }
            if abandoned {
                return self.finish();
            }
            let synced = self.hand_to_sync();
            thread::park_timeout(if self.calls.is_empty() && synced {
                IDLE_PAUSE
            } else {
                PAUSE
            });
        }
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Opened {
                call,
                at,
                contact_id,
            } => {
                let opened_at_us = self.clock.unix_us(at);
                let timeline = Timeline::new(at);
                self.calls.insert(
                    call,
                    Recording {
                        contact_id,
                        opened_at_us,
                        timeline,
                    },
                );
            }
            Note::Said(frame) => self.say(&frame),
            Note::Paused {
                call,
                at_ms,
                paused,
            } => self.with_recording(call, |timeline, page| timeline.pause(at_ms, paused, page)),
            Note::Closed { call, at } => {
                let Some(recording) = self.calls.remove(&call) else {
                    return;
                };
                let Recording {
                    contact_id,
                    opened_at_us,
                    timeline,
                } = recording;
                let (spool, metrics) = (&mut self.spool, &self.metrics);
                let recorded = timeline.close(at, &mut |page| {
                    write(spool, metrics, &contact_id, opened_at_us, page);
                });
                let (recorded_ms, pages) = (recorded.milliseconds, recorded.pages);
                self.closed.push(MediaHappening::TapClosed {
                    call,
                    recorded_ms,
                    pages,
                });
            }
        }
    }

    fn say(&mut self, frame: &Frame) {
        self.with_recording(frame.call, |timeline, page| {
            timeline.add(&frame.tapped(), page);
        });
    }

    /// Does something with a call's timeline and writes the pages that it gives out.
    fn with_recording(
        &mut self,
        call: CallId,
        act: impl FnOnce(&mut Timeline, &mut dyn FnMut(Page<'_>)),
    ) {
        let Some(recording) = self.calls.get_mut(&call) else {
            return;
        };
        let Recording {
            contact_id,
            opened_at_us,
            timeline,
        } = recording;
        let (spool, metrics) = (&mut self.spool, &self.metrics);
        act(timeline, &mut |page| {
            write(spool, metrics, contact_id, *opened_at_us, page);
        });
    }

    /// Has written files synced if it is time; returns whether none is left to sync.
    fn hand_to_sync(&mut self) -> bool {
        if self.synced_at.is_some_and(|at| at.elapsed() < SYNC_EVERY) {
            return false;
        }
        let job = Job {
            files: self.spool.take_unsynced(),
            closed: mem::take(&mut self.closed),
        };
        if job.files.is_empty() && job.closed.is_empty() {
            self.synced_at = None;
            return true;
        }
        match self.sync.try_send(job) {
            Ok(()) => self.synced_at = Some(Instant::now()),
            // The disk is slow; the files are synced with those of the next job.
            Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => {
                self.spool.put_back_unsynced(job.files);
                self.closed = job.closed;
            }
        }
        false
    }

    fn finish(mut self) {
        let job = Job {
            files: self.spool.take_unsynced(),
            closed: self.closed,
        };
        // Only a receiver that is gone refuses, and then the process is going down.
        let _ = self.sync.send(job);
    }
}

fn write(
    spool: &mut Spool,
    metrics: &MediaMetrics,
    contact_id: &str,
    opened_at_us: i64,
    page: Page<'_>,
) {
    let track = match page.role {
        Role::Customer => Track::Customer,
        Role::Operator => Track::Operator,
        Role::Supervisor => Track::Supervisor,
    };
    let record = SpoolPage {
        contact_id: contact_id.to_owned(),
        track: track.into(),
        number: page.number,
        start_ms: page.start_ms,
        pcmu: page.pcmu.to_vec(),
        gaps: page.gaps.map(gap).collect(),
        pauses: page.pauses.map(gap).collect(),
        opened_at_us,
        last: page.last,
    };
    // A failed write closes its file, so that a second try goes to a new one.
    for _ in 0..2 {
        match spool.append(&record) {
            Ok(()) => return metrics.event(Event::PageWritten),
            Err(error) => {
                metrics.event(Event::SpoolFailed);
                tracing::error!(%error, "spool_write_failed");
            }
        }
    }
}

fn gap((from_sample, samples): (u32, u32)) -> Gap {
    Gap {
        from_sample,
        samples,
    }
}

fn sync_files(jobs: &Receiver<Job>, happenings: &Sender<MediaHappening>, metrics: &MediaMetrics) {
    let _guard = AbortOnPanic;
    while let Ok(job) = jobs.recv() {
        for file in job.files {
            if let Err(error) = file.sync_data() {
                metrics.event(Event::SpoolFailed);
                tracing::error!(%error, "spool_sync_failed");
            }
        }
        for closed in job.closed {
            // Without a receiver the node is going down; the last pages say themselves that they are the last.
            let _ = happenings.blocking_send(closed);
        }
    }
}
