//! Features: what can be counted in a text, in one versioned schema.

mod config;
mod counts;
mod extract;
#[cfg(feature = "arrow")]
mod table;

pub use config::{FeatureConfig, StemmerConfig};
pub use extract::{FeatureExtractor, Features, LengthCheck};
#[cfg(feature = "arrow")]
pub use table::{FeatureTable, ROWS_PER_BATCH};

/// The version of the feature definitions below. It is part of every schema
/// hash: when a definition changes, it grows, and what was computed before no
/// longer passes for the same.
pub const SCHEMA_VERSION: u32 = 1;

/// The names of the features, in the order of a table's columns.
pub const FEATURE_NAMES: [&str; 19] = [
    "original_text",
    "cleaned_text",
    "text_no_stopwords",
    "stemmed_text",
    "original_length",
    "cleaned_length",
    "word_count",
    "char_count",
    "avg_word_length",
    "mean_word_length",
    "sentiment_words_positive",
    "sentiment_words_negative",
    "exclamation_marks",
    "question_marks",
    "uppercase_ratio",
    "special_chars_count",
    "number_count",
    "has_url",
    "has_emoji",
];
