//! Two models that answered the same rows, looked at as often as one likes.

use statrs::function::gamma::ln_gamma;

/// The evidence that the second of two models is right more often, from the rows that only one got
/// right: `first` times only the first, `second` times only the second. Its logarithm.
///
/// If it is not, the evidence reaches 1/α at any time with a chance of at most α, however often it is
/// looked at (Ville's inequality): it is a mixture of likelihood ratios against a fair coin, over all
/// coins that fall more often on the second, ∫ 2ⁿ⁺¹ θᶜ(1 − θ)ᵇ dθ from ½ to 1 (Robbins 1970). Of
/// `second` for the first, it is the evidence that the first is.
pub fn paired_evidence(first: u64, second: u64) -> f64 {
    // The integral is b! c! / (n + 1)! times the sum of C(n + 1, k) up to k = c.
    let (b, c) = (first as f64, second as f64);
    let tosses = b + c + 1.0;
    let choose = |k: f64| ln_gamma(tosses + 1.0) - ln_gamma(k + 1.0) - ln_gamma(tosses - k + 1.0);
    // From the largest term on, both ways, until terms no longer add anything.
    let top = c.min((tosses / 2.0).floor());
    let mut sum = 1.0;
    let mut term = 1.0;
    let mut k = top;
    while k > 0.0 && term > sum * f64::EPSILON * 0.01 {
        term *= k / (tosses - k + 1.0);
        sum += term;
        k -= 1.0;
    }
    (term, k) = (1.0, top);
    while k < c && term > sum * f64::EPSILON * 0.01 {
        term *= (tosses - k) / (k + 1.0);
        sum += term;
        k += 1.0;
    }
    ln_gamma(b + 1.0) + ln_gamma(c + 1.0) - ln_gamma(tosses + 1.0) + choose(top) + f64::ln(sum)
}

/// Where the difference of the shares that two models get right lies, second less first, if it is
/// looked at as often as one likes: outside of it at any time with a chance of at most `alpha`.
/// `both` counts the rows that both got right or both wrong.
///
/// It holds all differences that a mixture over all shares (Dirichlet with ½) does not outdo by
/// more than 1/α, each at its likeliest (universal inference, Wasserman, Ramdas and Balakrishnan
/// 2020).
pub fn paired_gain(first: u64, second: u64, both: u64, alpha: f64) -> (f64, f64) {
    let rows = first as f64 + second as f64 + both as f64;
    if rows < 1.0 {
        return (-1.0, 1.0);
    }
    let mixture = ln_mixture([first, second, both]);
    let limit = -alpha.ln();
    let is_outside = |gain: f64| mixture - ln_profile(first, second, both, gain) > limit;
    let middle = (second as f64 - first as f64) / rows;
    let end = |mut inside: f64, mut outside: f64| {
        if !is_outside(outside) {
            return outside;
        }
        for _ in 0..60 {
            let half = f64::midpoint(inside, outside);
            if is_outside(half) { outside = half } else { inside = half }
        }
        inside
    };
    (end(middle, -1.0), end(middle, 1.0))
}

/// The logarithm of the mean likelihood of counts over all shares.
fn ln_mixture(counts: [u64; 3]) -> f64 {
    let ln_beta = |numbers: [f64; 3]| {
        numbers.iter().map(|number| ln_gamma(*number)).sum::<f64>() - ln_gamma(numbers.iter().sum())
    };
    ln_beta(counts.map(|count| count as f64 + 0.5)) - ln_beta([0.5; 3])
}

/// The logarithm of the largest likelihood with a given difference of the shares.
fn ln_profile(first: u64, second: u64, both: u64, gain: f64) -> f64 {
    if gain < 0.0 {
        return ln_profile(second, first, both, -gain);
    }
    let (b, c, z) = (first as f64, second as f64, both as f64);
    // The share q that only the first gets right solves
    // 2n q² − ((b + c)(1 − g) − 2g(b + z)) q − b g (1 − g) = 0.
    let rows = b + c + z;
    let middle = (b + c) * (1.0 - gain) - 2.0 * gain * (b + z);
    let last = b * gain * (1.0 - gain);
    let root = (middle * middle + 8.0 * rows * last).sqrt();
    // Of the two ways to write the root, the one that does not take equal numbers from each other.
    let share =
        if middle >= 0.0 { (middle + root) / (4.0 * rows) } else { 2.0 * last / (root - middle) };
    let share = share.clamp(0.0, (1.0 - gain) / 2.0);
    let term = |count: f64, share: f64| if count == 0.0 { 0.0 } else { count * share.ln() };
    term(b, share) + term(c, share + gain) + term(z, (1.0 - gain - 2.0 * share).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} {expected}");
    }

    /// The logarithms of the exact fractions, which Python's whole numbers give.
    #[test]
    fn evidence_is_the_integral() {
        near(paired_evidence(0, 0), 0.0);
        near(paired_evidence(0, 1), f64::ln(1.5));
        near(paired_evidence(1, 0), f64::ln(0.5));
        near(paired_evidence(10, 25), 2.335_940_152_203_397);
        near(paired_evidence(25, 10), -2.831_739_768_926_986);
        near(paired_evidence(300, 300), -2.973_922_087_808_640_8);
        near(paired_evidence(4_000, 5_000), 52.030_590_144_445_85);
        assert!(paired_evidence(0, 1_000_000) > 690_000.0);
        assert!(paired_evidence(1_000_000, 0) < -10.0);
    }

    #[test]
    fn intervals_hold_what_was_seen() {
        for (first, second, both) in [(0, 0, 1), (3, 9, 88), (50, 20, 930), (0, 5, 0), (7, 7, 7)] {
            let (low, high) = paired_gain(first, second, both, 0.05);
            let rows = (first + second + both) as f64;
            let seen = (second as f64 - first as f64) / rows;
            assert!(low <= seen && seen <= high && low >= -1.0 && high <= 1.0, "{low} {high}");
            let (other_low, other_high) = paired_gain(second, first, both, 0.05);
            near(low, -other_high);
            near(high, -other_low);
        }
        assert_eq!(paired_gain(0, 0, 0, 0.05), (-1.0, 1.0));
        let (low, high) = paired_gain(100, 200, 1_700, 0.05);
        assert!(low > 0.01 && high < 0.1, "{low} {high}");
    }

    /// Two equal models looked at after every tenth row, and one that is better by 4 points.
    #[test]
    fn looking_often_does_no_harm() {
        let mut chance = Random::new(7);
        let (mut better, mut outside, worlds) = (0, 0, 400);
        for world in 0..worlds {
            let gain = if world % 2 == 0 { 0.0 } else { 0.04 };
            let (mut first, mut second, mut both) = (0, 0, 0);
            let (mut was_better, mut was_outside) = (false, false);
            for row in 0..1_500 {
                let draw = chance.unit();
                if draw < 0.08 {
                    first += 1;
                } else if draw < 0.16 + gain {
                    second += 1;
                } else {
                    both += 1;
                }
                if row % 10 == 9 {
                    was_better |= paired_evidence(first, second) >= f64::ln(20.0);
                    let (low, high) = paired_gain(first, second, both, 0.05);
                    was_outside |= !(low..=high).contains(&gain);
                }
            }
            better += u32::from(was_better && gain == 0.0);
            outside += u32::from(was_outside);
        }
        // 5 % of 200, and of 400, with room for chance.
        assert!(better <= 20, "{better} of 200");
        assert!(outside <= 35, "{outside} of {worlds}");
    }
}
