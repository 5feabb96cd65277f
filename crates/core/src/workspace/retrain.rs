//! From reasons to a version in use, or to the reason why not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use super::{
    Inner, Workspace, collect,
    lease::Lease,
    roles::Roles,
    train::{Lesson, TRAINING, training_options},
};
use crate::{
    Error, Result, Timestamp,
    drift::Status,
    file,
    lifecycle::Event,
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
    /// `completed`, `rejected` if the gates were not passed, or `failed`; if `watch` ended it, it is
    /// `stopped`, and the error of `watch` is returned. Without a reason it is
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
        inner.notice(
            Event::Triggered,
            model,
            &reasons_of(&check),
            json!({ "retraining": record.id }),
        );
        let mut stopped = None;
        let mut watch = |done, all| {
            let goes_on = inner.check_open().and_then(|()| watch(done, all));
            goes_on.inspect_err(|error| stopped = Some(error.full_message()))
        };
        let work = catch_unwind(AssertUnwindSafe(|| {
            self.train_anew(model, &mut record, since, now, &lease, options, &mut watch)
        }));
        let outcome = work.unwrap_or_else(|_| {
            Err(Error::inference("the training", "it panicked; the version in use stays"))
        });
        record.completed_at = Some(if options.at.is_some() { now } else { Timestamp::now() });
        if let Err(error) = &outcome {
            // Who has it stopped knows, and needs no person to look.
            if let Err(closed) = inner.check_open() {
                stopped.get_or_insert_with(|| closed.full_message());
            }
            let status = if stopped.is_some() { "stopped" } else { "failed" };
            status.clone_into(&mut record.status);
            record.reason = Some(shortened(error.full_message()));
        }
        inner.write(&record)?;
        drop(lease);
        inner.tell_of(&record);
        match outcome {
            Err(error) if stopped.is_some() => Err(error),
            _ => Ok(record),
        }
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
        // As the version in use was trained, but for what the settings say.
        let told = inner.home.registry.version(model, champion.version)?;
        let before = told.tags.get(TRAINING).map(String::as_str);
        let how = training_options(&settings, before, None)?;
        let trainer = settings.trainer.clone();
        let log = inner.log_of(&record.id)?;
        let lesson = Lesson { roles: Roles::of(&data)?, traffic, at: now, trainer, log };
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
        let version = inner.register(model, &made, passed, before, &act, why)?;
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

/// So long is the reason of a record at most, in bytes.
const LONGEST_REASON: usize = 1_000;

/// A reason as a record can hold it: the end of it, where programs say what went wrong, is kept.
fn shortened(reason: String) -> String {
    if reason.len() <= LONGEST_REASON {
        return reason;
    }
    let (mut head, mut tail) = (LONGEST_REASON / 4, reason.len() - LONGEST_REASON / 2);
    while !reason.is_char_boundary(head) {
        head -= 1;
    }
    while !reason.is_char_boundary(tail) {
        tail += 1;
    }
    format!("{} … {}", &reason[..head], &reason[tail..])
}

/// Why a model is trained anew.
fn reasons_of(check: &super::Check) -> String {
    if check.triggers.should_retrain {
        check.triggers.summary.sentence.clone()
    } else {
        "somebody wants it trained anew".to_owned()
    }
}

impl Inner {
    /// Tells what a retraining came to.
    fn tell_of(&self, record: &RetrainingRecord) {
        let event = match record.status.as_str() {
            "completed" => Event::Completed,
            "rejected" => Event::Rejected,
            "failed" => Event::Failed,
            _ => return,
        };
        let detail = json!({ "retraining": record.id, "training": record.training_result });
        self.notice(event, &record.model, record.reason.as_deref().unwrap_or_default(), detail);
    }

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
        self.write(&record)?;
        self.tell_of(&record);
        Ok(())
    }
}
