//! Versions beside the one in use: shares, shadows, comparisons, and going back, under load.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use pantau::{
    ErrorKind,
    model::{ConvertOptions, LabelledTexts, convert},
    performance::Preference,
    registry::Act,
    store::{Consent, Feedback, Window},
    workspace::{Ask, MetricsOptions, ReplayOptions, Workspace, WorkspaceOptions, WorkspaceTrain},
};

mod chance;
use chance::Chance as Random;

const GOOD: [&str; 4] = ["bagus", "mantap", "gacor", "joss"];
const BAD: [&str; 4] = ["jelek", "lambat", "zonk", "ambyar"];
const FILLER: [&str; 6] = ["aplikasi", "ini", "sekali", "saya", "pakai", "setiap"];

/// A review by words among the first so many, and its label.
fn review(random: &mut Random, words: usize) -> (String, &'static str) {
    let is_good = random.unit() < 0.5;
    let all = if is_good { GOOD } else { BAD };
    let mut text = vec![all[random.below(words)]];
    for _ in 0..7 {
        text.push(FILLER[random.below(6)]);
    }
    (text.join(" "), if is_good { "positive" } else { "negative" })
}

fn data(words: usize, rows: usize) -> LabelledTexts {
    let mut random = Random::new(words as u64);
    let rows = (0..rows).map(|row| {
        let (text, label) = review(&mut random, words);
        (format!("{text} {row}"), label.to_owned())
    });
    let (texts, labels) = rows.unzip();
    LabelledTexts::new(texts, labels).unwrap()
}

fn open(folder: &Path) -> Workspace {
    Workspace::open(folder.join("reviews"), &WorkspaceOptions::default()).unwrap()
}

fn train(workspace: &Workspace, words: usize, training: Option<&str>) -> u32 {
    let options =
        WorkspaceTrain { training: training.map(str::to_owned), ..WorkspaceTrain::default() };
    let data = data(words, 600);
    workspace.train("sentiment", &data, &options, &mut |_, _| Ok(())).unwrap().version
}

/// A workspace whose version 1 knows half of the words and version 2 all of them.
fn two_versions(folder: &Path) -> Workspace {
    let workspace = open(folder);
    assert_eq!(train(&workspace, 2, None), 1);
    assert_eq!(train(&workspace, 4, None), 2);
    workspace.promote("sentiment", 1, &Act::by("test")).unwrap();
    workspace
}

fn ask(subject: &str) -> Ask {
    Ask { subject: Some(subject.to_owned()), ..Ask::default() }
}

#[test]
fn shares_stay_with_their_people() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = two_versions(folder.path());
    workspace.challenge("sentiment", 2, 0.3, None, &Act::by("sari")).unwrap();
    let version_of = |person: usize| {
        let answer =
            workspace.predict("sentiment", "bagus sekali", &ask(&format!("user-{person}")));
        answer.unwrap().version
    };
    let before: Vec<String> = (0..400).map(version_of).collect();
    let share = before.iter().filter(|own| *own == "2").count();
    assert!((80..160).contains(&share), "{share} of 400");
    assert_eq!((0..400).map(version_of).collect::<Vec<_>>(), before);
    // A larger share takes nobody away from the version that has answered so far.
    workspace.challenge("sentiment", 2, 0.6, None, &Act::by("sari")).unwrap();
    let after: Vec<String> = (0..400).map(version_of).collect();
    assert!(before.iter().zip(&after).all(|(before, after)| before != "2" || after == "2"));
    assert!(after.iter().filter(|own| *own == "2").count() > share + 60);
    // In a batch each review goes its own way, and answers come in the order of the texts.
    let texts: Vec<String> = (0..50).map(|row| format!("bagus sekali {row}")).collect();
    let ids = (0..50).map(|row| format!("r{row}")).collect();
    let batch = Ask { review_ids: ids, ..Ask::default() };
    let answers = workspace.predict_batch("sentiment", &texts, &batch).unwrap();
    let versions: BTreeSet<&str> = answers.iter().map(|own| own.version.as_str()).collect();
    assert_eq!(versions.len(), 2);
    let again = workspace.predict_batch("sentiment", &texts, &batch).unwrap();
    assert!(answers.iter().zip(&again).all(|(one, two)| one.version == two.version));
    workspace.flush(None).unwrap();
    let stored = workspace.store().prediction(&answers[7].id).unwrap().unwrap();
    assert_eq!(stored.review_id.as_deref(), Some("r7"));

    workspace.withdraw("sentiment", 2, &Act::by("sari")).unwrap();
    assert!((0..50).all(|person| version_of(person) == "1"));
    let gone = workspace.withdraw("sentiment", 2, &Act::by("sari")).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    let trail = workspace.store().audit_trail(None, None).unwrap();
    let deeds: Vec<&str> = trail.iter().map(|own| own.action.as_str()).collect();
    assert_eq!(deeds.iter().filter(|own| **own == "challenge").count(), 2);
    assert!(deeds.contains(&"withdraw"));
}

