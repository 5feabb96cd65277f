use super::*;

fn different(rows: usize) -> Vec<String> {
    (0..rows).map(|row| format!("teks {row}")).collect()
}

fn count(rows: &[usize], labels: &[u32], class: u32) -> usize {
    rows.iter().filter(|row| labels[**row] == class).count()
}

fn sorted(parts: &[&Vec<usize>]) -> Vec<usize> {
    let mut rows: Vec<usize> = parts.iter().flat_map(|part| part.iter().copied()).collect();
    rows.sort_unstable();
    rows
}

#[test]
fn every_class_has_its_share_in_every_part() {
    let texts = different(1_000);
    let labels: Vec<u32> =
        (0..1_000).map(|row| u32::from(row >= 700) + u32::from(row >= 950)).collect();
    let options = SplitOptions { validation: 0.1, test: 0.2, seed: 1 };
    let parts = split(&texts, &labels, 3, &options).unwrap();
    assert_eq!([0, 1, 2].map(|class| count(&parts.train, &labels, class)), [490, 175, 35]);
    assert_eq!([0, 1, 2].map(|class| count(&parts.validation, &labels, class)), [70, 25, 5]);
    assert_eq!([0, 1, 2].map(|class| count(&parts.test, &labels, class)), [140, 50, 10]);
    let all = sorted(&[&parts.train, &parts.validation, &parts.test]);
    assert_eq!(all, (0..1_000).collect::<Vec<_>>());
    for part in [&parts.train, &parts.validation, &parts.test] {
        assert!(part.is_sorted());
    }
    assert_eq!(parts, split(&texts, &labels, 3, &options).unwrap());
    let other = SplitOptions { seed: 2, ..options };
    assert_ne!(parts, split(&texts, &labels, 3, &other).unwrap());
}

#[test]
fn equal_texts_stay_together() {
    let mut texts = different(300);
    let mut labels: Vec<u32> = (0..300).map(|row| row % 3).collect();
    for row in 0..90 {
        texts.push(format!("  TEKS\u{a0} {row}\n"));
        labels.push(if row == 0 { 1 } else { row % 3 });
    }
    texts.push("ÄPFEL".into());
    texts.push("äpfel".into());
    labels.extend([0, 0]);
    for seed in 0..20 {
        let options = SplitOptions { seed, ..SplitOptions::default() };
        let parts = split(&texts, &labels, 3, &options).unwrap();
        assert_eq!((parts.duplicates, parts.contradictions), (91, 1));
        let part_of = |row: usize| {
            [&parts.train, &parts.validation, &parts.test]
                .iter()
                .position(|part| part.contains(&row))
        };
        assert!((0..90).all(|row| part_of(row) == part_of(300 + row)));
        assert_eq!(part_of(390), part_of(391));
        for class in 0..3 {
            assert!((12..=14).contains(&count(&parts.test, &labels, class)));
        }
    }
}

/// Texts that come twice must not all be trained on, or the test would be harder than life.
#[test]
fn repeated_texts_are_held_back_as_often_as_others() {
    let texts: Vec<String> =
        (0..400).map(|row| format!("teks {}", if row < 200 { row / 2 } else { row })).collect();
    let labels: Vec<u32> = (0..400).map(|row| row / 2 % 2).collect();
    let mut held = 0;
    for seed in 0..50 {
        let options = SplitOptions { validation: 0.0, test: 0.25, seed };
        let parts = split(&texts, &labels, 2, &options).unwrap();
        assert!(parts.validation.is_empty() && parts.test.len() == 100);
        held += parts.test.iter().filter(|row| **row < 200).count();
    }
    assert!((2_300..2_700).contains(&held), "{held} of 5000");
}

#[test]
fn small_classes_are_trained_on_first() {
    let mut labels = vec![0; 20];
    labels.extend([1, 1, 1, 2, 2, 3]);
    let texts = different(labels.len());
    for seed in 0..20 {
        let options = SplitOptions { seed, ..SplitOptions::default() };
        let parts = split(&texts, &labels, 5, &options).unwrap();
        let of = |class| {
            [&parts.train, &parts.validation, &parts.test].map(|part| count(part, &labels, class))
        };
        assert_eq!(of(0), [16, 2, 2]);
        assert_eq!(of(1), [1, 1, 1]);
        assert_eq!(of(2), [1, 0, 1]);
        assert_eq!(of(3), [1, 0, 0]);
    }
}

