//! `config.json`: the family and the sizes of a checkpoint.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::{Error, Result, file::read_text};

/// Sizes beyond this are no transformer but a broken or hostile file.
const LARGEST_SIZE: usize = 1 << 24;

/// What a checkpoint's weights are called and how they are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Bert,
    DistilBert,
    /// `RoBERTa`, and XLM-R and `CamemBERT`, which differ in the tokenizer only.
    Roberta,
}

/// The function between the two halves of a feed-forward layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HiddenActivation {
    Gelu,
    GeluTanh,
    Relu,
    Silu,
}

/// The labels of a sequence classifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labels {
    pub(super) names: Vec<String>,
    /// Whether any number of labels can be right at once.
    pub(super) multi_label: bool,
}

/// A checked `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Config {
    /// `model_type` as written.
    pub(super) model_type: String,
    pub(super) family: Family,
    pub(super) vocabulary: usize,
    /// Rows of the table of positions that real tokens can have.
    pub(super) positions: usize,
    /// Rows of that table in front of the position of the first token.
    pub(super) skipped_positions: usize,
    /// Rows of the table of token types, of which the first is used; `None` where there is no such table.
    pub(super) token_types: Option<usize>,
    pub(super) hidden: usize,
    pub(super) intermediate: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) epsilon: f32,
    pub(super) activation: HiddenActivation,
    /// The labels, if the checkpoint is a sequence classifier.
    pub(super) labels: Option<Labels>,
}

/// `config.json` as it is on disk; the families name the same sizes differently.
#[derive(Deserialize)]
struct RawConfig {
    model_type: Option<String>,
    vocab_size: Option<usize>,
    #[serde(alias = "dim")]
    hidden_size: Option<usize>,
    #[serde(alias = "n_layers")]
    num_hidden_layers: Option<usize>,
    #[serde(alias = "n_heads")]
    num_attention_heads: Option<usize>,
    #[serde(alias = "hidden_dim")]
    intermediate_size: Option<usize>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    pad_token_id: Option<usize>,
    layer_norm_eps: Option<f64>,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
    #[serde(default)]
    add_cross_attention: bool,
}

/// What `config.json` says about labels, which every family says alike.
#[derive(Deserialize)]
struct RawLabels {
    architectures: Option<Vec<String>>,
    id2label: Option<BTreeMap<String, String>>,
    num_labels: Option<usize>,
    problem_type: Option<String>,
}

impl Config {
    /// Reads and checks the `config.json` of a checkpoint.
    pub(super) fn open(checkpoint: &Path) -> Result<Self> {
        read_config(checkpoint, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let raw: RawConfig = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let model_type = raw.model_type.clone().ok_or("`model_type` is missing")?;
        let family = match model_type.as_str() {
            "bert" => Family::Bert,
            "distilbert" => Family::DistilBert,
            "roberta" | "xlm-roberta" | "camembert" => Family::Roberta,
            other => {
                return Err(format!(
                    "`model_type` {other:?} is not one of bert, distilbert, roberta, xlm-roberta, camembert"
                ));
            }
        };
        raw.refuse_other_structures()?;
        let hidden = size("hidden_size", raw.hidden_size)?;
        let heads = size("num_attention_heads", raw.num_attention_heads)?;
        if !hidden.is_multiple_of(heads) {
            return Err(format!(
                "`hidden_size` {hidden} is not a multiple of `num_attention_heads` {heads}"
            ));
        }
        let rows = size("max_position_embeddings", raw.max_position_embeddings)?;
        let skipped_positions = match family {
            // The row of the padding and those before it never belong to a token.
            Family::Roberta => raw.pad_token_id.unwrap_or(1).saturating_add(1),
            Family::Bert | Family::DistilBert => 0,
        };
        let positions =
            rows.checked_sub(skipped_positions).filter(|&left| left > 0).ok_or_else(|| {
                format!("`max_position_embeddings` {rows} leaves no position behind `pad_token_id`")
            })?;
        let token_types = match family {
            Family::DistilBert => None,
            Family::Bert => Some(size("type_vocab_size", raw.type_vocab_size.or(Some(2)))?),
            Family::Roberta => Some(size("type_vocab_size", raw.type_vocab_size.or(Some(1)))?),
        };
        // DistilBERT has no setting for it.
        let epsilon = match family {
            Family::DistilBert => 1e-12,
            _ => raw.layer_norm_eps.unwrap_or(1e-12) as f32,
        };
        if !(epsilon > 0.0 && epsilon < 1.0) {
            return Err(format!("`layer_norm_eps` {epsilon} is not between 0 and 1"));
        }
        Ok(Self {
            family,
            vocabulary: size("vocab_size", raw.vocab_size)?,
            positions,
            skipped_positions,
            token_types,
            hidden,
            intermediate: size("intermediate_size", raw.intermediate_size)?,
            layers: size("num_hidden_layers", raw.num_hidden_layers)?,
            heads,
            epsilon,
            activation: activation(raw.hidden_act.as_deref().unwrap_or("gelu"))?,
            labels: read_labels(text)?,
            model_type,
        })
    }
}

/// What the `config.json` of any family says about a graph that is there already.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ExportedConfig {
    pub(super) model_type: Option<String>,
    pub(super) hidden: Option<usize>,
    /// How many tokens the model has positions for, where it says so.
    pub(super) positions: Option<usize>,
    pub(super) labels: Option<Labels>,
}

