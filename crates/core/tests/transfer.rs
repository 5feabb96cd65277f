//! From files into a store and back.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use pantau::{
    Error, ErrorKind, Timestamp,
    model::LabelledTexts,
    store::{
        Consent, Existing, ExportOptions, ImportOptions, ImportReport, Memory, ReviewFilter,
        ReviewRecord, Select, Store, Table,
    },
    text::Anonymizer,
};
use proptest::prelude::*;

fn options() -> ImportOptions {
    ImportOptions::new(Consent::given(), Anonymizer::new())
}

fn import(store: &dyn Store, path: &Path, options: &ImportOptions) -> ImportReport {
    store.import_reviews(path, options, &mut |_, _| Ok(())).unwrap()
}

/// Imports a table from a file of this name.
fn imported(name: &str, table: &[u8], options: &ImportOptions) -> (Memory, ImportReport, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, table).unwrap();
    let store = Memory::new();
    let report = import(&store, &path, options);
    let aside = report.rejected_file.as_ref().map(|path| fs::read_to_string(path).unwrap());
    let others = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(others, 1 + usize::from(aside.is_some()), "something is left over");
    (store, report, aside.unwrap_or_default())
}

fn texts(store: &dyn Store) -> Vec<String> {
    let reviews = store.reviews(&ReviewFilter::default()).unwrap();
    let mut texts: Vec<String> =
        reviews.iter().filter_map(|review| review.shared.text().map(str::to_owned)).collect();
    texts.sort();
    texts
}

const TABLE: &str = "review_text,sentiment_label,rating,date\n\
    \"Bagus,\nsekali\",positive,5,2026-11-01\n\
    Lemot,negative,1,2026-11-02T10:00:00Z\n\
    Biasa,neutral,9,2026-11-03\n\
    Rusak,negative\n\
    Aneh,good,3,yesterday\n\
    \"Tanda\" kutip,positive,4,\n\
    ,positive,4,\n\
    Tanpa label,,4,\n\
    Hubungi budi@contoh.example,neutral,3,\n";

#[test]
fn bad_rows_are_told_by_line_and_kept_aside() {
    let (store, report, aside) = imported("data.csv", TABLE.as_bytes(), &options());
    assert_eq!((report.rows, report.written, report.rejected), (9, 3, 6));
    assert_eq!(texts(&store), ["Bagus,\nsekali", "Hubungi [EMAIL]", "Lemot"]);
    let told: Vec<(u64, &str)> =
        report.first.iter().map(|row| (row.line, row.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (5, "its rating is \"9\", not 1 to 5"),
            (6, "2 cells instead of 4"),
            (7, "its date is \"yesterday\", no time such as 2026-11-25T10:53:43Z or 2026-11-25"),
            (8, "a quotation mark is closed, and text follows before the cell ends"),
            (9, "its text is missing"),
            (10, "its label is empty"),
        ]
    );
    let lines: Vec<&str> = aside.lines().collect();
    assert_eq!(
        lines[0],
        "review_text,sentiment_label,rating,date,rejected_line,rejected_reason,rejected_row"
    );
    assert_eq!(lines.len(), 7);
    assert!(lines[1].starts_with("Biasa,neutral,9,2026-11-03,5,"), "{aside}");
    assert!(lines[2].ends_with(",\"Rusak,negative\""), "{aside}");
    // What is put right there can be imported.
    let mended = aside.replace(",9,", ",2,");
    let (_, again, _) = imported("mended.csv", mended.as_bytes(), &options());
    assert_eq!((again.rows, again.written), (6, 1));
}

#[test]
fn labels_outside_the_set_are_rejected() {
    let allowed = ["positive", "negative", "neutral"].map(str::to_owned).to_vec();
    let table = "text,label\nAneh,good\nBagus,positive\n";
    let with = ImportOptions { labels: Some(allowed), ..options() };
    let (_, report, _) = imported("data.csv", table.as_bytes(), &with);
    assert_eq!((report.written, report.rejected), (1, 1));
    assert_eq!(
        report.first[0].reason,
        "its label is \"good\", not one of positive, negative, neutral"
    );
}

#[test]
fn importing_twice_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    fs::write(&path, TABLE).unwrap();
    let store = Memory::new();
    let small = ImportOptions { rows_per_write: 1, ..options() };
    assert_eq!(import(&store, &path, &small).written, 3);
    let again = import(&store, &path, &options());
    assert_eq!((again.written, again.duplicates, again.rejected), (0, 3, 6));
}

