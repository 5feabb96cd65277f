//! The normal distribution, as far as intervals and tests need it.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::{erf::erfc_inv, gamma::gamma_ur};

/// The point that a standard normal number exceeds with this probability.
pub(crate) fn normal_upper_point(probability: f64) -> f64 {
    let guess = SQRT_2 * erfc_inv(2.0 * probability);
    // The inverse is good to about 1e-11; one step of Halley's method brings the rest.
    let error = upper_tail(guess) - probability;
    let step = error * (2.0 * PI).sqrt() * (guess * guess / 2.0).exp();
    let better = guess + step / (1.0 - guess * step / 2.0);
    if better.is_finite() { better } else { guess }
}

/// How likely a standard normal number exceeds `point`.
fn upper_tail(point: f64) -> f64 {
    let beyond = chi_square_tail(point * point) / 2.0;
    if point > 0.0 { beyond } else { 1.0 - beyond }
}

/// How likely the square of a standard normal number is at least as large as `statistic`: the
/// tail of the chi-square distribution with one degree of freedom.
///
/// It comes from the incomplete gamma function, for the error function of `statrs` is only good to
/// about 1e-10.
pub(super) fn chi_square_tail(statistic: f64) -> f64 {
    if statistic > 0.0 { gamma_ur(0.5, statistic / 2.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From SciPy 1.17: `scipy.stats.norm.isf(p)`.
    #[test]
    fn points_are_those_of_scipy() {
        let cases = [
            (0.5, 0.0),
            (0.4, 0.253_347_103_135_799_7),
            (0.25, 0.674_489_750_196_081_7),
            (0.1, 1.281_551_565_544_600_4),
            (0.05, 1.644_853_626_951_472_9),
            (0.025, 1.959_963_984_540_054_5),
            (0.005, 2.575_829_303_548_901),
            (0.000_5, 3.290_526_731_491_894_5),
            (1e-05, 4.264_890_793_922_825),
            (1e-08, 5.612_001_244_174_789),
            (1e-15, 7.941_345_326_170_998),
            (1e-100, 21.273_453_560_965_322),
            (0.75, -0.674_489_750_196_081_7),
            (0.975, -1.959_963_984_540_054),
        ];
        for (probability, expected) in cases {
            let found = normal_upper_point(probability);
            assert!(
                (found - expected).abs() <= 1e-13 * expected.abs().max(1.0),
                "{probability}: {found}"
            );
        }
    }

    /// From SciPy 1.17: `scipy.stats.chi2.sf(x, 1)`.
    #[test]
    fn tails_are_those_of_scipy() {
        let cases = [
            (0.0, 1.0),
            (1e-300, 1.0),
            (1e-10, 0.999_992_021_154_392_1),
            (0.002_5, 0.960_122_388_323_255),
            (0.5, 0.479_500_122_186_953_37),
            (1.0, 0.317_310_507_862_911_15),
            (3.84, 0.050_043_521_248_705_19),
            (10.0, 0.001_565_402_258_002_549),
            (60.5, 7.357_847_917_974_397e-15),
            (700.0, 2.990_226_975_124_623e-154),
            (1400.0, 2.101_014_516_264_400_3e-306),
        ];
        for (statistic, expected) in cases {
            let found = chi_square_tail(statistic);
            assert!((found - expected).abs() <= 1e-12 * expected, "{statistic}: {found:e}");
        }
    }
}
