//! From labelled texts to a bundle and what is asked of it.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

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
fn several_answer_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let nb = open(&trained(folder.path(), "nb", &TrainOptions::new(LearnedKind::TfidfNb)).bundle);
    let logistic =
        open(&trained(folder.path(), "lr", &TrainOptions::new(LearnedKind::TfidfLogistic)).bundle);
    let texts = ["filmnya bagus", "rusak dan lambat", "biasa saja", ""];
    let options = PredictOptions::default();
    let [one, two] = [&nb, &logistic].map(|own| own.predict_batch(&texts, options).unwrap());

    let both = Ensemble::new(vec![nb.clone(), logistic.clone()], Some(&[3.0, 1.0])).unwrap();
    let found = both.predict_batch(&texts, options).unwrap();
    let pairs = one.probabilities().unwrap().iter().zip(two.probabilities().unwrap());
    for (found, (one, two)) in found.probabilities().unwrap().iter().zip(pairs) {
        assert!((found - (one * 0.75 + two * 0.25)).abs() < 1e-15);
    }
    assert_eq!(both.predict(texts[0]).unwrap(), found.get(0).unwrap());

    for (threshold, expected) in [(0.0, &one), (2.0, &two)] {
        let cascade = Cascade::new(nb.clone(), logistic.clone(), threshold).unwrap();
        let found = cascade.predict_batch(&texts, options).unwrap();
        assert_eq!(found.probabilities(), expected.probabilities(), "{threshold}");
    }
    let sure = one.confidence().iter().copied().fold(0.0, f64::max);
    let mixed = Cascade::new(nb.clone(), logistic.clone(), sure).unwrap();
    let mixed = mixed.predict_batch(&texts, options).unwrap();
    for (row, confidence) in one.confidence().iter().enumerate() {
        let by = if *confidence >= sure { &one } else { &two };
        assert_eq!(mixed.get(row).unwrap().probabilities, by.get(row).unwrap().probabilities);
    }
    let (cascade, choice) =
        Cascade::fit(nb.clone(), logistic.clone(), &reviews(), 0.9, &mut nobody).unwrap();
    assert!(choice.reached && choice.accuracy >= 0.9);
    assert!((cascade.threshold() - choice.threshold).abs() < 1e-15);

    let other = LabelledTexts::new(
        (0..20).map(|row| format!("{} {row}", ["a b", "a c", "b d", "c d"][row % 4])).collect(),
        (0..20).map(|row| ["x", "x", "y", "y"][row % 4].to_owned()).collect(),
    );
    let options = TrainOptions { validation_share: 0.2, ..TrainOptions::new(LearnedKind::TfidfNb) };
    let other =
        train(&other.unwrap(), None, folder.path().join("xy"), &options, &mut nobody).unwrap();
    let error = Ensemble::new(vec![nb, open(&other.bundle)], None).unwrap_err().to_string();
    assert!(error.contains("labels x, y") && error.contains("positive"), "{error}");
    assert!(Ensemble::new(Vec::new(), None).is_err());
}

/// A bundle like another, with its labels stored in reverse order.
fn reversed(bundle: &Bundle, target: &Path) -> Bundle {
    let mut manifest = bundle.manifest().clone();
    let Task::Classifier { labels, .. } = &mut manifest.task else { unreachable!() };
    labels.reverse();
    let classes = labels.len();
    let model =
        LinearModel::from_safetensors(&fs::read(bundle.file("head.safetensors").unwrap()).unwrap())
            .unwrap();
    let turn = |numbers: &[f64]| -> Vec<f64> {
        numbers.chunks(classes).flat_map(|row| row.iter().rev().copied()).collect()
    };
    let turned =
        LinearModel::new(model.columns(), classes, turn(model.weights()), turn(model.intercepts()))
            .unwrap();
    let head = target.with_extension("safetensors");
    fs::write(&head, turned.to_safetensors()).unwrap();
    let test = manifest.self_test.as_mut().unwrap();
    test.answers.iter_mut().for_each(|answer| answer.reverse());
    let files: Vec<(String, PathBuf)> = bundle
        .manifest()
        .files
        .keys()
        .map(|name| {
            let own =
                if name == "head.safetensors" { head.clone() } else { bundle.path().join(name) };
            (name.clone(), own)
        })
        .collect();
    Bundle::create(target, &files, manifest, false).unwrap()
}

