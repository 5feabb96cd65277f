//! The names that older systems gave to the same things.

use std::collections::BTreeMap;

use super::{
    histogram::Histogram,
    metric::Kind,
    page::{Page, Sample, Value, write_head, write_sample},
};

/// How an older metric is made of ours.
enum Made {
    /// The sum over everything it does not tell apart.
    Sum,
    /// The mean of a histogram.
    Mean,
}

/// An older name of a metric.
struct Alias {
    name: &'static str,
    of: &'static str,
    made: Made,
    kind: Kind,
    /// Its one label, if it has any, and which of ours that is.
    label: Option<(&'static str, usize)>,
}

const fn alias(
    name: &'static str,
    of: &'static str,
    kind: Kind,
    label: Option<(&'static str, usize)>,
) -> Alias {
    Alias { name, of, made: Made::Sum, kind, label }
}

const fn mean(name: &'static str, of: &'static str) -> Alias {
    Alias { name, of, made: Made::Mean, kind: Kind::Gauge, label: None }
}

const PREDICTIONS: &str = "pantau_predictions_total";
const DURATION: &str = "pantau_prediction_duration_seconds";
const CONFIDENCE: &str = "pantau_prediction_confidence_ratio";
const ERRORS: &str = "pantau_prediction_errors_total";
const REQUESTS: &str = "pantau_http_requests_total";

const ALIASES: [Alias; 13] = [
    alias("sentiment_predictions_total", PREDICTIONS, Kind::Counter, Some(("sentiment", 2))),
    alias("sentiment_prediction_latency_seconds", DURATION, Kind::Histogram, None),
    mean("sentiment_prediction_confidence", CONFIDENCE),
    alias("sentiment_prediction_errors_total", ERRORS, Kind::Counter, Some(("error_type", 1))),
    alias("predictions_total", PREDICTIONS, Kind::Counter, None),
    alias("prediction_latency_seconds", DURATION, Kind::Histogram, None),
    mean("prediction_confidence", CONFIDENCE),
    alias("api_errors_total", ERRORS, Kind::Counter, None),
    alias("api_requests_total", REQUESTS, Kind::Counter, None),
    alias("prediction_total", PREDICTIONS, Kind::Counter, None),
    alias("prediction_duration_seconds", DURATION, Kind::Histogram, None),
    alias("model_confidence", CONFIDENCE, Kind::Histogram, None),
    alias("active_models", "pantau_active_models", Kind::Gauge, None),
];

/// Writes what a page says under older names.
pub(super) fn write(out: &mut String, page: &Page) {
    for alias in &ALIASES {
        let mut by_label: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
        for sample in page.samples(alias.of) {
            let label = alias.label.map_or("", |(_, place)| sample.labels[place].as_str());
            by_label.entry(label).or_default().push(sample);
        }
        if by_label.is_empty() {
            continue;
        }
        let help = format!("An older name of {}.", alias.of);
        write_head(out, alias.name, &help, alias.kind.name());
        for (label, samples) in by_label {
            let labels: Vec<(&str, &str)> =
                alias.label.map(|(name, _)| (name, label)).into_iter().collect();
            write_sample(out, alias.name, &labels, &together(&alias.made, &samples));
        }
    }
}

fn together(made: &Made, samples: &[&Sample]) -> Value {
    let mut histogram = Histogram::default();
    let (mut count, mut ends): (u64, Option<&'static [f64]>) = (0, None);
    for sample in samples {
        match &sample.value {
            Value::Count(own) => count += own,
            // Only counts and histograms have older names.
            Value::Number(own) => return Value::Number(*own),
            Value::Histogram(own, own_ends) => {
                histogram.add(own);
                ends = Some(own_ends);
            }
        }
    }
    match (ends, made) {
        (None, _) => Value::Count(count),
        (Some(ends), Made::Sum) => Value::Histogram(histogram, ends),
        (Some(_), Made::Mean) => Value::Number(histogram.sum() / histogram.count() as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Counts, metric::metric};

    #[test]
    fn older_names_say_the_same() {
        let mut counts = Counts::default();
        for (version, label, confidence) in
            [("1", "good", 0.5), ("2", "good", 1.0), ("2", "bad", 0.6)]
        {
            counts.answered("s", version).see(label, confidence, 0.002);
        }
        counts.see_error("s", "deadline");
        counts.see_request("/predict", 200, 0.003);
        let mut page = Page::default();
        counts.show(&mut page);
        page.count("pantau_active_models", &[], 2);
        assert!(!page.to_text(false).contains("\nsentiment_"));
        let text = page.to_text(true);
        for line in [
            r#"sentiment_predictions_total{sentiment="good"} 2"#,
            "sentiment_prediction_latency_seconds_count 3",
            "sentiment_prediction_confidence 0.7000000000000001",
            r#"sentiment_prediction_errors_total{error_type="deadline"} 1"#,
            "predictions_total 3",
            "prediction_total 3",
            "api_errors_total 1",
            "api_requests_total 1",
            r#"prediction_duration_seconds_bucket{le="0.0025"} 3"#,
            r#"model_confidence_bucket{le="0.6"} 2"#,
            "active_models 2",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
        for alias in &ALIASES {
            let metric = metric(alias.of).unwrap();
            assert!(alias.label.is_none_or(|(_, place)| place < metric.labels.len()));
            assert!(text.contains(&format!("# TYPE {} ", alias.name)), "{}", alias.name);
        }
    }
}
