//! Tables as Arrow record batches, which every data tool reads.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchReader,
    builder::{
        BooleanBuilder, Float32Builder, Float64Builder, Int64Builder, LargeBinaryBuilder,
        LargeStringBuilder, ListBuilder, TimestampMicrosecondBuilder,
    },
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use super::{Kind, Row, Select, Store, Table, TrainingFeatures, Value, records::unpack};
use crate::{Error, Result};

/// The most rows of a batch.
const ROWS_PER_BATCH: usize = 4096;

/// How many bytes of texts and files make a batch full before it has all its rows.
const BYTES_PER_BATCH: usize = 32 << 20;

impl Table {
    /// Its columns as Arrow has them. Texts and JSON are `LargeUtf8`, whole numbers `Int64`,
    /// numbers `Float64`, answers `Boolean`, times `Timestamp` in microseconds and UTC, bytes
    /// `LargeBinary`; the embeddings of predictions are lists of `Float32`.
    pub fn schema(self) -> SchemaRef {
        let fields = self.columns().iter().map(|column| {
            let data_type = match column.kind {
                Kind::Integer => DataType::Int64,
                Kind::Real => DataType::Float64,
                Kind::Truth => DataType::Boolean,
                Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                Kind::Text | Kind::Json => DataType::LargeUtf8,
                Kind::Bytes if self.is_vector(column.name) => {
                    DataType::List(Arc::new(Field::new("item", DataType::Float32, true)))
                }
                Kind::Bytes => DataType::LargeBinary,
            };
            Field::new(column.name, data_type, column.nullable)
        });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

enum Builder {
    Integer(Int64Builder),
    Real(Float64Builder),
    Truth(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    Text(LargeStringBuilder),
    Bytes(LargeBinaryBuilder),
    Vector(ListBuilder<Float32Builder>),
}

impl Builder {
    fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Integer(Int64Builder::new()),
            DataType::Float64 => Self::Real(Float64Builder::new()),
            DataType::Boolean => Self::Truth(BooleanBuilder::new()),
            DataType::Timestamp(..) => {
                Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
            DataType::List(_) => Self::Vector(ListBuilder::new(Float32Builder::new())),
            DataType::LargeBinary => Self::Bytes(LargeBinaryBuilder::new()),
            _ => Self::Text(LargeStringBuilder::new()),
        }
    }

    /// Appends a value, and says how many bytes it takes; false of a value that does not fit.
    fn append(&mut self, value: &Value) -> Option<usize> {
        match (self, value) {
            (Self::Integer(column), Value::Null) => column.append_null(),
            (Self::Integer(column), Value::Integer(number)) => column.append_value(*number),
            (Self::Real(column), Value::Null) => column.append_null(),
            (Self::Real(column), Value::Real(number)) => column.append_value(*number),
            // SQLite keeps 1.0 as 1 where nobody told it otherwise.
            (Self::Real(column), Value::Integer(number)) => column.append_value(*number as f64),
            (Self::Truth(column), Value::Null) => column.append_null(),
            (Self::Truth(column), Value::Truth(truth)) => column.append_value(*truth),
            (Self::Time(column), Value::Null) => column.append_null(),
            (Self::Time(column), Value::Time(time)) => column.append_value(time.micros()),
            (Self::Text(column), Value::Null) => column.append_null(),
            (Self::Text(column), Value::Text(text)) => {
                column.append_value(text);
                return Some(text.len());
            }
            (Self::Bytes(column), Value::Null) => column.append_null(),
            (Self::Bytes(column), Value::Bytes(bytes)) => {
                column.append_value(bytes);
                return Some(bytes.len());
            }
            (Self::Vector(column), Value::Null) => column.append(false),
            (Self::Vector(column), Value::Bytes(bytes)) => {
                column.values().append_slice(&unpack(bytes));
                column.append(true);
                return Some(2 * bytes.len());
            }
            _ => return None,
        }
        Some(8)
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(column) => Arc::new(column.finish()),
            Self::Real(column) => Arc::new(column.finish()),
            Self::Truth(column) => Arc::new(column.finish()),
            Self::Time(column) => Arc::new(column.finish()),
            Self::Text(column) => Arc::new(column.finish()),
            Self::Bytes(column) => Arc::new(column.finish()),
            Self::Vector(column) => Arc::new(column.finish()),
        }
    }
}

/// Puts rows into batches.
pub(super) struct Collector {
    table: Table,
    schema: SchemaRef,
    columns: Vec<Builder>,
    rows: usize,
    bytes: usize,
}

impl Collector {
    pub(super) fn new(table: Table) -> Self {
        let schema = table.schema();
        let columns = schema.fields().iter().map(|field| Builder::new(field.data_type()));
        let columns = columns.collect();
        Self { table, schema, columns, rows: 0, bytes: 0 }
    }

