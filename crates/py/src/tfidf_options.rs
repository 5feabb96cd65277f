//! The settings of a vectorizer, from Python's values.

use pantau::{
    learn::{Accents, Analyzer, Frequency, Norm, TfidfOptions},
    text::{Language, StopWords},
};
use pyo3::{
    prelude::*,
    types::{PyBool, PyDict, PyFloat, PyFrozenSet, PyMapping, PySet, PyString},
};

use crate::{
    arguments::{choose, choose_or_none, expect, truth, words, wrong},
    error::{PyError, invalid},
};

/// The settings of each part: a dict, or several of them side by side.
pub(crate) fn read_parts(what: &str, parts: &Bound<'_, PyAny>) -> PyResult<Vec<TfidfOptions>> {
    let wrong = || {
        let problem = format!("expected a dict or a list of dicts, got {}", kind_of(parts));
        invalid(what, problem)
    };
    if let Ok(settings) = parts.cast::<PyDict>() {
        return Ok(vec![read(what, settings)?]);
    }
    if parts.is_instance_of::<PyString>() {
        return Err(wrong());
    }
    let parts = parts.try_iter().map_err(|_| wrong())?;
    parts
        .map(|part| {
            let part = part?;
            let settings = part.cast::<PyDict>().map_err(|_| {
                invalid(what, format!("expected a dict for each part, got {}", kind_of(&part)))
            })?;
            read(what, settings)
        })
        .collect()
}

/// The settings of one part; what is left out has its default.
fn read(what: &str, settings: &Bound<'_, PyDict>) -> PyResult<TfidfOptions> {
    let mut options = TfidfOptions::default();
    for (name, value) in settings {
        let name = name.str()?.to_string();
        match name.as_str() {
            "analyzer" => {
                let choices = [
                    ("word", Analyzer::Word),
                    ("char", Analyzer::Char),
                    ("char_wb", Analyzer::CharWb),
                ];
                options.analyzer = choose(&name, &value, &choices)?;
            }
            "ngram_range" => {
                let expected = "two whole numbers";
                let bounds: Vec<usize> = expect(&name, &value, expected)?;
                let [least, most] = bounds[..] else {
                    return Err(wrong(&name, &value, expected));
                };
                options.ngram_range = (least, most);
            }
            "token_pattern" => options.token_pattern = expect(&name, &value, "a pattern or None")?,
            "lowercase" => options.lowercase = truth(&name, &value)?,
            "strip_accents" => {
                let choices = [("ascii", Accents::Ascii), ("unicode", Accents::Unicode)];
                options.strip_accents = choose_or_none(&name, &value, &choices)?;
            }
            "stop_words" => options.stop_words = stop_words(&value)?,
            "min_df" => options.min_df = frequency(&name, &value)?,
            "max_df" => options.max_df = frequency(&name, &value)?,
            "max_features" => {
                options.max_features = expect(&name, &value, "a whole number or None")?;
            }
            "vocabulary" => options.vocabulary = vocabulary(&value)?,
            "binary" => options.binary = truth(&name, &value)?,
            "use_idf" => options.use_idf = truth(&name, &value)?,
            "smooth_idf" => options.smooth_idf = truth(&name, &value)?,
            "sublinear_tf" => options.sublinear_tf = truth(&name, &value)?,
            "norm" => {
                let choices = [("l1", Norm::L1), ("l2", Norm::L2)];
                options.norm = choose_or_none(&name, &value, &choices)?;
            }
            _ => {
                let problem = format!("{name:?} is no setting of a TfidfVectorizer's part");
                return Err(invalid(what, problem));
            }
        }
    }
    Ok(options)
}

fn kind_of(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or("?".to_owned(), |name| name.to_string())
}

/// A whole number is a count, any other number a share.
fn frequency(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Frequency> {
    if !value.is_instance_of::<PyBool>() {
        if !value.is_instance_of::<PyFloat>()
            && let Ok(count) = value.extract()
        {
            return Ok(Frequency::Count(count));
        }
        if let Ok(share) = value.extract::<f64>()
            && (value.is_instance_of::<PyFloat>() || share.fract() != 0.0 || share < 1.0)
        {
            return Ok(Frequency::Share(share));
        }
    }
    Err(wrong(name, value, "a number of texts or a share of them"))
}

/// The words of a list; those of a set in an order that is always the same.
fn sorted_words(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let mut list = words(name, value)?;
    if value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>() {
        list.sort_unstable();
    }
    Ok(list)
}

/// A list of words, or the code of a language for its list.
fn stop_words(value: &Bound<'_, PyAny>) -> PyResult<Option<Vec<String>>> {
    if value.is_none() {
        return Ok(None);
    }
    let Ok(code) = value.cast::<PyString>() else {
        return sorted_words("stop_words", value).map(Some);
    };
    let language = code.to_string_lossy().parse::<Language>().map_err(|error| match error {
        pantau::Error::InvalidInput { problem, .. } => {
            invalid("stop_words", format!("{problem}; or give a list of words"))
        }
        other => PyError(other).into(),
    })?;
    let list = StopWords::new(language);
    Ok(Some(list.words().into_iter().map(str::to_owned).collect()))
}

/// Terms in the order of their columns: a list, a set, or a dict of terms and columns.
fn vocabulary(value: &Bound<'_, PyAny>) -> PyResult<Option<Vec<String>>> {
    if value.is_none() {
        return Ok(None);
    }
    let Ok(table) = value.cast::<PyMapping>() else {
        return sorted_words("vocabulary", value).map(Some);
    };
    let mut columns = Vec::new();
    for pair in table.items()? {
        let expected = "terms with their columns";
        let (term, column): (String, usize) = expect("vocabulary", &pair, expected)?;
        columns.push((column, term));
    }
    columns.sort_unstable();
    if let Some(gap) = columns.iter().enumerate().position(|(at, (column, _))| at != *column) {
        let problem = format!("of {} columns, none or several are {gap}", columns.len());
        return Err(invalid("vocabulary", problem));
    }
    Ok(Some(columns.into_iter().map(|(_, term)| term).collect()))
}
