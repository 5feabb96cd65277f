//! Versions beside the one in use.

use std::ffi::{c_char, c_void};

use pantau_core::workspace::ReplayOptions;

use crate::{
    argument::{self, Place},
    error::{guard, pantau_status},
    progress::{Watch, pantau_progress},
    store::read_time,
    text::pantau_text,
    workspace::{changed, give, pantau_workspace},
};

/// Puts a version beside the one in use. With a `share` between 0 and 1 it answers so many of the texts,
/// those of a subject always by the same version; with 0 it answers all texts and nobody sees it. What
/// came before `since` is not compared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_challenge(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    version: u32,
    share: f64,
    since: *const c_char,
    since_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, model, act, since) = unsafe {
            let (workspace, model, act) =
                changed(workspace, (model, model_length), (act, act_length))?;
            (workspace, model, act, read_time("since", since, since_length)?)
        };
        Ok(workspace.challenge(model, version, share, since, &act)?)
    })
}

/// Takes a version away from beside the one in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_withdraw(
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
        Ok(workspace.withdraw(model, version, &act)?)
    })
}

/// Gives how the versions beside the one in use compare with it, as JSON: `sentence`, `champion`,
/// `challengers` (`version`, `share`, `since`, `answered`, `agreement`, `comparison`, `problem`) and
/// `recommended`. It may be asked as often as one likes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_rollout(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.rollout(model)?.to_json())
            })
        }
    })
}

/// Asks a version what was asked in some time, as far as the texts are kept, and gives how its answers
/// compare as JSON. `options` are JSON, of which all can be left out:
///
/// ```json
/// {"since": "2026-11-01", "until": null, "limit": 10000}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_replay(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    version: u32,
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
                argument::settings("options", options, options_length, ReplayOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let found =
            workspace.0.replay(model, version, &options, &mut |done, all| watch.reach(done, all));
        out.give(watch.conclude(found)?.to_json().into());
        Ok(())
    })
}
