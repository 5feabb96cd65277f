//! A folder with everything a deployed model needs, and the loop over it.

use std::ffi::{c_char, c_void};

use pantau_core::{
    Timestamp,
    registry::Act,
    store::Record,
    workspace::{Ask, RetrainOptions, Workspace, WorkspaceOptions, WorkspaceTrain},
};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    registry::{pantau_registry, read_act},
    store::{pantau_store, read_feedback, read_time},
    text::{json, json_list, pantau_text},
};

/// A folder with everything a deployed model needs, and the loop over it: predict, remember, watch,
/// train anew. Threads may share it, and processes may have the same one open.
///
/// Where a moment is asked for, as RFC 3339 writes it, the empty text is now; where an act, see
/// `pantau_registry`.
pub struct pantau_workspace(pub(crate) Workspace);

/// Opens a workspace, which is made if there is none. `options` are JSON, of which all can be left
/// out: other places than inside the folder, and how its models run (`device` is `cpu`, `prefer_cuda`
/// or `require_cuda`).
///
/// ```json
/// {"store": "postgresql://user:password@host/database", "registry": "s3://bucket/prefix",
///  "webhook": "https://hooks.example/secret", "device": "cpu", "threads": null, "max_tokens": null}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_open(
    folder: *const c_char,
    folder_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_workspace,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (folder, options, out) = unsafe {
            (
                argument::text("folder", folder, folder_length)?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    WorkspaceOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_workspace(Workspace::open(folder, &options)?));
        Ok(())
    })
}

/// Gives the store of a workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_store(
    workspace: *const pantau_workspace,
    out: *mut *mut pantau_store,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (workspace, out) =
            unsafe { (argument::object("workspace", workspace)?, Place::new("out", out)?) };
        out.give(pantau_store(workspace.0.store().clone()));
        Ok(())
    })
}

/// Gives the registry of a workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_registry(
    workspace: *const pantau_workspace,
    out: *mut *mut pantau_registry,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (workspace, out) =
            unsafe { (argument::object("workspace", workspace)?, Place::new("out", out)?) };
        out.give(pantau_registry(workspace.0.registry().clone()));
        Ok(())
    })
}

/// Trains a model on labelled texts and registers it; gives what came out as JSON: `sentence`,
/// `version`, `promoted`, `gates`, `metrics`, `train_rows`, `test_rows`, `seconds` and `run_id`. The
/// first version of a model is in use from then on; a later one only if it passes the gates.
///
/// By training you say that the writers agreed to have their texts kept; they are, anonymised, unless
/// `keep` is false. With `replace` they take the place of all that the model was trained with before,
/// which are removed: how wrong ones are got rid of. `options` are JSON, of which all can be left out;
/// `training` is as for `pantau_train`:
///
/// ```json
/// {"training": {"kind": "tfidf-nb", "seed": 0}, "keep": true, "replace": false, "actor": "ani",
///  "at": null}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_train(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    data: *const pantau_labelled_texts,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, data, options, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("model", model, model_length)?,
                argument::object("data", data)?,
                argument::settings("options", options, options_length, WorkspaceTrain::from_json)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let trained =
            workspace.0.train(model, &data.0, &options, &mut |done, all| watch.reach(done, all));
        out.give(json(&watch.conclude(trained)?).into());
        Ok(())
    })
}

/// Gives the answer to a text as JSON: `id` (by which feedback names it), `model`, `version`, `label`,
/// `confidence`, `probabilities` (pairs), `flags` (names as of `pantau_flag`, and `few_words`,
/// `too_short`, `too_long` of the settings), `novelty`, `novelty_pvalue`, `timestamp` and
/// `latency_ms`. It is logged and counted; of the text itself nothing is kept unless `ask` says that
/// its writer agreed. Where several versions answer, the same `subject` is always answered by the same.
/// `ask` is JSON, of which all can be left out:
///
/// ```json
/// {"consent": true, "subject": "user-17", "review_ids": ["r1"], "at": null,
///  "return_probabilities": true, "deadline_ms": 200}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_predict(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    text: *const c_char,
    length: usize,
    ask: *const c_char,
    ask_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, text, ask, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("model", model, model_length)?,
                argument::text("text", text, length)?,
                argument::settings("ask", ask, ask_length, Ask::from_json)?,
                Place::new("out", out)?,
            )
        };
        out.give(json(&workspace.0.predict(model, text, &ask)?).into());
        Ok(())
    })
}

