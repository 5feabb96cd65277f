//! A model in memory, whatever kind it is: the way from texts to answers.

use std::{num::NonZero, sync::Arc, time::Duration};

use super::{
    Bundle, ModelOptions, PredictOptions, Predictions,
    engine::Counters,
    head::Head,
    linear::Linear,
    shared,
    transformer::{Answers, Reading, Transformer},
};
use crate::{
    Error, Result,
    onnx::{LongText, Provider, Task, processors},
};

/// Vectors of equal length, one after the other, and that length.
pub(crate) type Vectors = (Vec<f32>, usize);

/// A model in memory.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) bundle: Arc<Bundle>,
    /// Those of a classifier; an encoder has none.
    pub(super) labels: Arc<[String]>,
    pub(super) threads: NonZero<usize>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// A graph that answers by itself.
    Transformer(Arc<Transformer>),
    /// Weighted words.
    Linear(Linear),
    /// What was learnt on the vectors of an encoder.
    Head(Arc<Transformer>, Head),
}

impl Loaded {
    pub(super) fn open(bundle: Bundle, options: &ModelOptions) -> Result<Self> {
        let threads = options.threads.unwrap_or_else(processors);
        let bundle = Arc::new(bundle);
        let manifest = bundle.manifest();
        let transformer = || shared::transformer(&bundle, options, threads);
        let kind = match &manifest.learned {
            None => Kind::Transformer(transformer()?),
            Some(learned) if learned.encoder.is_some() => {
                Kind::Head(transformer()?, Head::open(&bundle)?)
            }
            Some(_) => Kind::Linear(Linear::open(&bundle)?),
        };
        let labels = match &manifest.task {
            Task::Classifier { labels, .. } => labels.as_slice().into(),
            Task::Encoder { .. } => Arc::default(),
        };
        let loaded = Self { bundle, labels, threads, kind };
        loaded.self_test()?;
        Ok(loaded)
    }

    pub(super) fn name(&self) -> &str {
        &self.bundle.manifest().name
    }

    /// What runs its graph, if it has one.
    pub(super) fn transformer(&self) -> Option<&Transformer> {
        self.graph().map(Arc::as_ref)
    }

    /// The weighted words of a model that has nothing else.
    pub(super) fn linear(&self) -> Option<&Linear> {
        match &self.kind {
            Kind::Linear(linear) => Some(linear),
            Kind::Transformer(_) | Kind::Head(..) => None,
        }
    }

