//! Weighted words: TF-IDF in front of a linear model.

use std::{
    fs,
    num::NonZero,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::{
    Bundle, Counters, Flags, TextNovelty,
    bundle::{HEAD, NOVELTY, VECTORIZER},
};
use crate::{
    Error, Result,
    file::read_text,
    learn::{LinearModel, Novelty, Scratch, TfidfVectorizer},
    text::{map_in_order_by, thread_count},
};

/// How many texts a thread works on at a time.
const TEXTS_PER_PIECE: usize = 256;
/// How many texts are answered between two looks at the clock and at who watches.
const TEXTS_PER_STEP: usize = 64 * TEXTS_PER_PIECE;

/// A classifier that weighs words.
#[derive(Debug)]
pub(super) struct Linear {
    pub(super) vectorizer: TfidfVectorizer,
    pub(super) model: LinearModel,
    novelty: Option<Novelty>,
    answered: AtomicU64,
}

/// What is said of one text.
pub(super) struct Answer<'a> {
    pub(super) scores: &'a [f64],
    pub(super) flags: Flags,
    pub(super) novelty: Option<TextNovelty>,
}

/// The answers to some texts, one after the other.
#[derive(Default)]
struct Piece {
    scores: Vec<f64>,
    novelty: Vec<TextNovelty>,
    flags: Vec<Flags>,
}

impl Linear {
    pub(super) fn open(bundle: &Bundle) -> Result<Self> {
        let what = format!("bundle {}", bundle.path().display());
        let vectorizer = open_vectorizer(bundle)?;
        let model = open_model(bundle)?;
        if vectorizer.columns() != model.columns() {
            let (terms, columns) = (vectorizer.columns(), model.columns());
            let problem = format!("{VECTORIZER} has {terms} terms, {HEAD} weights for {columns}");
            return Err(Error::invalid(what, problem));
        }
        let novelty = open_novelty(bundle)?;
        Ok(Self::new(vectorizer, model, novelty))
    }

    pub(super) fn new(
        vectorizer: TfidfVectorizer,
        model: LinearModel,
        novelty: Option<Novelty>,
    ) -> Self {
        Self { vectorizer, model, novelty, answered: AtomicU64::new(0) }
    }

    pub(super) fn counters(&self) -> Counters {
        Counters { sequences: self.answered.load(Ordering::Relaxed), ..Counters::default() }
    }

    /// Answers texts in their order; `progress` hears how many more are done, of how many.
    pub(super) fn answer<T: AsRef<str> + Sync>(
        &self,
        name: &str,
        texts: &[T],
        threads: NonZero<usize>,
        deadline: Option<Duration>,
        mut progress: impl FnMut(usize, usize) -> Result<()>,
        mut take: impl FnMut(Answer<'_>),
    ) -> Result<()> {
        let start = Instant::now();
        let classes = self.model.classes();
        for step in texts.chunks(TEXTS_PER_STEP) {
            let pieces: Vec<&[T]> = step.chunks(TEXTS_PER_PIECE).collect();
            let threads = thread_count(step.len(), Some(threads));
            for piece in map_in_order_by(&pieces, threads, |texts| self.piece(texts)) {
                for (at, flags) in piece.flags.iter().enumerate() {
                    take(Answer {
                        scores: &piece.scores[at * classes..(at + 1) * classes],
                        flags: *flags,
                        novelty: piece.novelty.get(at).copied(),
                    });
                }
            }
            self.answered.fetch_add(step.len() as u64, Ordering::Relaxed);
            if let Some(limit) = deadline.filter(|limit| start.elapsed() > *limit) {
                return Err(Error::Deadline { what: format!("model {name}"), limit });
            }
            progress(step.len(), texts.len())?;
        }
        Ok(())
    }

    fn piece<T: AsRef<str>>(&self, texts: &[T]) -> Piece {
        let classes = self.model.classes();
        let mut piece = Piece { scores: vec![0.0; texts.len() * classes], ..Piece::default() };
        let mut scratch = Scratch::default();
        let mut row = Vec::new();
        for (text, scores) in texts.iter().zip(piece.scores.chunks_exact_mut(classes)) {
            let text = text.as_ref();
            let unseen = self.vectorizer.transform_into(text, &mut scratch, &mut row);
            self.model.scores_into(row.iter().copied(), scores);
            if let Some(novelty) = &self.novelty {
                let pvalue = novelty.pvalue(unseen);
                piece.novelty.push(TextNovelty { score: unseen, pvalue });
            }
            piece.flags.push(Flags::of(text));
        }
        piece
    }
}

/// The vectorizer of a bundle.
pub(super) fn open_vectorizer(bundle: &Bundle) -> Result<TfidfVectorizer> {
    let path = bundle.file(VECTORIZER)?;
    TfidfVectorizer::from_json(&read_text("vectorizer", &path, "the settings of a vectorizer")?)
}

/// The weights of a bundle, as many as it has labels.
pub(super) fn open_model(bundle: &Bundle) -> Result<LinearModel> {
    let path = bundle.file(HEAD)?;
    let bytes = fs::read(&path).map_err(Error::storage("read", &path))?;
    let model = LinearModel::from_safetensors(&bytes)?;
    let labels = bundle.manifest().answer_length();
    if model.classes() != labels {
        let problem =
            format!("{HEAD} has {} classes, its manifest {labels} labels", model.classes());
        return Err(Error::invalid(format!("bundle {}", bundle.path().display()), problem));
    }
    Ok(model)
}

/// What a bundle knows of the novelty of texts, if anything.
pub(super) fn open_novelty<T: serde::de::DeserializeOwned>(bundle: &Bundle) -> Result<Option<T>> {
    if !bundle.manifest().files.contains_key(NOVELTY) {
        return Ok(None);
    }
    let path = bundle.file(NOVELTY)?;
    let json = read_text("novelty", Path::new(&path), "what scores texts have")?;
    let read = serde_json::from_str(&json);
    read.map(Some).map_err(|error| Error::invalid(NOVELTY, error.to_string()))
}
