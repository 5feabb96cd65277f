//! Features beside labels: of each review what was known when its label was.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::super::{
    Condition, Direction, FeatureRecord, Record, ReviewRecord, Select, Store, Table, Value,
};
use crate::{Error, Result, Timestamp, text::Features};

/// How many reviews are joined with their features at once.
const REVIEWS_PER_JOIN: usize = 1024;

/// Which features are asked for, to learn from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingView {
    /// At most so many rows, those whose labels became known last; without it, all.
    pub limit: Option<usize>,
    /// Only labels that became known at this moment or later.
    pub since: Option<Timestamp>,
    /// Only features of this version: the one their author gave, or the schema hash. Without it,
    /// those of the extractor whose features were stored last.
    pub version: Option<String>,
    /// What was known at this moment: only labels that became known then or earlier.
    pub as_of: Option<Timestamp>,
}

impl Default for TrainingView {
    fn default() -> Self {
        Self { limit: Some(1000), since: None, version: None, as_of: None }
    }
}

/// The label of a review and what was known of its text when the label was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingRow {
    /// The review.
    pub review_id: String,
    /// Its label.
    pub sentiment_label: String,
    /// Its stars.
    pub rating: Option<u8>,
    /// When the label became known.
    pub labelled_at: Timestamp,
    /// From when on the features were known: never later than the label.
    pub observed_at: Timestamp,
    /// The features.
    #[serde(flatten)]
    pub features: Features,
}

/// Features and labels to learn from, all by one extractor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingFeatures {
    /// The version of the extractor's settings; none if no features are stored.
    pub feature_version: Option<String>,
    /// Their hash.
    pub schema_hash: Option<String>,
    /// How many stored features are by other extractors, and not among the rows.
    pub other_features: u64,
    /// The rows, those first whose labels became known last.
    pub rows: Vec<TrainingRow>,
}

impl TrainingFeatures {
    /// The table as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, finite numbers and answers are always JSON")
    }
}

/// A label that waits for its features.
struct Label {
    review_id: String,
    text: String,
    rating: Option<u8>,
    time: Timestamp,
}

