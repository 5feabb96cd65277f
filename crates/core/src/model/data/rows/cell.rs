//! What a cell of a table holds.

use serde_json::Value;

use super::super::names::{number_label, shortened, truth_label};
use crate::Timestamp;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing: no text between two commas, `null`, or what is not a number.
    Null,
    /// A text.
    Text(String),
    /// A number, as [`number_label`] writes it.
    Number(String),
    /// Yes or no.
    Truth(bool),
    /// A point in time.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet has times"))]
    Time(Timestamp),
    /// Something else, such as a list, as an error shows it.
    Other(String),
}

impl Cell {
    pub(crate) fn of_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::String(text) => Self::Text(text.clone()),
            Value::Bool(truth) => Self::Truth(*truth),
            // A float could not hold every large whole number.
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                Self::Number(number.to_string())
            }
            Value::Number(number) => Self::of_number(number.as_f64().unwrap_or(f64::NAN)),
            other => Self::Other(shortened(&other.to_string()).into_owned()),
        }
    }

    /// A number; what is none is nothing, as pandas has it.
    pub(crate) fn of_number(number: f64) -> Self {
        number_label(number).map_or(Self::Null, Self::Number)
    }

    /// What it says as a text: none of nothing, and of what is no text.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Truth(truth) => Some(truth_label(truth).to_owned()),
            Self::Time(time) => Some(time.to_string()),
            Self::Null | Self::Other(_) => None,
        }
    }

    /// The cell as an error shows it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => format!("{:?}", shortened(text)),
            Self::Number(text) | Self::Other(text) => shortened(text).into_owned(),
            Self::Truth(truth) => truth.to_string(),
            Self::Time(time) => time.to_string(),
        }
    }

    /// The cell as JSON, to be kept aside.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) | Self::Other(text) => Value::from(text.as_str()),
            Self::Number(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()))
            }
            Self::Truth(truth) => Value::from(*truth),
            Self::Time(time) => Value::from(time.to_string()),
        }
    }
}
