//! From reasons to a version in use, or to the reason why not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use super::{
    Inner, Workspace, collect,
    lease::Lease,
    roles::Roles,
    train::{Lesson, training_options},
};
use crate::{
    Error, Result, Timestamp,
    drift::Status,
    file,
    registry::Act,
    store::{RetrainingRecord, TriggerRecord},
};

/// So many windows of traffic say what comes.
const RECENT: u32 = 28;

/// How a model is trained anew.
#[derive(Debug, Clone, Default)]
pub struct RetrainOptions {
    /// Whether it is trained although there is no reason, or something holds it back.
    pub force: bool,
    /// Who wants it; by default the user of this system.
    pub actor: Option<String>,
    /// When it is trained, if not now: for what is told later.
    pub at: Option<Timestamp>,
}

impl Workspace {
    /// Trains a model anew if there are reasons: on what it was trained with and what people said
    /// since, as far as the texts may be kept. The new version is tested with texts that no version
    /// has learnt from, and answers from then on if it passes the gates; then the one before is
    /// archived. One training of a model runs at a time, over all processes.
    ///
    /// The record that is returned is in the store, too, and as a file in `retrainings`; its status is
    /// `completed`, `rejected` if the gates were not passed, or `failed`. Without a reason it is
    /// `skipped`, and kept nowhere.
    ///
    /// # Errors
    /// [`Error::Busy`] if the model is being trained by somebody else; others as for
    /// [`check`](Self::check). What goes wrong in the training itself is in the record.
    pub fn retrain(
        &self,
        model: &str,
        options: &RetrainOptions,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<RetrainingRecord> {
        let inner = &self.inner;
        let now = options.at.unwrap_or_else(Timestamp::now);
        let mut record = RetrainingRecord::new(model);
        record.started_at = now;
        let (lease, left) =
            Lease::take(&inner.home.store, &format!("retrain/{model}"), &record.id)?;
        inner.bury(model, left.as_deref())?;
        inner.clear_work(model)?;
        let check = self.check(model, options.at)?;
        record.trigger_evaluation = serde_json::to_value(&check.triggers).ok();
        if !check.triggers.should_retrain && !options.force {
            "skipped".clone_into(&mut record.status);
            record.reason = Some(check.triggers.summary.sentence);
            record.completed_at = Some(now);
            return Ok(record);
        }
        for trigger in &check.triggers.triggers {
            let (kind, priority) = (trigger.kind.name(), trigger.priority.name());
            let mut own = TriggerRecord::new(model, kind, &trigger.reason, priority);
            own.timestamp = now;
            inner.home.store.write_trigger(&own)?;
        }
        record.reason = Some("collecting".to_owned());
        inner.write(&record)?;
        // A change may have begun: what came before it is no longer what comes.
        let since = check
            .drift
            .as_ref()
            .filter(|drift| drift.status == Status::Alarm)
            .and_then(|drift| drift.since);
        let work = catch_unwind(AssertUnwindSafe(|| {
            self.train_anew(model, &mut record, since, now, &lease, options, watch)
        }));
        let outcome = work.unwrap_or_else(|_| {
            Err(Error::inference("the training", "it panicked; the version in use stays"))
        });
        if let Err(error) = outcome {
            "failed".clone_into(&mut record.status);
            record.reason = Some(error.full_message());
        }
        record.completed_at = Some(if options.at.is_some() { now } else { Timestamp::now() });
        inner.write(&record)?;
        drop(lease);
        Ok(record)
    }

    #[expect(clippy::too_many_arguments, reason = "they are what a training is about")]
    fn train_anew(
        &self,
        model: &str,
        record: &mut RetrainingRecord,
        since: Option<Timestamp>,
        now: Timestamp,
        lease: &Lease,
        options: &RetrainOptions,
        watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<()> {
        let inner = &self.inner;
        let champion = inner.current_champion(model)?;
        let settings = champion.settings.clone();
        let labels = (!settings.new_labels).then_some(champion.labels.as_slice());
        let store = inner.home.store.as_ref();
        let data = collect::labelled(store, model, labels)?.ok_or_else(|| {
            let problem = "there are no labelled texts that may be kept";
            Error::invalid("texts", problem)
        })?;
        let recent = now.before(settings.window.duration().saturating_mul(RECENT));
        let traffic = collect::traffic(store, model, since.unwrap_or(recent).max(recent))?;
        let how = training_options(&settings, None)?;
        let lesson = Lesson { roles: Roles::of(&data)?, traffic, at: now };
        record.reason = Some("training".to_owned());
        inner.write(record)?;
        let made = inner.learn(model, &settings, &how, &lesson, watch)?;
        record.validation_result = serde_json::to_value(&made.gates).ok();
        let passed = made.gates.as_ref().is_some_and(|gates| gates.passed);
        lease.check()?;
        let act = match &options.actor {
            Some(actor) => Act::by(actor),
            None => Act::default(),
        };
        let why = record.trigger_evaluation.as_ref();
        let why = why.filter(|own| own["should_retrain"] == true);
        let why = why.and_then(|own| own["summary"]["sentence"].as_str());
        let why = why.unwrap_or("trained anew by hand");
        let version = inner.register(model, &made, passed, &act, why)?;
        let training = made.told(model, version, passed, true);
        record.training_result = Some(json!({
            "status": "completed",
            "version": version,
            "replaces": champion.version,
            "metrics": training.metrics,
            "train_rows": training.train_rows,
            "test_rows": training.test_rows,
            "seconds": training.seconds,
            "run_id": training.run_id,
        }));
        if passed { "completed" } else { "rejected" }.clone_into(&mut record.status);
        record.reason = Some(training.sentence);
        inner.refresh(model)
    }
}

impl Inner {
    /// Writes where a retraining stands, into the store and a file.
    fn write(&self, record: &RetrainingRecord) -> Result<()> {
        use crate::store::Record;

        self.home.store.write_retraining(record)?;
        let path = self.home.inside("retrainings")?.join(format!("{}.json", record.id));
        file::write_text(&path, &(record.to_json()? + "\n"))
    }

    /// Writes of a retraining whose process is gone that it failed.
    fn bury(&self, model: &str, id: Option<&str>) -> Result<()> {
        let Some(id) = id.filter(|id| !id.is_empty()) else { return Ok(()) };
        let found = self.home.store.retrainings(model, None)?;
        let Some(mut record) = found.into_iter().find(|own| own.id == id) else { return Ok(()) };
        if record.status != "running" {
            return Ok(());
        }
        let step = record.reason.take().unwrap_or_default();
        "failed".clone_into(&mut record.status);
        record.reason = Some(format!("its process ended while it was {step}"));
        record.completed_at = Some(Timestamp::now().max(record.started_at));
        self.write(&record)
    }
}
