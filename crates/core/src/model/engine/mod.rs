//! Many callers, few sessions: the micro-batcher.
//!
//! Each worker thread owns one session. Callers put their batches into one
//! bounded queue; a worker takes the oldest and whatever fits beside it. What
//! came in while all workers were busy runs together, so nobody waits for
//! company unless `max_wait` says so, and in an idle engine nobody waits at all.
//!
//! One session has all threads and answers a lone text soonest. Where measuring
//! shows that several sessions with a share of the threads each get more done
//! together, they take over while there is more to do than one batch.

mod call;
mod queue;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

pub(crate) use call::{Call, Deadline, Rows};
use queue::{Entry, Queue};
pub(crate) use queue::{Role, Shift};
use serde::Serialize;

use crate::{Error, Result, onnx::plan::Costs};

/// What runs batches. A session does; tests have others.
pub(crate) trait Runner: Send + 'static {
    /// How many numbers a row has.
    fn width(&self) -> usize;

    /// Replaces `rows` with one row for each sequence.
    fn run(&mut self, sequences: &[&[u32]], rows: &mut Vec<f32>) -> Result<()>;
}

/// How an engine treats its callers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long a call may wait for company while others keep the engine busy.
    pub(crate) max_wait: Duration,
    /// How many calls may wait.
    pub(crate) queue: usize,
}

/// What an engine did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Runs of a session.
    pub runs: u64,
    /// Sequences that ran.
    pub sequences: u64,
    /// Tokens of those sequences.
    pub tokens: u64,
    /// Tokens that only filled up batches.
    pub padding: u64,
    /// Calls that were refused because the queue was full.
    pub refused: u64,
    /// Calls that wait or run now.
    pub waiting: u64,
}

#[derive(Debug, Default)]
struct Counts {
    runs: AtomicU64,
    sequences: AtomicU64,
    tokens: AtomicU64,
    padding: AtomicU64,
}

/// Worker threads, and the queue in front of them.
pub(crate) struct Engine {
    model: Arc<str>,
    queue: Arc<Queue>,
    counts: Arc<Counts>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    width: usize,
    /// Threads do not live on after a fork, so an engine belongs to one process.
    process: u32,
}

/// How many batches of one call may be in the queue at a time for each worker: enough to keep
/// them busy, few enough to let others in between.
const AHEAD: usize = 2;

impl Engine {
    /// Starts an engine with the one worker that answers lone texts.
    pub(crate) fn start<R: Runner>(
        model: &str,
        wide: R,
        settings: Settings,
        costs: Costs,
    ) -> Result<Self> {
        let engine = Self {
            model: model.into(),
            queue: Arc::new(Queue::new(settings, costs)),
            counts: Arc::new(Counts::default()),
            workers: Mutex::default(),
            width: wide.width(),
            process: std::process::id(),
        };
        engine.hire(wide, Role::Wide)?;
        Ok(engine)
    }

    /// Gives a session to a worker of its own.
    pub(crate) fn hire<R: Runner>(&self, runner: R, role: Role) -> Result<()> {
        self.queue.welcome();
        let (model, queue, counts) = (self.model.clone(), self.queue.clone(), self.counts.clone());
        let worker = std::thread::Builder::new()
            .name("pantau-worker".to_owned())
            .spawn(move || work(&model, runner, role, &queue, &counts))
            .map_err(|error| Error::Inference {
                model: self.model.to_string(),
                problem: "no thread could be started for it".to_owned(),
                source: Some(Box::new(error)),
            })?;
        self.workers().push(worker);
        Ok(())
    }

    /// Lets the workers of a role go, and their sessions with them. The other role works.
    pub(crate) fn dismiss(&self, role: Role) {
        self.queue.dismiss(role);
    }

