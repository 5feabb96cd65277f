//! Settings as JSON.

#[cfg(feature = "learn")]
use serde::de::DeserializeOwned;

#[cfg(feature = "learn")]
use crate::{Error, Result};

/// Reads settings that are an object with the names of their fields; `what` they are is for
/// messages.
#[cfg(feature = "learn")]
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
#[cfg(feature = "learn")]
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
    if (error.is_syntax() || error.is_eof()) && !message.starts_with("invalid ") {
        return message;
    }
    let message = message.rfind(" at line ").map_or(message.as_str(), |place| &message[..place]);
    expected(message).unwrap_or_else(|| message.to_owned())
}

/// "expected a number, got true" of serde's words for it, which name types of Rust.
fn expected(message: &str) -> Option<String> {
    let rest = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .or_else(|| message.strip_prefix("invalid length "))?;
    // A text may have these words, too; what is expected comes last.
    let Some((got, wanted)) = rest.rsplit_once(", expected ") else { return Some(rest.to_owned()) };
    let (got, wanted) = (got_in_words(got), wanted_in_words(wanted));
    Some(if message.starts_with("invalid length ") {
        format!("expected {wanted}, got one of {got}")
    } else {
        format!("expected {wanted}, got {got}")
    })
}

fn wanted_in_words(wanted: &str) -> String {
    let upto = |largest: u64| format!("a whole number from 0 to {largest}");
    match wanted {
        "u8" => upto(u8::MAX.into()),
        "u16" => upto(u16::MAX.into()),
        "u32" => upto(u32::MAX.into()),
        "u64" | "usize" => "a whole number from 0 on".to_owned(),
        _ if wanted.starts_with("a nonzero ") => "a whole number from 1 on".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a map" => "an object".to_owned(),
        "string or map" => "a string or an object".to_owned(),
        _ if wanted.starts_with("struct ") => "an object".to_owned(),
        _ => match wanted.strip_prefix("a tuple of size ") {
            Some(size) => format!("a list of {size}"),
            None => wanted.to_owned(),
        },
    }
}

fn got_in_words(got: &str) -> &str {
    match got {
        "sequence" => "a list",
        "map" => "an object",
        "null" | "unit value" => "null",
        _ => {
            // Its kind shows in the value itself: `true`, `-1`, "x".
            let kinds = ["boolean ", "integer ", "floating point ", "string ", "character "];
            let value = kinds.iter().find_map(|kind| got.strip_prefix(kind)).unwrap_or(got);
            value.strip_prefix('`').and_then(|value| value.strip_suffix('`')).unwrap_or(value)
        }
    }
}

#[cfg(all(test, feature = "learn"))]
mod tests {
    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Options {
        c: f64,
        within: Within,
        pair: (u8, u8),
        many: std::collections::BTreeMap<u32, u32>,
        some: Option<std::num::NonZero<usize>>,
        yes: bool,
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
            ("{\"c\": true}", "options: c: expected a number, got true"),
            ("{\"c\": \"1, expected\"}", "options: c: expected a number, got \"1, expected\""),
            ("{\"c\": null}", "options: c: expected a number, got null"),
            (
                "{\"within\": {\"many\": [1, -1]}}",
                "options: within.many[1]: expected a whole number from 0 to 4294967295, got -1",
            ),
            (
                "{\"within\": {\"many\": [1.5]}}",
                "options: within.many[0]: expected a whole number from 0 to 4294967295, got 1.5",
            ),
            ("{\"within\": {\"many\": 1}}", "options: within.many: expected a list, got 1"),
            (
                "{\"within\": {\"many\": {}}}",
                "options: within.many: expected a list, got an object",
            ),
            ("{\"some\": 0}", "options: some: expected a whole number from 1 on, got 0"),
            ("{\"many\": {\"x\": 1}}", "options: many.?: expected key to be a number in quotes"),
            ("{\"within\": 1}", "options: within: expected an object, got 1"),
            ("{\"pair\": [1]}", "options: pair: expected a list of 2, got one of 1"),
            ("{\"yes\": [1]}", "options: yes: expected true or false, got a list"),
            ("{\"within\": {\"man\": 1}}", "options: within: unknown field `man`"),
        ] {
            let message = read(json).unwrap_err().to_string();
            assert!(message.starts_with(problem), "{message}");
        }
    }
}
