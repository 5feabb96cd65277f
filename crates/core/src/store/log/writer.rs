//! The thread that brings records into the store.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, TryLockError},
    time::{Duration, Instant},
};

use super::{
    counters::Tally,
    journal::Journal,
    options::{Durability, LogOptions},
    outbox::Outbox,
    queue::{Item, Queue},
};
use crate::{
    Error, Result,
    store::{Change, Commit, Existing, Feedback, Record, Row, Store, Table, WritableRow},
};

/// The most records in one transaction.
const BATCH: usize = 8192;
/// How long the writer sleeps at most before it looks whether the outbox can be emptied.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a caller who waits for its record is kept waiting for a store that is away.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it waits after a failure, at first and at most.
const WAIT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// What the writer and the callers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) options: LogOptions,
    pub(super) queue: Queue,
    pub(super) outbox: Option<Mutex<Outbox>>,
    pub(super) journal: Option<Mutex<Journal>>,
    pub(super) tally: Tally,
}

impl Shared {
    pub(super) fn commit(&self) -> Commit {
        if self.options.durability == Durability::None { Commit::Fast } else { Commit::Durable }
    }

    /// Drops from the journal what has arrived. A caller who holds it may wait for room in the queue,
    /// which this thread makes: so it does not wait for the caller.
    pub(super) fn settle_journal(&self) {
        let Some(journal) = &self.journal else { return };
        let settled = match journal.try_lock() {
            Ok(mut journal) => journal.settle(self.queue.settled_count()),
            Err(TryLockError::Poisoned(journal)) => {
                journal.into_inner().settle(self.queue.settled_count())
            }
            Err(TryLockError::WouldBlock) => return,
        };
        if let Err(error) = settled {
            complain(self, &error);
        }
    }

    fn patience(&self) -> Duration {
        match self.options.durability {
            Durability::Each => Duration::ZERO,
            Durability::Group(span) => span,
            // Long enough to write many together, short enough to be read soon.
            Durability::None => Duration::from_millis(200),
        }
    }

    /// Puts records into the outbox, if there is one with room.
    pub(super) fn spill<'a>(
        &self,
        rows: impl ExactSizeIterator<Item = (Table, &'a WritableRow)>,
    ) -> Result<()> {
        let Some(outbox) = &self.outbox else {
            let problem = "there is no outbox".to_owned();
            return Err(Error::Busy { what: "the prediction log".to_owned(), problem });
        };
        let count = rows.len() as u64;
        let mut outbox = outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.append(rows, self.commit() == Commit::Durable)?;
        let waiting = outbox.waiting();
        drop(outbox);
        self.tally.change(|counters| {
            counters.spilled += count;
            counters.waiting = waiting;
        });
        Ok(())
    }
}

/// Runs until the log is closed and all is written, or cannot be.
pub(super) fn run(shared: &Shared) {
    let mut backoff = Backoff::default();
    while let Some((from, items)) = shared.queue.take(BATCH, shared.patience(), PAUSE) {
        if !items.is_empty() {
            let failures = settle(shared, &items, &mut backoff);
            shared.queue.settle(from, items.len(), failures);
        }
        shared.settle_journal();
        if backoff.is_over() {
            deliver(shared, &mut backoff);
        }
    }
    // What waits in the outbox gets a last chance; if it is in vain it waits for the next log.
    deliver(shared, &mut backoff);
    shared.queue.end();
}

/// When the store may be tried again after it has failed.
#[derive(Debug, Default)]
struct Backoff {
    wait: Duration,
    until: Option<Instant>,
}

impl Backoff {
    fn is_over(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() >= until)
    }

    fn fail(&mut self) {
        self.wait = (self.wait * 2).clamp(WAIT.0, WAIT.1);
        self.until = Some(Instant::now() + self.wait);
    }

    fn succeed(&mut self) {
        *self = Self::default();
    }
}

/// A record on its way, and its place among those that were taken out of the queue together.
type Placed<'a> = (usize, Table, &'a WritableRow);

/// Brings records where they belong: into the store, or into the outbox while the store is away.
/// Tells which have failed for good.
fn settle(shared: &Shared, items: &[Item], backoff: &mut Backoff) -> Vec<(usize, String)> {
    let mut failures = Vec::new();
    let mut left: Vec<Placed<'_>> = items
        .iter()
        .enumerate()
        // Purged ones are empty.
        .filter(|(_, item)| !item.row.values().is_empty())
        .map(|(place, item)| (place, item.table, &item.row))
        .collect();
    let count = left.len();
    let start = Instant::now();
    loop {
        let mut problem = None;
        if backoff.is_over() || shared.outbox.is_none() {
            match bring(shared, &mut left, &mut failures) {
                Ok(()) => {
                    backoff.succeed();
                    if let Some(first) = items.first() {
                        shared.tally.delivered(count - failures.len(), first.since.elapsed());
                    }
                    return failures;
                }
                Err(error) => {
                    backoff.fail();
                    complain(shared, &error);
                    problem = Some(error);
                }
            }
        }
        match shared.spill(left.iter().map(|(_, table, row)| (*table, *row))) {
            Ok(()) => return failures,
            Err(error) if shared.outbox.is_some() => complain(shared, &error),
            Err(_) => {}
        }
        // Who waits for an answer gets one: at once where the store refuses, in time where it is
        // away.
        let is_waited_for = shared.options.durability == Durability::Each;
        let refused = problem
            .filter(|error| is_waited_for && (!is_away(error) || start.elapsed() >= PATIENCE));
        let problem = match refused {
            Some(error) => error.full_message(),
            None if shared.queue.is_closing() => {
                "the log was closed while the store was away".to_owned()
            }
            None => {
                backoff.fail();
                std::thread::sleep(backoff.wait.min(Duration::from_millis(500)));
                continue;
            }
        };
        let lost = left.len() as u64;
        shared.tally.change(|counters| counters.failed += lost);
        failures.extend(left.iter().map(|(place, ..)| (*place, problem.clone())));
        return failures;
    }
}

