//! Tables of counts.

use pantau::stats::{self, Power, jensen_shannon, kl_divergence, psi, total_variation};
use pyo3::prelude::*;

use super::samples::{alternative, pair};
use crate::{
    arguments::{choose, count, natural},
    array::read_whole,
    error::{PyError, invalid},
    numbers::{Numbers, read_table},
};

fn power(word: &Bound<'_, PyAny>) -> PyResult<Power> {
    choose(
        "lambda_",
        word,
        &[("pearson", Power::Pearson), ("log-likelihood", Power::LogLikelihood)],
    )
}

type Contingency = (f64, f64, usize, Vec<Vec<f64>>);

#[pyfunction(name = "_chi2_contingency")]
pub(crate) fn chi2_contingency(
    observed: &Bound<'_, PyAny>,
    correction: bool,
    lambda_: &Bound<'_, PyAny>,
) -> PyResult<Contingency> {
    let observed = read_table("observed", observed)?;
    let found = stats::chi2_contingency(&observed, correction, power(lambda_)?).map_err(PyError)?;
    Ok((found.statistic, found.pvalue, found.dof, found.expected))
}

#[pyfunction(name = "_chisquare")]
pub(crate) fn chisquare(
    observed: &Bound<'_, PyAny>,
    expected: Option<&Bound<'_, PyAny>>,
    ddof: &Bound<'_, PyAny>,
    lambda_: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64)> {
    let observed = Numbers::read("f_obs", observed)?;
    let expected = expected.map(|expected| Numbers::read("f_exp", expected)).transpose()?;
    let expected = expected.as_ref().map(Numbers::as_slice);
    let found = stats::chisquare(
        observed.as_slice(),
        expected,
        count(natural("ddof", ddof)?),
        power(lambda_)?,
    );
    Ok(pair(found.map_err(PyError)?))
}

#[pyfunction(name = "_fisher_exact")]
pub(crate) fn fisher_exact(
    table: &Bound<'_, PyAny>,
    side: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64)> {
    let rows: Vec<Vec<u64>> =
        table.try_iter()?.map(|row| read_whole("table", &row?)).collect::<PyResult<_>>()?;
    let table: Option<[[u64; 2]; 2]> = rows
        .iter()
        .map(|row| row[..].try_into().ok())
        .collect::<Option<Vec<_>>>()
        .and_then(|rows| rows.try_into().ok());
    let Some(table) = table else {
        return Err(invalid("table", "expected two rows of two counts"));
    };
    Ok(pair(stats::fisher_exact(table, alternative(side)?).map_err(PyError)?))
}

#[pyfunction(name = "_divergence")]
pub(crate) fn divergence(
    name: &str,
    reference: &Bound<'_, PyAny>,
    current: &Bound<'_, PyAny>,
    base: f64,
) -> PyResult<(f64, f64, f64)> {
    let (reference, current) =
        (read_whole("reference", reference)?, read_whole("current", current)?);
    let found = match name {
        "psi" => psi(&reference, &current),
        "kl" => kl_divergence(&reference, &current),
        "js" => jensen_shannon(&reference, &current, base),
        _ => total_variation(&reference, &current),
    };
    let found = found.map_err(PyError)?;
    Ok((found.value, found.floor, found.floor_sd))
}

#[pyfunction(name = "_mcnemar")]
pub(crate) fn mcnemar(b: &Bound<'_, PyAny>, c: &Bound<'_, PyAny>) -> PyResult<(f64, f64)> {
    let found = stats::mcnemar(natural("b", b)?, natural("c", c)?);
    Ok((found.statistic, found.pvalue))
}