/// A member that is swapped may have its labels in another order, or other ones.
#[test]
fn several_follow_what_their_members_become() {
    let folder = tempfile::tempdir().unwrap();
    let made = trained(folder.path(), "nb", &TrainOptions::new(LearnedKind::TfidfNb));
    let turned = reversed(&made.bundle, &folder.path().join("turned"));
    let (first, second) = (open(&made.bundle), open(&made.bundle));
    let both = Ensemble::new(vec![first.clone(), second.clone()], None).unwrap();
    let cascade = Cascade::new(first.clone(), second.clone(), 0.99).unwrap();
    let texts = ["filmnya buruk", "kurirnya cepat", "buka pukul delapan"];
    let options = PredictOptions::default();
    let before = both.predict_batch(&texts, options).unwrap();
    first.swap(turned.path()).unwrap();
    second.swap(turned.path()).unwrap();
    assert_eq!(first.labels().unwrap()[0], "positive");
    for found in [
        both.predict_batch(&texts, options).unwrap(),
        cascade.predict_batch(&texts, options).unwrap(),
    ] {
        for row in 0..texts.len() {
            assert_eq!(found.label(row), before.label(row));
        }
        let pairs = found.probabilities().unwrap().iter().zip(before.probabilities().unwrap());
        assert!(pairs.into_iter().all(|(found, before)| (found - before).abs() < 1e-12));
    }

    let other = LabelledTexts::new(
        (0..20).map(|row| format!("{} {row}", ["baik", "jahat"][row % 2])).collect(),
        (0..20).map(|row| ["positive", "negative"][row % 2].to_owned()).collect(),
    );
    let options = TrainOptions::new(LearnedKind::TfidfNb);
    let other =
        train(&other.unwrap(), None, folder.path().join("two"), &options, &mut nobody).unwrap();
    second.swap(other.bundle.path()).unwrap();
    for error in [both.predict("x").unwrap_err(), cascade.predict("x").unwrap_err()] {
        assert!(error.to_string().contains("has the labels negative, positive"), "{error}");
    }
}

#[test]
fn several_share_flags_weights_and_deadlines() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/checkpoints/bert-classifier");
    convert(checkpoint, folder.path().join("bert"), &ConvertOptions::default()).unwrap();
    let transformer =
        Classifier::open(folder.path().join("bert"), &ModelOptions::default()).unwrap();
    let made = trained(folder.path(), "nb", &TrainOptions::new(LearnedKind::TfidfNb));
    let words = open(&made.bundle);
    assert_eq!(transformer.labels().unwrap(), words.labels().unwrap());
    let long = "bagus ".repeat(500);
    for members in [[&transformer, &words], [&words, &transformer]] {
        let members = members.map(Clone::clone).to_vec();
        let both = Ensemble::new(members, Some(&[1e308, 1e308])).unwrap();
        let found = both.predict(&long).unwrap();
        assert!(found.flags.truncated && found.novelty.is_none());
        let sum: f64 = found.probabilities.unwrap().iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        let options =
            PredictOptions { deadline: Some(Duration::ZERO), ..PredictOptions::default() };
        let error = both.predict_batch(&[&long], options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline, "{error}");
    }
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

/// Reviews that are all different, for a reference needs many.
fn many_reviews(count: usize) -> LabelledTexts {
    let words = ["layanan", "produk", "aplikasi", "harga", "kirim", "warna", "rasa", "ukuran"];
    let review = |row: usize| {
        let (one, other) = (words[row % 8], words[row / 8 % 8]);
        let verdict = if row.is_multiple_of(2) { "bagus sekali" } else { "rusak dan lambat" };
        let noise = if row.is_multiple_of(7) { " tapi biasa" } else { "" };
        format!("{one} {other} {verdict}{noise} {row}")
    };
    let texts = (0..count).map(review).collect();
    let label = |row: usize| if row.is_multiple_of(2) { "positive" } else { "negative" };
    LabelledTexts::new(texts, (0..count).map(|row| label(row).to_owned()).collect()).unwrap()
}

