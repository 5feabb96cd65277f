//! Watching: rows, profiles of them, and what monitors say.

pub mod audit;
pub mod batch;
pub mod classic;
pub mod classifier;
pub mod monitor;
pub mod performance;
pub mod profile;
pub mod reference;
pub mod tables;
