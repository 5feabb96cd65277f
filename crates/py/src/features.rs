//! The extractor, and the features of one text.

use pantau::text::{
    Dictionary, FeatureConfig, FeatureExtractor, Features, LengthCheck, StemAlgorithm, Stemmer,
    map_in_order,
};
use pyo3::{
    prelude::*,
    types::{PyString, PyTuple},
};

use crate::{
    arguments::{Rows, Threads},
    dictionary::{DictionaryArgument, installed},
    error::PyError,
    feature_config::{ConfigArgument, PyFeatureConfig},
    feature_table::{PyFeatureStream, PyFeatureTable},
    pickle,
    texts::{Texts, as_str, in_steps},
};

/// The features of one text.
///
/// >>> from pantau.text import FeatureExtractor
/// >>> features = FeatureExtractor().extract("Aplikasi ini sangat bagus!")
/// >>> features.cleaned_text, features.word_count, features.avg_word_length
/// ('aplikasi ini sangat bagus', 4, 6.25)
#[pyclass(frozen, eq, name = "Features", module = "pantau.text")]
#[derive(PartialEq)]
pub(crate) struct PyFeatures(Features);

#[pymethods]
impl PyFeatures {
    #[getter]
    fn original_text(&self) -> &str {
        &self.0.original_text
    }

    #[getter]
    fn cleaned_text(&self) -> &str {
        &self.0.cleaned_text
    }

    #[getter]
    fn text_no_stopwords(&self) -> &str {
        &self.0.text_no_stopwords
    }

    #[getter]
    fn stemmed_text(&self) -> &str {
        &self.0.stemmed_text
    }

    #[getter]
    fn original_length(&self) -> u64 {
        self.0.original_length
    }

    #[getter]
    fn cleaned_length(&self) -> u64 {
        self.0.cleaned_length
    }

    #[getter]
    fn word_count(&self) -> u64 {
        self.0.word_count
    }

    #[getter]
    fn char_count(&self) -> u64 {
        self.0.char_count
    }

    /// ``char_count / word_count``, spaces counted.
    #[getter]
    fn avg_word_length(&self) -> f64 {
        self.0.avg_word_length
    }

    /// The mean length of the words, spaces not counted.
    #[getter]
    fn mean_word_length(&self) -> f64 {
        self.0.mean_word_length
    }

    #[getter]
    fn sentiment_words_positive(&self) -> u64 {
        self.0.sentiment_words_positive
    }

    #[getter]
    fn sentiment_words_negative(&self) -> u64 {
        self.0.sentiment_words_negative
    }

    #[getter]
    fn exclamation_marks(&self) -> u64 {
        self.0.exclamation_marks
    }

    #[getter]
    fn question_marks(&self) -> u64 {
        self.0.question_marks
    }

    /// The share of upper-case letters among the letters of the original text.
    #[getter]
    fn uppercase_ratio(&self) -> f64 {
        self.0.uppercase_ratio
    }

    #[getter]
    fn special_chars_count(&self) -> u64 {
        self.0.special_chars_count
    }

    #[getter]
    fn number_count(&self) -> u64 {
        self.0.number_count
    }

    #[getter]
    fn has_url(&self) -> bool {
        self.0.has_url
    }

    #[getter]
    fn has_emoji(&self) -> bool {
        self.0.has_emoji
    }

    /// All features by name, in the order of a table's columns.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        crate::transforms::from_json(py, &self.0.to_json())
    }

    fn __repr__(&self) -> String {
        format!(
            "Features(cleaned_text={:?}, word_count={}, ...)",
            self.0.cleaned_text, self.0.word_count
        )
    }
}

/// Extracts features: the same settings give the same bytes in training and
/// serving, for one text or many.
///
/// ``config`` is a FeatureConfig or the path of one; without it, the defaults
/// for Indonesian. Where the settings stem with Sastrawi, the dictionary is the
/// one given (a Dictionary, or the path of a word list) or that of the
/// installed PySastrawi.
///
/// >>> from pantau.text import FeatureConfig, FeatureExtractor
/// >>> extractor = FeatureExtractor(FeatureConfig("en"))
/// >>> table = extractor.extract(["Great app!", None, "Not good..."])
/// >>> table["stemmed_text"], table["word_count"]
/// (['great app', None, 'not good'], [2, None, 2])
#[pyclass(frozen, name = "FeatureExtractor", module = "pantau.text")]
pub(crate) struct PyFeatureExtractor(pub(crate) FeatureExtractor);

