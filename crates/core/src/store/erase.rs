//! Deletion: of a person's records, and of those that are too old.

use rustc_hash::FxHashMap;
use serde_json::json;

use super::{
    Change, Condition, Existing, Select, Store, Table, Value, WritableRow, audit::with_audit,
};
use crate::{Error, Result, Timestamp, chain};

/// How many rows of each table were deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deleted {
    /// The tables that lost rows, and how many.
    pub rows: Vec<(Table, usize)>,
}

impl Deleted {
    /// How many rows were deleted.
    pub fn total(&self) -> usize {
        self.rows.iter().map(|(_, rows)| rows).sum()
    }

    /// The tables and their numbers as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        self.rows.iter().map(|(table, rows)| (table.name().to_owned(), json!(rows))).collect()
    }

    fn of(tables: Vec<Table>, applied: &[usize]) -> Self {
        let mut rows: Vec<(Table, usize)> = Vec::new();
        for (table, count) in tables.into_iter().zip(applied).filter(|(_, count)| **count > 0) {
            match rows.iter_mut().find(|(known, _)| *known == table) {
                Some((_, sum)) => *sum += count,
                None => rows.push((table, *count)),
            }
        }
        Self { rows }
    }
}

/// How many keys are named in one condition.
pub(super) const CHUNK: usize = 10_000;

/// What stands for a subject where its name must not: the hash of it.
fn subject_hash(subject: &str) -> String {
    chain::link("subject", &[subject])
}

/// # Deletion
impl dyn Store + '_ {
    /// Deletes all that is stored of a subject, in all tables, with the feedback on its predictions
    /// and the features of its reviews. Records of it that are still on their way will not be
    /// written. The audit log keeps that it was done, by whom and how many rows it were; of the
    /// subject it keeps a hash.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the subject is empty; others as the home has them.
    pub fn forget(&self, subject: &str, actor: &str) -> Result<Deleted> {
        if subject.is_empty() {
            return Err(Error::invalid("subject", "is empty"));
        }
        let text = |text: &str| Value::Text(text.to_owned());
        let own = || Condition::Is("subject", text(subject));
        let predictions = self.values(Table::Predictions, "id", own())?;
        let reviews = self.values(Table::Reviews, "id", own())?;
        let now = Timestamp::now();
        let hash = subject_hash(subject);
        // First of all: from here on nobody writes what is older.
        let erasure = WritableRow(vec![Value::Text(hash.clone()), Value::Time(now)]);
        let mut changes = vec![Change::insert(Table::Erasures, vec![erasure], Existing::Replace)];
        let mut tables = Vec::new();
        let mut delete = |table: Table, conditions: Vec<Condition>| {
            tables.push(table);
            changes.push(Change::delete(table, conditions));
        };
        for table in Table::ALL.into_iter().filter(|table| table.subject().is_some()) {
            delete(table, vec![own()]);
        }
        // What others said of its predictions and measured of its reviews; each row is named by
        // one of these, so that they can be counted.
        let next = format!("{subject}\u{1}");
        for (table, column, ids) in [
            (Table::Feedback, "prediction_id", predictions),
            (Table::TextFeatures, "review_id", reviews),
        ] {
            for ids in ids.chunks(CHUNK) {
                for other in [
                    Condition::IsNullOrBelow("subject", text(subject)),
                    Condition::IsAtLeast("subject", text(&next)),
                ] {
                    delete(table, vec![Condition::IsOneOf(column, ids.to_vec()), other]);
                }
            }
        }
        let (applied, _) = with_audit(self, &changes, actor, "forget", &|applied| {
            let deleted = Deleted::of(tables.clone(), &applied[1..]);
            json!({ "subject_hash": hash, "rows": deleted.to_json() })
        })?;
        Ok(Deleted::of(tables, &applied[1..]))
    }

    /// The values of a column in the rows of which a condition holds.
    pub(super) fn values(
        &self,
        table: Table,
        column: &str,
        condition: Condition,
    ) -> Result<Vec<Value>> {
        let place = table.column(column).unwrap_or_default();
        let mut found = Vec::new();
        self.select(&Select::all(table).with(condition), &mut |mut row| {
            found.push(std::mem::replace(&mut row.0[place], Value::Null));
            Ok(())
        })?;
        Ok(found)
    }

    /// Deletes what is older than a moment, in all tables whose rows grow old; the audit log keeps
    /// that it was done.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the moment has not come yet; others as the home has them.
    pub fn retain_since(&self, since: Timestamp, actor: &str) -> Result<Deleted> {
        if since > Timestamp::now() {
            return Err(Error::invalid("since", format!("{since} has not come yet")));
        }
        let mut tables = Vec::new();
        let mut changes = Vec::new();
        for table in Table::ALL {
            if let Some(column) = table.age() {
                tables.push(table);
                let old = Condition::IsBelow(column, Value::Time(since));
                changes.push(Change::delete(table, vec![old]));
            }
        }
        let (applied, _) = with_audit(self, &changes, actor, "retain", &|applied| {
            let deleted = Deleted::of(tables.clone(), applied);
            json!({ "since": since, "rows": deleted.to_json() })
        })?;
        Ok(Deleted::of(tables, &applied))
    }
}

