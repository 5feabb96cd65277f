use std::f64::consts::PI;

use crate::{Error, Result};

/// The share that an empty bin is taken to have where a logarithm of it is needed.
const EMPTY_SHARE: f64 = 1e-4;

fn filled(share: f64) -> f64 {
    if share > 0.0 { share } else { EMPTY_SHARE }
}

/// How far two tables of counts are apart, and how far they would be by chance.
///
/// Two samples of the same distribution are never at distance 0. A value near `floor`, say within
/// two `floor_sd`, is what samples of these sizes give if nothing differs; a fixed threshold means
/// something else for each size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// The distance.
    pub value: f64,
    /// The distance to be expected from chance alone, for samples of these sizes.
    pub floor: f64,
    /// How much chance alone makes it vary: a standard deviation.
    pub floor_sd: f64,
}

/// The population stability index, Σ (p − q) ln(p / q) over the shares of both.
///
/// A bin that is empty in one of them counts with a share of 0.0001, bins that are empty in both
/// with none. By chance alone it is (B − 1)(1/n + 1/m) ± √(2(B − 1))(1/n + 1/m) for B bins that
/// are not empty, which is why "more than 0.2" means nothing without the sizes.
///
/// # Errors
/// [`Error::InvalidInput`] if the tables have unequal lengths, or one has no counts.
pub fn psi(reference: &[u64], current: &[u64]) -> Result<Divergence> {
    let tables = Tables::new(reference, current)?;
    let value = tables.sum(|p, q| {
        let (p, q) = (filled(p), filled(q));
        (p - q) * (p / q).ln()
    });
    Ok(tables.with_floor(value, 1.0))
}

/// The Kullback–Leibler divergence of `current` from `reference`, Σ p ln(p / q) in nats, where p
/// are the shares of `current` and q those of `reference`.
///
/// Empty bins are treated as by [`psi`]. By chance alone it is half as large as the index.
///
/// # Errors
/// As for [`psi`].
pub fn kl_divergence(reference: &[u64], current: &[u64]) -> Result<Divergence> {
    let tables = Tables::new(reference, current)?;
    let value = tables.sum(|q, p| if p > 0.0 { p * (p / filled(q)).ln() } else { 0.0 });
    Ok(tables.with_floor(value, 0.5))
}

/// The Jensen–Shannon distance: the root of the mean divergence of both from what lies in their
/// middle, with logarithms to `base`. It lies between 0 and √(ln 2 / ln base).
///
/// By chance alone its square is (B − 1)(1/n + 1/m) / (8 ln base) on average; `floor` is the root of
/// that.
///
/// # Errors
/// As for [`psi`], and if the base is not a number above 1.
pub fn jensen_shannon(reference: &[u64], current: &[u64], base: f64) -> Result<Divergence> {
    if !(base.is_finite() && base > 1.0) {
        return Err(Error::invalid("base", format!("{base} is not above 1, as e and 2 are")));
    }
    let tables = Tables::new(reference, current)?;
    let part = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).ln() } else { 0.0 };
    let nats = tables.sum(|p, q| {
        let middle = f64::midpoint(p, q);
        f64::midpoint(part(p, middle), part(q, middle))
    });
    let square = tables.with_floor(nats.max(0.0) / base.ln(), 0.125 / base.ln());
    // The root of χ² with B − 1 degrees of freedom has about the variance 1/2.
    let floor = square.floor.sqrt();
    let floor_sd = if floor > 0.0 { square.floor_sd / (2.0 * floor) } else { 0.0 };
    Ok(Divergence { value: square.value.sqrt(), floor, floor_sd })
}

/// The total variation distance, ½ Σ |p − q|: the share of rows that would have to change their
/// bin.
///
/// By chance alone each |p − q| is about √(2/π) standard errors; that is what `floor` sums up.
///
/// # Errors
/// As for [`psi`].
pub fn total_variation(reference: &[u64], current: &[u64]) -> Result<Divergence> {
    let tables = Tables::new(reference, current)?;
    let value = tables.sum(|p, q| (p - q).abs() / 2.0);
    let weight = |count: f64| count / (tables.reference_total + tables.current_total);
    let variance = |(one, other): &(f64, f64)| {
        let share = weight(one + other);
        share * (1.0 - share) * tables.per_size()
    };
    let floor = tables.pairs.iter().map(|pair| (variance(pair) * 2.0 / PI).sqrt() / 2.0).sum();
    let spread: f64 = tables.pairs.iter().map(|pair| variance(pair) / 4.0).sum();
    Ok(Divergence { value, floor, floor_sd: (spread * (1.0 - 2.0 / PI)).sqrt() })
}

