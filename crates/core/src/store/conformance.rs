//! What every home must do. Call [`check`] in a test of your own home.

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::assigning_clones,
    clippy::cast_possible_wrap,
    reason = "these are tests: they tell by a panic what a home does wrong"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use super::{
    Bin, Change, Commit, Condition, Consent, Counts, Deleted, Direction, Existing, Feedback,
    Measure, MetricsRecord, Next, PredictionRecord, ProfileRecord, Record, ReviewRecord, Row,
    Select, Store, Table, Value, Window, states::Kept,
};
use crate::{Error, ErrorKind, Timestamp, random::Random, text::Anonymizer};

/// Checks a home. `make` gives a new, empty store at each call.
pub fn check(make: &dyn Fn() -> Arc<dyn Store>) {
    keeps_every_value(&*make());
    inserts_keep_replace_and_refuse(&*make());
    changes_happen_together_or_not_at_all(&*make());
    conditions_hold(&*make());
    rows_come_in_order(&*make());
    counts_are_what_is_there(&*make());
    feedback_finds_its_prediction(&*make());
    the_audit_log_is_a_chain(&*make());
    nothing_of_the_forgotten_is_left(&*make());
    what_is_kept_has_one_next(&*make());
    threads_do_not_lose_rows(&make());
}

fn id(name: &str) -> Vec<Condition> {
    vec![Condition::Is("id", Value::Text(name.to_owned()))]
}

fn rows(store: &dyn Store, select: &Select) -> Vec<Row> {
    let mut rows = Vec::new();
    store
        .select(select, &mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    rows
}

fn first_column(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.0[0].as_text().unwrap()).collect()
}

fn prediction(id: &str, seconds: i64) -> PredictionRecord {
    let mut record = PredictionRecord::new("sentiment", "1", "positive", 0.5);
    record.id = id.to_owned();
    record.timestamp = Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000);
    record
}

fn insert(
    store: &dyn Store,
    records: &[PredictionRecord],
    existing: Existing,
) -> crate::Result<usize> {
    let rows = records.iter().map(|record| record.to_row().unwrap()).collect();
    let change = Change::insert(Table::Predictions, rows, existing);
    Ok(store.apply(&[change], Commit::Durable)?[0])
}

/// Rows come back as they were written, to the last bit.
pub fn keeps_every_value(store: &dyn Store) {
    let metrics = |id: &str, loss: f64, epoch: i64, time: i64| {
        let mut row = MetricsRecord::new("m", "1").to_row().unwrap();
        row.0[0] = Value::Text(id.to_owned());
        row.0[3] = Value::Time(Timestamp::from_micros(time));
        row.0[8] = Value::Real(loss);
        row.0[9] = Value::Integer(epoch);
        row
    };
    let early = -30_000_000_000_000_000;
    let written = vec![
        metrics("a", f64::MAX, i64::MAX, 0),
        metrics("b", f64::MIN_POSITIVE / 4.0, i64::MIN, early),
        metrics("c", -1e-300, -1, 253_402_300_799_999_999),
        metrics("d", 0.1 + 0.2, 0, 1),
    ];
    let change = Change::insert(Table::ModelMetrics, written.clone(), Existing::Refuse);
    assert_eq!(store.apply(&[change], Commit::Durable).unwrap(), [4]);
    let found = rows(store, &Select::all(Table::ModelMetrics));
    for (found, written) in found.iter().zip(&written) {
        assert_eq!(found.0, written.values());
        if let (Value::Real(found), Value::Real(written)) = (&found.0[8], &written.values()[8]) {
            assert_eq!(found.to_bits(), written.to_bits(), "{found} {written}");
        }
    }
    // Texts, JSON letter for letter, bytes, and nothing.
    let mut record = prediction("it's \"1\" 😍 \\ %_;--", 0);
    record.probabilities = Some(vec![("b".into(), 0.75), ("a".into(), 0.25)]);
    record.label = Some("é\u{301}\u{200b}\n\t".to_owned());
    let long = "bagus 😍 ".repeat(100_000);
    let shared = Consent::given().with_subject("s").share().with_embedding(&[0.5, -1.0, 65504.0]);
    let full = record.with_shared(shared.with_text(&Anonymizer::new(), &long));
    let mut empty = prediction("empty", 0);
    (empty.label, empty.confidence, empty.error) = (None, None, Some("Inference".to_owned()));
    assert_eq!(store.write_predictions(&[full.clone(), empty.clone()], Commit::Fast).unwrap(), 2);
    assert_eq!(store.prediction(&full.id).unwrap().as_ref(), Some(&full));
    assert_eq!(store.prediction("empty").unwrap(), Some(empty));
    assert_eq!(store.prediction("none").unwrap(), None);
}

