//! `pantau.json`: what a bundle says about itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Learned,
    bundle::{is_of_graph, name_problem},
};
use crate::{
    Error, Result,
    onnx::{Task, Weights},
};

/// More tokens or dimensions than this are a mistake, not a model.
const MOST: usize = 1_000_000;

/// What a bundle says about itself: its `pantau.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this format, [`Manifest::FORMAT`]; a newer one is refused.
    pub format: u32,
    /// A name for messages.
    pub name: String,
    /// The version of Pantau that wrote it.
    pub pantau: String,
    /// What the model is, as its configuration says: `bert`, `distilbert`, …, or `onnx` for an
    /// exported graph whose configuration does not say it.
    pub family: String,
    /// What the model answers.
    pub task: Task,
    /// How the weights are stored.
    pub weights: Weights,
    /// The most tokens of a text the model reads at once, special ones included; none if it
    /// reads texts of any length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// What was learnt here from labelled texts; none of a model that is a transformer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<Learned>,
    /// What the model answered when the bundle was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_test: Option<SelfTest>,
    /// What was measured of a quantised model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantization: Option<Quantization>,
    /// The files of the bundle beside `pantau.json`, by their path inside it.
    pub files: BTreeMap<String, FileEntry>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its length.
    pub bytes: u64,
    /// Its BLAKE3 hash in hexadecimal.
    pub blake3: String,
}

/// Texts and what the model answered for them when the bundle was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfTest {
    /// The texts.
    pub texts: Vec<String>,
    /// For each text, the logits or the vector.
    pub answers: Vec<Vec<f32>>,
    /// How far an answer may be off on another machine.
    pub tolerance: f32,
}

/// What was measured of a quantised model when its bundle was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantization {
    /// How well it agrees with the 32-bit model it was made from: the share of test texts with the
    /// same label; for an encoder, the smallest cosine. Unknown for a graph that was quantised
    /// elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// How many texts were tried.
    pub texts: usize,
    /// Whether a text gets the same answer alone and in any batch, to the bit.
    pub batch_invariant: bool,
    /// The largest difference between an answer alone and in a batch.
    pub batch_difference: f64,
    /// What the CPU it was measured on can do.
    pub cpu: Vec<String>,
}

impl SelfTest {
    /// What was answered to texts; answers may be off by that share of the largest number.
    pub(super) fn of(texts: &[&str], answers: &[Vec<f64>], share: f64) -> Self {
        let largest = answers.iter().flatten().fold(1.0_f64, |most, number| most.max(number.abs()));
        let narrow = |row: &Vec<f64>| row.iter().map(|number| *number as f32).collect();
        Self {
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            answers: answers.iter().map(narrow).collect(),
            tolerance: (largest * share) as f32,
        }
    }
}

impl Manifest {
    /// The newest format this version reads, and the one it writes.
    pub const FORMAT: u32 = 1;

    /// The manifest of a bundle that is about to be made; its files are filled in then.
    pub fn new(
        name: impl Into<String>,
        family: impl Into<String>,
        task: Task,
        weights: Weights,
        max_tokens: usize,
    ) -> Self {
        Self {
            format: Self::FORMAT,
            name: name.into(),
            pantau: env!("CARGO_PKG_VERSION").to_owned(),
            family: family.into(),
            task,
            weights,
            max_tokens: Some(max_tokens),
            learned: None,
            self_test: None,
            quantization: None,
            files: BTreeMap::new(),
        }
    }

    /// Reads a manifest and checks it.
    ///
    /// # Errors
    /// When it is of a newer format, has an unknown field, or says what cannot be.
    pub fn from_json(json: &str) -> Result<Self> {
        Self::parse("manifest", json.as_bytes())
    }

