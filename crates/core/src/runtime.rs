//! Waiting where the caller may be in a runtime of its own.

use std::{panic, thread};

/// Does what waits for a server. Libraries that wait by a runtime of tokio refuse to do so inside
/// another one, by a panic: there the work is done on a thread beside it. Who calls from an
/// asynchronous function blocks its thread as with any other call that waits.
pub(crate) fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return work();
    }
    thread::scope(|scope| {
        scope.spawn(work).join().unwrap_or_else(|panicked| panic::resume_unwind(panicked))
    })
}
