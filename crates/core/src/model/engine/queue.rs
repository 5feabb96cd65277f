//! What waits for a worker, and what a worker takes at once.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{Call, Settings};
use crate::{Error, Result, onnx::plan::Costs};

/// A batch of one call, as its caller planned it.
pub(super) struct Entry {
    /// Each with its place in the call.
    sequences: Vec<(usize, Vec<u32>)>,
    longest: usize,
    call: Arc<Call>,
    since: Instant,
}

impl Entry {
    pub(super) fn new(sequences: Vec<(usize, Vec<u32>)>, call: Arc<Call>) -> Self {
        let longest = sequences.iter().map(|(_, sequence)| sequence.len()).max().unwrap_or(0);
        Self { sequences, longest, call, since: Instant::now() }
    }

    pub(super) fn len(&self) -> usize {
        self.sequences.len()
    }

    pub(super) fn sequences(&self) -> impl Iterator<Item = &[u32]> {
        self.sequences.iter().map(|(_, sequence)| sequence.as_slice())
    }

    pub(super) fn is_wanted(&self, now: Instant) -> bool {
        self.call.is_wanted(now)
    }

    pub(super) fn answer(&self, rows: &[f32]) {
        self.call.put(self.sequences.iter().map(|(place, _)| *place), rows);
    }

    pub(super) fn fail(&self, error: Error) {
        self.call.fail(error);
    }

    /// Ends what nobody waits for any more.
    pub(super) fn abandon(self, model: &str) {
        self.call.fail(self.call.late(model));
    }
}

#[derive(Default)]
struct State {
    entries: VecDeque<Entry>,
    closed: bool,
    refused: u64,
    /// Workers that wait for work.
    idle: usize,
}

/// The queue between callers and workers.
pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    settings: Settings,
    costs: Mutex<Costs>,
}

impl Queue {
    pub(super) fn new(settings: Settings, costs: Costs) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), settings, costs: Mutex::new(costs) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn costs(&self) -> Costs {
        *self.costs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_costs(&self, costs: Costs) {
        *self.costs.lock().unwrap_or_else(PoisonError::into_inner) = costs;
    }

    pub(super) fn counters(&self) -> (u64, u64) {
        let state = self.state();
        (state.refused, state.entries.len() as u64)
    }

    /// Queues a batch. Only the `first` batch of a call can be refused: a call that was let in
    /// is answered to its end.
    pub(super) fn push(&self, entry: Entry, first: bool, model: &str) -> Result<()> {
        let mut state = self.state();
        if state.closed {
            return Err(Error::invalid(format!("model {model}"), "is closed"));
        }
        if first && state.idle == 0 && state.entries.len() >= self.settings.queue {
            state.refused += 1;
            let problem = format!(
                "{} calls wait already, the limit is {}",
                state.entries.len(),
                self.settings.queue
            );
            return Err(Error::Busy { what: format!("model {model}"), problem });
        }
        state.entries.push_back(entry);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// No more calls; workers end when what is queued is done.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    /// The batches that run next, together; none when the queue is closed and empty.
    pub(super) fn next(&self) -> Option<Vec<Entry>> {
        let mut state = self.state();
        let mut was_idle = false;
        loop {
            if let Some(oldest) = state.entries.front() {
                let costs = self.costs();
                // Only a busy engine waits for company: others are likely to come soon.
                let patience = self.settings.max_wait.saturating_sub(oldest.since.elapsed());
                if was_idle || state.closed || patience.is_zero() || is_full(&state.entries, costs)
                {
                    return Some(take(&mut state.entries, costs));
                }
                let waited = self.filled.wait_timeout(state, patience);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            if state.closed {
                return None;
            }
            was_idle = true;
            state.idle += 1;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

fn is_full(entries: &VecDeque<Entry>, costs: Costs) -> bool {
    let tokens: usize = entries.iter().map(|entry| entry.len() * entry.longest).sum();
    tokens >= costs.budget
}

/// Takes the oldest entry, and of the others those that run cheaper beside it than alone,
/// the nearest in length first.
fn take(entries: &mut VecDeque<Entry>, costs: Costs) -> Vec<Entry> {
    let Some(oldest) = entries.pop_front() else { return Vec::new() };
    let (mut count, mut longest) = (oldest.len(), oldest.longest);
    let mut taken = vec![oldest];
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| entries[*at].longest.abs_diff(longest));
    let mut chosen = Vec::new();
    for at in order {
        let entry = &entries[at];
        let together_longest = longest.max(entry.longest);
        let together = (count + entry.len()) * together_longest;
        let apart = count * longest + entry.len() * entry.longest;
        if together <= costs.budget && (together - apart) as f64 <= costs.overhead {
            (count, longest) = (count + entry.len(), together_longest);
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    for at in chosen.into_iter().rev() {
        taken.extend(entries.remove(at));
    }
    taken
}
