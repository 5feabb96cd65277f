use crate::{Error, Result};

/// Holm's adjustment of the p-values of several tests: a test whose adjusted value is at most α can
/// be trusted so that, of all of them, *any* is a false alarm with probability at most α, however
/// the tests depend on each other (Holm 1979).
///
/// # Errors
/// [`Error::InvalidInput`] for what is not between 0 and 1.
pub fn holm(pvalues: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(pvalues)?;
    let mut adjusted = vec![0.0; pvalues.len()];
    let mut largest: f64 = 0.0;
    for (rank, place) in order.iter().enumerate() {
        let own = (pvalues.len() - rank) as f64 * pvalues[*place];
        largest = largest.max(own.min(1.0));
        adjusted[*place] = largest;
    }
    Ok(adjusted)
}

/// The adjustment of Benjamini and Hochberg: of the tests whose adjusted value is at most q, no
/// more than the share q are false alarms on average, if the tests do not depend on each other in
/// odd ways (1995).
///
/// # Errors
/// As for [`holm`].
pub fn benjamini_hochberg(pvalues: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(pvalues)?;
    let mut adjusted = vec![0.0; pvalues.len()];
    let mut smallest: f64 = 1.0;
    for (rank, place) in order.iter().enumerate().rev() {
        let own = pvalues.len() as f64 / (rank + 1) as f64 * pvalues[*place];
        smallest = smallest.min(own);
        adjusted[*place] = smallest;
    }
    Ok(adjusted)
}

/// The places of the p-values, the smallest first.
fn ascending(pvalues: &[f64]) -> Result<Vec<usize>> {
    if let Some(pvalue) = pvalues.iter().find(|pvalue| !(0.0..=1.0).contains(*pvalue)) {
        return Err(Error::invalid("pvalues", format!("{pvalue} is not between 0 and 1")));
    }
    let mut order: Vec<usize> = (0..pvalues.len()).collect();
    order.sort_by(|one, other| pvalues[*one].total_cmp(&pvalues[*other]));
    Ok(order)
}
