//! The home that lasts as long as it is held.

use std::{
    collections::HashMap,
    fmt,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use rustc_hash::FxHashMap;

use super::{
    Bin, Change, Commit, Condition, Counts, Direction, Existing, Measure, Row, Select, Store,
    Table, Value, Window, WritableRow,
    check::{self, compare},
    tally::{Bins, Facts, Sums, Tally},
};
use crate::{Error, Result};

/// A store in memory: for tests, and for programs that need to remember only while they run.
///
/// ```
/// use pantau::store::{Memory, Store};
///
/// let store = Memory::new();
/// assert_eq!(store.location(), "memory:");
/// ```
#[derive(Default)]
pub struct Memory {
    tables: RwLock<HashMap<Table, Rows>>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<Table, Rows>> {
        // Nothing panics while it writes, so what is there is whole.
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: usize = self.read().values().map(|rows| rows.rows.len()).sum();
        out.debug_struct("Memory").field("rows", &rows).finish()
    }
}

/// The rows of a table, in no order, and where each key is.
#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Vec<Value>>,
    places: FxHashMap<Key, usize>,
}

/// A key as bytes, each part with its kind and length.
type Key = Box<[u8]>;

/// How a step is taken back.
enum Undo {
    /// The row of this key was not there.
    Absent(Table, Key),
    /// This row was there.
    Present(Table, Vec<Value>),
}

fn key(table: Table, row: &[Value]) -> Key {
    key_of(table.key().iter().filter_map(|name| row.get(table.column(name)?)))
}

fn key_of<'a>(values: impl Iterator<Item = &'a Value>) -> Key {
    let mut bytes = Vec::with_capacity(48);
    for value in values {
        match value {
            Value::Null => bytes.push(0),
            Value::Integer(number) => bytes.extend(number.to_le_bytes()),
            Value::Real(number) => bytes.extend(number.to_bits().to_le_bytes()),
            Value::Truth(truth) => bytes.push(u8::from(*truth)),
            Value::Time(time) => bytes.extend(time.micros().to_le_bytes()),
            Value::Text(text) => {
                bytes.extend(text.len().to_le_bytes());
                bytes.extend(text.as_bytes());
            }
            Value::Bytes(content) => {
                bytes.extend(content.len().to_le_bytes());
                bytes.extend(content);
            }
        }
    }
    bytes.into()
}

impl Rows {
    /// Puts a row in; what was at its place comes back.
    fn put(&mut self, key: Key, row: Vec<Value>) -> Option<Vec<Value>> {
        if let Some(place) = self.places.get(&key) {
            return Some(std::mem::replace(&mut self.rows[*place], row));
        }
        self.places.insert(key, self.rows.len());
        self.rows.push(row);
        None
    }

    fn remove(&mut self, table: Table, key: &Key) -> Option<Vec<Value>> {
        let place = self.places.remove(key)?;
        let row = self.rows.swap_remove(place);
        if let Some(moved) = self.rows.get(place) {
            self.places.insert(self::key(table, moved), place);
        }
        Some(row)
    }

    /// Where the rows are of which all conditions hold.
    fn matching(&self, table: Table, conditions: &[Condition]) -> Vec<usize> {
        let placed = Conditions::new(table, conditions);
        let holds = |place: &usize| placed.hold(&self.rows[*place]);
        match keys(table, conditions) {
            Some(keys) => {
                let mut places: Vec<usize> =
                    keys.iter().filter_map(|key| self.places.get(key).copied()).collect();
                places.sort_unstable();
                places.dedup();
                places.retain(holds);
                places
            }
            None => (0..self.rows.len()).filter(holds).collect(),
        }
    }

    fn insert(
        &mut self,
        table: Table,
        rows: &[WritableRow],
        existing: Existing,
        undo: &mut Vec<Undo>,
    ) -> Result<usize> {
        let mut count = 0;
        for row in rows {
            let key = key(table, row.values());
            let is_there = self.places.contains_key(&key);
            match existing {
                Existing::Keep if is_there => continue,
                Existing::Refuse if is_there => return Err(refusal(table, row)),
                _ => {}
            }
            undo.push(match self.put(key.clone(), row.values().to_vec()) {
                Some(old) => Undo::Present(table, old),
                None => Undo::Absent(table, key),
            });
            count += 1;
        }
        Ok(count)
    }

