//! The prediction log: records go into a queue, and a thread of its own brings them into the store.

mod counters;
mod journal;
mod options;
mod outbox;
mod queue;
mod writer;

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

pub use counters::LogCounters;
use journal::Journal;
pub use options::{Durability, LogOptions, WhenFull};
use outbox::Outbox;
use queue::{Item, Pushed, Queue, ended};
use writer::Shared;

use super::{Deleted, Feedback, PredictionRecord, Record, ShadowRecord, Store, Table, WritableRow};
use crate::{Error, Result};

/// How long forgetting waits for what is on its way.
const FORGETTING: Duration = Duration::from_secs(20);

/// Logs predictions without making anybody wait.
///
/// Records wait in a bounded queue for a thread that writes many of them at once. While the store
/// cannot be reached they wait in the outbox, a file, and reach the store once it is back: each
/// exactly once, since a record whose id is there is left out.
///
/// ```
/// use pantau::store::{self, LogOptions, PredictionLog, PredictionRecord};
///
/// let store = store::open("memory:")?;
/// let log = PredictionLog::open(store.clone(), LogOptions::default())?;
/// let id = log.log(PredictionRecord::new("sentiment", "3", "positive", 0.93))?;
/// log.close()?;
/// assert_eq!(store.prediction(&id)?.expect("it was written").confidence, Some(0.93));
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug)]
pub struct PredictionLog {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
    process: u32,
}

impl PredictionLog {
    /// Opens a log. What waits in its outbox from before is written first.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the options do not fit together; [`Error::Busy`] if another log
    /// uses the outbox; [`Error::Storage`] if that cannot be written.
    pub fn open(store: Arc<dyn Store>, options: LogOptions) -> Result<Self> {
        options.check()?;
        let outbox = match &options.outbox {
            Some(path) => Some(Outbox::open(path, options.outbox_limit)?),
            None => None,
        };
        let journal = options.journal.as_deref().map(Journal::open).transpose()?;
        let waiting = outbox.as_ref().map_or(0, Outbox::waiting);
        let shared = Arc::new(Shared {
            store,
            queue: Queue::new(options.capacity),
            outbox: outbox.map(Mutex::new),
            journal: journal.map(Mutex::new),
            tally: counters::Tally::default(),
            options,
        });
        shared.tally.change(|counters| counters.waiting = waiting);
        let for_writer = shared.clone();
        let writer = std::thread::Builder::new()
            .name("pantau-log".to_owned())
            .spawn(move || writer::run(&for_writer))
            .map_err(|source| Error::Busy {
                what: "the prediction log".to_owned(),
                problem: format!("no thread could be started for it: {source}"),
            })?;
        Ok(Self { shared, writer: Mutex::new(Some(writer)), process: std::process::id() })
    }

    /// The store it writes into.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// Logs a prediction and gives its id.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the record cannot be written, or the log is closed. With
    /// [`Durability::Each`] also [`Error::Refused`] with what the store says if it refuses, or has
    /// been away for 20 seconds and there is no outbox.
    pub fn log(&self, record: PredictionRecord) -> Result<String> {
        let row = record.to_row()?;
        self.push(Table::Predictions, row)?;
        Ok(record.id)
    }

    /// Logs many predictions. With [`Durability::Each`] it waits once for all of them.
    ///
    /// # Errors
    /// As for [`log`](Self::log); none is logged if one of them cannot be written.
    pub fn log_batch(&self, records: Vec<PredictionRecord>) -> Result<Vec<String>> {
        let rows = records.iter().map(Record::to_row).collect::<Result<Vec<_>>>()?;
        let (numbers, queued) = self.enqueue(Table::Predictions, rows);
        self.settle(&numbers).and(queued)?;
        Ok(records.into_iter().map(|record| record.id).collect())
    }

    /// Logs what shadows say of answers that were given.
    pub(crate) fn log_shadows(&self, records: &[ShadowRecord]) -> Result<()> {
        let rows = records.iter().map(Record::to_row).collect::<Result<Vec<_>>>()?;
        let (numbers, queued) = self.enqueue(Table::Shadows, rows);
        self.settle(&numbers).and(queued)
    }

    /// Logs what somebody says of a prediction and gives its id. It comes after the predictions
    /// that were logged before.
    ///
    /// # Errors
    /// As for [`log`](Self::log).
    pub fn feedback(&self, feedback: Feedback) -> Result<String> {
        let row = feedback.to_row()?;
        self.push(Table::Feedback, row)?;
        Ok(feedback.id)
    }

    fn push(&self, table: Table, row: WritableRow) -> Result<()> {
        let (numbers, queued) = self.enqueue(table, vec![row]);
        self.settle(&numbers).and(queued)
    }

