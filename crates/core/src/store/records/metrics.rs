//! How good a model was, and when.

use super::{Fields, Record, name, new_id, optional_number};
use crate::{
    Error, Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// What a model scored at one time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetricsRecord {
    /// Its own id.
    pub id: String,
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// When.
    pub timestamp: Timestamp,
    /// The share of right answers.
    pub accuracy: Option<f64>,
    /// Precision, as whoever measured it averaged it over labels.
    pub precision: Option<f64>,
    /// Recall, likewise.
    pub recall: Option<f64>,
    /// F1, likewise.
    pub f1_score: Option<f64>,
    /// The loss.
    pub loss: Option<f64>,
    /// The epoch of the training, if it was in one.
    pub epoch: Option<u64>,
    /// How many rows it was measured on.
    pub dataset_size: Option<u64>,
}

impl MetricsRecord {
    /// A measurement of this moment, yet without numbers.
    pub fn new(model: &str, version: &str) -> Self {
        Self {
            id: new_id(),
            model: model.to_owned(),
            version: version.to_owned(),
            timestamp: Timestamp::now(),
            accuracy: None,
            precision: None,
            recall: None,
            f1_score: None,
            loss: None,
            epoch: None,
            dataset_size: None,
        }
    }
}

impl Record for MetricsRecord {
    const TABLE: Table = Table::ModelMetrics;

    fn to_row(&self) -> Result<WritableRow> {
        let share = |what: &str, value: Option<f64>| match value {
            Some(value) if !(0.0..=1.0).contains(&value) => {
                Err(Error::invalid(what, format!("{value} is not 0 to 1")))
            }
            value => optional_number(what, value),
        };
        let count = |what: &str, value: Option<u64>| {
            value.map_or(Ok(Value::Null), |value| super::whole(what, value))
        };
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            name("model_name", &self.model)?,
            name("version", &self.version)?,
            Value::Time(self.timestamp),
            share("accuracy", self.accuracy)?,
            share("precision", self.precision)?,
            share("recall", self.recall)?,
            share("f1_score", self.f1_score)?,
            optional_number("loss", self.loss)?,
            count("epoch", self.epoch)?,
            count("dataset_size", self.dataset_size)?,
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            id: fields.text()?,
            model: fields.text()?,
            version: fields.text()?,
            timestamp: fields.time()?,
            accuracy: fields.optional_real()?,
            precision: fields.optional_real()?,
            recall: fields.optional_real()?,
            f1_score: fields.optional_real()?,
            loss: fields.optional_real()?,
            epoch: fields.optional_whole()?,
            dataset_size: fields.optional_whole()?,
        })
    }
}
