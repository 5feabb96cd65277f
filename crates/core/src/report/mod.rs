//! What is known of a deployed model, on one page: for people as HTML and text, for programs as
//! JSON.

mod html;
mod text;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Timestamp,
    drift::DriftReport,
    file,
    performance::{AccuracyReport, FeedbackRate, TrendReport},
};

/// All that is known of a deployed model: what changed, how good it still is, and what to do.
///
/// It is what its parts say and no more, so a report that was kept as JSON makes the same page
/// later. The page is one file without scripts, fonts or pictures from elsewhere.
///
/// ```
/// use pantau::{drift::Monitor, profile::{Batch, Reference}, report::Report};
///
/// let stars: Vec<f64> = (0..2_800).map(|row| f64::from(row % 5 + 1)).collect();
/// let mut rows = Batch::new(stars.len());
/// rows.numbers("stars", &stars)?;
/// let monitor = Monitor::new(Reference::build(&rows, &Default::default())?, Default::default())?;
///
/// let report = Report { title: Some("Reviews".into()), ..Report::of(monitor.report()) };
/// assert!(report.to_html().contains("<h1>Reviews</h1>"));
/// assert_eq!(Report::from_json(&report.to_json())?, report);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Of what it is.
    #[serde(default)]
    pub title: Option<String>,
    /// When it was made.
    #[serde(default = "Timestamp::now")]
    pub made: Timestamp,
    /// What changed.
    pub drift: DriftReport,
    /// How good the model is.
    #[serde(default)]
    pub accuracy: Option<AccuracyReport>,
    /// Where its metrics go.
    #[serde(default)]
    pub trend: Option<TrendReport>,
    /// What people clicked.
    #[serde(default)]
    pub feedback: Option<FeedbackRate>,
}

impl Report {
    /// A report of what changed, made now.
    pub fn of(drift: DriftReport) -> Self {
        let made = Timestamp::now();
        Self { title: None, made, drift, accuracy: None, trend: None, feedback: None }
    }

    /// Reads a report from JSON: an object with `drift`, and what else there is, each as it says
    /// itself.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no such object.
    pub fn from_json(json: &str) -> Result<Self> {
        let report: Self = crate::settings::from_json("report", json)?;
        for own in &report.drift.features {
            let shares = &own.shares;
            let bins = match shares.names.len() {
                // Below the first edge and above the last there is a bin, too.
                0 if shares.edges.is_empty() => shares.then.len(),
                0 => shares.edges.len() + 1,
                names => names,
            };
            if shares.then.len() != bins || shares.now.len() != bins {
                let problem = format!(
                    "feature {:?} has {} and {} shares for {bins} bins",
                    own.feature,
                    shares.then.len(),
                    shares.now.len()
                );
                return Err(Error::invalid("report", problem));
            }
        }
        Ok(report)
    }

    /// This report as JSON. No number is NaN.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }

    /// This report as a page of its own.
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    /// This report as a part of a page, as notebooks show it.
    pub fn to_html_part(&self) -> String {
        html::part(self)
    }

    /// This report as a terminal shows it.
    pub fn to_text(&self) -> String {
        text::of(self)
    }

    /// Writes this report into a file, as its name ends: `.html`, `.json` or `.txt`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for another ending, [`Error::Storage`] if it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let written = match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => self.to_html(),
            "json" => self.to_json(),
            "txt" => self.to_text() + "\n",
            _ => {
                let problem = format!("{} ends in none of .html, .json, .txt", path.display());
                return Err(Error::invalid("path", problem));
            }
        };
        file::write_bytes(path, written.as_bytes())
    }
}

#[cfg(test)]
mod tests;