    /// Takes a row; gives a batch once it is full.
    pub(super) fn push(&mut self, row: &Row) -> Result<Option<RecordBatch>> {
        for (place, column) in self.columns.iter_mut().enumerate() {
            let value = row.0.get(place).unwrap_or(&Value::Null);
            let Some(bytes) = column.append(value) else {
                let problem = format!("column {} holds {value:?}", self.schema.field(place).name());
                return Err(Error::incompatible(format!("table {}", self.table.name()), problem));
            };
            self.bytes += bytes;
        }
        self.rows += 1;
        let is_full = self.rows == ROWS_PER_BATCH || self.bytes >= BYTES_PER_BATCH;
        if is_full { self.finish().map(Some) } else { Ok(None) }
    }

    /// The batch of the rows so far.
    pub(super) fn finish(&mut self) -> Result<RecordBatch> {
        (self.rows, self.bytes) = (0, 0);
        let columns = self.columns.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|error| {
            Error::incompatible(format!("table {}", self.table.name()), error.to_string())
        })
    }
}

impl dyn Store + '_ {
    /// Gives `visit` the rows that are asked for in batches of some thousand, all of one moment,
    /// so that tables of any size need little memory. `visit` must not call the store; its first
    /// error ends the call.
    ///
    /// # Errors
    /// As the home has them.
    pub fn batches(
        &self,
        select: &Select,
        visit: &mut dyn FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut collector = Collector::new(select.table);
        self.select(select, &mut |row| match collector.push(&row)? {
            Some(batch) => visit(batch),
            None => Ok(()),
        })?;
        if collector.rows > 0 { visit(collector.finish()?) } else { Ok(()) }
    }
}

/// The rows that are asked for, batch by batch, for those who want to ask for the next one: a
/// thread reads them, never more than two ahead.
#[derive(Debug)]
pub struct Batches {
    schema: SchemaRef,
    received: Receiver<Result<RecordBatch>>,
}

impl Batches {
    /// Begins to read. What is read is of one moment, now.
    ///
    /// # Errors
    /// [`Error::Busy`] if the system has no more threads; that of a home comes with the batches.
    pub fn new(store: Arc<dyn Store>, select: Select) -> Result<Self> {
        let schema = select.table.schema();
        let (sender, received) = sync_channel(1);
        let read = move || {
            let outcome = store.batches(&select, &mut |batch| {
                // Nobody waits for it any more; that ends the reading, too.
                sender.send(Ok(batch)).map_err(|_| Error::invalid("batches", "were dropped"))
            });
            if let Err(error) = outcome {
                // It may have been dropped in the meantime.
                let _ = sender.send(Err(error));
            }
        };
        thread::Builder::new().name("pantau-batches".to_owned()).spawn(read).map_err(|error| {
            Error::Busy { what: "reading batches".to_owned(), problem: error.to_string() }
        })?;
        Ok(Self { schema, received })
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.received.recv().ok()
    }
}

impl Batches {
    /// The same for those who read batches as Arrow's own code does, such as its C interface.
    pub fn into_reader(self) -> impl RecordBatchReader + Send {
        Reader(self)
    }
}

struct Reader(Batches);

impl Iterator for Reader {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.0.next()?;
        Some(next.map_err(|error| ArrowError::ExternalError(Box::new(error))))
    }
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }
}

impl TrainingFeatures {
    /// The rows as a table: `review_id`, `sentiment_label`, `rating`, `labelled_at`,
    /// `observed_at`, and the features by their names.
    ///
    /// # Errors
    /// [`Error::Incompatible`] if Arrow refuses a column.
    pub fn to_arrow(&self) -> Result<RecordBatch> {
        let features = Table::TextFeatures.schema();
        let own = Table::Reviews.schema();
        let named = |schema: &SchemaRef, name: &str| {
            schema
                .field_with_name(name)
                .cloned()
                .map_err(|error| Error::incompatible("training features", error.to_string()))
        };
        let mut fields = vec![
            named(&features, "review_id")?,
            named(&own, "sentiment_label")?,
            named(&own, "rating")?,
            named(&own, "labelled_at")?,
            named(&features, "observed_at")?,
        ];
        for name in crate::text::FEATURE_NAMES {
            fields.push(named(&features, name)?);
        }
        let mut columns: Vec<Builder> =
            fields.iter().map(|field| Builder::new(field.data_type())).collect();
        for row in &self.rows {
            let mut values = vec![
                Value::Text(row.review_id.clone()),
                Value::Text(row.sentiment_label.clone()),
                row.rating.map_or(Value::Null, |rating| Value::Integer(rating.into())),
                Value::Time(row.labelled_at),
                Value::Time(row.observed_at),
            ];
            for field in &fields[values.len()..] {
                values.push(match field.data_type() {
                    DataType::LargeUtf8 => Value::Text(row.features.text(field.name())?.to_owned()),
                    DataType::Boolean => Value::Truth(row.features.number(field.name())? > 0.0),
                    DataType::Int64 => Value::Integer(row.features.number(field.name())? as i64),
                    _ => Value::Real(row.features.number(field.name())?),
                });
            }
            for (column, value) in columns.iter_mut().zip(&values) {
                column.append(value);
            }
        }
        let columns = columns.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
            .map_err(|error| Error::incompatible("training features", error.to_string()))
    }
}
