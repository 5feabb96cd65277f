//! A file in which records wait for a store that cannot be reached.
//!
//! Each record is a line: the first digits of its hash, and JSON. A line that was cut off by a
//! crash does not fit its hash and is left out: its record had never been acknowledged.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
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

    /// Finds the end of what was written whole, and cuts off the rest.
    fn recover(&mut self) -> Result<()> {
        let read = || Error::storage("read", &self.path);
        self.file.seek(SeekFrom::Start(0)).map_err(read())?;
        let mut reader = BufReader::new(&self.file);
        let (mut line, mut good, mut waiting) = (Vec::new(), 0, 0);
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(read())?;
            if length == 0 || parse(&line).is_none() {
                break;
            }
            good += length as u64;
            waiting += 1;
        }
        drop(reader);
        self.file.set_len(good).map_err(Error::storage("write", &self.path))?;
        (self.length, self.waiting) = (good, waiting);
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
        }
        Ok(())
    }

    /// Takes out the records of which a test holds, and says how many they were.
    pub(super) fn purge(&mut self, goes: impl Fn(Table, &WritableRow) -> bool) -> Result<u64> {
        let all = self.read(usize::MAX)?;
        let count = all.rows.len();
        let kept: Vec<_> = all.rows.into_iter().filter(|(table, row)| !goes(*table, row)).collect();
        let gone = (count - kept.len()) as u64;
        if gone > 0 {
            let mut lines = Vec::new();
            for (table, row) in &kept {
                write_line(*table, row, &mut lines);
            }
            // Who asks to be forgotten must not wait for a store that is away; a crash at this
            // very moment would lose what waits here.
            let storage = || Error::storage("write", &self.path);
            self.file.set_len(0).map_err(storage())?;
            self.file.write_all(&lines).and_then(|()| self.file.sync_data()).map_err(storage())?;
            self.edition += 1;
            self.length = lines.len() as u64;
            (self.delivered, self.waiting) = (0, kept.len() as u64);
        }
        Ok(gone)
    }

    /// Keeps a record aside that the store will never take, with the reason.
    pub(super) fn reject(&self, table: Table, row: &WritableRow, reason: &str) -> Result<()> {
        let path = self.path.with_extension("rejected");
        let wrong = || Error::storage("write", &path);
        let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(wrong())?;
        let now = Timestamp::now();
        let line = json!({ "at": now, "reason": reason, "record": encode(table, row) });
        file.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(wrong())
    }
}

fn write_line(table: Table, row: &WritableRow, out: &mut Vec<u8>) {
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
    let json: Json = serde_json::from_slice(json).ok()?;
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
