//! From a file into the table of reviews.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    columns::{Found, ImportColumns, cell},
    rejected::{Held, Rejected, Rejection},
};
use crate::{
    Error, Result, Timestamp, chain,
    model::{Broken, Cell, Place, Row, TableFormat, Visitor, read_file, shortened},
    store::{
        Change, Commit, Consent, Existing, Record, ReviewRecord, Store, Table, WritableRow, check,
        erase::Subjects,
    },
    text::{Anonymizer, Cleaner},
};

/// How reviews are imported.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Which columns hold what.
    pub columns: ImportColumns,
    /// That the writers agreed to have their texts kept.
    pub consent: Consent,
    /// What makes their texts anonymous.
    pub anonymizer: Anonymizer,
    /// What cleans them, if they are to be stored clean, too.
    pub cleaner: Option<Cleaner>,
    /// The labels there may be; without them, any.
    pub labels: Option<Vec<String>>,
    /// Whether texts may be without a label.
    pub allow_unlabelled: bool,
    /// Where the labels come from, where no column says so.
    pub source: String,
    /// The format of the file; without it, its name tells.
    pub format: Option<TableFormat>,
    /// What becomes of rows whose id is there already.
    pub existing: Existing,
    /// How many rows are written at once.
    pub rows_per_write: usize,
    /// Where rows are kept that cannot be imported; without it, beside the file, with
    /// `.rejected.csv` or `.rejected.jsonl` for its ending. They are as they were: not anonymous.
    pub rejected: Option<PathBuf>,
    /// Of how many of these the report tells the reason.
    pub first: usize,
}

impl ImportOptions {
    /// Imports by this consent, made anonymous by this anonymizer; all else as it mostly is.
    pub fn new(consent: Consent, anonymizer: Anonymizer) -> Self {
        Self {
            columns: ImportColumns::default(),
            consent,
            anonymizer,
            cleaner: None,
            labels: None,
            allow_unlabelled: false,
            source: "import".to_owned(),
            format: None,
            existing: Existing::Keep,
            rows_per_write: 4096,
            rejected: None,
            first: 10,
        }
    }
}

/// What became of a file's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// How many rows there are.
    pub rows: u64,
    /// How many were written.
    pub written: u64,
    /// How many were there already.
    pub duplicates: u64,
    /// How many are of people who were forgotten. Only a row that tells by `created_at`, or else by
    /// `date`, that it is newer comes in again.
    pub forgotten: u64,
    /// How many could not be imported.
    pub rejected: u64,
    /// The first of these.
    pub first: Vec<Rejection>,
    /// Where all of these are.
    pub rejected_file: Option<PathBuf>,
}

impl ImportReport {
    /// The report as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON, and so is a path of UTF-8")
    }
}

impl dyn Store + '_ {
    /// Imports the reviews of a file, CSV, JSON or Parquet, row by row.
    ///
    /// A row that cannot be imported is kept aside with the reason, and never dropped in silence. Rows
    /// whose id is there already are not written again, so a file can be imported twice, also after an
    /// error in the middle.
    ///
    /// `watch` hears how much is done, of how much (bytes of a text file, rows of others); an error it
    /// returns ends the call. It must not call the store.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file, [`Error::InvalidInput`] if it is not UTF-8, is no
    /// table, or lacks a column: then nothing is written. Others as the home has them: then some rows
    /// may be there already.
    pub fn import_reviews(
        &self,
        path: impl AsRef<Path>,
        options: &ImportOptions,
        watch: &mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Result<ImportReport> {
        let path = path.as_ref();
        if options.rows_per_write == 0 {
            return Err(Error::invalid("rows_per_write", "0 is less than 1"));
        }
        let format = options.format.or_else(|| TableFormat::of(path)).unwrap_or(TableFormat::Csv);
        let is_csv = format == TableFormat::Csv;
        let mut import = Import {
            store: self,
            options,
            watch,
            now: Timestamp::now(),
            found: None,
            waiting: Vec::new(),
            rejected: Rejected::new(path, options.rejected.as_deref(), is_csv)?,
            report: ImportReport {
                rows: 0,
                written: 0,
                duplicates: 0,
                forgotten: 0,
                rejected: 0,
                first: Vec::new(),
                rejected_file: None,
            },
        };
        read_file(path, format, &mut import)?;
        import.write()?;
        let mut report = import.report;
        report.rejected_file = import.rejected.finish()?;
        Ok(report)
    }
}

