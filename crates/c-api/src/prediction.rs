//! What a classifier answers for one text.

use std::ptr;

use pantau_core::model::Prediction;

use crate::{argument, error::guard_or, text::pantau_text};

/// What a classifier answers for one text. It never changes, so threads may share it.
pub struct pantau_prediction {
    pub(crate) prediction: Prediction,
    /// With the NUL that C wants.
    label: pantau_text,
    all_labels: Vec<pantau_text>,
}

impl From<Prediction> for pantau_prediction {
    fn from(prediction: Prediction) -> Self {
        let label = prediction.label.clone().into();
        let all_labels = prediction.all_labels.iter().map(|label| label.clone().into()).collect();
        Self { prediction, label, all_labels }
    }
}

/// The most probable label, borrowed from the prediction. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_label(
    prediction: *const pantau_prediction,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, ptr::null(), |prediction| &raw const prediction.label) }
}

/// The probability of the label, from 0 to 1. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_confidence(prediction: *const pantau_prediction) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, 0.0, |prediction| prediction.prediction.confidence) }
}

/// How many probabilities there are: one for each label of the classifier, or 0 if they were not
/// asked for. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_probability_count(
    prediction: *const pantau_prediction,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, 0, |prediction| probabilities(prediction).len()) }
}

/// The probability of the classifier's label with that index, from 0 to 1; 0 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_probability(
    prediction: *const pantau_prediction,
    index: usize,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(prediction, 0.0, |prediction| {
            probabilities(prediction).get(index).copied().unwrap_or(0.0)
        })
    }
}

/// How many labels hold: 1, but for a multi-label model, of which all those hold that have a
/// probability of at least 0.5. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_all_labels_count(
    prediction: *const pantau_prediction,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, 0, |prediction| prediction.all_labels.len()) }
}

/// One of the labels that hold, in the classifier's order, borrowed from the prediction; NULL if
/// there are not as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_all_labels(
    prediction: *const pantau_prediction,
    index: usize,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(prediction, ptr::null(), |prediction| {
            prediction.all_labels.get(index).map_or(ptr::null(), ptr::from_ref)
        })
    }
}

/// Whether the text has nothing but white space. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_is_empty(prediction: *const pantau_prediction) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, false, |prediction| prediction.prediction.flags.empty) }
}

/// Whether the text was longer than the model reads, and something was cut off. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_is_truncated(
    prediction: *const pantau_prediction,
) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, false, |prediction| prediction.prediction.flags.truncated) }
}

/// Whether the text holds U+FFFD: somebody before could not decode it. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_is_replaced(
    prediction: *const pantau_prediction,
) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(prediction, false, |prediction| prediction.prediction.flags.replaced) }
}

/// How unlike the text is to those the model has learnt from: of a model that reads words, the
/// share of what stands in the text that it has never seen; of a head, how far the text is from
/// the nearest label's middle. NaN if the model cannot tell. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_novelty(prediction: *const pantau_prediction) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(prediction, f64::NAN, |prediction| {
            prediction.prediction.novelty.map_or(f64::NAN, |novelty| novelty.score)
        })
    }
}

/// Which share of texts like those the model has learnt from are at least as unusual: the smaller,
/// the less the text is one of them. NaN if the model cannot tell. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_novelty_pvalue(
    prediction: *const pantau_prediction,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(prediction, f64::NAN, |prediction| {
            prediction.prediction.novelty.map_or(f64::NAN, |novelty| novelty.pvalue)
        })
    }
}

fn probabilities(prediction: &pantau_prediction) -> &[f64] {
    prediction.prediction.probabilities.as_deref().unwrap_or_default()
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T>(
    prediction: *const pantau_prediction,
    fallback: T,
    read: impl FnOnce(&pantau_prediction) -> T,
) -> T
where
    T: Copy,
{
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { prediction.as_ref() }.map_or(fallback, read)
    })
}

/// Frees a prediction; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_free(prediction: *mut pantau_prediction) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(prediction) });
}
