//! What acts on what is watched: reasons to train anew, and the training that follows.

mod cron;
mod span;
mod triggers;

pub use cron::Cron;
pub use span::Span;
pub use triggers::{
    Attempt, AuditedAccuracy, DriftFact, Hold, Priority, Quiet, Trigger, TriggerFacts, TriggerKind,
    TriggerOptions, TriggerReport, TriggerSummary,
};
