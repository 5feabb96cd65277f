//! The ONNX Runtime of the process.

use std::{ffi::c_char, path::Path};

use pantau_core::onnx::Runtime;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, pantau_status},
    text::pantau_text,
};

/// Loads ONNX Runtime, which models run on, once for the process. An empty path has it found: by
/// the environment variables `PANTAU_ONNXRUNTIME` and `ORT_DYLIB_PATH`, as a copy this process has
/// loaded already, in the Python package `onnxruntime`, or in the system's folders. `NOT_FOUND`
/// lists what was tried and how to install it; `INCOMPATIBLE` is a library that cannot be used, or
/// another one than the one loaded already.
///
/// Opening or converting a model does this by itself: only programs that bring their own ONNX
/// Runtime, or want the error early, call it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runtime_load(
    path: *const c_char,
    path_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts.
        let path = unsafe { argument::text("path", path, path_length)? };
        Runtime::load((!path.is_empty()).then(|| Path::new(path)))?;
        Ok(())
    })
}

/// Gives the file ONNX Runtime was loaded from; loads it if that has not happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runtime_path(out: *mut *mut pantau_text) -> pantau_status {
    // SAFETY: the header's rules for results.
    guard(|| unsafe { describe(out, |runtime| runtime.path().display().to_string()) })
}

/// Gives the version of ONNX Runtime, such as `1.23.2`; loads it if that has not happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runtime_version(out: *mut *mut pantau_text) -> pantau_status {
    // SAFETY: the header's rules for results.
    guard(|| unsafe { describe(out, |runtime| runtime.version().to_owned()) })
}

/// Gives how ONNX Runtime was found: `path`, `environment`, `process`, `package` or `system`; loads
/// it if that has not happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_runtime_origin(out: *mut *mut pantau_text) -> pantau_status {
    // SAFETY: the header's rules for results.
    guard(|| unsafe { describe(out, |runtime| runtime.origin().to_string()) })
}

/// # Safety
/// As for [`Place::new`].
unsafe fn describe(
    out: *mut *mut pantau_text,
    read: impl FnOnce(&Runtime) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let out = unsafe { Place::new("out", out)? };
    out.give(read(Runtime::load(None)?).into());
    Ok(())
}
