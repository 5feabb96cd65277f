//! From a checkpoint to a bundle, with the measurements that make it trustworthy.

use std::{
    collections::BTreeMap,
    fs, io,
    num::NonZero,
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
        Converted, Device, LongText, Task, Tokenizer, Weights, convert_graph, cpu, processors,
        session::{Session, SessionOptions},
    },
};

/// How a checkpoint is converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertOptions {
    /// How the weights are stored. A graph that another program exported keeps those it has.
    pub weights: Weights,
    /// The name of the model; by default that of the checkpoint's folder.
    pub name: Option<String>,
    /// Whether a bundle that is there already is replaced.
    pub overwrite: bool,
    /// For 8-bit weights: up to 1,000 texts like those the model will read, from which it learns
    /// how large its numbers get. By default some short reviews in Indonesian and English.
    pub calibration: Vec<String>,
}

impl Default for ConvertOptions {
    fn default() -> Self {
        Self { weights: Weights::Fp32, name: None, overwrite: false, calibration: Vec::new() }
    }
}

/// More texts would only take longer.
const MOST_CALIBRATION: usize = 1000;

impl ConvertOptions {
    fn check(&self) -> Result<()> {
        let texts = self.calibration.len();
        if self.weights == Weights::Fp64 {
            return Err(Error::invalid("weights", "fp64 is not one of fp32, fp16, int8"));
        }
        let problem = if texts > 0 && self.weights != Weights::Int8 {
            format!("{texts} texts, but only int8 weights need any, not {}", self.weights.name())
        } else if texts > MOST_CALIBRATION {
            format!("{texts} texts, at most {MOST_CALIBRATION} are allowed; take some at random")
        } else {
            return Ok(());
        };
        Err(Error::invalid("calibration", problem))
    }
}

/// Makes a bundle of a checkpoint: a folder as Hugging Face's or sentence-transformers'
/// `save_pretrained` makes it, of the family BERT, DistilBERT, `RoBERTa` or XLM-R.
///
/// Where a folder has no safetensors but a graph that another program exported, as `model.onnx` or
/// `onnx/model.onnx` (or `model_quantized.onnx`, when there is no other), the graph is taken as it
/// is, whatever its family.
///
/// The new model answers a few texts, which every later opening repeats. With 8-bit weights it is
/// also compared with the 32-bit model, and each text alone with the same text in a batch; the
/// bundle's manifest holds what was measured. On one kind of CPU, the same
/// checkpoint and options give the same weights, on any number of threads.
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
/// [`Error::InvalidInput`] if other weights than `Fp32` are asked of an exported graph, or there
/// are calibration texts for other weights than `Int8`; [`Error::NotFound`] if a file or ONNX
/// Runtime is missing; [`Error::Storage`] if the bundle cannot be written. Nothing half-written
/// stays behind.
pub fn convert(
    checkpoint: impl AsRef<Path>,
    bundle: impl AsRef<Path>,
    options: &ConvertOptions,
) -> Result<Bundle> {
    let checkpoint = checkpoint.as_ref();
    options.check()?;
    let writer = BundleWriter::new(bundle, options.overwrite)?;
    let folder = writer.folder();
    let (converted, weights, exact) = match (Converted::exported(checkpoint)?, options.weights) {
        (Some(exported), Weights::Fp32) => {
            let weights = exported.weights();
            (exported.copy(folder)?, weights, None)
        }
        (Some(exported), weights) => {
            let graph = exported.path().display();
            let problem =
                format!("an exported graph is taken as it is, not made {}", weights.name());
            return Err(Error::invalid(format!("weights of {graph}"), problem));
        }
        (None, Weights::Int8) => {
            let exact = Exact::measure(checkpoint, &options.calibration)?;
            let converted = Converted::smoothed(checkpoint, folder, exact.sizes)?;
            (converted, Weights::Int8, Some(exact.answers))
        }
        (None, weights) => (convert_graph(checkpoint, folder, weights)?, weights, None),
    };
    let tokenizer = Tokenizer::open(checkpoint)?;
    let path = folder.join("tokenizer.json");
    fs::write(&path, tokenizer.to_json()?).map_err(Error::storage("write", &path))?;
    let name = options.name.clone().or_else(|| {
        let real = checkpoint.canonicalize().ok()?;
        Some(real.file_name()?.to_str()?.to_owned())
    });
    let mut trial = Trial::new(folder, &tokenizer, &converted, processors())?;
    let mut manifest = Manifest::new(
        name.unwrap_or_else(|| converted.family.clone()),
        converted.family,
        converted.task,
        weights,
        trial.max_tokens,
    );
    manifest.self_test = Some(self_test(&mut trial, weights)?);
    if weights == Weights::Int8 {
        manifest.quantization = Some(compare(exact.as_deref(), &manifest.task, &mut trial)?);
    }
    drop(trial);
    writer.finish(manifest)
}

/// What the 32-bit model says, before there is an 8-bit one.
struct Exact {
    /// Its answers for the samples.
    answers: Vec<Vec<f32>>,
    /// How large its channels get on the texts for calibration.
    sizes: BTreeMap<String, Vec<f32>>,
}

