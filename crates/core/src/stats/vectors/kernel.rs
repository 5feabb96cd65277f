use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice, concatenate, linalg::general_mat_mul};

use super::{Vectors, permutation, pooled};
use crate::{
    Error, Result,
    random::Random,
    text::{map_in_order_by, thread_count},
};

/// How many rows are compared with so many others at once: what fits a CPU's second cache.
const BLOCK: usize = 256;

/// So many pairs of blocks are a share of the work.
const PAIRS_PER_SHARE: usize = 8;

/// The width of the kernel is measured on so many rows.
const WIDTH_ROWS: usize = 1_000;

/// What a test of maximum mean discrepancy found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelTest {
    /// The squared discrepancy, without bias: near 0 if nothing differs, and then also below.
    pub statistic: f64,
    /// The share of shuffled samples whose discrepancy is at least as large, from
    /// 1 / (permutations + 1) on; none without permutations.
    pub pvalue: Option<f64>,
    /// The width of the kernel.
    pub sigma: f64,
}

/// The maximum mean discrepancy of two samples of vectors, with the kernel
/// k(x, y) = exp(−|x − y|² / 2σ²) and a permutation test (Gretton et al. 2012).
///
/// The statistic is the unbiased one: the mean of k within the first sample, plus that within the
/// second, less twice that between them. Without `sigma`, 2σ² is the median of the squared
/// distances between up to 1,000 of the rows. All permutations together are one product of the
/// kernel's matrix, block by block and never whole, and a matrix of memberships.
///
/// # Errors
/// [`Error::InvalidInput`] for fewer than two vectors, unequal columns, or a width that is not
/// above 0; without `sigma` also if all vectors are equal.
pub fn mmd(
    first: Vectors<'_>,
    second: Vectors<'_>,
    sigma: Option<f64>,
    permutations: usize,
    seed: u64,
) -> Result<KernelTest> {
    let (rows, columns) = (first.rows() + second.rows(), first.columns());
    let all = pooled(first, second)?;
    let all = ArrayView2::from_shape((rows, columns), &all).expect("all rows are of that length");
    let sigma = width(all, sigma)?;
    let members = permutation::memberships(first.rows(), rows, permutations, seed)?;
    let norms = all.map_axis(Axis(1), |row| row.dot(&row));
    let blocks = rows.div_ceil(BLOCK);
    let pairs: Vec<(usize, usize)> =
        (0..blocks).flat_map(|one| (one..blocks).map(move |other| (one, other))).collect();
    let shares: Vec<_> = pairs.chunks(PAIRS_PER_SHARE).collect();
    let threads = thread_count(rows * rows / 64, None);
    let parts = map_in_order_by(&shares, threads, |pairs| {
        let mut sums = Sums::new(rows, members.ncols());
        for (one, other) in *pairs {
            sums.add(all, &norms, &members, sigma, (*one, *other));
        }
        sums
    });
    let mut sums = Sums::new(rows, members.ncols());
    for part in &parts {
        sums.merge(part);
    }
    let statistics = sums.statistics(&members, first.rows() as f64, second.rows() as f64);
    let pvalue = permutation::share_at_least(&statistics);
    Ok(KernelTest { statistic: statistics[0], pvalue, sigma })
}

/// [`mmd`] by random Fourier features (Rahimi and Recht 2007): `features` cosines and as many
/// sines of projections by chance stand for the kernel, so that the time grows with the rows and not
/// with their square. The statistic comes near to that of [`mmd`] as the features become more.
///
/// # Errors
/// As for [`mmd`], and if the features are not 1 to 100,000.
pub fn mmd_random_features(
    first: Vectors<'_>,
    second: Vectors<'_>,
    sigma: Option<f64>,
    features: usize,
    permutations: usize,
    seed: u64,
) -> Result<KernelTest> {
    if features == 0 || features > 100_000 {
        return Err(Error::invalid("features", format!("{features}, allowed are 1 to 100000")));
    }
    let (rows, columns) = (first.rows() + second.rows(), first.columns());
    let all = pooled(first, second)?;
    let all = ArrayView2::from_shape((rows, columns), &all).expect("all rows are of that length");
    let sigma = width(all, sigma)?;
    let members = permutation::memberships(first.rows(), rows, permutations, seed)?;
    let mut random = Random::new(seed ^ 0x5eed);
    let directions = Array2::from_shape_simple_fn((columns, features), || random.normal() / sigma);
    // The sums of all features over the members, and over all rows.
    let mut sums = Array2::zeros((2 * features, members.ncols()));
    let mut whole = Array1::zeros(2 * features);
    for start in (0..rows).step_by(BLOCK) {
        let end = (start + BLOCK).min(rows);
        let angles = rows_of(all, start..end).dot(&directions);
        let waves = concatenate![Axis(1), angles.mapv(f64::cos), angles.mapv(f64::sin)];
        let members = rows_of(members.view(), start..end);
        general_mat_mul(1.0, &waves.t(), &members, 1.0, &mut sums);
        whole += &waves.sum_axis(Axis(0));
    }
    let (n, m) = (first.rows() as f64, second.rows() as f64);
    let per_feature = features as f64;
    let statistics: Vec<f64> = sums
        .columns()
        .into_iter()
        .map(|own| {
            let other = &whole - &own;
            // A row's product with itself is 1, as of the kernel.
            let within = |sum: f64, size: f64| (sum / per_feature - size) / (size * (size - 1.0));
            within(own.dot(&own), n) + within(other.dot(&other), m)
                - 2.0 * own.dot(&other) / per_feature / (n * m)
        })
        .collect();
    let pvalue = permutation::share_at_least(&statistics);
    Ok(KernelTest { statistic: statistics[0], pvalue, sigma })
}

