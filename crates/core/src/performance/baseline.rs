use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::trend::{Measured, TrendReport, is_better_smaller, trends};
use crate::{Error, Result, Timestamp};

/// So many measurements are kept.
const MOST_MEASURED: usize = 100_000;

/// What drops by exactly the threshold has not dropped by more, however numbers are rounded.
const ROUNDING: f64 = 1e-9;

/// The upper 5 % point of the normal distribution.
const POINT: f64 = 1.644_853_626_951_472_2;

/// Compares the metrics of a model with a baseline, and finds their trends.
///
/// **How often it cries wolf**: that depends on the rows behind a metric, not on the threshold alone.
/// An accuracy of 0.9 that is measured on 100 labels a day seems to drop by 5 points on 23 days of a
/// year in which nothing changes; on 500 labels on fewer than one. Give `rows`, and a drop of an
/// accuracy must also be more than chance gives in 95 of 100 cases. A trend is told if chance makes such a slope in
/// fewer than 5 % of all looks, all metrics together and days that depend on those before; who looks
/// every day will see one some day. For accuracy from labels that come one by one,
/// [`super::Audit`] bounds the false alarms over all time.
///
/// ```
/// use pantau::performance::PerformanceDriftDetector;
///
/// let detector = PerformanceDriftDetector::new(&[("accuracy", 0.91), ("f1", 0.90)], None)?;
/// let found = detector.detect_performance_drift(&[("accuracy", 0.84), ("f1", 0.89)], 0.05, None)?;
/// assert!(found.drift_detected);
/// assert_eq!(found.degraded_metrics[0].metric, "accuracy");
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PerformanceDriftDetector {
    baseline: Vec<(String, f64)>,
    rows: Option<u64>,
    measured: VecDeque<Measured>,
}

/// What became of the metrics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PerformanceDrift {
    /// Whether any metric is worse by more than the threshold, and by more than chance if `rows` are
    /// known.
    pub drift_detected: bool,
    /// By how much a metric may be worse.
    pub threshold: f64,
    /// Those that are worse by more, the worst first.
    pub degraded_metrics: Vec<MetricDrop>,
    /// All that were compared.
    pub metrics: Vec<MetricDrop>,
    /// Metrics of the baseline that were not measured now.
    pub not_measured: Vec<String>,
    /// In words.
    pub sentence: String,
}

/// What became of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricDrop {
    /// Its name.
    pub metric: String,
    /// What it was.
    pub baseline: f64,
    /// What it is.
    pub current: f64,
    /// By how much it is worse; negative if it is better.
    pub drop: f64,
    /// By how much it would be worse by chance alone in 5 of 100 cases; none without `rows`, and of
    /// what is no accuracy: of other metrics the rows do not tell.
    pub chance: Option<f64>,
}

impl PerformanceDriftDetector {
    /// A detector with these metrics as its baseline, which were measured on so many rows.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without metrics, or for what is no finite number.
    pub fn new(baseline: &[(&str, f64)], rows: Option<u64>) -> Result<Self> {
        let baseline = checked("baseline", baseline)?;
        if baseline.is_empty() {
            return Err(Error::invalid("baseline", "there are no metrics"));
        }
        check_rows(rows)?;
        Ok(Self { baseline, rows, measured: VecDeque::new() })
    }

    /// The metrics of the baseline.
    pub fn baseline(&self) -> &[(String, f64)] {
        &self.baseline
    }

