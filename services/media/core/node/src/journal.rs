//! The journal: happenings on disk, synced, until media's Python side has taken care of them.
//!
//! Each run of the node writes a folder of its own, `<node id>/<first number>.journal`, in pieces; a piece goes away when
//! all in it is acknowledged. A record stands behind its length (32-bit little-endian) and the CRC-32 of its bytes.
//! Folders of earlier runs whose last happenings nobody acknowledged stay as evidence, the newest few of them.
//!
//! One thread writes and syncs: at once when idle, else at most every [`SYNC_EVERY`].

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::metrics::Metrics;

/// At most one sync in so long.
pub const SYNC_EVERY: Duration = Duration::from_millis(5);
/// A piece is closed at this size.
const PIECE_BYTES_MAX: u64 = 4 << 20;
/// Folders of earlier runs that are kept.
const RUNS_KEPT: usize = 8;
/// Pause after a failed write.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// What the journal's thread is told.
#[derive(Debug)]
pub enum Entry {
    /// Write this record; numbers rise by one.
    Append { seq: i64, record: Arc<[u8]> },
    /// All up to and with this number may go.
    Acknowledged(i64),
}

/// The signalling side's end of the journal.
#[derive(Debug)]
pub struct Journal {
    pub entries: Sender<Entry>,
    /// The highest number that is on disk.
    pub synced: watch::Receiver<i64>,
    thread: JoinHandle<()>,
}

impl Journal {
    /// Waits until everything is on disk. Blocks.
    pub fn close(self) {
        drop(self.entries);
        // Its panic was told when it happened.
        let _ = self.thread.join();
    }
}

/// Opens the journal of this run below `folder` and starts its thread.
pub fn start(folder: &Path, node_id: &str, metrics: Arc<Metrics>) -> io::Result<Journal> {
    fs::create_dir_all(folder)?;
    prune(folder)?;
    let run = folder.join(node_id);
    fs::create_dir(&run)?;
    let piece = Piece::create(&run, 1)?;
    let (entries, inbox) = std::sync::mpsc::channel();
    let (synced, on_disk) = watch::channel(0);
    let mut writer = Writer {
        run,
        piece,
        closed: VecDeque::new(),
        metrics,
        synced,
        last_sync: None,
    };
    let thread = thread::Builder::new()
        .name("journal".to_owned())
        .spawn(move || writer.run(&inbox))?;
    Ok(Journal {
        entries,
        synced: on_disk,
        thread,
    })
}

/// Reads the records of one piece, up to the first torn one.
pub fn read(bytes: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    let mut rest = bytes;
    while let Some((head, tail)) = rest.split_at_checked(8) {
        let number =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let Some((record, after)) = tail.split_at_checked(number(0) as usize) else {
            break;
        };
        if crc32fast::hash(record) != number(4) {
            break;
        }
        records.push(record);
        rest = after;
    }
    records
}

/// Removes what earlier runs left, but for the newest few folders that hold something.
fn prune(folder: &Path) -> io::Result<()> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let holds = fs::read_dir(&path)?
                .flatten()
                .any(|piece| piece.metadata().is_ok_and(|data| data.len() > 0));
            if holds {
                runs.push((fs::metadata(&path)?.modified()?, path));
            } else {
                fs::remove_dir_all(&path)?;
            }
        }
    }
    runs.sort();
    let surplus = runs.len().saturating_sub(RUNS_KEPT);
    for (_, path) in &runs[..surplus] {
        fs::remove_dir_all(path)?;
    }
    if surplus < runs.len() {
        tracing::warn!(runs = runs.len() - surplus, "earlier_runs_left_happenings");
    }
    Ok(())
}

struct Piece {
    file: File,
    path: PathBuf,
    bytes: u64,
    last: i64,
}

