//! The settings of features.

use std::{path::PathBuf, sync::Arc};

use pantau::text::{
    Cleaner, Dictionary, FeatureConfig, Language, Lexicon, StemAlgorithm, Stemmer, StemmerConfig,
    StopWords,
};
use pyo3::{prelude::*, types::PyTuple};

use crate::{
    arguments::{MaxLength, MinLength, path, words},
    dictionary::{DictionaryArgument, installed, warn_without_dictionary},
    error::{PyError, invalid},
    pickle,
    transforms::{PyNormalizer, StopWordsArgument, cleaner_from, from_json},
};

/// Everything that decides what a FeatureExtractor answers, as one JSON file
/// for training and serving.
///
/// What is not given is the default for the language; None switches
/// ``normalizer``, ``stop_words`` or ``stemmer`` off. ``stemmer`` is
/// "sastrawi", "tala" or "english"; "auto" takes Sastrawi where there is a
/// dictionary. ``lexicon`` is a pair of lists: positive and negative words.
/// ``min_length`` (characters) and ``max_length`` (words) are the limits that
/// ``FeatureExtractor.check_length`` looks at.
///
/// >>> from pantau.text import FeatureConfig
/// >>> config = FeatureConfig("id", normalizer={"gak": "tidak"}, stemmer=None)
/// >>> FeatureConfig.from_json(config.to_json()).schema_hash == config.schema_hash
/// True
#[pyclass(frozen, eq, name = "FeatureConfig", module = "pantau.text")]
#[derive(PartialEq)]
pub(crate) struct PyFeatureConfig(pub(crate) FeatureConfig);

