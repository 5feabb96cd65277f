/// What the values of a metric mean to Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever grows, until the workspace is made anew.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts how many values were at most so large.
    Histogram,
}

impl Kind {
    /// As Prometheus writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What its values mean.
    pub kind: Kind,
    /// What it tells apart.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub help: &'static str,
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, labels, help }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, labels, help }
}

const fn histogram(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Histogram, labels, help }
}

/// All there is. The page, the dashboard and the alerts know no others.
pub const METRICS: &[Metric] = &[
    counter(
        "pantau_predictions_total",
        &["model", "version", "label"],
        "Texts that were answered, by the label they got.",
    ),
    histogram(
        "pantau_prediction_duration_seconds",
        &["model", "version"],
        "How long a text took, its share of a batch.",
    ),
    histogram(
        "pantau_prediction_confidence_ratio",
        &["model", "version"],
        "The probability of the label that was given.",
    ),
    counter(
        "pantau_flagged_predictions_total",
        &["model", "flag"],
        "Answers to texts that are odd in some way: empty, cut off, too short.",
    ),
    counter(
        "pantau_prediction_errors_total",
        &["model", "kind"],
        "Calls that got no answer, by the kind of error.",
    ),
    gauge("pantau_prediction_queue_length", &["model"], "Calls that wait for a model or run now."),
    gauge("pantau_log_queue_length", &[], "Predictions that wait in memory to be written."),
    gauge("pantau_log_outbox_length", &[], "Predictions that wait in files for the store."),
    counter(
        "pantau_log_records_total",
        &["outcome"],
        "Predictions the log was given: written, repeated, spilled into a file, dropped, failed.",
    ),
    gauge("pantau_store_reachable", &[], "1 if the store answered the last question, else 0."),
    gauge(
        "pantau_drift_evidence",
        &["model"],
        "The evidence that what comes has changed; it is sure at the number of windows in which one \
         false alarm is allowed.",
    ),
    gauge(
        "pantau_drift_effect_ratio",
        &["model", "feature"],
        "The share of rows that moved in a feature since its change began, or lately.",
    ),
    gauge(
        "pantau_drift_blame_ratio",
        &["model", "feature"],
        "A feature's share of the evidence for a change.",
    ),
    gauge(
        "pantau_drift_score_ratio",
        &["model"],
        "From 0, all as usual, to 1, a change that is sure: the logarithm of the evidence as a share \
         of what an alarm needs.",
    ),
    gauge(
        "pantau_drift_status",
        &["model", "status"],
        "1 for the verdict that holds: ok, watch, changed_small or alarm; 0 for the others.",
    ),
    gauge(
        "pantau_accuracy_ratio",
        &["model", "version", "source"],
        "The accuracy, as an audit or the confidences tell it.",
    ),
    gauge(
        "pantau_accuracy_low_ratio",
        &["model", "version", "source"],
        "The lower end of the interval of the accuracy.",
    ),
    gauge(
        "pantau_accuracy_high_ratio",
        &["model", "version", "source"],
        "The upper end of the interval of the accuracy.",
    ),
    gauge(
        "pantau_wrong_feedback_ratio",
        &["model", "version"],
        "The share of judged answers that people said were wrong.",
    ),
    gauge(
        "pantau_test_score_ratio",
        &["model", "version", "metric"],
        "What the version in use scored on the texts it was tested with.",
    ),
    gauge(
        "pantau_retraining_due",
        &["model"],
        "1 if the model should be trained anew by its triggers, else 0.",
    ),
    gauge(
        "pantau_retrainings",
        &["model", "status"],
        "Retrainings on record, by what they came to.",
    ),
    gauge(
        "pantau_model_trained_timestamp_seconds",
        &["model", "version"],
        "When the version in use was trained, in seconds since 1970.",
    ),
    gauge(
        "pantau_model_info",
        &["model", "version", "kind", "weights", "provider"],
        "1 for each version that is loaded, and what it is.",
    ),
    gauge("pantau_active_models", &[], "How many models are loaded."),
    gauge(
        "pantau_rollout_share_ratio",
        &["model", "version", "role"],
        "The share of texts a version answers, or as a shadow answers unseen.",
    ),
    counter(
        "pantau_shadow_answers_total",
        &["model", "version", "outcome"],
        "Unseen answers of shadows: agreed with what was answered, differed, dropped, failed.",
    ),
    counter(
        "pantau_notices_total",
        &["event", "outcome"],
        "Notices of what happened: delivered, or given up.",
    ),
    counter(
        "pantau_http_requests_total",
        &["route", "status"],
        "Requests the service answered, by route and status.",
    ),
    histogram(
        "pantau_http_request_duration_seconds",
        &["route"],
        "How long the service took for a request.",
    ),
    gauge("pantau_processes", &[], "Processes that have the workspace open."),
    gauge(
        "pantau_process_resident_memory_bytes",
        &[],
        "The memory these processes have, one with another.",
    ),
    counter(
        "pantau_process_cpu_seconds_total",
        &[],
        "The time of processors these processes used.",
    ),
    gauge("pantau_build_info", &["version"], "1, and which Pantau it is."),
];

/// The metric of a name.
pub(super) fn metric(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// As prometheus.io/docs/practices/naming has it.
    #[test]
    fn names_are_as_prometheus_wants_them() {
        let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len(), "a name twice");
        for metric in METRICS {
            let name = metric.name;
            assert!(name.starts_with("pantau_"), "{name}");
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
            for ending in ["_count", "_sum", "_bucket"] {
                assert!(!name.ends_with(ending), "{name}");
            }
            if metric.kind == Kind::Histogram {
                assert!(name.ends_with("_seconds") || name.ends_with("_ratio"), "{name}");
            }
            assert!(metric.help.ends_with('.') && !metric.help.contains('\n'), "{name}");
            assert!(!metric.labels.contains(&"le"), "{name}");
        }
    }
}
