//! Classifiers and encoders from checkpoint to answer, with the ONNX Runtime of this machine.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    fs,
    future::Future,
    num::NonZero,
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake},
    thread,
    time::Duration,
};

use pantau::{
    ErrorKind,
    model::{
        Classifier, ConvertOptions, Encoder, Flags, Manifest, ModelOptions, PredictOptions, convert,
    },
    onnx::{Activation, Device, LongText, Provider, Task, Weights},
};
use proptest::prelude::*;

fn checkpoint(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/checkpoints").join(name)
}

/// A bundle of a checkpoint, made once for all tests of this file.
fn bundle(name: &str, weights: Weights) -> PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    static MAKING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let folder = FOLDER.get_or_init(|| {
        // Measurements of these tiny models must not end up in the user's cache.
        let folder = tempfile::tempdir().unwrap();
        assert!(std::env::var_os("HOME").is_some() || cfg!(windows));
        folder
    });
    let path = folder.path().join(format!("{name}-{}", weights.name()));
    let _making = MAKING.lock().unwrap();
    if !path.exists() {
        let options = ConvertOptions { weights, ..ConvertOptions::default() };
        convert(checkpoint(name), &path, &options).unwrap();
    }
    path
}

fn classifier(name: &str, weights: Weights) -> Classifier {
    Classifier::open(bundle(name, weights), &ModelOptions::default()).unwrap()
}

fn encoder(name: &str, weights: Weights) -> Encoder {
    Encoder::open(bundle(name, weights), &ModelOptions::default()).unwrap()
}

