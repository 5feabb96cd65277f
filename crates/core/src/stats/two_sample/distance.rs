use crate::{
    Error, Result,
    stats::sample::{check_finite, sorted},
};

/// The first Wasserstein distance, also called earth mover's: how far numbers must be moved on
/// average to turn one sample into the other, ∫ |F₁ − F₂| dx.
///
/// Weights, one a number, say how much each counts; they are scaled to sum to one.
///
/// # Errors
/// [`Error::InvalidInput`] if a sample is empty or not finite, or if its weights are not as many
/// as its numbers, not finite, negative or all zero.
pub fn wasserstein_distance(
    first: &[f64],
    second: &[f64],
    first_weights: Option<&[f64]>,
    second_weights: Option<&[f64]>,
) -> Result<f64> {
    area(first, second, first_weights, second_weights, f64::abs)
}

/// The energy distance of Székely and Rizzo: √(2 ∫ (F₁ − F₂)² dx), which is
/// √(2 E|X − Y| − E|X − X′| − E|Y − Y′|). Weights are as for [`wasserstein_distance`].
///
/// # Errors
/// As for [`wasserstein_distance`].
pub fn energy_distance(
    first: &[f64],
    second: &[f64],
    first_weights: Option<&[f64]>,
    second_weights: Option<&[f64]>,
) -> Result<f64> {
    let square = |difference: f64| difference * difference;
    Ok((2.0 * area(first, second, first_weights, second_weights, square)?).sqrt())
}

/// ∫ of a function of F₁ − F₂.
fn area(
    first: &[f64],
    second: &[f64],
    first_weights: Option<&[f64]>,
    second_weights: Option<&[f64]>,
    of: impl Fn(f64) -> f64,
) -> Result<f64> {
    let first = Steps::new("first", first, first_weights)?;
    let second = Steps::new("second", second, second_weights)?;
    let (mut at_first, mut at_second) = (0, 0);
    let (mut sum, mut last) = (0.0, None);
    loop {
        let value = match (first.values.get(at_first), second.values.get(at_second)) {
            (Some(one), Some(other)) => one.min(*other),
            (Some(only), None) | (None, Some(only)) => *only,
            (None, None) => return Ok(sum),
        };
        if let Some(last) = last {
            let width = value - last;
            if width > 0.0 {
                sum += of(first.share(at_first) - second.share(at_second)) * width;
            }
        }
        last = Some(value);
        let is_here = |other: &&f64| **other == value;
        at_first += first.values[at_first..].iter().take_while(is_here).count();
        at_second += second.values[at_second..].iter().take_while(is_here).count();
    }
}

/// A sample in order, and the share of it below each place.
struct Steps {
    values: Vec<f64>,
    /// Of weighted numbers, the sums of the weights before each place.
    sums: Option<Vec<f64>>,
}

impl Steps {
    fn new(what: &str, sample: &[f64], weights: Option<&[f64]>) -> Result<Self> {
        check_finite(what, sample, 1)?;
        let Some(weights) = weights else {
            return Ok(Self { values: sorted(sample), sums: None });
        };
        if weights.len() != sample.len() {
            let problem = format!("{} weights for {} numbers", weights.len(), sample.len());
            return Err(Error::invalid(what, problem));
        }
        if let Some(weight) = weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
            return Err(Error::invalid(what, format!("weight {weight} is not 0 or more")));
        }
        if weights.iter().sum::<f64>() <= 0.0 {
            return Err(Error::invalid(what, "all weights are 0"));
        }
        let mut pairs: Vec<(f64, f64)> =
            sample.iter().copied().zip(weights.iter().copied()).collect();
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut sums = vec![0.0];
        for (_, weight) in &pairs {
            sums.push(sums[sums.len() - 1] + weight);
        }
        Ok(Self { values: pairs.into_iter().map(|pair| pair.0).collect(), sums: Some(sums) })
    }

    fn share(&self, place: usize) -> f64 {
        match &self.sums {
            Some(sums) => sums[place] / sums[self.values.len()],
            None => place as f64 / self.values.len() as f64,
        }
    }
}
