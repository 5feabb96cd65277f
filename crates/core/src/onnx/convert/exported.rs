//! Graphs that another program exported, taken as they are.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::{
    Converted, checkpoint::Checkpoint, config::ExportedConfig, graph::GRAPH_FILE,
    sentence::Sentence, task,
};
use crate::{
    Error, Result,
    onnx::{Dimension, GraphFacts, Weights, inspect},
};

/// Where exporters put their graph. The quantised one is taken where there is no other.
const PLACES: [&str; 4] =
    [GRAPH_FILE, "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx"];
/// What a bundle has under these names is not the graph's.
const TAKEN: [&str; 3] = [GRAPH_FILE, "tokenizer.json", "pantau.json"];
/// How many tokens a model reads when nothing says it: what most were trained with.
const USUAL_TOKENS: usize = 512;
/// The operators by which a graph with whole numbers for weights is known.
const QUANTIZED: [&str; 13] = [
    "ConvInteger",
    "DequantizeLinear",
    "DynamicQuantizeLinear",
    "DynamicQuantizeMatMul",
    "MatMulBnb4",
    "MatMulInteger",
    "MatMulIntegerToFloat",
    "MatMulNBits",
    "QAttention",
    "QEmbedLayerNormalization",
    "QGemm",
    "QLinearConv",
    "QLinearMatMul",
];

/// A graph that another program exported, with what the files around it say.
#[derive(Debug)]
pub(crate) struct Exported {
    path: PathBuf,
    facts: GraphFacts,
    sentence: Sentence,
    config: ExportedConfig,
}

impl Exported {
    /// Looks for a graph in a folder; where weights can be read, no graph is needed.
    pub(crate) fn find(checkpoint: &Path) -> Result<Option<Self>> {
        let sentence = Sentence::open(checkpoint)?;
        if Checkpoint::is_in(&sentence.transformer) {
            return Ok(None);
        }
        let places = PLACES.iter().map(|place| sentence.transformer.join(place));
        let Some(path) = places.into_iter().find(|path| path.is_file()) else { return Ok(None) };
        let facts = inspect(&path)?;
        let config = ExportedConfig::open(&sentence.transformer)?;
        Ok(Some(Self { path, facts, sentence, config }))
    }

    /// Where the graph lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How the weights are stored.
    pub(crate) fn weights(&self) -> Weights {
        if QUANTIZED.iter().any(|&operator| self.facts.operators.contains(operator)) {
            return Weights::Int8;
        }
        let count = |element: &str| self.facts.weights.get(element).copied().unwrap_or(0);
        if count("float16") > count("float") { Weights::Fp16 } else { Weights::Fp32 }
    }

    /// Copies the graph into `target`, with the files beside it that it wants.
    pub(crate) fn copy(self, target: &Path) -> Result<Converted> {
        let mut files = vec![GRAPH_FILE.to_owned()];
        copy_file(&self.path, &target.join(GRAPH_FILE))?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        for name in &self.facts.external_files {
            if let Some(problem) = name_problem(name) {
                return Err(Error::invalid(
                    self.path.display().to_string(),
                    format!("it wants the file {name:?}, which {problem}"),
                ));
            }
            copy_file(&folder.join(name), &target.join(name))?;
            files.push(name.clone());
        }
        let hidden = self.vector_length().or(self.config.hidden).ok_or_else(|| {
            Error::invalid(
                self.sentence.transformer.join("config.json").display().to_string(),
                "`hidden_size` is missing, and the graph does not say it either",
            )
        })?;
        let limits = [self.sentence.max_tokens, self.config.positions];
        Ok(Converted {
            task: task(self.config.labels.as_ref(), &self.sentence, hidden),
            family: self.config.model_type.unwrap_or_else(|| "onnx".to_owned()),
            max_tokens: limits.into_iter().flatten().min().unwrap_or(USUAL_TOKENS).max(1),
            files,
        })
    }

    /// How many numbers a vector of the only output has, where the graph says so.
    fn vector_length(&self) -> Option<usize> {
        let [output] = self.facts.outputs.as_slice() else { return None };
        match output.dimensions.as_ref()?.last()? {
            Dimension::Fixed(length) => usize::try_from(*length).ok().filter(|&length| length > 0),
            Dimension::Named(_) | Dimension::Any => None,
        }
    }
}

/// Why a file may not be copied under a name that a graph chose.
fn name_problem(name: &str) -> Option<&'static str> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    // A star is how ONNX Runtime marks weights that lie in memory, at an address the graph chooses.
    if name.is_empty() || !is_inside || name.contains(['\\', ':', '*']) {
        return Some("is not the name of a file in the same folder");
    }
    TAKEN
        .iter()
        .any(|taken| taken.eq_ignore_ascii_case(name))
        .then_some("has another meaning in a bundle")
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    // Downloads are often kept as links, which are followed; pipes and devices are not files.
    if !from.is_file() {
        return Err(Error::NotFound {
            what: from.display().to_string(),
            hint: "the exported graph wants this file".to_owned(),
        });
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(Error::storage("write", parent))?;
    }
    fs::copy(from, to).map_err(Error::storage("write", to))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_may_name_files_beside_it_only() {
        for name in ["model.onnx_data", "weights/layer.0"] {
            assert_eq!(name_problem(name), None, "{name}");
        }
        for name in
            ["", "..", "../x", "/etc/passwd", "a/../../x", "a\\b", "C:x", "*/_ORT_MEM_ADDR_/*"]
        {
            assert!(name_problem(name).unwrap().contains("same folder"), "{name}");
        }
        assert!(name_problem("Model.ONNX").unwrap().contains("another meaning"));
        assert!(name_problem("tokenizer.json").is_some());
    }
}
