//! NumPy arrays of numbers.

use pantau::learn::DenseMatrix;
use pyo3::{
    prelude::*,
    types::{PyByteArray, PyBytes, PyDict, PyTuple},
};

use crate::error::{PyError, invalid};

/// A kind of number that both sides have.
pub(crate) trait Number: Copy {
    const NAME: &'static str;
    const SIZE: usize;

    fn write(self, bytes: &mut [u8]);
}

macro_rules! number {
    ($kind:ty, $name:literal, $to_bytes:expr) => {
        impl Number for $kind {
            const NAME: &'static str = $name;
            const SIZE: usize = size_of::<$kind>();

            fn write(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&$to_bytes(self));
            }
        }
    };
}

number!(f32, "float32", f32::to_ne_bytes);
number!(f64, "float64", f64::to_ne_bytes);
number!(i32, "int32", i32::to_ne_bytes);
number!(i64, "int64", i64::to_ne_bytes);
number!(bool, "bool", |truth| [u8::from(truth)]);

/// An array of its own, which the caller may change.
pub(crate) fn array<'py, N: Number>(
    py: Python<'py>,
    numbers: &[N],
    shape: &[usize],
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = PyByteArray::new_with(py, size_of_val(numbers), |bytes| fill(bytes, numbers))?;
    over(bytes.into_any(), N::NAME, shape)
}

/// An array that several callers share, and so cannot be changed.
pub(crate) fn shared_array<'py, N: Number>(
    py: Python<'py>,
    numbers: &[N],
    shape: &[usize],
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = PyBytes::new_with(py, size_of_val(numbers), |bytes| fill(bytes, numbers))?;
    over(bytes.into_any(), N::NAME, shape)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that `new_with` takes")]
fn fill<N: Number>(bytes: &mut [u8], numbers: &[N]) -> PyResult<()> {
    for (bytes, number) in bytes.chunks_exact_mut(N::SIZE).zip(numbers) {
        number.write(bytes);
    }
    Ok(())
}

/// NumPy is imported only here: who does not ask for arrays does without it.
fn over<'py>(bytes: Bound<'py, PyAny>, name: &str, shape: &[usize]) -> PyResult<Bound<'py, PyAny>> {
    let py = bytes.py();
    let shape = PyTuple::new(py, shape)?;
    py.import("numpy")?.call_method1("ndarray", (shape, name, bytes))
}

/// The numbers of anything that NumPy makes an array of, row after row.
pub(crate) fn read_numbers(what: &str, numbers: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let bytes = as_floats(what, numbers)?.call_method0("tobytes")?;
    let bytes = bytes.cast::<PyBytes>()?.as_bytes();
    let (numbers, _) = bytes.as_chunks::<8>();
    Ok(numbers.iter().map(|number| f64::from_ne_bytes(*number)).collect())
}

/// The whole numbers of an array of one dimension; none is negative.
pub(crate) fn read_whole(what: &str, numbers: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let array = convert(what, numbers, "int64", &["b", "i", "u"])?;
    let bytes = array.call_method0("tobytes")?;
    let (numbers, _) = bytes.cast::<PyBytes>()?.as_bytes().as_chunks::<8>();
    numbers
        .iter()
        .map(|number| {
            let number = i64::from_ne_bytes(*number);
            u64::try_from(number).map_err(|_| invalid(what, format!("{number} is below 0")))
        })
        .collect()
}

/// Columns, which are whole numbers; what is negative becomes a column beyond all others.
pub(crate) fn read_columns(what: &str, numbers: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let is_small = numbers
        .getattr_opt("dtype")?
        .is_some_and(|data_type| data_type.eq("int32").unwrap_or_default());
    if !is_small {
        let beyond = |number| invalid(what, format!("{number} is beyond {}", u32::MAX));
        let numbers = read_whole(what, numbers)?.into_iter();
        return numbers.map(|number| number.try_into().map_err(|_| beyond(number))).collect();
    }
    // SciPy's own kind, which needs no second copy.
    let bytes = convert(what, numbers, "int32", &["i"])?.call_method0("tobytes")?;
    let (numbers, _) = bytes.cast::<PyBytes>()?.as_bytes().as_chunks::<4>();
    Ok(numbers.iter().map(|number| u32::from_ne_bytes(*number)).collect())
}

/// The rows of anything that NumPy makes an array of two dimensions of.
pub(crate) fn read_matrix(what: &str, rows: &Bound<'_, PyAny>) -> PyResult<DenseMatrix> {
    let array = as_floats(what, rows)?;
    let shape: Vec<usize> = array.getattr("shape")?.extract()?;
    let [rows, columns] = shape[..] else {
        let dimensions = if shape.len() == 1 { "dimension" } else { "dimensions" };
        let problem = format!("expected rows of numbers, got {} {dimensions}", shape.len());
        return Err(invalid(what, problem));
    };
    let numbers = read_numbers(what, &array)?;
    let matrix = DenseMatrix::from_rows(rows, columns, numbers);
    matrix.map_err(|error| match error {
        pantau::Error::InvalidInput { problem, .. } => invalid(what, problem),
        other => PyError(other).into(),
    })
}

pub(crate) fn as_floats<'py>(
    what: &str,
    numbers: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    convert(what, numbers, "float64", &["b", "i", "u", "f", "O"])
}

/// An array of `name`, made of one of the kinds of numbers in `kinds`: NumPy itself would take
/// texts for numbers, and leave out half of complex ones.
fn convert<'py>(
    what: &str,
    numbers: &Bound<'py, PyAny>,
    name: &str,
    kinds: &[&str],
) -> PyResult<Bound<'py, PyAny>> {
    let py = numbers.py();
    let numpy = py.import("numpy")?;
    let wrong = |error: PyErr| invalid(what, format!("expected numbers ({})", error.value(py)));
    let array = numpy.call_method1("asarray", (numbers,)).map_err(wrong)?;
    let data_type = array.getattr("dtype")?;
    let kind: String = data_type.getattr("kind")?.extract()?;
    // An empty list has no kind of its own.
    if !kinds.contains(&kind.as_str()) && array.getattr("size")?.extract::<usize>()? > 0 {
        return Err(invalid(what, format!("expected numbers, got {data_type}")));
    }
    let keywords = PyDict::new(py);
    keywords.set_item("dtype", name)?;
    numpy.call_method("ascontiguousarray", (array,), Some(&keywords)).map_err(wrong)
}
