//! Texts and what is known to be their labels, from wherever it became known.

use std::collections::HashMap;

use super::{PredictionRecord, ReviewRecord, Shared};
use crate::{Result, Timestamp, model::LabelledTexts};

/// The labels of texts: equal texts are one, with the label that became known last.
#[derive(Debug, Default)]
pub(crate) struct Labels<'a> {
    /// Those that are taken; none are all.
    allowed: Option<&'a [String]>,
    known: HashMap<String, (Timestamp, String)>,
}

impl<'a> Labels<'a> {
    pub(crate) fn only(allowed: Option<&'a [String]>) -> Self {
        Self { allowed, known: HashMap::new() }
    }

    /// A review, if its text may be kept and its label is known.
    pub(crate) fn add_review(&mut self, review: ReviewRecord) {
        if let (Some(text), Some(label)) = (review.shared.text(), review.label) {
            self.add(text, label, review.labelled_at.unwrap_or(review.created_at));
        }
    }

    /// A prediction, if its text may be kept and its right label is known.
    pub(crate) fn add_prediction(&mut self, prediction: PredictionRecord) {
        let text = prediction.shared.as_ref().and_then(Shared::text);
        if let (Some(text), Some(label)) = (text, prediction.actual_label) {
            self.add(text, label, prediction.labelled_at.unwrap_or(prediction.timestamp));
        }
    }

    fn add(&mut self, text: &str, label: String, time: Timestamp) {
        let is_allowed = self.allowed.is_none_or(|allowed| allowed.contains(&label));
        if text.trim().is_empty() || !is_allowed {
            return;
        }
        match self.known.get_mut(text) {
            // Of labels of the same moment, which one wins must not depend on the home.
            Some(own) if (own.0, &own.1) < (time, &label) => *own = (time, label),
            Some(_) => {}
            None => _ = self.known.insert(text.to_owned(), (time, label)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The texts in the order in which their labels became known.
    pub(crate) fn into_texts(self) -> Result<LabelledTexts> {
        let rows = self.known.into_iter().map(|(text, (time, label))| (time, text, label));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable();
        let (texts, labels) = rows.into_iter().map(|(_, text, label)| (text, label)).unzip();
        LabelledTexts::new(texts, labels)
    }
}
