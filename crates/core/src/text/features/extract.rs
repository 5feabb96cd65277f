use std::{fmt, sync::Arc};

use serde::Serialize;

use super::{FEATURE_NAMES, FeatureConfig, counts::Counts};
use crate::{
    Error, Result,
    text::{
        Cleaner, Dictionary, Stemmer, Transform,
        clean::CleanBuffers,
        words::{lookup_form, words},
    },
};

/// The features of one text.
///
/// Lengths count characters (Unicode scalar values). Words are what white space
/// parts in the cleaned text.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Features {
    /// The text as it was given.
    pub original_text: String,
    /// The text after cleaning and normalising.
    pub cleaned_text: String,
    /// The cleaned text without stop words.
    pub text_no_stopwords: String,
    /// The stems of `text_no_stopwords`.
    pub stemmed_text: String,
    /// Characters of the original text.
    pub original_length: u64,
    /// Characters of the cleaned text.
    pub cleaned_length: u64,
    /// Words of the cleaned text.
    pub word_count: u64,
    /// Characters of the cleaned text, spaces counted; another name for `cleaned_length`.
    pub char_count: u64,
    /// `char_count / word_count`; 0 without words.
    pub avg_word_length: f64,
    /// The mean length of the words, spaces not counted; 0 without words.
    pub mean_word_length: f64,
    /// Words of the cleaned text that the lexicon calls positive.
    pub sentiment_words_positive: u64,
    /// Words of the cleaned text that the lexicon calls negative.
    pub sentiment_words_negative: u64,
    /// `!` and its full-width form in the original text.
    pub exclamation_marks: u64,
    /// `?` and its full-width form in the original text.
    pub question_marks: u64,
    /// The share of upper-case letters among the letters of the original text; 0 without letters.
    pub uppercase_ratio: f64,
    /// Characters of the original text that are neither letter, digit nor white space.
    pub special_chars_count: u64,
    /// Numbers in the original text; `1.250.000,50` is one.
    pub number_count: u64,
    /// Whether the original text holds a web address.
    pub has_url: bool,
    /// Whether the original text holds an emoji.
    pub has_emoji: bool,
}

impl Features {
    /// The feature `name`, which is a text, such as `cleaned_text`.
    ///
    /// # Errors
    /// `InvalidInput` when there is no such feature, or it is a number.
    pub fn text(&self, name: &str) -> Result<&str> {
        match name {
            "original_text" => Ok(&self.original_text),
            "cleaned_text" => Ok(&self.cleaned_text),
            "text_no_stopwords" => Ok(&self.text_no_stopwords),
            "stemmed_text" => Ok(&self.stemmed_text),
            _ => Err(no_such_feature(name, "text")),
        }
    }

    /// The feature `name`, which is a number, such as `word_count`, or an
    /// answer, such as `has_url`, which is 1 or 0.
    ///
    /// # Errors
    /// `InvalidInput` when there is no such feature, or it is a text.
    pub fn number(&self, name: &str) -> Result<f64> {
        let count = match name {
            "avg_word_length" => return Ok(self.avg_word_length),
            "mean_word_length" => return Ok(self.mean_word_length),
            "uppercase_ratio" => return Ok(self.uppercase_ratio),
            "has_url" => u64::from(self.has_url),
            "has_emoji" => u64::from(self.has_emoji),
            "original_length" => self.original_length,
            "cleaned_length" => self.cleaned_length,
            "word_count" => self.word_count,
            "char_count" => self.char_count,
            "sentiment_words_positive" => self.sentiment_words_positive,
            "sentiment_words_negative" => self.sentiment_words_negative,
            "exclamation_marks" => self.exclamation_marks,
            "question_marks" => self.question_marks,
            "special_chars_count" => self.special_chars_count,
            "number_count" => self.number_count,
            _ => return Err(no_such_feature(name, "number")),
        };
        Ok(count as f64)
    }

    /// The features as a JSON object, in the order of [`FEATURE_NAMES`].
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, finite numbers and booleans are always JSON")
    }
}

/// Why there is no feature `name` of this kind.
fn no_such_feature(name: &str, kind: &str) -> Error {
    let problem = if FEATURE_NAMES.contains(&name) {
        format!("{name:?} is not a {kind}")
    } else {
        format!("{name:?} is not one of: {}", FEATURE_NAMES.join(", "))
    };
    Error::invalid("feature", problem)
}