impl Piece {
    fn create(run: &Path, first: i64) -> io::Result<Self> {
        let path = run.join(format!("{first:012}.journal"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        // A file is there after a power cut only when its folder is synced too.
        File::open(run)?.sync_all()?;
        Ok(Self {
            file,
            path,
            bytes: 0,
            last: first - 1,
        })
    }
}

struct Writer {
    run: PathBuf,
    piece: Piece,
    closed: VecDeque<(PathBuf, i64)>,
    metrics: Arc<Metrics>,
    synced: watch::Sender<i64>,
    last_sync: Option<Instant>,
}

impl Writer {
    fn run(&mut self, inbox: &Receiver<Entry>) {
        while let Ok(first) = inbox.recv() {
            let mut batch = Vec::new();
            let mut last = self.file_away(first, &mut batch);
            let until = self
                .last_sync
                .map_or_else(Instant::now, |at| at + SYNC_EVERY);
            loop {
                let wait = until.saturating_duration_since(Instant::now());
                match inbox.recv_timeout(wait) {
                    Ok(entry) => last = self.file_away(entry, &mut batch).or(last),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
            if let Some(last) = last {
                self.keep_writing(&batch, last);
                self.synced.send_replace(last);
            }
        }
    }

    /// Takes an entry into the batch; the number of an appended one.
    fn file_away(&mut self, entry: Entry, batch: &mut Vec<u8>) -> Option<i64> {
        match entry {
            Entry::Append { seq, record } => {
                batch.extend_from_slice(&(record.len() as u32).to_le_bytes());
                batch.extend_from_slice(&crc32fast::hash(&record).to_le_bytes());
                batch.extend_from_slice(&record);
                Some(seq)
            }
            Entry::Acknowledged(seq) => {
                self.release(seq);
                None
            }
        }
    }

    /// Nothing is sent before it is on disk, so a full disk holds happenings back until there is room.
    fn keep_writing(&mut self, batch: &[u8], last: i64) {
        while let Err(error) = self.write(batch, last) {
            self.metrics.journal_errors_total.rise();
            self.metrics
                .ready
                .store(false, std::sync::atomic::Ordering::Relaxed);
            tracing::error!(%error, "journal_write_failed");
            thread::sleep(RETRY_AFTER);
        }
        self.metrics
            .ready
            .store(true, std::sync::atomic::Ordering::Relaxed);
        self.last_sync = Some(Instant::now());
    }

    fn write(&mut self, batch: &[u8], last: i64) -> io::Result<()> {
        // A failed write may have left a part: the next try begins where this piece is known to be whole.
        self.piece.file.set_len(self.piece.bytes)?;
        io::Seek::seek(&mut self.piece.file, io::SeekFrom::Start(self.piece.bytes))?;
        self.piece.file.write_all(batch)?;
        self.piece.file.sync_data()?;
        self.metrics.journal_syncs_total.rise();
        self.piece.bytes += batch.len() as u64;
        self.piece.last = last;
        if self.piece.bytes >= PIECE_BYTES_MAX {
            let next = Piece::create(&self.run, last + 1)?;
            let full = std::mem::replace(&mut self.piece, next);
            self.closed.push_back((full.path, full.last));
        }
        Ok(())
    }

    fn release(&mut self, seq: i64) {
        while let Some((path, _)) = self.closed.front().filter(|(_, last)| *last <= seq) {
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, "journal_piece_not_removed");
            }
            self.closed.pop_front();
        }
        if self.piece.bytes > 0 && self.piece.last <= seq && self.piece.file.set_len(0).is_ok() {
            self.piece.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(folder: &Path) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in fs::read_dir(folder.join("node")).unwrap() {
            bytes.extend(fs::read(piece.unwrap().path()).unwrap());
        }
        bytes
    }

    fn wait_synced(journal: &Journal, seq: i64) {
        let until = Instant::now() + Duration::from_secs(10);
        while *journal.synced.borrow() < seq {
            assert!(Instant::now() < until, "not synced in time");
            thread::yield_now();
        }
    }

    #[test]
    fn a_happening_is_on_disk_when_it_counts_as_synced() {
        let folder = tempfile::tempdir().unwrap();
        let journal = start(folder.path(), "node", Arc::default()).unwrap();
        for seq in 1..=3 {
            let record = Arc::from(vec![seq as u8; 5]);
            journal.entries.send(Entry::Append { seq, record }).unwrap();
        }
        wait_synced(&journal, 3);
        let bytes = pieces(folder.path());
        assert_eq!(read(&bytes), [&[1_u8; 5][..], &[2; 5], &[3; 5]]);
    }

    #[test]
    fn what_is_acknowledged_goes_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let journal = start(folder.path(), "node", Arc::default()).unwrap();
        let append = |seq| Entry::Append {
            seq,
            record: Arc::from(vec![seq as u8; 3]),
        };
        journal.entries.send(append(1)).unwrap();
        wait_synced(&journal, 1);
        journal.entries.send(Entry::Acknowledged(1)).unwrap();
        journal.entries.send(append(2)).unwrap();
        wait_synced(&journal, 2);
        assert_eq!(read(&pieces(folder.path())), [&[2_u8; 3][..]]);
    }

    #[test]
    fn reading_stops_at_a_torn_record() {
        let mut bytes = Vec::new();
        for record in [b"one", b"two"] {
            bytes.extend_from_slice(&3_u32.to_le_bytes());
            bytes.extend_from_slice(&crc32fast::hash(record).to_le_bytes());
            bytes.extend_from_slice(record);
        }
        assert_eq!(read(&bytes), [b"one", b"two"]);
        assert_eq!(read(&bytes[..bytes.len() - 1]), [b"one"]);
        bytes[9] ^= 1;
        assert!(read(&bytes).is_empty());
    }

    #[test]
    fn an_earlier_runs_happenings_survive_a_restart_and_empty_runs_go() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("empty")).unwrap();
        fs::create_dir_all(folder.path().join("left")).unwrap();
        fs::write(folder.path().join("left/1.journal"), b"x").unwrap();
        start(folder.path(), "node", Arc::default()).unwrap();
        assert!(folder.path().join("left/1.journal").exists());
        assert!(!folder.path().join("empty").exists());
    }
}
