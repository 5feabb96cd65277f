//! Rows that are picked by chance for somebody to label: by their ids alone, so no process has to
//! know of another's.

use serde::{Deserialize, Serialize};

use super::{Inner, served::Champion, window_of};
use crate::{
    Error, Result, Timestamp,
    performance::Audit,
    store::{
        Condition, Direction, Feedback, Next, PredictionRecord, Record, Select, Store, Table, Value,
    },
};

/// A window that is open is read again at each look, until it has so many rows: then what is settled
/// is kept.
const MANY_ROWS: u64 = 20_000;

/// So long after a row was answered it is there, whoever answered it.
const SETTLES: std::time::Duration = std::time::Duration::from_mins(1);

/// So long before the last look labels are read again: what is said of a prediction that is not there
/// yet counts once it is.
const LATE: std::time::Duration = std::time::Duration::from_hours(7 * 24);

/// What stands before the bytes of an audit.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// All rows before are known.
    until: Timestamp,
    /// All labels before are known.
    labels_until: Timestamp,
}

impl Inner {
    /// The audit, with the rows so far.
    pub(super) fn audited(
        &self,
        model: &str,
        champion: &Champion,
        now: Timestamp,
    ) -> Result<Audit> {
        let store = self.home.store.as_ref();
        let options = champion.settings.audit_options();
        let start = window_of(now, champion.settings.window.duration());
        let (mut audit, until) =
            self.home.store.change_kept(&format!("audit/{model}"), &mut |content| {
                let (mut audit, mut head) = if let Some(content) = content {
                    read(content)?
                } else {
                    let never = Timestamp::from_micros(0);
                    (Audit::new(options)?, Head { until: never, labels_until: never })
                };
                if now > Timestamp::now() {
                    // A look ahead must not end what gets more rows.
                    return Ok((None, (audit, head.until)));
                }
                let settled = now.before(SETTLES);
                let begun = head.until.max(start);
                let until = if begun < settled
                    && store.count(Table::Predictions, &rows_of(model, begun, settled))?
                        >= MANY_ROWS
                {
                    settled
                } else {
                    begun
                };
                if until == head.until {
                    return Ok((None, (audit, until)));
                }
                take_rows(store, model, &mut audit, head.until, until)?;
                take_labels(store, &mut audit, head.labels_until)?;
                head = Head { until, labels_until: now };
                let next = Next::new(write(&head, &audit));
                Ok((Some(next), (audit, until)))
            })?;
        // What comes now is looked at, and not kept: it gets more rows.
        take_rows(store, model, &mut audit, until, now.after(std::time::Duration::from_micros(1)))?;
        take_labels(store, &mut audit, until)?;
        Ok(audit)
    }

    /// Predictions that were picked and that nobody has labelled yet, the oldest first.
    pub(super) fn to_label(
        &self,
        model: &str,
        champion: &Champion,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<PredictionRecord>> {
        let audit = self.audited(model, champion, now)?;
        let ids: Vec<&str> = audit.unlabelled().take(limit).collect();
        let values = ids.iter().map(|id| Value::Text((*id).to_owned())).collect();
        let select = Select::all(Table::Predictions).with(Condition::IsOneOf("id", values));
        let mut found: Vec<PredictionRecord> = self.home.store.records(&select)?;
        found.sort_by_key(|record| ids.iter().position(|id| *id == record.id));
        Ok(found)
    }
}

fn read(content: &[u8]) -> Result<(Audit, Head)> {
    let broken = || Error::incompatible("the state of an audit", "it has no head");
    let end = content.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let (head, rest) = content.split_at(end + 1);
    let head = serde_json::from_slice(head).map_err(|_| broken())?;
    Ok((Audit::resume(rest)?, head))
}

fn write(head: &Head, audit: &Audit) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(head).expect("times are JSON");
    bytes.push(b'\n');
    bytes.extend(audit.state());
    bytes
}

/// What holds of the rows of some time.
fn rows_of(model: &str, since: Timestamp, until: Timestamp) -> [Condition; 4] {
    [
        Condition::Is("model", Value::Text(model.to_owned())),
        Condition::IsAtLeast("timestamp", Value::Time(since)),
        Condition::IsBelow("timestamp", Value::Time(until)),
        Condition::IsNotNull("predicted_label"),
    ]
}

/// Asks the audit about the rows of some time.
fn take_rows(
    store: &dyn Store,
    model: &str,
    audit: &mut Audit,
    since: Timestamp,
    until: Timestamp,
) -> Result<()> {
    let mut select = Select::all(Table::Predictions).ordered("timestamp", Direction::Ascending);
    select.conditions.extend(rows_of(model, since, until));
    store.select(&select, &mut |row| {
        let row = PredictionRecord::from_row(row)?;
        audit.pick(&row.id, row.timestamp, &row.version, row.confidence);
        Ok(())
    })
}

/// Tells the audit the labels that were given for it.
fn take_labels(store: &dyn Store, audit: &mut Audit, since: Timestamp) -> Result<()> {
    let select = Select::all(Table::Feedback)
        .with(Condition::Is("source", Value::Text(Feedback::AUDIT.to_owned())))
        .with(Condition::IsAtLeast("timestamp", Value::Time(since.before(LATE))))
        .ordered("timestamp", Direction::Ascending);
    store.select(&select, &mut |row| {
        let label = Feedback::from_row(row)?;
        if let Some(correct) = label.correct {
            audit.label(&label.prediction_id, correct, label.timestamp);
        }
        Ok(())
    })
}
