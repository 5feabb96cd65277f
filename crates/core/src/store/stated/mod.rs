//! What callers state as JSON, and checks as JSON: how the faces of C and the command line pass
//! what is no object of its own.

mod question;
mod review;
mod transfer;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Error, Result, Timestamp,
    model::shortened,
    settings::problem,
    store::{AuditCheck, Consent, Feedback, MetricsRecord, PredictionRecord, records::Pairs},
    text::Anonymizer,
};

/// Reads settings; the empty text has none.
fn read<T: DeserializeOwned + Default>(what: &str, json: &str) -> Result<T> {
    if json.trim().is_empty() {
        return Ok(T::default());
    }
    // Not by way of a value, which would forget in which order names stand. A list would be taken
    // for fields in their order, which is no promise.
    if !json.trim_start().starts_with('{') {
        return Err(Error::invalid(what, format!("{} is no JSON object", shortened(json))));
    }
    serde_json::from_str(json).map_err(|error| Error::invalid(what, problem(&error)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedPrediction {
    id: Option<String>,
    timestamp: Option<Timestamp>,
    predicted_label: Option<String>,
    confidence: Option<f64>,
    probabilities: Option<Pairs>,
    actual_label: Option<String>,
    processing_time_ms: Option<f64>,
    review_id: Option<String>,
    truncated: Option<bool>,
    novelty: Option<f64>,
    error: Option<String>,
    consent: bool,
    subject: Option<String>,
    input_text: Option<String>,
    embedding: Option<Vec<f32>>,
}

/// # JSON
impl PredictionRecord {
    /// A prediction of this moment from JSON: an object with the names of the table's columns, of
    /// which all but `predicted_label` (or `error`, if the model failed) can be left out.
    ///
    /// `input_text`, `subject` and `embedding` are only kept with `"consent": true`, and the text
    /// only as the anonymizer leaves it.
    ///
    /// ```
    /// use pantau::{store::PredictionRecord, text::Anonymizer};
    ///
    /// let json = r#"{"predicted_label": "positive", "confidence": 0.93, "input_text": "Bagus!"}"#;
    /// let record = PredictionRecord::from_json("sentiment", "3", json, &Anonymizer::new())?;
    /// assert_eq!(record.confidence, Some(0.93));
    /// // Nobody said that its writer agreed.
    /// assert!(record.shared.is_none());
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(
        model: &str,
        version: &str,
        json: &str,
        anonymizer: &Anonymizer,
    ) -> Result<Self> {
        let mut stated: StatedPrediction = read("prediction", json)?;
        let mut record = Self::blank(model, version);
        record.label = stated.predicted_label.take();
        record.confidence = stated.confidence.take();
        record.probabilities = stated.probabilities.take().map(|pairs| pairs.0);
        record.truncated = stated.truncated.take().unwrap_or_default();
        record.novelty = stated.novelty.take();
        record.error = stated.error.take();
        Ok(record.with_stated(stated, anonymizer))
    }

    /// With what JSON adds to what the model answered, as for [`from_json`](Self::from_json); the
    /// answer itself is not told twice.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn with_json(self, json: &str, anonymizer: &Anonymizer) -> Result<Self> {
        let stated: StatedPrediction = read("prediction", json)?;
        let answers = [
            ("predicted_label", stated.predicted_label.is_some()),
            ("confidence", stated.confidence.is_some()),
            ("probabilities", stated.probabilities.is_some()),
            ("truncated", stated.truncated.is_some()),
            ("novelty", stated.novelty.is_some()),
            ("error", stated.error.is_some()),
        ];
        if let Some((name, _)) = answers.iter().find(|(_, is_stated)| *is_stated) {
            return Err(Error::invalid(*name, "is told by the prediction already; leave it out"));
        }
        Ok(self.with_stated(stated, anonymizer))
    }

    fn with_stated(self, stated: StatedPrediction, anonymizer: &Anonymizer) -> Self {
        let shared = stated.consent.then(|| {
            let mut consent = Consent::given();
            if let Some(subject) = stated.subject {
                consent = consent.with_subject(subject);
            }
            let mut shared = consent.share();
            if let Some(text) = &stated.input_text {
                shared = shared.with_text(anonymizer, text);
            }
            match &stated.embedding {
                Some(embedding) => shared.with_embedding(embedding),
                None => shared,
            }
        });
        Self {
            id: stated.id.unwrap_or(self.id),
            timestamp: stated.timestamp.unwrap_or(self.timestamp),
            actual_label: stated.actual_label,
            processing_time_ms: stated.processing_time_ms,
            review_id: stated.review_id,
            shared,
            ..self
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedFeedback {
    id: Option<String>,
    correct: Option<bool>,
    label: Option<String>,
    source: Option<String>,
    subject: Option<String>,
    timestamp: Option<Timestamp>,
}

/// # JSON
impl Feedback {
    /// Feedback of this moment from JSON: an object with `correct`, `label` or both, and, where
    /// they are known, `source`, `subject`, `timestamp` and `id`.
    ///
    /// ```
    /// let feedback = pantau::store::Feedback::from_json("p1", r#"{"label": "negative"}"#)?;
    /// assert_eq!(feedback.label.as_deref(), Some("negative"));
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(prediction_id: &str, json: &str) -> Result<Self> {
        let stated: StatedFeedback = read("feedback", json)?;
        let blank = Self::new(prediction_id, stated.correct, stated.label);
        Ok(Self {
            id: stated.id.unwrap_or(blank.id),
            source: stated.source.unwrap_or(blank.source),
            subject: stated.subject,
            timestamp: stated.timestamp.unwrap_or(blank.timestamp),
            ..blank
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedMetrics {
    id: Option<String>,
    timestamp: Option<Timestamp>,
    accuracy: Option<f64>,
    precision: Option<f64>,
    recall: Option<f64>,
    f1_score: Option<f64>,
    loss: Option<f64>,
    epoch: Option<u64>,
    dataset_size: Option<u64>,
}

/// # JSON
impl MetricsRecord {
    /// A measurement of this moment from JSON: an object with the names of the table's columns,
    /// such as `accuracy`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(model: &str, version: &str, json: &str) -> Result<Self> {
        let stated: StatedMetrics = read("metrics", json)?;
        let blank = Self::new(model, version);
        Ok(Self {
            id: stated.id.unwrap_or(blank.id),
            timestamp: stated.timestamp.unwrap_or(blank.timestamp),
            accuracy: stated.accuracy,
            precision: stated.precision,
            recall: stated.recall,
            f1_score: stated.f1_score,
            loss: stated.loss,
            epoch: stated.epoch,
            dataset_size: stated.dataset_size,
            ..blank
        })
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl std::str::FromStr for super::Dialect {
    type Err = Error;

    /// Reads a dialect by its name: `sqlite` or `postgres`.
    fn from_str(name: &str) -> Result<Self> {
        match name {
            "sqlite" => Ok(Self::Sqlite),
            "postgres" => Ok(Self::Postgres),
            other => {
                Err(Error::invalid("dialect", format!("{other:?} is neither sqlite nor postgres")))
            }
        }
    }
}

/// # JSON
impl AuditCheck {
    /// The number of records and the hash of the last, as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::json!({ "records": self.records, "head": self.head }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(json: &str) -> Result<PredictionRecord> {
        PredictionRecord::from_json("sentiment", "3", json, &Anonymizer::new())
    }

    #[test]
    fn what_a_person_wrote_needs_consent() {
        let json = |consent: &str| {
            format!(
                r#"{{"predicted_label": "positive", "probabilities": {{"z": 0.1, "a": 0.9}},
                    "input_text": "Hubungi budi@contoh.example", "subject": "u1", {consent}
                    "embedding": [0.5]}}"#
            )
        };
        let record = prediction(&json("")).unwrap();
        assert!(record.shared.is_none());
        assert_eq!(record.probabilities, Some(vec![("z".into(), 0.1), ("a".into(), 0.9)]));
        let record = prediction(&json(r#""consent": true,"#)).unwrap();
        let shared = record.shared.unwrap();
        assert_eq!(shared.text(), Some("Hubungi [EMAIL]"));
        assert_eq!(shared.subject(), Some("u1"));
        assert_eq!(shared.embedding(), Some(&[0.5][..]));
    }

    #[test]
    fn an_answer_is_told_once() {
        let record = PredictionRecord::new("sentiment", "3", "positive", 0.75);
        let anonymizer = Anonymizer::new();
        let same = record.clone().with_json("", &anonymizer).unwrap();
        assert_eq!(same, record);
        let more = r#"{"id": "p1", "processing_time_ms": 1.5, "timestamp": "2026-11-25"}"#;
        let more = record.clone().with_json(more, &anonymizer).unwrap();
        assert_eq!((more.id.as_str(), more.processing_time_ms), ("p1", Some(1.5)));
        assert_eq!(more.timestamp.to_string(), "2026-11-25T00:00:00Z");
        let twice = record.with_json(r#"{"confidence": 0.5}"#, &anonymizer).unwrap_err();
        assert!(twice.to_string().starts_with("confidence: is told"), "{twice}");
    }

    #[test]
    fn unknown_names_and_odd_values_are_errors() {
        let message = |error: Error| error.to_string();
        let unknown = message(prediction(r#"{"label": "positive"}"#).unwrap_err());
        assert!(unknown.contains("unknown field `label`"), "{unknown}");
        let time = message(prediction(r#"{"timestamp": "yesterday"}"#).unwrap_err());
        assert!(time.contains("\"yesterday\" is no time"), "{time}");
        let feedback = message(Feedback::from_json("p", "[]x").unwrap_err());
        assert!(feedback.starts_with("feedback: "), "{feedback}");
        let metrics = message(MetricsRecord::from_json("m", "1", r#"{"f1": 1}"#).unwrap_err());
        assert!(metrics.contains("unknown field `f1`"), "{metrics}");
    }
}