#[test]
fn a_text_larger_than_any_part_is_trained_on() {
    let mut texts = vec!["sama".to_owned(); 50];
    let mut labels = vec![0; 50];
    texts.extend(different(10));
    labels.extend([1; 10]);
    let parts = split(&texts, &labels, 2, &SplitOptions::default()).unwrap();
    assert!((0..50).all(|row| parts.train.contains(&row)));
    assert_eq!((parts.validation.len(), parts.test.len()), (1, 1));
}

#[test]
fn folds_measure_every_row_once() {
    let mut texts = different(100);
    texts.extend((0..20).map(|row| format!("Teks {row}")));
    let labels: Vec<u32> = (0..120).map(|row| u32::from(row % 4 == 0)).collect();
    let parts = folds(&texts, &labels, 3, 5, 3).unwrap();
    assert_eq!(parts.len(), 5);
    let measured: Vec<&Vec<usize>> = parts.iter().map(|(_, rows)| rows).collect();
    assert_eq!(sorted(&measured), (0..120).collect::<Vec<_>>());
    for (train, rows) in &parts {
        assert_eq!(sorted(&[train, rows]), (0..120).collect::<Vec<_>>());
        assert_eq!((count(rows, &labels, 0), count(rows, &labels, 1)), (18, 6));
        assert!((0..20).all(|row| rows.contains(&row) == rows.contains(&(row + 100))));
    }
    assert_eq!(parts, folds(&texts, &labels, 3, 5, 3).unwrap());
    assert_ne!(parts, folds(&texts, &labels, 3, 5, 4).unwrap());

    let labels: Vec<u32> = (0..23).map(|row| row % 2).collect();
    let sizes: Vec<usize> = folds(&different(23), &labels, 2, 5, 0)
        .unwrap()
        .iter()
        .map(|(_, rows)| rows.len())
        .collect();
    assert_eq!(sizes, [5, 5, 5, 4, 4]);
}

/// Random labels on random texts, most of them repeated and many of them with several labels.
#[test]
fn every_row_is_in_one_part_and_every_text_too() {
    let mut random = Random::new(9);
    for round in 0..300 {
        let rows = 60 + random.below(100);
        let texts: Vec<String> = (0..rows).map(|_| format!("teks {}", random.below(80))).collect();
        let labels: Vec<u32> = (0..rows).map(|_| random.below(3) as u32).collect();
        let options = SplitOptions { validation: 0.15, test: 0.2, seed: round };
        let parts = split(&texts, &labels, 3, &options).unwrap();
        let apart = |parts: &[&Vec<usize>]| {
            assert_eq!(sorted(parts), (0..rows).collect::<Vec<_>>());
            let texts_of = |part: &[usize]| -> std::collections::BTreeSet<&str> {
                part.iter().map(|row| texts[*row].as_str()).collect()
            };
            for (place, part) in parts.iter().enumerate() {
                for other in &parts[..place] {
                    assert!(texts_of(part).is_disjoint(&texts_of(other)));
                }
            }
        };
        apart(&[&parts.train, &parts.validation, &parts.test]);
        assert!(parts.test.len().abs_diff(rows / 5) <= 5, "{} of {rows}", parts.test.len());

        for (train, measured) in folds(&texts, &labels, 3, 4, round).unwrap() {
            apart(&[&train, &measured]);
            assert!(measured.len().abs_diff(rows / 4) <= 4, "{} of {rows}", measured.len());
            assert!((0..3).all(|class| count(&measured, &labels, class) > 0));
        }
    }
}

