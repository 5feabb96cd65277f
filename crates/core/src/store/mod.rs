//! What a deployed model remembers: its predictions and what became of them, features, metrics,
//! runs, and who did what.
//!
//! A [`Store`] is one of several homes: [`Memory`], a file of SQLite, a PostgreSQL server. All
//! pass the same [`conformance`] suite. What programs call are the methods of [`dyn Store`](trait.Store.html),
//! which are the same for all homes.

mod change;
mod check;
pub mod conformance;
mod consent;
mod home;
mod memory;
mod open;
mod records;
mod schema;
mod tally;
mod value;
mod window;

pub use change::{Change, Commit, Existing};
pub use consent::{Consent, Shared};
pub use home::Store;
pub use memory::Memory;
pub use open::open;
pub use records::{
    AuditRecord, FeatureRecord, Feedback, MetricsRecord, PredictionRecord, Record,
    RetrainingRecord, ReviewRecord, TriggerRecord,
};
pub use schema::{Column, Kind, Table};
pub use value::{Condition, Direction, Row, Select, Value, WritableRow};
pub use window::{Bin, Counts, Measure, Window};
