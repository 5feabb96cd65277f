//! Runs on an MLflow server.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use serde_json::{Value, json};

use super::{
    artefacts,
    search::{PARENT, experiment_of, point, record, written},
};
use crate::{
    Error, Result, Timestamp,
    mlflow::{Server, escape, millis},
    runs::{
        Artefact, MetricPoint, RunRecord, Status,
        tracker::{Metric, NewRun, Tracker, Which, changed, no_artefact, no_run},
    },
};

/// What a server takes at once.
const MOST_PAIRS: usize = 100;
const MOST_METRICS: usize = 500;
const MOST_BYTES: usize = 500_000;
/// How many runs or steps are asked for at once.
const PAGE: usize = 1000;
/// How often a change is tried that others got in the way of.
const TRIES: usize = 5;

/// Runs on an MLflow server.
#[derive(Debug)]
pub(crate) struct MlflowTracker {
    server: Server,
    /// The names of experiments by their ids.
    experiments: Mutex<BTreeMap<String, String>>,
    /// The time of the metrics logged last, in milliseconds: of numbers for the same step the
    /// server takes the one with the latest time for the last, so no two may have the same.
    clock: AtomicI64,
}

/// An answer about a run; that there is none is said our way.
fn of_run<T>(answer: Result<T>, id: &str, location: &str) -> Result<T> {
    answer.map_err(|error| match error {
        Error::NotFound { .. } => no_run(id, location),
        // What was deleted is not there.
        Error::Refused { ref problem, .. } if problem.contains("must be in the 'active'") => {
            no_run(id, location)
        }
        other => other,
    })
}

impl MlflowTracker {
    pub(crate) fn open(url: &str) -> Result<Self> {
        Ok(Self {
            server: Server::open(url)?,
            experiments: Mutex::default(),
            clock: AtomicI64::new(0),
        })
    }

    fn post(&self, id: &str, path: &str, body: &Value) -> Result<Value> {
        of_run(self.server.post(path, body), id, self.server.location())
    }

    /// The name of an experiment.
    fn name(&self, experiment: &str) -> Result<String> {
        let known = || self.experiments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = known().get(experiment) {
            return Ok(name.clone());
        }
        let answer =
            self.server.get(&format!("experiments/get?experiment_id={}", escape(experiment)))?;
        let name = answer["experiment"]["name"].as_str().unwrap_or_default().to_owned();
        known().insert(experiment.to_owned(), name.clone());
        Ok(name)
    }

    /// A run as the server tells it.
    fn get(&self, id: &str) -> Result<Value> {
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if id.is_empty() || id.len() > 256 || !id.bytes().all(is_id) {
            return Err(no_run(id, self.server.location()));
        }
        let answer = self.server.get(&format!("runs/get?run_id={id}"));
        let answer = of_run(answer, id, self.server.location())?;
        let run = answer["run"].clone();
        if experiment_of(&run).1 {
            return Err(no_run(id, self.server.location()));
        }
        Ok(run)
    }

    /// Runs page by page, until `visit` has enough.
    fn search(&self, body: &Value, visit: &mut dyn FnMut(RunRecord) -> bool) -> Result<()> {
        let mut body = body.clone();
        loop {
            let answer = self.server.post("runs/search", &body)?;
            for run in answer["runs"].as_array().into_iter().flatten() {
                let name = self.name(experiment_of(run).0)?;
                if !visit(record(run, &name, self.server.location())?) {
                    return Ok(());
                }
            }
            let next = answer["next_page_token"].as_str().unwrap_or_default();
            if next.is_empty() {
                return Ok(());
            }
            body["page_token"] = next.into();
        }
    }

    /// The folder of a run's files, below the root of what the server serves.
    fn folder(&self, id: &str) -> Result<String> {
        let run = self.get(id)?;
        self.server.served(run["info"]["artifact_uri"].as_str().unwrap_or_default())
    }

