//! Two tables, compared once.

use pantau::drift::{TableDrift, TableOptions, compare_tables};
use pyo3::prelude::*;

use super::rows::{Roles, Rows, names};
use crate::{
    error::{PyError, invalid},
    transforms::from_json,
};

/// What became of the columns of a table; as text, it reads as it prints.
#[pyclass(frozen, module = "pantau", name = "TableDrift")]
pub(crate) struct PyTableDrift(TableDrift);

#[pymethods]
impl PyTableDrift {
    /// Whether any column drifted.
    #[getter]
    fn drift_detected(&self) -> bool {
        self.0.drift_detected
    }

    /// What was tested, as dicts with ``column``, ``test``, ``statistic``, ``p_value``,
    /// ``p_value_adjusted``, ``effect``, ``verdict`` ("no drift", "small change" or "drift") and
    /// ``sentence``.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.get_item("columns")
    }

    /// For each column that was not compared the reason.
    #[getter]
    fn not_compared<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.to_dict(py)?.get_item("not_compared")
    }

    /// What else there is to say.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON, in which no number is NaN.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let drifted = if self.0.drift_detected { "True" } else { "False" };
        format!("TableDrift(drift_detected={drifted}, columns={})", self.0.columns.len())
    }
}

/// Says of each column of two tables whether it is as it was: once, for who looks once.
///
/// Tables are DataFrames, Arrow tables or dicts of columns. Numbers are tested by Kolmogorov and
/// Smirnov; categories by chi-square, and exactly where values are rare; of texts the lengths, and the
/// words by the maximum mean discrepancy; and where cells are missing, how many are. Strings that are
/// all numbers are numbers; those with more than three words on average are texts; ``texts`` and
/// ``categories`` name columns that look otherwise. Times, vectors, and whole numbers that only grow or
/// only fall, as ids do, are not compared. A column that became another kind of column counts as
/// drift.
///
/// P-values are adjusted by Holm's method: where nothing drifts, a look finds something with the
/// probability ``alpha`` at most, however many columns there are. The effect is the share of rows, or
/// of words, that would have to move; below ``min_effect`` a change is small. Who looks every day
/// should use a ``Monitor``, or a workspace: their alarms hold over time.
///
/// >>> import pantau
/// >>> usual = {"stars": [1, 2, 3, 4, 5] * 40, "country": ["ID", "MY"] * 100}
/// >>> later = {"stars": [4, 5] * 50, "country": ["ID", "MY"] * 50}
/// >>> found = pantau.compare_tables(usual, later)
/// >>> found.drift_detected
/// True
/// >>> [(own["column"], own["verdict"], own["sentence"]) for own in found.columns]
/// [('stars', 'drift', 'median 3 → 4.5, middle half 2 to 4 → 4 to 5'), ('country', 'no drift', '"ID" 50 % → 50 %')]
#[pyfunction]
#[pyo3(name = "compare_tables")]
#[pyo3(signature = (reference, current, columns=None, *, texts=None, categories=None, alpha=0.05, min_effect=0.03))]
pub(crate) fn py_compare_tables(
    reference: &Bound<'_, PyAny>,
    current: &Bound<'_, PyAny>,
    columns: Option<&Bound<'_, PyAny>>,
    texts: Option<&Bound<'_, PyAny>>,
    categories: Option<&Bound<'_, PyAny>>,
    alpha: f64,
    min_effect: f64,
) -> PyResult<PyTableDrift> {
    let py = reference.py();
    let mut options = TableOptions::default();
    options.columns = columns.map(|columns| names("columns", Some(columns))).transpose()?;
    (options.alpha, options.min_effect) = (alpha, min_effect);
    let roles = Roles {
        texts: names("texts", texts)?,
        categories: names("categories", categories)?,
        time: None,
    };
    if let Some(both) = roles.texts.iter().find(|name| roles.categories.contains(name)) {
        return Err(invalid("categories", format!("{both:?} is among the texts, too")));
    }
    let is_wanted =
        |name: &str| options.columns.as_ref().is_none_or(|own| own.iter().any(|own| own == name));
    let (before, mut left_out) = Rows::read_table(reference, &roles, is_wanted)?;
    let (now, later) = Rows::read_table(current, &roles, is_wanted)?;
    left_out.extend(later);
    if let (Some((name, reason)), Some(_)) = (left_out.first(), &options.columns) {
        return Err(invalid("columns", format!("{name}: {reason}")));
    }
    options.left_out.extend(left_out);
    before.with_batch(&roles, |before| {
        now.with_batch(&roles, |now| {
            // Words are compared with those of thousands of other texts.
            let found = py.detach(|| compare_tables(before, now, &options));
            Ok(PyTableDrift(found.map_err(PyError)?))
        })
    })
}
