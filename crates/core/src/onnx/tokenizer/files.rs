//! The files a tokenizer is kept in.

use std::{fs, io, path::Path};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokenizers::{
    AddedToken, Encoding, ModelWrapper, NormalizerWrapper, PostProcessor, PostProcessorWrapper,
    PreTokenizerWrapper, Token, normalizers::BertNormalizer,
};

use super::{
    Engine, Tokenizer,
    json::Rest,
    library::Library,
    vocabulary::{TokenList, Vocabulary},
    wordpiece::{Names, WordPiece},
};
use crate::{Error, Result};

/// A `model_max_length` above this means that nobody knew it.
const MAX_LENGTH: f64 = 1e6;

/// What `tokenizer_config.json` says, completed by `special_tokens_map.json`.
#[derive(Debug, Default)]
pub(super) struct Settings(serde_json::Map<String, Value>);

impl Settings {
    fn read(folder: &Path) -> Result<Self> {
        let mut settings = serde_json::Map::new();
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            let path = folder.join(name);
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::storage("read", path)(error)),
            };
            let read: serde_json::Map<String, Value> = parse(&path.display().to_string(), &bytes)?;
            settings.extend(read);
        }
        Ok(Self(settings))
    }

    /// The name of a special token: a string, or an object with its content.
    fn token(&self, key: &str) -> Option<&str> {
        content(self.0.get(key)?)
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.0.get(key)?.as_bool()
    }

    fn model_max_length(&self) -> Option<usize> {
        let length = self.0.get("model_max_length")?;
        length.as_f64().filter(|&length| (1.0..MAX_LENGTH).contains(&length))?;
        length.as_u64()?.try_into().ok()
    }

    /// Whether transformers opens the folder with a class that takes the settings of BERT's
    /// normaliser from here rather than from `tokenizer.json`.
    fn rule_normalizer(&self) -> bool {
        self.0
            .get("tokenizer_class")
            .and_then(Value::as_str)
            .is_some_and(|class| class.contains("Bert") || class.contains("Electra"))
    }
}

fn content(token: &Value) -> Option<&str> {
    token.as_str().or_else(|| token.get("content")?.as_str())
}

/// A `tokenizer.json`, without its model.
#[derive(Deserialize)]
struct TokenizerFile {
    version: Option<String>,
    #[serde(default)]
    padding: Value,
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
    #[serde(default)]
    decoder: Value,
    model: ModelKind,
}

#[derive(Deserialize)]
struct ModelKind {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    dropout: Option<f64>,
}

/// The model of a `tokenizer.json`, and nothing else of it.
#[derive(Deserialize)]
struct ModelOnly<M> {
    model: M,
}

#[derive(Deserialize)]
struct WordPieceFile {
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: usize,
    vocab: TokenList,
}

pub(super) fn open(folder: &Path) -> Result<Tokenizer> {
    let present = |name: &str| folder.join(name).is_file();
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(Error::storage("read", &path)).map(|bytes| (path, bytes))
    };
    if present("tokenizer.json") {
        let (path, bytes) = read("tokenizer.json")?;
        return from_json(&path.display().to_string(), &bytes, &Settings::read(folder)?);
    }
    if present("vocab.txt") {
        let (path, bytes) = read("vocab.txt")?;
        return from_vocabulary(&path.display().to_string(), bytes, &Settings::read(folder)?);
    }
    let other = fs::read_dir(folder).ok().and_then(|entries| {
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| {
                name == "vocab.json"
                    || Path::new(name).extension().is_some_and(|extension| extension == "model")
            })
            .min()
    });
    if let Some(other) = other {
        return Err(Error::incompatible(
            format!("tokenizer {}", folder.join(&other).display()),
            format!(
                "only tokenizer.json and vocab.txt are read; write the former with \
                 python -c \"from transformers import AutoTokenizer; \
                 AutoTokenizer.from_pretrained({0:?}).save_pretrained({0:?})\"",
                folder.display().to_string()
            ),
        ));
    }
    Err(Error::NotFound {
        what: format!("tokenizer in {}", folder.display()),
        hint: "looked for tokenizer.json, vocab.txt, vocab.json, *.model".to_owned(),
    })
}

fn parse<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| Error::invalid(name, error.to_string()))
}

fn part<T: DeserializeOwned>(name: &str, part: &str, value: Value) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|error| Error::incompatible(name, format!("its {part} is not known: {error}")))
}