/// A row whose key is there stays, is replaced or refuses; the counts follow.
pub fn inserts_keep_replace_and_refuse(store: &dyn Store) {
    let (one, mut two) = (prediction("one", 0), prediction("two", 0));
    let total = || store.counts(&Window::default()).unwrap();
    assert!(total().is_empty());
    let both = [one.clone(), two.clone(), one.clone()];
    assert_eq!(insert(store, &both, Existing::Keep).unwrap(), 2);
    assert_eq!(insert(store, &both, Existing::Keep).unwrap(), 0);
    assert_eq!(total()[0].predictions, 2);
    two.label = Some("negative".to_owned());
    two.timestamp = prediction("", 100_000).timestamp;
    assert_eq!(insert(store, std::slice::from_ref(&two), Existing::Keep).unwrap(), 0);
    assert_eq!(store.prediction("two").unwrap().unwrap().label.as_deref(), Some("positive"));
    let mut later = two.clone();
    later.confidence = Some(0.25);
    assert_eq!(insert(store, &[two, later.clone()], Existing::Replace).unwrap(), 1);
    assert_eq!(store.prediction("two").unwrap(), Some(later.clone()));
    let found: Vec<_> =
        total().into_iter().map(|counts| (counts.label, counts.predictions)).collect();
    assert_eq!(found, [("negative".to_owned(), 1), ("positive".to_owned(), 1)]);
    let three = prediction("three", 0);
    for refused in [[three.clone(), later.clone()], [three.clone(), three.clone()]] {
        let error = insert(store, &refused, Existing::Refuse).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    }
    assert_eq!(store.prediction("three").unwrap(), None);
    assert_eq!(store.count(Table::Predictions, &[]).unwrap(), 2);
    assert_eq!(insert(store, &[], Existing::Keep).unwrap(), 0);
}

/// If one change cannot be made none is, and the counts of predictions are as before.
pub fn changes_happen_together_or_not_at_all(store: &dyn Store) {
    insert(store, &[prediction("one", 0), prediction("two", 0)], Existing::Refuse).unwrap();
    let before = store.counts(&Window::default()).unwrap();
    let row = |name: &str| vec![prediction(name, 0).to_row().unwrap()];
    let label = vec![("actual_label", Value::Text("positive".to_owned()))];
    let changes = [
        Change::insert(Table::Predictions, row("three"), Existing::Keep),
        Change::update(Table::Predictions, label.clone(), id("one")),
        Change::delete(Table::Predictions, id("two")),
        Change::insert(Table::Predictions, row("one"), Existing::Refuse),
    ];
    let error = store.apply(&changes, Commit::Durable).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.to_string().contains("one"), "{error}");
    assert_eq!(store.counts(&Window::default()).unwrap(), before);
    assert_eq!(store.count(Table::Predictions, &[]).unwrap(), 2);
    assert_eq!(store.prediction("one").unwrap().unwrap().actual_label, None);
    assert_eq!(store.apply(&changes[..3], Commit::Fast).unwrap(), [1, 1, 1]);
    assert_eq!(store.apply(&changes[..3], Commit::Fast).unwrap(), [0, 1, 0]);
    let found = rows(store, &Select::all(Table::Predictions));
    assert_eq!(first_column(&found), ["one", "three"]);
    // A question about what is not there is an error, not a row too many.
    let wrong = [Condition::IsNull("no_such_column")];
    let error = store.count(Table::Predictions, &wrong).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    let change = Change::update(Table::Predictions, vec![("nothing", Value::Null)], Vec::new());
    assert!(store.apply(&[change], Commit::Durable).is_err());
}