#[test]
fn json_is_imported_line_by_line() {
    let lines = "{\"content\": \"Bagus\", \"sentiment\": \"positive\", \"score\": 5, \"id\": 17}\n\
        {\"content\": 3, \"sentiment\": true}\nnonsense\n\n\
        {\"sentiment\": \"x\"}\n{\"content\": [\"a\"], \"sentiment\": \"x\"}\n";
    let (store, report, aside) = imported("data.jsonl", lines.as_bytes(), &options());
    assert_eq!((report.rows, report.written, report.rejected), (5, 2, 3));
    let review = (&store as &dyn Store).review("17").unwrap().unwrap();
    assert_eq!((review.label.as_deref(), review.rating), (Some("positive"), Some(5)));
    let told: Vec<u64> = report.first.iter().map(|row| row.line).collect();
    assert_eq!(told, [3, 5, 6]);
    let kept: Vec<serde_json::Value> =
        aside.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(kept[0]["rejected_row"], "nonsense");
    assert_eq!((&kept[1]["sentiment"], &kept[1]["rejected_line"]), (&"x".into(), &5.into()));
    let array = "[{\"text\": \"a b\", \"label\": \"x\"}, 5]";
    let (_, report, _) = imported("data.json", array.as_bytes(), &options());
    assert_eq!((report.written, report.first[0].line), (1, 1));
}

#[test]
fn nothing_is_written_of_what_is_no_table_of_texts() {
    let latin = b"text,label\nbagus,x\nkaf\xe9,y\n";
    let utf16: Vec<u8> = "\u{feff}text,label\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, table, expected) in [
        ("latin.csv", &latin[..], "line 3: is not UTF-8 but perhaps ISO-8859-1"),
        ("latin.jsonl", &latin[..], "line 3: is not UTF-8 but perhaps ISO-8859-1"),
        ("utf16.csv", &utf16[..], "line 1: is not UTF-8 but UTF-16LE"),
        ("columns.csv", b"ulasan,label\na,b\n", "no column \"review_text\" among \"ulasan\""),
        ("empty.csv", b"", "no column \"review_text\", there are none"),
        ("open.csv", b"text,\"label\na,b\n", "line 1: a quotation mark is never closed"),
        ("broken.json", b"[{\"text\": \"a\", \"label\"", "expected an array of objects"),
        #[cfg(feature = "parquet")]
        ("broken.parquet", b"PAR1 nothing PAR1", "cannot be read as Parquet"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, table).unwrap();
        let store = Memory::new();
        let error = (&store as &dyn Store)
            .import_reviews(&path, &options(), &mut |_, _| Ok(()))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
        let message = error.to_string();
        assert!(message.contains(expected) && message.contains(name), "{message}");
        assert_eq!(store.count(Table::Reviews, &[]).unwrap(), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    let missing = (&Memory::new() as &dyn Store).import_reviews(
        "no/such.csv",
        &options(),
        &mut |_, _| Ok(()),
    );
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    // A mark of byte order in front of UTF-8 is none of its business.
    let marked = "\u{feff}text,label\nbagus,x\n";
    assert_eq!(imported("marked.csv", marked.as_bytes(), &options()).1.written, 1);
}

#[test]
fn whoever_watches_can_end_it_and_nothing_is_left_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    fs::write(&path, TABLE).unwrap();
    let store = Memory::new();
    let mut end = |_, _| -> pantau::Result<()> {
        Err(Error::InvalidInput { what: "call".into(), problem: "was ended".into() })
    };
    assert!((&store as &dyn Store).import_reviews(&path, &options(), &mut end).is_err());
    import(&store, &path, &options());
    let out = folder.path().join("out.csv");
    let all = Select::all(Table::Reviews);
    let store: &dyn Store = &store;
    assert!(store.export(&all, &out, &ExportOptions::default(), &mut end).is_err());
    let nowhere = folder.path().join("no/such/folder.csv");
    let failed = store.export(&all, &nowhere, &ExportOptions::default(), &mut |_, _| Ok(()));
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Storage);
    let unknown = store.export(&all, "out", &ExportOptions::default(), &mut |_, _| Ok(()));
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::InvalidInput);
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["data.csv", "data.rejected.csv"]);
}

#[test]
fn spreadsheets_get_no_formulas() {
    let store = Memory::new();
    let share = Consent::given().share().with_text(&Anonymizer::new(), "=cmd|' /C calc'!A0");
    let store: &dyn Store = &store;
    store.write_reviews(&[ReviewRecord::new(share, Some("negative"))], Existing::Keep).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    for (for_spreadsheets, expected) in [(false, ",=cmd|"), (true, ",'=cmd|")] {
        let with = ExportOptions { for_spreadsheets, ..ExportOptions::default() };
        let all = Select::all(Table::Reviews);
        let exported = store.export(&all, &path, &with, &mut |_, _| Ok(())).unwrap();
        let csv = fs::read_to_string(&path).unwrap();
        assert!(csv.contains(expected), "{csv}");
        assert_eq!((exported.rows, exported.bytes), (1, csv.len() as u64));
    }
}

