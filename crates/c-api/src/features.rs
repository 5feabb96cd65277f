//! The features of one text.

use std::{ffi::c_char, mem};

use pantau_core::text::{FEATURE_NAMES, Features};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    text::pantau_text,
};

/// The features of one text. They never change, so threads may share them.
pub struct pantau_features {
    original_text: pantau_text,
    cleaned_text: pantau_text,
    text_no_stopwords: pantau_text,
    stemmed_text: pantau_text,
    /// All but the texts, which are kept above with the NUL that C wants.
    numbers: Features,
}

impl From<Features> for pantau_features {
    fn from(mut features: Features) -> Self {
        Self {
            original_text: mem::take(&mut features.original_text).into(),
            cleaned_text: mem::take(&mut features.cleaned_text).into(),
            text_no_stopwords: mem::take(&mut features.text_no_stopwords).into(),
            stemmed_text: mem::take(&mut features.stemmed_text).into(),
            numbers: features,
        }
    }
}

impl pantau_features {
    fn text(&self, name: &str) -> Option<&pantau_text> {
        Some(match name {
            "original_text" => &self.original_text,
            "cleaned_text" => &self.cleaned_text,
            "text_no_stopwords" => &self.text_no_stopwords,
            "stemmed_text" => &self.stemmed_text,
            _ => return None,
        })
    }

    fn number(&self, name: &str) -> Option<f64> {
        let numbers = &self.numbers;
        let count = match name {
            "avg_word_length" => return Some(numbers.avg_word_length),
            "mean_word_length" => return Some(numbers.mean_word_length),
            "uppercase_ratio" => return Some(numbers.uppercase_ratio),
            "has_url" => u64::from(numbers.has_url),
            "has_emoji" => u64::from(numbers.has_emoji),
            "original_length" => numbers.original_length,
            "cleaned_length" => numbers.cleaned_length,
            "word_count" => numbers.word_count,
            "char_count" => numbers.char_count,
            "sentiment_words_positive" => numbers.sentiment_words_positive,
            "sentiment_words_negative" => numbers.sentiment_words_negative,
            "exclamation_marks" => numbers.exclamation_marks,
            "question_marks" => numbers.question_marks,
            "special_chars_count" => numbers.special_chars_count,
            "number_count" => numbers.number_count,
            _ => return None,
        };
        Some(count as f64)
    }

    /// All features in one, as the core has them.
    fn whole(&self) -> Features {
        Features {
            original_text: self.original_text.as_str().to_owned(),
            cleaned_text: self.cleaned_text.as_str().to_owned(),
            text_no_stopwords: self.text_no_stopwords.as_str().to_owned(),
            stemmed_text: self.stemmed_text.as_str().to_owned(),
            ..self.numbers.clone()
        }
    }
}

/// Why there is no feature `name` of this kind, `text` or `number`.
fn no_such(name: &str, kind: &str) -> Failure {
    let known = FEATURE_NAMES.join(", ");
    let problem = if FEATURE_NAMES.contains(&name) {
        format!("{name:?} is not a {kind}")
    } else {
        format!("{name:?} is not one of: {known}")
    };
    Failure::argument("name", problem)
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
        out.put(features.text(name).ok_or_else(|| no_such(name, "text"))?);
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
        out.put(features.number(name).ok_or_else(|| no_such(name, "number"))?);
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
        out.give(features.whole().to_json().into());
        Ok(())
    })
}

/// Frees features; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_features_free(features: *mut pantau_features) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(features) });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use pantau_core::text::{Dictionary, FeatureConfig, FeatureExtractor, Language};
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_feature_is_a_text_or_a_number_with_the_core_s_value() {
        let config = FeatureConfig::new(Language::Indonesian);
        let extractor = FeatureExtractor::new(config, None::<Arc<Dictionary>>).unwrap();
        let extracted = extractor.extract("Bagus!! Buruk? 3 kali 😀 di https://contoh.example");
        let Value::Object(expected) = serde_json::to_value(&extracted).unwrap() else {
            panic!("features are an object");
        };
        assert_eq!(expected.len(), FEATURE_NAMES.len());
        let features = pantau_features::from(extracted.clone());
        for name in FEATURE_NAMES {
            let expected = &expected[name];
            let answer = expected.as_bool().map(f64::from);
            assert_eq!(features.text(name).map(pantau_text::as_str), expected.as_str(), "{name}");
            assert_eq!(features.number(name), expected.as_f64().or(answer), "{name}");
            assert_ne!(features.text(name).is_some(), features.number(name).is_some(), "{name}");
        }
        assert_eq!(features.whole(), extracted);
    }
}