/// Conditions mean the same in every home, also about nothing.
pub fn conditions_hold(store: &dyn Store) {
    let mut records = Vec::new();
    for (name, version, novelty, seconds) in
        [("a", "é", None, 1), ("b", "z", Some(0.5), 2), ("c", "Z", Some(-0.5), 3)]
    {
        let mut record = prediction(name, seconds);
        record.version = version.to_owned();
        record.novelty = novelty;
        record.truncated = name == "b";
        records.push(record);
    }
    insert(store, &records, Existing::Keep).unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    let time = Value::Time(records[1].timestamp);
    let many =
        (0..3000).map(|number| Value::Text(format!("x{number}"))).chain([text("c"), text("a")]);
    let check = |conditions: Vec<Condition>, expected: &[&str]| {
        let mut select = Select::all(Table::Predictions);
        select.conditions.clone_from(&conditions);
        assert_eq!(first_column(&rows(store, &select)), expected, "{conditions:?}");
        let count = store.count(Table::Predictions, &conditions).unwrap();
        assert_eq!(count, expected.len() as u64, "{conditions:?}");
    };
    check(vec![], &["a", "b", "c"]);
    check(vec![Condition::Is("version", text("z"))], &["b"]);
    check(vec![Condition::Is("truncated", Value::Truth(true))], &["b"]);
    check(vec![Condition::Is("novelty", Value::Null)], &[]);
    check(vec![Condition::IsOneOf("id", many.collect())], &["a", "c"]);
    check(vec![Condition::IsOneOf("id", Vec::new())], &[]);
    check(vec![Condition::IsOneOf("timestamp", vec![time.clone(), Value::Null])], &["b"]);
    check(vec![Condition::IsOneOf("truncated", vec![Value::Truth(false)])], &["a", "c"]);
    check(vec![Condition::IsOneOf("novelty", vec![Value::Real(-0.5)])], &["c"]);
    check(vec![Condition::IsAtLeast("timestamp", time.clone())], &["b", "c"]);
    check(vec![Condition::IsBelow("timestamp", time)], &["a"]);
    // By bytes: capital letters first, then small ones, then others.
    check(vec![Condition::IsAtLeast("version", text("a"))], &["a", "b"]);
    check(vec![Condition::IsBelow("novelty", Value::Real(0.0))], &["c"]);
    check(vec![Condition::IsNull("novelty")], &["a"]);
    check(vec![Condition::IsNotNull("novelty")], &["b", "c"]);
    check(vec![Condition::IsNullOrBelow("novelty", Value::Real(0.5))], &["a", "c"]);
    let both = vec![Condition::IsNotNull("novelty"), Condition::Is("id", text("b"))];
    check(both, &["b"]);
}

/// Rows come in the order that was asked for, equal ones in that of the key.
pub fn rows_come_in_order(store: &dyn Store) {
    let mut records = Vec::new();
    for (number, name) in ["d", "B", "a", "é", "c"].into_iter().enumerate() {
        let mut record = prediction(name, number as i64 / 2);
        record.novelty = [Some(1.0), None, Some(-1.0), None, Some(1.0)][number];
        records.push(record);
    }
    insert(store, &records, Existing::Keep).unwrap();
    let check = |select: Select, expected: &[&str]| {
        assert_eq!(first_column(&rows(store, &select)), expected, "{select:?}");
    };
    let all = || Select::all(Table::Predictions);
    check(all(), &["B", "a", "c", "d", "é"]);
    check(all().limited(2), &["B", "a"]);
    check(all().limited(0), &[]);
    check(all().ordered("timestamp", Direction::Descending), &["c", "a", "é", "B", "d"]);
    check(all().ordered("novelty", Direction::Ascending), &["B", "é", "a", "c", "d"]);
    check(all().ordered("novelty", Direction::Descending), &["c", "d", "a", "B", "é"]);
    let both =
        all().ordered("novelty", Direction::Descending).ordered("timestamp", Direction::Descending);
    check(both.limited(3), &["c", "d", "a"]);
    // An error of whoever looks ends it.
    let mut seen = 0;
    let error = store.select(&all(), &mut |_| {
        seen += 1;
        Err(Error::Busy { what: "the test".to_owned(), problem: "enough".to_owned() })
    });
    assert_eq!((error.unwrap_err().kind(), seen), (ErrorKind::Busy, 1));
}

