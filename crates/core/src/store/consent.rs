//! Consent: without it nothing of a person is kept.

use crate::text::Anonymizer;

/// That somebody agreed to have a text kept. Ask before you make one.
///
/// A text can only be stored as part of a [`Shared`], which only a consent gives, and only
/// anonymised: stores accept no other kind of text.
///
/// ```
/// use pantau::{store::Consent, text::Anonymizer};
///
/// let shared = Consent::given()
///     .with_subject("user-17")
///     .share()
///     .with_text(&Anonymizer::new(), "Bagus! Hubungi budi@contoh.example");
/// assert_eq!(shared.text(), Some("Bagus! Hubungi [EMAIL]"));
/// ```
///
/// A plain text does not compile:
///
/// ```compile_fail,E0308
/// # use pantau::store::PredictionRecord;
/// let record = PredictionRecord::new("sentiment", "3", "positive", 0.9);
/// let record = record.with_shared("Bagus! Hubungi budi@contoh.example");
/// ```
///
/// Nor can a [`Shared`] be made without a consent:
///
/// ```compile_fail,E0451
/// # use pantau::store::Shared;
/// let shared = Shared { subject: None, text: Some("Bagus!".to_owned()), embedding: None };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    subject: Option<String>,
}

impl Consent {
    /// The writer agreed.
    pub fn given() -> Self {
        Self { subject: None }
    }

    /// Who it is, by a name of your own that tells others nothing: all that is stored of a
    /// subject can be deleted by it.
    #[must_use]
    pub fn with_subject(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()) }
    }

    /// Who it is, if that was told.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What can be stored by this consent: the subject so far.
    pub fn share(&self) -> Shared {
        Shared { subject: self.subject.clone(), text: None, embedding: None }
    }
}

/// What of a person may be stored: by [`Consent::share`] only.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    subject: Option<String>,
    text: Option<String>,
    embedding: Option<Vec<f32>>,
}

impl Shared {
    /// What a row of a store says: its writer had agreed when it was written.
    pub(super) fn read(
        subject: Option<String>,
        text: Option<String>,
        embedding: Option<Vec<f32>>,
    ) -> Self {
        Self { subject, text, embedding }
    }

    /// With the text, anonymised. NUL, which databases cannot keep, becomes U+FFFD.
    #[must_use]
    pub fn with_text(self, anonymizer: &Anonymizer, text: &str) -> Self {
        let text = anonymizer.anonymize(text).text;
        let text = if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
        Self { text: Some(text), ..self }
    }

    /// With the vector that a model made of the text.
    #[must_use]
    pub fn with_embedding(self, embedding: &[f32]) -> Self {
        Self { embedding: Some(embedding.to_vec()), ..self }
    }

    /// Who agreed, if that was told.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The text as it will be stored.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The vector.
    pub fn embedding(&self) -> Option<&[f32]> {
        self.embedding.as_deref()
    }
}
