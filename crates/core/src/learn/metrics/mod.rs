//! How good answers are: counts of right and wrong ones, orderings, and costs of probabilities.
//!
//! Classes are numbers from 0; probabilities stand row after row, one for each class.

mod confusion;
mod loss;
mod ranking;

pub(super) use confusion::macro_f1_of;
pub use confusion::{Averages, ClassScores, Confusion};
pub use loss::{brier, log_loss};
pub(super) use loss::{row_brier, row_log_loss};
pub use ranking::{OneVsRest, average_precision, average_precision_ovr, roc_auc, roc_auc_ovr};
pub(super) use ranking::{Rankings, rankings};

use crate::{Error, Result};

/// More classes than this are a mistake, not labels.
pub const MOST_CLASSES: usize = 4_096;

/// Refuses probabilities that are not one for each class and label.
pub(super) fn check_shape(probabilities: &[f64], labels: &[u32], classes: usize) -> Result<()> {
    if classes == 0 {
        return Err(Error::invalid("classes", "0, at least 1 is needed"));
    }
    if labels.is_empty() {
        return Err(Error::invalid("labels", "there are no rows"));
    }
    if labels.len().checked_mul(classes) != Some(probabilities.len()) {
        let (numbers, rows) = (probabilities.len(), labels.len());
        let problem = format!("{numbers} for {rows} labels of {classes} classes");
        return Err(Error::invalid("probabilities", problem));
    }
    check_labels("labels", labels, classes)
}

/// Refuses labels that are no class.
fn check_labels(what: &str, labels: &[u32], classes: usize) -> Result<()> {
    match labels.iter().position(|label| *label as usize >= classes) {
        Some(row) => {
            let label = labels[row];
            Err(Error::invalid(what, format!("row {row} is of class {label}, there are {classes}")))
        }
        None => Ok(()),
    }
}

/// Refuses rows that hold what cannot be a probability.
pub(super) fn check_probabilities(probabilities: &[f64], classes: usize) -> Result<()> {
    match probabilities.iter().position(|number| !(0.0..=1.0 + 1e-6).contains(number)) {
        Some(at) => {
            let (row, class, number) = (at / classes, at % classes, probabilities[at]);
            let problem = format!("row {row} gives class {class} the probability {number}");
            Err(Error::invalid("probabilities", problem))
        }
        None => Ok(()),
    }
}