/// Counts and histograms are those of the rows, in every window, after every change.
pub fn counts_are_what_is_there(store: &dyn Store) {
    let mut random = Random::new(7);
    let mut records = Vec::new();
    for number in 0..1500 {
        // Six hours, with some on the very edges of hours and ten minutes.
        let mut seconds = random.below(6 * 3600) as i64;
        if number % 5 == 0 {
            seconds -= seconds % 600;
        }
        let mut record = prediction(&format!("p{number:05}"), 1_400 + seconds);
        record.model = ["sentiment", "topic"][random.below(2)].to_owned();
        record.version = ["1", "2", "10"][random.below(3)].to_owned();
        record.label = Some(["positive", "negative", "neutral"][random.below(3)].to_owned());
        record.confidence = (random.below(9) > 0).then(|| random.below(1001) as f64 / 1000.0);
        record.processing_time_ms =
            (random.below(4) > 0).then(|| random.below(1_000_000) as f64 / 977.0);
        if random.below(20) == 0 {
            (record.label, record.confidence) = (None, None);
            record.error = Some("Inference".to_owned());
        }
        records.push(record);
    }
    for part in records.chunks(400) {
        insert(store, part, Existing::Keep).unwrap();
    }
    insert(store, &records[300..900], Existing::Keep).unwrap();
    compare_counts(store, &mut random, 1_699_999_200_000_000);
    // Labels arrive, some twice, some for what is not there.
    let mut feedback = Vec::new();
    for number in 0..400 {
        let record = &records[random.below(records.len())];
        let label = ["positive", "negative", "neutral"][random.below(3)];
        let mut said = Feedback::label(&record.id, label);
        if random.below(8) == 0 {
            said = Feedback::new(&record.id, Some(false), None);
        }
        said.timestamp = Timestamp::from_micros(1_700_100_000_000_000 + number * 7 % 100);
        feedback.push(said);
    }
    assert_eq!(store.write_feedback(&feedback).unwrap(), 400);
    assert_eq!(store.write_feedback(&feedback).unwrap(), 0);
    compare_counts(store, &mut random, 1_699_999_200_000_000);
    let old = Timestamp::from_micros(1_700_000_000_000_000 + 8_000_000_000);
    let change =
        Change::delete(Table::Predictions, vec![Condition::IsBelow("timestamp", Value::Time(old))]);
    assert!(store.apply(&[change], Commit::Durable).unwrap()[0] > 100);
    compare_counts(store, &mut random, 1_699_999_200_000_000);
    store.apply(&[Change::delete(Table::Predictions, Vec::new())], Commit::Durable).unwrap();
    assert!(store.counts(&Window::default()).unwrap().is_empty());
    assert!(store.histogram(&Window::default(), Measure::Latency).unwrap().is_empty());
    // Up to now, and by clocks that are fast a little after it.
    let start = Timestamp::now().micros() - 7 * 3_600_000_000;
    for (number, record) in records.iter_mut().enumerate() {
        let micros = number as i64 * 7 * 3_700_000_000 / 1500;
        record.timestamp = Timestamp::from_micros(start + micros);
    }
    insert(store, &records, Existing::Keep).unwrap();
    compare_counts(store, &mut random, start);
}

