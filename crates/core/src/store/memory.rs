//! A store in the memory of this process: for tests, and for what need not last.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Bin, Change, Commit, Condition, Counts, Direction, Existing, Measure, Row, Select, Store,
    Table, Value, Window, check,
    erase::{Erased, Subjects, note_erased},
    rollup::{self, Entry},
};
use crate::{Error, Result};

/// A store that ends with the process.
///
/// ```
/// use pantau::store::{Commit, Memory, PredictionRecord, Store, Window};
///
/// let memory = Memory::new();
/// let store: &dyn Store = &memory;
/// store.write_predictions(&[PredictionRecord::new("sentiment", "3", "positive", 0.9)], Commit::Fast)?;
/// assert_eq!(store.counts(&Window::default())?[0].predictions, 1);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Memory {
    tables: RwLock<FxHashMap<Table, Rows>>,
}

/// The rows of a table by their keys, in the order of these.
type Rows = BTreeMap<Key, Vec<Value>>;

/// The values of a row's key, with an order.
#[derive(Debug, Clone, PartialEq)]
struct Key(Vec<Value>);

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs
            .map(|(one, two)| one.order(two))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl Memory {
    /// A store without a row.
    pub fn new() -> Self {
        Self::default()
    }

    // A thread that panicked while it held the lock had changed nothing: changes are put in place
    // at the very end.
    fn read(&self) -> RwLockReadGuard<'_, FxHashMap<Table, Rows>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, FxHashMap<Table, Rows>> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the predictions of a window say that is counted.
    fn visit_predictions(&self, window: &Window, mut visit: impl FnMut(Entry<'_>)) {
        let tables = self.read();
        let Some(rows) = tables.get(&Table::Predictions) else { return };
        for values in rows.values() {
            let entry = Entry::of(values);
            if entry.is_within(window) {
                visit(entry);
            }
        }
    }
}

/// What is to be undone when a later change cannot be made: rows and what stood in their place.
type Undo = Vec<(Table, Key, Option<Vec<Value>>)>;

impl Store for Memory {
    fn location(&self) -> &'static str {
        "memory:"
    }

    fn apply(&self, changes: &[Change], _commit: Commit) -> Result<Vec<usize>> {
        check::changes(changes)?;
        let mut tables = self.write();
        let mut undo = Undo::new();
        let mut done = Vec::with_capacity(changes.len());
        for change in changes {
            match make(&mut tables, change, &mut undo) {
                Ok(rows) => done.push(rows),
                Err(error) => {
                    for (table, key, before) in undo.into_iter().rev() {
                        let rows = tables.entry(table).or_default();
                        match before {
                            Some(values) => rows.insert(key, values),
                            None => rows.remove(&key),
                        };
                    }
                    return Err(error);
                }
            }
        }
        Ok(done)
    }

    fn select(&self, select: &Select, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        check::select(select)?;
        let limit = select.limit.unwrap_or(usize::MAX);
        let found = {
            let tables = self.read();
            let filter = Filter::new(select.table, &select.conditions)?;
            let order = places(select.table, &select.order)?;
            let Some(rows) = tables.get(&select.table) else { return Ok(()) };
            let mut found: Vec<&Vec<Value>> =
                rows.values().filter(|values| filter.holds(values)).collect();
            found.sort_by(|one, two| {
                let orders = order.iter().map(|(place, direction)| {
                    let order = one[*place].order(&two[*place]);
                    if *direction == Direction::Ascending { order } else { order.reverse() }
                });
                orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            });
            found.into_iter().take(limit).cloned().collect::<Vec<_>>()
        };
        found.into_iter().try_for_each(|values| visit(Row(values)))
    }

    fn count(&self, table: Table, conditions: &[Condition]) -> Result<u64> {
        check::conditions(table, conditions)?;
        let filter = Filter::new(table, conditions)?;
        let tables = self.read();
        let rows = tables.get(&table).into_iter().flat_map(BTreeMap::values);
        Ok(rows.filter(|values| filter.holds(values)).count() as u64)
    }

    fn counts(&self, window: &Window) -> Result<Vec<Counts>> {
        let mut counts = BTreeMap::new();
        self.visit_predictions(window, |entry| {
            let key = (entry.model.to_owned(), entry.version.to_owned(), entry.label.to_owned());
            counts.entry(key).or_insert_with(rollup::Sums::default).add(&entry, 1);
        });
        let counts = counts.into_iter();
        Ok(counts
            .map(|((model, version, label), sums)| sums.counts(model, version, label))
            .collect())
    }

    fn histogram(&self, window: &Window, measure: Measure) -> Result<Vec<Bin>> {
        let mut bins = BTreeMap::new();
        self.visit_predictions(window, |entry| {
            if let Some(bin) = entry.bin(measure) {
                *bins.entry(bin).or_insert(0) += 1;
            }
        });
        Ok(rollup::bins(measure, bins))
    }
}

