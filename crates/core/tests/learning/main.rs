//! From labelled texts to a bundle and what is asked of it.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

mod ensembles;
mod watched;

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use pantau::{
    Error, ErrorKind, Result, Timestamp,
    drift::{Monitor, MonitorOptions, SharedMonitor},
    learn::{
        Frequency, LinearModel, TfidfOptions,
        evaluation::{Evaluation, EvaluationOptions},
        gates::Gates,
    },
    model::{
        Bundle, Cascade, Classifier, ConvertOptions, Encoder, Ensemble, ExplainOptions,
        LabelledTexts, LearnedKind, Method, ModelOptions, PredictOptions, TrainOptions, Trained,
        assess, compare_classifiers, convert, evaluate, import_sklearn, train,
    },
    onnx::Task,
    performance::AccuracyEstimator,
    profile::{Batch, Counts, Profile, Reference, ReferenceOptions},
};

/// Reviews made of parts, of three labels and unequal numbers.
fn reviews() -> LabelledTexts {
    let subjects = [
        "aplikasi ini",
        "layanannya",
        "kurirnya",
        "hotel itu",
        "makanannya",
        "filmnya",
        "harganya",
        "pembaruan terakhir",
        "admin toko",
        "ponsel baru saya",
        "kamar mandinya",
        "musiknya",
    ];
    let opinions = [
        ("positive", "bagus sekali dan cepat"),
        ("positive", "sangat memuaskan, terima kasih"),
        ("positive", "mudah dan menyenangkan"),
        ("positive", "enak, saya suka"),
        ("negative", "buruk dan lambat"),
        ("negative", "sangat mengecewakan"),
        ("negative", "rusak terus, saya kesal"),
        ("neutral", "biasa saja menurut saya"),
        ("neutral", "buka pukul delapan pagi"),
    ];
    let mut texts = Vec::new();
    let mut labels = Vec::new();
    for subject in subjects {
        for (label, opinion) in opinions {
            texts.push(format!("{subject} {opinion}"));
            labels.push(label.to_owned());
            texts.push(format!("{opinion}, {subject}!"));
            labels.push(label.to_owned());
        }
    }
    LabelledTexts::new(texts, labels).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that watching has")]
fn nobody(_: usize, _: usize) -> Result<()> {
    Ok(())
}

fn trained(folder: &Path, name: &str, options: &TrainOptions) -> Trained {
    train(&reviews(), None, folder.join(name), options, &mut nobody).unwrap()
}

fn open(bundle: &Bundle) -> Classifier {
    Classifier::open(bundle.path(), &ModelOptions::default()).unwrap()
}

fn encoder(folder: &Path) -> PathBuf {
    let checkpoint =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/checkpoints/bert-encoder");
    let target = folder.join("encoder");
    convert(checkpoint, &target, &ConvertOptions::default()).unwrap();
    target
}

#[test]
fn words_are_learnt_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    for kind in [LearnedKind::TfidfNb, LearnedKind::TfidfLogistic] {
        let trained = trained(folder.path(), kind.name(), &TrainOptions::new(kind));
        let tested = trained.test.as_ref().unwrap();
        assert!(tested.accuracy.value > 0.9, "{kind:?}: {}", tested.accuracy.value);
        let rows = trained.rows;
        assert_eq!(rows.train + rows.validation + rows.test, reviews().len());
        assert_eq!(trained.trials.iter().filter(|trial| trial.chosen).count(), 1);
        let best = trained.trials.iter().map(|trial| trial.macro_f1).fold(0.0, f64::max);
        let chosen = trained.trials.iter().find(|trial| trial.chosen).unwrap();
        assert!((chosen.macro_f1 - best).abs() < 1e-15);

        let manifest = trained.bundle.manifest();
        let learned = manifest.learned.as_ref().unwrap();
        assert_eq!((manifest.family.as_str(), learned.kind), (kind.name(), kind));
        assert_eq!(learned.rows, Some(rows.train + rows.validation));
        assert!((learned.metrics["test_accuracy"] - tested.accuracy.value).abs() < 1e-15);
        for file in ["README.md", "trials.json", "evaluation.json", "calibration.svg"] {
            assert!(manifest.files.contains_key(file), "{file}");
        }
        // What people wrote stays out of the bundle but for words.
        let kept = fs::read_to_string(trained.bundle.file("evaluation.json").unwrap()).unwrap();
        assert!(Evaluation::from_json(&kept).unwrap().mistakes.iter().all(|m| m.text.is_none()));

        for file in ["README.md", "trials.json", "pantau.json"] {
            let kept = fs::read_to_string(trained.bundle.path().join(file)).unwrap();
            assert!(reviews().texts().iter().all(|text| !kept.contains(text)), "{file}");
        }

        let classifier = open(&trained.bundle);
        let texts = ["Filmnya bagus sekali", "kurirnya lambat dan buruk", "", "😍"];
        let many = classifier.predict_batch(&texts, PredictOptions::default()).unwrap();
        assert_eq!((many.label(0), many.label(1)), (Some("positive"), Some("negative")));
        for (row, text) in texts.iter().enumerate() {
            assert_eq!(many.get(row), Some(classifier.predict(text).unwrap()), "{text:?}");
        }
        assert!(many.flags()[2].empty);

        for label in ["positive", "negative", "neutral"] {
            let options =
                ExplainOptions { label: Some(label.to_owned()), ..ExplainOptions::default() };
            let text = "Filmnya bagus, bagus sekali!  Tapi 数据 lambat";
            let found = classifier.explain(text, &options).unwrap();
            assert_eq!((found.method, found.label.as_str()), (Method::Exact, label));
            let sum: f64 = found.contributions.iter().map(|part| part.value).sum();
            assert!((found.score - found.baseline - sum).abs() < 1e-9);
            assert!(found.gap.abs() < 1e-9);
            let shares: f64 = found.words.iter().map(|word| word.value).sum();
            assert!((sum - shares).abs() < 1e-9, "{sum} by terms, {shares} by words");
            assert!(found.words.iter().all(|word| text[word.start..word.end] == word.word));
        }
        let error = classifier
            .explain("x", &ExplainOptions { label: Some("good".to_owned()), budget: 9 })
            .unwrap_err();
        assert!(error.to_string().contains("\"good\" is not one of negative, neutral, positive"));
    }
}

