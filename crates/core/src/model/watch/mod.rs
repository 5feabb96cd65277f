//! What a classifier answers, as a monitor counts it.

mod reference;
mod rows;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
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
    drift::{Monitor, SharedMonitor},
    profile::Layout,
};

/// How long an answer waits for a monitor that somebody else holds: for ever, if a fork left it
/// locked, which must not stop answers.
const PATIENCE: Duration = Duration::from_secs(2);

/// A monitor that counts what a classifier answers.
#[derive(Debug)]
pub(super) struct Watch {
    monitor: SharedMonitor,
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
    pub(super) fn new(monitor: SharedMonitor) -> Self {
        let (rows, missed) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { monitor, rows, missed, problem: Mutex::new(None) }
    }

    pub(super) fn watched(&self) -> Watched {
        Watched {
            rows: self.rows.load(Ordering::Relaxed),
            missed: self.missed.load(Ordering::Relaxed),
            problem: self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Counts answers. What goes wrong here is told by [`Self::watched`]: the answers are right
    /// all the same.
    pub(super) fn see<T: AsRef<str>>(
        &self,
        texts: &[T],
        predictions: &Predictions,
        vectors: impl FnOnce() -> Option<Vectors>,
        started: Instant,
    ) {
        let count = texts.len() as u64;
        match self.count(texts, predictions, vectors, started) {
            Ok(()) => _ = self.rows.fetch_add(count, Ordering::Relaxed),
            Err(error) => {
                self.missed.fetch_add(count, Ordering::Relaxed);
                let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
                *problem = Some(error.to_string());
            }
        }
    }

    fn count<T: AsRef<str>>(
        &self,
        texts: &[T],
        predictions: &Predictions,
        vectors: impl FnOnce() -> Option<Vectors>,
        started: Instant,
    ) -> Result<()> {
        let layout = self.lock()?.reference().layout().clone();
        let wants = |name: &str| layout.reads(name);
        let mut rows = Rows::of(texts, predictions);
        if wants(rows::EMBEDDING) {
            rows.vectors = vectors();
        }
        if wants(rows::LATENCY) {
            let each = started.elapsed().as_secs_f64() * 1e3 / texts.len().max(1) as f64;
            rows.latency = Some(vec![each; texts.len()]);
        }
        rows.with_batch(|batch| {
            self.lock()?.update(batch, Some(Timestamp::now()))?;
            Ok(())
        })
    }

    fn lock(&self) -> Result<MutexGuard<'_, Monitor>> {
        let start = Instant::now();
        loop {
            match self.monitor.try_lock() {
                Ok(monitor) => return Ok(monitor),
                Err(TryLockError::Poisoned(monitor)) => return Ok(monitor.into_inner()),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => thread::yield_now(),
                Err(TryLockError::WouldBlock) => {
                    let problem =
                        "it was held for more than two seconds, or when the process forked";
                    return Err(Error::inference("monitor", problem));
                }
            }
        }
    }
}

/// Whether a layout counts anything that a classifier answers.
pub(super) fn check(layout: &Layout) -> Result<()> {
    let known = [rows::TEXT, rows::LABEL, rows::CONFIDENCE, rows::NOVELTY, rows::EMBEDDING];
    if known.iter().any(|name| layout.reads(name)) {
        return Ok(());
    }
    let problem = format!("its reference has none of the columns {}", known.join(", "));
    Err(Error::invalid("monitor", problem))
}

/// Puts a monitor where answers are counted, once it is known to count any.
pub(super) fn watch(monitor: SharedMonitor) -> Result<Arc<Watch>> {
    let watch = Watch::new(monitor);
    check(watch.lock()?.reference().layout())?;
    Ok(Arc::new(watch))
}
