//! Features and the labels beside them.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use pantau::{
    ErrorKind, Timestamp,
    store::{Consent, Existing, Memory, ReviewRecord, ReviewText, Shared, Store, TrainingView},
    text::{Anonymizer, FeatureConfig, FeatureExtractor, Language},
};
use proptest::prelude::*;

fn share(text: &str) -> Shared {
    Consent::given().share().with_text(&Anonymizer::new(), text)
}

/// An extractor without the last so many steps of cleaning, which makes its features others.
fn extractor(version: &str, without: usize) -> FeatureExtractor {
    let mut config = FeatureConfig::new(Language::English);
    version.clone_into(&mut config.version);
    config.steps.truncate(config.steps.len() - without);
    FeatureExtractor::new(config, None).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_795_600_800_000_000 + second * 1_000_000)
}

fn review(id: &str, label: Option<&str>, labelled: i64) -> ReviewRecord {
    let mut review = ReviewRecord::new(share("good"), label);
    id.clone_into(&mut review.id);
    review.labelled_at = label.map(|_| at(labelled));
    review.rating = Some(4);
    review
}

#[test]
fn features_are_stored_once_and_found() {
    let store = Memory::new();
    let store: &dyn Store = &store;
    let extractor = extractor("1", 3);
    let mut written = review("r1", None, 0);
    written.date = Some(at(-100));
    store.write_reviews(&[written], Existing::Keep).unwrap();
    let text = share("Very good! Write to budi@contoh.example");
    let first = store.store_features("r1", &text, &extractor, None).unwrap();
    assert_eq!(first.observed_at, at(-100));
    assert_eq!(first.features().original_text, "Very good! Write to [EMAIL]");
    let again = store.store_features("r1", &share("other"), &extractor, None).unwrap();
    assert_eq!(again, first);
    let newer = store.store_features("r1", &share("other"), &extractor, Some(at(5))).unwrap();
    assert_eq!(store.features("r1", None).unwrap(), Some(newer.clone()));
    assert_eq!(store.features("r1", Some("1")).unwrap(), Some(newer.clone()));
    assert_eq!(store.features("r1", Some(&newer.schema_hash)).unwrap(), Some(newer));
    assert_eq!(store.features("r1", Some("2")).unwrap(), None);
    assert_eq!(store.features("r2", None).unwrap(), None);
}

#[test]
fn many_are_stored_as_each_would_be() {
    let (one, many) = (Memory::new(), Memory::new());
    let (one, many): (&dyn Store, &dyn Store) = (&one, &many);
    let extractor = extractor("1", 3);
    let texts: Vec<ReviewText> = (0..5000)
        .map(|number| ReviewText {
            review_id: format!("r{number}"),
            shared: share(&format!("text number {number}!")),
            observed_at: Some(at(number)),
        })
        .collect();
    let mut looks = Vec::new();
    let written = many.store_features_batch(&texts, &extractor, None, &mut |done, total| {
        looks.push((done, total));
        Ok(())
    });
    assert_eq!(written.unwrap(), 5000);
    assert_eq!(looks, [(0, 5000), (2048, 5000), (4096, 5000), (5000, 5000)]);
    let again = many.store_features_batch(&texts, &extractor, None, &mut |_, _| Ok(()));
    assert_eq!(again.unwrap(), 0);
    for text in texts.iter().step_by(977) {
        one.store_features(&text.review_id, &text.shared, &extractor, text.observed_at).unwrap();
        let left = one.features(&text.review_id, None).unwrap().unwrap();
        let right = many.features(&text.review_id, None).unwrap().unwrap();
        assert_eq!(left.features(), right.features());
        assert_eq!((left.schema_hash, left.observed_at), (right.schema_hash, right.observed_at));
    }
}

