//! Columns of numbers, borrowed where they already lie as the core reads them.

use std::slice;

use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyTuple},
};

use crate::{
    array::{as_floats, read_numbers},
    error::invalid,
};

/// The numbers of an argument: borrowed from an array of 64-bit floats that lie one after the
/// other, else copied.
pub(crate) enum Numbers<'py> {
    /// The array stays alive with this, and as NumPy's own functions that release the GIL do, the
    /// caller is trusted not to write into it meanwhile.
    Borrowed {
        _array: Bound<'py, PyAny>,
        data: *const f64,
        count: usize,
    },
    Copied(Vec<f64>),
}

impl<'py> Numbers<'py> {
    /// Of one column: a list, an array, a Series, or whatever NumPy makes an array of.
    pub(crate) fn read(what: &str, numbers: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (numbers, shape) = Self::read_shaped(what, numbers)?;
        match shape[..] {
            [_] => Ok(numbers),
            _ => {
                Err(invalid(what, format!("expected one column of numbers, got {}", axes(&shape))))
            }
        }
    }

    /// Of rows of equal length, and how long they are.
    pub(crate) fn read_rows(what: &str, rows: &Bound<'py, PyAny>) -> PyResult<(Self, usize)> {
        let (numbers, shape) = Self::read_shaped(what, rows)?;
        match shape[..] {
            [_, columns] => Ok((numbers, columns)),
            _ => Err(invalid(what, format!("expected rows of numbers, got {}", axes(&shape)))),
        }
    }

    fn read_shaped(what: &str, numbers: &Bound<'py, PyAny>) -> PyResult<(Self, Vec<usize>)> {
        // Short lists need no NumPy.
        if (numbers.is_instance_of::<PyList>() || numbers.is_instance_of::<PyTuple>())
            && let Ok(copied) = numbers.extract::<Vec<f64>>()
        {
            let shape = vec![copied.len()];
            return Ok((Self::Copied(copied), shape));
        }
        let array = as_floats(what, numbers)?;
        let interface = array.getattr("__array_interface__")?.cast_into::<PyDict>()?;
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        let count = shape.iter().product();
        let item = |name: &str| interface.get_item(name)?.ok_or_else(|| invalid(what, "no array"));
        let (data, _): (usize, bool) = item("data")?.extract()?;
        let is_in_order = interface.get_item("strides")?.is_none_or(|strides| strides.is_none());
        if is_in_order && count > 0 && data.is_multiple_of(align_of::<f64>()) {
            return Ok((Self::Borrowed { _array: array, data: data as *const f64, count }, shape));
        }
        Ok((Self::Copied(read_numbers(what, &array)?), shape))
    }

    pub(crate) fn as_slice(&self) -> &[f64] {
        match self {
            // SAFETY: NumPy says that so many floats lie there, aligned and in a row, as long as
            // the array lives, which this keeps.
            Self::Borrowed { data, count, .. } => unsafe { slice::from_raw_parts(*data, *count) },
            Self::Copied(numbers) => numbers,
        }
    }
}

fn axes(shape: &[usize]) -> String {
    format!("{} dimension{}", shape.len(), if shape.len() == 1 { "" } else { "s" })
}

/// Columns of numbers, one for each item of a list.
pub(crate) fn read_samples<'py>(
    what: &str,
    samples: &Bound<'py, PyAny>,
) -> PyResult<Vec<Numbers<'py>>> {
    let items = samples.try_iter().map_err(|_| invalid(what, "expected a list of samples"))?;
    items
        .enumerate()
        .map(|(place, item)| Numbers::read(&format!("{what}[{place}]"), &item?))
        .collect()
}

/// A table of numbers, row by row.
pub(crate) fn read_table(what: &str, table: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<f64>>> {
    let (numbers, columns) = Numbers::read_rows(what, table)?;
    Ok(numbers.as_slice().chunks(columns.max(1)).map(<[f64]>::to_vec).collect())
}
