//! What every home must do, as tests that can be run on any [`Store`].
//!
//! Each function panics where the home does otherwise, and says how. They need an empty store.
//!
//! ```
//! use std::sync::Arc;
//! use pantau::store::{Memory, Store, conformance};
//!
//! conformance::check(&|| Ok(Arc::new(Memory::new()) as Arc<dyn Store>));
//! ```

mod changes;
mod numbers;
mod questions;
mod together;

pub use changes::{
    deletions_take_what_they_should, existing_rows_are_treated_as_asked,
    reinserting_changes_nothing, several_changes_are_one, updates_reach_what_they_should,
    wrong_changes_are_refused,
};
pub use numbers::{counts_and_histograms_are_exact, windows_end_where_they_say};
pub use questions::{conditions_hold, every_value_comes_back, order_and_limits_are_kept};
pub use together::{many_threads_are_safe, readers_see_whole_changes};

use std::sync::Arc;

use super::{Change, Commit, Existing, Kind, Row, Select, Store, Table, Value, WritableRow};
use crate::{Result, Timestamp};

/// A test of the suite.
type Case = fn(&dyn Store);

/// All of the suite, with their names.
const CASES: [(&str, Case); 13] = [
    ("existing rows are treated as asked", existing_rows_are_treated_as_asked),
    ("several changes are one", several_changes_are_one),
    ("updates reach what they should", updates_reach_what_they_should),
    ("deletions take what they should", deletions_take_what_they_should),
    ("reinserting changes nothing", reinserting_changes_nothing),
    ("wrong changes are refused", wrong_changes_are_refused),
    ("conditions hold", conditions_hold),
    ("order and limits are kept", order_and_limits_are_kept),
    ("every value comes back", every_value_comes_back),
    ("counts and histograms are exact", counts_and_histograms_are_exact),
    ("windows end where they say", windows_end_where_they_say),
    ("many threads are safe", many_threads_are_safe),
    ("readers see whole changes", readers_see_whole_changes),
];

/// Runs the whole suite; `make` makes an empty store each time.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn check(make: &dyn Fn() -> Result<Arc<dyn Store>>) {
    for (name, case) in CASES {
        let store = make().unwrap_or_else(|error| panic!("{name}: {}", error.full_message()));
        for table in Table::ALL {
            let rows = done("count", store.count(table, &[]));
            assert_eq!(rows, 0, "{name}: the store is not empty: {} has rows", table.name());
        }
        case(&*store);
    }
}

/// What a call gave, which must not fail.
fn done<T>(what: &str, result: Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{what} failed: {}", error.full_message()))
}

/// A row that holds something allowed in each column, nothing where that is possible, and these.
fn row(table: Table, given: &[(&str, Value)]) -> WritableRow {
    let mut values: Vec<Value> = table
        .columns()
        .iter()
        .map(|column| match column.kind {
            _ if column.nullable => Value::Null,
            Kind::Integer => Value::Integer(0),
            Kind::Real => Value::Real(0.0),
            Kind::Truth => Value::Truth(false),
            Kind::Time => Value::Time(Timestamp::from_micros(0)),
            Kind::Text => Value::Text(String::new()),
            Kind::Json => Value::Text("{}".to_owned()),
            Kind::Bytes => Value::Bytes(Vec::new()),
        })
        .collect();
    for (name, value) in given {
        let place = table.column(name).unwrap_or_else(|| panic!("no column {name}"));
        values[place] = value.clone();
    }
    WritableRow(values)
}

fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

fn time(micros: i64) -> Value {
    Value::Time(Timestamp::from_micros(micros))
}

fn insert(store: &dyn Store, table: Table, rows: Vec<WritableRow>, existing: Existing) -> usize {
    apply(store, vec![Change::insert(table, rows, existing)])[0]
}

fn apply(store: &dyn Store, changes: Vec<Change>) -> Vec<usize> {
    // Both ways must do the same but for a power cut, so both are used.
    let commit = if changes.len() % 2 == 0 { Commit::Durable } else { Commit::Fast };
    done("apply", store.apply(&changes, commit))
}

fn select(store: &dyn Store, select: &Select) -> Vec<Row> {
    let mut rows = Vec::new();
    let visit = &mut |row| {
        rows.push(row);
        Ok(())
    };
    done("select", store.select(select, visit));
    rows
}

/// One column of some rows.
fn column(table: Table, rows: &[Row], name: &str) -> Vec<Value> {
    let place = table.column(name).unwrap_or_else(|| panic!("no column {name}"));
    rows.iter().map(|row| row.0[place].clone()).collect()
}
