//! Whether a prediction was right.

use super::{Fields, Record, name, new_id, optional_name};
use crate::{
    Error, Result, Timestamp,
    store::{Row, Table, Value, WritableRow},
};

/// What somebody says of a prediction, at once or long after.
///
/// ```
/// use pantau::store::Feedback;
///
/// let feedback = Feedback::wrong("0192f3a4-0000-7000-8000-000000000000", "negative");
/// assert_eq!(feedback.correct, Some(false));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Feedback {
    /// Its own id: writing feedback whose id is there already changes nothing.
    pub id: String,
    /// The prediction.
    pub prediction_id: String,
    /// Whether it was right; where only the right label is told, this follows from it.
    pub correct: Option<bool>,
    /// The right label; of a right prediction it is the predicted one and need not be told.
    pub label: Option<String>,
    /// Who says so: `user`, [`audit`](Self::AUDIT), or a name of your own.
    pub source: String,
    /// The person, if records of this person are to be found again.
    pub subject: Option<String>,
    /// When it was said.
    pub timestamp: Timestamp,
    /// Whether the prediction was there when this was written.
    pub(in crate::store) matched: bool,
}

impl Feedback {
    /// The source of labels of rows that were picked by chance: somebody was asked for them.
    pub const AUDIT: &str = "audit";

    /// The prediction was right.
    pub fn right(prediction_id: &str) -> Self {
        Self::new(prediction_id, Some(true), None)
    }

    /// The prediction was wrong, and this is the right label.
    pub fn wrong(prediction_id: &str, label: &str) -> Self {
        Self::new(prediction_id, Some(false), Some(label.to_owned()))
    }

    /// The right label of a prediction became known; whether it was right follows from it.
    pub fn label(prediction_id: &str, label: &str) -> Self {
        Self::new(prediction_id, None, Some(label.to_owned()))
    }

    /// Whether it was right, the right label, or both.
    pub fn new(prediction_id: &str, correct: Option<bool>, label: Option<String>) -> Self {
        Self {
            id: new_id(),
            prediction_id: prediction_id.to_owned(),
            correct,
            label,
            source: "user".to_owned(),
            subject: None,
            timestamp: Timestamp::now(),
            matched: false,
        }
    }
}

impl Record for Feedback {
    const TABLE: Table = Table::Feedback;

    fn to_row(&self) -> Result<WritableRow> {
        if self.correct.is_none() && self.label.is_none() {
            let problem = "tells neither whether the prediction was right nor the right label";
            return Err(Error::invalid("feedback", problem));
        }
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            name("prediction_id", &self.prediction_id)?,
            self.correct.map_or(Value::Null, Value::Truth),
            optional_name("label", self.label.as_deref())?,
            name("source", &self.source)?,
            optional_name("subject", self.subject.as_deref())?,
            Value::Time(self.timestamp),
            Value::Truth(self.matched),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        Ok(Self {
            id: fields.text()?,
            prediction_id: fields.text()?,
            correct: fields.optional_truth()?,
            label: fields.optional_text()?,
            source: fields.text()?,
            subject: fields.optional_text()?,
            timestamp: fields.time()?,
            matched: fields.truth()?,
        })
    }
}
