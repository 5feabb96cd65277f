//! The distributions that p-values and intervals come from, with all digits also far out.

use std::f64::consts::{LN_2, PI};

use statrs::function::gamma::{gamma_ur, ln_gamma};

/// How likely a chi-square number with this many degrees of freedom exceeds `statistic`.
pub(super) fn chi_square_upper(statistic: f64, degrees: f64) -> f64 {
    if statistic <= 0.0 || degrees <= 0.0 {
        return 1.0;
    }
    if statistic.is_infinite() {
        return 0.0;
    }
    gamma_ur(degrees / 2.0, statistic / 2.0)
}

/// How likely a standard normal number exceeds `point`.
pub(crate) fn normal_upper(point: f64) -> f64 {
    let beyond = super::normal::chi_square_tail(point * point) / 2.0;
    if point > 0.0 { beyond } else { 1.0 - beyond }
}

/// How likely a Student t number with this many degrees of freedom is farther from 0 than `point`.
pub(super) fn student_both_tails(point: f64, degrees: f64) -> f64 {
    if point.is_infinite() {
        return 0.0;
    }
    let square = point * point;
    beta_share(degrees / 2.0, 0.5, degrees / (degrees + square), square / (degrees + square))
}

/// How likely a Student t number with this many degrees of freedom exceeds `point`.
pub(crate) fn student_upper(point: f64, degrees: f64) -> f64 {
    let beyond = student_both_tails(point, degrees) / 2.0;
    if point > 0.0 { beyond } else { 1.0 - beyond }
}

/// The point such that a Student t number is farther from 0 with this probability.
pub(super) fn student_point(probability: f64, degrees: f64) -> f64 {
    let mut high = 1.0;
    while student_both_tails(high, degrees) > probability && high < 1e300 {
        high *= 2.0;
    }
    bisect(0.0, high, |point| student_both_tails(point, degrees) > probability)
}

/// How likely an F number with these degrees of freedom exceeds `statistic`.
pub(super) fn f_upper(statistic: f64, above: f64, below: f64) -> f64 {
    if statistic <= 0.0 {
        return 1.0;
    }
    if statistic.is_infinite() {
        return 0.0;
    }
    let sum = below + above * statistic;
    beta_share(below / 2.0, above / 2.0, below / sum, above * statistic / sum)
}

/// The regularised incomplete beta function `I_x(a, b)`; `rest` is 1 − x, given apart so that no
/// digits are lost where x is close to 1.
pub(super) fn beta_share(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if rest <= 0.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_front(b, a, rest, x) * beta_fraction(b, a, rest);
    }
    beta_front(a, b, x, rest) * beta_fraction(a, b, x)
}

/// x^a (1−x)^b / (a B(a, b)), by Loader's way (2000): no large numbers are taken from each other.
fn beta_front(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * rest);
    exponent.exp() * (b / (2.0 * PI * a * n)).sqrt()
}

/// ln B(a, b) without the loss of digits that differences of large ln Γ bring.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    let n = a + b;
    stirling_error(a) + stirling_error(b) - stirling_error(n)
        + a * (a / n).ln()
        + b * (b / n).ln()
        + 0.5 * (2.0 * PI * n / (a * b)).ln()
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut upper = 1.0;
    let mut lower = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = lower;
    // It needs about √max(a, b) rounds.
    for round in 1..200_000 {
        let m = f64::from(round);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        lower = 1.0 / keep(1.0 + even * lower);
        upper = keep(1.0 + even / upper);
        fraction *= lower * upper;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        lower = 1.0 / keep(1.0 + odd * lower);
        upper = keep(1.0 + odd / upper);
        let step = lower * upper;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// ln Γ(z + 1) less Stirling's formula for it.
fn stirling_error(z: f64) -> f64 {
    if z < 16.0 {
        let stirling = (z + 0.5) * z.ln() - z + 0.5 * (2.0 * PI).ln();
        return ln_gamma(z + 1.0) - stirling;
    }
    let square = z * z;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square)
            / square)
        / z
}

