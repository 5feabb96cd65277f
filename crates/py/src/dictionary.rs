use std::{ffi::CString, path::PathBuf, sync::Arc};

use pantau::text::{Dictionary, Stemmer};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyTuple};

use crate::{
    arguments::{path, words},
    error::PyError,
    pickle,
};

/// The root words that the Sastrawi stemmer looks up.
///
/// Pantau ships none, since the list that PySastrawi uses may not be used
/// commercially. ``pip install PySastrawi`` (the extra ``pantau[id]``) brings it, and it is
/// then found by itself.
///
/// >>> from pantau.text import Dictionary
/// >>> roots = Dictionary(["bagus", "pakai"])
/// >>> "pakai" in roots, len(roots)
/// (True, 2)
#[pyclass(frozen, name = "Dictionary", module = "pantau.text")]
pub(crate) struct PyDictionary(pub(crate) Arc<Dictionary>);

#[pymethods]
impl PyDictionary {
    /// Collects root words from an iterable of str.
    #[new]
    fn new(words: &Bound<'_, PyAny>) -> PyResult<Self> {
        let words = self::words("words", words)?;
        Ok(Self(Arc::new(Dictionary::from_words(words).map_err(PyError)?)))
    }

    /// Reads root words from a UTF-8 file with one word a line.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> Result<Self, PyError> {
        py.detach(|| Ok(Self(Arc::new(Dictionary::open(path)?))))
    }

    /// The dictionary of the installed PySastrawi package; None where it is
    /// not installed. The package itself is not imported.
    ///
    /// >>> from pantau.text import Dictionary
    /// >>> roots = Dictionary.installed()
    /// >>> roots is None or "makan" in roots
    /// True
    #[staticmethod]
    fn installed(py: Python<'_>) -> PyResult<Option<Self>> {
        Ok(installed(py)?.map(Self))
    }

    /// SHA-256 over the sorted words, in hexadecimal.
    #[getter]
    fn fingerprint(&self) -> &str {
        self.0.fingerprint()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Dictionary", self.0.words())
    }

    fn __contains__(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("Dictionary({} words)", self.0.len())
    }
}

/// PySastrawi's dictionary, read once per process.
pub(crate) fn installed(py: Python<'_>) -> PyResult<Option<Arc<Dictionary>>> {
    static INSTALLED: PyOnceLock<Arc<Dictionary>> = PyOnceLock::new();
    if let Some(dictionary) = INSTALLED.get(py) {
        return Ok(Some(dictionary.clone()));
    }
    let find_spec = py.import("importlib.util")?.getattr("find_spec")?;
    // A module of that name without a specification, or one that is no package,
    // is not PySastrawi.
    let Ok(specification) = find_spec.call1(("Sastrawi",)) else { return Ok(None) };
    if specification.is_none() {
        return Ok(None);
    }
    let folders = specification.getattr("submodule_search_locations")?;
    if folders.is_none() {
        return Ok(None);
    }
    for folder in folders.try_iter()? {
        let path = folder?.extract::<PathBuf>()?.join("Stemmer/data/kata-dasar.txt");
        if path.is_file() {
            let dictionary = py.detach(|| Dictionary::open(path)).map_err(PyError)?;
            return Ok(Some(INSTALLED.get_or_init(py, || Arc::new(dictionary)).clone()));
        }
    }
    Ok(None)
}

/// Says that Indonesian is stemmed more crudely than it could be.
pub(crate) fn warn_without_dictionary(py: Python<'_>) -> PyResult<()> {
    let category = py.import("pantau.text")?.getattr("DictionaryWarning")?;
    let message = CString::new(Stemmer::DICTIONARY_HINT).expect("the hint holds no NUL");
    PyErr::warn(py, &category, &message, 1)
}

/// A dictionary given as such or as the path of a word list.
pub(crate) enum DictionaryArgument {
    Dictionary(Arc<Dictionary>),
    Path(PathBuf),
}

impl<'py> FromPyObject<'_, 'py> for DictionaryArgument {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(dictionary) = value.cast::<PyDictionary>() {
            return Ok(Self::Dictionary(dictionary.get().0.clone()));
        }
        path(value, "dictionary", "a Dictionary or the path of a word list").map(Self::Path)
    }
}

impl DictionaryArgument {
    pub(crate) fn load(self, py: Python<'_>) -> PyResult<Arc<Dictionary>> {
        match self {
            Self::Dictionary(dictionary) => Ok(dictionary),
            Self::Path(path) => {
                Ok(Arc::new(py.detach(|| Dictionary::open(path)).map_err(PyError)?))
            }
        }
    }
}
