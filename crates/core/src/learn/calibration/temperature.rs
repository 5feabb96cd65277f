use crate::{Error, Result, learn::metrics::check_shape};

/// The smallest temperature that [`fit_temperature`] finds.
pub const SMALLEST_TEMPERATURE: f64 = 0.01;
/// The largest temperature that [`fit_temperature`] finds.
pub const LARGEST_TEMPERATURE: f64 = 100.0;

/// More steps than this are never needed: halving alone reaches the last bit sooner.
const MOST_STEPS: usize = 200;

/// The temperature that gives labelled rows the smallest log loss when their scores (logits, a row
/// of one for each class) are divided by it (Guo et al. 2017, "On calibration of modern neural
/// networks").
///
/// It lies between [`SMALLEST_TEMPERATURE`] and [`LARGEST_TEMPERATURE`], and at one of them when
/// the log loss has no minimum between: rows that are all right with room to spare ask for a
/// smaller temperature than any, rows that are wrong more often than by chance for a larger one.
/// Where no temperature makes a difference it is 1.
///
/// # Errors
/// [`Error::InvalidInput`] without rows, if the lists do not fit each other, a label is no class,
/// or a score is not finite.
pub fn fit_temperature(scores: &[f64], labels: &[u32], classes: usize) -> Result<f64> {
    check_scores(scores, labels, classes)?;
    // The log loss is convex in the inverse of the temperature, so that its slope is zero once.
    let slope = |inverse: f64| slope_and_curve(scores, labels, classes, inverse);
    let mut inverse = 1.0;
    let (mut gradient, mut curve) = slope(inverse);
    let (mut low, mut high) = (1.0 / LARGEST_TEMPERATURE, 1.0 / SMALLEST_TEMPERATURE);
    if gradient == 0.0 {
        return Ok(1.0);
    }
    if gradient > 0.0 && slope(low).0 >= 0.0 {
        return Ok(LARGEST_TEMPERATURE);
    }
    if gradient < 0.0 && slope(high).0 <= 0.0 {
        return Ok(SMALLEST_TEMPERATURE);
    }
    // Newton's method, and a step to the middle where it would leave what is known to hold zero.
    for _ in 0..MOST_STEPS {
        if gradient > 0.0 {
            high = inverse;
        } else {
            low = inverse;
        }
        let newton = inverse - gradient / curve;
        let is_inside = newton > low && newton < high;
        let next = if is_inside { newton } else { f64::sqrt(low * high) };
        let step = (next - inverse).abs();
        inverse = next;
        // Near the end each step leaves about the square of its own error.
        if (is_inside && step <= 1e-9 * inverse) || high - low <= 1e-15 * low {
            break;
        }
        (gradient, curve) = slope(inverse);
        if gradient == 0.0 {
            break;
        }
    }
    Ok(1.0 / inverse)
}

/// Refuses scores that are not a finite number for each class and label.
pub(super) fn check_scores(scores: &[f64], labels: &[u32], classes: usize) -> Result<()> {
    check_shape(scores, labels, classes)?;
    match scores.iter().position(|score| !score.is_finite()) {
        Some(at) => {
            let (row, class, score) = (at / classes, at % classes, scores[at]);
            Err(Error::invalid("scores", format!("row {row} gives class {class} {score}")))
        }
        None => Ok(()),
    }
}

/// The first two derivatives of the log loss by the inverse of the temperature: how far the
/// expected score is from that of the right class, and the variance of the scores.
fn slope_and_curve(scores: &[f64], labels: &[u32], classes: usize, inverse: f64) -> (f64, f64) {
    let (mut slope, mut curve) = (0.0, 0.0);
    for (row, label) in scores.chunks_exact(classes).zip(labels) {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for score in row {
            let below = score - top;
            let weight = (inverse * below).exp();
            // The distance may be infinite where the weight is zero.
            if weight > 0.0 {
                sum += weight;
                first += weight * below;
                second += weight * below * below;
            }
        }
        let mean = first / sum;
        slope += mean - (row[*label as usize] - top);
        curve += second / sum - mean * mean;
    }
    (slope, curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-12 * expected
    }

    /// One of three rows wrong at the same distance: e^(d/T) = 2, so T = d / ln 2.
    #[test]
    fn the_temperature_is_the_one_on_paper() {
        for distance in [0.1, 1.0, 3.0, 40.0] {
            let scores = [distance, 0.0, 0.0, distance, distance, 0.0];
            let found = fit_temperature(&scores, &[0, 1, 1], 2).unwrap();
            assert!(is(found, distance / std::f64::consts::LN_2), "{distance}: {found}");
        }
    }

    #[test]
    fn without_a_minimum_it_stops_at_an_end() {
        let right = [2.0, 0.0, 0.0, 3.0];
        assert!(is(fit_temperature(&right, &[0, 1], 2).unwrap(), SMALLEST_TEMPERATURE));
        assert!(is(fit_temperature(&right, &[1, 0], 2).unwrap(), LARGEST_TEMPERATURE));
        let one = fit_temperature(&right, &[0, 0], 2).unwrap();
        assert!(is(one, LARGEST_TEMPERATURE), "{one}");
    }

    #[test]
    fn where_nothing_makes_a_difference_it_is_one() {
        assert!(is(fit_temperature(&[5.0, -7.0], &[0, 0], 1).unwrap(), 1.0));
        assert!(is(fit_temperature(&[2.0, 2.0, 3.0, 3.0], &[0, 1], 2).unwrap(), 1.0));
    }

    #[test]
    fn huge_scores_do_no_harm() {
        let scores = [1e308, -1e308, 1e308, -1e308, 1e300, 0.0];
        assert!(is(fit_temperature(&scores, &[0, 1, 0], 2).unwrap(), LARGEST_TEMPERATURE));
        // These answers are surely right at any temperature.
        assert!(is(fit_temperature(&scores, &[0, 0, 0], 2).unwrap(), 1.0));
        let tiny = [1e-300, 0.0, 0.0, 1e-300, 1e-300, 0.0];
        assert!(fit_temperature(&tiny, &[0, 1, 1], 2).unwrap() >= SMALLEST_TEMPERATURE);
    }

    #[test]
    fn scores_that_cannot_be_are_refused() {
        let error = fit_temperature(&[0.0, 1.0, f64::NAN, 0.0], &[0, 1], 2).unwrap_err();
        assert_eq!(error.to_string(), "scores: row 1 gives class 0 NaN");
        assert!(fit_temperature(&[], &[], 2).is_err());
        assert!(fit_temperature(&[0.0], &[0], 2).is_err());
        assert!(fit_temperature(&[0.0, 0.0], &[2], 2).is_err());
    }
}
