//! What a workspace tells the tools that keep an eye on machines.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Answer, Check, Inner, Workspace, home::Home, served::Standing};
use crate::{
    Error, Result, Timestamp,
    drift::{DriftReport, Status},
    performance::AccuracyReport,
    store::RetrainingRecord,
    telemetry::{Counts, Gauges, Page, Seen, Shelf, claim_cpu, own_memory},
};

/// For so long what was found out about a model is told again: to find it out takes a look at the
/// store.
const LASTS: Duration = Duration::from_secs(30);

/// How metrics are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsOptions {
    /// Whether older names of the same things are told, too.
    pub aliases: bool,
    /// Whether all models in use are looked at now, also those that nobody has asked yet, however long
    /// ago that was done last.
    pub fresh: bool,
}

impl MetricsOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }
}

/// What this process counted, and its place among the others.
#[derive(Debug)]
pub(super) struct Telemetry {
    counts: Mutex<Counts>,
    shelf: Shelf,
    /// Held while this process' file is brought up to date: an older state must not come last.
    putting: Mutex<()>,
    looks: Mutex<HashMap<String, Look>>,
}

/// What was found out about a model.
#[derive(Debug, Clone)]
struct Look {
    at: Instant,
    check: Arc<Check>,
    /// What its version in use scored when it was tested, and when that was trained.
    scores: Vec<(String, f64)>,
    trained_at: Option<Timestamp>,
    retrainings: Vec<RetrainingRecord>,
}

impl Telemetry {
    pub(super) fn open(home: &Home, id: &str) -> Result<Self> {
        Ok(Self {
            counts: Mutex::default(),
            shelf: Shelf::open(home.inside("telemetry")?, id)?,
            putting: Mutex::default(),
            looks: Mutex::default(),
        })
    }

    pub(super) fn count(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Counts answers, each of which took so many seconds.
    pub(super) fn see(&self, model: &str, version: &str, answers: &[Answer], seconds: f64) {
        self.count(|counts| {
            let own = counts.answered(model, version);
            for answer in answers {
                own.see(&answer.label, answer.confidence, seconds);
            }
            for flag in answers.iter().flat_map(|answer| &answer.flags) {
                counts.see_flag(model, flag);
            }
        });
    }

    fn own(&self, inner: &Inner) -> Seen {
        let (memory_bytes, cpu_seconds) = (own_memory(), claim_cpu());
        let log = inner.log.counters();
        let mut seen = Seen::default();
        for served in inner.all_served() {
            let standing = served.standing();
            for version in standing.loaded() {
                let Ok(info) = version.classifier.info() else { continue };
                let [kind, weights] = version.made.clone();
                let provider = info.provider.to_string();
                let name = version.name.clone();
                seen.gauges.loaded.insert([served.model.clone(), name, kind, weights, provider]);
                *seen.gauges.waiting.entry(served.model.clone()).or_default() +=
                    info.counters.waiting;
            }
        }
        seen.gauges.process = std::process::id();
        seen.gauges.memory_bytes = memory_bytes;
        seen.gauges.log_queued = log.queued;
        seen.gauges.log_waiting = log.waiting;
        self.count(|counts| {
            counts.cpu_seconds += cpu_seconds;
            for (outcome, count) in [
                ("written", log.written),
                ("repeated", log.repeated),
                ("dropped", log.dropped),
                ("spilled", log.spilled),
                ("failed", log.failed),
            ] {
                counts.log.insert(outcome.to_owned(), count);
            }
            seen.counts = counts.clone();
        });
        seen
    }

    /// Brings what this process counted to where the others find it.
    pub(super) fn put(&self, inner: &Inner) -> Result<()> {
        let _alone = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        self.shelf.put(&self.own(inner))
    }

    /// Brings it there for the last time.
    pub(super) fn close(&self, inner: &Inner) {
        let _alone = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        // Counts are no reason to fail.
        let _ = self.shelf.close(&self.own(inner));
    }

    /// Takes care of what processes left behind that are gone.
    pub(super) fn bury(&self) {
        // The next look tries again.
        let _ = self.shelf.bury();
    }

    /// What all processes counted, and how they are.
    pub(super) fn sum(&self, inner: &Inner) -> (Counts, Vec<Gauges>) {
        let alone = self.putting.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.own(inner);
        // Without it, another process may later tell less than this one tells now.
        let _ = self.shelf.put(&own);
        drop(alone);
        self.shelf.sum(&own)
    }

    /// What is known of a model, found out anew if that is too old.
    fn look(&self, inner: &Inner, model: &str, lasts: Duration) -> Option<Look> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look) = looks.get(model).filter(|look| look.at.elapsed() < lasts) {
            return Some(look.clone());
        }
        match inner.look_closely(model) {
            Ok(look) => {
                looks.insert(model.to_owned(), look.clone());
                Some(look)
            }
            // What was known is better than nothing, while the store is away.
            Err(_) => looks.get(model).cloned(),
        }
    }
}

