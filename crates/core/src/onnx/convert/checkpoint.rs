//! The weights of a checkpoint, read one tensor at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::{ErrorKind, Read, Seek, SeekFrom},
    path::{Component, Path, PathBuf},
};

use half::{bf16, f16};
use safetensors::{Dtype, tensor::Metadata};
use serde::Deserialize;

use super::names::other_names;
use crate::{Error, Result, file::read_text};

const SINGLE_FILE: &str = "model.safetensors";
const INDEX_FILE: &str = "model.safetensors.index.json";
/// Weights in a form that is not read, each by the start and end of its name.
const OTHER_FILES: [(&str, &str); 4] = [
    ("pytorch_model", ".bin"),
    ("tf_model", ".h5"),
    ("flax_model", ".msgpack"),
    ("model", ".ckpt.index"),
];
/// The format's own limit for the header of a file.
const LONGEST_HEADER: u64 = 100_000_000;
/// How many bytes are read before they are turned into floats.
const CHUNK: usize = 1 << 18;

/// The safetensors files of a checkpoint, opened, with where each tensor is.
#[derive(Debug)]
pub(super) struct Checkpoint {
    folder: PathBuf,
    files: Vec<(PathBuf, File)>,
    tensors: HashMap<String, Place>,
    prefix: &'static str,
}

#[derive(Debug)]
struct Place {
    file: usize,
    dtype: Dtype,
    shape: Vec<usize>,
    offset: u64,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Checkpoint {
    /// Opens the weights in `folder`; their names may begin with `prefix` and a dot.
    pub(super) fn open(folder: &Path, prefix: &'static str) -> Result<Self> {
        let mut checkpoint =
            Self { folder: folder.to_owned(), files: Vec::new(), tensors: HashMap::new(), prefix };
        if folder.join(SINGLE_FILE).is_file() {
            checkpoint.open_file(SINGLE_FILE)?;
        } else if folder.join(INDEX_FILE).is_file() {
            let index = checkpoint.read_index()?;
            for file in index.weight_map.values().collect::<BTreeSet<_>>() {
                checkpoint.open_file(file)?;
            }
            if let Some(name) =
                index.weight_map.keys().find(|&name| !checkpoint.tensors.contains_key(name))
            {
                return Err(Error::invalid(
                    folder.join(INDEX_FILE).display().to_string(),
                    format!("tensor `{name}` is in none of the files it lists"),
                ));
            }
        } else {
            return Err(no_weights(folder));
        }
        Ok(checkpoint)
    }

    /// Whether there are weights that can be read in `folder`.
    pub(super) fn is_in(folder: &Path) -> bool {
        [SINGLE_FILE, INDEX_FILE].iter().any(|file| folder.join(file).is_file())
    }

    fn read_index(&self) -> Result<Index> {
        let path = self.folder.join(INDEX_FILE);
        let text = read_text("checkpoint", &path, "the list of the files with weights")?;
        let index: Index = serde_json::from_str(&text)
            .map_err(|error| Error::invalid(path.display().to_string(), error.to_string()))?;
        for file in index.weight_map.values() {
            let mut parts = Path::new(file).components();
            let is_plain_name =
                matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none();
            if !is_plain_name || file.contains('\\') {
                return Err(Error::invalid(
                    path.display().to_string(),
                    format!("{file:?} is not the name of a file in the same folder"),
                ));
            }
        }
        Ok(index)
    }

    fn open_file(&mut self, name: &str) -> Result<()> {
        let path = self.folder.join(name);
        let mut file = File::open(&path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => Error::NotFound {
                what: format!("weights {}", path.display()),
                hint: format!("{INDEX_FILE} lists it"),
            },
            _ => Error::Storage { action: "read", path: path.clone(), source },
        })?;
        let broken = |problem: &str| Error::invalid(path.display().to_string(), problem);
        let storage = |source| Error::Storage { action: "read", path: path.clone(), source };
        let length = file.metadata().map_err(storage)?.len();
        let mut prefix = [0; 8];
        let header_length = match file.read_exact(&mut prefix) {
            Ok(()) => u64::from_le_bytes(prefix),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(storage(error)),
        };
        if header_length == 0 || header_length > LONGEST_HEADER || header_length > length - 8 {
            return Err(broken(
                "it is not a safetensors file (is it a git-lfs pointer or half a download?)",
            ));
        }
        let mut header = vec![0; header_length as usize];
        file.read_exact(&mut header).map_err(storage)?;
        let header: Metadata = serde_json::from_slice(&header)
            .map_err(|error| broken(&format!("its safetensors header is broken: {error}")))?;
        let expected = (header_length + 8).saturating_add(header.data_len() as u64);
        if length != expected {
            return Err(broken(&format!("it has {length} bytes where its header says {expected}")));
        }
        for (tensor, info) in header.tensors() {
            let place = Place {
                file: self.files.len(),
                dtype: info.dtype,
                shape: info.shape.clone(),
                offset: header_length + 8 + info.data_offsets.0 as u64,
            };
            self.tensors.insert(tensor, place);
        }
        self.files.push((path, file));
        Ok(())
    }

