//! A workspace from its first training to the version after a change, as its users see it.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{sync::Arc, time::Duration};

use pantau::{
    ErrorKind, Timestamp,
    drift::Status,
    model::LabelledTexts,
    registry::Act,
    store::{Consent, Feedback},
    workspace::{Ask, RetrainOptions, Workspace, WorkspaceOptions, WorkspaceTrain},
};

mod chance;
use chance::Chance as Random;

const GOOD: [&str; 6] = ["bagus", "mantap", "cepat", "mudah", "lancar", "puas"];
const BAD: [&str; 6] = ["jelek", "lambat", "gagal", "susah", "rusak", "kecewa"];
/// How people write once the change has come.
const NEW_GOOD: [&str; 6] = ["gacor", "sat-set", "joss", "anteng", "wuzz", "kece"];
const NEW_BAD: [&str; 6] = ["zonk", "lemot", "ngelag", "ambyar", "bapuk", "error"];
const FILLER: [&str; 12] = [
    "aplikasi", "ini", "sekali", "dan", "untuk", "saya", "pakai", "setiap", "hari", "versi",
    "baru", "banget",
];

/// A review and its label; after the change in new words.
fn review(random: &mut Random, is_new: bool) -> (String, &'static str) {
    let is_good = random.unit() < 0.5;
    let words = match (is_good, is_new) {
        (true, false) => GOOD,
        (false, false) => BAD,
        (true, true) => NEW_GOOD,
        (false, true) => NEW_BAD,
    };
    let other = if is_good { BAD } else { GOOD };
    let mut text = Vec::new();
    for _ in 0..2 {
        // Some say the contrary of what they mean: no model is right on all of them.
        let word = if random.unit() < 0.08 { other } else { words };
        text.push(word[random.below(6)]);
    }
    for _ in 0..5 + random.below(6) {
        text.push(FILLER[random.below(12)]);
    }
    (text.join(" "), if is_good { "positive" } else { "negative" })
}

fn data(random: &mut Random, rows: usize) -> LabelledTexts {
    let (texts, labels) = (0..rows)
        .map(|_| review(random, false))
        .map(|(text, label)| (text, label.to_owned()))
        .unzip();
    LabelledTexts::new(texts, labels).unwrap()
}

fn day(day: u64) -> Timestamp {
    let start: Timestamp = "2026-01-01".parse().unwrap();
    start.after(Duration::from_secs(day * 86_400))
}

fn open(folder: &tempfile::TempDir) -> Workspace {
    Workspace::open(folder.path().join("reviews"), &WorkspaceOptions::default()).unwrap()
}

fn train(workspace: &Workspace, data: &LabelledTexts) -> pantau::workspace::Training {
    let options = WorkspaceTrain { at: Some(day(0)), ..WorkspaceTrain::default() };
    workspace.train("sentiment", data, &options, &mut |_, _| Ok(())).unwrap()
}

/// A day of traffic. Every third writer says what is right, and so does an auditor of whatever rows
/// were picked by chance. Gives the share of right answers.
fn serve(workspace: &Workspace, random: &mut Random, at: u64, is_new: bool) -> f64 {
    let mut right = 0;
    let rows: Vec<(String, &str)> = (0..150).map(|_| review(random, is_new)).collect();
    let texts: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).collect();
    let time = day(at).after(Duration::from_hours(1));
    let ask = Ask { consent: Some(Consent::given()), at: Some(time), ..Ask::default() };
    let answers = workspace.predict_batch("sentiment", &texts, &ask).unwrap();
    workspace.flush(None).unwrap();
    let said = time.after(Duration::from_mins(10));
    for (row, (answer, (_, label))) in answers.iter().zip(&rows).enumerate() {
        right += u32::from(answer.label == *label);
        if row % 3 == 0 {
            let mut feedback = Feedback::label(&answer.id, label);
            feedback.timestamp = said;
            assert!(workspace.feedback(feedback).unwrap());
        }
    }
    let evening = day(at).after(Duration::from_secs(80_000));
    for picked in workspace.to_label("sentiment", 100, Some(evening)).unwrap() {
        let place = answers.iter().position(|answer| answer.id == picked.id);
        if let Some(place) = place {
            let mut label = Feedback::label(&picked.id, rows[place].1);
            "audit".clone_into(&mut label.source);
            label.timestamp = evening;
            workspace.feedback(label).unwrap();
        }
    }
    f64::from(right) / 150.0
}

