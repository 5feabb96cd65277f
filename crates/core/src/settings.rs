//! Settings as JSON.

use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Reads settings that are an object with the names of their fields; `what` they are is for
/// messages.
pub(crate) fn from_json<T: DeserializeOwned>(what: &str, json: &str) -> Result<T> {
    let unreadable = |error: serde_json::Error| Error::invalid(what, problem(&error));
    // A list would be taken for fields in their order, which is no promise.
    let value: serde_json::Value = serde_json::from_str(json).map_err(unreadable)?;
    if !value.is_object() {
        return Err(Error::invalid(what, format!("expected an object of settings, got {value}")));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| Error::invalid(what, placed(error.path(), &problem(error.inner()))))
}

/// A problem with the place of it, as `triggers.new_data`.
fn placed(path: &serde_path_to_error::Path, problem: &str) -> String {
    let path = path.to_string();
    // A name that is none of the fields is told by the problem itself.
    let place = match path.rsplit_once('.') {
        _ if !problem.starts_with("unknown field") => path.as_str(),
        Some((place, _)) => place,
        None => ".",
    };
    match place {
        "." => problem.to_owned(),
        _ => format!("{place}: {problem}"),
    }
}

/// What is wrong with JSON, without its place: callers of other languages have never seen it.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(place) if !error.is_syntax() && !error.is_eof() => message[..place].to_owned(),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Options {
        c: f64,
        within: Within,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Within {
        many: Vec<u32>,
    }

    #[test]
    fn settings_are_objects() {
        let read = |json: &str| super::from_json::<Options>("options", json);
        assert_eq!(read("{}").unwrap(), Options::default());
        for (json, problem) in [
            ("[]", "options: expected an object of settings, got []"),
            ("null", "options: expected an object of settings, got null"),
            ("{\"cc\": 1}", "options: unknown field `cc`"),
            ("{", "options: EOF"),
            ("{\"c\": true}", "options: c: invalid type: boolean `true`, expected f64"),
            (
                "{\"within\": {\"many\": [1, -1]}}",
                "options: within.many[1]: invalid value: integer `-1`, expected u32",
            ),
            ("{\"within\": {\"man\": 1}}", "options: within: unknown field `man`"),
        ] {
            let message = read(json).unwrap_err().to_string();
            assert!(message.starts_with(problem), "{message}");
        }
    }
}