/// The width that was asked for, or such that 2σ² is the median of the squared distances.
fn width(all: ArrayView2<'_, f64>, sigma: Option<f64>) -> Result<f64> {
    if let Some(sigma) = sigma {
        if sigma.is_finite() && sigma > 0.0 {
            return Ok(sigma);
        }
        return Err(Error::invalid("sigma", format!("{sigma} is not above 0")));
    }
    let step = all.nrows().div_ceil(WIDTH_ROWS);
    let some = all.slice_axis(Axis(0), Slice::new(0, None, step.cast_signed()));
    let products = some.dot(&some.t());
    let mut squares = Vec::new();
    for one in 0..some.nrows() {
        for other in 0..one {
            let square =
                products[[one, one]] + products[[other, other]] - 2.0 * products[[one, other]];
            squares.push(square.max(0.0));
        }
    }
    let middle = squares.len() / 2;
    let (_, median, _) = squares.select_nth_unstable_by(middle, f64::total_cmp);
    if *median > 0.0 {
        return Ok((*median / 2.0).sqrt());
    }
    Err(Error::invalid("vectors", "most are equal, so there is no width to measure: give `sigma`"))
}

/// Some rows of a matrix.
fn rows_of(mut matrix: ArrayView2<'_, f64>, rows: Range<usize>) -> ArrayView2<'_, f64> {
    matrix.slice_axis_inplace(Axis(0), Slice::from(rows));
    matrix
}

/// What must be known of the kernel's matrix, without its diagonal.
struct Sums {
    /// For each order, the sum over pairs of rows of the first sample.
    within: Array1<f64>,
    /// For each row, its sum over all others.
    rows: Array1<f64>,
}

impl Sums {
    fn new(rows: usize, orders: usize) -> Self {
        Self { within: Array1::zeros(orders), rows: Array1::zeros(rows) }
    }

    fn merge(&mut self, other: &Self) {
        self.within += &other.within;
        self.rows += &other.rows;
    }

    fn add(
        &mut self,
        all: ArrayView2<'_, f64>,
        norms: &Array1<f64>,
        members: &Array2<f64>,
        sigma: f64,
        (one, other): (usize, usize),
    ) {
        let rows = |block: usize| block * BLOCK..((block + 1) * BLOCK).min(all.nrows());
        let (across, down) = (rows(other), rows(one));
        let mut kernel = rows_of(all, down.clone()).dot(&rows_of(all, across.clone()).t());
        let scale = -1.0 / (2.0 * sigma * sigma);
        for ((row, column), value) in kernel.indexed_iter_mut() {
            let square = norms[down.start + row] + norms[across.start + column] - 2.0 * *value;
            *value = (square.max(0.0) * scale).exp();
        }
        if one == other {
            kernel.diag_mut().fill(0.0);
        }
        let mut add = |rows: &Range<usize>, sums: Array1<f64>| {
            let mut own = self.rows.slice_axis_mut(Axis(0), Slice::from(rows.clone()));
            own += &sums;
        };
        add(&down, kernel.sum_axis(Axis(1)));
        if one != other {
            add(&across, kernel.sum_axis(Axis(0)));
        }
        let members = members.view();
        let products = kernel.dot(&rows_of(members, across));
        let twice = if one == other { 1.0 } else { 2.0 };
        for (row, product) in rows_of(members, down).rows().into_iter().zip(products.rows()) {
            for ((sum, member), product) in self.within.iter_mut().zip(row).zip(product) {
                *sum += twice * member * product;
            }
        }
    }

    fn statistics(&self, members: &Array2<f64>, n: f64, m: f64) -> Vec<f64> {
        let total = self.rows.sum();
        let touching = members.t().dot(&self.rows);
        let statistic = |(within, touching): (&f64, &f64)| {
            let between = touching - within;
            let other = total - within - 2.0 * between;
            within / (n * (n - 1.0)) + other / (m * (m - 1.0)) - 2.0 * between / (n * m)
        };
        self.within.iter().zip(&touching).map(statistic).collect()
    }
}
