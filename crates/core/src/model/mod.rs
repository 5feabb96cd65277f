//! Models: bundles on disk, and classifiers and encoders opened from them.

mod adopt;
mod assess;
mod bundle;
mod cache;
mod classifier;
mod convert;
mod costs;
mod data;
mod encoder;
mod engine;
mod ensemble;
mod evaluate;
mod explain;
mod handle;
mod head;
mod import;
mod later;
mod learned;
mod linear;
mod loaded;
mod manifest;
mod options;
mod prediction;
mod samples;
mod shared;
#[cfg(feature = "arrow")]
mod table;
mod train;
mod transformer;
mod watch;

pub(crate) use adopt::{Adoption, adopt};
pub use assess::assess;
pub use bundle::Bundle;
#[cfg(feature = "mlflow")]
pub(crate) use bundle::name_problem as file_name_problem;
pub(crate) use cache::folder as cache_folder;
pub use classifier::Classifier;
pub use convert::{ConvertOptions, convert};
pub(crate) use data::{Broken, Cell, Chosen, Place, Row, Visitor, read_file, shortened};
pub use data::{
    Check, Finding, LabelledTexts, TableFormat, ValidationOptions, ValidationReport, column,
    number_label, truth_label, validate, validate_columns,
};
pub use encoder::{Embeddings, Encoder};
pub use engine::Counters;
pub use ensemble::{Cascade, Ensemble, TextClassifier};
pub use evaluate::{compare_classifiers, evaluate};
pub use explain::{Contribution, ExplainOptions, Explanation, Method, WordShare};
pub use handle::{Info, Running};
pub use import::import_sklearn;
pub use later::Later;
pub use learned::{Learned, LearnedKind};
pub(crate) use loaded::Vectors;
pub use manifest::{FileEntry, Manifest, Quantization, SelfTest};
pub use options::{ModelOptions, PredictOptions};
pub use prediction::{Flags, Prediction, Predictions, TextNovelty};
pub(crate) use train::{FEWEST_REFERENCE, Traffic, train_for};
pub use train::{RowCounts, TrainOptions, Trained, Trial, train};
pub use watch::Watched;
pub(crate) use watch::{count, reads_vectors};
