//! What a home of runs can do.

use std::{
    fmt,
    io::{Read, Write},
};

use super::{Artefact, MetricPoint, RunRecord, Status};
use crate::{Error, Result, Timestamp};

/// A number to be logged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric<'a> {
    pub(super) name: &'a str,
    pub(super) step: i64,
    pub(super) value: f64,
}

/// A run to be started.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewRun<'a> {
    pub(super) experiment: &'a str,
    pub(super) name: &'a str,
    pub(super) parent: Option<&'a str>,
    pub(super) started_at: Timestamp,
}

/// Which runs are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    /// Those of an experiment.
    Experiment(&'a str),
    /// Those that are part of a run.
    Parent(&'a str),
}

/// A home of runs. Names were checked before; a run that is not there is
/// [`Error::NotFound`], for all that is done to it.
pub(super) trait Tracker: fmt::Debug + Send + Sync {
    /// Where it is, without a password.
    fn location(&self) -> &str;

    /// Starts a run, and tells its id.
    fn start(&self, run: &NewRun<'_>) -> Result<String>;

    /// Says where a run stands; all but running end it.
    fn set_status(&self, id: &str, status: Status, now: Timestamp) -> Result<()>;

    /// Logs parameters with different names, all or none. One that is there with another value is
    /// [`Error::Conflict`].
    fn log_params(&self, id: &str, params: &[(&str, &str)]) -> Result<()>;

    /// Logs numbers; of those with the same name and step only the last is given.
    fn log_metrics(&self, id: &str, metrics: &[Metric<'_>]) -> Result<()>;

    /// Sets tags with different names.
    fn set_tags(&self, id: &str, tags: &[(&str, &str)]) -> Result<()>;

    /// Writes a file of so many bytes, in place of one that is there.
    fn write(&self, id: &str, path: &str, content: &mut dyn Read, size: u64) -> Result<()>;

    /// A run.
    fn run(&self, id: &str) -> Result<RunRecord>;

    /// Runs, the latest first.
    fn runs(&self, which: Which<'_>, limit: Option<usize>) -> Result<Vec<RunRecord>>;

    /// Of the runs with a finite last number of a metric the best; of equals the earliest.
    fn best(&self, experiment: &str, metric: &str, maximize: bool) -> Result<Option<RunRecord>>;

    /// The steps of a metric, in their order.
    fn history(&self, id: &str, metric: &str) -> Result<Vec<MetricPoint>>;

    /// The files of a run, by their paths.
    fn artefacts(&self, id: &str) -> Result<Vec<Artefact>>;

    /// Writes the content of a file to `out`, and says how many bytes these were.
    fn read(&self, id: &str, path: &str, out: &mut dyn Write) -> Result<u64>;

    /// The names of all experiments, in their order.
    fn experiments(&self) -> Result<Vec<String>>;

    /// Removes a run with all that was logged to it.
    fn delete(&self, id: &str) -> Result<()>;
}

/// That there is no such run.
pub(super) fn no_run(id: &str, location: &str) -> Error {
    Error::NotFound { what: format!("run {id:?}"), hint: format!("looked in {location}") }
}

/// That a run has no such file.
pub(super) fn no_artefact(id: &str, path: &str, location: &str) -> Error {
    let hint = format!("looked in run {id} in {location}");
    Error::NotFound { what: format!("artefact {path:?}"), hint }
}

/// That a parameter has another value.
pub(super) fn changed(name: &str, old: &str, new: &str) -> Error {
    let problem = format!(
        "it was logged as {} and cannot become {}; start another run",
        quoted(old),
        quoted(new)
    );
    Error::conflict(format!("param {name:?}"), problem)
}

/// A value for a message, which need not show all of it.
fn quoted(value: &str) -> String {
    const LONGEST: usize = 200;
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}