    /// Which metrics are worse than the baseline by more than `threshold`, which is a difference:
    /// 0.05 are 5 points. What has a word such as loss, error, mae, mse, rmse, brier, ece, fpr, false or
    /// latency in its name is worse the larger it is, unless the name begins with `neg_`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a threshold below 0, what is no finite number, or a metric that the
    /// baseline does not have.
    pub fn detect_performance_drift(
        &self,
        current: &[(&str, f64)],
        threshold: f64,
        rows: Option<u64>,
    ) -> Result<PerformanceDrift> {
        if !(0.0..1e300).contains(&threshold) {
            return Err(Error::invalid(
                "threshold",
                format!("{threshold}, allowed are 0 and more"),
            ));
        }
        check_rows(rows)?;
        let current = checked("current_metrics", current)?;
        let compare = |(metric, current): &(String, f64)| {
            let Some((_, baseline)) = self.baseline.iter().find(|own| own.0 == *metric) else {
                let known: Vec<&str> = self.baseline.iter().map(|own| own.0.as_str()).collect();
                let problem = format!("{metric:?} is not in the baseline: {}", known.join(", "));
                return Err(Error::invalid("current_metrics", problem));
            };
            let more = current - baseline;
            let drop = if is_better_smaller(metric) { more } else { -more };
            let is_share = metric.to_lowercase().contains("accuracy");
            let sizes = self.rows.zip(rows).filter(|_| is_share);
            let chance = sizes.and_then(|(n, m)| chance(*baseline, n, *current, m));
            Ok(MetricDrop {
                metric: metric.clone(),
                baseline: *baseline,
                current: *current,
                drop,
                chance,
            })
        };
        let metrics = current.iter().map(compare).collect::<Result<Vec<MetricDrop>>>()?;
        let is_degraded = |own: &&MetricDrop| {
            own.drop > threshold + ROUNDING && own.chance.is_none_or(|chance| own.drop > chance)
        };
        let mut degraded_metrics: Vec<MetricDrop> =
            metrics.iter().filter(is_degraded).cloned().collect();
        degraded_metrics.sort_by(|one, other| other.drop.total_cmp(&one.drop));
        let is_measured = |own: &&(String, f64)| current.iter().any(|now| now.0 == own.0);
        let not_measured =
            self.baseline.iter().filter(|own| !is_measured(own)).map(|own| own.0.clone()).collect();
        let sentence = match &degraded_metrics[..] {
            [] => format!("no metric is worse by more than {threshold}"),
            [worst, rest @ ..] => {
                let more = match rest.len() {
                    0 => String::new(),
                    more => format!(" (and {more} more)"),
                };
                format!(
                    "{} was {:.4}, is {:.4}: worse by more than {threshold}{more}",
                    worst.metric, worst.baseline, worst.current
                )
            }
        };
        let drift_detected = !degraded_metrics.is_empty();
        Ok(PerformanceDrift {
            drift_detected,
            threshold,
            degraded_metrics,
            metrics,
            not_measured,
            sentence,
        })
    }

    /// Keeps what a version of the model scored at a time, for [`Self::analyze_trend`]; of 100,000
    /// measurements the oldest are given up.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is no finite number.
    pub fn record(&mut self, metrics: &[(&str, f64)], at: Timestamp, version: &str) -> Result<()> {
        let metrics = checked("metrics", metrics)?;
        if self.measured.len() >= MOST_MEASURED {
            self.measured.pop_front();
        }
        self.measured.push_back(Measured { at, version: version.to_owned(), metrics });
        Ok(())
    }

    /// The trend of each metric over the last days up to `until`, of all versions or one: the slope
    /// of a line of least squares, tested as [`crate::stats::robust_trend`] does.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for days that are not above 0.
    pub fn analyze_trend(
        &self,
        days: f64,
        version: Option<&str>,
        until: Timestamp,
    ) -> Result<TrendReport> {
        trends(self.measured.iter(), days, version, until)
    }
}

/// Reads metrics, an object of names and numbers, from JSON; `what` they are is for messages.
///
/// # Errors
/// [`Error::InvalidInput`] for what is not such an object.
pub fn metrics_from_json(what: &str, json: &str) -> Result<Vec<(String, f64)>> {
    let metrics: BTreeMap<String, f64> = crate::settings::from_json(what, json)?;
    Ok(metrics.into_iter().collect())
}

/// Metrics that lie between 0 and 1 whoever measures them.
const SHARES: [&str; 7] =
    ["accuracy", "precision", "recall", "f1", "macro_f1", "micro_f1", "weighted_f1"];

