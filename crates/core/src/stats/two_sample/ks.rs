use super::{ks_tail, ks_unsorted};
use crate::{
    Result,
    stats::{
        Alternative, Method,
        sample::{Merged, check, sorted},
    },
};

/// From this many numbers on, it is faster not to sort.
const UNSORTED_FROM: usize = 20_000;

/// What the test of Kolmogorov and Smirnov found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KsTest {
    /// The largest distance between the two distribution functions.
    pub statistic: f64,
    /// How likely it would be at least as large if both samples had the same distribution.
    pub pvalue: f64,
    /// The smallest value at which the distance is that large.
    pub location: f64,
    /// 1 if the first sample has more numbers up to there, −1 if the second has.
    pub sign: i8,
    /// Whether the p-value is exact.
    pub exact: bool,
}

/// The two-sample test of Kolmogorov and Smirnov: whether two samples come from the same
/// continuous distribution.
///
/// Its statistic is the largest of |F₁(x) − F₂(x)|, where Fᵢ(x) is the share of sample i up to x;
/// for [`Alternative::Greater`] the largest of F₁ − F₂, for [`Alternative::Less`] of F₂ − F₁. The
/// p-value counts lattice paths (Hodges 1957) where no sample has more than 10,000 numbers, or
/// where there are few enough paths to count; else it is Kolmogorov's limit with Stephens'
/// correction (1970), within 10 % also where it is 1e-10. Ties make the test cautious: whole
/// numbers with few values belong into [`crate::stats::chi2_contingency`].
///
/// Nothing is sorted where both samples are large: numbers are counted in narrow buckets, and only
/// those few buckets are looked into that can hold the largest distance. The result is the same.
///
/// ```
/// use pantau::stats::{Alternative, Method, ks_2samp};
///
/// let test = ks_2samp(&[1.0, 2.0, 3.0], &[2.5, 3.5, 4.5], Alternative::TwoSided, Method::Auto)?;
/// assert!((test.statistic - 2.0 / 3.0).abs() < 1e-15 && (test.pvalue - 0.6).abs() < 1e-15);
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`crate::Error::InvalidInput`] if a sample is empty or has a NaN, or if an exact p-value is asked for
/// where it would take minutes.
pub fn ks_2samp(
    first: &[f64],
    second: &[f64],
    alternative: Alternative,
    method: Method,
) -> Result<KsTest> {
    // It finds NaN on its way, and leaves it to what follows.
    if first.len().min(second.len()) >= UNSORTED_FROM
        && let Some(extremes) = ks_unsorted::extremes(first, second)
    {
        return extremes.conclude(alternative, method);
    }
    check("first", first, 1)?;
    check("second", second, 1)?;
    Extremes::of_sorted(&sorted(first), &sorted(second)).conclude(alternative, method)
}

/// A sample that was sorted once, to be compared with others again and again.
///
/// ```
/// use pantau::stats::{Alternative, Method, SortedSample};
///
/// let reference = SortedSample::new(&[3.0, 1.0, 2.0])?;
/// let test = reference.ks_2samp(&[2.5, 3.5, 4.5], Alternative::TwoSided, Method::Auto)?;
/// assert!((test.pvalue - 0.6).abs() < 1e-15);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SortedSample {
    numbers: Vec<f64>,
    buckets: Option<ks_unsorted::Counted>,
}

impl SortedSample {
    /// Sorts a sample.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] if it is empty or has a NaN.
    pub fn new(sample: &[f64]) -> Result<Self> {
        check("sample", sample, 1)?;
        let numbers = sorted(sample);
        let buckets = (numbers.len() >= UNSORTED_FROM)
            .then(|| ks_unsorted::Counted::of_sorted(&numbers))
            .flatten();
        Ok(Self { numbers, buckets })
    }

