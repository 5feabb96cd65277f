use std::collections::{BTreeSet, HashMap};

use super::{
    super::{
        Condition, Direction, Feedback, PredictionRecord, Record, Select, Store, Table, Value,
        erase::CHUNK,
    },
    Window, total,
};
use crate::{Result, performance::FeedbackRate};

impl dyn Store + '_ {
    /// How often people said of their own accord that predictions of a window were wrong, of all that
    /// were made: a rate of clicks, no accuracy. What somebody was asked to label, the source
    /// [`AUDIT`](Feedback::AUDIT), is no click. None without predictions.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the window ends before it begins;
    /// others as the home has them.
    pub fn feedback_rate(&self, window: &Window) -> Result<Option<FeedbackRate>> {
        window.check()?;
        let all = total(self.counts(window)?.iter());
        if all.predictions == 0 {
            return Ok(None);
        }
        let asked = self.asked(window)?;
        let less = |all: u64, asked: i64| all.saturating_add_signed(-asked);
        let clicks = less(all.labelled, asked.labelled).min(all.predictions);
        let right = less(all.correct, asked.right).min(clicks);
        FeedbackRate::new(all.predictions, right, clicks - right).map(Some)
    }

    /// What the counts of a window have because somebody was asked.
    fn asked(&self, window: &Window) -> Result<Asked> {
        let audit = Condition::Is("source", Value::Text(Feedback::AUDIT.to_owned()));
        let mut labels = Select::all(Table::Feedback).with(audit);
        if let Some(since) = window.since {
            // Nobody judges what is not there yet.
            labels = labels.with(Condition::IsAtLeast("timestamp", Value::Time(since)));
        }
        let mut ids = BTreeSet::new();
        self.select(&labels, &mut |row| {
            ids.insert(Feedback::from_row(row)?.prediction_id);
            Ok(())
        })?;
        let ids: Vec<Value> = ids.into_iter().map(Value::Text).collect();
        let mut asked = Asked::default();
        for ids in ids.chunks(CHUNK) {
            let clicks = self.clicks(ids)?;
            let mut judged = Select::all(Table::Predictions)
                .with(Condition::IsOneOf("id", ids.to_vec()))
                .with(Condition::IsNotNull("labelled_at"))
                .with(Condition::IsNotNull("predicted_label"));
            judged.conditions.extend(window.conditions());
            self.select(&judged, &mut |row| {
                let prediction = PredictionRecord::from_row(row)?;
                asked.add(&prediction, clicks.get(&prediction.id));
                Ok(())
            })?;
        }
        Ok(asked)
    }

    /// What was said last of each of these predictions by those who were not asked.
    fn clicks(&self, ids: &[Value]) -> Result<HashMap<String, Feedback>> {
        let said = Select::all(Table::Feedback)
            .with(Condition::IsOneOf("prediction_id", ids.to_vec()))
            .ordered("timestamp", Direction::Ascending);
        let mut clicks = HashMap::new();
        self.select(&said, &mut |row| {
            let own = Feedback::from_row(row)?;
            if own.source != Feedback::AUDIT {
                clicks.insert(own.prediction_id.clone(), own);
            }
            Ok(())
        })?;
        Ok(clicks)
    }
}

/// How many labels there are more, and how many right ones, than people gave of their own accord.
#[derive(Debug, Default)]
struct Asked {
    labelled: i64,
    right: i64,
}

impl Asked {
    fn add(&mut self, prediction: &PredictionRecord, click: Option<&Feedback>) {
        let told = prediction.label.as_ref();
        self.labelled += 1;
        self.right += i64::from(prediction.actual_label.as_ref() == told);
        if let Some(click) = click {
            self.labelled -= 1;
            self.right -= i64::from(click.correct.unwrap_or(click.label.as_ref() == told));
        }
    }
}
