//! Whether data can be learnt from.

use pantau::model::{ValidationOptions, ValidationReport, validate, validate_columns};
use pyo3::{prelude::*, types::PyString};

use crate::{
    error::PyError,
    json::given,
    labelled::{self, Cells},
    store_tables::{file, look},
    transforms::from_json,
    watch::Steps,
};

/// What was found in data: whether it ``passed``, and what each check found.
#[pyclass(frozen, name = "ValidationReport", module = "pantau")]
pub(crate) struct PyValidationReport(ValidationReport);

#[pymethods]
impl PyValidationReport {
    /// Whether all checks passed.
    #[getter]
    fn passed(&self) -> bool {
        self.0.passed
    }

    /// How many rows there are, with those that are broken.
    #[getter]
    fn rows(&self) -> u64 {
        self.0.rows
    }

    /// How often there is each label.
    #[getter]
    fn labels(&self) -> std::collections::BTreeMap<String, u64> {
        self.0.labels.clone()
    }

    /// How many times as frequent as the rarest label the most frequent one is.
    #[getter]
    fn balance(&self) -> Option<f64> {
        self.0.balance
    }

    /// The checks as dicts: name, passed, how many values were looked at, failed and may fail, and
    /// the first that failed.
    #[getter]
    fn checks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())?.get_item("checks")
    }

    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __bool__(&self) -> bool {
        self.0.passed
    }

    fn __str__(&self) -> String {
        self.0.to_string().trim_end().to_owned()
    }

    fn __repr__(&self) -> String {
        let outcome = if self.0.passed { "passed" } else { "failed" };
        format!("ValidationReport({outcome}, {} rows)", self.0.rows)
    }
}

/// Looks through labelled data, once, and says what is wrong with it. ``data`` is the path of a
/// file (CSV, JSON, Parquet), a DataFrame or a dict of columns; ``text`` and ``label`` name its
/// columns, and without a label (None) nothing is asked of labels.
///
/// ``required`` columns must be there and never be empty, ``labels`` are those there may be (None:
/// any), and the most frequent label must be less than ``max_balance`` times as frequent as the
/// rarest one. Of lengths, quality and repetitions of texts up to ``max_share`` of the rows may
/// fail. ``first`` is of how many failures of each check it is told where they are.
///
/// >>> import pantau
/// >>> data = {"review_text": ["Bagus!", None, "Lemot"],
/// ...     "sentiment_label": ["positive", "positive", "slow"]}
/// >>> report = pantau.validate(data)
/// >>> report.passed, [check["name"] for check in report.checks if not check["passed"]]
/// (False, ['nulls', 'labels'])
#[pyfunction]
#[pyo3(
    name = "validate",
    signature = (
        data, *, text=None, label=Label::Usual, required=None, labels=Label::Usual,
        max_balance=None, min_words=None, min_chars=None, max_chars=None, max_share=None,
        first=None, format=None, progress=false
    ),
    text_signature = "(data, *, text='review_text', label='sentiment_label', required=(), \
        labels=('positive', 'negative', 'neutral'), max_balance=10.0, min_words=1, min_chars=3, \
        max_chars=5000, max_share=0.05, first=10, format=None, progress=False)"
)]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn validate_data<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    text: Option<Bound<'py, PyAny>>,
    label: Label<'py>,
    required: Option<Bound<'py, PyAny>>,
    labels: Label<'py>,
    max_balance: Option<Bound<'py, PyAny>>,
    min_words: Option<Bound<'py, PyAny>>,
    min_chars: Option<Bound<'py, PyAny>>,
    max_chars: Option<Bound<'py, PyAny>>,
    max_share: Option<Bound<'py, PyAny>>,
    first: Option<Bound<'py, PyAny>>,
    format: Option<Bound<'py, PyAny>>,
    progress: bool,
) -> PyResult<PyValidationReport> {
    let options = given(
        py,
        "validation options",
        [
            ("text", text),
            ("label", label.given()),
            ("required", required),
            ("labels", labels.given()),
            ("max_balance", max_balance),
            ("min_words", min_words),
            ("min_chars", min_chars),
            ("max_chars", max_chars),
            ("max_share", max_share),
            ("first", first),
            ("format", format),
        ],
    )?;
    let options = ValidationOptions::from_json(&options).map_err(PyError)?;
    if data.is_instance_of::<PyString>() || data.hasattr("__fspath__")? {
        let path = file(data)?;
        let mut steps = Steps::new(progress);
        let report =
            py.detach(|| validate(&path, &options, &mut |done, all| look(&mut steps, done, all)));
        return Ok(PyValidationReport(steps.conclude(py, report)?));
    }
    let Cells { columns, others, rows } = labelled::cells(data, &options.columns())?;
    let report = py.detach(|| validate_columns(&columns, &others, rows, &options));
    Ok(PyValidationReport(report.map_err(PyError)?))
}

/// What was passed, of which None is not the default.
#[derive(Clone)]
pub(crate) enum Label<'py> {
    Usual,
    Given(Bound<'py, PyAny>),
}

impl<'py> Label<'py> {
    fn given(self) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::Usual => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Label<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self::Given(value.to_owned()))
    }
}
