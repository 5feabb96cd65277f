//! Consent, and what of a person may be kept by it.

use std::sync::LazyLock;

use pantau::{
    store::{Consent, Shared},
    text::Anonymizer,
};
use pyo3::{prelude::*, types::PyString};

use crate::{
    arguments::wrong, array::read_numbers, error::invalid, texts::decodable,
    transforms::PyAnonymizer,
};

/// That somebody agreed to have a text kept. Ask before you make one.
///
/// Stores keep a text, its vector and its writer only with a consent, and the text only
/// anonymised. ``subject`` is who it is, by a name of your own that tells others nothing; all that
/// is stored of a subject can be deleted by it.
///
/// >>> import pantau
/// >>> pantau.Consent(subject="user-17").subject
/// 'user-17'
#[pyclass(frozen, eq, name = "Consent", module = "pantau")]
#[derive(PartialEq)]
pub(crate) struct PyConsent {
    subject: Option<String>,
}

#[pymethods]
impl PyConsent {
    /// The writer agreed.
    #[new]
    #[pyo3(signature = (subject=None))]
    fn new(subject: Option<String>) -> PyResult<Self> {
        if subject.as_ref().is_some_and(String::is_empty) {
            return Err(invalid("subject", "is empty; leave it out if nobody knows who it is"));
        }
        Ok(Self { subject })
    }

    /// Who agreed, if that was told.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    fn __repr__(&self) -> String {
        match &self.subject {
            Some(subject) => format!("Consent(subject={subject:?})"),
            None => "Consent()".to_owned(),
        }
    }
}

impl PyConsent {
    pub(crate) fn consent(&self) -> Consent {
        match &self.subject {
            Some(subject) => Consent::given().with_subject(subject),
            None => Consent::given(),
        }
    }
}

/// A Consent, or None.
pub(crate) fn read_consent(value: &Bound<'_, PyAny>) -> PyResult<Option<Consent>> {
    if value.is_none() {
        return Ok(None);
    }
    match value.cast::<PyConsent>() {
        Ok(consent) => Ok(Some(consent.get().consent())),
        // True would be easily written without anybody having been asked.
        Err(_) => Err(wrong("consent", value, "a pantau.Consent, made after asking, or None")),
    }
}

/// The anonymizer that was passed, or the one that is usual.
pub(crate) fn read_anonymizer<'a>(
    anonymizer: Option<&'a Bound<'_, PyAnonymizer>>,
) -> &'a Anonymizer {
    static USUAL: LazyLock<Anonymizer> = LazyLock::new(Anonymizer::new);
    anonymizer.map_or(&USUAL, |anonymizer| &anonymizer.get().0)
}

/// What may be kept of a text: without consent nothing.
pub(crate) fn share(
    consent: Option<&Consent>,
    anonymizer: &Anonymizer,
    text: Option<&Bound<'_, PyString>>,
    embedding: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<Shared>> {
    let Some(consent) = consent else { return Ok(None) };
    let mut shared = consent.share();
    if let Some(text) = text {
        shared = shared.with_text(anonymizer, &decodable(text)?);
    }
    if let Some(embedding) = embedding {
        shared = shared.with_embedding(&read_embedding(embedding)?);
    }
    Ok(Some(shared))
}

fn read_embedding(embedding: &Bound<'_, PyAny>) -> PyResult<Vec<f32>> {
    let numbers = read_numbers("embedding", embedding)?;
    Ok(numbers.into_iter().map(|number| number as f32).collect())
}