struct Import<'a> {
    store: &'a dyn Store,
    options: &'a ImportOptions,
    watch: &'a mut dyn FnMut(u64, u64) -> Result<()>,
    /// When the import began: the same moment for all rows.
    now: Timestamp,
    found: Option<Found>,
    /// Rows, and since when they are known to be there.
    waiting: Vec<(WritableRow, Timestamp)>,
    rejected: Rejected,
    report: ImportReport,
}

impl Import<'_> {
    fn write(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        let count = rows.len() as u64;
        if count == 0 {
            return Ok(());
        }
        let rows = self.remembered(rows)?;
        self.report.forgotten += count - rows.len() as u64;
        let count = rows.len() as u64;
        let change = Change::insert(Table::Reviews, rows, self.options.existing);
        let written: usize = self.store.apply(&[change], Commit::Durable)?.into_iter().sum();
        self.report.written += written as u64;
        self.report.duplicates += count.saturating_sub(written as u64);
        Ok(())
    }

    /// Rows without those of people who were forgotten, unless they tell that they are newer.
    fn remembered(&self, rows: Vec<(WritableRow, Timestamp)>) -> Result<Vec<WritableRow>> {
        let Some(subjects) = Subjects::of(Table::Reviews, rows.iter().map(|(row, _)| row)) else {
            return Ok(rows.into_iter().map(|(row, _)| row).collect());
        };
        let erased = subjects.erased(self.store)?;
        let kept = rows.into_iter().filter(|(row, since)| subjects.may(row, *since, &erased));
        Ok(kept.map(|(row, _)| row).collect())
    }

    fn reject(&mut self, place: Place, reason: String, held: &Held<'_>) -> Result<()> {
        self.report.rejected += 1;
        self.rejected.push(place, &reason, held)?;
        if self.report.first.len() < self.options.first {
            self.report.first.push(Rejection { line: place.number(), reason });
        }
        Ok(())
    }
}

impl Visitor for Import<'_> {
    fn names(&mut self, names: &[String]) -> Result<()> {
        self.found = Some(self.options.columns.find(names, !self.options.allow_unlabelled)?);
        self.rejected.set_names(names);
        Ok(())
    }

    fn row(&mut self, place: Place, row: &Row<'_>) -> Result<()> {
        self.report.rows += 1;
        let Some(found) = &self.found else { return Ok(()) };
        match review(found, row, self.options, self.now) {
            Ok(row) => self.waiting.push(row),
            Err(reason) => return self.reject(place, reason, &Held::Row(row)),
        }
        if self.waiting.len() >= self.options.rows_per_write { self.write() } else { Ok(()) }
    }

    fn broken(&mut self, broken: Broken<'_>) -> Result<()> {
        self.report.rows += 1;
        self.reject(broken.place, broken.reason, &Held::Raw(broken.raw))
    }

    fn progress(&mut self, done: u64, total: u64) -> Result<()> {
        (self.watch)(done, total)
    }
}

