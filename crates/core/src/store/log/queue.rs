//! Records on their way from callers to the writer.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    Error, Result,
    store::{Table, WritableRow},
};

/// A record in the queue.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) table: Table,
    pub(super) row: WritableRow,
    pub(super) since: Instant,
}

/// The queue, bounded.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// Something came, or the log is to end.
    filled: Condvar,
    /// Something went.
    emptied: Condvar,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    /// How many records were taken out so far, and how many of these are settled.
    pushed: u64,
    settled: u64,
    /// Records that did not arrive, for callers who wait for them.
    failures: BTreeMap<u64, String>,
    /// How many records are in the queue, or were settled, whose callers ask what became of them.
    awaited: usize,
    /// Up to which record the writer must not wait for company.
    hurry: u64,
    is_closing: bool,
    has_ended: bool,
}

/// What became of a push.
pub(super) enum Pushed {
    /// It waits; this is its number.
    Queued(u64),
    /// There is no room.
    Full(Item),
    /// The writer has ended.
    Ended,
}

impl Queue {
    pub(super) fn new(capacity: usize) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), emptied: Condvar::new(), capacity }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a record in, if need be waiting for room. What becomes of one that `is_awaited` is kept
    /// until [`outcome`](Self::outcome) asks.
    pub(super) fn push(&self, item: Item, block: bool, is_awaited: bool) -> Pushed {
        let mut state = self.lock();
        while block && state.items.len() >= self.capacity && !state.has_ended && !state.is_closing {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.has_ended || state.is_closing {
            return Pushed::Ended;
        }
        if state.items.len() >= self.capacity {
            return Pushed::Full(item);
        }
        state.items.push_back(item);
        state.pushed += 1;
        state.awaited += usize::from(is_awaited);
        let number = state.pushed;
        // The writer sleeps only while the queue is empty, or for the rest of a group.
        if state.items.len() == 1 || state.items.len() == self.capacity {
            self.filled.notify_one();
        }
        Pushed::Queued(number)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().items.len()
    }

    /// How many records are on their way: in the queue, or in the writer's hands.
    pub(super) fn pending(&self) -> u64 {
        let state = self.lock();
        state.pushed - state.settled
    }

    /// How many records are where they belong or have failed.
    pub(super) fn settled_count(&self) -> u64 {
        self.lock().settled
    }

    /// The number of the last record that was put in.
    pub(super) fn last(&self) -> u64 {
        self.lock().pushed
    }

    /// Waits until a record and all before it are settled, whatever became of them.
    pub(super) fn wait(&self, number: u64, limit: Option<Duration>) -> Result<()> {
        let state = self.settled(number, limit);
        if state.settled >= number {
            return Ok(());
        }
        if state.has_ended {
            return Err(ended());
        }
        Err(Error::Deadline {
            what: "the prediction log".to_owned(),
            limit: limit.unwrap_or_default(),
        })
    }

    /// Waits until records that are awaited are settled, the last of which is the last named, and
    /// says what became of the first that has failed.
    pub(super) fn outcome(&self, numbers: &[u64]) -> Result<()> {
        let Some(last) = numbers.last() else { return Ok(()) };
        let mut state = self.settled(*last, None);
        let mut failure = None;
        for number in numbers {
            let own = state.failures.remove(number);
            failure = failure.or(own);
        }
        state.awaited -= numbers.len().min(state.awaited);
        if state.awaited == 0 {
            state.failures.clear();
        }
        if let Some(problem) = failure {
            return Err(Error::Refused {
                what: "the prediction log".to_owned(),
                problem,
                source: None,
            });
        }
        if state.settled >= *last { Ok(()) } else { Err(ended()) }
    }

    /// Waits until a record and all before it are settled, the writer has ended or time is up. The
    /// writer does not wait for company meanwhile.
    fn settled(&self, number: u64, limit: Option<Duration>) -> MutexGuard<'_, State> {
        // A limit beyond all time is none.
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut state = self.lock();
        state.hurry = state.hurry.max(number);
        self.filled.notify_one();
        let mut is_late = false;
        while state.settled < number && !state.has_ended && !is_late {
            state = match until {
                None => self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    is_late = left.is_zero();
                    self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state
    }

    /// Takes what waits, at most so many records, once there is a reason to: company has come, the
    /// first has waited for `patience`, somebody waits, or the end. Nothing at `pause`'s end, which
    /// is when the writer looks at other work; none once all is taken and the log closes.
    pub(super) fn take(
        &self,
        most: usize,
        patience: Duration,
        pause: Duration,
    ) -> Option<(u64, Vec<Item>)> {
        let until = Instant::now() + pause;
        let mut state = self.lock();
        loop {
            let taken = state.pushed - state.items.len() as u64;
            if let Some(first) = state.items.front() {
                let age = first.since.elapsed();
                let is_due = state.items.len() >= most.min(self.capacity)
                    || age >= patience
                    || state.hurry > taken
                    || state.is_closing;
                if is_due {
                    let count = state.items.len().min(most);
                    let items = state.items.drain(..count).collect();
                    self.emptied.notify_all();
                    return Some((taken, items));
                }
                let left = patience.saturating_sub(age);
                state =
                    self.sleep(state, left.min(until.saturating_duration_since(Instant::now())));
            } else if state.is_closing {
                return None;
            } else {
                state = self.sleep(state, until.saturating_duration_since(Instant::now()));
            }
            if Instant::now() >= until && !state.is_closing && state.hurry <= state.settled {
                let taken = state.pushed - state.items.len() as u64;
                return Some((taken, Vec::new()));
            }
        }
    }

    fn sleep<'a>(&self, state: MutexGuard<'a, State>, span: Duration) -> MutexGuard<'a, State> {
        // Never zero, which would spin.
        let span = span.max(Duration::from_micros(100));
        self.filled.wait_timeout(state, span).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Notes that the records after `from`, so many, are where they belong or have failed.
    pub(super) fn settle(&self, from: u64, count: usize, failures: Vec<(usize, String)>) {
        let mut state = self.lock();
        state.settled = state.settled.max(from + count as u64);
        if state.awaited > 0 {
            let failures = failures.into_iter();
            state
                .failures
                .extend(failures.map(|(place, problem)| (from + place as u64 + 1, problem)));
        }
        self.emptied.notify_all();
    }

    /// Takes out waiting records of which a test holds.
    pub(super) fn purge(&self, goes: impl Fn(Table, &WritableRow) -> bool) {
        let mut state = self.lock();
        // They keep their places, since numbers count them; what is written of them is nothing.
        for item in &mut state.items {
            if goes(item.table, &item.row) {
                item.row = WritableRow(Vec::new());
            }
        }
    }

    pub(super) fn close(&self) {
        self.lock().is_closing = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.lock().is_closing
    }

    /// The writer is gone, for whatever reason.
    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.emptied.notify_all();
    }
}

pub(super) fn ended() -> Error {
    Error::invalid("the prediction log", "it was closed; open another one")
}
