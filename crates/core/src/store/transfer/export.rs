//! From a table into a file.

use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

#[cfg(feature = "parquet")]
use super::parquet::ParquetRows;
use super::{csv, json};
use crate::{
    Error, Result,
    file::PartFile,
    model::TableFormat,
    store::{Row, Select, Store, Table},
};

/// How many rows are written between two looks at whoever watches.
const BETWEEN_LOOKS: u64 = 1024;

/// How a table is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportOptions {
    /// The format; without it, the file's name tells.
    pub format: Option<TableFormat>,
    /// Whether a CSV is meant for a spreadsheet: then an apostrophe stands in front of texts that
    /// it would take for a formula and run (`=cmd|…`). Without it every text is exactly what it
    /// was, and can be imported again.
    pub for_spreadsheets: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// How many rows.
    pub rows: u64,
    /// How large the file is.
    pub bytes: u64,
}

/// A file that rows are written into.
enum Out {
    Text {
        file: BufWriter<PartFile>,
        buffer: String,
        format: TableFormat,
        for_spreadsheets: bool,
    },
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRows<BufWriter<PartFile>>>),
}

impl Out {
    fn create(
        table: Table,
        path: &Path,
        format: TableFormat,
        options: &ExportOptions,
    ) -> Result<Self> {
        let create = || PartFile::create(path).map(|file| BufWriter::with_capacity(1 << 18, file));
        if format == TableFormat::Parquet {
            #[cfg(feature = "parquet")]
            return Ok(Self::Parquet(Box::new(ParquetRows::new(table, create()?)?)));
            #[cfg(not(feature = "parquet"))]
            return Err(Error::invalid(
                "format",
                "this build of Pantau writes no Parquet, only csv and json",
            ));
        }
        let mut buffer = String::new();
        if format == TableFormat::Csv {
            csv::push_names(&mut buffer, table.columns().iter().map(|column| column.name));
        }
        let for_spreadsheets = options.for_spreadsheets;
        Ok(Self::Text { file: create()?, buffer, format, for_spreadsheets })
    }

    fn push(&mut self, table: Table, row: &Row) -> Result<()> {
        match self {
            Self::Text { file, buffer, format, for_spreadsheets } => {
                match format {
                    TableFormat::Csv => csv::push_row(buffer, table, row, *for_spreadsheets),
                    _ => json::push_row(buffer, table, row),
                }
                let written = file.write_all(buffer.as_bytes());
                buffer.clear();
                written.map_err(Error::storage("write", ""))
            }
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => rows.push(row),
        }
    }

    fn finish(self) -> Result<()> {
        let file = match self {
            Self::Text { mut file, buffer, .. } => {
                // A table without rows is the names of its columns.
                file.write_all(buffer.as_bytes()).map_err(Error::storage("write", ""))?;
                file
            }
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => rows.finish()?,
        };
        let file =
            file.into_inner().map_err(|error| Error::storage("write", "")(error.into_error()))?;
        file.finish()
    }
}

impl dyn Store + '_ {
    /// The rows that are asked for as a list of JSON objects, as an export writes them.
    ///
    /// # Errors
    /// As the home has them.
    pub fn rows_json(&self, select: &Select) -> Result<String> {
        let mut rows = String::from("[");
        self.select(select, &mut |row| {
            if rows.len() > 1 {
                rows.push(',');
            }
            json::push_row(&mut rows, select.table, &row);
            rows.truncate(rows.trim_end().len());
            Ok(())
        })?;
        rows.push(']');
        Ok(rows)
    }

    /// Writes the rows that are asked for into a file, whole or not at all: CSV, JSON Lines or
    /// Parquet. All rows are of one moment.
    ///
    /// In CSV, nothing is an empty cell and an empty text `""`. Times are written as RFC 3339
    /// says, embeddings as lists of numbers, other bytes as pairs of digits; in Parquet all have
    /// types of their own.
    ///
    /// `watch` hears how many rows are done, of how many; an error it returns ends the call. It
    /// must not call the store.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if neither the options nor the file's name tell the format,
    /// [`Error::Storage`] if the file cannot be written; others as the home has them.
    pub fn export(
        &self,
        select: &Select,
        path: impl AsRef<Path>,
        options: &ExportOptions,
        watch: &mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Result<Exported> {
        let path = path.as_ref();
        let Some(format) = options.format.or_else(|| TableFormat::of(path)) else {
            let problem = format!(
                "{} does not end in .csv, .jsonl or .parquet, so the format must be told",
                path.display()
            );
            return Err(Error::invalid("format", problem));
        };
        let total = self.count(select.table, &select.conditions)?;
        let total = select.limit.map_or(total, |limit| total.min(limit as u64));
        let mut rows = 0;
        let written = (|| {
            let mut out = Out::create(select.table, path, format, options)?;
            self.select(select, &mut |row| {
                out.push(select.table, &row)?;
                rows += 1;
                if rows % BETWEEN_LOOKS == 1 { watch(rows.min(total), total) } else { Ok(()) }
            })?;
            watch(rows, rows)?;
            out.finish()
        })();
        written.map_err(|error| match error {
            Error::Storage { path: unknown, source, .. } if unknown.as_os_str().is_empty() => {
                Error::storage("write", path)(source)
            }
            other => other,
        })?;
        let bytes = fs::metadata(path).map_err(Error::storage("read", path))?.len();
        Ok(Exported { rows, bytes })
    }
}
