//! Which models there are, in which versions, and which of them is in use.

use std::{ffi::c_char, path::Path, sync::Arc};

use pantau_core::{
    Timestamp,
    model::Classifier,
    registry::{self, Act, NewVersion, Registry, Stage},
};

use crate::{
    argument::{self, Place},
    classifier::pantau_classifier,
    error::{Failure, guard, guard_or, pantau_status},
    model_options::{or_default, pantau_model_options},
    text::{json, pantau_text},
};

/// Which models there are, in which versions, and which of them is in use: since when, by whom, and
/// why. Threads may share it, and so may processes what it is stored in.
///
/// Who does something, and why, is an `act`, JSON; the empty text is the user of this system
/// without a reason:
///
/// ```json
/// {"actor": "ani", "reason": "better on the test rows", "evidence": {"accuracy": 0.91}}
/// ```
pub struct pantau_registry(pub(crate) Arc<dyn Registry>);

/// Opens a registry by its name: `memory:`, a folder, `s3://bucket/prefix`, or the URL of an MLflow
/// server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_open(
    location: *const c_char,
    location_length: usize,
    out: *mut *mut pantau_registry,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (location, out) = unsafe {
            (argument::text("location", location, location_length)?, Place::new("out", out)?)
        };
        out.give(pantau_registry(registry::open(location)?));
        Ok(())
    })
}

/// Gives where a registry is, for people: a path or a URL, without a password.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_location(
    registry: *const pantau_registry,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(registry, out, |registry| Ok(registry.location().to_owned())) })
}

/// Registers a bundle as the next version of a model, and gives its number. `told` is JSON, of
/// which all can be left out:
///
/// ```json
/// {"description": "", "tags": {"team": "ulasan"}, "metrics": {"accuracy": 0.91},
///  "params": {"kind": "tfidf-nb"}, "run_id": null, "alias": "challenger"}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_register(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    bundle: *const c_char,
    bundle_length: usize,
    told: *const c_char,
    told_length: usize,
    act: *const c_char,
    act_length: usize,
    out: *mut u32,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (registry, model, bundle, told, act, out) = unsafe {
            (
                argument::object("registry", registry)?,
                argument::text("model", model, model_length)?,
                argument::text("bundle", bundle, bundle_length)?,
                argument::settings("told", told, told_length, NewVersion::from_json)?,
                read_act(act, act_length)?,
                Place::new("out", out)?,
            )
        };
        out.put(registry.0.register(model, Path::new(bundle), &told, &act)?);
        Ok(())
    })
}

/// Gives the names of the models as a JSON list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_models(
    registry: *const pantau_registry,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(registry, out, |registry| Ok(json(&registry.models()?))) })
}

/// Gives a model as a JSON object: `model`, `aliases`, `versions` (a list, the first one first, as
/// `pantau_registry_version` gives each), `entries` and `head`, the hash of its journal's last
/// entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_versions(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            give(registry, out, |registry| Ok(registry.existing(model)?.to_json()?.to_string()))
        }
    })
}

/// Gives a version as a JSON object: `version`, `stage`, `aliases`, `description`, `tags`,
/// `metrics`, `params`, `run_id`, `registered_at`, `registered_by`, `bundle` and `files`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_version(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            give(registry, out, |registry| {
                Ok(registry.existing(model)?.version_json(version)?.to_string())
            })
        }
    })
}

/// Makes a version the champion. The one before becomes `previous` and is archived, all in one
/// step.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_promote(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (registry, model, act) =
            unsafe { changed(registry, model, model_length, act, act_length)? };
        registry.promote(model, version, &act)?;
        Ok(())
    })
}

/// Makes the champion before the champion again, and gives its number; the present one becomes
/// `previous`, so a second rollback takes the first one back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_rollback(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    act: *const c_char,
    act_length: usize,
    out: *mut u32,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let ((registry, model, act), out) = unsafe {
            (changed(registry, model, model_length, act, act_length)?, Place::new("out", out)?)
        };
        out.put(registry.rollback(model, &act)?);
        Ok(())
    })
}

/// Brings a version into a stage: `None`, `Staging` (the challenger), `Production` (the champion)
/// or `Archived`. With `archive_existing`, the version that was in it is archived.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_transition(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    stage: *const c_char,
    stage_length: usize,
    archive_existing: bool,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), stage) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("stage", stage, stage_length)?.parse::<Stage>()?,
            )
        };
        registry.transition(model, version, stage, archive_existing, &act)?;
        Ok(())
    })
}

/// Gives a version an alias, which another may have had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_set_alias(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    alias: *const c_char,
    alias_length: usize,
    version: u32,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), alias) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("alias", alias, alias_length)?,
            )
        };
        registry.set_alias(model, alias, version, &act)?;
        Ok(())
    })
}

/// Takes an alias away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_remove_alias(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    alias: *const c_char,
    alias_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), alias) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("alias", alias, alias_length)?,
            )
        };
        registry.remove_alias(model, alias, &act)?;
        Ok(())
    })
}

/// Sets a tag of a version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_set_tag(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    name: *const c_char,
    name_length: usize,
    value: *const c_char,
    value_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), name, value) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("name", name, name_length)?,
                argument::text("value", value, value_length)?,
            )
        };
        registry.set_tag(model, version, name, value, &act)?;
        Ok(())
    })
}

/// Takes a tag of a version away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_remove_tag(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    name: *const c_char,
    name_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), name) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("name", name, name_length)?,
            )
        };
        registry.remove_tag(model, version, name, &act)?;
        Ok(())
    })
}

