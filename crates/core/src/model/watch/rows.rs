use crate::{
    Result,
    model::{Predictions, loaded::Vectors},
    profile::Batch,
};

/// The names of the columns.
pub(super) const TEXT: &str = "text";
pub(super) const LABEL: &str = "label";
pub(super) const CONFIDENCE: &str = "confidence";
pub(super) const NOVELTY: &str = "novelty";
pub(super) const EMBEDDING: &str = "embedding";
pub(super) const LATENCY: &str = "latency_ms";
const ACTUAL: &str = "actual_label";

/// Texts and what a classifier answered, column by column.
pub(in crate::model) struct Rows<'a> {
    pub(in crate::model) texts: Vec<&'a str>,
    pub(in crate::model) labels: Vec<&'a str>,
    pub(in crate::model) confidences: Vec<f64>,
    pub(in crate::model) novelty: Option<Vec<f64>>,
    pub(in crate::model) vectors: Option<Vectors>,
    pub(in crate::model) latency: Option<Vec<f64>>,
    pub(in crate::model) actual: Option<Vec<Option<&'a str>>>,
}

impl<'a> Rows<'a> {
    pub(super) fn of<T: AsRef<str>>(texts: &'a [T], predictions: &'a Predictions) -> Self {
        let labels = predictions.labels();
        let novelty = predictions.novelty();
        Self {
            texts: texts.iter().map(AsRef::as_ref).collect(),
            labels: predictions.best().iter().map(|best| &*labels[*best as usize]).collect(),
            confidences: predictions.confidence().to_vec(),
            novelty: novelty.map(|novelty| novelty.iter().map(|own| own.score).collect()),
            vectors: None,
            latency: None,
            actual: None,
        }
    }

    /// Lends the rows to `work`.
    pub(super) fn with_batch<R>(&self, work: impl FnOnce(&Batch<'_>) -> Result<R>) -> Result<R> {
        let some = |strings: &[&'a str]| strings.iter().copied().map(Some).collect();
        let mut batch = Batch::new(self.texts.len());
        batch.texts(TEXT, some(&self.texts))?;
        batch.categories(LABEL, some(&self.labels))?;
        batch.numbers(CONFIDENCE, &self.confidences)?;
        if let Some(novelty) = &self.novelty {
            batch.numbers(NOVELTY, novelty)?;
        }
        if let Some((numbers, dimensions)) = &self.vectors {
            batch.vectors(EMBEDDING, numbers, *dimensions)?;
        }
        if let Some(latency) = &self.latency {
            batch.numbers(LATENCY, latency)?;
        }
        if let Some(actual) = &self.actual {
            batch.categories(ACTUAL, actual.clone())?;
        }
        work(&batch)
    }
}
