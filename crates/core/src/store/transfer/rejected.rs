//! Rows that were not imported, kept aside.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::{Map, Value};

use super::csv;
use crate::{
    Error, Result,
    file::PartFile,
    model::{Cell, Place, Row},
};

/// What is told of a rejected row besides what it held.
const TOLD: [&str; 3] = ["rejected_line", "rejected_reason", "rejected_row"];

/// A row that was not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The line of a text file in which it begins, from 1, or its number among the rows, from 0.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What a rejected row held.
pub(super) enum Held<'a> {
    Row(&'a Row<'a>),
    /// What is no row, as it stands in the file.
    Raw(&'a str),
}

/// The file they are kept in. It is made with the first of them, in the form of the file they
/// come from: CSV, or JSON Lines for all others.
pub(super) struct Rejected {
    path: PathBuf,
    is_csv: bool,
    names: Vec<String>,
    file: Option<BufWriter<PartFile>>,
}

impl Rejected {
    /// Beside `source` unless a path is given.
    pub(super) fn new(source: &Path, path: Option<&Path>, is_csv: bool) -> Result<Self> {
        let ending = if is_csv { "rejected.csv" } else { "rejected.jsonl" };
        let path = path.map_or_else(|| source.with_extension(ending), Path::to_owned);
        if path == source {
            let problem = format!("{} is the file that is read", path.display());
            return Err(Error::invalid("rejected", problem));
        }
        Ok(Self { path, is_csv, names: Vec::new(), file: None })
    }

    pub(super) fn set_names(&mut self, names: &[String]) {
        self.names = names.to_vec();
    }

    pub(super) fn push(&mut self, place: Place, reason: &str, held: &Held<'_>) -> Result<()> {
        let mut out = String::new();
        if self.is_csv {
            if self.file.is_none() {
                let names = self.names.iter().map(String::as_str);
                csv::push_names(&mut out, names.chain(TOLD));
            }
            self.push_csv(&mut out, place, reason, held);
        } else {
            self.push_json(&mut out, place, reason, held);
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(PartFile::create(&self.path)?)),
        };
        file.write_all(out.as_bytes()).map_err(Error::storage("write", &self.path))
    }

    fn push_csv(&self, out: &mut String, place: Place, reason: &str, held: &Held<'_>) {
        for column in 0..self.names.len() {
            if let Held::Row(Row::Cells(cells)) = held
                && let Some(text) = cells.get(column).and_then(|cell| cell.clone().into_text())
            {
                csv::push_text(out, &text, false);
            }
            out.push(',');
        }
        out.push_str(&place.number().to_string());
        out.push(',');
        csv::push_text(out, reason, false);
        out.push(',');
        if let Held::Raw(raw) = held {
            csv::push_text(out, raw, false);
        }
        out.push_str("\r\n");
    }

    fn push_json(&self, out: &mut String, place: Place, reason: &str, held: &Held<'_>) {
        let [line_name, reason_name, raw_name] = TOLD;
        let mut object = match held {
            Held::Row(Row::Object(object)) => (*object).clone(),
            Held::Row(Row::Cells(cells)) => {
                self.names.iter().cloned().zip(cells.iter().map(Cell::to_json)).collect()
            }
            Held::Raw(_) => Map::new(),
        };
        object.insert(line_name.to_owned(), Value::from(place.number()));
        object.insert(reason_name.to_owned(), Value::from(reason));
        if let Held::Raw(raw) = held {
            object.insert(raw_name.to_owned(), Value::from(*raw));
        }
        out.push_str(&Value::Object(object).to_string());
        out.push('\n');
    }

    /// The file, if there was anything to keep.
    pub(super) fn finish(self) -> Result<Option<PathBuf>> {
        let Some(file) = self.file else { return Ok(None) };
        let file = file
            .into_inner()
            .map_err(|error| Error::storage("write", &self.path)(error.into_error()))?;
        file.finish()?;
        Ok(Some(self.path))
    }
}
