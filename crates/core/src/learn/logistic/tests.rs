#![expect(clippy::float_cmp, reason = "these numbers are exact")]

use std::num::NonZero;

use super::*;
use crate::{
    Error,
    learn::golden::{Case, cases, distance},
    random::Random,
};

fn options_of(case: &Case) -> LogisticOptions {
    LogisticOptions {
        penalty: match case.penalty.as_str() {
            "l1" => Penalty::L1,
            "l2" => Penalty::L2,
            "none" => Penalty::None,
            other => panic!("{other}"),
        },
        c: case.c,
        class_weight: if case.balanced { ClassWeight::Balanced } else { ClassWeight::Equal },
        fit_intercept: case.fit_intercept,
        tolerance: 1e-10,
        ..LogisticOptions::default()
    }
}

/// Rows of words, more for their own class than for others.
fn made_up(rows: usize, columns: usize, classes: usize, seed: u64) -> (SparseMatrix, Vec<u32>) {
    let mut random = Random::new(seed);
    let mut matrix = SparseMatrix::new(columns);
    let labels: Vec<u32> = (0..rows).map(|_| random.below(classes) as u32).collect();
    for label in &labels {
        let mut places: Vec<u32> = (0..12).map(|_| random.below(columns) as u32).collect();
        let own = columns / classes;
        places.extend((0..4).map(|_| (*label as usize * own + random.below(own)) as u32));
        places.sort_unstable();
        places.dedup();
        matrix.push(places.into_iter().map(|place| (place, 0.25)));
    }
    (matrix, labels)
}

fn fit(
    examples: Examples<'_>,
    labels: &[u32],
    classes: usize,
    options: &LogisticOptions,
) -> LogisticRegression {
    LogisticRegression::fit(examples, labels, classes, options, FitExtras::default()).unwrap()
}