impl dyn Store + '_ {
    /// Labelled reviews with their features, as they were known when the label became known: of
    /// the features that could be observed by then the newest. So nothing that was learnt after a
    /// label is beside it. Reviews of which no features were known by then are left out.
    ///
    /// All features are by one extractor. Where there are those of several and no version was
    /// asked for, they are by the one whose features were stored last, and the result says how
    /// many are left out.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there are no features of the version;
    /// [`Error::InvalidInput`] if several extractors had this version: then ask by schema hash.
    pub fn training_features(&self, view: &TrainingView) -> Result<TrainingFeatures> {
        let Some((feature_version, schema_hash)) = self.extractor(view.version.as_deref())? else {
            return Ok(TrainingFeatures {
                feature_version: None,
                schema_hash: None,
                other_features: 0,
                rows: Vec::new(),
            });
        };
        let is_it = Condition::Is("schema_hash", Value::Text(schema_hash.clone()));
        let all = self.count(Table::TextFeatures, &[])?;
        let its_own = self.count(Table::TextFeatures, std::slice::from_ref(&is_it))?;
        let limit = view.limit.unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        // How many of the labels have features is not known before, so twice as many labels are
        // looked at until there are enough. Those of a round are the newest of those before it.
        let mut reach = limit.max(REVIEWS_PER_JOIN);
        while rows.len() < limit {
            let (labels, count) = self.labels(view, reach, &mut seen)?;
            for labels in labels.chunks(REVIEWS_PER_JOIN) {
                let wanted = limit - rows.len();
                rows.extend(self.join(labels, &is_it)?.into_iter().take(wanted));
            }
            if count < reach {
                break;
            }
            reach = reach.saturating_mul(2);
        }
        Ok(TrainingFeatures {
            feature_version: Some(feature_version),
            schema_hash: Some(schema_hash),
            other_features: all.saturating_sub(its_own),
            rows,
        })
    }

    /// The version and the schema hash of the extractor that is asked for.
    fn extractor(&self, version: Option<&str>) -> Result<Option<(String, String)>> {
        let newest = |conditions: &[Condition]| -> Result<Option<(String, String)>> {
            let mut select =
                Select::all(Table::TextFeatures).ordered("created_at", Direction::Descending);
            select.conditions.extend_from_slice(conditions);
            let mut found = None;
            self.select(&select.limited(1), &mut |row| {
                let record = FeatureRecord::from_row(row)?;
                found = Some((record.feature_version, record.schema_hash));
                Ok(())
            })?;
            Ok(found)
        };
        let Some(version) = version else { return newest(&[]) };
        let asked = |column| Condition::Is(column, Value::Text(version.to_owned()));
        if let Some(found) = newest(&[asked("schema_hash")])? {
            return Ok(Some(found));
        }
        let Some((name, hash)) = newest(&[asked("feature_version")])? else {
            let what = format!("features of version {version:?}");
            let hint =
                format!("{} holds none of it, neither by name nor by schema hash", self.location());
            return Err(Error::NotFound { what, hint });
        };
        let is_it = Condition::Is("schema_hash", Value::Text(hash.clone()));
        let all = self.count(Table::TextFeatures, &[asked("feature_version")])?;
        let its_own = self.count(Table::TextFeatures, &[asked("feature_version"), is_it])?;
        if its_own < all {
            let problem = format!(
                "{version:?} is the version of several extractors; ask by schema hash, the newest \
                 is {hash:?}"
            );
            return Err(Error::invalid("version", problem));
        }
        Ok(Some((name, hash)))
    }

    /// The labels that were not seen among so many of the newest, and how many there were in all.
    fn labels(
        &self,
        view: &TrainingView,
        reach: usize,
        seen: &mut HashSet<String>,
    ) -> Result<(Vec<Label>, usize)> {
        let mut select = Select::all(Table::Reviews)
            .with(Condition::IsNotNull("sentiment_label"))
            .with(Condition::IsNotNull("labelled_at"))
            .ordered("labelled_at", Direction::Descending);
        select.limit = (reach < usize::MAX).then_some(reach);
        if let Some(since) = view.since {
            select = select.with(Condition::IsAtLeast("labelled_at", Value::Time(since)));
        }
        if let Some(as_of) = view.as_of {
            let end = Timestamp::from_micros(as_of.micros().saturating_add(1));
            select = select.with(Condition::IsBelow("labelled_at", Value::Time(end)));
        }
        let mut labels = Vec::new();
        let mut count = 0;
        self.select(&select, &mut |row| {
            count += 1;
            let review = ReviewRecord::from_row(row)?;
            if let (Some(text), Some(time)) = (review.label, review.labelled_at)
                && seen.insert(review.id.clone())
            {
                labels.push(Label { review_id: review.id, text, rating: review.rating, time });
            }
            Ok(())
        })?;
        Ok((labels, count))
    }

    /// The rows of labels that have features, in their order.
    fn join(&self, labels: &[Label], is_it: &Condition) -> Result<Vec<TrainingRow>> {
        let ids = labels.iter().map(|label| Value::Text(label.review_id.clone())).collect();
        let times: HashMap<&str, Timestamp> =
            labels.iter().map(|label| (label.review_id.as_str(), label.time)).collect();
        let mut best: HashMap<String, FeatureRecord> = HashMap::new();
        let select = Select::all(Table::TextFeatures)
            .with(Condition::IsOneOf("review_id", ids))
            .with(is_it.clone());
        self.select(&select, &mut |row| {
            let record = FeatureRecord::from_row(row)?;
            let is_known = times
                .get(record.review_id.as_str())
                .is_some_and(|time| record.observed_at <= *time);
            let is_newer = best
                .get(&record.review_id)
                .is_none_or(|other| other.observed_at < record.observed_at);
            if is_known && is_newer {
                best.insert(record.review_id.clone(), record);
            }
            Ok(())
        })?;
        let row = |label: &Label| {
            let record = best.remove(&label.review_id)?;
            Some(TrainingRow {
                review_id: label.review_id.clone(),
                sentiment_label: label.text.clone(),
                rating: label.rating,
                labelled_at: label.time,
                observed_at: record.observed_at,
                features: record.features,
            })
        };
        Ok(labels.iter().filter_map(row).collect())
    }
}
