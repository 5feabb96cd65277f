use super::{TableDrift, TableOptions, Verdict, compare_tables};
use crate::{Result, profile::Batch, random::Random};

fn compared(
    was: &[(&str, Vec<Option<&str>>)],
    now: &[(&str, Vec<Option<&str>>)],
    options: &TableOptions,
) -> Result<TableDrift> {
    let tables = [was, now].map(|columns| {
        let mut table = Batch::new(columns[0].1.len());
        for (name, cells) in columns {
            table.strings(name, cells.clone()).unwrap();
        }
        table
    });
    compare_tables(&tables[0], &tables[1], options)
}

fn cells<'a>(pattern: &[&'a str], rows: usize) -> Vec<Option<&'a str>> {
    let of = |row| Some(pattern[row % pattern.len()]).filter(|cell: &&str| !cell.is_empty());
    (0..rows).map(of).collect()
}

fn verdicts(found: &TableDrift) -> Vec<(&str, Verdict)> {
    found.columns.iter().map(|own| (own.column.as_str(), own.verdict)).collect()
}

#[test]
fn each_column_is_tested_as_what_it_is() {
    let texts = ["bagus sekali aplikasi ini ya", "lemot dan jelek sekali aplikasi"];
    let table = |stars: &[&'static str], texts: &[&'static str], rows| {
        vec![
            ("stars", cells(stars, rows)),
            ("country", cells(&["ID", "MY"], rows)),
            ("review", cells(texts, rows)),
            ("date", cells(&["2026-06-01", "2026-06-02"], rows)),
        ]
    };
    let was = table(&["1", "2", "3", "4", "5"], &texts, 200);
    let found = compared(&was, &was, &TableOptions::default()).unwrap();
    assert!(!found.drift_detected);
    let told: Vec<(&str, &str, f64, f64)> = found
        .columns
        .iter()
        .map(|own| (own.column.as_str(), own.test, own.p_value, own.effect))
        .collect();
    assert_eq!(
        told[..4],
        [
            ("stars", "ks", 1.0, 0.0),
            ("country", "chi2", 1.0, 0.0),
            ("review (characters)", "ks", 1.0, 0.0),
            ("review (word count)", "ks", 1.0, 0.0),
        ]
    );
    assert_eq!((told[4].0, told[4].1, told[4].3), ("review (words)", "mmd", 0.0));
    assert_eq!(found.not_compared["date"], "it holds times");

    let later = ["vaksin covid kapan tersedia ya", "vaksin covid dan antri sekali lama"];
    let now = table(&["4", "5"], &later, 100);
    let found = compared(&was, &now, &TableOptions::default()).unwrap();
    let drifted: Vec<&str> = found
        .columns
        .iter()
        .filter(|own| own.verdict == Verdict::Drift)
        .map(|own| own.column.as_str())
        .collect();
    assert_eq!(drifted[..1], ["stars"]);
    assert!(drifted.contains(&"review (words)") && !drifted.contains(&"country"));
    let by_name = |name: &str| found.columns.iter().find(|own| own.column == name).unwrap();
    assert_eq!(by_name("stars").sentence, "median 3 → 4.5, middle half 2 to 4 → 4 to 5");
    // Three of five values would have to move.
    assert!((by_name("stars").effect - 0.6).abs() < 1e-12);
    assert!(by_name("review (words)").sentence.starts_with("more often: covid, vaksin, "));
    let text = found.to_string();
    assert!(text.contains("drifted: 100 rows, and before 200"), "{text}");
    assert!(text.contains("not compared: date: it holds times"), "{text}");
}

