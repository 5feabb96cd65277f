//! What operators have: metrics, notices, a schedule, and trainings by a command.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use pantau::{
    Timestamp,
    lifecycle::{Event, Notice},
    model::LabelledTexts,
    store::{Consent, Feedback},
    telemetry::{METRICS, alert_rules, dashboard},
    workspace::{
        Ask, MetricsOptions, RetrainOptions, ScheduleOptions, Workspace, WorkspaceOptions,
        WorkspaceTrain,
    },
};

fn open(folder: &Path) -> Workspace {
    Workspace::open(folder.join("reviews"), &WorkspaceOptions::default()).unwrap()
}

fn data(rows: usize) -> LabelledTexts {
    let words = ["bagus", "lemot"];
    let texts = (0..rows).map(|row| format!("{} sekali aplikasi ini, {row}", words[row % 2]));
    let labels = (0..rows).map(|row| ["positive", "negative"][row % 2].to_owned());
    LabelledTexts::new(texts.collect(), labels.collect()).unwrap()
}

fn trained(folder: &Path) -> Workspace {
    let workspace = open(folder);
    let options = WorkspaceTrain::default();
    workspace.train("sentiment", &data(1_600), &options, &mut |_, _| Ok(())).unwrap();
    workspace
}

/// What `promtool` of the Prometheus package says of a file or of its input; without it the test is
/// left out, unless that must not be.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
fn promtool(arguments: &[&str], input: &str) -> Option<String> {
    let started = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut process) = started else {
        let is_required = std::env::var("PANTAU_TEST_SERVERS").is_ok_and(|own| own == "required");
        assert!(!is_required, "promtool is missing; it is in the package prometheus");
        eprintln!("skipped: promtool is missing; it is in the package prometheus");
        return None;
    };
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(said)
}

/// The value of a sample.
fn value(page: &str, name: &str) -> Option<f64> {
    let line =
        page.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit_once(' ')).map(|(_, value)| value.parse().unwrap())
}

