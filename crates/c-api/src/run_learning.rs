//! Learning and judging that is tracked.

use std::ffi::{c_char, c_void};

use pantau_core::model::{TrainOptions, train};

use crate::{
    argument::{self, Place},
    bundle::pantau_bundle,
    error::{guard, pantau_status},
    evaluation::pantau_evaluation,
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    run::pantau_run,
};

/// Learns a classifier as `pantau_train` does, and logs it: its settings and data as parameters,
/// what it came to as metrics, each setting that was tried as a run that is part of this one, and
/// the reports as files. Neither the model nor a text is logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_train(
    run: *const pantau_run,
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
        let (run, data, test, bundle, options, out) = unsafe {
            (
                argument::object("run", run)?,
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
        let trained = watch.conclude(trained)?;
        run.0.log_training(&trained, &options)?;
        out.give(pantau_bundle(trained.bundle));
        Ok(())
    })
}

/// Logs how good a classifier is: accuracy, averages and the scores of each label as metrics, the
/// confusion matrix and the reports as files. The texts of its mistakes are left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_log_evaluation(
    run: *const pantau_run,
    evaluation: *const pantau_evaluation,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let (run, evaluation) =
            unsafe { (argument::object("run", run)?, argument::object("evaluation", evaluation)?) };
        run.0.log_evaluation(&evaluation.0)?;
        Ok(())
    })
}
