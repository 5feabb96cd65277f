//! What callers hold: a name for a model that can be replaced while they use it.

use std::{
    path::Path,
    sync::{Arc, RwLock, TryLockError},
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{
    Counters, Later, Manifest, ModelOptions, PredictOptions, Predictions, later,
    loaded::Loaded,
    shared,
    transformer::{Answers, Reading, Transformer},
    watch::{Watch, Watched},
};
use crate::{
    Error, Result,
    onnx::{Origin, Provider, Runtime, Task},
};

/// The model behind all clones of a classifier or an encoder.
#[derive(Debug)]
pub(super) struct Handle {
    current: RwLock<Option<Current>>,
    options: ModelOptions,
}

/// A model, and how its texts are read.
#[derive(Debug, Clone)]
pub(super) struct Current {
    pub(super) model: Arc<Loaded>,
    pub(super) reading: Reading,
    pub(super) watch: Option<Arc<Watch>>,
}

/// How long a forked process tries to get a lock that a thread of its parent may hold for ever.
const PATIENCE: Duration = Duration::from_secs(2);

impl Handle {
    pub(super) fn open(
        bundle: &Path,
        options: &ModelOptions,
        fits: impl FnOnce(&Task) -> Result<(), &'static str>,
    ) -> Result<Self> {
        let current = load(bundle, options, fits)?;
        Ok(Self { current: RwLock::new(Some(current)), options: options.clone() })
    }

    /// The model as it is now; it stays usable for this caller whatever happens to the handle.
    pub(super) fn current(&self) -> Result<Current> {
        let current = self.read(Clone::clone)?;
        let Some(current) = current else {
            return Err(Error::invalid("model", "is closed"));
        };
        if current.model.is_alive() {
            return Ok(current);
        }
        self.reopen(&current)
    }

    /// After a fork the threads of the model are in the other process. This one opens
    /// the bundle for itself.
    fn reopen(&self, dead: &Current) -> Result<Current> {
        let path = dead.model.bundle.path().to_owned();
        let mut fresh = load(&path, &self.options, |_| Ok(()))?;
        fresh.watch.clone_from(&dead.watch);
        if fresh.model.bundle.id() != dead.model.bundle.id() {
            return Err(Error::incompatible(
                format!("bundle {}", path.display()),
                "it was replaced since the process forked; open the model again in this process",
            ));
        }
        self.write(|current| {
            let is_still_dead = current.as_ref().is_some_and(|now| !now.model.is_alive());
            if is_still_dead {
                // What belongs to the other process is left alone, not taken apart.
                std::mem::forget(current.replace(fresh.clone()));
            }
        })?;
        Ok(fresh)
    }

    /// Loads another bundle, tests it and warms it up, and puts it in the place of the
    /// current one. Calls that run end on the old one, which is dropped after the last.
    pub(super) fn swap(&self, bundle: &Path) -> Result<()> {
        let before = self.current()?;
        let task = before.model.bundle.manifest().task.clone();
        let after = load(bundle, &self.options, |new| {
            if std::mem::discriminant(new) == std::mem::discriminant(&task) {
                Ok(())
            } else {
                Err("it is a model of another kind than the one it replaces")
            }
        })?;
        after.model.warm_up()?;
        let old = self.write(|current| match current {
            Some(before) => {
                let watch = before.watch.clone();
                Ok(current.replace(Current { watch, ..after }))
            }
            None => Err(Error::invalid("model", "is closed")),
        })??;
        // The last one to hold the old model drops it: here, or where a call still runs on it.
        drop(old);
        Ok(())
    }

    /// Lets a monitor count what is answered from now on, or nobody.
    pub(super) fn watch(&self, watch: Option<Arc<Watch>>) -> Result<()> {
        self.write(|current| match current {
            Some(current) => {
                current.watch = watch;
                Ok(())
            }
            None => Err(Error::invalid("model", "is closed")),
        })?
    }

    pub(super) fn close(&self) -> Result<()> {
        let old = self.write(Option::take)?;
        if let Some(old) = old.filter(|old| !old.model.is_alive()) {
            std::mem::forget(old);
        }
        Ok(())
    }

    fn read<T>(&self, work: impl FnOnce(&Option<Current>) -> T) -> Result<T> {
        let start = Instant::now();
        loop {
            match self.current.try_read() {
                Ok(current) => return Ok(work(&current)),
                Err(TryLockError::Poisoned(current)) => return Ok(work(&current.into_inner())),
                Err(TryLockError::WouldBlock) => wait(start)?,
            }
        }
    }

    fn write<T>(&self, work: impl FnOnce(&mut Option<Current>) -> T) -> Result<T> {
        let start = Instant::now();
        loop {
            match self.current.try_write() {
                Ok(mut current) => return Ok(work(&mut current)),
                Err(TryLockError::Poisoned(current)) => return Ok(work(&mut current.into_inner())),
                Err(TryLockError::WouldBlock) => wait(start)?,
            }
        }
    }
}

/// The lock is only ever held for an instant. If it is not free for long, a thread held
/// it that a fork left behind.
fn wait(start: Instant) -> Result<()> {
    if start.elapsed() > PATIENCE {
        return Err(Error::inference(
            "after a fork",
            "its lock was held when the process forked; open the model again in this process",
        ));
    }
    thread::yield_now();
    Ok(())
}

fn load(
    bundle: &Path,
    options: &ModelOptions,
    fits: impl FnOnce(&Task) -> Result<(), &'static str>,
) -> Result<Current> {
    let model = shared::open(bundle, options)?;
    fits(&model.bundle.manifest().task)
        .map_err(|problem| Error::incompatible(format!("bundle {}", bundle.display()), problem))?;
    let reading = model.reading(options.max_tokens, options.long_text)?;
    Ok(Current { model, reading, watch: None })
}

/// What a model is and where it runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Info {
    /// What its bundle says about it.
    pub manifest: Manifest,
    /// A hash of all it consists of.
    pub id: String,
    /// Where it really runs, as a probe found.
    pub provider: Provider,
    /// Why it runs on the CPU although CUDA was preferred.
    pub fallback: Option<String>,
    /// How many threads it uses.
    pub threads: usize,
    /// The most tokens of a text that are read at once; none if texts of any length are.
    pub max_tokens: Option<usize>,
    /// How its graph is run; none if it has no graph.
    #[serde(flatten)]
    pub running: Option<Running>,
    /// What it did so far.
    pub counters: Counters,
    /// What became of the answers that a monitor was to count; none without a monitor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watched: Option<Watched>,
}

