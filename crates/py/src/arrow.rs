//! Arrow in and out through capsules, without copying what they point to.
//!
//! <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>

use std::{ffi::CStr, sync::Arc};

use arrow_array::{
    Array, ArrayRef, NullArray, RecordBatch, RecordBatchIterator, RecordBatchReader,
    cast::AsArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi},
    ffi_stream::FFI_ArrowArrayStream,
    make_array,
};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use pyo3::{prelude::*, types::PyCapsule};

use crate::error::invalid;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// Reads the arrays that `source` exports; `None` when it exports none.
pub(crate) fn import_arrays(source: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if let Some(mut stream) = ArrayStream::open(source)? {
        let mut arrays = Vec::new();
        while let Some(array) = stream.next()? {
            arrays.push(array);
        }
        return Ok(Some(arrays));
    }
    Ok(import_array(source)?.map(|array| vec![array]))
}

/// Reads the one array that `source` exports; `None` when it exports none.
pub(crate) fn import_array(source: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    if !source.hasattr("__arrow_c_array__")? {
        return Ok(None);
    }
    let exported = source.call_method0("__arrow_c_array__")?;
    let Ok((schema, array)) = exported.extract::<(Bound<'_, PyCapsule>, Bound<'_, PyCapsule>)>()
    else {
        return Err(invalid("arrow array", "__arrow_c_array__ gave no pair of capsules"));
    };
    let schema = schema.pointer_checked(Some(SCHEMA)).map_err(wrong_capsule)?;
    let array = array.pointer_checked(Some(ARRAY)).map_err(wrong_capsule)?;
    // SAFETY: capsules of these names point to these structures, which stay
    // alive with them; `from_raw` moves the array out and leaves a released one
    // behind, as the interface asks.
    let (schema, array) = unsafe {
        (
            schema.cast::<FFI_ArrowSchema>().as_ref(),
            FFI_ArrowArray::from_raw(array.cast::<FFI_ArrowArray>().as_ptr()),
        )
    };
    check_is_text(schema)?;
    if array.is_released() {
        return Err(invalid("arrow array", "is released"));
    }
    // SAFETY: the producer filled `array` according to `schema`.
    unsafe { import(array, schema) }.map(Some)
}

/// A stream of arrays, such as the chunks of a column.
pub(crate) struct ArrayStream {
    stream: FFI_ArrowArrayStream,
    schema: FFI_ArrowSchema,
}

impl ArrayStream {
    /// Opens the stream that `source` exports; `None` when it exports none.
    pub(crate) fn open(source: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if !source.hasattr("__arrow_c_stream__")? {
            return Ok(None);
        }
        let exported = source.call_method0("__arrow_c_stream__")?;
        let Ok(capsule) = exported.cast_into::<PyCapsule>() else {
            return Err(invalid("arrow stream", "__arrow_c_stream__ gave no capsule"));
        };
        let pointer = capsule.pointer_checked(Some(STREAM)).map_err(wrong_capsule)?;
        let pointer = pointer.cast::<FFI_ArrowArrayStream>();
        // SAFETY: a capsule of this name points to this structure; `from_raw`
        // moves it out and leaves a released one behind.
        let mut stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
        let mut schema = FFI_ArrowSchema::empty();
        let get_schema =
            stream.get_schema().ok_or_else(|| invalid("arrow stream", "is released"))?;
        // SAFETY: the stream is not released, and `schema` is ours to write.
        let code = unsafe { get_schema(&raw mut stream, &raw mut schema) };
        if code != 0 {
            return Err(stream_error(&mut stream, code));
        }
        // Before anything is read: a stream that is refused must not be drained.
        check_is_text(&schema)?;
        Ok(Some(Self { stream, schema }))
    }

    /// The next array; `None` at the end.
    pub(crate) fn next(&mut self) -> PyResult<Option<ArrayRef>> {
        let mut array = FFI_ArrowArray::empty();
        let get_next =
            self.stream.get_next().ok_or_else(|| invalid("arrow stream", "is released"))?;
        // SAFETY: the stream is not released, and `array` is ours to write.
        let code = unsafe { get_next(&raw mut self.stream, &raw mut array) };
        if code != 0 {
            return Err(stream_error(&mut self.stream, code));
        }
        if array.is_released() {
            return Ok(None);
        }
        // SAFETY: the producer filled `array` according to the schema it gave.
        unsafe { import(array, &self.schema) }.map(Some)
    }
}

