//! Any tokenizer that the `tokenizers` library can read, kept from reading more than is needed.

use std::fmt;

use tokenizers::{Model, ModelWrapper};

use crate::{Error, Result};

/// How many tokens more than are wanted must come out of a part of a text, because those at its
/// cut could be others in the whole text.
///
/// The cut is between two words where there are any, and then next to nothing changes; within a
/// word, a tokenizer looks a few characters ahead at most.
const MARGIN: usize = 64;
/// How many bytes are read for a token at first: more than most languages need.
const BYTES_FIRST: usize = 8;
/// How many bytes are read for a token at most.
const BYTES_MOST: usize = 1024;

/// A tokenizer of the library, without truncation, padding and special tokens around.
pub(super) struct Library(pub(super) tokenizers::Tokenizer);

impl fmt::Debug for Library {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_tuple("Library").finish_non_exhaustive()
    }
}

impl Library {
    /// All tokens of a text.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>> {
        match self.0.encode_fast(text, false) {
            Ok(encoding) => Ok(encoding.get_ids().to_vec()),
            Err(error) => Err(Error::Inference {
                model: "tokenizer".to_owned(),
                problem: format!("a text of {} bytes cannot be tokenized", text.len()),
                source: Some(error),
            }),
        }
    }

    /// The highest number of a token.
    pub(super) fn highest(&self) -> Option<u32> {
        let model = match self.0.get_model() {
            // Its numbers have no gaps, and its vocabulary can be very large.
            ModelWrapper::Unigram(model) => (model.get_vocab_size() as u32).checked_sub(1),
            model => model.get_vocab().into_values().max(),
        };
        let added = self.0.get_added_vocabulary().get_added_tokens_decoder().keys().copied().max();
        model.max(added)
    }

    /// The first tokens of a text, `wanted` or more, and whether they are all.
    pub(super) fn first(&self, text: &str, wanted: usize) -> Result<(Vec<u32>, bool)> {
        grow(text, wanted, BYTES_MOST, |bytes| self.encode(&text[..first_cut(text, bytes)]))
    }

    /// The last tokens of a text, `wanted` or more, and whether they are all.
    pub(super) fn last(&self, text: &str, wanted: usize) -> Result<(Vec<u32>, bool)> {
        last(text, wanted, BYTES_MOST, |text| self.encode(text))
    }
}

/// The last tokens of a text, `wanted` or more, and whether they are all.
pub(super) fn last(
    text: &str,
    wanted: usize,
    bytes_most: usize,
    encode: impl Fn(&str) -> Result<Vec<u32>>,
) -> Result<(Vec<u32>, bool)> {
    grow(text, wanted, bytes_most, |bytes| encode(&text[last_cut(text, bytes)..]))
}

/// Reads ever larger parts of a text until they hold the tokens that are wanted.
fn grow(
    text: &str,
    wanted: usize,
    bytes_most: usize,
    read: impl Fn(usize) -> Result<Vec<u32>>,
) -> Result<(Vec<u32>, bool)> {
    let tokens = wanted.saturating_add(MARGIN);
    let most = tokens.saturating_mul(bytes_most);
    let mut bytes = tokens.saturating_mul(BYTES_FIRST);
    while bytes < text.len() {
        let ids = read(bytes)?;
        if ids.len() >= tokens || bytes >= most {
            return Ok((ids, false));
        }
        bytes = bytes.saturating_mul(2);
    }
    Ok((read(text.len())?, true))
}

/// Where to end a text of about so many bytes: before the spaces between two words, or else
/// between any two characters.
fn first_cut(text: &str, bytes: usize) -> usize {
    if bytes >= text.len() {
        return text.len();
    }
    let end = text.floor_char_boundary(bytes);
    let around = text.as_bytes();
    (end / 2 + 1..end)
        .rev()
        .find(|&at| around[at].is_ascii_whitespace() && !around[at - 1].is_ascii_whitespace())
        .unwrap_or(end)
}

/// Where to begin the last so many bytes of a text, in the same way.
fn last_cut(text: &str, bytes: usize) -> usize {
    if bytes >= text.len() {
        return 0;
    }
    let start = text.ceil_char_boundary(text.len() - bytes);
    let around = text.as_bytes();
    (start.max(1)..text.len() - bytes / 2)
        .find(|&at| around[at].is_ascii_whitespace() && !around[at - 1].is_ascii_whitespace())
        .unwrap_or(start)
}
