//! What waits for a worker, and what a worker takes at once.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
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
    /// Whether more may come that it could run with: the first of a call waits for others, the
    /// rest would only wait for each other.
    is_first: bool,
}

impl Entry {
    pub(super) fn new(sequences: Vec<(usize, Vec<u32>)>, call: Arc<Call>) -> Self {
        let longest = sequences.iter().map(|(_, sequence)| sequence.len()).max().unwrap_or(0);
        Self { sequences, longest, call, since: Instant::now(), is_first: true }
    }

    pub(super) fn len(&self) -> usize {
        self.sequences.len()
    }

    fn padded(&self) -> usize {
        self.len() * self.longest
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

/// Which session a worker owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one with all threads: it answers a lone text soonest.
    Wide,
    /// One of several with a share of the threads: together they answer most texts a second.
    Narrow,
}

/// Who works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shift {
    /// One role only.
    Only(Role, Costs),
    /// The wide one, and the narrow ones while there is more to do than one batch.
    Both { wide: Costs, narrow: Costs },
}

impl Shift {
    pub(crate) fn costs(self, role: Role) -> Costs {
        match (self, role) {
            (Self::Only(_, costs), _)
            | (Self::Both { wide: costs, .. }, Role::Wide)
            | (Self::Both { narrow: costs, .. }, Role::Narrow) => costs,
        }
    }
}

struct State {
    entries: VecDeque<Entry>,
    shift: Shift,
    closed: bool,
    /// Workers that shall end.
    dismissed: Option<Role>,
    refused: u64,
    /// Runs of the wide session and of the narrow ones; never both at a time, for
    /// there are threads for one of them only.
    wide: usize,
    narrow: usize,
}

impl State {
    /// Whether a worker of this role may take the next batch.
    fn is_turn_of(&self, role: Role) -> bool {
        if self.entries.is_empty() {
            return false;
        }
        let is_narrow = match self.shift {
            Shift::Only(only, _) => only == Role::Narrow,
            // More than one of them can do something then.
            Shift::Both { narrow, .. } => self.narrow > 0 || self.waiting_tokens() > narrow.budget,
        };
        match role {
            Role::Wide => !is_narrow && self.narrow == 0,
            Role::Narrow => is_narrow && self.wide == 0,
        }
    }

    fn waiting_tokens(&self) -> usize {
        self.entries.iter().map(Entry::padded).sum()
    }
}

/// The queue between callers and workers.
pub(super) struct Queue {
    state: Mutex<State>,
    /// One for each role, so that a lone text wakes one worker.
    wide: Condvar,
    narrow: Condvar,
    settings: Settings,
}

impl Queue {
    pub(super) fn new(settings: Settings, costs: Costs) -> Self {
        let state = State {
            entries: VecDeque::new(),
            shift: Shift::Only(Role::Wide, costs),
            closed: false,
            dismissed: None,
            refused: 0,
            wide: 0,
            narrow: 0,
        };
        Self { state: Mutex::new(state), wide: Condvar::new(), narrow: Condvar::new(), settings }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn shift(&self) -> Shift {
        self.state().shift
    }

    pub(super) fn set_shift(&self, shift: Shift) {
        self.state().shift = shift;
        self.wake_all();
    }

    pub(super) fn counters(&self) -> (u64, u64) {
        let state = self.state();
        (state.refused, state.entries.len() as u64)
    }

    fn wake_all(&self) {
        self.wide.notify_all();
        self.narrow.notify_all();
    }

    /// Queues a batch. Only the `first` batch of a call can be refused: a call that was let in
    /// is answered to its end.
    pub(super) fn push(&self, mut entry: Entry, first: bool, model: &str) -> Result<()> {
        entry.is_first = first;
        let mut state = self.state();
        if state.closed {
            return Err(Error::invalid(format!("model {model}"), "is closed"));
        }
        if first && state.entries.len() >= self.settings.queue {
            // Nobody waits for those any more; they shall not keep others out.
            let now = Instant::now();
            state.entries.retain(|waiting| waiting.is_wanted(now));
        }
        let waiting = state.entries.len();
        if first && waiting >= self.settings.queue {
            state.refused += 1;
            let problem =
                format!("{waiting} calls wait already, the limit is {}", self.settings.queue);
            return Err(Error::Busy { what: format!("model {model}"), problem });
        }
        state.entries.push_back(entry);
        let (wide, narrow) = (state.is_turn_of(Role::Wide), state.is_turn_of(Role::Narrow));
        drop(state);
        if wide {
            self.wide.notify_one();
        }
        if narrow {
            self.narrow.notify_one();
        }
        Ok(())
    }

    /// No more calls; workers end when what is queued is done.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.wake_all();
    }

    /// The workers of a role end after what they have begun.
    pub(super) fn dismiss(&self, role: Role) {
        self.state().dismissed = Some(role);
        self.wake_all();
    }

    /// Workers of every role may come again.
    pub(super) fn welcome(&self) {
        self.state().dismissed = None;
    }

    /// The batches that a worker runs next, together; none when the queue is closed and empty.
    /// What it took before is done by now.
    pub(super) fn next(&self, role: Role) -> Option<Vec<Entry>> {
        let mut state = self.state();
        let mut was_idle = false;
        loop {
            if state.dismissed == Some(role) {
                return None;
            }
            if state.is_turn_of(role) {
                let costs = state.shift.costs(role);
                // Only a busy engine waits for company: others are likely to come soon.
                let now = Instant::now();
                let patience = if state.entries.iter().any(|entry| entry.call.end().is_some()) {
                    // Who must answer in time does not wait for others.
                    Duration::ZERO
                } else {
                    state.entries.front().map_or(Duration::ZERO, |oldest| {
                        let most =
                            if oldest.is_first { self.settings.max_wait } else { Duration::ZERO };
                        most.saturating_sub(now.saturating_duration_since(oldest.since))
                    })
                };
                let is_full = state.waiting_tokens() >= costs.budget;
                if was_idle || state.closed || is_full || patience.is_zero() {
                    let taken = take(&mut state.entries, costs);
                    match role {
                        Role::Wide => state.wide += 1,
                        Role::Narrow => state.narrow += 1,
                    }
                    return Some(taken);
                }
                let waited = self.condition(role).wait_timeout(state, patience);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            if state.closed && state.entries.is_empty() {
                return None;
            }
            was_idle = state.entries.is_empty();
            state = self.condition(role).wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn condition(&self, role: Role) -> &Condvar {
        match role {
            Role::Wide => &self.wide,
            Role::Narrow => &self.narrow,
        }
    }

    /// A worker has done what it took.
    pub(super) fn done(&self, role: Role) {
        let mut state = self.state();
        match role {
            Role::Wide => state.wide -= 1,
            Role::Narrow => state.narrow -= 1,
        }
        let others_may_be_waiting = !state.entries.is_empty() || state.closed;
        drop(state);
        if others_may_be_waiting {
            self.wake_all();
        }
    }
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
        let apart = count * longest + entry.padded();
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
