//! A run that goes on.

use std::{collections::BTreeMap, fmt, fs::File, path::Path};

use super::{
    Runs, Status, artefact, names,
    tracker::{Metric, changed},
};
use crate::{Error, Result, Timestamp};

/// A run that things are logged to.
///
/// It is running until [`finish`](Self::finish) says otherwise. One that is dropped before stays
/// `running`, as does that of a process that was killed: whether it failed, nobody has said.
#[derive(Debug)]
pub struct Run {
    runs: Runs,
    id: String,
    experiment: String,
    name: String,
}

impl Run {
    pub(super) fn new(runs: Runs, id: String, experiment: String, name: String) -> Self {
        Self { runs, id, experiment, name }
    }

    /// Its id, by which [`Runs::run`] finds it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The experiment it belongs to.
    pub fn experiment(&self) -> &str {
        &self.experiment
    }

    /// The runs it is one of.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Starts a run that is part of this one: a trial of a search, for example.
    ///
    /// # Errors
    /// As for [`Runs::start`].
    pub fn start_part(&self, name: Option<&str>) -> Result<Self> {
        self.runs.start_within(&self.experiment, name, Some(&self.id))
    }

    /// Logs a parameter. The same value again changes nothing, whoever logged it first.
    ///
    /// # Errors
    /// [`Error::Conflict`] names both values if it was logged with another one;
    /// [`Error::InvalidInput`] if the name or the value cannot be one: a value has at most 6000
    /// characters.
    pub fn log_param(&self, name: &str, value: impl fmt::Display) -> Result<()> {
        self.log_params([(name, value)])
    }

    /// Logs parameters. If one of them is wrong, none is logged; an MLflow server keeps to that up
    /// to a hundred at once.
    ///
    /// # Errors
    /// As for [`log_param`](Self::log_param).
    pub fn log_params<N: AsRef<str>, V: fmt::Display>(
        &self,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Result<()> {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in params {
            let (name, value) = (name.as_ref(), value.to_string());
            names::param(name, &value)?;
            match all.get(name) {
                Some(other) if *other != value => return Err(changed(name, other, &value)),
                _ => all.insert(name.to_owned(), value),
            };
        }
        let all = pairs(&all);
        if all.is_empty() { Ok(()) } else { self.runs.tracker.log_params(&self.id, &all) }
    }

    /// Logs a number at a step: an epoch, a batch, or 0 for what has none. Logged again for the
    /// same step, the later number takes the place of the earlier one. NaN and infinite ones are
    /// kept as what they are.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the name cannot be one; [`Error::NotFound`] if the run was
    /// deleted; others as the home has them.
    pub fn log_metric(&self, name: &str, value: f64, step: i64) -> Result<()> {
        self.log_metrics([(name, value)], step)
    }

    /// Logs numbers at a step.
    ///
    /// # Errors
    /// As for [`log_metric`](Self::log_metric).
    pub fn log_metrics<N: AsRef<str>>(
        &self,
        metrics: impl IntoIterator<Item = (N, f64)>,
        step: i64,
    ) -> Result<()> {
        let mut all: BTreeMap<String, f64> = BTreeMap::new();
        for (name, value) in metrics {
            names::metric(name.as_ref())?;
            all.insert(name.as_ref().to_owned(), value);
        }
        let metric = |(name, value): (_, &f64)| Metric { name, step, value: *value };
        let all: Vec<Metric<'_>> =
            all.iter().map(|(name, value)| metric((name.as_str(), value))).collect();
        if all.is_empty() { Ok(()) } else { self.runs.tracker.log_metrics(&self.id, &all) }
    }

    /// Sets a tag; one that is there gets the new value. The tag `mlflow.note.content` is what
    /// MLflow shows as a description.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the name or the value cannot be one: a value has at most 8000
    /// characters; others as the home has them.
    pub fn set_tag(&self, name: &str, value: impl fmt::Display) -> Result<()> {
        self.set_tags([(name, value)])
    }

    /// Sets tags.
    ///
    /// # Errors
    /// As for [`set_tag`](Self::set_tag).
    pub fn set_tags<N: AsRef<str>, V: fmt::Display>(
        &self,
        tags: impl IntoIterator<Item = (N, V)>,
    ) -> Result<()> {
        let mut all: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in tags {
            let (name, value) = (name.as_ref(), value.to_string());
            names::tag(name, &value)?;
            all.insert(name.to_owned(), value);
        }
        let all = pairs(&all);
        if all.is_empty() { Ok(()) } else { self.runs.tracker.set_tags(&self.id, &all) }
    }

    /// Logs a file, or a folder with all its files; below `folder`, if one is given. What was
    /// logged with the same path is replaced.
    ///
    /// A store keeps files of at most 64 MiB; an MLflow server has no limit of its own.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Storage`] if it cannot be read; [`Error::InvalidInput`] if
    /// it is too large, a folder holds a link, or a path cannot be one; others as the home has
    /// them.
    pub fn log_artefact(&self, path: impl AsRef<Path>, folder: Option<&str>) -> Result<()> {
        let path = path.as_ref();
        let found = artefact::files(path)?;
        let target = |name: &str| match folder {
            Some(folder) if !folder.is_empty() => format!("{folder}/{name}"),
            _ => name.to_owned(),
        };
        // Before the first is logged: whether all can be.
        for file in &found {
            names::path(&target(&file.name))?;
        }
        for file in &found {
            let mut content = File::open(&file.file).map_err(Error::storage("read", &file.file))?;
            let facts = content.metadata().map_err(Error::storage("read", &file.file))?;
            if !facts.is_file() {
                let problem = format!("{} is no file", file.file.display());
                return Err(Error::invalid("artefact", problem));
            }
            let target = target(&file.name);
            self.runs.tracker.write(&self.id, &target, &mut content, facts.len())?;
        }
        Ok(())
    }

    /// Logs bytes as a file.
    ///
    /// # Errors
    /// As for [`log_artefact`](Self::log_artefact).
    pub fn log_bytes(&self, path: &str, bytes: &[u8]) -> Result<()> {
        names::path(path)?;
        self.runs.tracker.write(&self.id, path, &mut &*bytes, bytes.len() as u64)
    }

    /// Logs a text as a file.
    ///
    /// # Errors
    /// As for [`log_artefact`](Self::log_artefact).
    pub fn log_text(&self, path: &str, text: &str) -> Result<()> {
        self.log_bytes(path, text.as_bytes())
    }

    /// Ends the run.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for [`Status::Running`], which is no end; [`Error::NotFound`] if
    /// the run was deleted; others as the home has them.
    pub fn finish(&self, status: Status) -> Result<()> {
        if status == Status::Running {
            let problem = "running is no end: finish with finished, failed or killed";
            return Err(Error::invalid("status", problem));
        }
        self.runs.tracker.set_status(&self.id, status, Timestamp::now())
    }
}

fn pairs(all: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