impl ExportedConfig {
    /// Reads the `config.json` beside an exported graph.
    pub(super) fn open(checkpoint: &Path) -> Result<Self> {
        read_config(checkpoint, Self::parse)
    }

    fn parse(text: &str) -> Result<Self, String> {
        /// Numbers are read as they come: what some families mean by -1 is "no limit".
        #[derive(Deserialize)]
        struct Raw {
            model_type: Option<String>,
            hidden_size: Option<i64>,
            dim: Option<i64>,
            max_position_embeddings: Option<i64>,
            pad_token_id: Option<i64>,
        }

        let raw: Raw = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let count = |number: i64| usize::try_from(number).ok().filter(|&count| count > 0);
        // These families number positions from behind the padding.
        let skipped = match raw.model_type.as_deref() {
            Some("roberta" | "xlm-roberta" | "xlm-roberta-xl" | "camembert" | "mpnet") => {
                raw.pad_token_id.unwrap_or(1).saturating_add(1)
            }
            _ => 0,
        };
        let positions = raw.max_position_embeddings.map(|rows| rows.saturating_sub(skipped));
        Ok(Self {
            hidden: raw.hidden_size.or(raw.dim).and_then(count),
            positions: positions.and_then(count),
            labels: read_labels(text)?,
            model_type: raw.model_type,
        })
    }
}

fn read_config<T>(checkpoint: &Path, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
    let path = checkpoint.join("config.json");
    let text = read_text("checkpoint", &path, "the configuration of a Hugging Face checkpoint")?;
    parse(&text).map_err(|problem| Error::invalid(path.display().to_string(), problem))
}

fn read_labels(text: &str) -> Result<Option<Labels>, String> {
    let raw: RawLabels = serde_json::from_str(text).map_err(|error| error.to_string())?;
    raw.labels()
}

impl RawConfig {
    /// Refuses what shares a family's name but computes something else.
    fn refuse_other_structures(&self) -> Result<(), String> {
        if let Some(kind) =
            self.position_embedding_type.as_deref().filter(|&kind| kind != "absolute")
        {
            return Err(format!(
                "`position_embedding_type` {kind:?} is not supported, only \"absolute\""
            ));
        }
        if self.is_decoder || self.add_cross_attention {
            return Err("it is a decoder; only encoders are supported".to_owned());
        }
        Ok(())
    }
}

impl RawLabels {
    fn labels(&self) -> Result<Option<Labels>, String> {
        let architecture = self.architectures.as_ref().and_then(|names| names.first());
        let Some(architecture) = architecture else { return Ok(None) };
        if !architecture.ends_with("ForSequenceClassification") {
            return match architecture.rsplit_once("For").map(|(_, head)| head) {
                // A language model's head is cut off: what is left is the encoder.
                None | Some("MaskedLM" | "PreTraining") => Ok(None),
                Some(_) => Err(format!(
                    "architecture {architecture:?} is neither an encoder nor a sequence classifier"
                )),
            };
        }
        let names = match &self.id2label {
            Some(map) => labels_in_order(map)?,
            // Without names the library that trains these models calls them so.
            None => (0..self.num_labels.unwrap_or(2).min(LARGEST_SIZE))
                .map(|index| format!("LABEL_{index}"))
                .collect(),
        };
        if let Some(count) = self.num_labels.filter(|&count| count != names.len()) {
            return Err(format!("`num_labels` is {count} but `id2label` names {}", names.len()));
        }
        let problem = self.problem_type.as_deref();
        if names.len() < 2 && problem != Some("multi_label_classification")
            || problem == Some("regression")
        {
            return Err(format!(
                "a classifier needs at least 2 labels, this one has {} (a regression?)",
                names.len()
            ));
        }
        let multi_label = match problem {
            None | Some("single_label_classification") => false,
            Some("multi_label_classification") => true,
            Some(other) => return Err(format!("`problem_type` {other:?} is not supported")),
        };
        Ok(Some(Labels { names, multi_label }))
    }
}

fn labels_in_order(map: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let mut names = vec![None; map.len()];
    for (id, name) in map {
        let place = id.parse().ok().and_then(|id: usize| names.get_mut(id)).ok_or_else(|| {
            format!("`id2label` has the id {id:?} where 0 to {} are expected", map.len() - 1)
        })?;
        *place = Some(name.clone());
    }
    names
        .into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| "`id2label` names one id twice".to_owned())
}

fn size(name: &str, value: Option<usize>) -> Result<usize, String> {
    let value = value.ok_or_else(|| format!("`{name}` is missing"))?;
    if value == 0 || value > LARGEST_SIZE {
        return Err(format!("`{name}` {value} is not between 1 and {LARGEST_SIZE}"));
    }
    Ok(value)
}

