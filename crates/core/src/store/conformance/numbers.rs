//! What many predictions come to.

use std::collections::BTreeMap;

use super::{apply, done, insert, row, select, text, time};
use crate::{
    Timestamp,
    random::Random,
    store::{
        Bin, Change, Condition, Counts, Existing, Measure, Select, Store, Table, Value, Window,
        WritableRow,
    },
};

const TABLE: Table = Table::Predictions;
const MINUTE: i64 = 60_000_000;
const MODELS: [&str; 2] = ["sentiment", "topic"];
const VERSIONS: [&str; 3] = ["1", "2", "10"];
const LABELS: [&str; 3] = ["negatif", "netral", "positif"];

/// A prediction within three hours round 1970, where numbers change their sign.
fn prediction(random: &mut Random, id: usize) -> WritableRow {
    let label = random.below(LABELS.len() + 1);
    let label = LABELS.get(label).map_or(Value::Null, |label| text(*label));
    let confidence = match random.below(8) {
        0 => Value::Null,
        1 => Value::Real(1.0),
        2 => Value::Real(0.35),
        _ => Value::Real(random.below(1_000_001) as f64 / 1e6),
    };
    let ms = match random.below(4) {
        0 => Value::Null,
        1 => Value::Real(0.0),
        _ => Value::Real(random.below(1_000_000) as f64 / 1e3),
    };
    // Many are exactly at the edge of something.
    let when = random.below(180) as i64 - 90;
    let when = when * MINUTE + [0, 0, 1, -1][random.below(4)];
    let actual = if random.below(3) == 0 { text(LABELS[random.below(3)]) } else { Value::Null };
    let given = [
        ("id", text(format!("{id:06}"))),
        ("model", text(MODELS[random.below(2)])),
        ("version", text(VERSIONS[random.below(3)])),
        ("predicted_label", label),
        ("confidence", confidence),
        ("processing_time_ms", ms),
        ("actual_label", actual),
        ("timestamp", time(when)),
    ];
    row(TABLE, &given)
}

/// What a window comes to, from the rows themselves.
fn recount(store: &dyn Store, window: &Window) -> (Vec<Counts>, [Vec<Bin>; 2]) {
    let mut counts = BTreeMap::<_, Counts>::new();
    let mut bins = [BTreeMap::<u16, u64>::new(), BTreeMap::new()];
    for row in select(store, &Select::all(TABLE)) {
        let value = |name: &str| &row.0[TABLE.column(name).unwrap_or_else(|| panic!("{name}"))];
        let word = |name: &str| match value(name) {
            Value::Text(text) => text.clone(),
            _ => String::new(),
        };
        let Value::Time(when) = value("timestamp") else { panic!("{row:?} has no time") };
        let wanted = |wanted: &Option<String>, name| {
            wanted.as_ref().is_none_or(|wanted| *wanted == word(name))
        };
        let is_in = window.since.is_none_or(|since| *when >= since)
            && window.until.is_none_or(|until| *when < until)
            && wanted(&window.model, "model")
            && wanted(&window.version, "version");
        if !is_in {
            continue;
        }
        let (model, version, label) = (word("model"), word("version"), word("predicted_label"));
        let count = counts.entry((model.clone(), version.clone(), label.clone())).or_default();
        (count.model, count.version, count.label) = (model, version, label);
        count.predictions += 1;
        if let Value::Real(confidence) = value("confidence") {
            count.confidence_billionths += (confidence * 1e9).round() as i64;
            *bins[0].entry(Measure::Confidence.bin(*confidence)).or_default() += 1;
        }
        if let Value::Real(ms) = value("processing_time_ms") {
            count.timed += 1;
            count.micros += (ms * 1e3).round() as i64;
            *bins[1].entry(Measure::Latency.bin(*ms)).or_default() += 1;
        }
        if let Value::Text(actual) = value("actual_label") {
            count.labelled += 1;
            count.correct += u64::from(*value("predicted_label") == text(actual.as_str()));
        }
    }
    let [confidence, latency] = bins;
    let bounds = |measure: Measure, bins: BTreeMap<u16, u64>| {
        let bin = |(bin, count)| {
            let (from, to) = measure.bounds(bin);
            Bin { from, to, count }
        };
        bins.into_iter().map(bin).collect()
    };
    let bins = [bounds(Measure::Confidence, confidence), bounds(Measure::Latency, latency)];
    (counts.into_values().collect(), bins)
}

fn compare(store: &dyn Store, window: &Window, after: &str) {
    let (counts, bins) = recount(store, window);
    let found = done("counts", store.counts(window));
    assert_eq!(found, counts, "after {after}, counts of {window:?}");
    for (measure, bins) in [Measure::Confidence, Measure::Latency].into_iter().zip(bins) {
        let found = done("histogram", store.histogram(window, measure));
        assert_eq!(found, bins, "after {after}, {measure:?} of {window:?}");
    }
}