/// The probabilities are the softmax of the scores whose differences explanations tell.
#[test]
fn scores_of_explanations_are_those_of_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let trained = trained(folder.path(), "model", &TrainOptions::new(LearnedKind::TfidfLogistic));
    let classifier = open(&trained.bundle);
    let text = "layanannya memuaskan tapi lambat";
    let probabilities = classifier.predict(text).unwrap().probabilities.unwrap();
    let labels = classifier.labels().unwrap();
    for (at, label) in labels.iter().enumerate() {
        let options = ExplainOptions { label: Some(label.clone()), ..ExplainOptions::default() };
        let score = classifier.explain(text, &options).unwrap().score;
        let logs: Vec<f64> = probabilities.iter().map(|p| p.ln()).collect();
        let others = (logs.iter().sum::<f64>() - logs[at]) / (labels.len() - 1) as f64;
        assert!((score - (logs[at] - others)).abs() < 1e-9, "{label}");
    }
}

#[test]
fn the_same_data_and_seed_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = encoder(folder.path());
    for kind in [LearnedKind::TfidfNb, LearnedKind::TfidfLogistic, LearnedKind::EncoderHead] {
        for words in [false, true] {
            if words && kind != LearnedKind::EncoderHead {
                continue;
            }
            let ids: Vec<String> = [1, 2, 3, 1]
                .into_iter()
                .enumerate()
                .map(|(round, threads)| {
                    let options = TrainOptions {
                        name: Some("reviews".to_owned()),
                        threads: NonZero::new(threads),
                        encoder: (kind == LearnedKind::EncoderHead).then(|| encoder.clone()),
                        words,
                        ..TrainOptions::new(kind)
                    };
                    let name = format!("{}-{words}-{round}", kind.name());
                    trained(folder.path(), &name, &options).bundle.id().to_owned()
                })
                .collect();
            assert!(ids.iter().all(|id| *id == ids[0]), "{kind:?} {words}: {ids:?}");
        }
    }
    let other = TrainOptions { seed: 1, ..TrainOptions::new(LearnedKind::TfidfNb) };
    let base = TrainOptions::new(LearnedKind::TfidfNb);
    let [first, second] =
        [("a", &base), ("b", &other)].map(|(name, options)| trained(folder.path(), name, options));
    assert_ne!(first.bundle.id(), second.bundle.id());
}

