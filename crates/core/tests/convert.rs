//! Converting the tiny checkpoints in `tests/data/checkpoints`, as far as it shows without a runtime.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pantau::{
    ErrorKind,
    onnx::{Activation, Pooling, Task, Weights, convert_graph},
};

fn checkpoint(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/checkpoints").join(name)
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
    let convert = |name| convert_graph(&checkpoint(name), target.path(), Weights::Fp32).unwrap();
    let words = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let classifier = |names: &[&str], activation| Task::Classifier {
        labels: words(names),
        activation,
        temperature: 1.0,
    };
    let three = ["negative", "neutral", "positive"];
    assert_eq!(convert("roberta-classifier").task, classifier(&three, Activation::Softmax));
    let topics = ["price", "service", "quality", "delivery"];
    assert_eq!(convert("xlm-roberta-multi-label").task, classifier(&topics, Activation::Sigmoid));
    let encoder = |pooling, normalize| Task::Encoder { pooling, normalize, dimensions: 16 };
    assert_eq!(convert("sentence-cls").task, encoder(Pooling::Cls, true));
    let plain = convert("distilbert-encoder");
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
