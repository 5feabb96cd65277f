//! What was learnt on the vectors of an encoder.

use serde::{Deserialize, Serialize};

use super::{
    Bundle, TextNovelty,
    bundle::{HEAD, VECTORIZER},
    linear::{open_model, open_novelty, open_vectorizer},
    transformer::to_length_one,
};
use crate::{
    Error, Result,
    learn::{Distances, LinearModel, Novelty, Scratch, TfidfVectorizer},
    onnx::Task,
};

/// A classifier on top of an encoder, which may look at the words as well.
#[derive(Debug)]
pub(super) struct Head {
    /// Its columns are those of the vector, then those of the words.
    model: LinearModel,
    words: Option<TfidfVectorizer>,
    /// Whether vectors are scaled to length 1 before.
    normalize: bool,
    novelty: Option<HeadNovelty>,
}

/// How far texts are from those that were learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct HeadNovelty {
    pub(super) distances: Distances,
    pub(super) novelty: Novelty,
}

impl Head {
    pub(super) fn open(bundle: &Bundle) -> Result<Self> {
        let invalid =
            |problem| Err(Error::invalid(format!("bundle {}", bundle.path().display()), problem));
        let Task::Encoder { normalize, dimensions, .. } = *bundle.manifest().graph_task() else {
            return invalid("its graph is no encoder".to_owned());
        };
        let model = open_model(bundle)?;
        let has_words = bundle.manifest().files.contains_key(VECTORIZER);
        let words = if has_words { Some(open_vectorizer(bundle)?) } else { None };
        let columns = dimensions + words.as_ref().map_or(0, TfidfVectorizer::columns);
        if model.columns() != columns {
            let found = model.columns();
            return invalid(format!("{HEAD} has weights for {found} numbers instead of {columns}"));
        }
        Ok(Self { model, words, normalize, novelty: open_novelty(bundle)? })
    }

    pub(super) fn new(model: LinearModel, words: Option<TfidfVectorizer>, normalize: bool) -> Self {
        Self { model, words, normalize, novelty: None }
    }

    /// The vector that it reads of what the encoder said.
    pub(super) fn vector(&self, row: &[f32]) -> Vec<f32> {
        let mut vector = row.to_vec();
        if self.normalize {
            to_length_one(&mut vector);
        }
        vector
    }

    /// Replaces `scores` by those that follow from what the encoder said of a text.
    pub(super) fn answer(
        &self,
        text: &str,
        row: &[f32],
        scores: &mut Vec<f64>,
    ) -> Option<TextNovelty> {
        let vector = self.vector(row);
        let mut numbers: Vec<(u32, f64)> =
            (0..).zip(vector.iter().map(|number| f64::from(*number))).collect();
        let novelty = self.novelty.as_ref().and_then(|HeadNovelty { distances, novelty }| {
            let vector: Vec<f64> = numbers.iter().map(|(_, number)| *number).collect();
            // It fails for another number of dimensions only, which opening has ruled out.
            let score = distances.score(&vector).ok()?;
            Some(TextNovelty { score, pvalue: novelty.pvalue(score) })
        });
        if let Some(words) = &self.words {
            let mut own = Vec::new();
            words.transform_into(text, &mut Scratch::default(), &mut own);
            let first = vector.len() as u32;
            numbers.extend(own.into_iter().map(|(place, value)| (first + place, value)));
        }
        scores.clear();
        scores.resize(self.model.classes(), 0.0);
        self.model.scores_into(numbers.into_iter(), scores);
        novelty
    }
}
