//! What a manifest says of a model that was learnt from labelled texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, onnx::Task};

/// What was learnt from labelled texts, and of how many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    /// What was learnt.
    pub kind: LearnedKind,
    /// Of a head on an encoder: what the encoder's graph answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<Task>,
    /// How many texts it was learnt from; none if it was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// A hash of those texts and their labels, in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What decided all that chance decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The settings that were chosen, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// What was measured of it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
}

/// What can be learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LearnedKind {
    /// TF-IDF and naive Bayes.
    #[serde(rename = "tfidf-nb")]
    TfidfNb,
    /// TF-IDF and logistic regression.
    #[serde(rename = "tfidf-logistic")]
    TfidfLogistic,
    /// Logistic regression on the vectors of an encoder.
    #[serde(rename = "encoder-head")]
    EncoderHead,
}

impl LearnedKind {
    /// The name, as it is written in files and in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::TfidfNb => "tfidf-nb",
            Self::TfidfLogistic => "tfidf-logistic",
            Self::EncoderHead => "encoder-head",
        }
    }
}

impl std::str::FromStr for LearnedKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::TfidfNb, Self::TfidfLogistic, Self::EncoderHead]
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| {
                let problem =
                    format!("{name:?} is not one of tfidf-nb, tfidf-logistic, encoder-head");
                Error::invalid("kind", problem)
            })
    }
}

impl Learned {
    /// Something that was learnt, of which nothing else is known.
    pub fn new(kind: LearnedKind) -> Self {
        Self {
            kind,
            encoder: None,
            rows: None,
            data: None,
            seed: None,
            settings: BTreeMap::new(),
            metrics: BTreeMap::new(),
        }
    }

    /// What cannot be so.
    pub(super) fn problem(&self, task: &Task) -> Option<String> {
        if !matches!(task, Task::Classifier { .. }) {
            return Some("what was learnt is a classifier, not an encoder".to_owned());
        }
        match (self.kind, &self.encoder) {
            (LearnedKind::EncoderHead, Some(Task::Encoder { .. })) => {}
            (LearnedKind::EncoderHead, _) => {
                return Some("learned.encoder of an encoder-head is no encoder".to_owned());
            }
            (kind, Some(_)) => {
                return Some(format!("learned.encoder, which {} has not", kind.name()));
            }
            (_, None) => {}
        }
        let broken = self.metrics.iter().find(|(_, value)| !value.is_finite())?;
        Some(format!("learned.metrics has {} for {}", broken.1, broken.0))
    }
}