#[test]
fn metrics_tell_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let texts: Vec<String> = (0..300).map(|row| format!("bagus sekali, teks {row}")).collect();
    let ask = Ask { consent: Some(Consent::given()), ..Ask::default() };
    let answers = workspace.predict_batch("sentiment", &texts, &ask).unwrap();
    workspace.predict("sentiment", "", &Ask::default()).unwrap();
    let late = Ask { review_ids: vec!["a".to_owned(); 2], ..Ask::default() };
    workspace.predict("sentiment", "bagus", &late).unwrap_err();
    for answer in answers.iter().take(40) {
        workspace.feedback(Feedback::right(&answer.id)).unwrap();
    }
    workspace.feedback(Feedback::wrong(&answers[50].id, "negative")).unwrap();
    workspace.count_request("/predict", 200, Duration::from_millis(2)).unwrap();
    let odd = workspace.count_request("/predict", 7, Duration::ZERO).unwrap_err();
    assert_eq!(odd.to_string(), "status: 7, allowed are 100 to 599");
    workspace.flush(None).unwrap();
    let page = workspace.metrics(&MetricsOptions { fresh: true, ..Default::default() }).unwrap();
    for (name, expected) in [
        (r#"pantau_predictions_total{model="sentiment",version="1",label="positive"}"#, 301.0),
        (r#"pantau_prediction_confidence_ratio_count{model="sentiment",version="1"}"#, 301.0),
        (r#"pantau_prediction_duration_seconds_count{model="sentiment",version="1"}"#, 301.0),
        (r#"pantau_flagged_predictions_total{model="sentiment",flag="empty"}"#, 1.0),
        (r#"pantau_prediction_errors_total{model="sentiment",kind="invalid_input"}"#, 1.0),
        (r#"pantau_log_records_total{outcome="written"}"#, 301.0),
        (r#"pantau_log_records_total{outcome="dropped"}"#, 0.0),
        ("pantau_log_queue_length", 0.0),
        ("pantau_store_reachable", 1.0),
        ("pantau_active_models", 1.0),
        ("pantau_processes", 1.0),
        (r#"pantau_drift_status{model="sentiment",status="ok"}"#, 1.0),
        (r#"pantau_drift_status{model="sentiment",status="alarm"}"#, 0.0),
        (r#"pantau_retraining_due{model="sentiment"}"#, 0.0),
        (r#"pantau_retrainings{model="sentiment",status="failed"}"#, 0.0),
        (r#"pantau_http_requests_total{route="/predict",status="200"}"#, 1.0),
        (r#"pantau_rollout_share_ratio{model="sentiment",version="1",role="champion"}"#, 1.0),
    ] {
        assert_eq!(value(&page, name), Some(expected), "{name}\n{page}");
    }
    let wrong = r#"pantau_wrong_feedback_ratio{model="sentiment",version="1"}"#;
    assert!((value(&page, wrong).unwrap() - 1.0 / 41.0).abs() < 1e-12, "{page}");
    let score = r#"pantau_test_score_ratio{model="sentiment",version="1",metric="accuracy"}"#;
    assert!(value(&page, score).unwrap() > 0.9);
    assert!(value(&page, "pantau_process_resident_memory_bytes").unwrap() > 1e6);
    assert!(
        page.contains(r#"pantau_model_info{model="sentiment",version="1",kind="tfidf-logistic""#)
    );
    assert!(!page.contains("\nsentiment_predictions_total"));
    let aliases = MetricsOptions { aliases: true, ..MetricsOptions::default() };
    let older = workspace.metrics(&aliases).unwrap();
    assert_eq!(value(&older, r#"sentiment_predictions_total{sentiment="positive"}"#), Some(301.0));
    // Prometheus says what is amiss, and says nothing of what is well.
    if let Some(said) = promtool(&["check", "metrics"], &page) {
        assert_eq!(said.trim(), "");
    }
    promtool(&["check", "metrics", "--extended"], &older);
    let told = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).count();
    assert!(told > METRICS.len() / 2, "{told}");
}

#[test]
fn whoever_is_asked_tells_the_sum() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let other = open(folder.path());
    let name = r#"pantau_predictions_total{model="sentiment",version="1",label="positive"}"#;
    let mut last = 0.0;
    for round in 1..=20_u32 {
        for (place, own) in [&workspace, &other].into_iter().enumerate() {
            own.predict("sentiment", "bagus sekali", &Ask::default()).unwrap();
            // Every other look is at the one that has just answered.
            let asked = if (round as usize + place).is_multiple_of(2) { own } else { &workspace };
            let now = value(&asked.metrics(&MetricsOptions::default()).unwrap(), name).unwrap();
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
        let both: Vec<f64> = [&workspace, &other, &workspace]
            .iter()
            .map(|own| value(&own.metrics(&MetricsOptions::default()).unwrap(), name).unwrap())
            .collect();
        assert!((both[2] - f64::from(round * 2)).abs() < 0.5, "{both:?}");
    }
    other.close().unwrap();
    let page = workspace.metrics(&MetricsOptions::default()).unwrap();
    assert_eq!((value(&page, name), value(&page, "pantau_processes")), (Some(40.0), Some(1.0)));
}

/// The files in `ops` are those that the list of metrics makes; `UPDATE=1` writes them anew.
#[test]
fn the_dashboard_and_the_alerts_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops");
    for (name, content) in [("grafana.json", dashboard()), ("alerts.yml", alert_rules())] {
        let path = folder.join(name);
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &content).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, content, "{} is out of date: UPDATE=1 writes it anew", path.display());
    }
    let rules = folder.join("alerts.yml");
    promtool(&["check", "rules", rules.to_str().unwrap()], "");
    let config = folder.join("prometheus.yml");
    promtool(&["check", "config", config.to_str().unwrap()], "");
}

/// Waits until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

type Heard = Arc<Mutex<Vec<Notice>>>;

fn events(heard: &Heard) -> Vec<Event> {
    heard.lock().unwrap().iter().map(|notice| notice.event).collect()
}

#[test]
fn functions_hear_what_happens_in_any_process() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let other = open(folder.path());
    let (heard, tries) = (Heard::default(), Arc::new(Mutex::new(0)));
    let (own, own_tries) = (heard.clone(), tries.clone());
    other
        .notify(move |notice| {
            let tries = {
                let mut tries = own_tries.lock().unwrap();
                *tries += 1;
                *tries
            };
            match tries {
                1 => Err("not yet".to_owned()),
                2 => panic!("on purpose"),
                _ => {
                    own.lock().unwrap().push(notice.clone());
                    Ok(())
                }
            }
        })
        .unwrap();
    let options = RetrainOptions { force: true, ..RetrainOptions::default() };
    let record = workspace.retrain("sentiment", &options, &mut |_, _| Ok(())).unwrap();
    assert_eq!(record.status, "completed");
    until("both are heard", || events(&heard).len() == 2);
    assert_eq!(events(&heard), [Event::Triggered, Event::Completed]);
    let last = heard.lock().unwrap().last().unwrap().clone();
    assert_eq!(last.model, "sentiment");
    assert!(last.text.contains("version 2 of sentiment is in use"), "{}", last.text);
    assert_eq!(last.detail["training"]["version"], 2);
    assert_eq!(*tries.lock().unwrap(), 4);
    until("it is counted", || {
        let page = other.metrics(&MetricsOptions::default()).unwrap();
        value(&page, r#"pantau_notices_total{event="completed",outcome="delivered"}"#) == Some(1.0)
    });
}

#[test]
fn an_alarm_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let heard = Heard::default();
    let own = heard.clone();
    workspace
        .notify(move |notice| {
            own.lock().unwrap().push(notice.clone());
            Ok(())
        })
        .unwrap();
    let day = |day: u64| -> Timestamp {
        let start: Timestamp = "2026-01-01".parse().unwrap();
        start.after(Duration::from_secs(day * 86_400))
    };
    for at in 0..6 {
        let texts: Vec<String> =
            (0..200).map(|row| format!("vaksin covid {at} {row} habis")).collect();
        let ask = Ask { at: Some(day(at).after(Duration::from_hours(1))), ..Ask::default() };
        workspace.predict_batch("sentiment", &texts, &ask).unwrap();
        workspace.check("sentiment", Some(day(at + 1))).unwrap();
        workspace.check("sentiment", Some(day(at + 1))).unwrap();
    }
    until("it is heard", || !events(&heard).is_empty());
    thread::sleep(Duration::from_millis(300));
    assert_eq!(events(&heard), [Event::Alarm]);
    let notice = heard.lock().unwrap()[0].clone();
    assert!(!notice.detail["features"].as_array().unwrap().is_empty(), "{notice:?}");
}

#[test]
fn a_schedule_trains_when_there_is_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let settings = r#"{"triggers": {"new_data": 40, "min_interval": "0s"}}"#;
    workspace.configure("sentiment", settings, "test").unwrap();
    let every = ScheduleOptions { every: Duration::from_secs(1), ..ScheduleOptions::default() };
    workspace.start(&every).unwrap();
    let again = workspace.start(&every).unwrap_err().to_string();
    assert!(again.contains("already"), "{again}");
    thread::sleep(Duration::from_millis(1_500));
    assert!(workspace.store().retrainings("sentiment", None).unwrap().is_empty());
    let ask = Ask { consent: Some(Consent::given()), ..Ask::default() };
    let texts: Vec<String> = (0..60).map(|row| format!("keren sekali, teks {row}")).collect();
    for answer in workspace.predict_batch("sentiment", &texts, &ask).unwrap() {
        workspace.feedback(Feedback::label(&answer.id, "positive")).unwrap();
    }
    until("it has trained", || {
        let found = workspace.store().retrainings("sentiment", None).unwrap();
        found.first().is_some_and(|own| own.status == "completed")
    });
    workspace.stop();
    workspace.stop();
    workspace.start(&every).unwrap();
    let soon = ScheduleOptions { every: Duration::from_millis(1), ..ScheduleOptions::default() };
    workspace.stop();
    assert!(workspace.start(&soon).unwrap_err().to_string().contains("every: 1ms"));
    workspace.close().unwrap();
}

#[cfg(unix)]
fn command(workspace: &Workspace, script: &str, limit: &str) {
    let settings = serde_json::json!({ "trainer": {
        "command": ["sh", "-c", script], "time_limit": limit, "weights": "fp32",
    } });
    workspace.configure("sentiment", &settings.to_string(), "test").unwrap();
}

#[cfg(unix)]
#[test]
fn a_command_trains_and_is_held_to_the_gates() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let force = RetrainOptions { force: true, ..RetrainOptions::default() };
    let retrain = || workspace.retrain("sentiment", &force, &mut |_, _| Ok(())).unwrap();

    command(&workspace, "echo out of memory; exit 7", "1min");
    let failed = retrain();
    assert_eq!(failed.status, "failed");
    let reason = failed.reason.unwrap();
    assert!(reason.contains("exit code 7") && reason.contains("out of memory"), "{reason}");
    let log = workspace.folder().join("retrainings").join(format!("{}.log", failed.id));
    assert_eq!(fs::read_to_string(log).unwrap(), "out of memory\n");

    command(&workspace, "sleep 60", "1s");
    let slow = retrain();
    assert!(slow.reason.unwrap().contains("time limit, 1s"));

    // A bundle that was made elsewhere, here of the version in use.
    command(
        &workspace,
        r#"test $(wc -l < "$PANTAU_DATA") -gt 900 && cp -r "$PANTAU_CHAMPION" "$PANTAU_OUTPUT""#,
        "1min",
    );
    let same = retrain();
    assert_eq!(same.status, "completed", "{same:?}");
    let training = same.training_result.unwrap();
    assert!(training["metrics"]["accuracy"].as_f64().unwrap() > 0.9, "{training}");

    // A checkpoint, whose model has learnt nothing of this.
    let checkpoint: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "..", "tests", "data", "checkpoints"].iter().collect();
    let of = |name: &str| checkpoint.join(name).to_string_lossy().into_owned();
    command(&workspace, &format!(r#"cp -r "{}" "$PANTAU_OUTPUT""#, of("bert-classifier")), "1min");
    let other = retrain();
    assert_eq!(other.status, "rejected", "{other:?}");
    assert_eq!(other.training_result.unwrap()["version"], 3);
    let answer = workspace.predict("sentiment", "bagus sekali", &Ask::default()).unwrap();
    assert_eq!((answer.version.as_str(), answer.label.as_str()), ("2", "positive"));
    let bundle = workspace.registry().fetch("sentiment", 3).unwrap();
    assert!(pantau::model::Bundle::open(bundle).unwrap().reference().unwrap().is_some());
}

#[test]
fn a_training_that_is_stopped_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = trained(folder.path());
    let force = RetrainOptions { force: true, ..RetrainOptions::default() };
    let stop = &mut |_, _| {
        Err(pantau::Error::InvalidInput {
            what: "the test".to_owned(),
            problem: "has seen enough".to_owned(),
        })
    };
    let error = workspace.retrain("sentiment", &force, stop).unwrap_err().to_string();
    assert!(error.contains("has seen enough"), "{error}");
    let found = workspace.store().retrainings("sentiment", None).unwrap();
    assert_eq!(found[0].status, "stopped");
    let report = workspace.evaluate_triggers("sentiment", None).unwrap();
    let held: Vec<&str> = report.held_back.iter().map(|own| own.kind.as_str()).collect();
    assert_eq!(held, ["min_interval"], "only the first training holds it back");
}