/// Compares what a store counts in windows of eight hours from `start` with what its rows say.
fn compare_counts(store: &dyn Store, random: &mut Random, start: i64) {
    let records: Vec<PredictionRecord> = store.records(&Select::all(Table::Predictions)).unwrap();
    let mut windows = vec![Window::default()];
    for number in 0..24 {
        let mut edge = || {
            let seconds = random.below(8 * 3600) as i64;
            let seconds = if number % 3 == 0 { seconds - seconds % 600 } else { seconds };
            // Of hours and ten minutes since 1970, of moments of records, and of none.
            let base = start + seconds * 1_000_000 + i64::from(number % 4 == 1);
            (random.below(4) > 0).then(|| Timestamp::from_micros(base))
        };
        let (since, until) = (edge(), edge());
        let model = (random.below(3) == 0).then(|| "topic".to_owned());
        let version = (random.below(3) == 0).then(|| "10".to_owned());
        windows.push(Window { since, until, model, version });
    }
    let moment = records[records.len() / 2].timestamp;
    windows.push(Window { since: Some(moment), until: Some(moment), ..Window::default() });
    let next = Timestamp::from_micros(moment.micros() + 1);
    windows.push(Window { since: Some(moment), until: Some(next), ..Window::default() });
    let mut edges: Vec<Timestamp> = (0..9)
        .map(|_| Timestamp::from_micros(start + random.below(8 * 3600) as i64 * 1_000_000))
        .chain((0..48).map(|part| Timestamp::from_micros(start + part * 600_000_000)))
        .collect();
    edges.sort();
    let all = Window { model: Some("topic".to_owned()), ..Window::default() };
    let between = store.counts_between(&all, &edges).unwrap();
    assert_eq!(between.len(), edges.len() - 1);
    for (pair, counts) in edges.windows(2).zip(between) {
        let own = Window { since: Some(pair[0]), until: Some(pair[1]), ..all.clone() };
        assert_eq!(counts, store.counts(&own).unwrap(), "{own:?}");
    }
    for window in windows {
        let inside: Vec<&PredictionRecord> = records
            .iter()
            .filter(|record| {
                window.since.is_none_or(|since| record.timestamp >= since)
                    && window.until.is_none_or(|until| record.timestamp < until)
                    && window.model.as_ref().is_none_or(|model| record.model == *model)
                    && window.version.as_ref().is_none_or(|version| record.version == *version)
            })
            .collect();
        let mut expected: Vec<Counts> = Vec::new();
        for record in &inside {
            let label = record.label.clone().unwrap_or_default();
            let is_it = |counts: &&mut Counts| {
                counts.model == record.model
                    && counts.version == record.version
                    && counts.label == label
            };
            if expected.iter_mut().find(is_it).is_none() {
                let (model, version) = (record.model.clone(), record.version.clone());
                expected.push(Counts { model, version, label: label.clone(), ..Counts::default() });
            }
            let counts = expected.iter_mut().find(is_it).unwrap();
            counts.predictions += 1;
            if let Some(confidence) = record.confidence {
                counts.confident += 1;
                counts.confidence_billionths += (confidence * 1e9).round() as i64;
            }
            if let Some(ms) = record.processing_time_ms {
                counts.timed += 1;
                counts.micros += (ms * 1e3).round() as i64;
            }
            if record.labelled_at.is_some() {
                counts.labelled += 1;
                let is_right = record.actual_label.is_some() && record.actual_label == record.label;
                counts.correct += u64::from(is_right);
            }
        }
        let key =
            |counts: &Counts| (counts.model.clone(), counts.version.clone(), counts.label.clone());
        expected.sort_by_key(key);
        assert_eq!(store.counts(&window).unwrap(), expected, "{window:?}");
        for measure in [Measure::Confidence, Measure::Latency] {
            let values = inside.iter().filter_map(|record| match measure {
                Measure::Confidence => record.confidence,
                Measure::Latency => record.processing_time_ms,
            });
            let mut bins: Vec<u16> = values.map(|value| measure.bin(value)).collect();
            bins.sort_unstable();
            let expected: Vec<Bin> = bins
                .chunk_by(|one, two| one == two)
                .map(|bins| {
                    let (from, to) = measure.bounds(bins[0]);
                    Bin { from, to, count: bins.len() as u64 }
                })
                .collect();
            assert_eq!(store.histogram(&window, measure).unwrap(), expected, "{window:?}");
        }
    }
}

