//! The classes that turn texts into texts.

use std::path::PathBuf;

use pantau::text::{
    Anonymizer, Cleaner, Dictionary, Entity, Language, Normalizer, StemAlgorithm, Stemmer,
    StopWordMatching, StopWords,
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyString, PyTuple},
};

use crate::{
    arguments::{Threads, pairs, words},
    dictionary::{DictionaryArgument, installed, warn_without_dictionary},
    error::{PyError, invalid},
    pickle,
    texts::{Texts, as_str, transform_texts},
};

/// A cleaner from steps in Python's own structures, which the core reads as JSON.
pub(crate) fn cleaner_from(steps: &Bound<'_, PyAny>) -> PyResult<Cleaner> {
    let dumps = steps.py().import("json")?.getattr("dumps")?;
    let json = dumps.call1((steps,)).map_err(|error| {
        let problem = format!("expected names of steps in a list ({})", error.value(steps.py()));
        invalid("steps", problem)
    })?;
    Ok(Cleaner::from_json(&json.extract::<String>()?).map_err(PyError)?)
}

/// JSON as Python's own structures.
pub(crate) fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (json,))
}

/// Cleans texts in separate, ordered steps.
///
/// Without ``steps`` it does what suits the language. Steps are names, or a
/// name with a setting: "nfc", "html", "urls", "emails", "mentions",
/// {"hashtags": "drop" | "word"}, {"emoji": "drop" | "name"}, {"repeats": 1},
/// "digits", {"punctuation": "all" | "outside_words"}, "case", "whitespace".
/// Cleaning a cleaned text changes nothing, whatever the steps.
///
/// >>> from pantau.text import Cleaner
/// >>> Cleaner("id").clean("Aplikasi ini sangat bagus!")
/// 'aplikasi ini sangat bagus'
/// >>> Cleaner(steps=["urls", {"emoji": "name"}, "whitespace"]).clean("Top 👍 www.a.example")
/// 'Top thumbs up'
#[pyclass(frozen, name = "Cleaner", module = "pantau.text")]
pub(crate) struct PyCleaner(pub(crate) Cleaner);

#[pymethods]
impl PyCleaner {
    #[new]
    #[pyo3(signature = (language="id", *, steps=None))]
    fn new(language: &str, steps: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let language: Language = language.parse().map_err(PyError)?;
        Ok(Self(match steps {
            Some(steps) => cleaner_from(steps)?,
            None => Cleaner::new(language),
        }))
    }

    /// The steps, in order.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// Cleans one text or many; None and NaN stay missing.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn clean<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        transform_texts(texts.py(), &self.0, texts, threads, progress)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Cleaner", self.0.to_json())
    }

    fn __repr__(&self) -> String {
        format!("Cleaner(steps={})", self.0.to_json())
    }
}

/// Replaces colloquial words by standard ones, from a table of two columns.
///
/// >>> from pantau.text import Normalizer
/// >>> Normalizer({"gak": "tidak", "bgt": "banget"}).normalize("Gak bagus bgt!")
/// 'tidak bagus banget!'
#[pyclass(frozen, name = "Normalizer", module = "pantau.text")]
pub(crate) struct PyNormalizer(pub(crate) Normalizer);

#[pymethods]
impl PyNormalizer {
    /// Takes a dict, or an iterable of pairs.
    #[new]
    pub(crate) fn new(table: &Bound<'_, PyAny>) -> PyResult<Self> {
        let pairs = pairs("table", table)?;
        Ok(Self(Normalizer::from_pairs(pairs).map_err(PyError)?))
    }

    /// Reads a table of two columns, parted by tabs or commas, from a UTF-8 file.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> Result<Self, PyError> {
        py.detach(|| Ok(Self(Normalizer::open(path)?)))
    }

    /// Normalises one text or many; None and NaN stay missing.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn normalize<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        transform_texts(texts.py(), &self.0, texts, threads, progress)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "Normalizer", self.0.pairs())
    }

    fn __repr__(&self) -> String {
        format!("Normalizer({} entries)", self.0.len())
    }
}

