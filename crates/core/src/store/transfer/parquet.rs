//! Tables as Parquet files.

use std::io::Write;

use arrow_array::RecordBatch;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};

use crate::{
    Error, Result,
    store::{Row, Table, arrow::Collector},
};

/// So many rows are in memory, packed, until they are written.
const ROWS_PER_GROUP: usize = 65_536;

/// Writes rows into a file.
pub(super) struct ParquetRows<W: Write + Send> {
    collector: Collector,
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> ParquetRows<W> {
    pub(super) fn new(table: Table, out: W) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
            .build();
        let writer = ArrowWriter::try_new(out, table.schema(), Some(properties))
            .map_err(|error| refused(&error))?;
        Ok(Self { collector: Collector::new(table), writer })
    }

    pub(super) fn push(&mut self, row: &Row) -> Result<()> {
        match self.collector.push(row)? {
            Some(batch) => self.write(&batch),
            None => Ok(()),
        }
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(batch).map_err(|error| refused(&error))
    }

    /// Writes what is left, and gives the file back.
    pub(super) fn finish(mut self) -> Result<W> {
        let rest = self.collector.finish()?;
        self.write(&rest)?;
        self.writer.into_inner().map_err(|error| refused(&error))
    }
}

fn refused(error: &ParquetError) -> Error {
    Error::Storage {
        action: "write",
        path: std::path::PathBuf::new(),
        source: std::io::Error::other(error.to_string()),
    }
}
