//! What was learnt, and what was found out about it.

use super::{
    parallel::{Watch, watched},
    recipe::{Corpus, Learner, Prepared, Recipe},
};
use crate::{
    Result,
    learn::{
        DenseMatrix, Distances, LinearModel, Novelty, Scratch,
        calibration::{Calibration, LARGEST_TEMPERATURE, SMALLEST_TEMPERATURE},
        softmax_into,
    },
    model::head::HeadNovelty,
};

/// A recipe and what was learnt with it.
pub(super) struct Fitted {
    pub(super) prepared: Prepared,
    /// For numbers that were scaled as for learning.
    pub(super) model: LinearModel,
}

impl Fitted {
    pub(super) fn scores(&self, corpus: &Corpus<'_>, rows: &[usize]) -> Result<Vec<f64>> {
        self.prepared.transform(corpus, rows)?.scores(&self.model)
    }

    pub(super) fn probabilities(
        &self,
        corpus: &Corpus<'_>,
        rows: &[usize],
        temperature: f64,
    ) -> Result<Vec<f64>> {
        let mut scores = self.scores(corpus, rows)?;
        for row in scores.chunks_exact_mut(self.model.classes()) {
            let scaled: Vec<f64> = row.iter().map(|score| score / temperature).collect();
            softmax_into(&scaled, row);
        }
        Ok(scores)
    }

    pub(super) fn accuracy(
        &self,
        corpus: &Corpus<'_>,
        labels: &[u32],
        rows: &[usize],
    ) -> Result<f64> {
        let found = self.prepared.transform(corpus, rows)?.labels(&self.model)?;
        let right = rows.iter().zip(found).filter(|(row, found)| labels[**row] == *found).count();
        Ok(right as f64 / rows.len() as f64)
    }
}

pub(super) fn learn(
    corpus: &Corpus<'_>,
    labels: &[u32],
    classes: usize,
    recipe: &Recipe,
    learner: Learner,
    rows: &[usize],
    watch: Watch<'_>,
) -> Result<Fitted> {
    let own: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
    let mut fitted = watched(vec![()], watch, 1, |(), progress| {
        let (prepared, matrix) = recipe.prepare(corpus, rows, progress)?;
        let model = learner.fit(matrix.examples(), &own, classes, progress)?;
        progress.advance(1);
        Ok(Fitted { prepared, model })
    })?;
    Ok(fitted.swap_remove(0))
}

/// What was found out on the validation rows.
pub(super) struct Checked {
    pub(super) calibration: Calibration,
    pub(super) novelty: Novelties,
}

pub(super) fn check(
    model: &Fitted,
    corpus: &Corpus<'_>,
    labels: &[u32],
    classes: usize,
    train: &[usize],
    validation: &[usize],
) -> Result<Checked> {
    let scores = model.scores(corpus, validation)?;
    let own: Vec<u32> = validation.iter().map(|row| labels[*row]).collect();
    let mut calibration = Calibration::fit(&scores, &own, classes)?;
    let is_at_the_edge = |temperature: f64| {
        temperature <= SMALLEST_TEMPERATURE || temperature >= LARGEST_TEMPERATURE
    };
    if is_at_the_edge(calibration.temperature) {
        // Few rows that are all right, or all wrong, say nothing of how sure to be.
        calibration = Calibration::measure(&scores, &own, classes, 1.0)?;
    }
    let novelty = Novelties::fit(model, corpus, labels, classes, train, validation)?;
    Ok(Checked { calibration, novelty })
}

/// What scores texts have that are like those that were learnt from.
pub(super) enum Novelties {
    Words(Novelty),
    Vectors(HeadNovelty),
}

impl Novelties {
    fn fit(
        model: &Fitted,
        corpus: &Corpus<'_>,
        labels: &[u32],
        classes: usize,
        train: &[usize],
        validation: &[usize],
    ) -> Result<Self> {
        if let Some(vectors) = &corpus.vectors {
            let own: Vec<u32> = train.iter().map(|row| labels[*row]).collect();
            let distances = Distances::fit(&vectors.select(train), &own, classes)?;
            let scores = of_vectors(&distances, vectors, validation)?;
            return Ok(Self::Vectors(HeadNovelty { distances, novelty: Novelty::fit(&scores)? }));
        }
        Ok(Self::Words(Novelty::fit(&of_words(model, corpus, validation))?))
    }

    /// How unusual rows are to a model, as it says where it serves.
    pub(super) fn scores(
        &self,
        model: &Fitted,
        corpus: &Corpus<'_>,
        rows: &[usize],
    ) -> Result<Vec<f64>> {
        match (self, &corpus.vectors) {
            (Self::Vectors(own), Some(vectors)) => of_vectors(&own.distances, vectors, rows),
            _ => Ok(of_words(model, corpus, rows)),
        }
    }

    pub(super) fn to_json(&self) -> String {
        let json = match self {
            Self::Words(novelty) => serde_json::to_string(novelty),
            Self::Vectors(novelty) => serde_json::to_string(novelty),
        };
        json.expect("it holds finite numbers only")
    }
}

fn of_vectors(distances: &Distances, vectors: &DenseMatrix, rows: &[usize]) -> Result<Vec<f64>> {
    rows.iter().map(|row| distances.score(vectors.row(*row))).collect()
}

/// The shares of what stands in the texts that the model does not know.
fn of_words(model: &Fitted, corpus: &Corpus<'_>, rows: &[usize]) -> Vec<f64> {
    let words = model.prepared.words.as_ref();
    let (mut scratch, mut row) = (Scratch::default(), Vec::new());
    let mut unseen =
        |text: &str| words.map_or(0.0, |words| words.transform_into(text, &mut scratch, &mut row));
    rows.iter().map(|row| unseen(corpus.texts[*row])).collect()
}
