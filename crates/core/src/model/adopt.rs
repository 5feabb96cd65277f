//! What another program has trained, as a bundle that can be watched.

use std::{fs, path::Path};

use super::{
    Bundle, Classifier, ConvertOptions, FEWEST_REFERENCE, LabelledTexts, RowCounts, Traffic,
    Trained, bundle::BundleWriter, bundle::REFERENCE, convert, evaluate,
};
use crate::{
    Error, Result,
    learn::{calibration::fit_temperature, evaluation::EvaluationOptions},
    onnx::{Activation, Task, Weights},
    profile::{FEWEST_WINDOWS, ReferenceOptions},
    random::Random,
};

/// So many rows say how good it is on what it has learnt from.
const MOST_LEARNT: usize = 500;

/// Fewer rows tell nothing of how sure it may be.
const FEWEST_VALIDATION: usize = 50;

/// What a trainer has left, and what to do with it.
pub(crate) struct Adoption<'a> {
    /// A checkpoint, or a bundle.
    pub(crate) found: &'a Path,
    /// Where its bundle shall be.
    pub(crate) target: &'a Path,
    pub(crate) name: &'a str,
    pub(crate) weights: Weights,
    /// What it has learnt from.
    pub(crate) learnt: &'a LabelledTexts,
    /// What it has not learnt from, to tell how sure it may be.
    pub(crate) validation: Option<&'a LabelledTexts>,
    pub(crate) test: Option<&'a LabelledTexts>,
    pub(crate) traffic: &'a Traffic,
    pub(crate) seed: u64,
}

/// Makes a bundle of what a trainer has left: converts a checkpoint and calibrates it, takes a bundle
/// as it is; and adds what later texts are compared with, unless it has that.
pub(crate) fn adopt(
    own: &Adoption<'_>,
    watch: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Trained> {
    let converted = own.target.with_extension("converted");
    let is_bundle = own.found.join("pantau.json").is_file();
    let bundle = if is_bundle {
        let bundle = Bundle::open(own.found)?;
        bundle.verify()?;
        bundle
    } else {
        let calibration = if own.weights == Weights::Int8 { samples(own) } else { Vec::new() };
        let options = ConvertOptions {
            weights: own.weights,
            name: Some(own.name.to_owned()),
            calibration,
            ..ConvertOptions::default()
        };
        convert(own.found, &converted, &options)?
    };
    let mut manifest = bundle.manifest().clone();
    let classifier = Classifier::open(bundle.path(), &super::ModelOptions::default())?;
    if let (false, Some(validation)) = (is_bundle, own.validation)
        && validation.texts().len() >= FEWEST_VALIDATION
        && let Some(fitted) = fitted(&classifier, validation)?
        && let Task::Classifier { temperature, .. } = &mut manifest.task
    {
        *temperature = fitted;
    }
    classifier.close()?;

    // The temperature is in place before anything is measured.
    let measured = own.target.with_extension("measured");
    let bundle = rewritten(&bundle, manifest.clone(), &measured, None)?;
    let classifier = Classifier::open(&measured, &super::ModelOptions::default())?;
    let how = EvaluationOptions { seed: own.seed, ..EvaluationOptions::default() };
    let test = own.test.map(|test| evaluate(&classifier, test, &how, watch)).transpose()?;
    let learnt = part(own.learnt, MOST_LEARNT, own.seed)?;
    let train_accuracy = evaluate(&classifier, &learnt, &how, watch)?.accuracy.value;
    let has_one = manifest.files.contains_key(REFERENCE);
    let reference = if has_one { None } else { reference(&classifier, own)? };
    classifier.close()?;
    let finished = rewritten(&bundle, manifest, own.target, reference.as_deref());
    for folder in [&converted, &measured] {
        let _ = fs::remove_dir_all(folder);
    }
    let rows = RowCounts {
        train: own.learnt.texts().len(),
        validation: own.validation.map_or(0, |own| own.texts().len()),
        test: own.test.map_or(0, |own| own.texts().len()),
        left_out: 0,
    };
    Ok(Trained {
        bundle: finished?,
        trials: Vec::new(),
        calibration: None,
        test,
        train_accuracy,
        rows,
    })
}

/// Texts like those the model will read.
fn samples(own: &Adoption<'_>) -> Vec<String> {
    let mut texts: Vec<String> = own.learnt.texts().to_vec();
    Random::new(own.seed).shuffle(&mut texts);
    texts.truncate(300);
    texts
}

/// Some of the rows, by chance.
fn part(data: &LabelledTexts, most: usize, seed: u64) -> Result<LabelledTexts> {
    let mut rows: Vec<usize> = (0..data.texts().len()).collect();
    Random::new(seed).shuffle(&mut rows);
    rows.truncate(most);
    let texts = rows.iter().map(|row| data.texts()[*row].clone()).collect();
    let labels = rows.iter().map(|row| data.labels()[*row].clone()).collect();
    LabelledTexts::new(texts, labels)
}

/// The temperature with which a model is as sure as it is right.
fn fitted(classifier: &Classifier, validation: &LabelledTexts) -> Result<Option<f64>> {
    let current = classifier.current()?;
    let Task::Classifier { activation: Activation::Softmax, labels, .. } =
        &current.model.bundle.manifest().task
    else {
        return Ok(None);
    };
    let place = |label: &String| labels.iter().position(|own| own == label);
    let actual: Option<Vec<u32>> =
        validation.labels().iter().map(|label| place(label).map(|at| at as u32)).collect();
    // A label that it does not know is a matter of the gates.
    let Some(actual) = actual else { return Ok(None) };
    let scores = current.model.raw(validation.texts(), current.reading)?;
    let scores: Vec<f64> = scores.into_iter().flatten().collect();
    fit_temperature(&scores, &actual, labels.len()).map(Some)
}

/// What later texts are compared with: what came lately, else the texts it is tested with.
fn reference(classifier: &Classifier, own: &Adoption<'_>) -> Result<Option<Vec<u8>>> {
    let (texts, actual): (&[String], Vec<Option<&str>>) = match own.test {
        _ if own.traffic.texts.len() >= FEWEST_REFERENCE => {
            let actual = own.traffic.actual.iter().map(Option::as_deref).collect();
            (&own.traffic.texts, actual)
        }
        Some(test) if test.texts().len() >= FEWEST_WINDOWS => {
            (test.texts(), test.labels().iter().map(|label| Some(label.as_str())).collect())
        }
        _ => return Ok(None),
    };
    let mut order: Vec<usize> = (0..texts.len()).collect();
    Random::new(own.seed).shuffle(&mut order);
    let texts: Vec<&str> = order.iter().map(|row| texts[*row].as_str()).collect();
    let actual: Vec<Option<&str>> = order.iter().map(|row| actual[*row]).collect();
    let options = ReferenceOptions { is_shuffled: true, ..ReferenceOptions::default() };
    let reference = classifier.reference(&texts, Some(&actual), None, &options)?;
    Ok(Some(reference.to_bytes()))
}

/// A bundle with another manifest, and with a reference if there is one.
fn rewritten(
    bundle: &Bundle,
    manifest: super::Manifest,
    target: &Path,
    reference: Option<&[u8]>,
) -> Result<Bundle> {
    let writer = BundleWriter::new(target, false)?;
    for name in bundle.manifest().files.keys() {
        writer.copy(name, &bundle.file(name)?)?;
    }
    if let Some(reference) = reference {
        let path = writer.folder().join(REFERENCE);
        fs::write(&path, reference).map_err(Error::storage("write", path))?;
    }
    writer.finish(manifest)
}
