//! Two samples, or more.

use pantau::stats::{
    Alternative, KsTest, Method, Ranks, Test, anderson_ksamp as anderson,
    cramervonmises_2samp as cramer, energy_distance, ks_2samp as ks, mannwhitneyu as mann_whitney,
    wasserstein_distance,
};
use pyo3::prelude::*;

use crate::{
    arguments::choose,
    error::PyError,
    numbers::{Numbers, read_samples},
};

pub(crate) fn alternative(word: &Bound<'_, PyAny>) -> PyResult<Alternative> {
    let choices = [
        ("two-sided", Alternative::TwoSided),
        ("less", Alternative::Less),
        ("greater", Alternative::Greater),
    ];
    choose("alternative", word, &choices)
}

pub(crate) fn method(word: &Bound<'_, PyAny>) -> PyResult<Method> {
    let choices = [
        ("auto", Method::Auto),
        ("exact", Method::Exact),
        ("asymptotic", Method::Asymptotic),
        // SciPy's word of `ks_2samp`.
        ("asymp", Method::Asymptotic),
    ];
    choose("method", word, &choices)
}

/// A result as `pantau.stats` makes a tuple with names of it.
pub(crate) fn pair(test: Test) -> (f64, f64) {
    (test.statistic, test.pvalue)
}

pub(crate) fn four(test: KsTest) -> (f64, f64, f64, i8) {
    (test.statistic, test.pvalue, test.location, test.sign)
}

#[pyfunction(name = "_ks_2samp")]
pub(crate) fn ks_2samp(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    side: &Bound<'_, PyAny>,
    how: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64, f64, i8)> {
    let (side, how) = (alternative(side)?, method(how)?);
    let (first, second) = (Numbers::read("data1", first)?, Numbers::read("data2", second)?);
    let (first, second) = (first.as_slice(), second.as_slice());
    Ok(four(py.detach(|| ks(first, second, side, how)).map_err(PyError)?))
}

#[pyfunction(name = "_mannwhitneyu")]
pub(crate) fn mannwhitneyu(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    use_continuity: bool,
    side: &Bound<'_, PyAny>,
    how: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64)> {
    let (side, how) = (alternative(side)?, method(how)?);
    let (first, second) = (Numbers::read("x", first)?, Numbers::read("y", second)?);
    let (first, second) = (first.as_slice(), second.as_slice());
    let test = py.detach(|| mann_whitney(first, second, use_continuity, side, how));
    Ok(pair(test.map_err(PyError)?))
}

#[pyfunction(name = "_cramervonmises_2samp")]
pub(crate) fn cramervonmises_2samp(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    how: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64)> {
    let how = method(how)?;
    let (first, second) = (Numbers::read("x", first)?, Numbers::read("y", second)?);
    let (first, second) = (first.as_slice(), second.as_slice());
    Ok(pair(py.detach(|| cramer(first, second, how)).map_err(PyError)?))
}

#[pyfunction(name = "_anderson_ksamp")]
pub(crate) fn anderson_ksamp(
    py: Python<'_>,
    samples: &Bound<'_, PyAny>,
    midrank: bool,
) -> PyResult<(f64, f64)> {
    let samples = read_samples("samples", samples)?;
    let samples: Vec<&[f64]> = samples.iter().map(Numbers::as_slice).collect();
    let ranks = if midrank { Ranks::Midrank } else { Ranks::Right };
    Ok(pair(py.detach(|| anderson(&samples, ranks)).map_err(PyError)?))
}

#[pyfunction(name = "_distance")]
pub(crate) fn distance(
    py: Python<'_>,
    is_energy: bool,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    first_weights: Option<&Bound<'_, PyAny>>,
    second_weights: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    let weights = |what: &str, weights: Option<&Bound<'_, PyAny>>| {
        weights
            .map(|weights| Numbers::read(what, weights).map(|all| all.as_slice().to_vec()))
            .transpose()
    };
    let first_weights = weights("u_weights", first_weights)?;
    let second_weights = weights("v_weights", second_weights)?;
    let (first, second) = (Numbers::read("u_values", first)?, Numbers::read("v_values", second)?);
    let (first, second) = (first.as_slice(), second.as_slice());
    let measure = if is_energy { energy_distance } else { wasserstein_distance };
    let found =
        py.detach(|| measure(first, second, first_weights.as_deref(), second_weights.as_deref()));
    Ok(found.map_err(PyError)?)
}