/// Removes stop words.
///
/// The lists of the languages keep negations, without which "tidak bagus"
/// becomes praise. ``StopWords.sastrawi()`` has the list and the behaviour of
/// PySastrawi's remover.
///
/// >>> from pantau.text import StopWords
/// >>> StopWords("id").remove("aplikasi ini tidak bagus")
/// 'aplikasi tidak bagus'
/// >>> StopWords.sastrawi().remove("aplikasi ini tidak bagus")
/// 'aplikasi bagus'
/// >>> StopWords(words=["aplikasi"]).remove("Aplikasi ini tidak bagus")
/// 'ini tidak bagus'
#[pyclass(frozen, name = "StopWords", module = "pantau.text")]
pub(crate) struct PyStopWords(pub(crate) StopWords);

#[pymethods]
impl PyStopWords {
    #[new]
    #[pyo3(signature = (language="id", *, words=None))]
    fn new(language: &str, words: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let language: Language = language.parse().map_err(PyError)?;
        Ok(Self(match words {
            Some(list) => StopWords::from_words(self::words("words", list)?),
            None => StopWords::new(language),
        }))
    }

    /// The list and the behaviour of PySastrawi 1.2.1's stop-word remover.
    #[staticmethod]
    fn sastrawi() -> Self {
        Self(StopWords::sastrawi())
    }

    /// Reads a list from a UTF-8 file with one word a line.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> Result<Self, PyError> {
        py.detach(|| Ok(Self(StopWords::open(path)?)))
    }

    /// The words, sorted.
    #[getter]
    fn words(&self) -> Vec<&str> {
        self.0.words()
    }

    /// How words are matched: "words" or "sastrawi".
    #[getter]
    fn matching(&self) -> &'static str {
        match self.0.matching() {
            StopWordMatching::Words => "words",
            StopWordMatching::Sastrawi => "sastrawi",
        }
    }

    /// Removes the stop words of one text or many; None and NaN stay missing.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn remove<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        transform_texts(texts.py(), &self.0, texts, threads, progress)
    }

    fn __contains__(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    fn __len__(&self) -> usize {
        self.0.words().len()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "StopWords", (self.matching(), self.0.words()))
    }

    fn __repr__(&self) -> String {
        format!("StopWords({} words)", self.0.words().len())
    }
}

/// Reduces words to their stems.
///
/// Indonesian is stemmed by Sastrawi's algorithm where there is a dictionary
/// of root words: the one given, else that of the installed PySastrawi. Without
/// one it is Tala's, which is cruder; ``hint`` then says what to do.
///
/// >>> from pantau.text import Dictionary, Stemmer
/// >>> Stemmer("id", dictionary=Dictionary(["guna", "mudah"])).stem("Menggunakannya dimudahkan!")
/// 'guna mudah'
/// >>> Stemmer(algorithm="tala").stem("menggunakannya")
/// 'guna'
/// >>> Stemmer("en").stem("running dogs")
/// 'run dog'
#[pyclass(frozen, name = "Stemmer", module = "pantau.text")]
pub(crate) struct PyStemmer(pub(crate) Stemmer);

#[pymethods]
impl PyStemmer {
    #[new]
    #[pyo3(signature = (language="id", *, algorithm=None, dictionary=None))]
    fn new(
        py: Python<'_>,
        language: &str,
        algorithm: Option<&str>,
        dictionary: Option<DictionaryArgument>,
    ) -> PyResult<Self> {
        let language: Language = language.parse().map_err(PyError)?;
        let algorithm = algorithm.map(str::parse::<StemAlgorithm>).transpose().map_err(PyError)?;
        let may_need_one = match algorithm {
            Some(algorithm) => algorithm == StemAlgorithm::Sastrawi,
            None => language == Language::Indonesian,
        };
        let dictionary = match dictionary {
            Some(dictionary) => Some(dictionary.load(py)?),
            None if may_need_one => installed(py)?,
            None => None,
        };
        let stemmer = match algorithm {
            Some(algorithm) => Stemmer::new(algorithm, dictionary),
            None => Stemmer::for_language(language, dictionary),
        };
        let stemmer = stemmer.map_err(PyError)?;
        if algorithm.is_none() && stemmer.hint().is_some() {
            warn_without_dictionary(py)?;
        }
        Ok(Self(stemmer))
    }