    /// Asserts that parameters are what they should be; says which are not there.
    fn missing<'a>(
        &self,
        id: &str,
        params: &[(&'a str, &'a str)],
    ) -> Result<Vec<(&'a str, &'a str)>> {
        let known = self.run(id)?.params;
        let mut missing = Vec::new();
        for (name, value) in params {
            match known.get(*name) {
                Some(old) if old == value => {}
                Some(old) => return Err(changed(name, old, value)),
                None => missing.push((*name, *value)),
            }
        }
        Ok(missing)
    }

    fn log_batch(&self, id: &str, what: &str, batch: &[Value]) -> Result<Value> {
        self.post(id, "runs/log-batch", &json!({"run_id": id, what: batch}))
    }
}

/// Counts what is written through it.
struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Names and values, in as many batches as the server needs.
fn batches(pairs: &[(&str, &str)]) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for (name, value) in pairs {
        let pair = json!({"key": name, "value": value});
        let size = pair.to_string().len();
        if batch.len() == MOST_PAIRS || bytes + size > MOST_BYTES {
            all.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += size;
        batch.push(pair);
    }
    if !batch.is_empty() {
        all.push(batch);
    }
    all
}

impl Tracker for MlflowTracker {
    fn location(&self) -> &str {
        self.server.location()
    }

    fn start(&self, run: &NewRun<'_>) -> Result<String> {
        let mut tags = Vec::new();
        if let Some(parent) = run.parent {
            self.get(parent)?;
            tags.push((PARENT, parent));
        }
        let started = self.server.start_run(run.experiment, run.name, run.started_at, &tags)?;
        Ok(started["info"]["run_id"].as_str().unwrap_or_default().to_owned())
    }

    fn set_status(&self, id: &str, status: Status, now: Timestamp) -> Result<()> {
        let mut body = json!({"run_id": id, "status": status.name().to_uppercase()});
        if status != Status::Running {
            body["end_time"] = millis(now).into();
        }
        self.post(id, "runs/update", &body).map(drop)
    }

    fn log_params(&self, id: &str, params: &[(&str, &str)]) -> Result<()> {
        let mut params = params.to_vec();
        if params.len() > MOST_PAIRS {
            params = self.missing(id, &params)?;
        }
        let mut last = None;
        for _ in 0..TRIES {
            let mut batches = batches(&params).into_iter();
            let failure = batches.find_map(|batch| self.log_batch(id, "params", &batch).err());
            match failure {
                None => return Ok(()),
                // That a value is another one, or that somebody logged the same at the same moment,
                // is told in many ways: the parameters themselves say what it was.
                Some(Error::Conflict { .. } | Error::Refused { .. }) => {}
                Some(other) => return Err(other),
            }
            last = failure;
            params = self.missing(id, &params)?;
            if params.is_empty() {
                return Ok(());
            }
        }
        Err(last.unwrap_or_else(|| no_run(id, self.server.location())))
    }