#[pymethods]
impl PyFeatureConfig {
    #[new]
    #[pyo3(signature = (
        language="id", *, version="1.0.0", min_length=MinLength(3),
        max_length=MaxLength(128), steps=None, normalizer=None, stop_words=Some(StopWordsArgument::Name("default".to_owned())),
        stemmer=Some("auto"), dictionary=None, lexicon=None
    ), text_signature = "(language='id', *, version='1.0.0', min_length=3, max_length=128, \
        steps=None, normalizer=None, stop_words='default', stemmer='auto', dictionary=None, \
        lexicon=None)")]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        language: &str,
        version: &str,
        min_length: MinLength,
        max_length: MaxLength,
        steps: Option<&Bound<'_, PyAny>>,
        normalizer: Option<&Bound<'_, PyAny>>,
        stop_words: Option<StopWordsArgument>,
        stemmer: Option<&str>,
        dictionary: Option<DictionaryArgument>,
        lexicon: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let language: Language = language.parse().map_err(PyError)?;
        let mut config = FeatureConfig::new(language);
        version.clone_into(&mut config.version);
        config.min_length = min_length.0;
        config.max_length = max_length.0;
        if let Some(steps) = steps {
            config.steps = cleaner_from(steps)?.steps().to_vec();
        }
        config.normalizer = match normalizer {
            None => None,
            Some(table) => Some(match table.cast::<PyNormalizer>() {
                Ok(normalizer) => normalizer.get().0.clone(),
                Err(_) => PyNormalizer::new(table)?.0,
            }),
        };
        match stop_words {
            None => config.stop_words = None,
            Some(StopWordsArgument::StopWords(list)) => {
                config.stop_words = Some(list.get().0.clone());
            }
            Some(StopWordsArgument::Words(words)) => {
                config.stop_words = Some(StopWords::from_words(words));
            }
            Some(StopWordsArgument::Name(name)) => match name.as_str() {
                "default" => {}
                "sastrawi" => config.stop_words = Some(StopWords::sastrawi()),
                _ => {
                    let problem = format!("{name:?} is not one of: default, sastrawi");
                    return Err(invalid("stop_words", problem));
                }
            },
        }
        if let Some(lists) = lexicon {
            let Ok((positive, negative)) = lists.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()
            else {
                let problem = "expected a pair of lists, positive and negative words";
                return Err(invalid("lexicon", problem));
            };
            config.lexicon =
                Lexicon::from_words(words("lexicon", &positive)?, words("lexicon", &negative)?);
        }
        let algorithm = match stemmer {
            None | Some("auto") => None,
            Some(name) => Some(name.parse::<StemAlgorithm>().map_err(PyError)?),
        };
        let may_need_one = match (stemmer, algorithm) {
            (Some(_), None) => language == Language::Indonesian,
            (_, algorithm) => algorithm == Some(StemAlgorithm::Sastrawi),
        };
        let dictionary = match dictionary {
            Some(dictionary) => Some(dictionary.load(py)?),
            None if may_need_one => installed(py)?,
            None => None,
        };
        let algorithm = match (stemmer, algorithm) {
            (None, _) if dictionary.is_some() => {
                return Err(invalid("dictionary", "these features are not stemmed"));
            }
            (None, _) => None,
            (Some(_), Some(algorithm)) => {
                // Refused now, not when the extractor is made.
                Some(Stemmer::new(algorithm, dictionary.clone()).map_err(PyError)?.algorithm())
            }
            (Some(_), None) => {
                let algorithm = StemAlgorithm::for_language(language, dictionary.is_some());
                if algorithm == StemAlgorithm::Tala {
                    warn_without_dictionary(py)?;
                }
                Some(algorithm)
            }
        };
        config.stemmer = algorithm.map(|algorithm| StemmerConfig {
            algorithm,
            dictionary: dictionary.map(|dictionary| dictionary.fingerprint().to_owned()),
        });
        config.check().map_err(PyError)?;
        Ok(Self(config))
    }

    /// Reads settings from JSON; what is not there gets the default that needs
    /// nothing installed, so Indonesian without a stemmer named means "tala".
    #[staticmethod]
    fn from_json(json: &str) -> Result<Self, PyError> {
        Ok(Self(FeatureConfig::from_json(json)?))
    }

    /// Reads settings from a JSON file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> Result<Self, PyError> {
        py.detach(|| Ok(Self(FeatureConfig::load(path)?)))
    }

    /// Writes the settings to a JSON file, whole or not at all.
    fn save(&self, py: Python<'_>, path: PathBuf) -> Result<(), PyError> {
        py.detach(|| Ok(self.0.save(path)?))
    }

    /// The settings as JSON.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// A hash over all settings that decide a feature's value.
    #[getter]
    fn schema_hash(&self) -> String {
        self.0.schema_hash()
    }

    #[getter]
    fn version(&self) -> &str {
        &self.0.version
    }

    #[getter]
    fn created_at(&self) -> &str {
        &self.0.created_at
    }

    #[getter]
    fn language(&self) -> &'static str {
        self.0.language.code()
    }

    #[getter]
    fn min_length(&self) -> u64 {
        self.0.min_length
    }

    #[getter]
    fn max_length(&self) -> u64 {
        self.0.max_length
    }

    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(
            py,
            &Cleaner::with_steps(self.0.steps.iter().copied()).map_err(PyError)?.to_json(),
        )
    }

    /// The name of the stemmer: "sastrawi", "tala" or "english"; None without one.
    #[getter]
    fn stemmer(&self) -> Option<&'static str> {
        self.0.stemmer.as_ref().map(|stemmer| stemmer.algorithm.name())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        pickle::reduce(py, "FeatureConfig", self.0.to_json())
    }

    fn __repr__(&self) -> String {
        format!("FeatureConfig({})", self.describe())
    }
}

impl PyFeatureConfig {
    /// The defaults for Indonesian, with the dictionary given or installed.
    pub(crate) fn default_with(
        py: Python<'_>,
        dictionary: Option<Arc<Dictionary>>,
    ) -> PyResult<FeatureConfig> {
        let config = FeatureConfig::new(Language::Indonesian);
        let dictionary = dictionary.map_or_else(|| installed(py), |given| Ok(Some(given)))?;
        if let Some(dictionary) = dictionary {
            return Ok(config.with_dictionary(&dictionary));
        }
        warn_without_dictionary(py)?;
        Ok(config)
    }

    pub(crate) fn describe(&self) -> String {
        format!(
            "language={:?}, version={:?}, stemmer={:?}, schema_hash={:?}",
            self.0.language.code(),
            self.0.version,
            self.stemmer().unwrap_or("none"),
            self.0.schema_hash(),
        )
    }
}

/// Settings of features given as such or as the path of their file.
pub(crate) enum ConfigArgument {
    Config(Py<PyFeatureConfig>),
    Path(PathBuf),
}

impl<'py> FromPyObject<'_, 'py> for ConfigArgument {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(config) = value.cast::<PyFeatureConfig>() {
            return Ok(Self::Config(config.to_owned().unbind()));
        }
        path(value, "config", "a FeatureConfig or the path of one").map(Self::Path)
    }
}
