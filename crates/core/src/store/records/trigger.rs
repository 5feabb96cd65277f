//! A reason to train again.

use super::{Fields, Record, json, name, new_id};
use crate::{
    Error, Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// How much a reason may matter.
const PRIORITIES: [&str; 3] = ["low", "medium", "high"];

/// A reason to train a model again.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TriggerRecord {
    /// Its own id.
    pub id: String,
    /// The model.
    pub model: String,
    /// What kind of reason: `new_data`, `drift` and the like.
    pub kind: String,
    /// The reason, for people.
    pub reason: String,
    /// How much it matters: `low`, `medium` or `high`.
    pub priority: String,
    /// The numbers behind it.
    pub detail: Option<serde_json::Value>,
    /// When.
    pub timestamp: Timestamp,
}

impl TriggerRecord {
    /// A reason of this moment.
    pub fn new(model: &str, kind: &str, reason: &str, priority: &str) -> Self {
        Self {
            id: new_id(),
            model: model.to_owned(),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            priority: priority.to_owned(),
            detail: None,
            timestamp: Timestamp::now(),
        }
    }
}

impl Record for TriggerRecord {
    const TABLE: Table = Table::Triggers;

    fn to_row(&self) -> Result<WritableRow> {
        if !PRIORITIES.contains(&self.priority.as_str()) {
            let problem = format!("{:?} is none of {}", self.priority, PRIORITIES.join(", "));
            return Err(Error::invalid("priority", problem));
        }
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            name("model", &self.model)?,
            name("type", &self.kind)?,
            name("reason", &self.reason)?,
            name("priority", &self.priority)?,
            json(self.detail.as_ref()),
            Value::Time(self.timestamp),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            id: fields.text()?,
            model: fields.text()?,
            kind: fields.text()?,
            reason: fields.text()?,
            priority: fields.text()?,
            detail: fields.optional_json()?,
            timestamp: fields.time()?,
        })
    }
}
