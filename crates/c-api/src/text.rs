//! Texts as results.

use std::ffi::c_char;

use pantau_core::{store::Record, text::Transform};

use crate::{
    argument::{self, Place},
    error::{Failure, guard_or},
};

/// A text that the library made: UTF-8, with a length, and a NUL after its last byte that the
/// length does not count. A `pantau_text *` is yours and goes to `pantau_text_free`; a
/// `const pantau_text *` is borrowed from the object that gave it. It never changes, so threads
/// may share it.
pub struct pantau_text {
    with_nul: Box<str>,
}

impl From<String> for pantau_text {
    fn from(mut text: String) -> Self {
        text.push('\0');
        Self { with_nul: text.into() }
    }
}

impl pantau_text {
    pub(crate) fn as_str(&self) -> &str {
        &self.with_nul[..self.with_nul.len() - 1]
    }
}

/// The whole life of a call that turns one text into another.
///
/// # Safety
/// As for the functions of [`argument`].
pub(crate) unsafe fn transform<T: Transform>(
    transform: &T,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_text,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (text, out) = unsafe { (argument::text("text", text, length)?, Place::new("out", out)?) };
    out.give(transform.transform(text).into());
    Ok(())
}

/// Records as a JSON list.
pub(crate) fn json_list<R: Record>(records: &[R]) -> pantau_core::Result<String> {
    let records = records.iter().map(Record::to_json);
    Ok(format!("[{}]", records.collect::<pantau_core::Result<Vec<_>>>()?.join(",")))
}

/// The bytes of a text, never NULL: `pantau_text_length` of them, then a NUL. They are borrowed
/// from the text. Of a NULL: the empty string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_text_data(text: *const pantau_text) -> *const c_char {
    guard_or(c"".as_ptr(), || {
        // SAFETY: the header's rules for objects.
        let text = unsafe { text.as_ref() };
        text.map_or(c"".as_ptr(), |text| text.with_nul.as_ptr().cast())
    })
}

/// How many bytes a text has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_text_length(text: *const pantau_text) -> usize {
    guard_or(0, || {
        // SAFETY: the header's rules for objects.
        let text = unsafe { text.as_ref() };
        text.map_or(0, |text| text.as_str().len())
    })
}

/// Frees a text; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_text_free(text: *mut pantau_text) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(text) });
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn the_nul_is_not_counted() {
        let text = pantau_text::from("a\0b".to_owned());
        assert_eq!(text.as_str(), "a\0b");
        // SAFETY: the text lives, and there is a byte more than its length says.
        unsafe {
            assert_eq!(pantau_text_length(&raw const text), 3);
            assert_eq!(*pantau_text_data(&raw const text).add(3), 0);
            assert_eq!(pantau_text_length(ptr::null()), 0);
            assert_eq!(*pantau_text_data(ptr::null()), 0);
        }
    }
}
