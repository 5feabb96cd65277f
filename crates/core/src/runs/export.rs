//! An experiment as one text.

use serde_json::{Map, Value, json};

use super::{MetricPoint, Runs};
use crate::Result;

impl Runs {
    /// All runs of an experiment as JSON, the latest first: their parameters, tags and metrics
    /// with every step, and their files by path and size. It is a log that needs no server to be
    /// read.
    ///
    /// # Errors
    /// As the home has them.
    pub fn export_json(&self, experiment: &str) -> Result<String> {
        let mut runs = Vec::new();
        for run in self.list(experiment, None)? {
            let mut json = run.to_json();
            let mut metrics = Map::new();
            for name in run.metrics.keys() {
                let points = self.metric_history(&run.id, name)?;
                metrics.insert(name.clone(), points.iter().map(MetricPoint::to_json).collect());
            }
            json["metrics"] = Value::Object(metrics);
            let artefacts = self.artefacts(&run.id)?;
            json["artefacts"] = artefacts
                .iter()
                .map(|file| json!({"path": file.path, "size": file.size, "sha256": file.sha256}))
                .collect();
            runs.push(json);
        }
        let mut text = format!("{:#}", json!({"experiment": experiment, "runs": runs}));
        text.push('\n');
        Ok(text)
    }
}
