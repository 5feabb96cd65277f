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
    serde_json::from_value(value).map_err(unreadable)
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
        ] {
            let message = read(json).unwrap_err().to_string();
            assert!(message.starts_with(problem), "{message}");
        }
    }
}
