//! The vectors of texts for learning: the same in every run, and each made once.

use std::{
    collections::HashMap,
    fs,
    io::Read,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::parallel::{Watch, watched};
use crate::{
    Error, Result,
    file::write_bytes,
    learn::DenseMatrix,
    model::{Bundle, cache, transformer::to_length_one},
    onnx::{
        Device, LongText, Task, Tokenizer, processors,
        session::{Session, SessionOptions},
    },
};

/// The padded tokens that run together. It is fixed, since sums depend on it in their last digit.
const TOKENS: usize = 2048;
/// What a file of vectors begins with.
const MAGIC: &[u8; 8] = b"PANTAUE1";
/// A file of vectors is begun anew when it would get larger than this.
const LARGEST: usize = 2 << 30;

type Hash = [u8; 16];

/// The vectors of texts, from the bundle of an encoder. Those that were made before come from the
/// user's cache folder.
///
/// Each batch runs on one thread, so the number of threads changes nothing in any vector.
pub(super) fn embed(
    bundle: &Bundle,
    texts: &[&str],
    threads: Option<NonZero<usize>>,
    watch: Watch<'_>,
) -> Result<DenseMatrix> {
    let Task::Encoder { dimensions, normalize, .. } = bundle.manifest().task else {
        let what = format!("bundle {}", bundle.path().display());
        return Err(Error::incompatible(what, "it is a classifier, not an encoder"));
    };
    let hashes: Vec<Hash> = texts.iter().map(|text| hash(text)).collect();
    let mut kept = Kept::read(bundle, dimensions);
    let mut missing: Vec<(Hash, &str)> = Vec::new();
    for (hash, text) in hashes.iter().zip(texts) {
        if !kept.places.contains_key(hash) {
            kept.places.insert(*hash, usize::MAX);
            missing.push((*hash, text));
        }
    }
    if !missing.is_empty() {
        let texts: Vec<&str> = missing.iter().map(|(_, text)| *text).collect();
        let mut rows = run(bundle, &texts, dimensions, threads, watch)?;
        if normalize {
            rows.chunks_exact_mut(dimensions).for_each(to_length_one);
        }
        for ((hash, _), row) in missing.iter().zip(rows.chunks_exact(dimensions)) {
            kept.insert(*hash, row);
        }
        kept.write();
    }
    let mut values = Vec::with_capacity(texts.len() * dimensions);
    for hash in &hashes {
        values.extend(kept.row(hash).iter().map(|number| f64::from(*number)));
    }
    DenseMatrix::from_rows(texts.len(), dimensions, values)
}

fn hash(text: &str) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    hash
}

/// Runs texts through an encoder, as many batches at a time as there are threads.
fn run(
    bundle: &Bundle,
    texts: &[&str],
    width: usize,
    threads: Option<NonZero<usize>>,
    watch: Watch<'_>,
) -> Result<Vec<f32>> {
    let manifest = bundle.manifest();
    let tokenizer = Tokenizer::open(bundle.path())?;
    let most = manifest.max_tokens.unwrap_or(usize::MAX);
    let mut sequences = Vec::with_capacity(texts.len());
    for text in texts {
        let encoding = tokenizer.encode(text, most, LongText::Truncate)?;
        sequences.push(encoding.windows.into_iter().next().unwrap_or_default());
    }
    let batches = batches(&sequences);
    let threads = threads.unwrap_or_else(processors).get().min(batches.len());
    let open = || {
        Session::open(&SessionOptions {
            model: &manifest.name,
            graph: &bundle.file("model.onnx")?,
            task: &manifest.task,
            pad_id: tokenizer.pad_id(),
            device: Device::Cpu,
            threads: NonZero::<usize>::MIN,
        })
    };
    let sessions = (0..threads).map(|_| open()).collect::<Result<Vec<Session>>>()?;
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(vec![0.0_f32; texts.len() * width]);
    watched(sessions, watch, texts.len(), |mut session, ended| {
        let mut own = Vec::new();
        loop {
            let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) else {
                return Ok(());
            };
            ended.check()?;
            let borrowed: Vec<&[u32]> = batch.iter().map(|at| sequences[*at].as_slice()).collect();
            session.run(&borrowed, &mut own)?;
            let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            for (at, row) in batch.iter().zip(own.chunks_exact(width)) {
                rows[at * width..(at + 1) * width].copy_from_slice(row);
            }
            ended.advance(batch.len());
        }
    })?;
    Ok(rows.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The places of sequences that run together, the longest first.
fn batches(sequences: &[Vec<u32>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(sequences[*at].len()));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for at in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * sequences[batch[0]].len() <= TOKENS => {
                batch.push(at);
            }
            _ => batches.push(vec![at]),
        }
    }
    batches
}

