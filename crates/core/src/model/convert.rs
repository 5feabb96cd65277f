//! From a checkpoint to a bundle, with the measurements that make it trustworthy.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    Bundle, Manifest, Quantization, SelfTest,
    bundle::BundleWriter,
    samples::{SELF_TEST, samples},
};
use crate::{
    Error, Result,
    onnx::{
        Device, LongText, Task, Tokenizer, Weights, convert_graph, cpu, processors,
        session::{Session, SessionOptions},
    },
};

/// How a checkpoint is converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertOptions {
    /// How the weights are stored.
    pub weights: Weights,
    /// The name of the model; by default that of the checkpoint's folder.
    pub name: Option<String>,
    /// Whether a bundle that is there already is replaced.
    pub overwrite: bool,
}

impl Default for ConvertOptions {
    fn default() -> Self {
        Self { weights: Weights::Fp32, name: None, overwrite: false }
    }
}

/// Makes a bundle of a checkpoint: a folder as Hugging Face's or sentence-transformers'
/// `save_pretrained` makes it, or one with a graph that another program exported as `model.onnx`.
///
/// The new model answers a few texts, which every later opening repeats. With 8-bit weights it is
/// also compared with the 32-bit model, and each text alone with the same text in a batch; the
/// bundle's manifest holds what was measured.
///
/// ```no_run
/// use pantau::model::{ConvertOptions, convert};
///
/// let bundle = convert("checkpoint", "sentiment", &ConvertOptions::default())?;
/// println!("{}", bundle.manifest().family);
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] and [`Error::Incompatible`] if the checkpoint is not one that can be
/// converted, and for pickles, with the command that makes safetensors of them;
/// [`Error::NotFound`] if a file or ONNX Runtime is missing; [`Error::Storage`] if the bundle
/// cannot be written. Nothing half-written stays behind.
pub fn convert(
    checkpoint: impl AsRef<Path>,
    bundle: impl AsRef<Path>,
    options: &ConvertOptions,
) -> Result<Bundle> {
    let checkpoint = checkpoint.as_ref();
    let writer = BundleWriter::new(bundle, options.overwrite)?;
    let converted = convert_graph(checkpoint, writer.folder(), options.weights)?;
    let tokenizer = Tokenizer::open(checkpoint)?;
    let path = writer.folder().join("tokenizer.json");
    fs::write(&path, tokenizer.to_json()?).map_err(Error::storage("write", &path))?;
    let name = options.name.clone().or_else(|| {
        let real = checkpoint.canonicalize().ok()?;
        Some(real.file_name()?.to_str()?.to_owned())
    });
    let max_tokens = converted.max_tokens.min(tokenizer.model_max_length().unwrap_or(usize::MAX));
    let mut manifest = Manifest::new(
        name.unwrap_or_else(|| converted.family.clone()),
        converted.family.clone(),
        converted.task.clone(),
        options.weights,
        max_tokens,
    );
    let mut trial = Trial::new(writer.folder(), &tokenizer, &manifest)?;
    manifest.self_test = Some(self_test(&mut trial, options.weights)?);
    if options.weights == Weights::Int8 {
        manifest.quantization = Some(compare(checkpoint, &tokenizer, &manifest, &mut trial)?);
    }
    drop(trial);
    writer.finish(manifest)
}

/// A new model, before it is a bundle.
struct Trial<'a> {
    session: Session,
    tokenizer: &'a Tokenizer,
    max_tokens: usize,
}

impl<'a> Trial<'a> {
    fn new(folder: &Path, tokenizer: &'a Tokenizer, manifest: &Manifest) -> Result<Self> {
        let session = Session::open(&SessionOptions {
            model: &manifest.name,
            graph: &folder.join("model.onnx"),
            task: &manifest.task,
            pad_id: tokenizer.pad_id(),
            device: Device::Cpu,
            threads: processors(),
        })?;
        Ok(Self { session, tokenizer, max_tokens: manifest.max_tokens })
    }

    /// The rows of texts that run `together` at a time.
    fn rows<T: AsRef<str>>(&mut self, texts: &[T], together: usize) -> Result<Vec<Vec<f32>>> {
        let mut all = Vec::with_capacity(texts.len());
        let mut rows = Vec::new();
        for texts in texts.chunks(together) {
            let mut sequences = Vec::with_capacity(texts.len());
            for text in texts {
                let encoding =
                    self.tokenizer.encode(text.as_ref(), self.max_tokens, LongText::Truncate)?;
                sequences.extend(encoding.windows.into_iter().next());
            }
            let borrowed: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
            self.session.run(&borrowed, &mut rows)?;
            all.extend(rows.chunks(self.session.width()).map(<[f32]>::to_vec));
        }
        Ok(all)
    }
}

fn self_test(trial: &mut Trial<'_>, weights: Weights) -> Result<SelfTest> {
    let answers = trial.rows(&SELF_TEST, 1)?;
    let largest = answers.iter().flatten().fold(1.0_f32, |most, number| most.max(number.abs()));
    // Other CPUs sum in another order, and round 16-bit numbers elsewhere.
    let share = match weights {
        Weights::Fp32 => 1e-3,
        Weights::Fp16 => 2e-2,
        Weights::Int8 => 5e-2,
    };
    let texts = SELF_TEST.map(str::to_owned).to_vec();
    Ok(SelfTest { texts, answers, tolerance: largest * share })
}

/// Compares an 8-bit model with the 32-bit one it is made from, and with itself.
fn compare(
    checkpoint: &Path,
    tokenizer: &Tokenizer,
    manifest: &Manifest,
    trial: &mut Trial<'_>,
) -> Result<Quantization> {
    let texts = samples();
    let exact = {
        let folder = Folder::new()?;
        convert_graph(checkpoint, &folder.0, Weights::Fp32)?;
        Trial::new(&folder.0, tokenizer, manifest)?.rows(&texts, 16)?
    };
    let alone = trial.rows(&texts, 1)?;
    let together = trial.rows(&texts, 16)?;
    let agreement = match manifest.task {
        Task::Classifier { .. } => {
            let same = exact.iter().zip(&alone).filter(|(left, right)| place(left) == place(right));
            same.count() as f64 / texts.len() as f64
        }
        Task::Encoder { .. } => {
            let cosines = exact.iter().zip(&alone).map(|(left, right)| cosine(left, right));
            cosines.fold(1.0, f64::min)
        }
    };
    let differences = alone.iter().flatten().zip(together.iter().flatten());
    let batch_difference =
        differences.map(|(left, right)| f64::from((left - right).abs())).fold(0.0, f64::max);
    Ok(Quantization {
        agreement,
        texts: texts.len(),
        batch_invariant: batch_difference == 0.0,
        batch_difference,
        cpu: cpu::features(),
    })
}

fn place(row: &[f32]) -> usize {
    (1..row.len()).fold(0, |best, place| if row[place] > row[best] { place } else { best })
}

fn cosine(left: &[f32], right: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
}

/// A folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("pantau-convert-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(Error::storage("write", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It lies where the system cleans up, should this not succeed.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_directions_have_cosine_one() {
        assert!((cosine(&[1.0, 2.0], &[2.0, 4.0]) - 1.0).abs() < 1e-12);
        assert!(cosine(&[1.0, 0.0], &[0.0, 1.0]).abs() < 1e-12);
        assert_eq!(place(&[1.0, 3.0, 3.0]), 1);
    }
}
