//! Spool files: recorded pages, appended and never changed.
//!
//! A file is a row of records: the length of the body (32-bit little-endian), its CRC-32 (IEEE) and the body, a
//! [`SpoolPage`]. A reader stops at the first record that is cut short or does not match: the node died while it was
//! written, or it is being written. Names are `<node start, UTC µs>-<thread>-<file>.spool` with leading zeros, so that
//! their order is the order of writing; a file is finished once its thread has begun a later one or the node a new run.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use prost::Message;

use crate::wire::SpoolPage;

/// Bytes before a record's body.
const HEAD_BYTES: usize = 8;

/// One thread's row of spool files.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    prefix: String,
    bytes_max: u64,
    age_max: Duration,
    next: u32,
    open: Option<Open>,
    unsynced: Vec<Arc<File>>,
    record: Vec<u8>,
}

#[derive(Debug)]
struct Open {
    file: Arc<File>,
    bytes: u64,
    since: Instant,
}

impl Spool {
    pub fn new(
        folder: &Path,
        start_unix_us: i64,
        thread: usize,
        bytes_max: u64,
        age_max: Duration,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            prefix: format!("{start_unix_us:016}-{thread:02}"),
            bytes_max,
            age_max,
            next: 0,
            open: None,
            unsynced: Vec::new(),
            record: Vec::new(),
        })
    }

    /// Appends a page; after a failure the next page goes to a new file, since this one's end may be torn.
    pub fn append(&mut self, page: &SpoolPage) -> io::Result<()> {
        self.encode(page)?;
        let mut open = match self.open.take() {
            Some(open) if open.bytes < self.bytes_max && open.since.elapsed() < self.age_max => {
                open
            }
            _ => self.begin()?,
        };
        (&*open.file).write_all(&self.record)?;
        open.bytes += self.record.len() as u64;
        self.note_unsynced(&open.file);
        self.open = Some(open);
        Ok(())
    }

    /// The files that were written to since this was last asked.
    pub fn take_unsynced(&mut self) -> Vec<Arc<File>> {
        std::mem::take(&mut self.unsynced)
    }

    /// Gives back files that could not be synced yet.
    pub fn put_back_unsynced(&mut self, files: Vec<Arc<File>>) {
        for file in files {
            self.note_unsynced(&file);
        }
    }

    fn note_unsynced(&mut self, file: &Arc<File>) {
        if !self.unsynced.iter().any(|known| Arc::ptr_eq(known, file)) {
            self.unsynced.push(Arc::clone(file));
        }
    }

    fn encode(&mut self, page: &SpoolPage) -> io::Result<()> {
        self.record.clear();
        self.record.resize(HEAD_BYTES, 0);
        page.encode(&mut self.record).map_err(io::Error::other)?;
        let (head, body) = self.record.split_at_mut(HEAD_BYTES);
        head[..4].copy_from_slice(&(body.len() as u32).to_le_bytes());
        head[4..].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
        Ok(())
    }

    fn begin(&mut self) -> io::Result<Open> {
        let path = self
            .folder
            .join(format!("{}-{:08}.spool", self.prefix, self.next));
        self.next += 1;
        let file = Arc::new(File::options().append(true).create_new(true).open(path)?);
        Ok(Open {
            file,
            bytes: 0,
            since: Instant::now(),
        })
    }
}

/// The pages of a spool file up to its first torn record.
pub fn pages(mut bytes: &[u8]) -> Vec<SpoolPage> {
    let mut pages = Vec::new();
    while let Some((page, rest)) = first_page(bytes) {
        pages.push(page);
        bytes = rest;
    }
    pages
}

fn first_page(bytes: &[u8]) -> Option<(SpoolPage, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let (body, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return None;
    }
    Some((SpoolPage::decode(body).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u32) -> SpoolPage {
        SpoolPage {
            contact_id: "con_1".to_owned(),
            number,
            pcmu: vec![9; 8_000],
            ..SpoolPage::default()
        }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .expect("folder")
            .map(|entry| entry.expect("entry").path())
            .collect();
        files.sort();
        files
    }

    #[test]
    fn what_is_written_is_read_up_to_the_first_torn_record() {
        let folder = tempfile::tempdir().expect("folder");
        let hour = Duration::from_secs(3_600);
        let mut spool = Spool::new(folder.path(), 5, 0, 1 << 20, hour).expect("spool");
        (0..3).for_each(|number| spool.append(&page(number)).expect("written"));
        assert_eq!(spool.take_unsynced().len(), 1);
        let bytes = fs::read(&files(folder.path())[0]).expect("file");
        assert_eq!(pages(&bytes), [page(0), page(1), page(2)]);
        assert_eq!(pages(&bytes[..bytes.len() - 1]), [page(0), page(1)]);
        let mut flipped = bytes;
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        assert_eq!(pages(&flipped), [page(0)]);
    }

    #[test]
    fn a_full_or_old_file_is_followed_by_another_in_the_order_of_names() {
        for (bytes_max, age_max) in [
            (10_000, Duration::from_secs(3_600)),
            (1 << 20, Duration::ZERO),
        ] {
            let folder = tempfile::tempdir().expect("folder");
            let mut spool = Spool::new(folder.path(), 5, 0, bytes_max, age_max).expect("spool");
            (0..5).for_each(|number| spool.append(&page(number)).expect("written"));
            let read: Vec<_> = files(folder.path())
                .iter()
                .flat_map(|path| pages(&fs::read(path).expect("file")))
                .map(|page| page.number)
                .collect();
            assert!(files(folder.path()).len() > 1);
            assert_eq!(read, [0, 1, 2, 3, 4]);
        }
    }
}
