//! Statistics of counts: tables, and how far apart two of them are.

mod contingency;
mod divergence;
mod fisher;

pub use contingency::{Contingency, Power, chi2_contingency, chisquare, g_test};
pub use divergence::{Divergence, jensen_shannon, kl_divergence, psi, total_variation};
pub use fisher::fisher_exact;
