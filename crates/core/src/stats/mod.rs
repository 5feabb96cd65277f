//! Statistics: slices in, numbers out.

mod bootstrap;
mod interval;
mod mcnemar;
mod normal;

pub use bootstrap::bootstrap;
pub(crate) use bootstrap::bootstrap_counts;
pub use interval::{Interval, paired_difference, wilson};
pub use mcnemar::{McNemar, mcnemar};
