//! `ErrorKind` as Python exceptions, all below `pantau.Error`.

use pantau::ErrorKind;
use pyo3::{
    exceptions::{PyConnectionError, PyException, PyTimeoutError, PyValueError},
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyType},
};

/// The core's error on its way to Python.
pub(crate) struct PyError(pub(crate) pantau::Error);

impl From<pantau::Error> for PyError {
    fn from(error: pantau::Error) -> Self {
        Self(error)
    }
}

impl From<PyError> for PyErr {
    fn from(PyError(error): PyError) -> Self {
        Python::attach(|py| match Exceptions::get(py) {
            Ok(exceptions) => {
                PyErr::from_type(exceptions.of(error.kind()).bind(py).clone(), error.full_message())
            }
            Err(error) => error,
        })
    }
}

/// A value that Python passed cannot be used.
pub(crate) fn invalid(what: impl Into<String>, problem: impl Into<String>) -> PyErr {
    PyError(pantau::Error::InvalidInput { what: what.into(), problem: problem.into() }).into()
}

pub(crate) struct Exceptions {
    error: Py<PyType>,
    invalid_input: Py<PyType>,
    not_found: Py<PyType>,
    incompatible: Py<PyType>,
    storage: Py<PyType>,
    inference: Py<PyType>,
    busy: Py<PyType>,
    deadline: Py<PyType>,
    conflict: Py<PyType>,
    unreachable: Py<PyType>,
}

impl Exceptions {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        static EXCEPTIONS: PyOnceLock<Exceptions> = PyOnceLock::new();
        EXCEPTIONS.get_or_try_init(py, || Self::new(py))
    }

    fn new(py: Python<'_>) -> PyResult<Self> {
        let make = |name: &str, doc: &str, bases: &[Bound<'_, PyType>]| -> PyResult<Py<PyType>> {
            let members = PyDict::new(py);
            members.set_item("__doc__", doc)?;
            members.set_item("__module__", "pantau")?;
            let bases = pyo3::types::PyTuple::new(py, bases)?;
            let class = py.get_type::<PyType>().call1((name, bases, members))?;
            Ok(class.cast_into::<PyType>()?.unbind())
        };
        let error = make(
            "Error",
            "Everything that goes wrong in Pantau.",
            &[py.get_type::<PyException>()],
        )?;
        let base = error.bind(py).clone();
        Ok(Self {
            invalid_input: make(
                "InvalidInputError",
                "A value that was passed cannot be used.",
                &[base.clone(), py.get_type::<PyValueError>()],
            )?,
            not_found: make(
                "NotFoundError",
                "Something named does not exist.",
                std::slice::from_ref(&base),
            )?,
            incompatible: make(
                "IncompatibleError",
                "Made by another version, or for other data, than what is here.",
                std::slice::from_ref(&base),
            )?,
            storage: make(
                "StorageError",
                "Reading or writing a file, a database or a bucket failed.",
                std::slice::from_ref(&base),
            )?,
            inference: make(
                "InferenceError",
                "A model could not answer.",
                std::slice::from_ref(&base),
            )?,
            busy: make(
                "BusyError",
                "More work waits already than may wait.",
                std::slice::from_ref(&base),
            )?,
            deadline: make(
                "DeadlineError",
                "The answer was not there in time.",
                &[base.clone(), py.get_type::<PyTimeoutError>()],
            )?,
            conflict: make(
                "ConflictError",
                "What is there already says otherwise.",
                std::slice::from_ref(&base),
            )?,
            unreachable: make(
                "UnreachableError",
                "A server cannot be reached; what was asked can be tried again.",
                &[base, py.get_type::<PyConnectionError>()],
            )?,
            error,
        })
    }

    fn of(&self, kind: ErrorKind) -> &Py<PyType> {
        match kind {
            ErrorKind::InvalidInput => &self.invalid_input,
            ErrorKind::NotFound => &self.not_found,
            ErrorKind::Incompatible => &self.incompatible,
            ErrorKind::Storage => &self.storage,
            ErrorKind::Inference => &self.inference,
            ErrorKind::Busy => &self.busy,
            ErrorKind::Deadline => &self.deadline,
            ErrorKind::Conflict => &self.conflict,
            ErrorKind::Unreachable => &self.unreachable,
        }
    }

    /// Puts the exceptions into the module.
    pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let exceptions = Self::get(module.py())?;
        for class in [
            &exceptions.error,
            &exceptions.invalid_input,
            &exceptions.not_found,
            &exceptions.incompatible,
            &exceptions.storage,
            &exceptions.inference,
            &exceptions.busy,
            &exceptions.deadline,
            &exceptions.conflict,
            &exceptions.unreachable,
        ] {
            let class = class.bind(module.py());
            module.add(class.name()?, class)?;
        }
        Ok(())
    }
}
