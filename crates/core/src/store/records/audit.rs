//! Who did what.

use super::{Fields, Record, name};
use crate::{
    Result, Timestamp, chain,
    store::{Row, Table, Value, WritableRow},
};

/// A deed, chained to the one before.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AuditRecord {
    /// Its place: 1, 2, 3 and so on.
    pub number: u64,
    /// When.
    pub timestamp: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// The facts, as JSON; never the content of what was deleted.
    pub detail: String,
    /// The hash of the record before; empty for the first.
    pub previous: String,
    /// The hash over all of this.
    pub hash: String,
}

impl AuditRecord {
    /// The record that follows `previous`, or the first.
    pub(in crate::store) fn next(
        previous: Option<&Self>,
        timestamp: Timestamp,
        actor: &str,
        action: &str,
        detail: &serde_json::Value,
    ) -> Self {
        let mut record = Self {
            number: previous.map_or(1, |previous| previous.number + 1),
            timestamp,
            actor: actor.to_owned(),
            action: action.to_owned(),
            detail: detail.to_string(),
            previous: previous.map_or(chain::START, |previous| &previous.hash).to_owned(),
            hash: String::new(),
        };
        record.hash = record.computed_hash();
        record
    }

    /// The hash that the record should have.
    pub(in crate::store) fn computed_hash(&self) -> String {
        let (number, micros) = (self.number.to_string(), self.timestamp.micros().to_string());
        chain::link(&self.previous, &[&number, &micros, &self.actor, &self.action, &self.detail])
    }
}

impl Record for AuditRecord {
    const TABLE: Table = Table::Audit;

    fn to_row(&self) -> Result<WritableRow> {
        Ok(WritableRow(vec![
            super::whole("number", self.number)?,
            Value::Time(self.timestamp),
            name("actor", &self.actor)?,
            name("action", &self.action)?,
            Value::Text(self.detail.clone()),
            // Of the first record this is empty, which a name must not be.
            Value::Text(self.previous.clone()),
            name("hash", &self.hash)?,
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            number: fields.whole()?,
            timestamp: fields.time()?,
            actor: fields.text()?,
            action: fields.text()?,
            detail: fields.text()?,
            previous: fields.text()?,
            hash: fields.text()?,
        })
    }
}
