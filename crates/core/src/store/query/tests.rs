use super::{
    super::{
        Change, Commit, Consent, Existing, Feedback, Memory, MetricsRecord, PredictionRecord,
        Record, Store,
    },
    *,
};
use crate::{Error, performance::TrendDirection, text::Anonymizer};

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_micros(1_795_600_800_000_000)
        .after(Duration::from_secs(3600 * hour.cast_unsigned()))
}

/// Ten hours of predictions, one every six minutes, by versions 1 and 2 in turn.
fn filled() -> (Memory, Vec<PredictionRecord>) {
    let store = Memory::new();
    let mut records = Vec::new();
    for number in 0..100_u32 {
        let label = ["positive", "negative", "neutral"][number as usize % 3];
        let version = ["1", "2"][number as usize % 2];
        let confidence = 0.5 + f64::from(number) / 200.0;
        let mut record = PredictionRecord::new("sentiment", version, label, confidence);
        record.timestamp = hour(0).after(Duration::from_secs(360 * u64::from(number)));
        record.processing_time_ms = Some(f64::from(number + 1));
        if number % 4 == 0 {
            record.actual_label = Some("positive".to_owned());
            record.labelled_at = Some(hour(50));
        }
        records.push(record);
    }
    let mut failed =
        PredictionRecord::failed("sentiment", "2", &Error::invalid("text", "is too long"));
    failed.timestamp = hour(1);
    records.push(failed);
    write(&store, &records);
    (store, records)
}

fn write(store: &dyn Store, records: &[PredictionRecord]) {
    let rows = records.iter().map(|record| record.to_row().unwrap()).collect();
    let change = Change::insert(super::super::Table::Predictions, rows, Existing::Refuse);
    store.apply(&[change], Commit::Fast).unwrap();
}

#[test]
fn a_summary_is_what_the_records_come_to() {
    let (store, records) = filled();
    let store: &dyn Store = &store;
    let window = Window { since: Some(hour(2)), until: Some(hour(7)), ..Window::default() };
    let found = store.summary(&window).unwrap();
    let own: Vec<&PredictionRecord> = records
        .iter()
        .filter(|record| record.timestamp >= hour(2) && record.timestamp < hour(7))
        .collect();
    assert_eq!((found.count, found.failed), (own.len() as u64, 0));
    let mean = own.iter().filter_map(|record| record.confidence).sum::<f64>() / own.len() as f64;
    assert!((found.mean_confidence.unwrap() - mean).abs() < 1e-9);
    for share in &found.labels {
        let count =
            own.iter().filter(|record| record.label.as_deref() == Some(&share.label)).count();
        assert_eq!(share.count, count as u64);
    }
    assert!((found.labels.iter().map(|label| label.share).sum::<f64>() - 1.0).abs() < 1e-12);
    let all = store.summary(&Window::default()).unwrap();
    assert_eq!((all.count, all.failed, all.labels.len()), (100, 1, 3));
    let json: serde_json::Value = serde_json::from_str(&all.to_json()).unwrap();
    assert_eq!(json["count"], 100);
    let none = store.summary(&Window { since: Some(hour(20)), ..Window::default() }).unwrap();
    assert_eq!((none.count, none.mean_confidence, none.labels.len()), (0, None, 0));
}

#[test]
fn recent_predictions_are_those_of_the_last_hours() {
    let store = Memory::new();
    let store: &dyn Store = &store;
    let mut old = PredictionRecord::new("m", "1", "a", 0.5);
    old.timestamp = Timestamp::now().before(Duration::from_hours(25));
    write(store, &[old, PredictionRecord::new("m", "1", "a", 0.9)]);
    assert_eq!(store.recent(24.0).unwrap().count, 1);
    assert_eq!(store.recent(26.0).unwrap().count, 2);
    for hours in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
        let error = store.recent(hours).unwrap_err().to_string();
        assert!(error.starts_with("hours: "), "{error}");
    }
    let backwards = Window { since: Some(hour(2)), until: Some(hour(1)), ..Window::default() };
    assert!(store.usage(&backwards).unwrap_err().to_string().starts_with("window: it ends at"));
}

#[test]
fn versions_are_told_apart() {
    let (store, _) = filled();
    let store: &dyn Store = &store;
    let usage = store.usage(&Window::default()).unwrap();
    assert_eq!(usage.len(), 2);
    // Those that are labelled have even numbers, so all are by version 1; every third is positive.
    let first = &usage[0];
    assert_eq!((first.version.as_str(), first.predictions, first.labelled), ("1", 50, 25));
    assert_eq!((first.correct, first.failed, usage[1].failed), (9, 0, 1));
    assert_eq!(first.share, Some(0.5));
    let interval = first.accuracy_interval.unwrap();
    assert!(interval.contains(first.accuracy.unwrap()), "{interval:?}");
    assert_eq!((usage[1].accuracy, usage[1].accuracy_interval), (None, None));
    let feedback = store.feedback_summary(&Window::default()).unwrap();
    assert_eq!((feedback.right, feedback.wrong, feedback.wrong_ratio), (9, 16, Some(0.64)));
    let other = Window { version: Some("2".to_owned()), ..Window::default() };
    assert_eq!(store.feedback_summary(&other).unwrap().wrong_ratio, None);
}

