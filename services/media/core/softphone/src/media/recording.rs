//! Recordings of legs, written by a thread of their own so that no packet waits for a disk.
//!
//! A record: u64 realtime ns, u16 sequence, u32 timestamp, u32 SSRC, u8 payload type, u16 length, payload; little
//! endian. README.md has the reader's example.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::sync::Arc;
use std::time::Duration;

use crate::ledger::{Notice, Notices};
use crate::wire::rtp::Header;

/// About four seconds of 300 recorded legs.
pub const QUEUE_MAX: usize = 131_072;
/// How long a record may lie unwritten.
const FLUSH_EVERY: Duration = Duration::from_millis(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    Sent,
    Received,
}

pub enum Work {
    Open {
        leg: u32,
        way: Way,
        file: File,
    },
    Packet {
        leg: u32,
        way: Way,
        record: Vec<u8>,
    },
    /// Both files are complete; then the notice goes out.
    Close {
        leg: u32,
        notice: Notice,
    },
}

/// The threads' side of the queue.
#[derive(Clone)]
pub struct Recorder {
    queue: SyncSender<Work>,
    dropped: Arc<AtomicU64>,
}

impl Recorder {
    pub fn new(queue: SyncSender<Work>) -> Self {
        Self {
            queue,
            dropped: Arc::default(),
        }
    }

    /// Never waits: a full queue drops the record and counts it.
    pub fn packet(&self, leg: u32, way: Way, at_ns: u64, header: &Header, payload: &[u8]) {
        let record = encode(at_ns, header, payload);
        if self
            .queue
            .try_send(Work::Packet { leg, way, record })
            .is_err()
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits for room: nothing else tells that a leg is over.
    pub fn order(&self, work: Work) {
        // The queue's other end is gone only when the process ends.
        let _ = self.queue.send(work);
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn encode(at_ns: u64, header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(21 + payload.len());
    record.extend_from_slice(&at_ns.to_le_bytes());
    record.extend_from_slice(&header.sequence.to_le_bytes());
    record.extend_from_slice(&header.timestamp.to_le_bytes());
    record.extend_from_slice(&header.ssrc.to_le_bytes());
    record.push(header.payload_type);
    record.extend_from_slice(&(payload.len() as u16).to_le_bytes());
    record.extend_from_slice(payload);
    record
}

/// Writes until every sender is gone. A file that cannot be written is reported once and given up.
pub fn run(queue: &Receiver<Work>, notices: &Notices) {
    let mut files: HashMap<(u32, Way), BufWriter<File>> = HashMap::new();
    loop {
        match queue.try_recv() {
            Ok(Work::Open { leg, way, file }) => {
                files.insert((leg, way), BufWriter::new(file));
            }
            Ok(Work::Packet { leg, way, record }) => {
                write(&mut files, (leg, way), notices, |file| {
                    file.write_all(&record)
                });
            }
            Ok(Work::Close { leg, notice }) => {
                for way in [Way::Sent, Way::Received] {
                    write(&mut files, (leg, way), notices, Write::flush);
                    files.remove(&(leg, way));
                }
                notices.must(notice);
            }
            Err(ended) => {
                let open: Vec<_> = files.keys().copied().collect();
                for key in open {
                    write(&mut files, key, notices, Write::flush);
                }
                if ended == TryRecvError::Disconnected {
                    return;
                }
                std::thread::sleep(FLUSH_EVERY);
            }
        }
    }
}

fn write(
    files: &mut HashMap<(u32, Way), BufWriter<File>>,
    key: (u32, Way),
    notices: &Notices,
    act: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) {
    let Some(file) = files.get_mut(&key) else {
        return;
    };
    if let Err(error) = act(file) {
        files.remove(&key);
        notices.tell(Notice::Fault {
            leg: key.0,
            message: format!("recording stopped: {error}"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_its_documented_layout() {
        let header = Header {
            marker: true,
            payload_type: 101,
            sequence: 0x0102,
            timestamp: 3,
            ssrc: 4,
        };
        let record = encode(5, &header, &[6, 7]);
        let expected = [
            5, 0, 0, 0, 0, 0, 0, 0, 2, 1, 3, 0, 0, 0, 4, 0, 0, 0, 101, 2, 0, 6, 7,
        ];
        assert_eq!(record, expected);
    }
}
