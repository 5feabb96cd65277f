//! What a workspace does by itself, on a thread of its own.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{Inner, outbox};
use crate::{Error, Result};

/// How often it looks whether another version is in use.
const PAUSE: Duration = Duration::from_millis(500);

/// How often what was counted is brought into the store.
const FLUSH: Duration = Duration::from_secs(5);

/// How often it looks for what processes left behind that are gone.
const ADOPT: Duration = Duration::from_secs(30);

/// The thread, and how it is told to end.
#[derive(Debug)]
pub(super) struct Background {
    signal: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
    process: u32,
}

impl Background {
    pub(super) fn start(inner: &Arc<Inner>) -> Result<Self> {
        let signal = Arc::new((Mutex::new(false), Condvar::new()));
        // It must not keep a workspace alive that nobody has any more.
        let (own, weak) = (signal.clone(), Arc::downgrade(inner));
        let thread = std::thread::Builder::new()
            .name("pantau-workspace".to_owned())
            .spawn(move || run(&own, &weak))
            .map_err(|source| Error::Busy {
                what: "the workspace".to_owned(),
                problem: format!("no thread could be started for it: {source}"),
            })?;
        Ok(Self { signal, thread, process: std::process::id() })
    }

    pub(super) fn stop(self) {
        if self.process != std::process::id() {
            return;
        }
        *self.signal.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.signal.1.notify_all();
        // The last one to let go may be that very thread.
        if self.thread.thread().id() != std::thread::current().id() {
            let _ = self.thread.join();
        }
    }
}

fn run(signal: &(Mutex<bool>, Condvar), inner: &Weak<Inner>) {
    let (mut flushed, mut adopted) = (Instant::now(), Instant::now());
    if let Some(inner) = inner.upgrade() {
        outbox::adopt(&inner.home);
        inner.telemetry.bury();
    }
    loop {
        let ended = signal.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = signal.1.wait_timeout(ended, PAUSE).unwrap_or_else(PoisonError::into_inner);
        if *waited.0 {
            return;
        }
        drop(waited);
        let Some(inner) = inner.upgrade() else { return };
        for model in inner.models() {
            // The version before goes on answering; the next look tries again.
            let _ = inner.refresh(&model);
        }
        if flushed.elapsed() >= FLUSH {
            flushed = Instant::now();
            let _ = inner.counting.flush(&inner.home.store);
            let _ = inner.telemetry.put(&inner);
        }
        if adopted.elapsed() >= ADOPT {
            adopted = Instant::now();
            outbox::adopt(&inner.home);
            inner.telemetry.bury();
        }
    }
}
