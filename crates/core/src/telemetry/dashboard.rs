use serde_json::{Value as Json, json};

/// A picture of the dashboard.
struct Panel {
    title: &'static str,
    /// What is drawn, and how it is named.
    lines: &'static [(&'static str, &'static str)],
    /// As Grafana names units.
    unit: &'static str,
    /// `timeseries`, `stat` or `table`.
    kind: &'static str,
    /// How many of 24 columns it takes.
    width: u32,
}

const fn line(
    title: &'static str,
    unit: &'static str,
    lines: &'static [(&'static str, &'static str)],
) -> Panel {
    Panel { title, lines, unit, kind: "timeseries", width: 8 }
}

const fn number(
    title: &'static str,
    unit: &'static str,
    lines: &'static [(&'static str, &'static str)],
) -> Panel {
    Panel { title, lines, unit, kind: "stat", width: 4 }
}

/// The pictures, row by row, each row with its title.
const ROWS: &[(&str, &[Panel])] = &[
    (
        "At a glance",
        &[
            number(
                "Predictions in the last day",
                "short",
                &[("sum(increase(pantau_predictions_total{model=~\"$model\"}[1d]))", "")],
            ),
            number(
                "Mean latency",
                "s",
                &[(
                    "sum(rate(pantau_prediction_duration_seconds_sum{model=~\"$model\"}[5m])) / \
                     sum(rate(pantau_prediction_duration_seconds_count{model=~\"$model\"}[5m]))",
                    "",
                )],
            ),
            number(
                "Drift score",
                "percentunit",
                &[("max(pantau_drift_score_ratio{model=~\"$model\"})", "")],
            ),
            number(
                "Accuracy",
                "percentunit",
                &[("pantau_accuracy_ratio{model=~\"$model\"}", "{{model}} {{source}}")],
            ),
            number(
                "Should be trained anew",
                "bool_yes_no",
                &[("max by (model) (pantau_retraining_due{model=~\"$model\"})", "{{model}}")],
            ),
            number("Models loaded", "short", &[("max(pantau_active_models)", "")]),
        ],
    ),
    (
        "Answers",
        &[
            line(
                "Predictions per hour",
                "short",
                &[(
                    "sum by (model, version) (increase(pantau_predictions_total{model=~\"$model\"}[1h]))",
                    "{{model}} {{version}}",
                )],
            ),
            line(
                "Labels",
                "percentunit",
                &[(
                    "sum by (label) (rate(pantau_predictions_total{model=~\"$model\"}[1h])) / \
                     ignoring (label) group_left () \
                     sum(rate(pantau_predictions_total{model=~\"$model\"}[1h]))",
                    "{{label}}",
                )],
            ),
            line(
                "Mean confidence",
                "percentunit",
                &[(
                    "sum by (model) (rate(pantau_prediction_confidence_ratio_sum{model=~\"$model\"}[1h])) / \
                     sum by (model) (rate(pantau_prediction_confidence_ratio_count{model=~\"$model\"}[1h]))",
                    "{{model}}",
                )],
            ),
            line(
                "Confidence below 0.6, and flagged texts, per hour",
                "short",
                &[
                    (
                        "sum by (model) (increase(pantau_prediction_confidence_ratio_bucket{le=\"0.6\",\
                         model=~\"$model\"}[1h]))",
                        "{{model}} unsure",
                    ),
                    (
                        "sum by (flag) (increase(pantau_flagged_predictions_total{model=~\"$model\"}[1h]))",
                        "{{flag}}",
                    ),
                ],
            ),
            line(
                "Latency of a text: half, 95 %, 99 %",
                "s",
                &[
                    (
                        "histogram_quantile(0.5, sum by (le) \
                         (rate(pantau_prediction_duration_seconds_bucket{model=~\"$model\"}[5m])))",
                        "half",
                    ),
                    (
                        "histogram_quantile(0.95, sum by (le) \
                         (rate(pantau_prediction_duration_seconds_bucket{model=~\"$model\"}[5m])))",
                        "95 %",
                    ),
                    (
                        "histogram_quantile(0.99, sum by (le) \
                         (rate(pantau_prediction_duration_seconds_bucket{model=~\"$model\"}[5m])))",
                        "99 %",
                    ),
                ],
            ),
            line(
                "Errors by kind, per second",
                "ops",
                &[(
                    "sum by (kind) (rate(pantau_prediction_errors_total{model=~\"$model\"}[5m]))",
                    "{{kind}}",
                )],
            ),
        ],
    ),
    (
        "Drift and accuracy",
        &[
            line(
                "Evidence for a change",
                "short",
                &[
                    ("pantau_drift_evidence{model=~\"$model\"}", "{{model}}"),
                    ("pantau_drift_status{model=~\"$model\",status=\"alarm\"}", "{{model}} alarm"),
                ],
            ),
            line(
                "What moved: share of rows, the ten most",
                "percentunit",
                &[("topk(10, pantau_drift_effect_ratio{model=~\"$model\"})", "{{feature}}")],
            ),
            line(
                "What is to blame",
                "percentunit",
                &[("topk(10, pantau_drift_blame_ratio{model=~\"$model\"})", "{{feature}}")],
            ),
            line(
                "Accuracy and its interval",
                "percentunit",
                &[
                    ("pantau_accuracy_ratio{model=~\"$model\"}", "{{version}} {{source}}"),
                    ("pantau_accuracy_low_ratio{model=~\"$model\"}", "{{version}} {{source}} low"),
                    (
                        "pantau_accuracy_high_ratio{model=~\"$model\"}",
                        "{{version}} {{source}} high",
                    ),
                ],
            ),
            line(
                "Scores at the test, and answers judged wrong",
                "percentunit",
                &[
                    ("pantau_test_score_ratio{model=~\"$model\"}", "{{version}} {{metric}}"),
                    ("pantau_wrong_feedback_ratio{model=~\"$model\"}", "{{version}} judged wrong"),
                ],
            ),
            line(
                "Days since the training, and retrainings",
                "short",
                &[
                    (
                        "(time() - pantau_model_trained_timestamp_seconds{model=~\"$model\"}) / 86400",
                        "{{version}} days",
                    ),
                    ("pantau_retrainings{model=~\"$model\"}", "{{status}}"),
                ],
            ),
        ],
    ),
    (
        "Roll-out",
        &[
            line(
                "Shares of versions",
                "percentunit",
                &[("pantau_rollout_share_ratio{model=~\"$model\"}", "{{version}} {{role}}")],
            ),
            line(
                "Shadows: answers per minute",
                "short",
                &[(
                    "sum by (version, outcome) \
                     (increase(pantau_shadow_answers_total{model=~\"$model\"}[1m]))",
                    "{{version}} {{outcome}}",
                )],
            ),
            line(
                "Notices",
                "short",
                &[("sum by (event, outcome) (pantau_notices_total)", "{{event}} {{outcome}}")],
            ),
        ],
    ),
    (
        "Machine",
        &[
            line(
                "Requests per second, by status",
                "reqps",
                &[("sum by (status) (rate(pantau_http_requests_total[5m]))", "{{status}}")],
            ),
            line(
                "Latency of requests: 95 %",
                "s",
                &[(
                    "histogram_quantile(0.95, sum by (route, le) \
                     (rate(pantau_http_request_duration_seconds_bucket[5m])))",
                    "{{route}}",
                )],
            ),
            line(
                "What waits",
                "short",
                &[
                    ("pantau_prediction_queue_length", "calls of {{model}}"),
                    ("pantau_log_queue_length", "predictions in memory"),
                    ("pantau_log_outbox_length", "predictions in files"),
                ],
            ),
            line(
                "The log, per second",
                "short",
                &[("sum by (outcome) (rate(pantau_log_records_total[5m]))", "{{outcome}}")],
            ),
            line("Memory", "bytes", &[("pantau_process_resident_memory_bytes", "all processes")]),
            line(
                "Processors in use, processes, store",
                "short",
                &[
                    ("rate(pantau_process_cpu_seconds_total[5m])", "processors"),
                    ("pantau_processes", "processes"),
                    ("pantau_store_reachable", "store reachable"),
                ],
            ),
            Panel {
                title: "What is loaded",
                lines: &[("pantau_model_info{model=~\"$model\"}", ""), ("pantau_build_info", "")],
                unit: "short",
                kind: "table",
                width: 24,
            },
        ],
    ),
];