#[test]
fn quantiles_lie_where_the_values_do() {
    let (store, records) = filled();
    let store: &dyn Store = &store;
    let latency = store.latency(&Window::default()).unwrap();
    assert_eq!((latency.count, latency.mean_ms), (100, Some(50.5)));
    for (found, exact) in [(latency.p50, 50.0), (latency.p95, 95.0), (latency.p99, 99.0)] {
        let found = found.unwrap();
        assert!(found.low <= exact && exact < found.high, "{found:?} {exact}");
        assert!(found.low <= found.ms && found.ms < found.high, "{found:?}");
        assert!((found.ms / exact - 1.0).abs() < 0.19, "{found:?} {exact}");
    }
    for threshold in [0.5, 1.0, 33.3, 64.0, 1000.0] {
        let exact =
            records.iter().filter(|record| record.processing_time_ms >= Some(threshold)).count();
        let (low, high) = latency.above(threshold);
        assert!((low..=high).contains(&(exact as u64)), "{threshold}: {low} {exact} {high}");
    }
    assert!(latency.quantile(1.5).is_err());
    let confidence = store.confidence_histogram(&Window::default()).unwrap();
    assert_eq!(confidence.count, 100);
    assert_eq!(confidence.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [10; 10]);
    let empty = store.latency(&Window { since: Some(hour(99)), ..Window::default() }).unwrap();
    assert_eq!((empty.count, empty.p50, empty.above(1.0)), (0, None, (0, 0)));
}

