//! The prediction log: nothing that was acknowledged is lost, nothing comes twice, nobody waits.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what is made for a test is as sure as the test; a child talks to its parent"
)]

mod servers;

use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use pantau::{
    Error, ErrorKind, Result, Timestamp,
    store::{
        Bin, Change, Commit, Condition, Consent, Counts, Durability, Feedback, LogOptions, Measure,
        Memory, PredictionLog, PredictionRecord, Row, Select, Store, Table, Value, WhenFull,
        Window, open,
    },
    text::Anonymizer,
};
use servers::Server;

fn record(number: usize) -> PredictionRecord {
    let mut record = PredictionRecord::new("sentiment", "1", "positive", 0.75);
    record.probabilities = Some(vec![("negative".into(), 0.25), ("positive".into(), 0.75)]);
    record.processing_time_ms = Some(number as f64 % 7.0);
    record
}

fn options(durability: Durability, when_full: WhenFull, capacity: usize) -> LogOptions {
    let mut options = LogOptions::default();
    (options.durability, options.when_full, options.capacity) = (durability, when_full, capacity);
    options
}

fn count(store: &Arc<dyn Store>) -> usize {
    store.counts(&Window::default()).unwrap().iter().map(|counts| counts.predictions as usize).sum()
}

/// A home that can be held up, or away.
#[derive(Debug, Default)]
struct Gate {
    inner: Memory,
    is_held: AtomicBool,
    is_away: AtomicBool,
    is_refusing: AtomicBool,
    panics: AtomicUsize,
}

impl Store for Gate {
    fn location(&self) -> &'static str {
        "gate"
    }

    fn apply(&self, changes: &[Change], commit: Commit) -> Result<Vec<usize>> {
        while self.is_held.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Error::Unreachable {
                what: "gate".to_owned(),
                problem: "away".to_owned(),
                source: None,
            });
        }
        if self.is_refusing.load(Ordering::SeqCst) {
            let problem = "the disk is full".to_owned();
            return Err(Error::Refused { what: "gate".to_owned(), problem, source: None });
        }
        let left = self.panics.load(Ordering::SeqCst);
        if left > 0 {
            self.panics.store(left - 1, Ordering::SeqCst);
            panic!("provoked");
        }
        self.inner.apply(changes, commit)
    }

    fn select(&self, select: &Select, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.inner.select(select, visit)
    }

    fn count(&self, table: Table, conditions: &[Condition]) -> Result<u64> {
        self.inner.count(table, conditions)
    }

    fn counts(&self, window: &Window) -> Result<Vec<Counts>> {
        self.inner.counts(window)
    }

    fn histogram(&self, window: &Window, measure: Measure) -> Result<Vec<Bin>> {
        self.inner.histogram(window, measure)
    }
}

#[test]
fn all_arrives_however_sure_it_must_be() {
    let folder = tempfile::tempdir().unwrap();
    let group = Durability::Group(Duration::from_millis(20));
    for (number, durability) in [Durability::Each, group, Durability::None].into_iter().enumerate()
    {
        let store = open(folder.path().join(number.to_string()).to_str().unwrap()).unwrap();
        let log =
            PredictionLog::open(store.clone(), options(durability, WhenFull::Block, 64)).unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|number| drop(log.log(record(number)).unwrap())));
            }
        });
        if durability == Durability::Each {
            assert_eq!(count(&store), 400);
        }
        let id = log.log_batch(vec![record(1), record(2)]).unwrap().pop().unwrap();
        log.feedback(Feedback::wrong(&id, "negative")).unwrap();
        log.flush(Some(Duration::from_mins(1))).unwrap();
        assert_eq!(count(&store), 402);
        let found = store.prediction(&id).unwrap().unwrap();
        assert_eq!(found.actual_label.as_deref(), Some("negative"));
        // The same once more is no more.
        log.log(found).unwrap();
        log.close().unwrap();
        let counters = log.counters();
        assert_eq!((counters.written, counters.repeated), (403, 1), "{counters:?}");
        assert_eq!((counters.dropped, counters.failed, counters.queued), (0, 0, 0));
        assert!(counters.mean_delivery_ms.unwrap() <= counters.max_delivery_ms.unwrap());
        assert!(log.log(record(0)).unwrap_err().to_string().contains("was closed"));
    }
}

