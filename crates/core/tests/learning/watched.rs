//! What later texts are compared with, and what is counted of answers.

use super::*;

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
