//! Whether data can be learnt from: one pass, and what is wrong is counted and shown.

mod quality;
mod report;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde::Deserialize;

use super::{
    LabelledTexts, TableFormat,
    names::listed,
    rows::{Broken, Cell, Chosen, Place, Row, Visitor, read_file},
};
use crate::{Error, Result, settings};

pub use self::report::{Check, Finding, ValidationReport};
use self::{quality::fault, report::Tally};

/// The most labels that are counted one by one: data with more has no labels but something else.
const MOST_LABELS: usize = 10_000;

/// What data must be like.
///
/// As JSON, it has the names of its fields; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValidationOptions {
    /// The column of texts.
    pub text: String,
    /// The column of labels; without one, nothing is asked of labels.
    pub label: Option<String>,
    /// Other columns that must be there and never empty.
    pub required: Vec<String>,
    /// The labels there may be; without them, any.
    pub labels: Option<Vec<String>>,
    /// The most frequent label is less than this many times as frequent as the rarest one.
    pub max_balance: f64,
    /// The fewest words of a text.
    pub min_words: usize,
    /// The fewest characters of a text.
    pub min_chars: usize,
    /// The most characters of a text.
    pub max_chars: usize,
    /// The share of rows whose texts may have a wrong length, be of bad quality, be there already,
    /// or be there with another label: for each of these checks, up to this share of rows passes.
    pub max_share: f64,
    /// Of how many failures of each check it is told where they are.
    pub first: usize,
    /// The format of the file; without it, its name tells.
    pub format: Option<TableFormat>,
}

impl Default for ValidationOptions {
    fn default() -> Self {
        Self {
            text: "review_text".to_owned(),
            label: Some("sentiment_label".to_owned()),
            required: Vec::new(),
            labels: Some(["positive", "negative", "neutral"].map(str::to_owned).to_vec()),
            max_balance: 10.0,
            min_words: 1,
            min_chars: 3,
            max_chars: 5_000,
            max_share: 0.05,
            first: 10,
            format: None,
        }
    }
}

impl ValidationOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        settings::from_json("validation options", json)
    }

    /// The names of the columns that are looked at.
    pub fn columns(&self) -> Vec<&str> {
        let names = [Some(&self.text), self.label.as_ref()].into_iter().flatten();
        names.chain(&self.required).map(String::as_str).collect()
    }

    fn check(&self) -> Result<()> {
        if self.max_balance.is_nan() || self.max_balance <= 1.0 {
            let problem = format!("{} is not above 1, as 10 is", self.max_balance);
            return Err(Error::invalid("max_balance", problem));
        }
        if !(0.0..=1.0).contains(&self.max_share) {
            let problem = format!("{} is not 0 to 1", self.max_share);
            return Err(Error::invalid("max_share", problem));
        }
        if self.min_chars > self.max_chars {
            let problem = format!("{} is more than max_chars, {}", self.min_chars, self.max_chars);
            return Err(Error::invalid("min_chars", problem));
        }
        Ok(())
    }
}

/// Looks through the rows of a file, once, and says what is wrong with them.
///
/// `watch` hears how much is done, of how much (bytes of a text file, rows of others); an error it
/// returns ends the call.
///
/// # Errors
/// [`Error::NotFound`] if there is no such file, [`Error::InvalidInput`] if it is no table at all,
/// such as one in another encoding; whatever else is wrong is in the report.
pub fn validate(
    path: impl AsRef<Path>,
    options: &ValidationOptions,
    watch: &mut dyn FnMut(u64, u64) -> Result<()>,
) -> Result<ValidationReport> {
    options.check()?;
    let path = path.as_ref();
    let format = options.format.or_else(|| TableFormat::of(path)).unwrap_or(TableFormat::Csv);
    let mut validation = Validation::new(options, watch);
    read_file(path, format, &mut validation)?;
    Ok(validation.conclude())
}

/// Says what is wrong with columns that are in memory, by their names, as [`validate`] says it of a
/// file. All have `rows` cells; a column that is asked for and is not among them is missing.
/// `others` are the names of columns that nobody asked for.
///
/// # Errors
/// [`Error::InvalidInput`] if the options contradict themselves, or a column has another length.
pub fn validate_columns(
    columns: &[(String, Vec<Option<String>>)],
    others: &[String],
    rows: usize,
    options: &ValidationOptions,
) -> Result<ValidationReport> {
    options.check()?;
    if let Some((name, cells)) = columns.iter().find(|(_, cells)| cells.len() != rows) {
        let problem = format!("{name:?} has {} cells for {rows} rows", cells.len());
        return Err(Error::invalid("columns", problem));
    }
    let mut nobody = |_, _| Ok(());
    let mut validation = Validation::new(options, &mut nobody);
    let names: Vec<String> = columns.iter().map(|(name, _)| name).chain(others).cloned().collect();
    validation.names(&names)?;
    for row in 0..rows {
        let cell = |cells: &[Option<String>]| cells[row].clone().map_or(Cell::Null, Cell::Text);
        let own = columns.iter().map(|(_, cells)| cell(cells));
        let cells: Vec<Cell> = own.chain(others.iter().map(|_| Cell::Null)).collect();
        validation.row(Place::Row(row as u64), &Row::Cells(&cells))?;
    }
    Ok(validation.conclude())
}