/// `name` is the file in messages.
pub(super) fn from_json(name: &str, bytes: &[u8], settings: &Settings) -> Result<Tokenizer> {
    let file: TokenizerFile = parse(name, bytes)?;
    if let Some(version) = file.version.filter(|version| version != "1.0") {
        return Err(Error::incompatible(name, format!("version {version:?}, 1.0 can be read")));
    }
    if let Some(dropout) = file.model.dropout.filter(|&dropout| dropout != 0.0) {
        return Err(Error::incompatible(
            name,
            format!(
                "its model drops merges at random (dropout {dropout}), so no answer is certain"
            ),
        ));
    }
    let plain = |token: &AddedToken| {
        !(token.normalized || token.single_word || token.lstrip || token.rstrip)
    };
    let is = |part: &Value, kind: &str| part.get("type").and_then(Value::as_str) == Some(kind);
    let (before, after) = surroundings(name, &file.post_processor)?;
    let engine = if file.model.kind.as_deref() == Some("WordPiece")
        && is(&file.normalizer, "BertNormalizer")
        && is(&file.pre_tokenizer, "BertPreTokenizer")
        && file.added_tokens.iter().all(plain)
    {
        let model = parse::<ModelOnly<WordPieceFile>>(name, bytes)?.model;
        let mut normalizer: BertNormalizer = part(name, "normalizer", file.normalizer)?;
        if settings.rule_normalizer() {
            rule(&mut normalizer, settings);
        }
        Engine::WordPiece(Box::new(wordpiece(name, model, normalizer, &file.added_tokens)?))
    } else {
        let model = model(name, bytes, file.model.kind.as_deref())?;
        let mut library = tokenizers::Tokenizer::new(model);
        let broken = |error: tokenizers::Error| Error::invalid(name, error.to_string());
        let mut normalizer: Option<NormalizerWrapper> = part(name, "normalizer", file.normalizer)?;
        if let Some(NormalizerWrapper::BertNormalizer(normalizer)) = &mut normalizer
            && settings.rule_normalizer()
        {
            rule(normalizer, settings);
        }
        library.with_normalizer(normalizer).map_err(broken)?;
        let pre: Option<PreTokenizerWrapper> = part(name, "pre_tokenizer", file.pre_tokenizer)?;
        library.with_pre_tokenizer(pre);
        library.add_tokens(file.added_tokens.iter().cloned()).map_err(broken)?;
        Engine::Library(Box::new(Library(library)))
    };
    let named = file.padding.get("pad_token").and_then(Value::as_str);
    let pad_id = file.padding.get("pad_id").and_then(Value::as_u64);
    let pad_id = pad_id.and_then(|id| u32::try_from(id).ok());
    let parts = Parts {
        engine,
        before,
        after,
        rest: Rest {
            added_tokens: file.added_tokens,
            post_processor: file.post_processor,
            decoder: file.decoder,
        },
    };
    Ok(assemble(parts, pad_id, named, settings))
}

/// The model, read as what it is: the library alone would read every one into a tree first.
fn model(name: &str, bytes: &[u8], kind: Option<&str>) -> Result<ModelWrapper> {
    use tokenizers::models::{bpe::BPE, unigram::Unigram, wordlevel::WordLevel};
    let mut model = match kind {
        Some("BPE") => ModelWrapper::BPE(parse::<ModelOnly<BPE>>(name, bytes)?.model),
        Some("Unigram") => ModelWrapper::Unigram(parse::<ModelOnly<Unigram>>(name, bytes)?.model),
        Some("WordLevel") => {
            ModelWrapper::WordLevel(parse::<ModelOnly<WordLevel>>(name, bytes)?.model)
        }
        _ => parse::<ModelOnly<ModelWrapper>>(name, bytes)?.model,
    };
    if let ModelWrapper::BPE(_) = model {
        // Every thread would keep its own, also after the model is gone.
        model.resize_cache(0);
    }
    Ok(model)
}

/// What transformers does to the normaliser of a BERT model whose settings say something else.
fn rule(normalizer: &mut BertNormalizer, settings: &Settings) {
    if let Some(lowercase) = settings.flag("do_lower_case") {
        normalizer.lowercase = lowercase;
    }
    if let Some(chinese) = settings.flag("tokenize_chinese_chars") {
        normalizer.handle_chinese_chars = chinese;
    }
    if let Some(strip) = settings.0.get("strip_accents") {
        normalizer.strip_accents = strip.as_bool();
    }
}

fn wordpiece(
    name: &str,
    model: WordPieceFile,
    normalizer: BertNormalizer,
    added_tokens: &[AddedToken],
) -> Result<WordPiece> {
    let vocabulary = Vocabulary::new(model.vocab, &model.continuing_subword_prefix)
        .map_err(|error| Error::invalid(name, error.to_string()))?;
    let unknown = vocabulary.id(&model.unk_token).ok_or_else(|| {
        Error::invalid(name, format!("the unknown token {:?} is not in it", model.unk_token))
    })?;
    // What is not in the vocabulary gets the numbers after it, as the library gives them.
    let mut next = vocabulary.len();
    let mut specials: Vec<(String, u32)> = Vec::new();
    for AddedToken { content, .. } in added_tokens {
        if content.is_empty() || specials.iter().any(|(known, _)| known == content) {
            continue;
        }
        let id = vocabulary.id(content).unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        specials.push((content.clone(), id));
    }
    let names = Names { unknown: model.unk_token, prefix: model.continuing_subword_prefix };
    let longest_word = model.max_input_chars_per_word;
    Ok(WordPiece::new(vocabulary, names, unknown, longest_word, specials, normalizer))
}

