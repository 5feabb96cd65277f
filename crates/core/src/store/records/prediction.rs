//! What a model answered.

use half::f16;

use super::{Fields, Record, name, new_id, optional_name, optional_number, text, time};
use crate::{
    Error, Result, Timestamp,
    model::Prediction,
    store::{Row, Shared, Table, Value, WritableRow},
};

/// A prediction as it is logged.
///
/// ```
/// use pantau::store::{Consent, PredictionRecord};
///
/// let record = PredictionRecord::new("sentiment", "3", "positive", 0.93);
/// assert_eq!(record.label.as_deref(), Some("positive"));
/// // Nobody agreed to anything, so nothing of the writer is kept.
/// assert!(record.shared.is_none());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PredictionRecord {
    /// Its own id: writing a record whose id is there already changes nothing.
    pub id: String,
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// When.
    pub timestamp: Timestamp,
    /// The most probable label; none if the model failed.
    pub label: Option<String>,
    /// Its probability.
    pub confidence: Option<f64>,
    /// The probability of every label, where they were asked for.
    pub probabilities: Option<Vec<(String, f64)>>,
    /// The right label, once it is known. Of a prediction that is known to be wrong it may never
    /// be; then only `labelled_at` is there.
    pub actual_label: Option<String>,
    /// When it became known whether it was right.
    pub labelled_at: Option<Timestamp>,
    /// How long the prediction took, in milliseconds.
    pub processing_time_ms: Option<f64>,
    /// The text's own id elsewhere.
    pub review_id: Option<String>,
    /// Whether something of the text was cut off.
    pub truncated: bool,
    /// How unlike the text is to those the model has learnt from.
    pub novelty: Option<f64>,
    /// What kind of error it was, if the model failed.
    pub error: Option<String>,
    /// What its writer agreed to have kept.
    pub shared: Option<Shared>,
}

impl PredictionRecord {
    /// A prediction of this moment, with a new id.
    pub fn new(model: &str, version: &str, label: &str, confidence: f64) -> Self {
        let label = Some(label.to_owned());
        Self { label, confidence: Some(confidence), ..Self::blank(model, version) }
    }

    /// What a classifier has answered just now.
    pub fn of(model: &str, version: &str, prediction: &Prediction) -> Self {
        let probabilities = prediction.probabilities.as_ref().map(|probabilities| {
            prediction.labels.iter().cloned().zip(probabilities.iter().copied()).collect()
        });
        Self {
            probabilities,
            truncated: prediction.is_truncated(),
            novelty: prediction.novelty.map(|novelty| novelty.score),
            ..Self::new(model, version, &prediction.label, prediction.confidence)
        }
    }

    /// That a model failed just now, and how.
    pub fn failed(model: &str, version: &str, error: &Error) -> Self {
        Self { error: Some(format!("{:?}", error.kind())), ..Self::blank(model, version) }
    }

    pub(in crate::store) fn blank(model: &str, version: &str) -> Self {
        Self {
            id: new_id(),
            model: model.to_owned(),
            version: version.to_owned(),
            timestamp: Timestamp::now(),
            label: None,
            confidence: None,
            probabilities: None,
            actual_label: None,
            labelled_at: None,
            processing_time_ms: None,
            review_id: None,
            truncated: false,
            novelty: None,
            error: None,
            shared: None,
        }
    }

    /// With what the text's writer agreed to have kept.
    #[must_use]
    pub fn with_shared(self, shared: Shared) -> Self {
        Self { shared: Some(shared), ..self }
    }
}

impl Record for PredictionRecord {
    const TABLE: Table = Table::Predictions;

    fn to_row(&self) -> Result<WritableRow> {
        if self.label.is_none() && self.error.is_none() {
            return Err(Error::invalid("predicted_label", "is missing, and no error says why"));
        }
        if let Some(confidence) = self.confidence
            && !(0.0..=1.0).contains(&confidence)
        {
            return Err(Error::invalid("confidence", format!("{confidence} is not 0 to 1")));
        }
        if let Some(ms) = self.processing_time_ms
            && !(0.0..=1e12).contains(&ms)
        {
            return Err(Error::invalid("processing_time_ms", format!("{ms} is not 0 to 1e12")));
        }
        let shared = self.shared.as_ref();
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            text(shared.and_then(Shared::text)),
            optional_name("predicted_label", self.label.as_deref())?,
            optional_number("confidence", self.confidence)?,
            write_probabilities(self.probabilities.as_deref())?,
            optional_name("actual_label", self.actual_label.as_deref())?,
            // A label that came with the prediction was known when it was made.
            time(self.labelled_at.or(self.actual_label.as_ref().map(|_| self.timestamp))),
            name("model", &self.model)?,
            name("version", &self.version)?,
            Value::Time(self.timestamp),
            optional_number("processing_time_ms", self.processing_time_ms)?,
            optional_name("review_id", self.review_id.as_deref())?,
            optional_name("subject", shared.and_then(Shared::subject))?,
            Value::Truth(shared.is_some()),
            Value::Truth(self.truncated),
            optional_number("novelty", self.novelty)?,
            optional_name("error", self.error.as_deref())?,
            shared.and_then(Shared::embedding).map_or(Ok(Value::Null), pack)?,
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        let id = fields.text()?;
        let text = fields.optional_text()?;
        let label = fields.optional_text()?;
        let confidence = fields.optional_real()?;
        let probabilities = read_probabilities(&mut fields)?;
        let actual_label = fields.optional_text()?;
        let labelled_at = fields.optional_time()?;
        let model = fields.text()?;
        let version = fields.text()?;
        let timestamp = fields.time()?;
        let processing_time_ms = fields.optional_real()?;
        let review_id = fields.optional_text()?;
        let subject = fields.optional_text()?;
        let consent = fields.truth()?;
        let truncated = fields.truth()?;
        let novelty = fields.optional_real()?;
        let error = fields.optional_text()?;
        let embedding = fields.optional_bytes()?.map(|bytes| unpack(&bytes));
        let shared = consent.then(|| Shared::read(subject, text, embedding));
        Ok(Self {
            id,
            model,
            version,
            timestamp,
            label,
            confidence,
            probabilities,
            actual_label,
            labelled_at,
            processing_time_ms,
            review_id,
            truncated,
            novelty,
            error,
            shared,
        })
    }
}

