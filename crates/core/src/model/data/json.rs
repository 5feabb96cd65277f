//! JSON whose rows are objects.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::{column, number_label, shortened, truth_label};
use crate::{Error, Result};

type Row = BTreeMap<String, Value>;

/// The texts and labels of an array of objects, or of an object a line.
pub(super) fn read(rows: &str, text: &str, label: &str) -> Result<(Vec<String>, Vec<String>)> {
    let refused = |what: &str, expected: &str, error: &serde_json::Error| {
        let problem = format!("expected {expected} ({})", shortened(&error.to_string()));
        Error::invalid(what, problem)
    };
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    let mut push = |row: &Row, place: &str| -> Result<()> {
        texts.push(cell(row, place, "text", text)?);
        labels.push(cell(row, place, "label", label)?);
        Ok(())
    };
    if rows.trim_start().starts_with('[') {
        let array: Vec<Row> = serde_json::from_str(rows)
            .map_err(|error| refused("data", "an array of objects", &error))?;
        for (number, row) in array.iter().enumerate() {
            push(row, &format!("row {number}"))?;
        }
    } else {
        let lines = rows.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        for (number, line) in lines {
            let place = format!("line {}", number + 1);
            let expected = "an object a line, or an array of objects";
            let row: Row =
                serde_json::from_str(line).map_err(|error| refused(&place, expected, &error))?;
            push(&row, &place)?;
        }
    }
    Ok((texts, labels))
}

fn cell(row: &Row, place: &str, role: &str, name: &str) -> Result<String> {
    let Some(cell) = row.get(name) else {
        let names: Vec<&String> = row.keys().collect();
        column(&format!("{role} of {place}"), name, &names)?;
        unreachable!("a column that is not there is an error");
    };
    match cell {
        Value::String(cell) => return Ok(cell.clone()),
        Value::Bool(truth) if role == "label" => return Ok(truth_label(*truth).to_owned()),
        Value::Number(number) if role == "label" => {
            // A float could not hold every large whole number.
            if number.is_i64() || number.is_u64() {
                return Ok(number.to_string());
            }
            if let Some(label) = number.as_f64().and_then(number_label) {
                return Ok(label);
            }
        }
        _ => {}
    }
    Err(Error::invalid(place, format!("its {role} is {}", shortened(&cell.to_string()))))
}