    fn workers(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the threads of this engine live in this process.
    pub(crate) fn is_alive(&self) -> bool {
        self.process == std::process::id()
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Who works, and what runs cost them.
    pub(crate) fn shift(&self) -> Shift {
        self.queue.shift()
    }

    pub(crate) fn set_shift(&self, shift: Shift) {
        self.queue.set_shift(shift);
    }

    pub(crate) fn counters(&self) -> Counters {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (refused, waiting) = self.queue.counters();
        Counters {
            runs: read(&self.counts.runs),
            sequences: read(&self.counts.sequences),
            tokens: read(&self.counts.tokens),
            padding: read(&self.counts.padding),
            refused,
            waiting,
        }
    }

    /// Runs batches of sequences and waits for their rows. `batches` lists, batch by
    /// batch, the places of its sequences.
    pub(crate) fn run(
        &self,
        sequences: &[Vec<u32>],
        batches: &[Vec<usize>],
        deadline: Option<Deadline>,
        mut progress: impl FnMut(usize) -> Result<()>,
    ) -> Result<Rows> {
        let call = Arc::new(Call::new(sequences.len(), self.width, deadline));
        let ahead = AHEAD * self.workers().len().max(1);
        let mut batches = batches.iter();
        let mut first = true;
        let mut done = 0;
        loop {
            // Feed the queue a little ahead of the workers.
            while call.in_queue() < ahead {
                let Some(batch) = batches.next() else { break };
                let sequences = batch.iter().map(|at| (*at, sequences[*at].clone())).collect();
                call.enter();
                let pushed =
                    self.queue.push(Entry::new(sequences, call.clone()), first, &self.model);
                pushed.inspect_err(|_| call.abandon())?;
                first = false;
            }
            if call.in_queue() == 0 {
                let rows = call.finish(&self.model)?;
                // The last ones may be done before anybody waited for them.
                if done < sequences.len() {
                    progress(sequences.len() - done)?;
                }
                return Ok(rows);
            }
            let now_done = call.wait_for_progress(done, &self.model)?;
            progress(now_done - done).inspect_err(|_| call.abandon())?;
            done = now_done;
        }
    }

    /// Queues batches and returns at once; `on_done` is called when the rows can be taken.
    pub(crate) fn submit(
        &self,
        sequences: &[Vec<u32>],
        batches: &[Vec<usize>],
        deadline: Option<Deadline>,
        on_done: impl FnOnce() + Send + 'static,
    ) -> Result<Arc<Call>> {
        let call = Arc::new(Call::new(sequences.len(), self.width, deadline));
        call.when_done(Box::new(on_done));
        // All are entered before the first can be done.
        for _ in batches {
            call.enter();
        }
        for (number, batch) in batches.iter().enumerate() {
            let sequences = batch.iter().map(|at| (*at, sequences[*at].clone())).collect();
            let pushed =
                self.queue.push(Entry::new(sequences, call.clone()), number == 0, &self.model);
            pushed.inspect_err(|_| call.abandon())?;
        }
        Ok(call)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if !self.is_alive() {
            // In a forked child the workers never existed; there is nothing to end.
            self.workers().drain(..).for_each(std::mem::forget);
            return;
        }
        self.queue.close();
        let workers = std::mem::take(&mut *self.workers());
        let this_thread = std::thread::current().id();
        if workers.iter().any(|worker| worker.thread().id() == this_thread) {
            // The last handle was dropped in a callback of one of them. They end by themselves,
            // and none can wait for another.
            return;
        }
        for worker in workers {
            // A worker catches the panics of its runs; should it die all the same, it is gone now.
            let _ = worker.join();
        }
        // The weights were freed in many pieces, which the allocator would keep.
        pantau_trim::trim();
    }
}

/// The life of a worker.
fn work<R: Runner>(model: &str, mut runner: R, role: Role, queue: &Queue, counts: &Counts) {
    let mut rows = Vec::new();
    while let Some(entries) = queue.next(role) {
        let _turn = Turn { queue, role };
        serve(model, &mut runner, entries, &mut rows, counts);
    }
}

/// The time in which a worker runs what it took; it ends whatever happens.
struct Turn<'a> {
    queue: &'a Queue,
    role: Role,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.queue.done(self.role);
    }
}

/// Runs what was taken together, and answers each of it.
fn serve<R: Runner>(
    model: &str,
    runner: &mut R,
    entries: Vec<Entry>,
    rows: &mut Vec<f32>,
    counts: &Counts,
) {
    let now = Instant::now();
    let (live, dead): (Vec<Entry>, Vec<Entry>) =
        entries.into_iter().partition(|entry| entry.is_wanted(now));
    for entry in dead {
        entry.abandon(model);
    }
    if live.is_empty() {
        return;
    }
    match run(runner, model, &live, rows, counts) {
        Ok(()) => answer(&live, rows, runner.width()),
        Err(error) if live.len() == 1 => live[0].fail(error),
        // One of them may be at fault; each alone shows which.
        Err(_) => {
            for entry in &live {
                let alone = std::slice::from_ref(entry);
                match run(runner, model, alone, rows, counts) {
                    Ok(()) => answer(alone, rows, runner.width()),
                    Err(error) => entry.fail(error),
                }
            }
        }
    }
}

/// Runs the sequences of all entries as one batch.
fn run<R: Runner>(
    runner: &mut R,
    model: &str,
    entries: &[Entry],
    rows: &mut Vec<f32>,
    counts: &Counts,
) -> Result<()> {
    let sequences: Vec<&[u32]> = entries.iter().flat_map(Entry::sequences).collect();
    let outcome = catch_unwind(AssertUnwindSafe(|| runner.run(&sequences, rows)));
    let outcome = outcome.unwrap_or_else(|payload| {
        let reason = payload
            .downcast_ref::<&str>()
            .map(|reason| (*reason).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no reason given".to_owned());
        Err(Error::inference(model, format!("a run of it panicked: {reason}")))
    });
    outcome?;
    if rows.len() != sequences.len() * runner.width() {
        let problem =
            format!("{} numbers for {} texts of {}", rows.len(), sequences.len(), runner.width());
        return Err(Error::inference(model, problem));
    }
    let tokens: usize = sequences.iter().map(|sequence| sequence.len()).sum();
    let longest = sequences.iter().map(|sequence| sequence.len()).max().unwrap_or(0);
    let add = |count: &AtomicU64, number: usize| count.fetch_add(number as u64, Ordering::Relaxed);
    add(&counts.runs, 1);
    add(&counts.sequences, sequences.len());
    add(&counts.tokens, tokens);
    add(&counts.padding, longest * sequences.len() - tokens);
    Ok(())
}

/// Hands the rows of a batch out to the calls of its entries.
fn answer(entries: &[Entry], rows: &[f32], width: usize) {
    let mut rows = rows;
    for entry in entries {
        let (own, rest) = rows.split_at(entry.len() * width);
        entry.answer(own);
        rows = rest;
    }
}

#[cfg(test)]
mod tests;
