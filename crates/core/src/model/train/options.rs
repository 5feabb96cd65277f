//! How a classifier is learnt.

use std::{num::NonZero, path::PathBuf};

use serde::Deserialize;

use super::{
    recipe::{Learner, Recipe},
    search::Candidate,
};
use crate::{
    Error, Result,
    learn::{NaiveBayesKind, TfidfOptions},
    model::{LearnedKind, manifest::text_problem},
    random::Random,
};

/// How a classifier is learnt. The default is what most callers want.
///
/// As JSON, it has the names of its fields; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainOptions {
    /// What is learnt.
    pub kind: LearnedKind,
    /// The name of the model; by default that of the bundle's folder.
    pub name: Option<String>,
    /// Whether a bundle that is there already is replaced.
    pub overwrite: bool,
    /// Which share of the rows checks the choice of settings and calibrates confidence.
    pub validation_share: f64,
    /// Which share of the rows is only used to say how good the model is. With test data of its
    /// own, none.
    pub test_share: f64,
    /// In how many parts the rows to learn from are cut for trying settings.
    pub folds: usize,
    /// What decides all that chance decides.
    pub seed: u64,
    /// How many threads are used; by default as many as this process may really use. The result
    /// does not depend on it.
    pub threads: Option<NonZero<usize>>,
    /// How words are counted, the parts side by side; by default two ways are tried.
    pub features: Vec<TfidfOptions>,
    /// The strengths that are tried: `C` of logistic regression, `alpha` of naive Bayes; by
    /// default some that are usual.
    pub strengths: Vec<f64>,
    /// How many settings are tried: some of them by chance where there are more, and strengths closer
    /// to each other where there are fewer. By default all that are usual, or that are given.
    pub trials: Option<usize>,
    /// For a head: the bundle of its encoder.
    pub encoder: Option<PathBuf>,
    /// For a head: whether it looks at words as well as at vectors.
    pub words: bool,
    /// Whether the bundle keeps what later texts are compared with, where there are enough test rows.
    pub reference: bool,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self::new(LearnedKind::TfidfLogistic)
    }
}