/// The row that is written, or why it cannot be.
fn review(
    found: &Found,
    row: &Row<'_>,
    options: &ImportOptions,
    now: Timestamp,
) -> Result<(WritableRow, Timestamp), String> {
    let text = match found.text.of(row) {
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Null => return Err("its text is missing".to_owned()),
        other => return Err(format!("its text is {}", other.shown())),
    };
    if text.trim().is_empty() {
        return Err("its text is empty".to_owned());
    }
    let label = name("label", cell(found.label.as_ref(), row))?;
    match &label {
        None if !options.allow_unlabelled => return Err("its label is empty".to_owned()),
        Some(label) => {
            if let Some(allowed) = &options.labels
                && !allowed.contains(label)
            {
                let allowed = allowed.join(", ");
                return Err(format!("its label is {:?}, not one of {allowed}", shortened(label)));
            }
        }
        None => {}
    }
    let consent = match name("subject", cell(found.subject.as_ref(), row))? {
        Some(subject) => options.consent.clone().with_subject(subject),
        None => options.consent.clone(),
    };
    let shared = consent.share().with_text(&options.anonymizer, &text);
    let mut record = ReviewRecord::new(shared, label.as_deref());
    record.rating = rating(cell(found.rating.as_ref(), row))?;
    record.date = time("date", cell(found.date.as_ref(), row))?;
    record.app_name = name("app_name", cell(found.app_name.as_ref(), row))?;
    record.country_code = name("country_code", cell(found.country_code.as_ref(), row))?;
    record.source = name("source", cell(found.source.as_ref(), row))?;
    let labelled_at = time("labelled_at", cell(found.labelled_at.as_ref(), row))?;
    record.labelled_at = record.label.as_ref().map(|_| labelled_at.unwrap_or(now));
    let created_at = time("created_at", cell(found.created_at.as_ref(), row))?;
    record.created_at = created_at.unwrap_or(now);
    let since = created_at.or(record.date).unwrap_or_default();
    let id = name("id", cell(found.id.as_ref(), row))?;
    record.id = id.unwrap_or_else(|| id_of(&record));
    if found.source.is_none() && record.label.is_some() {
        record.source = Some(options.source.clone());
    }
    if let Some(cleaner) = &options.cleaner {
        record = record.with_cleaned(cleaner);
    }
    let row = record.to_row().map_err(|error| error.to_string())?;
    check::row(Table::Reviews, row.values()).map_err(|error| error.to_string())?;
    Ok((row, since))
}

/// An id that is always the same for a row: made of all that it says, after it was made anonymous.
fn id_of(record: &ReviewRecord) -> String {
    let rating = record.rating.map(|rating| rating.to_string());
    let date = record.date.map(|date| date.to_string());
    let parts = [
        record.shared.text(),
        record.shared.subject(),
        record.label.as_deref(),
        rating.as_deref(),
        date.as_deref(),
        record.app_name.as_deref(),
        record.country_code.as_deref(),
        record.source.as_deref(),
    ];
    // What is not there differs from what is empty.
    let parts: Vec<String> =
        parts.iter().map(|part| part.map_or_else(String::new, |part| format!("={part}"))).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut id = chain::link(chain::START, &parts);
    id.truncate(32);
    id
}

/// A name, without white space around it; none of nothing.
fn name(what: &str, cell: Cell) -> Result<Option<String>, String> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Time(_) | Cell::Other(_) => Err(format!("its {what} is {}", cell.shown())),
        other => {
            let text = other.into_text().unwrap_or_default();
            let trimmed = text.trim();
            Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
        }
    }
}

fn rating(cell: Cell) -> Result<Option<u8>, String> {
    let shown = cell.shown();
    let Some(text) = name("rating", cell)? else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(number) => (1..=5)
            .find(|stars| (f64::from(*stars) - number).abs() < f64::EPSILON)
            .map(Some)
            .ok_or_else(|| format!("its rating is {shown}, not 1 to 5")),
        Err(_) => Err(format!("its rating is {shown}, not 1 to 5")),
    }
}

fn time(what: &str, cell: Cell) -> Result<Option<Timestamp>, String> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Time(time) => Ok(Some(time)),
        Cell::Text(text) if text.trim().is_empty() => Ok(None),
        Cell::Text(text) => text.parse().map(Some).map_err(|_| {
            let text = shortened(&text);
            format!("its {what} is {text:?}, no time such as 2026-11-25T10:53:43Z or 2026-11-25")
        }),
        other => Err(format!("its {what} is {}, no time", other.shown())),
    }
}
