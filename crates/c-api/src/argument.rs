//! Reading what C passes: objects, texts, places for results.
//!
//! These are the only places that follow a caller's pointer. Each trusts the
//! rules at the top of the header and checks what can be checked.

use std::{ffi::c_char, slice, time::Duration};

use crate::error::Failure;

const NULL: &str = "is NULL";

/// The object behind a handle.
///
/// # Safety
/// `object` is NULL, or came from this library and is not freed during `'a`.
pub(crate) unsafe fn object<'a, T>(name: &str, object: *const T) -> Result<&'a T, Failure> {
    // SAFETY: promised by the caller.
    unsafe { object.as_ref() }.ok_or_else(|| Failure::argument(name, NULL))
}

/// The object behind a handle that is about to be changed.
///
/// # Safety
/// As for [`object`], and nobody else uses it during `'a`.
pub(crate) unsafe fn object_mut<'a, T>(name: &str, object: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: promised by the caller.
    unsafe { object.as_mut() }.ok_or_else(|| Failure::argument(name, NULL))
}

/// The bytes at `data`; none if it is NULL and `length` is 0.
///
/// # Safety
/// `data` is NULL, or `length` bytes can be read there and do not change during `'a`.
pub(crate) unsafe fn bytes<'a>(
    name: &str,
    data: *const u8,
    length: usize,
) -> Result<&'a [u8], Failure> {
    if data.is_null() {
        return if length == 0 { Ok(&[]) } else { Err(Failure::argument(name, NULL)) };
    }
    if isize::try_from(length).is_err() {
        let problem = format!("its length {length} is more than memory can hold");
        return Err(Failure::argument(name, problem));
    }
    // SAFETY: not NULL and not too long; the rest is promised by the caller.
    Ok(unsafe { slice::from_raw_parts(data, length) })
}

/// The text at `data`; the empty one if it is NULL and `length` is 0.
///
/// # Safety
/// As for [`bytes`].
pub(crate) unsafe fn text<'a>(
    name: &str,
    data: *const c_char,
    length: usize,
) -> Result<&'a str, Failure> {
    // SAFETY: promised by the caller.
    let bytes = unsafe { bytes(name, data.cast(), length) }?;
    std::str::from_utf8(bytes).map_err(|error| {
        Failure::argument(name, format!("is not UTF-8 at byte {}", error.valid_up_to()))
    })
}

/// Values in a row; none if `count` is 0.
///
/// # Safety
/// `first` is NULL, or `count` values can be read there and do not change during `'a`.
pub(crate) unsafe fn array<'a, T>(
    name: &str,
    first: *const T,
    count: usize,
) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if first.is_null() {
        return Err(Failure::argument(name, NULL));
    }
    if count.checked_mul(size_of::<T>()).is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        let problem = format!("its length {count} is more than memory can hold");
        return Err(Failure::argument(name, problem));
    }
    // SAFETY: not NULL and not too long; the rest is promised by the caller.
    Ok(unsafe { slice::from_raw_parts(first, count) })
}

/// Texts in a row, `count` of them, with the length of each.
///
/// # Safety
/// As for [`array`], and as for [`text`] for each entry.
pub(crate) unsafe fn texts<'a>(
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: promised by the caller.
    unsafe { named_texts(("texts", texts), ("lengths", lengths), count) }
}

/// [`texts`] that are called something else.
///
/// # Safety
/// As for [`texts`].
pub(crate) unsafe fn named_texts<'a>(
    (name, texts): (&str, *const *const c_char),
    (lengths_name, lengths): (&str, *const usize),
    count: usize,
) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: promised by the caller.
    let (texts, lengths) =
        unsafe { (array(name, texts, count)?, array(lengths_name, lengths, count)?) };
    let texts = texts.iter().zip(lengths).enumerate().map(|(index, (&data, &length))| {
        // SAFETY: promised by the caller.
        unsafe { text(&format!("{name}[{index}]"), data, length) }
    });
    texts.collect()
}

