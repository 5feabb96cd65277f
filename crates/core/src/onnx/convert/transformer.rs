//! The graph of a BERT-like encoder, with a classifier on top or without.

use super::{
    checkpoint::Checkpoint,
    config::{Config, Family, HiddenActivation},
    graph::Graph,
    linear::{Matrix, Range},
    names::{EMBEDDING_NORM, LayerNames, POSITIONS, TOKEN_TYPES, WORDS, head_names},
    proto::{AttributeProto, Dimension, side},
};
use crate::{Error, Result};

/// What is added to the score of a padding token: far below every real score, so that
/// its share is exactly 0, and still a number in 16 bits.
const MASKED: f32 = -10_000.0;

/// What leaves the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    /// The numbers of a classifier, one for each label.
    Logits,
    /// The vectors of all tokens.
    Tokens,
    /// The vector of the first token.
    FirstToken,
}

/// Puts the graph together from the weights of a checkpoint.
pub(super) struct Transformer<'a> {
    pub(super) config: &'a Config,
    pub(super) checkpoint: &'a Checkpoint,
    pub(super) graph: Graph,
    /// Whether the graph also says how large the channels get of what smoothing is for.
    pub(super) measure: bool,
}

impl HiddenActivation {
    /// What its results can be.
    fn range(self) -> Range {
        // The lowest points of the curves, rounded down.
        match self {
            Self::Gelu | Self::GeluTanh => Range::AtLeast(-0.171),
            Self::Silu => Range::AtLeast(-0.279),
            Self::Relu => Range::AtLeast(0.0),
        }
    }
}

