//! Models on disk.

use std::ffi::c_char;

use pantau_core::model::{Bundle, Manifest};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    text::pantau_text,
};

/// A model on disk: a folder with a manifest that lists its files and their hashes. It never
/// changes, so threads may share it.
pub struct pantau_bundle(pub(crate) Bundle);

/// The files a bundle is made of. Adding one changes it; otherwise threads may share it.
pub struct pantau_bundle_files(Vec<(String, String)>);

/// Opens a bundle: every file its manifest lists is compared with it. `NOT_FOUND` if there is none,
/// `INCOMPATIBLE` if a newer Pantau made it, `INVALID_INPUT` if it is damaged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_open(
    path: *const c_char,
    path_length: usize,
    out: *mut *mut pantau_bundle,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, out) =
            unsafe { (argument::text("path", path, path_length)?, Place::new("out", out)?) };
        out.give(pantau_bundle(Bundle::open(path)?));
        Ok(())
    })
}

/// Checks everything again, on the files as they are now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_verify(bundle: *const pantau_bundle) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let bundle = unsafe { argument::object("bundle", bundle)? };
        Ok(bundle.0.verify()?)
    })
}

/// Gives the folder of a bundle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_path(
    bundle: *const pantau_bundle,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(bundle, out, |bundle| bundle.path().display().to_string()) })
}

/// Gives the id of a bundle, a hash over everything in it: equal bundles have equal ids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_id(
    bundle: *const pantau_bundle,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(bundle, out, |bundle| bundle.id().to_owned()) })
}

/// Gives what a bundle says about itself as a JSON object: its `pantau.json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_manifest(
    bundle: *const pantau_bundle,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(bundle, out, |bundle| bundle.manifest().to_json()) })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn describe(
    bundle: *const pantau_bundle,
    out: *mut *mut pantau_text,
    read: impl FnOnce(&Bundle) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (bundle, out) = unsafe { (argument::object("bundle", bundle)?, Place::new("out", out)?) };
    out.give(read(&bundle.0).into());
    Ok(())
}

/// Gives an empty list of files.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_files_new(
    out: *mut *mut pantau_bundle_files,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(pantau_bundle_files(Vec::new()));
        Ok(())
    })
}

/// Adds a file: its name inside the bundle, such as `model.onnx`, and where its bytes are now. It
/// is read when the bundle is created.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_files_add(
    files: *mut pantau_bundle_files,
    name: *const c_char,
    name_length: usize,
    path: *const c_char,
    path_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (files, name, path) = unsafe {
            (
                argument::object_mut("files", files)?,
                argument::text("name", name, name_length)?,
                argument::text("path", path, path_length)?,
            )
        };
        files.0.push((name.to_owned(), path.to_owned()));
        Ok(())
    })
}

/// Frees a list of files; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_files_free(files: *mut pantau_bundle_files) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(files) });
}

/// Makes a bundle of files that lie elsewhere, such as a graph exported by another program, and
/// gives it. `manifest` is JSON as `pantau_bundle_manifest` gives it; its list of files is filled
/// in. The bundle appears at `target` whole or not at all. With `overwrite` a bundle that is
/// already there is replaced; anything else never is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_create(
    target: *const c_char,
    target_length: usize,
    files: *const pantau_bundle_files,
    manifest: *const c_char,
    manifest_length: usize,
    overwrite: bool,
    out: *mut *mut pantau_bundle,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (target, files, manifest, out) = unsafe {
            (
                argument::text("target", target, target_length)?,
                argument::object("files", files)?,
                argument::text("manifest", manifest, manifest_length)?,
                Place::new("out", out)?,
            )
        };
        let manifest = Manifest::from_json(manifest)?;
        out.give(pantau_bundle(Bundle::create(target, &files.0, manifest, overwrite)?));
        Ok(())
    })
}

/// Frees a bundle, not what is on the disk; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_bundle_free(bundle: *mut pantau_bundle) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(bundle) });
}
