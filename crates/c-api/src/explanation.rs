//! Why a text got its label.

use std::{ffi::c_char, ptr};

use pantau_core::model::{ExplainOptions, Explanation};

use crate::{
    argument::{self, Place},
    classifier::pantau_classifier,
    error::{Failure, guard, guard_or, pantau_status},
    text::pantau_text,
};

/// Why a text got its label: what each part of it adds to the label's score, which is
/// `baseline + the sum of the contributions + gap`. It never changes, so threads may share it.
pub struct pantau_explanation {
    explanation: Explanation,
    /// With the NUL that C wants.
    label: pantau_text,
    method: pantau_text,
    terms: Vec<pantau_text>,
    words: Vec<pantau_text>,
}

impl From<Explanation> for pantau_explanation {
    fn from(explanation: Explanation) -> Self {
        let terms = explanation.contributions.iter();
        let words = explanation.words.iter();
        Self {
            label: explanation.label.clone().into(),
            method: explanation.method.name().to_owned().into(),
            terms: terms.map(|contribution| contribution.term.clone().into()).collect(),
            words: words.map(|word| word.word.clone().into()).collect(),
            explanation,
        }
    }
}

/// Explains why a text gets its label. An empty `label` is the most probable one.
///
/// Of models that weigh words this is exact, and costs no more than a prediction. Others are asked
/// again for the text without each word, at most `budget` times, 3 or more; 0 is the default, 256.
/// With more words than that, neighbours are explained together.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_explain(
    classifier: *const pantau_classifier,
    text: *const c_char,
    length: usize,
    label: *const c_char,
    label_length: usize,
    budget: usize,
    out: *mut *mut pantau_explanation,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (classifier, text, label, out) = unsafe {
            (
                argument::object("classifier", classifier)?,
                argument::text("text", text, length)?,
                argument::text("label", label, label_length)?,
                Place::new("out", out)?,
            )
        };
        let budget = if budget > 0 { budget } else { ExplainOptions::default().budget };
        let label = (!label.is_empty()).then(|| label.to_owned());
        let options = ExplainOptions { label, budget };
        out.give(classifier.classifier.explain(text, &options)?.into());
        Ok(())
    })
}

/// The label that is explained, borrowed from the explanation. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_label(
    explanation: *const pantau_explanation,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, ptr::null(), |explanation| &raw const explanation.label) }
}

/// How it was found out what a part adds, borrowed from the explanation: `exact`, the score is a
/// sum of these; or `occlusion`, the model was asked again without it. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_method(
    explanation: *const pantau_explanation,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, ptr::null(), |explanation| &raw const explanation.method) }
}

/// The label's score for the text: how far its logit is above the mean of the other labels'. Of a
/// NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_score(explanation: *const pantau_explanation) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, f64::NAN, |explanation| explanation.explanation.score) }
}

/// The label's score for a text without words. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_baseline(
    explanation: *const pantau_explanation,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, f64::NAN, |explanation| explanation.explanation.baseline) }
}

/// What the contributions leave unexplained; 0 but for rounding where the method is exact. Of a
/// NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_gap(explanation: *const pantau_explanation) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, f64::NAN, |explanation| explanation.explanation.gap) }
}

/// How many texts the model was asked. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_asked(explanation: *const pantau_explanation) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, 0, |explanation| explanation.explanation.asked) }
}

/// How many contributions there are, the most important first: of a model that weighs words its
/// terms, of others words. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_contribution_count(
    explanation: *const pantau_explanation,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, 0, |explanation| explanation.terms.len()) }
}

/// The term of a contribution, borrowed from the explanation; NULL if there are not as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_contribution_term(
    explanation: *const pantau_explanation,
    index: usize,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(explanation, ptr::null(), |explanation| {
            explanation.terms.get(index).map_or(ptr::null(), ptr::from_ref)
        })
    }
}

/// What a contribution adds: below 0, it speaks for other labels; 0 if there are not as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_contribution_value(
    explanation: *const pantau_explanation,
    index: usize,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(explanation, 0.0, |explanation| {
            explanation.explanation.contributions.get(index).map_or(0.0, |own| own.value)
        })
    }
}

/// How many words the text has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_word_count(
    explanation: *const pantau_explanation,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(explanation, 0, |explanation| explanation.words.len()) }
}

/// A word of the text, in their order, borrowed from the explanation; NULL if there are not as
/// many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_word(
    explanation: *const pantau_explanation,
    index: usize,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(explanation, ptr::null(), |explanation| {
            explanation.words.get(index).map_or(ptr::null(), ptr::from_ref)
        })
    }
}

/// Where a word begins in the text, in bytes; 0 if there are not as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_word_start(
    explanation: *const pantau_explanation,
    index: usize,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(explanation, 0, |explanation| {
            explanation.explanation.words.get(index).map_or(0, |word| word.start)
        })
    }
}

/// Where a word ends in the text, in bytes; 0 if there are not as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_word_end(
    explanation: *const pantau_explanation,
    index: usize,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(explanation, 0, |explanation| {
            explanation.explanation.words.get(index).map_or(0, |word| word.end)
        })
    }
}

/// What a word adds, which what several words add together is divided for; 0 if there are not as
/// many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_word_value(
    explanation: *const pantau_explanation,
    index: usize,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(explanation, 0.0, |explanation| {
            explanation.explanation.words.get(index).map_or(0.0, |word| word.value)
        })
    }
}

/// Gives all of an explanation as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_to_json(
    explanation: *const pantau_explanation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(explanation, out, Explanation::to_json) })
}

/// Gives what speaks for the label and against it, for a terminal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_to_text(
    explanation: *const pantau_explanation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(explanation, out, Explanation::to_text) })
}

/// Gives the text with its words coloured by what they add, as a part of a page for a browser.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_to_html(
    explanation: *const pantau_explanation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(explanation, out, Explanation::to_html) })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    explanation: *const pantau_explanation,
    fallback: T,
    read: impl FnOnce(&pantau_explanation) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { explanation.as_ref() }.map_or(fallback, read)
    })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn describe(
    explanation: *const pantau_explanation,
    out: *mut *mut pantau_text,
    describe: impl FnOnce(&Explanation) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (explanation, out) =
        unsafe { (argument::object("explanation", explanation)?, Place::new("out", out)?) };
    out.give(describe(&explanation.explanation).into());
    Ok(())
}

/// Frees an explanation; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_explanation_free(explanation: *mut pantau_explanation) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(explanation) });
}