#[test]
fn a_better_shadow_is_found_and_promoted() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = two_versions(folder.path());
    let settings = r#"{"rollout": {"on_decision": "act"}, "audit_rate": 100000}"#;
    workspace.configure("sentiment", settings, "sari").unwrap();
    workspace.challenge("sentiment", 2, 0.0, None, &Act::by("sari")).unwrap();
    let mut random = Random::new(5);
    let (mut rows, mut preference) = (0, Preference::Undecided);
    while preference == Preference::Undecided && rows < 600 {
        let reviews: Vec<(String, &str)> = (0..20).map(|_| review(&mut random, 4)).collect();
        let texts: Vec<&str> = reviews.iter().map(|own| own.0.as_str()).collect();
        let consent = Consent::given().with_subject("user-1");
        let ask = Ask { consent: Some(consent), ..Ask::default() };
        let answers = workspace.predict_batch("sentiment", &texts, &ask).unwrap();
        assert!(answers.iter().all(|answer| answer.version == "1"));
        for (answer, (_, label)) in answers.iter().zip(&reviews) {
            let mut said = Feedback::label(&answer.id, label);
            "audit".clone_into(&mut said.source);
            workspace.feedback(said).unwrap();
        }
        rows += 20;
        let report = workspace.rollout("sentiment").unwrap();
        let [own] = report.challengers.as_slice() else { panic!("{report:?}") };
        assert_eq!(own.answered, Some(rows));
        assert!((0.4..0.95).contains(&own.agreement.unwrap()), "{own:?}");
        assert_eq!(own.comparison.pairs.rows(), rows);
        preference = own.comparison.preference;
    }
    assert_eq!(preference, Preference::Challenger, "after {rows} rows");
    assert!(rows < 300, "{rows}");
    // Nobody saw what it said, and what it said is no traffic of the model.
    let usage = workspace.store().usage(&Window::default()).unwrap();
    let own = usage.iter().find(|own| own.model == "sentiment").unwrap();
    assert_eq!((own.version.as_str(), own.predictions), ("1", rows));
    // Whoever wants to be forgotten is, here too.
    let forgotten = workspace.store().forget("user-1", "sari").unwrap().total() as u64;
    assert!(forgotten >= rows * 2, "{forgotten} of {rows}");

    workspace.look_after("sentiment", &mut |_, _| Ok(())).unwrap();
    let answer = workspace.predict("sentiment", "gacor sekali", &Ask::default()).unwrap();
    assert_eq!(answer.version, "1", "labels are gone, so nothing is known any more");
}