    /// Puts records into the journal, and then into the queue; the numbers of those that are there.
    fn enqueue(&self, table: Table, rows: Vec<WritableRow>) -> (Vec<u64>, Result<()>) {
        if let Err(error) = self.check_process() {
            return (Vec::new(), Err(error));
        }
        let mut numbers = Vec::with_capacity(rows.len());
        let Some(journal) = &self.shared.journal else {
            let queued = rows.into_iter().try_for_each(|row| {
                numbers.extend(self.enqueue_one(table, row)?);
                Ok(())
            });
            return (numbers, queued);
        };
        // Held until all are queued: so records are settled in the order of the journal.
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        let count = rows.len();
        if let Err(error) = journal.append(rows.iter().map(|row| (table, row))) {
            return (numbers, Err(error));
        }
        let queued = rows.into_iter().try_for_each(|row| {
            numbers.extend(self.enqueue_one(table, row)?);
            Ok(())
        });
        journal.withdraw((count - numbers.len()) as u64);
        (numbers, queued)
    }

    /// Puts a record into the queue; its number, if it is there.
    fn enqueue_one(&self, table: Table, row: WritableRow) -> Result<Option<u64>> {
        let shared = &self.shared;
        let item = Item { table, row, since: Instant::now() };
        let is_awaited = shared.options.durability == Durability::Each;
        match shared.queue.push(item, shared.options.when_full == WhenFull::Block, is_awaited) {
            Pushed::Queued(number) => Ok(Some(number)),
            Pushed::Ended => Err(ended()),
            Pushed::Full(item) => {
                let is_kept = shared.options.when_full == WhenFull::Spill
                    && shared.spill([(item.table, &item.row)].into_iter()).is_ok();
                if !is_kept {
                    shared.tally.change(|counters| counters.dropped += 1);
                }
                Ok(None)
            }
        }
    }

    /// Waits for records where each is to be sure.
    fn settle(&self, numbers: &[u64]) -> Result<()> {
        match self.shared.options.durability {
            Durability::Each => self.shared.queue.outcome(numbers),
            Durability::Group(_) | Durability::None => Ok(()),
        }
    }

    fn check_process(&self) -> Result<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        let problem = "it was opened before the process forked, and its thread is the parent's; \
                       open store and log in the child";
        Err(Error::invalid("the prediction log", problem))
    }

    /// Waits until all that was logged so far is in the store or in the outbox.
    ///
    /// # Errors
    /// [`Error::Deadline`] if that takes longer than `limit`.
    pub fn flush(&self, limit: Option<Duration>) -> Result<()> {
        self.check_process()?;
        self.shared.queue.wait(self.shared.queue.last(), limit)
    }

    /// Deletes all that is stored of a subject, and what of it is still on the way.
    ///
    /// # Errors
    /// As for the store's own [`forget`](trait.Store.html#method.forget).
    pub fn forget(&self, subject: &str, actor: &str) -> Result<Deleted> {
        self.check_process()?;
        let goes = |table: Table, row: &WritableRow| {
            let place = table.subject().and_then(|name| table.column(name));
            let value = place.and_then(|place| row.values().get(place));
            value.and_then(super::Value::as_text) == Some(subject)
        };
        self.shared.queue.purge(goes);
        if self.shared.journal.is_some() {
            // Its lines go once what they tell of has arrived, or is known not to.
            self.flush(Some(FORGETTING))?;
            self.shared.settle_journal();
        }
        // That of a closed log may belong to another one by now.
        let is_open = self.writer.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if let Some(outbox) = self.shared.outbox.as_ref().filter(|_| is_open) {
            let mut outbox = outbox.lock().unwrap_or_else(PoisonError::into_inner);
            outbox.purge(goes)?;
            let waiting = outbox.waiting();
            drop(outbox);
            self.shared.tally.change(|counters| counters.waiting = waiting);
        }
        // What the writer holds at this moment is kept out by the erasure that this notes.
        self.shared.store.forget(subject, actor)
    }

    /// What the log has done so far.
    pub fn counters(&self) -> LogCounters {
        let mut counters = self.shared.tally.read();
        counters.queued = self.shared.queue.pending();
        counters
    }

    /// Ends the log once all is in the store or in the outbox.
    ///
    /// # Errors
    /// [`Error::Refused`] if records could be brought to neither.
    pub fn close(&self) -> Result<()> {
        self.end();
        let counters = self.counters();
        if counters.queued == 0 && counters.failed == 0 {
            return Ok(());
        }
        let problem = format!(
            "{} records were not written: {}",
            counters.queued + counters.failed,
            counters.last_error.as_deref().unwrap_or("the store was away")
        );
        Err(Error::Refused { what: "the prediction log".to_owned(), problem, source: None })
    }

    fn end(&self) {
        if self.process != std::process::id() {
            return;
        }
        self.shared.queue.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // It catches the panics of homes; its own would be told by the counters.
            let _ = writer.join();
            self.shared.settle_journal();
            if let Some(journal) = &self.shared.journal {
                journal.lock().unwrap_or_else(PoisonError::into_inner).close();
            }
            if let Some(outbox) = &self.shared.outbox {
                outbox.lock().unwrap_or_else(PoisonError::into_inner).release();
            }
        }
    }
}

impl Drop for PredictionLog {
    fn drop(&mut self) {
        self.end();
    }
}
