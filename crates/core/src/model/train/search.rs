//! Trying settings by cross-validation.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    parallel::{Progress, Watch, watched},
    recipe::{Corpus, Learner, Recipe},
};
use crate::{
    Error, Result,
    learn::{folds, metrics::Confusion, texts_per_class},
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
    /// From the strongest held back to the freest.
    pub(super) learners: Vec<Learner>,
}

/// The rows to learn from, and the labels of all rows.
pub(super) struct Known<'a> {
    pub(super) rows: &'a [usize],
    pub(super) labels: &'a [u32],
    pub(super) classes: usize,
}

/// Tries all candidates; the best comes first out: its recipe and learner, then all trials.
pub(super) fn search(
    corpus: &Corpus<'_>,
    data: &Known<'_>,
    candidates: &[Candidate],
    fold_count: usize,
    seed: u64,
    threads: usize,
    watch: Watch<'_>,
) -> Result<(Recipe, Learner, Vec<Trial>)> {
    let labels: Vec<u32> = data.rows.iter().map(|row| data.labels[*row]).collect();
    let own = divide(corpus, data, &labels, fold_count, seed)?;
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

/// The folds: places among the rows to learn from, and those to predict.
///
/// Of a label with fewer different texts than there are folds, all rows are learnt from in each
/// fold, and none is predicted.
fn divide(
    corpus: &Corpus<'_>,
    data: &Known<'_>,
    labels: &[u32],
    fold_count: usize,
    seed: u64,
) -> Result<Vec<(Vec<usize>, Vec<usize>)>> {
    let texts: Vec<&str> = data.rows.iter().map(|row| corpus.texts[*row]).collect();
    let different = texts_per_class(&texts, labels, data.classes)?;
    let is_common = |place: &usize| different[labels[*place] as usize] >= fold_count;
    let common: Vec<usize> = (0..labels.len()).filter(is_common).collect();
    if different.iter().filter(|count| **count >= fold_count).count() < 2 {
        let most = different.iter().max().copied().unwrap_or(0);
        let problem = format!(
            "{fold_count} need two labels with as many different texts to learn from, the largest \
             has {most}; give more rows"
        );
        return Err(Error::invalid("folds", problem));
    }
    let some_texts: Vec<&str> = common.iter().map(|place| texts[*place]).collect();
    let some_labels: Vec<u32> = common.iter().map(|place| labels[*place]).collect();
    let rare: Vec<usize> = (0..labels.len()).filter(|place| !is_common(place)).collect();
    let parts = folds(&some_texts, &some_labels, data.classes, fold_count, seed)?;
    let whole = |places: Vec<usize>| places.into_iter().map(|at| common[at]);
    let with_rare = |places: Vec<usize>| {
        let mut places: Vec<usize> = whole(places).chain(rare.iter().copied()).collect();
        places.sort_unstable();
        places
    };
    Ok(parts.into_iter().map(|(train, test)| (with_rare(train), whole(test).collect())).collect())
}

/// For each learner, the labels it predicts in one fold.
fn try_fold(
    corpus: &Corpus<'_>,
    data: &Known<'_>,
    candidate: &Candidate,
    (train, test): (&[usize], &[usize]),
    progress: &Progress,
) -> Result<Vec<Vec<u32>>> {
    let labels: Vec<u32> = train.iter().map(|row| data.labels[*row]).collect();
    let (prepared, matrix) = candidate.recipe.prepare(corpus, train, progress)?;
    let unseen = prepared.transform(corpus, test)?;
    let mut all = Vec::with_capacity(candidate.learners.len());
    for learner in &candidate.learners {
        // Each begins anew: what one is worth must not depend on which others are tried.
        let model = learner.fit(matrix.examples(), &labels, data.classes, progress)?;
        all.push(unseen.labels(&model)?);
        progress.advance(1);
    }
    Ok(all)
}

fn macro_f1(confusion: &Confusion) -> f64 {
    confusion.macro_average().f1
}
