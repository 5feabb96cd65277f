//! What is kept from one look to the next.

use super::{Fields, Record, name, whole};
use crate::{
    Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// What is kept under a name, in its latest revision.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StateRecord {
    pub(crate) name: String,
    /// How often it was written.
    pub(crate) revision: u64,
    pub(crate) content: Vec<u8>,
    pub(crate) updated_at: Timestamp,
}

impl Record for StateRecord {
    const TABLE: Table = Table::States;

    fn to_row(&self) -> Result<WritableRow> {
        Ok(WritableRow(vec![
            name("name", &self.name)?,
            whole("revision", self.revision)?,
            Value::Bytes(self.content.clone()),
            Value::Time(self.updated_at),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            name: fields.text()?,
            revision: fields.whole()?,
            content: fields.bytes()?,
            updated_at: fields.time()?,
        })
    }
}
