//! Which names and values a run may have: those that all homes can keep. The limits are those of
//! MLflow.

use std::borrow::Cow;

use crate::{Error, Result};

const LONGEST_NAME: usize = 250;
const LONGEST_PARAM: usize = 6000;
const LONGEST_TAG: usize = 8000;
const LONGEST_EXPERIMENT: usize = 500;
const LONGEST_PATH: usize = 1000;
/// The tag that MLflow shows as a run's description; all others of its own are not for users.
const DESCRIPTION: &str = "mlflow.note.content";

fn within(what: &str, value: &str, limit: usize) -> Result<()> {
    let length = value.chars().count();
    let problem = if length > limit {
        format!("has {length} characters, and {limit} is the limit; log it as an artefact")
    } else if value.contains('\0') {
        "holds NUL, which databases cannot keep".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid(what, problem))
}

/// A name of a parameter, a metric or a tag.
fn key(what: &str, name: &str) -> Result<()> {
    let is_letter = |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' ' | ':' | '/')
    };
    let shown: Cow<'_, str> = if name.chars().count() > LONGEST_NAME {
        name.chars().take(40).chain(['…']).collect::<String>().into()
    } else {
        name.into()
    };
    let problem = if name.is_empty() {
        "is empty".to_owned()
    } else if shown != name {
        format!("has {} characters, and {LONGEST_NAME} is the limit", name.chars().count())
    } else if let Some(letter) = name.chars().find(|letter| !is_letter(*letter)) {
        format!("has {letter:?}; letters, digits, spaces and _ - . : / are possible")
    } else if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "is like a path that leads elsewhere: no part between slashes may be empty, . or .."
            .to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid(format!("{what} {shown:?}"), problem))
}

pub(super) fn param(name: &str, value: &str) -> Result<()> {
    key("param", name)?;
    within(&format!("value of param {name:?}"), value, LONGEST_PARAM)
}

pub(super) fn metric(name: &str) -> Result<()> {
    key("metric", name)
}

pub(super) fn tag(name: &str, value: &str) -> Result<()> {
    key("tag", name)?;
    if name.starts_with("mlflow.") && name != DESCRIPTION {
        let problem = format!("belongs to MLflow; of its own tags {DESCRIPTION} alone can be set");
        return Err(Error::invalid(format!("tag {name:?}"), problem));
    }
    within(&format!("value of tag {name:?}"), value, LONGEST_TAG)
}

/// Whether a tag of an MLflow server is the user's.
#[cfg(feature = "mlflow")]
pub(super) fn is_own_tag(name: &str) -> bool {
    !name.starts_with("mlflow.") || name == DESCRIPTION
}

pub(super) fn experiment(name: &str) -> Result<()> {
    title("experiment", name, LONGEST_EXPERIMENT)
}

pub(super) fn run(name: &str) -> Result<()> {
    title("name of a run", name, LONGEST_NAME)
}

fn title(what: &str, name: &str, limit: usize) -> Result<()> {
    let length = name.chars().count();
    let problem = if name.trim().is_empty() {
        "is empty".to_owned()
    } else if length > limit {
        format!("has {length} characters, and {limit} is the limit")
    } else if name.chars().any(char::is_control) {
        format!("{name:?} holds control characters")
    } else {
        return Ok(());
    };
    Err(Error::invalid(what, problem))
}

/// The path of an artefact within its run.
pub(super) fn path(path: &str) -> Result<()> {
    let is_bad = |letter: char| letter.is_control() || matches!(letter, '\\' | '#' | '%');
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    let problem = if path.is_empty() {
        "is empty".to_owned()
    } else if path.len() > LONGEST_PATH {
        format!("has {} bytes, and {LONGEST_PATH} is the limit", path.len())
    } else if path.chars().any(is_bad) || is_drive || path.contains("://") {
        format!("{path:?} holds \\, #, %, a drive, a scheme or control characters")
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        format!("{path:?} is no path within a run, like plots/loss.svg")
    } else {
        return Ok(());
    };
    Err(Error::invalid("path of an artefact", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_mlflow() {
        for name in ["lr", "train/loss", "a b-c_d.e:f", "akurasi é", ".hidden", "..."] {
            key("metric", name).unwrap();
        }
        for name in ["", "a\\b", "a\nb", "../a", "a/../b", "/a", "a/", "a//b", ".", "naïve?"] {
            let error = key("metric", name).unwrap_err().to_string();
            assert!(error.starts_with("metric \""), "{error}");
        }
        let long = "n".repeat(LONGEST_NAME + 1);
        let error = key("metric", &long).unwrap_err().to_string();
        assert!(error.contains("has 251 characters, and 250 is the limit"), "{error}");
        let error = param("a", &"ü".repeat(6001)).unwrap_err().to_string();
        assert!(error.contains("has 6001 characters, and 6000 is the limit"), "{error}");
        param("a", &"ü".repeat(6000)).unwrap();
        assert!(tag("mlflow.runName", "x").is_err());
        tag("mlflow.note.content", "x").unwrap();
    }

    #[test]
    fn paths_stay_within_the_run() {
        for good in ["a", "plots/loss.svg", "a b/c", "..a"] {
            path(good).unwrap();
        }
        for bad in
            ["", "/a", "../a", "a/../b", "a//b", "a\\b", "C:/a", "s3://a", "a\0", "a/", "50%"]
        {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
