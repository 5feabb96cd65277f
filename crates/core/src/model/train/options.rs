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
        let mut strengths =
            if self.strengths.is_empty() { usual } else { &self.strengths }.to_vec();
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
        recipes.into_iter().map(|recipe| Candidate { recipe, learners: learners.clone() }).collect()
    }
}
