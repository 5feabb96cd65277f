//! Versions beside the one in use.

use pantau::workspace::ReplayOptions;
use pyo3::prelude::*;

use super::PyWorkspace;
use crate::{
    arguments::VersionNumber,
    error::PyError,
    moment::{Moment, timestamp},
    registry::read_act,
    transforms::from_json,
    watch::Steps,
};

#[pymethods]
impl PyWorkspace {
    /// Puts a version beside the one in use. With a ``share`` between 0 and 1 it answers so many of
    /// the texts: those of a subject (``predict(..., subject=...)``), else of a review, else the same
    /// texts, always by the same version. With 0 it is a shadow: it answers all texts, and only the
    /// comparison sees it. What came before ``since``, by default now, is not compared.
    #[pyo3(signature = (model, version, share=0.0, *, since=None, actor=None, reason=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn challenge<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        share: f64,
        since: Option<Moment>,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, None)?;
        let since = timestamp(since);
        let put = py.detach(|| self.0.challenge(model, version.0, share, since, &act));
        Ok(put.map_err(PyError)?)
    }

    /// Takes a version away from beside the one in use.
    #[pyo3(signature = (model, version, *, actor=None, reason=None))]
    fn withdraw<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, None)?;
        Ok(py.detach(|| self.0.withdraw(model, version.0, &act)).map_err(PyError)?)
    }

    /// How the versions beside the one in use compare with it, as a dict: sentence, champion,
    /// challengers (version, share, since, answered, agreement, comparison, problem) and recommended.
    /// It may be asked as often as one likes.
    fn rollout<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let report = py.detach(|| self.0.rollout(model)).map_err(PyError)?;
        from_json(py, &report.to_json())
    }

    /// Asks a version what was asked in some time, as far as the texts are kept, and compares, as a
    /// dict: sentence, rows, agreement, labels, pairs, gain, interval, pvalue, changed. What it says
    /// is counted and logged nowhere.
    #[pyo3(signature = (model, version, *, since=None, until=None, limit=10_000, progress=false))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn replay<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        since: Option<Moment>,
        until: Option<Moment>,
        limit: usize,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut options = ReplayOptions::default();
        options.since = timestamp(since);
        options.until = timestamp(until);
        options.limit = limit;
        let mut steps = Steps::new(progress);
        let found = py.detach(|| {
            self.0.replay(model, version.0, &options, &mut |done, all| steps.look(done, all))
        });
        from_json(py, &steps.conclude(py, found)?.to_json())
    }
}
