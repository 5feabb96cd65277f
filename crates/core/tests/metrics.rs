//! What scikit-learn, `SciPy` and statsmodels say, in `tests/data/metrics.jsonl`, to 1e-12.
#![cfg(feature = "learn")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{collections::BTreeMap, fs};

use pantau::{
    learn::{
        calibration::{Calibration, fit_temperature},
        evaluation::{ClassReport, Evaluation, EvaluationOptions, Means},
        metrics::{
            Averages, Confusion, average_precision, average_precision_ovr, brier, log_loss,
            roc_auc, roc_auc_ovr,
        },
    },
    stats::{mcnemar, wilson},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// The cases of a kind, each with its line.
fn cases<T: DeserializeOwned>(kind: &str) -> Vec<(usize, T)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/metrics.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<(usize, T)> = (1..)
        .zip(text.lines())
        .map(|(line, json)| (line, serde_json::from_str::<Value>(json).unwrap()))
        .filter(|(_, case)| case["kind"] == kind)
        .map(|(line, case)| (line, serde_json::from_value(case).unwrap()))
        .collect();
    assert!(!cases.is_empty(), "no cases of kind {kind}");
    cases
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64) {
    let difference = (found - expected).abs();
    assert!(difference <= 1e-12 * expected.abs().max(1.0), "{what}: {found:e} not {expected:e}");
}

#[track_caller]
fn close_or_none(what: &str, found: Option<f64>, expected: Option<f64>) {
    match (found, expected) {
        (Some(found), Some(expected)) => close(what, found, expected),
        _ => assert_eq!(found, expected, "{what}"),
    }
}

#[track_caller]
fn same_averages(what: &str, found: Averages, expected: Averages) {
    close(what, found.precision, expected.precision);
    close(what, found.recall, expected.recall);
    close(what, found.f1, expected.f1);
}

#[track_caller]
fn same_means(what: &str, found: Option<Means>, expected: Option<Means>) {
    let both = |means: Option<Means>| means.map(|means| (means.macro_mean, means.weighted_mean));
    let (found, expected) = (both(found), both(expected));
    close_or_none(what, found.map(|means| means.0), expected.map(|means| means.0));
    close_or_none(what, found.map(|means| means.1), expected.map(|means| means.1));
}

#[derive(Deserialize)]
struct Case {
    name: String,
    labels: Vec<String>,
    actual: Vec<String>,
    probabilities: Vec<f64>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    accuracy: f64,
    accuracy_low: f64,
    accuracy_high: f64,
    mean_confidence: f64,
    macro_average: Averages,
    weighted_average: Averages,
    mcc: f64,
    cohen_kappa: Option<f64>,
    roc_auc: Option<Means>,
    pr_auc: Option<Means>,
    log_loss: f64,
    brier: f64,
    ece: f64,
    confusion: Vec<Vec<u64>>,
    unknown_labels: BTreeMap<String, u64>,
    classes: Vec<ClassReport>,
}

#[test]
fn evaluations() {
    let options = EvaluationOptions { resamples: 20, ..EvaluationOptions::default() };
    for (_, case) in cases::<Case>("evaluation") {
        let Case { name, labels, actual, probabilities, expected } = case;
        let found = Evaluation::new(&labels, &actual, &probabilities, None, &options).unwrap();
        close(&name, found.accuracy.value, expected.accuracy);
        close(&name, found.accuracy.interval.low, expected.accuracy_low);
        close(&name, found.accuracy.interval.high, expected.accuracy_high);
        close(&name, found.mean_confidence, expected.mean_confidence);
        close(&name, found.macro_f1.value, expected.macro_average.f1);
        same_averages(&name, found.macro_average, expected.macro_average);
        same_averages(&name, found.weighted_average, expected.weighted_average);
        close(&name, found.micro_average.f1, expected.accuracy);
        close(&name, found.mcc, expected.mcc);
        close_or_none(&name, found.cohen_kappa, expected.cohen_kappa);
        same_means(&name, found.roc_auc, expected.roc_auc);
        same_means(&name, found.pr_auc, expected.pr_auc);
        close(&name, found.log_loss, expected.log_loss);
        close(&name, found.brier, expected.brier);
        close(&name, found.ece, expected.ece);
        assert_eq!(Vec::<Vec<u64>>::from(found.confusion.clone()), expected.confusion, "{name}");
        assert_eq!(found.unknown_labels, expected.unknown_labels, "{name}");
        assert_eq!(found.classes.len(), expected.classes.len(), "{name}");
        for (found, expected) in found.classes.iter().zip(&expected.classes) {
            let what = format!("{name}, {}", expected.label);
            assert_eq!(found.label, expected.label, "{what}");
            assert_eq!((found.support, found.predicted), (expected.support, expected.predicted));
            close(&what, found.precision, expected.precision);
            close(&what, found.recall, expected.recall);
            close(&what, found.f1, expected.f1);
            close_or_none(&what, found.roc_auc, expected.roc_auc);
            close_or_none(&what, found.pr_auc, expected.pr_auc);
        }
        let json = found.to_json();
        assert_eq!(Evaluation::from_json(&json).unwrap(), found, "{name}");
        assert!(found.to_text(80).lines().all(|line| line.chars().count() <= 80), "{name}");
        if expected.unknown_labels.is_empty() {
            functions_agree(&name, &labels, &actual, &probabilities, &expected);
        }
    }
}

