//! Samples of vectors.

use pantau::stats::{self, KernelTest, MahalanobisTest, Vectors};
use pyo3::prelude::*;

use crate::{
    arguments::{Seed, count, natural},
    error::PyError,
    numbers::Numbers,
};

type Kernel = (f64, Option<f64>, f64);

#[pyfunction(name = "_mmd")]
pub(crate) fn mmd(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    sigma: Option<f64>,
    features: Option<&Bound<'_, PyAny>>,
    permutations: &Bound<'_, PyAny>,
    seed: Seed,
) -> PyResult<Kernel> {
    let features = features.map(|features| natural("features", features).map(count)).transpose()?;
    let permutations = count(natural("permutations", permutations)?);
    let (x, columns) = Numbers::read_rows("x", first)?;
    let (y, own) = Numbers::read_rows("y", second)?;
    let (x, y) = (x.as_slice(), y.as_slice());
    let KernelTest { statistic, pvalue, sigma } = py
        .detach(|| {
            let (x, y) = (Vectors::new(x, columns)?, Vectors::new(y, own)?);
            match features {
                Some(features) => {
                    stats::mmd_random_features(x, y, sigma, features, permutations, seed.0)
                }
                None => stats::mmd(x, y, sigma, permutations, seed.0),
            }
        })
        .map_err(PyError)?;
    Ok((statistic, pvalue, sigma))
}

#[pyfunction(name = "_mahalanobis_of_means")]
pub(crate) fn mahalanobis_of_means(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    shrinkage: Option<f64>,
    permutations: &Bound<'_, PyAny>,
    seed: Seed,
) -> PyResult<Kernel> {
    let permutations = count(natural("permutations", permutations)?);
    let (x, columns) = Numbers::read_rows("x", first)?;
    let (y, own) = Numbers::read_rows("y", second)?;
    let (x, y) = (x.as_slice(), y.as_slice());
    let MahalanobisTest { statistic, pvalue, shrinkage } = py
        .detach(|| {
            let (x, y) = (Vectors::new(x, columns)?, Vectors::new(y, own)?);
            stats::mahalanobis_of_means(x, y, shrinkage, permutations, seed.0)
        })
        .map_err(PyError)?;
    Ok((statistic, pvalue, shrinkage))
}
