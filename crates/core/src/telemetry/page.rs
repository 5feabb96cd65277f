use std::{collections::BTreeMap, fmt::Write};

use super::{
    alias,
    histogram::Histogram,
    metric::{METRICS, Metric, metric},
};

/// What metrics say at a moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// By the name of the metric.
    samples: BTreeMap<&'static str, Vec<Sample>>,
}

/// A value, and what it is the value of.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) labels: Vec<String>,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Count(u64),
    Number(f64),
    Histogram(Histogram, &'static [f64]),
}

impl Page {
    pub(crate) fn count(&mut self, name: &'static str, labels: &[&str], count: u64) {
        self.add(name, labels, Value::Count(count));
    }

    pub(crate) fn value(&mut self, name: &'static str, labels: &[&str], value: f64) {
        self.add(name, labels, Value::Number(value));
    }

    pub(crate) fn truth(&mut self, name: &'static str, labels: &[&str], is_so: bool) {
        self.count(name, labels, u64::from(is_so));
    }

    pub(super) fn histogram(
        &mut self,
        name: &'static str,
        labels: &[&str],
        histogram: &Histogram,
        ends: &'static [f64],
    ) {
        self.add(name, labels, Value::Histogram(histogram.clone(), ends));
    }

    fn add(&mut self, name: &'static str, labels: &[&str], value: Value) {
        debug_assert_eq!(metric(name).map(|metric| metric.labels.len()), Some(labels.len()));
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.samples.entry(name).or_default().push(Sample { labels, value });
    }

    pub(super) fn samples(&self, name: &str) -> &[Sample] {
        self.samples.get(name).map_or(&[], Vec::as_slice)
    }

    /// The page as Prometheus reads it (text format 0.0.4), and with `aliases` under older names,
    /// too.
    pub(crate) fn to_text(&self, aliases: bool) -> String {
        let mut out = String::new();
        for metric in METRICS {
            write_metric(&mut out, metric, self.samples(metric.name));
        }
        if aliases {
            alias::write(&mut out, self);
        }
        out
    }
}

fn write_metric(out: &mut String, metric: &Metric, samples: &[Sample]) {
    if samples.is_empty() {
        return;
    }
    write_head(out, metric.name, metric.help, metric.kind.name());
    for sample in samples {
        let labels: Vec<(&str, &str)> =
            metric.labels.iter().copied().zip(sample.labels.iter().map(String::as_str)).collect();
        write_sample(out, metric.name, &labels, &sample.value);
    }
}

pub(super) fn write_head(out: &mut String, name: &str, help: &str, kind: &str) {
    let help = help.replace('\\', "\\\\").replace('\n', "\\n");
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

pub(super) fn write_sample(out: &mut String, name: &str, labels: &[(&str, &str)], value: &Value) {
    match value {
        Value::Count(count) => write_line(out, name, "", labels, &count.to_string()),
        Value::Number(number) => write_line(out, name, "", labels, &number_text(*number)),
        Value::Histogram(histogram, ends) => {
            let ends_text = ends.iter().map(|end| number_text(*end));
            let all = histogram.count();
            let counts = histogram.cumulated(ends).into_iter().chain([all]);
            for (end, count) in ends_text.chain(["+Inf".to_owned()]).zip(counts) {
                let mut labels = labels.to_vec();
                labels.push(("le", &end));
                write_line(out, name, "_bucket", &labels, &count.to_string());
            }
            write_line(out, name, "_sum", labels, &number_text(histogram.sum()));
            write_line(out, name, "_count", labels, &all.to_string());
        }
    }
}

fn write_line(out: &mut String, name: &str, ending: &str, labels: &[(&str, &str)], value: &str) {
    out.push_str(name);
    out.push_str(ending);
    for (place, (name, value)) in labels.iter().enumerate() {
        out.push(if place == 0 { '{' } else { ',' });
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(out, "{name}=\"{value}\"");
    }
    if !labels.is_empty() {
        out.push('}');
    }
    let _ = writeln!(out, " {value}");
}

fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Counts;

    #[test]
    fn a_page_is_as_prometheus_reads_it() {
        let mut counts = Counts::default();
        counts.answered("s", "1").see("p\"o\\s\n", 0.9, 0.0002);
        counts.see_error("s", "deadline");
        let mut page = Page::default();
        counts.show(&mut page);
        page.value("pantau_drift_evidence", &["s"], f64::INFINITY);
        let text = page.to_text(false);
        for line in [
            "# TYPE pantau_predictions_total counter",
            r#"pantau_predictions_total{model="s",version="1",label="p\"o\\s\n"} 1"#,
            r#"pantau_prediction_duration_seconds_bucket{model="s",version="1",le="0.0001"} 0"#,
            r#"pantau_prediction_duration_seconds_bucket{model="s",version="1",le="0.00025"} 1"#,
            r#"pantau_prediction_duration_seconds_bucket{model="s",version="1",le="+Inf"} 1"#,
            r#"pantau_prediction_duration_seconds_sum{model="s",version="1"} 0.0002"#,
            r#"pantau_prediction_duration_seconds_count{model="s",version="1"} 1"#,
            r#"pantau_prediction_errors_total{model="s",kind="deadline"} 1"#,
            r#"pantau_drift_evidence{model="s"} +Inf"#,
            "pantau_process_cpu_seconds_total 0",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}

#[cfg(test)]
pub(super) mod tests_support {
    use crate::telemetry::metric::{Kind, metric};

    /// The metrics that an expression asks for; one that is not measured is a failure.
    pub(in crate::telemetry) fn names_in(expr: &str) -> Vec<&'static str> {
        let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let words = expr.split(|char: char| !is_part(char));
        let found: Vec<&'static str> = words
            .filter(|word| word.starts_with("pantau_"))
            .map(|word| {
                let parts = ["_bucket", "_sum", "_count"];
                let base = parts.iter().find_map(|part| word.strip_suffix(part));
                let histogram =
                    base.and_then(metric).filter(|metric| metric.kind == Kind::Histogram);
                let own = metric(word).filter(|metric| metric.kind != Kind::Histogram);
                histogram.or(own).unwrap_or_else(|| panic!("{word} in {expr}")).name
            })
            .collect();
        found
    }
}
