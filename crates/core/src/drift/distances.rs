//! Which distances there are of a feature.

use serde::{Deserialize, Serialize};

use super::apart::{
    Apart, anderson, chi_square, grouped, groups, largest_gap, means, moved, share,
};
use crate::{
    profile::{Counts, FeatureProfile, Kind, Layout, Profile, VectorLayout},
    stats::Covariance,
};

/// Into so many groups bins are put for the second look at a number.
const GROUPS: usize = 16;

/// A way in which a feature can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Where numbers lie, by Anderson and Darling's distance.
    Place,
    /// How often which numbers, values or words are, by the chi-square distance.
    Shares,
    /// How many are missing.
    Missing,
    /// How many values or words are new.
    Unseen,
    /// The mean of vectors.
    Mean,
    /// The mean of vectors, small and large variances alike.
    Meaning,
    /// How far vectors are from what is known.
    Distance,
    /// Near which centres vectors are.
    Centres,
    /// How many vectors are farther out than 99 % of the reference.
    Far,
}

/// One distance of one feature.
#[derive(Debug, Clone)]
pub(super) struct Distance {
    pub(super) feature: usize,
    pub(super) measure: Measure,
    detail: Detail,
}

#[derive(Debug, Clone)]
enum Detail {
    None,
    Groups(Vec<usize>),
    /// Of one vector less the mean, the squared length on average; and how many numbers it has.
    Noise(f64, usize),
    Covariance(Box<Covariance>, f64),
}

/// All distances of a layout, for a reference whose rows together are `pool`.
pub(super) fn all(layout: &Layout, pool: &Profile) -> Vec<Distance> {
    let mut distances = Vec::new();
    for (feature, (own, counted)) in layout.features().iter().zip(pool.features()).enumerate() {
        let mut add = |measure, detail| distances.push(Distance { feature, measure, detail });
        match (&own.kind, &counted.1.counts) {
            (Kind::Number(_) | Kind::Characters(_), Counts::Number(counts)) => {
                add(Measure::Place, Detail::None);
                add(Measure::Shares, Detail::Groups(groups(&counts.bins, GROUPS)));
                add(Measure::Missing, Detail::None);
            }
            (Kind::WordCount(_), Counts::Number(counts)) => {
                add(Measure::Place, Detail::None);
                add(Measure::Shares, Detail::Groups(groups(&counts.bins, GROUPS)));
            }
            (Kind::Category(_), _) => {
                add(Measure::Shares, Detail::None);
                add(Measure::Missing, Detail::None);
                add(Measure::Unseen, Detail::None);
            }
            (Kind::Words(_), _) => {
                add(Measure::Shares, Detail::None);
                add(Measure::Unseen, Detail::None);
            }
            (Kind::Vector(layout), Counts::Vector(counts)) => {
                add(Measure::Mean, Detail::Noise(trace(layout), layout.dimensions));
                // Vectors that all lie in a plane have no inverse, and are looked at without.
                let covariance = Covariance::of_triangle(
                    layout.dimensions,
                    &layout.covariance,
                    layout.shrinkage,
                );
                if let Ok(covariance) = covariance {
                    let noise = whitened(layout, &covariance);
                    add(Measure::Meaning, Detail::Covariance(Box::new(covariance), noise));
                }
                add(Measure::Distance, Detail::None);
                if counts.nearest.len() > 1 {
                    add(Measure::Centres, Detail::None);
                }
                add(Measure::Far, Detail::None);
                add(Measure::Missing, Detail::None);
            }
            // The confidence and the label have features of their own.
            (
                Kind::Answers(_)
                | Kind::Number(_)
                | Kind::Characters(_)
                | Kind::WordCount(_)
                | Kind::Vector(_),
                _,
            ) => {}
        }
    }
    distances
}

/// The trace of the covariance: the squared length of one vector less the mean, on average.
fn trace(layout: &VectorLayout) -> f64 {
    let mut start = 0;
    (0..layout.dimensions)
        .map(|place| {
            let own = f64::from(layout.covariance[start + place]);
            start += place + 1;
            own
        })
        .sum()
}

/// tr(Σ S⁻¹) of the covariance Σ and what it was shrunk to, S = (1 − s) Σ + s μ I.
fn whitened(layout: &VectorLayout, covariance: &Covariance) -> f64 {
    let (size, shrinkage) = (layout.dimensions as f64, covariance.shrinkage);
    let mean = trace(layout) / size;
    if shrinkage >= 1.0 {
        return size;
    }
    (size - shrinkage * mean * covariance.inverse_trace()) / (1.0 - shrinkage)
}

