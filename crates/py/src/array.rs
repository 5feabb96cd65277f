//! NumPy arrays of numbers.

use pyo3::{
    prelude::*,
    types::{PyByteArray, PyBytes, PyTuple},
};

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
