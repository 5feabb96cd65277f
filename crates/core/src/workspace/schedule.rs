//! Looking after models by itself: on a thread of this process, or whenever somebody calls.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use serde_json::json;

use super::{
    Inner, RetrainOptions, RolloutReport, Workspace,
    rollout::OnDecision,
    worker::{Signal, Worker},
};
use crate::{
    Error, Result,
    lifecycle::Event,
    performance::Preference,
    registry::CHAMPION,
    store::{Next, RetrainingRecord},
};

/// How a workspace looks after its models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleOptions {
    /// How often it looks.
    pub every: Duration,
    /// After which models; none are all that are in use.
    pub models: Vec<String>,
}

impl Default for ScheduleOptions {
    fn default() -> Self {
        Self { every: Duration::from_mins(1), models: Vec::new() }
    }
}

impl ScheduleOptions {
    /// Reads options from JSON: an object with `every` (seconds) and `models`, which may be left out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        #[derive(serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct Stated {
            every: f64,
            models: Vec<String>,
        }
        impl Default for Stated {
            fn default() -> Self {
                Self { every: 60.0, models: Vec::new() }
            }
        }
        let Stated { every, models } = crate::settings::from_json("options", json)?;
        let every = Duration::try_from_secs_f64(every)
            .map_err(|_| Error::invalid("every", format!("{every} is no number of seconds")))?;
        Ok(Self { every, models })
    }

    fn check(&self) -> Result<()> {
        if self.every < Duration::from_secs(1) || self.every > Duration::from_hours(24) {
            let problem = format!("{:?}, allowed are 1 second to a day", self.every);
            return Err(Error::invalid("every", problem));
        }
        Ok(())
    }
}

/// The thread that looks, and how it is told to end.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    running: Mutex<Option<Worker>>,
}

