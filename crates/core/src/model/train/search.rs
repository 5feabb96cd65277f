//! Trying settings by cross-validation.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    parallel::{Progress, Watch, watched},
    recipe::{Corpus, Learner, Recipe},
};
use crate::{
    Result,
    learn::{folds, metrics::Confusion},
};

/// One setting that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// Its number, in the order they were tried.
    pub number: usize,
    /// What was tried.
    pub settings: BTreeMap<String, String>,
    /// The macro-F1 over all rows, each predicted by a model that had not seen it.
    pub macro_f1: f64,
    /// The accuracy over the same rows.
    pub accuracy: f64,
    /// The macro-F1 in each fold.
    pub folds: Vec<f64>,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// What is tried: a recipe with each of its learners.
pub(super) struct Candidate {
    pub(super) recipe: Recipe,
    /// From the strongest held back to the freest, so that each can begin where the one before
    /// ended.
    pub(super) learners: Vec<Learner>,
}

/// The rows to learn from, and their labels.
pub(super) struct Rows<'a> {
    pub(super) rows: &'a [usize],
    pub(super) labels: &'a [u32],
    pub(super) classes: usize,
}

/// Tries all candidates; the best comes first out: its recipe and learner, then all trials.
pub(super) fn search(
    corpus: &Corpus<'_>,
    data: &Rows<'_>,
    candidates: &[Candidate],
    fold_count: usize,
    seed: u64,
    threads: usize,
    watch: Watch<'_>,
) -> Result<(Recipe, Learner, Vec<Trial>)> {
    let texts: Vec<&str> = data.rows.iter().map(|row| corpus.texts[*row]).collect();
    let labels: Vec<u32> = data.rows.iter().map(|row| data.labels[*row]).collect();
    let own = folds(&texts, &labels, data.classes, fold_count, seed)?;
    let total: usize = candidates.iter().map(|candidate| candidate.learners.len()).sum();
    let total = total * own.len();
    let mut trials = Vec::new();
    let mut best: Option<(f64, usize, &Recipe, Learner)> = None;
    let mut done = 0;
    for candidate in candidates {
        let mut predicted: Vec<Vec<Vec<u32>>> = Vec::with_capacity(own.len());
        for some in own.chunks(threads.max(1)) {
            let mut relay = |now: usize, _: usize| watch(done + now, total);
            let found = watched(
                some.iter().collect(),
                &mut relay,
                some.len() * candidate.learners.len(),
                |(train, test), progress| {
                    let rows = |places: &[usize]| -> Vec<usize> {
                        places.iter().map(|place| data.rows[*place]).collect()
                    };
                    try_fold(corpus, data, candidate, (&rows(train), &rows(test)), progress)
                },
            )?;
            done += some.len() * candidate.learners.len();
            predicted.extend(found);
        }
        for (at, learner) in candidate.learners.iter().enumerate() {
            let mut actual = Vec::new();
            let mut answers = Vec::new();
            let mut by_fold = Vec::new();
            for ((_, test), found) in own.iter().zip(&predicted) {
                let truth: Vec<u32> = test.iter().map(|place| labels[*place]).collect();
                by_fold.push(macro_f1(&Confusion::new(data.classes, &truth, &found[at])?));
                answers.extend_from_slice(&found[at]);
                actual.extend(truth);
            }
            let confusion = Confusion::new(data.classes, &actual, &answers)?;
            let mut settings = learner.settings();
            settings.insert("features".to_owned(), candidate.recipe.name.clone());
            let macro_f1 = macro_f1(&confusion);
            // Of equals the first is the simpler one.
            if best.as_ref().is_none_or(|(most, ..)| macro_f1 > *most) {
                best = Some((macro_f1, trials.len(), &candidate.recipe, *learner));
            }
            trials.push(Trial {
                number: trials.len(),
                settings,
                macro_f1,
                accuracy: confusion.accuracy(),
                folds: by_fold,
                chosen: false,
            });
        }
    }
    let Some((_, number, recipe, learner)) = best else {
        unreachable!("there is something to try: the options were checked");
    };
    trials[number].chosen = true;
    Ok((recipe.clone(), learner, trials))
}

/// For each learner, the labels it predicts in one fold.
fn try_fold(
    corpus: &Corpus<'_>,
    data: &Rows<'_>,
    candidate: &Candidate,
    (train, test): (&[usize], &[usize]),
    progress: &Progress,
) -> Result<Vec<Vec<u32>>> {
    let labels: Vec<u32> = train.iter().map(|row| data.labels[*row]).collect();
    let (prepared, matrix) = candidate.recipe.prepare(corpus, train)?;
    let unseen = prepared.transform(corpus, test)?;
    let mut start = None;
    let mut all = Vec::with_capacity(candidate.learners.len());
    for learner in &candidate.learners {
        let model =
            learner.fit(matrix.examples(), &labels, data.classes, start.as_ref(), progress)?;
        all.push(unseen.labels(&model)?);
        start = Some(model);
        progress.advance(1);
    }
    Ok(all)
}

fn macro_f1(confusion: &Confusion) -> f64 {
    confusion.macro_average().f1
}