#[test]
fn what_cannot_be_written_is_told_at_once() {
    let log = PredictionLog::open(Arc::new(Memory::new()), LogOptions::default()).unwrap();
    let mut wrong = record(0);
    wrong.confidence = Some(1.5);
    let error = log.log_batch(vec![record(0), wrong]).unwrap_err();
    assert_eq!(error.to_string(), "confidence: 1.5 is not 0 to 1");
    log.close().unwrap();
    assert_eq!(log.counters().written, 0);
    let open =
        |options| PredictionLog::open(Arc::new(Memory::new()), options).unwrap_err().to_string();
    let group = |ms| Durability::Group(Duration::from_millis(ms));
    assert!(open(options(group(0), WhenFull::Block, 1)).contains("0 is not 1 to 60000"));
    assert!(open(options(group(1), WhenFull::Block, 0)).contains("capacity: 0 is not 1 to"));
    assert!(open(options(group(1), WhenFull::Spill, 1)).contains("`spill` needs `outbox`"));
    let error = LogOptions::from_json(r#"{"durability": "always"}"#).unwrap_err();
    assert_eq!(error.to_string(), "durability: \"always\" is not one of: each, group, none");
}

#[test]
fn a_full_queue_blocks_drops_or_spills() {
    for when_full in [WhenFull::Block, WhenFull::Drop, WhenFull::Spill] {
        let folder = tempfile::tempdir().unwrap();
        let gate = Arc::new(Gate::default());
        gate.is_held.store(true, Ordering::SeqCst);
        let mut options = options(Durability::Group(Duration::from_millis(1)), when_full, 10);
        options.outbox = Some(folder.path().join("outbox"));
        let log = Arc::new(PredictionLog::open(gate.clone(), options).unwrap());
        let done = Arc::new(AtomicUsize::new(0));
        let caller = {
            let (log, done) = (log.clone(), done.clone());
            thread::spawn(move || {
                for number in 0..100 {
                    log.log(record(number)).unwrap();
                    done.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        thread::sleep(Duration::from_millis(300));
        let before = done.load(Ordering::SeqCst);
        // Some were taken by the writer, which is held, and ten wait.
        if when_full == WhenFull::Block {
            assert!((10..=20).contains(&before), "{before}");
        } else {
            assert_eq!(before, 100);
        }
        gate.is_held.store(false, Ordering::SeqCst);
        caller.join().unwrap();
        log.close().unwrap();
        let (counters, store) = (log.counters(), gate as Arc<dyn Store>);
        let stored = count(&store) as u64;
        match when_full {
            WhenFull::Block => {
                assert_eq!((stored, counters.dropped, counters.spilled), (100, 0, 0));
            }
            WhenFull::Drop => {
                assert!((80..=90).contains(&counters.dropped), "{counters:?}");
                assert_eq!(stored, 100 - counters.dropped);
            }
            WhenFull::Spill => {
                assert!((80..=90).contains(&counters.spilled), "{counters:?}");
                assert_eq!((stored, counters.waiting, counters.dropped), (100, 0, 0));
            }
        }
    }
}

#[test]
fn a_home_that_is_away_or_panics_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Gate::default());
    let mut options = options(Durability::Each, WhenFull::Block, 100);
    options.outbox = Some(folder.path().join("outbox"));
    let log = PredictionLog::open(gate.clone(), options.clone()).unwrap();
    gate.is_away.store(true, Ordering::SeqCst);
    let mut ids = vec![log.log(record(0)).unwrap()];
    ids.push(log.log(record(1)).unwrap());
    log.feedback(Feedback::wrong(&ids[0], "neutral")).unwrap();
    let counters = log.counters();
    assert_eq!((counters.waiting, counters.written), (3, 0));
    assert!(counters.last_error.unwrap().contains("away"));
    // Another log must not use the same outbox.
    let error = PredictionLog::open(gate.clone(), options.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    log.close().unwrap();
    drop(log);
    // The next one finds what waits.
    let log = PredictionLog::open(gate.clone(), options).unwrap();
    assert_eq!(log.counters().waiting, 3);
    gate.panics.store(2, Ordering::SeqCst);
    gate.is_away.store(false, Ordering::SeqCst);
    ids.push(log.log(record(2)).unwrap());
    let until = Instant::now() + Duration::from_mins(1);
    while log.counters().waiting > 0 {
        assert!(Instant::now() < until, "{:?}", log.counters());
        thread::sleep(Duration::from_millis(5));
    }
    log.close().unwrap();
    let store = gate as Arc<dyn Store>;
    assert_eq!(count(&store), 3);
    let first = store.prediction(&ids[0]).unwrap().unwrap();
    assert_eq!(first.actual_label.as_deref(), Some("neutral"));
    assert!(log.counters().last_error.unwrap().contains("panic: provoked"));
}

#[test]
fn who_is_forgotten_does_not_come_back_from_the_outbox() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Gate::default());
    let mut options = options(Durability::Each, WhenFull::Block, 100);
    let outbox = folder.path().join("outbox");
    options.outbox = Some(outbox.clone());
    let log = PredictionLog::open(gate.clone(), options).unwrap();
    gate.is_away.store(true, Ordering::SeqCst);
    let share = |name: &str| {
        let consent = Consent::given().with_subject(name);
        consent.share().with_text(&Anonymizer::new(), "Rahasia saya")
    };
    log.log(record(0).with_shared(share("budi"))).unwrap();
    log.log(record(1).with_shared(share("sari"))).unwrap();
    assert!(std::fs::read_to_string(&outbox).unwrap().contains("budi"));
    // The store is away, so this fails; but the outbox holds nothing of them any more.
    assert_eq!(log.forget("budi", "admin").unwrap_err().kind(), ErrorKind::Unreachable);
    assert!(!std::fs::read_to_string(&outbox).unwrap().contains("budi"));
    gate.is_away.store(false, Ordering::SeqCst);
    log.forget("budi", "admin").unwrap();
    log.close().unwrap();
    let store = gate as Arc<dyn Store>;
    let rest = store.history(&Window::default(), 10).unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].shared.as_ref().unwrap().subject(), Some("sari"));
}