    /// Whether there is such a tensor, by any of its names.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<(String, &Place)> {
        other_names(self.prefix, name).find_map(|name| {
            let place = self.tensors.get(&name)?;
            Some((name, place))
        })
    }

    /// Reads a tensor as 32-bit floats; a bare name stands for the one with the family's prefix, too.
    pub(super) fn read(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let problem =
            |problem| Error::invalid(format!("checkpoint {}", self.folder.display()), problem);
        let Some((found_name, place)) = self.find(name) else {
            return Err(problem(format!(
                "tensor `{}.{name}` is missing, also without `{}.`; its shape would be {shape:?}",
                self.prefix, self.prefix
            )));
        };
        if place.shape != shape {
            return Err(problem(format!(
                "tensor `{found_name}` has shape {:?} where config.json makes it {shape:?}",
                place.shape
            )));
        }
        let values = match place.dtype {
            Dtype::F32 => self.convert(place, f32::from_le_bytes)?,
            Dtype::F16 => self.convert(place, |bytes| f16::from_le_bytes(bytes).to_f32())?,
            Dtype::BF16 => self.convert(place, |bytes| bf16::from_le_bytes(bytes).to_f32())?,
            Dtype::F64 => self.convert(place, |bytes| f64::from_le_bytes(bytes) as f32)?,
            other => {
                return Err(problem(format!(
                    "tensor `{found_name}` is of {other:?} where F32, F16, BF16 or F64 is expected"
                )));
            }
        };
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(problem(format!("tensor `{found_name}` holds {value}")));
        }
        Ok(values)
    }

    fn convert<const N: usize>(
        &self,
        place: &Place,
        float: impl Fn([u8; N]) -> f32,
    ) -> Result<Vec<f32>> {
        let (path, file) = &self.files[place.file];
        let mut file: &File = file;
        let mut left: usize = place.shape.iter().product();
        let mut values = Vec::with_capacity(left);
        let mut chunk = vec![0; CHUNK.min(left * N)];
        file.seek(SeekFrom::Start(place.offset)).map_err(Error::storage("read", path))?;
        while left > 0 {
            let count = left.min(CHUNK / N);
            let bytes = &mut chunk[..count * N];
            file.read_exact(bytes).map_err(Error::storage("read", path))?;
            values.extend(bytes.as_chunks().0.iter().map(|&bytes| float(bytes)));
            left -= count;
        }
        Ok(values)
    }
}

