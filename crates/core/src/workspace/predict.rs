//! A text gets its answer, which is remembered and counted.

use std::time::{Duration, Instant};

use super::{
    Answer, Ask, OnBreach, Workspace, counting::Seen, policy::Breach, served::Champion, window_of,
};
use crate::{
    Error, Result, Timestamp,
    model::{PredictOptions, Prediction, Predictions, reads_vectors},
    store::{Feedback, PredictionRecord},
    text::Anonymizer,
};

/// How long feedback waits for its answer to be in the store.
const PATIENCE: Duration = Duration::from_secs(10);

impl Workspace {
    /// The answer to one text, which is logged and counted by the time somebody looks.
    ///
    /// # Errors
    /// As for [`predict_batch`](Self::predict_batch).
    pub fn predict(&self, model: &str, text: &str, ask: &Ask) -> Result<Answer> {
        let answers = self.answer(model, &[text], ask, false)?;
        answers.into_iter().next().ok_or_else(|| Error::inference("workspace", "no answer"))
    }

    /// The answers to many texts, in their order.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model, or none of its versions is in use;
    /// [`Error::InvalidInput`] if a text breaks the validation policy and that says `reject`, and
    /// then none is answered; others as for
    /// [`Classifier::predict_batch`](crate::model::Classifier::predict_batch).
    pub fn predict_batch<T: AsRef<str> + Sync>(
        &self,
        model: &str,
        texts: &[T],
        ask: &Ask,
    ) -> Result<Vec<Answer>> {
        self.answer(model, texts, ask, true)
    }

    fn answer<T: AsRef<str> + Sync>(
        &self,
        model: &str,
        texts: &[T],
        ask: &Ask,
        is_batch: bool,
    ) -> Result<Vec<Answer>> {
        if !ask.review_ids.is_empty() && ask.review_ids.len() != texts.len() {
            let problem = format!("{} for {} texts", ask.review_ids.len(), texts.len());
            return Err(Error::invalid("review_ids", problem));
        }
        let champion = self.inner.served(model)?.champion();
        let breaches = check(&champion, texts, is_batch)?;
        let at = ask.at.unwrap_or_else(Timestamp::now);
        let started = Instant::now();
        let options = PredictOptions {
            return_probabilities: !ask.without_probabilities,
            deadline: ask.deadline,
        };
        let wants_vectors = champion.layout.as_deref().is_some_and(reads_vectors);
        let answered = if wants_vectors {
            champion.classifier.predict_with_vectors(texts, options)
        } else {
            champion.classifier.predict_batch(texts, options).map(|predictions| (predictions, None))
        };
        let (predictions, vectors) = match answered {
            Ok(answered) => answered,
            Err(error) => {
                let mut record = PredictionRecord::failed(model, &champion.name, &error);
                record.timestamp = at;
                // What the model says is more to the point than what the log would say.
                let _ = self.inner.log.log(record);
                return Err(error);
            }
        };
        let each_ms = started.elapsed().as_secs_f64() * 1e3 / texts.len().max(1) as f64;
        let records = records(model, &champion, texts, &predictions, ask, at, each_ms);
        let answers = predictions
            .iter()
            .zip(&records)
            .zip(breaches)
            .map(|((prediction, record), breach)| Answer {
                id: record.id.clone(),
                model: model.to_owned(),
                version: champion.name.clone(),
                label: prediction.label,
                confidence: prediction.confidence,
                probabilities: record.probabilities.clone(),
                flags: prediction.flags.names().chain(breach.map(Breach::flag)).collect(),
                novelty: prediction.novelty.map(|own| own.score),
                novelty_pvalue: prediction.novelty.map(|own| own.pvalue),
                timestamp: at,
                latency_ms: each_ms,
            })
            .collect();
        self.inner.log.log_batch(records)?;
        if let Some(layout) = &champion.layout {
            let window_start = window_of(at, champion.settings.window.duration());
            let version = champion.name.as_str();
            let predictions = &predictions;
            let seen = Seen { model, version, window_start, texts, predictions, vectors, each_ms };
            self.inner.counting.see(layout, seen);
        }
        Ok(answers)
    }

    /// What somebody says of an answer; false if the answer is not in the store yet, and then both come
    /// together later. Its source is who says so: `user`, `audit` for the labels of rows that were
    /// picked by chance, or a name of your own.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it tells nothing, contradicts itself, or the label is none of the
    /// model's; others as the store has them.
    pub fn feedback(&self, feedback: Feedback) -> Result<bool> {
        let store = self.store();
        let id = &feedback.prediction_id;
        let mut found = store.prediction(id)?;
        if found.is_none() {
            // It may be on its way.
            self.inner.log.flush(Some(PATIENCE))?;
            found = store.prediction(id)?;
        }
        if let (Some(found), Some(label)) = (&found, &feedback.label) {
            let champion = self.inner.served(&found.model)?.champion();
            if !champion.settings.new_labels && !champion.labels.contains(label) {
                let problem = format!(
                    "{label:?} is none of {} has: {}; `new_labels` in its settings lets others in",
                    found.model,
                    champion.labels.join(", ")
                );
                return Err(Error::invalid("label", problem));
            }
        }
        store.write_feedback(&[feedback])?;
        Ok(found.is_some())
    }
}

/// In which ways texts break the policy.
fn check<T: AsRef<str>>(
    champion: &Champion,
    texts: &[T],
    is_batch: bool,
) -> Result<Vec<Option<Breach>>> {
    let policy = &champion.settings.validation;
    let breach = |(row, text): (usize, &T)| {
        let text = text.as_ref();
        let found = policy.breach(text, |most| champion.classifier.exceeds(text, most))?;
        match found {
            Some(breach) if policy.on_breach == OnBreach::Reject => {
                Err(policy.refusal(is_batch.then_some(row), breach))
            }
            found => Ok(found),
        }
    };
    texts.iter().enumerate().map(breach).collect()
}

fn records<T: AsRef<str>>(
    model: &str,
    champion: &Champion,
    texts: &[T],
    predictions: &Predictions,
    ask: &Ask,
    at: Timestamp,
    each_ms: f64,
) -> Vec<PredictionRecord> {
    let anonymizer = ask.consent.as_ref().map(|_| Anonymizer::new());
    let record = |(row, prediction): (usize, Prediction)| {
        let mut record = PredictionRecord::of(model, &champion.name, &prediction);
        record.timestamp = at;
        record.processing_time_ms = Some(each_ms);
        record.review_id = ask.review_ids.get(row).cloned();
        if let (Some(consent), Some(anonymizer)) = (&ask.consent, &anonymizer) {
            record.shared = Some(consent.share().with_text(anonymizer, texts[row].as_ref()));
        }
        record
    };
    predictions.iter().enumerate().map(record).collect()
}