fn windows(random: &mut Random) -> Vec<Window> {
    let edge = |random: &mut Random| {
        let minute = random.below(200) as i64 - 100;
        Timestamp::from_micros(minute * MINUTE + random.below(3) as i64 - 1)
    };
    let mut windows = vec![Window::default()];
    for place in 0..12 {
        let (one, other) = (edge(random), edge(random));
        windows.push(Window {
            since: (place % 4 != 0).then_some(one.min(other)),
            until: (place % 3 != 0).then_some(one.max(other)),
            model: (place % 2 == 0).then(|| MODELS[random.below(2)].to_owned()),
            version: (place % 5 == 0).then(|| VERSIONS[random.below(3)].to_owned()),
        });
    }
    windows
}

/// Counts and histograms are what counting the rows gives, after every kind of change.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn counts_and_histograms_are_exact(store: &dyn Store) {
    let random = &mut Random::new(16);
    let windows = windows(random);
    let all = |after: &str| windows.iter().for_each(|window| compare(store, window, after));
    all("nothing");
    let rows: Vec<_> = (0..600).map(|id| prediction(random, id)).collect();
    insert(store, TABLE, rows.clone(), Existing::Refuse);
    all("inserting");
    // Half of them are known; of those that are new, some come twice.
    let again: Vec<_> = (300..900).map(|id| prediction(random, id % 800)).collect();
    let kept: Vec<_> = again.iter().chain(&again[..500]).cloned().collect();
    assert_eq!(insert(store, TABLE, kept, Existing::Keep), 200);
    all("keeping");
    let replaced: Vec<_> = (500..1_000).map(|id| prediction(random, id % 900)).collect();
    insert(store, TABLE, replaced, Existing::Replace);
    all("replacing");
    let is = |name, value: &str| Condition::Is(name, text(value));
    let label = |value: &str, condition| {
        Change::update(TABLE, vec![("actual_label", text(value))], vec![condition])
    };
    apply(
        store,
        vec![
            label("positif", is("model", "topic")),
            label("netral", is("id", "000001")),
            label("netral", is("id", "nobody")),
        ],
    );
    all("labels that arrive");
    let moved = vec![
        ("timestamp", time(-5 * MINUTE)),
        ("confidence", Value::Real(0.5)),
        ("predicted_label", text("netral")),
    ];
    apply(store, vec![Change::update(TABLE, moved, vec![is("version", "2")])]);
    all("predictions that change");
    let forgotten = vec![("input_text", Value::Null), ("consent", Value::Truth(false))];
    apply(
        store,
        vec![
            Change::update(TABLE, forgotten, vec![]),
            Change::delete(TABLE, vec![Condition::IsBelow("timestamp", time(-30 * MINUTE))]),
            Change::delete(TABLE, vec![is("id", "000700")]),
        ],
    );
    all("deleting");
    let new: Vec<_> = (0..50).map(|id| prediction(random, id)).collect();
    let unlike = |id: &str| row(TABLE, &[("id", text(id)), ("model", text("other"))]);
    // In one call, so that later changes meet what earlier ones did.
    apply(
        store,
        vec![
            Change::insert(TABLE, vec![unlike("u"), unlike("v")], Existing::Refuse),
            Change::insert(TABLE, new, Existing::Replace),
            label("positif", is("model", "other")),
            Change::delete(TABLE, vec![is("id", "u")]),
        ],
    );
    all("several changes at once");
    apply(store, vec![Change::delete(TABLE, vec![])]);
    all("deleting all");
    assert_eq!(done("counts", store.counts(&Window::default())), [], "nothing is left");
}

/// A window has what is exactly where it begins, and not what is exactly where it ends.
///
/// # Panics
/// Where the home does otherwise than it must.
pub fn windows_end_where_they_say(store: &dyn Store) {
    // In the middle of spans that homes may count by, and at their edges.
    let moments = [-60 * MINUTE, -10 * MINUTE, -1, 0, 1, 7 * MINUTE, 10 * MINUTE, 60 * MINUTE];
    let rows = moments.iter().enumerate().map(|(place, micros)| {
        let given = [
            ("id", text(format!("{place}"))),
            ("timestamp", time(*micros)),
            ("confidence", Value::Real(0.5)),
        ];
        row(TABLE, &given)
    });
    insert(store, TABLE, rows.collect(), Existing::Refuse);
    let edges = moments.iter().flat_map(|micros| [micros - 1, *micros, micros + 1]);
    let edges: Vec<i64> = edges.chain([i64::MIN, i64::MAX]).collect();
    for since in &edges {
        for until in &edges {
            let window = Window {
                since: Some(Timestamp::from_micros(*since)),
                until: Some(Timestamp::from_micros(*until)),
                ..Window::default()
            };
            let expected = moments.iter().filter(|micros| (since..until).contains(micros)).count();
            let counts = done("counts", store.counts(&window));
            let found: u64 = counts.iter().map(|counts| counts.predictions).sum();
            assert_eq!(found, expected as u64, "{window:?}");
            let bins = done("histogram", store.histogram(&window, Measure::Confidence));
            let found: u64 = bins.iter().map(|bin| bin.count).sum();
            assert_eq!(found, expected as u64, "{window:?}");
        }
    }
}
