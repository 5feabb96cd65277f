//! How things are asked, as JSON has it.

use std::time::Duration;

use serde::Deserialize;

use super::{Ask, RetrainOptions, WorkspaceTrain};
use crate::{Result, Timestamp, store::Consent};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StatedAsk {
    consent: bool,
    subject: Option<String>,
    review_ids: Vec<String>,
    at: Option<Timestamp>,
    return_probabilities: bool,
    deadline_ms: Option<u64>,
}

impl Default for StatedAsk {
    fn default() -> Self {
        Self {
            consent: false,
            subject: None,
            review_ids: Vec::new(),
            at: None,
            return_probabilities: true,
            deadline_ms: None,
        }
    }
}

impl Ask {
    /// Reads it from JSON: an object with `consent` (true once the writer has agreed), `subject`
    /// (who that is; without consent it only decides which version answers), `review_ids`, `at`, `return_probabilities` and `deadline_ms`, all of which may be left out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        let stated: StatedAsk = crate::settings::from_json("ask", json)?;
        let consent = stated.consent.then(|| match &stated.subject {
            Some(subject) => Consent::given().with_subject(subject.clone()),
            None => Consent::given(),
        });
        Ok(Self {
            consent,
            subject: stated.subject,
            review_ids: stated.review_ids,
            at: stated.at,
            without_probabilities: !stated.return_probabilities,
            deadline: stated.deadline_ms.map(Duration::from_millis),
        })
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StatedTrain {
    training: Option<serde_json::Value>,
    keep: bool,
    replace: bool,
    actor: Option<String>,
    at: Option<Timestamp>,
}

impl Default for StatedTrain {
    fn default() -> Self {
        Self { training: None, keep: true, replace: false, actor: None, at: None }
    }
}

impl WorkspaceTrain {
    /// Reads it from JSON: an object with `training` (an object with the names of the options of a
    /// training), `keep`, `replace`, `actor` and `at`, all of which may be left out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        let stated: StatedTrain = crate::settings::from_json("options", json)?;
        Ok(Self {
            training: stated.training.map(|training| training.to_string()),
            without_keeping: !stated.keep,
            replace: stated.replace,
            actor: stated.actor,
            at: stated.at,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StatedRetrain {
    force: bool,
    actor: Option<String>,
    at: Option<Timestamp>,
}

impl RetrainOptions {
    /// Reads it from JSON: an object with `force`, `actor` and `at`, all of which may be left out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        let stated: StatedRetrain = crate::settings::from_json("options", json)?;
        Ok(Self { force: stated.force, actor: stated.actor, at: stated.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read() {
        let ask = Ask::from_json(
            r#"{"consent": true, "subject": "u1", "review_ids": ["a"], "at": "2026-01-01",
                "return_probabilities": false, "deadline_ms": 50}"#,
        )
        .unwrap();
        assert_eq!(ask.consent, Some(Consent::given().with_subject("u1")));
        assert!(ask.without_probabilities && ask.at.is_some());
        assert_eq!(ask.deadline, Some(Duration::from_millis(50)));
        let bare = Ask::from_json(r#"{"subject": "u1"}"#).unwrap();
        assert!(bare.consent.is_none() && !bare.without_probabilities);
        let train = WorkspaceTrain::from_json(
            r#"{"training": {"seed": 3}, "keep": false, "replace": true}"#,
        )
        .unwrap();
        assert_eq!(train.training.as_deref(), Some(r#"{"seed":3}"#));
        assert!(train.without_keeping && train.replace);
        assert!(RetrainOptions::from_json(r#"{"force": true}"#).unwrap().force);
        let error = Ask::from_json(r#"{"consnt": true}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `consnt`"), "{error}");
    }
}
