//! Texts as rows of numbers.

use pantau::learn::TfidfVectorizer;
use pyo3::{
    prelude::*,
    types::{PyList, PyTuple},
};

use crate::{
    arguments::Threads,
    array::array,
    error::{PyError, invalid},
    matrix::PySparseMatrix,
    pickle,
    texts::{Column, Texts},
    tfidf_options::read_parts,
    watch::Signals,
};

/// What a TfidfVectorizer has learnt.
#[pyclass(frozen, eq, name = "_Vectorizer", module = "pantau._core")]
#[derive(PartialEq)]
pub(crate) struct PyVectorizer(TfidfVectorizer);

#[pymethods]
impl PyVectorizer {
    /// Learns the n-grams of texts.
    #[staticmethod]
    fn fit(
        parts: &Bound<'_, PyAny>,
        texts: &Bound<'_, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Self> {
        let (py, options) = (texts.py(), read_parts("parts", parts)?);
        let threads = Threads::limit(threads);
        many(texts)?.with_all(|texts| {
            let signals = Signals::default();
            let watch = || signals.look();
            let fitted =
                py.detach(|| TfidfVectorizer::fit_watched(&options, texts, threads, &watch));
            signals.conclude(fitted).map(Self)
        })
    }

    /// Learns the n-grams of texts, and gives their rows.
    #[staticmethod]
    fn fit_transform(
        parts: &Bound<'_, PyAny>,
        texts: &Bound<'_, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<(Self, PySparseMatrix)> {
        let (py, options) = (texts.py(), read_parts("parts", parts)?);
        let threads = Threads::limit(threads);
        many(texts)?.with_all(|texts| {
            let signals = Signals::default();
            let watch = || signals.look();
            let fitted = py.detach(|| {
                TfidfVectorizer::fit_transform_watched(&options, texts, threads, &watch)
            });
            let (vectorizer, rows) = signals.conclude(fitted)?;
            Ok((Self(vectorizer), PySparseMatrix(rows)))
        })
    }

    /// The rows of texts.
    fn transform(
        &self,
        texts: &Bound<'_, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<PySparseMatrix> {
        let (py, threads) = (texts.py(), Threads::limit(threads));
        many(texts)?
            .with_all(|texts| Ok(PySparseMatrix(py.detach(|| self.0.transform(texts, threads)))))
    }

    /// The n-grams of each part, in the order of their columns.
    fn terms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let parts: Vec<Vec<&str>> =
            self.0.parts().iter().map(|part| part.terms().iter().collect()).collect();
        PyList::new(py, parts)
    }

    /// How much the n-gram of each column weighs.
    fn idf<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        array(py, &self.0.idf(), &[self.0.columns()])
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "_Vectorizer", self.0.to_json())
    }
}

/// Restores what was pickled.
pub(crate) fn restore(json: &str) -> PyResult<PyVectorizer> {
    Ok(PyVectorizer(TfidfVectorizer::from_json(json).map_err(PyError)?))
}

fn many<'py>(texts: &Bound<'py, PyAny>) -> PyResult<Column<'py>> {
    match Texts::read(texts)? {
        Texts::Many(column) => Ok(column),
        Texts::One(_) => Err(invalid("texts", "one text was passed; pass many")),
        Texts::Missing => Err(invalid("texts", "expected texts, got a missing one")),
    }
}
