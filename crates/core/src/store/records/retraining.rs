//! What became of a retraining.

use super::{Fields, Record, json, name, new_id, optional_name, time};
use crate::{
    Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// A retraining, from its reasons to its end. While it runs the record is written again and takes
/// the place of the one before.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RetrainingRecord {
    /// Its own id.
    pub id: String,
    /// The model.
    pub model: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The reasons.
    pub trigger_evaluation: Option<serde_json::Value>,
    /// How training went.
    pub training_result: Option<serde_json::Value>,
    /// Whether the result passed.
    pub validation_result: Option<serde_json::Value>,
    /// Where it stands: `running`, `completed`, `failed` and the like.
    pub status: String,
    /// Why it stands there.
    pub reason: Option<String>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

impl RetrainingRecord {
    /// A retraining that begins now.
    pub fn new(model: &str) -> Self {
        Self {
            id: new_id(),
            model: model.to_owned(),
            started_at: Timestamp::now(),
            trigger_evaluation: None,
            training_result: None,
            validation_result: None,
            status: "running".to_owned(),
            reason: None,
            completed_at: None,
        }
    }
}

impl Record for RetrainingRecord {
    const TABLE: Table = Table::Retrainings;

    fn to_row(&self) -> Result<WritableRow> {
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            name("model", &self.model)?,
            Value::Time(self.started_at),
            json(self.trigger_evaluation.as_ref()),
            json(self.training_result.as_ref()),
            json(self.validation_result.as_ref()),
            name("status", &self.status)?,
            optional_name("reason", self.reason.as_deref())?,
            time(self.completed_at),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            id: fields.text()?,
            model: fields.text()?,
            started_at: fields.time()?,
            trigger_evaluation: fields.optional_json()?,
            training_result: fields.optional_json()?,
            validation_result: fields.optional_json()?,
            status: fields.text()?,
            reason: fields.optional_text()?,
            completed_at: fields.optional_time()?,
        })
    }
}
