use super::*;
use crate::learn::{
    DenseMatrix, SparseMatrix,
    golden::{cases, distance},
    softmax_into,
};

#[test]
fn weights_and_probabilities_are_those_of_scikit_learn() {
    for case in cases(&["multinomial", "complement"]) {
        let options = NaiveBayesOptions {
            kind: if case.kind == "complement" {
                NaiveBayesKind::Complement
            } else {
                NaiveBayesKind::Multinomial
            },
            alpha: case.alpha,
            fit_prior: case.fit_prior,
            class_prior: case.class_prior.clone(),
            norm: case.norm,
        };
        let weights = case.weights.as_deref();
        let (sparse, dense) = (case.sparse(), case.dense());
        for examples in [Examples::Sparse(&sparse), Examples::Dense(&dense)] {
            let fitted =
                NaiveBayes::fit(examples, &case.labels, case.classes, &options, weights).unwrap();
            assert!(distance(&fitted.class_log_prior(), &case.class_log_prior) < 1e-12);
            let expected = case.feature_log_prob.concat();
            assert!(distance(&fitted.feature_log_prob(), &expected) < 1e-12, "{options:?}");
            let scores = fitted.to_linear().unwrap().scores(examples, None).unwrap();
            let mut shares = scores.clone();
            for (own, out) in scores.chunks(case.classes).zip(shares.chunks_mut(case.classes)) {
                softmax_into(own, out);
            }
            assert!(distance(&shares, &case.probabilities.concat()) < 1e-12, "{options:?}");
        }
        // The same from pieces, to the bit.
        let whole =
            NaiveBayes::fit((&sparse).into(), &case.labels, case.classes, &options, weights)
                .unwrap();
        let mut pieces = NaiveBayes::new(sparse.columns(), case.classes, &options).unwrap();
        for from in (0..sparse.rows()).step_by(7) {
            let rows: Vec<usize> = (from..(from + 7).min(sparse.rows())).collect();
            let labels: Vec<u32> = rows.iter().map(|row| case.labels[*row]).collect();
            let weights: Option<Vec<f64>> =
                weights.map(|weights| rows.iter().map(|row| weights[*row]).collect());
            let part = sparse.select(&rows);
            pieces.partial_fit((&part).into(), &labels, weights.as_deref()).unwrap();
        }
        assert_eq!(pieces, whole);
        let kept = (whole.counts().to_vec(), whole.class_counts().to_vec());
        assert_eq!(NaiveBayes::resume(kept.0, kept.1, &options).unwrap(), whole);
    }
}

/// scikit-learn 1.9.1: `MultinomialNB().partial_fit([[1, 2], [3, .5]], [0, 2], [0, 1, 2])`, and
/// its `predict_log_proba` and `predict_proba`. The class without examples has -inf and 0 there.
#[test]
fn a_class_without_examples_is_never_the_answer() {
    let matrix = DenseMatrix::from_rows(2, 2, vec![1.0, 2.0, 3.0, 0.5]).unwrap();
    let mut early = NaiveBayes::new(2, 3, &NaiveBayesOptions::default()).unwrap();
    early.partial_fit((&matrix).into(), &[0, 2], None).unwrap();
    assert!(early.class_log_prior()[1].is_infinite());
    let rows = vec![1.0, 2.0, 3.0, 0.5, 0.0, 0.0, 0.0, 1e9];
    let rows = DenseMatrix::from_rows(4, 2, rows).unwrap();
    let scores = early.to_linear().unwrap().scores((&rows).into(), None).unwrap();
    let mut shares = vec![0.0; 12];
    for (own, out) in scores.chunks(3).zip(shares.chunks_mut(3)) {
        softmax_into(own, out);
    }
    let expected = [
        [0.726_925_177_498_634_7, 0.0, 0.273_074_822_501_365_2],
        [0.197_930_020_786_549_03, 0.0, 0.802_069_979_213_450_9],
        [0.5, 0.0, 0.5],
        [1.0, 0.0, 0.0],
    ]
    .concat();
    assert!(distance(&shares, &expected) < 1e-12, "{shares:?}");
    assert!(shares.iter().skip(1).step_by(3).all(|share| share.abs() < f64::MIN_POSITIVE));
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let options = NaiveBayesOptions::default();
    let matrix = DenseMatrix::from_rows(2, 2, vec![1.0, 2.0, 3.0, -0.5]).unwrap();
    let error = NaiveBayes::fit((&matrix).into(), &[0, 1], 2, &options, None).unwrap_err();
    assert_eq!(error.to_string(), "examples: row 1 holds -0.5 in column 1, the least is 0");
    let matrix = DenseMatrix::from_rows(2, 2, vec![1.0, 2.0, 3.0, 0.5]).unwrap();
    let message = |labels: &[u32], classes, options: &NaiveBayesOptions| {
        NaiveBayes::fit((&matrix).into(), labels, classes, options, None).unwrap_err().to_string()
    };
    assert_eq!(message(&[0, 0], 2, &options), "labels: class 1 has no example that counts");
    assert_eq!(message(&[0], 2, &options), "labels: 1 for 2 examples");
    assert_eq!(message(&[0, 0], 1, &options), "classes: 1, the fewest are 2");
    let bad = NaiveBayesOptions { alpha: 0.0, ..options.clone() };
    assert_eq!(message(&[0, 1], 2, &bad), "alpha: 0 is not above 0");
    let bad = NaiveBayesOptions { class_prior: Some(vec![1.0, 0.0]), ..options.clone() };
    assert_eq!(message(&[0, 1], 2, &bad), "class prior: class 1 has 0");
    let mut early = NaiveBayes::new(2, 3, &options).unwrap();
    early.partial_fit((&matrix).into(), &[0, 2], None).unwrap();
    let nothing = NaiveBayes::new(2, 3, &options).unwrap().to_linear().unwrap_err();
    assert_eq!(nothing.to_string(), "naive Bayes: it has learnt from no example yet");
    for (counts, class_counts) in [
        (vec![1.0; 4], vec![1.0]),
        (vec![1.0; 5], vec![1.0, 1.0]),
        (vec![-1.0; 4], vec![1.0, 1.0]),
        (vec![1.0; 4], vec![f64::NAN, 1.0]),
        (vec![], vec![]),
    ] {
        assert!(NaiveBayes::resume(counts, class_counts, &options).is_err());
    }
    let before = early.clone();
    assert!(early.partial_fit((&SparseMatrix::new(3)).into(), &[], None).is_err());
    assert_eq!(early, before);
}

#[test]
fn settings_are_read_from_json() {
    let read = NaiveBayesOptions::from_json(r#"{"kind": "complement", "alpha": 0.3}"#).unwrap();
    let kind = NaiveBayesKind::Complement;
    let expected = NaiveBayesOptions { kind, alpha: 0.3, ..NaiveBayesOptions::default() };
    assert_eq!(read, expected);
    let error = NaiveBayesOptions::from_json(r#"{"beta": 1}"#).unwrap_err().to_string();
    assert!(error.starts_with("options: unknown field `beta`"), "{error}");
}
