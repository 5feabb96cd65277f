//! What a workspace does by itself, on a thread of its own.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use super::{
    Inner, outbox,
    worker::{Signal, Worker},
};
use crate::Result;

/// How often it looks whether another version is in use.
const PAUSE: Duration = Duration::from_millis(500);

/// How often what was counted is brought into the store.
const FLUSH: Duration = Duration::from_secs(5);

/// How often it looks for what processes left behind that are gone.
const ADOPT: Duration = Duration::from_secs(30);

/// Starts the thread. It does not keep a workspace alive that nobody has any more.
pub(super) fn start(inner: &Arc<Inner>) -> Result<Worker> {
    let inner = Arc::downgrade(inner);
    Worker::start("pantau-workspace", "the workspace", move |signal| run(signal, &inner))
}

fn run(signal: &Signal, inner: &Weak<Inner>) {
    let (mut flushed, mut adopted) = (Instant::now(), Instant::now());
    if let Some(inner) = inner.upgrade() {
        outbox::adopt(&inner.home);
        inner.telemetry.bury();
    }
    while !signal.wait(PAUSE) {
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
