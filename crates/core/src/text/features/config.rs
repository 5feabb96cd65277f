use std::{path::Path, time::SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SCHEMA_VERSION;
use crate::{
    Error, Result,
    file::{read_text, write_text},
    settings::problem,
    text::{
        Cleaner, Dictionary, Language, Lexicon, Normalizer, StemAlgorithm, Step, StopWordMatching,
        StopWords, hex,
    },
};

/// The newest settings file this version can read.
const FORMAT: u64 = 1;

/// Everything that decides what a [`FeatureExtractor`](super::FeatureExtractor)
/// answers, so that training and serving can share it as one JSON file.
///
/// Lists are stored in full: an extractor keeps giving the same bytes when a
/// later Pantau brings better lists.
///
/// ```
/// use pantau::text::{FeatureConfig, Language};
///
/// let config = FeatureConfig::new(Language::Indonesian);
/// let same = FeatureConfig::from_json(&config.to_json())?;
/// assert_eq!(config.schema_hash(), same.schema_hash());
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureConfig {
    /// The version its owner gives these features, `1.0.0` at first.
    pub version: String,
    /// When it was made, in UTC.
    pub created_at: String,
    /// The language of the texts.
    pub language: Language,
    /// Cleaned texts with fewer characters are too short (see
    /// [`check_length`](super::FeatureExtractor::check_length)).
    pub min_length: u64,
    /// Cleaned texts with more words are too long.
    pub max_length: u64,
    /// How texts are cleaned.
    pub steps: Vec<Step>,
    /// Colloquial spellings to replace after cleaning.
    pub normalizer: Option<Normalizer>,
    /// The words that `text_no_stopwords` leaves out; `None` leaves out none.
    pub stop_words: Option<StopWords>,
    /// How `stemmed_text` is made; `None` leaves words as they are.
    pub stemmer: Option<StemmerConfig>,
    /// The words counted as praise and complaint.
    pub lexicon: Lexicon,
}

/// Which stemmer, over which dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StemmerConfig {
    /// The algorithm.
    pub algorithm: StemAlgorithm,
    /// The [fingerprint](Dictionary::fingerprint) of Sastrawi's dictionary;
    /// without one, any dictionary will do.
    #[serde(default)]
    pub dictionary: Option<String>,
}

impl FeatureConfig {
    /// The default settings for `language`, made now. Indonesian is stemmed by
    /// Tala's algorithm; [`Self::with_dictionary`] turns to Sastrawi's.
    pub fn new(language: Language) -> Self {
        let algorithm = StemAlgorithm::for_language(language, false);
        Self {
            version: "1.0.0".to_owned(),
            created_at: utc(SystemTime::now()),
            language,
            min_length: 3,
            max_length: 128,
            steps: Cleaner::default_steps(language),
            normalizer: None,
            stop_words: Some(StopWords::new(language)),
            stemmer: Some(StemmerConfig { algorithm, dictionary: None }),
            lexicon: Lexicon::new(language),
        }
    }

    /// The same settings with the Sastrawi stemmer over `dictionary`.
    pub fn with_dictionary(mut self, dictionary: &Dictionary) -> Self {
        self.stemmer = Some(StemmerConfig {
            algorithm: StemAlgorithm::Sastrawi,
            dictionary: Some(dictionary.fingerprint().to_owned()),
        });
        self
    }

    /// A hash over the feature definitions and all settings that decide a
    /// feature's value: equal hashes mean equal features. The version, the time
    /// and the limits of lengths decide none.
    pub fn schema_hash(&self) -> String {
        let mut file = File::from(self);
        file.version = None;
        file.created_at = None;
        file.min_length = None;
        file.max_length = None;
        file.schema_hash = None;
        let text = serde_json::to_string(&file).expect(ALWAYS_JSON);
        hex(&Sha256::digest(text.as_bytes()))
    }

    /// The settings as JSON.
    pub fn to_json(&self) -> String {
        let mut file = File::from(self);
        file.schema_hash = Some(self.schema_hash());
        serde_json::to_string_pretty(&file).expect(ALWAYS_JSON)
    }