#[test]
fn a_decision_is_acted_on_once() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = two_versions(folder.path());
    let settings = r#"{"rollout": {"on_decision": "act", "sources": ["audit", "import"]}}"#;
    workspace.configure("sentiment", settings, "sari").unwrap();
    workspace.challenge("sentiment", 2, 0.5, None, &Act::by("sari")).unwrap();
    let mut random = Random::new(6);
    for row in 0..400 {
        let (text, label) = review(&mut random, 4);
        let answer = workspace.predict("sentiment", &text, &ask(&format!("user-{row}"))).unwrap();
        let mut said = Feedback::label(&answer.id, label);
        "import".clone_into(&mut said.source);
        workspace.feedback(said).unwrap();
    }
    let report = workspace.rollout("sentiment").unwrap();
    assert_eq!(report.recommended, Some(2), "{}", report.sentence);
    assert!(report.sentence.contains("version 2 answers 50 %"), "{}", report.sentence);
    for _ in 0..2 {
        workspace.look_after("sentiment", &mut |_, _| Ok(())).unwrap();
    }
    let answer = workspace.predict("sentiment", "gacor sekali", &Ask::default()).unwrap();
    assert_eq!(answer.version, "2");
    assert!(workspace.rollout("sentiment").unwrap().challengers.is_empty());
    let trail = workspace.store().audit_trail(None, None).unwrap();
    let decided = trail.iter().filter(|own| own.action == "notice/decided").count();
    assert_eq!(decided, 1);
    let moves = workspace.history("sentiment").unwrap();
    assert!(moves.last().unwrap().act.evidence.as_ref().unwrap()["pairs"].is_object());
}

#[test]
fn heads_on_one_encoder_are_asked_together() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/checkpoints/bert-encoder");
    let encoder = folder.path().join("encoder");
    convert(checkpoint, &encoder, &ConvertOptions::default()).unwrap();
    let workspace = open(folder.path());
    let training = |seed: u32| {
        format!(r#"{{"kind": "encoder-head", "encoder": {encoder:?}, "seed": {seed}}}"#)
    };
    assert_eq!(train(&workspace, 2, Some(&training(1))), 1);
    assert_eq!(train(&workspace, 4, Some(&training(2))), 2);
    workspace.promote("sentiment", 1, &Act::by("test")).unwrap();
    workspace.challenge("sentiment", 2, 0.0, None, &Act::by("test")).unwrap();
    let runs = || {
        let metrics = workspace.metrics(&MetricsOptions::default()).unwrap();
        assert!(metrics.contains(
            r#"pantau_rollout_share_ratio{model="sentiment",version="2",role="shadow"} 1"#
        ));
        let of = |outcome: &str| -> u64 {
            let name = format!(
                r#"pantau_shadow_answers_total{{model="sentiment",version="2",outcome="{outcome}"}} "#
            );
            let line = metrics.lines().find_map(|line| line.strip_prefix(name.as_str()));
            line.map_or(0, |count| count.parse().unwrap())
        };
        of("agreed") + of("differed")
    };
    for row in 0..10 {
        let text = format!("bagus sekali {row}");
        workspace.predict("sentiment", &text, &Ask::default()).unwrap();
        // It has answered by the time the answer is there: nothing had to be asked again.
        assert_eq!(runs(), row + 1);
    }
}

#[test]
fn logged_texts_are_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = two_versions(folder.path());
    let none = workspace.replay("sentiment", 2, &ReplayOptions::default(), &mut |_, _| Ok(()));
    assert!(none.unwrap().sentence.contains("none of 0 answers"));
    let mut random = Random::new(8);
    let reviews: Vec<(String, &str)> = (0..400).map(|_| review(&mut random, 4)).collect();
    let texts: Vec<&str> = reviews.iter().map(|own| own.0.as_str()).collect();
    let shared = Ask { consent: Some(Consent::given()), ..Ask::default() };
    let answers = workspace.predict_batch("sentiment", &texts, &shared).unwrap();
    workspace.predict("sentiment", "rahasia sekali", &Ask::default()).unwrap();
    for (answer, (_, label)) in answers.iter().zip(&reviews) {
        workspace.feedback(Feedback::label(&answer.id, label)).unwrap();
    }
    let before = workspace.log_counters().written;
    let found =
        workspace.replay("sentiment", 2, &ReplayOptions::default(), &mut |_, _| Ok(())).unwrap();
    assert_eq!((found.rows, found.all_rows), (400, 401));
    assert!(found.gain.unwrap() > 0.1 && found.interval.unwrap().low > 0.0, "{found:?}");
    assert!(found.pvalue.unwrap() < 0.05);
    // A fifth is never learnt from.
    assert!((40..140).contains(&found.pairs.rows()), "{:?}", found.pairs);
    let right = |own: &&pantau::workspace::Changed| own.actual.as_deref() == Some(&own.after);
    assert!(found.changed.iter().filter(right).count() >= 18, "{:?}", found.changed);
    let labels: u64 = found.labels.values().map(|own| own[0]).sum();
    assert_eq!(labels, 400);
    assert_eq!(workspace.log_counters().written, before);
    let same =
        workspace.replay("sentiment", 1, &ReplayOptions::default(), &mut |_, _| Ok(())).unwrap();
    assert!((same.agreement.unwrap() - 1.0).abs() < 1e-12);
    let missing = workspace.replay("sentiment", 9, &ReplayOptions::default(), &mut |_, _| Ok(()));
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

