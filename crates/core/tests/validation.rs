//! Real texts, judged.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::path::{Path, PathBuf};

use pantau::model::{ValidationOptions, validate};

/// Texts of other people, which lie beside the repository and not in it.
fn developer_data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.canonicalize().unwrap().parent()?.join("shared/data");
    folder.is_dir().then_some(folder)
}

#[test]
fn real_reviews_are_judged_in_one_pass() {
    let Some(folder) = developer_data() else {
        println!("skipped: developer data not present: ../shared/data");
        return;
    };
    let options = ValidationOptions {
        text: "text".to_owned(),
        label: Some("label".to_owned()),
        ..ValidationOptions::default()
    };
    let mut last = (0, 0);
    let report = validate(folder.join("smsa/train.tsv"), &options, &mut |done, total| {
        assert!(done >= last.0 && done <= total);
        last = (done, total);
        Ok(())
    })
    .unwrap();
    assert!(last.0 == last.1 && last.1 > 1_000_000, "{last:?}");
    assert!(report.rows > 10_000, "{report}");
    // Its rows were cleaned and freed of repetitions before.
    assert!(report.passed, "{report}");
    assert_eq!(report.labels.keys().collect::<Vec<_>>(), ["negative", "neutral", "positive"]);
    assert_eq!(report.labels.values().sum::<u64>(), report.rows);
    assert!(report.balance.is_some_and(|balance| balance > 1.0 && balance < 10.0));
}