/// Gives the answers to many texts as a JSON list, in their order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_predict_batch(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    ask: *const c_char,
    ask_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, texts, ask, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("model", model, model_length)?,
                argument::texts(texts, lengths, count)?,
                argument::settings("ask", ask, ask_length, Ask::from_json)?,
                Place::new("out", out)?,
            )
        };
        out.give(json(&workspace.0.predict_batch(model, &texts, &ask)?).into());
        Ok(())
    })
}

/// Takes what somebody says of an answer, as `pantau_store_write_feedback` does; gives whether the
/// answer is in the store already. If not, both come together later. The source `audit` is for the
/// labels of what `pantau_workspace_to_label` lists.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_feedback(
    workspace: *const pantau_workspace,
    id: *const c_char,
    id_length: usize,
    feedback: *const c_char,
    feedback_length: usize,
    out: *mut bool,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, feedback, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                read_feedback(id, id_length, feedback, feedback_length)?,
                Place::new("out", out)?,
            )
        };
        out.put(workspace.0.feedback(feedback)?);
        Ok(())
    })
}

/// Gives how a model stands as JSON: `model`, `version`, `at`, `drift`, `accuracy`, `feedback`,
/// `triggers` and `missed`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_check(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    now: *const c_char,
    now_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let now = read_time("now", now, now_length)?;
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.check(model, now)?.to_json())
            })
        }
    })
}

/// Gives how a model stands as a terminal shows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_check_text(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    now: *const c_char,
    now_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let now = read_time("now", now, now_length)?;
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.check(model, now)?.to_string())
            })
        }
    })
}

/// Gives whether a model should be trained anew, as JSON: `should_retrain`, `triggers` (a list of
/// `type`, `reason` and `priority`), `not_fired` and `held_back` (lists of `type` and `reason`),
/// `summary` and `evaluated_at`. Evaluating never acts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_evaluate_triggers(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    now: *const c_char,
    now_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let now = read_time("now", now, now_length)?;
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.evaluate_triggers(model, now)?.to_json())
            })
        }
    })
}

/// Trains a model anew if there are reasons, or if `force` says so, and gives the record as JSON:
/// `id`, `started_at`, `trigger_evaluation`, `training_result`, `validation_result`, `status`
/// (`completed`, `rejected`, `failed`, `stopped` or `skipped`), `reason` and `completed_at`. `options` are JSON,
/// of which all can be left out:
///
/// ```json
/// {"force": false, "actor": "ani", "at": null}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_retrain(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, options, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("model", model, model_length)?,
                argument::settings("options", options, options_length, RetrainOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let trained = workspace.0.retrain(model, &options, &mut |done, all| watch.reach(done, all));
        out.give(watch.conclude(trained)?.to_json()?.into());
        Ok(())
    })
}

/// Makes a version the one in use, in all processes within a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_promote(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    version: u32,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, model, act) =
            unsafe { changed(workspace, (model, model_length), (act, act_length))? };
        Ok(workspace.promote(model, version, &act)?)
    })
}

/// Brings back the version that was in use before, and gives its number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_rollback(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    act: *const c_char,
    act_length: usize,
    out: *mut u32,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, act, out) = unsafe {
            let (workspace, model, act) =
                changed(workspace, (model, model_length), (act, act_length))?;
            (workspace, model, act, Place::new("out", out)?)
        };
        out.put(workspace.rollback(model, &act)?);
        Ok(())
    })
}

/// Gives how a model is served, watched and trained anew, as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_settings(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.settings(model)?.to_json())
            })
        }
    })
}