impl Transformer<'_> {
    /// Builds the graph and returns the bytes of its file.
    pub(super) fn build(mut self, output: Output) -> Result<Vec<u8>> {
        let config = self.config;
        if self
            .checkpoint
            .has(&format!("{}.weight", LayerNames::new(config.family, config.layers).query))
        {
            return Err(Error::invalid(
                "config.json",
                format!(
                    "`num_hidden_layers` is {} but the weights have more layers",
                    config.layers
                ),
            ));
        }
        self.add_constants(output)?;
        let ids = self.graph.input("input_ids", ["batch", "sequence"]);
        let mask = self.graph.input("attention_mask", ["batch", "sequence"]);
        let mut x = self.embed(&ids)?;
        let mask = self.mask(&mask);
        for layer in 0..config.layers {
            let first_only = output != Output::Tokens && layer + 1 == config.layers;
            x = self.layer(layer, &x, &mask, first_only)?;
        }
        let batch = Dimension::Name("batch".to_owned());
        let hidden = Dimension::Length(side(config.hidden));
        match (output, &config.labels) {
            (Output::Tokens, _) => {
                let shape = [batch, Dimension::Name("sequence".to_owned()), hidden];
                self.graph.output("last_hidden_state", &x, &shape);
            }
            (Output::Logits, Some(labels)) => {
                let x = self.graph.node("Squeeze", "first", &[&x, "axis.1"], []);
                let logits = self.head(&x, labels.names.len())?;
                let labels = Dimension::Length(side(labels.names.len()));
                self.graph.output("logits", &logits, &[batch, labels]);
            }
            _ => {
                let x = self.graph.node("Squeeze", "first", &[&x, "axis.1"], []);
                self.graph.output("embedding", &x, &[batch, hidden]);
            }
        }
        self.graph.finish()
    }

    /// Adds the small numbers that every layer uses.
    fn add_constants(&mut self, output: Output) -> Result<()> {
        let Config { heads, hidden, .. } = *self.config;
        let graph = &mut self.graph;
        graph.integers("axis.0", &[0])?;
        if output != Output::Tokens {
            graph.integers("axis.1", &[1])?;
        }
        graph.integers("axes.1_2", &[1, 2])?;
        // A 0 keeps the side as it is.
        graph.integers("shape.heads", &[0, 0, side(heads), side(hidden / heads)])?;
        graph.integers("shape.hidden", &[0, 0, side(hidden)])?;
        graph.floats("one", &[], &[1.0])?;
        graph.floats("masked", &[], &[MASKED])?;
        Ok(())
    }

    /// Words, positions and the first token type, added up and normalised.
    fn embed(&mut self, ids: &str) -> Result<String> {
        let Config { vocabulary, hidden, positions, skipped_positions, token_types, .. } =
            *self.config;
        let mut table =
            self.checkpoint.read(POSITIONS, &[positions + skipped_positions, hidden])?;
        table.drain(..skipped_positions * hidden);
        if let Some(token_types) = token_types {
            // One text has one type, so that its vector can be added once and for all.
            let types = self.checkpoint.read(TOKEN_TYPES, &[token_types, hidden])?;
            for row in table.chunks_exact_mut(hidden) {
                for (value, add) in row.iter_mut().zip(&types) {
                    *value += add;
                }
            }
        }
        let graph = &mut self.graph;
        let table = graph.floats("embeddings.positions", &[positions, hidden], &table)?;
        let values = self.checkpoint.read(WORDS, &[vocabulary, hidden])?;
        let words = Matrix { inputs: vocabulary, outputs: hidden, values };
        let words = graph.lookup("embeddings.words", &words, ids)?;
        let ends = [AttributeProto::int("start", 1), AttributeProto::int("end", 2)];
        let length = graph.node("Shape", "embeddings.length", &[ids], ends);
        let inputs = [table.as_str(), "axis.0", &length, "axis.0"];
        let position = graph.node("Slice", "embeddings.position", &inputs, []);
        let sum = graph.node("Add", "embeddings.sum", &[&words, &position], []);
        self.norm(EMBEDDING_NORM, "embeddings.norm", &sum)
    }

    /// What is added to the scores: 0 for real tokens, [`MASKED`] for padding.
    fn mask(&mut self, mask: &str) -> String {
        let graph = &mut self.graph;
        let element = graph.float_type();
        let mask = graph.cast("mask.float", mask, element);
        let mask = graph.node("Unsqueeze", "mask.wide", &[&mask, "axes.1_2"], []);
        let mask = graph.node("Sub", "mask.padding", &["one", &mask], []);
        graph.node("Mul", "mask.scores", &[&mask, "masked"], [])
    }

    /// One layer. With `first_only`, of which only the first token is asked, just its keys
    /// and values are computed for all tokens.
    fn layer(&mut self, number: usize, x: &str, mask: &str, first_only: bool) -> Result<String> {
        let Config { hidden, intermediate, heads, .. } = *self.config;
        let names = LayerNames::new(self.config.family, number);
        let name = |part: &str| format!("layer.{number}.{part}");
        let asking = if first_only {
            let inputs = [x, "axis.0", "axis.1", "axis.1"];
            if let Some(sizes) = self.graph.channel_sizes.get(x).cloned() {
                self.graph.channel_sizes.insert(name("first"), sizes);
            }
            self.graph.node("Slice", name("first"), &inputs, [])
        } else {
            x.to_owned()
        };

        let (query, bias) = self.weights(&names.query, hidden, hidden)?;
        // The scores are divided by this; here it costs nothing.
        let scale = 1.0 / ((hidden / heads) as f32).sqrt();
        let bias: Vec<_> = bias.iter().map(|value| value * scale).collect();
        let query = self.graph.linear(&name("query"), &asking, &query.scaled(scale), Range::Any)?;
        let query = self.graph.add_bias(&name("query"), &query, &bias)?;
        let query = self.split_heads(&query, [0, 2, 1, 3]);
        // The bias of the keys adds the same to all scores of a token, which changes no share.
        let (key, _) = self.weights(&names.key, hidden, hidden)?;
        let key = self.graph.linear(&name("key"), x, &key, Range::Any)?;
        let key = self.split_heads(&key, [0, 2, 3, 1]);
        let (value, value_bias) = self.weights(&names.value, hidden, hidden)?;
        let value = self.graph.linear(&name("value"), x, &value, Range::Any)?;
        let value = self.split_heads(&value, [0, 2, 1, 3]);

        let graph = &mut self.graph;
        let scores = graph.node("MatMul", name("scores"), &[&query, &key], []);
        let scores = graph.node("Add", name("masked_scores"), &[&scores, mask], []);
        let shares =
            graph.node("Softmax", name("shares"), &[&scores], [AttributeProto::int("axis", -1)]);
        let mixed = graph.node("MatMul", name("mixed"), &[&shares, &value], []);
        let perm = [AttributeProto::ints("perm", &[0, 2, 1, 3])];
        let mixed = graph.node("Transpose", name("mixed_tokens"), &[&mixed], perm);
        let mixed = graph.node("Reshape", name("context"), &[&mixed, "shape.hidden"], []);

        let (matrix, mut bias) = self.weights(&names.attention_output, hidden, hidden)?;
        // The shares of a token sum to 1, so that the bias of the values comes through whole.
        matrix.add_product(&value_bias, &mut bias);
        let attention = self.graph.linear(&name("attention"), &mixed, &matrix, Range::Any)?;
        let attention = self.graph.add_bias(&name("attention"), &attention, &bias)?;
        let sum = self.graph.node("Add", name("attention_sum"), &[&attention, &asking], []);
        let x = self.norm(&names.attention_norm, &name("attention_norm"), &sum)?;
        let (matrix, bias) = self.weights(&names.intermediate, hidden, intermediate)?;
        let inner = self.graph.linear(&name("inner"), &x, &matrix, Range::Any)?;
        let inner = self.activate(&name("inner"), &inner, &bias)?;
        let (matrix, bias) = self.weights(&names.output, intermediate, hidden)?;
        let outer =
            self.graph.linear(&name("outer"), &inner, &matrix, self.config.activation.range())?;
        let outer = self.graph.add_bias(&name("outer"), &outer, &bias)?;
        let sum = self.graph.node("Add", name("outer_sum"), &[&outer, &x], []);
        self.norm(&names.output_norm, &name("norm"), &sum)
    }

    fn split_heads(&mut self, value: &str, perm: [i64; 4]) -> String {
        let parts =
            self.graph.node("Reshape", format!("{value}.parts"), &[value, "shape.heads"], []);
        let perm = [AttributeProto::ints("perm", &perm)];
        self.graph.node("Transpose", format!("{value}.heads"), &[&parts], perm)
    }

    /// Adds the bias and bends the result.
    fn activate(&mut self, name: &str, x: &str, bias: &[f32]) -> Result<String> {
        let graph = &mut self.graph;
        let activation = format!("{name}.activation");
        if self.config.activation == HiddenActivation::Gelu {
            // The runtime would make this of the standard's operators, every time it loads the graph.
            let bias = graph.floats(format!("{name}.bias"), &[bias.len()], bias)?;
            return Ok(graph.runtime_node("BiasGelu", activation, &[x, &bias], []));
        }
        let x = &graph.add_bias(name, x, bias)?;
        Ok(match self.config.activation {
            HiddenActivation::Gelu | HiddenActivation::GeluTanh => {
                graph.runtime_node("FastGelu", activation, &[x], [])
            }
            HiddenActivation::Relu => graph.node("Relu", activation, &[x], []),
            HiddenActivation::Silu => {
                let part = graph.node("Sigmoid", format!("{name}.sigmoid"), &[x], []);
                graph.node("Mul", activation, &[x, &part], [])
            }
        })
    }

    /// A classifier: a linear map, a bend, and a linear map to the labels.
    fn head(&mut self, x: &str, labels: usize) -> Result<String> {
        let hidden = self.config.hidden;
        let [inner, outer] = head_names(self.config.family);
        let bend = match self.config.family {
            Family::DistilBert => "Relu",
            Family::Bert | Family::Roberta => "Tanh",
        };
        let (matrix, bias) = self.weights(inner, hidden, hidden)?;
        let x = self.graph.exact_linear("head.inner", x, &matrix)?;
        let x = self.graph.add_bias("head.inner", &x, &bias)?;
        let x = self.graph.node(bend, "head.bend", &[&x], []);
        let (matrix, bias) = self.weights(outer, hidden, labels)?;
        let x = self.graph.exact_linear("head.labels", &x, &matrix)?;
        self.graph.add_bias("head.labels", &x, &bias)
    }

    fn norm(&mut self, source: &str, name: &str, x: &str) -> Result<String> {
        let shape = [self.config.hidden];
        let weight = self.checkpoint.read(&format!("{source}.weight"), &shape)?;
        let bias = self.checkpoint.read(&format!("{source}.bias"), &shape)?;
        let weight = self.graph.floats(format!("{name}.weight"), &shape, &weight)?;
        let bias = self.graph.floats(format!("{name}.bias"), &shape, &bias)?;
        let attributes = [
            AttributeProto::int("axis", -1),
            AttributeProto::float("epsilon", self.config.epsilon),
        ];
        let result = self.graph.node("LayerNormalization", name, &[x, &weight, &bias], attributes);
        // What the last layer makes goes into no map that is quantised.
        if self.measure && name != format!("layer.{}.norm", self.config.layers - 1) {
            self.graph.channel_sizes_output(&result, self.config.hidden);
        }
        Ok(result)
    }

    fn weights(&self, source: &str, inputs: usize, outputs: usize) -> Result<(Matrix, Vec<f32>)> {
        let rows = self.checkpoint.read(&format!("{source}.weight"), &[outputs, inputs])?;
        let bias = self.checkpoint.read(&format!("{source}.bias"), &[outputs])?;
        Ok((Matrix::from_rows_of_outputs(inputs, outputs, &rows), bias))
    }
}
