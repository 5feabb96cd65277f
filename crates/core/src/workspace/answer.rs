use std::time::Duration;

use serde::Serialize;

use crate::{Timestamp, store::Consent};

/// How something is asked.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// That its writer agreed to have the text kept; without it, nothing of the text is.
    pub consent: Option<Consent>,
    /// Who wrote it, only to be answered by the same version the next time, where several answer; it is
    /// kept nowhere. By default the subject of the consent.
    pub subject: Option<String>,
    /// The texts' own ids elsewhere: none, or one for each text.
    pub review_ids: Vec<String>,
    /// When it came, if not now: for what is told later.
    pub at: Option<Timestamp>,
    /// Whether the probability of every label is left out.
    pub without_probabilities: bool,
    /// By when it must be answered.
    pub deadline: Option<Duration>,
}

/// What a model says of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// Its id, by which feedback names it.
    pub id: String,
    /// The model.
    pub model: String,
    /// The version that gave it.
    pub version: String,
    /// The most probable label.
    pub label: String,
    /// Its probability.
    pub confidence: f64,
    /// The probability of every label.
    pub probabilities: Option<Vec<(String, f64)>>,
    /// What is odd about the text: `empty`, `truncated`, `replaced`, `too_short`, `few_words`,
    /// `too_long`.
    pub flags: Vec<&'static str>,
    /// How unlike it is to the texts that were learnt from.
    pub novelty: Option<f64>,
    /// Which share of texts like those is as unlike to them.
    pub novelty_pvalue: Option<f64>,
    /// When it was given.
    pub timestamp: Timestamp,
    /// How long it took, in milliseconds.
    pub latency_ms: f64,
}
