//! Texts with the labels that people gave them.

use std::ffi::c_char;

use pantau_core::model::LabelledTexts;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    text::pantau_text,
};

/// Texts with the labels that people gave them: what classifiers learn from and are judged by. They
/// never change, so threads may share them.
pub struct pantau_labelled_texts(pub(crate) LabelledTexts);

/// Copies texts and their labels, `count` of each. All four lists hold as many entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_new(
    texts: *const *const c_char,
    lengths: *const usize,
    labels: *const *const c_char,
    label_lengths: *const usize,
    count: usize,
    out: *mut *mut pantau_labelled_texts,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (texts, labels, out) = unsafe {
            (
                argument::texts(texts, lengths, count)?,
                argument::named_texts(("labels", labels), ("label_lengths", label_lengths), count)?,
                Place::new("out", out)?,
            )
        };
        let own = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        out.give(pantau_labelled_texts(LabelledTexts::new(own(texts), own(labels))?));
        Ok(())
    })
}

/// Reads a file with a header: comma-, semicolon- or tab-separated, or objects where its name ends
/// in `.json` or `.jsonl`. `text_column` and `label_column` name the columns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_open(
    path: *const c_char,
    path_length: usize,
    text_column: *const c_char,
    text_column_length: usize,
    label_column: *const c_char,
    label_column_length: usize,
    out: *mut *mut pantau_labelled_texts,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, text_column, label_column, out) = unsafe {
            (
                argument::text("path", path, path_length)?,
                argument::text("text_column", text_column, text_column_length)?,
                argument::text("label_column", label_column, label_column_length)?,
                Place::new("out", out)?,
            )
        };
        let data = LabelledTexts::open(path, text_column, label_column)?;
        out.give(pantau_labelled_texts(data));
        Ok(())
    })
}

/// How many rows there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_count(data: *const pantau_labelled_texts) -> usize {
    guard_or(0, || {
        // SAFETY: the header's rules for objects.
        unsafe { data.as_ref() }.map_or(0, |data| data.0.len())
    })
}

/// Gives the text of a row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_text(
    data: *const pantau_labelled_texts,
    row: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { cell(data, row, out, LabelledTexts::texts) })
}

/// Gives the label of a row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_label(
    data: *const pantau_labelled_texts,
    row: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { cell(data, row, out, LabelledTexts::labels) })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn cell(
    data: *const pantau_labelled_texts,
    row: usize,
    out: *mut *mut pantau_text,
    column: impl FnOnce(&LabelledTexts) -> &[String],
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (data, out) = unsafe { (argument::object("data", data)?, Place::new("out", out)?) };
    let column = column(&data.0);
    let cell = column.get(row).ok_or_else(|| {
        let problem = format!("{row} is not below the number of rows, {}", column.len());
        Failure::argument("row", problem)
    })?;
    out.give(cell.clone().into());
    Ok(())
}

/// Frees labelled texts; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_free(data: *mut pantau_labelled_texts) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(data) });
}