#[test]
fn heads_answer_by_vectors_and_words() {
    let folder = tempfile::tempdir().unwrap();
    let options = TrainOptions {
        encoder: Some(encoder(folder.path())),
        words: true,
        ..TrainOptions::new(LearnedKind::EncoderHead)
    };
    let trained = trained(folder.path(), "head", &options);
    assert!(trained.test.as_ref().unwrap().accuracy.value > 0.8);
    let manifest = trained.bundle.manifest();
    assert!(manifest.learned.as_ref().unwrap().encoder.is_some());
    // It needs nothing of the encoder's own bundle any more.
    fs::remove_dir_all(folder.path().join("encoder")).unwrap();
    let classifier = open(&trained.bundle);
    let prediction = classifier.predict("hotel itu bagus sekali dan cepat").unwrap();
    assert_eq!(prediction.label, "positive");
    assert!((0.0..=1.0).contains(&prediction.novelty.unwrap().pvalue));
    let later = classifier.predict_async("hotel itu", PredictOptions::default()).unwrap();
    drop(later);

    let text = "kurirnya lambat dan buruk tapi filmnya bagus";
    for budget in [3, 5, 256] {
        let options = ExplainOptions { budget, ..ExplainOptions::default() };
        let found = classifier.explain(text, &options).unwrap();
        assert_eq!(found.method, Method::Occlusion);
        assert!(found.asked <= budget && found.words.len() == 7, "{} of {budget}", found.asked);
        let sum: f64 = found.contributions.iter().map(|part| part.value).sum();
        assert!((found.score - found.baseline - sum - found.gap).abs() < 1e-9);
    }
    // One word is all there is, so nothing is left unexplained.
    let one = classifier.explain("bagus", &ExplainOptions::default()).unwrap();
    assert!(one.gap.abs() < 1e-6 && one.words.len() == 1, "{one:?}");
    let none = classifier.explain("", &ExplainOptions::default()).unwrap();
    assert!(none.words.is_empty() && none.gap.abs() < 1e-6, "{none:?}");
    assert!(classifier.explain("x", &ExplainOptions { label: None, budget: 2 }).is_err());
}

#[test]
fn what_is_unlike_the_data_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let options = TrainOptions {
        features: vec![TfidfOptions::default()],
        ..TrainOptions::new(LearnedKind::TfidfLogistic)
    };
    let trained = trained(folder.path(), "model", &options);
    let classifier = open(&trained.bundle);
    let novelty = |text: &str| classifier.predict(text).unwrap().novelty.unwrap();
    let usual = novelty("makanannya enak, saya suka");
    let unusual = novelty("quarterly earnings exceeded the forecasts of most analysts");
    assert!(usual.score < 1e-12 && usual.pvalue > 0.5, "{usual:?}");
    assert!(unusual.score > 0.99 && unusual.pvalue < 0.1, "{unusual:?}");
}

#[test]
fn judging_counts_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let first =
        open(&trained(folder.path(), "nb", &TrainOptions::new(LearnedKind::TfidfNb)).bundle);
    let options = TrainOptions {
        // Hardly anything is learnt, so that the two differ.
        strengths: vec![1e-6],
        ..TrainOptions::new(LearnedKind::TfidfLogistic)
    };
    let second = open(&trained(folder.path(), "weak", &options).bundle);
    let data = reviews();
    let options = EvaluationOptions::default();
    let evaluation = evaluate(&first, &data, &options, &mut nobody).unwrap();
    let right = data
        .texts()
        .iter()
        .zip(data.labels())
        .filter(|(text, label)| first.predict(text).unwrap().label == **label)
        .count();
    assert!((evaluation.accuracy.value - right as f64 / data.len() as f64).abs() < 1e-15);
    let comparison = compare_classifiers(&first, &second, &data, &options, &mut nobody).unwrap();
    assert!(comparison.difference.value < 0.0 && comparison.pvalue < 1e-6, "{comparison}");

    let other = LabelledTexts::new(vec!["bagus".to_owned()], vec!["1".to_owned()]).unwrap();
    for error in [
        evaluate(&first, &other, &options, &mut nobody).map(drop).unwrap_err(),
        compare_classifiers(&first, &second, &other, &options, &mut nobody).map(drop).unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.starts_with("labels: the data has \"1\", none of which"), "{error}");
        assert!(error.contains("\"positive\""), "{error}");
    }

    let gates = Gates::default();
    let passed = assess(&first, &data, &gates, Some(1.0), None, &mut nobody).unwrap();
    assert!(passed.passed, "{}", passed.to_text());
    let failed = assess(&second, &data, &gates, None, Some(&first), &mut nobody).unwrap();
    let names: Vec<&str> = failed
        .outcomes
        .iter()
        .filter(|outcome| !outcome.passed)
        .map(|outcome| outcome.gate.as_str())
        .collect();
    assert!(names.contains(&"floor") && names.contains(&"champion"), "{}", failed.to_text());
}

