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
pub mod bytes;
mod callback;
pub mod cascade;
pub mod classifier;
pub mod cleaner;
pub mod comparison;
pub mod convert;
pub mod dictionary;
pub mod embeddings;
pub mod encoder;
pub mod ensemble;
pub mod error;
pub mod evaluation;
pub mod explanation;
pub mod feature_config;
pub mod feature_extractor;
pub mod features;
pub mod flag;
pub mod gate_report;
pub mod labelled_texts;
pub mod linear_model;
pub mod logistic_regression;
pub mod matrix;
pub mod model_options;
pub mod naive_bayes;
pub mod normalizer;
pub mod prediction;
pub mod prediction_log;
pub mod predictions;
pub mod progress;
pub mod registry;
pub mod run;
pub mod run_learning;
pub mod runs;
pub mod runtime;
pub mod schema;
pub mod scores;
pub mod selection;
pub mod statistics;
pub mod stemmer;
pub mod stop_words;
pub mod store;
pub mod store_audit;
pub mod store_learning;
pub mod store_query;
pub mod store_tables;
pub mod telemetry;
pub mod text;
pub mod text_classifier;
pub mod tfidf_vectorizer;
pub mod train;
pub mod validation;
pub mod version;
pub mod watching;
pub mod workspace;
pub mod workspace_operations;
pub mod workspace_rollout;

#[cfg(test)]
mod tests {
    /// The header promises that threads may share every object.
    #[test]
    fn objects_may_be_shared() {
        fn shared<T: Send + Sync>() {}

        shared::<crate::anonymizer::pantau_anonymized>();
        shared::<crate::anonymizer::pantau_anonymizer>();
        shared::<crate::bundle::pantau_bundle>();
        shared::<crate::bundle::pantau_bundle_files>();
        shared::<crate::cascade::pantau_cascade>();
        shared::<crate::classifier::pantau_classifier>();
        shared::<crate::cleaner::pantau_cleaner>();
        shared::<crate::comparison::pantau_comparison>();
        shared::<crate::convert::pantau_convert_options>();
        shared::<crate::dictionary::pantau_dictionary>();
        shared::<crate::embeddings::pantau_embeddings>();
        shared::<crate::encoder::pantau_encoder>();
        shared::<crate::ensemble::pantau_ensemble>();
        shared::<crate::evaluation::pantau_evaluation>();
        shared::<crate::explanation::pantau_explanation>();
        shared::<crate::feature_config::pantau_feature_config>();
        shared::<crate::feature_extractor::pantau_feature_extractor>();
        shared::<crate::features::pantau_features>();
        shared::<crate::gate_report::pantau_gate_report>();
        shared::<crate::labelled_texts::pantau_labelled_texts>();
        shared::<crate::linear_model::pantau_linear_model>();
        shared::<crate::logistic_regression::pantau_logistic_regression>();
        shared::<crate::matrix::pantau_matrix>();
        shared::<crate::model_options::pantau_model_options>();
        shared::<crate::naive_bayes::pantau_naive_bayes>();
        shared::<crate::normalizer::pantau_normalizer>();
        shared::<crate::prediction::pantau_prediction>();
        shared::<crate::prediction_log::pantau_prediction_log>();
        shared::<crate::predictions::pantau_predictions>();
        shared::<crate::registry::pantau_registry>();
        shared::<crate::run::pantau_run>();
        shared::<crate::runs::pantau_runs>();
        shared::<crate::scores::pantau_scores>();
        shared::<crate::selection::pantau_selection>();
        shared::<crate::statistics::detector::pantau_detector>();
        shared::<crate::statistics::sorted_sample::pantau_sorted_sample>();
        shared::<crate::stemmer::pantau_stemmer>();
        shared::<crate::stop_words::pantau_stop_words>();
        shared::<crate::store::pantau_store>();
        shared::<crate::bytes::pantau_bytes>();
        shared::<crate::watching::batch::pantau_batch>();
        shared::<crate::watching::classic::pantau_data_drift_detector>();
        shared::<crate::watching::classic::pantau_window_drift_detector>();
        shared::<crate::watching::monitor::pantau_monitor>();
        shared::<crate::watching::profile::pantau_profile>();
        shared::<crate::watching::reference::pantau_reference>();
        shared::<crate::text::pantau_text>();
        shared::<crate::workspace::pantau_workspace>();
        shared::<crate::text_classifier::pantau_text_classifier>();
        shared::<crate::tfidf_vectorizer::pantau_tfidf_vectorizer>();
    }
}