/// 40 of 100 rows "a" and then 60: Pearson's statistic of the table [[40, 60], [60, 40]] with Yates'
/// correction is 200 (|40·40 − 60·60| − 100)² / 100⁴ = 7.22.
#[test]
fn categories_and_what_is_missing_are_counted() {
    let was = cells(&["a", "a", "b", "b", "b"], 100);
    let now = cells(&["a", "a", "a", "b", "b"], 100);
    let options = TableOptions { min_effect: 0.0, ..TableOptions::default() };
    let found = compared(&[("x", was)], &[("x", now)], &options).unwrap();
    let [only] = &found.columns[..] else { panic!("{found}") };
    assert!((only.statistic - 7.22).abs() < 1e-9 && (only.effect - 0.2).abs() < 1e-12);
    assert_eq!(only.sentence, "\"a\" 40 % → 60 %");
    assert_eq!(only.verdict, Verdict::Drift);

    let (was, now) = (cells(&["a", "b"], 100), cells(&["a", "b", "", ""], 100));
    let found = compared(&[("x", was)], &[("x", now)], &options).unwrap();
    assert_eq!(
        verdicts(&found),
        [("x", Verdict::NoDrift), ("x (missing)", Verdict::Drift)],
        "{found}"
    );
    assert_eq!(found.columns[1].sentence, "missing 0 % → 50 %");
    // Where nothing is missing that is no column to test.
    let same = cells(&["a", "b"], 100);
    let found = compared(&[("x", same.clone())], &[("x", same)], &options).unwrap();
    assert_eq!(found.columns.len(), 1);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let was = [
        ("n", cells(&["1", "2", "1"], 3)),
        ("kind", cells(&["a", "b", "a"], 3)),
        ("gone", cells(&["x"], 3)),
        ("none", cells(&["x"], 3)),
        ("id", cells(&["1", "2", "3"], 3)),
    ];
    let now = [
        ("n", cells(&["2", "1", "1"], 3)),
        ("kind", cells(&["1", "2", "3"], 3)),
        ("new", cells(&["x"], 3)),
        ("none", cells(&[""], 3)),
        ("id", cells(&["7", "8", "9"], 3)),
    ];
    let found = compared(&was, &now, &TableOptions::default()).unwrap();
    let told: Vec<(&str, &str)> =
        found.not_compared.iter().map(|(name, reason)| (name.as_str(), reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("gone", "only the reference has it"),
            ("id", "it numbers its rows"),
            ("new", "only the current table has it"),
            ("none", "all its cells are missing now"),
        ]
    );
    let tested: Vec<&str> = verdicts(&found).iter().map(|own| own.0).collect();
    assert_eq!(tested, ["n", "kind (numbers)", "none (missing)"]);
    let named = |names: &[&str]| {
        let columns = Some(names.iter().map(|name| (*name).to_owned()).collect());
        compared(&was, &now, &TableOptions { columns, ..TableOptions::default() })
    };
    assert_eq!(verdicts(&named(&["id"]).unwrap()), [("id", Verdict::NoDrift)]);
    for (names, problem) in [
        (&["gone"][..], "columns: the current table has no \"gone\""),
        (&["new"], "columns: the reference has no \"new\""),
        (&["n", "n"], "columns: \"n\" is named twice"),
        (&[], "columns: no column to compare: there is none"),
    ] {
        let message = named(names).unwrap_err().to_string();
        assert!(message.contains(problem), "{message}");
    }
    for (alpha, min_effect, problem) in [
        (0.0, 0.0, "alpha: 0 is not"),
        (f64::NAN, 0.0, "alpha: NaN"),
        (0.05, 1.5, "min_effect: 1.5"),
    ] {
        let options = TableOptions { alpha, min_effect, ..TableOptions::default() };
        let message = compared(&was, &now, &options).unwrap_err().to_string();
        assert!(message.contains(problem), "{message}");
    }
}

