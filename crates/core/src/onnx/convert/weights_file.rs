//! The file beside the graph that holds its large tensors.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::proto::{DataLocation, ElementType, StringStringEntryProto, TensorProto, side};
use crate::{Error, Result};

/// The size of a memory page: tensors begin on one, so that the runtime can map the file.
const PAGE: u64 = 4096;
/// Smaller tensors stay in the graph's own file.
const SMALLEST: usize = 1024;

/// Writes tensors one after the other, so that only one is in memory.
#[derive(Debug)]
pub(super) struct WeightsFile {
    name: &'static str,
    path: PathBuf,
    file: BufWriter<File>,
    end: u64,
}

impl WeightsFile {
    /// Makes the file `name` in `folder`, empty.
    pub(super) fn create(folder: &Path, name: &'static str) -> Result<Self> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(Error::storage("write", &path))?;
        Ok(Self { name, path, file: BufWriter::with_capacity(1 << 18, file), end: 0 })
    }

    /// Stores a tensor and returns the message that says where it is.
    pub(super) fn store<const N: usize>(
        &mut self,
        name: &str,
        element: ElementType,
        shape: &[usize],
        values: impl ExactSizeIterator<Item = [u8; N]>,
    ) -> Result<TensorProto> {
        let mut tensor = TensorProto {
            dims: shape.iter().map(|&length| side(length)).collect(),
            data_type: element.into(),
            name: name.to_owned(),
            ..TensorProto::default()
        };
        let length = values.len() * N;
        if length < SMALLEST {
            tensor.raw_data = Some(values.flatten().collect());
            return Ok(tensor);
        }
        let start = self.end.next_multiple_of(PAGE);
        let entry =
            |key: &str, value: String| StringStringEntryProto { key: key.to_owned(), value };
        tensor.data_location = DataLocation::External.into();
        tensor.external_data = vec![
            entry("location", self.name.to_owned()),
            entry("offset", start.to_string()),
            entry("length", length.to_string()),
        ];
        self.write(start, values).map_err(Error::storage("write", &self.path))?;
        self.end = start + length as u64;
        Ok(tensor)
    }

    fn write<const N: usize>(
        &mut self,
        start: u64,
        values: impl Iterator<Item = [u8; N]>,
    ) -> std::io::Result<()> {
        let gap = vec![0; (start - self.end) as usize];
        self.file.write_all(&gap)?;
        for value in values {
            self.file.write_all(&value)?;
        }
        Ok(())
    }

    /// Makes sure that everything is on disk.
    pub(super) fn finish(self) -> Result<()> {
        let Self { path, file, .. } = self;
        file.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .map_err(Error::storage("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_tensors_begin_on_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = WeightsFile::create(folder.path(), "w").unwrap();
        let floats = |count: usize| (0..count).map(|value| (value as f32).to_le_bytes());
        let small = file.store("small", ElementType::Float, &[2], floats(2)).unwrap();
        assert_eq!(small.raw_data.unwrap(), [0, 0, 0, 0, 0, 0, 128, 63]);
        file.store("first", ElementType::Float, &[300], floats(300)).unwrap();
        let second = file.store("second", ElementType::Float, &[2, 200], floats(400)).unwrap();
        file.finish().unwrap();
        let values: Vec<_> =
            second.external_data.iter().map(|entry| entry.value.as_str()).collect();
        assert_eq!(values, ["w", "4096", "1600"]);
        let bytes = std::fs::read(folder.path().join("w")).unwrap();
        assert_eq!(bytes.len(), 4096 + 1600);
        assert_eq!(bytes[4096 + 4..4096 + 8], 1f32.to_le_bytes());
    }
}