/// Makes one change, and notes how to undo it.
fn make(tables: &mut FxHashMap<Table, Rows>, change: &Change, undo: &mut Undo) -> Result<usize> {
    match change {
        Change::Insert { table, rows: new, existing } => {
            let erased = erased(tables);
            let subjects = if erased.is_empty() { None } else { Subjects::of(*table, new) };
            let rows = tables.entry(*table).or_default();
            let mut inserted = 0;
            // Of rows with the same key only the last counts where they replace each other.
            let mut replaced = BTreeSet::new();
            for row in new {
                if subjects.as_ref().is_some_and(|subjects| !subjects.may_stay(row, &erased)) {
                    continue;
                }
                let key = key(*table, row.values());
                if rows.contains_key(&key) {
                    match existing {
                        Existing::Keep => continue,
                        Existing::Replace if replaced.contains(&key) => inserted -= 1,
                        Existing::Replace => {}
                        Existing::Refuse => return Err(refused(*table, &key)),
                    }
                }
                if *existing == Existing::Replace {
                    replaced.insert(key.clone());
                }
                undo.push((*table, key.clone(), rows.insert(key, row.values().to_vec())));
                inserted += 1;
            }
            Ok(inserted)
        }
        Change::Update { table, set, conditions } => {
            let filter = Filter::new(*table, conditions)?;
            let mut columns = Vec::with_capacity(set.len());
            for (name, value) in set {
                columns.push((place(*table, name)?, value));
            }
            let mut updated = 0;
            for (key, values) in tables.entry(*table).or_default().iter_mut() {
                if filter.holds(values) {
                    undo.push((*table, key.clone(), Some(values.clone())));
                    for (place, value) in &columns {
                        values[*place] = (*value).clone();
                    }
                    updated += 1;
                }
            }
            Ok(updated)
        }
        Change::Delete { table, conditions } => {
            let filter = Filter::new(*table, conditions)?;
            let mut deleted = 0;
            tables.entry(*table).or_default().retain(|key, values| {
                let goes = filter.holds(values);
                if goes {
                    undo.push((*table, key.clone(), Some(std::mem::take(values))));
                    deleted += 1;
                }
                !goes
            });
            Ok(deleted)
        }
    }
}

/// Who was forgotten.
fn erased(tables: &FxHashMap<Table, Rows>) -> Erased {
    let mut erased = Erased::default();
    for values in tables.get(&Table::Erasures).into_iter().flat_map(|rows| rows.values()) {
        note_erased(&mut erased, values);
    }
    erased
}

fn key(table: Table, values: &[Value]) -> Key {
    let places = table.key().iter().filter_map(|name| table.column(name));
    Key(places.map(|place| values[place].clone()).collect())
}

fn refused(table: Table, key: &Key) -> Error {
    let values: Vec<String> = key.0.iter().map(Value::to_string).collect();
    Error::conflict(
        format!("table {}", table.name()),
        format!("{} is there already", values.join(", ")),
    )
}

fn place(table: Table, name: &str) -> Result<usize> {
    table.column(name).ok_or_else(|| {
        Error::invalid("column", format!("table {} has no column {name:?}", table.name()))
    })
}

fn places(table: Table, order: &[(&'static str, Direction)]) -> Result<Vec<(usize, Direction)>> {
    order.iter().map(|(name, direction)| Ok((place(table, name)?, *direction))).collect()
}

/// Conditions with the places of their columns.
struct Filter<'a> {
    tests: Vec<(usize, &'a Condition)>,
    /// The values of conditions that allow many, which would take long to compare one by one.
    texts: FxHashMap<usize, FxHashSet<&'a str>>,
}

impl<'a> Filter<'a> {
    fn new(table: Table, conditions: &'a [Condition]) -> Result<Self> {
        let mut tests = Vec::with_capacity(conditions.len());
        let mut allowed = FxHashMap::default();
        for (number, condition) in conditions.iter().enumerate() {
            tests.push((place(table, condition.column())?, condition));
            if let Condition::IsOneOf(_, values) = condition {
                let all = values.iter().map(Value::as_text).collect::<Option<FxHashSet<_>>>();
                if let Some(all) = all {
                    allowed.insert(number, all);
                }
            }
        }
        Ok(Self { tests, texts: allowed })
    }

    fn holds(&self, values: &[Value]) -> bool {
        self.tests.iter().enumerate().all(|(number, (place, condition))| {
            let value = &values[*place];
            match (self.texts.get(&number), value) {
                (Some(texts), Value::Text(text)) => texts.contains(text.as_str()),
                _ => condition.holds(value),
            }
        })
    }
}
