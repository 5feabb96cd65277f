//! Values, rows and questions, the same in every home.

use std::{cmp::Ordering, fmt};

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

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_real(&self) -> Option<f64> {
        match self {
            Self::Real(number) => Some(*number),
            Self::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// About how many bytes it takes to send it.
    #[cfg(feature = "postgres")]
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 8,
        }
    }

    /// Which of two values of a column comes first. Nothing comes before anything, texts are
    /// ordered by their bytes.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            (Self::Integer(one), Self::Integer(two)) => one.cmp(two),
            (Self::Truth(one), Self::Truth(two)) => one.cmp(two),
            (Self::Time(one), Self::Time(two)) => one.cmp(two),
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (Self::Bytes(one), Self::Bytes(two)) => one.cmp(two),
            (one, two) => {
                // Stored numbers are never NaN, and a column has values of one kind.
                let numbers = one.as_real().zip(two.as_real());
                numbers.and_then(|(one, two)| one.partial_cmp(&two)).unwrap_or(Ordering::Equal)
            }
        }
    }
}

/// As messages show it.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("nothing"),
            Self::Integer(number) => number.fmt(out),
            Self::Real(number) => number.fmt(out),
            Self::Truth(truth) => truth.fmt(out),
            Self::Time(time) => time.fmt(out),
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Bytes(bytes) => write!(out, "{} bytes", bytes.len()),
        }
    }
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

impl Condition {
    /// The column it is about.
    pub fn column(&self) -> &'static str {
        match self {
            Self::Is(column, _)
            | Self::IsOneOf(column, _)
            | Self::IsAtLeast(column, _)
            | Self::IsBelow(column, _)
            | Self::IsNull(column)
            | Self::IsNotNull(column)
            | Self::IsNullOrBelow(column, _) => column,
        }
    }

    /// Whether it holds of a value of its column.
    pub fn holds(&self, found: &Value) -> bool {
        let is_nothing = *found == Value::Null;
        let compares = |value: &Value| !is_nothing && *value != Value::Null;
        match self {
            Self::Is(_, value) => compares(value) && found.order(value).is_eq(),
            Self::IsOneOf(_, values) => {
                values.iter().any(|value| compares(value) && found.order(value).is_eq())
            }
            Self::IsAtLeast(_, value) => compares(value) && found.order(value).is_ge(),
            Self::IsBelow(_, value) => compares(value) && found.order(value).is_lt(),
            Self::IsNull(_) => is_nothing,
            Self::IsNotNull(_) => !is_nothing,
            Self::IsNullOrBelow(_, value) => {
                is_nothing || compares(value) && found.order(value).is_lt()
            }
        }
    }
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