/// Whoever is forgotten while others write about them is forgotten: what is older than that is gone
/// from the store once all have come to rest.
fn forgets_under_load(store: &Arc<dyn Store>) {
    let log = PredictionLog::open(
        store.clone(),
        options(Durability::Group(Duration::from_millis(1)), WhenFull::Block, 100_000),
    )
    .unwrap();
    let share = Consent::given().with_subject("budi").share();
    let made = || {
        let mut record = record(0).with_shared(share.clone());
        record.timestamp = Timestamp::now();
        record
    };
    store
        .write_predictions(&(0..20_000).map(|_| made()).collect::<Vec<_>>(), Commit::Fast)
        .unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                log.log(made()).unwrap();
            }
        });
        thread::sleep(Duration::from_millis(30));
        for _ in 0..3 {
            store.forget("budi", "admin").unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
    });
    log.close().unwrap();
    let mut erased = Timestamp::default();
    let select = Select::all(Table::Erasures);
    store
        .select(&select, &mut |row| {
            if let Value::Time(time) = row.0[1] {
                erased = time;
            }
            Ok(())
        })
        .unwrap();
    let old = [
        Condition::Is("subject", Value::Text("budi".to_owned())),
        Condition::IsBelow("timestamp", Value::Time(erased)),
    ];
    assert_eq!(store.count(Table::Predictions, &old).unwrap(), 0);
    let rows = store.count(Table::Predictions, &[]).unwrap();
    assert_eq!(count(store) as u64, rows);
    store.verify_audit().unwrap();
}

