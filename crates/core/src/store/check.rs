//! Whether what a home is asked fits the tables, told once for all homes.

use super::{Change, Condition, Kind, Select, Table, Value};
use crate::{Error, Result, Timestamp};

/// The years that can be written everywhere: 1 to 9999.
const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_999;

/// Whether all of these changes can be made in any home.
pub(super) fn changes(changes: &[Change]) -> Result<()> {
    for change in changes {
        match change {
            Change::Insert { table, rows, .. } => {
                for row in rows {
                    self::row(*table, row.values())?;
                }
            }
            Change::Update { table, set, conditions } => {
                for (name, value) in set {
                    let place = place(*table, name)?;
                    if table.key().contains(name) {
                        let problem = "is part of the key, which stays as it is";
                        return Err(Error::invalid(named(*table, name), problem));
                    }
                    written(*table, place, value)?;
                }
                self::conditions(*table, conditions)?;
            }
            Change::Delete { table, conditions } => self::conditions(*table, conditions)?,
        }
    }
    Ok(())
}

/// Whether the conditions are about columns of the table and their kinds.
pub(super) fn conditions(table: Table, conditions: &[Condition]) -> Result<()> {
    for condition in conditions {
        match condition {
            Condition::Is(name, value)
            | Condition::IsAtLeast(name, value)
            | Condition::IsBelow(name, value)
            | Condition::IsNullOrBelow(name, value) => compared(table, name, value)?,
            Condition::IsOneOf(name, values) => {
                place(table, name)?;
                values.iter().try_for_each(|value| compared(table, name, value))?;
            }
            Condition::IsNull(name) | Condition::IsNotNull(name) => {
                place(table, name)?;
            }
        }
    }
    Ok(())
}

/// Whether a question is about columns of its table.
pub(super) fn select(select: &Select) -> Result<()> {
    conditions(select.table, &select.conditions)?;
    select.order.iter().try_for_each(|(name, _)| place(select.table, name).map(drop))
}

pub(super) fn row(table: Table, values: &[Value]) -> Result<()> {
    let columns = table.columns();
    if values.len() != columns.len() {
        let problem =
            format!("has {} values, and the table {} columns", values.len(), columns.len());
        return Err(Error::invalid(format!("row of {}", table.name()), problem));
    }
    values.iter().enumerate().try_for_each(|(place, value)| written(table, place, value))
}

/// Whether a value can be written into a column.
fn written(table: Table, place: usize, value: &Value) -> Result<()> {
    let column = table.columns()[place];
    let problem = match value {
        Value::Null if !column.nullable => "cannot be without a value".to_owned(),
        Value::Null => return Ok(()),
        value if !fits(column.kind, value) => {
            format!("is {}, and {:?} is written there", kind(value), column.kind)
        }
        Value::Text(text) if memchr::memchr(0, text.as_bytes()).is_some() => {
            "holds NUL, which cannot be kept".to_owned()
        }
        Value::Real(number) if !number.is_finite() => format!("{number} is no finite number"),
        Value::Time(time) if !(FIRST..=LAST).contains(&time.micros()) => {
            let last = Timestamp::from_micros(LAST);
            format!("{time} is not between 0001-01-01 and {last}")
        }
        _ => return Ok(()),
    };
    Err(Error::invalid(named(table, column.name), problem))
}

fn compared(table: Table, name: &str, value: &Value) -> Result<()> {
    let column = table.columns()[place(table, name)?];
    if *value == Value::Null || fits(column.kind, value) {
        return Ok(());
    }
    let problem = format!("is compared with {}, and it holds {:?}", kind(value), column.kind);
    Err(Error::invalid(named(table, name), problem))
}

fn place(table: Table, name: &str) -> Result<usize> {
    table.column(name).ok_or_else(|| {
        let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        let problem = format!("is no column; there are {}", names.join(", "));
        Error::invalid(named(table, name), problem)
    })
}

fn named(table: Table, column: &str) -> String {
    format!("{}.{column}", table.name())
}

fn fits(kind: Kind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (Kind::Integer, Value::Integer(_))
            | (Kind::Real, Value::Real(_))
            | (Kind::Truth, Value::Truth(_))
            | (Kind::Time, Value::Time(_))
            | (Kind::Text | Kind::Json, Value::Text(_))
            | (Kind::Bytes, Value::Bytes(_))
    )
}

/// What a value is, without telling it: it may be somebody's text.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Integer(_) => "a whole number",
        Value::Real(_) => "a number",
        Value::Truth(_) => "yes or no",
        Value::Time(_) => "a time",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    }
}