impl LabelledTexts {
    /// What is wrong with these rows, as [`validate`] says it of a file.
    ///
    /// # Errors
    /// As for [`validate_columns`].
    pub fn validate(&self, options: &ValidationOptions) -> Result<ValidationReport> {
        let column = |cells: &[String]| cells.iter().cloned().map(Some).collect();
        let label = options.label.clone().unwrap_or_else(|| "label".to_owned());
        let columns =
            [(options.text.clone(), column(self.texts())), (label, column(self.labels()))];
        validate_columns(&columns, &[], self.len(), options)
    }
}

/// What the first row with a text says.
struct Seen {
    place: Place,
    /// The number of its label in the order in which they were met.
    label: Option<usize>,
}

/// The checks while rows go through them.
struct Validation<'a> {
    options: &'a ValidationOptions,
    watch: &'a mut dyn FnMut(u64, u64) -> Result<()>,
    rows: u64,
    text: Option<Chosen>,
    label: Option<Chosen>,
    required: Vec<Chosen>,
    labels: HashMap<String, usize>,
    counts: Vec<u64>,
    /// By the hash of a text, so that the texts themselves need no memory.
    seen: HashMap<[u8; 16], Seen>,
    broken: Tally,
    columns: Tally,
    nulls: Tally,
    unknown_labels: Tally,
    lengths: Tally,
    quality: Tally,
    duplicates: Tally,
    conflicts: Tally,
}

impl<'a> Validation<'a> {
    fn new(
        options: &'a ValidationOptions,
        watch: &'a mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Self {
        let tally = || Tally::new(options.first);
        Self {
            options,
            watch,
            rows: 0,
            text: None,
            label: None,
            required: Vec::new(),
            labels: HashMap::new(),
            counts: Vec::new(),
            seen: HashMap::new(),
            broken: tally(),
            columns: tally(),
            nulls: tally(),
            unknown_labels: tally(),
            lengths: tally(),
            quality: tally(),
            duplicates: tally(),
            conflicts: tally(),
        }
    }

    /// What a column of a row holds, if it holds something; white space is nothing.
    fn held(&mut self, column: &Chosen, place: Place, row: &Row<'_>) -> Option<String> {
        let cell = column.of(row);
        let shown = cell.shown();
        let text = cell.into_text().filter(|text| !text.trim().is_empty());
        self.nulls.look();
        if text.is_none() {
            self.nulls.fail(Some(place), &shown, format!("{} is empty", column.name));
        }
        text
    }

    fn look_at_label(&mut self, place: Place, label: &str) -> Option<usize> {
        let label = label.trim();
        self.unknown_labels.look();
        if let Some(allowed) = &self.options.labels
            && !allowed.iter().any(|allowed| allowed == label)
        {
            let reason = format!("is none of {}", listed(allowed));
            self.unknown_labels.fail(Some(place), label, reason);
        }
        let number = match self.labels.get(label) {
            Some(number) => *number,
            None if self.counts.len() < MOST_LABELS => {
                self.labels.insert(label.to_owned(), self.counts.len());
                self.counts.push(0);
                self.counts.len() - 1
            }
            None => return None,
        };
        self.counts[number] += 1;
        Some(number)
    }

    fn look_at_text(&mut self, place: Place, text: &str, label: Option<usize>) {
        let options = self.options;
        let (chars, words) = (text.chars().count(), text.split_whitespace().count());
        self.lengths.look();
        if chars < options.min_chars {
            let reason = format!("has {chars} characters, {} are the fewest", options.min_chars);
            self.lengths.fail(Some(place), text, reason);
        } else if chars > options.max_chars {
            let reason = format!("has {chars} characters, {} are the most", options.max_chars);
            self.lengths.fail(Some(place), text, reason);
        } else if words < options.min_words {
            let reason = format!("has {words} words, {} are the fewest", options.min_words);
            self.lengths.fail(Some(place), text, reason);
        }
        self.quality.look();
        if let Some(fault) = fault(text) {
            self.quality.fail(Some(place), text, fault.to_owned());
        }
        self.duplicates.look();
        self.conflicts.look();
        let mut hash = [0; 16];
        hash.copy_from_slice(&blake3::hash(text.trim().as_bytes()).as_bytes()[..16]);
        match self.seen.get(&hash) {
            None => {
                self.seen.insert(hash, Seen { place, label });
            }
            Some(seen) if seen.label == label => {
                self.duplicates.fail(Some(place), text, format!("is that of {}", seen.place));
            }
            Some(seen) => {
                let reason = format!("is that of {}, whose label is another", seen.place);
                self.conflicts.fail(Some(place), text, reason);
            }
        }
    }

