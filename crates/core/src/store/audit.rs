//! Who did what: a chain of records that tells when one of them was changed.

use serde_json::Value as Json;

use super::{
    AuditRecord, Change, Commit, Condition, Direction, Existing, Record, Select, Store, Table,
    Value,
};
use crate::{Error, Result, Timestamp, chain};

/// How often a record is chained anew because another came first.
const TRIES: usize = 1000;

/// A chain that was found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// How many records it has.
    pub records: u64,
    /// The hash of the last. Who keeps it elsewhere will also notice a chain that was made anew
    /// from its beginning.
    pub head: String,
}

/// # Audit
impl dyn Store + '_ {
    /// Notes who did what. `detail` are facts as JSON, without what somebody wrote.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the actor or the action is empty; others as the home has them.
    pub fn audit(&self, actor: &str, action: &str, detail: &Json) -> Result<AuditRecord> {
        Ok(with_audit(self, &[], actor, action, &|_| detail.clone())?.1)
    }

    /// The records of the audit log since a moment, the earliest first.
    ///
    /// # Errors
    /// As the home has them.
    pub fn audit_trail(
        &self,
        since: Option<Timestamp>,
        limit: Option<usize>,
    ) -> Result<Vec<AuditRecord>> {
        let mut select = Select::all(Table::Audit);
        if let Some(since) = since {
            select = select.with(Condition::IsAtLeast("timestamp", Value::Time(since)));
        }
        select.limit = limit;
        self.records(&select)
    }

    /// Walks the whole audit log and checks that no record was changed, put in between, or removed
    /// from among others. That the last ones are gone, or that the log was made anew, only who has
    /// kept the head can notice.
    ///
    /// # Errors
    /// [`Error::Incompatible`] names the first record that is not as it was written.
    pub fn verify_audit(&self) -> Result<AuditCheck> {
        let mut check = AuditCheck { records: 0, head: chain::START.to_owned() };
        let location = self.location().to_owned();
        self.select(&Select::all(Table::Audit), &mut |row| {
            let record = AuditRecord::from_row(row)?;
            let expected = check.records + 1;
            let problem = if record.number != expected {
                format!("record {expected} is missing; the next one is {}", record.number)
            } else if record.previous != check.head {
                format!("record {expected} does not follow the one before it")
            } else if record.hash != record.computed_hash() {
                format!("record {expected} was changed after it was written")
            } else {
                check.records = expected;
                check.head = record.hash;
                return Ok(());
            };
            Err(Error::incompatible(format!("the audit log of {location}"), problem))
        })?;
        Ok(check)
    }

    fn last_audit(&self) -> Result<Option<AuditRecord>> {
        let select = Select::all(Table::Audit).ordered("number", Direction::Descending).limited(1);
        Ok(self.records(&select)?.pop())
    }
}

/// Makes changes and notes them in the audit log, both or neither; gives what the changes come to
/// and the record. `detail` gets what the changes
/// come to: it is counted first, and where others wrote in between, a second record corrects it.
pub(super) fn with_audit(
    store: &dyn Store,
    changes: &[Change],
    actor: &str,
    action: &str,
    detail: &dyn Fn(&[usize]) -> Json,
) -> Result<(Vec<usize>, AuditRecord)> {
    let mut expected = expected_rows(store, changes)?;
    for _ in 0..TRIES {
        let last = store.last_audit()?;
        let record =
            AuditRecord::next(last.as_ref(), Timestamp::now(), actor, action, &detail(&expected));
        let mut all = changes.to_vec();
        all.push(Change::insert(Table::Audit, vec![record.to_row()?], Existing::Refuse));
        match store.apply(&all, Commit::Durable) {
            Ok(mut applied) => {
                applied.pop();
                if applied != expected && !changes.is_empty() {
                    // Others wrote in between: what is noted is corrected by a second record.
                    expected.clone_from(&applied);
                    let note = format!("{action} (corrected)");
                    with_audit(store, &[], actor, &note, &|_| detail(&expected))?;
                }
                return Ok((applied, record));
            }
            // Somebody else's record came first; ours follows it.
            Err(Error::Conflict { .. }) => expected = expected_rows(store, changes)?,
            Err(error) => return Err(error),
        }
    }
    let problem = format!("others wrote into it {TRIES} times in a row");
    Err(Error::Busy { what: format!("the audit log of {}", store.location()), problem })
}

/// How many rows deletions will take, so that it can be noted in the same transaction.
fn expected_rows(store: &dyn Store, changes: &[Change]) -> Result<Vec<usize>> {
    let counted = changes.iter().map(|change| match change {
        Change::Insert { rows, .. } => Ok(rows.len()),
        Change::Update { table, conditions, .. } | Change::Delete { table, conditions } => {
            Ok(usize::try_from(store.count(*table, conditions)?).unwrap_or(usize::MAX))
        }
    });
    counted.collect()
}
