//! What a deployed model remembers: its predictions and what became of them, features, metrics,
//! runs, and who did what.
//!
//! A [`Store`] is one of several homes: [`Memory`], a file of SQLite, a PostgreSQL server. All
//! pass the same [`conformance`] suite. What programs call are the methods of [`dyn Store`](trait.Store.html),
//! which are the same for all homes.

#[cfg(feature = "arrow")]
mod arrow;
mod audit;
mod change;
mod check;
pub mod conformance;
mod consent;
mod erase;
mod features;
mod home;
mod labels;
mod log;
mod memory;
mod open;
mod query;
mod records;
mod reviews;
mod rollup;
mod schema;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
mod stated;
mod states;
mod transfer;
mod value;
mod window;
mod write;

#[cfg(feature = "arrow")]
pub use arrow::Batches;
pub use audit::AuditCheck;
pub use change::{Change, Commit, Existing};
pub use consent::{Consent, Shared};
pub use erase::Deleted;
pub use features::{ReviewText, TrainingFeatures, TrainingRow, TrainingView};
pub use home::Store;
pub(crate) use labels::Labels;
pub use log::{Durability, LogCounters, LogOptions, PredictionLog, WhenFull};
pub use memory::Memory;
pub(crate) use open::check_path;
pub use open::{open, open_later};
pub use query::{
    FeedbackSummary, Histogram, LabelShare, LatencySummary, NewLabelled, Period, PredictionSummary,
    Quantile, VersionUsage,
};
pub use records::{
    AuditRecord, FeatureRecord, Feedback, MetricsRecord, PredictionRecord, ProfileRecord, Record,
    RetrainingRecord, ReviewRecord, ShadowRecord, TriggerRecord,
};
pub(crate) use records::{RunArtefactRow, RunMetricRow, RunPairRow, RunRow, new_id};
pub use reviews::ReviewFilter;
pub use schema::{Column, Kind, Table};
#[cfg(feature = "postgres")]
pub use sql::postgres::Postgres;
#[cfg(feature = "sqlite")]
pub use sql::sqlite::Sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::{Dialect, schema_sql};
pub(crate) use states::Next;
pub use transfer::{
    ExportOptions, Exported, ImportColumns, ImportOptions, ImportReport, Rejection,
};
pub use value::{Condition, Direction, Row, Select, Value, WritableRow};
pub use window::{Bin, Counts, Measure, Window};
