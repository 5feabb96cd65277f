//! Converting the tiny checkpoints in `tests/data/checkpoints` and the graphs in `tests/data/exported`.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pantau::{
    ErrorKind,
    model::{Classifier, ConvertOptions, ModelOptions, PredictOptions, convert},
    onnx::{Activation, Pooling, Task, Weights, convert_graph},
};

fn checkpoint(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/checkpoints").join(name)
}

fn exported(name: &str) -> PathBuf {
    checkpoint("../exported").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn every_checkpoint_becomes_a_graph_of_every_kind() {
    let mut count = 0;
    for entry in fs::read_dir(checkpoint("")).unwrap() {
        let source = entry.unwrap().path();
        for weights in [Weights::Fp32, Weights::Fp16, Weights::Int8] {
            let target = tempfile::tempdir().unwrap();
            let converted = convert_graph(&source, target.path(), weights).unwrap();
            assert_eq!(converted.files, ["model.onnx", "model.weights"]);
            for file in &converted.files {
                assert!(target.path().join(file).metadata().unwrap().len() > 0);
            }
            let golden = fs::read_to_string(source.join("golden.json")).unwrap();
            let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
            assert_eq!(golden["max_tokens"], converted.max_tokens);
            count += 1;
        }
    }
    assert!(count >= 30, "only {count} graphs");
}

#[test]
fn what_a_graph_answers_comes_from_the_checkpoint() {
    let target = tempfile::tempdir().unwrap();
    let converted = |name| convert_graph(&checkpoint(name), target.path(), Weights::Fp32).unwrap();
    let words = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let classifier = |names: &[&str], activation| Task::Classifier {
        labels: words(names),
        activation,
        temperature: 1.0,
    };
    let three = ["negative", "neutral", "positive"];
    assert_eq!(converted("roberta-classifier").task, classifier(&three, Activation::Softmax));
    let topics = ["price", "service", "quality", "delivery"];
    assert_eq!(converted("xlm-roberta-multi-label").task, classifier(&topics, Activation::Sigmoid));
    let encoder = |pooling, normalize| Task::Encoder { pooling, normalize, dimensions: 16 };
    assert_eq!(converted("sentence-cls").task, encoder(Pooling::Cls, true));
    let plain = converted("distilbert-encoder");
    assert_eq!(plain.task, encoder(Pooling::Mean, false));
    assert_eq!((plain.family.as_str(), plain.max_tokens), ("distilbert", 40));
}

#[test]
fn quantized_weights_are_smaller() {
    let target = tempfile::tempdir().unwrap();
    let [full, half, small] = [Weights::Fp32, Weights::Fp16, Weights::Int8].map(|weights| {
        let folder = target.path().join(weights.name());
        convert_graph(&checkpoint("bert-encoder"), &folder, weights).unwrap();
        fs::read(folder.join("model.weights")).unwrap()
    });
    // Tensors begin on pages, which is much for matrices as small as these.
    assert!(half.len() < full.len() && small.len() <= half.len());
}

#[test]
fn a_checkpoint_that_contradicts_itself_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    copy(&checkpoint("bert-classifier"), &source);
    let config = fs::read_to_string(source.join("config.json")).unwrap();
    for (from, to, expected) in [
        (
            "\"intermediate_size\": 32",
            "\"intermediate_size\": 48",
            "tensor `bert.encoder.layer.0.intermediate.dense.weight` has shape [32, 16] where config.json \
             makes it [48, 16]",
        ),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "`bert.encoder.layer.2."),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "more layers"),
        ("\"model_type\": \"bert\"", "\"model_type\": \"distilbert\"", "`distilbert.embeddings."),
        ("\"2\": \"positive\"", "\"3\": \"positive\"", "\"3\""),
    ] {
        let changed = config.replace(from, to);
        assert_ne!(changed, config, "{from}");
        fs::write(source.join("config.json"), changed).unwrap();
        let error = convert_graph(&source, &target, Weights::Int8).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!target.join("model.onnx").exists() && !target.join("model.weights").exists());
    }
}

#[test]
fn a_folder_without_a_configuration_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        convert_graph(folder.path(), &folder.path().join("target"), Weights::Fp32).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("config.json"), "{error}");
}

/// The logits that a bundle must answer, turned into probabilities.
fn golden_probabilities(name: &str) -> Vec<(String, Vec<f64>)> {
    let golden = fs::read_to_string(checkpoint(name).join("golden.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
    let cases = golden["cases"].as_array().unwrap().iter().map(|case| {
        let logits = case["logits"].as_array().unwrap().iter();
        let powers: Vec<f64> = logits.map(|logit| logit.as_f64().unwrap().exp()).collect();
        let sum: f64 = powers.iter().sum();
        let shares = powers.iter().map(|power| power / sum).collect();
        (case["text"].as_str().unwrap().to_owned(), shares)
    });
    cases.collect()
}

fn assert_answers(bundle: &Path, tolerance: f64) {
    let model = Classifier::open(bundle, &ModelOptions::default()).unwrap();
    let cases = golden_probabilities("bert-classifier");
    assert!(cases.len() >= 8);
    let texts: Vec<&str> = cases.iter().map(|(text, _)| text.as_str()).collect();
    let together = model.predict_batch(&texts, PredictOptions::default()).unwrap();
    for (at, (text, expected)) in cases.iter().enumerate() {
        let alone = model.predict(text).unwrap().probabilities.unwrap();
        for found in [alone, together.get(at).unwrap().probabilities.unwrap()] {
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() <= tolerance, "{text:?}: {found} {expected}");
            }
        }
    }
}

