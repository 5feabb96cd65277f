//! Changes, within a transaction that the caller begins and ends.

use rustc_hash::FxHashSet;

use super::{
    counts,
    dialect::{Dialect, Names, listed, quoted},
    ledger::Ledger,
    session::{Parameter, Session},
    statement::{Statement, kind},
};
use crate::{
    Error, Result,
    store::{
        Change, Condition, Existing, Kind, Table, Value, WritableRow,
        erase::{Erased, Subjects, note_erased},
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
                delete(session, names, *table, conditions, &mut ledger)?
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
    let rows = without_erased(session, names, table, distinct(table, rows, existing)?)?;
    if table != Table::Predictions {
        let mut count = 0;
        session.insert(table, &rows, existing, &mut |_| count += 1)?;
        return Ok(count);
    }
    if existing != Existing::Replace {
        return Ok(insert_counted(session, &rows, existing, ledger)?.len());
    }
    // What is replaced must be taken out of the counts, and another can write the same row at any
    // moment: so what is there is deleted, and what is written by others meanwhile again.
    let mut left = rows.clone();
    while !left.is_empty() {
        let ids = left.iter().map(|row| row.values()[0].clone()).collect();
        delete(session, names, table, &[Condition::IsOneOf("id", ids)], ledger)?;
        let written = insert_counted(session, &left, Existing::Keep, ledger)?;
        let mut places = 0..;
        left.retain(|_| places.next().is_none_or(|place| !written.contains(&place)));
    }
    Ok(rows.len())
}

/// Rows without those of subjects that have been forgotten since the rows were made. Until the end
/// of the transaction nobody else is forgotten.
fn without_erased<'a>(
    session: &mut dyn Session,
    names: &Names,
    table: Table,
    mut rows: Vec<&'a WritableRow>,
) -> Result<Vec<&'a WritableRow>> {
    let Some(place) = table.subject().and_then(|name| table.column(name)) else { return Ok(rows) };
    if rows.iter().all(|row| row.values()[place] == Value::Null) {
        return Ok(rows);
    }
    let erasures = names.table(Table::Erasures);
    if names.dialect == Dialect::Postgres {
        // Who forgets somebody writes into this table first, and so waits for us or we for them.
        session.run(&format!("LOCK TABLE {erasures} IN SHARE MODE"))?;
    }
    let mut is_any = false;
    let sql = format!("SELECT count(*) FROM {erasures}");
    session.query(&sql, &[], &[Kind::Integer], &mut |values| {
        is_any = values[0] != Value::Integer(0);
        Ok(())
    })?;
    let subjects = if is_any { Subjects::of(table, rows.iter().copied()) } else { None };
    let Some(subjects) = subjects else { return Ok(rows) };
    let mut erased = Erased::default();
    let sql = format!("SELECT {} FROM {erasures}", listed(Table::Erasures.columns()));
    let condition = [subjects.condition()];
    let mut statement = Statement::new(names, sql);
    statement.conditions(Table::Erasures, &condition)?;
    let kinds = [Kind::Text, Kind::Time];
    session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
        note_erased(&mut erased, &values);
        Ok(())
    })?;
    if !erased.is_empty() {
        rows.retain(|row| subjects.may_stay(row, &erased));
    }
    Ok(rows)
}

/// Inserts predictions, and gives the places of those that were written.
fn insert_counted(
    session: &mut dyn Session,
    rows: &[&WritableRow],
    existing: Existing,
    ledger: &mut Ledger,
) -> Result<FxHashSet<usize>> {
    let mut written = FxHashSet::default();
    session.insert(Table::Predictions, rows, existing, &mut |place| {
        written.insert(place);
        ledger.note(&Entry::of(rows[place].values()), 1);
    })?;
    Ok(written)
}

/// Deletes rows; what is counted is what the database says it has deleted.
fn delete(
    session: &mut dyn Session,
    names: &Names,
    table: Table,
    conditions: &[Condition],
    ledger: &mut Ledger,
) -> Result<usize> {
    let mut statement = Statement::new(names, format!("DELETE FROM {}", names.table(table)));
    statement.conditions(table, conditions)?;
    if table != Table::Predictions {
        return session.execute(&statement.sql, &statement.parameters);
    }
    statement.push(&format!(" RETURNING {}", rollup::COLUMNS.map(quoted).join(", ")));
    let mut count = 0;
    let kinds = kinds(&rollup::COLUMNS)?;
    session.query(&statement.sql, &statement.parameters, &kinds, &mut |values| {
        ledger.note(&Entry::read(&values), -1);
        count += 1;
        Ok(())
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
    let is_counted = table == Table::Predictions
        && set.iter().any(|(column, _)| rollup::COLUMNS.contains(column));
    if !is_counted {
        return set_columns(session, names, table, set, conditions);
    }
    let (ids, before) = take(session, names, conditions, ledger)?;
    if ids.is_empty() {
        return Ok(0);
    }
    // By their ids: what fulfils the conditions since then is not among what was counted.
    let updated = set_columns(session, names, table, set, &[Condition::IsOneOf("id", ids)])?;
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

fn set_columns(
    session: &mut dyn Session,
    names: &Names,
    table: Table,
    set: &[(&'static str, Value)],
    conditions: &[Condition],
) -> Result<usize> {
    let mut statement = Statement::new(names, format!("UPDATE {} SET ", names.table(table)));
    for (number, (column, value)) in set.iter().enumerate() {
        let kind = kind(table, column)?;
        let separator = if number == 0 { "" } else { ", " };
        statement.push(&format!("{separator}{} = ", quoted(column)));
        statement.parameter(Parameter::One(kind, value));
    }
    statement.conditions(table, conditions)?;
    session.execute(&statement.sql, &statement.parameters)
}

/// The ids of predictions that will change and what was counted of them, which is taken out of the
/// counts; nobody else changes them until the transaction ends.
fn take(
    session: &mut dyn Session,
    names: &Names,
    conditions: &[Condition],
    ledger: &mut Ledger,
) -> Result<(Vec<Value>, Vec<Vec<Value>>)> {
    let columns: Vec<&str> = rollup::COLUMNS.into_iter().chain(["id"]).collect();
    let listed: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let table = names.table(Table::Predictions);
    let mut statement = Statement::new(names, format!("SELECT {} FROM {table}", listed.join(", ")));
    statement.conditions(Table::Predictions, conditions)?;
    if names.dialect == Dialect::Postgres {
        statement.push(" FOR UPDATE");
    }
    let (mut ids, mut before) = (Vec::new(), Vec::new());
    let kinds = kinds(&columns)?;
    session.query(&statement.sql, &statement.parameters, &kinds, &mut |mut values| {
        ids.extend(values.pop());
        ledger.note(&Entry::read(&values), -1);
        before.push(values);
        Ok(())
    })?;
    Ok((ids, before))
}

/// The kinds of columns of the table of predictions.
pub(super) fn kinds(columns: &[&str]) -> Result<Vec<Kind>> {
    columns.iter().map(|column| kind(Table::Predictions, column)).collect()
}
