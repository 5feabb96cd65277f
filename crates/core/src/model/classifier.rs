//! Labels for texts.

use std::{path::Path, sync::Arc, time::Instant};

use super::{
    Info, Later, ModelOptions, PredictOptions, Prediction, Predictions,
    handle::{Current, Handle},
    loaded::Vectors,
    watch::Watch,
};
use crate::{Error, Result, drift::SharedMonitor, onnx::Task};

/// Gives texts a label.
///
/// Clones are the same classifier and cheap to make; any number of threads may use it at once,
/// and their texts run together.
///
/// ```no_run
/// use pantau::model::{Classifier, ModelOptions};
///
/// let classifier = Classifier::open("sentiment", &ModelOptions::default())?;
/// let prediction = classifier.predict("Aplikasi ini sangat bagus!")?;
/// println!("{} {:.2}", prediction.label, prediction.confidence);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Classifier {
    handle: Arc<Handle>,
}

impl Classifier {
    /// Opens the bundle of a classifier. A bundle that is open already in the same way is
    /// shared, not loaded again.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no bundle or no ONNX Runtime, or no CUDA device where one
    /// is required; [`Error::Incompatible`] if the bundle is of another kind or version, differs
    /// from its hashes, or fails its self-test; [`Error::InvalidInput`] for what no bundle may hold
    /// and options that cannot be.
    pub fn open(bundle: impl AsRef<Path>, options: &ModelOptions) -> Result<Self> {
        let handle = Handle::open(bundle.as_ref(), options, |task| match task {
            Task::Classifier { .. } => Ok(()),
            Task::Encoder { .. } => Err("it is an encoder, not a classifier"),
        })?;
        Ok(Self { handle: Arc::new(handle) })
    }

    /// The label of one text.
    ///
    /// # Errors
    /// As for [`predict_batch`](Self::predict_batch).
    pub fn predict(&self, text: &str) -> Result<Prediction> {
        let predictions = self.predict_batch(&[text], PredictOptions::default())?;
        predictions.get(0).ok_or_else(|| Error::inference("classifier", "it did not answer"))
    }