/// Whether groups of rows can be put into two folds so that no class is in one of them only:
/// tried out.
fn can_be_spread(texts: &[String], labels: &[u32]) -> bool {
    let different: Vec<&String> =
        texts.iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    (0..1_u32 << different.len()).any(|folds| {
        let fold_of = |row: usize| {
            folds >> different.binary_search(&&texts[row]).expect("it is one of them") & 1
        };
        let in_both = |class: u32| {
            let mut rows = (0..texts.len()).filter(|row| labels[*row] == class).map(fold_of);
            rows.next().is_none_or(|first| rows.any(|fold| fold != first))
        };
        (0..4).all(in_both)
    })
}

#[test]
fn every_class_is_learnt_from_in_tiny_sets_with_contradictions() {
    let mut random = Random::new(350);
    let (mut divided, mut tied) = (0, 0);
    for seed in 0..1_500 {
        let rows = 4 + random.below(8);
        let texts: Vec<String> =
            (0..rows).map(|_| format!("kata{} w{}", random.below(3), random.below(3))).collect();
        let labels: Vec<u32> = (0..rows).map(|_| random.below(4) as u32).collect();
        if labels.iter().all(|label| *label == labels[0]) {
            continue;
        }
        let has_all = |train: &[usize], wanted: &[u32]| {
            wanted.iter().all(|class| train.iter().any(|row| labels[*row] == *class))
        };
        for share in [0.1, 0.3] {
            let options = SplitOptions { validation: share, test: share, seed };
            let parts = split(&texts, &labels, 4, &options).unwrap();
            assert!(has_all(&parts.train, &labels), "{texts:?} {labels:?} {options:?}");
        }
        let grouped = Grouped::new(&texts, &labels, 4).unwrap();
        if grouped.texts_per_class(4).contains(&1) {
            continue;
        }
        match folds(&texts, &labels, 4, 2, seed) {
            Ok(parts) => {
                divided += 1;
                for (train, _) in parts {
                    assert!(has_all(&train, &labels), "{texts:?} {labels:?} {seed}");
                }
            }
            Err(error) => {
                tied += 1;
                assert!(error.to_string().contains("tie the classes together"), "{error}");
                assert!(!can_be_spread(&texts, &labels), "{texts:?} {labels:?} {seed}");
            }
        }
    }
    assert!(divided > 100 && tied < divided, "{divided} {tied}");
    // Three texts, each with two of three labels: one fold always has both texts of one label.
    let texts = ["x", "x", "y", "y", "z", "z"];
    let error = folds(&texts, &[0, 1, 1, 2, 2, 0], 3, 2, 0).unwrap_err().to_string();
    assert!(error.starts_with("folds: texts with several labels tie the classes"), "{error}");
}

#[test]
fn what_cannot_be_divided_is_refused() {
    let problem = |texts: &[&str], labels: &[u32], validation, test| {
        let options = SplitOptions { validation, test, seed: 0 };
        split(texts, labels, 2, &options).unwrap_err().to_string()
    };
    assert_eq!(problem(&[], &[], 0.1, 0.1), "texts: there are none to divide");
    assert_eq!(problem(&["a"], &[], 0.1, 0.1), "labels: 0 labels for 1 texts");
    assert_eq!(problem(&["a"], &[2], 0.1, 0.1), "labels: row 0 has class 2, there are 2");
    assert_eq!(problem(&["a", "b"], &[1, 1], 0.1, 0.1), "labels: all 2 rows have class 1");
    let nan = problem(&["a", "b"], &[0, 1], f64::NAN, 0.1);
    assert_eq!(nan, "validation: the share NaN is not from 0 to below 1");
    let negative = problem(&["a", "b"], &[0, 1], 0.1, -0.5);
    assert_eq!(negative, "test: the share -0.5 is not from 0 to below 1");
    let all = problem(&["a", "b"], &[0, 1], 0.5, 0.5);
    assert_eq!(all, "split: validation and test take 1 of the rows, train needs some");

    let labels = [0, 0, 0, 1, 1];
    let few = folds(&["a", "b", "c", "d", "D "], &labels, 2, 2, 0).unwrap_err();
    assert_eq!(few.to_string(), "folds: class 1 has 1 different texts, fewer than 2 folds");
    let one = folds(&["a", "b"], &[0, 1], 2, 1, 0).unwrap_err();
    assert_eq!(one.to_string(), "folds: 1 folds, at least 2 are needed");
}
