//! The numbers of scikit-learn, as `tools/make_learn_golden.py` wrote them down.
#![cfg(feature = "learn")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{fs, num::NonZero, path::Path};

use pantau::learn::{ImportedPipeline, Scratch, SparseMatrix, TfidfOptions, TfidfVectorizer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    parts: Vec<TfidfOptions>,
    texts: Vec<String>,
    others: Vec<String>,
    terms: Vec<String>,
    idf: Vec<f64>,
    rows: Vec<(Vec<u32>, Vec<f64>)>,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/tfidf.jsonl");
    let lines = fs::read_to_string(path).unwrap();
    let cases: Vec<Case> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 30, "only {} cases", cases.len());
    cases
}

fn assert_rows(rows: &SparseMatrix, expected: &[(Vec<u32>, Vec<f64>)], what: &str) {
    assert_eq!(rows.rows(), expected.len(), "{what}");
    for (row, (places, values)) in expected.iter().enumerate() {
        assert_eq!(rows.row(row).0, places, "{what}, row {row}");
        for (value, expected) in rows.row(row).1.iter().zip(values) {
            assert!((value - expected).abs() < 1e-12, "{what}, row {row}: {value}, {expected}");
        }
    }
}

#[test]
fn rows_are_those_of_scikit_learn() {
    for (at, case) in cases().into_iter().enumerate() {
        let what = format!("case {at}: {:?}", case.parts);
        let (vectorizer, rows) =
            TfidfVectorizer::fit_transform(&case.parts, &case.texts, None).unwrap();
        let terms: Vec<&str> = vectorizer.terms().collect();
        assert_eq!(terms, case.terms, "{what}");
        for (weight, expected) in vectorizer.idf().iter().zip(&case.idf) {
            assert!((weight - expected).abs() < 1e-12, "{what}: {weight}, {expected}");
        }
        let (own, other) = case.rows.split_at(case.texts.len());
        assert_rows(&rows, own, &what);
        assert_rows(&vectorizer.transform(&case.others, None), other, &what);
        // What was learnt is the same however it is asked, and after it was written and read.
        assert_eq!(vectorizer.transform(&case.texts, None), rows, "{what}");
        assert_eq!(TfidfVectorizer::fit(&case.parts, &case.texts, None).unwrap(), vectorizer);
        let json = vectorizer.to_json();
        let read = TfidfVectorizer::from_json(&json).unwrap();
        assert_eq!(read, vectorizer, "{what}");
        assert_eq!(read.to_json(), json, "{what}");
        assert_eq!(read.transform(&case.texts, None), rows, "{what}");
    }
}

#[test]
fn threads_change_nothing() {
    let mut cases = cases();
    let case = cases.last_mut().unwrap();
    let texts: Vec<&String> = case.texts.iter().cycle().take(1_500).collect();
    let one = TfidfVectorizer::fit_transform(&case.parts, &texts, NonZero::new(1)).unwrap();
    for threads in [2, 3] {
        let threads = NonZero::new(threads);
        assert_eq!(TfidfVectorizer::fit_transform(&case.parts, &texts, threads).unwrap(), one);
        assert_eq!(one.0.transform(&texts, threads), one.1);
    }
}

#[test]
fn traces_lead_to_the_same_ngrams() {
    for case in cases() {
        let vectorizer = TfidfVectorizer::fit(&case.parts, &case.texts, None).unwrap();
        let mut scratch = Scratch::default();
        let mut row = Vec::new();
        for text in case.texts.iter().chain(&case.others) {
            let unseen = vectorizer.transform_into(text, &mut scratch, &mut row);
            assert!((0.0..=1.0).contains(&unseen), "{unseen} of {text:?}");
            assert!((unseen - vectorizer.unseen_share(text, &mut scratch)).abs() < 1e-15);
            let found = vectorizer.trace(text);
            let mut columns: Vec<u32> = found.iter().map(|place| place.column).collect();
            columns.sort_unstable();
            columns.dedup();
            let expected: Vec<u32> = row.iter().map(|(column, _)| *column).collect();
            assert_eq!(columns, expected, "{text:?}");
            for place in found {
                assert!(!place.spans.is_empty());
                for span in place.spans {
                    assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
                }
            }
        }
    }
}

#[test]
fn imported_pipelines_give_the_probabilities_of_scikit_learn() {
    #[derive(Deserialize)]
    struct Case {
        pipeline: serde_json::Value,
        texts: Vec<String>,
        probabilities: Vec<Vec<f64>>,
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sklearn.jsonl");
    let lines = fs::read_to_string(path).unwrap();
    let mut count = 0;
    for line in lines.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let pipeline = ImportedPipeline::from_json(&case.pipeline.to_string()).unwrap();
        let classes = pipeline.labels().len();
        let rows = pipeline.vectorizer().transform(&case.texts, None);
        for (row, expected) in case.probabilities.iter().enumerate() {
            let mut scores = pipeline.intercepts().to_vec();
            let (places, values) = rows.row(row);
            for (place, value) in places.iter().zip(values) {
                let weights = &pipeline.weights()[*place as usize * classes..][..classes];
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += weight * value;
                }
            }
            let most = scores.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
            assert_eq!(scores.len(), expected.len());
            for (score, expected) in scores.iter().zip(expected) {
                let probability = (score - most).exp() / sum;
                assert!((probability - expected).abs() < 1e-12, "{probability}, {expected}");
                count += 1;
            }
        }
    }
    assert!(count > 50, "only {count} probabilities");
}
