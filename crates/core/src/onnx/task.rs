//! What a graph is for.

use serde::{Deserialize, Serialize};

/// What a model answers, and how its numbers become that answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Task {
    /// A label for a text.
    Classifier {
        /// The labels, in the order of the logits.
        labels: Vec<String>,
        /// How logits become probabilities.
        activation: Activation,
        /// What logits are divided by first; 1 changes nothing.
        temperature: f64,
    },
    /// A vector for a text.
    Encoder {
        /// How the vectors of the tokens become one.
        pooling: Pooling,
        /// Whether the vector is scaled to length 1.
        normalize: bool,
        /// How many numbers a vector has.
        dimensions: usize,
    },
}

/// How logits become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// One label of many is right: the probabilities sum to 1.
    Softmax,
    /// Any number of labels can be right: each has its own probability.
    Sigmoid,
}

/// How the vectors of the tokens become one for the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean over the tokens of the text.
    Mean,
    /// The vector of the first token.
    Cls,
    /// The largest value of each dimension over the tokens of the text.
    Max,
}

/// How the weights of a model are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weights {
    /// 64-bit floats, of what was learnt here; checkpoints are not converted to them.
    Fp64,
    /// 32-bit floats: the reference.
    Fp32,
    /// 16-bit floats, for GPUs.
    Fp16,
    /// 8-bit integers, for CPUs.
    Int8,
}

impl Weights {
    /// The name, as it is written in files and in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fp64 => "fp64",
            Self::Fp32 => "fp32",
            Self::Fp16 => "fp16",
            Self::Int8 => "int8",
        }
    }
}

impl std::str::FromStr for Weights {
    type Err = crate::Error;

    fn from_str(name: &str) -> crate::Result<Self> {
        [Self::Fp32, Self::Fp16, Self::Int8]
            .into_iter()
            .find(|weights| weights.name() == name)
            .ok_or_else(|| {
                crate::Error::invalid("weights", format!("{name:?} is not one of fp32, fp16, int8"))
            })
    }
}
