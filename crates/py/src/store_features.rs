//! The feature store.

use arrow_array::RecordBatch;
use pantau::store::{ReviewText, TrainingFeatures, TrainingView};
use pyo3::{
    prelude::*,
    types::{PyCapsule, PyDict, PyList, PyString},
};

use crate::{
    arguments::{Threads, wrong},
    consent::{PyConsent, read_anonymizer},
    error::{PyError, invalid},
    features::PyFeatureExtractor,
    json,
    moment::{Moment, timestamp},
    store::PyStore,
    store_tables::look,
    table,
    texts::{Column, iterate},
    transforms::{PyAnonymizer, from_json},
    watch::Steps,
};

#[pymethods]
impl PyStore {
    /// Measures texts and stores their features; returns how many were not there already.
    /// ``review_ids`` and ``texts`` are one each, or lists of the same length, and so may
    /// ``consent`` be. ``observed_at`` is from when on the features can be known; without it, when
    /// the stored review was written.
    ///
    /// >>> import pantau
    /// >>> from pantau.text import FeatureExtractor
    /// >>> store = pantau.Store.open("memory:")
    /// >>> consent = pantau.Consent()
    /// >>> id = store.write_review("Bagus sekali!", "positive", consent=consent)
    /// >>> store.write_features(id, "Bagus sekali!", FeatureExtractor(), consent=consent)
    /// 1
    /// >>> store.features(id)["word_count"]
    /// 2
    #[pyo3(
        signature = (
            review_ids, texts, extractor, *, consent, anonymizer=None, observed_at=None,
            threads=None, progress=false
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn write_features(
        &self,
        py: Python<'_>,
        review_ids: &Bound<'_, PyAny>,
        texts: &Bound<'_, PyAny>,
        extractor: &Bound<'_, PyFeatureExtractor>,
        consent: &Bound<'_, PyAny>,
        anonymizer: Option<&Bound<'_, PyAnonymizer>>,
        observed_at: Option<Moment>,
        threads: Option<Threads>,
        progress: bool,
    ) -> PyResult<usize> {
        let anonymizer = read_anonymizer(anonymizer);
        let (ids, texts) = (texts_of(review_ids)?, texts_of(texts)?);
        if ids.len() != texts.len() {
            let problem = format!("{} given, and {} texts", ids.len(), texts.len());
            return Err(invalid("review_ids", problem));
        }
        let consents = consents(consent, texts.len())?;
        let observed_at = timestamp(observed_at);
        let texts: Vec<ReviewText> = ids
            .into_iter()
            .zip(texts)
            .zip(consents)
            .map(|((review_id, text), consent)| {
                let shared = consent.get().consent().share().with_text(anonymizer, &text);
                ReviewText { review_id, shared, observed_at }
            })
            .collect();
        let extractor = &extractor.get().0;
        let threads = Threads::limit(threads);
        let mut steps = Steps::new(progress);
        let written = py.detach(|| {
            let watch = &mut |done, all| look(&mut steps, done, all);
            self.0.store_features_batch(&texts, extractor, threads, watch)
        });
        steps.conclude(py, written)
    }

    /// The newest features of a review as a dict: those of a ``version`` (the one their author
    /// gave, or the schema hash), or of any; None if there are none.
    #[pyo3(signature = (review_id, version=None))]
    fn features<'py>(
        &self,
        py: Python<'py>,
        review_id: &str,
        version: Option<&str>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = py.detach(|| self.0.features(review_id, version)).map_err(PyError)?;
        found.map(|record| json::record(py, &record)).transpose()
    }