impl Exact {
    fn measure(checkpoint: &Path, calibration: &[String]) -> Result<Self> {
        let folder = Folder::new()?;
        let converted = Converted::measuring(checkpoint, &folder.0)?;
        let tokenizer = Tokenizer::open(checkpoint)?;
        // Several threads could sum in another order, and what is measured must not depend on it.
        let mut trial = Trial::new(&folder.0, &tokenizer, &converted, NonZero::<usize>::MIN)?;
        let samples = samples();
        let mut sizes = BTreeMap::new();
        if calibration.is_empty() {
            let answers = trial.measure(&samples, &mut sizes)?;
            return Ok(Self { answers, sizes });
        }
        trial.measure(calibration, &mut sizes)?;
        Ok(Self { answers: trial.rows(&samples, 1)?, sizes })
    }
}

/// A new model, before it is a bundle.
struct Trial<'a> {
    session: Session,
    tokenizer: &'a Tokenizer,
    max_tokens: usize,
}

impl<'a> Trial<'a> {
    fn new(
        folder: &Path,
        tokenizer: &'a Tokenizer,
        converted: &Converted,
        threads: NonZero<usize>,
    ) -> Result<Self> {
        let session = Session::open(&SessionOptions {
            model: &converted.family,
            graph: &folder.join("model.onnx"),
            task: &converted.task,
            pad_id: tokenizer.pad_id(),
            device: Device::Cpu,
            threads,
        })?;
        let most = tokenizer.model_max_length().unwrap_or(usize::MAX);
        Ok(Self { session, tokenizer, max_tokens: converted.max_tokens.min(most) })
    }

    /// The tokens of a text, as many as the model reads at once.
    fn tokens(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode(text, self.max_tokens, LongText::Truncate)?;
        Ok(encoding.windows.into_iter().next().unwrap_or_default())
    }

    /// The rows of texts that run `together` at a time.
    fn rows<T: AsRef<str>>(&mut self, texts: &[T], together: usize) -> Result<Vec<Vec<f32>>> {
        let mut all = Vec::with_capacity(texts.len());
        let mut rows = Vec::new();
        for texts in texts.chunks(together) {
            let sequences = texts.iter().map(|text| self.tokens(text.as_ref()));
            let sequences = sequences.collect::<Result<Vec<_>>>()?;
            let borrowed: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
            self.session.run(&borrowed, &mut rows)?;
            all.extend(rows.chunks(self.session.width()).map(<[f32]>::to_vec));
        }
        Ok(all)
    }

    /// The rows of texts, each run alone; what the graph measures raises `sizes`.
    fn measure(
        &mut self,
        texts: &[String],
        sizes: &mut BTreeMap<String, Vec<f32>>,
    ) -> Result<Vec<Vec<f32>>> {
        let mut all = Vec::with_capacity(texts.len());
        let mut raise = |output: &str, found: &[f32]| {
            let Some(value) = Converted::measured_value(output) else { return };
            let largest = sizes.entry(value.to_owned()).or_insert_with(|| vec![0.0; found.len()]);
            for (largest, found) in largest.iter_mut().zip(found) {
                *largest = largest.max(*found);
            }
        };
        for text in texts {
            let tokens = self.tokens(text)?;
            let mut row = Vec::new();
            self.session.run_watched(&[&tokens], &mut row, Some(&mut raise))?;
            all.push(row);
        }
        Ok(all)
    }
}

fn self_test(trial: &mut Trial<'_>, weights: Weights) -> Result<SelfTest> {
    let answers = trial.rows(&SELF_TEST, 1)?;
    let largest = answers.iter().flatten().fold(1.0_f32, |most, number| most.max(number.abs()));
    // Other CPUs sum in another order, and round 16-bit numbers elsewhere.
    let share = match weights {
        Weights::Fp64 | Weights::Fp32 => 1e-3,
        Weights::Fp16 => 2e-2,
        Weights::Int8 => 5e-2,
    };
    let texts = SELF_TEST.map(str::to_owned).to_vec();
    Ok(SelfTest { texts, answers, tolerance: largest * share })
}

/// Compares an 8-bit model with the answers of the 32-bit one it was made from, where there is one,
/// and with itself.
fn compare(exact: Option<&[Vec<f32>]>, task: &Task, trial: &mut Trial<'_>) -> Result<Quantization> {
    let texts = samples();
    let alone = trial.rows(&texts, 1)?;
    let together = trial.rows(&texts, 16)?;
    let agreement = exact.map(|exact| {
        let pairs = exact.iter().zip(&alone);
        match task {
            Task::Classifier { .. } => {
                let same = pairs.filter(|(left, right)| place(left) == place(right)).count();
                same as f64 / texts.len() as f64
            }
            Task::Encoder { .. } => {
                pairs.map(|(left, right)| cosine(left, right)).fold(1.0, f64::min)
            }
        }
    });
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
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("pantau-convert-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                // A process of the same number was killed before it could clean up.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => {}
                Err(error) => return Err(Error::storage("write", &path)(error)),
            }
        }
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