    fn log_metrics(&self, id: &str, metrics: &[Metric<'_>]) -> Result<()> {
        let now = millis(Timestamp::now());
        let previous = self.clock.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
            Some(now.max(last.saturating_add(1)))
        });
        let timestamp = now.max(previous.unwrap_or_default().saturating_add(1));
        for batch in metrics.chunks(MOST_METRICS) {
            let batch: Vec<Value> = batch
                .iter()
                .map(|metric| {
                    json!({
                        "key": metric.name,
                        "value": written(metric.value),
                        "timestamp": timestamp,
                        "step": metric.step,
                    })
                })
                .collect();
            self.log_batch(id, "metrics", &batch)?;
        }
        Ok(())
    }

    fn set_tags(&self, id: &str, tags: &[(&str, &str)]) -> Result<()> {
        for batch in batches(tags) {
            self.log_batch(id, "tags", &batch)?;
        }
        Ok(())
    }

    fn write(&self, id: &str, path: &str, content: &mut dyn Read, size: u64) -> Result<()> {
        let folder = self.folder(id)?;
        self.server.upload_from(&format!("{folder}/{path}"), content, size)
    }

    fn run(&self, id: &str) -> Result<RunRecord> {
        let run = self.get(id)?;
        let name = self.name(experiment_of(&run).0)?;
        record(&run, &name, self.server.location())
    }

    fn runs(&self, which: Which<'_>, limit: Option<usize>) -> Result<Vec<RunRecord>> {
        let limit = limit.unwrap_or(usize::MAX);
        let (experiment, filter) = match which {
            Which::Experiment(name) => (self.server.experiment(name)?, None),
            Which::Parent(id) => {
                let run = self.get(id)?;
                let filter = format!("tags.`{PARENT}` = '{id}'");
                (Some(experiment_of(&run).0.to_owned()), Some(filter))
            }
        };
        let mut found = Vec::new();
        let Some(experiment) = experiment.filter(|_| limit > 0) else { return Ok(found) };
        let mut body = json!({
            "experiment_ids": [experiment],
            "max_results": PAGE.min(limit),
            "order_by": ["attributes.start_time DESC", "attributes.run_id DESC"],
        });
        if let Some(filter) = filter {
            body["filter"] = filter.into();
        }
        self.search(&body, &mut |run| {
            found.push(run);
            found.len() < limit
        })?;
        Ok(found)
    }

    fn best(&self, experiment: &str, metric: &str, maximize: bool) -> Result<Option<RunRecord>> {
        let Some(experiment) = self.server.experiment(experiment)? else { return Ok(None) };
        let direction = if maximize { "DESC" } else { "ASC" };
        let body = json!({
            "experiment_ids": [experiment],
            "max_results": 20,
            "order_by": [format!("metrics.`{metric}` {direction}"), "attributes.start_time ASC"],
        });
        let mut best = None;
        self.search(&body, &mut |run| {
            let value = run.metrics.get(metric).map(|point| point.value);
            let is_finite = value.is_some_and(f64::is_finite);
            if is_finite {
                best = Some(run);
            }
            // Those without the metric come last.
            !is_finite && value.is_some()
        })?;
        Ok(best)
    }

    fn history(&self, id: &str, metric: &str) -> Result<Vec<MetricPoint>> {
        self.get(id)?;
        let question = format!(
            "metrics/get-history?run_id={id}&metric_key={}&max_results={PAGE}",
            escape(metric)
        );
        let mut steps: BTreeMap<i64, MetricPoint> = BTreeMap::new();
        let mut token = String::new();
        loop {
            let mut path = question.clone();
            if !token.is_empty() {
                path = format!("{path}&page_token={}", escape(&token));
            }
            let answer = of_run(self.server.get(&path), id, self.server.location())?;
            for found in answer["metrics"].as_array().into_iter().flatten() {
                let found = point(found);
                let known = steps.entry(found.step).or_insert(found);
                // A server keeps all numbers of a step; the last one counts.
                if found.timestamp >= known.timestamp {
                    *known = found;
                }
            }
            let next = answer["next_page_token"].as_str().unwrap_or_default();
            if next.is_empty() || next == token {
                return Ok(steps.into_values().collect());
            }
            next.clone_into(&mut token);
        }
    }

    fn artefacts(&self, id: &str) -> Result<Vec<Artefact>> {
        self.get(id)?;
        artefacts::list(&self.server, id)
    }

    fn read(&self, id: &str, path: &str, out: &mut dyn Write) -> Result<u64> {
        let folder = self.folder(id)?;
        let mut counted = Counted { out, bytes: 0 };
        match self.server.download(&format!("{folder}/{path}"), &mut counted) {
            Ok(()) => Ok(counted.bytes),
            Err(Error::NotFound { .. }) => Err(no_artefact(id, path, self.server.location())),
            Err(other) => Err(other),
        }
    }

    fn experiments(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut body = json!({"max_results": PAGE});
        loop {
            let answer = self.server.post("experiments/search", &body)?;
            let found = answer["experiments"].as_array().into_iter().flatten();
            names.extend(found.filter_map(|found| found["name"].as_str().map(str::to_owned)));
            let next = answer["next_page_token"].as_str().unwrap_or_default();
            if next.is_empty() {
                names.sort_unstable();
                return Ok(names);
            }
            body["page_token"] = next.into();
        }
    }

    fn delete(&self, id: &str) -> Result<()> {
        self.get(id)?;
        self.post(id, "runs/delete", &json!({"run_id": id})).map(drop)
    }
}
