//! What was tried, with which parameters, and what came of it.

use std::ffi::c_char;

use pantau_core::runs::{Artefact, MetricPoint, RunRecord, Runs};
use serde_json::Value as Json;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    run::pantau_run,
    store::pantau_store,
    text::pantau_text,
};

/// Runs that were tracked: what was tried, with which parameters, and what came of it. They live in
/// a store or on an MLflow server, and the same calls work on both. Threads may share them.
pub struct pantau_runs(pub(crate) Runs);

/// Opens runs by the name of a store, or by the URL of an MLflow server, `http://host:5000`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_open(
    location: *const c_char,
    location_length: usize,
    out: *mut *mut pantau_runs,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (location, out) = unsafe {
            (argument::text("location", location, location_length)?, Place::new("out", out)?)
        };
        out.give(pantau_runs(Runs::open(location)?));
        Ok(())
    })
}

/// Gives the runs of a store that is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_over(
    store: *const pantau_store,
    out: *mut *mut pantau_runs,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (store, out) = unsafe { (argument::object("store", store)?, Place::new("out", out)?) };
        out.give(pantau_runs(Runs::over(store.0.clone())));
        Ok(())
    })
}

/// Gives where runs live, without a password.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_location(
    runs: *const pantau_runs,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(runs, out, |runs| Ok(runs.location().to_owned())) })
}

/// Starts a run of an experiment, which is made by its first run. With an empty `name` the run gets
/// one from the time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_start(
    runs: *const pantau_runs,
    experiment: *const c_char,
    experiment_length: usize,
    name: *const c_char,
    name_length: usize,
    out: *mut *mut pantau_run,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (runs, experiment, name, out) = unsafe {
            (
                argument::object("runs", runs)?,
                argument::text("experiment", experiment, experiment_length)?,
                argument::text("name", name, name_length)?,
                Place::new("out", out)?,
            )
        };
        let name = Some(name).filter(|name| !name.is_empty());
        out.give(pantau_run(runs.0.start(experiment, name)?));
        Ok(())
    })
}

/// Goes on with a run, which is running again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_resume(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
    out: *mut *mut pantau_run,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (runs, id, out) = unsafe {
            (
                argument::object("runs", runs)?,
                argument::text("id", id, id_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_run(runs.0.resume(id)?));
        Ok(())
    })
}

/// Gives all that is known about a run as JSON: experiment, name, status, times, params, tags, and
/// of each metric the last step.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_run(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let id = argument::text("id", id, id_length)?;
            give(runs, out, |runs| Ok(runs.run(id)?.to_json().to_string()))
        }
    })
}

/// Gives the names of all experiments as a JSON list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_experiments(
    runs: *const pantau_runs,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(runs, out, |runs| Ok(Json::from(runs.experiments()?).to_string())) })
}

/// Gives the runs of an experiment as a JSON list, the latest first, at most `limit` of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_list(
    runs: *const pantau_runs,
    experiment: *const c_char,
    experiment_length: usize,
    limit: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let experiment = argument::text("experiment", experiment, experiment_length)?;
            give(runs, out, |runs| Ok(list(&runs.list(experiment, Some(limit))?)))
        }
    })
}

/// Gives the runs that are part of a run as a JSON list, the latest first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_children(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let id = argument::text("id", id, id_length)?;
            give(runs, out, |runs| Ok(list(&runs.children(id)?)))
        }
    })
}

/// Gives the run of an experiment whose last number of a metric is the largest (or, without
/// `maximize`, the smallest) as JSON, or `null`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_best(
    runs: *const pantau_runs,
    experiment: *const c_char,
    experiment_length: usize,
    metric: *const c_char,
    metric_length: usize,
    maximize: bool,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let experiment = argument::text("experiment", experiment, experiment_length)?;
            let metric = argument::text("metric", metric, metric_length)?;
            give(runs, out, |runs| {
                let best = runs.best(experiment, metric, maximize)?;
                Ok(best.map_or(Json::Null, |best| best.to_json()).to_string())
            })
        }
    })
}

/// Gives what is not the same in two runs or more as JSON. `ids` and `id_lengths` hold `count`
/// entries each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_compare(
    runs: *const pantau_runs,
    ids: *const *const c_char,
    id_lengths: *const usize,
    count: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let ids = argument::named_texts(("ids", ids), ("id_lengths", id_lengths), count)?;
            give(runs, out, |runs| Ok(runs.compare(&ids)?.to_json().to_string()))
        }
    })
}

/// Gives the steps of a metric of a run as a JSON list, in their order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_metric_history(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
    metric: *const c_char,
    metric_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let id = argument::text("id", id, id_length)?;
            let metric = argument::text("metric", metric, metric_length)?;
            give(runs, out, |runs| {
                let points = runs.metric_history(id, metric)?;
                Ok(points.iter().map(MetricPoint::to_json).collect::<Json>().to_string())
            })
        }
    })
}

/// Gives the files of a run as a JSON list: their paths, sizes and, where it is known, SHA-256.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_artefacts(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let id = argument::text("id", id, id_length)?;
            give(runs, out, |runs| {
                let files = runs.artefacts(id)?;
                Ok(files.iter().map(Artefact::to_json).collect::<Json>().to_string())
            })
        }
    })
}

/// Writes a file of a run to `target`, whole or not at all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_save_artefact(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
    path: *const c_char,
    path_length: usize,
    target: *const c_char,
    target_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (runs, id, path, target) = unsafe {
            (
                argument::object("runs", runs)?,
                argument::text("id", id, id_length)?,
                argument::text("path", path, path_length)?,
                argument::text("target", target, target_length)?,
            )
        };
        runs.0.save_artefact(id, path, target)?;
        Ok(())
    })
}

/// Gives all runs of an experiment as one JSON document, for notebooks and reports.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_export_json(
    runs: *const pantau_runs,
    experiment: *const c_char,
    experiment_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let experiment = argument::text("experiment", experiment, experiment_length)?;
            give(runs, out, |runs| runs.export_json(experiment))
        }
    })
}

/// Removes a run with all that was logged to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_delete(
    runs: *const pantau_runs,
    id: *const c_char,
    id_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (runs, id) =
            unsafe { (argument::object("runs", runs)?, argument::text("id", id, id_length)?) };
        runs.0.delete(id)?;
        Ok(())
    })
}

fn list(records: &[RunRecord]) -> String {
    records.iter().map(RunRecord::to_json).collect::<Json>().to_string()
}

/// Gives a text that runs answer.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn give(
    runs: *const pantau_runs,
    out: *mut *mut pantau_text,
    answer: impl FnOnce(&Runs) -> pantau_core::Result<String>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (runs, out) = unsafe { (argument::object("runs", runs)?, Place::new("out", out)?) };
    out.give(answer(&runs.0)?.into());
    Ok(())
}

/// Frees runs; NULL is fine. Runs that were started go on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runs_free(runs: *mut pantau_runs) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(runs) });
}