/// Whether a text's length is within the settings' `min_length` and `max_length`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LengthCheck {
    /// Within both.
    Ok,
    /// The cleaned text has fewer than `min_length` characters.
    TooShort,
    /// The cleaned text has more than `max_length` words.
    TooLong,
}

impl LengthCheck {
    /// `ok`, `too_short` or `too_long`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
        }
    }
}

/// Extracts [`Features`]: the same settings give the same bytes in training and
/// serving, for one text or many, in Rust, Python and C.
///
/// ```
/// use pantau::text::{FeatureConfig, FeatureExtractor, Language};
///
/// let extractor = FeatureExtractor::new(FeatureConfig::new(Language::Indonesian), None)?;
/// let features = extractor.extract("Aplikasi ini sangat bagus!");
/// assert_eq!(features.cleaned_text, "aplikasi ini sangat bagus");
/// assert_eq!(features.text_no_stopwords, "aplikasi sangat bagus");
/// assert_eq!((features.word_count, features.avg_word_length), (4, 6.25));
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Clone)]
pub struct FeatureExtractor {
    config: FeatureConfig,
    cleaner: Cleaner,
    stemmer: Option<Stemmer>,
    #[cfg(feature = "arrow")]
    pub(super) schema: super::table::TableSchema,
}

/// Buffers that the texts of a batch share.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    clean: CleanBuffers,
    word: String,
    pub(super) cleaned: String,
    pub(super) without_stop_words: String,
    pub(super) stemmed: String,
}

/// The features of one text that are numbers; its texts are in the [`Buffers`].
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) original: Counts,
    pub(super) cleaned_length: u64,
    pub(super) words: u64,
    pub(super) word_characters: u64,
    pub(super) positive: u64,
    pub(super) negative: u64,
}

impl FeatureExtractor {
    /// An extractor that follows `config`. The Sastrawi stemmer needs the
    /// `dictionary` its settings name; other stemmers have no use for one.
    ///
    /// # Errors
    /// `InvalidInput` when the settings make no sense, or have no use for the
    /// dictionary; `NotFound` when they ask for Sastrawi and there is none;
    /// `Incompatible` when it is not the dictionary they were made with.
    pub fn new(mut config: FeatureConfig, dictionary: Option<Arc<Dictionary>>) -> Result<Self> {
        config.check()?;
        let cleaner = Cleaner::with_steps(config.steps.iter().copied())?;
        let stemmer = match &mut config.stemmer {
            None if dictionary.is_some() => {
                return Err(Error::invalid("dictionary", "these features are not stemmed"));
            }
            None => None,
            Some(settings) => {
                let stemmer = Stemmer::new(settings.algorithm, dictionary)?;
                if let Some(dictionary) = stemmer.dictionary() {
                    let fingerprint = dictionary.fingerprint();
                    match &settings.dictionary {
                        Some(wanted) if wanted != fingerprint => {
                            return Err(Error::Incompatible {
                                what: "root-word dictionary".to_owned(),
                                problem: format!(
                                    "its fingerprint is {fingerprint}, but the features were \
                                     made with {wanted}"
                                ),
                            });
                        }
                        _ => settings.dictionary = Some(fingerprint.to_owned()),
                    }
                }
                Some(stemmer)
            }
        };
        Ok(Self {
            #[cfg(feature = "arrow")]
            schema: super::table::schema_of(&config),
            config,
            cleaner,
            stemmer,
        })
    }

    /// The settings, with the fingerprint of the dictionary in use.
    pub fn config(&self) -> &FeatureConfig {
        &self.config
    }

    /// The stemmer in use.
    pub fn stemmer(&self) -> Option<&Stemmer> {
        self.stemmer.as_ref()
    }

    /// The features of `text`.
    pub fn extract(&self, text: &str) -> Features {
        let mut buffers = Buffers::default();
        let numbers = self.measure(text, &mut buffers);
        Features {
            original_text: text.to_owned(),
            original_length: numbers.original.characters,
            cleaned_length: numbers.cleaned_length,
            word_count: numbers.words,
            char_count: numbers.cleaned_length,
            avg_word_length: numbers.avg_word_length(),
            mean_word_length: numbers.mean_word_length(),
            sentiment_words_positive: numbers.positive,
            sentiment_words_negative: numbers.negative,
            exclamation_marks: numbers.original.exclamation_marks,
            question_marks: numbers.original.question_marks,
            uppercase_ratio: numbers.original.upper_case_ratio(),
            special_chars_count: numbers.original.special,
            number_count: numbers.original.numbers,
            has_url: numbers.original.has_url,
            has_emoji: numbers.original.has_emoji,
            cleaned_text: buffers.cleaned,
            text_no_stopwords: buffers.without_stop_words,
            stemmed_text: buffers.stemmed,
        }
    }

