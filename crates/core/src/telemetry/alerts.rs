use std::fmt::Write;

/// Something to be woken for.
struct Alert {
    name: &'static str,
    /// What holds when it fires.
    expr: &'static str,
    /// For how long it must have held.
    lasting: &'static str,
    severity: &'static str,
    summary: &'static str,
    advice: &'static str,
}

const ALERTS: &[Alert] = &[
    Alert {
        name: "PantauDown",
        expr: "up{job=\"pantau\"} == 0",
        lasting: "2m",
        severity: "critical",
        summary: "{{ $labels.instance }} does not answer",
        advice: "look at its log, and restart it: what was acknowledged is not lost",
    },
    Alert {
        name: "PantauErrors",
        expr: "sum by (model) (rate(pantau_prediction_errors_total{kind!=\"invalid_input\"}[10m])) \
               > 0.01 * (sum by (model) (rate(pantau_prediction_errors_total[10m])) + \
               (sum by (model) (rate(pantau_predictions_total[10m])) or \
               0 * sum by (model) (rate(pantau_prediction_errors_total[10m]))))",
        lasting: "5m",
        severity: "critical",
        summary: "more than 1 % of what {{ $labels.model }} is asked fails",
        advice: "pantau_prediction_errors_total tells the kinds of errors",
    },
    Alert {
        name: "PantauHttpErrors",
        expr: "sum(rate(pantau_http_requests_total{status=~\"5..\"}[10m])) \
               > 0.01 * sum(rate(pantau_http_requests_total[10m]))",
        lasting: "5m",
        severity: "critical",
        summary: "more than 1 % of the requests fail",
        advice: "the log of the service names the requests by their ids",
    },
    Alert {
        name: "PantauSlow",
        expr: "histogram_quantile(0.99, sum by (model, le) \
               (rate(pantau_prediction_duration_seconds_bucket[10m]))) > 0.5",
        lasting: "10m",
        severity: "warning",
        summary: "a hundredth of the texts of {{ $labels.model }} takes more than half a second",
        advice: "give the model more threads or processes, or shorten its texts",
    },
    Alert {
        name: "PantauLogLosing",
        expr: "sum(increase(pantau_log_records_total{outcome=~\"dropped|failed\"}[15m])) > 0",
        lasting: "0m",
        severity: "critical",
        summary: "predictions are not being remembered",
        advice: "the store is too slow or refuses them; rejected records lie beside the outbox",
    },
    Alert {
        name: "PantauStoreAway",
        expr: "pantau_store_reachable == 0",
        lasting: "5m",
        severity: "warning",
        summary: "the store cannot be reached",
        advice: "predictions wait in files meanwhile and are delivered later",
    },
    Alert {
        name: "PantauDrift",
        expr: "pantau_drift_status{status=\"alarm\"} == 1",
        lasting: "0m",
        severity: "warning",
        summary: "what {{ $labels.model }} reads is no longer like what it learnt from",
        advice: "pantau_drift_blame_ratio names the features; label some texts and train anew",
    },
    Alert {
        name: "PantauAccuracyFell",
        expr: "pantau_accuracy_high_ratio{source=\"audit\"} \
               < on (model, version) group_left () \
               (pantau_test_score_ratio{metric=\"accuracy\"} - 0.05)",
        lasting: "0m",
        severity: "warning",
        summary: "{{ $labels.model }} is surely 5 points less accurate than when it was tested",
        advice: "label more of what it gets wrong, and train anew",
    },
    Alert {
        name: "PantauRetrainingFails",
        expr: "increase(pantau_retrainings{status=\"failed\"}[1d]) > 0",
        lasting: "0m",
        severity: "warning",
        summary: "a retraining of {{ $labels.model }} failed",
        advice: "its record says why; the version in use stays",
    },
];

/// Alerts as Prometheus reads them: a file of rules.
pub fn alert_rules() -> String {
    let mut out = "\
# Made by Pantau from the list of its metrics: `pantau telemetry alerts`.
groups:
  - name: pantau
    rules:
"
    .to_owned();
    for alert in ALERTS {
        let _ = write!(
            out,
            "      - alert: {}\n        expr: {}\n        for: {}\n        labels:\n          \
             severity: {}\n        annotations:\n          summary: {}\n          description: {}\n",
            alert.name,
            quoted(alert.expr),
            alert.lasting,
            alert.severity,
            quoted(alert.summary),
            quoted(alert.advice),
        );
    }
    out
}

/// A text as YAML takes it, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::page::tests_support::names_in;

    #[test]
    fn alerts_know_only_what_is_measured() {
        for alert in ALERTS {
            if !alert.expr.starts_with("up{") {
                assert!(!names_in(alert.expr).is_empty(), "{}", alert.name);
            }
        }
    }
}
