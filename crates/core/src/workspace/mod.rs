//! One thing for all of it: a folder with a store and a registry, the models served from there, and
//! the loop over them.

mod answer;
mod audit;
mod background;
mod check;
mod collect;
mod command;
mod counting;
mod home;
mod lease;
mod notices;
mod outbox;
mod pairs;
mod policy;
mod predict;
mod replay;
mod retrain;
mod roles;
mod rollout;
mod schedule;
mod served;
mod settings;
mod shadow;
mod stated;
mod telemetry;
mod train;
mod watch;
#[cfg(feature = "webhook")]
mod webhook;
mod worker;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

pub use answer::{Answer, Ask};
pub use check::Check;
use counting::Counting;
use home::Home;
pub use home::WorkspaceOptions;
use notices::Notices;
pub use policy::{OnBreach, ValidationPolicy};
pub use replay::{Changed, Replay, ReplayOptions};
pub use retrain::RetrainOptions;
pub use rollout::{Challenge, ChallengerReport, OnDecision, Rollout, RolloutReport};
use schedule::Schedule;
pub use schedule::ScheduleOptions;
use served::Served;
pub use served::ServedInfo;
pub use settings::ModelSettings;
use shadow::Shadows;
pub use telemetry::MetricsOptions;
use telemetry::Telemetry;
pub use train::{Training, WorkspaceTrain};
pub use watch::Learning;
use worker::Worker;

use crate::{
    Error, Result, Timestamp,
    model::ModelOptions,
    registry::{Act, History, Registry},
    store::{Durability, LogCounters, LogOptions, Next, PredictionLog, Store, WhenFull},
};

/// How long records are gathered before they are brought into the store together: what a commit costs
/// is shared by all of them. They are safe in the journal meanwhile.
const GROUP: std::time::Duration = std::time::Duration::from_millis(500);

/// A folder with everything a deployed model needs, and the loop over it: predict, remember, watch,
/// train anew.
///
/// Any number of threads and processes may have the same workspace open. Clones are the same one.
///
/// ```
/// use pantau::{model::LabelledTexts, store::Feedback, workspace::{Ask, Workspace}};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path().join("reviews");
/// let workspace = Workspace::open(&folder, &Default::default())?;
/// let texts = (0..60).map(|row| format!("{} sekali, {row}", ["bagus", "lemot"][row % 2]));
/// let labels = (0..60).map(|row| ["positive", "negative"][row % 2].to_owned());
/// let data = LabelledTexts::new(texts.collect(), labels.collect())?;
/// workspace.train("sentiment", &data, &Default::default(), &mut |_, _| Ok(()))?;
///
/// let answer = workspace.predict("sentiment", "bagus sekali", &Ask::default())?;
/// assert_eq!((answer.label.as_str(), answer.version.as_str()), ("positive", "1"));
/// workspace.feedback(Feedback::wrong(&answer.id, "negative"))?;
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Workspace {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    home: Home,
    log: PredictionLog,
    /// The file of that log.
    outbox: PathBuf,
    served: RwLock<HashMap<String, Arc<Served>>>,
    counting: Counting,
    telemetry: Telemetry,
    shadows: Shadows,
    notices: Notices,
    schedule: Schedule,
    model_options: ModelOptions,
    background: Mutex<Option<Worker>>,
    is_closed: AtomicBool,
    /// Threads do not live on after a fork, so what has any belongs to one process.
    process: u32,
}