#[test]
fn who_is_forgotten_under_load_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    forgets_under_load(&open("memory:").unwrap());
    forgets_under_load(&open(folder.path().to_str().unwrap()).unwrap());
    if let Some(url) = servers::url("postgres") {
        let url = format!("{url}?schema=forget_{}", std::process::id());
        forgets_under_load(&open(&url).unwrap());
    }
}

/// With `each`, whoever got an id has its record in the store: what was refused is told to whom it
/// belongs, whoever else waits.
#[test]
fn what_is_refused_is_told_to_whom_it_belongs() {
    let store = open("memory:").unwrap();
    let log = PredictionLog::open(store.clone(), options(Durability::Each, WhenFull::Block, 100))
        .unwrap();
    let id = log.log(record(0)).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..200 {
                    // A prediction cannot be wrong and its label right.
                    let wrong = Feedback::new(&id, Some(false), Some("positive".to_owned()));
                    let error = log.feedback(wrong).unwrap_err();
                    assert!(error.to_string().contains("prediction"), "{error}");
                    log.log(record(number)).unwrap();
                    log.flush(None).unwrap();
                }
            });
        }
    });
    let counters = log.counters();
    assert_eq!(
        (counters.written, counters.failed, counters.repeated),
        (801, 800, 0),
        "{counters:?}"
    );
    // One that is wrong does not make a stranger of its company.
    let group = options(Durability::Group(Duration::from_millis(50)), WhenFull::Block, 10_000);
    let log = PredictionLog::open(store, group).unwrap();
    for number in 0..1000 {
        log.log(record(number)).unwrap();
    }
    log.feedback(Feedback::new(&id, Some(false), Some("positive".to_owned()))).unwrap();
    log.flush(Some(Duration::from_secs(u64::MAX))).unwrap();
    let counters = log.counters();
    assert_eq!(
        (counters.written, counters.failed, counters.repeated),
        (1000, 1, 0),
        "{counters:?}"
    );
}

/// A store that refuses for good is told at once to who waits for an answer.
#[test]
fn a_store_that_refuses_keeps_nobody_waiting() {
    let gate = Arc::new(Gate::default());
    let log =
        PredictionLog::open(gate.clone(), options(Durability::Each, WhenFull::Block, 10)).unwrap();
    gate.is_refusing.store(true, Ordering::SeqCst);
    let start = Instant::now();
    let error = log.log_batch(vec![record(0), record(1)]).unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    gate.is_refusing.store(false, Ordering::SeqCst);
    log.log(record(2)).unwrap();
    assert_eq!(log.counters().failed, 2);
    let store = gate as Arc<dyn Store>;
    assert_eq!(count(&store), 1);
}