    /// Labelled reviews with their features, each as it was known when its label became known, so
    /// that nothing that was learnt later is beside it. All are by one extractor: that of
    /// ``version``, or the one whose features were stored last. Without a ``limit`` there are all;
    /// ``since`` and ``as_of`` say when the labels became known.
    #[pyo3(signature = (limit=1000, *, since=None, version=None, as_of=None))]
    fn training_features(
        &self,
        py: Python<'_>,
        limit: Option<usize>,
        since: Option<Moment>,
        version: Option<String>,
        as_of: Option<Moment>,
    ) -> PyResult<PyTrainingFeatures> {
        let view =
            TrainingView { limit, since: timestamp(since), version, as_of: timestamp(as_of) };
        let found = py.detach(|| self.0.training_features(&view)).map_err(PyError)?;
        let rows = found.to_arrow().map_err(PyError)?;
        Ok(PyTrainingFeatures { found, rows })
    }
}

/// Features and labels to learn from: a table that pandas, polars, pyarrow and all else that speaks
/// Arrow reads without copying.
#[pyclass(frozen, name = "TrainingFeatures", module = "pantau")]
pub(crate) struct PyTrainingFeatures {
    found: TrainingFeatures,
    rows: RecordBatch,
}

#[pymethods]
impl PyTrainingFeatures {
    /// The version of the extractor's settings; None if no features are stored.
    #[getter]
    fn feature_version(&self) -> Option<&str> {
        self.found.feature_version.as_deref()
    }

    /// Their hash.
    #[getter]
    fn schema_hash(&self) -> Option<&str> {
        self.found.schema_hash.as_deref()
    }

    /// How many stored features are by other extractors, and not among the rows.
    #[getter]
    fn other_features(&self) -> u64 {
        self.found.other_features
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.rows.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The rows as a pandas DataFrame.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        table::to_pandas(slf.as_any(), None, || {
            let columns = PyDict::new(py);
            let rows = slf.get().to_dicts(py)?;
            for name in slf.get().columns() {
                let column = PyList::empty(py);
                for row in &rows {
                    column.append(row.get_item(&name)?)?;
                }
                columns.set_item(name, column)?;
            }
            Ok(columns)
        })
    }

    /// The rows as a polars DataFrame.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::to_polars(slf.as_any())
    }

    /// The rows as a pyarrow Table.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::to_arrow(slf.as_any())
    }

    /// The rows as dicts.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let all = from_json(py, &self.found.to_json())?;
        Ok(all.get_item("rows")?.cast_into()?)
    }

    /// The rows as an Arrow C stream capsule.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Another schema is a request that a producer may leave unanswered.
        drop(requested_schema);
        table::to_stream(py, self.rows.clone())
    }

    /// The schema as an Arrow C schema capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        table::to_schema(py, &self.rows)
    }

    fn __len__(&self) -> usize {
        self.rows.num_rows()
    }

    fn __repr__(&self) -> String {
        let version = self.feature_version().unwrap_or("none");
        format!("TrainingFeatures({} rows, version {version})", self.rows.num_rows())
    }
}

/// One text or many.
fn texts_of(texts: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if let Ok(text) = texts.cast::<PyString>() {
        return Ok(vec![text.extract()?]);
    }
    Column::read(texts)?.with_all(|texts| Ok(texts.iter().map(|text| (*text).to_owned()).collect()))
}

/// One consent for all, or one for each.
fn consents<'py>(
    consent: &Bound<'py, PyAny>,
    count: usize,
) -> PyResult<Vec<Bound<'py, PyConsent>>> {
    if let Ok(one) = consent.cast::<PyConsent>() {
        return Ok(vec![one.clone(); count]);
    }
    let expected = "a pantau.Consent, made after asking, or one for each text";
    if consent.is_none() || consent.is_instance_of::<PyString>() {
        return Err(wrong("consent", consent, expected));
    }
    let mut all = Vec::new();
    for one in iterate(consent)? {
        let one = one?;
        let Ok(one) = one.cast::<PyConsent>() else {
            return Err(wrong("consent", &one, expected));
        };
        all.push(one.clone());
    }
    if all.len() == count {
        return Ok(all);
    }
    Err(invalid("consent", format!("{} given for {count} texts", all.len())))
}
