use super::{
    apart::Apart,
    distances::{Distance, Novel},
};
use crate::{
    profile::{Profile, Reference},
    stats::student_upper,
};

/// The upper 95 % point of the standard normal distribution.
const UPPER_POINT: f64 = 1.644_853_626_951_472_7;

/// The mean and the deviation of √|z| for a standard normal z: what the root of a distance with
/// one degree of freedom is if nothing differs at all. Distances with more vary less.
const ROOT_MEAN: f64 = 0.822_179;
const ROOT_DEVIATION: f64 = 0.349_151;

/// The least deviation of a root that is believed: half of what fifteen degrees of freedom give.
const LEAST_DEVIATION: f64 = 0.045;

/// Days are odd more often than the normal distribution allows. Student's with so many degrees of
/// freedom lets a window of four deviations count as one in three thousand, not in thirty thousand;
/// where windows are usual the two hardly differ.
const TAIL_DEGREES: f64 = 20.0;

/// How much a distance varies from window to window while nothing drifts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Yardstick {
    /// What windows differ beyond what their sizes explain: a squared distance.
    between: f64,
    /// Upper bounds of mean and deviation of the root of the scaled distance.
    mean: f64,
    deviation: f64,
    /// What is taken from each distance, where the reference cannot tell how much windows differ.
    margin: f64,
}

impl Yardstick {
    /// Measured on the windows of a reference: each against all others. None where they have
    /// nothing that could differ, and do not say how it would.
    pub(super) fn measure(
        distance: &Distance,
        reference: &Reference,
        others: &[Profile],
        min_effect: f64,
    ) -> Self {
        let novel: Vec<u64> =
            (0..others.len()).map(|window| reference.novel(window, distance.feature)).collect();
        let all_novel: u64 = novel.iter().sum();
        let apart: Vec<Apart> = reference
            .windows()
            .iter()
            .zip(others)
            .zip(&novel)
            .filter_map(|((window, others), own)| {
                let novel = Novel { window: *own, pool: all_novel - own };
                distance.between(window, others, novel)
            })
            .collect();
        let count = apart.len() as f64;
        let excess = |apart: &Apart| apart.square - apart.noise * apart.per_size;
        let between = if apart.is_empty() {
            0.0
        } else {
            (apart.iter().map(excess).sum::<f64>() / count).max(0.0)
        };
        let roots: Vec<f64> = apart.iter().map(|apart| root(apart, between, 0.0)).collect();
        let (mean, deviation) = upper_moments(&roots, reference.windows().len());
        let margin = if reference.is_shuffled() { distance.of_share(min_effect) } else { 0.0 };
        Self { between, mean, deviation, margin }
    }

    /// How likely a window is at least as far if nothing drifts.
    pub(super) fn pvalue(&self, apart: &Apart) -> f64 {
        let root = root(apart, self.between, self.margin);
        student_upper((root - self.mean) / self.deviation, TAIL_DEGREES)
    }
}

/// The root of a distance that is scaled by what is to be expected of it.
fn root(apart: &Apart, between: f64, margin: f64) -> f64 {
    let distance = (apart.square.sqrt() - margin).max(0.0);
    let scale = between + apart.noise * apart.per_size;
    (distance / scale.sqrt()).sqrt()
}

/// Mean and deviation as large as they may well be, given how few windows they are measured on.
fn upper_moments(roots: &[f64], windows: usize) -> (f64, f64) {
    let count = roots.len() as f64;
    // Where most windows have nothing that could differ, theory says what would be.
    if roots.len() * 2 < windows || roots.len() < 3 {
        return (ROOT_MEAN, ROOT_DEVIATION);
    }
    let mean = roots.iter().sum::<f64>() / count;
    let squares: f64 = roots.iter().map(|root| (root - mean).powi(2)).sum();
    let deviation = (squares / (count - 1.0)).sqrt();
    let upper_mean = mean + UPPER_POINT * deviation / count.sqrt();
    let upper_deviation = deviation * ((count - 1.0) / lower_chi_square(count - 1.0)).sqrt();
    (upper_mean, upper_deviation.max(LEAST_DEVIATION))
}

/// The lower 5 % point of the chi-square distribution (Wilson and Hilferty 1931): right to 0.1 %
/// from 20 degrees of freedom on, and a little too small below.
fn lower_chi_square(degrees: f64) -> f64 {
    let ninth = 2.0 / (9.0 * degrees);
    degrees * (1.0 - ninth - UPPER_POINT * ninth.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a table of the chi-square distribution: the 5 % points.
    #[test]
    fn lower_points_are_the_published_ones() {
        for (degrees, expected) in [(13.0, 5.892), (27.0, 16.151), (55.0, 38.958), (99.0, 77.046)] {
            let found = lower_chi_square(degrees);
            assert!((found / expected - 1.0).abs() < 2e-3, "{degrees}: {found}");
        }
    }

    #[test]
    fn few_windows_that_can_differ_are_not_believed() {
        assert_eq!(upper_moments(&[0.5; 10], 28), (ROOT_MEAN, ROOT_DEVIATION));
        let (mean, deviation) = upper_moments(&[1.0; 28], 28);
        assert!((mean - 1.0).abs() < 1e-12 && (deviation - LEAST_DEVIATION).abs() < 1e-12);
    }
}
