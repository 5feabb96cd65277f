//! A thread that does something again and again until it is told to end.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use crate::{Error, Result};

/// The thread.
#[derive(Debug)]
pub(super) struct Worker {
    signal: Arc<Signal>,
    thread: JoinHandle<()>,
    process: u32,
}

/// How it is told to end.
#[derive(Debug, Default)]
pub(super) struct Signal {
    is_ended: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    pub(super) fn is_ended(&self) -> bool {
        *self.is_ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long, or until it is told to end; whether it was.
    pub(super) fn wait(&self, pause: Duration) -> bool {
        let ended = self.is_ended.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have been told so before it began to wait.
        let waited = self.changed.wait_timeout_while(ended, pause, |ended| !*ended);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Worker {
    /// Starts a thread; `what` it is for is told if that is not possible.
    pub(super) fn start(
        name: &str,
        what: &str,
        run: impl FnOnce(&Signal) + Send + 'static,
    ) -> Result<Self> {
        let signal = Arc::new(Signal::default());
        let own = signal.clone();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(&own))
            .map_err(|source| Error::Busy {
                what: what.to_owned(),
                problem: format!("no thread could be started for it: {source}"),
            })?;
        Ok(Self { signal, thread, process: std::process::id() })
    }

    /// Tells it to end, and waits until it has.
    pub(super) fn stop(self) {
        if self.process != std::process::id() {
            // After a fork it is the parent's.
            std::mem::forget(self.thread);
            return;
        }
        *self.signal.is_ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.signal.changed.notify_all();
        // The last one to let go may be that very thread.
        if self.thread.thread().id() != std::thread::current().id() {
            let _ = self.thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn whoever_is_told_early_ends_at_once() {
        let started = Instant::now();
        for _ in 0..50 {
            let worker =
                Worker::start(
                    "test",
                    "a test",
                    |signal| {
                        while !signal.wait(Duration::from_mins(1)) {}
                    },
                );
            worker.unwrap().stop();
        }
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