    /// The labels of many texts, in their order. Equal texts run once.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many calls wait already, [`Error::Deadline`] if the answer was not
    /// there in time, [`Error::Inference`] if the model failed.
    pub fn predict_batch<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        options: PredictOptions,
    ) -> Result<Predictions> {
        self.predict_watched(texts, options, |_, _| Ok(()))
    }

    /// [`predict_batch`](Self::predict_batch) that tells `progress` how many sequences of tokens
    /// more are done, of how many. An error it returns ends the call.
    ///
    /// # Errors
    /// As for [`predict_batch`](Self::predict_batch).
    pub fn predict_watched<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        options: PredictOptions,
        progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions> {
        self.handle.current()?.classify(texts, options, progress)
    }

    /// The label of one text, later. The text is queued before this returns; `await` the answer,
    /// or drop it to take the text back.
    ///
    /// # Errors
    /// As for [`predict_batch`](Self::predict_batch).
    pub fn predict_async(&self, text: &str, options: PredictOptions) -> Result<Later<Prediction>> {
        self.predict_then(text, options, || {})
    }

    /// [`predict_async`](Self::predict_async) that also calls `on_done` once the answer is there,
    /// from a thread of the model: for event loops that are not Rust's. It may be called before
    /// this returns, is called once, and not at all after an error. A deadline is noticed when
    /// the model comes to the text.
    ///
    /// # Errors
    /// As for [`predict_batch`](Self::predict_batch).
    pub fn predict_then(
        &self,
        text: &str,
        options: PredictOptions,
        on_done: impl FnOnce() + Send + 'static,
    ) -> Result<Later<Prediction>> {
        let current = self.handle.current()?;
        let first = |predictions: &Predictions| {
            predictions.get(0).ok_or_else(|| Error::inference("classifier", "it did not answer"))
        };
        if current.model.transformer().is_none() {
            // It answers sooner than a queue could be asked.
            let nobody = |_, _| Ok(());
            let prediction = first(&current.classify(&[text], options, nobody)?)?;
            return Ok(Later::now(prediction, on_done));
        }
        let own = text.to_owned();
        let started = Instant::now();
        current.ask_later(text, options.deadline, on_done, move |current, answers| {
            let texts = [own];
            let predictions = current.model.read(&texts, answers, options);
            current.see(&texts, &predictions, Some(answers), started.elapsed());
            first(&predictions)
        })
    }

    /// Lets a monitor count all that this classifier and its clones answer from now on: the texts,
    /// labels, confidences, how unusual and how long in coming, and embeddings where the model has
    /// them, as far as its reference knows these columns. Such a reference travels in the bundle
    /// ([`Bundle::reference`](super::Bundle::reference)), or is built by [`Self::reference`].
    ///
    /// What goes wrong while counting does not touch the answers; [`Self::info`] tells it. What an
    /// evaluation, an explanation or an ensemble asks is no traffic, and is not counted.
    ///
    /// ```no_run
    /// use std::sync::{Arc, Mutex};
    ///
    /// use pantau::{
    ///     drift::{Monitor, MonitorOptions},
    ///     model::{Bundle, Classifier},
    /// };
    ///
    /// let reference = Bundle::open("sentiment")?.reference()?.expect("it was trained with one");
    /// let options = MonitorOptions::from_json(r#"{"window": "1d"}"#)?;
    /// let monitor = Arc::new(Mutex::new(Monitor::new(reference, options)?));
    /// let classifier = Classifier::open("sentiment", &Default::default())?;
    /// classifier.watch(Some(monitor.clone()))?;
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if its reference has none of these columns, or the classifier is
    /// closed.
    pub fn watch(&self, monitor: Option<SharedMonitor>) -> Result<()> {
        self.handle.watch(monitor.map(Watch::new).transpose()?.map(Arc::new))
    }

    /// Labels, the vectors that they follow from where the model has them, and what others say of the
    /// same texts where it costs next to nothing: those whose graph is the same and reads texts in
    /// the same way. Who watches does not see any of it.
    pub(crate) fn predict_beside<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        options: PredictOptions,
        others: &[&Self],
    ) -> Result<(Predictions, Option<Vectors>, Vec<Option<Predictions>>)> {
        let current = self.handle.current()?;
        let nobody = |_, _| Ok(());
        let (predictions, answers) =
            current.model.classify(texts, current.reading, options, nobody)?;
        let vectors = answers.as_ref().and_then(|answers| current.model.vectors(answers));
        let beside = |other: &&Self| {
            let other = other.handle.current().ok()?;
            let is_same =
                other.reading == current.reading && other.model.shares_graph(&current.model);
            let answers = answers.as_ref().filter(|_| is_same)?;
            Some(other.model.read(texts, answers, options))
        };
        Ok((predictions, vectors, others.iter().map(beside).collect()))
    }

    /// The model behind it now.
    pub(super) fn current(&self) -> Result<Current> {
        self.handle.current()
    }

    /// The labels it chooses from, in the order of the probabilities.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is closed.
    pub fn labels(&self) -> Result<Vec<String>> {
        match &self.handle.current()?.model.bundle.manifest().task {
            Task::Classifier { labels, .. } => Ok(labels.clone()),
            Task::Encoder { .. } => unreachable!("only classifiers are opened as such"),
        }
    }

    /// Whether a text has more tokens than so many, as the model reads it: of one that reads words,
    /// words.
    pub(crate) fn exceeds(&self, text: &str, most: usize) -> Result<bool> {
        match self.handle.current()?.model.transformer() {
            Some(transformer) => transformer.exceeds(text, most),
            None => Ok(text.split_whitespace().nth(most).is_some()),
        }
    }

    /// Measures how many tokens run together best on this machine. Large calls do it by
    /// themselves; the result is kept in the user's cache folder.
    ///
    /// # Errors
    /// [`Error::Inference`] if the model failed.
    pub fn warm_up(&self) -> Result<()> {
        self.handle.current()?.model.warm_up()
    }

    /// Replaces the model behind this classifier and all its clones while they are used: the
    /// new one is loaded, tested and warmed up first, and the old one answers what it has begun.
    ///
    /// # Errors
    /// As for [`open`](Self::open); the old model stays then.
    pub fn swap(&self, bundle: impl AsRef<Path>) -> Result<()> {
        self.handle.swap(bundle.as_ref())
    }

    /// What the model is, where it runs, and what it did.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is closed.
    pub fn info(&self) -> Result<Info> {
        self.handle.current()?.info()
    }

    /// Frees the model, for all clones. Whoever uses them later is told so.
    ///
    /// # Errors
    /// [`Error::Inference`] if a fork left a lock behind.
    pub fn close(&self) -> Result<()> {
        self.handle.close()
    }
}