#[test]
fn texts_to_test_with_are_not_learnt() {
    let folder = tempfile::tempdir().unwrap();
    let data = reviews();
    // In other letters and with other gaps they are the same texts.
    let odd = |text: &String| text.to_uppercase().replace(' ', "  ");
    let some: Vec<usize> = (0..data.len()).step_by(5).collect();
    let test = LabelledTexts::new(
        some.iter().map(|row| odd(&data.texts()[*row])).collect(),
        some.iter().map(|row| data.labels()[*row].clone()).collect(),
    )
    .unwrap();
    let options = TrainOptions::new(LearnedKind::TfidfNb);
    let target = folder.path().join("model");
    let trained = train(&data, Some(&test), &target, &options, &mut nobody).unwrap();
    assert_eq!(trained.rows.left_out, some.len());
    assert_eq!(trained.rows.train + trained.rows.validation, data.len() - some.len());
    let page = fs::read_to_string(trained.bundle.file("README.md").unwrap()).unwrap();
    assert!(page.contains(&format!("{} rows were left out", some.len())), "{page}");

    let all = train(&data, Some(&data), folder.path().join("no"), &options, &mut nobody);
    let error = all.unwrap_err().to_string();
    assert!(error.starts_with("test: it holds the same texts as 216 rows"), "{error}");
}

#[test]
fn bad_data_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("model");
    let options = TrainOptions::new(LearnedKind::TfidfLogistic);
    let try_labels = |labels: [&str; 4], options: &TrainOptions| {
        let texts = ["satu dua", "tiga empat", "lima enam", "tujuh delapan"].map(str::to_owned);
        let data = LabelledTexts::new(texts.to_vec(), labels.map(str::to_owned).to_vec()).unwrap();
        train(&data, None, &target, options, &mut nobody).map(|_| ())
    };
    let error = try_labels(["a"; 4], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("all 4 rows have \"a\""), "{error}");

    let rare = Frequency::Count(5);
    let pruned = TrainOptions {
        features: vec![TfidfOptions { min_df: rare, ..TfidfOptions::default() }],
        ..options.clone()
    };
    let error = train(
        &reviews(),
        None,
        &target,
        &TrainOptions {
            features: vec![TfidfOptions {
                min_df: Frequency::Count(100_000),
                ..TfidfOptions::default()
            }],
            ..pruned
        },
        &mut nobody,
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");

    let mut looks = 0;
    let ended = train(&reviews(), None, &target, &options, &mut |_, _| {
        looks += 1;
        Err(Error::InvalidInput { what: "watch".to_owned(), problem: "enough".to_owned() })
    });
    assert!(ended.unwrap_err().to_string().contains("enough") && looks == 1);
    for (what, options) in [
        ("encoder", TrainOptions::new(LearnedKind::EncoderHead)),
        ("words", TrainOptions { words: true, ..options.clone() }),
        ("folds", TrainOptions { folds: 1, ..options.clone() }),
        ("strengths", TrainOptions { strengths: vec![0.0], ..options.clone() }),
        ("options: name", TrainOptions { name: Some("a\nb".to_owned()), ..options.clone() }),
    ] {
        let error = train(&reviews(), None, &target, &options, &mut nobody).unwrap_err();
        assert!(error.to_string().starts_with(what), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something was left behind");
}

/// A class with one row is learnt from that row; it is nowhere else.
#[test]
fn a_class_may_have_one_row() {
    let folder = tempfile::tempdir().unwrap();
    let data = reviews();
    let (mut texts, mut labels) = (data.texts().to_vec(), data.labels().to_vec());
    texts.push("ubur-ubur".to_owned());
    labels.push("odd".to_owned());
    let data = LabelledTexts::new(texts, labels).unwrap();
    let options = TrainOptions::new(LearnedKind::TfidfLogistic);
    let trained = train(&data, None, folder.path().join("model"), &options, &mut nobody).unwrap();
    assert_eq!(open(&trained.bundle).labels().unwrap(), ["negative", "neutral", "odd", "positive"]);
}

/// What scikit-learn answered, as `tools/make_learn_golden.py` wrote it.
#[test]
fn imported_pipelines_answer_as_scikit_learn() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/sklearn.jsonl");
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for (number, line) in fs::read_to_string(path).unwrap().lines().enumerate() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let json = folder.path().join(format!("{number}.json"));
        fs::write(&json, case["pipeline"].to_string()).unwrap();
        let bundle =
            import_sklearn(&json, folder.path().join(number.to_string()), None, false).unwrap();
        let classifier = open(&bundle);
        let rows = case["probabilities"].as_array().unwrap();
        for (text, row) in case["texts"].as_array().unwrap().iter().zip(rows) {
            let found = classifier.predict(text.as_str().unwrap()).unwrap();
            for (found, expected) in
                found.probabilities.unwrap().iter().zip(row.as_array().unwrap())
            {
                assert!(
                    (found - expected.as_f64().unwrap()).abs() < 1e-12,
                    "case {number}: {text}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 50, "only {compared} numbers compared");
}
