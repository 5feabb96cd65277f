use super::rows::Rows;
use crate::{
    Error, Result, Timestamp,
    model::{Classifier, PredictOptions},
    profile::{PredictionColumns, Reference, ReferenceOptions},
};

/// The reference of rows that were answered, with the times of all if they are known. Where right
/// labels are known, the accuracy of later rows can be estimated.
pub(in crate::model) fn of_rows(
    rows: &Rows<'_>,
    times: Option<&[Timestamp]>,
    options: &ReferenceOptions,
) -> Result<Reference> {
    let mut options = options.clone();
    if rows.actual.is_some() && options.layout.predictions.is_none() {
        options.layout.predictions = Some(PredictionColumns::default());
    }
    rows.with_batch(|batch| match times {
        Some(times) => Reference::build_by_time(batch, times, &options),
        None => Reference::build(batch, &options),
    })
}

impl Classifier {
    /// Answers texts, and builds the reference that later ones are compared with: of the texts, the
    /// labels, how sure they are, how unusual the texts are, and their embeddings where the model
    /// has them. They are in the order of time, or `times` tells when each came; then windows are
    /// real days. Where right labels are known, the accuracy of later rows can be estimated; the
    /// model must not have learnt from those.
    ///
    /// # Errors
    /// As for [`Classifier::predict_batch`] and [`Reference::build`].
    pub fn reference<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        actual: Option<&[Option<&str>]>,
        times: Option<&[Timestamp]>,
        options: &ReferenceOptions,
    ) -> Result<Reference> {
        if let Some(actual) = actual
            && actual.len() != texts.len()
        {
            let problem = format!("{} for {} texts", actual.len(), texts.len());
            return Err(Error::invalid("actual", problem));
        }
        let (predictions, vectors, _) =
            self.predict_beside(texts, PredictOptions::default(), &[])?;
        let mut rows = Rows::of(texts, &predictions);
        rows.vectors = vectors;
        rows.actual = actual.map(<[_]>::to_vec);
        of_rows(&rows, times, options)
    }
}