#[test]
fn a_reference_is_kept_with_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let options = TrainOptions { test_share: 0.3, ..TrainOptions::new(LearnedKind::TfidfNb) };
    let data = many_reviews(1_000);
    let target = folder.path().join("model");
    let trained = train(&data, None, &target, &options, &mut nobody).unwrap();
    let reference = trained.bundle.reference().unwrap().unwrap();
    let names: Vec<&str> =
        reference.layout().features().iter().map(|feature| feature.name.as_str()).collect();
    let expected = [
        "text (characters)",
        "text (word count)",
        "text (words)",
        "label",
        "confidence",
        "novelty",
        "confidence (answers)",
    ];
    assert_eq!(names, expected);
    assert!(reference.is_shuffled() && reference.windows().len() == 28);
    assert_eq!(reference.pooled().rows() as usize, trained.rows.test);
    let bytes = fs::read(trained.bundle.file("reference.profile").unwrap()).unwrap();
    let again = folder.path().join("again");
    let again = train(&data, None, &again, &options, &mut nobody).unwrap();
    assert_eq!(fs::read(again.bundle.file("reference.profile").unwrap()).unwrap(), bytes);

    let few = train(&reviews(), None, folder.path().join("few"), &options, &mut nobody).unwrap();
    assert!(few.bundle.reference().unwrap().is_none());
    let without = TrainOptions { reference: false, ..options };
    let none = train(&data, None, folder.path().join("none"), &without, &mut nobody).unwrap();
    assert!(none.bundle.reference().unwrap().is_none());
}

#[test]
fn a_monitor_counts_what_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let options = TrainOptions { test_share: 0.3, ..TrainOptions::new(LearnedKind::TfidfNb) };
    let data = many_reviews(1_000);
    let target = folder.path().join("model");
    let trained = train(&data, None, &target, &options, &mut nobody).unwrap();
    let classifier = Classifier::open(&target, &ModelOptions::default()).unwrap();
    let reference = trained.bundle.reference().unwrap().unwrap();
    let monitor = Monitor::new(reference, MonitorOptions::default()).unwrap();
    let monitor: SharedMonitor = Arc::new(Mutex::new(monitor));
    classifier.clone().watch(Some(monitor.clone())).unwrap();
    let texts: Vec<&str> = data.texts().iter().take(200).map(String::as_str).collect();
    let expected = classifier.predict_batch(&texts, PredictOptions::default()).unwrap();
    classifier.predict(texts[0]).unwrap();
    let later = classifier.predict_async(texts[1], PredictOptions::default()).unwrap();
    drop(later);
    // No traffic.
    evaluate(&classifier, &data, &EvaluationOptions::default(), &mut nobody).unwrap();
    let counted = monitor.lock().unwrap().open().clone();
    assert_eq!(counted.rows(), 202);
    let watched = classifier.info().unwrap().watched.unwrap();
    assert_eq!((watched.rows, watched.missed, watched.problem), (202, 0, None));
    let Counts::Category(labels) = &counted.features().nth(3).unwrap().1.counts else { panic!() };
    let positive = (0..200).filter(|row| expected.label(*row) == Some("positive")).count();
    assert!(labels.values.iter().any(|count| count.abs_diff(positive as u64) <= 2));
    classifier.watch(None).unwrap();
    classifier.predict(texts[0]).unwrap();
    assert_eq!(monitor.lock().unwrap().open().rows(), 202);
    assert!(classifier.info().unwrap().watched.is_none());

    // While somebody else holds the monitor nobody waits for it, and nothing is lost.
    classifier.watch(Some(monitor.clone())).unwrap();
    let held = monitor.lock().unwrap();
    classifier.predict_batch(&texts, PredictOptions::default()).unwrap();
    drop(held);
    assert_eq!(monitor.lock().unwrap().open().rows(), 202);
    classifier.predict(texts[0]).unwrap();
    assert_eq!(monitor.lock().unwrap().take().rows(), 202 + 201);
    assert_eq!(monitor.lock().unwrap().open().rows(), 0);

    // A reference of days, of other columns, and a model that is swapped.
    let times: Vec<Timestamp> =
        (0..1_000).map(|row| Timestamp::from_micros(row / 25 * 86_400_000_000)).collect();
    let by_day = ReferenceOptions::from_json(r#"{"window": "1d"}"#).unwrap();
    let actual: Vec<Option<&str>> =
        data.labels().iter().map(|label| Some(label.as_str())).collect();
    let days = classifier.reference(data.texts(), Some(&actual), Some(&times), &by_day).unwrap();
    assert!(days.windows().len() == 40 && !days.is_shuffled());
    let short = classifier.reference(data.texts(), Some(&actual[1..]), None, &by_day);
    assert!(short.unwrap_err().to_string().contains("actual: 999 for 1000 texts"));
    let days = Monitor::new(days, MonitorOptions::default()).unwrap();
    let days: SharedMonitor = Arc::new(Mutex::new(days));
    classifier.watch(Some(days.clone())).unwrap();
    classifier.swap(&target).unwrap();
    classifier.predict_batch(&texts, PredictOptions::default()).unwrap();
    assert_eq!(days.lock().unwrap().open().rows(), 200);

    let stars: Vec<f64> = (0..280).map(|row| f64::from(row % 5)).collect();
    let mut batch = Batch::new(280);
    batch.numbers("stars", &stars).unwrap();
    let other = Reference::build(&batch, &ReferenceOptions::default()).unwrap();
    let other = Monitor::new(other, MonitorOptions::default()).unwrap();
    let error = classifier.watch(Some(Arc::new(Mutex::new(other)))).unwrap_err().to_string();
    assert!(error.contains("none of the columns text, label, confidence"), "{error}");

    // Labels that were known before a new normal was taken still say what confidences mean.
    let mut days = days.lock().unwrap().clone();
    for _ in 0..28 {
        let mut batch = Batch::new(200);
        batch.texts("text", texts.iter().copied().map(Some).collect()).unwrap();
        batch.numbers("confidence", expected.confidence()).unwrap();
        let labels = (0..200).map(|row| expected.label(row)).collect();
        batch.categories("label", labels).unwrap();
        days.update(&batch, None).unwrap();
        days.close_window().unwrap();
    }
    days.rebaseline("ani", "real days", Timestamp::from_micros(0)).unwrap();
    let estimator = AccuracyEstimator::of_reference(days.reference()).unwrap();
    let found = estimator.estimate(&[0.9], None).unwrap();
    assert_eq!(found.labelled_rows, 1_000);
}

