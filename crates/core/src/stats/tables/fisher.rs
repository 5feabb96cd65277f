use crate::{
    Error, Result,
    stats::{Alternative, Test, distribution::ln_choose},
};

/// The most that a table may hold.
const MOST: u64 = 1_000_000_000_000;

/// How much larger a probability may be by rounding alone.
const ROUNDING: f64 = 1.0 + 1e-7;

/// Fisher's exact test of a table of two rows and two columns: whether they have nothing to do
/// with each other, given their sums.
///
/// The statistic is the odds ratio a d / (b c): infinite if only b c is zero, NaN if a row or a
/// column is all zero, where there is nothing to test and the p-value is 1. The two-sided p-value
/// sums up all tables that are no more likely than the one that was seen.
///
/// # Errors
/// [`Error::InvalidInput`] for more than a million million things in all, whose probabilities no
/// number could tell.
pub fn fisher_exact(table: [[u64; 2]; 2], alternative: Alternative) -> Result<Test> {
    let total = table.iter().flatten().fold(0_u64, |total, count| total.saturating_add(*count));
    if total > MOST {
        return Err(Error::invalid("table", format!("{total} in all, allowed are 0 to {MOST}")));
    }
    let [[a, b], [c, d]] = table.map(|row| row.map(|count| count as f64));
    if a + b == 0.0 || c + d == 0.0 || a + c == 0.0 || b + d == 0.0 {
        return Ok(Test { statistic: f64::NAN, pvalue: 1.0 });
    }
    let statistic = if b > 0.0 && c > 0.0 { a * d / (b * c) } else { f64::INFINITY };
    let margins = Margins { row: a + b, other: c + d, column: a + c };
    let pvalue = match alternative {
        Alternative::Less => margins.tail(a, -1.0),
        Alternative::Greater => margins.tail(a, 1.0),
        Alternative::TwoSided => margins.no_more_likely(a),
    };
    Ok(Test { statistic, pvalue: pvalue.min(1.0) })
}

/// The sums of a table, which leave open only its first count.
struct Margins {
    row: f64,
    other: f64,
    column: f64,
}

impl Margins {
    /// How likely the first count is `count`.
    fn probability(&self, count: f64) -> f64 {
        let rest = self.column - count;
        (ln_choose(self.row, count) + ln_choose(self.other, rest)
            - ln_choose(self.row + self.other, self.column))
        .exp()
    }

    fn lowest(&self) -> f64 {
        (self.column - self.other).max(0.0)
    }

    fn highest(&self) -> f64 {
        self.row.min(self.column)
    }

    /// P(count + 1) / P(count), or P(count − 1) / P(count) for a step of −1.
    fn ratio(&self, count: f64, step: f64) -> f64 {
        if step > 0.0 {
            (self.row - count) * (self.column - count)
                / ((count + 1.0) * (self.other - self.column + count + 1.0))
        } else {
            count * (self.other - self.column + count)
                / ((self.row - count + 1.0) * (self.column - count + 1.0))
        }
    }

    /// How likely the first count is `from` or farther in the direction of `step`.
    fn tail(&self, from: f64, step: f64) -> f64 {
        let mode = ((self.row + 1.0) * (self.column + 1.0) / (self.row + self.other + 2.0)).floor();
        // A tail that holds the mode is what the other one leaves: its sum would start with what
        // may be too small for a number.
        if (mode - from) * step > 0.0 {
            let next = from - step;
            let is_within = next >= self.lowest() && next <= self.highest();
            return if is_within { 1.0 - self.tail(next, -step) } else { 1.0 };
        }
        let (mut count, mut term) = (from, 1.0);
        let mut sum = 1.0;
        while count != (if step > 0.0 { self.highest() } else { self.lowest() }) {
            term *= self.ratio(count, step);
            sum += term;
            count += step;
            if term < 1e-18 * sum {
                break;
            }
        }
        self.probability(from) * sum
    }

    fn no_more_likely(&self, seen: f64) -> f64 {
        let limit = self.probability(seen) * ROUNDING;
        let mode = ((self.row + 1.0) * (self.column + 1.0) / (self.row + self.other + 2.0)).floor();
        if self.probability(mode) <= limit {
            return 1.0;
        }
        let step = if seen < mode { 1.0 } else { -1.0 };
        // The nearest count on the other side that is no more likely: probabilities fall there.
        let (mut near, mut far) = (mode, if step > 0.0 { self.highest() } else { self.lowest() });
        let own = self.tail(seen, -step);
        if self.probability(far) > limit {
            return own;
        }
        while (far - near).abs() > 1.0 {
            let middle = f64::midpoint(near, far).floor();
            if self.probability(middle) > limit { near = middle } else { far = middle }
        }
        own + self.tail(far, step)
    }
}