#[test]
fn the_optimum_is_that_of_scikit_learn() {
    let mut seen = 0;
    for case in cases(&["logistic"]) {
        let (sparse, dense) = (case.sparse(), case.dense());
        for examples in [Examples::Sparse(&sparse), Examples::Dense(&dense)] {
            let extras =
                FitExtras { sample_weights: case.weights.as_deref(), ..FitExtras::default() };
            let options = options_of(&case);
            let fitted =
                LogisticRegression::fit(examples, &case.labels, case.classes, &options, extras)
                    .unwrap();
            let name = format!("{options:?} {} classes", case.classes);
            assert!(fitted.converged(), "{name}: {}", fitted.iterations());
            let (weights, intercepts) = fitted.coefficients();
            let off = distance(&weights.concat(), &case.coefficients.concat());
            assert!(off < 1e-6, "{name}: weights off by {off:e}");
            let off = distance(&intercepts, &case.intercepts);
            assert!(off < 1e-6, "{name}: intercepts off by {off:e}");
            if options.penalty == Penalty::L1 {
                let zeros = |rows: &[Vec<f64>]| -> Vec<bool> {
                    rows.iter().flatten().map(|weight| *weight == 0.0).collect()
                };
                assert_eq!(zeros(&weights), zeros(&case.coefficients), "{name}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 50, "{seen}");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let (matrix, labels) = made_up(6_000, 3_000, 5, 1);
    for (penalty, c) in [(Penalty::L2, 1.0), (Penalty::L2, 200.0), (Penalty::L1, 2.0)] {
        let of = |threads| {
            let threads = NonZero::new(threads);
            let options = LogisticOptions { penalty, c, threads, ..LogisticOptions::default() };
            fit(Examples::Sparse(&matrix), &labels, 5, &options)
        };
        let (one, two, three) = (of(1), of(2), of(3));
        assert!(one.converged());
        assert_eq!(one.model().to_safetensors(), two.model().to_safetensors());
        assert_eq!(one.model().to_safetensors(), three.model().to_safetensors());
        assert_eq!(one.precisions(), two.precisions());
    }
}

#[test]
fn a_warm_start_needs_fewer_steps_and_ends_in_the_same_place() {
    let (matrix, labels) = made_up(400, 100, 3, 2);
    let options = LogisticOptions { tolerance: 1e-9, c: 100.0, ..LogisticOptions::default() };
    let examples = Examples::Sparse(&matrix);
    let cold = fit(examples, &labels, 3, &options);
    let extras = FitExtras { start: Some(cold.model()), ..FitExtras::default() };
    let warm = LogisticRegression::fit(examples, &labels, 3, &options, extras).unwrap();
    assert!(warm.converged() && warm.iterations() <= 1, "{}", warm.iterations());
    assert!(distance(warm.model().weights(), cold.model().weights()) < 1e-6);
    let half = LogisticOptions { c: 50.0, ..options.clone() };
    let near = fit(examples, &labels, 3, &half);
    let extras = FitExtras { start: Some(near.model()), ..FitExtras::default() };
    let warm = LogisticRegression::fit(examples, &labels, 3, &options, extras).unwrap();
    assert!(distance(warm.model().weights(), cold.model().weights()) < 1e-6);
}

#[test]
fn validation_ends_a_fit_that_only_learns_by_heart() {
    let (matrix, labels) = made_up(300, 400, 3, 3);
    let (others, other_labels) = made_up(300, 400, 3, 4);
    let options = LogisticOptions {
        penalty: Penalty::None,
        tolerance: 1e-12,
        max_iterations: 60,
        ..LogisticOptions::default()
    };
    let mut losses = Vec::new();
    let mut watch = |progress: &Progress| {
        // It is called within long iterations, too.
        if progress.iterations > losses.len() {
            losses.push(progress.validation_loss.expect("there are validation examples"));
        }
        Ok(())
    };
    let extras = FitExtras {
        validation: Some(Validation {
            examples: Examples::Sparse(&others),
            labels: &other_labels,
            patience: 2,
        }),
        watch: Some(&mut watch),
        ..FitExtras::default()
    };
    let fitted =
        LogisticRegression::fit(Examples::Sparse(&matrix), &labels, 3, &options, extras).unwrap();
    assert!(!fitted.converged());
    assert_eq!(fitted.stop(), Some(Stop::Validation));
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses.len(), fitted.iterations());
    assert!(
        losses.iter().position(|loss| *loss == best).unwrap() + 4 == losses.len(),
        "{losses:?}"
    );
    let scores = fitted.model().scores(Examples::Sparse(&others), None).unwrap();
    let mut sum = 0.0;
    let mut shares = [0.0; 3];
    for (row, label) in scores.chunks_exact(3).zip(&other_labels) {
        crate::learn::softmax_into(row, &mut shares);
        sum -= shares[*label as usize].ln();
    }
    assert!((sum / 300.0 - best).abs() < 1e-12);
}

#[test]
fn the_caller_can_end_a_fit() {
    let (matrix, labels) = made_up(300, 50, 3, 5);
    for penalty in [Penalty::None, Penalty::L1, Penalty::L2] {
        let options = LogisticOptions { penalty, ..LogisticOptions::default() };
        let mut watch = |progress: &Progress| {
            // A step of the lasso takes long, so that it looks after every sweep.
            let iterations = usize::from(penalty != Penalty::L1);
            assert_eq!((progress.iterations, progress.validation_loss), (iterations, None));
            Err(Error::invalid("fit", "interrupted"))
        };
        let extras = FitExtras { watch: Some(&mut watch), ..FitExtras::default() };
        let result =
            LogisticRegression::fit(Examples::Sparse(&matrix), &labels, 3, &options, extras);
        assert_eq!(result.unwrap_err().to_string(), "fit: interrupted");
    }
}

#[test]
fn later_examples_bring_it_near_what_all_at_once_would() {
    for classes in [2, 3] {
        let (matrix, labels) = made_up(2_000, 60, classes, 6);
        let (tests, test_labels) = made_up(2_000, 60, classes, 7);
        let hits = |model: &LinearModel| {
            let scores = model.scores(Examples::Sparse(&tests), None).unwrap();
            let rows = scores.chunks_exact(classes).zip(&test_labels);
            rows.filter(|(row, label)| row.iter().all(|score| *score <= row[**label as usize]))
                .count()
        };
        let options = LogisticOptions::default();
        let whole = fit(Examples::Sparse(&matrix), &labels, classes, &options);
        let first: Vec<usize> = (0..1_000).collect();
        let rest: Vec<usize> = (1_000..2_000).collect();
        let part = |rows: &[usize]| {
            (matrix.select(rows), rows.iter().map(|row| labels[*row]).collect::<Vec<u32>>())
        };
        let (start, start_labels) = part(&first);
        let (more, more_labels) = part(&rest);
        let mut online = LogisticRegression::new(60, classes, &options).unwrap();
        online.partial_fit(Examples::Sparse(&start), &start_labels, None).unwrap();
        online.partial_fit(Examples::Sparse(&more), &more_labels, None).unwrap();
        let mut continued = fit(Examples::Sparse(&start), &start_labels, classes, &options);
        let before = hits(continued.model());
        continued.partial_fit(Examples::Sparse(&more), &more_labels, None).unwrap();
        let (best, alone, after) =
            (hits(whole.model()), hits(online.model()), hits(continued.model()));
        assert!(best > 1_400, "{best}");
        assert!(alone + 40 >= best, "{alone} of {best}");
        assert!(after + 40 >= best && after + 20 >= before, "{before} {after} of {best}");
        // Pieces are the same as the whole, to the bit; and what was kept goes on as if it had not.
        let mut at_once = LogisticRegression::new(60, classes, &options).unwrap();
        at_once.partial_fit(Examples::Sparse(&matrix), &labels, None).unwrap();
        assert_eq!(at_once, online);
        let mut kept = LogisticRegression::new(60, classes, &options).unwrap();
        kept.partial_fit(Examples::Sparse(&start), &start_labels, None).unwrap();
        let model = LinearModel::from_safetensors(&kept.model().to_safetensors()).unwrap();
        let precisions = kept.precisions().to_vec();
        let mut kept = LogisticRegression::resume(model, precisions, &options).unwrap();
        kept.partial_fit(Examples::Sparse(&more), &more_labels, None).unwrap();
        assert_eq!(kept, online);
    }
}

/// A row that is fitted alone ends where its loss and the penalty balance, which for one row is
/// what a fit of it would give.
#[test]
fn one_later_example_is_fitted_exactly() {
    let matrix = DenseMatrix::from_rows(1, 2, vec![3.0, -4.0]).unwrap();
    let options = LogisticOptions { c: 2.0, fit_intercept: false, ..LogisticOptions::default() };
    let mut online = LogisticRegression::new(2, 2, &options).unwrap();
    online.partial_fit(Examples::Dense(&matrix), &[1], None).unwrap();
    let (weights, _) = online.coefficients();
    // w = c * x * sigmoid(-w·x): its error is small but for the last Newton step's.
    let margin = 3.0 * weights[0][0] - 4.0 * weights[0][1];
    let residual = 1.0 / (1.0 + margin.exp());
    assert!((weights[0][0] - 6.0 * residual).abs() < 1e-3, "{weights:?} {residual}");
    assert!((weights[0][1] + 8.0 * residual).abs() < 1e-3, "{weights:?} {residual}");
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let (matrix, labels) = made_up(30, 20, 3, 8);
    let examples = Examples::Sparse(&matrix);
    let message = |labels: &[u32], classes, options: &LogisticOptions, extras| {
        LogisticRegression::fit(examples, labels, classes, options, extras).unwrap_err().to_string()
    };
    let plain = LogisticOptions::default();
    let none = FitExtras::default;
    assert_eq!(message(&labels[1..], 3, &plain, none()), "labels: 29 for 30 examples");
    assert_eq!(message(&[0; 30], 1, &plain, none()), "classes: 1, the fewest are 2");
    assert_eq!(message(&[0; 30], 2, &plain, none()), "labels: class 1 has no example that counts");
    assert_eq!(message(&[7; 30], 3, &plain, none()), "labels: row 0 has class 7, there are 3");
    let bad = LogisticOptions { c: f64::NAN, ..plain.clone() };
    assert_eq!(message(&labels, 3, &bad, none()), "c: NaN is not above 0");
    let bad = LogisticOptions { tolerance: 0.0, ..plain.clone() };
    assert_eq!(message(&labels, 3, &bad, none()), "tolerance: 0 is not above 0");
    let bad = LogisticOptions { max_iterations: 0, ..plain.clone() };
    assert_eq!(message(&labels, 3, &bad, none()), "max_iterations: 0 is not above 0");
    let bad =
        LogisticOptions { class_weight: ClassWeight::Given(vec![1.0, -1.0, 1.0]), ..plain.clone() };
    assert_eq!(message(&labels, 3, &bad, none()), "class weights: number 1 is -1, the least is 0");
    let weights = vec![f64::INFINITY; 30];
    let extras = FitExtras { sample_weights: Some(&weights), ..none() };
    assert_eq!(
        message(&labels, 3, &plain, extras),
        "sample weights: number 0 is inf, the least is 0"
    );
    let other = LinearModel::new(2, 3, vec![0.0; 6], vec![0.0; 3]).unwrap();
    let extras = FitExtras { start: Some(&other), ..none() };
    assert_eq!(
        message(&labels, 3, &plain, extras),
        "start: 2 columns and 3 classes, the examples have 20 and 3"
    );
    let validation = Validation { examples, labels: &labels[2..], patience: 1 };
    let extras = FitExtras { validation: Some(validation), ..none() };
    assert_eq!(message(&labels, 3, &plain, extras), "validation labels: 28 for 30 examples");
    let mut fitted = fit(examples, &labels, 3, &plain);
    let before = fitted.clone();
    let huge = DenseMatrix::from_rows(1, 20, vec![1e80; 20]).unwrap();
    let error = fitted.partial_fit(Examples::Dense(&huge), &[0], None).unwrap_err().to_string();
    assert!(error.starts_with("examples: row 0 is too large"), "{error}");
    assert!(fitted.partial_fit(Examples::Sparse(&other_columns()), &[0], None).is_err());
    assert!(fitted.partial_fit(Examples::Sparse(&matrix), &[9; 30], None).is_err());
    assert_eq!(fitted, before);
}

fn other_columns() -> SparseMatrix {
    let mut matrix = SparseMatrix::new(7);
    matrix.push([]);
    matrix
}

#[test]
fn odd_examples_do_not_break_it() {
    let none = || FitExtras::default();
    let plain = LogisticOptions::default();
    // No columns at all: only the intercepts can learn, and they do.
    let matrix = DenseMatrix::from_rows(4, 0, vec![]).unwrap();
    for penalty in [Penalty::None, Penalty::L1, Penalty::L2] {
        let options = LogisticOptions { penalty, tolerance: 1e-9, ..plain.clone() };
        let fitted = fit(Examples::Dense(&matrix), &[0, 1, 1, 1], 2, &options);
        assert!((fitted.coefficients().1[0] - 3.0_f64.ln()).abs() < 1e-8, "{penalty:?}");
    }
    // Rows of zeros, a row twice with both labels, a column that never changes.
    let values = vec![0.0, 1.0, 0.0, 1.0, 5.0, 1.0, 5.0, 1.0];
    let matrix = DenseMatrix::from_rows(4, 2, values).unwrap();
    let fitted = fit(Examples::Dense(&matrix), &[0, 1, 0, 1], 2, &plain);
    assert!(fitted.converged());
    assert!(fitted.coefficients().0[0].iter().all(|weight| weight.abs() < 1e-3));
    // Numbers so large that nothing comes of it but a clear end.
    for penalty in [Penalty::None, Penalty::L1, Penalty::L2] {
        let matrix = DenseMatrix::from_rows(2, 1, vec![1e300, -1e300]).unwrap();
        let options = LogisticOptions { penalty, max_iterations: 20, ..plain.clone() };
        let result =
            LogisticRegression::fit(Examples::Dense(&matrix), &[0, 1], 2, &options, none());
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("examples: row 0 is too large: its squared length is inf"));
        // What counts too much is too much, too.
        let matrix = DenseMatrix::from_rows(2, 1, vec![1.0, -1.0]).unwrap();
        let options = LogisticOptions { c: 1e101, ..options };
        let result =
            LogisticRegression::fit(Examples::Dense(&matrix), &[0, 1], 2, &options, none());
        let error = result.unwrap_err().to_string();
        assert!(error.contains("counts 1e101 with its weight and c"), "{error}");
        // Large numbers that can be squared are learnt from.
        for (value, c) in [(1e12, 1.0), (1e40, 1.0), (1.0, 1e60)] {
            let matrix = DenseMatrix::from_rows(2, 1, vec![value, -value]).unwrap();
            let options = LogisticOptions { c, ..options.clone() };
            let fitted = fit(Examples::Dense(&matrix), &[0, 1], 2, &options);
            let scores = fitted.model().scores(Examples::Dense(&matrix), None).unwrap();
            assert!(scores[0] > 5.0 && scores[3] > 5.0, "{penalty:?} {value:e} {c:e}: {scores:?}");
            assert_ne!(fitted.stop(), Some(Stop::Stalled));
        }
    }
    // Examples that can be told apart have no optimum without a penalty; it still ends.
    let matrix = DenseMatrix::from_rows(2, 1, vec![1.0, -1.0]).unwrap();
    let options = LogisticOptions { penalty: Penalty::None, ..plain.clone() };
    let fitted = fit(Examples::Dense(&matrix), &[0, 1], 2, &options);
    assert!(fitted.converged() && fitted.coefficients().0[0][0] < -5.0);
    // Too few iterations are no error.
    let (matrix, labels) = made_up(300, 50, 3, 9);
    let options = LogisticOptions { max_iterations: 1, tolerance: 1e-9, ..plain };
    let fitted = fit(Examples::Sparse(&matrix), &labels, 3, &options);
    assert!(!fitted.converged() && fitted.iterations() == 1);
    assert_eq!(fitted.stop(), Some(Stop::OutOfIterations));
    // A tolerance that floats cannot reach ends all the same.
    for (penalty, c) in [(Penalty::L1, 1.0), (Penalty::L2, 1.0), (Penalty::L2, 1e4)] {
        let options =
            LogisticOptions { penalty, c, tolerance: 1e-300, ..LogisticOptions::default() };
        let fitted = fit(Examples::Sparse(&matrix), &labels, 3, &options);
        assert_eq!(fitted.stop(), Some(Stop::Stalled));
        assert!(fitted.iterations() < 120, "{}", fitted.iterations());
    }
}
