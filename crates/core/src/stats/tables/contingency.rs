use serde::Deserialize;

use crate::{
    Error, Result,
    stats::{Test, distribution::chi_square_upper},
};

/// What the test of a table of counts found.
#[derive(Debug, Clone, PartialEq)]
pub struct Contingency {
    /// How far the counts are from those to be expected.
    pub statistic: f64,
    /// How likely it would be at least as far if rows and columns had nothing to do with each
    /// other.
    pub pvalue: f64,
    /// The degrees of freedom: (rows − 1) · (columns − 1).
    pub dof: usize,
    /// The counts to be expected then, row by row.
    pub expected: Vec<Vec<f64>>,
}

/// How the distance between counts and expectations is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// Pearson's Σ (observed − expected)² / expected.
    #[default]
    Pearson,
    /// The G statistic, 2 Σ observed · ln(observed / expected).
    LogLikelihood,
}

impl Power {
    fn sum(self, observed: impl Iterator<Item = f64>, expected: impl Iterator<Item = f64>) -> f64 {
        let term = |(observed, expected): (f64, f64)| match self {
            Self::Pearson => (observed - expected).powi(2) / expected,
            Self::LogLikelihood if observed > 0.0 => 2.0 * observed * (observed / expected).ln(),
            Self::LogLikelihood => 0.0,
        };
        observed.zip(expected).map(term).sum()
    }
}

/// The chi-square test of a table of counts: whether its rows have the same distribution over its
/// columns.
///
/// What is expected is row sum · column sum / total. With one degree of freedom and `correction`,
/// each count is brought up to ½ closer to its expectation (Yates 1934). P-values are those of the
/// chi-square distribution, right where expectations are about 5 or more.
///
/// ```
/// use pantau::stats::{Power, chi2_contingency};
///
/// let test = chi2_contingency(&[vec![10.0, 10.0, 20.0], vec![20.0, 20.0, 20.0]], true, Power::Pearson)?;
/// assert!((test.statistic - 2.777_777_777_777_777_7).abs() < 1e-12);
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] if the table is empty or has rows of unequal length, if a count is
/// negative or not finite, or if the counts of a row or of a column are all zero.
pub fn chi2_contingency(
    observed: &[Vec<f64>],
    correction: bool,
    power: Power,
) -> Result<Contingency> {
    let columns = check_table(observed)?;
    let row_sums: Vec<f64> = observed.iter().map(|row| row.iter().sum()).collect();
    let column_sum = |column: usize| observed.iter().map(|row| row[column]).sum::<f64>();
    let column_sums: Vec<f64> = (0..columns).map(column_sum).collect();
    let total: f64 = row_sums.iter().sum();
    for (name, sums) in [("row", &row_sums), ("column", &column_sums)] {
        if let Some(place) = sums.iter().position(|sum| *sum <= 0.0) {
            let problem = format!("all counts of {name} {place} are 0; leave it out");
            return Err(Error::invalid("observed", problem));
        }
    }
    let row = |sum: &f64| column_sums.iter().map(|column| sum * column / total).collect();
    let expected: Vec<Vec<f64>> = row_sums.iter().map(row).collect();
    let dof = (observed.len() - 1) * (columns - 1);
    if dof == 0 {
        return Ok(Contingency { statistic: 0.0, pvalue: 1.0, dof, expected });
    }
    let move_closer = |(observed, expected): (&f64, &f64)| {
        let apart = expected - observed;
        observed + apart.signum() * apart.abs().min(0.5)
    };
    let pairs = observed.iter().flatten().zip(expected.iter().flatten());
    let expectations = expected.iter().flatten().copied();
    let statistic = if dof == 1 && correction {
        power.sum(pairs.map(move_closer), expectations)
    } else {
        power.sum(observed.iter().flatten().copied(), expectations)
    };
    let pvalue = chi_square_upper(statistic, dof as f64);
    Ok(Contingency { statistic, pvalue, dof, expected })
}

/// The G-test of a table of counts: [`chi2_contingency`] with [`Power::LogLikelihood`].
///
/// # Errors
/// As for [`chi2_contingency`].
pub fn g_test(observed: &[Vec<f64>], correction: bool) -> Result<Contingency> {
    chi2_contingency(observed, correction, Power::LogLikelihood)
}

/// The chi-square test of goodness of fit: whether counts come from known shares.
///
/// `expected` are the expected counts, by default all equal; they must have the same sum. `ddof`
/// is how many numbers were estimated from the counts themselves: the degrees of freedom are
/// `observed.len() − 1 − ddof`. The expectations must be known, not themselves counted: two
/// samples belong into [`chi2_contingency`].
///
/// # Errors
/// [`Error::InvalidInput`] for an empty table, unequal lengths or sums, a negative or infinite
/// count, an expectation of zero, or no degree of freedom left.
pub fn chisquare(
    observed: &[f64],
    expected: Option<&[f64]>,
    ddof: usize,
    power: Power,
) -> Result<Test> {
    check_counts("observed", observed)?;
    let total: f64 = observed.iter().sum();
    let equal = vec![total / observed.len() as f64; observed.len()];
    let expected = expected.unwrap_or(&equal);
    check_counts("expected", expected)?;
    if expected.len() != observed.len() {
        let problem = format!("{} counts for {} observed", expected.len(), observed.len());
        return Err(Error::invalid("expected", problem));
    }
    if let Some(place) = expected.iter().position(|count| *count <= 0.0) {
        return Err(Error::invalid("expected", format!("the count at place {place} is 0")));
    }
    let sum: f64 = expected.iter().sum();
    if (sum - total).abs() > 1e-8 * sum.min(total) {
        let problem = format!("the counts sum to {sum}, those observed to {total}");
        return Err(Error::invalid("expected", problem));
    }
    let Some(degrees @ 1..) = (observed.len() - 1).checked_sub(ddof) else {
        let problem = format!("{ddof} of {} counts leave no degree of freedom", observed.len());
        return Err(Error::invalid("ddof", problem));
    };
    let statistic = power.sum(observed.iter().copied(), expected.iter().copied());
    Ok(Test { statistic, pvalue: chi_square_upper(statistic, degrees as f64) })
}

fn check_table(observed: &[Vec<f64>]) -> Result<usize> {
    let columns = observed.first().map_or(0, Vec::len);
    if columns == 0 {
        return Err(Error::invalid("observed", "the table is empty"));
    }
    for (place, row) in observed.iter().enumerate() {
        check_counts("observed", row)?;
        if row.len() != columns {
            let problem = format!("row {place} has {} counts, the first {columns}", row.len());
            return Err(Error::invalid("observed", problem));
        }
    }
    Ok(columns)
}

fn check_counts(what: &str, counts: &[f64]) -> Result<()> {
    if counts.is_empty() {
        return Err(Error::invalid(what, "no counts"));
    }
    match counts.iter().find(|count| !count.is_finite() || **count < 0.0) {
        Some(count) => Err(Error::invalid(what, format!("{count} is no count"))),
        None => Ok(()),
    }
}
