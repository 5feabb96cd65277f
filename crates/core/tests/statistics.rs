//! What `SciPy`, statsmodels, scikit-learn and river say, in `tests/data/stats.jsonl`: statistics to
//! 1e-12, exact p-values to 1e-9, those of limits to a tenth down to 1e-10.
#![cfg(feature = "learn")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{collections::HashMap, fs};

use pantau::stats::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn cases(kind: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/stats.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|case| case["kind"] == kind)
        .collect();
    assert!(!cases.is_empty(), "no cases of kind {kind}");
    cases
}

fn get<T: DeserializeOwned>(case: &Value, key: &str) -> T {
    serde_json::from_value(case[key].clone()).unwrap_or_else(|error| panic!("{key}: {error}"))
}

fn has(case: &Value, key: &str) -> bool {
    !case[key].is_null()
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64) {
    let difference = (found - expected).abs();
    let scale = expected.abs().max(1e-3);
    assert!(difference <= 1e-12 * scale.max(1.0), "{what}: {found:e} is not {expected:e}");
    assert!(difference <= 1e-9 * scale, "{what}: {found:e} is not {expected:e}");
}

/// Like [`close`], of a value of any size.
#[track_caller]
fn close_relative(what: &str, found: f64, expected: f64) {
    let difference = (found - expected).abs();
    assert!(difference <= 1e-12 * expected.abs().max(1e-12), "{what}: {found:e} not {expected:e}");
}

#[track_caller]
fn same_test(what: &str, found: Test, [statistic, pvalue]: [f64; 2]) {
    let difference = (found.statistic - statistic).abs();
    assert!(difference <= 1e-12 * statistic.abs().max(1.0), "{what}: {found:?} not {statistic:e}");
    exact(what, found.pvalue, pvalue);
}

#[track_caller]
fn exact(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9, "{what}: p {found:e} is not {expected:e}");
    // Far out what is right to 1e-9 may still be wrong altogether.
    if expected > 1e-200 {
        assert!((found / expected - 1.0).abs() < 1e-6, "{what}: p {found:e} is not {expected:e}");
    }
}

