//! Telling callers how far a long call is.

use std::ffi::c_void;

use pantau_core::Error;

use crate::error::{Failure, pantau_status};

/// What a long call tells how far it is: `done` of `all` steps. A new part of the work has its own
/// number of steps. If it returns false, the call ends with `PANTAU_STATUS_STOPPED` and leaves
/// nothing behind. It is called on the thread that made the call, and must not throw. NULL wherever
/// nobody wants to know.
pub type pantau_progress =
    Option<unsafe extern "C" fn(user_data: *mut c_void, done: usize, all: usize) -> bool>;

/// Tells a caller of the progress, and remembers whether the call was ended.
#[derive(Debug)]
pub(crate) struct Watch {
    callback: pantau_progress,
    user_data: *mut c_void,
    done: usize,
    is_stopped: bool,
}

impl Watch {
    pub(crate) fn new(callback: pantau_progress, user_data: *mut c_void) -> Self {
        Self { callback, user_data, done: 0, is_stopped: false }
    }

    /// Tells that so many steps are done.
    pub(crate) fn reach(&mut self, done: usize, all: usize) -> pantau_core::Result<()> {
        let Some(callback) = self.callback else { return Ok(()) };
        // SAFETY: the header's rules for callbacks.
        if unsafe { callback(self.user_data, done.min(all), all) } {
            return Ok(());
        }
        self.is_stopped = true;
        let problem = "was ended by its caller".to_owned();
        Err(Error::InvalidInput { what: "call".to_owned(), problem })
    }

    /// Tells that so many steps more are done.
    pub(crate) fn advance(&mut self, more: usize, all: usize) -> pantau_core::Result<()> {
        self.done += more;
        self.reach(self.done, all)
    }

    /// What the call came to.
    pub(crate) fn conclude<T>(self, outcome: pantau_core::Result<T>) -> Result<T, Failure> {
        outcome.map_err(|error| {
            if self.is_stopped {
                Failure::new(pantau_status::Stopped, "the progress callback ended the call")
            } else {
                error.into()
            }
        })
    }
}