fn checked(what: &str, metrics: &[(&str, f64)]) -> Result<Vec<(String, f64)>> {
    for (place, (metric, value)) in metrics.iter().enumerate() {
        if !value.is_finite() {
            return Err(Error::invalid(
                what,
                format!("{metric:?} is {value}, which is not finite"),
            ));
        }
        // A percentage beside a share would be a change of everything.
        let is_share = SHARES.iter().any(|own| metric.eq_ignore_ascii_case(own));
        if is_share && !(0.0..=1.0).contains(value) {
            return Err(Error::invalid(
                what,
                format!("{metric:?} is {value}, which is not 0 to 1"),
            ));
        }
        if metrics[..place].iter().any(|other| other.0 == *metric) {
            return Err(Error::invalid(what, format!("{metric:?} is there twice")));
        }
    }
    Ok(metrics.iter().map(|(metric, value)| ((*metric).to_owned(), *value)).collect())
}

fn check_rows(rows: Option<u64>) -> Result<()> {
    match rows {
        Some(0) => Err(Error::invalid("rows", "0, allowed are 1 and more")),
        _ => Ok(()),
    }
}

/// By how much two shares differ by chance, one way, in 5 of 100 cases.
fn chance(one: f64, n: u64, other: f64, m: u64) -> Option<f64> {
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    if !is_share(one) || !is_share(other) {
        return None;
    }
    let (n, m) = (n as f64, m as f64);
    let both = (one * n + other * m) / (n + m);
    Some(POINT * (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt())
}

impl PerformanceDrift {
    /// This comparison as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::super::TrendDirection;
    use super::*;
    use crate::random::Random;

    fn detector() -> PerformanceDriftDetector {
        let baseline = [("accuracy", 0.9), ("f1", 0.88), ("log_loss", 0.3)];
        PerformanceDriftDetector::new(&baseline, Some(1_000)).unwrap()
    }

    #[test]
    fn drops_are_named_with_what_they_were() {
        let now = [("accuracy", 0.84), ("f1", 0.79), ("log_loss", 0.2)];
        let found = detector().detect_performance_drift(&now, 0.05, None).unwrap();
        let names: Vec<&str> = found.degraded_metrics.iter().map(|own| &*own.metric).collect();
        assert_eq!((found.drift_detected, names), (true, vec!["f1", "accuracy"]));
        assert!((found.metrics[2].drop + 0.1).abs() < 1e-12);
        let worse = detector().detect_performance_drift(&[("log_loss", 0.5)], 0.05, None).unwrap();
        assert_eq!(worse.degraded_metrics[0].metric, "log_loss");
        assert_eq!(worse.not_measured, ["accuracy", "f1"]);
    }

    #[test]
    fn exactly_the_threshold_is_no_drop() {
        let found = detector().detect_performance_drift(&[("accuracy", 0.85)], 0.05, None).unwrap();
        assert!(!found.drift_detected, "0.9 - 0.85 is 0.050000000000000044");
        let found =
            detector().detect_performance_drift(&[("accuracy", 0.8499)], 0.05, None).unwrap();
        assert!(found.drift_detected);
    }

    #[test]
    fn what_chance_gives_is_no_drop_where_rows_are_known() {
        let now = [("accuracy", 0.84)];
        let few = detector().detect_performance_drift(&now, 0.05, Some(50)).unwrap();
        assert!(!few.drift_detected && few.metrics[0].chance.unwrap() > 0.06);
        let many = detector().detect_performance_drift(&now, 0.05, Some(2_000)).unwrap();
        assert!(many.drift_detected && many.metrics[0].chance.unwrap() < 0.03);
    }

    fn days(count: usize, value: impl Fn(usize) -> f64) -> PerformanceDriftDetector {
        let mut detector = detector();
        for (number, day) in (0..).zip(0..count) {
            let at = at(number);
            detector
                .record(&[("accuracy", value(day)), ("loss", 1.0 - value(day))], at, "1")
                .unwrap();
        }
        detector
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_micros(day * 86_400_000_000)
    }

    #[test]
    fn trends_go_where_the_metrics_go() {
        let mut random = Random::new(4);
        let noise: Vec<f64> = (0..60).map(|_| random.normal() * 0.004).collect();
        let sinking = days(60, |day| 0.9 - 0.002 * day as f64 + noise[day]);
        let found = sinking.analyze_trend(30.0, None, at(59)).unwrap();
        assert_eq!(found.overall_trend, TrendDirection::Declining);
        let accuracy = &found.trends["accuracy"];
        assert!((accuracy.slope.unwrap() + 0.002).abs() < 5e-4 && accuracy.count == 31);
        assert_eq!(found.trends["loss"].trend, TrendDirection::Declining);
        assert!(
            found.sentence.starts_with("getting worse: accuracy by -0.00"),
            "{}",
            found.sentence
        );
        let rising = days(60, |day| 0.8 + 0.002 * day as f64 + noise[day]);
        let found = rising.analyze_trend(30.0, Some("1"), at(59)).unwrap();
        assert_eq!(found.overall_trend, TrendDirection::Improving);
        let flat = days(60, |day| 0.9 + noise[day]);
        assert_eq!(
            flat.analyze_trend(30.0, None, at(59)).unwrap().overall_trend,
            TrendDirection::Stable
        );
        let constant = days(60, |_| 0.9);
        assert_eq!(
            constant.analyze_trend(30.0, None, at(59)).unwrap().overall_trend,
            TrendDirection::Stable
        );
    }

    #[test]
    fn too_little_is_no_trend() {
        let few = days(7, |day| day as f64 / 20.0);
        let found = few.analyze_trend(30.0, None, at(6)).unwrap();
        assert_eq!(found.overall_trend, TrendDirection::Unknown);
        let other =
            days(20, |day| day as f64 / 20.0).analyze_trend(30.0, Some("2"), at(20)).unwrap();
        assert!(other.trends.is_empty());
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(few.analyze_trend(wrong, None, at(6)).is_err());
        }
    }

    #[test]
    fn names_tell_which_way_is_worse() {
        let worse = |metric: &str, before: f64, now: f64| {
            let detector = PerformanceDriftDetector::new(&[(metric, before)], None).unwrap();
            let found = detector.detect_performance_drift(&[(metric, now)], 0.05, None).unwrap();
            found.drift_detected
        };
        for metric in ["mae", "val_loss", "logloss", "RMSE", "false_positive_rate", "brier score"] {
            assert!(worse(metric, 0.1, 0.5) && !worse(metric, 0.5, 0.1), "{metric}");
        }
        for metric in ["accuracy", "neg_log_loss", "f1", "glossary_recall", "roc_auc"] {
            assert!(worse(metric, 0.5, 0.1) && !worse(metric, 0.1, 0.5), "{metric}");
        }
    }

    #[test]
    fn what_is_no_line_has_no_trend() {
        let mut detector = detector();
        for row in 0..20 {
            let value = 0.9 - 0.01 * f64::from(row);
            let huge = if row % 2 == 0 { 1.7e308 } else { -1.7e308 };
            detector.record(&[("accuracy", value), ("huge", huge)], at(3), "1").unwrap();
        }
        let found = detector.analyze_trend(30.0, None, at(5)).unwrap();
        assert_eq!(found.overall_trend, TrendDirection::Unknown);
        assert!(found.trends.values().all(|own| own.slope.is_none()), "{}", found.sentence);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let new = |baseline: &[(&str, f64)]| PerformanceDriftDetector::new(baseline, None);
        let detect = |now: &[(&str, f64)], threshold| {
            detector().detect_performance_drift(now, threshold, None).map(|_| ())
        };
        for (result, message) in [
            (new(&[]).map(|_| ()), "there are no metrics"),
            (new(&[("a", f64::NAN)]).map(|_| ()), "\"a\" is NaN"),
            (new(&[("a", 1.0), ("a", 1.0)]).map(|_| ()), "\"a\" is there twice"),
            (detect(&[("recall", 0.5)], 0.05), "\"recall\" is not in the baseline: accuracy, f1"),
            (detect(&[("accuracy", 84.0)], 0.05), "\"accuracy\" is 84, which is not 0 to 1"),
            (detect(&[("f1", 0.5)], -0.1), "threshold: -0.1"),
            (detect(&[("f1", 0.5)], f64::NAN), "threshold: NaN"),
        ] {
            let error = result.unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
