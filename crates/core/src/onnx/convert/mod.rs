//! From a Hugging Face folder to an ONNX graph.

mod checkpoint;
mod config;
mod exported;
mod graph;
mod linear;
mod names;
pub(crate) mod proto;
mod sentence;
mod transformer;
mod weights_file;

use std::{collections::BTreeMap, fs, path::Path};

use self::{
    checkpoint::Checkpoint,
    config::{Config, Labels},
    exported::Exported,
    graph::{CHANNEL_SIZES, GRAPH_FILE, Graph, WEIGHTS_FILE},
    sentence::Sentence,
    transformer::{Output, Transformer},
};
use super::{Activation, Pooling, Task, Weights};
use crate::{Error, Result};

/// What [`convert_graph`] made.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// `bert`, `distilbert`, `roberta`, `xlm-roberta` or `camembert`.
    pub family: String,
    /// What the graph answers.
    pub task: Task,
    /// How many tokens of a text the model reads, special ones included.
    pub max_tokens: usize,
    /// The files written into the target folder: `model.onnx` first.
    pub files: Vec<String>,
}

/// Reads the configuration and the weights in `checkpoint` and writes the graph into `target`.
///
/// The checkpoint is a folder as Hugging Face's or sentence-transformers' `save_pretrained`
/// makes it, of the family BERT, DistilBERT, `RoBERTa` or XLM-R. The graph has the inputs
/// `input_ids` and `attention_mask`, both 64-bit integers of `[batch, sequence]`, where padding
/// stands behind the tokens, and one output of 32-bit floats: `logits` for a classifier,
/// `last_hidden_state` for an encoder, or `embedding` where only the first token counts.
///
/// ```no_run
/// use pantau::onnx::{Weights, convert_graph};
///
/// let converted = convert_graph("all-MiniLM-L6-v2".as_ref(), "graph".as_ref(), Weights::Fp32)?;
/// assert_eq!(converted.files, ["model.onnx", "model.weights"]);
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// If a file is missing or broken, if the model is of another family or has a part that is not
/// known here, if a tensor is missing or has another shape than the configuration says, if the
/// weights are not safetensors (the message has the command that makes them), or if the target
/// cannot be written; no half-written graph stays behind.
pub fn convert_graph(checkpoint: &Path, target: &Path, weights: Weights) -> Result<Converted> {
    write_graph(checkpoint, target, Purpose::Answer(weights))
}

/// How large the numbers of each channel get on real texts, by the name of the value.
pub(crate) type ChannelSizes = BTreeMap<String, Vec<f32>>;

impl Converted {
    /// Like [`convert_graph`] in fp32, with more outputs, each known by [`measured_value`]: how large
    /// the channels of a value get, to be maximised over texts without padding.
    pub(crate) fn measuring(checkpoint: &Path, target: &Path) -> Result<Self> {
        write_graph(checkpoint, target, Purpose::Measure)
    }

    /// Like [`convert_graph`] in int8, made for what the graph of [`Converted::measuring`] said.
    pub(crate) fn smoothed(checkpoint: &Path, target: &Path, sizes: ChannelSizes) -> Result<Self> {
        write_graph(checkpoint, target, Purpose::Smoothed(sizes))
    }

    /// Finds the graph in a folder that holds one instead of weights.
    pub(crate) fn exported(checkpoint: &Path) -> Result<Option<Exported>> {
        Exported::find(checkpoint)
    }

    /// The value whose channels an output of [`Converted::measuring`] measures.
    pub(crate) fn measured_value(output: &str) -> Option<&str> {
        output.strip_suffix(CHANNEL_SIZES)
    }
}

/// What a graph is written for.
enum Purpose {
    Answer(Weights),
    Measure,
    Smoothed(ChannelSizes),
}

fn write_graph(checkpoint: &Path, target: &Path, purpose: Purpose) -> Result<Converted> {
    let sentence = Sentence::open(checkpoint)?;
    let config = Config::open(&sentence.transformer)?;
    let source = Checkpoint::open(&sentence.transformer, names::prefix(config.family))?;
    let task = task(config.labels.as_ref(), &sentence, config.hidden);
    let output = match &task {
        Task::Classifier { .. } => Output::Logits,
        Task::Encoder { pooling: Pooling::Cls, .. } => Output::FirstToken,
        Task::Encoder { pooling: Pooling::Mean | Pooling::Max, .. } => Output::Tokens,
    };
    fs::create_dir_all(target).map_err(Error::storage("write", target))?;
    let (weights, measure, channel_sizes) = match purpose {
        Purpose::Answer(weights) => (weights, false, ChannelSizes::new()),
        Purpose::Measure => (Weights::Fp32, true, ChannelSizes::new()),
        Purpose::Smoothed(sizes) => (Weights::Int8, false, sizes),
    };
    let mut graph = Graph::create(target, weights)?;
    graph.channel_sizes = channel_sizes;
    let path = target.join(GRAPH_FILE);
    let written = Transformer { config: &config, checkpoint: &source, graph, measure }
        .build(output)
        .and_then(|bytes| fs::write(&path, bytes).map_err(Error::storage("write", &path)));
    if let Err(error) = written {
        for file in [GRAPH_FILE, WEIGHTS_FILE] {
            // What is half written must not stay; that it could not even be removed adds nothing.
            let _ = fs::remove_file(target.join(file));
        }
        return Err(error);
    }
    Ok(Converted {
        family: config.model_type,
        task,
        max_tokens: sentence.max_tokens.unwrap_or(usize::MAX).clamp(1, config.positions),
        files: vec![GRAPH_FILE.to_owned(), WEIGHTS_FILE.to_owned()],
    })
}

/// What a model answers: labels where it has them, or else vectors of `hidden` numbers.
fn task(labels: Option<&Labels>, sentence: &Sentence, hidden: usize) -> Task {
    if let Some(Labels { names, multi_label }) = labels {
        let activation = if *multi_label { Activation::Sigmoid } else { Activation::Softmax };
        return Task::Classifier { labels: names.clone(), activation, temperature: 1.0 };
    }
    let Sentence { pooling, normalize, .. } = *sentence;
    Task::Encoder { pooling, normalize, dimensions: hidden }
}
