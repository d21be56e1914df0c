//! The thread that listens to a media thread's talks: levels once a second, silences and overlaps.
//!
//! It has ordinary priority, unlike the media thread: when the machine is short of time, talks are judged later, and
//! when the ring is full frames are lost to it, but no sound waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use rtrb::{Consumer, Producer, RingBuffer};
use sound::speech::{LegSecond, Noted, Second, Talk};
use sound::{Micros, LEGS_MAX};
use tokio::sync::mpsc::Sender;

use super::guard::AbortOnPanic;
use super::happenings::Happenings;
use super::metrics::{Event, MediaMetrics};
use super::{CallId, LegId, MediaHappening};
use crate::clock::Clock;

mod ears;

pub use ears::{Ears, Note, Present};

/// How long the thread sleeps while there are talks, and while there are none.
const PAUSE: Duration = Duration::from_millis(50);
const IDLE_PAUSE: Duration = Duration::from_secs(5);

/// How loud the talks of one media thread were in one second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    /// End of the second.
    pub at_unix_us: i64,
    pub calls: Vec<CallLevels>,
}

/// One call's second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLevels {
    pub call: CallId,
    pub legs: [Option<(LegId, LegSecond)>; LEGS_MAX],
    pub overlap_ms: u32,
}

/// A running listener.
pub struct Listener {
    pub ring: Producer<Note>,
    pub thread: JoinHandle<()>,
}

/// Starts a listener; it ends when the ring's producer is gone.
pub fn start(
    name: &str,
    heard_max: usize,
    clock: Clock,
    happenings: Happenings,
    levels: Sender<Levels>,
    metrics: Arc<MediaMetrics>,
) -> io::Result<Listener> {
    let (producer, ring) = RingBuffer::new(heard_max);
    let listening = Listening {
        clock,
        talks: HashMap::new(),
        seconds: Vec::new(),
        happenings,
        levels,
        metrics,
    };
    let work = move || {
        let _guard = AbortOnPanic;
        listening.run(ring);
    };
    let thread = thread::Builder::new()
        .name(format!("{name}-levels"))
        .spawn(work)?;
    Ok(Listener {
        ring: producer,
        thread,
    })
}

struct Listening {
    clock: Clock,
    talks: HashMap<CallId, Heard>,
    /// Calls' seconds, with their ends, that are not handed on.
    seconds: Vec<(Micros, CallLevels)>,
    happenings: Happenings,
    levels: Sender<Levels>,
    metrics: Arc<MediaMetrics>,
}

struct Heard {
    talk: Talk,
    legs: [Option<LegId>; LEGS_MAX],
}

impl Listening {
    fn run(mut self, mut ring: Consumer<Note>) {
        loop {
            let abandoned = ring.is_abandoned();
            let now = self.clock.now();
            while let Ok(note) = ring.pop() {
                self.take(&note, now);
            }
            let calls: Vec<CallId> = self.talks.keys().copied().collect();
            for call in calls {
                self.with_talk(call, now, |talk, mut note| talk.ripen(now, &mut note));
            }
            self.hand_on();
            let waits = self.happenings.flush();
            if abandoned {
                return;
            }
            thread::park_timeout(if self.talks.is_empty() && !waits {
                IDLE_PAUSE
            } else {
                PAUSE
            });
        }
    }

    fn take(&mut self, note: &Note, now: Micros) {
        match note {
            Note::Present { call, at, present } => self.present(*call, *at, present, now),
            Note::Said { frame, audible } => self.with_talk(frame.call, now, |talk, mut note| {
                talk.hear(*audible, &frame.tapped(), &mut note);
            }),
            Note::Over { call } => {
                self.talks.remove(call);
            }
        }
    }

    fn present(&mut self, call: CallId, at: Micros, present: &Present, now: Micros) {
        if let Some(heard) = self.talks.get_mut(&call) {
            heard.legs = present.legs;
            self.with_talk(call, now, |talk, mut note| {
                talk.recast(at, &present.cast, &mut note);
            });
        } else {
            let heard = Heard {
                talk: Talk::new(at, &present.cast),
                legs: present.legs,
            };
            self.talks.insert(call, heard);
        }
    }

    /// Does something with a talk and passes on what is noted of it.
    fn with_talk(
        &mut self,
        call: CallId,
        now: Micros,
        act: impl FnOnce(&mut Talk, &mut dyn FnMut(Noted)),
    ) {
        let Some(Heard { talk, legs }) = self.talks.get_mut(&call) else {
            return;
        };
        let (clock, happenings, seconds) = (&self.clock, &mut self.happenings, &mut self.seconds);
        let so_far = |since: Micros| (now.saturating_sub(since) / 1_000) as u32;
        act(talk, &mut |noted| {
            happenings.tell(match noted {
                Noted::Second(second) => {
                    return seconds.push((second.end, named(call, legs, &second)));
                }
                Noted::SilenceBegan { since } => MediaHappening::SilenceBegan {
                    call,
                    since_unix_us: clock.unix_us(since),
                    silent_ms: so_far(since),
                },
                Noted::SilenceEnded { silent_ms } => {
                    MediaHappening::SilenceEnded { call, silent_ms }
                }
                Noted::OverlapBegan { since } => MediaHappening::OverlapBegan {
                    call,
                    overlap_ms: so_far(since),
                },
                Noted::OverlapEnded { overlap_ms } => {
                    MediaHappening::OverlapEnded { call, overlap_ms }
                }
            });
        });
    }

    /// Hands on what is whole: all talks are judged to the same instant.
    fn hand_on(&mut self) {
        let mut seconds = mem::take(&mut self.seconds);
        seconds.sort_by_key(|(end, levels)| (*end, levels.call));
        for calls in seconds.chunk_by(|(one, _), (other, _)| one == other) {
            let levels = Levels {
                at_unix_us: self.clock.unix_us(calls[0].0),
                calls: calls.iter().map(|(_, levels)| *levels).collect(),
            };
            if self.levels.try_send(levels).is_err() {
                self.metrics.event(Event::LevelsDropped);
            }
        }
    }
}

fn named(call: CallId, legs: &[Option<LegId>; LEGS_MAX], second: &Second) -> CallLevels {
    let mut named = [None; LEGS_MAX];
    for (place, (leg, heard)) in named.iter_mut().zip(legs.iter().zip(second.legs)) {
        *place = leg.zip(heard);
    }
    CallLevels {
        call,
        legs: named,
        overlap_ms: second.overlap_ms,
    }
}
