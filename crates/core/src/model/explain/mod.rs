//! Why a text got its label: what each word of it adds to the score.

mod exact;
mod occlusion;
mod show;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Classifier, loaded::Loaded};
use crate::{
    Error, Result,
    onnx::{Activation, Task},
};

/// How an explanation is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainOptions {
    /// Which label is explained; by default the most probable one.
    pub label: Option<String>,
    /// How many texts a model may be asked that cannot say by itself what a word adds. With more
    /// words than that, neighbours are explained together.
    pub budget: usize,
}

impl Default for ExplainOptions {
    fn default() -> Self {
        Self { label: None, budget: 256 }
    }
}

/// How it was found out what a word adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The score is a sum, and these are what is summed.
    Exact,
    /// The model was asked again for the text without the word.
    Occlusion,
}

impl Method {
    /// The name, as it is written in files and in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Occlusion => "occlusion",
        }
    }
}

/// Why a text got its label.
///
/// The score of a label is how much its logit is above the mean of the other labels' logits (of a
/// multi-label model, its own logit), divided by the temperature as for probabilities. It is
/// `baseline + the sum of the contributions + gap`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The text.
    pub text: String,
    /// The label that is explained.
    pub label: String,
    /// How it was found out what a word adds.
    pub method: Method,
    /// The label's score for the text.
    pub score: f64,
    /// The label's score for a text without words.
    pub baseline: f64,
    /// What the parts of the text add, the most first: of a linear model the terms it weighs, of
    /// others the words.
    pub contributions: Vec<Contribution>,
    /// What each word of the text adds, in their order.
    pub words: Vec<WordShare>,
    /// What the contributions leave unexplained: words mean something else together than alone.
    /// 0 but for rounding where the method is exact.
    pub gap: f64,
    /// How many texts the model was asked.
    pub asked: usize,
}

/// What a part of a text adds to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The term or the words.
    pub term: String,
    /// Whether it is a piece of letters, not of whole words.
    pub letters: bool,
    /// What it adds; below 0, it speaks for other labels.
    pub value: f64,
}

/// What a word adds to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordShare {
    /// Where the word begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The word.
    pub word: String,
    /// What it adds. What several words add together is divided among them.
    pub value: f64,
}

impl Classifier {
    /// Why a text gets its label.
    ///
    /// Of linear models the contributions are exact, and cost no more than a prediction. Others
    /// are asked again for the text without each word, all at once.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it has no such label or the budget is below 3, and as for
    /// [`predict_batch`](Self::predict_batch).
    pub fn explain(&self, text: &str, options: &ExplainOptions) -> Result<Explanation> {
        const LEAST: usize = 3;
        if options.budget < LEAST {
            let problem = format!("{} is below {LEAST}", options.budget);
            return Err(Error::invalid("budget", problem));
        }
        let current = self.current()?;
        let model = &*current.model;
        let place = |label: &String| {
            model.labels.iter().position(|own| own == label).ok_or_else(|| {
                let problem = format!("{label:?} is not one of {}", model.labels.join(", "));
                Error::invalid("label", problem)
            })
        };
        let asked_for = options.label.as_ref().map(place).transpose()?;
        match model.linear() {
            Some(linear) => Ok(exact::explain(model, linear, text, asked_for)),
            None => occlusion::explain(model, current.reading, text, asked_for, options.budget),
        }
    }
}

/// Makes scores of logits.
struct Scale {
    /// Whether a label's score is measured against the others.
    against_others: bool,
    temperature: f64,
}

impl Scale {
    fn of(model: &Loaded) -> Self {
        let against_others = matches!(
            model.bundle.manifest().task,
            Task::Classifier { activation: Activation::Softmax, .. }
        );
        Self { against_others, temperature: model.temperature() }
    }

    /// The score of a label. It is linear in the logits, so it may be taken of what adds up to
    /// them just as well.
    fn score(&self, logits: &[f64], label: usize) -> f64 {
        let others = logits.len() - 1;
        if !self.against_others || others == 0 {
            return logits[label] / self.temperature;
        }
        let sum: f64 = logits.iter().sum();
        (logits[label] - (sum - logits[label]) / others as f64) / self.temperature
    }
}

/// The place of the largest number, the first of equal ones.
fn largest(numbers: &[f64]) -> usize {
    (1..numbers.len()).fold(0, |best, at| if numbers[at] > numbers[best] { at } else { best })
}

/// Where the words of a text are, parted by white space.
fn words(text: &str) -> Vec<Range<usize>> {
    let start = text.as_ptr() as usize;
    text.split_whitespace()
        .map(|word| {
            let from = word.as_ptr() as usize - start;
            from..from + word.len()
        })
        .collect()
}

/// The most important first; of equals, the one that sorts first.
fn sort(contributions: &mut [Contribution]) {
    contributions.sort_by(|left, right| {
        right.value.abs().total_cmp(&left.value.abs()).then_with(|| left.term.cmp(&right.term))
    });
}