impl Distance {
    /// How far a window is from other rows. For what is new, both say themselves how much is.
    pub(super) fn between(&self, window: &Profile, pool: &Profile, novel: Novel) -> Option<Apart> {
        let (own, others) = (window.feature(self.feature), pool.feature(self.feature));
        if self.measure == Measure::Missing {
            let missing = |profile: &FeatureProfile| profile.absent + profile.counts.missing();
            let all = |own: &FeatureProfile| missing(own) + own.counts.count();
            return share(missing(own), all(own), missing(others), all(others));
        }
        match (self.measure, &own.counts, &others.counts) {
            (Measure::Place, Counts::Number(window), Counts::Number(pool)) => {
                anderson(&window.bins, &pool.bins)
            }
            (Measure::Shares, Counts::Number(window), Counts::Number(pool)) => {
                let Detail::Groups(groups) = &self.detail else { return None };
                chi_square(&grouped(&window.bins, groups), &grouped(&pool.bins, groups))
            }
            (Measure::Shares, Counts::Category(window), Counts::Category(pool)) => {
                chi_square(&window.with_unseen(), &pool.with_unseen())
            }
            (Measure::Unseen, Counts::Category(window), Counts::Category(pool)) => {
                share(novel.window, window.count(), novel.pool, pool.count())
            }
            (Measure::Shares, Counts::Words(window), Counts::Words(pool)) => {
                chi_square(&window.with_unseen(), &pool.with_unseen())
            }
            (Measure::Unseen, Counts::Words(window), Counts::Words(pool)) => {
                share(novel.window, window.count(), novel.pool, pool.count())
            }
            (_, Counts::Vector(window), Counts::Vector(pool)) => match self.measure {
                Measure::Distance => anderson(&window.distances, &pool.distances),
                Measure::Centres => chi_square(&window.nearest, &pool.nearest),
                Measure::Far => share(window.far, window.count, pool.far, pool.count),
                _ => {
                    let (one, other) = (window.mean()?, pool.mean()?);
                    let mut apart: Vec<f64> =
                        one.iter().zip(&other).map(|(one, other)| one - other).collect();
                    let noise = match &self.detail {
                        Detail::Noise(noise, _) => *noise,
                        Detail::Covariance(covariance, noise) => {
                            covariance.whiten(&mut apart);
                            *noise
                        }
                        Detail::None | Detail::Groups(_) => return None,
                    };
                    let square = apart.iter().map(|number| number * number).sum();
                    means(square, noise, window.count, pool.count)
                }
            },
            _ => None,
        }
    }

    /// How far a distance is, in its own unit, if a small share of rows moved.
    pub(super) fn of_share(&self, moved: f64) -> f64 {
        match (&self.detail, self.measure) {
            // Σ |p − q| is twice the share, and at most the distance.
            (_, Measure::Place | Measure::Shares | Measure::Distance | Measure::Centres) => {
                2.0 * moved
            }
            // A shift of δ standard deviations moves 0.4 δ of the rows.
            (Detail::Noise(noise, size), _) => 2.5 * moved * (noise / *size as f64).sqrt(),
            (Detail::Covariance(..), _) => 2.5 * moved,
            _ => moved,
        }
    }
}

/// The share that moved: that is new or missing where this is what changed most; else of numbers by
/// the largest gap, and of others as many as changed places.
pub(super) fn moved_share(measure: Measure, now: &FeatureProfile, then: &FeatureProfile) -> f64 {
    let ratio = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let missing = |own: &FeatureProfile| {
        let missing = own.absent + own.counts.missing();
        ratio(missing, missing + own.counts.count())
    };
    match measure {
        Measure::Unseen => return ratio(now.counts.unseen(), now.counts.count()),
        Measure::Missing => return (missing(now) - missing(then)).abs(),
        _ => {}
    }
    match (&now.counts, &then.counts) {
        (Counts::Number(now), Counts::Number(then)) => largest_gap(&now.bins, &then.bins).0,
        (Counts::Category(now), Counts::Category(then)) => {
            moved(&now.with_unseen(), &then.with_unseen())
        }
        (Counts::Words(now), Counts::Words(then)) => moved(&now.with_unseen(), &then.with_unseen()),
        (Counts::Vector(now), Counts::Vector(then)) if now.nearest.len() > 1 => {
            moved(&now.nearest, &then.nearest)
        }
        (Counts::Vector(now), Counts::Vector(then)) => {
            largest_gap(&now.distances, &then.distances).0
        }
        _ => 0.0,
    }
}

/// How many values of a window and of the other rows are new to those.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Novel {
    pub(super) window: u64,
    pub(super) pool: u64,
}
