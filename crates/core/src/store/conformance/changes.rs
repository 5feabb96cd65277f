//! What changes do.

use super::{apply, column, done, insert, row, select, text, time};
use crate::{
    ErrorKind,
    store::{Change, Commit, Condition, Existing, Select, Store, Table, Value},
};

const TAGS: Table = Table::RunTags;

fn tag(run: &str, name: &str, value: &str) -> crate::store::WritableRow {
    let given = [("run_id", text(run)), ("name", text(name)), ("value", text(value))];
    row(TAGS, &given)
}

fn tags(store: &dyn Store) -> Vec<Value> {
    column(TAGS, &select(store, &Select::all(TAGS)), "value")
}

/// What becomes of rows whose key is there already.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn existing_rows_are_treated_as_asked(store: &dyn Store) {
    let first = vec![tag("a", "x", "1"), tag("a", "y", "2")];
    assert_eq!(insert(store, TAGS, first, Existing::Refuse), 2, "two new rows");
    let kept = vec![tag("a", "y", "3"), tag("b", "x", "4"), tag("b", "x", "5")];
    assert_eq!(insert(store, TAGS, kept, Existing::Keep), 1, "one new row besides two known keys");
    assert_eq!(tags(store), [text("1"), text("2"), text("4")], "the first row of a key is kept");
    let replaced = vec![tag("a", "y", "6"), tag("c", "x", "7"), tag("c", "x", "8")];
    assert_eq!(insert(store, TAGS, replaced, Existing::Replace), 3, "each row takes its place");
    assert_eq!(
        tags(store),
        [text("1"), text("6"), text("4"), text("8")],
        "the last row of a key replaces"
    );
    for refused in [vec![tag("d", "x", "9"), tag("a", "x", "9")], vec![tag("d", "x", "9"); 2]] {
        let change = Change::insert(TAGS, refused, Existing::Refuse);
        let Err(error) = store.apply(&[change], Commit::Durable) else {
            panic!("a row whose key is there was not refused")
        };
        assert_eq!(error.kind(), ErrorKind::Conflict, "{}", error.full_message());
        assert_eq!(tags(store).len(), 4, "a refused insert left rows");
    }
    // What is as long as several keys together is another key.
    let split = vec![tag("ab", "c", "1"), tag("a", "bc", "2")];
    assert_eq!(insert(store, TAGS, split, Existing::Refuse), 2, "keys of several columns");
    assert_eq!(insert(store, TAGS, Vec::new(), Existing::Refuse), 0, "no rows");
}

/// A call that fails in the end has changed nothing.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn several_changes_are_one(store: &dyn Store) {
    insert(store, TAGS, vec![tag("a", "x", "1"), tag("a", "y", "2")], Existing::Refuse);
    let prediction = |id: &str| {
        let given = [("id", text(id)), ("model", text("m")), ("version", text("1"))];
        row(Table::Predictions, &given)
    };
    insert(store, Table::Predictions, vec![prediction("p")], Existing::Refuse);
    let before = (tags(store), done("counts", store.counts(&crate::store::Window::default())));
    let changes = [
        Change::insert(TAGS, vec![tag("b", "x", "3")], Existing::Keep),
        Change::insert(TAGS, vec![tag("a", "y", "4")], Existing::Replace),
        Change::update(TAGS, vec![("value", text("5"))], vec![Condition::Is("name", text("x"))]),
        Change::delete(TAGS, vec![Condition::Is("run_id", text("a"))]),
        Change::insert(Table::Predictions, vec![prediction("q")], Existing::Keep),
        Change::update(Table::Predictions, vec![("actual_label", text("good"))], vec![]),
        Change::delete(Table::Predictions, vec![Condition::Is("id", text("p"))]),
        Change::insert(TAGS, vec![tag("b", "x", "6")], Existing::Refuse),
    ];
    let Err(error) = store.apply(&changes, Commit::Durable) else {
        panic!("a row that an earlier change of the call had inserted was not refused")
    };
    assert_eq!(error.kind(), ErrorKind::Conflict, "{}", error.full_message());
    let after = (tags(store), done("counts", store.counts(&crate::store::Window::default())));
    assert_eq!(after, before, "a failed call left something");
    assert_eq!(
        apply(store, changes[..7].to_vec()),
        [1, 1, 2, 2, 1, 2, 1],
        "changes in their order"
    );
    assert_eq!(tags(store), [text("5")]);
    assert_eq!(apply(store, Vec::new()), [0; 0], "no changes");
}

