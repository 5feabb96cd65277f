//! Watching a minimisation, and ending it early.

use super::{
    super::{Examples, LinearModel},
    model_of,
};
use crate::{Error, Result};

/// Examples that a fit does not learn from but is measured by.
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    /// The examples.
    pub examples: Examples<'a>,
    /// The class of each.
    pub labels: &'a [u32],
    /// How many iterations the loss may fail to get better before the fit ends. The weights with
    /// the best loss are kept.
    pub patience: usize,
}

/// How far a fit is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// How many iterations are done.
    pub iterations: usize,
    /// The mean log loss on the validation examples after the last of them, if there are any.
    pub validation_loss: Option<f64>,
}

/// Why a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It reached its tolerance.
    Converged,
    /// No step made the loss any smaller: the tolerance is beyond what floats allow here. More
    /// iterations would not help.
    Stalled,
    /// It had no more iterations.
    OutOfIterations,
    /// The loss on the validation examples did not get better any more.
    Validation,
}

/// What may be called after every iteration, and now and then within a long one; an error ends the
/// fit.
pub type Watch<'a> = dyn FnMut(&Progress) -> Result<()> + 'a;

/// Sees the weights after every iteration.
pub(super) struct Monitor<'a> {
    pub(super) tolerance: f64,
    pub(super) most: usize,
    pub(super) columns: usize,
    pub(super) classes: usize,
    pub(super) chunks: usize,
    pub(super) threads: usize,
    pub(super) validation: Option<Validation<'a>>,
    pub(super) watch: Option<&'a mut Watch<'a>>,
    /// The best loss, the weights that had it, and how many iterations ago.
    pub(super) best: Option<(f64, LinearModel, usize)>,
    /// The last loss on the validation examples.
    pub(super) validation_loss: Option<f64>,
    pub(super) stopped: bool,
}

impl Monitor<'_> {
    /// The largest number that a mean gradient may hold at the end.
    pub(super) fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// The most iterations.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Looks at the weights after an iteration; whether it was the last.
    pub(super) fn ends<const L: usize>(
        &mut self,
        iterations: usize,
        weights: &[[f64; L]],
    ) -> Result<bool> {
        if let Some(validation) = &self.validation {
            let model = model_of(weights, self.columns, self.classes, self.chunks)?;
            let loss = mean_log_loss(&model, validation, self.threads)?;
            self.validation_loss = Some(loss);
            match &mut self.best {
                Some((best, _, waited)) if loss >= *best => {
                    *waited += 1;
                    self.stopped = *waited > validation.patience;
                }
                best => *best = Some((loss, model, 0)),
            }
        }
        self.look(iterations)?;
        Ok(self.stopped)
    }

    /// Asks whether to go on, after so many whole iterations.
    pub(super) fn look(&mut self, iterations: usize) -> Result<()> {
        match &mut self.watch {
            Some(watch) => watch(&Progress { iterations, validation_loss: self.validation_loss }),
            None => Ok(()),
        }
    }
}

/// The mean of minus the logarithm of the probability of each row's class.
fn mean_log_loss(model: &LinearModel, validation: &Validation<'_>, threads: usize) -> Result<f64> {
    let scores = model.scores(validation.examples, std::num::NonZero::new(threads))?;
    let mut sum = 0.0;
    for (row, label) in scores.chunks_exact(model.classes()).zip(validation.labels) {
        let mut out = row.to_vec();
        let (out, _) = out.as_chunks_mut::<1>();
        sum += super::exponential::softmax(out) - row[*label as usize];
    }
    let loss = sum / validation.labels.len() as f64;
    if loss.is_finite() {
        Ok(loss)
    } else {
        Err(Error::invalid("validation", format!("its loss is {loss}")))
    }
}
