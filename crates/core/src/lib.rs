//! Pantau runs text classifiers inside your program, watches them, and helps
//! them learn. This version has two capabilities: text, and transformers that
//! classify and embed it.
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
//! - [`model::convert`] makes a [`model::Bundle`] of a checkpoint;
//!   [`model::Classifier`] and [`model::Encoder`] run it.
//! - [`Error`] is everything that can go wrong, [`ErrorKind`] its kind.
//!
//! # Features
//!
//! - `arrow` (default): tables of features as Arrow record batches.
//! - `onnx` (default): transformers, with ONNX Runtime found at run time.
#![forbid(unsafe_code)]

mod error;
mod file;
#[cfg(feature = "learn")]
mod html;
#[cfg(feature = "learn")]
pub mod learn;
#[cfg(feature = "onnx")]
pub mod model;
#[cfg(feature = "onnx")]
pub mod onnx;
#[cfg(feature = "learn")]
mod random;
#[cfg(feature = "learn")]
pub mod stats;
pub mod text;

pub use error::{Error, ErrorKind, Result};

/// The README's examples are compiled and run, too.
#[cfg(all(doctest, feature = "onnx"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
