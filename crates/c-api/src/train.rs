//! From labelled texts to a bundle, and from a pipeline that was fitted elsewhere.

use std::ffi::{c_char, c_void};

use pantau_core::model::{TrainOptions, import_sklearn, train};

use crate::{
    argument::{self, Place},
    bundle::pantau_bundle,
    error::{guard, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
};

/// Learns a classifier from labelled texts, writes it into the folder `bundle`, which appears whole
/// or not at all, and gives it. The same data and options give the same bytes on any number of
/// threads.
///
/// `test` is data of its own that says how good the classifier is; with NULL, some of the rows are
/// kept aside for that. The bundle holds all settings that were tried (`trials.json`), the
/// evaluation (`evaluation.json`, for `pantau_evaluation_from_json`), a picture of the calibration,
/// and a page for people (`README.md`).
///
/// `options` are JSON; the empty text is the default ones, and what is left out has its default:
///
/// ```json
/// {"kind": "tfidf-logistic", "name": null, "overwrite": false, "validation_share": 0.1,
///  "test_share": 0.1, "folds": 3, "seed": 0, "threads": null, "features": [], "strengths": [],
///  "trials": null, "encoder": null, "words": false}
/// ```
///
/// `kind` is `tfidf-logistic` (words), `tfidf-nb` (words, sooner) or `encoder-head` (meaning, on
/// the vectors of `encoder`, the path of an encoder's bundle, and with `words` on words as well).
/// `features`, as for `pantau_tfidf_vectorizer_fit`, and `strengths`, values of `C` or `alpha`, are
/// what is tried; usual ones if there are none. `trials` says how many settings are tried.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_train(
    data: *const pantau_labelled_texts,
    test: *const pantau_labelled_texts,
    bundle: *const c_char,
    bundle_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_bundle,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (data, test, bundle, options, out) = unsafe {
            (
                argument::object("data", data)?,
                test.as_ref(),
                argument::text("bundle", bundle, bundle_length)?,
                argument::settings("options", options, options_length, TrainOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let test = test.map(|test| &test.0);
        let mut watch = Watch::new(progress, user_data);
        let trained =
            train(&data.0, test, bundle, &options, &mut |done, all| watch.reach(done, all));
        out.give(pantau_bundle(watch.conclude(trained)?.bundle));
        Ok(())
    })
}

/// Makes a bundle of a pipeline that was fitted with scikit-learn and written as JSON by
/// `pantau.sklearn.export` in Python, and gives it. `pipeline` is the path of that file. No pickle
/// is read. An empty `name` is that of the bundle's folder; with `overwrite`, a bundle that is
/// there already is replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_import_sklearn(
    pipeline: *const c_char,
    pipeline_length: usize,
    bundle: *const c_char,
    bundle_length: usize,
    name: *const c_char,
    name_length: usize,
    overwrite: bool,
    out: *mut *mut pantau_bundle,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (pipeline, bundle, name, out) = unsafe {
            (
                argument::text("pipeline", pipeline, pipeline_length)?,
                argument::text("bundle", bundle, bundle_length)?,
                argument::text("name", name, name_length)?,
                Place::new("out", out)?,
            )
        };
        let name = (!name.is_empty()).then_some(name);
        out.give(pantau_bundle(import_sklearn(pipeline, bundle, name, overwrite)?));
        Ok(())
    })
}