    /// Whether what this model's graph answers is what the other's does.
    pub(super) fn shares_graph(&self, other: &Self) -> bool {
        match (self.graph(), other.graph()) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            _ => false,
        }
    }

    fn graph(&self) -> Option<&Arc<Transformer>> {
        match &self.kind {
            Kind::Transformer(transformer) | Kind::Head(transformer, _) => Some(transformer),
            Kind::Linear(_) => None,
        }
    }

    /// Whether its threads live in this process, which they do not after a fork.
    pub(super) fn is_alive(&self) -> bool {
        self.transformer().is_none_or(Transformer::is_alive)
    }

    pub(super) fn provider(&self) -> Provider {
        self.transformer().map_or(Provider::Cpu, |transformer| transformer.provider)
    }

    pub(super) fn counters(&self) -> Counters {
        match &self.kind {
            Kind::Transformer(transformer) | Kind::Head(transformer, _) => transformer.counters(),
            Kind::Linear(linear) => linear.counters(),
        }
    }

    /// Checks how texts shall be read against what the model can.
    pub(super) fn reading(
        &self,
        max_tokens: Option<usize>,
        long_text: LongText,
    ) -> Result<Reading> {
        if let Some(transformer) = self.transformer() {
            return transformer.reading(max_tokens, long_text);
        }
        match max_tokens {
            None => Ok(Reading { max_tokens: usize::MAX, long_text }),
            Some(tokens) => {
                let problem =
                    format!("{tokens}, but model {} reads texts of any length", self.name());
                Err(Error::invalid("max_tokens", problem))
            }
        }
    }

    pub(super) fn warm_up(&self) -> Result<()> {
        self.transformer().map_or(Ok(()), Transformer::warm_up)
    }

    /// The vectors that an encoder answers; `progress` hears how many sequences more are done,
    /// of how many.
    pub(super) fn embed<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        reading: Reading,
        deadline: Option<Duration>,
        progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<Answers> {
        let transformer = self.transformer().ok_or_else(|| {
            Error::inference(self.name(), "it reads words and has no vectors for texts")
        })?;
        transformer.answer(texts, reading, deadline, progress)
    }

    /// The labels of texts, and from a transformer what it answered; `progress` is as for
    /// [`embed`](Self::embed).
    pub(super) fn classify<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        reading: Reading,
        options: PredictOptions,
        progress: impl FnMut(usize, usize) -> Result<()>,
    ) -> Result<(Predictions, Option<Answers>)> {
        let Kind::Linear(linear) = &self.kind else {
            let answers = self.embed(texts, reading, options.deadline, progress)?;
            return Ok((self.read(texts, &answers, options), Some(answers)));
        };
        let mut predictions = self.predictions(texts.len(), options);
        let temperature = self.temperature();
        linear.answer(self.name(), texts, self.threads, options.deadline, progress, |answer| {
            predictions.push(answer.scores, temperature, answer.flags, answer.novelty);
        })?;
        Ok((predictions, None))
    }

    /// The vectors that a head read, text after text, and how many numbers each has.
    pub(super) fn vectors(&self, answers: &Answers) -> Option<Vectors> {
        let Kind::Head(_, head) = &self.kind else { return None };
        let mut vectors = Vec::new();
        let mut dimensions = 0;
        for (row, _) in answers.iter() {
            dimensions = row.len();
            vectors.extend(head.vector(row));
        }
        (dimensions > 0).then_some((vectors, dimensions))
    }

    /// The labels that follow from what the transformer answered for texts.
    pub(super) fn read<T: AsRef<str>>(
        &self,
        texts: &[T],
        answers: &Answers,
        options: PredictOptions,
    ) -> Predictions {
        let mut predictions = self.predictions(texts.len(), options);
        let temperature = self.temperature();
        let mut scores = Vec::new();
        for (text, (row, flags)) in texts.iter().zip(answers.iter()) {
            let novelty = self.scores(text.as_ref(), row, &mut scores);
            predictions.push(&scores, temperature, flags, novelty);
        }
        predictions
    }

    /// Replaces `scores` by those that follow from the row of a text.
    fn scores(&self, text: &str, row: &[f32], scores: &mut Vec<f64>) -> Option<super::TextNovelty> {
        if let Kind::Head(_, head) = &self.kind {
            return head.answer(text, row, scores);
        }
        scores.clear();
        scores.extend(row.iter().map(|number| f64::from(*number)));
        None
    }

    fn predictions(&self, texts: usize, options: PredictOptions) -> Predictions {
        let Task::Classifier { activation, .. } = &self.bundle.manifest().task else {
            unreachable!("only classifiers are asked for labels");
        };
        Predictions::new(self.labels.clone(), *activation, texts, options.return_probabilities)
    }

    pub(super) fn temperature(&self) -> f64 {
        match &self.bundle.manifest().task {
            Task::Classifier { temperature, .. } => *temperature,
            Task::Encoder { .. } => 1.0,
        }
    }

    /// What the model says of texts before that becomes an answer: scores, or vectors.
    pub(super) fn raw<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        reading: Reading,
    ) -> Result<Vec<Vec<f64>>> {
        let mut rows = Vec::with_capacity(texts.len());
        if let Kind::Linear(linear) = &self.kind {
            let nobody = |_, _| Ok(());
            linear.answer(self.name(), texts, self.threads, None, nobody, |answer| {
                rows.push(answer.scores.to_vec());
            })?;
            return Ok(rows);
        }
        let answers = self.embed(texts, reading, None, |_, _| Ok(()))?;
        for (text, (row, _)) in texts.iter().zip(answers.iter()) {
            let mut scores = Vec::new();
            self.scores(text.as_ref(), row, &mut scores);
            rows.push(scores);
        }
        Ok(rows)
    }

    /// Whether the model still answers what it answered when its bundle was made.
    fn self_test(&self) -> Result<()> {
        let Some(test) = &self.bundle.manifest().self_test else { return Ok(()) };
        let reading = self.reading(None, LongText::Truncate)?;
        let found = self.raw(&test.texts, reading)?;
        for ((text, expected), found) in test.texts.iter().zip(&test.answers).zip(&found) {
            let off =
                expected.iter().zip(found).map(|(left, right)| (f64::from(*left) - right).abs());
            let off = off.fold(0.0, f64::max);
            if expected.len() != found.len() || off > f64::from(test.tolerance) {
                return Err(Error::incompatible(
                    format!("bundle {}", self.bundle.path().display()),
                    format!(
                        "its self-test is off by {off} for {text:?}, more than {}",
                        test.tolerance
                    ),
                ));
            }
        }
        Ok(())
    }
}