#[test]
fn a_change_is_noticed_and_learnt() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = open(&folder);
    let mut random = Random::new(11);
    let first = train(&workspace, &data(&mut random, 3_000));
    assert!(first.promoted && first.version == 1, "{}", first.sentence);
    assert!(first.gates.as_ref().unwrap().passed, "{:?}", first.gates);
    assert!(first.test_rows > 400 && first.train_rows > 2_000);
    workspace.configure("sentiment", r#"{"triggers": {"max_age": false}}"#, "sari").unwrap();

    let mut before = Vec::new();
    for at in 1..=12 {
        before.push(serve(&workspace, &mut random, at, false));
        let check = workspace.check("sentiment", Some(day(at + 1))).unwrap();
        let drift = check.drift.as_ref().unwrap();
        assert!(drift.status == Status::Ok, "day {at}: {}", drift.sentence);
    }
    let check = workspace.check("sentiment", Some(day(13))).unwrap();
    let kinds: Vec<&str> = check.triggers.triggers.iter().map(|own| own.kind.name()).collect();
    assert_eq!(kinds, ["new_data"], "{check}");

    // The change begins on day 13, and is found within three windows.
    let mut found = None;
    let mut during = Vec::new();
    for at in 13..=20 {
        during.push(serve(&workspace, &mut random, at, true));
        let check = workspace.check("sentiment", Some(day(at + 1))).unwrap();
        if check.drift.as_ref().unwrap().status == Status::Alarm && found.is_none() {
            found = Some((at, check));
        }
    }
    let (at, check) = found.expect("such a change is an alarm");
    assert!((13..=15).contains(&at), "day {at}");
    let drift = check.drift.as_ref().unwrap();
    assert!(drift.since_window.unwrap() >= 12, "{}", drift.sentence);
    let check = workspace.check("sentiment", Some(day(21))).unwrap();
    let kinds: Vec<&str> = check.triggers.triggers.iter().map(|own| own.kind.name()).collect();
    assert_eq!(kinds, ["drift", "performance", "feedback", "new_data"], "{check}");
    assert!(check.report().unwrap().to_html().contains("sentiment, version 1"));

    let options = RetrainOptions { at: Some(day(21)), ..RetrainOptions::default() };
    let record = workspace.retrain("sentiment", &options, &mut |_, _| Ok(())).unwrap();
    assert_eq!(record.status, "completed", "{record:?}");
    let again = workspace.retrain("sentiment", &options, &mut |_, _| Ok(())).unwrap();
    assert_eq!(again.status, "skipped");
    let kept = workspace.store().retrainings("sentiment", None).unwrap();
    assert_eq!(kept, std::slice::from_ref(&record));
    let file = folder.path().join(format!("reviews/retrainings/{}.json", record.id));
    assert!(std::fs::read_to_string(file).unwrap().contains("\"completed\""));

    let mut after = Vec::new();
    for at in 21..=28 {
        after.push(serve(&workspace, &mut random, at, true));
        let check = workspace.check("sentiment", Some(day(at + 1))).unwrap();
        let drift = check.drift.as_ref().unwrap();
        assert!(drift.status != Status::Alarm, "day {at}: {}", drift.sentence);
        assert_eq!(check.version, 2);
    }
    let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
    let (before, during, after) = (mean(&before), mean(&during), mean(&after));
    assert!(during < before - 0.2, "{before} {during}");
    assert!(after > before - 0.02, "{before} {during} {after}");

    assert_eq!(workspace.rollback("sentiment", &Act::by("sari")).unwrap(), 1);
    let answer = workspace.predict("sentiment", "bagus sekali", &Ask::default()).unwrap();
    assert_eq!(answer.version, "1");
    let history = workspace.history("sentiment").unwrap();
    let what: Vec<&str> = history.iter().map(|own| own.what.as_str()).collect();
    assert!(what.contains(&"promote") && what.contains(&"rollback"), "{what:?}");
}

#[test]
fn others_see_the_same_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (open(&folder), open(&folder));
    let mut random = Random::new(5);
    train(&one, &data(&mut random, 1_800));
    let answer = two.predict("sentiment", "bagus sekali dan mudah", &Ask::default()).unwrap();
    two.close().unwrap();
    assert!(one.feedback(Feedback::right(&answer.id)).unwrap());

    let two = open(&folder);
    let policy = r#"{"validation": {"on_breach": "reject"}}"#;
    let answer = two.predict("sentiment", "bagus", &Ask::default()).unwrap();
    assert_eq!(answer.flags, ["few_words"]);
    one.configure("sentiment", policy, "sari").unwrap();
    let error = one.predict("sentiment", "bagus", &Ask::default()).unwrap_err();
    assert_eq!(error.to_string(), "text: 1 words, and 7 are the fewest");
    let follows = |what: &dyn Fn() -> bool| {
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            what()
        })
    };
    assert!(follows(&|| two.predict("sentiment", "bagus", &Ask::default()).is_err()));
    one.configure("sentiment", r#"{"validation": null}"#, "sari").unwrap();

    let mut other = data(&mut random, 1_800);
    let options = WorkspaceTrain { at: Some(day(1)), ..WorkspaceTrain::default() };
    let second = one.train("sentiment", &other, &options, &mut |_, _| Ok(())).unwrap();
    one.promote("sentiment", second.version, &Act::by("sari")).unwrap();
    let text = "aplikasi ini bagus dan saya pakai setiap hari";
    let version = || two.predict("sentiment", text, &Ask::default()).unwrap().version;
    assert!(follows(&|| version() == "2"));
    assert_eq!(one.store().audit_trail(None, None).unwrap().len(), 2);

    // While one trains, nobody else does.
    let other_data = std::mem::replace(&mut other, data(&mut random, 40));
    let one = Arc::new(one);
    let started = Arc::new(std::sync::Barrier::new(2));
    let thread = {
        let (one, started) = (one.clone(), started.clone());
        std::thread::spawn(move || {
            let mut is_first = true;
            one.train("sentiment", &other_data, &WorkspaceTrain::default(), &mut |_, _| {
                if std::mem::take(&mut is_first) {
                    started.wait();
                    std::thread::sleep(Duration::from_millis(300));
                }
                Ok(())
            })
        })
    };
    started.wait();
    let error = two.retrain("sentiment", &RetrainOptions::default(), &mut |_, _| Ok(()));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Busy);
    thread.join().unwrap().unwrap();
}

