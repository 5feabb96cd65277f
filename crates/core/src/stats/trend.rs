use super::{
    Interval,
    distribution::{student_both_tails, student_point},
    interval::check_level,
    sample::check_finite,
};
use crate::{Error, Result};

/// A straight line through points, and how sure its slope is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// How much y changes as x grows by one.
    pub slope: f64,
    /// y where x is 0.
    pub intercept: f64,
    /// Pearson's correlation of both; 0 if all y are equal.
    pub rvalue: f64,
    /// How likely a slope at least as far from 0 would be if there were none.
    pub pvalue: f64,
    /// The standard error of the slope.
    pub stderr: f64,
    /// Where the slope may well lie.
    pub interval: Interval,
    /// The degrees of freedom of the t distribution that both come from.
    pub dof: usize,
}

/// The line of least squares through points whose deviations from it have nothing to do with each
/// other: slope, Student's test and interval.
///
/// Figures that are measured day by day do depend on the days before; for them there is
/// [`robust_trend`].
///
/// # Errors
/// [`Error::InvalidInput`] for fewer than three points, unequal lengths, what is not finite, or if
/// all x are equal.
pub fn linregress(x: &[f64], y: &[f64], level: f64) -> Result<Trend> {
    let line = Line::through(x, y, level)?;
    let dof = x.len() - 2;
    let variance = line.residual_squares() / dof as f64;
    Ok(line.conclude(variance, dof, level))
}

/// The line of least squares through points in time order whose deviations may depend on those
/// before: the slope is that of [`linregress`], its error is not.
///
/// The variance that counts for a slope is that of the slow movements of the deviations. It is
/// estimated as the mean square of their projections on the orthogonal polynomials of degree 2 to
/// B + 1, which a line cannot hide, and the slope is tested by Student's distribution with B
/// degrees of freedom (Müller 2007, "A theory of robust long-run variance estimation"; the choice
/// B = 0.4 n^⅔ is that of Lazarus, Lewis, Stock and Watson 2018). For deviations that do not
/// depend on each other, test and interval are exact, only wider than those of [`linregress`].
///
/// # Errors
/// As for [`linregress`].
pub fn robust_trend(x: &[f64], y: &[f64], level: f64) -> Result<Trend> {
    let line = Line::through(x, y, level)?;
    #[expect(clippy::cast_sign_loss, reason = "a power of a length is not negative")]
    let wanted = (0.4 * (x.len() as f64).powf(2.0 / 3.0)).round() as usize;
    let squares = line.slow_squares(wanted.clamp(1, x.len() - 2));
    let Some(dof @ 1..) = Some(squares.len()) else {
        return Err(Error::invalid("x", "a slope needs three different places"));
    };
    let variance = squares.iter().sum::<f64>() / dof as f64;
    Ok(line.conclude(variance, dof, level))
}

/// A line, and what is left of the points once it is taken away.
struct Line<'a> {
    x: &'a [f64],
    x_mean: f64,
    x_squares: f64,
    y_squares: f64,
    slope: f64,
    intercept: f64,
    residuals: Vec<f64>,
}

impl<'a> Line<'a> {
    fn through(x: &'a [f64], y: &[f64], level: f64) -> Result<Self> {
        check_level(level)?;
        check_finite("x", x, 3)?;
        check_finite("y", y, 3)?;
        if x.len() != y.len() {
            return Err(Error::invalid("y", format!("{} numbers for {} x", y.len(), x.len())));
        }
        let n = x.len() as f64;
        let (x_mean, y_mean) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
        let x_squares: f64 = x.iter().map(|x| (x - x_mean).powi(2)).sum();
        // Equal places may seem to differ by rounding.
        if x.iter().all(|own| *own == x[0]) || x_squares <= 0.0 {
            return Err(Error::invalid("x", format!("all numbers are {}", x[0])));
        }
        let y_squares: f64 = y.iter().map(|y| (y - y_mean).powi(2)).sum();
        let products: f64 = x.iter().zip(y).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
        let slope = products / x_squares;
        let all = [x_squares, y_squares, slope];
        if !all.iter().all(|number: &f64| number.is_finite()) {
            return Err(Error::invalid("y", "the numbers are too large for a line through them"));
        }
        let residual = |(x, y): (&f64, &f64)| (y - y_mean) - slope * (x - x_mean);
        let residuals = x.iter().zip(y).map(residual).collect();
        let intercept = y_mean - slope * x_mean;
        Ok(Self { x, x_mean, x_squares, y_squares, slope, intercept, residuals })
    }

    fn residual_squares(&self) -> f64 {
        self.residuals.iter().map(|residual| residual * residual).sum()
    }

