//! A file in which records wait for a store that cannot be reached.
//!
//! Each record is a line: the first digits of its hash, and JSON. The last line may have been cut
//! off by a crash; its record had never been acknowledged. Any other line that is none of ours is
//! kept aside, and a file that does not begin with one of ours is somebody else's.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};

use crate::{
    Error, Result, Timestamp,
    chain::hex,
    store::{Kind, Table, Value, WritableRow},
};

/// How many digits of its hash a line begins with.
const DIGITS: usize = 16;

/// From how many delivered bytes on the file is written anew without them.
const LEAST_COMPACTED: u64 = 4 << 20;

/// A file of waiting records, which belongs to one log at a time.
#[derive(Debug)]
pub(super) struct Outbox {
    path: PathBuf,
    file: File,
    /// How long the file is.
    length: u64,
    /// Up to where its records have been delivered.
    delivered: u64,
    /// How many records wait.
    waiting: u64,
    limit: u64,
    /// How often the file was written anew: what was read before is no longer where it was.
    edition: u64,
}

/// Records from an outbox, and where the next one begins.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) rows: Vec<(Table, WritableRow)>,
    until: u64,
    edition: u64,
}

impl Outbox {
    /// Opens the file, or makes it, and counts what waits in it.
    pub(super) fn open(path: &Path, limit: u64) -> Result<Self> {
        let storage = |action| Error::storage(action, path);
        let opened = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(storage("write"))?;
        match opened.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let problem = "another log uses it; give each process an outbox of its own";
                return Err(Error::Busy {
                    what: format!("the outbox {}", path.display()),
                    problem: problem.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(storage("write")(source)),
        }
        let mut outbox = Self {
            path: path.to_owned(),
            file: opened,
            length: 0,
            delivered: 0,
            waiting: 0,
            limit,
            edition: 0,
        };
        outbox.recover()?;
        Ok(outbox)
    }

    /// Lets another log have the file; this one must not touch it any more.
    pub(super) fn release(&self) {
        // Where it fails, the file is free once this is dropped.
        let _ = self.file.unlock();
    }

    /// Counts what was written whole, cuts off half a line at the end, and keeps aside what is
    /// damaged.
    fn recover(&mut self) -> Result<()> {
        let read = || Error::storage("read", &self.path);
        self.file.seek(SeekFrom::Start(0)).map_err(read())?;
        let mut reader = BufReader::new(&self.file);
        let (mut line, mut length, mut waiting) = (Vec::new(), 0, 0);
        let mut damaged = Vec::new();
        loop {
            line.clear();
            let bytes = reader.read_until(b'\n', &mut line).map_err(read())?;
            if bytes == 0 {
                break;
            }
            if parse(&line).is_some() {
                waiting += 1;
                length += bytes as u64;
            } else if waiting == 0 && !is_half(&line) {
                let problem = "its first line is none of an outbox; name another file";
                return Err(Error::incompatible(format!("{}", self.path.display()), problem));
            } else if line.ends_with(b"\n") {
                damaged.push(line.clone());
            }
        }
        drop(reader);
        if damaged.is_empty() {
            self.file.set_len(length).map_err(Error::storage("write", &self.path))?;
            (self.length, self.waiting) = (length, waiting);
            return Ok(());
        }
        for line in damaged {
            let line = String::from_utf8_lossy(&line).into_owned();
            self.keep_aside(&json!({ "reason": "the line is damaged", "line": line.trim_end() }))?;
        }
        let all = fs::read(&self.path).map_err(Error::storage("read", &self.path))?;
        let lines = all.split_inclusive(|byte| *byte == b'\n');
        let kept: Vec<&[u8]> = lines.filter(|line| parse(line).is_some()).collect();
        self.rewrite(&mut kept.concat().as_slice(), waiting)
    }

    /// Puts another content in the place of this one, whole or not at all, and keeps the lock.
    fn rewrite(&mut self, content: &mut dyn Read, waiting: u64) -> Result<()> {
        let mut path = self.path.clone().into_os_string();
        path.push(".part");
        let part = PathBuf::from(path);
        let storage = || Error::storage("write", &part);
        let mut make = || -> io::Result<(File, u64)> {
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(&part)?;
            file.set_len(0)?;
            let length = io::copy(content, &mut file)?;
            file.sync_data()?;
            file.lock()?;
            fs::rename(&part, &self.path)?;
            Ok((file, length))
        };
        let (file, length) = make().map_err(|source| {
            let _ = fs::remove_file(&part);
            storage()(source)
        })?;
        // What was read before is no longer where it was.
        self.edition += 1;
        self.file = file;
        (self.length, self.delivered, self.waiting) = (length, 0, waiting);
        Ok(())
    }

    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Appends records; all or none.
    ///
    /// # Errors
    /// [`Error::Busy`] if the file would become too large; [`Error::Storage`] if the disk does not
    /// take it.
    pub(super) fn append<'a>(
        &mut self,
        rows: impl IntoIterator<Item = (Table, &'a WritableRow)>,
        sync: bool,
    ) -> Result<()> {
        let mut lines = Vec::new();
        let mut count = 0;
        for (table, row) in rows {
            write_line(table, row, &mut lines);
            count += 1;
        }
        let waits = self.length - self.delivered;
        if waits + lines.len() as u64 > self.limit {
            let problem = format!("{waits} bytes wait in it, and {} is the limit", self.limit);
            return Err(Error::Busy {
                what: format!("the outbox {}", self.path.display()),
                problem,
            });
        }
        let written = self
            .file
            .write_all(&lines)
            .and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        if let Err(source) = written {
            // What was written of it must not stand in front of the next record.
            let _ = self.file.set_len(self.length);
            return Err(Error::storage("write", &self.path)(source));
        }
        self.length += lines.len() as u64;
        self.waiting += count;
        Ok(())
    }

    /// The records that have waited longest, at most so many.
    pub(super) fn read(&mut self, limit: usize) -> Result<Parcel> {
        let mut rows = Vec::new();
        let mut until = self.delivered;
        if self.waiting > 0 {
            let wrong = || Error::storage("read", &self.path);
            self.file.seek(SeekFrom::Start(self.delivered)).map_err(wrong())?;
            let mut reader = BufReader::new((&self.file).take(self.length - self.delivered));
            let mut line = Vec::new();
            while rows.len() < limit {
                line.clear();
                let length = reader.read_until(b'\n', &mut line).map_err(wrong())?;
                if length == 0 {
                    break;
                }
                let row = parse(&line).ok_or_else(|| {
                    let what = format!("the outbox {}", self.path.display());
                    Error::incompatible(what, format!("the line at byte {until} is damaged"))
                })?;
                rows.push(row);
                until += length as u64;
            }
        }
        Ok(Parcel { rows, until, edition: self.edition })
    }

    /// Notes that the records of a parcel are where they belong.
    pub(super) fn confirm(&mut self, parcel: &Parcel) -> Result<()> {
        if parcel.edition != self.edition {
            // They will be delivered once more, which their ids forgive.
            return Ok(());
        }
        self.waiting -= (parcel.rows.len() as u64).min(self.waiting);
        self.delivered = parcel.until;
        if self.delivered >= self.length {
            self.file.set_len(0).map_err(Error::storage("write", &self.path))?;
            (self.length, self.delivered, self.waiting) = (0, 0, 0);
        } else if self.delivered > LEAST_COMPACTED && self.delivered > self.length / 2 {
            self.compact()?;
        }
        Ok(())
    }

    /// Drops what was delivered.
    fn compact(&mut self) -> Result<()> {
        let read = || Error::storage("read", &self.path);
        let mut left = self.file.try_clone().map_err(read())?;
        left.seek(SeekFrom::Start(self.delivered)).map_err(read())?;
        // Piece by piece: what waits may be large.
        self.rewrite(&mut left.take(self.length - self.delivered), self.waiting)
    }

    /// Takes out the records of which a test holds, and says how many they were.
    pub(super) fn purge(&mut self, goes: impl Fn(Table, &WritableRow) -> bool) -> Result<u64> {
        let all = self.read(usize::MAX)?;
        let count = all.rows.len();
        let kept: Vec<_> = all.rows.into_iter().filter(|(table, row)| !goes(*table, row)).collect();
        let gone = (count - kept.len()) as u64;
        // What was delivered is still in the file, and may be about the same people.
        if gone > 0 || self.delivered > 0 {
            let mut lines = Vec::new();
            for (table, row) in &kept {
                write_line(*table, row, &mut lines);
            }
            self.rewrite(&mut lines.as_slice(), kept.len() as u64)?;
        }
        self.purge_rejected(&goes)?;
        Ok(gone)
    }

    /// Takes records of which a test holds out of those that were kept aside.
    fn purge_rejected(&self, goes: &impl Fn(Table, &WritableRow) -> bool) -> Result<()> {
        let path = self.rejected();
        let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
        let stays = |line: &&str| {
            let record = serde_json::from_str::<Json>(line).ok();
            let record = record.as_ref().and_then(|line| decode_record(line.get("record")?));
            record.is_none_or(|(table, row)| !goes(table, &row))
        };
        let kept: String = text.split_inclusive('\n').filter(stays).collect();
        if kept.len() == text.len() {
            return Ok(());
        }
        crate::file::write_bytes(&path, kept.as_bytes())
    }

    fn rejected(&self) -> PathBuf {
        self.path.with_extension("rejected")
    }

    /// Keeps a record aside that the store will never take, with the reason.
    pub(super) fn reject(&self, table: Table, row: &WritableRow, reason: &str) -> Result<()> {
        self.keep_aside(&json!({ "reason": reason, "record": encode(table, row) }))
    }

    fn keep_aside(&self, what: &Json) -> Result<()> {
        let path = self.rejected();
        let wrong = || Error::storage("write", &path);
        let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(wrong())?;
        let mut line = what.clone();
        line["at"] = json!(Timestamp::now());
        file.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(wrong())
    }
}

/// Whether bytes may be the beginning of a line that a crash has cut off: some file systems then
/// leave zeros.
fn is_half(line: &[u8]) -> bool {
    let (hash, rest) = line.split_at(DIGITS.min(line.len()));
    let is_ours = hash.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && (rest.is_empty() || rest == b" " || rest.starts_with(b" {"));
    !line.ends_with(b"\n") && (is_ours || line.iter().all(|byte| *byte == 0))
}

pub(super) fn write_line(table: Table, row: &WritableRow, out: &mut Vec<u8>) {
    let json = encode(table, row).to_string();
    out.extend_from_slice(digits(json.as_bytes()).as_bytes());
    out.push(b' ');
    out.extend_from_slice(json.as_bytes());
    out.push(b'\n');
}

fn digits(bytes: &[u8]) -> String {
    hex(&blake3::hash(bytes).as_bytes()[..DIGITS / 2])
}

fn encode(table: Table, row: &WritableRow) -> Json {
    let values = row.values().iter().map(|value| match value {
        Value::Null => Json::Null,
        Value::Integer(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        Value::Truth(truth) => (*truth).into(),
        Value::Time(time) => time.micros().into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => hex(bytes).into(),
    });
    json!({ "table": table.name(), "row": values.collect::<Vec<_>>() })
}

/// The record of a line, if the line is whole.
fn parse(line: &[u8]) -> Option<(Table, WritableRow)> {
    let line = line.strip_suffix(b"\n")?;
    let (hash, rest) = line.split_at_checked(DIGITS)?;
    let json = rest.strip_prefix(b" ")?;
    if digits(json).as_bytes() != hash {
        return None;
    }
    decode_record(&serde_json::from_slice(json).ok()?)
}

/// The record that [`encode`] has written.
fn decode_record(json: &Json) -> Option<(Table, WritableRow)> {
    let name = json.get("table")?.as_str()?;
    let table = Table::ALL.into_iter().find(|table| table.name() == name)?;
    let values = json.get("row")?.as_array()?;
    if values.len() != table.columns().len() {
        return None;
    }
    let columns = table.columns().iter();
    let row = columns.zip(values).map(|(column, value)| decode(column.kind, value));
    Some((table, WritableRow(row.collect::<Option<Vec<_>>>()?)))
}

fn decode(kind: Kind, value: &Json) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    Some(match kind {
        Kind::Integer => Value::Integer(value.as_i64()?),
        Kind::Real => Value::Real(value.as_f64()?),
        Kind::Truth => Value::Truth(value.as_bool()?),
        Kind::Time => Value::Time(Timestamp::from_micros(value.as_i64()?)),
        Kind::Text | Kind::Json => Value::Text(value.as_str()?.to_owned()),
        Kind::Bytes => {
            let digits = value.as_str()?;
            let pairs = (0..digits.len()).step_by(2);
            let bytes = pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok());
            Value::Bytes(bytes.collect::<Option<Vec<_>>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{Consent, PredictionRecord, Record},
        text::Anonymizer,
    };

    fn row(number: u32) -> WritableRow {
        let mut record = PredictionRecord::new("sentiment", "3", "positive", 0.1 + 0.2);
        record.id = format!("id-{number}");
        let shared = Consent::given().with_subject("s").share();
        let shared = shared.with_text(&Anonymizer::new(), "Bagus \"sekali\"\n😍");
        record.with_shared(shared.with_embedding(&[1.5, -0.25])).to_row().unwrap()
    }

    #[test]
    fn what_waits_is_there_after_a_crash_but_for_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        let mut outbox = Outbox::open(&path, 1 << 20).unwrap();
        let rows = [row(1), row(2), row(3)];
        outbox.append(rows.iter().map(|row| (Table::Predictions, row)), true).unwrap();
        assert!(matches!(Outbox::open(&path, 1), Err(Error::Busy { .. })));
        drop(outbox);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 7]).unwrap();
        let mut outbox = Outbox::open(&path, 1 << 20).unwrap();
        assert_eq!(outbox.waiting(), 2);
        outbox.append([(Table::Predictions, &rows[2])], false).unwrap();
        let parcel = outbox.read(2).unwrap();
        assert_eq!(parcel.rows.len(), 2);
        outbox.confirm(&parcel).unwrap();
        let parcel = outbox.read(10).unwrap();
        assert_eq!(parcel.rows, [(Table::Predictions, rows[2].clone())]);
        outbox.confirm(&parcel).unwrap();
        assert_eq!((outbox.waiting(), std::fs::metadata(&path).unwrap().len()), (0, 0));
    }

