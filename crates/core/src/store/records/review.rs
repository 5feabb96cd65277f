//! A text and the label people gave it.

use super::{Fields, Record, name, new_id, optional_name, text, time};
use crate::{
    Error, Result, Timestamp,
    store::{Row, Shared, Table, Value, WritableRow},
    text::Cleaner,
};

/// A text with its label, to learn from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReviewRecord {
    /// Its own id.
    pub id: String,
    /// The text, by the consent of its writer.
    pub shared: Shared,
    /// The text after cleaning.
    pub(in crate::store) cleaned_text: Option<String>,
    /// The label.
    pub label: Option<String>,
    /// Stars, 1 to 5.
    pub rating: Option<u8>,
    /// When it was written.
    pub date: Option<Timestamp>,
    /// The app it is about.
    pub app_name: Option<String>,
    /// The country it comes from.
    pub country_code: Option<String>,
    /// Where the label comes from.
    pub source: Option<String>,
    /// When the label became known.
    pub labelled_at: Option<Timestamp>,
    /// When this was first stored.
    pub created_at: Timestamp,
}

impl ReviewRecord {
    /// A text as its writer agreed to have it kept, and its label, known since now.
    pub fn new(shared: Shared, label: Option<&str>) -> Self {
        let now = Timestamp::now();
        Self {
            id: new_id(),
            shared,
            cleaned_text: None,
            label: label.map(str::to_owned),
            rating: None,
            date: None,
            app_name: None,
            country_code: None,
            source: None,
            labelled_at: label.map(|_| now),
            created_at: now,
        }
    }

    /// With the text as a cleaner leaves it.
    #[must_use]
    pub fn with_cleaned(self, cleaner: &Cleaner) -> Self {
        Self { cleaned_text: self.shared.text().map(|text| cleaner.clean(text)), ..self }
    }

    /// The text after cleaning.
    pub fn cleaned_text(&self) -> Option<&str> {
        self.cleaned_text.as_deref()
    }
}

impl Record for ReviewRecord {
    const TABLE: Table = Table::Reviews;

    fn to_row(&self) -> Result<WritableRow> {
        if let Some(rating) = self.rating
            && !(1..=5).contains(&rating)
        {
            return Err(Error::invalid("rating", format!("{rating} is not 1 to 5")));
        }
        Ok(WritableRow(vec![
            name("id", &self.id)?,
            text(self.shared.text()),
            text(self.cleaned_text.as_deref()),
            optional_name("sentiment_label", self.label.as_deref())?,
            self.rating.map_or(Value::Null, |rating| Value::Integer(i64::from(rating))),
            time(self.date),
            optional_name("app_name", self.app_name.as_deref())?,
            optional_name("country_code", self.country_code.as_deref())?,
            optional_name("source", self.source.as_deref())?,
            optional_name("subject", self.shared.subject())?,
            Value::Truth(true),
            time(self.labelled_at),
            Value::Time(self.created_at),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        let id = fields.text()?;
        let text = fields.optional_text()?;
        let cleaned_text = fields.optional_text()?;
        let label = fields.optional_text()?;
        let rating = fields.optional_whole()?.map(|rating| u8::try_from(rating).unwrap_or(u8::MAX));
        let date = fields.optional_time()?;
        let app_name = fields.optional_text()?;
        let country_code = fields.optional_text()?;
        let source = fields.optional_text()?;
        let subject = fields.optional_text()?;
        let _consent = fields.truth()?;
        let labelled_at = fields.optional_time()?;
        let created_at = fields.time()?;
        let shared = Shared::read(subject, text, None);
        Ok(Self {
            id,
            shared,
            cleaned_text,
            label,
            rating,
            date,
            app_name,
            country_code,
            source,
            labelled_at,
            created_at,
        })
    }
}
