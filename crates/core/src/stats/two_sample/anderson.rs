use serde::Deserialize;

use crate::{
    Error, Result,
    stats::{
        Test,
        distribution::SquaredNormals,
        sample::{check, sorted},
    },
};

/// What the rank of equal numbers is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ranks {
    /// The middle of their places: right with ties.
    #[default]
    Midrank,
    /// The last of their places.
    Right,
}

/// The k-sample test of Anderson and Darling: whether samples come from the same distribution,
/// with as much weight on the tails as on the middle.
///
/// The statistic is A²ₖₙ of Scholz and Stephens (1987, equation 7; with [`Ranks::Right`] equation
/// 6), less its mean k − 1 and divided by its standard deviation, as `SciPy` gives it. The p-value
/// is that of the limit distribution at k − 1 + σ · statistic, with its own digits from 1 down to
/// 1e-10 and less, where `SciPy` interpolates a table and stops at 0.25 and 0.001.
///
/// # Errors
/// [`Error::InvalidInput`] for fewer than two samples, an empty one, a NaN, fewer than four
/// numbers in all, or if all numbers are equal.
pub fn anderson_ksamp(samples: &[&[f64]], ranks: Ranks) -> Result<Test> {
    if samples.len() < 2 {
        return Err(Error::invalid("samples", format!("{}, at least 2 are needed", samples.len())));
    }
    for (place, sample) in samples.iter().enumerate() {
        check(&format!("samples[{place}]"), sample, 1)?;
    }
    let total: usize = samples.iter().map(|sample| sample.len()).sum();
    if total < 4 {
        return Err(Error::invalid("samples", format!("{total} numbers, at least 4 are needed")));
    }
    let ordered: Vec<Vec<f64>> = samples.iter().map(|sample| sorted(sample)).collect();
    let pooled = sorted(&samples.concat());
    if pooled[0] == pooled[total - 1] {
        return Err(Error::invalid("samples", format!("all numbers are {}", pooled[0])));
    }
    let unscaled = sum(&ordered, &pooled, ranks);
    let deviation = variance(samples, total).sqrt();
    let copies = samples.len() as f64 - 1.0;
    let statistic = (unscaled - copies) / deviation;
    // The limit's own deviation: that of k − 1 sums of χ² / (j (j + 1)).
    let limit = (2.0 * copies * (std::f64::consts::PI.powi(2) / 3.0 - 3.0)).sqrt();
    let pvalue = SquaredNormals::AndersonDarling.upper(copies + limit * statistic, copies);
    Ok(Test { statistic, pvalue })
}

fn sum(ordered: &[Vec<f64>], pooled: &[f64], ranks: Ranks) -> f64 {
    let total = pooled.len() as f64;
    let is_continuous = pooled.windows(2).all(|pair| pair[0] < pair[1]);
    // How many numbers of each sample are at most the value at hand.
    let mut up_to = vec![0_usize; ordered.len()];
    let mut sums = vec![0.0; ordered.len()];
    let mut start = 0;
    while start < pooled.len() {
        let value = pooled[start];
        let end = start + pooled[start..].iter().take_while(|number| **number == value).count();
        let is_last = end == pooled.len();
        let ties = if is_continuous { 1.0 } else { (end - start) as f64 };
        let rank = match ranks {
            Ranks::Midrank => start as f64 + ties / 2.0,
            Ranks::Right => end as f64,
        };
        for ((sample, up_to), sum) in ordered.iter().zip(&mut up_to).zip(&mut sums) {
            let here = sample[*up_to..].iter().take_while(|number| **number == value).count();
            *up_to += here;
            let size = sample.len() as f64;
            match ranks {
                Ranks::Midrank => {
                    let own = *up_to as f64 - here as f64 / 2.0;
                    let excess = total * own - rank * size;
                    let scale = rank * (total - rank) - total * ties / 4.0;
                    *sum += ties / total * excess * excess / scale;
                }
                Ranks::Right if !is_last => {
                    let excess = total * *up_to as f64 - rank * size;
                    *sum += ties / total * excess * excess / (rank * (total - rank));
                }
                Ranks::Right => {}
            }
        }
        start = end;
    }
    let sum: f64 = sums.iter().zip(ordered).map(|(sum, sample)| sum / sample.len() as f64).sum();
    match ranks {
        Ranks::Midrank => sum * (total - 1.0) / total,
        Ranks::Right => sum,
    }
}

/// The exact variance of the sum if nothing differs (Scholz and Stephens 1987, equation 4).
fn variance(samples: &[&[f64]], total: usize) -> f64 {
    let (n, k) = (total as f64, samples.len() as f64);
    let inverse: f64 = samples.iter().map(|sample| 1.0 / sample.len() as f64).sum();
    let (mut harmonic, mut double) = (0.0, 0.0);
    for i in 2..total {
        harmonic += 1.0 / (total + 1 - i) as f64;
        double += harmonic / i as f64;
    }
    let (h, g) = (harmonic + 1.0, double);
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * inverse;
    let b = (2.0 * g - 4.0) * k * k + 8.0 * h * k + (2.0 * g - 14.0 * h - 4.0) * inverse - 8.0 * h
        + 4.0 * g
        - 6.0;
    let c = (6.0 * h + 2.0 * g - 2.0) * k * k
        + (4.0 * h - 4.0 * g + 6.0) * k
        + (2.0 * h - 6.0) * inverse
        + 4.0 * h;
    let d = (2.0 * h + 6.0) * k * k - 4.0 * h * k;
    (((a * n + b) * n + c) * n + d) / ((n - 1.0) * (n - 2.0) * (n - 3.0))
}
