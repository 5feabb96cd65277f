//! Rows that two versions have answered and whose labels are known.

use std::collections::HashMap;

use crate::{
    Result, Timestamp,
    performance::Pairs,
    store::{
        Condition, Direction, Feedback, PredictionRecord, Record, Select, ShadowRecord, Store,
        Table, Value,
    },
};

/// So many ids are asked for at once.
const AT_ONCE: usize = 500;

/// Of a version with a share of its own: the labels of both in the order of time, the first with the
/// first. If both are right as often, either of a pair is as likely to be the one that is.
pub(super) fn of_split(
    store: &dyn Store,
    model: &str,
    champion: &str,
    challenger: &str,
    since: Option<Timestamp>,
    sources: &[String],
) -> Result<Pairs> {
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for row in labelled(store, model, since, sources)? {
        if row.version == champion {
            own.push(row.is_right);
        } else if row.version == challenger {
            other.push(row.is_right);
        }
    }
    let mut pairs = Pairs::default();
    for (own, other) in own.into_iter().zip(other) {
        pairs.see(own, other);
    }
    Ok(pairs)
}

/// Of a shadow: the same rows, as far as it is known whether it is right.
pub(super) fn of_shadow(
    store: &dyn Store,
    model: &str,
    champion: &str,
    shadow_version: &str,
    since: Option<Timestamp>,
    sources: &[String],
) -> Result<Pairs> {
    let mut rows = labelled(store, model, since, sources)?;
    rows.retain(|row| row.version == champion);
    let ids = rows.iter().map(|row| ShadowRecord::id_of(&row.id, shadow_version));
    let found: HashMap<String, ShadowRecord> = by_id(store, &ids.collect::<Vec<String>>())?
        .into_iter()
        .map(|record: ShadowRecord| (record.prediction_id.clone(), record))
        .collect();
    let mut pairs = Pairs::default();
    for row in rows {
        let Some(other) = found.get(&row.id).map(|other| &other.label) else { continue };
        let is_right = match &row.actual {
            Some(actual) => actual == other,
            // That an answer was wrong says something of another one only if it is the same.
            None if Some(other) == row.predicted.as_ref() => row.is_right,
            None => continue,
        };
        pairs.see(row.is_right, is_right);
    }
    Ok(pairs)
}

/// An answer whose label is known.
struct Labelled {
    id: String,
    version: String,
    predicted: Option<String>,
    actual: Option<String>,
    is_right: bool,
}

/// The answers of a model since a moment whose labels came from some sources, in the order of time.
fn labelled(
    store: &dyn Store,
    model: &str,
    since: Option<Timestamp>,
    sources: &[String],
) -> Result<Vec<Labelled>> {
    let values = sources.iter().map(|source| Value::Text(source.clone())).collect();
    let mut select = Select::all(Table::Feedback)
        .with(Condition::IsOneOf("source", values))
        .ordered("timestamp", Direction::Ascending);
    if let Some(since) = since {
        // A label does not come before its answer.
        select = select.with(Condition::IsAtLeast("timestamp", Value::Time(since)));
    }
    let mut said: HashMap<String, (Option<bool>, Option<String>)> = HashMap::new();
    store.select(&select, &mut |row| {
        let own = Feedback::from_row(row)?;
        said.insert(own.prediction_id, (own.correct, own.label));
        Ok(())
    })?;
    let mut ids: Vec<String> = said.keys().cloned().collect();
    ids.sort_unstable();
    let mut rows: Vec<(Timestamp, Labelled)> = Vec::new();
    for found in by_id::<PredictionRecord>(store, &ids)? {
        let id = found.id.clone();
        if found.model != model || since.is_some_and(|since| found.timestamp < since) {
            continue;
        }
        let Some((correct, label)) = said.remove(&id) else { continue };
        let actual = label.or_else(|| found.label.clone().filter(|_| correct == Some(true)));
        let is_right = match &actual {
            Some(actual) => Some(actual) == found.label.as_ref(),
            None => correct == Some(true),
        };
        let own = Labelled { id, version: found.version, predicted: found.label, actual, is_right };
        rows.push((found.timestamp, own));
    }
    rows.sort_unstable_by(|one, other| (one.0, &one.1.id).cmp(&(other.0, &other.1.id)));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn by_id<R: Record>(store: &dyn Store, ids: &[String]) -> Result<Vec<R>> {
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let values = some.iter().map(|id| Value::Text(id.clone())).collect();
        let select = Select::all(R::TABLE).with(Condition::IsOneOf("id", values));
        found.extend(store.records::<R>(&select)?);
    }
    Ok(found)
}