#[test]
fn intervals_add_up_to_the_window() {
    let (store, _) = filled();
    let store: &dyn Store = &store;
    let window = Window {
        since: Some(hour(0).after(Duration::from_mins(10))),
        until: Some(hour(9).after(Duration::from_mins(1))),
        ..Window::default()
    };
    let all = store.summary(&window).unwrap();
    for seconds in [3600, 1000, 86_400] {
        let parts = store.over_time(&window, Duration::from_secs(seconds)).unwrap();
        assert_eq!(parts[0].from, window.since.unwrap());
        assert_eq!(parts[parts.len() - 1].to, window.until.unwrap());
        assert!(parts.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(parts.iter().map(|part| part.predictions).sum::<u64>(), all.count);
        assert_eq!(parts.iter().map(|part| part.failed).sum::<u64>(), all.failed);
        let positive: u64 = parts.iter().filter_map(|part| part.labels.get("positive")).sum();
        let share = all.labels.iter().find(|label| label.label == "positive").unwrap();
        assert_eq!(positive, share.count);
    }
    let open = Window { until: Some(hour(10)), ..Window::default() };
    let hours = store.over_time(&open, Duration::from_hours(1)).unwrap();
    assert_eq!((hours.len(), hours[0].from), (10, hour(0)));
    let error = store.over_time(&open, Duration::from_micros(1)).unwrap_err().to_string();
    assert!(error.contains("10000 is the limit"), "{error}");
    assert!(store.over_time(&open, Duration::ZERO).is_err());
    let empty = Memory::new();
    let empty: &dyn Store = &empty;
    assert_eq!(empty.over_time(&Window::default(), Duration::from_secs(1)).unwrap(), []);
}

#[test]
fn labels_that_come_late_are_found() {
    let (store, _) = filled();
    let store: &dyn Store = &store;
    let window = Window { until: Some(hour(5)), ..Window::default() };
    let labelled = store.labelled_predictions(&window, Some(5)).unwrap();
    assert_eq!(labelled.len(), 5);
    assert!(labelled.iter().all(|record| record.actual_label.is_some()));
    assert!(labelled.windows(2).all(|pair| pair[0].timestamp > pair[1].timestamp));
    assert_eq!(store.labelled_predictions(&window, None).unwrap().len(), 13);
    let new = store.new_labelled(None).unwrap();
    assert_eq!((new.reviews, new.feedback, new.total), (0, 25, 25));
    assert_eq!(store.new_labelled(Some(hour(51))).unwrap().total, 0);
}

#[test]
fn what_is_learnt_from_is_what_was_agreed_to_and_said_last() {
    let store = Memory::new();
    let store: &dyn Store = &store;
    let share = |text: &str| Consent::given().share().with_text(&Anonymizer::new(), text);
    let reviews = [("bagus", "negative", 1), ("lemot", "negative", 2), ("biasa", "neutral", 9)];
    let reviews: Vec<_> = reviews
        .iter()
        .map(|(text, label, time)| {
            let mut review = super::super::ReviewRecord::new(share(text), Some(label));
            review.labelled_at = Some(hour(*time));
            review
        })
        .collect();
    assert_eq!(store.write_reviews(&reviews, Existing::Keep).unwrap(), 3);
    assert_eq!(store.write_reviews(&reviews, Existing::Keep).unwrap(), 0);
    let mut later = PredictionRecord::new("m", "1", "neutral", 0.5).with_shared(share("bagus"));
    later.actual_label = Some("positive".to_owned());
    later.labelled_at = Some(hour(3));
    let mut silent = PredictionRecord::new("m", "1", "neutral", 0.5);
    silent.actual_label = Some("positive".to_owned());
    silent.labelled_at = Some(hour(3));
    write(store, &[later, silent]);
    let all = store.labelled_texts(None).unwrap();
    assert_eq!(all.texts(), ["lemot", "bagus", "biasa"]);
    assert_eq!(all.labels(), ["negative", "positive", "neutral"]);
    assert_eq!(store.labelled_texts(Some(hour(3))).unwrap().texts(), ["bagus", "biasa"]);
    assert!(store.labelled_texts(Some(hour(10))).is_err());
    let found = store.review(&reviews[1].id).unwrap().unwrap();
    assert_eq!(found, reviews[1]);
    assert_eq!(store.review("nobody's").unwrap(), None);
    let filter = super::super::ReviewFilter {
        label: Some("negative".to_owned()),
        limit: Some(1),
        ..Default::default()
    };
    assert_eq!(store.reviews(&filter).unwrap().len(), 1);
}

#[test]
fn trends_and_rates_are_those_of_what_was_written() {
    let (store, _) = filled();
    let store: &dyn Store = &store;
    let rate = store.feedback_rate(&Window::default()).unwrap().unwrap();
    assert_eq!((rate.predictions, rate.right + rate.wrong), (100, 25));
    let none = Window { model: Some("other".to_owned()), ..Window::default() };
    assert_eq!(store.feedback_rate(&none).unwrap(), None);
    for day in 0..20_u32 {
        let version = if day < 10 { "1" } else { "2" };
        let mut record = MetricsRecord::new("sentiment", version);
        record.timestamp = hour(24 * i64::from(day));
        record.accuracy = Some(0.9 - 0.01 * f64::from(day) + 0.001 * f64::from(day % 3));
        store.write_metrics(&record).unwrap();
    }
    let trend = |days, version| store.analyze_trend("sentiment", days, version, hour(480)).unwrap();
    let all = trend(30.0, None);
    assert_eq!(all.overall_trend, TrendDirection::Declining);
    assert!((all.trends["accuracy"].slope.unwrap() + 0.01).abs() < 1e-3);
    assert_eq!((all.trends.len(), trend(30.0, Some("2")).trends["accuracy"].count), (1, 10));
    assert_eq!(trend(5.0, None).overall_trend, TrendDirection::Unknown);
    assert!(store.analyze_trend("sentiment", 0.0, None, hour(0)).is_err());
}

#[test]
fn what_somebody_was_asked_for_is_no_click() {
    let store = Memory::new();
    let store: &dyn Store = &store;
    let records: Vec<PredictionRecord> = (0..10)
        .map(|number| {
            let mut record = PredictionRecord::new("m", "1", "positive", 0.9);
            record.timestamp = hour(number);
            record
        })
        .collect();
    write(store, &records);
    let say = |row: usize, label: &str, source: &str, at: i64| {
        let mut said = Feedback::label(&records[row].id, label);
        source.clone_into(&mut said.source);
        said.timestamp = hour(at);
        store.write_feedback(&[said]).unwrap();
    };
    let clicks = |since: Option<i64>| {
        let window = Window { since: since.map(hour), ..Window::default() };
        let rate = store.feedback_rate(&window).unwrap().unwrap();
        (rate.predictions, rate.right, rate.wrong)
    };
    say(0, "negative", "user", 20);
    say(1, "positive", "app", 20);
    assert_eq!(clicks(None), (10, 1, 1));
    // Labels that were asked for change nothing, whatever they say.
    for (row, label) in [(2, "negative"), (3, "positive"), (4, "negative")] {
        say(row, label, Feedback::AUDIT, 21);
    }
    assert_eq!(clicks(None), (10, 1, 1));
    // Nor do they where somebody clicked: before, after, and against what was clicked.
    say(0, "positive", Feedback::AUDIT, 22);
    say(2, "positive", "user", 23);
    assert_eq!(clicks(None), (10, 2, 1));
    assert_eq!(clicks(Some(1)), (9, 2, 0));
    assert_eq!(clicks(Some(3)), (7, 0, 0));
    let all = store.feedback_summary(&Window::default()).unwrap();
    assert_eq!(all.right + all.wrong, 5);
}
