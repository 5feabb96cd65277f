//! Who is told of what happened, and when.
//!
//! A notice is a record of the audit log, so it is there whatever becomes of the process that wrote it.
//! Every process that knows somebody to be told reads the log on from where it was: webhooks are told
//! by whichever process comes first, and a mark in the store says how far; functions of a process are
//! told all that happens while it lives, whichever process it happens in.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Inner, Workspace};
use crate::{
    Error, Result, Timestamp,
    lifecycle::{Event, Notice},
    store::{AuditRecord, Condition, Next, Select, Store, Table, Value, new_id},
};

/// How often the log is looked at for what other processes wrote.
const PAUSE: Duration = Duration::from_secs(5);

/// How long after each failure it is tried again; after the last, the notice is given up.
const RETRIES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(5),
];

/// For so long a process has a webhook to itself: longer than a try takes.
const CLAIM: Duration = Duration::from_mins(3);

/// How long the end of a workspace waits for what is being told.
const PATIENCE: Duration = Duration::from_secs(3);

/// What stands before the name of an event in the audit log.
const ACTION: &str = "notice/";

/// A function that is told; an error lets it be told again later.
type Listener = dyn Fn(&Notice) -> std::result::Result<(), String> + Send + Sync;

/// Somebody to be told.
#[derive(Clone)]
enum Target {
    #[cfg(feature = "webhook")]
    Webhook(Arc<super::webhook::Webhook>),
    Function(Arc<Listener>),
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            #[cfg(feature = "webhook")]
            Self::Webhook(_) => "Webhook",
            Self::Function(_) => "Function",
        })
    }
}

/// Somebody to be told, and how far that has come.
#[derive(Debug)]
struct Line {
    target: Target,
    /// Under which the store keeps how far it is; none if this process keeps it.
    mark: Option<String>,
    /// All notices up to this number are told.
    done: u64,
    /// How often the next one was tried, and when it is to be tried again.
    tries: usize,
    again: Option<Instant>,
}

/// How far a webhook has been told, and which process is at it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Mark {
    done: u64,
    holder: String,
    until: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<Arc<Mutex<Line>>>,
    is_ended: bool,
    /// Something has just been written.
    is_awake: bool,
    /// Whom the thread is telling.
    busy: Busy,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Busy {
    #[default]
    No,
    /// A server, which may never answer.
    #[cfg(feature = "webhook")]
    Server,
    /// A function, which must not be called any more once the workspace is gone.
    Function,
}

