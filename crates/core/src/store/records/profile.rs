//! What a process counted.

use super::{Fields, Record, name, new_id, whole};
use crate::{
    Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// What a process counted of what a version answered in a window.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ProfileRecord {
    /// Its own id.
    pub id: String,
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// When the window began.
    pub window_start: Timestamp,
    /// How many rows were counted.
    pub rows: u64,
    /// The profile, as bytes.
    pub content: Vec<u8>,
}

impl ProfileRecord {
    /// What was counted of a version in a window.
    pub fn new(
        model: &str,
        version: &str,
        window_start: Timestamp,
        rows: u64,
        content: Vec<u8>,
    ) -> Self {
        let (model, version) = (model.to_owned(), version.to_owned());
        Self { id: new_id(), model, version, window_start, rows, content }
    }
}

impl Record for ProfileRecord {
    const TABLE: Table = Table::Profiles;

    fn to_row(&self) -> Result<WritableRow> {
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            name("model", &self.model)?,
            name("version", &self.version)?,
            Value::Time(self.window_start),
            whole("rows", self.rows)?,
            Value::Bytes(self.content.clone()),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            id: fields.text()?,
            model: fields.text()?,
            version: fields.text()?,
            window_start: fields.time()?,
            rows: fields.whole()?,
            content: fields.bytes()?,
        })
    }
}