    /// The numbers in ascending order.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// [`ks_2samp`] of this sample and a second one.
    ///
    /// # Errors
    /// As for [`ks_2samp`].
    pub fn ks_2samp(
        &self,
        second: &[f64],
        alternative: Alternative,
        method: Method,
    ) -> Result<KsTest> {
        let buckets = self.buckets.as_ref().filter(|_| second.len() >= UNSORTED_FROM);
        let unsorted = buckets
            .and_then(|buckets| ks_unsorted::extremes_to_sorted(&self.numbers, buckets, second));
        if let Some(extremes) = unsorted {
            return extremes.conclude(alternative, method);
        }
        check("second", second, 1)?;
        Extremes::of_sorted(&self.numbers, &sorted(second)).conclude(alternative, method)
    }
}

/// Where one distribution function is farthest above the other, and where below: differences of
/// F₁ and F₂ as multiples of 1 / (n₁ n₂), so that nothing is rounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extremes {
    pub(super) first: u64,
    pub(super) second: u64,
    /// The largest difference, and the smallest value where it is.
    pub(super) above: (i128, f64),
    /// The smallest difference, likewise.
    pub(super) below: (i128, f64),
}

impl Extremes {
    pub(super) fn new(first: usize, second: usize) -> Self {
        let nothing = (i128::MIN, f64::NAN);
        let below = (i128::MAX, f64::NAN);
        Self { first: first as u64, second: second as u64, above: nothing, below }
    }

    pub(super) fn of_sorted(first: &[f64], second: &[f64]) -> Self {
        let mut extremes = Self::new(first.len(), second.len());
        extremes.walk(first, second, 0, 0);
        extremes
    }

    /// Looks at all values of two sorted samples, of which these many numbers were smaller.
    pub(super) fn walk(
        &mut self,
        first: &[f64],
        second: &[f64],
        mut up_to_first: u64,
        mut up_to_second: u64,
    ) {
        for (value, more_first, more_second) in Merged::new(first, second) {
            up_to_first += more_first as u64;
            up_to_second += more_second as u64;
            self.look(value, up_to_first, up_to_second);
        }
    }

    /// Looks at a value up to which there are so many numbers.
    fn look(&mut self, value: f64, up_to_first: u64, up_to_second: u64) {
        let difference = self.difference(up_to_first, up_to_second);
        if difference > self.above.0 {
            self.above = (difference, value);
        }
        if difference < self.below.0 {
            self.below = (difference, value);
        }
    }

    pub(super) fn difference(&self, up_to_first: u64, up_to_second: u64) -> i128 {
        i128::from(up_to_first) * i128::from(self.second)
            - i128::from(up_to_second) * i128::from(self.first)
    }

    fn conclude(&self, alternative: Alternative, method: Method) -> Result<KsTest> {
        let (above, below) = (self.above.0.max(0), (-self.below.0).max(0));
        let is_below = match alternative {
            Alternative::TwoSided => below > above,
            Alternative::Less => true,
            Alternative::Greater => false,
        };
        let (steps, location, sign) =
            if is_below { (below, self.below.1, -1) } else { (above, self.above.1, 1) };
        let (first, second) = (self.first, self.second);
        let statistic = steps as f64 / (first as f64 * second as f64);
        let is_two_sided = alternative == Alternative::TwoSided;
        let exact = match method {
            Method::Auto => ks_tail::is_countable(first, second, statistic, is_two_sided),
            Method::Exact => ks_tail::check_countable(first, second).map(|()| true)?,
            Method::Asymptotic => false,
        };
        let pvalue = match (exact, is_two_sided) {
            (true, true) => ks_tail::two_sided(first, second, steps),
            (true, false) => ks_tail::one_sided(first, second, steps),
            (false, true) => ks_tail::two_sided_limit(first as f64, second as f64, statistic),
            (false, false) => ks_tail::one_sided_limit(first as f64, second as f64, statistic),
        };
        Ok(KsTest { statistic, pvalue, location, sign, exact })
    }
}