/// x ln(x / mean) + mean − x, exactly also where both are close.
fn deviance(x: f64, mean: f64) -> f64 {
    if (x - mean).abs() < 0.1 * (x + mean) {
        let ratio = (x - mean) / (x + mean);
        let mut sum = (x - mean) * ratio;
        let mut term = 2.0 * x * ratio;
        for power in 1..1_000 {
            term *= ratio * ratio;
            let next = sum + term / f64::from(2 * power + 1);
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    x * (x / mean).ln() + mean - x
}

/// ln of n over k.
pub(super) fn ln_choose(n: f64, k: f64) -> f64 {
    if k <= 0.0 || k >= n {
        return 0.0;
    }
    -(n + 1.0).ln() - ln_beta(n - k + 1.0, k + 1.0)
}

/// The point between `low` and `high` where `is_below` ends to hold, to the last digit.
pub(super) fn bisect(mut low: f64, mut high: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..1_100 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// The limit distributions of Anderson and Darling and of Cramér and von Mises: sums of squared
/// normal numbers with weights, the largest of which is 1/2.
#[derive(Debug, Clone, Copy)]
pub(super) enum SquaredNormals {
    /// Weights 1 / (j (j + 1)).
    AndersonDarling,
    /// Weights 1 / (2 j²): π² / 2 times the statistic of Cramér and von Mises.
    CramerVonMises,
}

impl SquaredNormals {
    /// How likely the sum of `copies` independent such sums exceeds `point`.
    ///
    /// It is the inverse Laplace transform of the moment generating function along a line that
    /// keeps far enough from its poles at 0 and 1; the trapezoid rule then is right to the last
    /// digits, also where the tail is 1e-10 (Abate and Whitt 1992 on why).
    pub(super) fn upper(self, point: f64, copies: f64) -> f64 {
        const STEP: f64 = 0.03;
        if point <= 0.0 {
            return 1.0;
        }
        let line = (1.0 - 8.0 / point).max(0.8);
        let (mut unwrapped, mut turns, mut last) = (0.0, 0.0, 0.0);
        let mut sum = 0.0;
        for round in 0..200_000 {
            let height = f64::from(round) * STEP;
            let (log_size, angle) = self.log_moment(line, height);
            // The logarithm has many branches, of which the one is taken that runs on smoothly.
            if round > 0 {
                if angle - last > PI {
                    turns -= 2.0 * PI;
                } else if last - angle > PI {
                    turns += 2.0 * PI;
                }
            }
            last = angle;
            if round == 0 {
                unwrapped = angle;
            }
            let phase = 0.5 * copies * (angle + turns - unwrapped) - height * point;
            let size = (0.5 * copies * log_size - line * point).exp();
            // Divided by the place itself, line + i height.
            let square = line * line + height * height;
            let term = size * (phase.cos() * line + phase.sin() * height) / square;
            sum += if round == 0 { term / 2.0 } else { term };
            if size / height.max(1.0) < 1e-18 * sum.abs() {
                break;
            }
        }
        (sum * STEP / PI).clamp(0.0, 1.0)
    }

    /// The logarithm of the squared moment generating function at `real` + i `imaginary`: size
    /// and angle.
    fn log_moment(self, real: f64, imaginary: f64) -> (f64, f64) {
        match self {
            // −2πu / cos(π/2 √(1 + 8u))
            Self::AndersonDarling => {
                let (root_real, root_imaginary) = root(1.0 + 8.0 * real, 8.0 * imaginary);
                let (log, angle) = log_cosine(PI / 2.0 * root_real, PI / 2.0 * root_imaginary);
                let size = 2.0 * PI * real.hypot(imaginary);
                (size.ln() - log, imaginary.atan2(real) + PI - angle)
            }
            // π√u / sin(π√u)
            Self::CramerVonMises => {
                let (root_real, root_imaginary) = root(real, imaginary);
                // sin z = cos(z − π/2)
                let (log, angle) = log_cosine(PI * root_real - PI / 2.0, PI * root_imaginary);
                let size = PI * root_real.hypot(root_imaginary);
                (size.ln() - log, root_imaginary.atan2(root_real) - angle)
            }
        }
    }
}

/// The square root of a number above the real axis.
fn root(real: f64, imaginary: f64) -> (f64, f64) {
    let size = real.hypot(imaginary);
    let root_real = f64::midpoint(size, real).sqrt();
    (root_real, if root_real > 0.0 { imaginary / (2.0 * root_real) } else { size.sqrt() })
}

/// The logarithm of cos(x + iy), y ≥ 0: size and angle. The cosine itself would be too large.
fn log_cosine(x: f64, y: f64) -> (f64, f64) {
    // cos(x + iy) = eʸ/2 · ((1 + e⁻²ʸ) cos x − i (1 − e⁻²ʸ) sin x)
    let small = (-2.0 * y).exp();
    let (real, imaginary) = ((1.0 + small) * x.cos(), -(1.0 - small) * x.sin());
    (y - LN_2 + real.hypot(imaginary).ln(), imaginary.atan2(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64, tolerance: f64) {
        let difference = (found - expected).abs();
        assert!(difference <= tolerance * expected.abs(), "{found:e} is not {expected:e}");
    }

    /// From Marsaglia and Marsaglia (2004), "Evaluating the Anderson-Darling distribution": the
    /// critical values of the limit.
    #[test]
    fn the_limit_of_anderson_and_darling_is_the_published_one() {
        let upper = |point| SquaredNormals::AndersonDarling.upper(point, 1.0);
        close(upper(1.932_957_83), 0.1, 1e-7);
        close(upper(2.492_367_15), 0.05, 1e-7);
        close(upper(3.878_125_02), 0.01, 1e-7);
        // e^(−1.2337/z) / √z · 2 is what is missing near 0.
        assert!((1.0 - upper(0.1) - 2.77e-5).abs() < 1e-6);
        close(upper(f64::MIN_POSITIVE), 1.0, 1e-9);
    }

    /// From Csörgő and Faraway (1996), table 1, for the limit of Cramér and von Mises.
    #[test]
    fn the_limit_of_cramer_and_von_mises_is_the_published_one() {
        let upper = |point: f64| SquaredNormals::CramerVonMises.upper(PI * PI / 2.0 * point, 1.0);
        for (point, expected) in
            [(0.34730, 0.10), (0.46136, 0.05), (0.74346, 0.01), (1.16786, 0.001)]
        {
            close(upper(point), expected, 1e-4);
        }
    }

    /// Far out a tail falls like e⁻ˣ / √x.
    #[test]
    fn tails_keep_their_digits_far_out() {
        let upper = |point| SquaredNormals::AndersonDarling.upper(point, 1.0);
        for point in [15.0, 25.0, 40.0_f64] {
            let ratio = upper(point + 1.0) / upper(point);
            let expected = (-1.0_f64).exp() * (point / (point + 1.0)).sqrt();
            assert!((ratio / expected - 1.0).abs() < 0.01, "{point}: {ratio} {expected}");
        }
    }
}
