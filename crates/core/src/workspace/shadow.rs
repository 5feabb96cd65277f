//! Versions whose answers nobody sees: they are asked after the answer was given, on a thread of their
//! own, and what they say is remembered beside it.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{Inner, served::Champion};
use crate::{
    Error, Result, Timestamp,
    model::{PredictOptions, Predictions},
    store::ShadowRecord,
};

/// So many texts wait at most. Shadows that are slower miss some, which is counted.
const MOST_WAITING: usize = 10_000;

/// An answer that was given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) id: String,
    pub(super) label: String,
    /// By which version.
    pub(super) version: String,
    /// Whose it is, if that was told with consent.
    pub(super) subject: Option<String>,
    pub(super) at: Timestamp,
}

/// Texts for a shadow.
#[derive(Debug)]
struct Job {
    model: String,
    version: Arc<Champion>,
    texts: Vec<String>,
    given: Vec<Given>,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Texts in these, and in the one that is being answered.
    texts: usize,
    is_ended: bool,
}

/// The texts that wait, and the thread that answers them, from the first one on.
#[derive(Debug, Default)]
pub(super) struct Shadows {
    waiting: Arc<(Mutex<Waiting>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Shadows {
    /// Lets a shadow answer texts later.
    pub(super) fn ask<T: AsRef<str>>(
        &self,
        inner: &Arc<Inner>,
        model: &str,
        version: &Arc<Champion>,
        texts: &[T],
        given: &[Given],
    ) {
        let mut waiting = self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = waiting.texts + texts.len() > MOST_WAITING;
        if waiting.is_ended || is_full || !self.is_running(inner) {
            drop(waiting);
            let times = texts.len() as u64;
            inner.telemetry.count(|own| own.see_shadow(model, &version.name, "dropped", times));
            return;
        }
        waiting.texts += texts.len();
        waiting.jobs.push_back(Job {
            model: model.to_owned(),
            version: version.clone(),
            texts: texts.iter().map(|text| text.as_ref().to_owned()).collect(),
            given: given.to_vec(),
        });
        drop(waiting);
        self.waiting.1.notify_all();
    }

    /// Whether there is a thread; starts it if there was none.
    fn is_running(&self, inner: &Arc<Inner>) -> bool {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_some() {
            return true;
        }
        let (waiting, inner) = (self.waiting.clone(), Arc::downgrade(inner));
        let started = std::thread::Builder::new()
            .name("pantau-shadow".to_owned())
            .spawn(move || run(&waiting, &inner));
        *thread = started.ok();
        thread.is_some()
    }

    /// Waits until all texts so far are answered.
    pub(super) fn flush(&self, limit: Option<Duration>) -> Result<()> {
        let until = limit.map(|limit| Instant::now() + limit);
        let mut waiting = self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.texts > 0 && !waiting.is_ended {
            let left = until.map_or(Duration::from_secs(1), |until| {
                until.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Err(Error::Deadline {
                    what: format!("{} texts of shadows", waiting.texts),
                    limit: limit.unwrap_or_default(),
                });
            }
            waiting = self
                .waiting
                .1
                .wait_timeout(waiting, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        Ok(())
    }

    /// Ends it; what waits is left unanswered.
    pub(super) fn close(&self) {
        self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner).is_ended = true;
        self.waiting.1.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The last one to let go of a workspace may be that very thread.
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn run(waiting: &(Mutex<Waiting>, Condvar), inner: &Weak<Inner>) {
    loop {
        let mut own = waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            if own.is_ended {
                return;
            }
            if let Some(job) = own.jobs.pop_front() {
                break job;
            }
            own = waiting.1.wait(own).unwrap_or_else(PoisonError::into_inner);
        };
        drop(own);
        let Some(inner) = inner.upgrade() else { return };
        let Job { model, version, texts, given } = job;
        let options = PredictOptions::default();
        match version.classifier.predict_batch(&texts, options) {
            Ok(predictions) => inner.remember_shadow(&model, &version, &predictions, &given),
            Err(_) => inner.telemetry.count(|own| {
                own.see_shadow(&model, &version.name, "failed", texts.len() as u64);
            }),
        }
        drop(inner);
        let mut own = waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        own.texts = own.texts.saturating_sub(texts.len());
        drop(own);
        waiting.1.notify_all();
    }
}

impl Inner {
    /// Remembers what a shadow says of texts, beside what was answered.
    pub(super) fn remember_shadow(
        &self,
        model: &str,
        version: &Champion,
        predictions: &Predictions,
        given: &[Given],
    ) {
        let record = |(prediction, given): (crate::model::Prediction, &Given)| {
            let mut record = ShadowRecord::new(&given.id, model, &version.name, given.at);
            record.agrees = prediction.label == given.label;
            record.answered_by.clone_from(&given.version);
            record.label = prediction.label;
            record.confidence = prediction.confidence;
            record.subject.clone_from(&given.subject);
            record
        };
        let records: Vec<ShadowRecord> = predictions.iter().zip(given).map(record).collect();
        let all = records.len() as u64;
        let agreed = records.iter().filter(|record| record.agrees).count() as u64;
        let is_logged = self.log.log_shadows(&records).is_ok();
        self.telemetry.count(|own| {
            if is_logged {
                own.see_shadow(model, &version.name, "agreed", agreed);
                own.see_shadow(model, &version.name, "differed", all - agreed);
            } else {
                own.see_shadow(model, &version.name, "failed", all);
            }
        });
    }
}
