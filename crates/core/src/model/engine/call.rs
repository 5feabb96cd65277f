//! One call: where its rows gather, and how its caller learns that they are there.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{Error, Result};

/// How long a call waits at most before whoever watches it is asked.
const TICK: Duration = Duration::from_millis(100);

/// By when a call must be answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    end: Instant,
    limit: Duration,
}

impl Deadline {
    /// So long from now; one too far to be told is none.
    pub(crate) fn after(limit: Option<Duration>) -> Option<Self> {
        let limit = limit?;
        Some(Self { end: Instant::now().checked_add(limit)?, limit })
    }
}

/// The rows of a call, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    pub(crate) numbers: Vec<f32>,
    pub(crate) width: usize,
}

/// One call of one caller.
pub(crate) struct Call {
    state: Mutex<State>,
    changed: Condvar,
    deadline: Option<Deadline>,
    /// Set when nobody waits for the answer any more.
    abandoned: AtomicBool,
}

struct State {
    rows: Rows,
    error: Option<Error>,
    /// Batches that are queued or run.
    in_queue: usize,
    /// Sequences that have their row.
    done: usize,
    on_done: Option<Box<dyn FnOnce() + Send>>,
}

impl Call {
    pub(super) fn new(sequences: usize, width: usize, deadline: Option<Deadline>) -> Self {
        let rows = Rows { numbers: vec![0.0; sequences * width], width };
        let state = State { rows, error: None, in_queue: 0, done: 0, on_done: None };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            deadline,
            abandoned: AtomicBool::new(false),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn when_done(&self, on_done: Box<dyn FnOnce() + Send>) {
        self.state().on_done = Some(on_done);
    }

    /// A batch of this call is about to be queued.
    pub(super) fn enter(&self) {
        self.state().in_queue += 1;
    }

    pub(super) fn in_queue(&self) -> usize {
        self.state().in_queue
    }

    /// Whether the answer still helps somebody.
    pub(super) fn is_wanted(&self, now: Instant) -> bool {
        !self.abandoned.load(Ordering::Relaxed)
            && self.deadline.is_none_or(|deadline| now < deadline.end)
            && self.state().error.is_none()
    }

    /// Says that nobody waits for the answer: what is still queued will not run.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// By when the answer must be there.
    pub(super) fn end(&self) -> Option<Instant> {
        self.deadline.map(|deadline| deadline.end)
    }

    pub(super) fn late(&self, model: &str) -> Error {
        let limit = self.deadline.map_or(Duration::ZERO, |deadline| deadline.limit);
        Error::Deadline { what: format!("model {model}"), limit }
    }

    /// Puts the rows of one batch into their places.
    pub(super) fn put(&self, places: impl Iterator<Item = usize>, rows: &[f32]) {
        self.leave(|state| {
            let width = state.rows.width;
            for (row, place) in places.enumerate() {
                let from = &rows[row * width..(row + 1) * width];
                state.rows.numbers[place * width..(place + 1) * width].copy_from_slice(from);
                state.done += 1;
            }
        });
    }

    pub(super) fn fail(&self, error: Error) {
        self.leave(|state| {
            state.error.get_or_insert(error);
        });
    }

    /// A batch is done with: changes the state and tells the caller.
    fn leave(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.in_queue -= 1;
        let on_done = if state.in_queue == 0 { state.on_done.take() } else { None };
        drop(state);
        self.changed.notify_all();
        if let Some(on_done) = on_done {
            // What a caller does with its answer must not end the worker.
            let _ = catch_unwind(AssertUnwindSafe(on_done));
        }
    }

    /// Waits until more than `done` sequences are done or a batch has failed, but not for long;
    /// says how many are. Whoever watches a call gets to speak in between.
    pub(super) fn wait_for_progress(&self, done: usize, model: &str) -> Result<usize> {
        let mut state = self.state();
        loop {
            if state.error.is_some() || state.done > done || state.in_queue == 0 {
                return match state.error.take() {
                    Some(error) => {
                        self.abandon();
                        Err(error)
                    }
                    None => Ok(state.done),
                };
            }
            let now = Instant::now();
            let left = self
                .deadline
                .map_or(Duration::MAX, |deadline| deadline.end.saturating_duration_since(now));
            if left.is_zero() {
                self.abandon();
                return Err(self.late(model));
            }
            let waited = self.changed.wait_timeout(state, left.min(TICK));
            let (after, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() && left > TICK {
                return Ok(after.done);
            }
            state = after;
        }
    }

    /// The rows of a call that is done.
    pub(crate) fn finish(&self, model: &str) -> Result<Rows> {
        let mut state = self.state();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        let width = state.rows.width;
        let missing = state.rows.numbers.len() != state.done * width;
        if missing {
            return Err(Error::inference(model, "it was closed before it had answered"));
        }
        Ok(std::mem::replace(&mut state.rows, Rows { numbers: Vec::new(), width }))
    }
}
