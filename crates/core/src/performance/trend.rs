use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Timestamp,
    stats::{Interval, holm, robust_trend},
};

/// A trend is told from at least so many measurements.
const FEWEST: usize = 8;

/// A trend is one if chance alone makes such a slope in fewer of all cases, all metrics together.
const SIGNIFICANCE: f64 = 0.05;

/// What a model scored at one time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub(crate) at: Timestamp,
    pub(crate) version: String,
    pub(crate) metrics: Vec<(String, f64)>,
}

/// Where a metric goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrendDirection {
    /// It gets better.
    Improving,
    /// No slope that chance would not make.
    Stable,
    /// It gets worse.
    Declining,
    /// There are fewer than eight measurements, or no line goes through them.
    Unknown,
}

/// The trend of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricTrend {
    /// Where it goes.
    pub trend: TrendDirection,
    /// By how much it changes a day; none if that cannot be told.
    pub slope: Option<f64>,
    /// Where the slope may well lie, if days depend on those before.
    pub interval: Option<Interval>,
    /// How likely a slope at least as far from 0 would be if there were none.
    pub p_value: Option<f64>,
    /// That, adjusted for all metrics (Holm).
    pub p_value_adjusted: Option<f64>,
    /// How many measurements there are.
    pub count: usize,
    /// The measurements, the oldest first.
    pub values: Vec<f64>,
}

/// The trends of all metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrendReport {
    /// In words.
    pub sentence: String,
    /// Declining if any metric is; else improving if any is; else stable if any is known.
    pub overall_trend: TrendDirection,
    /// Over how many days.
    pub days: f64,
    /// Of which version; none is all.
    pub version: Option<String>,
    /// Metric by metric.
    pub trends: BTreeMap<String, MetricTrend>,
}

/// Whether a metric is better the smaller it is, by the words of its name.
pub(super) fn is_better_smaller(metric: &str) -> bool {
    const SMALLER: [&str; 20] = [
        "loss",
        "logloss",
        "error",
        "errors",
        "err",
        "mae",
        "mse",
        "rmse",
        "mape",
        "brier",
        "ece",
        "mce",
        "perplexity",
        "latency",
        "fpr",
        "fnr",
        "fdr",
        "hinge",
        "entropy",
        "wer",
    ];
    let name = metric.to_lowercase();
    let mut parts = name.split(|letter: char| !letter.is_alphanumeric());
    let has = |word: &str| parts.clone().any(|part| part == word);
    let is_smaller = SMALLER.into_iter().any(has) || has("false");
    // scikit-learn's scores are all better larger: neg_log_loss.
    is_smaller && parts.next() != Some("neg")
}

/// The trends of what was measured in the days up to `until`.
pub(crate) fn trends<'a>(
    measured: impl Iterator<Item = &'a Measured>,
    days: f64,
    version: Option<&str>,
    until: Timestamp,
) -> Result<TrendReport> {
    if !(days > 0.0 && days <= 36_500.0) {
        return Err(Error::invalid("days", format!("{days}, allowed is more than 0 up to 36,500")));
    }
    let since = until.before(Duration::from_secs_f64(days * 86_400.0));
    let mut points: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    let mut wanted: Vec<&Measured> = measured
        .filter(|own| own.at >= since && own.at <= until)
        .filter(|own| version.is_none_or(|version| version == own.version))
        .collect();
    wanted.sort_by_key(|own| own.at);
    for own in wanted {
        let day = own.at.since(since).as_secs_f64() / 86_400.0;
        for (metric, value) in &own.metrics {
            points.entry(metric).or_default().push((day, *value));
        }
    }
    let mut found: BTreeMap<String, MetricTrend> =
        points.iter().map(|(metric, points)| ((*metric).to_owned(), of_points(points))).collect();
    let told: Vec<f64> = found.values().filter_map(|own| own.p_value).collect();
    let adjusted = if told.is_empty() { Vec::new() } else { holm(&told)? };
    let with_slope = found.iter_mut().filter(|(_, own)| own.p_value.is_some());
    for ((metric, own), adjusted) in with_slope.zip(adjusted) {
        own.p_value_adjusted = Some(adjusted);
        let is_rising = own.slope.is_some_and(|slope| slope > 0.0);
        own.trend = if adjusted >= SIGNIFICANCE {
            TrendDirection::Stable
        } else if is_rising == is_better_smaller(metric) {
            TrendDirection::Declining
        } else {
            TrendDirection::Improving
        };
    }
    let any = |trend: TrendDirection| found.values().any(|own| own.trend == trend);
    let overall_trend =
        [TrendDirection::Declining, TrendDirection::Improving, TrendDirection::Stable]
            .into_iter()
            .find(|trend| any(*trend))
            .unwrap_or(TrendDirection::Unknown);
    let sentence = say(&found, overall_trend, days);
    let version = version.map(str::to_owned);
    Ok(TrendReport { sentence, overall_trend, days, version, trends: found })
}

fn of_points(points: &[(f64, f64)]) -> MetricTrend {
    let (days, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let line = (values.len() >= FEWEST).then(|| robust_trend(&days, &values, 0.95).ok()).flatten();
    MetricTrend {
        trend: TrendDirection::Unknown,
        slope: line.map(|line| line.slope),
        interval: line.map(|line| line.interval),
        p_value: line.map(|line| line.pvalue),
        p_value_adjusted: None,
        count: values.len(),
        values,
    }
}

fn say(trends: &BTreeMap<String, MetricTrend>, overall: TrendDirection, days: f64) -> String {
    let mut moved: Vec<String> = trends
        .iter()
        .filter(|(_, own)| own.trend == overall)
        .filter_map(|(metric, own)| Some(format!("{metric} by {:+.4} a day", own.slope?)))
        .collect();
    let more = moved.len().saturating_sub(3);
    moved.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match overall {
        TrendDirection::Unknown => {
            format!(
                "no metric was measured {FEWEST} times or more in {days} days, at different times"
            )
        }
        TrendDirection::Stable => format!("no trend in {days} days that chance would not make"),
        TrendDirection::Declining => format!("getting worse: {}{more}", moved.join(", ")),
        TrendDirection::Improving => format!("getting better: {}{more}", moved.join(", ")),
    }
}

impl TrendReport {
    /// This report as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}
