//! Arguments that say which of them is wrong, and how.

use std::{num::NonZero, path::PathBuf, time::Duration};

use pyo3::{
    prelude::*,
    types::{PyBool, PyDict, PyString},
};

use crate::error::invalid;

/// A whole number of at least `LEAST`, for the argument that `$argument` names.
macro_rules! whole_number {
    ($(#[$doc:meta])* $name:ident, $argument:literal, $least:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(pub(crate) u64);

        impl<'py> FromPyObject<'_, 'py> for $name {
            type Error = PyErr;

            fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                // True is the number 1 in Python, but nobody counts with it.
                let is_bool = value.is_instance_of::<PyBool>();
                match value.extract::<u64>() {
                    Ok(number @ $least..) if !is_bool => Ok(Self(number)),
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
whole_number!(
    /// The most tokens of a text that are read at once; the core says what is too many.
    MaxTokens,
    "max_tokens",
    1
);
whole_number!(
    /// How many tokens two neighbouring windows share; the core says what is too many.
    Overlap,
    "overlap",
    0
);
whole_number!(
    /// The most windows of a text.
    MaxWindows,
    "max_windows",
    1
);
whole_number!(
    /// How many calls may wait.
    Queue,
    "queue",
    1
);
whole_number!(
    /// How many texts are chosen.
    Chosen,
    "count",
    0
);
whole_number!(
    /// What decides all that chance decides.
    Seed,
    "seed",
    0
);
whole_number!(
    /// How many mistakes are kept.
    Worst,
    "worst",
    0
);
whole_number!(
    /// How many samples an interval is drawn from; the core says what is too few.
    Resamples,
    "resamples",
    0
);
whole_number!(
    /// How many parts cross-validation has; the core says what is too few.
    Folds,
    "folds",
    0
);
whole_number!(
    /// How many texts an explanation may ask for; the core says what is too few.
    Budget,
    "budget",
    0
);

/// A whole number of 0 or more.
pub(crate) fn natural(name: &str, value: &Bound<'_, PyAny>) -> PyResult<u64> {
    let number = if value.is_instance_of::<PyBool>() { None } else { value.extract::<u64>().ok() };
    number.ok_or_else(|| wrong(name, value, "an int of at least 0"))
}

/// The number of a version: an int, or a text of its digits, as answers name it.
#[derive(Clone, Copy)]
pub(crate) struct VersionNumber(pub(crate) u32);

impl<'py> FromPyObject<'_, 'py> for VersionNumber {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let number = match value.extract::<String>() {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            Ok(_) => None,
            Err(_) => natural("version", &value).ok().and_then(|number| number.try_into().ok()),
        };
        let expected = "the number of a version, as 3 is, or its digits";
        number.map(Self).ok_or_else(|| wrong("version", &value, expected))
    }
}

/// A whole number of Python as the core counts.
pub(crate) fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A time in seconds, for the argument that `$argument` names.
macro_rules! seconds {
    ($(#[$doc:meta])* $name:ident, $argument:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name(pub(crate) Duration);

        impl<'py> FromPyObject<'_, 'py> for $name {
            type Error = PyErr;

            fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                let seconds = if value.is_instance_of::<PyBool>() { None } else { value.extract::<f64>().ok() };
                match seconds.map(Duration::try_from_secs_f64) {
                    Some(Ok(time)) => Ok(Self(time)),
                    _ => {
                        let problem = format!("expected seconds, 0 or more, got {}", shown(value)?);
                        Err(invalid($argument, problem))
                    }
                }
            }
        }
    };
}

seconds!(
    /// How long a text may wait for company.
    MaxWait,
    "max_wait"
);
seconds!(
    /// By when an answer must be there.
    Deadline,
    "deadline"
);

impl Threads {
    /// As the core takes it.
    pub(crate) fn limit(threads: Option<Self>) -> Option<NonZero<usize>> {
        threads.and_then(|Self(threads)| NonZero::new(count(threads)))
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

/// The names and numbers of a dict, in its order.
pub(crate) fn pairs_of_numbers(
    argument: &str,
    table: &Bound<'_, PyDict>,
) -> PyResult<Vec<(String, f64)>> {
    table
        .iter()
        .map(|(name, number)| {
            let name: String = expect(argument, &name, "texts as keys")?;
            Ok((name, expect(argument, &number, "numbers as values")?))
        })
        .collect()
}

/// What an argument is, and was expected to be.
pub(crate) fn wrong(name: &str, value: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    match shown(value.as_borrowed()) {
        Ok(value) => invalid(name, format!("expected {expected}, got {value}")),
        Err(error) => error,
    }
}

/// A value of an expected kind.
pub(crate) fn expect<'py, T: for<'a> FromPyObject<'a, 'py>>(
    name: &str,
    value: &Bound<'py, PyAny>,
    expected: &str,
) -> PyResult<T> {
    value.extract().map_err(|_| wrong(name, value, expected))
}

/// True or False.
pub(crate) fn truth(name: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    expect(name, value, "True or False")
}

/// One of some words.
pub(crate) fn choose<T: Clone>(
    name: &str,
    value: &Bound<'_, PyAny>,
    choices: &[(&str, T)],
) -> PyResult<T> {
    let word = value.cast::<PyString>().map(|word| word.to_string_lossy().into_owned());
    let found = word.ok().and_then(|word| choices.iter().find(|(choice, _)| *choice == word));
    found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
        let names: Vec<String> = choices.iter().map(|(choice, _)| format!("{choice:?}")).collect();
        wrong(name, value, &format!("one of {}", names.join(", ")))
    })
}

/// One of some words, or None.
pub(crate) fn choose_or_none<T: Clone>(
    name: &str,
    value: &Bound<'_, PyAny>,
    choices: &[(&str, T)],
) -> PyResult<Option<T>> {
    if value.is_none() { Ok(None) } else { choose(name, value, choices).map(Some) }
}

/// A path, or a message that says what was expected.
pub(crate) fn path(
    value: Borrowed<'_, '_, PyAny>,
    argument: &str,
    expected: &str,
) -> PyResult<PathBuf> {
    match value.extract() {
        Ok(path) => Ok(path),
        Err(_) => Err(invalid(argument, format!("expected {expected}, got {}", shown(value)?))),
    }
}

/// A value as an error message shows it: short.
pub(crate) fn shown(value: Borrowed<'_, '_, PyAny>) -> PyResult<String> {
    const LONGEST: usize = 60;
    let text = value.repr()?.to_string();
    if text.chars().count() <= LONGEST {
        return Ok(text);
    }
    Ok(format!("{}…", text.chars().take(LONGEST).collect::<String>()))
}

pub(crate) fn table_passed() -> PyErr {
    invalid("texts", "a table was passed; pass one of its columns")
}