#[test]
fn what_cannot_be_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = open(&folder);
    let error = workspace.predict("sentiment", "bagus", &Ask::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let mut random = Random::new(6);
    train(&workspace, &data(&mut random, 200));
    let answer = workspace.predict("sentiment", "bagus sekali", &Ask::default()).unwrap();
    let error = workspace.feedback(Feedback::label(&answer.id, "positif")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("label: \"positif\" is none of sentiment has: negative, positive"),
        "{error}"
    );
    assert!(!workspace.feedback(Feedback::right("no such id")).unwrap());
    let error = workspace.promote("sentiment", 9, &Act::by("sari")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(workspace.check("sentiment", None).unwrap().drift.is_none());
    let error = workspace.acknowledge("sentiment", "sari", "seen").unwrap_err();
    assert!(error.to_string().contains("too few texts"), "{error}");

    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/thesis.txt"), "x").unwrap();
    let error =
        Workspace::open(folder.path().join("mine"), &WorkspaceOptions::default()).unwrap_err();
    assert!(error.to_string().contains("holds thesis.txt, and no workspace"), "{error}");
    let mut elsewhere = WorkspaceOptions::default();
    elsewhere.store = Some("memory:".to_owned());
    let error = Workspace::open(workspace.folder(), &elsewhere).unwrap_err();
    assert!(error.to_string().contains("its store is in its folder"), "{error}");
}

/// 60 test texts are too few to compare with: the first 28 days are what is usual, and from then on drift
/// is watched.
#[test]
fn a_model_of_few_texts_learns_what_is_usual_from_what_comes() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = open(&folder);
    let mut random = Random::new(11);
    let training = train(&workspace, &data(&mut random, 300));
    assert!(
        training.sentence.contains("learnt from its first 28 windows"),
        "{}",
        training.sentence
    );
    let check = |at: u64| workspace.check("sentiment", Some(day(at))).unwrap();
    let refused = workspace.rebaseline("sentiment", "Ani", "why not").unwrap_err();
    assert!(refused.to_string().contains("0 of 28 windows are over"), "{refused}");
    for at in 0..28 {
        // What comes first may be quite unlike the few texts: nothing is compared with them.
        serve(&workspace, &mut random, at, true);
        let found = check(at);
        assert!(found.drift.is_none(), "day {at}");
        let learning = found.learning.unwrap();
        assert_eq!((learning.windows, learning.of), (usize::try_from(at).unwrap(), 28));
        assert!(found.to_string().contains(&format!("{at} of 28 windows are over")));
        assert!(found.report().is_none());
    }
    let report = check(28).drift.unwrap();
    assert_eq!((report.status, report.windows), (Status::Ok, 28));
    assert_eq!(report.records.len(), 1);
    assert!(report.records[0].reason.contains("the first 28 windows are what is usual"));
    assert!(report.history.iter().all(|past| past.status == Status::Ok && past.evidence == 0.0));
    for at in 28..34 {
        serve(&workspace, &mut random, at, true);
        assert_eq!(check(at + 1).drift.unwrap().status, Status::Ok, "day {at}");
    }
    // Another process finds the same.
    drop(workspace);
    let workspace = open(&folder);
    let again = workspace.check("sentiment", Some(day(34))).unwrap();
    assert_eq!((again.drift.unwrap().windows, again.learning), (34, None));
    // Another version comes and goes: what was learnt is there again.
    train(&workspace, &data(&mut random, 300));
    workspace.promote("sentiment", 2, &Act::by("Ani")).unwrap();
    let other = workspace.check("sentiment", Some(day(34))).unwrap();
    assert_eq!(other.learning.unwrap().windows, 0);
    let quiet = other.triggers.not_fired.iter().any(|own| own.reason.contains("0 of 28 windows"));
    assert!(quiet, "{}", other.triggers);
    workspace.rollback("sentiment", &Act::by("Ani")).unwrap();
    let again = workspace.check("sentiment", Some(day(34))).unwrap();
    assert_eq!((again.drift.unwrap().status, again.learning), (Status::Ok, None));
    let began = (34..40).find(|at| {
        serve(&workspace, &mut random, *at, false);
        let found = workspace.check("sentiment", Some(day(at + 1))).unwrap();
        found.drift.unwrap().status == Status::Alarm
    });
    assert!(matches!(began, Some(34..=36)), "{began:?}");
}