    fn update(
        &mut self,
        table: Table,
        set: &[(&'static str, Value)],
        conditions: &[Condition],
        undo: &mut Vec<Undo>,
    ) -> usize {
        let set: Vec<(usize, &Value)> =
            set.iter().filter_map(|(name, value)| Some((table.column(name)?, value))).collect();
        let places = self.matching(table, conditions);
        for place in &places {
            let row = &mut self.rows[*place];
            undo.push(Undo::Present(table, row.clone()));
            for (column, value) in &set {
                row[*column] = (*value).clone();
            }
        }
        places.len()
    }

    fn delete(&mut self, table: Table, conditions: &[Condition], undo: &mut Vec<Undo>) -> usize {
        let places = self.matching(table, conditions);
        let keys: Vec<Key> =
            places.into_iter().map(|place| key(table, &self.rows[place])).collect();
        for key in &keys {
            undo.extend(self.remove(table, key).map(|row| Undo::Present(table, row)));
        }
        keys.len()
    }
}

/// The only keys that rows of these conditions can have, where the conditions say so.
fn keys(table: Table, conditions: &[Condition]) -> Option<Vec<Key>> {
    let is = |wanted: &str| {
        conditions.iter().find_map(|condition| match condition {
            Condition::Is(name, value) if *name == wanted => Some(value),
            _ => None,
        })
    };
    let values: Option<Vec<&Value>> = table.key().iter().map(|name| is(name)).collect();
    if let Some(values) = values {
        return Some(vec![key_of(values.into_iter())]);
    }
    let [only] = table.key() else { return None };
    conditions.iter().find_map(|condition| match condition {
        Condition::IsOneOf(name, values) if name == only => {
            Some(values.iter().map(|value| key_of(std::iter::once(value))).collect())
        }
        _ => None,
    })
}

/// That a row is there already, with its key.
pub(super) fn refusal(table: Table, row: &WritableRow) -> Error {
    let key = table.key().iter().map(|name| {
        let value = table.column(name).and_then(|place| row.values().get(place));
        match value {
            Some(Value::Text(text)) => format!("{name} {text:?}"),
            Some(Value::Integer(number)) => format!("{name} {number}"),
            Some(Value::Time(time)) => format!("{name} {time}"),
            other => format!("{name} {other:?}"),
        }
    });
    let key = key.collect::<Vec<_>>().join(", ");
    Error::conflict(format!("{} in table {}", key, table.name()), "it is there already")
}

/// Conditions with the places of their columns.
struct Conditions<'a>(Vec<(usize, &'a Condition)>);

impl<'a> Conditions<'a> {
    fn new(table: Table, conditions: &'a [Condition]) -> Self {
        let placed = conditions.iter().filter_map(|condition| {
            let (Condition::Is(name, _)
            | Condition::IsOneOf(name, _)
            | Condition::IsAtLeast(name, _)
            | Condition::IsBelow(name, _)
            | Condition::IsNull(name)
            | Condition::IsNotNull(name)
            | Condition::IsNullOrBelow(name, _)) = condition;
            Some((table.column(name)?, condition))
        });
        Self(placed.collect())
    }

    fn hold(&self, row: &[Value]) -> bool {
        self.0.iter().all(|(place, condition)| holds(&row[*place], condition))
    }
}

fn holds(value: &Value, condition: &Condition) -> bool {
    let both = |other: &Value| *value != Value::Null && *other != Value::Null;
    match condition {
        Condition::Is(_, other) => both(other) && value == other,
        Condition::IsOneOf(_, others) => others.iter().any(|other| both(other) && value == other),
        Condition::IsAtLeast(_, other) => both(other) && compare(value, other).is_ge(),
        Condition::IsBelow(_, other) => both(other) && compare(value, other).is_lt(),
        Condition::IsNull(_) => *value == Value::Null,
        Condition::IsNotNull(_) => *value != Value::Null,
        Condition::IsNullOrBelow(_, other) => {
            *value == Value::Null || both(other) && compare(value, other).is_lt()
        }
    }
}

