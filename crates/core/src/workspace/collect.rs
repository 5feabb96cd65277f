//! What there is to learn from for a model.

use std::collections::HashMap;

use super::roles;
use crate::{
    Result, Timestamp,
    model::{LabelledTexts, Traffic},
    store::{
        Condition, Direction, Labels, PredictionRecord, Record, ReviewRecord, Select, Shared,
        Store, Table, Value,
    },
};

/// The source of texts that a model was trained with, by which they are found again.
pub(super) fn source_of(model: &str) -> String {
    format!("{TRAINING}{model}")
}

const TRAINING: &str = "training/";

/// How many texts of the traffic say what comes.
const MOST_TRAFFIC: usize = 20_000;

/// All labelled texts of a model: those it was trained with, those that were imported, and what people
/// said of its answers, as far as the texts may be kept. Equal texts are one, with the label that
/// became known last. `labels` are those it may learn; none are all.
pub(super) fn labelled(
    store: &dyn Store,
    model: &str,
    labels: Option<&[String]>,
) -> Result<Option<LabelledTexts>> {
    let mut known = Labels::only(labels);
    let own = source_of(model);
    let reviews = Select::all(Table::Reviews).with(Condition::IsNotNull("sentiment_label"));
    store.select(&reviews, &mut |row| {
        let review = ReviewRecord::from_row(row)?;
        let source = review.source.as_deref().unwrap_or_default();
        if source == own || !source.starts_with(TRAINING) {
            known.add_review(review);
        }
        Ok(())
    })?;
    let answered = of_model(model).with(Condition::IsNotNull("actual_label"));
    store.select(&answered, &mut |row| {
        known.add_prediction(PredictionRecord::from_row(row)?);
        Ok(())
    })?;
    if known.is_empty() { Ok(None) } else { known.into_texts().map(Some) }
}

/// The texts that came since a moment, as far as they may be kept and are not learnt from, the oldest
/// first.
pub(super) fn traffic(store: &dyn Store, model: &str, since: Timestamp) -> Result<Traffic> {
    let select = of_model(model)
        .with(Condition::IsAtLeast("timestamp", Value::Time(since)))
        .with(Condition::IsNotNull("input_text"))
        .ordered("timestamp", Direction::Descending)
        .limited(MOST_TRAFFIC);
    let mut traffic = Traffic::default();
    store.select(&select, &mut |row| {
        let prediction = PredictionRecord::from_row(row)?;
        let Some(text) = prediction.shared.as_ref().and_then(Shared::text) else { return Ok(()) };
        if prediction.actual_label.is_none() || roles::is_test(text) {
            traffic.texts.push(text.to_owned());
            traffic.actual.push(prediction.actual_label);
        }
        Ok(())
    })?;
    traffic.texts.reverse();
    traffic.actual.reverse();
    Ok(traffic)
}

/// How many labels became known since a moment whose texts may be learnt from.
pub(super) fn new_labels(store: &dyn Store, model: &str, since: Timestamp) -> Result<u64> {
    let since = || Condition::IsAtLeast("labelled_at", Value::Time(since));
    let answered = store.count(
        Table::Predictions,
        &[
            Condition::Is("model", Value::Text(model.to_owned())),
            Condition::IsNotNull("actual_label"),
            Condition::IsNotNull("input_text"),
            since(),
        ],
    )?;
    let labelled = || Select::all(Table::Reviews).with(Condition::IsNotNull("sentiment_label"));
    let mut others: HashMap<String, String> = HashMap::new();
    store.select(&labelled().with(since()), &mut |row| {
        let review = ReviewRecord::from_row(row)?;
        let is_training = review.source.is_some_and(|source| source.starts_with(TRAINING));
        if let (false, Some(text), Some(label)) = (is_training, review.shared.text(), review.label)
        {
            others.insert(text.to_owned(), label);
        }
        Ok(())
    })?;
    if !others.is_empty() {
        // What the model was trained with is nothing new when it is imported, too.
        let own = labelled().with(Condition::Is("source", Value::Text(source_of(model))));
        store.select(&own, &mut |row| {
            let review = ReviewRecord::from_row(row)?;
            if let (Some(text), Some(label)) = (review.shared.text(), &review.label)
                && others.get(text) == Some(label)
            {
                others.remove(text);
            }
            Ok(())
        })?;
    }
    Ok(answered + others.len() as u64)
}

/// How many labels became known since a moment whose texts are not kept.
pub(super) fn unkept_labels(store: &dyn Store, model: &str, since: Timestamp) -> Result<u64> {
    let answered = [
        Condition::Is("model", Value::Text(model.to_owned())),
        Condition::IsNotNull("actual_label"),
        Condition::IsAtLeast("labelled_at", Value::Time(since)),
    ];
    let kept = [answered.as_slice(), &[Condition::IsNotNull("input_text")]].concat();
    let all = store.count(Table::Predictions, &answered)?;
    Ok(all.saturating_sub(store.count(Table::Predictions, &kept)?))
}

fn of_model(model: &str) -> Select {
    Select::all(Table::Predictions).with(Condition::Is("model", Value::Text(model.to_owned())))
}