    /// Reads settings from JSON. What is not there gets its default for the
    /// language, so `{"max_length": 128, "version": "1.0.0"}` is enough.
    ///
    /// # Errors
    /// `Incompatible` when it was written by a newer version; `InvalidInput`
    /// when it is broken, or no longer what its `schema_hash` was made from.
    pub fn from_json(json: &str) -> Result<Self> {
        let broken = |error: serde_json::Error| Error::invalid("feature config", problem(&error));
        let value: serde_json::Value = serde_json::from_str(json).map_err(broken)?;
        // A newer file may hold anything, so its versions are read before all else.
        let number = |field: &str| value.get(field).and_then(serde_json::Value::as_u64);
        let incompatible = |problem: String| {
            Err(Error::Incompatible { what: "feature config".to_owned(), problem })
        };
        if let Some(format) = number("format").filter(|format| *format > FORMAT) {
            return incompatible(format!(
                "its format {format} is newer than {FORMAT}, the newest this version reads"
            ));
        }
        let known = u64::from(SCHEMA_VERSION);
        if let Some(version) = number("schema_version").filter(|version| *version != known) {
            return incompatible(format!(
                "its features are those of schema version {version}, but this version of \
                 Pantau extracts those of {known}"
            ));
        }
        let file: File = serde_json::from_value(value).map_err(broken)?;
        let stated_hash = file.schema_hash.clone();
        let config = Self::try_from(file)?;
        config.check()?;
        match stated_hash {
            Some(stated) if stated != config.schema_hash() => Err(Error::invalid(
                "feature config",
                format!(
                    "its settings hash to {}, not to its schema_hash {stated}: \
                     they were changed after it was saved (remove schema_hash to accept them)",
                    config.schema_hash()
                ),
            )),
            _ => Ok(config),
        }
    }

    /// Reads settings from a JSON file.
    ///
    /// # Errors
    /// Those of [`Self::from_json`]; `NotFound` or `Storage` when the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_json(&read_text("feature config", path.as_ref(), "JSON")?)
    }

    /// Writes the settings to a JSON file, whole or not at all.
    ///
    /// # Errors
    /// `Storage` when the file cannot be written; those of [`Self::check`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.check()?;
        write_text(path.as_ref(), &(self.to_json() + "\n"))
    }

    /// Refuses settings that no extractor can follow.
    ///
    /// # Errors
    /// `InvalidInput`, naming the setting.
    pub fn check(&self) -> Result<()> {
        if self.max_length == 0 {
            return Err(Error::invalid("max_length", "0 words is below the least, 1"));
        }
        if self.version.trim().is_empty() {
            return Err(Error::invalid("version", "is empty"));
        }
        if let Some(StemmerConfig { algorithm, dictionary: Some(_) }) = &self.stemmer
            && *algorithm != StemAlgorithm::Sastrawi
        {
            let problem = format!("the {} stemmer has no use for one", algorithm.name());
            return Err(Error::invalid("dictionary", problem));
        }
        Cleaner::with_steps(self.steps.iter().copied()).map(drop)
    }
}

const ALWAYS_JSON: &str = "text, numbers and lists of them are always JSON";

/// The settings as they stand in a file: every field may be left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent and null mean different things here")]
struct File {
    #[serde(default)]
    format: u64,
    schema_version: Option<u32>,
    version: Option<String>,
    created_at: Option<String>,
    #[serde(default)]
    language: Language,
    min_length: Option<u64>,
    max_length: Option<u64>,
    steps: Option<Vec<Step>>,
    normalizer: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "given")]
    stop_words: Option<Option<StopWordsFile>>,
    #[serde(default, deserialize_with = "given")]
    stemmer: Option<Option<StemmerConfig>>,
    lexicon: Option<Lexicon>,
    schema_hash: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StopWordsFile {
    #[serde(default)]
    matching: StopWordMatching,
    words: Vec<String>,
}

/// Tells `null` (switched off) from a field that is not there (the default).
#[expect(clippy::option_option, reason = "absent and null mean different things here")]
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

impl From<&FeatureConfig> for File {
    fn from(config: &FeatureConfig) -> Self {
        let stop_words = config.stop_words.as_ref().map(|list| StopWordsFile {
            matching: list.matching(),
            words: list.words().into_iter().map(str::to_owned).collect(),
        });
        Self {
            format: FORMAT,
            schema_version: Some(SCHEMA_VERSION),
            version: Some(config.version.clone()),
            created_at: Some(config.created_at.clone()),
            language: config.language,
            min_length: Some(config.min_length),
            max_length: Some(config.max_length),
            steps: Some(config.steps.clone()),
            normalizer: config.normalizer.as_ref().map(Normalizer::pairs),
            stop_words: Some(stop_words),
            stemmer: Some(config.stemmer.clone()),
            lexicon: Some(config.lexicon.clone()),
            schema_hash: None,
        }
    }
}

