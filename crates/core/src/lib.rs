//! Pantau runs text classifiers inside your program, watches them, and helps
//! them learn. This version has text, transformers that classify and embed it,
//! learning from labelled texts, what a deployed model remembers, drift, and the
//! loop that keeps a model as good as it was.
//!
//! ```
//! use pantau::text::{Cleaner, FeatureConfig, FeatureExtractor, Language};
//!
//! let cleaner = Cleaner::new(Language::Indonesian);
//! assert_eq!(cleaner.clean("Bagusss <b>sekali</b> 😍"), "bagus sekali");
//!
//! let extractor = FeatureExtractor::new(FeatureConfig::new(Language::Indonesian), None)?;
//! let features = extractor.extract("Aplikasi ini sangat bagus!");
//! assert_eq!(features.text_no_stopwords, "aplikasi sangat bagus");
//! # Ok::<(), pantau::Error>(())
//! ```
//!
//! # The main types
//!
//! - [`text::FeatureExtractor`] makes [`text::Features`] of texts, as a
//!   [`text::FeatureConfig`] says; many at once become an Arrow table.
//! - [`text::Cleaner`], [`text::Normalizer`], [`text::StopWords`],
//!   [`text::Stemmer`] and [`text::Anonymizer`] turn a text into a text; what
//!   they have in common is [`text::Transform`].
//! - [`model::convert`] makes a [`model::Bundle`] of a checkpoint, [`model::train`]
//!   one of labelled texts; [`model::Classifier`] and [`model::Encoder`] run it.
//! - [`model::evaluate`] says how good a classifier is, [`model::assess`] whether it
//!   may be used, [`model::Classifier::explain`] why a text got its label.
//! - [`learn::TfidfVectorizer`], [`learn::NaiveBayes`] and
//!   [`learn::LogisticRegression`] are the parts it learns with.
//! - [`store::open`] leads to what a deployed model remembers, a [`store::PredictionLog`] writes
//!   there without making anybody wait; [`registry::open`] leads to the models, [`runs::Runs`] to
//!   what was tried.
//! - [`drift::Monitor`] compares what comes with a [`profile::Reference`]; [`stats`] has the
//!   statistics it is made of.
//! - [`workspace::Workspace`] is all of it in one place: it answers, watches, and trains anew when
//!   there is a reason, as [`lifecycle`] says; [`telemetry`] is what other tools see of it.
//! - [`Error`] is everything that can go wrong, [`ErrorKind`] its kind.
//!
//! # Features
//!
//! - `arrow` (default): tables of features as Arrow record batches.
//! - `learn` (default): learning, with nothing but its mathematics: [`learn`].
//! - `onnx` (default): models, and transformers with ONNX Runtime found at run time.
//! - `sqlite` (default), `postgres`: homes of the [`store`].
//! - `s3`, `mlflow`: homes of the [`registry`], and of [`runs`] the latter.
//! - `parquet`: tables from Parquet files and into them.
//! - `webhook`: telling a URL what happens.
//! - `full`: all of these six.
//! - `linfa`: the learners as estimators of `linfa`.
#![forbid(unsafe_code)]

#[cfg(feature = "onnx")]
mod chain;
#[cfg(feature = "learn")]
pub mod drift;
mod error;
mod file;
#[cfg(feature = "learn")]
mod html;
#[cfg(any(feature = "mlflow", feature = "s3", feature = "webhook"))]
mod http;
#[cfg(feature = "learn")]
pub mod learn;
#[cfg(feature = "onnx")]
pub mod lifecycle;
#[cfg(feature = "mlflow")]
mod mlflow;
#[cfg(feature = "onnx")]
pub mod model;
#[cfg(feature = "onnx")]
pub mod onnx;
#[cfg(feature = "learn")]
pub mod performance;
#[cfg(feature = "learn")]
pub mod profile;
#[cfg(feature = "learn")]
mod random;
#[cfg(feature = "onnx")]
pub mod registry;
#[cfg(feature = "learn")]
pub mod report;
#[cfg(feature = "onnx")]
pub mod runs;
#[cfg(any(feature = "postgres", feature = "s3"))]
mod runtime;
mod settings;
#[cfg(feature = "learn")]
pub mod stats;
#[cfg(feature = "onnx")]
pub mod store;
#[cfg(feature = "onnx")]
pub mod telemetry;
pub mod text;
#[cfg(feature = "learn")]
mod time;
#[cfg(feature = "onnx")]
pub mod workspace;

pub use error::{Error, ErrorKind, Result};
#[cfg(feature = "learn")]
pub use time::{Span, Timestamp};

/// The README's examples are compiled and run, too.
#[cfg(all(doctest, feature = "onnx"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
