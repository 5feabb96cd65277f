//! Statistics: slices in, numbers out.
//!
//! - Whether two samples differ: [`ks_2samp`], [`anderson_ksamp`], [`cramervonmises_2samp`],
//!   [`mannwhitneyu`]; how far they are apart: [`wasserstein_distance`], [`energy_distance`].
//! - Of counts: [`chi2_contingency`], [`g_test`], [`chisquare`], [`fisher_exact`], [`mcnemar()`];
//!   [`psi`], [`kl_divergence`], [`jensen_shannon`] and [`total_variation`], each with what chance
//!   alone gives.
//! - Of vectors: [`mmd`], [`mmd_random_features`], [`mahalanobis_of_means`].
//! - Intervals: [`wilson`], [`clopper_pearson`], [`confidence_sequence`], [`paired_difference`],
//!   [`bootstrap()`].
//! - Of two models on the same rows, at any time: [`paired_evidence`], [`paired_gain`].
//! - Many tests at once: [`holm`], [`benjamini_hochberg`]. Lines: [`linregress`],
//!   [`robust_trend`].
//! - One number after the other: [`Detector`] and what it holds.
//!
//! Names and the order of arguments are those of `SciPy` where it has the same. What is no number
//! is refused, never left out in silence.

#![allow(
    clippy::float_cmp,
    clippy::many_single_char_names,
    reason = "equal numbers are ties, and formulas keep the letters of their papers"
)]

mod bootstrap;
mod distribution;
mod interval;
mod label_mix;
mod mcnemar;
mod multiplicity;
mod normal;
mod options;
mod paired;
mod sample;
mod sequential;
mod tables;
mod trend;
mod two_sample;
mod vectors;

pub use bootstrap::bootstrap;
pub(crate) use bootstrap::bootstrap_counts;
pub(crate) use distribution::{normal_upper, student_upper};
pub use interval::{Interval, clopper_pearson, confidence_sequence, paired_difference, wilson};
pub use label_mix::{LabelMix, label_mix};
pub use mcnemar::{McNemar, mcnemar};
pub use multiplicity::{benjamini_hochberg, holm};
pub(crate) use normal::normal_upper_point;
pub use options::{ContingencyOptions, KernelOptions, MeansOptions, RanksOptions, SampleOptions};
pub use paired::{paired_evidence, paired_gain};
pub use sample::{Alternative, Method, Test};
pub(crate) use sequential::evidence_of;
pub use sequential::{
    Adwin, AdwinOptions, Cusum, CusumOptions, Ddm, DdmOptions, Detector, Direction, Eddm,
    EddmOptions, Ewma, EwmaOptions, Kswin, KswinOptions, Outcome, PageHinkley, PageHinkleyOptions,
    ShiryaevRoberts, ShiryaevRobertsOptions, Signal, Sprt, SprtOptions,
};
pub use tables::{
    Contingency, Divergence, Power, chi2_contingency, chisquare, fisher_exact, g_test,
    jensen_shannon, kl_divergence, psi, total_variation,
};
pub use trend::{Trend, linregress, robust_trend};
pub(crate) use two_sample::kolmogorov_point;
pub use two_sample::{
    KsTest, Ranks, SortedSample, anderson_ksamp, cramervonmises_2samp, energy_distance, ks_2samp,
    mannwhitneyu, wasserstein_distance,
};
pub(crate) use vectors::Covariance;
pub use vectors::{
    KernelTest, MahalanobisTest, Vectors, mahalanobis_of_means, mmd, mmd_random_features,
};