/// Feedback and predictions meet in whatever order they come; the latest label counts.
pub fn feedback_finds_its_prediction(store: &dyn Store) {
    let at = |mut feedback: Feedback, seconds: i64| {
        feedback.timestamp = Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000);
        feedback
    };
    // Before its prediction.
    store.write_feedback(&[at(Feedback::wrong("p", "negative"), 50)]).unwrap();
    store.write_predictions(&[prediction("p", 0), prediction("q", 0)], Commit::Durable).unwrap();
    let actual = |name: &str| store.prediction(name).unwrap().unwrap().actual_label;
    assert_eq!(actual("p").as_deref(), Some("negative"));
    assert_eq!(actual("q"), None);
    // Earlier word that comes late does not win, later word does.
    store.write_feedback(&[at(Feedback::label("p", "neutral"), 40)]).unwrap();
    assert_eq!(actual("p").as_deref(), Some("negative"));
    store.write_feedback(&[at(Feedback::right("p"), 60), at(Feedback::right("q"), 60)]).unwrap();
    assert_eq!(actual("p").as_deref(), Some("positive"));
    let counts = &store.counts(&Window::default()).unwrap()[0];
    assert_eq!((counts.labelled, counts.correct), (2, 2));
    for (feedback, part) in [
        (Feedback::wrong("q", "positive"), "cannot be wrong if \"positive\" is right"),
        (Feedback::new("q", Some(true), Some("neutral".into())), "cannot be right if \"neutral\""),
        (Feedback::new("q", None, None), "tells neither"),
        (Feedback::wrong("q", ""), "label: is empty"),
    ] {
        let error = store.write_feedback(&[feedback]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(part), "{error}");
    }
    let all: Vec<Feedback> = store.records(&Select::all(Table::Feedback)).unwrap();
    let known = all.iter().filter(|feedback| feedback.correct.is_some()).count();
    assert_eq!((all.len(), known), (4, 4));
}

/// The audit log tells when it was tampered with, and many can write into it.
pub fn the_audit_log_is_a_chain(store: &dyn Store) {
    assert_eq!(store.verify_audit().unwrap().records, 0);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || {
                for number in 0..5 {
                    let detail = serde_json::json!({ "worker": worker, "number": number });
                    store.audit(&format!("worker {worker}"), "test", &detail).unwrap();
                }
            });
        }
    });
    let check = store.verify_audit().unwrap();
    let trail = store.audit_trail(None, None).unwrap();
    assert_eq!((check.records, trail.len()), (20, 20));
    assert_eq!(check.head, trail[19].hash);
    let number = |number: i64| vec![Condition::Is("number", Value::Integer(number))];
    let tamper = |change: Change, message: &str| {
        store.apply(&[change], Commit::Durable).unwrap();
        let error = store.verify_audit().unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    };
    let other = vec![("actor", Value::Text("nobody".to_owned()))];
    tamper(Change::update(Table::Audit, other, number(7)), "record 7 was changed");
    tamper(Change::delete(Table::Audit, number(4)), "record 4 is missing");
}

/// What is forgotten is gone from all tables, stays away, and the audit log knows of it.
pub fn nothing_of_the_forgotten_is_left(store: &dyn Store) {
    let anonymizer = Anonymizer::new();
    let shared = |subject: &str| {
        let consent = Consent::given().with_subject(subject);
        consent.share().with_text(&anonymizer, "Bagus").with_embedding(&[1.0])
    };
    let of = |name: &str, subject: &str| prediction(name, 0).with_shared(shared(subject));
    let theirs = of("theirs", "budi");
    store.write_predictions(&[theirs.clone(), of("other", "sari")], Commit::Durable).unwrap();
    store.write_feedback(&[Feedback::right("theirs"), Feedback::right("other")]).unwrap();
    let review = ReviewRecord::new(shared("budi"), Some("positive"));
    store.write_reviews(std::slice::from_ref(&review), Existing::Keep).unwrap();
    let deleted = store.forget("budi", "admin").unwrap();
    let expected = vec![(Table::Reviews, 1), (Table::Predictions, 1), (Table::Feedback, 1)];
    assert_eq!(deleted, Deleted { rows: expected });
    for table in Table::ALL {
        for row in rows(store, &Select::all(table)) {
            let shown = format!("{row:?}");
            assert!(!shown.contains("budi") && !shown.contains("theirs"), "{table:?} {shown}");
        }
    }
    // A record that was on its way does not come back; a new one, by a new consent, may come.
    assert_eq!(store.write_predictions(&[theirs], Commit::Durable).unwrap(), 0);
    let mut new = of("new", "budi");
    new.timestamp = Timestamp::now().after(Duration::from_secs(1));
    assert_eq!(store.write_predictions(&[new], Commit::Durable).unwrap(), 1);
    assert_eq!(store.forget("nobody", "admin").unwrap().total(), 0);
    // What is too old goes, too.
    let since = prediction("", 10).timestamp;
    let deleted = store.retain_since(since, "admin").unwrap();
    assert_eq!(deleted.rows, [(Table::Predictions, 1)]);
    let trail = store.audit_trail(None, None).unwrap();
    let actions: Vec<&str> = trail.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(actions, ["forget", "forget", "retain"]);
    assert!(trail[0].detail.contains("\"predictions\":1"), "{}", trail[0].detail);
    assert_eq!(store.verify_audit().unwrap().records, 3);
    assert!(store.forget("", "admin").is_err());
    assert!(store.retain_since(Timestamp::now().after(Duration::from_mins(1)), "admin").is_err());
}