/// The special tokens before and after a text: what the post-processor puts round a token that
/// can be told from all others.
fn surroundings(name: &str, post_processor: &Value) -> Result<(Vec<u32>, Vec<u32>)> {
    let Some(processor) =
        part::<Option<PostProcessorWrapper>>(name, "post_processor", post_processor.clone())?
    else {
        return Ok((Vec::new(), Vec::new()));
    };
    let text = Encoding::from_tokens(vec![Token::new(u32::MAX, "a".to_owned(), (0, 1))], 0);
    let around = processor
        .process(text, None, true)
        .map_err(|error| Error::incompatible(name, error.to_string()))?;
    let ids = around.get_ids();
    match ids.iter().position(|&id| id == u32::MAX) {
        Some(at) if !ids[at + 1..].contains(&u32::MAX) => {
            Ok((ids[..at].to_vec(), ids[at + 1..].to_vec()))
        }
        _ => Err(Error::incompatible(name, "its post_processor does not keep the text once")),
    }
}

/// The layout of older BERT models.
fn from_vocabulary(name: &str, bytes: Vec<u8>, settings: &Settings) -> Result<Tokenizer> {
    for (key, default) in [
        ("never_split", Value::Null),
        ("do_basic_tokenize", Value::Bool(true)),
        ("wordpieces_prefix", json!("##")),
    ] {
        let value = settings.0.get(key).unwrap_or(&Value::Null);
        let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !empty && *value != default {
            return Err(Error::incompatible(
                name,
                format!("{key} is {value} in tokenizer_config.json, only {default} can be read"),
            ));
        }
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count();
        Error::invalid(name, format!("line {line} is not UTF-8"))
    })?;
    let named = |key: &str, default: &str| settings.token(key).unwrap_or(default).to_owned();
    let (class, separator) = (named("cls_token", "[CLS]"), named("sep_token", "[SEP]"));
    let (unknown, pad) = (named("unk_token", "[UNK]"), named("pad_token", "[PAD]"));
    let mut specials = vec![
        pad.clone(),
        unknown.clone(),
        class.clone(),
        separator.clone(),
        named("mask_token", "[MASK]"),
    ];
    let more = settings.0.get("additional_special_tokens").and_then(Value::as_array);
    specials.extend(more.into_iter().flatten().filter_map(content).map(str::to_owned));
    let added_tokens: Vec<AddedToken> =
        specials.into_iter().map(|name| AddedToken::from(name, true)).collect();
    let model = WordPieceFile {
        unk_token: unknown,
        continuing_subword_prefix: "##".to_owned(),
        max_input_chars_per_word: 100,
        vocab: TokenList::from_lines(text.strip_prefix('\u{feff}').unwrap_or(&text)),
    };
    let mut normalizer = BertNormalizer::default();
    rule(&mut normalizer, settings);
    let model = wordpiece(name, model, normalizer, &added_tokens)?;
    let id = |token: &str| {
        model.vocabulary.id(token).ok_or_else(|| {
            Error::invalid(name, format!("the special token {token:?} is not in it"))
        })
    };
    let (before, after) = (id(&class)?, id(&separator)?);
    let post_processor = json!({
        "type": "BertProcessing", "sep": [separator, after], "cls": [class, before],
    });
    let decoder = json!({"type": "WordPiece", "prefix": "##", "cleanup": true});
    let parts = Parts {
        engine: Engine::WordPiece(Box::new(model)),
        before: vec![before],
        after: vec![after],
        rest: Rest { added_tokens, post_processor, decoder },
    };
    Ok(assemble(parts, None, Some(&pad), settings))
}

struct Parts {
    engine: Engine,
    before: Vec<u32>,
    after: Vec<u32>,
    rest: Rest,
}

fn assemble(
    parts: Parts,
    pad_id: Option<u32>,
    pad_token: Option<&str>,
    settings: &Settings,
) -> Tokenizer {
    let Parts { engine, before, after, rest } = parts;
    let candidates = [settings.token("pad_token"), pad_token, Some("[PAD]"), Some("<pad>")];
    let found = candidates
        .into_iter()
        .flatten()
        .find_map(|token| engine.id(token).map(|id| (token.to_owned(), id)));
    let (pad_token, found_id) = found.unzip();
    Tokenizer {
        vocabulary_size: engine.vocabulary_size(),
        engine,
        before,
        after,
        pad_id: pad_id.or(found_id).unwrap_or(0),
        pad_token,
        model_max_length: settings.model_max_length(),
        rest,
    }
}

impl Engine {
    fn id(&self, token: &str) -> Option<u32> {
        match self {
            Self::WordPiece(model) => model.id(token),
            Self::Library(library) => library.0.token_to_id(token),
        }
    }

    fn vocabulary_size(&self) -> usize {
        let highest = match self {
            Self::WordPiece(model) => Some(model.highest()),
            Self::Library(library) => library.highest(),
        };
        highest.map_or(0, |highest| highest as usize + 1)
    }
}
