//! What a deployed model tells the tools that keep an eye on machines: metrics as Prometheus reads
//! them, and a dashboard and alerts made from the same list.

mod alerts;
mod alias;
mod counts;
mod dashboard;
mod histogram;
mod metric;
mod page;
mod process;

pub use alerts::alert_rules;
pub(crate) use counts::Counts;
pub use dashboard::dashboard;
pub use metric::{Kind, METRICS, Metric};
pub(crate) use page::Page;
pub(crate) use process::{Gauges, Seen, Shelf, claim_cpu, own_memory};
