//! What was learnt, as a bundle.

use std::fs;

use super::{Trained, card, embeddings, fitted::Checked, outcome::Outcome};
use crate::{
    Error, Result,
    learn::{LinearModel, Scratch, TfidfVectorizer, calibration::reliability_svg},
    model::{
        Bundle, LabelledTexts, Learned, Manifest, SelfTest,
        bundle::{BundleWriter, HEAD, NOVELTY, REFERENCE, VECTORIZER, is_of_graph},
        head::Head,
        samples::SELF_TEST,
    },
    onnx::{Activation, Task, Weights},
};

pub(super) fn write(writer: BundleWriter, outcome: Outcome<'_>) -> Result<Trained> {
    let model = &outcome.model;
    let put = |name: &str, bytes: &[u8]| {
        let path = writer.folder().join(name);
        fs::write(&path, bytes).map_err(Error::storage("write", path))
    };
    let weights = model.prepared.finish(&model.model)?;
    put(HEAD, &weights.to_safetensors())?;
    let words = model.prepared.words.as_ref();
    if let Some(words) = words {
        put(VECTORIZER, words.to_json().as_bytes())?;
    }
    if let Some(Checked { calibration, novelty }) = &outcome.checked {
        put(NOVELTY, novelty.to_json().as_bytes())?;
        put("calibration.json", pretty(calibration).as_bytes())?;
        put("calibration.svg", reliability_svg(calibration).as_bytes())?;
    }
    if let Some(profile) = &outcome.profile {
        put(REFERENCE, profile)?;
    }
    put("trials.json", pretty(&outcome.trials).as_bytes())?;
    // Without the texts of its mistakes: whose they are, and whether they may be kept, is not
    // known here.
    let mut kept = outcome.tested.clone();
    if let Some(kept) = &mut kept {
        kept.mistakes.iter_mut().for_each(|mistake| mistake.text = None);
        put("evaluation.json", kept.to_json().as_bytes())?;
    }
    let mut manifest = manifest(&outcome, writer.default_name());
    if let Some(encoder) = outcome.encoder {
        for name in encoder.manifest().files.keys().filter(|name| is_of_graph(name)) {
            writer.copy(name, &encoder.file(name)?)?;
        }
    }
    manifest.self_test = Some(self_test(&outcome, weights.clone())?);
    put("README.md", card::card(&manifest, &outcome, kept.as_ref()).as_bytes())?;
    let bundle = writer.finish(manifest)?;
    Ok(Trained {
        bundle,
        trials: outcome.trials,
        calibration: outcome.checked.map(|checked| checked.calibration),
        test: outcome.tested,
        train_accuracy: outcome.train_accuracy,
        rows: outcome.rows,
    })
}

fn pretty(value: &impl serde::Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).expect("it holds finite numbers only");
    json.push('\n');
    json
}

fn manifest(outcome: &Outcome<'_>, default_name: String) -> Manifest {
    let options = outcome.options;
    let temperature =
        outcome.checked.as_ref().map_or(1.0, |checked| checked.calibration.temperature);
    let task = Task::Classifier {
        labels: outcome.labels.clone(),
        activation: Activation::Softmax,
        temperature,
    };
    let name = options.name.clone().unwrap_or(default_name);
    let encoder = outcome.encoder.map(Bundle::manifest);
    let weights = encoder.map_or(Weights::Fp64, |encoder| encoder.weights);
    let mut manifest = Manifest::new(name, options.kind.name(), task, weights, 1);
    manifest.max_tokens = encoder.and_then(|encoder| encoder.max_tokens);
    manifest.quantization = encoder.and_then(|encoder| encoder.quantization.clone());

    let mut learned = Learned::new(options.kind);
    learned.encoder = encoder.map(|encoder| encoder.task.clone());
    learned.rows = Some(outcome.rows.train + outcome.rows.validation);
    learned.data = Some(hash(outcome.data));
    learned.seed = Some(options.seed);
    learned.settings = outcome.learner.settings();
    learned.settings.insert("features".to_owned(), outcome.recipe.name.clone());
    let mut metric = |name: &str, value: f64| learned.metrics.insert(name.to_owned(), value);
    metric("train_accuracy", outcome.train_accuracy);
    if let Some(trial) = outcome.trials.iter().find(|trial| trial.chosen) {
        metric("cross_validated_accuracy", trial.accuracy);
        metric("cross_validated_macro_f1", trial.macro_f1);
    }
    if let Some(test) = &outcome.tested {
        metric("test_accuracy", test.accuracy.value);
        metric("test_accuracy_low", test.accuracy.interval.low);
        metric("test_macro_f1", test.macro_f1.value);
        metric("test_rows", outcome.rows.test as f64);
    }
    manifest.learned = Some(learned);
    manifest
}

/// A hash of texts and labels that no other data has.
fn hash(data: &LabelledTexts) -> String {
    let mut hasher = blake3::Hasher::new();
    for cell in data.texts().iter().zip(data.labels()).flat_map(|(text, label)| [text, label]) {
        // With its length in front, a cell cannot run into the next one.
        hasher.update(&(cell.len() as u64).to_le_bytes());
        hasher.update(cell.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// What the model answers to the texts that every opening repeats.
fn self_test(outcome: &Outcome<'_>, weights: LinearModel) -> Result<SelfTest> {
    let words = outcome.model.prepared.words.clone();
    let (answers, share) = match outcome.encoder {
        None => (linear_answers(words.as_ref(), &weights), 1e-5),
        Some(encoder) => {
            let nobody = &mut |_, _| Ok(());
            let vectors = embeddings::embed(encoder, &SELF_TEST, outcome.options.threads, nobody)?;
            // These vectors have their length already.
            let head = Head::new(weights, words, false);
            let mut answers = Vec::new();
            for (row, text) in SELF_TEST.iter().enumerate() {
                let vector: Vec<f32> =
                    vectors.row(row).iter().map(|number| *number as f32).collect();
                let mut scores = Vec::new();
                head.answer(text, &vector, &mut scores);
                answers.push(scores);
            }
            let share = match encoder.manifest().weights {
                Weights::Fp64 | Weights::Fp32 => 1e-2,
                Weights::Fp16 | Weights::Int8 => 1e-1,
            };
            (answers, share)
        }
    };
    Ok(SelfTest::of(&SELF_TEST, &answers, share))
}

/// The scores of the self-test's texts by a model of weighted words.
pub(in crate::model) fn linear_answers(
    words: Option<&TfidfVectorizer>,
    weights: &LinearModel,
) -> Vec<Vec<f64>> {
    let (mut scratch, mut row) = (Scratch::default(), Vec::new());
    SELF_TEST
        .iter()
        .map(|text| {
            if let Some(words) = words {
                words.transform_into(text, &mut scratch, &mut row);
            }
            let mut scores = vec![0.0; weights.classes()];
            weights.scores_into(row.iter().copied(), &mut scores);
            scores
        })
        .collect()
}