/// Says why there is nothing to read, and how to get it.
fn no_weights(folder: &Path) -> Error {
    let names = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_other = |name: &String| {
        OTHER_FILES.iter().any(|(start, end)| name.starts_with(start) && name.ends_with(end))
    };
    let Some(other) = names.filter(is_other).min() else {
        return Error::NotFound {
            what: format!("weights of checkpoint {}", folder.display()),
            hint: format!("expected {SINGLE_FILE}, {INDEX_FILE}, or for a bundle model.onnx"),
        };
    };
    let (reason, from) = match other.as_bytes() {
        [b'p', ..] => ("a pickle, which can run code when it is opened", ""),
        [b'f', ..] => ("a Flax file", ", from_flax=True"),
        _ => ("a TensorFlow file", ", from_tf=True"),
    };
    Error::invalid(
        format!("checkpoint {}", folder.display()),
        format!(
            "{other} is {reason}, only safetensors are read; if you trust it, this makes them where torch and \
             transformers (for TensorFlow and Flax: before version 5) are installed: \
             python -c \"import json, transformers as t; p = '{path}'; \
             a = json.load(open(p + '/config.json'))['architectures'][0]; \
             getattr(t, a).from_pretrained(p{from}).save_pretrained(p)\"",
            path = folder.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use safetensors::tensor::{TensorView, serialize_to_file};

    use super::*;

    fn write(path: &Path, tensors: &[(&str, Dtype, &[usize], Vec<u8>)]) {
        let views = tensors.iter().map(|(name, dtype, shape, bytes)| {
            (*name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap())
        });
        serialize_to_file(views, None, path).unwrap();
    }

    fn floats(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn every_float_becomes_f32_whatever_its_name_begins_with() {
        let folder = tempfile::tempdir().unwrap();
        let half = |values: [f32; 2]| {
            values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect()
        };
        let brain = |values: [f32; 2]| {
            values.iter().flat_map(|&v| bf16::from_f32(v).to_le_bytes()).collect()
        };
        let double = |values: [f64; 2]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        write(
            &folder.path().join(SINGLE_FILE),
            &[
                ("bert.a", Dtype::F32, &[2], floats(&[1.0, -2.0])),
                ("b", Dtype::F16, &[2], half([0.5, 3.0])),
                ("c", Dtype::BF16, &[2], brain([0.25, 4.0])),
                ("d.LayerNorm.gamma", Dtype::F64, &[1, 2], double([0.125, 5.0])),
                ("e", Dtype::I64, &[2], double([0.0, 0.0])),
                ("f", Dtype::F32, &[1], floats(&[f32::NAN])),
            ],
        );
        let checkpoint = Checkpoint::open(folder.path(), "bert").unwrap();
        assert_eq!(checkpoint.read("a", &[2]).unwrap(), [1.0, -2.0]);
        assert_eq!(checkpoint.read("b", &[2]).unwrap(), [0.5, 3.0]);
        assert_eq!(checkpoint.read("c", &[2]).unwrap(), [0.25, 4.0]);
        assert_eq!(checkpoint.read("d.LayerNorm.weight", &[1, 2]).unwrap(), [0.125, 5.0]);
        for (name, shape, expected) in [
            ("e", &[2][..], "`e` is of I64"),
            ("f", &[1], "`f` holds NaN"),
            ("a", &[3], "`bert.a` has shape [2] where config.json makes it [3]"),
            ("g", &[7, 8], "`bert.g` is missing, also without `bert.`; its shape would be [7, 8]"),
        ] {
            let message = checkpoint.read(name, shape).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn tensors_longer_than_a_chunk_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let values = (0..CHUNK).map(|value| value as f32).collect::<Vec<_>>();
        write(&folder.path().join(SINGLE_FILE), &[("a", Dtype::F32, &[CHUNK], floats(&values))]);
        let checkpoint = Checkpoint::open(folder.path(), "bert").unwrap();
        assert!(checkpoint.read("a", &[CHUNK]).unwrap() == values);
    }

    #[test]
    fn an_index_may_name_files_of_its_folder_only() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("one.safetensors"), &[("a", Dtype::F32, &[1], floats(&[1.0]))]);
        let open = |file: &str, tensor: &str| {
            let index = format!(r#"{{"weight_map": {{"{tensor}": "{file}"}}}}"#);
            fs::write(folder.path().join(INDEX_FILE), index).unwrap();
            Checkpoint::open(folder.path(), "bert")
        };
        assert!(open("one.safetensors", "a").unwrap().has("a"));
        for file in [
            "../one.safetensors",
            "/one.safetensors",
            "a/../one.safetensors",
            "",
            ".",
            "..",
            "..\\\\one",
        ] {
            let message = open(file, "a").unwrap_err().to_string();
            assert!(message.contains("not the name of a file in the same folder"), "{message}");
        }
        assert!(open("one.safetensors", "b").unwrap_err().to_string().contains("`b` is in none"));
        assert_eq!(open("two.safetensors", "a").unwrap_err().kind(), crate::ErrorKind::NotFound);
    }

    #[test]
    fn a_pickle_is_refused_with_the_command_that_helps() {
        let folder = tempfile::tempdir().unwrap();
        let message = Checkpoint::open(folder.path(), "bert").unwrap_err().to_string();
        assert!(message.contains("expected model.safetensors"), "{message}");
        for (name, reason) in [
            ("tf_model.h5", "TensorFlow"),
            ("flax_model.msgpack", "Flax"),
            ("pytorch_model-00001-of-00002.bin", "can run code"),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, "x").unwrap();
            let message = Checkpoint::open(folder.path(), "bert").unwrap_err().to_string();
            assert!(message.contains(reason) && message.contains("python -c"), "{message}");
            fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn broken_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SINGLE_FILE);
        write(&path, &[("a", Dtype::F32, &[2], floats(&[1.0, 2.0]))]);
        let whole = fs::read(&path).unwrap();
        let pointer = b"version https://git-lfs.github.com/spec/v1\n".to_vec();
        let offsets =
            |header: &str| [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        let liar = offsets(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,80000000000]}}"#);
        for bytes in
            [vec![], vec![1; 7], vec![0; 8], whole[..whole.len() - 1].to_vec(), pointer, liar]
        {
            fs::write(&path, bytes).unwrap();
            let error = Checkpoint::open(folder.path(), "bert").unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
        }
    }
}