/// Changes settings, and gives all of them: the members of `changes`, a JSON object, take the place of
/// those that are there, objects within are merged, and null brings a default back. All processes
/// follow within a second. `docs/workspace.md` tells what each setting is; of `act` the `actor` is
/// kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_configure(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    changes: *const c_char,
    changes_length: usize,
    act: *const c_char,
    act_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let changes = argument::text("changes", changes, changes_length)?;
            let act = read_act(act, act_length)?;
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.configure(model, changes, &act.actor)?.to_json())
            })
        }
    })
}

/// Notes that somebody has seen what changed: it is no reason to train any more, until something else
/// changes, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_acknowledge(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, model, act) =
            unsafe { changed(workspace, (model, model_length), (act, act_length))? };
        Ok(workspace.acknowledge(model, &act.actor, &act.reason)?)
    })
}

/// Takes the last windows as the new normal: 28 at least, and after a change only those since it
/// began.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_rebaseline(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, model, act) =
            unsafe { changed(workspace, (model, model_length), (act, act_length))? };
        Ok(workspace.rebaseline(model, &act.actor, &act.reason)?)
    })
}

/// Gives predictions that were picked by chance for somebody to label, as a JSON list, the oldest
/// first and at most `limit`. Tell their labels by `pantau_workspace_feedback` with the source
/// `audit`: the accuracy is told from these alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_to_label(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    limit: usize,
    now: *const c_char,
    now_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let now: Option<Timestamp> = read_time("now", now, now_length)?;
            give(workspace, (model, model_length), out, |workspace, model| {
                json_list(&workspace.to_label(model, limit, now)?)
            })
        }
    })
}

/// Waits until all predictions so far are in the store, at most so many milliseconds; 0 is without
/// a limit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_flush(
    workspace: *const pantau_workspace,
    limit_ms: u64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let workspace = unsafe { argument::object("workspace", workspace)? };
        Ok(workspace.0.flush(argument::deadline(limit_ms))?)
    })
}

/// Gives what the log of predictions has done so far, as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_log_counters(
    workspace: *const pantau_workspace,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (workspace, out) =
            unsafe { (argument::object("workspace", workspace)?, Place::new("out", out)?) };
        out.give(workspace.0.log_counters().to_json().into());
        Ok(())
    })
}

/// Ends a workspace: what was logged and counted is in the store when this returns. It must still be
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_close(
    workspace: *const pantau_workspace,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let workspace = unsafe { argument::object("workspace", workspace)? };
        Ok(workspace.0.close()?)
    })
}

/// Frees a workspace, which ends it first; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_free(workspace: *mut pantau_workspace) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(workspace) });
}

/// A text as it is passed: where it begins and how long it is.
pub(crate) type Passed = (*const c_char, usize);

/// What every change has: the workspace, the model, and who changes it.
///
/// # Safety
/// As for the functions of [`argument`].
pub(crate) unsafe fn changed<'a>(
    workspace: *const pantau_workspace,
    model: Passed,
    act: Passed,
) -> Result<(&'a Workspace, &'a str, Act), Failure> {
    // SAFETY: promised by the caller.
    unsafe {
        Ok((
            &argument::object("workspace", workspace)?.0,
            argument::text("model", model.0, model.1)?,
            read_act(act.0, act.1)?,
        ))
    }
}

/// Gives what a workspace answers about a model.
///
/// # Safety
/// As for the functions of [`argument`].
pub(crate) unsafe fn give(
    workspace: *const pantau_workspace,
    model: Passed,
    out: *mut *mut pantau_text,
    answer: impl FnOnce(&Workspace, &str) -> pantau_core::Result<String>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (workspace, model, out) = unsafe {
        (
            argument::object("workspace", workspace)?,
            argument::text("model", model.0, model.1)?,
            Place::new("out", out)?,
        )
    };
    out.give(answer(&workspace.0, model)?.into());
    Ok(())
}
