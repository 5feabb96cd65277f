//! What a prediction log has done so far.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;

/// What a [`PredictionLog`](super::PredictionLog) has done so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct LogCounters {
    /// Records that wait in memory.
    pub queued: u64,
    /// Records that wait in the outbox.
    pub waiting: u64,
    /// Records that the store has taken.
    pub written: u64,
    /// Records that were there already, or whose subject has asked to be forgotten.
    pub repeated: u64,
    /// Records that were dropped because too many waited.
    pub dropped: u64,
    /// Records that were put into the outbox.
    pub spilled: u64,
    /// Records that the store refused for good. They lie beside the outbox, if there is one.
    pub failed: u64,
    /// How many times the store was written to.
    pub batches: u64,
    /// How long records waited until the store had them, in milliseconds, on average.
    pub mean_delivery_ms: Option<f64>,
    /// The same for the slowest.
    pub max_delivery_ms: Option<f64>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

impl LogCounters {
    /// The counters as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

/// The counters while they change.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Sums>);

#[derive(Debug, Default)]
struct Sums {
    counters: LogCounters,
    delivered: u64,
    delivery: Duration,
    slowest: Duration,
}

impl Tally {
    pub(super) fn change(&self, change: impl FnOnce(&mut LogCounters)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).counters);
    }

    /// Notes records that have reached the store after so long.
    pub(super) fn delivered(&self, records: usize, after: Duration) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.delivered += records as u64;
        sums.delivery += after.saturating_mul(u32::try_from(records).unwrap_or(u32::MAX));
        sums.slowest = sums.slowest.max(after);
    }

    pub(super) fn read(&self) -> LogCounters {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counters = sums.counters.clone();
        if sums.delivered > 0 {
            let mean = sums.delivery.as_secs_f64() * 1e3 / sums.delivered as f64;
            counters.mean_delivery_ms = Some(mean);
            counters.max_delivery_ms = Some(sums.slowest.as_secs_f64() * 1e3);
        }
        counters
    }
}
