//! The folder layout of sentence-transformers: which modules follow the transformer.

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Error, Result, file::read_text, onnx::Pooling};

/// What a folder says beyond the transformer itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sentence {
    /// Where the transformer's own files are.
    pub(super) transformer: PathBuf,
    pub(super) pooling: Pooling,
    pub(super) normalize: bool,
    /// The most tokens its authors feed it.
    pub(super) max_tokens: Option<usize>,
}

#[derive(Deserialize)]
struct Module {
    path: String,
    r#type: String,
}

#[derive(Deserialize)]
struct Limits {
    max_seq_length: Option<usize>,
}

#[derive(Deserialize)]
struct TokenizerLimits {
    /// Not always a size: some are the "very large integer" 10³⁰, which means no limit.
    model_max_length: Option<Value>,
}

impl Sentence {
    /// Reads what is there; a folder without `modules.json` is a transformer and its vectors' mean.
    pub(super) fn open(checkpoint: &Path) -> Result<Self> {
        let mut sentence = Self {
            transformer: checkpoint.to_owned(),
            pooling: Pooling::Mean,
            normalize: false,
            max_tokens: None,
        };
        let list = checkpoint.join("modules.json");
        if list.is_file() {
            sentence.read_modules(checkpoint, &list)?;
        }
        let limits = sentence.transformer.join("sentence_bert_config.json");
        if limits.is_file() {
            let limits: Limits = read_json(&limits)?;
            sentence.max_tokens = limits.max_seq_length;
        }
        // Newer versions keep it with the tokenizer, where transformers has always had it.
        let limits = sentence.transformer.join("tokenizer_config.json");
        if sentence.max_tokens.is_none() && limits.is_file() {
            let limits: TokenizerLimits = read_json(&limits)?;
            let most = limits.model_max_length.as_ref().and_then(Value::as_u64);
            sentence.max_tokens = most.and_then(|most| most.try_into().ok());
        }
        Ok(sentence)
    }

    fn read_modules(&mut self, checkpoint: &Path, list: &Path) -> Result<()> {
        let problem = |problem: String| Error::invalid(list.display().to_string(), problem);
        let modules: Vec<Module> = read_json(list)?;
        let mut pooled = false;
        for (index, module) in modules.iter().enumerate() {
            let path = Path::new(&module.path);
            let inside = path
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
            if !inside || module.path.contains('\\') {
                return Err(problem(format!("{:?} leaves the folder", module.path)));
            }
            let folder = checkpoint.join(path);
            // The names of the modules moved between versions; their last part stayed.
            match module.r#type.rsplit('.').next().unwrap_or_default() {
                "Transformer" if index == 0 => self.transformer = folder,
                "Pooling" if index == 1 => {
                    self.pooling = read_pooling(&folder.join("config.json"))?;
                    pooled = true;
                }
                "Normalize" if pooled => self.normalize = true,
                _ => {
                    return Err(problem(format!(
                        "module {index}, {:?}, is not supported; a Transformer, a Pooling and \
                         perhaps a Normalize are, in this order",
                        module.r#type
                    )));
                }
            }
        }
        if pooled { Ok(()) } else { Err(problem("it names no Pooling module".to_owned())) }
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = read_text("checkpoint", path, "a settings file")?;
    serde_json::from_str(&text)
        .map_err(|error| Error::invalid(path.display().to_string(), error.to_string()))
}

/// One mode must be chosen: by a name, or, in the older form, by one of several switches.
fn read_pooling(path: &Path) -> Result<Pooling> {
    let settings: Map<String, Value> = read_json(path)?;
    let mut modes = Vec::new();
    match settings.get("pooling_mode") {
        Some(Value::String(mode)) => modes.push(mode.as_str()),
        Some(Value::Array(names)) => modes.extend(names.iter().filter_map(Value::as_str)),
        _ => modes.extend(
            settings
                .iter()
                .filter(|(_, value)| **value == Value::Bool(true))
                .filter_map(|(name, _)| name.strip_prefix("pooling_mode_")),
        ),
    }
    match modes[..] {
        ["mean" | "mean_tokens"] => Ok(Pooling::Mean),
        ["cls" | "cls_token"] => Ok(Pooling::Cls),
        ["max" | "max_tokens"] => Ok(Pooling::Max),
        _ => Err(Error::invalid(
            path.display().to_string(),
            format!("pooling {modes:?} is not supported; one of mean, cls and max is"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(modules: &[(&str, &str)], pooling: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let modules = modules
            .iter()
            .map(|(path, name)| {
                format!(r#"{{"path": "{path}", "type": "sentence_transformers.models.{name}"}}"#)
            })
            .collect::<Vec<_>>();
        fs::write(folder.path().join("modules.json"), format!("[{}]", modules.join(","))).unwrap();
        fs::create_dir(folder.path().join("1_Pooling")).unwrap();
        fs::write(folder.path().join("1_Pooling/config.json"), pooling).unwrap();
        folder
    }

    const TRANSFORMER: (&str, &str) = ("", "Transformer");
    const POOLING: (&str, &str) = ("1_Pooling", "Pooling");

    #[test]
    fn modules_say_how_vectors_become_one() {
        let cls = r#"{"word_embedding_dimension": 4, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#;
        let place = folder(&[TRANSFORMER, POOLING, ("2_Normalize", "Normalize")], cls);
        fs::write(place.path().join("sentence_bert_config.json"), r#"{"max_seq_length": 17}"#)
            .unwrap();
        let sentence = Sentence::open(place.path()).unwrap();
        assert_eq!((sentence.pooling, sentence.normalize), (Pooling::Cls, true));
        assert_eq!(sentence.max_tokens, Some(17));
        fs::write(place.path().join("sentence_bert_config.json"), "{}").unwrap();
        fs::write(place.path().join("tokenizer_config.json"), r#"{"model_max_length": 18}"#)
            .unwrap();
        assert_eq!(Sentence::open(place.path()).unwrap().max_tokens, Some(18));

        let place =
            folder(&[("0_Transformer", "Transformer"), POOLING], r#"{"pooling_mode": "max"}"#);
        let sentence = Sentence::open(place.path()).unwrap();
        assert_eq!((sentence.pooling, sentence.normalize), (Pooling::Max, false));
        assert_eq!(sentence.transformer, place.path().join("0_Transformer"));
    }

    #[test]
    fn a_plain_folder_means_the_mean() {
        let place = tempfile::tempdir().unwrap();
        let sentence = Sentence::open(place.path()).unwrap();
        assert_eq!(
            (sentence.pooling, sentence.normalize, sentence.max_tokens),
            (Pooling::Mean, false, None)
        );
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let mean = r#"{"pooling_mode_mean_tokens": true}"#;
        for (modules, pooling, expected) in [
            (&[TRANSFORMER, POOLING, ("2_Dense", "Dense")][..], mean, "Dense"),
            (&[("", "CLIPModel")], mean, "CLIPModel"),
            (&[TRANSFORMER], mean, "no Pooling"),
            (&[TRANSFORMER, ("../1_Pooling", "Pooling")], mean, "leaves the folder"),
            (&[TRANSFORMER, POOLING], r#"{"pooling_mode_lasttoken": true}"#, "lasttoken"),
            (&[TRANSFORMER, POOLING], "{}", "pooling []"),
            (&[TRANSFORMER, POOLING], "[]", "invalid type"),
        ] {
            let place = folder(modules, pooling);
            let message = Sentence::open(place.path()).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