#[test]
fn odd_texts_are_no_trouble() {
    let options = TableOptions::default();
    let column = |pattern: &[&'static str], rows| [("review", cells(pattern, rows))];
    let two = column(&["ini satu teks yang pendek", "dan ini yang lain lagi"], 80);
    let dots = column(&[". . . . ! !", "? ? ? ? ?"], 80);
    // One text is too few, none has words, and all are the same.
    let found = compared(&column(&["ini satu teks yang pendek"], 1), &two, &options).unwrap();
    assert!(found.columns.iter().all(|own| own.column != "review (words)"));
    let found = compared(&dots, &dots, &options).unwrap();
    assert!(found.columns.iter().all(|own| own.column != "review (words)"));
    let found = compared(&two, &dots, &options).unwrap();
    let words = found.columns.last().unwrap();
    assert_eq!((words.verdict, words.effect), (Verdict::Drift, 1.0));
    assert!(words.sentence.starts_with("less often: "), "{}", words.sentence);
    let same = column(&["ini satu teks yang sama"], 50);
    let found = compared(&same, &same, &options).unwrap();
    let words = found.columns.last().unwrap();
    assert_eq!((words.p_value, words.sentence.as_str()), (1.0, "the same words as often"));
    // A level that no number of permutations reaches is said to be one.
    let strict = TableOptions { alpha: 1e-12, ..TableOptions::default() };
    let found = compared(&two, &dots, &strict).unwrap();
    assert_eq!(found.notes, ["p-values of shuffled rows cannot be below 0.0001"]);
    assert_eq!(found.columns.last().unwrap().verdict, Verdict::NoDrift);
    // More texts than are looked at, of which every second one is of another kind.
    let many = column(&["ini satu teks yang pendek", "dan ini yang lain lagi"], 10_000);
    let found = compared(&many, &two, &options).unwrap();
    assert_eq!(found.notes, ["review (words): of 5000 texts of each table at most"]);
    assert_eq!(found.columns.last().unwrap().verdict, Verdict::NoDrift);
}

/// What is gone, or became something else, is drift.
#[test]
fn the_worst_changes_are_drift() {
    let options = TableOptions::default();
    let numbers: Vec<String> = (0..200).map(|row| (row * 7 % 50).to_string()).collect();
    let numbers: Vec<Option<&str>> = numbers.iter().map(|cell| Some(cell.as_str())).collect();
    let mostly = |rest: &'static str, from: usize| -> Vec<Option<&str>> {
        let cell = |row| if row < from { Some("1") } else { Some(rest) };
        (0..200).map(|row| cell(row).filter(|own| !own.is_empty())).collect()
    };
    // All of it, and all but one row.
    for (from, rest, names) in [
        (0, "", &["x (missing)"][..]),
        (1, "", &["x", "x (missing)"]),
        (0, "oops", &["x (numbers)"]),
        (1, "oops", &["x", "x (numbers)"]),
    ] {
        let found = compared(&[("x", numbers.clone())], &[("x", mostly(rest, from))], &options);
        let found = found.unwrap();
        assert!(found.drift_detected, "{found}");
        assert_eq!(verdicts(&found).iter().map(|own| own.0).collect::<Vec<_>>(), names);
        assert_eq!(found.columns.last().unwrap().verdict, Verdict::Drift);
    }
    // One cell of 200 is little, and the numbers are compared.
    let found = compared(&[("x", numbers.clone())], &[("x", mostly("oops", 199))], &options);
    assert_eq!(verdicts(&found.unwrap())[1], ("x (numbers)", Verdict::NoDrift));
    let named = TableOptions { columns: Some(vec!["x".to_owned()]), ..TableOptions::default() };
    assert!(compared(&[("x", numbers.clone())], &[("x", mostly("", 0))], &named).is_ok());
    // Times that become words are told, and count.
    let (was, now) = (cells(&["2026-06-01", "2026-06-02"], 50), cells(&["soon", "late"], 50));
    let found = compared(&[("x", was.clone())], &[("x", now)], &options).unwrap();
    assert!(found.drift_detected && found.columns.is_empty());
    assert_eq!(found.not_compared["x"], "it held times, and holds words");
    // Times of which half are missing.
    let found = compared(&[("x", was)], &[("x", cells(&["2026-06-01", ""], 50))], &options);
    assert_eq!(verdicts(&found.unwrap()), [("x (missing)", Verdict::Drift)]);
}

#[test]
fn values_are_told_as_they_are_written() {
    let long = "a".repeat(60);
    for (value, told) in [
        ("ไทยที่", "\"ไทยที่\" 0 % → 100 %"),
        ("a\nb", "\"a\\nb\" 0 % → 100 %"),
        (long.as_str(), &format!("\"{}…\" 0 % → 100 %", "a".repeat(40))),
    ] {
        let (was, now) = (cells(&["z", "y"], 50), cells(&[value], 50));
        let found = compared(&[("x", was)], &[("x", now)], &TableOptions::default()).unwrap();
        assert_eq!(found.columns[0].sentence, told);
    }
    // Ids may fall, and one new row says nothing of them.
    let numbers = |from: u32, to: u32| -> Vec<String> {
        (from..to).rev().map(|number| number.to_string()).collect()
    };
    let (was, now) = (numbers(1, 500), numbers(501, 502));
    let tables = [&was, &now].map(|own| {
        let ids: Vec<f64> = own.iter().map(|cell| cell.parse().unwrap()).collect();
        let zeros = vec![0.0; ids.len()];
        (ids, zeros)
    });
    let [before, after] = &tables;
    let batch = |own: &(Vec<f64>, Vec<f64>)| -> Result<TableDrift> {
        let mut was = Batch::new(before.0.len());
        was.numbers("id", &before.0)?;
        was.numbers("zero", &before.1)?;
        let mut now = Batch::new(own.0.len());
        now.numbers("id", &own.0)?;
        now.numbers("zero", &own.1)?;
        compare_tables(&was, &now, &TableOptions::default())
    };
    let found = batch(after).unwrap();
    assert_eq!(found.not_compared["id"], "it numbers its rows");
    assert_eq!(verdicts(&found), [("zero", Verdict::NoDrift)]);
}

