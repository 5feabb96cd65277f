//! Text: cleaning, normalising, stop words, stemming, features, anonymising.
//!
//! Everything here is pure: the same settings and the same text give the same
//! result, whoever asks. Only `open`, `load` and `save` touch a file.

mod anonymize;
mod clean;
mod features;
mod language;
mod lexicon;
mod normalize;
mod packs;
pub(crate) mod pattern;
mod stem;
mod stop_words;
mod transform;
pub(crate) mod words;

pub use anonymize::{Anonymized, Anonymizer, Counts, Entity};
pub use clean::{Cleaner, EmojiMode, HashtagMode, PunctuationMode, Step};
pub use features::{
    FEATURE_NAMES, FeatureConfig, FeatureExtractor, Features, LengthCheck, SCHEMA_VERSION,
    StemmerConfig,
};
#[cfg(feature = "arrow")]
pub use features::{FeatureTable, ROWS_PER_BATCH};
pub use language::Language;
pub use lexicon::Lexicon;
pub use normalize::Normalizer;
pub use stem::{Dictionary, StemAlgorithm, Stemmer};
pub use stop_words::{StopWordMatching, StopWords};
pub use transform::{Transform, map_in_order};
#[cfg(feature = "learn")]
pub(crate) use transform::{map_in_order_by, thread_count};

/// Lower-case hexadecimal, as digests are written.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
