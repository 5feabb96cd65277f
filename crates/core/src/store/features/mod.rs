//! The feature store: what was measured of texts, and what of it was known when a label was.

mod training;

use std::{collections::HashMap, num::NonZero};

pub use self::training::{TrainingFeatures, TrainingRow, TrainingView};
use super::{
    Change, Commit, Condition, Direction, Existing, FeatureRecord, Record, ReviewRecord, Select,
    Shared, Store, Table, Value,
};
use crate::{
    Result, Timestamp,
    text::{FeatureExtractor, map_in_order},
};

/// How many texts are measured and written at once.
const TEXTS_PER_WRITE: usize = 2048;

/// A text whose features are to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewText {
    /// The review.
    pub review_id: String,
    /// Its text, by the consent of its writer.
    pub shared: Shared,
    /// From when on the features can be known; without it, when the stored review was written, or
    /// else stored; without a stored review, now.
    pub observed_at: Option<Timestamp>,
}

impl dyn Store + '_ {
    /// Measures a text and stores its features. `observed_at` is as for [`ReviewText`].
    ///
    /// Features of this review, extractor and moment that are there already stay as they are; what
    /// is returned is what the store holds.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the id cannot be written; others as
    /// the home has them.
    pub fn store_features(
        &self,
        review_id: &str,
        shared: &Shared,
        extractor: &FeatureExtractor,
        observed_at: Option<Timestamp>,
    ) -> Result<FeatureRecord> {
        let observed_at = match observed_at {
            Some(time) => time,
            None => self.review(review_id)?.as_ref().map_or_else(Timestamp::now, written_at),
        };
        let record = FeatureRecord::new(review_id, shared, extractor, observed_at);
        let change = Change::insert(Table::TextFeatures, vec![record.to_row()?], Existing::Keep);
        if self.apply(&[change], Commit::Durable)? == [1] {
            return Ok(record);
        }
        let select = of_review(review_id)
            .with(Condition::Is("schema_hash", Value::Text(record.schema_hash.clone())))
            .with(Condition::Is("observed_at", Value::Time(observed_at)));
        let mut stored = record;
        self.select(&select, &mut |row| {
            stored = FeatureRecord::from_row(row)?;
            Ok(())
        })?;
        Ok(stored)
    }

    /// Measures texts, on as many threads as `threads` says or as there are, and stores their
    /// features; says how many were not there already. Some thousand are written at a time, so
    /// after an error some are there: the same call again writes the rest.
    ///
    /// `watch` hears how many are done, of how many; an error it returns ends the call.
    ///
    /// # Errors
    /// As for [`store_features`](trait.Store.html#method.store_features).
    pub fn store_features_batch(
        &self,
        texts: &[ReviewText],
        extractor: &FeatureExtractor,
        threads: Option<NonZero<usize>>,
        watch: &mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Result<usize> {
        // The hash is over all lists of words, so it is made once.
        let schema_hash = extractor.config().schema_hash();
        let count = texts.len() as u64;
        // One moment for all: who is forgotten while this goes on stays so.
        let created_at = Timestamp::now();
        let mut written = 0;
        for (part, texts) in texts.chunks(TEXTS_PER_WRITE).enumerate() {
            watch((part * TEXTS_PER_WRITE) as u64, count)?;
            let times = self.observed(texts)?;
            let pairs: Vec<(&ReviewText, Timestamp)> = texts.iter().zip(times).collect();
            let rows = map_in_order(&pairs, threads, |(text, observed_at)| {
                let features = extractor.extract(text.shared.text().unwrap_or_default());
                FeatureRecord {
                    review_id: text.review_id.clone(),
                    schema_hash: schema_hash.clone(),
                    feature_version: extractor.config().version.clone(),
                    observed_at: *observed_at,
                    features,
                    subject: text.shared.subject().map(str::to_owned),
                    consent: true,
                    created_at,
                }
                .to_row()
            });
            let rows = rows.into_iter().collect::<Result<Vec<_>>>()?;
            let change = Change::insert(Table::TextFeatures, rows, Existing::Keep);
            written += self.apply(&[change], Commit::Durable)?.into_iter().sum::<usize>();
        }
        watch(count, count)?;
        Ok(written)
    }

    /// From when on the features of each text can be known.
    fn observed(&self, texts: &[ReviewText]) -> Result<Vec<Timestamp>> {
        let open = texts.iter().filter(|text| text.observed_at.is_none());
        let ids: Vec<Value> = open.map(|text| Value::Text(text.review_id.clone())).collect();
        let mut times = HashMap::with_capacity(ids.len());
        if !ids.is_empty() {
            let select = Select::all(Table::Reviews).with(Condition::IsOneOf("id", ids));
            self.select(&select, &mut |row| {
                let review = ReviewRecord::from_row(row)?;
                times.insert(review.id.clone(), written_at(&review));
                Ok(())
            })?;
        }
        let now = Timestamp::now();
        let time = |text: &ReviewText| {
            text.observed_at.or_else(|| times.get(&text.review_id).copied()).unwrap_or(now)
        };
        Ok(texts.iter().map(time).collect())
    }

    /// The newest features of a review: by this version (the one their author gave, or the schema
    /// hash), or by any.
    ///
    /// # Errors
    /// As the home has them.
    pub fn features(
        &self,
        review_id: &str,
        version: Option<&str>,
    ) -> Result<Option<FeatureRecord>> {
        let select = of_review(review_id)
            .ordered("observed_at", Direction::Descending)
            .ordered("created_at", Direction::Descending);
        let mut found = None;
        self.select(&select, &mut |row| {
            let record = FeatureRecord::from_row(row)?;
            let is_asked = version.is_none_or(|version| {
                record.feature_version == version || record.schema_hash == version
            });
            if is_asked && found.is_none() {
                found = Some(record);
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn of_review(id: &str) -> Select {
    let is_it = Condition::Is("review_id", Value::Text(id.to_owned()));
    Select::all(Table::TextFeatures).with(is_it)
}

/// When a review was written, as far as that is known.
fn written_at(review: &ReviewRecord) -> Timestamp {
    review.date.unwrap_or(review.created_at)
}