impl Workspace {
    /// Opens a workspace, which is made if there is none.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the folder holds something else, or another store or registry is
    /// named than it was made with; others as store and registry have them.
    pub fn open(folder: impl AsRef<Path>, options: &WorkspaceOptions) -> Result<Self> {
        let model_options = options.model();
        model_options.check()?;
        #[cfg(feature = "webhook")]
        let webhook = options.webhook.clone().map_or_else(webhook::named, |url| Ok(Some(url)))?;
        let home = Home::open(folder.as_ref(), options)?;
        let own = crate::store::new_id();
        let waiting = home.inside("outbox")?;
        let outbox = waiting.join(format!("{own}.jsonl"));
        let log = LogOptions {
            outbox: Some(outbox.clone()),
            journal: Some(waiting.join(format!("{own}.journal.jsonl"))),
            durability: Durability::Group(GROUP),
            // A store that hangs keeps nobody waiting.
            when_full: WhenFull::Spill,
            ..LogOptions::default()
        };
        let log = PredictionLog::open(home.store.clone(), log)?;
        let telemetry = Telemetry::open(&home, &own)?;
        let inner = Arc::new(Inner {
            home,
            log,
            outbox,
            served: RwLock::default(),
            counting: Counting::default(),
            telemetry,
            shadows: Shadows::default(),
            notices: Notices::default(),
            schedule: Schedule::default(),
            model_options,
            background: Mutex::default(),
            is_closed: AtomicBool::new(false),
            process: std::process::id(),
        });
        let background = background::start(&inner)?;
        *inner.background.lock().unwrap_or_else(PoisonError::into_inner) = Some(background);
        let workspace = Self { inner };
        #[cfg(feature = "webhook")]
        if let Some(url) = webhook {
            workspace.notify_webhook(&url)?;
        }
        Ok(workspace)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.inner.home.folder
    }

    /// What it remembers.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.home.store
    }

    /// Its models.
    pub fn registry(&self) -> &Arc<dyn Registry> {
        &self.inner.home.registry
    }

    /// What the log of predictions has done so far.
    pub fn log_counters(&self) -> LogCounters {
        self.inner.log.counters()
    }

    /// How a model is served, watched and trained anew, also of one that is still to come.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if no model can have that name; others as the store has them.
    pub fn settings(&self, model: &str) -> Result<ModelSettings> {
        self.inner.check_model_name(model)?;
        self.inner.settings(model)
    }

    /// Changes settings: an object of JSON whose members take the place of those that are there.
    /// All processes follow within a second. It is noted in the audit log who did it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what cannot be.
    pub fn configure(&self, model: &str, changes: &str, actor: &str) -> Result<ModelSettings> {
        self.inner.check_open()?;
        self.inner.check_model_name(model)?;
        // Before anything changes: what nobody has done must not have happened.
        Act::by(actor).check()?;
        let store = self.store();
        let settings = store.change_kept(&settings_name(model), &mut |content| {
            let settings = read_settings(content)?.with(changes)?;
            Ok((Some(Next::new(settings.to_json().into_bytes())), settings))
        })?;
        let changes: serde_json::Value = serde_json::from_str(changes).unwrap_or_default();
        let detail = serde_json::json!({ "model": model, "changes": changes });
        store.audit(actor, "configure", &detail)?;
        self.inner.refresh(model)?;
        Ok(settings)
    }

    /// Makes a version the one that answers, in all processes within a second.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version; others as the registry has them.
    pub fn promote(&self, model: &str, version: u32, act: &Act) -> Result<()> {
        self.inner.check_open()?;
        let before = self.inner.champion_version(model)?;
        self.registry().promote(model, version, act)?;
        self.end_challenges(model, &[Some(version), before], act)?;
        self.inner.refresh(model)
    }

    /// Brings back the version that answered before, in all processes within a second.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there was none before.
    pub fn rollback(&self, model: &str, act: &Act) -> Result<u32> {
        self.inner.check_open()?;
        let before = self.inner.champion_version(model)?;
        let version = self.registry().rollback(model, act)?;
        self.end_challenges(model, &[Some(version), before], act)?;
        self.inner.refresh(model)?;
        Ok(version)
    }

    /// Which version answered when, by whom it was put there, and why.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model.
    pub fn history(&self, model: &str) -> Result<Vec<History>> {
        self.registry().history(model)
    }

    /// How this process serves a model: loads it, if that was not done yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model, or none of its versions is in use.
    pub fn info(&self, model: &str) -> Result<ServedInfo> {
        self.inner.served(model)?.info()
    }

    /// Follows at once what the registry and the settings say of a model, which otherwise takes half
    /// a second; the number of the version in use.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model, or none of its versions is in use; others if the
    /// version cannot be loaded, and then the one before goes on answering.
    pub fn reload(&self, model: &str) -> Result<u32> {
        Ok(self.inner.current_champion(model)?.version)
    }

    /// Loads a model and lets it measure how it runs best.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such model, or none of its versions is in use.
    pub fn warm_up(&self, model: &str) -> Result<()> {
        self.inner.served(model)?.champion().classifier.warm_up()
    }

    /// Waits until all predictions so far are in the store, and brings there what was counted.
    ///
    /// # Errors
    /// [`Error::Deadline`] if that takes longer than `limit`; others as the store has them.
    pub fn flush(&self, limit: Option<std::time::Duration>) -> Result<()> {
        self.inner.shadows.flush(limit)?;
        self.inner.log.flush(limit)?;
        self.inner.counting.flush(&self.inner.home.store)
    }

    /// Ends it: what was logged and counted is in the store when this returns. Clones end, too.
    ///
    /// # Errors
    /// [`Error::Refused`] if records could be brought nowhere.
    pub fn close(&self) -> Result<()> {
        self.inner.close()
    }
}

