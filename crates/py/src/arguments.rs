//! Arguments that say which of them is wrong, and how.

use std::{num::NonZero, path::PathBuf, sync::Arc};

use pantau::text::Dictionary;
use pyo3::{
    prelude::*,
    types::{PyDict, PyString},
};

use crate::{
    dictionary::PyDictionary,
    error::{PyError, invalid},
    feature_config::PyFeatureConfig,
    transforms::PyStopWords,
};

/// A whole number of at least `LEAST`, for the argument that `$argument` names.
macro_rules! whole_number {
    ($(#[$doc:meta])* $name:ident, $argument:literal, $least:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(pub(crate) u64);

        impl<'py> FromPyObject<'_, 'py> for $name {
            type Error = PyErr;

            fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                match value.extract::<u64>() {
                    Ok(number @ $least..) => Ok(Self(number)),
                    _ => {
                        let problem = format!("expected an int of at least {}, got {}", $least, shown(value)?);
                        Err(invalid($argument, problem))
                    }
                }
            }
        }
    };
}

whole_number!(
    /// The most threads a call may use.
    Threads,
    "threads",
    1
);
whole_number!(
    /// The most rows of a part of a stream.
    Rows,
    "rows",
    1
);
whole_number!(
    /// A limit in characters.
    MinLength,
    "min_length",
    0
);
whole_number!(
    /// A limit in words; the core says what is too few.
    MaxLength,
    "max_length",
    0
);

impl Threads {
    /// As the core takes it.
    pub(crate) fn limit(threads: Option<Self>) -> Option<NonZero<usize>> {
        threads.and_then(|Self(count)| NonZero::new(usize::try_from(count).unwrap_or(usize::MAX)))
    }
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

/// The words of an iterable of str.
pub(crate) fn words(argument: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let wrong = |got: String| invalid(argument, format!("expected words in a list, got {got}"));
    if value.is_instance_of::<PyString>() {
        return Err(wrong(shown(value.as_borrowed())?));
    }
    let Ok(items) = value.try_iter() else { return Err(wrong(shown(value.as_borrowed())?)) };
    items
        .map(|item| {
            let item = item?;
            item.extract().map_err(|_| match shown(item.as_borrowed()) {
                Ok(item) => wrong(format!("{item} in it")),
                Err(error) => error,
            })
        })
        .collect()
}

/// The pairs of a dict or of an iterable of pairs of str.
pub(crate) fn pairs(argument: &str, table: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let wrong =
        |got: String| invalid(argument, format!("expected a dict or pairs of texts, got {got}"));
    let items = match table.cast::<PyDict>() {
        Ok(table) => table.items().into_any(),
        Err(_) => table.clone(),
    };
    let Ok(items) = items.try_iter() else { return Err(wrong(shown(table.as_borrowed())?)) };
    items
        .map(|pair| {
            let pair = pair?;
            pair.extract().map_err(|_| match shown(pair.as_borrowed()) {
                Ok(pair) => wrong(format!("{pair} in it")),
                Err(error) => error,
            })
        })
        .collect()
}

fn path(value: Borrowed<'_, '_, PyAny>, argument: &str, expected: &str) -> PyResult<PathBuf> {
    match value.extract() {
        Ok(path) => Ok(path),
        Err(_) => Err(invalid(argument, format!("expected {expected}, got {}", shown(value)?))),
    }
}

/// A value as an error message shows it: short.
fn shown(value: Borrowed<'_, '_, PyAny>) -> PyResult<String> {
    const LONGEST: usize = 60;
    let text = value.repr()?.to_string();
    if text.chars().count() <= LONGEST {
        return Ok(text);
    }
    Ok(format!("{}…", text.chars().take(LONGEST).collect::<String>()))
}
