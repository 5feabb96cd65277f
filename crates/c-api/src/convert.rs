//! Making a bundle of a checkpoint.

use std::ffi::c_char;

use pantau_core::model::{ConvertOptions, convert};

use crate::{
    argument::{self, Place},
    bundle::pantau_bundle,
    error::{guard, guard_or, pantau_status},
};

/// How a checkpoint is converted. Setting an option changes it; otherwise threads may share it.
pub struct pantau_convert_options(ConvertOptions);

/// Gives the default options: 32-bit weights, the name of the checkpoint's folder, and nothing is
/// overwritten.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert_options_new(
    out: *mut *mut pantau_convert_options,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(pantau_convert_options(ConvertOptions::default()));
        Ok(())
    })
}

/// Sets how weights are stored: `fp32`, the reference; `fp16`, for GPUs; or `int8`, for CPUs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert_options_set_weights(
    options: *mut pantau_convert_options,
    weights: *const c_char,
    weights_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (options, weights) = unsafe {
            (
                argument::object_mut("options", options)?,
                argument::text("weights", weights, weights_length)?,
            )
        };
        options.0.weights = weights.parse()?;
        Ok(())
    })
}

/// Sets the name of the model, which messages use; the empty one is that of the checkpoint's
/// folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert_options_set_name(
    options: *mut pantau_convert_options,
    name: *const c_char,
    name_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (options, name) = unsafe {
            (argument::object_mut("options", options)?, argument::text("name", name, name_length)?)
        };
        options.0.name = (!name.is_empty()).then(|| name.to_owned());
        Ok(())
    })
}

/// Sets whether a bundle that is there already is replaced. Anything else never is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert_options_set_overwrite(
    options: *mut pantau_convert_options,
    overwrite: bool,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let options = unsafe { argument::object_mut("options", options)? };
        options.0.overwrite = overwrite;
        Ok(())
    })
}

/// Adds a text to those that `int8` is calibrated with: texts such as the model will read. Without
/// any, samples in Indonesian and English are taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert_options_add_calibration(
    options: *mut pantau_convert_options,
    text: *const c_char,
    text_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (options, text) = unsafe {
            (argument::object_mut("options", options)?, argument::text("text", text, text_length)?)
        };
        options.0.calibration.push(text.to_owned());
        Ok(())
    })
}

/// Frees options; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert_options_free(options: *mut pantau_convert_options) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(options) });
}

/// Makes a bundle of a checkpoint, and gives it: a folder as `save_pretrained` of transformers or
/// sentence-transformers makes it, or one with a graph that another program exported as
/// `model.onnx`. `bundle` is the folder to write; it appears whole or not at all. `options` may be
/// NULL for the default ones.
///
/// The new model answers a few texts, which every later opening repeats; `int8` is also compared
/// with `fp32`, and the manifest holds what was measured.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_convert(
    checkpoint: *const c_char,
    checkpoint_length: usize,
    bundle: *const c_char,
    bundle_length: usize,
    options: *const pantau_convert_options,
    out: *mut *mut pantau_bundle,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (checkpoint, bundle, options, out) = unsafe {
            (
                argument::text("checkpoint", checkpoint, checkpoint_length)?,
                argument::text("bundle", bundle, bundle_length)?,
                options.as_ref(),
                Place::new("out", out)?,
            )
        };
        let options = options.map_or_else(ConvertOptions::default, |options| options.0.clone());
        out.give(pantau_bundle(convert(checkpoint, bundle, &options)?));
        Ok(())
    })
}
