//! How often intervals hold the truth, in simulation.
//!
//! `cargo test --release -p pantau --test coverage -- --ignored --nocapture` prints the table of all,
//! of 4,000 draws each.
#![cfg(feature = "learn")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

mod chance;

use std::num::NonZero;

use chance::Chance;
use pantau::{
    performance::AccuracyEstimator,
    stats::{
        Interval, bootstrap, clopper_pearson, confidence_sequence, label_mix, linregress,
        paired_difference, robust_trend, wilson,
    },
};

const LEVEL: f64 = 0.95;

/// What may be missing of the level.
const SLACK: f64 = 0.01;

/// Draws an interval, and says whether it holds the truth.
type Draw = Box<dyn Fn(&mut Chance) -> bool>;

fn share(chance: &mut Chance, count: u64, share: f64) -> u64 {
    (0..count).map(|_| u64::from(chance.unit() < share)).sum()
}

fn of_share(make: fn(u64, u64, f64) -> pantau::Result<Interval>, n: u64, p: f64) -> Draw {
    Box::new(move |chance| make(share(chance, n, p), n, LEVEL).unwrap().contains(p))
}

/// A year of days with 30 labels each, looked at every evening.
fn peeked(p: f64) -> Draw {
    Box::new(move |chance| {
        let mut right = 0;
        (1..=365).all(|day| {
            right += share(chance, 30, p);
            confidence_sequence(right, 30 * day, LEVEL).unwrap().contains(p)
        })
    })
}

fn paired(n: u64) -> Draw {
    Box::new(move |chance| {
        let mut counts = [0_u64; 4];
        for _ in 0..n {
            let number = chance.unit();
            let place = [0.75, 0.87, 0.95].iter().take_while(|edge| number >= **edge).count();
            counts[place] += 1;
        }
        let [both, first, second, neither] = counts;
        paired_difference(both, first, second, neither, LEVEL).unwrap().contains(0.12 - 0.08)
    })
}

fn resampled(n: usize) -> Draw {
    Box::new(move |chance| {
        let values: Vec<f64> = (0..n).map(|_| chance.normal()).collect();
        let mean = |rows: &[usize]| rows.iter().map(|row| values[*row]).sum::<f64>() / n as f64;
        let seed = chance.unit().to_bits();
        bootstrap(n, 1_000, LEVEL, seed, mean, NonZero::new(1)).unwrap().contains(0.0)
    })
}

/// A line through days, each of which depends on the one before by `memory`.
fn line(days: usize, memory: f64, is_robust: bool) -> Draw {
    Box::new(move |chance| {
        let x: Vec<f64> = (0..days).map(|day| day as f64).collect();
        let mut own = chance.normal() / (1.0 - memory * memory).sqrt();
        let mut y = Vec::new();
        for day in &x {
            y.push(0.01 * day + own);
            own = memory * own + chance.normal();
        }
        let fit = if is_robust { robust_trend } else { linregress };
        fit(&x, &y, LEVEL).unwrap().interval.contains(0.01)
    })
}

/// Texts of three labels whose mix changed, by a classifier that is calibrated for the usual one.
fn mixed(n: usize) -> Draw {
    Box::new(move |chance| {
        let (usual, now) = ([0.5, 0.3, 0.2], [0.3, 0.3, 0.4]);
        let mut rows = Vec::new();
        for _ in 0..n {
            let number = chance.unit();
            let label = [0.3, 0.6].iter().take_while(|edge| number >= **edge).count();
            let seen: Vec<f64> =
                (0..3).map(|own| chance.normal() + if own == label { 1.5 } else { 0.0 }).collect();
            let weights: Vec<f64> =
                seen.iter().zip(usual).map(|(own, usual)| usual * (1.5 * own).exp()).collect();
            let sum: f64 = weights.iter().sum();
            rows.extend(weights.iter().map(|weight| weight / sum));
        }
        label_mix(&rows, &usual, LEVEL).unwrap().intervals[2].contains(now[2])
    })
}

/// Accuracy without labels. Confidences are ½ + ½ u^(1/power), and right as often as they say.
fn estimated(labelled: usize, rows: usize, power: f64, is_atc: bool) -> Draw {
    Box::new(move |chance| {
        let confidence =
            |chance: &mut Chance, power: f64| 0.5 + 0.5 * chance.unit().powf(power.recip());
        let known: Vec<f64> = (0..labelled).map(|_| confidence(chance, 2.0)).collect();
        let right: Vec<bool> = known.iter().map(|own| chance.unit() < *own).collect();
        let now: Vec<f64> = (0..rows).map(|_| confidence(chance, power)).collect();
        let estimator = AccuracyEstimator::new(&known, &right, None).unwrap();
        let found = estimator.estimate(&now, None).unwrap();
        let told = if is_atc { found.atc } else { found.cbpe };
        // One in a hundred is refused, which is no interval.
        told.is_none_or(|told| told.interval.contains(0.5 + 0.5 * power / (power + 1.0)))
    })
}

fn all() -> Vec<(&'static str, Draw)> {
    vec![
        ("wilson, 0.9 of 100", of_share(wilson, 100, 0.9)),
        ("wilson, 0.9 of 1,000", of_share(wilson, 1_000, 0.9)),
        ("clopper_pearson, 0.9 of 100", of_share(clopper_pearson, 100, 0.9)),
        ("confidence_sequence, 0.93, a year of evenings", peeked(0.93)),
        ("confidence_sequence, 0.5, a year of evenings", peeked(0.5)),
        ("paired_difference, 200 rows", paired(200)),
        ("paired_difference, 1,000 rows", paired(1_000)),
        ("bootstrap of a mean, 300 rows", resampled(300)),
        ("linregress, 30 days apart", line(30, 0.0, false)),
        ("robust_trend, 30 days apart", line(30, 0.0, true)),
        ("robust_trend, 60 days, each 0.3 of the one before", line(60, 0.3, true)),
        ("label_mix, 500 rows", mixed(500)),
        ("cbpe, 1,000 labelled, 500 rows", estimated(1_000, 500, 2.0, false)),
        ("cbpe, 1,000 labelled, 500 surer rows", estimated(1_000, 500, 4.0, false)),
        ("atc, 1,000 labelled, 500 rows", estimated(1_000, 500, 2.0, true)),
    ]
}

/// Runs all draws; those that hold the truth less often than they say, by more than chance gives.
fn failing(draws: usize) -> Vec<String> {
    let mut failing = Vec::new();
    for (place, (name, draw)) in all().into_iter().enumerate() {
        let mut chance = Chance::new(100 + place as u64);
        let held = (0..draws).filter(|_| draw(&mut chance)).count() as f64 / draws as f64;
        let line = format!("{name:<52} {held:.3}");
        let error = (LEVEL * (1.0 - LEVEL) / draws as f64).sqrt();
        if held < LEVEL - SLACK - 3.0 * error {
            failing.push(line.clone());
        }
        say(&line);
    }
    failing
}

#[expect(clippy::print_stdout, reason = "the table is what the long run is for")]
fn say(line: &str) {
    println!("{line}");
}

#[test]
fn intervals_hold_the_truth() {
    assert_eq!(failing(150), Vec::<String>::new());
}

#[test]
#[ignore = "takes minutes"]
fn intervals_hold_the_truth_as_often_as_they_say() {
    assert_eq!(failing(4_000), Vec::<String>::new());
}
