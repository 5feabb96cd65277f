//! A file with the records on their way, so that they survive the end of the process.
//!
//! Its lines are those of an outbox: what a killed process leaves behind is delivered by whoever opens
//! the file as one. A record may come twice that way, which its id forgives.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use super::outbox::write_line;
use crate::{
    Error, Result,
    store::{Table, WritableRow},
};

/// From how many bytes on another file is begun.
const LARGEST: u64 = 8 << 20;

/// The file, and the one before until all of its records are settled.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    /// How many records were put in so far, of this file and all before.
    appended: u64,
    before: Option<Before>,
    /// The bytes of a call, kept for the next.
    lines: Vec<u8>,
}

/// A full file.
#[derive(Debug)]
struct Before {
    path: PathBuf,
    /// Held so that nobody takes the file for one that was left behind.
    _file: File,
    /// How many records were put in until it was full.
    until: u64,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = open(path)?;
        let length = file.metadata().map_err(Error::storage("read", path))?.len();
        if length > 0 {
            let problem = "it holds records of another log; open it as the outbox of one";
            return Err(Error::invalid(format!("journal {}", path.display()), problem));
        }
        let path = path.to_owned();
        Ok(Self { path, file, length, appended: 0, before: None, lines: Vec::new() })
    }

    /// Puts records in, all or none, as far as the end of this process is concerned.
    pub(super) fn append<'a>(
        &mut self,
        rows: impl IntoIterator<Item = (Table, &'a WritableRow)>,
    ) -> Result<()> {
        self.lines.clear();
        let mut count = 0;
        for (table, row) in rows {
            write_line(table, row, &mut self.lines);
            count += 1;
        }
        if let Err(source) = self.file.write_all(&self.lines) {
            // What was written of it must not stand in front of the next record.
            let _ = self.file.set_len(self.length);
            return Err(Error::storage("write", &self.path)(source));
        }
        self.length += self.lines.len() as u64;
        self.appended += count;
        Ok(())
    }

    /// Notes that records which were put in are not on their way after all.
    pub(super) fn withdraw(&mut self, count: u64) {
        self.appended -= count.min(self.appended);
    }

    /// Drops what is settled: of all records, the first so many.
    pub(super) fn settle(&mut self, settled: u64) -> Result<()> {
        if self.before.as_ref().is_some_and(|before| settled >= before.until)
            && let Some(before) = self.before.take()
        {
            fs::remove_file(&before.path).map_err(Error::storage("remove", &before.path))?;
        }
        if settled >= self.appended && self.length > 0 {
            self.file.set_len(0).map_err(Error::storage("write", &self.path))?;
            self.length = 0;
        } else if self.length > LARGEST && self.before.is_none() {
            self.begin_another()?;
        }
        Ok(())
    }

    fn begin_another(&mut self) -> Result<()> {
        let path = self.path.with_extension("full.jsonl");
        fs::rename(&self.path, &path).map_err(Error::storage("rename", &self.path))?;
        let file = open(&self.path)?;
        let full = std::mem::replace(&mut self.file, file);
        self.before = Some(Before { path, _file: full, until: self.appended });
        self.length = 0;
        Ok(())
    }

    /// Removes the files, if nothing is in them.
    pub(super) fn close(&mut self) {
        if self.length == 0 && self.before.is_none() {
            // Whoever finds it sees that it is empty.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens a file that belongs to one log at a time.
fn open(path: &Path) -> Result<File> {
    let storage = |action| Error::storage(action, path);
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(storage("write"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy {
            what: format!("the journal {}", path.display()),
            problem: "another log uses it; give each process a journal of its own".to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(storage("write")(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{PredictionRecord, Record, log::outbox::Outbox};

    fn row(id: &str) -> WritableRow {
        let mut record = PredictionRecord::new("m", "1", "good", 0.9);
        id.clone_into(&mut record.id);
        record.to_row().unwrap()
    }

    #[test]
    fn what_is_not_settled_is_found_by_an_outbox() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(Journal::open(&path).unwrap_err().kind(), crate::ErrorKind::Busy);
        let (one, two) = (row("one"), row("two"));
        journal.append([(Table::Predictions, &one)]).unwrap();
        journal.append([(Table::Predictions, &two)]).unwrap();
        journal.settle(1).unwrap();
        drop(journal);
        assert!(Journal::open(&path).is_err());
        let mut outbox = Outbox::open(&path, 1 << 20).unwrap();
        assert_eq!(outbox.read(10).unwrap().rows.len(), 2);
    }

    #[test]
    fn what_is_settled_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        let one = row("one");
        journal.append([(Table::Predictions, &one), (Table::Predictions, &one)]).unwrap();
        journal.withdraw(1);
        journal.settle(0).unwrap();
        assert!(fs::metadata(&path).unwrap().len() > 0);
        journal.settle(1).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        let mut appended = 1;
        while journal.before.is_none() {
            journal.append((0..1000).map(|_| (Table::Predictions, &one))).unwrap();
            appended += 1000;
            journal.settle(1).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        journal.append([(Table::Predictions, &one)]).unwrap();
        journal.settle(appended).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(fs::metadata(&path).unwrap().len() > 0);
        journal.settle(appended + 1).unwrap();
        journal.close();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
