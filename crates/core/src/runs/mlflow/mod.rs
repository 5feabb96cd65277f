//! An MLflow server, by its REST interface.

mod artefacts;
mod client;
mod search;
mod tracker;

pub(crate) use client::Client;
pub(super) use tracker::MlflowTracker;
