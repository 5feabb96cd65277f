//! What acts on what is watched: reasons to train anew, and the training that follows.

mod cron;
mod notice;
mod trainer;
mod triggers;

pub use cron::Cron;
pub use notice::{Event, Notice};
pub(crate) use trainer::Order;
pub use trainer::Trainer;
pub use triggers::{
    Attempt, AuditedAccuracy, DriftFact, Hold, Priority, Quiet, Trigger, TriggerFacts, TriggerKind,
    TriggerOptions, TriggerReport, TriggerSummary,
};
