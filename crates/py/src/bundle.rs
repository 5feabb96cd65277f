//! Models on disk.

use std::{path::PathBuf, sync::Arc};

use pantau::model::{Bundle, ConvertOptions, Manifest, convert, import_sklearn};
use pyo3::{
    prelude::*,
    types::{PyDict, PyMapping, PyString, PyTuple},
};

use crate::{
    arguments::{path, shown},
    error::{PyError, invalid},
    pickle,
    runtime::tell_package_folders,
    texts::Texts,
    transforms::from_json,
    watching::reference::PyReference,
};

/// A model on disk: a folder with a manifest, checked when it is opened.
///
/// Only the files that its manifest lists are ever read, and none of them is run.
///
/// >>> from pantau import Bundle
/// >>> bundle = Bundle.open("sentiment")
/// >>> bundle.manifest["family"], bundle.manifest["task"]["kind"]
/// ('bert', 'classifier')
#[pyclass(frozen, eq, name = "Bundle", module = "pantau")]
pub(crate) struct PyBundle(Bundle);

impl PartialEq for PyBundle {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id() && self.0.path() == other.0.path()
    }
}

#[pymethods]
impl PyBundle {
    /// Opens a bundle and compares every file with its manifest.
    #[staticmethod]
    pub(crate) fn open(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let path = self::path(path.as_borrowed(), "path", "the path of a bundle")?;
        Ok(Self(py.detach(|| Bundle::open(absolute(path))).map_err(PyError)?))
    }

    /// Makes a bundle of files that lie elsewhere, such as a graph that another program exported.
    ///
    /// ``files`` maps each name inside the bundle to where the file is now; ``manifest`` is a
    /// dict, or JSON. Its ``files`` are filled in, and so are ``format`` and ``pantau``. The
    /// bundle appears whole or not at all; ``overwrite`` replaces a bundle, and nothing else.
    #[staticmethod]
    #[pyo3(signature = (path, files, manifest, *, overwrite=false))]
    fn create(
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        files: &Bound<'_, PyAny>,
        manifest: &Bound<'_, PyAny>,
        overwrite: bool,
    ) -> PyResult<Self> {
        let path = absolute(self::path(path.as_borrowed(), "path", "the path of a new bundle")?);
        let files = file_paths(files)?;
        let manifest = new_manifest(manifest)?;
        let bundle = py.detach(|| Bundle::create(path, &files, manifest, overwrite));
        Ok(Self(bundle.map_err(PyError)?))
    }

    /// Checks everything again, on the files as they are now.
    fn verify(&self, py: Python<'_>) -> Result<(), PyError> {
        Ok(py.detach(|| self.0.verify())?)
    }

    /// The folder.
    #[getter]
    pub(crate) fn path(&self) -> String {
        self.0.path().display().to_string()
    }

    /// A hash over all it consists of: equal bundles have equal ids.
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    /// What later texts are compared with; None if the bundle has none, as of fewer than 280
    /// test rows.
    fn reference(&self, py: Python<'_>) -> PyResult<Option<PyReference>> {
        let reference = py.detach(|| self.0.reference()).map_err(PyError)?;
        Ok(reference.map(|reference| PyReference(Arc::new(reference))))
    }

    /// What it says about itself.
    #[getter]
    fn manifest<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.manifest().to_json())
    }

    fn __fspath__(&self) -> String {
        self.path()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Bundle", self.path())
    }

    fn __repr__(&self) -> String {
        let manifest = self.0.manifest();
        let (name, weights) = (&manifest.name, manifest.weights.name());
        format!("Bundle({:?}, name={name:?}, weights={weights:?})", self.path())
    }
}

