//! Rows of tables, whatever file they are in, one after the other: what is in memory is a row, and
//! never a file.

mod cell;
mod csv;
mod encoding;
mod json;
#[cfg(feature = "parquet")]
mod parquet;

use std::{
    cell::Cell as Shared,
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    rc::Rc,
};

use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use self::cell::Cell;
use super::names::column;
use crate::{Error, Result};

/// How many rows are read between two looks at whoever watches.
const BETWEEN_LOOKS: u64 = 1024;

/// The longest row: what is longer is broken, such as by a quotation mark that is never closed.
const LONGEST_ROW: usize = 16 << 20;

/// The files that tables are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Cells parted by commas, semicolons or tabs, the names of the columns in the first line.
    Csv,
    /// JSON Lines: an object a line. Where files are read, an array of objects, too.
    #[serde(alias = "jsonl")]
    Json,
    /// Parquet.
    Parquet,
}

impl TableFormat {
    /// The format that the ending of a file's name tells, if it tells one.
    pub fn of(path: impl AsRef<Path>) -> Option<Self> {
        let ending = path.as_ref().extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" | "tsv" | "tab" | "txt" => Some(Self::Csv),
            "json" | "jsonl" | "ndjson" => Some(Self::Json),
            "parquet" | "pq" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// Its name: `csv`, `json` or `parquet`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// The format of a name.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names those there are.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "csv" => Ok(Self::Csv),
            "json" | "jsonl" => Ok(Self::Json),
            "parquet" => Ok(Self::Parquet),
            _ => {
                let problem = format!("{name:?} is none of csv, json, jsonl and parquet");
                Err(Error::invalid("format", problem))
            }
        }
    }
}

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It begins in this line of a text file; the first is 1.
    Line(u64),
    /// It is this one of rows that are in no lines; the first is 0.
    Row(u64),
}

impl Place {
    /// The number of the line or row.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Row(number) => number,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(out, "line {number}"),
            Self::Row(number) => write!(out, "row {number}"),
        }
    }
}

/// A row as it was read.
#[derive(Debug)]
pub(crate) enum Row<'a> {
    /// A cell for each column.
    Cells(&'a [Cell]),
    /// An object, which has the members it has.
    Object(&'a Map<String, Value>),
}

/// What is no row.
#[derive(Debug)]
pub(crate) struct Broken<'a> {
    pub(crate) place: Place,
    pub(crate) reason: String,
    /// What stands there.
    pub(crate) raw: &'a str,
}

/// A column that was chosen among those of a table.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) name: String,
    place: usize,
}

impl Chosen {
    /// The column of this name; `role` is what it is for.
    pub(crate) fn new(role: &str, name: &str, names: &[String]) -> Result<Self> {
        Ok(Self { name: name.to_owned(), place: column(role, name, names)? })
    }

    /// What a row holds there; an object without such a member holds nothing.
    pub(crate) fn of(&self, row: &Row<'_>) -> Cell {
        match row {
            Row::Cells(cells) => cells.get(self.place).cloned().unwrap_or(Cell::Null),
            Row::Object(object) => object.get(&self.name).map_or(Cell::Null, Cell::of_json),
        }
    }
}

/// What rows are given to. The first error it returns ends the reading.
pub(crate) trait Visitor {
    /// The names of the columns, before the first row; of objects those of the first hundred.
    fn names(&mut self, names: &[String]) -> Result<()>;

    /// A row.
    fn row(&mut self, place: Place, row: &Row<'_>) -> Result<()>;

    /// Something that should be a row.
    fn broken(&mut self, broken: Broken<'_>) -> Result<()>;

    /// Hears now and then how far the reading is, of how far it goes: bytes of a text file, rows
    /// of others.
    fn progress(&mut self, _done: u64, _total: u64) -> Result<()> {
        Ok(())
    }
}

/// Reads a file from its first row to its last. Whether it can be read as text at all is known
/// before the first row is.
pub(crate) fn read_file(path: &Path, format: TableFormat, visitor: &mut dyn Visitor) -> Result<()> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (about, file) = opened.map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            let hint = "expected a table with a column of texts and one of labels";
            Error::NotFound { what: format!("data {}", path.display()), hint: hint.to_owned() }
        } else {
            Error::Storage { action: "read", path: path.to_owned(), source }
        }
    })?;
    if about.is_dir() {
        return Err(Error::invalid(path.display().to_string(), "is a folder, not a file"));
    }
    let named = |error: Error| match error {
        Error::InvalidInput { what, problem } => {
            Error::invalid(format!("{}: {what}", path.display()), problem)
        }
        // Whoever read only the source did not know its path.
        Error::Storage { path: unknown, source, .. } if unknown.as_os_str().is_empty() => {
            Error::storage("read", path)(source)
        }
        other => other,
    };
    let read = match format {
        TableFormat::Parquet => read_parquet(file, visitor),
        TableFormat::Csv | TableFormat::Json => encoding::check(&mut BufReader::new(&file))
            .and_then(|()| {
                io::Seek::rewind(&mut &file).map_err(Error::storage("read", path))?;
                read_text(file, about.len(), format, visitor)
            }),
    };
    read.map_err(named)
}

/// Reads a table that is in memory as text.
pub(crate) fn read_str(text: &str, format: TableFormat, visitor: &mut dyn Visitor) -> Result<()> {
    read_text(text.as_bytes(), text.len() as u64, format, visitor)
}

fn read_text(
    source: impl Read,
    total: u64,
    format: TableFormat,
    visitor: &mut dyn Visitor,
) -> Result<()> {
    let done = Rc::new(Shared::new(0));
    let source = Counted { source, done: Rc::clone(&done) };
    let mut watched = Watched { visitor, rows: 0, done, total };
    match format {
        TableFormat::Json => json::read(source, &mut watched)?,
        _ => csv::read(source, &mut watched)?,
    }
    watched.visitor.progress(total, total)
}

#[cfg(feature = "parquet")]
fn read_parquet(file: File, visitor: &mut dyn Visitor) -> Result<()> {
    parquet::read(file, visitor)
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(_file: File, _visitor: &mut dyn Visitor) -> Result<()> {
    Err(Error::invalid("format", "this build of Pantau reads no Parquet, only csv and json"))
}

/// Counts what is read.
struct Counted<R> {
    source: R,
    done: Rc<Shared<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(out)?;
        self.done.set(self.done.get() + count as u64);
        Ok(count)
    }
}

/// Tells the visitor how far the reading is.
struct Watched<'a> {
    visitor: &'a mut dyn Visitor,
    rows: u64,
    done: Rc<Shared<u64>>,
    total: u64,
}

impl Watched<'_> {
    fn look(&mut self) -> Result<()> {
        self.rows += 1;
        if self.rows % BETWEEN_LOOKS == 1 {
            // A file that grows meanwhile is no reason to be further than its end.
            self.visitor.progress(self.done.get().min(self.total), self.total)?;
        }
        Ok(())
    }
}

impl Visitor for Watched<'_> {
    fn names(&mut self, names: &[String]) -> Result<()> {
        self.visitor.names(names)
    }

    fn row(&mut self, place: Place, row: &Row<'_>) -> Result<()> {
        self.look()?;
        self.visitor.row(place, row)
    }

    fn broken(&mut self, broken: Broken<'_>) -> Result<()> {
        self.look()?;
        self.visitor.broken(broken)
    }
}

/// An error of the operating system; whoever knows the file puts its name in.
fn failed(source: io::Error) -> Error {
    Error::storage("read", "")(source)
}
