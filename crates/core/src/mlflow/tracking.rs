//! Experiments, runs and where their files are.

use serde_json::{Value as Json, json};

use super::{Server, escape};
use crate::{Error, Result, Timestamp};

impl Server {
    /// The id of an experiment that is there.
    pub(crate) fn experiment(&self, name: &str) -> Result<Option<String>> {
        let path = format!("experiments/get-by-name?experiment_name={}", escape(name));
        let answer = match self.get(&path) {
            Err(Error::NotFound { .. }) => return Ok(None),
            answer => answer?,
        };
        let experiment = &answer["experiment"];
        if experiment["lifecycle_stage"].as_str() == Some("deleted") {
            let problem = "it was deleted on the server: restore it there, or take another name";
            return Err(Error::conflict(format!("experiment {name:?}"), problem));
        }
        Ok(experiment["experiment_id"].as_str().map(str::to_owned))
    }

    /// The id of an experiment, which is made if it is not there.
    fn some_experiment(&self, name: &str) -> Result<String> {
        let mut failure = None;
        // Another process can make it at the same moment.
        for _ in 0..2 {
            if let Some(id) = self.experiment(name)? {
                return Ok(id);
            }
            match self.post("experiments/create", &json!({ "name": name })) {
                Ok(answer) => {
                    return Ok(answer["experiment_id"].as_str().unwrap_or_default().to_owned());
                }
                Err(refused @ Error::Conflict { .. }) => failure = Some(refused),
                Err(other) => return Err(other),
            }
        }
        Err(failure.unwrap_or_else(|| {
            let problem = "it was made by others, but is not there: try again";
            Error::conflict(format!("experiment {name:?}"), problem)
        }))
    }

    /// Starts a run, and gives what the server tells of it.
    pub(crate) fn start_run(
        &self,
        experiment: &str,
        name: &str,
        started_at: Timestamp,
        tags: &[(&str, &str)],
    ) -> Result<Json> {
        let source = ("mlflow.source.name", "pantau");
        let tags = [source].into_iter().chain(tags.iter().copied());
        let tags: Vec<Json> =
            tags.map(|(key, value)| json!({"key": key, "value": value})).collect();
        let body = json!({
            "experiment_id": self.some_experiment(experiment)?,
            "run_name": name,
            "start_time": millis(started_at),
            "tags": tags,
        });
        let run = self.post("runs/create", &body)?["run"].take();
        if run["info"]["run_id"].as_str().is_none_or(str::is_empty) {
            let problem = "it started a run without an id: is it an MLflow server?".to_owned();
            return Err(Error::Refused { what: self.location().to_owned(), problem, source: None });
        }
        Ok(run)
    }

    /// Where in what the server hands out a URI of artefacts leads.
    ///
    /// # Errors
    /// [`Error::Refused`] if it leads elsewhere.
    pub(crate) fn served(&self, uri: &str) -> Result<String> {
        let Some(rest) = uri.strip_prefix("mlflow-artifacts:") else {
            let uri = uri.split('?').next().unwrap_or_default();
            let problem = format!(
                "it keeps these artefacts at {uri} and does not hand them out: start it with \
                 --serve-artifacts"
            );
            return Err(Error::Refused { what: self.location().to_owned(), problem, source: None });
        };
        // With a server's name or without, the path is what counts.
        let path = match rest.strip_prefix("//") {
            Some(rest) => rest.split_once('/').map_or("", |(_, path)| path),
            None => rest,
        };
        Ok(path.trim_matches('/').to_owned())
    }
}

/// A moment as the server counts them.
pub(crate) fn millis(time: Timestamp) -> i64 {
    time.micros().div_euclid(1000)
}