    /// The algorithm in use: "sastrawi", "tala" or "english".
    #[getter]
    fn algorithm(&self) -> &'static str {
        self.0.algorithm().name()
    }

    /// How to get better stems, if there is a way.
    #[getter]
    fn hint(&self) -> Option<&'static str> {
        self.0.hint()
    }

    /// Stems the words of one text or many; None and NaN stay missing.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn stem<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        transform_texts(texts.py(), &self.0, texts, threads, progress)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(
            py,
            "Stemmer",
            (self.0.algorithm().name(), self.0.dictionary().map(Dictionary::words)),
        )
    }

    fn __repr__(&self) -> String {
        format!("Stemmer(algorithm={:?})", self.0.algorithm().name())
    }
}

/// Replaces what identifies a person.
///
/// Without a key by the kind of thing it was (``[EMAIL]``), with a key by a
/// pseudonym that is the same wherever the same person comes up and cannot be
/// undone without the key. ``entities`` picks from "email", "url", "phone",
/// "nik", "npwp", "card", "iban", "ip", "handle" and "plate".
///
/// >>> from pantau.text import Anonymizer
/// >>> Anonymizer().anonymize("Hubungi budi@contoh.example atau 0812-3456-7890")
/// 'Hubungi [EMAIL] atau [PHONE]'
/// >>> Anonymizer(entities=["phone"]).count("budi@contoh.example, 0812-3456-7890")
/// {'phone': 1}
#[pyclass(frozen, name = "Anonymizer", module = "pantau.text")]
pub(crate) struct PyAnonymizer(pub(crate) Anonymizer);

#[pymethods]
impl PyAnonymizer {
    #[new]
    #[pyo3(signature = (*, entities=None, key=None))]
    fn new(entities: Option<&Bound<'_, PyAny>>, key: Option<&[u8]>) -> PyResult<Self> {
        let mut anonymizer = Anonymizer::new();
        if let Some(names) = entities {
            let names = words("entities", names)?;
            let entities = names.iter().map(|name| name.parse());
            let entities = entities.collect::<Result<Vec<Entity>, _>>().map_err(PyError)?;
            anonymizer = anonymizer.with_entities(&entities);
        }
        if let Some(key) = key {
            anonymizer = anonymizer.with_key(key).map_err(PyError)?;
        }
        Ok(Self(anonymizer))
    }

    /// Anonymises one text or many; None and NaN stay missing.
    #[pyo3(signature = (texts, *, threads=None, progress=false))]
    fn anonymize<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        transform_texts(texts.py(), &self.0, texts, threads, progress)
    }

    /// How often each kind comes up in one text or many; kinds that do not are left out.
    fn count<'py>(
        &self,
        py: Python<'py>,
        texts: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let counts = match Texts::read(texts)? {
            Texts::One(text) => {
                let text = as_str(&text, None)?;
                py.detach(|| self.0.anonymize(text).counts)
            }
            Texts::Missing => pantau::text::Counts::default(),
            Texts::Many(column) => column.with_slices(|texts| {
                Ok(py.detach(|| {
                    let mut total = pantau::text::Counts::default();
                    let mut out = String::new();
                    for text in texts.iter().flatten() {
                        out.clear();
                        total += self.0.anonymize_into(text, &mut out);
                    }
                    total
                }))
            })?,
        };
        let result = PyDict::new(py);
        for (entity, count) in counts.iter().filter(|(_, count)| *count > 0) {
            result.set_item(entity.name(), count)?;
        }
        Ok(result)
    }

    fn __repr__(&self) -> String {
        let entities: Vec<&str> = self.0.entities().into_iter().map(Entity::name).collect();
        let keyed = if self.0.is_keyed() { "True" } else { "False" };
        format!("Anonymizer(entities={entities:?}, keyed={keyed})")
    }
}

/// Stop words given as such, by the name of a list, or as words.
pub(crate) enum StopWordsArgument {
    StopWords(Py<PyStopWords>),
    Name(String),
    Words(Vec<String>),
}

impl<'py> FromPyObject<'_, 'py> for StopWordsArgument {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(list) = value.cast::<PyStopWords>() {
            return Ok(Self::StopWords(list.to_owned().unbind()));
        }
        if let Ok(name) = value.cast::<PyString>() {
            return Ok(Self::Name(name.to_string()));
        }
        words("stop_words", &value).map(Self::Words)
    }
}