/// The vectors that were made before.
struct Kept {
    path: Option<PathBuf>,
    dimensions: usize,
    places: HashMap<Hash, usize>,
    /// The hashes in the order of their rows.
    order: Vec<Hash>,
    rows: Vec<f32>,
}

impl Kept {
    /// What cannot be read counts as not there: it is made anew.
    fn read(bundle: &Bundle, dimensions: usize) -> Self {
        let name = format!("embeddings-{}.bin", &bundle.id()[..32]);
        let path = cache::folder().map(|folder| folder.join(name));
        let mut kept =
            Self { path, dimensions, places: HashMap::new(), order: Vec::new(), rows: Vec::new() };
        if let Some(bytes) = kept.path.as_deref().and_then(read_all) {
            kept.fill(&bytes);
        }
        kept
    }

    fn fill(&mut self, bytes: &[u8]) {
        let Some(records) = bytes.strip_prefix(MAGIC) else { return };
        for record in records.chunks_exact(size_of::<Hash>() + 4 * self.dimensions) {
            let (hash, row) = record.split_at(size_of::<Hash>());
            let mut own = Hash::default();
            own.copy_from_slice(hash);
            let (numbers, _) = row.as_chunks::<4>();
            let numbers: Vec<f32> =
                numbers.iter().map(|number| f32::from_le_bytes(*number)).collect();
            if numbers.iter().all(|number| number.is_finite()) {
                self.insert(own, &numbers);
            }
        }
    }

    fn insert(&mut self, hash: Hash, row: &[f32]) {
        self.places.insert(hash, self.order.len());
        self.order.push(hash);
        self.rows.extend_from_slice(row);
    }

    fn row(&self, hash: &Hash) -> &[f32] {
        let at = self.places[hash];
        &self.rows[at * self.dimensions..(at + 1) * self.dimensions]
    }

    /// Without a folder that can be written, they are made again next time.
    fn write(&self) {
        let Some(path) = &self.path else { return };
        let size = self.order.len() * (size_of::<Hash>() + 4 * self.dimensions);
        if size > LARGEST {
            return;
        }
        let mut bytes = Vec::with_capacity(MAGIC.len() + size);
        bytes.extend_from_slice(MAGIC);
        for (hash, row) in self.order.iter().zip(self.rows.chunks_exact(self.dimensions)) {
            bytes.extend_from_slice(hash);
            bytes.extend(row.iter().flat_map(|number| number.to_le_bytes()));
        }
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = write_bytes(path, &bytes);
    }
}

fn read_all(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(LARGEST as u64 * 2).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_what_fits_and_depend_on_lengths_alone() {
        let sequences: Vec<Vec<u32>> = [500, 2000, 600, 3000, 400].map(|n| vec![0; n]).into();
        assert_eq!(batches(&sequences), [vec![3], vec![1], vec![2, 0, 4]]);
        assert!(batches(&[]).is_empty());
    }

    #[test]
    fn kept_vectors_are_found_again_and_broken_files_are_not() {
        let mut kept = Kept {
            path: None,
            dimensions: 2,
            places: HashMap::new(),
            order: Vec::new(),
            rows: Vec::new(),
        };
        let mut bytes = MAGIC.to_vec();
        bytes.extend([7; 16]);
        bytes.extend([1.0_f32, -2.0].iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend([8; 16]);
        bytes.extend([f32::NAN, 0.0].iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend([9; 5]);
        kept.fill(&bytes);
        assert_eq!((kept.order.len(), kept.row(&[7; 16])), (1, &[1.0, -2.0][..]));
        kept.fill(b"something else");
        assert_eq!(kept.order.len(), 1);
    }
}
