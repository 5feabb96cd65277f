//! Bytes that leave the library.

use std::ptr;

use crate::{argument, error::guard_or};

/// Some bytes: what is stored and read again elsewhere.
pub struct pantau_bytes(Vec<u8>);

impl From<Vec<u8>> for pantau_bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// The bytes, borrowed. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bytes_data(bytes: *const pantau_bytes) -> *const u8 {
    // SAFETY: the header's rules for objects.
    guard_or(ptr::null(), || unsafe { bytes.as_ref() }.map_or(ptr::null(), |own| own.0.as_ptr()))
}

/// How many there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bytes_length(bytes: *const pantau_bytes) -> usize {
    // SAFETY: the header's rules for objects.
    guard_or(0, || unsafe { bytes.as_ref() }.map_or(0, |own| own.0.len()))
}

/// Frees bytes; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bytes_free(bytes: *mut pantau_bytes) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(bytes) });
}