/// The metrics by themselves say what an evaluation says.
fn functions_agree(
    name: &str,
    labels: &[String],
    actual: &[String],
    probabilities: &[f64],
    expected: &Expected,
) {
    let classes = labels.len();
    let number = |name: &String| labels.iter().position(|label| label == name).unwrap() as u32;
    let numbers: Vec<u32> = actual.iter().map(number).collect();
    close(name, log_loss(probabilities, classes, &numbers).unwrap(), expected.log_loss);
    close(name, brier(probabilities, classes, &numbers).unwrap(), expected.brier);
    let found = roc_auc_ovr(probabilities, classes, &numbers).map(|found| found.macro_mean);
    close_or_none(name, found, expected.roc_auc.map(|means| means.macro_mean));
    let found = average_precision_ovr(probabilities, classes, &numbers);
    let found = found.map(|found| found.weighted_mean);
    close_or_none(name, found, expected.pr_auc.map(|means| means.weighted_mean));
    let confusion = serde_json::to_string(&expected.confusion).unwrap();
    let confusion: Confusion = serde_json::from_str(&confusion).unwrap();
    close(name, confusion.accuracy(), expected.accuracy);
    same_averages(name, confusion.macro_average(), expected.macro_average);
    same_averages(name, confusion.weighted_average(), expected.weighted_average);
}

#[test]
fn rankings() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        scores: Vec<f64>,
        positive: Vec<bool>,
        roc_auc: Option<f64>,
        average_precision: Option<f64>,
    }

    for (_, Case { name, scores, positive, roc_auc: area, average_precision: mean }) in
        cases("ranking")
    {
        close_or_none(&name, roc_auc(&scores, &positive), area);
        close_or_none(&name, average_precision(&scores, &positive), mean);
    }
}

#[test]
fn temperatures() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        classes: usize,
        scores: Vec<f64>,
        labels: Vec<u32>,
        expected: Expected,
    }

    #[derive(Deserialize)]
    struct Expected {
        temperature: f64,
        before: Scores,
        after: Scores,
    }

    #[derive(Deserialize)]
    struct Scores {
        log_loss: f64,
        brier: f64,
        ece: f64,
        mce: f64,
    }

    for (_, case) in cases::<Case>("temperature") {
        let Case { name, classes, scores, labels, expected } = case;
        let temperature = fit_temperature(&scores, &labels, classes).unwrap();
        close(&name, temperature, expected.temperature);
        let found = Calibration::fit(&scores, &labels, classes).unwrap();
        close(&name, found.temperature, expected.temperature);
        for (found, expected) in
            [(&found.before, &expected.before), (&found.after, &expected.after)]
        {
            close(&name, found.log_loss, expected.log_loss);
            close(&name, found.brier, expected.brier);
            close(&name, found.ece, expected.ece);
            close(&name, found.reliability.mce, expected.mce);
        }
    }
}

#[test]
fn intervals() {
    #[derive(Deserialize)]
    struct Case {
        successes: u64,
        trials: u64,
        level: f64,
        low: f64,
        high: f64,
    }

    for (line, case) in cases::<Case>("wilson") {
        let found = wilson(case.successes, case.trials, case.level).unwrap();
        close(&format!("line {line}"), found.low, case.low);
        close(&format!("line {line}"), found.high, case.high);
    }
}

#[test]
fn pairs() {
    #[derive(Deserialize)]
    struct Case {
        b: u64,
        c: u64,
        exact: bool,
        statistic: f64,
        pvalue: f64,
    }

    for (line, case) in cases::<Case>("mcnemar") {
        let found = mcnemar(case.b, case.c);
        assert_eq!(found.exact, case.exact, "line {line}");
        close(&format!("line {line}"), found.statistic, case.statistic);
        // A small chance must be right in its own digits, too.
        let difference = (found.pvalue - case.pvalue).abs();
        assert!(difference <= 1e-11 * case.pvalue, "line {line}: {found:?} not {}", case.pvalue);
    }
}
