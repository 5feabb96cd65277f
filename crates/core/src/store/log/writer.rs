//! The thread that brings records into the store.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    counters::Tally,
    options::{Durability, LogOptions},
    outbox::Outbox,
    queue::{Item, Queue},
};
use crate::{
    Error, Result,
    store::{Commit, Feedback, Record, Row, Store, Table, WritableRow},
};

/// The most records in one transaction.
const BATCH: usize = 8192;
/// How long the writer sleeps at most before it looks whether the outbox can be emptied.
const PAUSE: Duration = Duration::from_millis(200);
/// How long it waits after a failure, at first and at most.
const WAIT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// What the writer and the callers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) options: LogOptions,
    pub(super) queue: Queue,
    pub(super) outbox: Option<Mutex<Outbox>>,
    pub(super) tally: Tally,
}

impl Shared {
    pub(super) fn commit(&self) -> Commit {
        if self.options.durability == Durability::None { Commit::Fast } else { Commit::Durable }
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

/// Brings records where they belong: into the store, or into the outbox while the store is away.
/// Tells which have failed for good.
fn settle(shared: &Shared, items: &[Item], backoff: &mut Backoff) -> Vec<(usize, String)> {
    let mut failures = Vec::new();
    let rows: Vec<(Table, &WritableRow)> = items
        .iter()
        // Purged ones are empty.
        .filter(|item| !item.row.values().is_empty())
        .map(|item| (item.table, &item.row))
        .collect();
    loop {
        if backoff.is_over() || shared.outbox.is_none() {
            match write(shared, &rows) {
                Ok(written) => {
                    backoff.succeed();
                    note_written(shared, rows.len(), written);
                    if let Some(first) = items.first() {
                        shared.tally.delivered(rows.len(), first.since.elapsed());
                    }
                    return failures;
                }
                Err(error) if is_record_fault(&error) => {
                    backoff.succeed();
                    for (place, item) in items.iter().enumerate() {
                        let row = (item.table, &item.row);
                        if item.row.values().is_empty() {
                            continue;
                        }
                        match write(shared, &[row]) {
                            Ok(written) => note_written(shared, 1, written),
                            Err(error) => {
                                reject(shared, row, &error);
                                failures.push((place, error.full_message()));
                            }
                        }
                    }
                    return failures;
                }
                Err(error) => {
                    backoff.fail();
                    complain(shared, &error);
                }
            }
        }
        match shared.spill(rows.iter().copied()) {
            Ok(()) => return failures,
            Err(error) => {
                if shared.outbox.is_some() {
                    complain(shared, &error);
                }
                if shared.queue.is_closing() {
                    let problem = "the log was closed while the store was away";
                    let count = rows.len() as u64;
                    shared.tally.change(|counters| counters.failed += count);
                    return (0..items.len()).map(|place| (place, problem.to_owned())).collect();
                }
                backoff.fail();
                std::thread::sleep(backoff.wait.min(Duration::from_millis(500)));
            }
        }
    }
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
        let rows: Vec<_> = parcel.rows.iter().map(|(table, row)| (*table, row)).collect();
        match write(shared, &rows) {
            Ok(written) => note_written(shared, rows.len(), written),
            Err(error) if is_record_fault(&error) => {
                for row in &rows {
                    match write(shared, &[*row]) {
                        Ok(written) => note_written(shared, 1, written),
                        Err(error) => reject(shared, *row, &error),
                    }
                }
            }
            Err(error) => {
                backoff.fail();
                return complain(shared, &error);
            }
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

/// Writes records, predictions before what is said of them, and says how many were new. A panic of
/// a home is an error like any other.
fn write(shared: &Shared, rows: &[(Table, &WritableRow)]) -> Result<usize> {
    let work = || -> Result<usize> {
        let of = |wanted: Table| {
            let own = rows.iter().filter(move |(table, _)| *table == wanted);
            own.map(|(_, row)| (*row).clone())
        };
        let predictions: Vec<WritableRow> = of(Table::Predictions).collect();
        let mut written = 0;
        if !predictions.is_empty() {
            written += shared.store.write_prediction_rows(predictions, shared.commit())?;
        }
        let feedback = of(Table::Feedback).map(|row| Feedback::from_row(Row(row.0)));
        let feedback = feedback.collect::<Result<Vec<_>>>()?;
        if !feedback.is_empty() {
            written += shared.store.write_feedback(&feedback)?;
        }
        Ok(written)
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
