//! Changes, within a transaction that the caller begins and ends.

use rustc_hash::FxHashSet;

use super::{
    counts,
    dialect::{Dialect, Names, quoted},
    ledger::Ledger,
    session::{Parameter, Session},
    statement::{Statement, kind},
};
use crate::{
    Error, Result,
    store::{
        Change, Condition, Existing, Kind, Table, Value, WritableRow,
        rollup::{self, Entry},
    },
};

/// Makes changes in their order, and brings the counts of predictions along.
pub(super) fn apply(
    session: &mut dyn Session,
    names: &Names,
    changes: &[Change],
) -> Result<Vec<usize>> {
    let mut ledger = Ledger::default();
    let mut done = Vec::with_capacity(changes.len());
    for change in changes {
        done.push(match change {
            Change::Insert { table, rows, existing } => {
                insert(session, names, *table, rows, *existing, &mut ledger)?
            }
            Change::Update { table, set, conditions } => {
                update(session, names, *table, set, conditions, &mut ledger)?
            }
            Change::Delete { table, conditions } => {
                let mut gone = Vec::new();
                note(session, names, *table, conditions, &mut ledger, &mut gone, false)?;
                let sql = format!("DELETE FROM {}", names.table(*table));
                let mut statement = Statement::new(names, sql);
                statement.conditions(*table, conditions)?;
                session.execute(&statement.sql, &statement.parameters)?
            }
        });
    }
    if !ledger.is_empty() {
        counts::write(session, names, &ledger)?;
    }
    Ok(done)
}

fn insert(
    session: &mut dyn Session,
    names: &Names,
    table: Table,
    rows: &[WritableRow],
    existing: Existing,
    ledger: &mut Ledger,
) -> Result<usize> {
    let rows = distinct(table, rows, existing)?;
    if table == Table::Predictions && existing == Existing::Replace {
        let ids = rows.iter().map(|row| row.values()[0].clone()).collect();
        let conditions = [Condition::IsOneOf("id", ids)];
        note(session, names, table, &conditions, ledger, &mut Vec::new(), false)?;
    }
    let mut count = 0;
    session.insert(table, &rows, existing, &mut |place| {
        count += 1;
        if table == Table::Predictions {
            ledger.note(&Entry::of(rows[place].values()), 1);
        }
    })?;
    Ok(count)
}

/// Rows of which each has another key: of equal ones the first, or the last where it replaces.
fn distinct(table: Table, rows: &[WritableRow], existing: Existing) -> Result<Vec<&WritableRow>> {
    let places: Vec<usize> = table.key().iter().filter_map(|name| table.column(name)).collect();
    let mut seen = FxHashSet::default();
    seen.reserve(rows.len());
    let mut kept = Vec::with_capacity(rows.len());
    let mut keep = |row| {
        let row: &WritableRow = row;
        let is_new = match places.as_slice() {
            // The most usual keys are hashed without a copy.
            [place] => match &row.values()[*place] {
                Value::Text(text) => seen.insert(std::borrow::Cow::Borrowed(text.as_str())),
                other => seen.insert(other.to_string().into()),
            },
            places => {
                let parts = places.iter().map(|place| row.values()[*place].to_string());
                seen.insert(parts.collect::<Vec<_>>().join("\0").into())
            }
        };
        if is_new {
            kept.push(row);
        }
        is_new
    };
    match existing {
        Existing::Keep => rows.iter().for_each(|row| {
            keep(row);
        }),
        Existing::Replace => {
            rows.iter().rev().for_each(|row| {
                keep(row);
            });
            kept.reverse();
        }
        Existing::Refuse => {
            if let Some(again) = rows.iter().find(|row| !keep(row)) {
                return Err(refused(table, again));
            }
        }
    }
    Ok(kept)
}

/// That the key of a row is there.
pub(super) fn refused(table: Table, row: &WritableRow) -> Error {
    let places = table.key().iter().filter_map(|name| table.column(name));
    let key: Vec<String> = places.map(|place| row.values()[place].to_string()).collect();
    let problem = format!("{} is there already", key.join(", "));
    Error::conflict(format!("table {}", table.name()), problem)
}

fn update(
    session: &mut dyn Session,
    names: &Names,
    table: Table,
    set: &[(&'static str, Value)],
    conditions: &[Condition],
    ledger: &mut Ledger,
) -> Result<usize> {
    let mut before = Vec::new();
    let is_counted = set.iter().any(|(column, _)| rollup::COLUMNS.contains(column));
    if is_counted {
        note(session, names, table, conditions, ledger, &mut before, true)?;
    }
    let mut statement = Statement::new(names, format!("UPDATE {} SET ", names.table(table)));
    for (number, (column, value)) in set.iter().enumerate() {
        let kind = kind(table, column)?;
        let separator = if number == 0 { "" } else { ", " };
        statement.push(&format!("{separator}{} = ", quoted(column)));
        statement.parameter(Parameter::One(kind, value));
    }
    statement.conditions(table, conditions)?;
    let updated = session.execute(&statement.sql, &statement.parameters)?;
    for mut values in before {
        for (column, value) in set {
            if let Some(place) = rollup::COLUMNS.iter().position(|counted| counted == column) {
                values[place] = value.clone();
            }
        }
        ledger.note(&Entry::read(&values), 1);
    }
    Ok(updated)
}

/// Notes that predictions go, and keeps what is counted of them where it will be needed.
fn note(
    session: &mut dyn Session,
    names: &Names,
    table: Table,
    conditions: &[Condition],
    ledger: &mut Ledger,
    before: &mut Vec<Vec<Value>>,
    keep: bool,
) -> Result<()> {
    if table != Table::Predictions {
        return Ok(());
    }
    let columns = rollup::COLUMNS.map(quoted).join(", ");
    let sql = format!("SELECT {columns} FROM {}", names.table(table));
    let mut statement = Statement::new(names, sql);
    statement.conditions(table, conditions)?;
    if names.dialect == Dialect::Postgres {
        // What is counted here must not change before it is changed here.
        statement.push(" FOR UPDATE");
    }
    let kinds = kinds(&rollup::COLUMNS)?;
    session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
        ledger.note(&Entry::read(&values), -1);
        if keep {
            before.push(values);
        }
        Ok(())
    })
}

/// The kinds of columns of the table of predictions.
pub(super) fn kinds(columns: &[&str]) -> Result<Vec<Kind>> {
    columns.iter().map(|column| kind(Table::Predictions, column)).collect()
}