/// Makes a bundle of a checkpoint: a folder as Hugging Face's or sentence-transformers'
/// ``save_pretrained`` makes it, or one with a ``model.onnx`` that another program exported.
///
/// ``weights`` are "fp32", "fp16" (for GPUs) or "int8" (for CPUs); how far an int8 model agrees
/// with the fp32 one is measured and written into the manifest. It agrees more if ``calibration``
/// holds some hundred texts like those it will read. ``name`` is by default that of the folder;
/// ``overwrite`` replaces a bundle that is there already.
///
/// >>> import pantau
/// >>> bundle = pantau.convert("checkpoint", "reviews-int8", weights="int8", name="reviews")
/// >>> bundle.manifest["quantization"]["texts"]
/// 48
#[pyfunction]
#[pyo3(
    name = "convert",
    signature = (
        checkpoint, bundle, *, weights="fp32", name=None, overwrite=false, calibration=None
    )
)]
pub(crate) fn convert_checkpoint(
    checkpoint: &Bound<'_, PyAny>,
    bundle: &Bound<'_, PyAny>,
    weights: &str,
    name: Option<String>,
    overwrite: bool,
    calibration: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyBundle> {
    let py = bundle.py();
    let checkpoint =
        path(checkpoint.as_borrowed(), "checkpoint", "the path of a checkpoint's folder")?;
    let bundle = absolute(path(bundle.as_borrowed(), "bundle", "the path of a new bundle")?);
    let calibration = match calibration {
        Some(texts) => match Texts::read(texts)? {
            Texts::Many(column) => column
                .with_all(|texts| Ok(texts.iter().map(|text| (*text).to_owned()).collect()))?,
            Texts::One(_) | Texts::Missing => {
                return Err(invalid("calibration", "expected many texts"));
            }
        },
        None => Vec::new(),
    };
    let weights = weights.parse().map_err(PyError)?;
    let options = ConvertOptions { weights, name, overwrite, calibration };
    tell_package_folders(py)?;
    let bundle = py.detach(|| convert(checkpoint, bundle, &options)).map_err(PyError)?;
    Ok(PyBundle(bundle))
}

/// Makes a bundle of a pipeline that was fitted with scikit-learn: of the file ``path`` that
/// ``pantau.sklearn.export`` wrote. Nothing in it is run, and scikit-learn is not needed.
///
/// ``name`` is by default that of the folder ``output``; ``overwrite`` replaces a bundle that is
/// there already. ``Classifier.open`` opens what comes out.
#[pyfunction]
#[pyo3(name = "import_sklearn", signature = (path, output, *, name=None, overwrite=false))]
pub(crate) fn import_pipeline(
    py: Python<'_>,
    path: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    name: Option<&str>,
    overwrite: bool,
) -> PyResult<PyBundle> {
    let path = self::path(path.as_borrowed(), "path", "the path of an exported pipeline")?;
    let output = absolute(self::path(output.as_borrowed(), "output", "the path of a new bundle")?);
    tell_package_folders(py)?;
    let bundle = py.detach(|| import_sklearn(&path, &output, name, overwrite));
    Ok(PyBundle(bundle.map_err(PyError)?))
}

/// The path of a bundle, given as such or as a Bundle.
pub(crate) struct BundleArgument(pub(crate) PathBuf);

impl<'py> FromPyObject<'_, 'py> for BundleArgument {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bundle) = value.cast::<PyBundle>() {
            return Ok(Self(bundle.get().0.path().to_owned()));
        }
        path(value, "bundle", "a Bundle or the path of one").map(absolute).map(Self)
    }
}

/// The same place after a change of the working directory, as a pickle or a fork may meet it.
fn absolute(path: PathBuf) -> PathBuf {
    // An empty path stays one, and is refused where it is opened.
    std::path::absolute(&path).unwrap_or(path)
}

/// The pairs of a mapping of names to paths.
fn file_paths(files: &Bound<'_, PyAny>) -> PyResult<Vec<(String, PathBuf)>> {
    let wrong =
        |got: String| invalid("files", format!("expected a dict of names and paths, got {got}"));
    let Ok(files) = files.cast::<PyMapping>() else {
        return Err(wrong(shown(files.as_borrowed())?));
    };
    files
        .items()?
        .iter()
        .map(|pair| match pair.extract() {
            Ok(pair) => Ok(pair),
            Err(_) => Err(wrong(format!("{} in it", shown(pair.as_borrowed())?))),
        })
        .collect()
}

/// A manifest from a dict or from JSON, with what only Pantau knows filled in.
fn new_manifest(manifest: &Bound<'_, PyAny>) -> PyResult<Manifest> {
    let py = manifest.py();
    let json = py.import("json")?;
    let wrong = |problem: String| invalid("manifest", problem);
    let fields = match manifest.cast::<PyString>() {
        Ok(text) => json
            .call_method1("loads", (text,))
            .map_err(|error| wrong(format!("is not JSON ({})", error.value(py))))?,
        Err(_) => manifest.clone(),
    };
    let Ok(fields) = fields.cast::<PyDict>() else {
        return Err(wrong(format!(
            "expected a dict or JSON, got {}",
            shown(fields.as_borrowed())?
        )));
    };
    let whole = PyDict::new(py);
    whole.set_item("format", Manifest::FORMAT)?;
    whole.set_item("pantau", env!("CARGO_PKG_VERSION"))?;
    whole.update(fields.as_mapping())?;
    // Those of another bundle would not fit the files of this one.
    whole.set_item("files", PyDict::new(py))?;
    let text = json
        .call_method1("dumps", (whole,))
        .map_err(|error| wrong(format!("cannot be written as JSON ({})", error.value(py))))?;
    Ok(Manifest::from_json(&text.extract::<String>()?).map_err(PyError)?)
}