const HEIGHT: u32 = 8;

/// A dashboard as Grafana imports it, over a Prometheus that is chosen at the import.
pub fn dashboard() -> String {
    let (mut panels, mut y) = (Vec::new(), 0);
    for (title, row) in ROWS {
        panels.push(json!({
            "type": "row", "title": title, "collapsed": false, "panels": [],
            "gridPos": { "h": 1, "w": 24, "x": 0, "y": y },
        }));
        y += 1;
        let mut x = 0;
        let height = if row.iter().all(|panel| panel.kind == "stat") { HEIGHT / 2 } else { HEIGHT };
        for panel in *row {
            if x + panel.width > 24 {
                (x, y) = (0, y + height);
            }
            panels.push(picture(panel, x, y, height));
            x += panel.width;
        }
        y += height;
    }
    for (id, panel) in (1..).zip(&mut panels) {
        panel["id"] = json!(id);
    }
    let all = json!({
        "title": "Pantau",
        "uid": "pantau",
        "tags": ["pantau"],
        "schemaVersion": 39,
        "version": 1,
        "editable": true,
        "time": { "from": "now-24h", "to": "now" },
        "refresh": "1m",
        "__inputs": [{
            "name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource",
            "pluginId": "prometheus", "pluginName": "Prometheus", "description": "",
        }],
        "templating": { "list": [{
            "name": "model", "label": "Model", "type": "query", "multi": true,
            "includeAll": true, "allValue": ".*", "refresh": 2, "sort": 1,
            "datasource": source(),
            "query": { "query": "label_values(pantau_model_info, model)", "refId": "models" },
            "current": { "text": "All", "value": "$__all" },
        }] },
        "panels": panels,
    });
    serde_json::to_string_pretty(&all).expect("texts and numbers are JSON") + "\n"
}

