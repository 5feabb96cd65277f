//! Writing a tokenizer as `tokenizer.json`.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tokenizers::{AddedToken, NormalizerWrapper};

use super::{Engine, Tokenizer, wordpiece::WordPiece};
use crate::{Error, Result};

/// What a `tokenizer.json` holds beside the model and its normaliser.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) added_tokens: Vec<AddedToken>,
    pub(super) post_processor: Value,
    /// Not used here, but by those who turn numbers into text again.
    pub(super) decoder: Value,
}

#[derive(Serialize)]
struct File<'a, M: Serialize, A: Serialize, N: Serialize, P: Serialize> {
    version: &'static str,
    truncation: (),
    padding: Value,
    added_tokens: A,
    normalizer: N,
    pre_tokenizer: P,
    post_processor: &'a Value,
    decoder: &'a Value,
    model: M,
}

#[derive(Serialize)]
struct WordPieceModel<'a> {
    r#type: &'static str,
    unk_token: &'a str,
    continuing_subword_prefix: &'a str,
    max_input_chars_per_word: usize,
    vocab: InOrder<'a>,
}

#[derive(Serialize)]
struct WithId<'a> {
    id: u32,
    #[serde(flatten)]
    token: &'a AddedToken,
}

pub(super) fn write(tokenizer: &Tokenizer) -> Result<String> {
    let padding = tokenizer.pad_token.as_ref().map_or(Value::Null, |token| {
        json!({
            "strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": tokenizer.pad_id, "pad_type_id": 0, "pad_token": token,
        })
    });
    let Rest { added_tokens, post_processor, decoder } = &tokenizer.rest;
    let written = match &tokenizer.engine {
        Engine::WordPiece(model) => {
            let mut tokens: Vec<WithId> = added_tokens
                .iter()
                .filter_map(|token| Some(WithId { id: model.id(&token.content)?, token }))
                .collect();
            // Numbers are given out in this order when the file is read.
            tokens.sort_by_key(|token| token.id);
            serde_json::to_string(&File {
                version: "1.0",
                truncation: (),
                padding,
                added_tokens: tokens,
                normalizer: NormalizerWrapper::BertNormalizer(model.normalizer()),
                pre_tokenizer: json!({"type": "BertPreTokenizer"}),
                post_processor,
                decoder,
                model: WordPieceModel {
                    r#type: "WordPiece",
                    unk_token: &model.names.unknown,
                    continuing_subword_prefix: &model.names.prefix,
                    max_input_chars_per_word: model.longest_word,
                    vocab: InOrder(model),
                },
            })
        }
        Engine::Library(library) => serde_json::to_string(&File {
            version: "1.0",
            truncation: (),
            padding,
            added_tokens: library.0.get_added_vocabulary(),
            normalizer: library.0.get_normalizer(),
            pre_tokenizer: library.0.get_pre_tokenizer(),
            post_processor,
            decoder,
            model: library.0.get_model(),
        }),
    };
    written.map_err(|error| Error::incompatible("tokenizer", error.to_string()))
}

/// The tokens of a vocabulary in the order of their numbers.
struct InOrder<'a>(&'a WordPiece);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tokens: Vec<(&str, u32)> = self.0.vocabulary.iter().collect();
        tokens.sort_unstable_by_key(|&(token, id)| (id, token));
        serializer.collect_map(tokens)
    }
}