/// Those who are told, and the thread that tells them.
#[derive(Debug, Default)]
pub(super) struct Notices {
    state: Arc<(Mutex<State>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Workspace {
    /// Calls a function for whatever happens from now on, in any process: alarms, trainings that
    /// begin, end, fail or are rejected, and comparisons that are decided. It is called on a thread
    /// of its own; if it answers an error it is called again for the same notice, later and later.
    ///
    /// # Errors
    /// As the store has them.
    pub fn notify(
        &self,
        function: impl Fn(&Notice) -> std::result::Result<(), String> + Send + Sync + 'static,
    ) -> Result<()> {
        let done = head(self.store().as_ref())?;
        self.inner.add_line(Target::Function(Arc::new(function)), None, done)
    }

    /// Posts whatever happens to a URL as JSON, whose `text` Slack, Mattermost and others show; each
    /// notice once, whichever processes name the same URL. It is tried again for six minutes. What
    /// happened before anybody named the URL is not told.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is no URL; others as the store has them.
    #[cfg(feature = "webhook")]
    pub fn notify_webhook(&self, url: &str) -> Result<()> {
        let webhook = super::webhook::Webhook::new(url)?;
        let mark = format!("notified/{}", &crate::chain::sha256(url.as_bytes())[..16]);
        let store = self.store();
        let start = head(store.as_ref())?;
        let done = store.change_kept(&mark, &mut |content| match content {
            Some(content) => Ok((None, read_mark(content).done)),
            None => Ok((Some(write_mark(&Mark { done: start, ..Mark::default() })), start)),
        })?;
        self.inner.add_line(Target::Webhook(Arc::new(webhook)), Some(mark), done)
    }
}

impl Inner {
    /// Notes that something happened, for whoever is to be told.
    pub(super) fn notice(&self, event: Event, model: &str, text: &str, mut detail: Json) {
        tracing::info!(model, event = event.name(), text, "notice");
        detail["model"] = model.into();
        detail["text"] = text.into();
        let action = format!("{ACTION}{}", event.name());
        // What it is about has happened all the same, and is on record by itself.
        let _ = self.home.store.audit("pantau", &action, &detail);
        self.notices.state.0.lock().unwrap_or_else(PoisonError::into_inner).is_awake = true;
        self.notices.state.1.notify_all();
    }

    fn add_line(self: &Arc<Self>, target: Target, mark: Option<String>, done: u64) -> Result<()> {
        let line = Line { target, mark, done, tries: 0, again: None };
        self.check_open()?;
        let mut state = self.notices.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.lines.push(Arc::new(Mutex::new(line)));
        drop(state);
        let mut thread = self.notices.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let (state, inner) = (self.notices.state.clone(), Arc::downgrade(self));
            let started = std::thread::Builder::new()
                .name("pantau-notices".to_owned())
                .spawn(move || run(&state, &inner));
            *thread = Some(started.map_err(|source| Error::Busy {
                what: "the notices".to_owned(),
                problem: format!("no thread could be started for them: {source}"),
            })?);
        }
        Ok(())
    }
}

impl Notices {
    /// Ends it, after what is to be told at this moment, if that does not take long.
    pub(super) fn close(&self) {
        let (lock, changed) = &*self.state;
        let until = Instant::now() + PATIENCE;
        let mut state = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = |thread: &JoinHandle<()>| thread.thread().id() == std::thread::current().id();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = thread.filter(|thread| !is_own(thread));
        while thread.is_some() {
            let left = until.saturating_duration_since(Instant::now());
            let is_waiting = state.is_awake || state.busy != Busy::No;
            state = match state.busy {
                Busy::Function => changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                _ if is_waiting && !left.is_zero() => {
                    changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                _ => break,
            };
        }
        let is_idle = state.busy == Busy::No;
        state.is_ended = true;
        drop(state);
        changed.notify_all();
        // One that hangs is left to itself: nobody waits for a server that does not answer.
        if let Some(thread) = thread.filter(|_| is_idle) {
            let _ = thread.join();
        }
    }
}

fn run(state: &(Mutex<State>, Condvar), inner: &Weak<Inner>) {
    let holder = new_id();
    let mut pause = Duration::ZERO;
    loop {
        let mut own = state.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !own.is_awake && !own.is_ended && !pause.is_zero() {
            own = state.1.wait_timeout(own, pause).unwrap_or_else(PoisonError::into_inner).0;
        }
        if own.is_ended {
            return;
        }
        own.is_awake = false;
        let lines = own.lines.clone();
        drop(own);
        let Some(inner) = inner.upgrade() else { return };
        pause = PAUSE;
        for line in lines {
            let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
            let mut own = state.0.lock().unwrap_or_else(PoisonError::into_inner);
            if own.is_ended {
                return;
            }
            own.busy = line.target.busy();
            drop(own);
            // A store that is away is asked again later.
            if let Ok(next) = line.advance(&inner, &holder) {
                pause = pause.min(next);
            }
        }
        drop(inner);
        state.0.lock().unwrap_or_else(PoisonError::into_inner).busy = Busy::No;
        state.1.notify_all();
    }
}

impl Line {
    /// Tells what is to be told, and gives how long to wait until the next look.
    fn advance(&mut self, inner: &Inner, holder: &str) -> Result<Duration> {
        if let Some(again) = self.again
            && Instant::now() < again
        {
            return Ok(again.saturating_duration_since(Instant::now()));
        }
        let store = inner.home.store.as_ref();
        let (notices, last) = since(store, self.done)?;
        if notices.is_empty() {
            // Other records are not read again.
            self.done = self.done.max(last);
            return Ok(PAUSE);
        }
        if !self.claim(store, holder)? {
            return Ok(PAUSE);
        }
        // Another process may have told some of them by now.
        for notice in notices.into_iter().filter(|own| own.number > self.done).collect::<Vec<_>>() {
            let event = notice.event.name();
            match self.target.tell(&notice) {
                Ok(()) => inner.telemetry.count(|own| own.see_notice(event, "delivered")),
                Err(Untold { problem, retry }) => {
                    tracing::warn!(event, problem, tries = self.tries + 1, "notice not delivered");
                    if let Some(wait) = retry.then(|| RETRIES.get(self.tries)).flatten() {
                        self.tries += 1;
                        self.again = Some(Instant::now() + *wait);
                        self.release(store, holder)?;
                        return Ok(*wait);
                    }
                    inner.telemetry.count(|own| own.see_notice(event, "given_up"));
                }
            }
            (self.done, self.tries, self.again) = (notice.number, 0, None);
            self.keep(store, holder, true)?;
        }
        self.release(store, holder)?;
        Ok(PAUSE)
    }

