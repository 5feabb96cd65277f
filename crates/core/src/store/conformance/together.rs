//! Many at once.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::{apply, done, insert, row, select, text, time};
use crate::store::{
    Change, Commit, Condition, Existing, Select, Store, Table, Value, Window, WritableRow,
};

const THREADS: usize = 6;
const ROUNDS: usize = 12;

fn prediction(id: &str, thread: usize) -> WritableRow {
    let given = [
        ("id", text(id)),
        ("model", text("m")),
        ("version", text("1")),
        ("predicted_label", text(format!("{}", thread % 2))),
        ("timestamp", time(thread as i64)),
        ("confidence", Value::Real(0.5)),
    ];
    row(Table::Predictions, &given)
}

/// Threads that write and read at once: nothing is lost, nothing is there twice, and the numbers
/// are right.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn many_threads_are_safe(store: &dyn Store) {
    let table = Table::Predictions;
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let own =
                        (0..20).map(|id| prediction(&format!("{thread}-{round}-{id}"), thread));
                    // All threads write these; one of them is the first.
                    let shared =
                        (0..5).map(|id| prediction(&format!("shared-{round}-{id}"), thread));
                    let rows = own.chain(shared).collect();
                    insert(store, table, rows, Existing::Keep);
                    let first = Condition::Is("id", text(format!("{thread}-{round}-0")));
                    let second = Condition::Is("id", text(format!("{thread}-{round}-1")));
                    let set = vec![("actual_label", text("0"))];
                    let changes = vec![
                        Change::delete(table, vec![first]),
                        Change::update(table, set, vec![second]),
                    ];
                    assert_eq!(apply(store, changes), [1, 1], "what this thread wrote is there");
                    done("counts", store.counts(&Window::default()));
                }
            });
        }
        // One key that all want: exactly one gets it.
        let winners = (0..THREADS).map(|thread| {
            scope.spawn(move || {
                let change =
                    Change::insert(table, vec![prediction("one", thread)], Existing::Refuse);
                store.apply(&[change], Commit::Durable).is_ok()
            })
        });
        let winners: Vec<_> = winners.collect();
        let won = winners.into_iter().filter_map(|winner| winner.join().ok());
        assert_eq!(won.filter(|won| *won).count(), 1, "a key was given to several threads");
    });
    let expected = THREADS * ROUNDS * 19 + ROUNDS * 5 + 1;
    assert_eq!(done("count", store.count(table, &[])), expected as u64);
    let counts = done("counts", store.counts(&Window::default()));
    assert_eq!(counts.iter().map(|counts| counts.predictions).sum::<u64>(), expected as u64);
    let labelled = THREADS * ROUNDS;
    assert_eq!(counts.iter().map(|counts| counts.labelled).sum::<u64>(), labelled as u64);
    assert_eq!(counts.iter().map(|counts| counts.correct).sum::<u64>(), labelled as u64 / 2);
}

/// Readers see all changes of a call or none.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn readers_see_whole_changes(store: &dyn Store) {
    let table = Table::RunTags;
    let tag = |name: &str, value: usize| {
        row(table, &[("name", text(name)), ("value", text(value.to_string()))])
    };
    let both = |value| vec![tag("x", value), tag("y", value)];
    insert(store, table, both(0), Existing::Refuse);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = (0..2).map(|_| {
            scope.spawn(|| {
                let mut seen = 0;
                while !is_done.load(Ordering::Relaxed) || seen == 0 {
                    let rows = select(store, &Select::all(table));
                    let values = super::column(table, &rows, "value");
                    assert_eq!(values.len(), 2, "one of two rows was seen");
                    assert_eq!(values[0], values[1], "half of a change was seen");
                    seen += 1;
                }
            })
        });
        let readers: Vec<_> = readers.collect();
        for value in 1..=60 {
            let changes = vec![
                Change::delete(table, vec![Condition::Is("name", text("x"))]),
                Change::insert(table, vec![tag("y", value)], Existing::Replace),
                Change::insert(table, vec![tag("x", value)], Existing::Refuse),
            ];
            apply(store, changes);
        }
        is_done.store(true, Ordering::Relaxed);
        for reader in readers {
            if let Err(panic) = reader.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}
