//! The calls that people know: a test of each feature at a significance level, and a score.
//!
//! They do what they say, and what they say is often misread: a test at 0.05 finds drift in one of
//! twenty windows in which there is none, for each feature. [`super::Monitor`] is made for looking
//! again and again.

mod detector;
mod score;

pub use detector::{AllFeatures, DataDriftDetector, DriftSummary, DriftTest, DriftTests};
pub use score::{DriftLevel, DriftScore, WindowDriftDetector};