#[pymethods]
impl PyFeatureExtractor {
    #[new]
    #[pyo3(signature = (config=None, *, dictionary=None))]
    fn new(
        py: Python<'_>,
        config: Option<ConfigArgument>,
        dictionary: Option<DictionaryArgument>,
    ) -> PyResult<Self> {
        let given = dictionary.map(|dictionary| dictionary.load(py)).transpose()?;
        let config = match config {
            Some(ConfigArgument::Config(config)) => config.get().0.clone(),
            Some(ConfigArgument::Path(path)) => {
                py.detach(|| FeatureConfig::load(path)).map_err(PyError)?
            }
            None => PyFeatureConfig::default_with(py, given.clone())?,
        };
        let needs_one = config
            .stemmer
            .as_ref()
            .is_some_and(|stemmer| stemmer.algorithm == StemAlgorithm::Sastrawi);
        let dictionary = match given {
            None if needs_one => installed(py)?,
            given => given,
        };
        Ok(Self(py.detach(|| FeatureExtractor::new(config, dictionary)).map_err(PyError)?))
    }

    /// The settings in use.
    #[getter]
    fn config(&self) -> PyFeatureConfig {
        PyFeatureConfig(self.0.config().clone())
    }

    /// How to get better stems, if there is a way.
    #[getter]
    fn hint(&self) -> Option<&'static str> {
        self.0.stemmer().and_then(Stemmer::hint)
    }

    /// The features of one text (Features), or of many (FeatureTable). A missing
    /// text has none: None, or a row of nulls.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn extract<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = texts.py();
        let threads = Threads::limit(threads);
        match Texts::read(texts)? {
            Texts::One(text) => {
                let text = as_str(&text, None)?;
                let features = py.detach(|| self.0.extract(text));
                Ok(Bound::new(py, PyFeatures(features))?.into_any())
            }
            Texts::Missing => Ok(py.None().into_bound(py)),
            Texts::Many(column) => {
                let index = column.index()?;
                let table = column.with_slices(|texts| {
                    PyFeatureTable::extract(py, &self.0, texts, threads, progress, index)
                })?;
                Ok(Bound::new(py, table)?.into_any())
            }
        }
    }

    /// Extracts from a stream of texts of any length in bounded memory: an
    /// iterator of FeatureTables with at most ``rows`` rows each.
    ///
    /// >>> from pantau.text import FeatureExtractor
    /// >>> texts = (f"ulasan {number}" for number in range(5))
    /// >>> [len(table) for table in FeatureExtractor().stream(texts, rows=2)]
    /// [2, 2, 1]
    #[pyo3(
        signature = (texts, *, rows=Rows(8192), threads=None),
        text_signature = "($self, texts, *, rows=8192, threads=None)"
    )]
    fn stream(
        &self,
        texts: &Bound<'_, PyAny>,
        rows: Rows,
        threads: Option<Threads>,
    ) -> PyResult<PyFeatureStream> {
        let rows = usize::try_from(rows.0).unwrap_or(usize::MAX);
        PyFeatureStream::new(self.0.clone(), texts, rows, Threads::limit(threads))
    }

    /// Whether the cleaned text is within the limits of the settings: "ok",
    /// "too_short" (fewer than ``min_length`` characters) or "too_long" (more than
    /// ``max_length`` words). Features are extracted all the same.
    ///
    /// >>> from pantau.text import FeatureExtractor
    /// >>> FeatureExtractor().check_length(["bagus", "ok", None])
    /// ['ok', 'too_short', None]
    fn check_length<'py>(&self, texts: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = texts.py();
        match Texts::read(texts)? {
            Texts::One(text) => {
                let text = as_str(&text, None)?;
                let check = py.detach(|| self.0.check_length(text));
                Ok(PyString::new(py, check.name()).into_any())
            }
            Texts::Missing => Ok(py.None().into_bound(py)),
            Texts::Many(column) => {
                let mut checks = Vec::new();
                column.with_slices(|texts| {
                    in_steps(py, texts, texts.len().max(1), false, |step| {
                        checks = map_in_order(step, None, |text| {
                            text.map(|text| self.0.check_length(text)).map(LengthCheck::name)
                        });
                    })
                })?;
                Ok(pyo3::types::PyList::new(py, checks)?.into_any())
            }
        }
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let dictionary = self.0.stemmer().and_then(Stemmer::dictionary).map(Dictionary::words);
        pickle::reduce(py, "FeatureExtractor", (self.0.config().to_json(), dictionary))
    }

    fn __repr__(&self) -> String {
        format!("FeatureExtractor({})", self.config().describe())
    }
}