#[test]
fn an_exported_graph_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("bundle");
    let bundle = convert(exported("bert-classifier"), &target, &ConvertOptions::default()).unwrap();
    let manifest = bundle.manifest();
    assert_eq!((manifest.family.as_str(), manifest.weights), ("bert", Weights::Fp32));
    assert_eq!((manifest.max_tokens, manifest.quantization.as_ref()), (Some(40), None));
    assert_eq!(bundle.graph().unwrap().inputs.len(), 3);
    assert_eq!(
        fs::read(target.join("model.onnx")).unwrap(),
        fs::read(exported("bert-classifier").join("onnx/model.onnx")).unwrap()
    );
    assert_answers(&target, 1e-4);
}

#[test]
fn a_graph_quantized_elsewhere_says_whether_batches_matter() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("bundle");
    let source = exported("bert-classifier-int8");
    let bundle = convert(&source, &target, &ConvertOptions::default()).unwrap();
    assert_eq!(bundle.manifest().weights, Weights::Int8);
    let measured = bundle.manifest().quantization.as_ref().unwrap();
    assert_eq!(measured.agreement, None);
    assert!(!measured.batch_invariant && measured.batch_difference > 0.0, "{measured:?}");
    assert!(measured.texts >= 48);
    assert!(!bundle.manifest().to_json().contains("agreement"));
    assert_answers(&target, 0.2);
}

#[test]
fn the_files_of_an_exported_graph_come_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("bundle"));
    copy(&checkpoint("bert-classifier"), &source);
    fs::remove_file(source.join("model.safetensors")).unwrap();
    convert_graph(&checkpoint("bert-classifier"), &source.join("onnx"), Weights::Fp32).unwrap();
    // Where both lie there, the weights that were made smaller are not taken.
    fs::write(source.join("model_quantized.onnx"), "not read").unwrap();
    // Whatever the family is, its graph can be run.
    let config = fs::read_to_string(source.join("config.json")).unwrap();
    fs::write(source.join("config.json"), config.replace("\"bert\"", "\"electra\"")).unwrap();
    let bundle = convert(&source, &target, &ConvertOptions::default()).unwrap();
    let files: Vec<&String> = bundle.manifest().files.keys().collect();
    assert_eq!(files, ["model.onnx", "model.weights", "tokenizer.json"]);
    assert_eq!(bundle.manifest().family, "electra");
    assert_answers(&target, 1e-4);

    let options = ConvertOptions { overwrite: true, ..ConvertOptions::default() };
    fs::remove_file(source.join("onnx/model.weights")).unwrap();
    let error = convert(&source, &target, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("model.weights"), "{error}");
    // A graph that wants a file from elsewhere does not get it.
    let graph = fs::read(source.join("onnx/model.onnx")).unwrap();
    let (old, new) = (b"model.weights", b"../x/y.weight");
    let mut graph = graph;
    let places: Vec<usize> = graph
        .windows(old.len())
        .enumerate()
        .filter_map(|(at, bytes)| (bytes == old).then_some(at))
        .collect();
    assert!(!places.is_empty());
    for place in places {
        graph[place..place + new.len()].copy_from_slice(new);
    }
    fs::write(source.join("onnx/model.onnx"), graph).unwrap();
    let error = convert(&source, &target, &options).unwrap_err();
    assert!(error.to_string().contains("not the name of a file in the same folder"), "{error}");
    // What was there before is still whole.
    bundle.verify().unwrap();
}

#[test]
fn options_that_have_no_effect_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let texts = |count| vec!["bagus".to_owned(); count];
    for (source, weights, calibration, expected) in [
        (exported("bert-classifier"), Weights::Int8, texts(0), "taken as it is, not made int8"),
        (exported("bert-classifier"), Weights::Fp32, texts(2), "only int8 weights need any"),
        (checkpoint("bert-classifier"), Weights::Fp16, texts(2), "not fp16"),
        (checkpoint("bert-classifier"), Weights::Int8, texts(1001), "at most 1000"),
    ] {
        let options = ConvertOptions { weights, calibration, ..ConvertOptions::default() };
        let error = convert(source, folder.path().join("bundle"), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(expected), "{error}");
    }
    let pickle = folder.path().join("pickle");
    copy(&exported("bert-classifier"), &pickle);
    fs::remove_dir_all(pickle.join("onnx")).unwrap();
    fs::write(pickle.join("pytorch_model.bin"), "PK").unwrap();
    let error =
        convert(&pickle, folder.path().join("bundle"), &ConvertOptions::default()).unwrap_err();
    assert!(error.to_string().contains("python -c"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something stayed behind");
}

#[test]
fn texts_for_calibration_change_the_weights_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let weights = |place: &str, calibration: &[&str]| {
        let target = folder.path().join(place);
        let options = ConvertOptions {
            weights: Weights::Int8,
            calibration: calibration.iter().map(|&text| text.to_owned()).collect(),
            ..ConvertOptions::default()
        };
        let bundle = convert(checkpoint("bert-classifier"), &target, &options).unwrap();
        let measured = bundle.manifest().quantization.clone().unwrap();
        assert!(measured.agreement > Some(0.9), "{measured:?}");
        ["model.onnx", "model.weights"].map(|file| fs::read(target.join(file)).unwrap())
    };
    let own = weights("own", &[]);
    assert!(own == weights("again", &[]));
    let brought = weights("brought", &["bagus", "buruk sekali"]);
    assert!(own != brought);
    assert!(brought == weights("order", &["buruk sekali", "bagus"]));
    // Texts of which the tokenizer knows nothing are texts, too.
    weights("odd", &["", "語", "\u{0}"]);
}
