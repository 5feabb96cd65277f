//! Runs on an MLflow server, by its REST interface.

mod artefacts;
mod search;
mod tracker;

pub(super) use tracker::MlflowTracker;