fn activation(name: &str) -> Result<HiddenActivation, String> {
    match name {
        "gelu" => Ok(HiddenActivation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" => Ok(HiddenActivation::GeluTanh),
        "relu" => Ok(HiddenActivation::Relu),
        "silu" | "swish" => Ok(HiddenActivation::Silu),
        other => Err(format!(
            "`hidden_act` {other:?} is not one of gelu, gelu_new, gelu_pytorch_tanh, relu, silu"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bert(more: &str) -> String {
        format!(
            r#"{{"model_type": "bert", "vocab_size": 100, "hidden_size": 32, "num_hidden_layers": 2,
            "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 40 {more}}}"#
        )
    }

    fn problem(more: &str) -> String {
        Config::parse(&bert(more)).unwrap_err()
    }

    #[test]
    fn an_encoder_has_no_labels() {
        let config = Config::parse(&bert(r#", "architectures": ["BertModel"]"#)).unwrap();
        assert_eq!(config.labels, None);
        assert_eq!((config.positions, config.token_types), (40, Some(2)));
        assert_eq!(config.activation, HiddenActivation::Gelu);
    }

    #[test]
    fn labels_come_in_the_order_of_their_ids() {
        let labels = (0..11).map(|id| format!("\"{id}\": \"l{id}\"")).collect::<Vec<_>>().join(",");
        let more = format!(
            r#", "architectures": ["BertForSequenceClassification"], "id2label": {{{labels}}},
            "problem_type": "multi_label_classification""#
        );
        let labels = Config::parse(&bert(&more)).unwrap().labels.unwrap();
        assert_eq!(labels.names[9..], ["l9", "l10"]);
        assert!(labels.multi_label);
    }

    #[test]
    fn positions_of_roberta_begin_behind_the_padding() {
        let text = bert(r#", "pad_token_id": 1"#).replace("\"bert\"", "\"xlm-roberta\"");
        let config = Config::parse(&text).unwrap();
        assert_eq!((config.positions, config.skipped_positions), (38, 2));
    }

    #[test]
    fn distilbert_has_its_own_names() {
        let text = r#"{"model_type": "distilbert", "vocab_size": 100, "dim": 32, "n_layers": 2, "n_heads": 4,
            "hidden_dim": 64, "max_position_embeddings": 40, "activation": "relu"}"#;
        let config = Config::parse(text).unwrap();
        assert_eq!((config.hidden, config.layers, config.intermediate), (32, 2, 64));
        assert_eq!((config.activation, config.token_types), (HiddenActivation::Relu, None));
    }

    #[test]
    fn any_family_may_have_been_exported() {
        let text = r#"{"model_type": "mpnet", "hidden_size": 12, "max_position_embeddings": 514,
            "architectures": ["MPNetForSequenceClassification"], "id2label": {"0": "a", "1": "b"}}"#;
        let config = ExportedConfig::parse(text).unwrap();
        assert_eq!((config.hidden, config.positions), (Some(12), Some(512)));
        assert_eq!(config.labels.unwrap().names, ["a", "b"]);
        let config = ExportedConfig::parse(r#"{"max_position_embeddings": -1}"#).unwrap();
        assert_eq!((config.model_type, config.hidden, config.positions), (None, None, None));
    }

    #[test]
    fn what_cannot_be_converted_is_named() {
        let classifier = r#", "architectures": ["BertForSequenceClassification"]"#;
        for (more, expected) in [
            (r#", "hidden_act": "mish""#.to_owned(), "\"mish\""),
            (r#", "position_embedding_type": "relative_key""#.to_owned(), "\"relative_key\""),
            (r#", "is_decoder": true"#.to_owned(), "decoder"),
            (
                r#", "architectures": ["BertForTokenClassification"]"#.to_owned(),
                "TokenClassification",
            ),
            (format!(r#"{classifier}, "id2label": {{"0": "score"}}"#), "at least 2 labels"),
            (format!(r#"{classifier}, "id2label": {{}}"#), "at least 2 labels"),
            (format!(r#"{classifier}, "id2label": {{"0": "a", "2": "b"}}"#), "\"2\""),
            (format!(r#"{classifier}, "id2label": {{"0": "a", "00": "b"}}"#), "twice"),
            (r#", "layer_norm_eps": 0"#.to_owned(), "layer_norm_eps"),
        ] {
            let problem = problem(&more);
            assert!(problem.contains(expected), "{problem}");
        }
        assert!(
            Config::parse(&bert("").replace("\"bert\"", "\"gpt2\"")).unwrap_err().contains("gpt2")
        );
        assert!(Config::parse(&bert("").replace("32", "30")).unwrap_err().contains("multiple"));
        assert!(Config::parse(&bert("").replace("100", "0")).unwrap_err().contains("vocab_size"));
        assert!(Config::parse("[]").is_err());
    }
}
