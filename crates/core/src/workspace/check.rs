//! How a model stands: drift, accuracy, what people say, and whether it should be trained anew.

use std::fmt;

use serde::Serialize;

use super::{
    Inner, Workspace, collect,
    served::Champion,
    train::TRAINED_AT,
    watch::{Learning, Watcher},
};
use crate::{
    Error, Result, Timestamp,
    drift::{DriftReport, Monitor},
    lifecycle::{Attempt, AuditedAccuracy, DriftFact, TriggerFacts, TriggerReport},
    performance::{AccuracyReport, Audit, FeedbackRate},
    report::Report,
    store::{PredictionRecord, RetrainingRecord, Window},
};

/// What is said of a version that cannot be watched.
const NOTHING: &str = "nothing is watched: its training kept nothing to compare with";

/// How a model stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The model.
    pub model: String,
    /// The version in use.
    pub version: u32,
    /// When this was.
    pub at: Timestamp,
    /// Whether what comes is like what it learnt from; none if there is nothing to compare with.
    pub drift: Option<DriftReport>,
    /// How far it is from being watched, if what is usual is still being learnt.
    pub learning: Option<Learning>,
    /// How accurate it is.
    pub accuracy: Option<AccuracyReport>,
    /// What people said since it is in use.
    pub feedback: Option<FeedbackRate>,
    /// Whether it should be trained anew.
    pub triggers: TriggerReport,
    /// How many answers of this process could not be counted, and why the last could not.
    pub missed: Option<(u64, String)>,
}

impl Check {
    /// The page of it; none if nothing is watched.
    pub fn report(&self) -> Option<Report> {
        let drift = self.drift.clone()?;
        let title = format!("{}, version {}", self.model, self.version);
        let mut report = Report { title: Some(title), made: self.at, ..Report::of(drift) };
        report.accuracy.clone_from(&self.accuracy);
        report.feedback.clone_from(&self.feedback);
        Some(report)
    }

    /// Why nothing is watched; none if something is.
    pub fn unwatched(&self) -> Option<String> {
        match (&self.drift, &self.learning) {
            (Some(_), _) => None,
            (None, Some(learning)) => Some(learning.to_string()),
            (None, None) => Some(NOTHING.to_owned()),
        }
    }

    /// This as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}

/// As a terminal shows it.
impl fmt::Display for Check {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(report) = self.report() {
            writeln!(out, "{}\n", report.to_text())?;
        } else {
            let why = self.unwatched().unwrap_or_default();
            writeln!(out, "{}, version {}: {why}\n", self.model, self.version)?;
            let accuracy = self.accuracy.as_ref().map(|own| ("Accuracy", &own.sentence));
            let feedback = self.feedback.as_ref().map(|own| ("Clicks", &own.sentence));
            for (what, sentence) in [accuracy, feedback].into_iter().flatten() {
                writeln!(out, "{what}: {sentence}\n")?;
            }
        }
        write!(out, "Training: {}", self.triggers)
    }
}

impl Workspace {
    /// How a model stands at a moment, by default now. It looks, and changes nothing but what is known
    /// of the windows that are over: the first look after their end closes them, and whoever is to be
    /// told of an alarm is told. A look at a moment that has not come yet changes nothing at all.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model, or none of its versions is in use; others as
    /// store and registry have them.
    pub fn check(&self, model: &str, now: Option<Timestamp>) -> Result<Check> {
        self.flush(Some(std::time::Duration::from_secs(30)))?;
        self.inner.check(model, now.unwrap_or_else(Timestamp::now))
    }

    /// Whether a model should be trained anew, and why or why not. Evaluating never acts.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn evaluate_triggers(&self, model: &str, now: Option<Timestamp>) -> Result<TriggerReport> {
        Ok(self.check(model, now)?.triggers)
    }

    /// Notes that somebody has seen what changed: it is no reason to train any more, until something
    /// else changes, too.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if nothing changed, or nobody is named.
    pub fn acknowledge(&self, model: &str, by: &str, reason: &str) -> Result<()> {
        self.change_monitor(model, &mut |monitor, now| monitor.acknowledge(by, reason, now))
    }

    /// Takes the last windows as the new normal: 28 at least, and after a change only those since it
    /// began.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are fewer, or nobody is named.
    pub fn rebaseline(&self, model: &str, by: &str, reason: &str) -> Result<()> {
        self.change_monitor(model, &mut |monitor, now| monitor.rebaseline(by, reason, now))
    }

    fn change_monitor(
        &self,
        model: &str,
        change: &mut dyn FnMut(&mut Monitor, Timestamp) -> Result<()>,
    ) -> Result<()> {
        let champion = self.inner.current_champion(model)?;
        let now = Timestamp::now();
        let changed = self
            .inner
            .change_monitor(model, &champion, now, &mut |monitor| change(monitor, now))?;
        match changed {
            Watcher::Monitor(_) => Ok(()),
            Watcher::Learning(learning) => {
                Err(Error::invalid(model.to_owned(), learning.to_string()))
            }
            Watcher::Nobody => Err(Error::invalid(model.to_owned(), NOTHING)),
        }
    }

    /// Predictions that were picked by chance for somebody to label, and have no label yet: the oldest
    /// first. Tell their labels by [`feedback`](Self::feedback) with the source `audit`; the
    /// accuracy is told from these and no others.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn to_label(
        &self,
        model: &str,
        limit: usize,
        now: Option<Timestamp>,
    ) -> Result<Vec<PredictionRecord>> {
        self.flush(Some(std::time::Duration::from_secs(30)))?;
        let champion = self.inner.current_champion(model)?;
        self.inner.to_label(model, &champion, limit, now.unwrap_or_else(Timestamp::now))
    }
}

