//! Whether two samples, or more, come from the same distribution, and how far apart they are.

mod anderson;
mod cramer;
mod distance;
mod ks;
mod ks_tail;
mod ks_unsorted;
mod mann_whitney;

pub use anderson::{Ranks, anderson_ksamp};
pub use cramer::cramervonmises_2samp;
pub use distance::{energy_distance, wasserstein_distance};
pub use ks::{KsTest, SortedSample, ks_2samp};
pub(crate) use ks_tail::kolmogorov_point;
pub use mann_whitney::mannwhitneyu;