#[test]
fn versions_are_never_mixed() {
    let store = Memory::new();
    let store: &dyn Store = &store;
    let (old, new, twin) = (extractor("1", 0), extractor("2", 1), extractor("2", 2));
    let reviews: Vec<ReviewRecord> =
        ["a", "b", "c"].iter().map(|id| review(id, Some("positive"), 10)).collect();
    store.write_reviews(&reviews, Existing::Keep).unwrap();
    let nothing = store.training_features(&TrainingView::default()).unwrap();
    assert_eq!((nothing.schema_hash, nothing.rows.len()), (None, 0));
    for id in ["a", "b", "c"] {
        store.store_features(id, &share("good day"), &old, Some(at(1))).unwrap();
    }
    let newest = store.store_features("a", &share("good day"), &new, Some(at(2))).unwrap();
    let found = store.training_features(&TrainingView::default()).unwrap();
    assert_eq!((found.rows.len(), found.other_features), (1, 3));
    assert_eq!(found.schema_hash, Some(newest.schema_hash.clone()));
    let view = |version: &str| TrainingView {
        version: Some(version.to_owned()),
        ..TrainingView::default()
    };
    assert_eq!(store.training_features(&view("1")).unwrap().rows.len(), 3);
    let missing = store.training_features(&view("9")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    store.store_features("b", &share("good day"), &twin, Some(at(2))).unwrap();
    let error = store.training_features(&view("2")).unwrap_err().to_string();
    assert!(error.contains("is the version of several extractors"), "{error}");
    assert_eq!(store.training_features(&view(&newest.schema_hash)).unwrap().rows.len(), 1);
}

#[test]
fn a_view_has_the_columns_that_are_learnt_from() {
    let store = Memory::new();
    let store: &dyn Store = &store;
    store.write_reviews(&[review("a", Some("positive"), 10)], Existing::Keep).unwrap();
    store.store_features("a", &share("Good days!"), &extractor("1", 0), Some(at(1))).unwrap();
    let found = store.training_features(&TrainingView::default()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&found.to_json()).unwrap();
    let row = &json["rows"][0];
    assert_eq!((&row["cleaned_text"], &row["rating"]), (&"good days".into(), &4.into()));
    assert_eq!((&row["word_count"], &row["sentiment_label"]), (&2.into(), &"positive".into()));
    assert!(row["stemmed_text"].is_string() && row["avg_word_length"].is_number());
    #[cfg(feature = "arrow")]
    {
        let batch = found.to_arrow().unwrap();
        assert_eq!((batch.num_rows(), batch.num_columns()), (1, 24));
        assert_eq!(batch.schema().field(1).name(), "sentiment_label");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_are_those_of_a_naive_join(
        labels in prop::collection::vec(prop::option::of(0..20_i64), 1..12),
        observed in prop::collection::vec((0..12_usize, 0..20_i64), 0..40),
        limit in prop::option::of(0..8_usize),
        since in prop::option::of(0..20_i64),
        as_of in prop::option::of(0..20_i64),
    ) {
        let store = Memory::new();
        let store: &dyn Store = &store;
        let extractor = extractor("1", 3);
        let reviews: Vec<ReviewRecord> = labels
            .iter()
            .enumerate()
            .map(|(number, time)| {
                review(&format!("r{number:02}"), time.map(|_| "positive"), time.unwrap_or(0))
            })
            .collect();
        store.write_reviews(&reviews, Existing::Keep).unwrap();
        for (number, time) in &observed {
            let id = format!("r{number:02}");
            let text = share(&format!("known at {time}"));
            store.store_features(&id, &text, &extractor, Some(at(*time))).unwrap();
        }
        let mut expected: Vec<(i64, String, i64)> = Vec::new();
        for (number, label) in labels.iter().enumerate() {
            let Some(label) = *label else { continue };
            if since.is_some_and(|since| label < since) || as_of.is_some_and(|end| label > end) {
                continue;
            }
            let known = observed.iter().filter(|(other, time)| *other == number && *time <= label);
            if let Some(newest) = known.map(|(_, time)| *time).max() {
                expected.push((-label, format!("r{number:02}"), newest));
            }
        }
        expected.sort();
        expected.truncate(limit.unwrap_or(usize::MAX));
        let view = TrainingView { limit, since: since.map(at), version: None, as_of: as_of.map(at) };
        let found = store.training_features(&view).unwrap().rows;
        prop_assert_eq!(found.len(), expected.len());
        for (row, (label, id, time)) in found.iter().zip(&expected) {
            prop_assert_eq!((&row.review_id, row.labelled_at), (id, at(-label)));
            prop_assert_eq!(row.observed_at, at(*time));
            prop_assert_eq!(&row.features.original_text, &format!("known at {time}"));
            prop_assert!(row.observed_at <= row.labelled_at);
        }
    }
}