    /// Takes a webhook for this process, if no other has it, and reads how far it is.
    fn claim(&mut self, store: &dyn Store, holder: &str) -> Result<bool> {
        let Some(mark) = &self.mark else { return Ok(true) };
        let found = store.change_kept(mark, &mut |content| {
            let mut own = content.map(read_mark).unwrap_or_default();
            let is_taken = own.until.is_some_and(|until| until > Timestamp::now());
            if is_taken && own.holder != holder {
                return Ok((None, (false, own.done)));
            }
            holder.clone_into(&mut own.holder);
            own.until = Some(Timestamp::now().after(CLAIM));
            Ok((Some(write_mark(&own)), (true, own.done)))
        })?;
        if found.1 > self.done {
            // Another process was at it meanwhile: what failed here is over.
            (self.done, self.tries, self.again) = (found.1, 0, None);
        }
        Ok(found.0)
    }

    fn release(&self, store: &dyn Store, holder: &str) -> Result<()> {
        self.keep(store, holder, false)
    }

    /// Keeps how far it is, and whether this process goes on.
    fn keep(&self, store: &dyn Store, holder: &str, goes_on: bool) -> Result<()> {
        let Some(mark) = &self.mark else { return Ok(()) };
        store.change_kept(mark, &mut |content| {
            let mut own = content.map(read_mark).unwrap_or_default();
            own.done = own.done.max(self.done);
            if own.holder == holder {
                own.until = goes_on.then(|| Timestamp::now().after(CLAIM));
            }
            Ok((Some(write_mark(&own)), ()))
        })
    }
}

/// Why somebody could not be told.
#[derive(Debug)]
pub(super) struct Untold {
    pub(super) problem: String,
    /// Whether it may go well another time.
    pub(super) retry: bool,
}

impl Target {
    fn busy(&self) -> Busy {
        match self {
            #[cfg(feature = "webhook")]
            Self::Webhook(_) => Busy::Server,
            Self::Function(_) => Busy::Function,
        }
    }

    fn tell(&self, notice: &Notice) -> std::result::Result<(), Untold> {
        match self {
            #[cfg(feature = "webhook")]
            Self::Webhook(webhook) => webhook.post(notice),
            Self::Function(function) => {
                let called = std::panic::AssertUnwindSafe(|| function(notice));
                let told = std::panic::catch_unwind(called);
                told.unwrap_or_else(|_| Err("it panicked".to_owned()))
                    .map_err(|problem| Untold { problem, retry: true })
            }
        }
    }
}

/// The number of the last record of the audit log.
fn head(store: &dyn Store) -> Result<u64> {
    let select =
        Select::all(Table::Audit).ordered("number", crate::store::Direction::Descending).limited(1);
    let found: Option<AuditRecord> = store.records(&select)?.pop();
    Ok(found.map_or(0, |found| found.number))
}

/// The notices after a number, and the number of the last record there is.
fn since(store: &dyn Store, done: u64) -> Result<(Vec<Notice>, u64)> {
    let next = i64::try_from(done + 1).unwrap_or(i64::MAX);
    let select = Select::all(Table::Audit)
        .with(Condition::IsAtLeast("number", Value::Integer(next)))
        .ordered("number", crate::store::Direction::Ascending);
    let records: Vec<AuditRecord> = store.records(&select)?;
    let last = records.last().map_or(done, |record| record.number);
    Ok((records.iter().filter_map(read).collect(), last))
}

fn read(record: &AuditRecord) -> Option<Notice> {
    let name = record.action.strip_prefix(ACTION)?;
    let event = Event::ALL.into_iter().find(|event| event.name() == name)?;
    let mut detail: Json = serde_json::from_str(&record.detail).ok()?;
    let own = detail.as_object_mut()?;
    let mut take = |name: &str| Some(own.remove(name)?.as_str()?.to_owned());
    let (model, text) = (take("model")?, take("text")?);
    Some(Notice { number: record.number, event, model, at: record.timestamp, text, detail })
}

fn read_mark(content: &[u8]) -> Mark {
    serde_json::from_slice(content).unwrap_or_default()
}

fn write_mark(mark: &Mark) -> Next {
    Next::new(serde_json::to_vec(mark).expect("texts and numbers are JSON"))
}