impl Workspace {
    /// Looks after a model once: closes the windows that are over, acts on comparisons that are
    /// decided if the settings say so, and trains anew if there is a reason. Gives the record of that
    /// training.
    ///
    /// # Errors
    /// As for [`retrain`](Self::retrain).
    pub fn look_after(
        &self,
        model: &str,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<RetrainingRecord> {
        let mut is_stopped = false;
        let mut watch = |done, all| watch(done, all).inspect_err(|_| is_stopped = true);
        let looked = self.look(model, &mut watch);
        if !is_stopped && self.inner.check_open().is_ok() {
            self.tell_trouble(model, looked.as_ref().err());
        }
        looked
    }

    /// Tells once that a model cannot be looked after, until it can be again.
    fn tell_trouble(&self, model: &str, error: Option<&Error>) {
        let told = match error {
            // Somebody else is at it, or the next look will find the server there again.
            Some(Error::Busy { .. } | Error::Unreachable { .. } | Error::NotFound { .. }) => return,
            Some(error) => format!("{model} cannot be looked after: {}", error.full_message()),
            None => String::new(),
        };
        // Where it cannot be told, the error of the look is all there is.
        if self.inner.is_news(&format!("trouble/{model}"), &told).unwrap_or(false)
            && error.is_some()
        {
            self.inner.notice(Event::Failed, model, &told, json!({ "step": "looking" }));
        }
    }

    fn look(
        &self,
        model: &str,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<RetrainingRecord> {
        let settled = self.settle_rollout(model)?;
        let options =
            RetrainOptions { actor: Some("pantau".to_owned()), ..RetrainOptions::default() };
        let mut record = self.retrain(model, &options, watch)?;
        if record.status == "skipped" && !settled.is_empty() {
            // That there was no training is not all that came of this look.
            let reason = record.reason.take().unwrap_or_default();
            record.reason = Some([settled, vec![reason]].concat().join("; "));
        }
        Ok(record)
    }

    /// Looks after models again and again, on a thread of this process, until [`stop`](Self::stop) or
    /// [`close`](Self::close). Any number of processes may: one training of a model runs at a time.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it does so already, or an option cannot be.
    pub fn start(&self, options: &ScheduleOptions) -> Result<()> {
        options.check()?;
        let schedule = &self.inner.schedule;
        let mut running = schedule.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_some() {
            return Err(Error::invalid("workspace", "it looks after its models already"));
        }
        self.inner.check_open()?;
        for model in &options.models {
            self.registry().existing(model)?;
        }
        let (weak, options) = (Arc::downgrade(&self.inner), options.clone());
        let run = move |signal: &Signal| run(signal, &weak, &options);
        *running = Some(Worker::start("pantau-schedule", "the schedule", run)?);
        Ok(())
    }

    /// Ends what [`start`](Self::start) began. A training that runs is stopped; the version in use
    /// stays.
    pub fn stop(&self) {
        self.inner.schedule.stop();
    }

    /// The models that are in use.
    ///
    /// # Errors
    /// As the registry has them.
    pub fn models_in_use(&self) -> Result<Vec<String>> {
        let registry = self.registry();
        let mut found = Vec::new();
        for model in registry.models()? {
            if registry.state(&model)?.aliases.contains_key(CHAMPION) {
                found.push(model);
            }
        }
        Ok(found)
    }

    /// Tells once of each comparison that has come to an end, and acts on it if the settings say so.
    fn settle_rollout(&self, model: &str) -> Result<Vec<String>> {
        let settings = self.settings(model)?;
        let mut told = Vec::new();
        if settings.rollout.challengers.is_empty() {
            return Ok(told);
        }
        let (report, promoted) = match settings.rollout.on_decision {
            OnDecision::Act => self.decide(model)?,
            OnDecision::Recommend => (self.rollout(model)?, None),
        };
        for (version, text) in decided(&report) {
            let version_promoted = promoted == Some(version);
            let text = if version_promoted { format!("{text}; it is in use now") } else { text };
            let key = format!("{} {version} {}", report.champion, report.sentence_of(version));
            if self.inner.is_news(&format!("decided/{model}/{version}"), &key)? {
                let detail = json!({ "version": version, "promoted": version_promoted });
                self.inner.notice(Event::Decided, model, &text, detail);
                told.push(text);
            }
        }
        Ok(told)
    }
}

/// The challengers whose comparisons have come to an end, and what they came to.
fn decided(report: &RolloutReport) -> Vec<(u32, String)> {
    let is_decided =
        |own: &&super::ChallengerReport| own.comparison.preference != Preference::Undecided;
    let told = |own: &super::ChallengerReport| {
        (own.version, format!("version {}: {}", own.version, own.comparison.sentence))
    };
    report.challengers.iter().filter(is_decided).map(told).collect()
}

impl RolloutReport {
    /// What a decision about a challenger came to, by its name: the same as long as it holds.
    fn sentence_of(&self, version: u32) -> &'static str {
        let own = self.challengers.iter().find(|own| own.version == version);
        own.map_or("", |own| own.comparison.preference.name())
    }
}

impl Inner {
    /// Whether something is told for the first time, over all processes.
    fn is_news(&self, name: &str, told: &str) -> Result<bool> {
        self.home.store.change_kept(name, &mut |content| {
            let is_known = content == Some(told.as_bytes());
            Ok(((!is_known).then(|| Next::new(told.as_bytes().to_vec())), !is_known))
        })
    }
}

impl Schedule {
    pub(super) fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = running {
            worker.stop();
        }
    }
}

fn run(signal: &Signal, inner: &Weak<Inner>, options: &ScheduleOptions) {
    let mut watch = |_, _| {
        let is_ended = signal.is_ended();
        if is_ended { Err(Error::invalid("the schedule", "was stopped")) } else { Ok(()) }
    };
    loop {
        let Some(inner) = inner.upgrade() else { return };
        let workspace = Workspace { inner };
        let models = match options.models.as_slice() {
            [] => workspace.models_in_use().unwrap_or_default(),
            models => models.to_vec(),
        };
        for model in models {
            if signal.is_ended() {
                return;
            }
            let _span = tracing::info_span!("pantau.look_after", model).entered();
            match workspace.look_after(&model, &mut watch) {
                Ok(record) if record.status == "skipped" => {}
                Ok(record) => tracing::info!(model, status = record.status, "retraining"),
                // Another process may be at it, or the store away: the next look tries again.
                Err(error) => tracing::warn!(model, error = %error, "could not look"),
            }
        }
        drop(workspace);
        if signal.wait(options.every) {
            return;
        }
    }
}
