//! A workspace as those who run it see it: what it does by itself, whom it tells, and its metrics.

use std::{
    ffi::{CString, c_char, c_void},
    time::Duration,
};

use pantau_core::{
    store::Record,
    workspace::{MetricsOptions, ScheduleOptions},
};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, pantau_status},
    progress::{Watch, pantau_progress},
    text::{json, pantau_text},
    workspace::{give, pantau_workspace},
};

/// Looks after a model once, and gives the record of its training as JSON: closes the windows that are
/// over, acts on comparisons that are decided if the settings say so, and trains anew if there is a
/// reason.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_look_after(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("model", model, model_length)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let looked = workspace.0.look_after(model, &mut |done, all| watch.reach(done, all));
        out.give(watch.conclude(looked)?.to_json()?.into());
        Ok(())
    })
}

/// Looks after models again and again on a thread of this process, until `pantau_workspace_stop`.
/// `options` are JSON, of which all can be left out: how often in seconds, and after which models;
/// none are all that are in use.
///
/// ```json
/// {"every": 60, "models": []}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_start(
    workspace: *const pantau_workspace,
    options: *const c_char,
    options_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, options) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::settings("options", options, options_length, ScheduleOptions::from_json)?,
            )
        };
        Ok(workspace.0.start(&options)?)
    })
}

/// Ends what `pantau_workspace_start` began. A training that runs is stopped; the version in use stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_stop(
    workspace: *const pantau_workspace,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let workspace = unsafe { argument::object("workspace", workspace)? };
        workspace.0.stop();
        Ok(())
    })
}

/// Gives how this process serves a model, as JSON: `version`, `labels`, `watched`, `challengers`,
/// `shadows`, `problems`, and `info` as of a classifier. Loads the model, if that was not done yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_info(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            give(workspace, (model, model_length), out, |workspace, model| {
                Ok(workspace.info(model)?.to_json())
            })
        }
    })
}

/// Follows at once what the registry and the settings say of a model, which otherwise takes half a
/// second; gives the number of the version in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_reload(
    workspace: *const pantau_workspace,
    model: *const c_char,
    model_length: usize,
    out: *mut u32,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, model, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("model", model, model_length)?,
                Place::new("out", out)?,
            )
        };
        out.put(workspace.0.reload(model)?);
        Ok(())
    })
}

/// Gives the names of the models that are in use, as a JSON list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_models_in_use(
    workspace: *const pantau_workspace,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (workspace, out) =
            unsafe { (argument::object("workspace", workspace)?, Place::new("out", out)?) };
        let models = workspace.0.models_in_use()?;
        out.give(json(&models).into());
        Ok(())
    })
}

/// What is told of whatever happens: `notice` is JSON with `number`, `event` (`alarm`, `triggered`,
/// `completed`, `rejected`, `failed` or `decided`), `model`, `at`, `text` and `detail`, with a NUL at its
/// end that is not counted. If it returns
/// false, it is called again for the same notice, later and later. It is called on a thread of its own
/// until the workspace is freed, and must not throw.
pub type pantau_notice = Option<
    unsafe extern "C" fn(user_data: *mut c_void, notice: *const c_char, length: usize) -> bool,
>;

/// A pointer of the caller's, who has promised that it may be used on another thread.
struct UserData(*mut c_void);

// SAFETY: the promise stands in the comment of the only function that takes one.
unsafe impl Send for UserData {}
// SAFETY: the same.
unsafe impl Sync for UserData {}

impl UserData {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

/// Calls a function for whatever happens from now on, in any process that has the workspace open.
/// `user_data` is used on another thread, and must live until the workspace is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_notify(
    workspace: *const pantau_workspace,
    callback: pantau_notice,
    user_data: *mut c_void,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let workspace = unsafe { argument::object("workspace", workspace)? };
        let Some(callback) = callback else {
            return Err(Failure::new(pantau_status::InvalidInput, "callback is NULL"));
        };
        let user_data = UserData(user_data);
        Ok(workspace.0.notify(move |notice| {
            // JSON has no NUL inside.
            let json = CString::new(notice.to_json()).unwrap_or_default();
            let length = json.as_bytes().len();
            // SAFETY: the header's rules for callbacks.
            let is_told = unsafe { callback(user_data.get(), json.as_ptr(), length) };
            if is_told { Ok(()) } else { Err("the callback returned false".to_owned()) }
        })?)
    })
}

/// Posts whatever happens to a URL as JSON, whose `text` Slack and others show.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_notify_webhook(
    workspace: *const pantau_workspace,
    url: *const c_char,
    url_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, url) = unsafe {
            (argument::object("workspace", workspace)?, argument::text("url", url, url_length)?)
        };
        Ok(workspace.0.notify_webhook(url)?)
    })
}

/// Gives what all processes that have the folder open tell Prometheus, as it reads it. `options` are
/// JSON, of which all can be left out: whether older names are told, too, and whether models are looked
/// at now, which is done every half minute otherwise.
///
/// ```json
/// {"aliases": false, "fresh": false}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_metrics(
    workspace: *const pantau_workspace,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (workspace, options, out) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::settings("options", options, options_length, MetricsOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        out.give(workspace.0.metrics(&options)?.into());
        Ok(())
    })
}

/// Counts a request that a service has answered, for the metrics: the route as it is declared, not as it
/// was asked for, the status of HTTP, and how many seconds it took.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_workspace_count_request(
    workspace: *const pantau_workspace,
    route: *const c_char,
    route_length: usize,
    status: u16,
    seconds: f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (workspace, route) = unsafe {
            (
                argument::object("workspace", workspace)?,
                argument::text("route", route, route_length)?,
            )
        };
        Ok(workspace.0.count_request(route, status, took(seconds)?)?)
    })
}

fn took(seconds: f64) -> pantau_core::Result<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| pantau_core::Error::InvalidInput {
        what: "seconds".to_owned(),
        problem: format!("{seconds} is no length of time"),
    })
}