/// Texts, of which a NULL is missing.
///
/// # Safety
/// As for [`texts`], but for the NULLs.
pub(crate) unsafe fn optional_texts<'a>(
    (name, values): (&str, *const *const c_char),
    lengths: *const usize,
    count: usize,
) -> Result<Vec<Option<&'a str>>, Failure> {
    // SAFETY: promised by the caller.
    let (values, lengths) =
        unsafe { (array(name, values, count)?, array("lengths", lengths, count)?) };
    let texts = values.iter().zip(lengths).enumerate().map(|(index, (&data, &length))| {
        if data.is_null() {
            return Ok(None);
        }
        // SAFETY: promised by the caller.
        unsafe { text(&format!("{name}[{index}]"), data, length) }.map(Some)
    });
    texts.collect()
}

/// Values in a row, of which there may be none: NULL.
///
/// # Safety
/// As for [`array`].
pub(crate) unsafe fn optional_array<'a, T>(
    name: &str,
    first: *const T,
    count: usize,
) -> Result<Option<&'a [T]>, Failure> {
    // SAFETY: promised by the caller.
    if first.is_null() { Ok(None) } else { unsafe { array(name, first, count) }.map(Some) }
}

/// Settings as JSON, which `read` understands; the default ones if the text is empty.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn settings<T: Default>(
    name: &str,
    json: *const c_char,
    length: usize,
    read: impl FnOnce(&str) -> pantau_core::Result<T>,
) -> Result<T, Failure> {
    // SAFETY: promised by the caller.
    let json = unsafe { text(name, json, length)? };
    if json.is_empty() { Ok(T::default()) } else { Ok(read(json)?) }
}

/// Facts as JSON; none, `null`, if the text is empty.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn facts(
    name: &str,
    json: *const c_char,
    length: usize,
) -> Result<serde_json::Value, Failure> {
    // SAFETY: promised by the caller.
    let json = unsafe { text(name, json, length)? };
    if json.is_empty() {
        return Ok(serde_json::Value::Null);
    }
    serde_json::from_str(json).map_err(|error| Failure::argument(name, error))
}

/// By when an answer must be there; 0 is never.
pub(crate) fn deadline(milliseconds: u64) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

/// A place where the caller wants a result; written at most once, at the end
/// of a call that succeeds.
#[derive(Debug)]
pub(crate) struct Place<T>(*mut T);

impl<T> Place<T> {
    /// # Safety
    /// `place` is NULL, or a `T` can be written there until the call returns.
    pub(crate) unsafe fn new(name: &str, place: *mut T) -> Result<Self, Failure> {
        if place.is_null() { Err(Failure::argument(name, NULL)) } else { Ok(Self(place)) }
    }

    pub(crate) fn put(self, value: T) {
        // SAFETY: `new` was promised a place to write to. What was there before
        // is not dropped: it belongs to the caller, if it is anything at all.
        unsafe { self.0.write(value) }
    }
}

impl<T> Place<*mut T> {
    /// Hands an object to the caller, who frees it.
    pub(crate) fn give(self, object: T) {
        self.put(Box::into_raw(Box::new(object)));
    }
}

/// Frees an object that [`Place::give`] handed out.
///
/// # Safety
/// `object` is NULL, or came from [`Place::give`] and is used by nobody any more.
pub(crate) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: promised by the caller.
        drop(unsafe { Box::from_raw(object) });
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::null;

    use super::*;

    fn message<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
        format!("{:?}", result.unwrap_err())
    }

    #[test]
    fn null_is_the_empty_text_only_without_a_length() {
        // SAFETY: no pointer here is followed, or it is a literal's.
        unsafe {
            assert_eq!(text("text", null(), 0).unwrap(), "");
            assert!(message(text("text", null(), 1)).contains("text: is NULL"));
            assert!(message(text("text", c"x".as_ptr(), usize::MAX)).contains("memory"));
            assert!(message(text("text", c"ab\xffc".as_ptr(), 4)).contains("at byte 2"));
        }
    }

    #[test]
    fn arrays_have_limits_too() {
        // SAFETY: no pointer here is followed.
        unsafe {
            assert!(array::<u64>("lengths", null(), 0).unwrap().is_empty());
            assert!(message(array::<u64>("lengths", null(), 1)).contains("lengths: is NULL"));
            let place = 1_u64;
            assert!(message(array("lengths", &raw const place, usize::MAX / 8)).contains("memory"));
        }
    }
}
