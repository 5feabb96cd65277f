//! The C face of Pantau.
//!
//! Everything here converts, releases and maps errors; what a call means is
//! decided in the core crate. The rules that hold for every function stand at
//! the top of `include/pantau.h`, which is generated from this crate.

#![expect(non_camel_case_types, reason = "types carry the names they have in the header")]
#![expect(
    clippy::missing_safety_doc,
    reason = "one set of rules, at the top of the header, holds for every function"
)]
#![expect(clippy::missing_panics_doc, reason = "no panic leaves a function: see `error::guard`")]

pub mod anonymizer;
mod argument;
pub mod bundle;
mod callback;
pub mod classifier;
pub mod cleaner;
pub mod convert;
pub mod dictionary;
pub mod embeddings;
pub mod encoder;
pub mod error;
pub mod feature_config;
pub mod feature_extractor;
pub mod features;
pub mod flag;
pub mod model_options;
pub mod normalizer;
pub mod prediction;
pub mod predictions;
pub mod runtime;
pub mod stemmer;
pub mod stop_words;
pub mod text;
pub mod version;

#[cfg(test)]
mod tests {
    /// The header promises that threads may share every object.
    #[test]
    fn objects_may_be_shared() {
        fn shared<T: Send + Sync>() {}

        shared::<crate::anonymizer::pantau_anonymizer>();
        shared::<crate::anonymizer::pantau_anonymized>();
        shared::<crate::bundle::pantau_bundle>();
        shared::<crate::bundle::pantau_bundle_files>();
        shared::<crate::classifier::pantau_classifier>();
        shared::<crate::cleaner::pantau_cleaner>();
        shared::<crate::convert::pantau_convert_options>();
        shared::<crate::dictionary::pantau_dictionary>();
        shared::<crate::embeddings::pantau_embeddings>();
        shared::<crate::encoder::pantau_encoder>();
        shared::<crate::feature_config::pantau_feature_config>();
        shared::<crate::feature_extractor::pantau_feature_extractor>();
        shared::<crate::features::pantau_features>();
        shared::<crate::model_options::pantau_model_options>();
        shared::<crate::normalizer::pantau_normalizer>();
        shared::<crate::prediction::pantau_prediction>();
        shared::<crate::predictions::pantau_predictions>();
        shared::<crate::stemmer::pantau_stemmer>();
        shared::<crate::stop_words::pantau_stop_words>();
        shared::<crate::text::pantau_text>();
    }
}
