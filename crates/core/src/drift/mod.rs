//! Whether what comes is like what came, with alarms that mean something.
//!
//! A [`Monitor`] compares window after window with a [`crate::profile::Reference`]. How much the
//! reference's own windows differ from each other is its yardstick, so that days that are always a
//! little different alarm nobody; evidence is added up over windows, so that a small change is found
//! in time; and it is weighed so that there is on average at most one false alarm in as many
//! windows as was asked for. Who has two tables, and looks once, takes [`compare_tables`].

mod apart;
mod calibration;
mod classic;
mod distances;
mod findings;
mod monitor;
mod options;
mod sentence;
mod state;
mod tables;
mod yardstick;

pub use calibration::Calibration;
pub use classic::{
    AllFeatures, DataDriftDetector, DriftLevel, DriftScore, DriftSummary, DriftTest, DriftTests,
    WindowDriftDetector,
};
pub use findings::{DriftReport, FeatureReport, Measure, MeasureReport, Shares, Status};
pub use monitor::{Monitor, SharedMonitor};
pub use options::{FalseAlarms, MonitorOptions};
pub use state::{Act, Past, Record};
pub use tables::{ColumnDrift, TableDrift, TableOptions, TableRows, Verdict, compare_tables};