/// Where values are rare, and one table is small, chi-square would find drift in a third of all looks at
/// which there is none. Of 200 looks, 20 or more alarms come by chance once in 300 times.
#[test]
fn rare_values_are_no_drift() {
    let mut random = Random::new(3);
    let weights: Vec<f64> = (1..=300).map(|rank| 1.0 / f64::from(rank)).collect();
    let total: f64 = weights.iter().sum();
    let names: Vec<String> = (1..=300).map(|rank| format!("city {rank}")).collect();
    for (before, after) in [(2_000, 5), (2_000, 50), (500, 400)] {
        let mut alarms = 0;
        for _ in 0..200 {
            let mut draw = |rows: usize| -> Vec<Option<&str>> {
                let one = |random: &mut Random| {
                    let mut left = random.unit() * total;
                    let place = weights.iter().position(|weight| {
                        left -= weight;
                        left < 0.0
                    });
                    Some(names[place.unwrap_or(299)].as_str())
                };
                (0..rows).map(|_| one(&mut random)).collect()
            };
            let (was, now) = (draw(before), draw(after));
            let options = TableOptions { min_effect: 0.0, ..TableOptions::default() };
            let found = compared(&[("city", was)], &[("city", now)], &options).unwrap();
            alarms += usize::from(found.drift_detected);
        }
        assert!(alarms < 20, "{alarms} of 200 with {before} and {after} rows");
    }
    // A value that is really new is found.
    let (was, now) = (cells(&["ID", "MY"], 200), cells(&["ID", "MY", "SG", "ID", "MY"], 100));
    let found = compared(&[("x", was)], &[("x", now)], &TableOptions::default()).unwrap();
    assert_eq!(found.columns[0].sentence, "\"SG\" 0 % → 20 %");
    assert_eq!(found.columns[0].verdict, Verdict::Drift);
    // SciPy's fisher_exact([[3, 197], [3, 7]]).
    let column = |missing: usize, rows: usize| -> Vec<Option<&str>> {
        (0..rows).map(|row| (row >= missing).then_some("a")).collect()
    };
    let found =
        compared(&[("x", column(3, 200))], &[("x", column(3, 10))], &TableOptions::default());
    let found = found.unwrap();
    assert_eq!(
        (found.columns[1].test, found.columns[1].column.as_str()),
        ("fisher", "x (missing)")
    );
    assert!((found.columns[1].p_value - 0.001_460_130_288_530_500_5).abs() < 1e-9);
}

/// Of 200 looks where nothing drifts, 20 or more alarms come by chance once in 300 times.
#[test]
fn false_alarms_are_as_rare_as_they_should_be() {
    let mut random = Random::new(5);
    let words = ["bagus", "jelek", "aplikasi", "ini", "sekali", "dan", "saya", "pakai"];
    let mut alarms = 0;
    for _ in 0..200 {
        let mut table = |rows: usize| -> (Vec<f64>, Vec<String>, Vec<String>) {
            let pick =
                |random: &mut Random, from: &[&str]| from[random.below(from.len())].to_owned();
            (
                (0..rows).map(|_| random.normal()).collect(),
                (0..rows).map(|_| pick(&mut random, &["ID", "MY", "SG"])).collect(),
                (0..rows)
                    .map(|_| {
                        let many = 5 + random.below(10);
                        (0..many).map(|_| pick(&mut random, &words)).collect::<Vec<_>>().join(" ")
                    })
                    .collect(),
            )
        };
        let (was, now) = (table(60), table(50));
        let mut before = Batch::new(60);
        let mut after = Batch::new(50);
        for (batch, own) in [(&mut before, &was), (&mut after, &now)] {
            batch.numbers("number", &own.0).unwrap();
            batch
                .strings("country", own.1.iter().map(|cell| Some(cell.as_str())).collect())
                .unwrap();
            batch
                .strings("review", own.2.iter().map(|cell| Some(cell.as_str())).collect())
                .unwrap();
        }
        let options = TableOptions { min_effect: 0.0, ..TableOptions::default() };
        alarms += usize::from(compare_tables(&before, &after, &options).unwrap().drift_detected);
    }
    assert!(alarms < 20, "{alarms}");
}
