//! Options of tests as JSON: how the faces pass what most callers leave out.

use serde::Deserialize;

use super::{
    Alternative, KernelTest, MahalanobisTest, Method, Power, Ranks, Vectors, mahalanobis_of_means,
    mmd, mmd_random_features,
};
use crate::{Result, settings};

/// Adds `from_json`, which reads options that are an object with the names of their fields.
macro_rules! from_json {
    ($($name:ident),*) => {
        $(impl $name {
            /// Reads options from JSON; what is left out has its default.
            ///
            /// # Errors
            /// [`crate::Error::InvalidInput`] for what is not such an object.
            pub fn from_json(json: &str) -> Result<Self> {
                settings::from_json("options", json)
            }
        })*
    };
}

from_json!(SampleOptions, RanksOptions, ContingencyOptions, KernelOptions, MeansOptions);

/// Options of tests of two samples.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SampleOptions {
    /// Which differences count.
    pub alternative: Alternative,
    /// How the p-value is computed.
    pub method: Method,
    /// Of [`super::mannwhitneyu`] alone: whether the limit is corrected for whole ranks.
    pub continuity: bool,
}

impl Default for SampleOptions {
    fn default() -> Self {
        let (alternative, method) = (Alternative::default(), Method::default());
        Self { alternative, method, continuity: true }
    }
}

/// Options of [`super::anderson_ksamp`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RanksOptions {
    /// What the rank of equal numbers is.
    pub ranks: Ranks,
}

/// Options of [`super::chi2_contingency`] and [`super::chisquare`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContingencyOptions {
    /// Whether counts are corrected with one degree of freedom.
    pub correction: bool,
    /// How the distance is summed up.
    pub power: Power,
}

impl Default for ContingencyOptions {
    fn default() -> Self {
        Self { correction: true, power: Power::default() }
    }
}

/// Options of [`mmd`] and [`mmd_random_features`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KernelOptions {
    /// The width of the kernel; measured without one.
    pub sigma: Option<f64>,
    /// How many random features stand for the kernel; none computes it.
    pub features: Option<usize>,
    /// How many orders the p-value comes from.
    pub permutations: usize,
    /// What decides all that chance decides.
    pub seed: u64,
}

impl Default for KernelOptions {
    fn default() -> Self {
        Self { sigma: None, features: None, permutations: 100, seed: 0 }
    }
}

impl KernelOptions {
    /// The test that these options ask for.
    ///
    /// # Errors
    /// As for [`mmd`] and [`mmd_random_features`].
    pub fn test(&self, first: Vectors<'_>, second: Vectors<'_>) -> Result<KernelTest> {
        let Self { sigma, features, permutations, seed } = *self;
        match features {
            Some(count) => mmd_random_features(first, second, sigma, count, permutations, seed),
            None => mmd(first, second, sigma, permutations, seed),
        }
    }
}

/// Options of [`mahalanobis_of_means`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MeansOptions {
    /// How much the covariance is shrunk; as Ledoit and Wolf say without one.
    pub shrinkage: Option<f64>,
    /// How many orders the p-value comes from.
    pub permutations: usize,
    /// What decides all that chance decides.
    pub seed: u64,
}

impl Default for MeansOptions {
    fn default() -> Self {
        Self { shrinkage: None, permutations: 100, seed: 0 }
    }
}

impl MeansOptions {
    /// The test that these options ask for.
    ///
    /// # Errors
    /// As for [`mahalanobis_of_means`].
    pub fn test(&self, first: Vectors<'_>, second: Vectors<'_>) -> Result<MahalanobisTest> {
        mahalanobis_of_means(first, second, self.shrinkage, self.permutations, self.seed)
    }
}