impl Workspace {
    /// What all processes that have this folder open tell Prometheus (text format 0.0.4): what they
    /// answered, how sure, how fast, what failed, how the log is doing, how drift and accuracy stand.
    /// Whichever process is asked, counters never fall.
    ///
    /// # Errors
    /// None at present: what cannot be found out is left out, and `pantau_store_reachable` tells if
    /// the store was not there.
    pub fn metrics(&self, options: &MetricsOptions) -> Result<String> {
        let inner = &self.inner;
        let mut page = Page::default();
        let (counts, gauges) = inner.telemetry.sum(inner);
        counts.show(&mut page);
        Gauges::show(&gauges, &mut page);
        page.count("pantau_build_info", &[env!("CARGO_PKG_VERSION")], 1);
        let is_reachable = inner.home.store.kept("reachable").is_ok();
        page.truth("pantau_store_reachable", &[], is_reachable);
        let mut models: BTreeSet<String> =
            gauges.iter().flat_map(|own| &own.loaded).map(|told| told[0].clone()).collect();
        if options.fresh {
            models.extend(self.models_in_use().unwrap_or_default());
        }
        let lasts = if options.fresh { Duration::ZERO } else { LASTS };
        for model in models {
            if let Some(look) = inner.telemetry.look(inner, &model, lasts) {
                show(&look, &mut page);
            }
            if let Ok(served) = inner.served(&model) {
                show_rollout(&model, &served.standing(), &mut page);
            }
        }
        Ok(page.to_text(options.aliases))
    }

    /// Counts a request that a service has answered, for [`metrics`](Self::metrics): the route as it
    /// is declared, not as it was asked for.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the status is none of HTTP.
    pub fn count_request(&self, route: &str, status: u16, took: Duration) -> Result<()> {
        if !(100..600).contains(&status) {
            return Err(Error::invalid("status", format!("{status}, allowed are 100 to 599")));
        }
        self.inner.telemetry.count(|own| own.see_request(route, status, took.as_secs_f64()));
        Ok(())
    }
}

impl Inner {
    fn look_closely(&self, model: &str) -> Result<Look> {
        let check = Arc::new(self.check(model, Timestamp::now())?);
        let told = self.home.registry.version(model, check.version)?;
        Ok(Look {
            at: Instant::now(),
            trained_at: told.tags.get(super::train::TRAINED_AT).and_then(|at| at.parse().ok()),
            scores: told.metrics.clone().into_iter().collect(),
            retrainings: self.home.store.retrainings(model, None)?,
            check,
        })
    }
}

fn show_rollout(model: &str, standing: &Standing, page: &mut Page) {
    let name = "pantau_rollout_share_ratio";
    let mut rest = 1.0;
    for challenger in &standing.challengers {
        rest -= challenger.share;
        page.value(name, &[model, &challenger.version.name, "challenger"], challenger.share);
    }
    page.value(name, &[model, &standing.champion.name, "champion"], rest);
    for shadow in &standing.shadows {
        page.value(name, &[model, &shadow.name, "shadow"], 1.0);
    }
}

fn show(look: &Look, page: &mut Page) {
    let check = &look.check;
    let (model, version) = (check.model.as_str(), check.version.to_string());
    if let Some(drift) = &check.drift {
        show_drift(model, drift, page);
    }
    if let Some(accuracy) = &check.accuracy {
        show_accuracy(model, &version, accuracy, page);
    }
    if let Some(own) = check.feedback.as_ref().filter(|own| own.right + own.wrong > 0) {
        let share = own.wrong as f64 / (own.right + own.wrong) as f64;
        page.value("pantau_wrong_feedback_ratio", &[model, &version], share);
    }
    for (metric, score) in look.scores.iter().filter(|own| !own.0.starts_with("train_")) {
        page.value("pantau_test_score_ratio", &[model, &version, metric], *score);
    }
    page.truth("pantau_retraining_due", &[model], check.triggers.should_retrain);
    for status in ["completed", "rejected", "failed", "stopped", "running"] {
        let count = look.retrainings.iter().filter(|own| own.status == status).count();
        page.count("pantau_retrainings", &[model, status], count as u64);
    }
    if let Some(at) = look.trained_at {
        let seconds = at.micros() as f64 / 1e6;
        page.value("pantau_model_trained_timestamp_seconds", &[model, &version], seconds);
    }
}

fn show_drift(model: &str, drift: &DriftReport, page: &mut Page) {
    page.value("pantau_drift_evidence", &[model], drift.evidence);
    page.value("pantau_drift_score_ratio", &[model], drift.score());
    for status in [Status::Ok, Status::Watch, Status::ChangedSmall, Status::Alarm] {
        page.truth("pantau_drift_status", &[model, status.name()], drift.status == status);
    }
    for feature in &drift.features {
        page.value("pantau_drift_effect_ratio", &[model, &feature.feature], feature.effect);
        page.value("pantau_drift_blame_ratio", &[model, &feature.feature], feature.blame);
    }
}

fn show_accuracy(model: &str, version: &str, accuracy: &AccuracyReport, page: &mut Page) {
    let mut told = |source: &str, value: f64, low: f64, high: f64| {
        let of = [model, version, source];
        page.value("pantau_accuracy_ratio", &of, value);
        page.value("pantau_accuracy_low_ratio", &of, low);
        page.value("pantau_accuracy_high_ratio", &of, high);
    };
    if let Some(audit) = &accuracy.audit
        && let Some(value) = audit.recent_accuracy
    {
        told("audit", value, audit.recent_interval.low, audit.recent_interval.high);
    }
    if let Some(estimate) = accuracy.estimate.as_ref().and_then(|own| own.cbpe.as_ref()) {
        told("confidence", estimate.value, estimate.interval.low, estimate.interval.high);
    }
}
