//! The accuracy from the labels of rows that were picked by chance.

mod findings;
mod options;
mod sampler;

pub use findings::{AuditReport, CohortReport, VersionReport};
pub use options::AuditOptions;
pub use sampler::Audit;
