#![forbid(unsafe_code)]
//! Pantau (skeleton docs, being written).

mod error;
pub mod text;

pub use error::{Error, ErrorKind, Result};