    /// The manifest as it is written into `pantau.json`: equal manifests give equal bytes.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("every key is a string");
        json.push('\n');
        json
    }

    /// Reads a manifest that is called `what` in messages.
    pub(super) fn parse(what: &str, json: &[u8]) -> Result<Self> {
        /// What is read first, for a newer format may have fields that this version has not.
        #[derive(Deserialize)]
        struct Format {
            format: u64,
        }

        let unreadable = |error: serde_json::Error| Error::invalid(what, error.to_string());
        let Format { format } = serde_json::from_slice(json).map_err(unreadable)?;
        if format > Self::FORMAT.into() {
            let newest = Self::FORMAT;
            return Err(Error::incompatible(
                what,
                format!(
                    "its format {format} is newer than {newest}, the newest this version reads"
                ),
            ));
        }
        let manifest: Self = serde_json::from_slice(json).map_err(unreadable)?;
        manifest.check(what)?;
        Ok(manifest)
    }

    /// Whether everything but the files can be so; `what` names the manifest in messages.
    pub(super) fn check(&self, what: &str) -> Result<()> {
        let problem = self
            .identity_problem()
            .or_else(|| task_problem(&self.task))
            .or_else(|| self.learned_problem())
            .or_else(|| self.self_test_problem())
            .or_else(|| self.quantization_problem())
            .or_else(|| self.files_problem());
        problem.map_or(Ok(()), |problem| Err(Error::invalid(what, problem)))
    }

    /// How many numbers the model answers for a text.
    pub(super) fn answer_length(&self) -> usize {
        width(&self.task)
    }

    /// What two bundles have in common whose graphs answer the same: all that a tokenizer and a
    /// session are made of.
    pub(super) fn graph_id(&self) -> String {
        let files = self.files.iter().filter(|(name, _)| is_of_graph(name));
        let files: Vec<_> = files.map(|(name, entry)| (name, &entry.blake3)).collect();
        serde_json::json!([files, self.graph_task(), self.max_tokens]).to_string()
    }

    /// What the graph of the bundle answers, which of a head on an encoder is not what the model
    /// answers.
    pub(super) fn graph_task(&self) -> &Task {
        let learned = self.learned.as_ref();
        learned.and_then(|learned| learned.encoder.as_ref()).unwrap_or(&self.task)
    }

    /// How many numbers the graph of the bundle answers; none if it has no graph.
    pub(super) fn graph_width(&self) -> Option<usize> {
        let has_graph = self.learned.as_ref().is_none_or(|learned| learned.encoder.is_some());
        has_graph.then(|| width(self.graph_task()))
    }

    fn learned_problem(&self) -> Option<String> {
        let learned = self.learned.as_ref();
        if let Some(problem) = learned.and_then(|learned| learned.problem(&self.task)) {
            return Some(problem);
        }
        if let Some(problem) = task_problem(self.graph_task()) {
            return Some(problem);
        }
        let is_missing = self.graph_width().is_some() && self.max_tokens.is_none();
        is_missing.then(|| "max_tokens is missing, which a transformer has".to_owned())
    }

    fn identity_problem(&self) -> Option<String> {
        if self.format == 0 {
            return Some("format 0 does not exist, the first is 1".to_owned());
        }
        for (field, text) in
            [("name", &self.name), ("pantau", &self.pantau), ("family", &self.family)]
        {
            if let Some(problem) = text_problem(field, text) {
                return Some(problem);
            }
        }
        let tokens = self.max_tokens?;
        let is_sane = (1..=MOST).contains(&tokens);
        (!is_sane).then(|| format!("max_tokens is {tokens}, allowed are 1 to {MOST}"))
    }

    fn self_test_problem(&self) -> Option<String> {
        let SelfTest { texts, answers, tolerance } = self.self_test.as_ref()?;
        if texts.is_empty() {
            return Some("a self-test without texts".to_owned());
        }
        if texts.len() != answers.len() {
            let (texts, answers) = (texts.len(), answers.len());
            return Some(format!("the self-test has {texts} texts and {answers} answers"));
        }
        if !(tolerance.is_finite() && *tolerance >= 0.0) {
            return Some(format!(
                "the self-test's tolerance is {tolerance}, it must be finite and at least 0"
            ));
        }
        let expected = self.answer_length();
        answers.iter().enumerate().find_map(|(at, answer)| {
            let length = answer.len();
            if length != expected {
                return Some(format!(
                    "answer {at} of the self-test has {length} numbers, the task gives {expected}"
                ));
            }
            let number = answer.iter().find(|number| !number.is_finite())?;
            Some(format!("answer {at} of the self-test holds {number}"))
        })
    }

    fn quantization_problem(&self) -> Option<String> {
        let Quantization { agreement, batch_difference, .. } = self.quantization.as_ref()?;
        if let Some(agreement) = agreement.filter(|share| !(-1.0..=1.0).contains(share)) {
            return Some(format!("quantization.agreement is {agreement}, allowed are -1 to 1"));
        }
        let is_sane = batch_difference.is_finite() && *batch_difference >= 0.0;
        (!is_sane).then(|| {
            format!("quantization.batch_difference is {batch_difference}, it must be at least 0")
        })
    }

    fn files_problem(&self) -> Option<String> {
        self.files.iter().find_map(|(name, entry)| {
            if let Some(problem) = name_problem(name) {
                return Some(format!("the file name {name:?} {problem}"));
            }
            let is_hash = entry.blake3.len() == 64
                && entry.blake3.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            (!is_hash).then(|| {
                let hash = &entry.blake3;
                format!("{hash:?}, the hash of {name}, is not 64 hexadecimal digits in lower case")
            })
        })
    }
}

/// Why a text cannot be a field that is printed and logged.
pub(super) fn text_problem(field: &str, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some(format!("{field} is empty"));
    }
    let is_odd = text.chars().any(char::is_control);
    is_odd.then(|| format!("{field} {text:?} holds a control character"))
}

/// How many numbers are answered for a text.
fn width(task: &Task) -> usize {
    match task {
        Task::Classifier { labels, .. } => labels.len(),
        Task::Encoder { dimensions, .. } => *dimensions,
    }
}

fn task_problem(task: &Task) -> Option<String> {
    match task {
        Task::Classifier { labels, temperature, .. } => {
            if labels.is_empty() {
                return Some("a classifier without labels".to_owned());
            }
            let mut seen = BTreeSet::new();
            for (at, label) in labels.iter().enumerate() {
                if label.trim().is_empty() {
                    return Some(format!("label {at} is empty"));
                }
                if !seen.insert(label) {
                    return Some(format!("the label {label:?} is there twice"));
                }
            }
            let is_sane = (1e-6..=1e6).contains(temperature);
            (!is_sane).then(|| {
                format!("the temperature is {temperature}, it must be between 1e-6 and 1e6")
            })
        }
        Task::Encoder { dimensions, .. } => {
            let is_sane = (1..=MOST).contains(dimensions);
            (!is_sane).then(|| format!("dimensions is {dimensions}, allowed are 1 to {MOST}"))
        }
    }
}