impl Store for Memory {
    fn location(&self) -> &'static str {
        "memory:"
    }

    fn apply(&self, changes: &[Change], _commit: Commit) -> Result<Vec<usize>> {
        check::changes(changes)?;
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let mut undo = Vec::new();
        let mut counts = Vec::with_capacity(changes.len());
        for change in changes {
            let count = match change {
                Change::Insert { table, rows, existing } => {
                    tables.entry(*table).or_default().insert(*table, rows, *existing, &mut undo)
                }
                Change::Update { table, set, conditions } => {
                    Ok(tables.entry(*table).or_default().update(*table, set, conditions, &mut undo))
                }
                Change::Delete { table, conditions } => {
                    Ok(tables.entry(*table).or_default().delete(*table, conditions, &mut undo))
                }
            };
            match count {
                Ok(count) => counts.push(count),
                Err(error) => {
                    for step in undo.into_iter().rev() {
                        match step {
                            Undo::Absent(table, key) => {
                                tables.entry(table).or_default().remove(table, &key);
                            }
                            Undo::Present(table, row) => {
                                let key = key(table, &row);
                                tables.entry(table).or_default().put(key, row);
                            }
                        }
                    }
                    return Err(error);
                }
            }
        }
        Ok(counts)
    }

    fn select(&self, select: &Select, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        check::select(select)?;
        let tables = self.read();
        let Some(rows) = tables.get(&select.table) else { return Ok(()) };
        let table = select.table;
        let order = select.order.iter().copied();
        let by_key = table.key().iter().map(|name| (*name, Direction::Ascending));
        let order: Vec<(usize, Direction)> = order
            .chain(by_key)
            .filter_map(|(name, direction)| Some((table.column(name)?, direction)))
            .collect();
        let places = rows.matching(table, &select.conditions);
        let mut found: Vec<&Vec<Value>> =
            places.into_iter().map(|place| &rows.rows[place]).collect();
        found.sort_unstable_by(|left, right| {
            let mut places = order.iter().map(|(place, direction)| {
                let ordering = compare(&left[*place], &right[*place]);
                if *direction == Direction::Descending { ordering.reverse() } else { ordering }
            });
            places.find(|ordering| ordering.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        let limit = select.limit.unwrap_or(usize::MAX);
        found.into_iter().take(limit).try_for_each(|row| visit(Row(row.clone())))
    }

    fn count(&self, table: Table, conditions: &[Condition]) -> Result<u64> {
        check::conditions(table, conditions)?;
        let tables = self.read();
        Ok(tables.get(&table).map_or(0, |rows| rows.matching(table, conditions).len()) as u64)
    }

    fn counts(&self, window: &Window) -> Result<Vec<Counts>> {
        let tables = self.read();
        let mut sums: FxHashMap<(&str, &str, &str), Sums> = FxHashMap::default();
        for row in tables.get(&Table::Predictions).map_or(&[][..], |rows| &rows.rows) {
            let facts = Facts::of_row(row);
            if facts.is_in(window) {
                let key = (facts.model, facts.version, facts.label.unwrap_or_default());
                sums.entry(key).or_default().add(&Sums::of(&facts), 1);
            }
        }
        let mut tally = Tally::default();
        for ((model, version, label), sums) in sums {
            tally.add(model, version, label, &sums);
        }
        Ok(tally.finish())
    }

    fn histogram(&self, window: &Window, measure: Measure) -> Result<Vec<Bin>> {
        let tables = self.read();
        let mut bins = Bins::default();
        for row in tables.get(&Table::Predictions).map_or(&[][..], |rows| &rows.rows) {
            let facts = Facts::of_row(row);
            if facts.is_in(window) {
                facts.bin(measure).into_iter().for_each(|bin| bins.add(bin, 1));
            }
        }
        Ok(bins.finish(measure))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::conformance;

    #[test]
    fn memory_conforms() {
        conformance::check(&|| Ok(Arc::new(Memory::new())));
    }
}
