//! Models: bundles on disk, and classifiers and encoders opened from them.

mod bundle;
mod classifier;
mod convert;
mod costs;
mod encoder;
mod engine;
mod handle;
mod later;
mod loaded;
mod manifest;
mod options;
mod prediction;
mod samples;
mod shared;
#[cfg(feature = "arrow")]
mod table;

pub use bundle::Bundle;
pub use classifier::Classifier;
pub use convert::{ConvertOptions, convert};
pub use encoder::{Embeddings, Encoder};
pub use engine::Counters;
pub use handle::Info;
pub use later::Later;
pub use manifest::{FileEntry, Manifest, Quantization, SelfTest};
pub use options::{ModelOptions, PredictOptions};
pub use prediction::{Flags, Prediction, Predictions};