/// A file that is no outbox is left as it is; damaged lines of one are kept aside.
#[test]
fn a_file_that_is_no_outbox_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    let open_log = |gate: &Arc<Gate>| {
        let mut options = options(Durability::Each, WhenFull::Block, 100);
        options.outbox = Some(path.clone());
        PredictionLog::open(gate.clone(), options)
    };
    for foreign in ["penting,sekali\n1,2\n", "penting, tanpa baris baru"] {
        std::fs::write(&path, foreign).unwrap();
        let error = open_log(&Arc::new(Gate::default())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incompatible, "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), foreign);
    }
    std::fs::remove_file(&path).unwrap();
    let gate = Arc::new(Gate::default());
    let log = open_log(&gate).unwrap();
    gate.is_away.store(true, Ordering::SeqCst);
    for number in 0..3 {
        log.log(record(number)).unwrap();
    }
    log.close().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[1] = lines[1].replace("sentiment", "sentimen");
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    gate.is_away.store(false, Ordering::SeqCst);
    let log = open_log(&gate).unwrap();
    log.close().unwrap();
    let store = gate as Arc<dyn Store>;
    assert_eq!(count(&store), 2);
    let aside = std::fs::read_to_string(path.with_extension("rejected")).unwrap();
    assert!(aside.contains("the line is damaged") && aside.contains("sentimen\\\""), "{aside}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

/// A service starts while its database is away: its predictions wait in the outbox.
#[test]
fn a_log_can_begin_before_its_server() {
    let Some(mut server) = Server::start("postgres") else { return };
    let url = server.fact("url").to_owned();
    server.stop();
    let folder = tempfile::tempdir().unwrap();
    let store = pantau::store::open_later(&url).unwrap();
    assert_eq!(store.recent(1.0).unwrap_err().kind(), ErrorKind::Unreachable);
    let mut options = options(Durability::Group(Duration::from_millis(10)), WhenFull::Block, 1000);
    options.outbox = Some(folder.path().join("outbox"));
    let log = PredictionLog::open(store.clone(), options).unwrap();
    for number in 0..100 {
        log.log(record(number)).unwrap();
    }
    log.flush(Some(Duration::from_mins(1))).unwrap();
    assert_eq!(log.counters().spilled, 100);
    server.restart();
    let start = Instant::now();
    while log.counters().waiting > 0 && start.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(50));
    }
    log.close().unwrap();
    assert_eq!(count(&store), 100);
}

/// What is written into a file that was removed would be lost in silence.
#[test]
fn a_store_whose_file_is_gone_takes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(path.to_str().unwrap()).unwrap();
    let log = PredictionLog::open(store, options(Durability::Each, WhenFull::Block, 10)).unwrap();
    log.log(record(0)).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    let error = log.log(record(1)).unwrap_err();
    assert!(error.to_string().contains("removed or replaced"), "{error}");
}

/// What a child does that is about to be killed: it logs, and says what was acknowledged.
#[test]
fn child_that_logs() {
    let Ok(path) = env::var("PANTAU_TEST_CHILD") else { return };
    let durability = match env::var("PANTAU_TEST_DURABILITY").as_deref() {
        Ok("each") => Durability::Each,
        _ => Durability::Group(Duration::from_millis(20)),
    };
    let log = PredictionLog::open(open(&path).unwrap(), options(durability, WhenFull::Block, 1000))
        .unwrap();
    let log = &log;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                for number in 0.. {
                    let id = log.log(record(number)).unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "id {id}").and_then(|()| out.flush()).unwrap();
                }
            });
        }
    });
}

/// Kills a child under load, and gives what it had acknowledged.
fn kill_after(path: &Path, durability: &str, span: Duration) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_that_logs", "--nocapture"])
        .env("PANTAU_TEST_CHILD", path)
        .env("PANTAU_TEST_DURABILITY", durability)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reader = thread::spawn(move || {
        let lines = lines.map_while(std::io::Result::ok);
        lines
            .filter_map(|line| line.split_once("id ").map(|(_, id)| id.to_owned()))
            .collect::<Vec<_>>()
    });
    thread::sleep(span);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut ids = reader.join().unwrap();
    // Of the last line perhaps only a part was written.
    ids.retain(|id| id.len() == 36);
    ids
}

