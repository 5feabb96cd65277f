//! How good a deployed model still is, with labels and without.
//!
//! - [`AccuracyEstimator`] estimates the accuracy of rows that have no labels from how sure the
//!   model is, and refuses to where its confidence means nothing.
//! - [`Audit`] picks rows by chance to be labelled, and tells the accuracy from those alone, with an
//!   interval that may be looked at every day. Clicks are never that: [`FeedbackRate`].
//! - [`Comparison`] tells which of two versions is right more often, as early as can be.
//! - [`PerformanceDriftDetector`] compares metrics with a baseline and finds trends.

mod accuracy;
mod audit;
mod baseline;
mod comparison;
mod estimate;
mod feedback;
mod trend;

pub use accuracy::{AccuracyReport, WindowEstimate};
pub use audit::{Audit, AuditOptions, AuditReport, CohortReport, VersionReport};
pub use baseline::{MetricDrop, PerformanceDrift, PerformanceDriftDetector, metrics_from_json};
pub use comparison::{Comparison, ComparisonOptions, Pairs, Preference};
pub use estimate::{AccuracyEstimate, AccuracyEstimator, Estimate, LabelEstimate};
pub use feedback::FeedbackRate;
#[cfg(feature = "onnx")]
pub(crate) use trend::{Measured, trends};
pub use trend::{MetricTrend, TrendDirection, TrendReport};
