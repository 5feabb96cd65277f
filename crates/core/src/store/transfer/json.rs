//! Rows as objects of JSON, one a line.

use serde::de::IgnoredAny;

use super::csv::vector;
use crate::{
    chain::hex,
    store::{Kind, Row, Table, Value},
};

/// Appends a row, its members in the order of the columns.
pub(super) fn push_row(out: &mut String, table: Table, row: &Row) {
    for (place, (column, value)) in table.columns().iter().zip(&row.0).enumerate() {
        out.push(if place == 0 { '{' } else { ',' });
        push_text(out, column.name);
        out.push(':');
        match value {
            Value::Null => out.push_str("null"),
            Value::Integer(number) => out.push_str(&number.to_string()),
            Value::Real(number) => {
                // A whole number stays one that may have a fraction.
                out.push_str(&serde_json::Value::from(*number).to_string());
            }
            Value::Truth(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Value::Time(time) => push_text(out, &time.to_string()),
            Value::Text(text) if column.kind == Kind::Json && is_json_line(text) => {
                out.push_str(text);
            }
            Value::Text(text) => push_text(out, text),
            Value::Bytes(bytes) if table.is_vector(column.name) => out.push_str(&vector(bytes)),
            Value::Bytes(bytes) => push_text(out, &hex(bytes)),
        }
    }
    out.push_str("}\n");
}

/// Whether a text can stand in a line as it is.
fn is_json_line(text: &str) -> bool {
    !text.contains('\n') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn push_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
