//! Reasons to train anew: facts in, a report out. Looking never acts.

mod evaluate;
mod off;
mod options;
mod report;

pub use evaluate::{Attempt, AuditedAccuracy, DriftFact, TriggerFacts};
pub use options::TriggerOptions;
pub use report::{Hold, Priority, Quiet, Trigger, TriggerKind, TriggerReport, TriggerSummary};
