//! Values, rows and questions, the same in every home.

use super::Table;
use crate::Timestamp;

/// What stands in a column of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number. It is never NaN or infinite: what is not a number is [`Value::Null`].
    Real(f64),
    /// Yes or no.
    Truth(bool),
    /// A point in time.
    Time(Timestamp),
    /// A text, without NUL, which PostgreSQL cannot keep.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row as it was read: a value for each column of [`Table::columns`], in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

/// A row to be written: a value for each column of [`Table::columns`], in their order.
///
/// Only this crate makes one, from a [record](super::Record): so a text can only be written after
/// its writer consented and it was anonymised, whoever calls the home.
#[derive(Debug, Clone, PartialEq)]
pub struct WritableRow(pub(super) Vec<Value>);

impl WritableRow {
    /// The values, in the order of [`Table::columns`].
    pub fn values(&self) -> &[Value] {
        &self.0
    }
}

/// What must hold of a row. Nothing compares with [`Value::Null`] but the conditions made for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The column holds this value.
    Is(&'static str, Value),
    /// The column holds one of these values.
    IsOneOf(&'static str, Vec<Value>),
    /// The column holds this value or a larger one.
    IsAtLeast(&'static str, Value),
    /// The column holds a smaller value.
    IsBelow(&'static str, Value),
    /// The column holds nothing.
    IsNull(&'static str),
    /// The column holds something.
    IsNotNull(&'static str),
    /// The column holds nothing, or a smaller value.
    IsNullOrBelow(&'static str, Value),
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// Which rows of a table are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// The table.
    pub table: Table,
    /// What must hold of a row: all of it.
    pub conditions: Vec<Condition>,
    /// By which columns the rows are ordered, the first one first. Rows that are equal by all of
    /// them come in the order of the table's key. Nothing comes before anything.
    pub order: Vec<(&'static str, Direction)>,
    /// At most so many rows.
    pub limit: Option<usize>,
}

impl Select {
    /// All rows of a table, in the order of its key.
    pub fn all(table: Table) -> Self {
        Self { table, conditions: Vec::new(), order: Vec::new(), limit: None }
    }

    /// Only those of which this holds, too.
    #[must_use]
    pub fn with(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Ordered by this column after those named before.
    #[must_use]
    pub fn ordered(mut self, column: &'static str, direction: Direction) -> Self {
        self.order.push((column, direction));
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limited(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }
}
