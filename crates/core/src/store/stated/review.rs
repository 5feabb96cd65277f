//! What is learnt from and why, as JSON.

use serde::Deserialize;
use serde_json::Value as Json;

use super::read;
use crate::{
    Error, Result, Timestamp,
    store::{Consent, RetrainingRecord, ReviewRecord, ReviewText, Shared, TriggerRecord},
    text::{Anonymizer, Cleaner, Language},
};

/// What is kept of a text, if its writer agreed.
fn share(
    consent: bool,
    subject: Option<String>,
    text: &str,
    anonymizer: &Anonymizer,
) -> Result<Shared> {
    if !consent {
        let problem = "a text is only kept with the consent of its writer: say true if it is given";
        return Err(Error::invalid("consent", problem));
    }
    let consent = match subject {
        Some(subject) => Consent::given().with_subject(subject),
        None => Consent::given(),
    };
    Ok(consent.share().with_text(anonymizer, text))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedReview {
    id: Option<String>,
    review_text: Option<String>,
    sentiment_label: Option<String>,
    rating: Option<u8>,
    date: Option<Timestamp>,
    app_name: Option<String>,
    country_code: Option<String>,
    source: Option<String>,
    subject: Option<String>,
    consent: bool,
    clean: Option<String>,
}

/// # JSON
impl ReviewRecord {
    /// A text with its label, known since now, from JSON: an object with the names of the table's
    /// columns, of which `review_text` and `"consent": true` are needed. `clean` is the language
    /// whose cleaner also stores the text clean.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str, anonymizer: &Anonymizer) -> Result<Self> {
        let stated: StatedReview = read("review", json)?;
        let text = stated.review_text.ok_or_else(|| Error::invalid("review_text", "is missing"))?;
        let shared = share(stated.consent, stated.subject, &text, anonymizer)?;
        let language = stated.clean.map(|language| language.parse::<Language>()).transpose()?;
        let blank = Self::new(shared, stated.sentiment_label.as_deref());
        let record = Self {
            id: stated.id.unwrap_or(blank.id),
            rating: stated.rating,
            date: stated.date,
            app_name: stated.app_name,
            country_code: stated.country_code,
            source: stated.source,
            ..blank
        };
        Ok(match language {
            Some(language) => record.with_cleaned(&Cleaner::new(language)),
            None => record,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedText {
    review_id: String,
    text: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    consent: bool,
    #[serde(default)]
    observed_at: Option<Timestamp>,
}

/// # JSON
impl ReviewText {
    /// Texts whose features are to be stored, from JSON: a list of objects with `review_id`,
    /// `text` and `"consent": true`, and, where they are known, `subject` and `observed_at`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn many_from_json(json: &str, anonymizer: &Anonymizer) -> Result<Vec<Self>> {
        let stated: Vec<StatedText> = serde_json::from_str(json)
            .map_err(|error| Error::invalid("texts", error.to_string()))?;
        let text = |stated: StatedText| {
            Ok(Self {
                shared: share(stated.consent, stated.subject, &stated.text, anonymizer)?,
                review_id: stated.review_id,
                observed_at: stated.observed_at,
            })
        };
        stated.into_iter().map(text).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedTrigger {
    #[serde(rename = "type")]
    kind: String,
    reason: String,
    priority: Option<String>,
    detail: Option<Json>,
}

/// # JSON
impl TriggerRecord {
    /// A reason of this moment from JSON: an object with `type`, `reason`, `priority` (`medium`)
    /// and `detail`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(model: &str, json: &str) -> Result<Self> {
        let StatedTrigger { kind, reason, priority, detail } = read("trigger", json)?;
        let blank = Self::new(model, &kind, &reason, priority.as_deref().unwrap_or("medium"));
        Ok(Self { detail, ..blank })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedRetraining {
    id: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    trigger_evaluation: Option<Json>,
    training_result: Option<Json>,
    validation_result: Option<Json>,
}

/// # JSON
impl RetrainingRecord {
    /// A retraining from JSON: an object with the names of the table's columns, of which all can
    /// be left out: then it begins now, and is `running`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(model: &str, json: &str) -> Result<Self> {
        let stated: StatedRetraining = read("retraining", json)?;
        let blank = Self::new(model);
        Ok(Self {
            id: stated.id.unwrap_or(blank.id),
            status: stated.status.unwrap_or(blank.status),
            reason: stated.reason,
            started_at: stated.started_at.unwrap_or(blank.started_at),
            completed_at: stated.completed_at,
            trigger_evaluation: stated.trigger_evaluation,
            training_result: stated.training_result,
            validation_result: stated.validation_result,
            model: blank.model,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_need_consent() {
        let anonymizer = Anonymizer::new();
        let review = |json: &str| ReviewRecord::from_json(json, &anonymizer);
        let json = r#"{"review_text": "Bagus! Hubungi budi@contoh.example", "consent": true,
                       "subject": "u1", "sentiment_label": "positive", "rating": 5, "clean": "id"}"#;
        let found = review(json).unwrap();
        assert_eq!(found.shared.text(), Some("Bagus! Hubungi [EMAIL]"));
        assert_eq!((found.shared.subject(), found.rating), (Some("u1"), Some(5)));
        assert!(found.cleaned_text().is_some() && found.labelled_at.is_some());
        for (json, part) in [
            (r#"{"review_text": "Bagus"}"#, "consent: a text is only kept"),
            (r#"{"consent": true}"#, "review_text: is missing"),
            ("[]", "review: [] is no JSON object"),
        ] {
            let error = review(json).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let texts = |json: &str| ReviewText::many_from_json(json, &anonymizer);
        let found = texts(r#"[{"review_id": "r", "text": "Bagus", "consent": true}]"#).unwrap();
        assert_eq!(found[0].shared.text(), Some("Bagus"));
        assert!(texts(r#"[{"review_id": "r", "text": "Bagus"}]"#).is_err());
    }

    #[test]
    fn reasons_and_retrainings_are_read() {
        let json = r#"{"type": "drift", "reason": "psi 0.3", "detail": {"psi": 0.3}}"#;
        let trigger = TriggerRecord::from_json("m", json).unwrap();
        assert_eq!((trigger.kind.as_str(), trigger.priority.as_str()), ("drift", "medium"));
        assert_eq!(trigger.detail.unwrap()["psi"], 0.3);
        let retraining = RetrainingRecord::from_json("m", r#"{"id": "1"}"#).unwrap();
        assert_eq!((retraining.id.as_str(), retraining.status.as_str()), ("1", "running"));
    }
}
