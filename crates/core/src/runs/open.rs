//! Where runs live, and what can be asked about all of them.

use std::{env, io::Write, path::Path, sync::Arc};

use super::{
    Artefact, MetricPoint, Run, RunComparison, RunRecord, names,
    stored::Stored,
    tracker::{NewRun, Tracker, Which},
};
use crate::{
    Error, Result, Timestamp,
    store::{self, Store, new_id},
};

/// Where runs live: a store, or an MLflow server. Clones share it.
#[derive(Debug, Clone)]
pub struct Runs {
    pub(super) tracker: Arc<dyn Tracker>,
}

impl Runs {
    /// Opens runs by a name: what [`store::open`] takes (`memory:`, a path, `sqlite:///path`,
    /// `postgresql://…`), or `http://…` or `https://…` of an MLflow server.
    ///
    /// For a server, a user and a password in the URL count, or the variables that MLflow's own
    /// client reads: `MLFLOW_TRACKING_USERNAME` with `MLFLOW_TRACKING_PASSWORD`, or
    /// `MLFLOW_TRACKING_TOKEN`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the name leads nowhere, [`Error::Unreachable`] or
    /// [`Error::Refused`] as the server answers; others as the store has them.
    pub fn open(name: &str) -> Result<Self> {
        let scheme = name.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https") => mlflow(name),
            Some("file") => {
                let problem = "a folder of MLflow's own files cannot be used: name a SQLite file, \
                               or start a server on the folder and name its URL";
                Err(Error::invalid("tracking URI", problem))
            }
            _ => Ok(Self::over(store::open(name)?)),
        }
    }

    /// [`open`](Self::open) by the name in the variable `MLFLOW_TRACKING_URI`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not set; others as for [`open`](Self::open).
    pub fn from_environment() -> Result<Self> {
        match env::var("MLFLOW_TRACKING_URI") {
            Ok(name) if !name.trim().is_empty() => Self::open(name.trim()),
            _ => {
                let problem = "is not set: set it to a path, sqlite:///path or http://host:5000";
                Err(Error::invalid("MLFLOW_TRACKING_URI", problem))
            }
        }
    }

    /// The runs of a store.
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self { tracker: Arc::new(Stored::new(store)) }
    }

    /// Where they live, without a password.
    pub fn location(&self) -> &str {
        self.tracker.location()
    }

    /// Starts a run of an experiment, which is made by its first run. Without a name the run gets
    /// one from the time.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a name cannot be one; others as the home has them.
    pub fn start(&self, experiment: &str, name: Option<&str>) -> Result<Run> {
        self.start_within(experiment, name, None)
    }

    pub(super) fn start_within(
        &self,
        experiment: &str,
        name: Option<&str>,
        parent: Option<&str>,
    ) -> Result<Run> {
        names::experiment(experiment)?;
        let started_at = Timestamp::now();
        let name = name.map_or_else(|| some_name(started_at), str::to_owned);
        names::run(&name)?;
        let run = NewRun { experiment, name: &name, parent, started_at };
        let id = self.tracker.start(&run)?;
        Ok(Run::new(self.clone(), id, experiment.to_owned(), name))
    }

    /// Goes on with a run, which is running again.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none with this id; others as the home has them.
    pub fn resume(&self, id: &str) -> Result<Run> {
        let found = self.run(id)?;
        self.tracker.set_status(id, super::Status::Running, Timestamp::now())?;
        Ok(Run::new(self.clone(), found.id, found.experiment, found.name))
    }

    /// A run by its id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none; others as the home has them.
    pub fn run(&self, id: &str) -> Result<RunRecord> {
        self.tracker.run(id)
    }

    /// The runs of an experiment, the latest first, with those that are part of others.
    ///
    /// # Errors
    /// As the home has them.
    pub fn list(&self, experiment: &str, limit: Option<usize>) -> Result<Vec<RunRecord>> {
        self.tracker.runs(Which::Experiment(experiment), limit)
    }

    /// The runs that are part of a run, the latest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such run; others as the home has them.
    pub fn children(&self, id: &str) -> Result<Vec<RunRecord>> {
        self.tracker.run(id)?;
        self.tracker.runs(Which::Parent(id), None)
    }

    /// The run of an experiment whose last number of a metric is the largest, or the smallest; of
    /// equals the earliest. A number that is not finite is never the best.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if no metric can have this name; others as the home has them.
    pub fn best(
        &self,
        experiment: &str,
        metric: &str,
        maximize: bool,
    ) -> Result<Option<RunRecord>> {
        names::metric(metric)?;
        self.tracker.best(experiment, metric, maximize)
    }

    /// What is not the same in some runs.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one of them is not there; [`Error::InvalidInput`] for fewer than two.
    pub fn compare<S: AsRef<str>>(&self, ids: &[S]) -> Result<RunComparison> {
        if ids.len() < 2 {
            let problem = format!("{} given, and two are the fewest to compare", ids.len());
            return Err(Error::invalid("runs", problem));
        }
        let runs: Result<Vec<RunRecord>> = ids.iter().map(|id| self.run(id.as_ref())).collect();
        Ok(RunComparison::new(runs?))
    }

    /// The steps of a metric of a run, in their order; none where it was not logged.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such run; others as the home has them.
    pub fn metric_history(&self, id: &str, metric: &str) -> Result<Vec<MetricPoint>> {
        names::metric(metric)?;
        self.tracker.history(id, metric)
    }

    /// The files of a run, by their paths.
    ///
    /// # Errors
    /// As for [`metric_history`](Self::metric_history).
    pub fn artefacts(&self, id: &str) -> Result<Vec<Artefact>> {
        self.tracker.artefacts(id)
    }

    /// The content of a file of a run.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the run or the file is not there; [`Error::Incompatible`] if its
    /// bytes are not those that were logged.
    pub fn read_artefact(&self, id: &str, path: &str) -> Result<Vec<u8>> {
        names::path(path)?;
        let mut content = Vec::new();
        self.tracker.read(id, path, &mut content)?;
        Ok(content)
    }

    /// Writes the content of a file of a run to a file, whole or not at all, and says how many
    /// bytes these are. However large it is, little of it is in memory.
    ///
    /// # Errors
    /// As for [`read_artefact`](Self::read_artefact), and [`Error::Storage`] if the file cannot be
    /// written.
    pub fn save_artefact(&self, id: &str, path: &str, file: impl AsRef<Path>) -> Result<u64> {
        names::path(path)?;
        super::artefact::save(file.as_ref(), |out: &mut dyn Write| self.tracker.read(id, path, out))
    }

    /// The names of all experiments, in their order.
    ///
    /// # Errors
    /// As the home has them.
    pub fn experiments(&self) -> Result<Vec<String>> {
        self.tracker.experiments()
    }

    /// Removes a run with all that was logged to it; not the runs that are part of it. An MLflow
    /// server keeps it aside until it cleans up, and it can be brought back there.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such run; others as the home has them.
    pub fn delete(&self, id: &str) -> Result<()> {
        self.tracker.delete(id)
    }
}

/// A name for a run that was given none.
fn some_name(time: Timestamp) -> String {
    let time = time.to_string();
    let seconds = time.get(..19).unwrap_or(&time);
    let id = new_id();
    // The end of an id is what chance made of it.
    let end = &id[id.len().saturating_sub(4)..];
    format!("run {} {end}", seconds.replace('T', " "))
}

#[cfg(feature = "mlflow")]
fn mlflow(url: &str) -> Result<Runs> {
    Ok(Runs { tracker: Arc::new(super::mlflow::MlflowTracker::open(url)?) })
}

#[cfg(not(feature = "mlflow"))]
fn mlflow(_url: &str) -> Result<Runs> {
    Err(Error::invalid("tracking URI", "this program was built without the feature `mlflow`"))
}
