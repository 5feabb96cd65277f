//! Vectors for texts.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    Flags, Info, Later, ModelOptions,
    handle::{Current, Handle},
    transformer::{Answers, to_length_one},
};
use crate::{Result, onnx::Task};

/// Vectors for texts, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    numbers: Vec<f32>,
    dimensions: usize,
    flags: Vec<Flags>,
}

impl Embeddings {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether there were no texts.
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// How many numbers a vector has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// All vectors, text after text.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// All vectors, text after text.
    pub fn into_numbers(self) -> Vec<f32> {
        self.numbers
    }

    /// The vector of one text.
    pub fn get(&self, text: usize) -> Option<&[f32]> {
        self.numbers.get(text * self.dimensions..(text + 1) * self.dimensions)
    }

    /// For each text, what is odd about it.
    pub fn flags(&self) -> &[Flags] {
        &self.flags
    }
}

/// Gives texts a vector: near ones for texts that mean the same.
///
/// Clones are the same encoder and cheap to make; any number of threads may use it at once.
///
/// ```no_run
/// use pantau::model::{Encoder, ModelOptions};
///
/// let encoder = Encoder::open("minilm", &ModelOptions::default())?;
/// let vector = encoder.embed("Aplikasi ini sangat bagus!")?;
/// assert_eq!(vector.len(), 384);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Encoder {
    handle: Arc<Handle>,
}

impl Encoder {
    /// Opens the bundle of an encoder. A bundle that is open already in the same way is shared,
    /// not loaded again.
    ///
    /// # Errors
    /// As for [`Classifier::open`](super::Classifier::open).
    pub fn open(bundle: impl AsRef<Path>, options: &ModelOptions) -> Result<Self> {
        let handle = Handle::open(bundle.as_ref(), options, |task| match task {
            Task::Encoder { .. } => Ok(()),
            Task::Classifier { .. } => Err("it is a classifier, not an encoder"),
        })?;
        Ok(Self { handle: Arc::new(handle) })
    }

    /// The vector of one text.
    ///
    /// # Errors
    /// As for [`embed_batch`](Self::embed_batch).
    pub fn embed(&self, text: &str) -> Result<Vec<f32>> {
        self.embed_batch(&[text], None).map(Embeddings::into_numbers)
    }

    /// The vectors of many texts, in their order. Equal texts run once.
    ///
    /// # Errors
    /// [`Error::Busy`](crate::Error::Busy) if too many calls wait already, [`Error::Deadline`](crate::Error::Deadline) if the answer was not
    /// there in time, [`Error::Inference`](crate::Error::Inference) if the model failed.
    pub fn embed_batch<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        deadline: Option<Duration>,
    ) -> Result<Embeddings> {
        self.embed_watched(texts, deadline, |_, _| Ok(()))
    }

    /// [`embed_batch`](Self::embed_batch) that tells `progress` how many sequences of tokens more
    /// are done, of how many. An error it returns ends the call.
    ///
    /// # Errors
    /// As for [`embed_batch`](Self::embed_batch).
    pub fn embed_watched<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        deadline: Option<Duration>,
        progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<Embeddings> {
        let current = self.handle.current()?;
        let answers = current.model.embed(texts, current.reading, deadline, progress)?;
        Ok(embeddings(&current, &answers))
    }

    /// The vector of one text, later. The text is queued before this returns; `await` the
    /// answer, or drop it to take the text back.
    ///
    /// # Errors
    /// As for [`embed_batch`](Self::embed_batch).
    pub fn embed_async(&self, text: &str, deadline: Option<Duration>) -> Result<Later<Vec<f32>>> {
        self.embed_then(text, deadline, || {})
    }

    /// [`embed_async`](Self::embed_async) that also calls `on_done` once the answer is there,
    /// from a thread of the model: for event loops that are not Rust's. It may be called before
    /// this returns, is called once, and not at all after an error. A deadline is noticed when
    /// the model comes to the text.
    ///
    /// # Errors
    /// As for [`embed_batch`](Self::embed_batch).
    pub fn embed_then(
        &self,
        text: &str,
        deadline: Option<Duration>,
        on_done: impl FnOnce() + Send + 'static,
    ) -> Result<Later<Vec<f32>>> {
        self.handle.current()?.ask_later(text, deadline, on_done, |current, answers| {
            Ok(embeddings(current, answers).into_numbers())
        })
    }

    /// How many numbers a vector has.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if it is closed.
    pub fn dimensions(&self) -> Result<usize> {
        match self.handle.current()?.model.bundle.manifest().task {
            Task::Encoder { dimensions, .. } => Ok(dimensions),
            Task::Classifier { .. } => unreachable!("only encoders are opened as such"),
        }
    }

    /// Measures how many tokens run together best on this machine. Large calls do it by
    /// themselves; the result is kept in the user's cache folder.
    ///
    /// # Errors
    /// [`Error::Inference`](crate::Error::Inference) if the model failed.
    pub fn warm_up(&self) -> Result<()> {
        self.handle.current()?.model.warm_up()
    }

    /// Replaces the model behind this encoder and all its clones while they are used.
    ///
    /// # Errors
    /// As for [`open`](Self::open); the old model stays then.
    pub fn swap(&self, bundle: impl AsRef<Path>) -> Result<()> {
        self.handle.swap(bundle.as_ref())
    }

    /// What the model is, where it runs, and what it did.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if it is closed.
    pub fn info(&self) -> Result<Info> {
        self.handle.current()?.info()
    }

    /// Frees the model, for all clones. Whoever uses them later is told so.
    ///
    /// # Errors
    /// [`Error::Inference`](crate::Error::Inference) if a fork left a lock behind.
    pub fn close(&self) -> Result<()> {
        self.handle.close()
    }
}

fn embeddings(current: &Current, answers: &Answers) -> Embeddings {
    let Task::Encoder { normalize, dimensions, .. } = current.model.bundle.manifest().task else {
        unreachable!("only encoders are opened as such");
    };
    let mut numbers = Vec::with_capacity(answers.len() * dimensions);
    let mut all_flags = Vec::with_capacity(answers.len());
    for (row, flags) in answers.iter() {
        let start = numbers.len();
        numbers.extend_from_slice(row);
        if normalize {
            to_length_one(&mut numbers[start..]);
        }
        all_flags.push(flags);
    }
    Embeddings { numbers, dimensions, flags: all_flags }
}
