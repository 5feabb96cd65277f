//! ONNX Runtime, which Python brings as a package.

use std::path::{Path, PathBuf};

use pantau::onnx::{Runtime, add_package_folder};
use pyo3::{prelude::*, types::PyList};

use crate::{arguments::path, error::PyError};

/// The ONNX Runtime that runs the models of this process.
///
/// It is found by itself when the first model is opened: the library that the environment
/// variable ``PANTAU_ONNXRUNTIME`` names, one that is loaded already, that of the installed
/// package ``onnxruntime`` or ``onnxruntime-gpu`` (which is not imported for it), or the system's.
///
/// >>> from pantau import Runtime
/// >>> runtime = Runtime.load()
/// >>> runtime.version >= "1.20"
/// True
#[pyclass(frozen, name = "Runtime", module = "pantau")]
pub(crate) struct PyRuntime(&'static Runtime);

#[pymethods]
impl PyRuntime {
    /// Finds and loads ONNX Runtime, or returns the one that is loaded already.
    ///
    /// ``path`` names a library, or a folder that holds one.
    #[staticmethod]
    #[pyo3(signature = (path=None))]
    fn load(py: Python<'_>, path: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let path = path.map(|path| self::path(path.as_borrowed(), "path", "a path")).transpose()?;
        tell_package_folders(py)?;
        let runtime = py.detach(|| Runtime::load(path.as_deref())).map_err(PyError)?;
        Ok(Self(runtime))
    }

    /// The library.
    #[getter]
    fn path(&self) -> String {
        self.0.path().display().to_string()
    }

    /// Its version.
    #[getter]
    fn version(&self) -> &str {
        self.0.version()
    }

    /// How it was found: "path", "environment", "process", "package" or "system".
    #[getter]
    fn origin(&self) -> String {
        self.0.origin().to_string()
    }

    fn __repr__(&self) -> String {
        format!("Runtime({:?}, version={:?})", self.path(), self.version())
    }
}

/// Tells the core where this interpreter has its packages. Nothing is imported for it.
pub(crate) fn tell_package_folders(py: Python<'_>) -> PyResult<()> {
    let folders = py.import("sys")?.getattr("path")?.cast_into::<PyList>()?;
    for folder in folders {
        // Whatever else was put there is nothing that packages are found in.
        let Ok(folder) = folder.extract::<PathBuf>() else { continue };
        if folder.is_absolute() && may_hold_packages(&folder) {
            add_package_folder(folder);
        }
    }
    Ok(())
}

/// A folder without the package is told all the same if one would look for it there: the message
/// about a missing runtime lists it.
fn may_hold_packages(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    matches!(name, Some("site-packages" | "dist-packages"))
        || folder.join("onnxruntime").join("capi").is_dir()
}