/// Of two who write what comes next, one comes second and knows it; what happens along with it happens
/// once.
pub fn what_is_kept_has_one_next(store: &dyn Store) {
    assert_eq!(store.kept("a").unwrap(), Kept::default());
    let part = ProfileRecord::new("m", "1", Timestamp::from_micros(5_000_000), 3, vec![0, 255]);
    store.write_profiles(std::slice::from_ref(&part)).unwrap();
    store.write_profiles(std::slice::from_ref(&part)).unwrap();
    assert_eq!(store.profiles("m").unwrap(), std::slice::from_ref(&part));
    assert!(store.keep("a", 0, Next::new(b"one".to_vec())).unwrap());
    let next = || Next {
        content: b"two".to_vec(),
        along: vec![<dyn Store>::taken_profiles(std::slice::from_ref(&part.id))],
    };
    assert!(!store.keep("a", 0, next()).unwrap());
    assert_eq!(store.profiles("m").unwrap().len(), 1);
    assert!(store.keep("a", 1, next()).unwrap());
    assert!(store.profiles("m").unwrap().is_empty());
    let kept = store.kept("a").unwrap();
    assert_eq!((kept.revision, kept.content.as_deref()), (2, Some(&b"two"[..])));
    assert_eq!(store.count(Table::States, &[]).unwrap(), 1);
    assert_eq!(store.change_kept("a", &mut |_| Ok((None, 7))).unwrap(), 7);
}

/// Many threads write at once, and the counts come out right.
pub fn threads_do_not_lose_rows(store: &Arc<dyn Store>) {
    static SEED: AtomicU32 = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let store = store.clone();
            scope.spawn(move || {
                let mut random = Random::new(u64::from(SEED.fetch_add(1, Ordering::Relaxed)));
                for _ in 0..20 {
                    let mut batch: Vec<_> = (0..40)
                        .map(|_| prediction(&format!("{:03}", random.below(500)), 0))
                        .collect();
                    // Each in an order of its own.
                    random.shuffle(&mut batch);
                    store.write_predictions(&batch, Commit::Fast).unwrap();
                    store.counts(&Window::default()).unwrap();
                    if worker == 0 {
                        let one = format!("{:03}", random.below(500));
                        store.write_feedback(&[Feedback::label(&one, "positive")]).unwrap();
                    }
                }
            });
        }
    });
    let rows = store.count(Table::Predictions, &[]).unwrap();
    let counts = store.counts(&Window::default()).unwrap();
    assert_eq!(counts.iter().map(|counts| counts.predictions).sum::<u64>(), rows);
    let bins = store.histogram(&Window::default(), Measure::Confidence).unwrap();
    assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), rows);
    let labelled = vec![Condition::IsNotNull("labelled_at")];
    let labelled = store.count(Table::Predictions, &labelled).unwrap();
    assert_eq!(counts.iter().map(|counts| counts.labelled).sum::<u64>(), labelled);
}
