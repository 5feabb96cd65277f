//! All that came out of learning, on its way to a bundle.

use super::{
    RowCounts, TrainOptions, Trial,
    fitted::{Checked, Fitted},
    recipe::{Learner, Recipe},
};
use crate::{
    learn::evaluation::Evaluation,
    model::{Bundle, LabelledTexts, LearnedKind},
};

/// All that came out of learning.
pub(super) struct Outcome<'a> {
    pub(super) data: &'a LabelledTexts,
    pub(super) labels: Vec<String>,
    pub(super) options: &'a TrainOptions,
    pub(super) encoder: Option<&'a Bundle>,
    pub(super) recipe: &'a Recipe,
    pub(super) learner: Learner,
    pub(super) model: Fitted,
    pub(super) checked: Option<Checked>,
    pub(super) trials: Vec<Trial>,
    pub(super) tested: Option<Evaluation>,
    pub(super) train_accuracy: f64,
    pub(super) rows: RowCounts,
    pub(super) profile: Option<Vec<u8>>,
}

impl Outcome<'_> {
    pub(super) fn is_head(&self) -> bool {
        self.options.kind == LearnedKind::EncoderHead
    }
}
