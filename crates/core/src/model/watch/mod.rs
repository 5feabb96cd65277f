//! What a classifier answers, as a monitor counts it.

mod reference;
mod rows;

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub(in crate::model) use reference::of_rows;
pub(in crate::model) use rows::Rows;
use serde::Serialize;

use super::{Predictions, loaded::Vectors};
use crate::{
    Error, Result, Timestamp,
    drift::SharedMonitor,
    profile::{Layout, Profile},
};

/// Counts answers in a profile, as far as its layout knows their columns.
pub(crate) fn count<T: AsRef<str>>(
    profile: &mut Profile,
    texts: &[T],
    predictions: &Predictions,
    vectors: Option<Vectors>,
    each_ms: f64,
) -> Result<()> {
    let mut rows = Rows::of(texts, predictions);
    rows.vectors = vectors;
    if profile.layout().reads(rows::LATENCY) {
        rows.latency = Some(vec![each_ms; texts.len()]);
    }
    rows.with_batch(|batch| profile.update(batch))
}

/// Whether a layout counts vectors.
pub(crate) fn reads_vectors(layout: &Layout) -> bool {
    layout.reads(rows::EMBEDDING)
}

/// A monitor that counts what a classifier answers.
///
/// No answer waits for it: while somebody else holds the monitor, as when a window is closed, rows are
/// counted into a profile of its own, which is merged as soon as the monitor is free.
#[derive(Debug)]
pub(super) struct Watch {
    monitor: SharedMonitor,
    waiting: Mutex<Profile>,
    rows: AtomicU64,
    missed: AtomicU64,
    problem: Mutex<Option<String>>,
}

/// What became of the answers that a monitor was to count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Watched {
    /// How many rows were counted.
    pub rows: u64,
    /// How many could not be.
    pub missed: u64,
    /// Why the last of those could not.
    pub problem: Option<String>,
}

impl Watch {
    /// A watch of a monitor whose reference has columns that a classifier answers.
    pub(super) fn new(monitor: SharedMonitor) -> Result<Self> {
        let layout = {
            let monitor = monitor.lock().unwrap_or_else(PoisonError::into_inner);
            monitor.reference().layout().clone()
        };
        check(&layout)?;
        Ok(Self {
            monitor,
            waiting: Mutex::new(Profile::new(&layout)),
            rows: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            problem: Mutex::new(None),
        })
    }

    pub(super) fn watched(&self) -> Watched {
        Watched {
            rows: self.rows.load(Ordering::Relaxed),
            missed: self.missed.load(Ordering::Relaxed),
            problem: self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Counts answers that took so long. What goes wrong here is told by [`Self::watched`]: the
    /// answers are right all the same.
    pub(super) fn see<T: AsRef<str>>(
        &self,
        texts: &[T],
        predictions: &Predictions,
        vectors: impl FnOnce() -> Option<Vectors>,
        took: Duration,
    ) {
        let count = texts.len() as u64;
        match self.count(texts, predictions, vectors, took) {
            Ok(()) => _ = self.rows.fetch_add(count, Ordering::Relaxed),
            Err(error) => {
                self.missed.fetch_add(count, Ordering::Relaxed);
                if let Some(mut problem) = try_lock(&self.problem) {
                    *problem = Some(error.to_string());
                }
            }
        }
    }

    fn count<T: AsRef<str>>(
        &self,
        texts: &[T],
        predictions: &Predictions,
        vectors: impl FnOnce() -> Option<Vectors>,
        took: Duration,
    ) -> Result<()> {
        let held = || Error::inference("monitor", "it was held when the process forked");
        let mut rows = Rows::of(texts, predictions);
        let layout = wait(&self.waiting).ok_or_else(held)?.layout().clone();
        if layout.reads(rows::EMBEDDING) {
            rows.vectors = vectors();
        }
        if layout.reads(rows::LATENCY) {
            let each = took.as_secs_f64() * 1e3 / texts.len().max(1) as f64;
            rows.latency = Some(vec![each; texts.len()]);
        }
        rows.with_batch(|batch| {
            let Some(mut monitor) = try_lock(&self.monitor) else {
                return wait(&self.waiting).ok_or_else(held)?.update(batch);
            };
            let now = Some(Timestamp::now());
            let mut waiting = wait(&self.waiting).ok_or_else(held)?;
            let layout = monitor.reference().layout().clone();
            let empty = Profile::new(&layout);
            if layout.hash() != waiting.layout().hash() {
                // It was re-baselined to another reference, whose counts mean something else.
                self.missed.fetch_add(waiting.rows(), Ordering::Relaxed);
                *waiting = empty;
            } else if waiting.rows() > 0 {
                monitor.merge(&std::mem::replace(&mut *waiting, empty), now)?;
            }
            drop(waiting);
            monitor.update(batch, now).map(drop)
        })
    }
}

/// What a lock guards, if it is free.
fn try_lock<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match lock.try_lock() {
        Ok(own) => Some(own),
        Err(TryLockError::Poisoned(own)) => Some(own.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// What a lock guards that is never held for long, but for ever if a fork left it locked.
fn wait<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let start = Instant::now();
    loop {
        if let Some(own) = try_lock(lock) {
            return Some(own);
        }
        if start.elapsed() > PATIENCE {
            return None;
        }
        thread::yield_now();
    }
}

/// How long an answer waits for what is never held for long.
const PATIENCE: Duration = Duration::from_millis(50);

/// Whether a layout counts anything that a classifier answers.
fn check(layout: &Layout) -> Result<()> {
    let known =
        [rows::TEXT, rows::LABEL, rows::CONFIDENCE, rows::NOVELTY, rows::EMBEDDING, rows::LATENCY];
    if known.iter().any(|name| layout.reads(name)) {
        return Ok(());
    }
    let problem = format!("its reference has none of the columns {}", known.join(", "));
    Err(Error::invalid("monitor", problem))
}