fn survives_kills(times: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let (mut acknowledged, mut losses) = (BTreeSet::new(), 0);
    for number in 0..times {
        let span = Duration::from_millis(80 + (number as u64 * 7919) % 140);
        let durability = if number % 4 == 3 { "group" } else { "each" };
        let ids = kill_after(&path, durability, span);
        let store = open(path.to_str().unwrap()).unwrap();
        let mut stored = BTreeSet::new();
        let all = store.history(&Window::default(), usize::MAX).unwrap();
        let rows = all.len();
        stored.extend(all.into_iter().map(|record| record.id));
        assert_eq!(stored.len(), rows, "something is there twice");
        assert_eq!(count(&store), rows);
        if durability == "each" {
            acknowledged.extend(ids);
        } else {
            // The last group may be gone, and nothing before it.
            let gone = ids.iter().filter(|id| !stored.contains(*id)).count();
            let first_gone = ids.iter().position(|id| !stored.contains(id));
            losses += gone;
            if let Some(first_gone) = first_gone {
                let rest = &ids[first_gone..];
                // Three threads write their lines in nearly the order in which they logged.
                let kept = rest.iter().filter(|id| stored.contains(*id)).count();
                assert!(kept <= 6, "{kept} records after a lost one are there");
            }
        }
        let lost: Vec<_> = acknowledged.difference(&stored).collect();
        assert!(lost.is_empty(), "{} of {} are lost", lost.len(), acknowledged.len());
        let connection = rusqlite::Connection::open(&path).unwrap();
        let check: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }
    assert!(acknowledged.len() > times, "only {} were logged", acknowledged.len());
    println!("{} acknowledged, {losses} of the last groups lost", acknowledged.len());
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    survives_kills(8);
}

#[test]
#[ignore = "takes a minute; run by `make test-all`"]
fn nothing_acknowledged_is_lost_in_two_hundred_kills() {
    survives_kills(200);
}

/// A server is away under load: all arrives once, memory stays bounded, callers do not wait.
fn survives_an_outage(outage: Duration) {
    let Some(mut server) = Server::start("postgres") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = open(server.fact("url")).unwrap();
    let mut options =
        options(Durability::Group(Duration::from_millis(20)), WhenFull::Spill, 20_000);
    options.outbox = Some(folder.path().join("outbox"));
    let log = PredictionLog::open(store.clone(), options).unwrap();
    let is_over = AtomicBool::new(false);
    let (mut slowest, mut logged, mut peak) = (Vec::new(), 0, 0);
    thread::scope(|scope| {
        let operator = scope.spawn(|| {
            thread::sleep(Duration::from_millis(500));
            server.stop();
            thread::sleep(outage);
            server.restart();
            thread::sleep(Duration::from_millis(500));
            is_over.store(true, Ordering::SeqCst);
        });
        while !is_over.load(Ordering::SeqCst) {
            let start = Instant::now();
            log.log(record(logged)).unwrap();
            slowest.push(start.elapsed());
            logged += 1;
            if logged % 100 == 0 {
                peak = peak.max(log.counters().queued);
                // Two thousand a second or so.
                thread::sleep(Duration::from_millis(40));
            }
        }
        operator.join().unwrap();
    });
    let until = Instant::now() + Duration::from_mins(2);
    while log.counters().waiting > 0 {
        assert!(Instant::now() < until, "{:?}", log.counters());
        thread::sleep(Duration::from_millis(20));
    }
    log.close().unwrap();
    let counters = log.counters();
    assert_eq!(count(&store), logged, "{counters:?}");
    assert_eq!((counters.dropped, counters.failed), (0, 0));
    assert!(counters.spilled > 0 && peak <= 20_000);
    slowest.sort_unstable();
    let (half, most) = (slowest[logged / 2], slowest[logged * 99 / 100]);
    // A caller that waited for the server would have waited as long as it was away.
    assert!(most < outage / 10, "p99 {most:?}");
    println!("{logged} logged, {} by the outbox, p50 {half:?}, p99 {most:?}", counters.spilled);
}

#[test]
fn a_server_that_is_away_for_seconds_loses_nothing() {
    survives_an_outage(Duration::from_secs(3));
}

#[test]
#[ignore = "takes a minute; run by `make test-all`"]
fn a_server_that_is_away_for_half_a_minute_loses_nothing() {
    survives_an_outage(Duration::from_secs(30));
}