    fn conclude(self) -> ValidationReport {
        let options = self.options;
        #[expect(clippy::cast_sign_loss, reason = "neither factor is below 0")]
        let some = (self.rows as f64 * options.max_share).floor() as u64;
        let mut broken = self.broken;
        broken.look();
        if self.rows == 0 {
            broken.fail(None, "", "there are 0 rows".to_owned());
        }
        let mut checks = vec![
            self.columns.conclude("required_columns", 0),
            broken.conclude("rows", 0),
            self.nulls.conclude("nulls", 0),
        ];
        let mut names: Vec<(String, usize)> = self.labels.into_iter().collect();
        names.sort_unstable();
        let labels: BTreeMap<String, u64> =
            names.into_iter().map(|(name, number)| (name, self.counts[number])).collect();
        let mut balance = None;
        if options.label.is_some() {
            checks.push(self.unknown_labels.conclude("labels", 0));
            let (ratio, tally) = balanced(&labels, options);
            balance = ratio;
            checks.push(tally.conclude("balance", 0));
        }
        checks.push(self.lengths.conclude("text_length", some));
        checks.push(self.quality.conclude("text_quality", some));
        checks.push(self.duplicates.conclude("duplicates", some));
        if options.label.is_some() {
            checks.push(self.conflicts.conclude("conflicting_labels", some));
        }
        ValidationReport {
            passed: checks.iter().all(|check| check.passed),
            rows: self.rows,
            labels,
            balance,
            checks,
        }
    }
}

/// How many times as frequent as the rarest label the most frequent one is, and whether it may be.
fn balanced(labels: &BTreeMap<String, u64>, options: &ValidationOptions) -> (Option<f64>, Tally) {
    let mut tally = Tally::new(options.first);
    let most = labels.iter().max_by_key(|(_, count)| **count);
    let fewest = labels.iter().min_by_key(|(_, count)| **count);
    let (Some((most, most_count)), Some((fewest, fewest_count))) = (most, fewest) else {
        return (None, tally);
    };
    tally.look();
    let ratio = *most_count as f64 / *fewest_count as f64;
    if labels.len() == 1 {
        tally.fail(None, most, "is the only label there is".to_owned());
    } else if labels.len() >= MOST_LABELS {
        let reason = format!("there are {MOST_LABELS} labels or more; is this a column of labels?");
        tally.fail(None, most, reason);
    } else if ratio >= options.max_balance {
        let reason = format!(
            "{most:?} has {most_count} rows and {fewest:?} {fewest_count}: {ratio:.1} times as \
             many, and {} is the limit",
            options.max_balance
        );
        tally.fail(None, fewest, reason);
    }
    (Some(ratio), tally)
}

impl Visitor for Validation<'_> {
    fn names(&mut self, names: &[String]) -> Result<()> {
        let options = self.options;
        let columns = &mut self.columns;
        let mut chosen = |role: &str, name: &str| {
            columns.look();
            match Chosen::new(role, name, names) {
                Ok(chosen) => Some(chosen),
                Err(Error::InvalidInput { problem, .. }) => {
                    columns.fail(None, name, problem);
                    None
                }
                Err(_) => None,
            }
        };
        self.text = chosen("text", &options.text);
        self.label = options.label.as_ref().and_then(|name| chosen("label", name));
        self.required = options.required.iter().filter_map(|name| chosen("column", name)).collect();
        Ok(())
    }

    fn row(&mut self, place: Place, row: &Row<'_>) -> Result<()> {
        self.rows += 1;
        for column in std::mem::take(&mut self.required) {
            self.held(&column, place, row);
            self.required.push(column);
        }
        let mut number = None;
        if let Some(label) = self.label.take() {
            if let Some(found) = self.held(&label, place, row) {
                number = self.look_at_label(place, &found);
            }
            self.label = Some(label);
        }
        if let Some(text) = self.text.take() {
            if let Some(found) = self.held(&text, place, row) {
                self.look_at_text(place, &found, number);
            }
            self.text = Some(text);
        }
        Ok(())
    }

    fn broken(&mut self, broken: Broken<'_>) -> Result<()> {
        self.rows += 1;
        self.broken.look();
        self.broken.fail(Some(broken.place), broken.raw, broken.reason);
        Ok(())
    }

    fn progress(&mut self, done: u64, total: u64) -> Result<()> {
        (self.watch)(done, total)
    }
}
