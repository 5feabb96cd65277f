//! The accuracy from the labels of rows that were picked by chance.

mod options;
mod report;
mod sampler;

pub use options::AuditOptions;
pub use report::{AuditReport, CohortReport, VersionReport};
pub use sampler::Audit;