fn endings() -> Vec<&'static str> {
    let mut endings = vec!["csv", "jsonl"];
    if cfg!(feature = "parquet") {
        endings.push("parquet");
    }
    endings
}

/// Letters that files have trouble with.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\""),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just(","),
        Just(";"),
        Just("\t"),
        Just("😍"),
        Just("é"),
        Just("\u{feff}"),
        Just("\0"),
        Just("'"),
        Just("="),
        Just("\\"),
        Just(" "),
        Just("bagus"),
        Just("null"),
        Just("\u{2028}"),
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| format!("x{}", pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_exported_is_what_is_imported(
        rows in prop::collection::vec(
            (any_text(), 0..3_usize, prop::option::of(1..=5_u8), any::<bool>(), 0..1_000_000_000_i64),
            0..12,
        )
    ) {
        let store = Memory::new();
        let store: &dyn Store = &store;
        let reviews: Vec<ReviewRecord> = rows
            .iter()
            .map(|(text, label, rating, has_more, seconds)| {
                let label = ["positive", "negative, \"neutral\"", "123"][*label];
                let share = Consent::given().with_subject("=u1");
                let share = if *has_more { share } else { Consent::given() };
                let share = share.share().with_text(&Anonymizer::new(), text);
                let mut review = ReviewRecord::new(share, Some(label));
                review.rating = *rating;
                review.date =
                    has_more.then(|| Timestamp::from_micros(seconds * 1_000_003));
                review.app_name = has_more.then(|| text.replace('\0', "").trim().to_owned());
                review.app_name = review.app_name.filter(|name| !name.is_empty());
                review
            })
            .collect();
        store.write_reviews(&reviews, Existing::Refuse).unwrap();
        let by_id = |store: &dyn Store| -> BTreeMap<String, ReviewRecord> {
            let reviews = store.reviews(&ReviewFilter::default()).unwrap();
            reviews.into_iter().map(|review| (review.id.clone(), review)).collect()
        };
        let folder = tempfile::tempdir().unwrap();
        for ending in endings() {
            let path = folder.path().join(format!("data.{ending}"));
            let all = Select::all(Table::Reviews);
            let exported =
                store.export(&all, &path, &ExportOptions::default(), &mut |_, _| Ok(())).unwrap();
            prop_assert_eq!(exported.rows, rows.len() as u64);
            let copy = Memory::new();
            let report = import(&copy, &path, &options());
            prop_assert_eq!(report.rejected, 0, "{} {:?}", ending, report);
            prop_assert_eq!(by_id(&copy), by_id(store), "{}", ending);
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(
        prop_oneof![Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b','), Just(b'\t'), Just(b'a'), any::<u8>()],
        0..200,
    )) {
        let folder = tempfile::tempdir().unwrap();
        for ending in endings() {
            let path = folder.path().join(format!("data.{ending}"));
            let mut table = b"text,label\n".to_vec();
            table.extend(&bytes);
            fs::write(&path, &table).unwrap();
            let store = Memory::new();
            let store: &dyn Store = &store;
            if let Ok(report) = store.import_reviews(&path, &options(), &mut |_, _| Ok(())) {
                let sum = report.written + report.duplicates + report.rejected;
                prop_assert_eq!(report.rows, sum);
            }
            let _ = LabelledTexts::open(&path, "text", "label");
        }
    }
}

#[test]
fn a_mark_of_quotation_that_stays_open_costs_one_line() {
    let mut table = String::from("text,label\n\"terbuka,negative\n");
    for row in 0..1000 {
        writeln!(table, "baris {row},positive").unwrap();
    }
    let (_, report, aside) = imported("data.csv", table.as_bytes(), &options());
    assert_eq!((report.rows, report.written, report.rejected), (1001, 1000, 1));
    assert_eq!(report.first[0].line, 2);
    assert!(aside.contains("\"\"terbuka,negative\""), "{aside}");
}

#[test]
fn rows_longer_than_a_block_are_read() {
    let long = "kata ".repeat(200_000);
    let table = format!("text,label\n\"{long}\n\"\"{long}\",positive\nbagus,negative\n");
    let (store, report, _) = imported("data.csv", table.as_bytes(), &options());
    assert_eq!((report.written, report.rejected), (2, 0));
    assert!(texts(&store).contains(&format!("{long}\n\"{long}")));
}
