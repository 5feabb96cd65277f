//! Runs as an MLflow server tells them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    Error, Result, Timestamp,
    runs::{MetricPoint, RunRecord, Status, names},
};

pub(super) const PARENT: &str = "mlflow.parentRunId";

/// A whole number, which comes as a number or as its digits.
pub(super) fn whole(value: &Value) -> i64 {
    let digits = || value.as_str().and_then(|digits| digits.parse().ok());
    value.as_i64().or_else(digits).unwrap_or_default()
}

fn time(value: &Value) -> Timestamp {
    Timestamp::from_micros(whole(value).saturating_mul(1000))
}

/// A number, for which JSON has no word if it is not finite. A server on a database keeps the
/// largest number in place of an infinite one.
pub(super) fn number(value: &Value) -> f64 {
    let number = match value {
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(word) => match word.as_str() {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => f64::NAN,
        },
        _ => f64::NAN,
    };
    // The server keeps what is infinite as the largest number there is.
    if number >= f64::MAX {
        f64::INFINITY
    } else if number <= f64::MIN {
        f64::NEG_INFINITY
    } else {
        number
    }
}

/// How a number is written for the server.
pub(super) fn written(number: f64) -> Value {
    if number.is_nan() {
        "NaN".into()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        number.into()
    }
}

pub(super) fn point(metric: &Value) -> MetricPoint {
    MetricPoint::new(whole(&metric["step"]), number(&metric["value"]), time(&metric["timestamp"]))
}

/// The id of a run's experiment, and whether the run was deleted.
pub(super) fn experiment_of(run: &Value) -> (&str, bool) {
    let info = &run["info"];
    let is_deleted = info["lifecycle_stage"].as_str() == Some("deleted");
    (info["experiment_id"].as_str().unwrap_or_default(), is_deleted)
}

/// A run of an experiment.
pub(super) fn record(run: &Value, experiment: &str, location: &str) -> Result<RunRecord> {
    let (info, data) = (&run["info"], &run["data"]);
    let Some(id) = info["run_id"].as_str() else {
        let problem = "it tells of a run without an id: is it an MLflow server?".to_owned();
        return Err(Error::Refused { what: location.to_owned(), problem, source: None });
    };
    let pairs = |list: &Value| -> BTreeMap<String, String> {
        let pair = |pair: &Value| {
            let name = pair["key"].as_str()?.to_owned();
            Some((name, pair["value"].as_str().unwrap_or_default().to_owned()))
        };
        list.as_array().into_iter().flatten().filter_map(pair).collect()
    };
    let mut tags = pairs(&data["tags"]);
    let parent = tags.remove(PARENT);
    tags.retain(|name, _| names::is_own_tag(name));
    let status = match info["status"].as_str() {
        Some("FINISHED") => Status::Finished,
        Some("FAILED") => Status::Failed,
        Some("KILLED") => Status::Killed,
        // One that waits for its turn has not ended, either.
        _ => Status::Running,
    };
    let has_ended = status != Status::Running && whole(&info["end_time"]) > 0;
    let metrics = data["metrics"].as_array().into_iter().flatten();
    Ok(RunRecord {
        id: id.to_owned(),
        experiment: experiment.to_owned(),
        name: info["run_name"].as_str().unwrap_or_default().to_owned(),
        parent,
        status,
        started_at: time(&info["start_time"]),
        ended_at: has_ended.then(|| time(&info["end_time"])),
        params: pairs(&data["params"]),
        tags,
        metrics: metrics
            .filter_map(|metric| Some((metric["key"].as_str()?.to_owned(), point(metric))))
            .collect(),
    })
}
