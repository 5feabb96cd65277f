//! Rows, column by column.

use std::ffi::c_char;

use pantau_core::profile::Batch;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
};

/// Rows, column by column, as profiles count them. What is added is copied.
pub struct pantau_batch {
    rows: usize,
    columns: Vec<(String, Column)>,
}

enum Column {
    Numbers(Vec<f64>),
    Categories(Vec<Option<String>>),
    Texts(Vec<Option<String>>),
    Vectors(Vec<f32>, usize),
}

impl pantau_batch {
    /// The rows as the core takes them.
    pub(crate) fn with<R>(
        &self,
        work: impl FnOnce(&Batch<'_>) -> pantau_core::Result<R>,
    ) -> pantau_core::Result<R> {
        let mut batch = Batch::new(self.rows);
        for (name, column) in &self.columns {
            match column {
                Column::Numbers(numbers) => batch.numbers(name, numbers)?,
                Column::Categories(values) => {
                    batch.categories(name, values.iter().map(Option::as_deref).collect())?;
                }
                Column::Texts(texts) => {
                    batch.texts(name, texts.iter().map(Option::as_deref).collect())?;
                }
                Column::Vectors(numbers, dimensions) => {
                    batch.vectors(name, numbers, *dimensions)?;
                }
            }
        }
        work(&batch)
    }

    /// Adds a column, if the core takes it.
    fn add(&mut self, name: &str, column: Column) -> Result<(), Failure> {
        // The names alone, and then the column alone: all columns again and again would take long.
        let mut names = Batch::new(0);
        for (other, _) in &self.columns {
            names.numbers(other, &[])?;
        }
        names.numbers(name, &[])?;
        let own = Self { rows: self.rows, columns: vec![(name.to_owned(), column)] };
        own.with(|_| Ok(()))?;
        self.columns.extend(own.columns);
        Ok(())
    }
}

/// Makes a batch of so many rows, without columns yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_batch_new(
    rows: usize,
    out: *mut *mut pantau_batch,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(pantau_batch { rows, columns: Vec::new() });
        Ok(())
    })
}

/// Adds a column of numbers, one a row; NaN is a missing one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_batch_add_numbers(
    batch: *mut pantau_batch,
    name: *const c_char,
    name_length: usize,
    numbers: *const f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts, and for arrays as for texts.
        let (batch, name) = unsafe {
            (argument::object_mut("batch", batch)?, argument::text("name", name, name_length)?)
        };
        // SAFETY: as above; the batch knows how many there are.
        let numbers = unsafe { argument::array("numbers", numbers, batch.rows)? };
        batch.add(name, Column::Numbers(numbers.to_vec()))
    })
}

/// Adds a column of categories, one a row: labels, languages, shops. A NULL is a missing one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_batch_add_categories(
    batch: *mut pantau_batch,
    name: *const c_char,
    name_length: usize,
    values: *const *const c_char,
    lengths: *const usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (batch, name, values) = unsafe {
            let batch = argument::object_mut("batch", batch)?;
            let values = argument::optional_texts(("values", values), lengths, batch.rows)?;
            (batch, argument::text("name", name, name_length)?, values)
        };
        batch.add(name, Column::Categories(owned(&values)))
    })
}

/// Adds a column of texts that people wrote, one a row: their lengths and words are counted. A
/// NULL is a missing one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_batch_add_texts(
    batch: *mut pantau_batch,
    name: *const c_char,
    name_length: usize,
    texts: *const *const c_char,
    lengths: *const usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (batch, name, texts) = unsafe {
            let batch = argument::object_mut("batch", batch)?;
            let texts = argument::optional_texts(("texts", texts), lengths, batch.rows)?;
            (batch, argument::text("name", name, name_length)?, texts)
        };
        batch.add(name, Column::Texts(owned(&texts)))
    })
}

/// Adds a column of vectors of `dimensions` numbers, those of one row after those of another.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_batch_add_vectors(
    batch: *mut pantau_batch,
    name: *const c_char,
    name_length: usize,
    numbers: *const f32,
    dimensions: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts, and for arrays as for texts.
        let (batch, name) = unsafe {
            (argument::object_mut("batch", batch)?, argument::text("name", name, name_length)?)
        };
        let count = batch.rows.saturating_mul(dimensions);
        // SAFETY: as above; the batch knows how many there are.
        let numbers = unsafe { argument::array("numbers", numbers, count)? };
        batch.add(name, Column::Vectors(numbers.to_vec(), dimensions))
    })
}

fn owned(texts: &[Option<&str>]) -> Vec<Option<String>> {
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}

/// Frees a batch; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_batch_free(batch: *mut pantau_batch) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(batch) });
}
