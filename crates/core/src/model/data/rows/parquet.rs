//! Tables in Parquet files, whoever wrote them.

use std::fs::File;

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{
        Date32Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
        Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};
use parquet::{
    arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    errors::ParquetError,
};

use super::{Cell, Place, Row, Visitor};
use crate::{Error, Result, Timestamp};

const ROWS_PER_BATCH: usize = 1024;

/// Reads all rows.
pub(super) fn read(file: File, visitor: &mut dyn Visitor) -> Result<()> {
    // What Arrow's own types were does not matter here: without them all kinds of texts, such as
    // categories, come as texts.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|error| refused(&error))?;
    let names: Vec<String> =
        builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    let batches =
        builder.with_batch_size(ROWS_PER_BATCH).build().map_err(|error| refused(&error))?;
    visitor.names(&names)?;
    let mut number = 0;
    for batch in batches {
        let batch = batch.map_err(|error| refused(&ParquetError::from(error)))?;
        visitor.progress(number, total)?;
        for row in 0..batch.num_rows() {
            let cells = cells(&batch, row);
            visitor.row(Place::Row(number), &Row::Cells(&cells))?;
            number += 1;
        }
    }
    visitor.progress(total, total)
}

fn refused(error: &ParquetError) -> Error {
    let problem = format!(
        "cannot be read as Parquet: {error}; it is damaged or unfinished, or compressed other than \
         with snappy, gzip or zstd"
    );
    Error::invalid("data", problem)
}

fn cells(batch: &RecordBatch, row: usize) -> Vec<Cell> {
    batch.columns().iter().map(|column| cell(column.as_ref(), row)).collect()
}

fn cell(column: &dyn Array, row: usize) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    /// A whole number of a column of this type.
    macro_rules! whole {
        ($kind:ty) => {
            Cell::Number(column.as_primitive::<$kind>().value(row).to_string())
        };
    }
    /// A time of a column whose unit is so many of, or a part of, a microsecond.
    macro_rules! time {
        ($kind:ty, $to_micros:expr) => {
            Cell::Time(Timestamp::from_micros($to_micros(
                column.as_primitive::<$kind>().value(row),
            )))
        };
    }
    match column.data_type() {
        DataType::Null => Cell::Null,
        DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Cell::Text(column.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Cell::Text(column.as_string_view().value(row).to_owned()),
        DataType::Boolean => Cell::Truth(column.as_boolean().value(row)),
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Float16 => {
            Cell::of_number(column.as_primitive::<Float16Type>().value(row).to_f64())
        }
        DataType::Float32 => {
            // As a text it is the shortest that is this number, not what it is as a wider one.
            let number = column.as_primitive::<Float32Type>().value(row);
            Cell::of_number(number.to_string().parse().unwrap_or(f64::NAN))
        }
        DataType::Float64 => Cell::of_number(column.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(TimeUnit::Second, _) => {
            time!(TimestampSecondType, |time: i64| time.saturating_mul(1_000_000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            time!(TimestampMillisecondType, |time: i64| time.saturating_mul(1_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            time!(TimestampMicrosecondType, |time: i64| time)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            time!(TimestampNanosecondType, |time: i64| time.div_euclid(1_000))
        }
        DataType::Date32 => {
            time!(Date32Type, |days: i32| i64::from(days) * 86_400_000_000)
        }
        other => Cell::Other(format!("a value of type {other}")),
    }
}
