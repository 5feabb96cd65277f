use serde::{Deserialize, Serialize};

use super::{
    audit::{Audit, AuditReport},
    estimate::{AccuracyEstimate, AccuracyEstimator, Estimate},
};
use crate::{Result, Timestamp, drift::Monitor};

/// All that is known of the accuracy of what a monitor watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccuracyReport {
    /// In words.
    pub sentence: String,
    /// Of the last window, from confidences; none if the reference has no predictions.
    pub estimate: Option<AccuracyEstimate>,
    /// The mean calibrated confidence of the last windows, the oldest first.
    pub windows: Vec<WindowEstimate>,
    /// From the labels of rows picked by chance.
    pub audit: Option<AuditReport>,
}

/// The estimated accuracy of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowEstimate {
    /// Its number.
    pub window: u64,
    /// When its first row came, if that was told.
    pub from: Option<Timestamp>,
    /// The mean calibrated confidence.
    pub cbpe: Estimate,
}

impl AccuracyReport {
    /// What is known of the accuracy: from confidences, where the reference was built with
    /// `predictions`, and from an audit, of all versions or one. The audit's baseline is the lower
    /// end of the accuracy on the labelled rows of the reference if none is given.
    ///
    /// # Errors
    /// As for [`Audit::report`].
    pub fn of(
        monitor: &Monitor,
        audit: Option<&Audit>,
        baseline: Option<f64>,
        version: Option<&str>,
        now: Timestamp,
    ) -> Result<Self> {
        let estimator = AccuracyEstimator::of_reference(monitor.reference()).ok();
        let (mut estimate, mut windows) = (None, Vec::new());
        if let Some(estimator) = &estimator {
            for (window, from, profile) in monitor.recent() {
                let own = estimator.estimate_profile(profile)?;
                if let Some(cbpe) = own.cbpe {
                    windows.push(WindowEstimate { window, from, cbpe });
                }
                estimate = Some(own);
            }
            if estimate.is_none() {
                estimate = Some(estimator.estimate_profile(monitor.open())?);
            }
        }
        // What was measured on some rows is known as well as those tell, and no better.
        let usual = estimate.as_ref().and_then(|own| own.usual).map(|usual| usual.interval.low);
        let baseline = baseline.or(usual.filter(|usual| *usual > 0.0));
        let audit = audit.map(|audit| audit.report(now, baseline, version)).transpose()?;
        Ok(Self::told(estimate, windows, audit))
    }

    /// What is known of the accuracy where nothing is watched: what an audit says, and no more.
    ///
    /// # Errors
    /// As for [`Audit::report`].
    pub fn audited(
        audit: &Audit,
        baseline: Option<f64>,
        version: Option<&str>,
        now: Timestamp,
    ) -> Result<Self> {
        Ok(Self::told(None, Vec::new(), Some(audit.report(now, baseline, version)?)))
    }

    fn told(
        estimate: Option<AccuracyEstimate>,
        windows: Vec<WindowEstimate>,
        audit: Option<AuditReport>,
    ) -> Self {
        let told: Vec<String> = [
            audit.as_ref().map(|own| format!("audited: {}", own.sentence)),
            estimate.as_ref().map(|own| format!("without labels: {}", own.sentence)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let sentence = if told.is_empty() {
            "nothing is known of the accuracy: build the reference with `predictions`, or audit"
                .to_owned()
        } else {
            told.join("\n")
        };
        Self { sentence, estimate, windows, audit }
    }

    /// This report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}
