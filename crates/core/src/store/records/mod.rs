//! What is written into tables and read from them: a struct for each.

mod audit;
mod features;
mod feedback;
mod json;
mod metrics;
mod prediction;
mod profile;
mod retraining;
mod review;
mod run;
mod shadow;
mod state;
mod trigger;

pub use audit::AuditRecord;
pub use features::FeatureRecord;
pub use feedback::Feedback;
pub use metrics::MetricsRecord;
pub(super) use prediction::Pairs;
pub use prediction::PredictionRecord;
pub(super) use prediction::unpack;
pub use profile::ProfileRecord;
pub use retraining::RetrainingRecord;
pub use review::ReviewRecord;
pub(crate) use run::{RunArtefactRow, RunMetricRow, RunPairRow, RunRow};
pub use shadow::ShadowRecord;
pub(crate) use state::StateRecord;
pub use trigger::TriggerRecord;

use uuid::Uuid;

use super::{Row, Table, Value, WritableRow};
use crate::{Error, Result, Timestamp};

/// The longest id, label, name or the like: what is longer is a text by mistake.
const LONGEST_NAME: usize = 1024;

/// What a row of a table is in Rust.
pub trait Record: Sized {
    /// Its table.
    const TABLE: Table;

    /// The row it becomes.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field that cannot be written: a name that is empty, too
    /// long or holds NUL, a number that is none.
    fn to_row(&self) -> Result<WritableRow>;

    /// What a row says.
    ///
    /// # Errors
    /// [`Error::Incompatible`] if the row is none of this table.
    fn from_row(row: Row) -> Result<Self>;

    /// The record as a JSON object: a member for each column of its table, in their order. Nothing
    /// is `null`, a time is written as RFC 3339 says, and a vector is a list of numbers.
    ///
    /// # Errors
    /// As [`to_row`](Record::to_row).
    fn to_json(&self) -> Result<String> {
        json::to_json(self)
    }
}

/// A new id: a UUID of version 7, which is larger than those made before.
pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// A name as it can be written.
fn name(what: &str, value: &str) -> Result<Value> {
    let problem = if value.is_empty() {
        "is empty".to_owned()
    } else if value.len() > LONGEST_NAME {
        format!("has {} bytes, and {LONGEST_NAME} is the limit", value.len())
    } else if value.contains('\0') {
        format!("{value:?} holds NUL")
    } else {
        return Ok(Value::Text(value.to_owned()));
    };
    Err(Error::invalid(what, problem))
}

fn optional_name(what: &str, value: Option<&str>) -> Result<Value> {
    value.map_or(Ok(Value::Null), |value| name(what, value))
}

/// A number as it can be written.
fn number(what: &str, value: f64) -> Result<Value> {
    if value.is_finite() {
        // SQLite keeps no sign of a zero; so nobody does.
        Ok(Value::Real(value + 0.0))
    } else {
        Err(Error::invalid(what, format!("{value} is no finite number")))
    }
}

fn optional_number(what: &str, value: Option<f64>) -> Result<Value> {
    value.map_or(Ok(Value::Null), |value| number(what, value))
}

/// A count as it can be written.
fn whole(what: &str, value: u64) -> Result<Value> {
    i64::try_from(value)
        .map(Value::Integer)
        .map_err(|_| Error::invalid(what, format!("{value} is more than {}", i64::MAX)))
}

/// JSON as it can be written; `\u0000` could not be read back everywhere, but it is legal.
fn json(value: Option<&serde_json::Value>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.to_string()))
}

fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.to_owned()))
}

fn time(value: Option<Timestamp>) -> Value {
    value.map_or(Value::Null, Value::Time)
}

/// Takes the values of a row one after the other.
struct Fields {
    table: Table,
    place: usize,
    values: std::vec::IntoIter<Value>,
}

impl Fields {
    fn new(table: Table, row: Row) -> Self {
        Self { table, place: 0, values: row.0.into_iter() }
    }

    fn next(&mut self) -> Value {
        self.place += 1;
        self.values.next().unwrap_or(Value::Null)
    }

    fn wrong(&self, found: &Value) -> Error {
        let column = self.table.columns().get(self.place - 1).map_or("?", |column| column.name);
        let what = format!("table {}", self.table.name());
        Error::incompatible(what, format!("column {column} holds {found:?}"))
    }

    fn optional_text(&mut self) -> Result<Option<String>> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => Err(self.wrong(&other)),
        }
    }

    fn text(&mut self) -> Result<String> {
        self.optional_text()?.ok_or_else(|| self.wrong(&Value::Null))
    }

    fn optional_real(&mut self) -> Result<Option<f64>> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Real(number) => Ok(Some(number)),
            // SQLite keeps 1.0 as 1 where nobody told it otherwise.
            Value::Integer(number) => Ok(Some(number as f64)),
            other => Err(self.wrong(&other)),
        }
    }

    fn real(&mut self) -> Result<f64> {
        self.optional_real()?.ok_or_else(|| self.wrong(&Value::Null))
    }

    fn optional_integer(&mut self) -> Result<Option<i64>> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Integer(number) => Ok(Some(number)),
            other => Err(self.wrong(&other)),
        }
    }

    fn optional_whole(&mut self) -> Result<Option<u64>> {
        let Some(number) = self.optional_integer()? else { return Ok(None) };
        u64::try_from(number).map(Some).map_err(|_| self.wrong(&Value::Integer(number)))
    }

    fn whole(&mut self) -> Result<u64> {
        self.optional_whole()?.ok_or_else(|| self.wrong(&Value::Null))
    }

    fn optional_truth(&mut self) -> Result<Option<bool>> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Truth(truth) => Ok(Some(truth)),
            other => Err(self.wrong(&other)),
        }
    }

    fn truth(&mut self) -> Result<bool> {
        self.optional_truth()?.ok_or_else(|| self.wrong(&Value::Null))
    }

    fn optional_time(&mut self) -> Result<Option<Timestamp>> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Time(time) => Ok(Some(time)),
            other => Err(self.wrong(&other)),
        }
    }

    fn time(&mut self) -> Result<Timestamp> {
        self.optional_time()?.ok_or_else(|| self.wrong(&Value::Null))
    }

    fn optional_bytes(&mut self) -> Result<Option<Vec<u8>>> {
        match self.next() {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes)),
            other => Err(self.wrong(&other)),
        }
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        self.optional_bytes()?.ok_or_else(|| self.wrong(&Value::Null))
    }

    fn optional_json(&mut self) -> Result<Option<serde_json::Value>> {
        let Some(text) = self.optional_text()? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|_| self.wrong(&Value::Text(text)))
    }
}