impl Inner {
    fn settings(&self, model: &str) -> Result<ModelSettings> {
        read_settings(self.home.store.kept(&settings_name(model))?.content.as_deref())
    }

    fn check_model_name(&self, model: &str) -> Result<()> {
        // The registry knows which names can be.
        self.home.registry.state(model).map(drop)
    }

    /// The model as this process serves it.
    fn served(&self, model: &str) -> Result<Arc<Served>> {
        self.check_open()?;
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(served) = served.get(model) {
            return Ok(served.clone());
        }
        drop(served);
        let opened = Arc::new(Served::open(self, model)?);
        let mut all = self.served.write().unwrap_or_else(PoisonError::into_inner);
        Ok(all.entry(model.to_owned()).or_insert(opened).clone())
    }

    /// Follows what the registry and the store say of a model by now.
    fn refresh(&self, model: &str) -> Result<()> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        let Some(served) = served.get(model).cloned() else { return Ok(()) };
        served.refresh(self)
    }

    fn models(&self) -> Vec<String> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.keys().cloned().collect()
    }

    /// Whether there is such a model, also if none of its versions can be loaded.
    fn is_model(&self, model: &str) -> bool {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.contains_key(model) || self.home.registry.existing(model).is_ok()
    }

    fn all_served(&self) -> Vec<Arc<Served>> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.values().cloned().collect()
    }

    /// Whether it still may start something.
    fn check_open(&self) -> Result<()> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(Error::invalid("workspace", "it is closed"));
        }
        Ok(())
    }

    fn close(&self) -> Result<()> {
        if self.process != std::process::id() {
            // After a fork all of it is the parent's, who will end it.
            return Ok(());
        }
        self.schedule.stop();
        self.is_closed.store(true, Ordering::Release);
        self.shadows.close();
        self.notices.close();
        let background = self.background.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(background) = background {
            background.stop();
        }
        let counted = self.counting.flush(&self.home.store);
        let closed = self.log.close();
        self.telemetry.close(self);
        closed?;
        outbox::remove_empty(&self.outbox);
        counted
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Nobody is there to be told; what could not be written waits in the outbox.
        let _ = self.close();
    }
}

fn settings_name(model: &str) -> String {
    format!("settings/{model}")
}

fn read_settings(content: Option<&[u8]>) -> Result<ModelSettings> {
    let Some(content) = content else { return Ok(ModelSettings::default()) };
    ModelSettings::from_json(&String::from_utf8_lossy(content))
}

/// The start of the window that a moment lies in.
fn window_of(at: Timestamp, length: std::time::Duration) -> Timestamp {
    let length = i64::try_from(length.as_micros()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_micros(at.micros().div_euclid(length).saturating_mul(length))
}

/// That a model has no version in use.
fn no_champion(model: &str) -> Error {
    Error::NotFound {
        what: format!("a version of {model} that is in use"),
        hint: "promote one of its versions".to_owned(),
    }
}