impl TryFrom<File> for FeatureConfig {
    type Error = Error;

    fn try_from(file: File) -> Result<Self> {
        let default = Self::new(file.language);
        let stop_words =
            |list: StopWordsFile| StopWords::from_words(list.words).with_matching(list.matching);
        Ok(Self {
            version: file.version.unwrap_or(default.version),
            created_at: file.created_at.unwrap_or(default.created_at),
            language: file.language,
            min_length: file.min_length.unwrap_or(default.min_length),
            max_length: file.max_length.unwrap_or(default.max_length),
            steps: file.steps.unwrap_or(default.steps),
            normalizer: file.normalizer.map(Normalizer::from_pairs).transpose()?,
            stop_words: match file.stop_words {
                Some(list) => list.map(stop_words),
                None => default.stop_words,
            },
            stemmer: file.stemmer.unwrap_or(default.stemmer),
            lexicon: file.lexicon.unwrap_or(default.lexicon),
        })
    }
}

/// `2026-01-31T23:59:59Z`, from the day count by Howard Hinnant's civil calendar.
fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of the year 0, in eras of 400 years.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!(
        "{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        era * 400 + year + carry,
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_utc() {
        // From `date -u -d @N +%FT%TZ`.
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(utc(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn the_hash_follows_settings_not_names() {
        let config = FeatureConfig::new(Language::Indonesian);
        let mut renamed = config.clone();
        renamed.version = "2.0.0".to_owned();
        renamed.created_at = "yesterday".to_owned();
        renamed.min_length = 7;
        renamed.max_length = 7;
        assert_eq!(config.schema_hash(), renamed.schema_hash());
        let mut other = config.clone();
        other.stop_words = None;
        assert_ne!(config.schema_hash(), other.schema_hash());
        let pairs = [("gak", "tidak")];
        other = config.clone();
        other.normalizer = Some(Normalizer::from_pairs(pairs).unwrap());
        assert_ne!(config.schema_hash(), other.schema_hash());
    }

    #[test]
    fn all_settings_survive_a_file() {
        let dictionary = Dictionary::from_words(["makan"]).unwrap();
        let mut config = FeatureConfig::new(Language::English).with_dictionary(&dictionary);
        config.steps = vec![Step::Case, Step::Repeats(3)];
        config.normalizer = Some(Normalizer::from_pairs([("gak papa", "tidak apa-apa")]).unwrap());
        config.stop_words = Some(StopWords::sastrawi());
        config.lexicon = Lexicon::from_words(["ok"], ["no"]);
        config.min_length = 0;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feature_config.json");
        config.save(&path).unwrap();
        assert_eq!(FeatureConfig::load(&path).unwrap(), config);
        config.stop_words = None;
        config.stemmer = None;
        assert_eq!(FeatureConfig::from_json(&config.to_json()).unwrap(), config);
    }

    #[test]
    fn a_short_file_gets_the_defaults() {
        let config = FeatureConfig::from_json(
            r#"{"max_length": 64, "min_length": 3, "version": "1.0.0", "created_at": "2024-01-01"}"#,
        )
        .unwrap();
        assert_eq!(config.max_length, 64);
        assert_eq!(config.steps, Cleaner::default_steps(Language::Indonesian));
    }

    #[test]
    fn broken_changed_and_newer_files_are_told_apart() {
        use crate::ErrorKind::{Incompatible, InvalidInput};

        let json = FeatureConfig::new(Language::Indonesian).to_json();
        let changed = json.replace("\"repeats\": 1", "\"repeats\": 2");
        assert_ne!(json, changed);
        for (json, kind, part) in [
            ("{", InvalidInput, "EOF"),
            ("[1]", InvalidInput, "expected"),
            (r#"{"language": "xx"}"#, InvalidInput, "xx"),
            (r#"{"maxlength": 3}"#, InvalidInput, "maxlength"),
            (r#"{"max_length": 0}"#, InvalidInput, "below the least"),
            (r#"{"format": 2, "shape": "new"}"#, Incompatible, "format 2 is newer than 1"),
            (r#"{"schema_version": 0, "schema_hash": "00"}"#, Incompatible, "schema version 0"),
            (changed.as_str(), InvalidInput, "changed after it was saved"),
        ] {
            let error = FeatureConfig::from_json(json).unwrap_err();
            assert_eq!(error.kind(), kind, "{json}");
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