/// How the graph of a model is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Running {
    /// The most padded tokens that run together; measured at the first large call.
    pub token_budget: usize,
    /// How many sessions share the threads when there is more to do than one batch.
    pub sessions: usize,
    /// The version of ONNX Runtime.
    pub runtime_version: String,
    /// The library of ONNX Runtime.
    pub runtime_path: String,
    /// How that library was found.
    pub runtime_origin: Origin,
}

impl Running {
    fn of(transformer: &Transformer) -> Result<Self> {
        let runtime = Runtime::load(None)?;
        Ok(Self {
            token_budget: transformer.token_budget(),
            sessions: transformer.sessions(),
            runtime_version: runtime.version().to_owned(),
            runtime_path: runtime.path().display().to_string(),
            runtime_origin: runtime.origin(),
        })
    }
}

impl Info {
    /// All of it as JSON, by the names of its fields.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("every key is a string")
    }
}

impl Current {
    /// Queues one text for the transformer and returns at once; `read` makes the answer of its row
    /// when it is there.
    pub(super) fn ask_later<T>(
        self,
        text: &str,
        deadline: Option<Duration>,
        on_done: impl FnOnce() + Send + 'static,
        read: impl FnOnce(&Self, &Answers) -> Result<T> + Send + 'static,
    ) -> Result<Later<T>> {
        let Some(transformer) = self.model.transformer() else {
            return Err(Error::inference(
                self.model.name(),
                "it has no graph that could be queued",
            ));
        };
        let state = Arc::new(later::State::default());
        let done = {
            let state = state.clone();
            move || {
                state.done();
                on_done();
            }
        };
        let pending = transformer.submit(text, self.reading, deadline, done)?;
        let name = self.model.name().to_owned();
        Ok(Later::new(state, move || read(&self, &pending.finish(&name)?)))
    }

    /// The labels of texts, counted by who watches.
    pub(super) fn classify<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        options: PredictOptions,
        progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions> {
        let started = Instant::now();
        let (predictions, answers) = self.model.classify(texts, self.reading, options, progress)?;
        self.see(texts, &predictions, answers.as_ref(), started.elapsed());
        Ok(predictions)
    }

    /// The labels of texts that are no traffic: nobody counts them.
    pub(super) fn ask<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        options: PredictOptions,
        progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions> {
        Ok(self.model.classify(texts, self.reading, options, progress)?.0)
    }

    /// Lets who watches count answers.
    pub(super) fn see<T: AsRef<str>>(
        &self,
        texts: &[T],
        predictions: &Predictions,
        answers: Option<&Answers>,
        took: Duration,
    ) {
        if let Some(watch) = &self.watch {
            let vectors = || answers.and_then(|answers| self.model.vectors(answers));
            watch.see(texts, predictions, vectors, took);
        }
    }

    pub(super) fn info(&self) -> Result<Info> {
        let model = &self.model;
        let transformer = model.transformer();
        Ok(Info {
            manifest: model.bundle.manifest().clone(),
            id: model.bundle.id().to_owned(),
            provider: model.provider(),
            fallback: transformer.and_then(|transformer| transformer.fallback.clone()),
            threads: model.threads.get(),
            max_tokens: transformer.map(|_| self.reading.max_tokens),
            running: transformer.map(Running::of).transpose()?,
            counters: model.counters(),
            watched: self.watch.as_deref().map(Watch::watched),
        })
    }
}