    #[test]
    fn what_was_delivered_leaves_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        let mut outbox = Outbox::open(&path, 1 << 30).unwrap();
        let rows: Vec<WritableRow> = (0..60_000).map(row).collect();
        outbox.append(rows.iter().map(|row| (Table::Predictions, row)), false).unwrap();
        let whole = std::fs::metadata(&path).unwrap().len();
        assert!(whole > 2 * LEAST_COMPACTED, "{whole}");
        let mut seen = 0;
        let mut smallest = whole;
        while outbox.waiting() > 0 {
            let parcel = outbox.read(8192).unwrap();
            for (_, found) in &parcel.rows {
                assert_eq!(*found, rows[seen]);
                seen += 1;
            }
            outbox.confirm(&parcel).unwrap();
            let length = std::fs::metadata(&path).unwrap().len();
            smallest = smallest.min(if length == 0 { smallest } else { length });
            assert!(matches!(Outbox::open(&path, 1), Err(Error::Busy { .. })));
        }
        assert_eq!(seen, rows.len());
        assert!(smallest < whole / 2, "{smallest} of {whole}");
    }

    #[test]
    fn it_does_not_grow_without_end_and_forgets_whom_it_must() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(&folder.path().join("outbox"), 2000).unwrap();
        let rows: Vec<WritableRow> = (0..20).map(row).collect();
        let mut count: u32 = 0;
        let error = loop {
            match outbox.append([(Table::Predictions, &rows[count as usize])], false) {
                Ok(()) => count += 1,
                Err(error) => break error,
            }
        };
        assert!(count >= 2 && error.to_string().contains("2000 is the limit"), "{error}");
        let goes = |_: Table, row: &WritableRow| row.values()[0] == Value::Text("id-1".to_owned());
        assert_eq!(outbox.purge(goes).unwrap(), 1);
        assert_eq!(outbox.waiting(), u64::from(count) - 1);
        assert_eq!(outbox.read(9).unwrap().rows[1].1, rows[2]);
    }
}