/// Describes a version for people.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_describe(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    description: *const c_char,
    description_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), description) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("description", description, description_length)?,
            )
        };
        registry.describe(model, version, description, &act)?;
        Ok(())
    })
}

/// Notes what a version scored: `metrics` are JSON, `{"accuracy": 0.91}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_log_metrics(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    version: u32,
    metrics: *const c_char,
    metrics_length: usize,
    act: *const c_char,
    act_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let ((registry, model, act), metrics) = unsafe {
            (
                changed(registry, model, model_length, act, act_length)?,
                argument::text("metrics", metrics, metrics_length)?,
            )
        };
        let metrics =
            serde_json::from_str(metrics).map_err(|error| Failure::argument("metrics", error))?;
        registry.log_metrics(model, version, &metrics, &act)?;
        Ok(())
    })
}

/// Gives the version that a reference names as a JSON object, `{"model": "sentiment", "version":
/// 3}`. References are such as `models:/sentiment@champion`, `models:/sentiment/3`,
/// `models:/sentiment/latest` and `models:/sentiment/Production`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_resolve(
    registry: *const pantau_registry,
    reference: *const c_char,
    reference_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let reference = argument::text("reference", reference, reference_length)?;
            give(registry, out, |registry| {
                let (model, version) = registry.resolve(reference)?;
                Ok(serde_json::json!({ "model": model, "version": version }).to_string())
            })
        }
    })
}

/// Gives the path of a folder of this machine with the bundle that a reference names; each file was
/// checked by its SHA-256, and `INCOMPATIBLE` names one that was altered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_path(
    registry: *const pantau_registry,
    reference: *const c_char,
    reference_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let reference = argument::text("reference", reference, reference_length)?;
            give(registry, out, |registry| Ok(registry.path(reference)?.display().to_string()))
        }
    })
}

/// Opens the classifier that a reference names. `options` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_load(
    registry: *const pantau_registry,
    reference: *const c_char,
    reference_length: usize,
    options: *const pantau_model_options,
    out: *mut *mut pantau_classifier,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (registry, reference, options, out) = unsafe {
            (
                argument::object("registry", registry)?,
                argument::text("reference", reference, reference_length)?,
                or_default(options),
                Place::new("out", out)?,
            )
        };
        let bundle = registry.0.path(reference)?;
        out.give(Classifier::open(bundle, &options)?.into());
        Ok(())
    })
}

/// Gives the version that was the champion at a moment; 0 if none was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_champion_at(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    time: *const c_char,
    time_length: usize,
    out: *mut u32,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (registry, model, time, out) = unsafe {
            (
                argument::object("registry", registry)?,
                argument::text("model", model, model_length)?,
                argument::text("time", time, time_length)?.parse::<Timestamp>()?,
                Place::new("out", out)?,
            )
        };
        out.put(registry.0.champion_at(model, time)?.unwrap_or(0));
        Ok(())
    })
}

/// Gives every move of an alias as a JSON list, the first one first: `time`, `actor`, `reason`,
/// `evidence`, `what`, `alias`, `from` and `to`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_history(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            give(registry, out, |registry| Ok(json(&registry.history(model)?)))
        }
    })
}

/// Gives the entries of a model's journal as a JSON list, the first one first, each with its hash
/// and that of the one before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_journal(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            give(registry, out, |registry| {
                registry.existing(model)?;
                let entries = registry.journal(model)?;
                Ok(json(&entries.iter().map(registry::Entry::to_json).collect::<Vec<_>>()))
            })
        }
    })
}

/// Gives in what some versions of a model differ, `count` of them, two or more, as a JSON object:
/// `model`, `versions`, and the differences in `params`, `metrics`, `tags` and `files`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_compare(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    versions: *const u32,
    count: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            let versions = argument::array("versions", versions, count)?;
            give(registry, out, |registry| Ok(registry.compare(model, versions)?.to_json()))
        }
    })
}

/// Checks a model's journal from its first entry, and every file of every version: `INCOMPATIBLE`
/// names what was altered. Gives `{"entries": 7, "head": "…", "versions": 3, "files": 12}`; who
/// keeps `head` elsewhere will also notice a journal that was made anew.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_verify(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            give(registry, out, |registry| Ok(json(&registry.verify(model)?)))
        }
    })
}

/// Who does something, and why.
///
/// # Safety
/// As for [`argument::text`].
pub(crate) unsafe fn read_act(act: *const c_char, length: usize) -> Result<Act, Failure> {
    // SAFETY: promised by the caller.
    unsafe { argument::settings("act", act, length, Act::from_json) }
}

/// What every change has: the registry, the model, and who changes it.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn changed<'a>(
    registry: *const pantau_registry,
    model: *const c_char,
    model_length: usize,
    act: *const c_char,
    act_length: usize,
) -> Result<(&'a dyn Registry, &'a str, Act), Failure> {
    // SAFETY: promised by the caller.
    unsafe {
        Ok((
            &*argument::object("registry", registry)?.0,
            argument::text("model", model, model_length)?,
            read_act(act, act_length)?,
        ))
    }
}

/// Gives a text that a registry answers.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn give(
    registry: *const pantau_registry,
    out: *mut *mut pantau_text,
    answer: impl FnOnce(&dyn Registry) -> pantau_core::Result<String>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (registry, out) =
        unsafe { (argument::object("registry", registry)?, Place::new("out", out)?) };
    out.give(answer(&*registry.0)?.into());
    Ok(())
}

/// Frees a registry; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_registry_free(registry: *mut pantau_registry) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(registry) });
}
