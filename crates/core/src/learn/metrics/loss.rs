use super::{check_probabilities, check_shape};
use crate::Result;

/// The mean of −ln of the probability that the right class got.
///
/// Probabilities are kept ε = 2⁻⁵² away from 0 and 1, as scikit-learn does, so that one row that
/// is surely wrong costs 36.04 and not infinitely much.
///
/// # Errors
/// [`crate::Error::InvalidInput`] without rows, if the lists do not fit each other, a label is no
/// class, or a number is no probability.
pub fn log_loss(probabilities: &[f64], classes: usize, labels: &[u32]) -> Result<f64> {
    check_shape(probabilities, labels, classes)?;
    check_probabilities(probabilities, classes)?;
    let rows = probabilities.chunks_exact(classes).zip(labels);
    let sum: f64 = rows.map(|(row, label)| row_log_loss(row[*label as usize])).sum();
    Ok(sum / labels.len() as f64)
}

/// The Brier score: the mean over the rows of the sum over the classes of the squared difference
/// between the probability and what is so, 0 to 2 (Brier 1950).
///
/// For two classes it is twice what scikit-learn's `brier_score_loss` gives, which looks at one of
/// them only; with `scale_by_half=False` both are the same for any number of classes.
///
/// # Errors
/// As [`log_loss`].
pub fn brier(probabilities: &[f64], classes: usize, labels: &[u32]) -> Result<f64> {
    check_shape(probabilities, labels, classes)?;
    check_probabilities(probabilities, classes)?;
    let rows = probabilities.chunks_exact(classes).zip(labels);
    let sum: f64 = rows.map(|(row, label)| row_brier(row, Some(*label as usize))).sum();
    Ok(sum / labels.len() as f64)
}

/// What a row costs whose class got this probability.
pub(in crate::learn) fn row_log_loss(probability: f64) -> f64 {
    -probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// What a row costs that is of this class; `None` is a class that got no probability.
pub(in crate::learn) fn row_brier(row: &[f64], class: Option<usize>) -> f64 {
    let wrong = |(at, probability): (usize, &f64)| {
        let target = if class == Some(at) { 1.0 } else { 0.0 };
        (probability - target) * (probability - target)
    };
    let sum: f64 = row.iter().enumerate().map(wrong).sum();
    if class.is_some() { sum } else { sum + 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_and_wrong_is_dear_but_finite() {
        let found = log_loss(&[1.0, 0.0], 2, &[1]).unwrap();
        assert!((found - 36.043_653_389_117_15).abs() < 1e-12, "{found}");
        assert!((brier(&[1.0, 0.0], 2, &[1]).unwrap() - 2.0).abs() < 1e-15);
        assert!((row_brier(&[1.0, 0.0], None) - 2.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        let error = log_loss(&[0.5, 0.5, f64::NAN, 0.5], 2, &[0, 1]).unwrap_err();
        assert_eq!(error.to_string(), "probabilities: row 1 gives class 0 the probability NaN");
        for row in [[-0.1, 1.1], [f64::INFINITY, 0.0], [1.1, -0.1]] {
            assert!(brier(&row, 2, &[0]).is_err(), "{row:?}");
        }
        assert!(log_loss(&[], 2, &[]).is_err());
        assert!(log_loss(&[], 0, &[]).is_err());
        assert!(log_loss(&[0.5, 0.5], 2, &[2]).is_err());
        assert!(log_loss(&[0.5, 0.5], 2, &[0, 1]).is_err());
    }
}
