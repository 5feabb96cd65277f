//! Points in time and lengths of it, and how they are written.

mod span;
mod timestamp;

pub use self::{span::Span, timestamp::Timestamp};
#[cfg(feature = "onnx")]
pub(crate) use self::{span::in_words, timestamp::date};
