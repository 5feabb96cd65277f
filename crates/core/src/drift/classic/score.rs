use serde::Serialize;

use crate::{
    Error, Result,
    drift::apart::{largest_gap, moved},
    profile::{Batch, Counts, Profile, Reference},
    stats::kolmogorov_point,
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
    /// The score that chance alone stays below in 95 of 100 windows, for windows of this size.
    pub chance: f64,
    /// Whether the score has reached the threshold, and more than chance gives.
    pub drift_detected: bool,
    /// How much that is.
    pub level: DriftLevel,
    /// The feature that moved most.
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
    /// [`Error::InvalidInput`] for rows that nothing was counted of, or that were counted by another
    /// reference.
    pub fn of(window: &Profile, reference: &Reference, threshold: f64) -> Result<Self> {
        check_threshold(threshold)?;
        if window.layout().hash() != reference.layout().hash() {
            return Err(Error::invalid("profile", "it was counted by another reference"));
        }
        let pool = reference.pooled();
        let mut scores: Vec<(f64, &str, f64)> = Vec::new();
        for ((feature, own), (_, pool)) in window.features().zip(pool.features()) {
            let score = match (&own.counts, &pool.counts) {
                (Counts::Number(own), Counts::Number(pool)) => largest_gap(&own.bins, &pool.bins).0,
                (Counts::Category(own), Counts::Category(pool)) => {
                    moved(&with(&own.values, own.unseen), &with(&pool.values, pool.unseen))
                }
                (Counts::Vector(own), Counts::Vector(pool)) => {
                    largest_gap(&own.distances, &pool.distances).0
                }
                // Words of one text hang together, so chance is not known for them.
                _ => continue,
            };
            let (n, m) = (own.counts.count() as f64, pool.counts.count() as f64);
            if n > 0.0 && m > 0.0 {
                scores.push((score, &feature.name, (1.0 / n + 1.0 / m).sqrt()));
            }
        }
        let Some(top) = scores.iter().max_by(|one, other| one.0.total_cmp(&other.0)) else {
            return Err(Error::invalid("profile", "it holds no values to score"));
        };
        // The largest of many distances, each as large as Kolmogorov's: total variation of few
        // values is no larger by chance.
        let level = 1.0 - 0.95_f64.powf(1.0 / scores.len() as f64);
        let widest = scores.iter().map(|score| score.2).fold(0.0, f64::max);
        let chance = (kolmogorov_point(level) * widest).min(1.0);
        let (drift_score, feature) = (top.0, top.1.to_owned());
        let drift_detected = drift_score >= threshold && drift_score > chance;
        let level = match drift_detected {
            false => DriftLevel::Low,
            true if drift_score >= HIGH * threshold => DriftLevel::High,
            true => DriftLevel::Medium,
        };
        Ok(Self { drift_score, chance, drift_detected, level, feature, rows: window.rows() })
    }
}

fn with(values: &[u64], unseen: u64) -> Vec<u64> {
    [values, &[unseen]].concat()
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