/// The version in use changes and changes back while 32 clients ask: none fails, and each answer
/// names the version that gave it.
#[test]
fn promotion_is_noticed_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = two_versions(folder.path());
    // Version 2 knows the word, version 1 does not: their answers tell them apart.
    let sure = |version: u32| {
        workspace.promote("sentiment", version, &Act::by("test")).unwrap();
        workspace.predict("sentiment", "gacor joss", &Ask::default()).unwrap().confidence
    };
    let known: BTreeMap<String, f64> =
        [1, 2].into_iter().map(|version| (version.to_string(), sure(version))).collect();
    assert!((known["1"] - known["2"]).abs() > 0.01, "{known:?}");
    let (ended, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let versions = thread::scope(|scope| {
        let client = || {
            let mut seen = BTreeSet::new();
            while !ended.load(Ordering::Relaxed) {
                let answer = workspace.predict("sentiment", "gacor joss", &Ask::default()).unwrap();
                assert!((answer.confidence - known[&answer.version]).abs() < 1e-12, "{answer:?}");
                seen.insert(answer.version);
                asked.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_micros(200));
            }
            seen
        };
        let clients: Vec<_> = (0..32).map(|_| scope.spawn(client)).collect();
        for round in 0..10 {
            thread::sleep(Duration::from_millis(20));
            if round % 2 == 0 {
                workspace.promote("sentiment", 1, &Act::by("test")).unwrap();
            } else {
                assert_eq!(workspace.rollback("sentiment", &Act::by("test")).unwrap(), 2);
            }
        }
        ended.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(asked.load(Ordering::Relaxed) > 1_000, "{asked:?}");
    assert!(versions.iter().filter(|seen| seen.len() == 2).count() > 16, "{versions:?}");
}

#[test]
fn a_challenger_that_is_broken_hurts_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = two_versions(folder.path());
    let bundle = workspace.registry().fetch("sentiment", 2).unwrap();
    fs::write(bundle.join("head.safetensors"), b"broken").unwrap();
    workspace.challenge("sentiment", 2, 0.5, None, &Act::by("test")).unwrap();
    for person in 0..20 {
        let answer = workspace.predict("sentiment", "bagus", &ask(&person.to_string())).unwrap();
        assert_eq!(answer.version, "1");
    }
    let report = workspace.rollout("sentiment").unwrap();
    assert!(report.challengers[0].problem.as_ref().unwrap().contains("head.safetensors"));
    assert!(report.sentence.contains("version 2 cannot answer"), "{}", report.sentence);
    for (version, share, problem) in [(1, 0.1, "in use already"), (2, 1.5, "share: 1.5")] {
        let error = workspace.challenge("sentiment", version, share, None, &Act::by("test"));
        let told = error.unwrap_err().to_string();
        assert!(told.contains(problem), "{told}");
    }
    let missing = workspace.challenge("sentiment", 7, 0.1, None, &Act::by("test")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}
