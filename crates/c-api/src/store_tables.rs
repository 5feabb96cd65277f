//! Whole tables: out of a store, into files and from them.

use std::ffi::{c_char, c_void};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use pantau_core::{
    store::{Batches, Consent, ExportOptions, ImportOptions, Select, Table},
    text::Anonymizer,
};

use crate::{
    anonymizer::pantau_anonymizer,
    argument::{self, Place},
    error::{Failure, guard, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    store::{give, pantau_store, read_time},
    text::{json, pantau_text},
};

/// Gives the rows of a table as a stream of Arrow record batches, all of one moment. `table` is
/// its name, such as `predictions`. `select` says which rows, as JSON, of which all can be left
/// out:
///
/// ```json
/// {"hours": 24, "model": "sentiment", "version": "3", "subject": "u17", "limit": 1000}
/// {"since": "2026-11-01", "until": "2026-11-25T12:00:00Z"}
/// ```
///
/// Rows come in the order of their times; with a limit the latest first.
///
/// The stream follows the Arrow C stream interface: its consumer calls `release`. What `out`
/// holds before the call is overwritten, not released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_table(
    store: *const pantau_store,
    table: *const c_char,
    table_length: usize,
    select: *const c_char,
    select_length: usize,
    out: *mut FFI_ArrowArrayStream,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, select, out) = unsafe {
            (
                argument::object("store", store)?,
                read_select(table, table_length, select, select_length)?,
                Place::new("out", out)?,
            )
        };
        let batches = Batches::new(store.0.clone(), select)?;
        out.put(FFI_ArrowArrayStream::new(Box::new(batches.into_reader())));
        Ok(())
    })
}

/// Gives the rows of a table as a JSON list. `select` is as for `pantau_store_table`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_rows(
    store: *const pantau_store,
    table: *const c_char,
    table_length: usize,
    select: *const c_char,
    select_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let select = read_select(table, table_length, select, select_length)?;
            give(store, out, |store| store.rows_json(&select))
        }
    })
}

/// Writes the rows of a table into a file, whole or not at all, and gives how many rows and bytes
/// as JSON. The name of the file ends in `.csv`, `.jsonl` or `.parquet`. `select` is as for
/// `pantau_store_table`. `options` are JSON; the empty text is the default ones:
///
/// ```json
/// {"format": null, "for_spreadsheets": false}
/// ```
///
/// `for_spreadsheets` puts an apostrophe in front of texts that a spreadsheet would take for a
/// formula and run. `progress` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_export(
    store: *const pantau_store,
    table: *const c_char,
    table_length: usize,
    select: *const c_char,
    select_length: usize,
    path: *const c_char,
    path_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, select, path, options, out) = unsafe {
            (
                argument::object("store", store)?,
                read_select(table, table_length, select, select_length)?,
                argument::text("path", path, path_length)?,
                argument::settings("options", options, options_length, ExportOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let written =
            store.0.export(&select, path, &options, &mut |done, all| reach(&mut watch, done, all));
        out.give(json(&watch.conclude(written)?).into());
        Ok(())
    })
}

/// Imports the reviews of a file (CSV, JSON, Parquet) whose writers agreed to have their texts
/// kept, and gives a report as JSON: how many rows there were, were written, were there already,
/// could not be imported, and why the first of these. All of these are kept aside in a file beside
/// it, as they were. `options` are JSON; the empty text is the default ones:
///
/// ```json
/// {"columns": {"text": null, "label": null, "id": null, "rating": null, "date": null},
///  "clean": "id", "labels": ["positive", "negative", "neutral"], "allow_unlabelled": false,
///  "source": "import", "format": null, "existing": "keep", "rejected": null, "first": 10}
/// ```
///
/// `consent` must be true: say so only if it was given. Texts are kept as `anonymizer` leaves
/// them; NULL is one with its defaults. `progress` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_import_reviews(
    store: *const pantau_store,
    path: *const c_char,
    path_length: usize,
    consent: bool,
    anonymizer: *const pantau_anonymizer,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, path, anonymizer, options, out) = unsafe {
            (
                argument::object("store", store)?,
                argument::text("path", path, path_length)?,
                read_anonymizer(anonymizer),
                argument::text("options", options, options_length)?,
                Place::new("out", out)?,
            )
        };
        if !consent {
            let problem = "texts are only kept with the consent of their writers";
            return Err(Failure::argument("consent", problem));
        }
        let options = ImportOptions::from_json(options, Consent::given(), anonymizer)?;
        let mut watch = Watch::new(progress, user_data);
        let report =
            store.0.import_reviews(path, &options, &mut |done, all| reach(&mut watch, done, all));
        out.give(watch.conclude(report)?.to_json().into());
        Ok(())
    })
}

/// Gives all there is to learn from: labelled reviews, and predictions whose text may be kept and
/// whose right label became known. Equal texts are one, with the label that became known last.
/// With `since`, only labels that became known then or later; empty, all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_labelled_texts(
    store: *const pantau_store,
    since: *const c_char,
    since_length: usize,
    out: *mut *mut pantau_labelled_texts,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, since, out) = unsafe {
            (
                argument::object("store", store)?,
                read_time("since", since, since_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_labelled_texts(store.0.labelled_texts(since)?));
        Ok(())
    })
}

/// Which rows of which table.
///
/// # Safety
/// As for [`argument::text`].
unsafe fn read_select(
    table: *const c_char,
    table_length: usize,
    select: *const c_char,
    select_length: usize,
) -> Result<Select, Failure> {
    // SAFETY: promised by the caller.
    let (table, select) = unsafe {
        (
            argument::text("table", table, table_length)?,
            argument::text("select", select, select_length)?,
        )
    };
    Ok(Select::from_json(table.parse::<Table>()?, select)?)
}

/// The anonymizer that was given, or one with its defaults.
///
/// # Safety
/// As for the header's objects, or NULL.
pub(crate) unsafe fn read_anonymizer(anonymizer: *const pantau_anonymizer) -> Anonymizer {
    // SAFETY: promised by the caller.
    unsafe { anonymizer.as_ref() }.map_or_else(Anonymizer::new, |anonymizer| anonymizer.0.clone())
}

fn reach(watch: &mut Watch, done: u64, all: u64) -> pantau_core::Result<()> {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    watch.reach(size(done), size(all))
}
