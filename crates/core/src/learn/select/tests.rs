#![expect(clippy::float_cmp, reason = "these numbers are exact")]

use super::*;
use crate::learn::{DenseMatrix, SparseMatrix};

fn options(count: usize, strategy: Strategy, random_share: f64) -> SelectOptions {
    SelectOptions { count, strategy, random_share, seed: 5 }
}

fn rows(selected: &[Selected]) -> Vec<usize> {
    selected.iter().map(|text| text.row).collect()
}

/// Four rows of three classes; row 1 has the smallest margin, row 2 the largest entropy and
/// the least confidence.
const ANSWERS: [f64; 12] = [0.9, 0.06, 0.04, 0.02, 0.49, 0.49, 0.41, 0.28, 0.31, 0.7, 0.0, 0.3];

#[test]
fn each_strategy_has_its_order() {
    let chosen = |strategy| select(&ANSWERS, 3, None, &options(4, strategy, 0.0)).unwrap();
    assert_eq!(rows(&chosen(Strategy::Margin)), [1, 2, 3, 0]);
    assert_eq!(rows(&chosen(Strategy::LeastConfident)), [2, 1, 3, 0]);
    let by_entropy = chosen(Strategy::Entropy);
    assert_eq!(rows(&by_entropy), [2, 1, 3, 0]);
    // scipy.stats.entropy(row, base=3), SciPy 1.17.1
    let expected = [
        0.987_657_204_995_698_5,
        0.707_550_205_150_952_5,
        0.556_032_649_876_389,
        0.357_163_436_218_319,
    ];
    for (text, expected) in by_entropy.iter().zip(expected) {
        assert!((text.score - expected).abs() < 1e-12, "{text:?}");
        assert_eq!((text.reason, text.probability), ("entropy", None));
    }
}

#[test]
fn ties_go_to_the_earlier_row() {
    let answers = [0.5, 0.5].repeat(1_000);
    let chosen = select(&answers, 2, None, &options(10, Strategy::Margin, 0.0)).unwrap();
    assert_eq!(rows(&chosen), (0..10).collect::<Vec<_>>());
    let features = SparseMatrix::from_parts(1, vec![0; 1_001], vec![], vec![]).unwrap();
    let options = options(10, Strategy::Diversity, 0.0);
    let chosen = select(&answers, 2, Some(Examples::Sparse(&features)), &options).unwrap();
    assert_eq!(rows(&chosen), (0..10).collect::<Vec<_>>());
    assert_eq!(chosen[1].score, 0.0);
}

/// The pool has 300 sure rows that are right and 100 unsure ones that are wrong half the time:
/// the random share must find 0.875 on average, and draw every row equally often.
#[test]
fn accuracy_on_the_random_share_is_that_of_the_pool() {
    let answers: Vec<f64> =
        (0..400).flat_map(|row| if row < 300 { [0.99, 0.01] } else { [0.52, 0.48] }).collect();
    let is_right = |row: usize| row < 300 || row.is_multiple_of(2);
    let (mut right, mut drawn, mut times) = (0_u32, 0_u32, [0_u32; 400]);
    for seed in 0..2_000 {
        let options =
            SelectOptions { count: 60, strategy: Strategy::Margin, random_share: 0.33, seed };
        let selected = select(&answers, 2, None, &options).unwrap();
        let mut different = rows(&selected);
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 60);
        for text in selected.iter().filter(|text| text.reason == "random") {
            assert_eq!(text.probability, Some(20.0 / 400.0));
            right += u32::from(is_right(text.row));
            drawn += 1;
            times[text.row] += 1;
        }
    }
    assert_eq!(drawn, 40_000);
    let accuracy = f64::from(right) / f64::from(drawn);
    assert!((accuracy - 0.875).abs() < 0.005, "{accuracy}");
    assert!(times.iter().all(|times| (60..145).contains(times)), "{times:?}");
}

#[test]
fn the_random_share_is_rounded_up() {
    let answers = [0.6, 0.4].repeat(200);
    let random = |count, share| {
        select(&answers, 2, None, &options(count, Strategy::Entropy, share))
            .unwrap()
            .iter()
            .filter(|text| text.probability.is_some())
            .count()
    };
    assert_eq!([random(100, 0.07), random(30, 0.1), random(31, 0.1)], [7, 3, 4]);
    assert_eq!([random(3, 0.1), random(0, 0.1), random(5, 0.0), random(5, 1.0)], [1, 0, 0, 5]);
}

#[test]
fn a_small_pool_is_taken_whole() {
    for strategy in [Strategy::Margin, Strategy::Random] {
        let mut chosen = rows(&select(&ANSWERS, 3, None, &options(9, strategy, 0.1)).unwrap());
        chosen.sort_unstable();
        assert_eq!(chosen, [0, 1, 2, 3]);
    }
    let all = select(&ANSWERS, 3, None, &options(9, Strategy::Random, 0.1)).unwrap();
    assert!(all.iter().all(|text| text.probability == Some(1.0)));
    assert_eq!(select(&[], 3, None, &options(9, Strategy::Margin, 0.1)).unwrap(), []);
}