/// Whose rows some rows are, and what stands for these people among the erasures.
pub(super) struct Subjects {
    subject: usize,
    age: usize,
    hashes: FxHashMap<String, String>,
}

/// When which subject was forgotten, by its hash.
pub(super) type Erased = FxHashMap<String, Timestamp>;

impl Subjects {
    /// Of rows of a table; none if none of them is anybody's.
    pub(super) fn of<'a>(
        table: Table,
        rows: impl IntoIterator<Item = &'a WritableRow>,
    ) -> Option<Self> {
        let subject = table.subject().and_then(|name| table.column(name))?;
        let age = table.age().and_then(|name| table.column(name))?;
        let mut hashes: FxHashMap<String, String> = FxHashMap::default();
        for row in rows {
            if let Value::Text(subject) = &row.values()[subject]
                && !hashes.contains_key(subject)
            {
                hashes.insert(subject.clone(), subject_hash(subject));
            }
        }
        (!hashes.is_empty()).then_some(Self { subject, age, hashes })
    }

    /// What holds of their erasures.
    pub(super) fn condition(&self) -> Condition {
        let all = self.hashes.values().map(|hash| Value::Text(hash.clone())).collect();
        Condition::IsOneOf("subject_hash", all)
    }

    /// When which of them were forgotten.
    pub(super) fn erased(&self, store: &dyn Store) -> Result<Erased> {
        let mut erased = Erased::default();
        if store.count(Table::Erasures, &[])? > 0 {
            let select = Select::all(Table::Erasures).with(self.condition());
            store.select(&select, &mut |row| {
                note_erased(&mut erased, &row.0);
                Ok(())
            })?;
        }
        Ok(erased)
    }

    /// Whether a row is not older than the erasure of its subject.
    pub(super) fn may_stay(&self, row: &WritableRow, erased: &Erased) -> bool {
        match &row.values()[self.age] {
            Value::Time(time) => self.may(row, *time, erased),
            _ => true,
        }
    }

    /// Whether a row that is there since a moment is not older than the erasure of its subject.
    pub(super) fn may(&self, row: &WritableRow, since: Timestamp, erased: &Erased) -> bool {
        let until = row.values()[self.subject]
            .as_text()
            .and_then(|subject| self.hashes.get(subject))
            .and_then(|hash| erased.get(hash));
        until.is_none_or(|until| since > *until)
    }
}

/// Notes an erasure, by a row of its table.
pub(super) fn note_erased(erased: &mut Erased, values: &[Value]) {
    if let [Value::Text(hash), Value::Time(time)] = values {
        erased.insert(hash.clone(), *time);
    }
}

/// Rows without those of subjects that have been forgotten since the rows were made. This looks
/// ahead; homes look again in the transaction that inserts rows.
pub(super) fn without_erased(
    store: &dyn Store,
    table: Table,
    mut rows: Vec<WritableRow>,
) -> Result<Vec<WritableRow>> {
    let Some(subjects) = Subjects::of(table, &rows) else { return Ok(rows) };
    let erased = subjects.erased(store)?;
    rows.retain(|row| subjects.may_stay(row, &erased));
    Ok(rows)
}
