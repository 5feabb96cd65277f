//! Runs, and what was logged to them: what names they may have is decided where they are made.

use super::{Fields, text, time};
use crate::{
    Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// A row of `runs`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunRow {
    pub(crate) id: String,
    pub(crate) experiment: String,
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    pub(crate) status: String,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

impl RunRow {
    pub(crate) fn to_row(&self) -> WritableRow {
        WritableRow(vec![
            Value::Text(self.id.clone()),
            Value::Text(self.experiment.clone()),
            Value::Text(self.name.clone()),
            text(self.parent.as_deref()),
            Value::Text(self.status.clone()),
            Value::Time(self.started_at),
            time(self.ended_at),
        ])
    }

    pub(crate) fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Table::Runs, row);
        Ok(Self {
            id: fields.text()?,
            experiment: fields.text()?,
            name: fields.text()?,
            parent: fields.optional_text()?,
            status: fields.text()?,
            started_at: fields.time()?,
            ended_at: fields.optional_time()?,
        })
    }
}

/// A row of `run_params` or of `run_tags`, which look the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunPairRow {
    pub(crate) run_id: String,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) timestamp: Timestamp,
}

impl RunPairRow {
    pub(crate) fn to_row(&self) -> WritableRow {
        WritableRow(vec![
            Value::Text(self.run_id.clone()),
            Value::Text(self.name.clone()),
            Value::Text(self.value.clone()),
            Value::Time(self.timestamp),
        ])
    }

    pub(crate) fn from_row(table: Table, row: Row) -> Result<Self> {
        let mut fields = Fields::new(table, row);
        Ok(Self {
            run_id: fields.text()?,
            name: fields.text()?,
            value: fields.text()?,
            timestamp: fields.time()?,
        })
    }
}

/// A row of `run_metrics` or of `run_last_metrics`, which look the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunMetricRow {
    pub(crate) run_id: String,
    pub(crate) name: String,
    pub(crate) step: i64,
    /// What is not finite, too.
    pub(crate) value: f64,
    pub(crate) timestamp: Timestamp,
}

impl RunMetricRow {
    pub(crate) fn to_row(&self) -> WritableRow {
        let [value, text] = self.values();
        WritableRow(vec![
            Value::Text(self.run_id.clone()),
            Value::Text(self.name.clone()),
            Value::Integer(self.step),
            value,
            text,
            Value::Time(self.timestamp),
        ])
    }

    /// The number in the columns `value` and `text`: the latter for what is not finite.
    pub(crate) fn values(&self) -> [Value; 2] {
        if self.value.is_finite() {
            // SQLite keeps no sign of a zero; so nobody does.
            [Value::Real(self.value + 0.0), Value::Null]
        } else {
            [Value::Null, Value::Text(self.value.to_string())]
        }
    }

    pub(crate) fn from_row(table: Table, row: Row) -> Result<Self> {
        let mut fields = Fields::new(table, row);
        let (run_id, name) = (fields.text()?, fields.text()?);
        let step = fields.optional_integer()?.unwrap_or_default();
        let value = fields.optional_real()?;
        let other = fields.optional_text()?;
        let value = match (value, other.as_deref()) {
            (Some(value), _) => value,
            (None, Some("inf")) => f64::INFINITY,
            (None, Some("-inf")) => f64::NEG_INFINITY,
            (None, _) => f64::NAN,
        };
        Ok(Self { run_id, name, step, value, timestamp: fields.time()? })
    }
}

/// A row of `run_artefacts`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RunArtefactRow {
    pub(crate) run_id: String,
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    pub(crate) content: Vec<u8>,
    pub(crate) timestamp: Timestamp,
}

impl RunArtefactRow {
    pub(crate) fn into_row(self) -> Result<WritableRow> {
        Ok(WritableRow(vec![
            Value::Text(self.run_id),
            Value::Text(self.path),
            super::whole("size", self.size)?,
            Value::Text(self.sha256),
            Value::Bytes(self.content),
            Value::Time(self.timestamp),
        ]))
    }

    pub(crate) fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Table::RunArtefacts, row);
        Ok(Self {
            run_id: fields.text()?,
            path: fields.text()?,
            size: fields.whole()?,
            sha256: fields.text()?,
            content: fields.optional_bytes()?.unwrap_or_default(),
            timestamp: fields.time()?,
        })
    }
}
