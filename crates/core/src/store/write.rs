//! Writing records and reading them back, the same for all homes.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Change, Commit, Condition, Direction, Existing, Feedback, MetricsRecord, PredictionRecord,
    Record, RetrainingRecord, Select, Store, Table, TriggerRecord, Value, Window, WritableRow,
    erase,
};
use crate::{Error, Result, Timestamp};

/// Records as rows.
fn rows<R: Record>(records: &[R]) -> Result<Vec<WritableRow>> {
    records.iter().map(Record::to_row).collect()
}

/// # Writing and reading records
///
/// Writing is idempotent: a record whose id is there already is left out.
impl dyn Store + '_ {
    /// Writes predictions, and says how many were new.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a record cannot be written; others as the home has them.
    pub fn write_predictions(&self, records: &[PredictionRecord], commit: Commit) -> Result<usize> {
        self.write_prediction_rows(rows(records)?, commit)
    }

    /// Writes rows of predictions. Homes leave out those of somebody who was forgotten since.
    pub(in crate::store) fn write_prediction_rows(
        &self,
        rows: Vec<WritableRow>,
        commit: Commit,
    ) -> Result<usize> {
        if rows.is_empty() {
            return Ok(0);
        }
        let change = Change::insert(Table::Predictions, rows, Existing::Keep);
        let written = self.apply(std::slice::from_ref(&change), commit)?;
        let waiting = [Condition::Is("matched", Value::Truth(false))];
        if self.count(Table::Feedback, &waiting)? > 0
            && let Change::Insert { rows, .. } = &change
        {
            let ids = rows.iter().map(|row| row.values()[0].clone()).collect();
            self.match_feedback(ids)?;
        }
        Ok(written[0])
    }

    /// Brings feedback that came before its predictions together with them.
    fn match_feedback(&self, prediction_ids: Vec<Value>) -> Result<()> {
        let select = Select::all(Table::Feedback)
            .with(Condition::Is("matched", Value::Truth(false)))
            .with(Condition::IsOneOf("prediction_id", prediction_ids));
        let waiting: Vec<Feedback> = self.records(&select)?;
        let labels = self.predicted_labels(&waiting)?;
        let mut changes = Vec::new();
        for feedback in &waiting {
            if let Some(predicted) = labels.get(&feedback.prediction_id) {
                // What contradicts itself was let in while the prediction was not there; the
                // label says more than the word.
                let outcome = Outcome::of(feedback, predicted.as_deref());
                changes.push(outcome.change(feedback));
                let set = vec![
                    ("matched", Value::Truth(true)),
                    ("correct", Value::Truth(outcome.correct)),
                ];
                let id = Condition::Is("id", Value::Text(feedback.id.clone()));
                changes.push(Change::update(Table::Feedback, set, vec![id]));
            }
        }
        if !changes.is_empty() {
            self.apply(&changes, Commit::Durable)?;
        }
        Ok(())
    }

    /// For each prediction that is there, the label it gave.
    fn predicted_labels(&self, all: &[Feedback]) -> Result<FxHashMap<String, Option<String>>> {
        let ids: FxHashSet<&str> =
            all.iter().map(|feedback| feedback.prediction_id.as_str()).collect();
        let ids = ids.into_iter().map(|id| Value::Text(id.to_owned())).collect();
        let select = Select::all(Table::Predictions).with(Condition::IsOneOf("id", ids));
        let mut labels = FxHashMap::default();
        let place = Table::Predictions.column("predicted_label").unwrap_or_default();
        self.select(&select, &mut |mut row| {
            if let Value::Text(id) = std::mem::replace(&mut row.0[0], Value::Null) {
                labels.insert(id, row.0[place].as_text().map(str::to_owned));
            }
            Ok(())
        })?;
        Ok(labels)
    }

    /// Writes what people say of predictions, and says how much of it was new. A prediction gets
    /// its right label by it; of several the latest counts. Feedback whose prediction is not there
    /// yet waits for it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if feedback tells nothing, or calls a prediction wrong and its label
    /// right.
    pub fn write_feedback(&self, records: &[Feedback]) -> Result<usize> {
        // What tells nothing would otherwise be completed below; who was forgotten says no more.
        let kept = erase::without_erased(self, Table::Feedback, rows(records)?)?;
        let kept: FxHashSet<&str> =
            kept.iter().filter_map(|row| row.values()[0].as_text()).collect();
        let mut records: Vec<Feedback> =
            records.iter().filter(|record| kept.contains(record.id.as_str())).cloned().collect();
        let mut changes = Vec::new();
        let labels = self.predicted_labels(&records)?;
        for feedback in &mut records {
            if let Some(predicted) = labels.get(&feedback.prediction_id) {
                let outcome = Outcome::of(feedback, predicted.as_deref());
                outcome.check(feedback, predicted.as_deref())?;
                feedback.matched = true;
                feedback.correct = Some(outcome.correct);
                changes.push(outcome.change(feedback));
            }
        }
        if records.is_empty() {
            return Ok(0);
        }
        changes.insert(0, Change::insert(Table::Feedback, rows(&records)?, Existing::Keep));
        let written = self.apply(&changes, Commit::Durable)?;
        // A prediction that was written since we looked has found no feedback, either.
        let waiting: Vec<Value> = records
            .iter()
            .filter(|feedback| !feedback.matched)
            .map(|feedback| Value::Text(feedback.prediction_id.clone()))
            .collect();
        if !waiting.is_empty() {
            self.match_feedback(waiting)?;
        }
        Ok(written[0])
    }

    /// A prediction by its id.
    ///
    /// # Errors
    /// As the home has them.
    pub fn prediction(&self, id: &str) -> Result<Option<PredictionRecord>> {
        let id = Condition::Is("id", Value::Text(id.to_owned()));
        Ok(self.records(&Select::all(Table::Predictions).with(id))?.pop())
    }

    /// The predictions of a window, the latest first.
    ///
    /// # Errors
    /// As the home has them.
    pub fn history(&self, window: &Window, limit: usize) -> Result<Vec<PredictionRecord>> {
        let select = Select::all(Table::Predictions)
            .ordered("timestamp", Direction::Descending)
            .limited(limit);
        self.records(&within(select, window))
    }

    /// Writes how good a model was.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names a number that cannot be one; others as the home has them.
    pub fn write_metrics(&self, record: &MetricsRecord) -> Result<()> {
        let rows = rows(std::slice::from_ref(record))?;
        self.apply(&[Change::insert(MetricsRecord::TABLE, rows, Existing::Keep)], Commit::Durable)?;
        Ok(())
    }

    /// How good a model was, the earliest first.
    ///
    /// # Errors
    /// As the home has them.
    pub fn metrics(&self, model: &str, since: Option<Timestamp>) -> Result<Vec<MetricsRecord>> {
        self.records(&timed(Table::ModelMetrics, "model_name", model, "timestamp", since))
    }

    /// Writes a reason to train again.
    ///
    /// # Errors
    /// As for [`write_metrics`](trait.Store.html#method.write_metrics).
    pub fn write_trigger(&self, record: &TriggerRecord) -> Result<()> {
        let rows = rows(std::slice::from_ref(record))?;
        self.apply(&[Change::insert(TriggerRecord::TABLE, rows, Existing::Keep)], Commit::Durable)?;
        Ok(())
    }

    /// The reasons to train a model again, the earliest first.
    ///
    /// # Errors
    /// As the home has them.
    pub fn triggers(&self, model: &str, since: Option<Timestamp>) -> Result<Vec<TriggerRecord>> {
        self.records(&timed(Table::Triggers, "model", model, "timestamp", since))
    }

    /// Writes where a retraining stands; it takes the place of what was written before.
    ///
    /// # Errors
    /// As for [`write_metrics`](trait.Store.html#method.write_metrics).
    pub fn write_retraining(&self, record: &RetrainingRecord) -> Result<()> {
        let rows = rows(std::slice::from_ref(record))?;
        let change = Change::insert(RetrainingRecord::TABLE, rows, Existing::Replace);
        self.apply(&[change], Commit::Durable)?;
        Ok(())
    }

    /// The retrainings of a model, the earliest first.
    ///
    /// # Errors
    /// As the home has them.
    pub fn retrainings(
        &self,
        model: &str,
        since: Option<Timestamp>,
    ) -> Result<Vec<RetrainingRecord>> {
        self.records(&timed(Table::Retrainings, "model", model, "started_at", since))
    }

    /// The rows that are asked for, as records.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the question is about another table; others as the home has them.
    pub fn records<R: Record>(&self, select: &Select) -> Result<Vec<R>> {
        if select.table != R::TABLE {
            let problem = format!("{} is asked for {}", select.table.name(), R::TABLE.name());
            return Err(Error::invalid("table", problem));
        }
        let mut found = Vec::new();
        self.select(select, &mut |row| {
            found.push(R::from_row(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}

/// A question about predictions, within a window.
pub(super) fn within(mut select: Select, window: &Window) -> Select {
    if let Some(since) = window.since {
        select = select.with(Condition::IsAtLeast("timestamp", Value::Time(since)));
    }
    if let Some(until) = window.until {
        select = select.with(Condition::IsBelow("timestamp", Value::Time(until)));
    }
    for (column, name) in [("model", &window.model), ("version", &window.version)] {
        if let Some(name) = name {
            select = select.with(Condition::Is(column, Value::Text(name.clone())));
        }
    }
    select
}

/// A question about a model's rows since a time, in the order of it.
fn timed(
    table: Table,
    name: &'static str,
    model: &str,
    time: &'static str,
    since: Option<Timestamp>,
) -> Select {
    let select = Select::all(table)
        .with(Condition::Is(name, Value::Text(model.to_owned())))
        .ordered(time, Direction::Ascending);
    match since {
        Some(since) => select.with(Condition::IsAtLeast(time, Value::Time(since))),
        None => select,
    }
}

/// What feedback says of a prediction whose label is known.
struct Outcome {
    actual: Option<String>,
    correct: bool,
}

impl Outcome {
    fn of(feedback: &Feedback, predicted: Option<&str>) -> Self {
        match (&feedback.label, feedback.correct) {
            (Some(label), _) => {
                Self { actual: Some(label.clone()), correct: predicted == Some(label) }
            }
            (None, Some(true)) => {
                Self { actual: predicted.map(str::to_owned), correct: predicted.is_some() }
            }
            (None, _) => Self { actual: None, correct: false },
        }
    }

    /// Whether the feedback agrees with itself.
    fn check(&self, feedback: &Feedback, predicted: Option<&str>) -> Result<()> {
        if feedback.correct.is_none_or(|correct| correct == self.correct) {
            return Ok(());
        }
        let word = if self.correct { "wrong" } else { "right" };
        let label = feedback.label.as_deref().unwrap_or("no label");
        let predicted = predicted.unwrap_or("no label");
        let problem = format!(
            "prediction {} gave {predicted:?}; that cannot be {word} if {label:?} is right",
            feedback.prediction_id
        );
        Err(Error::invalid("feedback", problem))
    }

    /// The prediction with its right label, unless it has a later one.
    fn change(&self, feedback: &Feedback) -> Change {
        let time = Value::Time(feedback.timestamp);
        let label = self.actual.clone().map_or(Value::Null, Value::Text);
        let set = vec![("actual_label", label), ("labelled_at", time.clone())];
        let conditions = vec![
            Condition::Is("id", Value::Text(feedback.prediction_id.clone())),
            Condition::IsNullOrBelow("labelled_at", time),
        ];
        Change::update(Table::Predictions, set, conditions)
    }
}