/// Takes over an array that another library made, and checks that its texts are
/// UTF-8 and its offsets and keys within bounds: producers do not promise that.
///
/// # Safety
/// `array` is not released, and of the type that `schema` says.
unsafe fn import(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> PyResult<ArrayRef> {
    // polars gives arrays of nothing but nulls a buffer, which Arrow has none for.
    if DataType::try_from(schema).map_err(to_python)? == DataType::Null {
        return Ok(Arc::new(NullArray::new(array.len())));
    }
    // SAFETY: the caller promises what `from_ffi` asks for.
    let data = unsafe { from_ffi(array, schema) }.map_err(to_python)?;
    data.validate_full().map_err(to_python)?;
    Ok(make_array(data))
}

/// Refuses columns that hold no text.
fn check_is_text(schema: &FFI_ArrowSchema) -> PyResult<()> {
    if schema.release().is_none() {
        return Err(invalid("arrow schema", "is released"));
    }
    let data_type = DataType::try_from(schema).map_err(to_python)?;
    let values = match &data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    };
    match values {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(()),
        DataType::Struct(_) => Err(crate::arguments::table_passed()),
        _ => Err(invalid("texts", format!("the column holds {values}, not text"))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn wrong_capsule(error: PyErr) -> PyErr {
    invalid("arrow capsule", error.to_string())
}

fn stream_error(stream: &mut FFI_ArrowArrayStream, code: i32) -> PyErr {
    let message = stream.get_last_error().and_then(|get_last_error| {
        // SAFETY: the stream is not released; what it returns is NULL or a C
        // string that lives until the next call.
        unsafe {
            let text = get_last_error(&raw mut *stream);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    });
    invalid("arrow stream", message.unwrap_or_else(|| format!("failed with code {code}")))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn to_python(error: ArrowError) -> PyErr {
    invalid("arrow data", error.to_string())
}

/// Appends the texts of a string array (plain, large, view or dictionary).
pub(crate) fn push_texts<'a>(
    array: &'a ArrayRef,
    texts: &mut Vec<Option<&'a str>>,
) -> PyResult<()> {
    match array.data_type() {
        DataType::Utf8 => texts.extend(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => texts.extend(array.as_string::<i64>().iter()),
        DataType::Utf8View => texts.extend(array.as_string_view().iter()),
        DataType::Null => texts.extend(std::iter::repeat_n(None, array.len())),
        DataType::Dictionary(_, _) if !array.is_empty() => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                texts.extend(std::iter::repeat_n(None, array.len()));
                return Ok(());
            }
            let mut values = Vec::with_capacity(dictionary.values().len());
            push_texts(dictionary.values(), &mut values)?;
            let keys = dictionary.normalized_keys();
            let is_missing = |row| dictionary.keys().is_null(row);
            let value =
                |(row, key): (usize, usize)| if is_missing(row) { None } else { values[key] };
            texts.extend(keys.into_iter().enumerate().map(value));
        }
        DataType::Dictionary(_, _) => {}
        other => unreachable!("import lets no array of {other} in"),
    }
    Ok(())
}

/// One array as the pair of capsules that `__arrow_c_array__` returns.
pub(crate) fn export_array<'py>(
    py: Python<'py>,
    array: &ArrayRef,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    let (array, schema) = to_ffi(&array.to_data()).map_err(to_python)?;
    Ok((
        PyCapsule::new_with_value(py, schema, SCHEMA)?,
        PyCapsule::new_with_value(py, array, ARRAY)?,
    ))
}

/// Batches as the capsule that `__arrow_c_stream__` returns.
pub(crate) fn export_batches(
    py: Python<'_>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> PyResult<Bound<'_, PyCapsule>> {
    export_reader(py, RecordBatchIterator::new(batches.into_iter().map(Ok), schema))
}

/// What gives batches one by one as the capsule that `__arrow_c_stream__` returns.
pub(crate) fn export_reader(
    py: Python<'_>,
    reader: impl RecordBatchReader + Send + 'static,
) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

/// A schema as the capsule that `__arrow_c_schema__` returns.
pub(crate) fn export_schema<'py>(
    py: Python<'py>,
    schema: &SchemaRef,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema.as_ref()).map_err(to_python)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}
