//! Transformers: finding ONNX Runtime, tokenizing, running sessions, planning
//! batches, and converting checkpoints.
//!
//! No type of `ort` or `tokenizers` leaves this folder.

mod convert;
pub(crate) mod cpu;
mod device;
mod inspect;
pub(crate) mod plan;
mod pooling;
mod runtime;
mod search;
pub(crate) mod session;
mod task;
mod tokenizer;

pub use convert::{Converted, convert_graph};
pub(crate) use device::processors;
pub use device::{Device, Provider};
pub use inspect::{Dimension, GraphFacts, GraphValue, inspect};
pub use runtime::{OLDEST_RUNTIME, Origin, Runtime, add_package_folder};
pub use task::{Activation, Pooling, Task, Weights};
pub use tokenizer::{Encoding, LongText, Tokenizer};
