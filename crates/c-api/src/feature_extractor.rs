//! Extracting features, from one text or many.

use std::{
    ffi::{CStr, c_char},
    num::NonZero,
    ptr,
    sync::Arc,
};

use arrow_array::{RecordBatchIterator, ffi_stream::FFI_ArrowArrayStream};
use pantau_core::text::{FeatureExtractor, LengthCheck};

use crate::{
    argument::{self, Place},
    dictionary::pantau_dictionary,
    error::{Failure, guard, guard_or, pantau_status},
    feature_config::pantau_feature_config,
    features::pantau_features,
    stemmer::hint,
};

/// Extracts features: the same settings give the same bytes in training and serving. It never
/// changes, so threads may share it.
pub struct pantau_feature_extractor(pub(crate) FeatureExtractor);

/// Whether a text is as long as the settings want it.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum pantau_length_check {
    /// It is.
    Ok = 0,
    /// The cleaned text has fewer than `min_length` characters.
    TooShort = 1,
    /// The cleaned text has more than `max_length` words.
    TooLong = 2,
}

/// Gives an extractor. The dictionary may be NULL; settings that stem with Sastrawi need one
/// (`NOT_FOUND`), with the words they were made with (`INCOMPATIBLE`). Both arguments may be freed
/// before the extractor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_new(
    config: *const pantau_feature_config,
    dictionary: *const pantau_dictionary,
    out: *mut *mut pantau_feature_extractor,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (config, dictionary, out) = unsafe {
            (argument::object("config", config)?, dictionary.as_ref(), Place::new("out", out)?)
        };
        let dictionary = dictionary.map(|dictionary| Arc::clone(&dictionary.0));
        let extractor = FeatureExtractor::new(config.0.clone(), dictionary)?;
        out.give(pantau_feature_extractor(extractor));
        Ok(())
    })
}

/// Gives the settings, with the fingerprint of the dictionary in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_config(
    extractor: *const pantau_feature_extractor,
    out: *mut *mut pantau_feature_config,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (extractor, out) =
            unsafe { (argument::object("extractor", extractor)?, Place::new("out", out)?) };
        out.give(pantau_feature_config(extractor.0.config().clone()));
        Ok(())
    })
}

/// How to get better stems; NULL if there is no better way, or the extractor is NULL. It stays
/// valid for good.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_hint(
    extractor: *const pantau_feature_extractor,
) -> *const c_char {
    guard_or(ptr::null(), || {
        // SAFETY: the header's rules for objects.
        let extractor = unsafe { extractor.as_ref() };
        let stemmer = extractor.and_then(|extractor| extractor.0.stemmer());
        hint(stemmer).map_or(ptr::null(), CStr::as_ptr)
    })
}

/// Gives the features of a text of any length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_extract(
    extractor: *const pantau_feature_extractor,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_features,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (extractor, text, out) = unsafe {
            (
                argument::object("extractor", extractor)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        out.give(extractor.0.extract(text).into());
        Ok(())
    })
}

/// Gives whether a text, once cleaned, is as long as the settings want it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_check_length(
    extractor: *const pantau_feature_extractor,
    text: *const c_char,
    length: usize,
    out: *mut pantau_length_check,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (extractor, text, out) = unsafe {
            (
                argument::object("extractor", extractor)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        out.put(match extractor.0.check_length(text) {
            LengthCheck::Ok => pantau_length_check::Ok,
            LengthCheck::TooShort => pantau_length_check::TooShort,
            LengthCheck::TooLong => pantau_length_check::TooLong,
        });
        Ok(())
    })
}

/// Gives the features of many texts as a stream of Arrow record batches, a row for each text in
/// their order. `texts` and `lengths` hold `count` entries each; a NULL among the texts is a
/// missing text, which is a row of nulls in the columns; its length is not read. `threads` is how
/// many threads may work, 0 for as many as this process may use.
///
/// The stream follows the Arrow C stream interface: its consumer calls `release`. What `out`
/// holds before the call is overwritten, not released. The texts may be freed after the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_extract_stream(
    extractor: *const pantau_feature_extractor,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    threads: usize,
    out: *mut FFI_ArrowArrayStream,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (extractor, texts, lengths, out) = unsafe {
            (
                argument::object("extractor", extractor)?,
                argument::array("texts", texts, count)?,
                argument::array("lengths", lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let texts = texts.iter().zip(lengths).enumerate().map(|(index, (&text, &length))| {
            if text.is_null() {
                return Ok(None);
            }
            // SAFETY: the header's rules for texts.
            unsafe { argument::text(&format!("texts[{index}]"), text, length) }.map(Some)
        });
        let texts = texts.collect::<Result<Vec<Option<&str>>, Failure>>()?;
        let table = extractor.0.extract_table(&texts, NonZero::new(threads));
        let batches: Vec<_> = table.batches().iter().cloned().map(Ok).collect();
        let reader = RecordBatchIterator::new(batches, table.schema().clone());
        out.put(FFI_ArrowArrayStream::new(Box::new(reader)));
        Ok(())
    })
}

/// Frees an extractor; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feature_extractor_free(extractor: *mut pantau_feature_extractor) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(extractor) });
}