/// The counts of bins that are not empty in both.
struct Tables {
    pairs: Vec<(f64, f64)>,
    reference_total: f64,
    current_total: f64,
}

impl Tables {
    fn new(reference: &[u64], current: &[u64]) -> Result<Self> {
        if reference.len() != current.len() {
            let problem = format!("{} bins, the reference has {}", current.len(), reference.len());
            return Err(Error::invalid("current", problem));
        }
        let total = |counts: &[u64]| counts.iter().map(|count| *count as f64).sum::<f64>();
        let (reference_total, current_total) = (total(reference), total(current));
        for (what, total) in [("reference", reference_total), ("current", current_total)] {
            if total <= 0.0 {
                return Err(Error::invalid(what, "no counts"));
            }
        }
        let pairs = reference.iter().zip(current).filter(|(one, other)| **one + **other > 0);
        let pairs = pairs.map(|(one, other)| (*one as f64, *other as f64)).collect();
        Ok(Self { pairs, reference_total, current_total })
    }

    /// The sum of a function of both shares.
    fn sum(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        let shares =
            |(one, other): &(f64, f64)| of(one / self.reference_total, other / self.current_total);
        self.pairs.iter().map(shares).sum()
    }

    fn per_size(&self) -> f64 {
        1.0 / self.reference_total + 1.0 / self.current_total
    }

    /// What is, times `scale`, a chi-square number with B − 1 degrees of freedom.
    fn with_floor(&self, value: f64, scale: f64) -> Divergence {
        let degrees = self.pairs.len() as f64 - 1.0;
        let unit = scale * self.per_size();
        Divergence { value, floor: degrees * unit, floor_sd: (2.0 * degrees).sqrt() * unit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    type Measure = fn(&[u64], &[u64]) -> Result<Divergence>;

    /// The floors against 2,000 pairs of samples that differ by chance alone.
    #[test]
    fn floors_are_what_chance_gives() {
        let mut random = Random::new(3);
        let mut draw = |size: usize| {
            let mut counts = vec![0_u64; 10];
            (0..size).for_each(|_| counts[random.below(10).min(random.below(13))] += 1);
            counts
        };
        let pairs: Vec<_> = (0..2_000).map(|_| (draw(2_000), draw(500))).collect();
        let measures: [(&str, Measure); 4] = [
            ("psi", psi),
            ("kl", kl_divergence),
            ("js", |one, other| jensen_shannon(one, other, 2.0)),
            ("tv", total_variation),
        ];
        for (name, measure) in measures {
            let found: Vec<_> = pairs.iter().map(|(a, b)| measure(a, b).unwrap()).collect();
            let count = found.len() as f64;
            let mean = found.iter().map(|one| one.value).sum::<f64>() / count;
            let square = found.iter().map(|one| (one.value - mean).powi(2)).sum::<f64>() / count;
            let floor = found.iter().map(|one| one.floor).sum::<f64>() / count;
            let floor_sd = found.iter().map(|one| one.floor_sd).sum::<f64>() / count;
            assert!((mean / floor - 1.0).abs() < 0.05, "{name}: {mean} {floor}");
            assert!((square.sqrt() / floor_sd - 1.0).abs() < 0.15, "{name}: {square} {floor_sd}");
        }
    }

    #[test]
    fn equal_shares_are_no_distance() {
        for measure in [psi, kl_divergence, total_variation] {
            assert!(measure(&[10, 20, 0], &[30, 60, 0]).unwrap().value.abs() < 1e-15);
        }
        assert!(jensen_shannon(&[1, 2], &[2, 4], 2.0).unwrap().value < 1e-7);
        assert!(psi(&[1], &[1, 2]).is_err());
        assert!(psi(&[0, 0], &[1, 2]).is_err());
        assert!(jensen_shannon(&[1], &[1], 1.0).is_err());
    }
}