    /// The squared projections of the residuals on the polynomials of the next `count` degrees,
    /// made orthonormal on these places by the recurrence of Stieltjes.
    fn slow_squares(&self, count: usize) -> Vec<f64> {
        let n = self.x.len() as f64;
        let scale = (self.x_squares / n).sqrt();
        let places: Vec<f64> = self.x.iter().map(|x| (x - self.x_mean) / scale).collect();
        let mut before = vec![1.0 / n.sqrt(); places.len()];
        let mut last: Vec<f64> = places.iter().map(|place| place / n.sqrt()).collect();
        let mut link = 1.0;
        let mut squares = Vec::with_capacity(count);
        for _ in 0..count {
            let middle: f64 = places.iter().zip(&last).map(|(place, p)| place * p * p).sum();
            let mut next: Vec<f64> = places
                .iter()
                .zip(last.iter().zip(&before))
                .map(|(place, (last, before))| (place - middle) * last - link * before)
                .collect();
            let norm = next.iter().map(|p| p * p).sum::<f64>().sqrt();
            // No polynomial is left where places repeat.
            if norm < 1e-8 {
                break;
            }
            for p in &mut next {
                *p /= norm;
            }
            let projection: f64 = next.iter().zip(&self.residuals).map(|(p, r)| p * r).sum();
            squares.push(projection * projection);
            (before, last, link) = (last, next, norm);
        }
        squares
    }

    fn conclude(&self, variance: f64, dof: usize, level: f64) -> Trend {
        let stderr = (variance / self.x_squares).sqrt();
        let point = self.slope / stderr;
        let pvalue = match (self.slope == 0.0, stderr > 0.0) {
            (true, _) => 1.0,
            (false, true) => student_both_tails(point, dof as f64),
            (false, false) => 0.0,
        };
        let half = student_point(1.0 - level, dof as f64) * stderr;
        let interval = Interval { low: self.slope - half, high: self.slope + half, level };
        let rvalue = if self.y_squares > 0.0 {
            (self.slope * (self.x_squares / self.y_squares).sqrt()).clamp(-1.0, 1.0)
        } else {
            0.0
        };
        let (slope, intercept) = (self.slope, self.intercept);
        Trend { slope, intercept, rvalue, pvalue, stderr, interval, dof }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Random, stats::distribution::bisect};

    /// A standard normal number, by inversion of its distribution.
    fn normal(random: &mut Random) -> f64 {
        let unit = random.unit().max(1e-12);
        bisect(-8.0, 8.0, |point| 1.0 - crate::stats::distribution::normal_upper(point) < unit)
    }

    /// How often a trend is found at 5 % in 30 days of an autoregressive figure without one.
    fn false_alarms(memory: f64, test: fn(&[f64], &[f64], f64) -> Result<Trend>) -> f64 {
        let mut random = Random::new(17);
        let x: Vec<f64> = (0..30).map(f64::from).collect();
        let rounds = 1_500;
        let mut found = 0;
        for _ in 0..rounds {
            let mut value = normal(&mut random) / (1.0 - memory * memory).sqrt();
            let y: Vec<f64> = (0..30)
                .map(|_| {
                    value = memory * value + normal(&mut random);
                    value
                })
                .collect();
            found += u32::from(test(&x, &y, 0.95).unwrap().pvalue < 0.05);
        }
        f64::from(found) / f64::from(rounds)
    }

    #[test]
    fn the_robust_test_keeps_its_level_where_the_plain_one_does_not() {
        let level = |memory| false_alarms(memory, robust_trend);
        assert!(level(0.0) < 0.065, "{}", level(0.0));
        assert!(level(0.3) < 0.10, "{}", level(0.3));
        assert!(level(0.6) < 0.18, "{}", level(0.6));
        assert!(false_alarms(0.6, linregress) > 0.25);
    }

    #[test]
    fn intervals_hold_the_slope_as_often_as_they_say() {
        assert!((false_alarms(0.0, linregress) - 0.05).abs() < 0.015);
        assert!((false_alarms(0.0, robust_trend) - 0.05).abs() < 0.015);
    }

    #[test]
    fn straight_lines_are_certain() {
        let x = [0.0, 1.0, 2.0, 3.0];
        for test in [linregress, robust_trend] {
            let up = test(&x, &[1.0, 3.0, 5.0, 7.0], 0.95).unwrap();
            assert!((up.slope - 2.0).abs() < 1e-15 && up.pvalue < 1e-12, "{up:?}");
            let flat = test(&x, &[4.0; 4], 0.95).unwrap();
            assert!(flat.pvalue > 0.999 && flat.rvalue.abs() < 1e-15, "{flat:?}");
            assert!(test(&[1.0; 4], &x, 0.95).is_err());
            assert!(test(&x, &x[..3], 0.95).is_err());
        }
    }
}