fn source() -> Json {
    json!({ "type": "prometheus", "uid": "${DS_PROMETHEUS}" })
}

fn picture(panel: &Panel, x: u32, y: u32, height: u32) -> Json {
    let is_table = panel.kind == "table";
    let targets: Vec<Json> = (b'A'..)
        .zip(panel.lines)
        .map(|(letter, (expr, legend))| {
            json!({
                "refId": char::from(letter).to_string(), "expr": expr, "legendFormat": legend,
                "datasource": source(), "instant": is_table,
                "format": if is_table { "table" } else { "time_series" },
            })
        })
        .collect();
    json!({
        "type": panel.kind,
        "title": panel.title,
        "datasource": source(),
        "gridPos": { "h": height, "w": panel.width, "x": x, "y": y },
        "fieldConfig": { "defaults": { "unit": panel.unit, "min": 0 }, "overrides": [] },
        "targets": targets,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::telemetry::{METRICS, page::tests_support::names_in};

    #[test]
    fn everything_that_is_measured_is_drawn_and_nothing_else() {
        let drawn: BTreeSet<&str> = ROWS
            .iter()
            .flat_map(|(_, row)| *row)
            .flat_map(|panel| panel.lines)
            .flat_map(|(expr, _)| names_in(expr))
            .collect();
        let measured: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(drawn, measured);
    }

    #[test]
    fn pictures_do_not_overlap() {
        let all: Json = serde_json::from_str(&dashboard()).unwrap();
        let mut taken = BTreeSet::new();
        let panels = all["panels"].as_array().unwrap();
        assert!(panels.len() > 20);
        for panel in panels {
            let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
            for x in at("x")..at("x") + at("w") {
                for y in at("y")..at("y") + at("h") {
                    assert!(x < 24 && taken.insert((x, y)), "{}", panel["title"]);
                }
            }
        }
    }
}
