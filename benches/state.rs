//! What the store, the log and the registry promise, in figures.
//!
//! `make bench` runs it with a PostgreSQL server beside it; without one that part is left out, and
//! said to be. `cargo bench -p pantau-benches --bench state -- 100000` takes fewer predictions.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench tells what it found, and ends where it cannot go on"
)]

use std::{
    env, fs,
    hint::black_box,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use pantau::{
    Timestamp,
    registry::{Act, Directory, NewVersion, Registry},
    store::{
        Commit, Durability, Feedback, LogOptions, PredictionLog, PredictionRecord, Select, Store,
        Table, Window, open,
    },
};

/// How many predictions the questions are asked about.
const PREDICTIONS: usize = 1_000_000;
/// Over how many days these are spread.
const DAYS: usize = 30;
/// How many versions the registry has.
const VERSIONS: u32 = 10_000;

fn record(number: usize) -> PredictionRecord {
    let labels = ["negative", "neutral", "positive"];
    let confidence = 0.34 + 0.65 * (number * 7919 % 10_007) as f64 / 10_007.0;
    let mut record =
        PredictionRecord::new("sentiment", ["1", "2"][number % 2], labels[number % 3], confidence);
    let rest = (1.0 - confidence) / 2.0;
    record.probabilities = Some(
        labels
            .iter()
            .enumerate()
            .map(|(place, label)| {
                ((*label).to_owned(), if place == number % 3 { confidence } else { rest })
            })
            .collect(),
    );
    record.processing_time_ms = Some(0.5 + (number * 31 % 1009) as f64 / 100.0);
    record
}

/// The value that so many in a hundred of sorted times do not exceed.
fn quantile(sorted: &[Duration], share: usize) -> Duration {
    sorted[(sorted.len() - 1) * share / 100]
}

/// Predictions through the log: how many a second are in the store, and what a call costs.
fn log(name: &str, store: &Arc<dyn Store>, count: usize) {
    let mut options = LogOptions::default();
    options.durability = Durability::Group(Duration::from_millis(100));
    let log = PredictionLog::open(store.clone(), options).expect("the options are good");
    let records: Vec<PredictionRecord> = (0..count).map(record).collect();
    let mut calls = Vec::with_capacity(count);
    let start = Instant::now();
    for record in records {
        let call = Instant::now();
        log.log(record).expect("the log takes it");
        calls.push(call.elapsed());
    }
    log.flush(None).expect("the store takes it");
    let all = start.elapsed();
    calls.sort_unstable();
    let counted: u64 = store
        .counts(&Window::default())
        .expect("it counts")
        .iter()
        .map(|one| one.predictions)
        .sum();
    assert!(counted >= count as u64, "{counted} of {count} are there");
    println!(
        "{name}: {:>9.0} predictions/s durable in groups; a call takes {:.2} µs (p50), {:.2} µs \
         (p99) while the writer keeps up with a full queue",
        count as f64 / all.as_secs_f64(),
        quantile(&calls, 50).as_secs_f64() * 1e6,
        quantile(&calls, 99).as_secs_f64() * 1e6,
    );
}

/// What a call costs where the queue has room.
fn calls(name: &str, store: &Arc<dyn Store>) {
    let log = PredictionLog::open(store.clone(), LogOptions::default()).expect("they are good");
    let mut calls = Vec::new();
    for round in 0..20 {
        let records: Vec<PredictionRecord> =
            (0..1000).map(|number| record(round + number)).collect();
        for record in records {
            let call = Instant::now();
            log.log(record).expect("the log takes it");
            calls.push(call.elapsed());
        }
        log.flush(None).expect("the store takes it");
    }
    calls.sort_unstable();
    println!(
        "{name}: a call takes {:.2} µs (p50), {:.2} µs (p99) where the queue has room",
        quantile(&calls, 50).as_secs_f64() * 1e6,
        quantile(&calls, 99).as_secs_f64() * 1e6,
    );
}

/// Predictions of some days, and what people said of a tenth of them.
fn fill(store: &dyn Store, count: usize) {
    let end = Timestamp::now();
    let step = Duration::from_secs((DAYS * 86_400) as u64) / u32::try_from(count).expect("it fits");
    for part in 0..count.div_ceil(10_000) {
        let numbers = part * 10_000..((part + 1) * 10_000).min(count);
        let records: Vec<PredictionRecord> = numbers
            .map(|number| {
                let mut record = record(number);
                let back = step * u32::try_from(count - number).expect("it fits");
                record.timestamp = end.before(back);
                record
            })
            .collect();
        store.write_predictions(&records, Commit::Fast).expect("it writes");
        let said: Vec<Feedback> = records
            .iter()
            .step_by(10)
            .map(|record| Feedback::label(&record.id, "positive"))
            .collect();
        store.write_feedback(&said).expect("it writes");
    }
}

/// The median time of a question.
fn ask<T>(name: &str, mut question: impl FnMut() -> T) {
    question();
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let start = Instant::now();
            question();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("  {name:<52} {:>8.2} ms", quantile(&times, 50).as_secs_f64() * 1e3);
}

fn questions(name: &str, store: &dyn Store, count: usize) {
    println!("{name}: questions about {count} predictions of {DAYS} days (median of 15)");
    let window = |hours: f64| Window::last_hours(hours).expect("it is a window");
    let ok = "the store answers";
    ask("recent, 24 hours", || black_box(store.recent(24.0).expect(ok)));
    ask("recent, 29.5 days", || black_box(store.recent(708.5).expect(ok)));
    ask("summary of all", || black_box(store.summary(&Window::default()).expect(ok)));
    ask("usage and accuracy by version, 29.5 days", || {
        black_box(store.usage(&window(708.5)).expect(ok));
    });
    ask("confidence histogram, 29.5 days", || {
        black_box(store.confidence_histogram(&window(708.5)).expect(ok));
    });
    ask("latency histogram and quantiles, 29.5 days", || {
        black_box(store.latency(&window(708.5)).expect(ok));
    });
    ask("over time, 30 days in hours", || {
        black_box(store.over_time(&window(720.0), Duration::from_hours(1)).expect(ok));
    });
    ask("feedback summary, 29.5 days", || {
        black_box(store.feedback_summary(&window(708.5)).expect(ok));
    });
    ask("newly labelled since a day", || {
        let since = window(24.0).since;
        black_box(store.new_labelled(since).expect(ok));
    });
    ask("labelled predictions, the last 1000", || {
        black_box(store.labelled_predictions(&Window::default(), Some(1000)).expect(ok));
    });
    ask("history, the last 1000", || {
        black_box(store.history(&Window::default(), 1000).expect(ok));
    });
    ask("one prediction by its id", || {
        black_box(store.prediction("nobody").expect(ok));
    });
    let start = Instant::now();
    let mut rows = 0;
    store
        .batches(&Select::all(Table::Predictions), &mut |batch| {
            rows += batch.num_rows();
            Ok(())
        })
        .expect(ok);
    println!(
        "  {:<52} {:>8.0} rows/s",
        "all as Arrow",
        f64::from(u32::try_from(rows).expect("it fits")) / start.elapsed().as_secs_f64()
    );
}

/// An alias in a registry of ten thousand versions.
fn aliases(folder: &Path) {
    let bundle = folder.join("bundle");
    learn(&bundle);
    let path = folder.join("models");
    let registry = Directory::open(&path).expect("it opens");
    let act = Act::by("bench");
    let start = Instant::now();
    for _ in 0..VERSIONS {
        registry.register("m", &bundle, &NewVersion::default(), &act).expect("it registers");
    }
    println!("registry: {VERSIONS} versions registered in {:.1} s", start.elapsed().as_secs_f64());
    let dynamic: &dyn Registry = &registry;
    dynamic.promote("m", VERSIONS / 2, &act).expect("it promotes");
    ask("alias, registry open", || {
        black_box(dynamic.resolve("models:/m@champion").expect("it is there"));
    });
    ask("alias, registry opened for it", || {
        let registry = Directory::open(&path).expect("it opens");
        let registry: &dyn Registry = &registry;
        black_box(registry.resolve("models:/m@champion").expect("it is there"));
    });
}

fn learn(bundle: &Path) {
    use pantau::model::{LabelledTexts, LearnedKind, TrainOptions, train};

    let texts =
        (0..60).map(|number| format!("aplikasi {} nomor {number}", ["bagus", "buruk"][number % 2]));
    let labels = (0..60).map(|number| ["good", "bad"][number % 2].to_owned());
    let data = LabelledTexts::new(texts.collect(), labels.collect()).expect("they are good");
    let options = TrainOptions::new(LearnedKind::TfidfNb);
    train(&data, None, bundle, &options, &mut |_, _| Ok(())).expect("it learns");
}

fn main() {
    let asked = env::args().find_map(|argument| argument.parse::<usize>().ok());
    let count = asked.unwrap_or(PREDICTIONS);
    let folder = env::temp_dir().join(format!("pantau-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("it can be written");
    let path = |name: &str| folder.join(name).display().to_string();

    let logged = open(&path("logged")).expect("it opens");
    log("SQLite", &logged, count.min(500_000));
    calls("SQLite", &logged);
    let store = open(&path("asked")).expect("it opens");
    fill(&*store, count);
    questions("SQLite", &*store, count);

    match env::var("PANTAU_TEST_POSTGRES") {
        Ok(facts) => {
            let url = facts.split('"').find(|part| part.starts_with("postgresql://"));
            let url = url.expect("the facts name a URL");
            let logged = open(&format!("{url}?schema=bench_log")).expect("it opens");
            log("PostgreSQL", &logged, count.min(200_000));
            calls("PostgreSQL", &logged);
            let store = open(&format!("{url}?schema=bench_ask")).expect("it opens");
            fill(&*store, count);
            questions("PostgreSQL", &*store, count);
        }
        Err(_) => {
            println!("PostgreSQL: left out, since no server runs beside this; see `make bench`");
        }
    }

    aliases(&folder);
    let _ = fs::remove_dir_all(&folder);
}