impl TrainOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is an unknown field, or a value of the wrong kind.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    /// The default options for a kind.
    pub fn new(kind: LearnedKind) -> Self {
        Self {
            kind,
            name: None,
            overwrite: false,
            validation_share: 0.1,
            test_share: 0.1,
            folds: 3,
            seed: 0,
            threads: None,
            features: Vec::new(),
            strengths: Vec::new(),
            trials: None,
            encoder: None,
            words: false,
            reference: true,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(2..=20).contains(&self.folds) {
            return Err(Error::invalid("folds", format!("{} is not 2 to 20", self.folds)));
        }
        if let Some(strength) =
            self.strengths.iter().find(|strength| !(1e-10..=1e10).contains(*strength))
        {
            return Err(Error::invalid("strengths", format!("{strength} is not 1e-10 to 1e10")));
        }
        if let Some(trials) = self.trials.filter(|trials| !(1..=MOST_TRIALS).contains(trials)) {
            return Err(Error::invalid("trials", format!("{trials} is not 1 to {MOST_TRIALS}")));
        }
        let is_head = self.kind == LearnedKind::EncoderHead;
        let kind = self.kind.name();
        if is_head != self.encoder.is_some() {
            let problem =
                if is_head { "an encoder-head needs one" } else { "only an encoder-head has one" };
            return Err(Error::invalid("encoder", format!("{problem}; the kind is {kind}")));
        }
        if self.words && !is_head {
            let problem = format!("an encoder-head may look at them; {kind} looks at nothing else");
            return Err(Error::invalid("words", problem));
        }
        if let Some(problem) = self.name.as_deref().and_then(|name| text_problem("name", name)) {
            return Err(Error::invalid("options", problem));
        }
        if is_head && !self.words && !self.features.is_empty() {
            return Err(Error::invalid("features", "an encoder-head without words counts none"));
        }
        Ok(())
    }

    /// Everything that is tried.
    pub(super) fn candidates(&self, rows: usize) -> Vec<Candidate> {
        let given =
            Recipe { name: "given".to_owned(), words: self.features.clone(), vectors: false };
        let recipes = match self.kind {
            LearnedKind::EncoderHead => {
                let words = match (self.words, self.features.is_empty()) {
                    (false, _) => Vec::new(),
                    (true, true) => Recipe::usual(rows).swap_remove(0).words,
                    (true, false) => self.features.clone(),
                };
                let name = if self.words { "vectors and words" } else { "vectors" };
                vec![Recipe { name: name.to_owned(), words, vectors: true }]
            }
            _ if self.features.is_empty() => Recipe::usual(rows),
            _ => vec![given],
        };
        let usual: &[f64] = match self.kind {
            LearnedKind::TfidfNb => &[1.0, 0.3, 0.1, 0.03, 0.01],
            LearnedKind::TfidfLogistic => &[1.0, 3.0, 10.0, 30.0],
            LearnedKind::EncoderHead if self.words => &[0.3, 1.0, 3.0, 10.0],
            LearnedKind::EncoderHead => &[0.001, 0.01, 0.1, 1.0],
        };
        let kinds = if self.kind == LearnedKind::TfidfNb { 2 } else { 1 };
        let mut strengths = match self.trials {
            _ if !self.strengths.is_empty() => self.strengths.clone(),
            Some(trials) if trials > recipes.len() * kinds * usual.len() => {
                between(usual, trials.div_ceil(recipes.len() * kinds))
            }
            _ => usual.to_vec(),
        };
        if self.kind != LearnedKind::TfidfNb {
            strengths.sort_by(f64::total_cmp);
        }
        let learners: Vec<Learner> = match self.kind {
            LearnedKind::TfidfNb => {
                let kinds = [NaiveBayesKind::Multinomial, NaiveBayesKind::Complement];
                kinds
                    .into_iter()
                    .flat_map(|kind| {
                        strengths.iter().map(move |&alpha| Learner::NaiveBayes { kind, alpha })
                    })
                    .collect()
            }
            _ => strengths.iter().map(|&c| Learner::Logistic { c }).collect(),
        };
        let all =
            recipes.into_iter().map(|recipe| Candidate { recipe, learners: learners.clone() });
        self.some(all.collect())
    }

    /// As many of the candidates as shall be tried, by chance.
    fn some(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        let total: usize = candidates.iter().map(|own| own.learners.len()).sum();
        let Some(trials) = self.trials.filter(|trials| *trials < total) else { return candidates };
        let mut places: Vec<usize> = (0..total).collect();
        Random::new(self.seed).shuffle(&mut places);
        places.truncate(trials);
        let mut place = 0;
        for candidate in &mut candidates {
            candidate.learners.retain(|_| {
                place += 1;
                places.contains(&(place - 1))
            });
        }
        candidates.retain(|candidate| !candidate.learners.is_empty());
        candidates
    }
}

/// More trials than anybody waits for.
const MOST_TRIALS: usize = 10_000;

/// So many strengths from the smallest to the largest of some, each as many times the one before.
fn between(strengths: &[f64], count: usize) -> Vec<f64> {
    let low = strengths.iter().copied().fold(f64::INFINITY, f64::min);
    let high = strengths.iter().copied().fold(0.0, f64::max);
    let step = (high / low).ln() / (count.max(2) - 1) as f64;
    (0..count).map(|place| (low.ln() + step * place as f64).exp()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(kind: LearnedKind, trials: Option<usize>) -> Vec<Candidate> {
        TrainOptions { trials, ..TrainOptions::new(kind) }.candidates(10_000)
    }

    #[test]
    fn as_many_are_tried_as_somebody_wants() {
        for kind in [LearnedKind::TfidfLogistic, LearnedKind::TfidfNb] {
            let count = |wanted| -> usize {
                trials(kind, wanted).iter().map(|own| own.learners.len()).sum()
            };
            for wanted in [1, 3, 7, 20, 61] {
                assert_eq!(count(Some(wanted)), wanted, "{kind:?}");
            }
            assert!(count(None) >= 8);
            assert!(trials(kind, Some(1)).len() == 1);
        }
        let spread = between(&[1.0, 100.0], 3);
        assert!((spread[1] - 10.0).abs() < 1e-9 && (spread[2] - 100.0).abs() < 1e-9);
        let none = TrainOptions { trials: Some(0), ..TrainOptions::default() };
        assert_eq!(none.check().unwrap_err().to_string(), "trials: 0 is not 1 to 10000");
    }
}