fn cases(name: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(checkpoint(name).join("golden.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    golden["cases"].as_array().unwrap().clone()
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(checkpoint(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The logits and vectors that transformers computed, as `tools/make_checkpoints.py` wrote them.
#[test]
fn answers_are_those_of_transformers() {
    let (mut classified, mut embedded) = (0, 0);
    for name in names() {
        let manifest = manifest(&bundle(&name, Weights::Fp32));
        for case in cases(&name) {
            let text = case["text"].as_str().unwrap();
            let (truncated, found, expected) = match &manifest.task {
                Task::Classifier { activation, .. } => {
                    classified += 1;
                    let prediction = classifier(&name, Weights::Fp32).predict(text).unwrap();
                    let logits = numbers(&case["logits"]);
                    let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
                    let expected = logits.iter().map(|logit| match activation {
                        Activation::Softmax => logit.exp() / sum,
                        Activation::Sigmoid => 1.0 / (1.0 + (-logit).exp()),
                    });
                    let found = prediction.probabilities.clone().unwrap();
                    (prediction.is_truncated(), found, expected.collect::<Vec<_>>())
                }
                Task::Encoder { .. } => {
                    embedded += 1;
                    let found = encoder(&name, Weights::Fp32).embed_batch(&[text], None).unwrap();
                    let numbers_found = found.numbers().iter().copied().map(f64::from).collect();
                    (found.flags()[0].truncated, numbers_found, numbers(&case["embedding"]))
                }
            };
            assert_eq!(truncated, case["truncated"].as_bool().unwrap(), "{name} {text:?}");
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() <= 1e-4, "{name} {text:?}: {found} {expected}");
            }
        }
    }
    assert!(classified >= 24 && embedded >= 32, "{classified} {embedded}");
}

fn manifest(bundle: &Path) -> Manifest {
    Manifest::from_json(&fs::read_to_string(bundle.join("pantau.json")).unwrap()).unwrap()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof!["[a-z]{1,9}", "bagus|buruk|sekali|not|good", "\\PC{1,3}"];
    let text = proptest::collection::vec(word, 0..60).prop_map(|words| words.join(" "));
    proptest::collection::vec(text, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_answered_the_same_alone_and_in_any_batch(texts in texts()) {
        for name in ["bert-classifier", "distilbert-classifier", "roberta-classifier"] {
            let classifier = classifier(name, Weights::Fp32);
            let all = classifier.predict_batch(&texts, PredictOptions::default()).unwrap();
            for (text, together) in texts.iter().zip(all.iter()) {
                let alone = classifier.predict(text).unwrap();
                prop_assert_eq!(&alone.flags, &together.flags);
                let pairs = alone.probabilities.unwrap().into_iter();
                for (left, right) in pairs.zip(together.probabilities.unwrap()) {
                    prop_assert!((left - right).abs() < 1e-6, "{} {}", left, right);
                }
            }
        }
    }

    #[test]
    fn with_8_bit_weights_it_is_the_same_to_the_bit(texts in texts()) {
        let encoder = encoder("bert-encoder", Weights::Int8);
        prop_assert!(encoder.info().unwrap().manifest.quantization.unwrap().batch_invariant);
        let all = encoder.embed_batch(&texts, None).unwrap();
        for (at, text) in texts.iter().enumerate() {
            let alone = encoder.embed(text).unwrap();
            prop_assert_eq!(alone.as_slice(), all.get(at).unwrap());
        }
    }
}

#[test]
fn odd_texts_get_a_flagged_prediction() {
    let classifier = classifier("bert-classifier", Weights::Fp32);
    let long = "Bagus ".repeat(1000);
    let huge = "bagus sekali \u{1f60d} ".repeat(600_000);
    let word = "a".repeat(5_000_000);
    assert!(huge.len() > 10_000_000);
    let none = Flags::default();
    let cases: [(&str, Flags); 8] = [
        ("", Flags { empty: true, ..none }),
        (" \t\n\u{a0}", Flags { empty: true, ..none }),
        ("bagus", none),
        (&long, Flags { truncated: true, ..none }),
        (&huge, Flags { truncated: true, ..none }),
        ("rusak \u{fffd} sekali", Flags { replaced: true, ..none }),
        ("\0\u{1}\u{202e}", none),
        (&word, none),
    ];
    for (text, flags) in cases {
        let prediction = classifier.predict(text).unwrap();
        let start: String = text.chars().take(12).collect();
        if text.len() == word.len() {
            // One word is one unknown token here, however long it is.
            assert!(prediction.confidence > 0.0);
        } else {
            assert_eq!(prediction.flags, flags, "{start:?}");
        }
        let sum: f64 = prediction.probabilities.unwrap().iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{start:?}: {sum}");
    }
    assert!(classifier.predict_batch::<&str>(&[], PredictOptions::default()).unwrap().is_empty());
}

#[test]
fn long_texts_are_read_in_windows() {
    let name = "bert-classifier";
    let long_text = LongText::Windows { overlap: 4, max_windows: 8 };
    let options = ModelOptions { long_text, max_tokens: Some(16), ..ModelOptions::default() };
    let windows = Classifier::open(bundle(name, Weights::Fp32), &options).unwrap();
    let text = "aplikasi ini sangat bagus dan mudah digunakan, tetapi kadang lambat sekali";
    let read = windows.predict(text).unwrap();
    assert!(!read.is_truncated());
    let cut = ModelOptions { max_tokens: Some(16), ..ModelOptions::default() };
    let cut = Classifier::open(bundle(name, Weights::Fp32), &cut).unwrap();
    let cut = cut.predict(text).unwrap();
    assert!(cut.is_truncated());
    assert_ne!(read.probabilities, cut.probabilities);
    // More windows than allowed: what is left over is told.
    assert!(windows.predict(&text.repeat(20)).unwrap().is_truncated());

    for (max_tokens, overlap, problem) in [(41, 4, "more than model"), (16, 14, "overlap")] {
        let long_text = LongText::Windows { overlap, max_windows: 8 };
        let options =
            ModelOptions { long_text, max_tokens: Some(max_tokens), ..ModelOptions::default() };
        let error = Classifier::open(bundle(name, Weights::Fp32), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[test]
fn probabilities_are_left_out_when_not_wanted() {
    let classifier = classifier("bert-classifier", Weights::Fp32);
    let texts = ["bagus", "buruk sekali", "bagus"];
    let full = classifier.predict_batch(&texts, PredictOptions::default()).unwrap();
    let options = PredictOptions { return_probabilities: false, ..PredictOptions::default() };
    let lean = classifier.predict_batch(&texts, options).unwrap();
    assert_eq!(lean.probabilities(), None);
    assert_eq!(lean.best(), full.best());
    // Texts of other tests may run beside them, and 32 bits round as the batch is padded.
    for (lean, full) in lean.confidence().iter().zip(full.confidence()) {
        assert!((lean - full).abs() < 1e-6, "{lean} is not {full}");
    }
    assert_eq!(full.get(0), full.get(2));
}

#[test]
fn many_labels_can_hold() {
    let classifier = classifier("xlm-roberta-multi-label", Weights::Fp32);
    for case in cases("xlm-roberta-multi-label") {
        let labels = classifier.labels().unwrap();
        let expected: Vec<&String> = labels
            .iter()
            .zip(numbers(&case["logits"]))
            .filter(|(_, logit)| *logit >= 0.0)
            .map(|(label, _)| label)
            .collect();
        let found = classifier.predict(case["text"].as_str().unwrap()).unwrap();
        assert_eq!(found.all_labels.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn many_threads_share_one_model() {
    let bundle = bundle("distilbert-classifier", Weights::Fp32);
    // Of its own, for other tests use the same bundle in the usual way.
    let options = ModelOptions { queue: 100, ..ModelOptions::default() };
    let alone = Classifier::open(&bundle, &options).unwrap();
    let texts: Vec<String> = (0..64).map(|number| "bagus sekali ".repeat(1 + number % 7)).collect();
    let expected: Vec<_> = texts.iter().map(|text| alone.predict(text).unwrap()).collect();
    let before = alone.info().unwrap().counters;
    thread::scope(|scope| {
        for share in 0..16 {
            let (bundle, options, texts, expected) = (&bundle, &options, &texts, &expected);
            scope.spawn(move || {
                // Opened many times at once, it is loaded once.
                let classifier = Classifier::open(bundle, options).unwrap();
                for at in (share..texts.len()).step_by(16) {
                    let found = classifier.predict(&texts[at]).unwrap();
                    assert_eq!(found.label, expected[at].label);
                    assert!((found.confidence - expected[at].confidence).abs() < 1e-6);
                }
            });
        }
    });
    let after = alone.info().unwrap().counters;
    assert_eq!(after.sequences - before.sequences, 64);
}

/// Wakes the thread that waits for a future.
struct Waiter(thread::Thread);

impl Wake for Waiter {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Arc::new(Waiter(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park_timeout(Duration::from_secs(30)),
        }
    }
}

#[test]
fn answers_can_be_awaited_and_dropped() {
    let classifier = classifier("bert-classifier", Weights::Fp32);
    let now = classifier.predict("bagus sekali").unwrap();
    let later: Vec<_> = (0..20)
        .map(|_| classifier.predict_async("bagus sekali", PredictOptions::default()).unwrap())
        .collect();
    for (number, later) in later.into_iter().enumerate() {
        if number % 3 == 0 {
            drop(later);
        } else {
            let found = block_on(later).unwrap();
            assert_eq!(found.label, now.label);
            assert!((found.confidence - now.confidence).abs() < 1e-6);
        }
    }
    let encoder = encoder("bert-encoder", Weights::Fp32);
    let vector = block_on(encoder.embed_async("bagus", None).unwrap()).unwrap();
    assert_eq!(vector.len(), encoder.dimensions().unwrap());
}

#[test]
fn a_deadline_that_cannot_be_met_is_an_error() {
    let classifier = classifier("bert-classifier", Weights::Fp32);
    let options =
        PredictOptions { deadline: Some(Duration::from_nanos(1)), ..PredictOptions::default() };
    let error = classifier.predict_batch(&["bagus"], options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert!(classifier.predict("bagus").is_ok());
}

#[test]
fn a_model_is_swapped_while_it_is_used() {
    let options = ModelOptions { threads: NonZero::new(1), ..ModelOptions::default() };
    let names = ["bert-classifier", "distilbert-classifier"];
    let classifier = Classifier::open(bundle(names[0], Weights::Fp32), &options).unwrap();
    let answers: Vec<f64> = names
        .iter()
        .map(|name| {
            let alone = Classifier::open(bundle(name, Weights::Fp32), &options).unwrap();
            alone.predict("bagus sekali").unwrap().confidence
        })
        .collect();
    assert!((answers[0] - answers[1]).abs() > 1e-3, "{answers:?}");
    let (stop, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let found = classifier.predict("bagus sekali").unwrap().confidence;
                    let known = answers.iter().any(|answer| (answer - found).abs() < 1e-6);
                    assert!(known, "{found} {answers:?}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 1..=10 {
            classifier.swap(bundle(names[round % 2], Weights::Fp32)).unwrap();
            let now = classifier.predict("bagus sekali").unwrap().confidence;
            assert!((now - answers[round % 2]).abs() < 1e-6, "{now} {answers:?}");
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(asked.load(Ordering::Relaxed) > 0);

    // What does not fit leaves the old one in place.
    let error = classifier.swap(bundle("bert-encoder", Weights::Fp32)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_eq!(classifier.swap("no/such/bundle").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(classifier.predict("bagus").is_ok());
}

#[test]
fn a_closed_model_says_so() {
    let classifier = classifier("roberta-classifier", Weights::Fp32);
    let clone = classifier.clone();
    classifier.close().unwrap();
    for error in [
        clone.predict("bagus").unwrap_err(),
        clone.info().unwrap_err(),
        clone.swap(bundle("bert-classifier", Weights::Fp32)).unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::InvalidInput, "model: is closed")
        );
    }
}

#[test]
fn an_encoder_is_no_classifier() {
    let options = ModelOptions::default();
    let error = Classifier::open(bundle("bert-encoder", Weights::Fp32), &options).unwrap_err();
    assert!(error.to_string().contains("it is an encoder"), "{error}");
    let error = Encoder::open(bundle("bert-classifier", Weights::Fp32), &options).unwrap_err();
    assert!(error.to_string().contains("it is a classifier"), "{error}");
    let error = Encoder::open("no/such/bundle", &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_bundle_that_answers_otherwise_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("bundle");
    convert(checkpoint("bert-classifier"), &target, &ConvertOptions::default()).unwrap();
    let mut manifest = manifest(&target);
    manifest.self_test.as_mut().unwrap().answers[1][0] += 1.0;
    fs::write(target.join("pantau.json"), manifest.to_json()).unwrap();
    let error = Classifier::open(&target, &ModelOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(error.to_string().contains("its self-test is off by"), "{error}");
}

#[test]
fn the_device_is_a_policy() {
    let bundle = bundle("bert-classifier", Weights::Fp32);
    let open = |device| Classifier::open(&bundle, &ModelOptions { device, ..Default::default() });
    assert_eq!(open(Device::Cpu).unwrap().info().unwrap().provider, Provider::Cpu);
    let preferred = open(Device::PreferCuda).unwrap().info().unwrap();
    match open(Device::RequireCuda) {
        Ok(classifier) => {
            assert_eq!(classifier.info().unwrap().provider, Provider::Cuda);
            assert_eq!((preferred.provider, preferred.fallback), (Provider::Cuda, None));
        }
        Err(error) => {
            eprintln!("no CUDA device here: {error}");
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(error.to_string().contains("onnxruntime-gpu"), "{error}");
            assert_eq!(preferred.provider, Provider::Cpu);
            assert!(preferred.fallback.is_some());
        }
    }
}

#[test]
fn info_is_told_as_json() {
    let info = classifier("bert-classifier", Weights::Fp32).info().unwrap();
    let json: serde_json::Value = serde_json::from_str(&info.to_json()).unwrap();
    assert_eq!(json["provider"], "cpu");
    assert_eq!(json["manifest"]["task"]["kind"], "classifier");
    assert_eq!(json["max_tokens"], 40);
    assert!(json["threads"].as_u64().unwrap() >= 1);
    assert!(json["runtime_version"].as_str().unwrap().starts_with("1."));
}