fn sides() -> [(&'static str, Alternative); 3] {
    [
        ("two-sided", Alternative::TwoSided),
        ("less", Alternative::Less),
        ("greater", Alternative::Greater),
    ]
}

#[test]
fn two_samples_are_compared_as_scipy_does() {
    for case in cases("two_sample") {
        let name = case["name"].as_str().unwrap();
        let (first, second): (Vec<f64>, Vec<f64>) = (get(&case, "first"), get(&case, "second"));
        for (side, alternative) in sides() {
            let what = format!("{name}, {side}");
            let found = ks_2samp(&first, &second, alternative, Method::Auto).unwrap();
            assert!(found.exact);
            let test = Test { statistic: found.statistic, pvalue: found.pvalue };
            same_test(&format!("ks of {what}"), test, get(&case, &format!("ks {side}")));
            let sorted = SortedSample::new(&first).unwrap();
            assert_eq!(sorted.ks_2samp(&second, alternative, Method::Auto).unwrap(), found);

            let continuity =
                mannwhitneyu(&first, &second, true, alternative, Method::Auto).unwrap();
            let expected: (f64, Option<f64>) = get(&case, &format!("mannwhitneyu {side}"));
            // Where all numbers are equal SciPy divides by zero; there is no evidence of anything.
            let expected = [expected.0, expected.1.unwrap_or(1.0)];
            same_test(&format!("mannwhitneyu of {what}"), continuity, expected);
        }
        let found = ks_2samp(&first, &second, Alternative::TwoSided, Method::Auto).unwrap();
        let (location, sign): (f64, i8) = get(&case, "ks location");
        // Where the distance is reached more than once, SciPy's rounding decides which place it tells.
        let share = |sample: &[f64], at: f64| {
            sample.iter().filter(|number| **number <= at).count() as f64 / sample.len() as f64
        };
        for at in [location, found.location] {
            let apart = share(&first, at) - share(&second, at);
            assert!((apart.abs() - found.statistic).abs() < 1e-12, "{name} at {at}");
        }
        let reach = |side| get::<[f64; 2]>(&case, &format!("ks {side}"))[0];
        if (reach("less") - reach("greater")).abs() > 1e-12 {
            assert_eq!(found.sign, sign, "{name}");
        }
        if has(&case, "cramervonmises") {
            for (key, method) in [
                ("cramervonmises", Method::Auto),
                ("cramervonmises asymptotic", Method::Asymptotic),
            ] {
                let found = cramervonmises_2samp(&first, &second, method).unwrap();
                let [statistic, pvalue]: [f64; 2] = get(&case, key);
                let what = format!("{key} of {name}");
                assert!(
                    (found.statistic - statistic).abs() <= 1e-12 * statistic.abs().max(1.0),
                    "{what}"
                );
                // SciPy takes its tail from 1, by a series that it ends early.
                assert!((found.pvalue - pvalue).abs() <= 2e-9, "{what}: {found:?} {pvalue}");
            }
        }
        for (key, ranks) in [("anderson midrank", Ranks::Midrank), ("anderson right", Ranks::Right)]
        {
            if has(&case, key) {
                let [statistic, pvalue]: [f64; 2] = get(&case, key);
                let found = anderson_ksamp(&[&first, &second], ranks).unwrap();
                let what = format!("{key} of {name}: {found:?}");
                assert!(
                    (found.statistic - statistic).abs() <= 1e-12 * statistic.abs().max(1.0),
                    "{what} {statistic}"
                );
                // SciPy interpolates between its table's ends, within about a tenth.
                if pvalue > 0.0011 && pvalue < 0.2 {
                    assert!((found.pvalue / pvalue - 1.0).abs() < 0.1, "{what} {pvalue}");
                } else if pvalue < 0.01 {
                    assert!(found.pvalue <= 0.0012, "{what}");
                }
            }
        }
        let [first_weights, second_weights]: [Vec<f64>; 2] = get(&case, "weights");
        let (ours, theirs) = (Some(&first_weights[..]), Some(&second_weights[..]));
        for (key, found) in [
            ("wasserstein", wasserstein_distance(&first, &second, None, None)),
            ("weighted wasserstein", wasserstein_distance(&first, &second, ours, theirs)),
            ("energy", energy_distance(&first, &second, None, None)),
            ("weighted energy", energy_distance(&first, &second, ours, theirs)),
        ] {
            close_relative(&format!("{key} of {name}"), found.unwrap(), get(&case, key));
        }
    }
}

#[test]
fn samples_of_any_number_are_compared_as_scipy_does() {
    for case in cases("anderson") {
        let samples: Vec<Vec<f64>> = get(&case, "samples");
        let samples: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
        for (key, ranks) in [("midrank", Ranks::Midrank), ("right", Ranks::Right)] {
            let found = anderson_ksamp(&samples, ranks).unwrap();
            close(key, found.statistic, get(&case, key));
        }
    }
    for case in cases("anderson_shuffled") {
        let samples: Vec<Vec<f64>> = get(&case, "samples");
        let samples: Vec<&[f64]> = samples.iter().map(Vec::as_slice).collect();
        let found = anderson_ksamp(&samples, Ranks::Midrank).unwrap().pvalue;
        let expected: f64 = get(&case, "pvalue");
        let chance = 3.0 * (expected * (1.0 - expected) / 19_999.0).sqrt();
        assert!((found - expected).abs() < chance + 0.03 * expected, "{found} {expected}");
    }
}

#[test]
fn tables_are_tested_as_scipy_does() {
    for case in cases("contingency") {
        let observed: Vec<Vec<f64>> = get(&case, "observed");
        for (name, power) in [("pearson", Power::Pearson), ("log-likelihood", Power::LogLikelihood)]
        {
            for (key, correction) in [("True", true), ("False", false)] {
                let key = format!("{name} {key}");
                if has(&case, &key) {
                    let found = chi2_contingency(&observed, correction, power).unwrap();
                    let test = Test { statistic: found.statistic, pvalue: found.pvalue };
                    let expected: [f64; 2] = get(&case, &key);
                    // The G statistic is a difference of large sums.
                    let rounding = 1e-15 * observed.iter().flatten().sum::<f64>();
                    let difference = (found.statistic - expected[0]).abs();
                    assert!(
                        difference <= 1e-12 * expected[0].max(1.0) + rounding,
                        "{key} {observed:?}"
                    );
                    exact(&key, test.pvalue, expected[1]);
                    let counts: Vec<Vec<f64>> = get(&case, "expected");
                    for (found, expected) in
                        found.expected.iter().flatten().zip(counts.iter().flatten())
                    {
                        close_relative("expected", *found, *expected);
                    }
                }
            }
        }
    }
    for case in cases("chisquare") {
        let (observed, expected): (Vec<f64>, Option<Vec<f64>>) =
            (get(&case, "observed"), get(&case, "expected"));
        for (name, power) in [("pearson", Power::Pearson), ("log-likelihood", Power::LogLikelihood)]
        {
            let found =
                chisquare(&observed, expected.as_deref(), get(&case, "ddof"), power).unwrap();
            let [statistic, pvalue]: [f64; 2] = get(&case, name);
            let rounding = 1e-15 * observed.iter().sum::<f64>();
            assert!(
                (found.statistic - statistic).abs() <= 1e-12 * statistic.max(1.0) + rounding,
                "{name}"
            );
            exact(name, found.pvalue, pvalue);
        }
    }
    for case in cases("fisher") {
        let table: [[u64; 2]; 2] = get(&case, "table");
        for (side, alternative) in sides() {
            let found = fisher_exact(table, alternative).unwrap();
            let (statistic, pvalue): (Option<f64>, f64) = get(&case, side);
            match statistic {
                Some(statistic) => close_relative(side, found.statistic, statistic),
                None => assert!(!found.statistic.is_finite()),
            }
            exact(&format!("fisher {side} of {table:?}"), found.pvalue, pvalue);
        }
    }
}

#[test]
fn tables_are_as_far_apart_as_scipy_says() {
    for case in cases("divergence") {
        let (reference, current): (Vec<u64>, Vec<u64>) =
            (get(&case, "reference"), get(&case, "current"));
        let js = |base| jensen_shannon(&reference, &current, base).unwrap().value;
        close("js", js(std::f64::consts::E), get(&case, "js"));
        close("js 2", js(2.0), get(&case, "js 2"));
        close("tv", total_variation(&reference, &current).unwrap().value, get(&case, "tv"));
        if has(&case, "kl") {
            close("kl", kl_divergence(&reference, &current).unwrap().value, get(&case, "kl"));
        }
        if has(&case, "psi") {
            close("psi", psi(&reference, &current).unwrap().value, get(&case, "psi"));
        }
    }
}

#[test]
fn intervals_are_those_of_statsmodels() {
    type Make = fn(u64, u64, f64) -> pantau::Result<Interval>;
    for (kind, make) in
        [("clopper_pearson", clopper_pearson as Make), ("confidence_sequence", confidence_sequence)]
    {
        for case in cases(kind) {
            let (successes, trials, level) =
                (get(&case, "successes"), get(&case, "trials"), get(&case, "level"));
            let found = make(successes, trials, level).unwrap();
            let what = format!("{kind} {successes} of {trials} at {level}: {found:?}");
            for (found, expected) in
                [(found.low, get::<f64>(&case, "low")), (found.high, get(&case, "high"))]
            {
                let tolerance = if trials > 100_000 { 1e-9 } else { 1e-11 };
                assert!(
                    (found - expected).abs() <= tolerance * expected.max(1e-6),
                    "{what} {expected}"
                );
            }
        }
    }
}

#[test]
fn lines_are_those_of_scipy() {
    for case in cases("trend") {
        let (x, y): (Vec<f64>, Vec<f64>) = (get(&case, "x"), get(&case, "y"));
        let found = linregress(&x, &y, 0.9).unwrap();
        for (key, found) in [
            ("slope", found.slope),
            ("intercept", found.intercept),
            ("rvalue", found.rvalue),
            ("stderr", found.stderr),
            ("low", found.interval.low),
            ("high", found.interval.high),
        ] {
            let expected: f64 = get(&case, key);
            // With y near 1,000 twelve digits of a slope near 0 are not to be had by anybody.
            assert!(
                (found - expected).abs() <= 1e-12 * expected.abs().max(1e3),
                "{key}: {found} {expected}"
            );
        }
        assert!((found.pvalue - get::<f64>(&case, "pvalue")).abs() < 1e-9);
        let robust = robust_trend(&x, &y, 0.9).unwrap();
        let expected: f64 = get(&case, "robust_stderr");
        assert!(
            (robust.stderr - expected).abs() <= 1e-9 * expected.max(1e-3),
            "{robust:?} {expected}"
        );
        assert!((robust.pvalue - get::<f64>(&case, "robust_pvalue")).abs() < 1e-8);
    }
}

#[test]
fn many_tests_are_adjusted_as_statsmodels_does() {
    for case in cases("multiplicity") {
        let pvalues: Vec<f64> = get(&case, "pvalues");
        for (key, adjusted) in
            [("holm", holm(&pvalues).unwrap()), ("bh", benjamini_hochberg(&pvalues).unwrap())]
        {
            let expected: Vec<f64> = get(&case, key);
            assert_eq!(adjusted.len(), expected.len());
            for (found, expected) in adjusted.into_iter().zip(expected) {
                close(key, found, expected);
            }
        }
    }
    assert!(holm(&[0.5, f64::NAN]).is_err());
    assert!(benjamini_hochberg(&[1.5]).is_err());
}

#[test]
fn vectors_are_compared_as_the_definitions_say() {
    for case in cases("vectors") {
        let (first, second): (Vec<f64>, Vec<f64>) = (get(&case, "first"), get(&case, "second"));
        let columns = get(&case, "columns");
        let (first, second) =
            (Vectors::new(&first, columns).unwrap(), Vectors::new(&second, columns).unwrap());
        let found = mmd(first, second, Some(get(&case, "sigma")), 200, 1).unwrap();
        close("mmd", found.statistic, get(&case, "mmd"));
        let pvalue = found.pvalue.unwrap();
        assert!((1.0 / 201.0..=1.0).contains(&pvalue));
        let measured = mmd(first, second, None, 0, 1).unwrap();
        close_relative("median", 2.0 * measured.sigma.powi(2), get(&case, "median"));
        assert_eq!(measured.pvalue, None);
        let near = mmd_random_features(first, second, Some(found.sigma), 20_000, 200, 1).unwrap();
        assert!((near.statistic - found.statistic).abs() < 0.01, "{near:?} {found:?}");

        let shrunk = mahalanobis_of_means(first, second, None, 200, 1).unwrap();
        close("shrinkage", shrunk.shrinkage, get(&case, "shrinkage"));
        close_relative("shrunk", shrunk.statistic / 1e3, get::<f64>(&case, "shrunk") / 1e3);
        assert!(shrunk.pvalue.is_some());
        let plain = mahalanobis_of_means(first, second, Some(0.0), 0, 1);
        if has(&case, "hotelling") {
            let [statistic, pvalue]: [f64; 2] = get(&case, "hotelling");
            let plain = plain.unwrap();
            assert!((plain.statistic / statistic - 1.0).abs() < 1e-10, "{plain:?}");
            assert!((plain.pvalue.unwrap() - pvalue).abs() < 1e-9, "{plain:?} {pvalue}");
        } else {
            assert!(plain.is_err());
        }
    }
}

#[test]
fn detectors_see_changes_where_river_does() {
    let values: HashMap<String, Vec<f64>> =
        cases("values").iter().map(|case| (get(case, "name"), get(case, "values"))).collect();
    for case in cases("stream") {
        let name = case["detector"].as_str().unwrap();
        let mut detector = Detector::from_json(name, &case["options"].to_string()).unwrap();
        assert_eq!(detector.name(), name);
        let (mut drifts, mut warnings) = (Vec::new(), Vec::new());
        for (place, value) in values[case["name"].as_str().unwrap()].iter().enumerate() {
            match detector.update(*value).unwrap() {
                Signal::Drift => drifts.push(place),
                Signal::Warning => warnings.push(place),
                Signal::Quiet | Signal::Clear => {}
            }
            // A detector goes on from its state as if nothing had happened.
            if place % 100 == 0 {
                detector = Detector::resume(&detector.state()).unwrap();
            }
        }
        assert_eq!(drifts, get::<Vec<usize>>(&case, "drifts"), "{name} {}", case["options"]);
        assert_eq!(warnings, get::<Vec<usize>>(&case, "warnings"), "{name} {}", case["options"]);
    }
}

#[test]
fn every_detector_sees_a_change_and_no_other() {
    let settings = [
        ("adwin", "{}"),
        ("page_hinkley", r#"{"threshold": 20}"#),
        ("ddm", r#"{"warm_start": 300, "drift_threshold": 4}"#),
        ("eddm", r#"{"alpha": 0.8, "beta": 0.7}"#),
        ("kswin", r#"{"alpha": 0.0001}"#),
        ("cusum", r#"{"target": 0.1, "sd": 0.3, "h": 10}"#),
        ("ewma", r#"{"target": 0.1, "sd": 0.3, "limit": 5}"#),
        ("sprt", r#"{"usual": 0.1, "raised": 0.5, "alpha": 1e-6}"#),
        ("shiryaev_roberts", "{}"),
    ];
    for (name, settings) in settings {
        let mut detector = Detector::from_json(name, settings).unwrap();
        let mut first = None;
        let mut state = 1_u64;
        for step in 0..2_000_u32 {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let unit = (state >> 11) as f64 / 2.0_f64.powi(53);
            let is_after = step >= 1_000;
            // Of p-values all sizes, then small ones; of the others one in ten is 1, then one in two.
            let value = match (name, is_after) {
                ("shiryaev_roberts" | "kswin", false) => unit,
                ("shiryaev_roberts", true) => 0.001,
                ("kswin", true) => unit + 1.0,
                (_, false) => f64::from(u8::from(unit < 0.1)),
                (_, true) => f64::from(u8::from(unit < 0.5)),
            };
            if detector.update(value).unwrap() == Signal::Drift {
                first.get_or_insert(step);
            }
        }
        assert!(first.is_some_and(|step| (1_000..1_400).contains(&step)), "{name}: {first:?}");
    }
}

#[test]
fn what_detectors_cannot_take_is_refused() {
    for (name, settings, problem) in [
        (
            "adwine",
            "{}",
            "detector: \"adwine\" is unknown, known are adwin, page_hinkley, ddm, eddm, kswin, cusum, ewma, sprt, shiryaev_roberts",
        ),
        ("adwin", r#"{"delta": 2}"#, "delta: 2, allowed are more than 0 and less than 1"),
        ("adwin", r#"{"detla": 2}"#, "settings: unknown field `detla`"),
        ("cusum", "{}", "settings: missing field `target`"),
        ("kswin", r#"{"window_size": 40}"#, "window_size: 40, allowed are 2 stat_size to 1000000"),
        (
            "sprt",
            r#"{"usual": 0.2, "raised": 0.1}"#,
            "raised: 0.1, allowed are more than usual and less than 1",
        ),
    ] {
        let message = Detector::from_json(name, settings).unwrap_err().to_string();
        assert!(message.starts_with(problem), "{message}");
    }
    let mut ddm = Detector::from_json("ddm", "{}").unwrap();
    let message = ddm.update(0.5).unwrap_err().to_string();
    assert_eq!(message, "value: 0.5 is no outcome: 1 is wrong, 0 right");
    for name in ["adwin", "page_hinkley", "kswin"] {
        let mut detector = Detector::from_json(name, "{}").unwrap();
        let before = detector.clone();
        assert!(detector.update(f64::NAN).is_err());
        assert_eq!(detector, before);
    }
    assert!(Detector::resume("{}").is_err());
    assert!(Detector::resume(r#"{"adwin": {"options": {}}}"#).is_err());
    // States that could not have been made are refused, whatever they would do.
    let state = Detector::from_json("adwin", "{}").unwrap().state();
    for (from, to) in
        [("[[]]", "[]"), ("\"width\":0", "\"width\":9"), ("\"clock\":32", "\"clock\":0")]
    {
        let changed = state.replace(from, to);
        assert_ne!(changed, state);
        assert!(Detector::resume(&changed).is_err(), "{changed}");
    }
    let state = Detector::from_json("kswin", "{}").unwrap().state();
    let changed = state.replace("\"window_size\":100", "\"window_size\":1");
    assert!(changed != state && Detector::resume(&changed).is_err());
}

#[test]
fn what_tests_cannot_take_is_refused() {
    let nan = [1.0, f64::NAN];
    let two_sided = Alternative::TwoSided;
    assert!(ks_2samp(&nan, &[1.0], two_sided, Method::Auto).is_err());
    assert!(ks_2samp(&[], &[1.0], two_sided, Method::Auto).is_err());
    let many = vec![0.5; 200_000];
    assert!(ks_2samp(&many, &many, two_sided, Method::Exact).is_err());
    assert!(mannwhitneyu(&[1.0, 1.0], &[1.0], true, two_sided, Method::Exact).is_err());
    assert!(cramervonmises_2samp(&[1.0], &[1.0, 2.0], Method::Auto).is_err());
    assert!(anderson_ksamp(&[&[1.0, 1.0], &[1.0, 1.0]], Ranks::Midrank).is_err());
    assert!(anderson_ksamp(&[&[1.0, 2.0, 3.0, 4.0]], Ranks::Midrank).is_err());
    assert!(wasserstein_distance(&[f64::INFINITY], &[1.0], None, None).is_err());
    assert!(wasserstein_distance(&[1.0], &[1.0], Some(&[0.0]), None).is_err());
    assert!(chi2_contingency(&[vec![0.0, 1.0], vec![0.0, 2.0]], true, Power::Pearson).is_err());
    assert!(chi2_contingency(&[vec![1.0], vec![1.0, 2.0]], true, Power::Pearson).is_err());
    assert!(chisquare(&[1.0, 2.0], Some(&[1.0, 5.0]), 0, Power::Pearson).is_err());
    assert!(Vectors::new(&[1.0, 2.0, 3.0], 2).is_err());
    // Constants, ties throughout and infinities have an answer.
    let equal = ks_2samp(&[1.0; 5], &[1.0; 7], two_sided, Method::Auto).unwrap();
    assert!(equal.statistic.abs() < 1e-15 && equal.pvalue > 1.0 - 1e-15);
    let infinite =
        ks_2samp(&[f64::INFINITY], &[f64::NEG_INFINITY], two_sided, Method::Auto).unwrap();
    assert!(infinite.statistic > 1.0 - 1e-15);
}

/// Exactly those p-values that small samples can give, at level: a permutation test is never wrong
/// more often than it says.
#[test]
fn permutation_tests_keep_their_level() {
    let mut rejected = 0;
    for round in 0..400_u64 {
        // Normal-like numbers from a multiplicative generator.
        let mut state = round * 2 + 1;
        let mut draw = || {
            (0..4)
                .map(|_| {
                    state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                    (state >> 40) as f64 / f64::from(1 << 24)
                })
                .sum::<f64>()
        };
        let (first, second): (Vec<f64>, Vec<f64>) =
            ((0..60).map(|_| draw()).collect(), (0..60).map(|_| draw()).collect());
        let (first, second) = (Vectors::new(&first, 3).unwrap(), Vectors::new(&second, 3).unwrap());
        rejected += u32::from(mmd(first, second, None, 99, round).unwrap().pvalue.unwrap() <= 0.05);
    }
    // 20 are to be expected, ± 4.4.
    assert!((5..36).contains(&rejected), "{rejected}");
}

/// The optimizer of `SciPy` stops a little short of the top of a flat hill.
#[test]
fn label_mixes_are_the_most_likely_ones() {
    for case in cases("mix") {
        let (rows, usual): (Vec<f64>, Vec<f64>) =
            (get(&case, "probabilities"), get(&case, "usual"));
        let (shares, spreads): (Vec<f64>, Vec<f64>) = (get(&case, "shares"), get(&case, "spreads"));
        let found = label_mix(&rows, &usual, 0.95).unwrap();
        let likelihood = |shares: &[f64]| -> f64 {
            let row = |row: &[f64]| -> f64 {
                row.iter().zip(&usual).zip(shares).map(|((p, usual), own)| p / usual * own).sum()
            };
            rows.chunks_exact(usual.len()).map(|own| row(own).ln()).sum()
        };
        assert!(likelihood(&found.shares) >= likelihood(&shares) - 1e-9);
        for (place, share) in shares.iter().enumerate() {
            let own = found.shares[place];
            assert!((own - share).abs() < 2e-6, "{own} is not {share}");
            let half = 1.959_963_984_540_054 * spreads[place];
            assert!((found.intervals[place].high - (own + half).min(1.0)).abs() < 2e-5);
        }
        assert!(found.steps < 500, "{}", found.steps);
    }
}