impl Inner {
    /// The version in use at this moment, whatever this process has seen.
    pub(super) fn current_champion(&self, model: &str) -> Result<std::sync::Arc<Champion>> {
        let served = self.served(model)?;
        served.refresh(self)?;
        Ok(served.champion())
    }

    pub(super) fn check(&self, model: &str, now: Timestamp) -> Result<Check> {
        let champion = self.current_champion(model)?;
        let (monitor, learning) = match self.watched(model, &champion, now)? {
            Watcher::Monitor(monitor) => (Some(monitor), None),
            Watcher::Learning(learning) => (None, Some(learning)),
            Watcher::Nobody => (None, None),
        };
        let audit = self.audited(model, &champion, now)?;
        let told = self.home.registry.version(model, champion.version)?;
        let trained_at = told.tags.get(TRAINED_AT).and_then(|time| time.parse().ok());
        let trained_at = trained_at.unwrap_or(told.registered_at);
        let baseline = told.metrics.get("accuracy").copied();
        let window = Window {
            since: Some(trained_at),
            until: None,
            model: Some(model.to_owned()),
            version: Some(champion.name.clone()),
        };
        let feedback = self.home.store.feedback_rate(&window)?;
        let attempts = self.home.store.retrainings(model, None)?;
        let facts = TriggerFacts {
            trained_at: Some(trained_at),
            attempts: attempts.iter().filter_map(attempt).collect(),
            new_labels: collect::new_labels(self.home.store.as_ref(), model, trained_at)?,
            unkept_labels: collect::unkept_labels(self.home.store.as_ref(), model, trained_at)?,
            accuracy: audited_accuracy(&audit, &champion, baseline, now)?,
            feedback: feedback.as_ref().map_or((0, 0), |own| (own.right, own.wrong)),
            unwatched: learning.map(|learning| learning.to_string()),
            drift: monitor.as_ref().map(|monitor| {
                let report = monitor.report();
                DriftFact {
                    status: report.status,
                    sentence: report.sentence,
                    acknowledged: report.acknowledged,
                }
            }),
        };
        let triggers = champion.settings.triggers.evaluate(&facts, now)?;
        let version = has_rows(&audit, &champion, now).then_some(champion.name.as_str());
        let accuracy = match (&monitor, version) {
            (Some(monitor), _) => {
                Some(AccuracyReport::of(monitor, version.map(|_| &audit), None, version, now)?)
            }
            (None, Some(_)) => Some(AccuracyReport::audited(&audit, None, version, now)?),
            (None, None) => None,
        };
        let (missed, problem) = self.counting.missed();
        Ok(Check {
            model: model.to_owned(),
            version: champion.version,
            at: now,
            drift: monitor.as_ref().map(|monitor| monitor.report()),
            learning,
            accuracy,
            feedback,
            triggers,
            missed: problem.map(|problem| (missed, problem)),
        })
    }
}

/// What audited labels say of the version in use lately.
fn audited_accuracy(
    audit: &Audit,
    champion: &Champion,
    baseline: Option<f64>,
    now: Timestamp,
) -> Result<Option<AuditedAccuracy>> {
    let (Some(baseline), true) = (baseline, has_rows(audit, champion, now)) else {
        return Ok(None);
    };
    let report = audit.report(now, None, Some(&champion.name))?;
    let labels = |own: &crate::performance::CohortReport| own.labelled;
    let recent = report.cohorts.iter().rev().filter(|own| own.labelled > 0).take(7);
    Ok(report.recent_accuracy.map(|accuracy| AuditedAccuracy {
        accuracy,
        interval: report.recent_interval,
        labelled: recent.map(labels).sum(),
        baseline,
    }))
}

/// Whether the version in use has answered anything that the audit knows of.
fn has_rows(audit: &Audit, champion: &Champion, now: Timestamp) -> bool {
    audit.report(now, None, Some(&champion.name)).is_ok()
}

/// A training as the limits count it.
fn attempt(record: &RetrainingRecord) -> Option<Attempt> {
    let succeeded = record.status == "completed";
    let counts = !matches!(record.status.as_str(), "running" | "stopped");
    counts.then_some(Attempt { at: record.started_at, succeeded })
}
