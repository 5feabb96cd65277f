//! What each family calls its weights.

use super::config::Family;

/// The weights in front of the layers.
pub(super) const WORDS: &str = "embeddings.word_embeddings.weight";
pub(super) const POSITIONS: &str = "embeddings.position_embeddings.weight";
pub(super) const TOKEN_TYPES: &str = "embeddings.token_type_embeddings.weight";
pub(super) const EMBEDDING_NORM: &str = "embeddings.LayerNorm";

/// The weights of one layer, each without its `.weight` and `.bias`.
#[derive(Debug)]
pub(super) struct LayerNames {
    pub(super) query: String,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) attention_output: String,
    pub(super) attention_norm: String,
    pub(super) intermediate: String,
    pub(super) output: String,
    pub(super) output_norm: String,
}

impl LayerNames {
    /// Those of the layer with this number, counted from 0.
    pub(super) fn new(family: Family, layer: usize) -> Self {
        let stem = match family {
            Family::DistilBert => "transformer.layer",
            Family::Bert | Family::Roberta => "encoder.layer",
        };
        let name = |part: &str| format!("{stem}.{layer}.{part}");
        match family {
            Family::DistilBert => Self {
                query: name("attention.q_lin"),
                key: name("attention.k_lin"),
                value: name("attention.v_lin"),
                attention_output: name("attention.out_lin"),
                attention_norm: name("sa_layer_norm"),
                intermediate: name("ffn.lin1"),
                output: name("ffn.lin2"),
                output_norm: name("output_layer_norm"),
            },
            Family::Bert | Family::Roberta => Self {
                query: name("attention.self.query"),
                key: name("attention.self.key"),
                value: name("attention.self.value"),
                attention_output: name("attention.output.dense"),
                attention_norm: name("attention.output.LayerNorm"),
                intermediate: name("intermediate.dense"),
                output: name("output.dense"),
                output_norm: name("output.LayerNorm"),
            },
        }
    }
}

/// The two linear maps of a classifier: the inner one and the one to the labels.
pub(super) fn head_names(family: Family) -> [&'static str; 2] {
    match family {
        Family::Bert => ["pooler.dense", "classifier"],
        Family::DistilBert => ["pre_classifier", "classifier"],
        Family::Roberta => ["classifier.dense", "classifier.out_proj"],
    }
}

/// What the names of the weights below a head begin with.
pub(super) fn prefix(family: Family) -> &'static str {
    match family {
        Family::Bert => "bert",
        Family::DistilBert => "distilbert",
        Family::Roberta => "roberta",
    }
}

/// All names a tensor can have in a file: with the prefix and without, and as in checkpoints
/// that were first made with TensorFlow, where the weights of a norm are `gamma` and `beta`.
pub(super) fn other_names(prefix: &str, name: &str) -> impl Iterator<Item = String> {
    let old = name.rsplit_once('.').and_then(|(stem, last)| {
        let last = match last {
            "weight" => "gamma",
            "bias" => "beta",
            _ => return None,
        };
        stem.to_ascii_lowercase().ends_with("norm").then(|| format!("{stem}.{last}"))
    });
    let new = name.to_owned();
    let prefixed = |name: &str| format!("{prefix}.{name}");
    [Some(prefixed(&new)), Some(new), old.as_deref().map(prefixed), old].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_has_old_names_too() {
        let names = |name| other_names("bert", name).collect::<Vec<_>>();
        assert_eq!(
            names("embeddings.LayerNorm.bias"),
            [
                "bert.embeddings.LayerNorm.bias",
                "embeddings.LayerNorm.bias",
                "bert.embeddings.LayerNorm.beta",
                "embeddings.LayerNorm.beta"
            ]
        );
        assert_eq!(names("classifier.weight"), ["bert.classifier.weight", "classifier.weight"]);
    }

    #[test]
    fn layers_are_numbered() {
        let names = LayerNames::new(Family::DistilBert, 3);
        assert_eq!(names.query, "transformer.layer.3.attention.q_lin");
        assert_eq!(
            LayerNames::new(Family::Roberta, 0).output_norm,
            "encoder.layer.0.output.LayerNorm"
        );
    }
}
