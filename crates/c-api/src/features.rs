//! The features of one text.

use std::ffi::c_char;

use pantau_core::text::{FEATURE_NAMES, Features};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// The features of one text. They never change, so threads may share them.
pub struct pantau_features {
    features: Features,
    /// Those that are texts, with the NUL that C wants.
    texts: Vec<(&'static str, pantau_text)>,
}

impl From<Features> for pantau_features {
    fn from(features: Features) -> Self {
        let text = |name| features.text(name).ok().map(|text| (name, text.to_owned().into()));
        let texts = FEATURE_NAMES.into_iter().filter_map(text).collect();
        Self { features, texts }
    }
}

/// Gives a feature that is a text, such as `cleaned_text`, borrowed from the features.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_features_text(
    features: *const pantau_features,
    name: *const c_char,
    name_length: usize,
    out: *mut *const pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (features, name, out) = unsafe {
            (
                argument::object("features", features)?,
                argument::text("name", name, name_length)?,
                Place::new("out", out)?,
            )
        };
        features.features.text(name)?;
        let text = features.texts.iter().find(|(known, _)| *known == name).map(|(_, text)| text);
        out.put(text.expect("every feature that is a text was copied"));
        Ok(())
    })
}

/// Gives a feature that is a number, such as `word_count`, or an answer, such as `has_url`, which
/// is 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_features_number(
    features: *const pantau_features,
    name: *const c_char,
    name_length: usize,
    out: *mut f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (features, name, out) = unsafe {
            (
                argument::object("features", features)?,
                argument::text("name", name, name_length)?,
                Place::new("out", out)?,
            )
        };
        out.put(features.features.number(name)?);
        Ok(())
    })
}

/// Gives all features as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_features_to_json(
    features: *const pantau_features,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (features, out) =
            unsafe { (argument::object("features", features)?, Place::new("out", out)?) };
        out.give(features.features.to_json().into());
        Ok(())
    })
}

/// Frees features; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_features_free(features: *mut pantau_features) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(features) });
}