#[test]
fn the_vectors_of_a_head_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let options = TrainOptions {
        encoder: Some(encoder(folder.path())),
        test_share: 0.3,
        ..TrainOptions::new(LearnedKind::EncoderHead)
    };
    let data = many_reviews(1_000);
    let target = folder.path().join("model");
    let trained = train(&data, None, &target, &options, &mut nobody).unwrap();
    let reference = trained.bundle.reference().unwrap().unwrap();
    let place = reference.layout().features().iter().position(|own| own.name == "embedding");
    let monitor = Monitor::new(reference.clone(), MonitorOptions::default()).unwrap();
    let monitor: SharedMonitor = Arc::new(Mutex::new(monitor));
    let classifier = Classifier::open(&target, &ModelOptions::default()).unwrap();
    classifier.watch(Some(monitor.clone())).unwrap();
    classifier.predict_batch(data.texts(), PredictOptions::default()).unwrap();
    let counted = monitor.lock().unwrap().open().clone();
    let vectors = |profile: &Profile| {
        let (_, own) = profile.features().nth(place.unwrap()).unwrap();
        let Counts::Vector(counts) = &own.counts else { panic!() };
        (counts.count, counts.mean().unwrap())
    };
    let (count, now) = vectors(&counted);
    assert_eq!(count, 1_000);
    assert_eq!(now.len(), vectors(&reference.pooled()).1.len());
    // As the encoder itself says.
    let encoder = Encoder::open(folder.path().join("encoder"), &ModelOptions::default()).unwrap();
    let embedded = encoder.embed_batch(data.texts(), None).unwrap();
    let mut mean = vec![0.0; now.len()];
    for vector in embedded.numbers().chunks_exact(now.len()) {
        for (sum, own) in mean.iter_mut().zip(vector) {
            *sum += f64::from(*own) / 1_000.0;
        }
    }
    let apart = mean.iter().zip(&now).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-5, "{apart}");
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