/// Updates say how many rows they changed, and change no other.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn updates_reach_what_they_should(store: &dyn Store) {
    let table = Table::Predictions;
    let rows = (0..6).map(|number| {
        let label = if number % 2 == 0 { text("good") } else { Value::Null };
        row(table, &[("id", text(format!("{number}"))), ("predicted_label", label)])
    });
    insert(store, table, rows.collect(), Existing::Refuse);
    let set = vec![("actual_label", text("bad")), ("labelled_at", time(7))];
    let update = Change::update(table, set, vec![Condition::IsNull("predicted_label")]);
    assert_eq!(apply(store, vec![update.clone()]), [3]);
    assert_eq!(apply(store, vec![update]), [3], "rows are counted that stay as they are");
    let changed = Select::all(table).with(Condition::IsNotNull("actual_label"));
    let rows = select(store, &changed);
    assert_eq!(column(table, &rows, "id"), [text("1"), text("3"), text("5")]);
    assert_eq!(column(table, &rows, "labelled_at"), [time(7), time(7), time(7)]);
    // A condition on the very column that is set is about what it was before.
    let back = Change::update(
        table,
        vec![("actual_label", Value::Null)],
        vec![Condition::Is("actual_label", text("bad")), Condition::IsBelow("id", text("5"))],
    );
    assert_eq!(apply(store, vec![back]), [2]);
    assert_eq!(select(store, &changed).len(), 1);
    let nobody = Change::update(
        table,
        vec![("actual_label", text("good"))],
        vec![Condition::Is("id", text("none"))],
    );
    assert_eq!(apply(store, vec![nobody]), [0]);
}

/// Deletions say how many rows they took, and take no other.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn deletions_take_what_they_should(store: &dyn Store) {
    let rows: Vec<_> = (0..5).map(|number| tag("a", &number.to_string(), "v")).collect();
    insert(store, TAGS, rows.clone(), Existing::Refuse);
    let some = Change::delete(TAGS, vec![Condition::IsAtLeast("name", text("3"))]);
    assert_eq!(apply(store, vec![some.clone()]), [2]);
    assert_eq!(apply(store, vec![some]), [0]);
    assert_eq!(select(store, &Select::all(TAGS)).len(), 3);
    assert_eq!(insert(store, TAGS, rows, Existing::Keep), 2, "what is deleted can come again");
    assert_eq!(apply(store, vec![Change::delete(TAGS, vec![])]), [5]);
    assert_eq!(done("count", store.count(TAGS, &[])), 0);
}

/// Writing records again that are there changes nothing, also where several rows are new.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn reinserting_changes_nothing(store: &dyn Store) {
    let table = Table::Predictions;
    let rows = |range: std::ops::Range<i64>| -> Vec<_> {
        range
            .map(|number| {
                let given = [
                    ("id", text(format!("{number:05}"))),
                    ("model", text("m")),
                    ("version", text("1")),
                    ("timestamp", time(number * 1_000)),
                    ("predicted_label", text("good")),
                ];
                row(table, &given)
            })
            .collect()
    };
    assert_eq!(insert(store, table, rows(0..3_000), Existing::Keep), 3_000);
    assert_eq!(insert(store, table, rows(0..3_000), Existing::Keep), 0);
    assert_eq!(insert(store, table, rows(2_000..5_000), Existing::Keep), 2_000);
    assert_eq!(done("count", store.count(table, &[])), 5_000);
    let counts = done("counts", store.counts(&crate::store::Window::default()));
    assert_eq!(counts.iter().map(|count| count.predictions).sum::<u64>(), 5_000);
}

/// What does not fit the tables is refused, and nothing is changed.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn wrong_changes_are_refused(store: &dyn Store) {
    let good = || tag("a", "x", "1");
    let mut short = good();
    short.0.pop();
    let wrong_rows = [
        short,
        row(TAGS, &[("value", Value::Integer(1))]),
        row(TAGS, &[("value", Value::Null)]),
        row(TAGS, &[("value", text("a\0b"))]),
        row(TAGS, &[("timestamp", time(i64::MAX))]),
    ];
    let mut changes: Vec<Change> = wrong_rows
        .into_iter()
        .map(|wrong| Change::insert(TAGS, vec![good(), wrong], Existing::Keep))
        .collect();
    let number = row(Table::RunMetrics, &[("value", Value::Real(f64::NAN))]);
    changes.extend([
        Change::insert(Table::RunMetrics, vec![number], Existing::Keep),
        Change::update(TAGS, vec![("value", Value::Null)], vec![]),
        Change::update(TAGS, vec![("run_id", text("b"))], vec![]),
        Change::update(TAGS, vec![("colour", text("b"))], vec![]),
        Change::update(TAGS, vec![("value", text("b"))], vec![Condition::IsNull("colour")]),
        Change::delete(TAGS, vec![Condition::Is("value", Value::Truth(true))]),
    ]);
    for change in changes {
        let changes = [Change::insert(TAGS, vec![good()], Existing::Keep), change];
        let Err(error) = store.apply(&changes, Commit::Durable) else {
            panic!("this was not refused: {:?}", changes[1])
        };
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", error.full_message());
    }
    assert_eq!(done("count", store.count(TAGS, &[])), 0, "a refused change left rows");
    let wrong = Select::all(TAGS).ordered("colour", crate::store::Direction::Ascending);
    assert!(store.select(&wrong, &mut |_| Ok(())).is_err(), "an unknown column gave an order");
}
