//! A text gets its answer, which is remembered and counted.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Answer, Ask, OnBreach, Workspace,
    counting::Seen,
    policy::Breach,
    served::{Champion, Standing},
    shadow::Given,
    window_of,
};
use crate::{
    Error, Result, Timestamp,
    model::{PredictOptions, Prediction, Predictions, reads_vectors},
    store::{Feedback, PredictionRecord, Shared},
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
        let span = tracing::debug_span!("pantau.predict", model, texts = texts.len());
        let _entered = span.enter();
        let outcome = self.answer_texts(model, texts, ask, is_batch);
        if let Err(error) = &outcome {
            // What somebody writes is no name of a model.
            let name = if self.inner.is_model(model) { model } else { "unknown" };
            self.inner.telemetry.count(|own| own.see_error(name, error.kind().name()));
            tracing::warn!(model, error = %error, "no answer");
        }
        outcome
    }

    fn answer_texts<T: AsRef<str> + Sync>(
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
        let standing = self.inner.served(model)?.standing();
        let breaches = check(&standing.champion, texts, is_batch)?;
        let at = ask.at.unwrap_or_else(Timestamp::now);
        let asked = Asked { model, standing: &standing, ask, at };
        if standing.challengers.is_empty() {
            let rows = texts.iter().map(AsRef::as_ref).zip(breaches);
            let rows =
                rows.enumerate().map(|(row, (text, breach))| Row { place: row, text, breach });
            return self.ask_version(&asked, &standing.champion, &rows.collect::<Vec<_>>());
        }
        let mut parts: Vec<(&Arc<Champion>, Vec<Row<'_>>)> = Vec::new();
        for (row, (text, breach)) in texts.iter().map(AsRef::as_ref).zip(breaches).enumerate() {
            let version = standing.version_for(model, key(ask, row, text));
            let own = Row { place: row, text, breach };
            match parts.iter_mut().find(|part| part.0.version == version.version) {
                Some(part) => part.1.push(own),
                None => parts.push((version, vec![own])),
            }
        }
        let mut answers: Vec<Option<Answer>> = texts.iter().map(|_| None).collect();
        for (version, rows) in parts {
            let own = self.ask_version(&asked, version, &rows)?;
            for (row, answer) in rows.iter().zip(own) {
                answers[row.place] = Some(answer);
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// The answers of one version.
    fn ask_version(
        &self,
        asked: &Asked<'_>,
        version: &Arc<Champion>,
        rows: &[Row<'_>],
    ) -> Result<Vec<Answer>> {
        let Asked { model, standing, ask, at } = *asked;
        let texts: Vec<&str> = rows.iter().map(|row| row.text).collect();
        let started = Instant::now();
        let options = PredictOptions {
            return_probabilities: !ask.without_probabilities,
            deadline: ask.deadline,
        };
        // Only what is compared with them is answered by shadows.
        let is_champion = version.version == standing.champion.version;
        let shadows: &[Arc<Champion>] = if is_champion { &standing.shadows } else { &[] };
        let wants_vectors = version.layout.as_deref().is_some_and(reads_vectors);
        let answered = if wants_vectors || !shadows.is_empty() {
            let others: Vec<_> = shadows.iter().map(|shadow| &shadow.classifier).collect();
            version.classifier.predict_beside(&texts, options, &others)
        } else {
            let predictions = version.classifier.predict_batch(&texts, options);
            predictions.map(|predictions| (predictions, None, Vec::new()))
        };
        let (predictions, vectors, beside) = match answered {
            Ok(answered) => answered,
            Err(error) => {
                let mut record = PredictionRecord::failed(model, &version.name, &error);
                record.timestamp = at;
                // What the model says is more to the point than what the log would say.
                let _ = self.inner.log.log(record);
                return Err(error);
            }
        };
        let each = started.elapsed().as_secs_f64() / texts.len().max(1) as f64;
        let records = records(asked, version, rows, &predictions, each * 1e3);
        let given: Vec<Given> =
            if shadows.is_empty() { Vec::new() } else { records.iter().map(given).collect() };
        let answers: Vec<Answer> = predictions
            .iter()
            .zip(&records)
            .zip(rows)
            .map(|((prediction, record), row)| Answer {
                id: record.id.clone(),
                model: model.to_owned(),
                version: version.name.clone(),
                label: prediction.label,
                confidence: prediction.confidence,
                probabilities: record.probabilities.clone(),
                flags: prediction.flags.names().chain(row.breach.map(Breach::flag)).collect(),
                novelty: prediction.novelty.map(|own| own.score),
                novelty_pvalue: prediction.novelty.map(|own| own.pvalue),
                timestamp: at,
                latency_ms: each * 1e3,
            })
            .collect();
        self.inner.log.log_batch(records).map_err(|error| match self.inner.check_open() {
            Err(closed) => closed,
            Ok(()) => error,
        })?;
        self.inner.telemetry.see(model, &version.name, &answers, each);
        if let Some(layout) = &version.layout {
            let window_start = window_of(at, version.settings.window.duration());
            let (version, predictions) = (version.name.as_str(), &predictions);
            let (texts, each_ms) = (texts.as_slice(), each * 1e3);
            let seen = Seen { model, version, window_start, texts, predictions, vectors, each_ms };
            self.inner.counting.see(layout, seen);
        }
        for (place, shadow) in shadows.iter().enumerate() {
            match beside.get(place) {
                Some(Some(own)) => self.inner.remember_shadow(model, shadow, own, &given),
                _ => self.inner.shadows.ask(&self.inner, model, shadow, &texts, &given),
            }
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
        self.inner.check_open()?;
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

/// What is asked, of whom, and when.
#[derive(Clone, Copy)]
struct Asked<'a> {
    model: &'a str,
    standing: &'a Standing,
    ask: &'a Ask,
    at: Timestamp,
}

/// A text, its place in the call, and in which way it breaks the policy.
struct Row<'a> {
    place: usize,
    text: &'a str,
    breach: Option<Breach>,
}

/// What decides which version answers a text: the person, else the review, else the text.
fn key<'a>(ask: &'a Ask, row: usize, text: &'a str) -> &'a str {
    let subject = ask.subject.as_deref().or_else(|| ask.consent.as_ref()?.subject());
    subject.or_else(|| ask.review_ids.get(row).map(String::as_str)).unwrap_or(text)
}

/// An answer as shadows need to know it.
fn given(record: &PredictionRecord) -> Given {
    Given {
        id: record.id.clone(),
        label: record.label.clone().unwrap_or_default(),
        version: record.version.clone(),
        subject: record.shared.as_ref().and_then(Shared::subject).map(str::to_owned),
        at: record.timestamp,
    }
}

fn records(
    asked: &Asked<'_>,
    version: &Champion,
    rows: &[Row<'_>],
    predictions: &Predictions,
    each_ms: f64,
) -> Vec<PredictionRecord> {
    let Asked { model, ask, at, .. } = *asked;
    let anonymizer = ask.consent.as_ref().map(|_| Anonymizer::new());
    let record = |(prediction, row): (Prediction, &Row<'_>)| {
        let mut record = PredictionRecord::of(model, &version.name, &prediction);
        record.timestamp = at;
        record.processing_time_ms = Some(each_ms);
        record.review_id = ask.review_ids.get(row.place).cloned();
        if let (Some(consent), Some(anonymizer)) = (&ask.consent, &anonymizer) {
            record.shared = Some(consent.share().with_text(anonymizer, row.text));
        }
        record
    };
    predictions.iter().zip(rows).map(record).collect()
}