/// Farthest first on full cosine distances, as slow and plain as it can be.
fn plain(features: &[Vec<f64>], before: &[usize], candidates: &[usize]) -> Vec<usize> {
    let cosine = |one: usize, other: usize| {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (one, other) = (&features[one], &features[other]);
        dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
    };
    let mut chosen = before.to_vec();
    for _ in 0..candidates.len() / CANDIDATES_PER_TEXT {
        let resembles =
            |row: usize| chosen.iter().map(|other| cosine(row, *other)).fold(-1.0, f64::max);
        let left = candidates.iter().filter(|row| !chosen.contains(row));
        let next = left.min_by(|a, b| resembles(**a).total_cmp(&resembles(**b))).unwrap();
        chosen.push(*next);
    }
    chosen[before.len()..].to_vec()
}

#[test]
fn diversity_takes_the_farthest_of_the_uncertain() {
    let mut random = Random::new(1);
    let pool = 500;
    let answers: Vec<f64> = (0..pool)
        .flat_map(|_| {
            let best = 0.5 + random.unit() / 2.0;
            [best, 1.0 - best]
        })
        .collect();
    let features: Vec<Vec<f64>> = (0..pool)
        .map(|_| (0..21).map(|_| (random.unit() - 0.3) * random.unit()).collect())
        .collect();
    let dense = DenseMatrix::from_rows(pool, 21, features.concat()).unwrap();
    let mut sparse = SparseMatrix::new(21);
    for row in &features {
        sparse.push((0..).zip(row.iter().copied()));
    }
    let options = options(25, Strategy::Diversity, 0.2);
    let chosen = select(&answers, 2, Some(Examples::Dense(&dense)), &options).unwrap();
    let rows = rows(&chosen);
    let mut candidates: Vec<usize> = (0..pool).filter(|row| !rows[..5].contains(row)).collect();
    candidates.sort_by(|a, b| answers[a * 2].total_cmp(&answers[b * 2]));
    candidates.truncate(200);
    assert_eq!(rows[5..], plain(&features, &rows[..5], &candidates));
    let again = select(&answers, 2, Some(Examples::Sparse(&sparse)), &options).unwrap();
    assert_eq!(rows, again.iter().map(|text| text.row).collect::<Vec<_>>());
    assert!(chosen[5..].is_sorted_by(|a, b| a.score >= b.score));
    assert!(chosen[5..].iter().all(|text| text.reason == "diversity"));
}

/// An empty text and huge numbers are compared, too, and a second empty text adds nothing.
#[test]
fn rows_of_zeros_resemble_each_other_only() {
    let values = vec![0.0, 0.0, 1e300, 0.0, 0.0, 0.0, 0.0, 1e-300];
    let features = DenseMatrix::from_rows(4, 2, values).unwrap();
    let options = options(4, Strategy::Diversity, 0.0);
    let answers = [0.5, 0.5].repeat(4);
    let chosen = select(&answers, 2, Some(Examples::Dense(&features)), &options).unwrap();
    assert_eq!(rows(&chosen), [0, 1, 3, 2]);
    let scores: Vec<f64> = chosen.iter().map(|text| text.score).collect();
    assert_eq!(scores, [2.0, 1.0, 1.0, 0.0]);
}

#[test]
fn what_cannot_be_chosen_from_is_refused() {
    let problem = |answers: &[f64], classes, features, options: SelectOptions| {
        select(answers, classes, features, &options).unwrap_err().to_string()
    };
    let margin = options(1, Strategy::Margin, 0.1);
    assert_eq!(problem(&[1.0], 1, None, margin), "classes: 1, at least 2 are needed");
    assert_eq!(problem(&[0.5; 3], 2, None, margin), "probabilities: 3 are no rows of 2 classes");
    assert_eq!(
        problem(&[0.5, 0.5, f64::NAN, 1.0], 2, None, margin),
        "probabilities: row 1 holds NaN, which is not from 0 to 1"
    );
    assert_eq!(
        problem(&[0.5, 0.25], 2, None, margin),
        "probabilities: those of row 0 add up to 0.75, not to 1"
    );
    assert_eq!(
        problem(&[0.5, 0.5], 2, None, options(1, Strategy::Margin, 1.5)),
        "random_share: 1.5 is not from 0 to 1"
    );
    let diversity = options(1, Strategy::Diversity, 0.1);
    assert_eq!(
        problem(&[0.5, 0.5], 2, None, diversity),
        "features: diversity compares texts by them"
    );
    let none = SparseMatrix::new(3);
    assert_eq!(
        problem(&[0.5, 0.5], 2, Some(Examples::Sparse(&none)), diversity),
        "features: 0 rows for a pool of 1"
    );
}

#[test]
fn the_caller_can_end_a_choice_that_takes_long() {
    let answers = [0.5; 40];
    let features = DenseMatrix::from_rows(20, 1, vec![1.0; 20]).unwrap();
    let diversity = options(10, Strategy::Diversity, 0.2);
    let mut calls = 0;
    let mut watch = || {
        calls += 1;
        if calls < 5 { Ok(()) } else { Err(Error::invalid("choice", "interrupted")) }
    };
    let error = select_watched(&answers, 2, Some((&features).into()), &diversity, &mut watch);
    assert_eq!(error.unwrap_err().to_string(), "choice: interrupted");
    assert_eq!(calls, 5);
}