/// Probabilities as a JSON object, in their order.
fn write_probabilities(probabilities: Option<&[(String, f64)]>) -> Result<Value> {
    let Some(probabilities) = probabilities else { return Ok(Value::Null) };
    let mut out = String::with_capacity(probabilities.len() * 32);
    for (label, probability) in probabilities {
        if !(0.0..=1.0 + 1e-6).contains(probability) {
            let problem = format!("{label:?} has {probability}, which is not 0 to 1");
            return Err(Error::invalid("probabilities", problem));
        }
        out.push(if out.is_empty() { '{' } else { ',' });
        out.push_str(&serde_json::Value::from(label.as_str()).to_string());
        out.push(':');
        out.push_str(&serde_json::Value::from(*probability).to_string());
    }
    if out.is_empty() {
        out.push('{');
    }
    out.push('}');
    Ok(Value::Text(out))
}

fn read_probabilities(fields: &mut Fields) -> Result<Option<Vec<(String, f64)>>> {
    let Some(json) = fields.optional_text()? else { return Ok(None) };
    let pairs: Pairs = serde_json::from_str(&json).map_err(|_| fields.wrong(&Value::Text(json)))?;
    Ok(Some(pairs.0))
}

/// The members of a JSON object in their order, which maps of this program do not keep.
#[derive(Debug)]
pub(in crate::store) struct Pairs(pub(in crate::store) Vec<(String, f64)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("labels and their probabilities")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                mut map: M,
            ) -> Result<Pairs, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// A vector as half-precision numbers, the lower byte first.
fn pack(embedding: &[f32]) -> Result<Value> {
    let mut bytes = Vec::with_capacity(embedding.len() * 2);
    for (place, number) in embedding.iter().enumerate() {
        let half = f16::from_f32(*number);
        if !half.is_finite() {
            let problem = format!("number {place} is {number}, and 65504 is the limit");
            return Err(Error::invalid("embedding", problem));
        }
        bytes.extend_from_slice(&half.to_le_bytes());
    }
    Ok(Value::Bytes(bytes))
}

/// The vector that such bytes are.
pub(in crate::store) fn unpack(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::Consent, text::Anonymizer};

    #[test]
    fn a_record_is_the_same_after_it_was_a_row() {
        let mut record = PredictionRecord::new("sentiment", "3", "positif", 0.75);
        record.probabilities = Some(vec![("z\"".into(), 0.25), ("a".into(), 0.75)]);
        record.processing_time_ms = Some(1.5);
        let shared = Consent::given().with_subject("u1").share();
        let shared = shared.with_text(&Anonymizer::new(), "Bagus\0!").with_embedding(&[0.5, -2.0]);
        let record = record.with_shared(shared);
        let row = Row(record.to_row().unwrap().0);
        assert_eq!(row.0.len(), Table::Predictions.columns().len());
        assert_eq!(PredictionRecord::from_row(row).unwrap(), record);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let good = PredictionRecord::new("sentiment", "3", "positive", 0.75);
        let bad = |change: &dyn Fn(&mut PredictionRecord), message: &str| {
            let mut record = good.clone();
            change(&mut record);
            let error = record.to_row().unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        };
        bad(&|record| record.id = String::new(), "id: is empty");
        bad(&|record| record.model = "x".repeat(2000), "model: has 2000 bytes, and 1024");
        bad(&|record| record.version = "a\0".into(), "version: \"a\\0\" holds NUL");
        bad(&|record| record.confidence = Some(f64::NAN), "confidence: NaN is not 0 to 1");
        bad(&|record| record.processing_time_ms = Some(-1.0), "processing_time_ms: -1");
        bad(&|record| record.novelty = Some(f64::INFINITY), "novelty: inf is no finite number");
        bad(&|record| record.label = None, "predicted_label: is missing");
        bad(&|record| record.probabilities = Some(vec![("a".into(), 2.0)]), "\"a\" has 2");
        let huge = Consent::given().share().with_embedding(&[1e9]);
        bad(&|record| record.shared = Some(huge.clone()), "number 0 is 1000000000");
    }
}
