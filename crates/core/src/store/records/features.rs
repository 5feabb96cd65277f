//! What the extractor measured of a text.

use super::{Fields, Record, name, number, optional_name, text, whole};
use crate::{
    Result, Timestamp,
    store::{Row, Shared, Table, Value, WritableRow},
    text::{FeatureExtractor, Features},
};

/// The features of a review, by one version of the extractor's settings.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FeatureRecord {
    /// The review.
    pub review_id: String,
    /// The hash of the settings: what tells versions apart.
    pub schema_hash: String,
    /// The version their author gave the settings.
    pub feature_version: String,
    /// From when on the features can be known: when the text was written.
    pub observed_at: Timestamp,
    /// The features, of the anonymised text.
    pub(in crate::store) features: Features,
    /// Whose text it is, if that was told.
    pub(in crate::store) subject: Option<String>,
    /// Whether the texts among the features may be kept; without, only numbers are stored.
    pub(in crate::store) consent: bool,
    /// When they were stored.
    pub created_at: Timestamp,
}

impl FeatureRecord {
    /// The features of a text as its writer agreed to have it kept. Without a text those of an
    /// empty one.
    pub fn new(
        review_id: &str,
        shared: &Shared,
        extractor: &FeatureExtractor,
        observed_at: Timestamp,
    ) -> Self {
        Self {
            review_id: review_id.to_owned(),
            schema_hash: extractor.config().schema_hash(),
            feature_version: extractor.config().version.clone(),
            observed_at,
            features: extractor.extract(shared.text().unwrap_or_default()),
            subject: shared.subject().map(str::to_owned),
            consent: true,
            created_at: Timestamp::now(),
        }
    }

    /// The features, of the anonymised text.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Whose text it is, if that was told.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }
}

impl Record for FeatureRecord {
    const TABLE: Table = Table::TextFeatures;

    fn to_row(&self) -> Result<WritableRow> {
        let features = &self.features;
        let kept = |value: &str| text(self.consent.then_some(value));
        Ok(WritableRow(vec![
            name("review_id", &self.review_id)?,
            name("schema_hash", &self.schema_hash)?,
            Value::Time(self.observed_at),
            name("feature_version", &self.feature_version)?,
            kept(&features.original_text),
            kept(&features.cleaned_text),
            kept(&features.text_no_stopwords),
            kept(&features.stemmed_text),
            whole("original_length", features.original_length)?,
            whole("cleaned_length", features.cleaned_length)?,
            whole("word_count", features.word_count)?,
            whole("char_count", features.char_count)?,
            number("avg_word_length", features.avg_word_length)?,
            number("mean_word_length", features.mean_word_length)?,
            whole("sentiment_words_positive", features.sentiment_words_positive)?,
            whole("sentiment_words_negative", features.sentiment_words_negative)?,
            whole("exclamation_marks", features.exclamation_marks)?,
            whole("question_marks", features.question_marks)?,
            number("uppercase_ratio", features.uppercase_ratio)?,
            whole("special_chars_count", features.special_chars_count)?,
            whole("number_count", features.number_count)?,
            Value::Truth(features.has_url),
            Value::Truth(features.has_emoji),
            optional_name("subject", self.subject.as_deref())?,
            Value::Truth(self.consent),
            Value::Time(self.created_at),
        ]))
    }

    fn from_row(row: Row) -> Result<Self> {
        let mut fields = Fields::new(Self::TABLE, row);
        let review_id = fields.text()?;
        let schema_hash = fields.text()?;
        let observed_at = fields.time()?;
        let feature_version = fields.text()?;
        let features = Features {
            original_text: fields.optional_text()?.unwrap_or_default(),
            cleaned_text: fields.optional_text()?.unwrap_or_default(),
            text_no_stopwords: fields.optional_text()?.unwrap_or_default(),
            stemmed_text: fields.optional_text()?.unwrap_or_default(),
            original_length: fields.whole()?,
            cleaned_length: fields.whole()?,
            word_count: fields.whole()?,
            char_count: fields.whole()?,
            avg_word_length: fields.real()?,
            mean_word_length: fields.real()?,
            sentiment_words_positive: fields.whole()?,
            sentiment_words_negative: fields.whole()?,
            exclamation_marks: fields.whole()?,
            question_marks: fields.whole()?,
            uppercase_ratio: fields.real()?,
            special_chars_count: fields.whole()?,
            number_count: fields.whole()?,
            has_url: fields.truth()?,
            has_emoji: fields.truth()?,
        };
        Ok(Self {
            review_id,
            schema_hash,
            feature_version,
            observed_at,
            features,
            subject: fields.optional_text()?,
            consent: fields.truth()?,
            created_at: fields.time()?,
        })
    }
}
