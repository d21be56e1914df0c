//! The phones' own ledger: one JSON object a line on stdout; and what other threads tell the signalling thread.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::clock::{mono_ns, realtime_ns};
use crate::media::counters::{Received, Sent};
use crate::sys::Wake;

/// Events that wait for a slow reader of stdout; then the signalling thread waits too.
pub const EVENTS_MAX: usize = 16_384;
/// Commands and notices that wait for the signalling thread.
pub const INPUTS_MAX: usize = 16_384;

/// A line of the ledger.
pub struct Event(Map<String, Value>);

impl Event {
    pub fn new(name: &str) -> Self {
        Self::at(name, realtime_ns())
    }

    /// An event that happened at the realtime instant, e.g. a kernel receive time.
    pub fn at(name: &str, at_ns: u64) -> Self {
        let age_ns = realtime_ns().saturating_sub(at_ns);
        let mut fields = Map::new();
        fields.insert("event".into(), name.into());
        fields.insert("at_ns".into(), at_ns.into());
        fields.insert("mono_ns".into(), mono_ns().saturating_sub(age_ns).into());
        Self(fields)
    }

    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    /// Adds the field when there is a value.
    pub fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds every field of a JSON object.
    pub fn with_all(mut self, fields: Value) -> Self {
        if let Value::Object(fields) = fields {
            self.0.extend(fields);
        }
        self
    }

    pub fn line(self) -> String {
        Value::Object(self.0).to_string()
    }
}

/// The signalling thread's side: order is kept, nothing is left out.
#[derive(Clone)]
pub struct Ledger(SyncSender<String>);

impl Ledger {
    pub fn new(queue: SyncSender<String>) -> Self {
        Self(queue)
    }

    pub fn write(&self, event: Event) {
        // Nobody reads any more: the phones go on until stdin ends.
        let _ = self.0.send(event.line());
    }
}

/// Prints lines until every ledger is gone or nobody reads.
pub fn run(lines: &Receiver<String>) {
    let mut out = std::io::stdout().lock();
    while let Ok(line) = lines.recv() {
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// What the threads of the media tell.
pub enum Notice {
    Keyed {
        leg: u32,
        key: char,
        at_ns: u64,
    },
    FirstSound {
        leg: u32,
        at_ns: u64,
        sequence: u16,
        rms: f64,
    },
    ForeignSent {
        leg: u32,
        packets: u64,
        from: String,
    },
    Closed {
        leg: u32,
        sent: Box<Sent>,
        received: Box<Received>,
    },
    Fault {
        leg: u32,
        message: String,
    },
    /// An answer to `stats` or `bench_report`.
    Report {
        name: &'static str,
        id: Option<Value>,
        fields: Value,
    },
}

/// What the signalling thread is woken for.
pub enum Input {
    Line(String),
    /// A line over the limit, left out.
    TooLong,
    /// No more lines.
    End,
    Notice(Notice),
}

/// A sender of inputs.
#[derive(Clone)]
pub struct Notices {
    queue: SyncSender<Input>,
    wake: Arc<Wake>,
    dropped: Arc<AtomicU64>,
}

impl Notices {
    pub fn new(queue: SyncSender<Input>, wake: Arc<Wake>) -> Self {
        Self {
            queue,
            wake,
            dropped: Arc::default(),
        }
    }

    /// Never waits: for threads on a packet's path. A full queue drops and counts.
    pub fn tell(&self, notice: Notice) {
        if self.queue.try_send(Input::Notice(notice)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        self.wake.ring();
    }

    /// Waits for room.
    pub fn must(&self, notice: Notice) {
        self.input(Input::Notice(notice));
    }

    pub fn input(&self, input: Input) {
        // The signalling thread is gone only when the process ends.
        let _ = self.queue.send(input);
        self.wake.ring();
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
