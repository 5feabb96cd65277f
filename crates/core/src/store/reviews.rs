//! Texts and their labels: what is learnt from.

use std::collections::HashSet;

use serde_json::json;

use super::{
    Change, Commit, Condition, Direction, Existing, PredictionRecord, Record, ReviewRecord, Select,
    Store, Table, Value, audit::with_audit, erase::CHUNK, labels::Labels,
};
use crate::{Result, Timestamp, model::LabelledTexts};

/// Which reviews are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewFilter {
    /// Those that were stored at this moment or later.
    pub since: Option<Timestamp>,
    /// Those that were stored before this moment.
    pub until: Option<Timestamp>,
    /// Those with this label only.
    pub label: Option<String>,
    /// Those whose label comes from there only.
    pub source: Option<String>,
    /// Those of this person only.
    pub subject: Option<String>,
    /// At most so many, the newest.
    pub limit: Option<usize>,
}

impl ReviewFilter {
    fn select(&self) -> Select {
        let mut select = Select::all(Table::Reviews).ordered("created_at", Direction::Descending);
        select.limit = self.limit;
        let time = |time: Option<Timestamp>| time.map(Value::Time);
        let name = |name: &Option<String>| name.clone().map(Value::Text);
        let conditions = [
            time(self.since).map(|time| Condition::IsAtLeast("created_at", time)),
            time(self.until).map(|time| Condition::IsBelow("created_at", time)),
            name(&self.label).map(|label| Condition::Is("sentiment_label", label)),
            name(&self.source).map(|source| Condition::Is("source", source)),
            name(&self.subject).map(|subject| Condition::Is("subject", subject)),
        ];
        select.conditions.extend(conditions.into_iter().flatten());
        select
    }
}

impl dyn Store + '_ {
    /// Writes reviews, all or none, and says how many were written. What becomes of those whose
    /// id is there already is up to `existing`: [`Existing::Keep`] makes writing twice the same as
    /// writing once.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) names the field that cannot be written;
    /// others as the home has them.
    pub fn write_reviews(&self, reviews: &[ReviewRecord], existing: Existing) -> Result<usize> {
        let rows = reviews.iter().map(Record::to_row).collect::<Result<Vec<_>>>()?;
        if rows.is_empty() {
            return Ok(0);
        }
        let change = Change::insert(Table::Reviews, rows, existing);
        Ok(self.apply(&[change], Commit::Durable)?.into_iter().sum())
    }

    /// Writes reviews in the place of all others of a source, and says how many others there were:
    /// these go, with their features, in the same step. The audit log keeps that it was done.
    ///
    /// # Errors
    /// As for [`write_reviews`](#method.write_reviews).
    pub fn replace_reviews(
        &self,
        source: &str,
        reviews: &[ReviewRecord],
        actor: &str,
    ) -> Result<usize> {
        let rows = reviews.iter().map(Record::to_row).collect::<Result<Vec<_>>>()?;
        let stay: HashSet<&str> = reviews.iter().map(|own| own.id.as_str()).collect();
        let is_there = Condition::Is("source", Value::Text(source.to_owned()));
        let mut gone = self.values(Table::Reviews, "id", is_there)?;
        gone.retain(|id| id.as_text().is_none_or(|id| !stay.contains(id)));
        let mut changes = Vec::new();
        for ids in gone.chunks(CHUNK) {
            for (table, key) in [(Table::TextFeatures, "review_id"), (Table::Reviews, "id")] {
                changes.push(Change::delete(table, vec![Condition::IsOneOf(key, ids.to_vec())]));
            }
        }
        if !rows.is_empty() {
            changes.push(Change::insert(Table::Reviews, rows, Existing::Replace));
        }
        let told = json!({ "source": source, "removed": gone.len(), "written": reviews.len() });
        with_audit(self, &changes, actor, "replace_reviews", &|_| told.clone())?;
        Ok(gone.len())
    }

    /// The review of an id, if there is one.
    ///
    /// # Errors
    /// As the home has them.
    pub fn review(&self, id: &str) -> Result<Option<ReviewRecord>> {
        let is_it = Condition::Is("id", Value::Text(id.to_owned()));
        let mut found = None;
        self.select(&Select::all(Table::Reviews).with(is_it), &mut |row| {
            found = Some(ReviewRecord::from_row(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Reviews, the newest first.
    ///
    /// # Errors
    /// As the home has them.
    pub fn reviews(&self, filter: &ReviewFilter) -> Result<Vec<ReviewRecord>> {
        let mut found = Vec::new();
        self.select(&filter.select(), &mut |row| {
            found.push(ReviewRecord::from_row(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// All there is to learn from: labelled reviews, and predictions whose text may be kept and
    /// whose right label became known. With `since`, only labels that became known then or later.
    ///
    /// Equal texts are one, with the label that became known last. The order is that in which the
    /// labels became known.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if there is nothing to learn from;
    /// others as the home has them.
    pub fn labelled_texts(&self, since: Option<Timestamp>) -> Result<LabelledTexts> {
        let mut labels = Labels::default();
        let known = |table: Table, label: &'static str| {
            let select = Select::all(table).with(Condition::IsNotNull(label));
            match since {
                Some(time) => select.with(Condition::IsAtLeast("labelled_at", Value::Time(time))),
                None => select,
            }
        };
        self.select(&known(Table::Reviews, "sentiment_label"), &mut |row| {
            labels.add_review(ReviewRecord::from_row(row)?);
            Ok(())
        })?;
        self.select(&known(Table::Predictions, "actual_label"), &mut |row| {
            labels.add_prediction(PredictionRecord::from_row(row)?);
            Ok(())
        })?;
        labels.into_texts()
    }
}