    /// Whether the length of `text`, once cleaned, is within the settings.
    /// Features are extracted from texts of any length; this is for callers who
    /// want to reject or flag the others.
    pub fn check_length(&self, text: &str) -> LengthCheck {
        let mut buffers = Buffers::default();
        self.clean(text, &mut buffers);
        let (least, most) = (self.config.min_length, self.config.max_length);
        if (buffers.cleaned.chars().count() as u64) < least {
            LengthCheck::TooShort
        } else if words(&buffers.cleaned).count() as u64 > most {
            LengthCheck::TooLong
        } else {
            LengthCheck::Ok
        }
    }

    fn clean(&self, text: &str, buffers: &mut Buffers) {
        let cleaned = self.cleaner.clean_in(text, &mut buffers.clean);
        buffers.cleaned.clear();
        match &self.config.normalizer {
            Some(normalizer) => normalizer.transform_into(cleaned, &mut buffers.cleaned),
            None => buffers.cleaned.push_str(cleaned),
        }
    }

    /// Fills `buffers` with the texts made from `text` and counts everything.
    pub(super) fn measure(&self, text: &str, buffers: &mut Buffers) -> Numbers {
        self.clean(text, buffers);
        let (without, stems) = (&mut buffers.without_stop_words, &mut buffers.stemmed);
        without.clear();
        stems.clear();
        match &self.config.stop_words {
            Some(stop_words) => stop_words.transform_into(&buffers.cleaned, without),
            None => without.push_str(&buffers.cleaned),
        }
        match &self.stemmer {
            Some(stemmer) => stemmer.transform_into(without, stems),
            None => stems.push_str(without),
        }
        let mut numbers = Numbers {
            original: Counts::of(text),
            cleaned_length: buffers.cleaned.chars().count() as u64,
            words: 0,
            word_characters: 0,
            positive: 0,
            negative: 0,
        };
        for word in words(&buffers.cleaned) {
            numbers.words += 1;
            numbers.word_characters += word.chars().count() as u64;
            let form = lookup_form(word, &mut buffers.word);
            numbers.positive += u64::from(self.config.lexicon.is_positive(form));
            numbers.negative += u64::from(self.config.lexicon.is_negative(form));
        }
        numbers
    }
}

impl Numbers {
    pub(super) fn avg_word_length(&self) -> f64 {
        ratio(self.cleaned_length, self.words)
    }

    pub(super) fn mean_word_length(&self) -> f64 {
        ratio(self.word_characters, self.words)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl fmt::Debug for FeatureExtractor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeatureExtractor")
            .field("language", &self.config.language)
            .field("version", &self.config.version)
            .field("stemmer", &self.stemmer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::text::Language;

    #[test]
    fn every_feature_is_found_by_its_name() {
        let config = FeatureConfig::new(Language::Indonesian);
        let extractor = FeatureExtractor::new(config, None).unwrap();
        let features = extractor.extract("Bagus!! Buruk? 3 kali 😀 di https://contoh.example");
        let values: Value = serde_json::from_str(&features.to_json()).unwrap();
        let values = values.as_object().unwrap();
        assert_eq!(values.len(), FEATURE_NAMES.len());
        for name in FEATURE_NAMES {
            match &values[name] {
                Value::String(text) => {
                    assert_eq!(features.text(name).unwrap(), text);
                    let message = features.number(name).unwrap_err().to_string();
                    assert_eq!(message, format!("feature: {name:?} is not a number"));
                }
                value => {
                    let number = value
                        .as_f64()
                        .or(value.as_bool().map(|answer| f64::from(u8::from(answer))));
                    assert_eq!(features.number(name).ok(), number, "{name}");
                    assert!(features.text(name).is_err());
                }
            }
        }
        let message = features.text("length").unwrap_err().to_string();
        assert!(message.contains("\"length\" is not one of: original_text, "), "{message}");
    }
}
