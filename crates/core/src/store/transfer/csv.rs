//! Cells of a table as RFC 4180 has them.

use crate::{
    chain::hex,
    store::{Row, Table, Value, records::unpack},
};

/// Appends the line that names columns.
pub(super) fn push_names<'a>(out: &mut String, names: impl Iterator<Item = &'a str>) {
    for (place, name) in names.enumerate() {
        if place > 0 {
            out.push(',');
        }
        push_text(out, name, false);
    }
    out.push_str("\r\n");
}

/// Appends a row. Nothing is no letter between two commas, an empty text a pair of quotation
/// marks.
pub(super) fn push_row(out: &mut String, table: Table, row: &Row, for_spreadsheets: bool) {
    for (place, (column, value)) in table.columns().iter().zip(&row.0).enumerate() {
        if place > 0 {
            out.push(',');
        }
        match value {
            Value::Null => {}
            Value::Integer(number) => out.push_str(&number.to_string()),
            Value::Real(number) => out.push_str(&number.to_string()),
            Value::Truth(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Value::Time(time) => out.push_str(&time.to_string()),
            Value::Text(text) => push_text(out, text, for_spreadsheets),
            Value::Bytes(bytes) if table.is_vector(column.name) => {
                push_text(out, &vector(bytes), false);
            }
            Value::Bytes(bytes) => push_text(out, &hex(bytes), false),
        }
    }
    out.push_str("\r\n");
}

/// A vector as a list of JSON.
pub(super) fn vector(bytes: &[u8]) -> String {
    let numbers: Vec<String> = unpack(bytes).iter().map(f32::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// Appends a text. `for_spreadsheets` puts an apostrophe in front of what they would take for a
/// formula.
pub(super) fn push_text(out: &mut String, text: &str, for_spreadsheets: bool) {
    let is_formula = for_spreadsheets && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    // Some readers drop white space at the ends of a cell, and take a mark of byte order for one.
    let is_plain = !text.is_empty()
        && text.trim() == text
        && !text.starts_with('\u{feff}')
        && !text.contains([',', ';', '"', '\r', '\n', '\t']);
    if !is_plain {
        out.push('"');
    }
    if is_formula {
        out.push('\'');
    }
    if is_plain {
        out.push_str(text);
    } else {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    }
}
