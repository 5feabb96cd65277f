//! Texts and their labels: what is learnt from.

use std::collections::HashMap;

use super::{
    Change, Commit, Condition, Direction, Existing, PredictionRecord, Record, ReviewRecord, Select,
    Shared, Store, Table, Value,
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
        let mut labels: HashMap<String, (Timestamp, String)> = HashMap::new();
        let mut add = |text: &str, label: String, time: Timestamp| {
            if text.trim().is_empty() {
                return;
            }
            let Some(known) = labels.get_mut(text) else {
                labels.insert(text.to_owned(), (time, label));
                return;
            };
            // Of labels of the same moment, which one wins must not depend on the home.
            if (known.0, &known.1) < (time, &label) {
                *known = (time, label);
            }
        };
        let known = |table: Table, label: &'static str| {
            let select = Select::all(table).with(Condition::IsNotNull(label));
            match since {
                Some(time) => select.with(Condition::IsAtLeast("labelled_at", Value::Time(time))),
                None => select,
            }
        };
        self.select(&known(Table::Reviews, "sentiment_label"), &mut |row| {
            let review = ReviewRecord::from_row(row)?;
            if let (Some(text), Some(label)) = (review.shared.text(), review.label) {
                add(text, label, review.labelled_at.unwrap_or(review.created_at));
            }
            Ok(())
        })?;
        self.select(&known(Table::Predictions, "actual_label"), &mut |row| {
            let prediction = PredictionRecord::from_row(row)?;
            let text = prediction.shared.as_ref().and_then(Shared::text);
            if let (Some(text), Some(label)) = (text, prediction.actual_label) {
                add(text, label, prediction.labelled_at.unwrap_or(prediction.timestamp));
            }
            Ok(())
        })?;
        let mut rows: Vec<_> =
            labels.into_iter().map(|(text, (time, label))| (time, text, label)).collect();
        rows.sort_unstable();
        let (texts, labels) = rows.into_iter().map(|(_, text, label)| (text, label)).unzip();
        LabelledTexts::new(texts, labels)
    }
}
