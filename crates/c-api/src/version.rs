//! The version of the library.

use std::ffi::{CStr, c_char};

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version holds no NUL"),
    };

/// The version of the library that runs, such as `0.1.0`; the macros above give that of
/// this header. Never NULL; it stays valid for good.
#[unsafe(no_mangle)]
pub extern "C" fn pantau_version() -> *const c_char {
    VERSION.as_ptr()
}
