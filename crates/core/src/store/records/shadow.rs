//! What a version would have answered whose answers nobody sees.

use super::{Fields, Record, name, text};
use crate::{
    Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// What a shadow says of a text that another version has answered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ShadowRecord {
    /// The answer that was given.
    pub prediction_id: String,
    /// The model.
    pub model: String,
    /// The shadow's version.
    pub version: String,
    /// The version whose answer was seen.
    pub answered_by: String,
    /// When the answer was given.
    pub timestamp: Timestamp,
    /// The label the shadow gives.
    pub label: String,
    /// Its probability.
    pub confidence: f64,
    /// Whether it is the one that was answered.
    pub agrees: bool,
    /// Whose text it is, if that was told with consent.
    pub subject: Option<String>,
}

impl ShadowRecord {
    /// What a shadow of this version says of an answer that was given at some time.
    pub fn new(prediction_id: &str, model: &str, version: &str, timestamp: Timestamp) -> Self {
        Self {
            prediction_id: prediction_id.to_owned(),
            model: model.to_owned(),
            version: version.to_owned(),
            answered_by: String::new(),
            timestamp,
            label: String::new(),
            confidence: 0.0,
            agrees: false,
            subject: None,
        }
    }

    /// Its id: it follows from the answer, so the same shadow is remembered once.
    pub fn id(&self) -> String {
        Self::id_of(&self.prediction_id, &self.version)
    }

    pub(crate) fn id_of(prediction_id: &str, version: &str) -> String {
        format!("{prediction_id}/{version}")
    }
}

impl Record for ShadowRecord {
    const TABLE: Table = Table::Shadows;

    fn to_row(&self) -> Result<WritableRow> {
        Ok(WritableRow(vec![
            name("id", &self.id())?,
            name("prediction_id", &self.prediction_id)?,
            name("model", &self.model)?,
            name("version", &self.version)?,
            name("answered_by", &self.answered_by)?,
            Value::Time(self.timestamp),
            name("label", &self.label)?,
            Value::Real(self.confidence),
            Value::Truth(self.agrees),
            text(self.subject.as_deref()),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        let _id = fields.text()?;
        Ok(Self {
            prediction_id: fields.text()?,
            model: fields.text()?,
            version: fields.text()?,
            answered_by: fields.text()?,
            timestamp: fields.time()?,
            label: fields.text()?,
            confidence: fields.real()?,
            agrees: fields.truth()?,
            subject: fields.optional_text()?,
        })
    }
}
