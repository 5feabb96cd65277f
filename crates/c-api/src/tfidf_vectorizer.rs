//! From texts to rows of numbers.

use std::{ffi::c_char, num::NonZero, ptr};

use pantau_core::learn::{TfidfOptions, TfidfVectorizer};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    matrix::pantau_matrix,
    text::pantau_text,
};

/// Turns texts into rows of numbers, one column for each n-gram it learnt: the numbers of
/// scikit-learn's class of that name. It never changes, so threads may share it.
pub struct pantau_tfidf_vectorizer {
    vectorizer: TfidfVectorizer,
    idf: Vec<f64>,
}

impl From<TfidfVectorizer> for pantau_tfidf_vectorizer {
    fn from(vectorizer: TfidfVectorizer) -> Self {
        Self { idf: vectorizer.idf(), vectorizer }
    }
}

/// Learns the n-grams of texts, and how rare they are. `texts` and `lengths` hold `count` entries
/// each. `threads` is how many threads may work, 0 for as many as this process may use.
///
/// `parts` is a JSON list with the settings of parts whose columns stand side by side; the empty
/// text is one part with the default ones. They are those of scikit-learn, and what is left out has
/// its default; a whole number is a count of texts, one with a decimal point a share of them:
///
/// ```json
/// [{"analyzer": "word", "ngram_range": [1, 1], "token_pattern": null, "lowercase": true,
///   "strip_accents": null, "stop_words": null, "min_df": 1, "max_df": 1.0,
///   "max_features": null, "vocabulary": null, "binary": false, "use_idf": true,
///   "smooth_idf": true, "sublinear_tf": false, "norm": "l2"}]
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_fit(
    parts: *const c_char,
    parts_length: usize,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    threads: usize,
    out: *mut *mut pantau_tfidf_vectorizer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (parts, texts, out) = unsafe {
            (
                argument::text("parts", parts, parts_length)?,
                argument::texts(texts, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let parts = match parts {
            "" => vec![TfidfOptions::default()],
            json => TfidfOptions::many_from_json(json)?,
        };
        out.give(TfidfVectorizer::fit(&parts, &texts, NonZero::new(threads))?.into());
        Ok(())
    })
}

/// Reads a vectorizer from JSON as `pantau_tfidf_vectorizer_to_json` and the `vectorizer.json` of a
/// bundle have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_from_json(
    json: *const c_char,
    length: usize,
    out: *mut *mut pantau_tfidf_vectorizer,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (json, out) =
            unsafe { (argument::text("json", json, length)?, Place::new("out", out)?) };
        out.give(TfidfVectorizer::from_json(json)?.into());
        Ok(())
    })
}

/// Gives everything there is to know as JSON; equal vectorizers give equal bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_to_json(
    vectorizer: *const pantau_tfidf_vectorizer,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (vectorizer, out) =
            unsafe { (argument::object("vectorizer", vectorizer)?, Place::new("out", out)?) };
        out.give(vectorizer.vectorizer.to_json().into());
        Ok(())
    })
}

/// Gives the rows of texts, in their order, as a sparse matrix. `texts` and `lengths` hold `count`
/// entries each; `threads` is as for `pantau_tfidf_vectorizer_fit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_transform(
    vectorizer: *const pantau_tfidf_vectorizer,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    threads: usize,
    out: *mut *mut pantau_matrix,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (vectorizer, texts, out) = unsafe {
            (
                argument::object("vectorizer", vectorizer)?,
                argument::texts(texts, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        out.give(vectorizer.vectorizer.transform(&texts, NonZero::new(threads)).into());
        Ok(())
    })
}

/// How many columns there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_columns(
    vectorizer: *const pantau_tfidf_vectorizer,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(vectorizer, 0, |vectorizer| vectorizer.vectorizer.columns()) }
}

/// For each column, how much its n-gram weighs. It is borrowed from the vectorizer. Of a NULL:
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_idf(
    vectorizer: *const pantau_tfidf_vectorizer,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(vectorizer, ptr::null(), |vectorizer| vectorizer.idf.as_ptr()) }
}

/// Gives the n-gram of a column.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_term(
    vectorizer: *const pantau_tfidf_vectorizer,
    column: u32,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (vectorizer, out) =
            unsafe { (argument::object("vectorizer", vectorizer)?, Place::new("out", out)?) };
        let vectorizer = &vectorizer.vectorizer;
        let columns = vectorizer.columns();
        if column as usize >= columns {
            let problem = format!("{column} is not below the number of columns, {columns}");
            return Err(Failure::argument("column", problem));
        }
        out.give(vectorizer.term(column).to_owned().into());
        Ok(())
    })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    vectorizer: *const pantau_tfidf_vectorizer,
    fallback: T,
    read: impl FnOnce(&pantau_tfidf_vectorizer) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { vectorizer.as_ref() }.map_or(fallback, read)
    })
}

/// Frees a vectorizer; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_tfidf_vectorizer_free(vectorizer: *mut pantau_tfidf_vectorizer) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(vectorizer) });
}
