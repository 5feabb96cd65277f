use crate::{Error, Result};

/// Rows, column by column, as a profile counts them. Columns are borrowed.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    rows: usize,
    columns: Vec<(&'a str, Column<'a>)>,
}

/// What strings are, where a layout is learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Category,
    Text,
    /// What they look like.
    Either,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) enum Column<'a> {
    /// NaN is a missing number.
    Numbers(&'a [f64]),
    Strings(Vec<Option<&'a str>>, Sort),
    /// So many numbers a row.
    Vectors(&'a [f32], usize),
}

impl Column<'_> {
    /// What it holds, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Numbers(_) => "numbers",
            Self::Strings(..) => "texts",
            Self::Vectors(..) => "vectors",
        }
    }
}

impl<'a> Batch<'a> {
    /// A batch of so many rows, without columns yet.
    pub fn new(rows: usize) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a column of numbers; NaN is a missing one.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if they are not as many as rows, or the name is there already.
    pub fn numbers(&mut self, name: &'a str, numbers: &'a [f64]) -> Result<()> {
        self.add(name, numbers.len(), Column::Numbers(numbers))
    }

    /// Adds a column of categories: labels, languages, shops.
    ///
    /// # Errors
    /// As for [`Self::numbers`].
    pub fn categories(&mut self, name: &'a str, values: Vec<Option<&'a str>>) -> Result<()> {
        self.add(name, values.len(), Column::Strings(values, Sort::Category))
    }

    /// Adds a column of texts that people wrote: their lengths and words are counted.
    ///
    /// # Errors
    /// As for [`Self::numbers`].
    pub fn texts(&mut self, name: &'a str, texts: Vec<Option<&'a str>>) -> Result<()> {
        self.add(name, texts.len(), Column::Strings(texts, Sort::Text))
    }

    /// Adds a column of strings that are texts if they have more than three words on average, and
    /// else categories.
    ///
    /// # Errors
    /// As for [`Self::numbers`].
    pub fn strings(&mut self, name: &'a str, values: Vec<Option<&'a str>>) -> Result<()> {
        self.add(name, values.len(), Column::Strings(values, Sort::Either))
    }

    /// Adds a column of vectors of `dimensions` numbers, one after the other.
    ///
    /// # Errors
    /// As for [`Self::numbers`], and without dimensions.
    pub fn vectors(&mut self, name: &'a str, numbers: &'a [f32], dimensions: usize) -> Result<()> {
        if dimensions == 0 || !numbers.len().is_multiple_of(dimensions) {
            let problem = format!("{} numbers are no vectors of {dimensions}", numbers.len());
            return Err(Error::invalid(name, problem));
        }
        self.add(name, numbers.len() / dimensions, Column::Vectors(numbers, dimensions))
    }

    fn add(&mut self, name: &'a str, rows: usize, column: Column<'a>) -> Result<()> {
        if rows != self.rows {
            return Err(Error::invalid(name, format!("{rows} rows, the batch has {}", self.rows)));
        }
        if self.columns.iter().any(|(other, _)| *other == name) {
            return Err(Error::invalid(name, "there is a column of that name already"));
        }
        self.columns.push((name, column));
        Ok(())
    }

    pub(crate) fn columns(&self) -> &[(&'a str, Column<'a>)] {
        &self.columns
    }

    /// The column of a name, which is likely at or after `place`.
    pub(crate) fn find(&self, name: &str, place: &mut usize) -> Option<&Column<'a>> {
        let (before, after) = self.columns.split_at((*place).min(self.columns.len()));
        let found = |(_, (other, _)): &(usize, &(&str, Column<'_>))| *other == name;
        let (at, (_, column)) = after
            .iter()
            .enumerate()
            .map(|(at, column)| (at + before.len(), column))
            .chain(before.iter().enumerate())
            .find(found)?;
        *place = at;
        Some(column)
    }

    /// Some rows of all columns.
    pub(crate) fn part(&self, start: usize, end: usize) -> Self {
        let part = |column: &Column<'a>| match column {
            Column::Numbers(numbers) => Column::Numbers(&numbers[start..end]),
            Column::Strings(values, sort) => Column::Strings(values[start..end].to_vec(), *sort),
            Column::Vectors(numbers, dimensions) => {
                Column::Vectors(&numbers[start * dimensions..end * dimensions], *dimensions)
            }
        };
        let columns = self.columns.iter().map(|(name, column)| (*name, part(column))).collect();
        Self { rows: end - start, columns }
    }
}
