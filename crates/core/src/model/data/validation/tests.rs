use super::*;

fn report(table: &str, options: &ValidationOptions) -> ValidationReport {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, table).unwrap();
    validate(&path, options, &mut |_, _| Ok(())).unwrap()
}

fn failed(report: &ValidationReport) -> Vec<&str> {
    report.checks.iter().filter(|check| !check.passed).map(|check| check.name).collect()
}

fn good() -> String {
    let rows = (0..40).map(|row| {
        let label = ["positive", "negative", "neutral"][row % 3];
        format!("ulasan nomor {row},{label}\n")
    });
    format!("review_text,sentiment_label\n{}", rows.collect::<String>())
}

#[test]
fn good_data_passes() {
    let report = report(&good(), &ValidationOptions::default());
    assert!(report.passed, "{report}");
    assert_eq!((report.rows, report.checks.len()), (40, 9));
    assert_eq!(report.labels["positive"], 14);
    assert!((report.balance.unwrap() - 14.0 / 13.0).abs() < 1e-12);
}

#[test]
fn each_failure_is_found_where_it_is() {
    let options = ValidationOptions { max_share: 0.0, ..ValidationOptions::default() };
    for (row, check, line) in [
        ("satu,dua,tiga\n", "rows", 42),
        (",positive\n", "nulls", 42),
        ("bagus sekali, \n", "nulls", 42),
        ("bagus sekali,good\n", "labels", 42),
        ("ok,positive\n", "text_length", 42),
        ("\"baris\n<br>\",positive\n", "text_quality", 42),
        ("ulasan nomor 3,positive\n", "duplicates", 42),
        ("ulasan nomor 3,negative\n", "conflicting_labels", 42),
    ] {
        let report = report(&(good() + row), &options);
        let found = failed(&report);
        // A label that is in no set is also rare.
        let expected = if check == "labels" { vec!["labels", "balance"] } else { vec![check] };
        assert_eq!(found, expected, "{row}");
        assert_eq!(report.check(check).unwrap().first[0].line, Some(line), "{report}");
    }
    let lonely = report("review_text,sentiment_label\nbagus,positive\n", &options);
    assert_eq!(failed(&lonely), ["balance"]);
    let many = format!("{}{}", good(), "baru sekali,positive\n".repeat(500));
    let unbalanced = report(&many, &options);
    assert_eq!(failed(&unbalanced), ["balance", "duplicates"]);
    let duplicates = unbalanced.check("duplicates").unwrap();
    assert_eq!((duplicates.failures, duplicates.first.len()), (499, 10));
}

#[test]
fn a_column_that_is_missing_is_told_and_the_rest_is_looked_at() {
    let options =
        ValidationOptions { required: vec!["rating".to_owned()], ..ValidationOptions::default() };
    let report = report("review_text,sentimen_label\nbagus,positive\n", &options);
    let columns = report.check("required_columns").unwrap();
    assert_eq!((columns.looked, columns.failures), (3, 2));
    assert!(columns.first[0].reason.contains("did you mean \"sentimen_label\"?"), "{report}");
    assert!(report.check("text_length").unwrap().passed);
    assert!(!report.check("labels").unwrap().passed);
}

#[test]
fn nothing_is_no_good_data() {
    let report = report("review_text,sentiment_label\n", &ValidationOptions::default());
    assert!(!report.passed);
    assert!(report.to_string().contains("there are 0 rows"), "{report}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["passed"], false);
}

#[test]
fn rows_in_memory_are_judged_the_same() {
    let texts = LabelledTexts::from_csv(&good(), "review_text", "sentiment_label").unwrap();
    let options = ValidationOptions::default();
    let memory = texts.validate(&options).unwrap();
    let file = report(&good(), &options);
    assert_eq!(memory.to_json(), file.to_json());
    let strict = ValidationOptions { min_words: 4, ..options.clone() };
    assert_eq!(failed(&texts.validate(&strict).unwrap()), ["text_length"]);
    let wrong = ValidationOptions { max_share: 2.0, ..options };
    assert_eq!(texts.validate(&wrong).unwrap_err().to_string(), "max_share: 2 is not 0 to 1");
}

#[test]
fn whoever_watches_can_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, good()).unwrap();
    let options = ValidationOptions::default();
    let ended = validate(&path, &options, &mut |_, _| Err(Error::invalid("call", "was ended")));
    assert_eq!(ended.unwrap_err().to_string(), format!("{}: call: was ended", path.display()));
}
