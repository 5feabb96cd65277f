//! Softmax, sigmoid and their losses, from one exponential function.
//!
//! The exponential is written out for two reasons: the compiler can take several numbers at once
//! through it, and its last bit does not change with the system's mathematics library.

/// Below this the exponential is taken for zero: no sum with a one in it can tell.
const SMALLEST: f64 = -700.0;
/// Above this a number would leave the range of 64-bit floats.
const LARGEST: f64 = 709.0;
/// Adding this and taking it away again rounds to the nearest whole number.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// The logarithm of two in two parts, the first with so few digits that products with it are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e to the power of `x`, to the last digit or the one before it.
#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    let clamped = x.clamp(SMALLEST, LARGEST);
    let shifted = clamped * std::f64::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = (clamped - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // The Taylor series, in pairs so that its terms do not wait for each other.
    let square = rest * rest;
    let fourth = square * square;
    let first = 1.0 + rest;
    let second = 1.0 / 2.0 + rest * (1.0 / 6.0);
    let third = 1.0 / 24.0 + rest * (1.0 / 120.0);
    let next = 1.0 / 720.0 + rest * (1.0 / 5_040.0);
    let after = 1.0 / 40_320.0 + rest * (1.0 / 362_880.0);
    let late = 1.0 / 3_628_800.0 + rest * (1.0 / 39_916_800.0);
    let last = 1.0 / 479_001_600.0 + rest * (1.0 / 6_227_020_800.0);
    let low = first + square * second;
    let middle = third + square * next;
    let high = after + square * late;
    let series = low + fourth * (middle + fourth * (high + fourth * last));
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(0x3ff0_0000_0000_0000));
    if x < SMALLEST { 0.0 } else { series * power }
}

/// The logistic function.
#[inline]
pub(crate) fn sigmoid(x: f64) -> f64 {
    let small = exp(-x.abs());
    if x < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) }
}

/// The logarithm of `1 + exp(x)`.
#[inline]
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + exp(-x.abs()).ln_1p()
}

/// Turns scores into probabilities, in place, and returns the logarithm of the sum of their
/// exponentials. A score of minus infinity stands for a class that is not there.
#[inline]
pub(crate) fn softmax<const L: usize>(scores: &mut [[f64; L]]) -> f64 {
    let (largest, sum) = softmax_parts(scores);
    largest + sum.ln()
}

/// [`softmax`] for those who do not need the logarithm.
#[inline]
pub(crate) fn softmax_parts<const L: usize>(scores: &mut [[f64; L]]) -> (f64, f64) {
    let mut most = [f64::NEG_INFINITY; L];
    for chunk in scores.iter() {
        for lane in 0..L {
            most[lane] = if chunk[lane] > most[lane] { chunk[lane] } else { most[lane] };
        }
    }
    let largest = most.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let mut sums = [0.0; L];
    for chunk in scores.iter_mut() {
        for lane in 0..L {
            chunk[lane] = exp(chunk[lane] - largest);
            sums[lane] += chunk[lane];
        }
    }
    let sum: f64 = sums.into_iter().sum();
    let share = 1.0 / sum;
    for chunk in scores.iter_mut() {
        *chunk = chunk.map(|number| number * share);
    }
    (largest, sum)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "these numbers are exact")]

    use super::*;

    #[test]
    fn the_exponential_agrees_with_the_standard_library() {
        for step in -700_000..=709_000 {
            let x = f64::from(step) / 1_000.0;
            let (own, theirs) = (exp(x), x.exp());
            assert!((own - theirs).abs() <= 5e-16 * theirs, "{x}: {own} {theirs}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(-1e9), 0.0);
        assert!(exp(1e9).is_finite());
    }

    #[test]
    fn far_scores_neither_overflow_nor_vanish() {
        assert_eq!(sigmoid(1e9), 1.0);
        assert_eq!(sigmoid(-1e9), 0.0);
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(softplus(800.0), 800.0);
        assert_eq!(softplus(-800.0), 0.0);
        let mut scores = [[1e300, -1e300, 1e300, f64::NEG_INFINITY]];
        softmax(&mut scores);
        assert_eq!(scores, [[0.5, 0.0, 0.5, 0.0]]);
        let mut scores = [[1.0, 2.0], [3.0, f64::NEG_INFINITY]];
        let log_sum = softmax(&mut scores);
        // scipy.special.softmax and logsumexp of [1, 2, 3], SciPy 1.17.
        assert!((log_sum - 3.407_605_964_444_38).abs() < 1e-14);
        assert!((scores[0][0] - 0.090_030_573_170_380_46).abs() < 1e-16);
        assert!((scores[1][0] - 0.665_240_955_774_822).abs() < 1e-15);
        assert_eq!(scores[1][1], 0.0);
    }
}
