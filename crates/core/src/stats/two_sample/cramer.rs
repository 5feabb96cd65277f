use std::{collections::BTreeMap, f64::consts::PI};

use super::ks_tail::greatest_common_divisor;
use crate::{
    Error, Result,
    stats::{
        Method, Test,
        distribution::SquaredNormals,
        sample::{Merged, check, sorted},
    },
};

/// Up to so many numbers in each sample, `Auto` counts, as `SciPy` does.
const EXACT_UP_TO: usize = 20;

/// Up to so many, counting ends within seconds.
const COUNTABLE: usize = 60;

/// The two-sample test of Cramér and von Mises: whether two samples come from the same
/// distribution, by the area between their distribution functions.
///
/// The statistic is T of Anderson (1962, equation 9), with middle ranks for equal numbers. The
/// p-value is exact up to 20 numbers in each sample (Xiao, Gordon and Yakovlev 2006), else that of
/// the limit with Anderson's correction of mean and variance; it keeps its digits far out.
///
/// # Errors
/// [`Error::InvalidInput`] if a sample has fewer than two numbers or a NaN, or if an exact p-value
/// is asked for with more than 60 numbers in a sample.
pub fn cramervonmises_2samp(first: &[f64], second: &[f64], method: Method) -> Result<Test> {
    check("first", first, 2)?;
    check("second", second, 2)?;
    let (nx, ny) = (first.len() as f64, second.len() as f64);
    let (product, total) = (nx * ny, nx + ny);
    let scaled = rank_sums(&sorted(first), &sorted(second));
    let statistic = scaled / (product * total) - (4.0 * product - 1.0) / (6.0 * total);
    let largest = first.len().max(second.len());
    let is_exact = match method {
        Method::Auto => largest <= EXACT_UP_TO,
        Method::Exact if largest > COUNTABLE => {
            let problem = format!("exact needs samples of at most {COUNTABLE}, got {largest}");
            return Err(Error::invalid("method", problem));
        }
        Method::Exact => true,
        Method::Asymptotic => false,
    };
    let pvalue = if is_exact {
        exact(scaled, first.len(), second.len())
    } else {
        let mean = (1.0 + 1.0 / total) / 6.0;
        let variance = (total + 1.0)
            * (4.0 * product * total - 3.0 * (nx * nx + ny * ny) - 2.0 * product)
            / (45.0 * total * total * 4.0 * product);
        let point = 1.0 / 6.0 + (statistic - mean) / (45.0 * variance).sqrt();
        SquaredNormals::CramerVonMises.upper(PI * PI / 2.0 * point, 1.0)
    };
    Ok(Test { statistic, pvalue })
}

/// Anderson's U: for both samples, its size times the squared distances of its ranks in both from
/// its ranks in itself.
fn rank_sums(first: &[f64], second: &[f64]) -> f64 {
    let (mut seen_first, mut seen_second) = (0_usize, 0_usize);
    let (mut sum_first, mut sum_second) = (0.0, 0.0);
    for (_, more_first, more_second) in Merged::new(first, second) {
        let before = (seen_first + seen_second) as f64;
        let rank = before + f64::midpoint((more_first + more_second) as f64, 1.0);
        let squares = |seen: usize, more: usize| -> f64 {
            (seen + 1..=seen + more).map(|own| (rank - own as f64).powi(2)).sum()
        };
        sum_first += squares(seen_first, more_first);
        sum_second += squares(seen_second, more_second);
        seen_first += more_first;
        seen_second += more_second;
    }
    first.len() as f64 * sum_first + second.len() as f64 * sum_second
}

/// The share of the orders of both samples whose statistic is at least as large.
fn exact(scaled: f64, first: usize, second: usize) -> f64 {
    let divisor = greatest_common_divisor(first as u64, second as u64);
    let (per_first, per_second) = (second as u64 / divisor, first as u64 / divisor);
    let multiple = (first as u64 * per_first) as f64;
    let product = (first * second) as f64;
    let total = (first + second) as f64;
    let limit = (multiple * multiple * total * (6.0 * scaled - product * (4.0 * product - 1.0))
        / (6.0 * product * product))
        .floor();
    // For each place of the lattice, how many paths lead there with which sum.
    let mut row: Vec<BTreeMap<u64, f64>> = vec![BTreeMap::new(); first + 1];
    for up in 0..=second as u64 {
        let mut left: BTreeMap<u64, f64> = BTreeMap::new();
        for (along, place) in row.iter_mut().enumerate() {
            if up == 0 && along == 0 {
                left.insert(0, 1.0);
            }
            for (sum, paths) in &*place {
                *left.entry(*sum).or_default() += paths;
            }
            let apart = (per_first * along as u64).abs_diff(per_second * up);
            left = left.into_iter().map(|(sum, paths)| (sum + apart * apart, paths)).collect();
            place.clone_from(&left);
        }
    }
    let last = &row[first];
    let all: f64 = last.values().sum();
    let reached: f64 =
        last.iter().filter(|(sum, _)| **sum as f64 >= limit).map(|(_, paths)| paths).sum();
    reached / all
}
