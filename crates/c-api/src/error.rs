//! Status numbers, the last message of each thread, and the guard that no
//! panic passes.

use std::{
    any::Any,
    cell::RefCell,
    ffi::{CStr, CString, c_char},
    panic::{AssertUnwindSafe, catch_unwind},
};

use pantau_core::ErrorKind;

/// What became of a call. The numbers stay the same in all versions.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum pantau_status {
    /// The call did what it says.
    Ok = 0,
    /// A value that was passed cannot be used: a NULL, a text that is not UTF-8, a broken
    /// configuration.
    InvalidInput = 1,
    /// Something named does not exist.
    NotFound = 2,
    /// Made by another version, or for other data, than what is here.
    Incompatible = 3,
    /// Reading or writing a file, a database or a bucket failed.
    Storage = 4,
    /// A model could not answer.
    Inference = 5,
    /// More work waits already than may wait.
    Busy = 6,
    /// The answer was not there in time.
    Deadline = 7,
    /// The callback that was told of the progress ended the call.
    Stopped = 8,
    /// What is there already says otherwise, or was changed by somebody else meanwhile.
    Conflict = 9,
    /// A server cannot be reached; what was asked can be tried again.
    Unreachable = 10,
    /// A mistake inside Pantau, which should be reported. The library can still be used.
    Panic = 100,
}

impl pantau_status {
    const ALL: [Self; 12] = [
        Self::Ok,
        Self::InvalidInput,
        Self::NotFound,
        Self::Incompatible,
        Self::Storage,
        Self::Inference,
        Self::Busy,
        Self::Deadline,
        Self::Stopped,
        Self::Conflict,
        Self::Unreachable,
        Self::Panic,
    ];

    fn name(self) -> &'static CStr {
        match self {
            Self::Ok => c"OK",
            Self::InvalidInput => c"INVALID_INPUT",
            Self::NotFound => c"NOT_FOUND",
            Self::Incompatible => c"INCOMPATIBLE",
            Self::Storage => c"STORAGE",
            Self::Inference => c"INFERENCE",
            Self::Busy => c"BUSY",
            Self::Deadline => c"DEADLINE",
            Self::Stopped => c"STOPPED",
            Self::Conflict => c"CONFLICT",
            Self::Unreachable => c"UNREACHABLE",
            Self::Panic => c"PANIC",
        }
    }
}

/// Why a call did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    status: pantau_status,
    message: String,
}

impl Failure {
    /// The argument `name` cannot be used.
    pub(crate) fn argument(name: &str, problem: impl std::fmt::Display) -> Self {
        Self { status: pantau_status::InvalidInput, message: format!("{name}: {problem}") }
    }

    /// What else went wrong in this crate itself.
    pub(crate) fn new(status: pantau_status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    fn panic(payload: &(dyn Any + Send)) -> Self {
        let reason = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no reason given");
        Self { status: pantau_status::Panic, message: format!("panic: {reason}") }
    }
}

impl From<pantau_core::Error> for Failure {
    fn from(error: pantau_core::Error) -> Self {
        let status = match error.kind() {
            ErrorKind::InvalidInput => pantau_status::InvalidInput,
            ErrorKind::NotFound => pantau_status::NotFound,
            ErrorKind::Incompatible => pantau_status::Incompatible,
            ErrorKind::Storage => pantau_status::Storage,
            ErrorKind::Inference => pantau_status::Inference,
            ErrorKind::Busy => pantau_status::Busy,
            ErrorKind::Deadline => pantau_status::Deadline,
            ErrorKind::Conflict => pantau_status::Conflict,
            ErrorKind::Unreachable => pantau_status::Unreachable,
        };
        Self { status, message: error.full_message() }
    }
}

impl Failure {
    /// What became of the call, and the message as C reads it.
    pub(crate) fn into_parts(self) -> (pantau_status, CString) {
        (self.status, c_string(&self.message))
    }
}

/// A C string ends at its first NUL, which a message may quote.
fn c_string(message: &str) -> CString {
    CString::new(message.replace('\0', "\\0")).expect("its NULs are gone")
}

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::new(CString::default());
}

/// Keeps `message` as the last one of this thread.
fn set_last_error(message: &str) {
    // While a thread ends its message may be gone already; then there is
    // nobody left to read it.
    let _ = LAST_ERROR.try_with(|last| {
        // Most calls follow a success and succeed, which must cost nothing.
        if !message.is_empty() || !last.borrow().is_empty() {
            last.replace(c_string(message));
        }
    });
}

/// Runs what can fail; a panic is one more way to.
pub(crate) fn caught<T>(body: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}

/// Runs the body of a function that can fail, and turns what became of it into
/// a status and the last message of this thread.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> pantau_status {
    match caught(body) {
        Ok(()) => {
            set_last_error("");
            pantau_status::Ok
        }
        Err(failure) => {
            set_last_error(&failure.message);
            failure.status
        }
    }
}

/// Runs the body of a function that cannot fail. If it panics all the same,
/// `fallback` is the answer. The last message stays as it is.
pub(crate) fn guard_or<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

/// The message of this thread's last call that returned a status: why it failed, or the empty
/// string after a success. Never NULL.
///
/// It is UTF-8 and ends with a NUL. It is borrowed until the next call of this thread.
#[unsafe(no_mangle)]
pub extern "C" fn pantau_last_error() -> *const c_char {
    guard_or(c"".as_ptr(), || {
        LAST_ERROR.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
    })
}

/// The name of a status without its prefix, such as `NOT_FOUND`; `UNKNOWN` for any other number.
/// Never NULL; it stays valid for good.
#[unsafe(no_mangle)]
pub extern "C" fn pantau_status_name(status: i32) -> *const c_char {
    // The number comes from C, where it need not be one of the enum's.
    let known = pantau_status::ALL.into_iter().find(|known| *known as i32 == status);
    known.map_or(c"UNKNOWN", pantau_status::name).as_ptr()
}

/// Panics, so that tests can prove that no panic leaves this library. It is
/// not in the header.
#[unsafe(no_mangle)]
pub extern "C" fn pantau_provoke_panic() -> pantau_status {
    guard(|| panic!("provoked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_error() -> String {
        // SAFETY: it is never NULL and borrowed until this thread's next call.
        unsafe { CStr::from_ptr(pantau_last_error()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn numbers_are_never_reused() {
        let numbers = pantau_status::ALL.map(|status| status as i32);
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100]);
    }

    #[test]
    fn messages_last_until_the_next_status() {
        assert_eq!(guard(|| Err(Failure::argument("text", "a\0b"))), pantau_status::InvalidInput);
        assert_eq!(last_error(), "text: a\\0b");
        assert_eq!(guard_or(7, || 8), 8);
        assert_eq!(last_error(), "text: a\\0b");
        assert_eq!(guard(|| Ok(())), pantau_status::Ok);
        assert_eq!(last_error(), "");
    }

    #[test]
    fn panics_stop_at_the_guard() {
        assert_eq!(guard(|| panic!("at {}", 1)), pantau_status::Panic);
        assert_eq!(last_error(), "panic: at 1");
        assert_eq!(guard_or(7, || panic!("ignored")), 7);
    }
}