/// Writes records, predictions before what is said of them, and takes those that are written, or
/// that the store will never take, out of what is left.
fn bring(
    shared: &Shared,
    left: &mut Vec<Placed<'_>>,
    failures: &mut Vec<(usize, String)>,
) -> Result<()> {
    for table in [Table::Predictions, Table::Feedback, Table::Shadows] {
        let own: Vec<Placed<'_>> = left.iter().copied().filter(|row| row.1 == table).collect();
        let done = bring_part(shared, &own, failures);
        let (done, outcome) = match done {
            Ok(()) => (own.len(), Ok(())),
            Err((done, error)) => (done, Err(error)),
        };
        let done: Vec<usize> = own[..done].iter().map(|(place, ..)| *place).collect();
        left.retain(|(place, ..)| done.binary_search(place).is_err());
        outcome?;
    }
    Ok(())
}

/// Writes records of one table. Where one of them is wrong, the others are found by halves. An
/// error tells how many, from the first, are done with.
fn bring_part(
    shared: &Shared,
    rows: &[Placed<'_>],
    failures: &mut Vec<(usize, String)>,
) -> std::result::Result<(), (usize, Error)> {
    if rows.is_empty() {
        return Ok(());
    }
    match write(shared, rows[0].1, rows) {
        Ok(written) => note_written(shared, rows.len(), written),
        Err(error) if !is_record_fault(&error) => return Err((0, error)),
        Err(error) if rows.len() == 1 => {
            let (place, table, row) = rows[0];
            reject(shared, (table, row), &error);
            failures.push((place, error.full_message()));
        }
        Err(_) => {
            let (first, second) = rows.split_at(rows.len() / 2);
            bring_part(shared, first, failures)?;
            bring_part(shared, second, failures)
                .map_err(|(done, error)| (first.len() + done, error))?;
        }
    }
    Ok(())
}

/// Whether a store may be back soon.
fn is_away(error: &Error) -> bool {
    matches!(error, Error::Unreachable { .. } | Error::Busy { .. })
}

fn note_written(shared: &Shared, rows: usize, written: usize) {
    shared.tally.change(|counters| {
        counters.written += written as u64;
        counters.repeated += (rows - written.min(rows)) as u64;
        counters.batches += 1;
    });
}

/// Empties the outbox as far as the store takes it.
fn deliver(shared: &Shared, backoff: &mut Backoff) {
    let Some(outbox) = &shared.outbox else { return };
    loop {
        let parcel = {
            let mut outbox = outbox.lock().unwrap_or_else(PoisonError::into_inner);
            match outbox.read(BATCH) {
                Ok(parcel) if parcel.rows.is_empty() => return,
                Ok(parcel) => parcel,
                Err(error) => {
                    backoff.fail();
                    return complain(shared, &error);
                }
            }
        };
        // Not held while the store works: callers must be able to spill.
        let rows = parcel.rows.iter().enumerate();
        let mut left: Vec<Placed<'_>> =
            rows.map(|(place, (table, row))| (place, *table, row)).collect();
        if let Err(error) = bring(shared, &mut left, &mut Vec::new()) {
            backoff.fail();
            return complain(shared, &error);
        }
        backoff.succeed();
        let mut outbox = outbox.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = outbox.confirm(&parcel) {
            complain(shared, &error);
        }
        let waiting = outbox.waiting();
        drop(outbox);
        shared.tally.change(|counters| counters.waiting = waiting);
        if shared.queue.len() >= BATCH {
            // What comes now is not to wait for what came long ago.
            return;
        }
    }
}

/// Writes records of one table, and says how many were new. A panic of a home is an error like any
/// other.
fn write(shared: &Shared, table: Table, rows: &[Placed<'_>]) -> Result<usize> {
    let work = || -> Result<usize> {
        let rows = rows.iter().map(|(.., row)| (*row).clone());
        match table {
            Table::Predictions => {
                shared.store.write_prediction_rows(rows.collect(), shared.commit())
            }
            Table::Feedback => {
                let feedback = rows.map(|row| Feedback::from_row(Row(row.0)));
                shared.store.write_feedback(&feedback.collect::<Result<Vec<_>>>()?)
            }
            _ => {
                let change = Change::insert(table, rows.collect(), Existing::Keep);
                Ok(shared.store.apply(&[change], shared.commit())?[0])
            }
        }
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let reason = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no reason given");
        let what = format!("the store {}", shared.store.location());
        Err(Error::Refused { what, problem: format!("panic: {reason}"), source: None })
    })
}

/// Whether an error is about what was to be written, so that trying again is in vain.
fn is_record_fault(error: &Error) -> bool {
    matches!(error, Error::InvalidInput { .. } | Error::Conflict { .. })
}

fn reject(shared: &Shared, (table, row): (Table, &WritableRow), error: &Error) {
    complain(shared, error);
    shared.tally.change(|counters| counters.failed += 1);
    if let Some(outbox) = &shared.outbox {
        let outbox = outbox.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = outbox.reject(table, row, &error.full_message()) {
            drop(outbox);
            complain(shared, &error);
        }
    }
}

fn complain(shared: &Shared, error: &Error) {
    let message = error.full_message();
    shared.tally.change(|counters| counters.last_error = Some(message));
}
