use serde::Serialize;

use crate::{
    Error, Result,
    drift::apart::largest_gap,
    profile::{Batch, Counts, Profile, Reference},
    stats::{kolmogorov_point, normal_upper_point, total_variation},
};

/// Beyond so many times the threshold a score is high.
const HIGH: f64 = 3.0;

/// How much drift a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DriftLevel {
    /// Below the threshold, or no more than chance gives.
    Low,
    /// From the threshold on.
    Medium,
    /// From three times the threshold on.
    High,
}

impl DriftLevel {
    /// The name of this level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }
}

/// One number for how much a window drifted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftScore {
    /// The share of rows, from 0 to 1, that would have to move for the feature that moved most to be
    /// as it was: of numbers the largest distance of the distribution functions, of categories
    /// the total variation.
    pub drift_score: f64,
    /// What chance alone stays below for this feature, so that in 95 of 100 windows of this size none
    /// is above its own.
    pub chance: f64,
    /// Whether the score has reached the threshold, and more than chance gives.
    pub drift_detected: bool,
    /// How much that is.
    pub level: DriftLevel,
    /// The feature that moved most; empty if all values are missing.
    pub feature: String,
    /// How many rows the window has.
    pub rows: u64,
}

impl DriftScore {
    /// This score as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }

    /// The score of rows against those of a reference.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for rows that were counted by another reference.
    pub fn of(window: &Profile, reference: &Reference, threshold: f64) -> Result<Self> {
        check_threshold(threshold)?;
        if window.layout().hash() != reference.layout().hash() {
            return Err(Error::invalid("profile", "it was counted by another reference"));
        }
        let pool = reference.pooled();
        // A level such that the largest of as many scores keeps 5 %.
        let features = window.layout().features().len().max(1) as f64;
        let level = 1.0 - 0.95_f64.powf(1.0 / features);
        let mut scores: Vec<(f64, f64, &str)> = Vec::new();
        for ((feature, own), (_, pool)) in window.features().zip(pool.features()) {
            let sizes = (own.counts.count() as f64, pool.counts.count() as f64);
            if sizes.0 == 0.0 || sizes.1 == 0.0 {
                continue;
            }
            let of_numbers = kolmogorov_point(level) * (1.0 / sizes.0 + 1.0 / sizes.1).sqrt();
            let (score, chance) = match (&own.counts, &pool.counts) {
                (Counts::Number(own), Counts::Number(pool)) => {
                    (largest_gap(&own.bins, &pool.bins).0, of_numbers)
                }
                (Counts::Vector(own), Counts::Vector(pool)) => {
                    (largest_gap(&own.distances, &pool.distances).0, of_numbers)
                }
                (Counts::Category(own), Counts::Category(pool)) => {
                    let (own, pool) = (own.with_unseen(), pool.with_unseen());
                    let found = total_variation(&pool, &own)?;
                    (found.value, found.floor + normal_upper_point(level) * found.floor_sd)
                }
                // Words of one text hang together, so chance is not known for them.
                _ => continue,
            };
            scores.push((score, chance.min(1.0), &feature.name));
        }
        // The one that moved most, of those that moved by more than chance if there are any.
        let top = scores.iter().max_by(|one, other| {
            let is_more = |own: &(f64, f64, &str)| own.0 > own.1;
            is_more(one).cmp(&is_more(other)).then(one.0.total_cmp(&other.0))
        });
        let (drift_score, chance, feature) = top.copied().unwrap_or((0.0, 0.0, ""));
        let drift_detected = drift_score >= threshold && drift_score > chance;
        let level = match drift_detected {
            false => DriftLevel::Low,
            true if drift_score >= HIGH * threshold => DriftLevel::High,
            true => DriftLevel::Medium,
        };
        let feature = feature.to_owned();
        Ok(Self { drift_score, chance, drift_detected, level, feature, rows: window.rows() })
    }
}

fn check_threshold(threshold: f64) -> Result<()> {
    if threshold > 0.0 && threshold < 1.0 {
        return Ok(());
    }
    Err(Error::invalid("threshold", format!("{threshold} is no share between 0 and 1")))
}

/// Scores windows of a fixed number of rows, one after the other.
///
/// **How often it cries wolf**: by chance alone in less than 5 % of the windows, and hardly ever where
/// the threshold is above what chance gives. Days that differ by themselves are not known to it;
/// [`super::super::Monitor`] knows them.
#[derive(Debug, Clone)]
pub struct WindowDriftDetector {
    reference: Reference,
    window_size: usize,
    threshold: f64,
    open: Profile,
}

impl WindowDriftDetector {
    /// A detector for windows of `window_size` rows, with a threshold for the share of rows that
    /// moved; the usual ones are 1,000 and 0.05.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for windows of no rows, or a threshold that is no share.
    pub fn new(reference: Reference, window_size: usize, threshold: f64) -> Result<Self> {
        check_threshold(threshold)?;
        if window_size == 0 {
            return Err(Error::invalid("window_size", "0, allowed are 1 and more"));
        }
        let open = Profile::new(reference.layout());
        Ok(Self { reference, window_size, threshold, open })
    }

    /// What windows are compared with.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Counts rows, and gives the score of each window that they fill.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if none of the columns can be counted.
    pub fn update(&mut self, rows: &Batch<'_>) -> Result<Vec<DriftScore>> {
        let mut scores = Vec::new();
        let mut start = 0;
        while start < rows.rows() {
            let room = self.window_size - usize::try_from(self.open.rows()).unwrap_or(0);
            let end = rows.rows().min(start.saturating_add(room));
            self.open.update(&rows.part(start, end))?;
            start = end;
            if self.open.rows() >= self.window_size as u64 {
                let empty = Profile::new(self.reference.layout());
                let full = std::mem::replace(&mut self.open, empty);
                scores.push(DriftScore::of(&full, &self.reference, self.threshold)?);
            }
        }
        Ok(scores)
    }
}
