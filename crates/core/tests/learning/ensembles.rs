//! Several models that answer as one.

use super::*;

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
