//! Runs in all their homes, by the public interface alone: the same scenario must come out the
//! same in memory, SQLite, PostgreSQL and a real MLflow server.
#![cfg(all(feature = "mlflow", feature = "postgres", feature = "sqlite"))]
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "what is made for a test is as sure as the test; what is logged comes back exactly"
)]

mod servers;

use std::{
    collections::BTreeMap,
    env, fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use pantau::{
    ErrorKind, Timestamp,
    model::{LabelledTexts, LearnedKind, TrainOptions, train},
    runs::{Runs, Status},
};
use tempfile::TempDir;

/// A name that no test of this or another process uses.
fn unique(name: &str) -> String {
    let now = Timestamp::now().micros();
    format!("{name}-{}-{now}", std::process::id())
}

/// All homes that are here.
fn homes(folder: &TempDir) -> Vec<Runs> {
    let mut homes = vec![Runs::open("memory:").unwrap()];
    let file = folder.path().join("runs.sqlite");
    homes.push(Runs::open(&format!("sqlite:///{}", file.display())).unwrap());
    for server in ["postgres", "mlflow"] {
        homes.extend(servers::url(server).map(|url| Runs::open(url).unwrap()));
    }
    homes
}

/// A home of each kind and a new experiment in it.
fn in_all_homes(check: impl Fn(&Runs, &str)) {
    let folder = TempDir::new().unwrap();
    let homes = homes(&folder);
    assert!(homes.len() >= 2);
    for runs in &homes {
        assert!(!runs.location().contains("rahasia"), "{}", runs.location());
        check(runs, &unique("sentiment"));
    }
}

#[test]
fn a_run_is_read_back_as_it_was_logged() {
    in_all_homes(|runs, experiment| {
        let before = Timestamp::now();
        let run = runs.start(experiment, Some("IndoBERT é")).unwrap();
        run.log_params([("batch_size", "16"), ("empty", "")]).unwrap();
        run.log_param("learning_rate", 2e-5).unwrap();
        run.set_tag("model_type", "indobert").unwrap();
        run.set_tag("model_type", "indobert-base").unwrap();
        run.set_tag("mlflow.note.content", "a description").unwrap();
        for (epoch, loss) in (0..3).zip([0.7, 0.4, 0.5]) {
            run.log_metrics([("train_loss", loss), ("train/akurasi é", 1.0 - loss)], epoch)
                .unwrap();
        }
        let found = runs.run(run.id()).unwrap();
        assert_eq!((found.status, found.ended_at), (Status::Running, None));
        run.finish(Status::Finished).unwrap();
        let found = runs.run(run.id()).unwrap();
        assert_eq!(found.experiment, experiment);
        assert_eq!((found.name.as_str(), found.parent.as_deref()), ("IndoBERT é", None));
        assert_eq!(found.status, Status::Finished);
        // MLflow keeps milliseconds.
        assert!(found.started_at.micros() >= before.micros() - 1000);
        assert!(found.ended_at.unwrap() >= found.started_at);
        let text = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let params = [("batch_size", "16"), ("empty", ""), ("learning_rate", "0.00002")];
        assert_eq!(found.params, text(&params), "{}", runs.location());
        let tags = [("model_type", "indobert-base"), ("mlflow.note.content", "a description")];
        assert_eq!(found.tags, text(&tags), "{}", runs.location());
        let last: Vec<(&str, i64, f64)> = found
            .metrics
            .iter()
            .map(|(name, point)| (name.as_str(), point.step, point.value))
            .collect();
        assert_eq!(last, [("train/akurasi é", 2, 0.5), ("train_loss", 2, 0.5)]);
        let history = runs.metric_history(run.id(), "train_loss").unwrap();
        let steps: Vec<(i64, f64)> =
            history.iter().map(|point| (point.step, point.value)).collect();
        assert_eq!(steps, [(0, 0.7), (1, 0.4), (2, 0.5)]);
        assert!(runs.metric_history(run.id(), "never").unwrap().is_empty());
        assert!(runs.experiments().unwrap().iter().any(|name| name == experiment));
    });
}

#[test]
fn of_a_step_the_later_number_counts_and_what_is_not_finite_stays() {
    in_all_homes(|runs, experiment| {
        let run = runs.start(experiment, None).unwrap();
        run.log_metric("f1", 0.9, 5).unwrap();
        run.log_metric("f1", 0.4, 2).unwrap();
        run.log_metric("f1", 0.6, 5).unwrap();
        run.log_metric("f1", 0.3, 5).unwrap();
        run.log_metric("f1", 0.1, -1).unwrap();
        for (step, value) in (0..).zip([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
            run.log_metric("loss", value, step).unwrap();
        }
        run.log_metric("edge", 1.0, i64::MAX).unwrap();
        run.log_metric("edge", 2.0, i64::MAX).unwrap();
        let place = runs.location();
        let steps: Vec<(i64, f64)> = runs
            .metric_history(run.id(), "f1")
            .unwrap()
            .iter()
            .map(|point| (point.step, point.value))
            .collect();
        assert_eq!(steps, [(-1, 0.1), (2, 0.4), (5, 0.3)], "{place}");
        let found = runs.run(run.id()).unwrap();
        assert_eq!((found.metrics["f1"].step, found.metrics["f1"].value), (5, 0.3), "{place}");
        assert_eq!(found.metrics["edge"].value, 2.0, "{place}");
        let loss = runs.metric_history(run.id(), "loss").unwrap();
        assert!(loss[0].value.is_nan(), "{place}");
        assert_eq!((loss[1].value, loss[2].value), (f64::INFINITY, f64::NEG_INFINITY), "{place}");
        let json = found.to_json();
        assert_eq!(json["metrics"]["loss"]["text"], "-inf", "{place}");
        assert!(json["metrics"]["loss"]["value"].is_null());
        let text = runs.export_json(experiment).unwrap();
        let export: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(export["runs"][0]["metrics"]["loss"][0]["text"], "NaN", "{place}");
        assert_eq!(export["runs"][0]["metrics"]["f1"][1]["value"], 0.4, "{place}");
    });
}

#[test]
fn a_parameter_does_not_change() {
    in_all_homes(|runs, experiment| {
        let run = runs.start(experiment, None).unwrap();
        run.log_param("learning_rate", "1e-5").unwrap();
        run.log_param("learning_rate", "1e-5").unwrap();
        let all = [("other", "1"), ("learning_rate", "2e-5")];
        let error = run.log_params(all).unwrap_err();
        let place = runs.location();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{place}: {error}");
        let message = error.to_string();
        assert!(message.contains("\"1e-5\"") && message.contains("\"2e-5\""), "{place}: {message}");
        // Nothing of it was logged.
        assert!(!runs.run(run.id()).unwrap().params.contains_key("other"), "{place}");
        let error = run.log_params([("a", "1"), ("a", "2")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{place}");
        // More than a server takes at once; the second time each is there.
        let many = || (0..350).map(|number| (format!("p{number}"), "ü".repeat(2000)));
        run.log_params(many()).unwrap();
        run.log_params(many()).unwrap();
        assert_eq!(runs.run(run.id()).unwrap().params.len(), 351, "{place}");
    });
}

#[test]
fn the_same_parameter_of_many_threads_is_one() {
    in_all_homes(|runs, experiment| {
        let run = runs.start(experiment, None).unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    // Each by a handle of its own, as processes would have.
                    let own = runs.resume(run.id()).unwrap();
                    for name in ["a", "b", "c"] {
                        own.log_params([(name, "1"), ("both", "2")]).unwrap();
                    }
                });
            }
        });
        let found = runs.run(run.id()).unwrap();
        assert_eq!(found.params.len(), 4, "{}", runs.location());
    });
}

#[test]
fn the_best_run_is_found_and_runs_are_compared() {
    in_all_homes(|runs, experiment| {
        let place = runs.location();
        assert_eq!(runs.best(experiment, "f1", true).unwrap(), None, "{place}");
        let mut ids = Vec::new();
        for (rate, f1) in [
            ("1e-5", Some(0.81)),
            ("2e-5", Some(0.84)),
            ("5e-5", Some(0.84)),
            ("1e-4", Some(f64::NAN)),
            ("1e-3", Some(f64::INFINITY)),
            ("1e-2", None),
        ] {
            let run = runs.start(experiment, Some(&format!("rate {rate}"))).unwrap();
            run.log_params([("learning_rate", rate), ("epochs", "3")]).unwrap();
            if let Some(f1) = f1 {
                run.log_metric("f1", 0.99, 0).unwrap();
                run.log_metric("f1", f1, 1).unwrap();
            }
            run.finish(Status::Finished).unwrap();
            ids.push(run.id().to_owned());
            // MLflow tells runs that began in the same millisecond apart by chance.
            thread::sleep(std::time::Duration::from_millis(2));
        }
        let best = |maximize| runs.best(experiment, "f1", maximize).unwrap().unwrap().id;
        assert_eq!(best(true), ids[1], "{place}");
        assert_eq!(best(false), ids[0], "{place}");
        assert_eq!(runs.best(experiment, "never", true).unwrap(), None, "{place}");
        let listed: Vec<String> =
            runs.list(experiment, Some(3)).unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(listed, [ids[5].clone(), ids[4].clone(), ids[3].clone()], "{place}");
        assert_eq!(runs.list(experiment, None).unwrap().len(), 6);
        assert!(runs.list(&unique("nobody"), None).unwrap().is_empty());

        let compared = runs.compare(&ids[..2]).unwrap();
        let names: Vec<&str> = compared.params.iter().map(|param| param.name.as_str()).collect();
        assert_eq!(names, ["learning_rate"], "{place}");
        assert_eq!(compared.metrics[0].values, [Some(0.81), Some(0.84)]);
        let table = "               rate 1e-5  rate 2e-5\n\
                     learning_rate  1e-5       2e-5\n\
                     f1             0.81       0.84";
        assert_eq!(compared.to_string(), table, "{place}");
        assert_eq!(compared.to_json()["params"]["learning_rate"][1], "2e-5");
        assert!(runs.compare(&ids[..1]).is_err());
        let missing = [ids[0].as_str(), "no-such-run"];
        assert_eq!(runs.compare(&missing).unwrap_err().kind(), ErrorKind::NotFound, "{place}");
    });
}

#[test]
fn files_come_back_byte_for_byte() {
    in_all_homes(|runs, experiment| {
        let place = runs.location();
        let folder = TempDir::new().unwrap();
        let plots = folder.path().join("plots");
        fs::create_dir_all(plots.join("deep er")).unwrap();
        fs::write(plots.join("loss.svg"), "<svg/>").unwrap();
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        fs::write(plots.join("deep er/ü+&?.bin"), &bytes).unwrap();
        let run = runs.start(experiment, None).unwrap();
        run.log_artefact(&plots, Some("reports")).unwrap();
        run.log_artefact(plots.join("loss.svg"), None).unwrap();
        run.log_text("notes/a.txt", "satu").unwrap();
        run.log_text("notes/a.txt", "dua").unwrap();
        run.log_bytes("empty", b"").unwrap();
        let listed = runs.artefacts(run.id()).unwrap();
        let listed: Vec<(&str, u64)> =
            listed.iter().map(|file| (file.path.as_str(), file.size)).collect();
        let expected = [
            ("empty", 0),
            ("loss.svg", 6),
            ("notes/a.txt", 3),
            ("reports/plots/deep er/ü+&?.bin", 3_000_000),
            ("reports/plots/loss.svg", 6),
        ];
        assert_eq!(listed, expected, "{place}");
        assert_eq!(runs.read_artefact(run.id(), "notes/a.txt").unwrap(), b"dua", "{place}");
        assert_eq!(runs.read_artefact(run.id(), "empty").unwrap(), b"", "{place}");
        let target = folder.path().join("out.bin");
        let size = runs.save_artefact(run.id(), "reports/plots/deep er/ü+&?.bin", &target).unwrap();
        assert_eq!((size, fs::read(&target).unwrap()), (3_000_000, bytes), "{place}");
        // What is not there leaves nothing behind.
        let other = folder.path().join("other.bin");
        let error = runs.save_artefact(run.id(), "never.bin", &other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{place}: {error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{place}");
        for bad in ["../a", "/a", "a/../../b", "a\\b", ""] {
            let error = run.log_text(bad, "x").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad}");
            assert!(runs.read_artefact(run.id(), bad).is_err());
        }
        assert_eq!(
            run.log_artefact(folder.path().join("never"), None).unwrap_err().kind(),
            ErrorKind::NotFound
        );
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/etc/hostname", plots.join("link")).unwrap();
            let error = run.log_artefact(&plots, None).unwrap_err().to_string();
            assert!(error.contains("is a link"), "{error}");
        }
    });
}

#[test]
fn of_many_threads_the_last_step_stays_the_last() {
    let folder = TempDir::new().unwrap();
    // The homes that keep the last step apart from the others.
    for runs in homes(&folder).iter().filter(|runs| !runs.location().starts_with("http")) {
        let run = runs.start(&unique("threads"), None).unwrap();
        thread::scope(|scope| {
            for thread in 0..4 {
                let run = &run;
                scope.spawn(move || {
                    for step in (0..100).map(|step| step * 4 + thread) {
                        run.log_metric("loss", step as f64, step).unwrap();
                    }
                });
            }
        });
        let place = runs.location();
        let last = runs.run(run.id()).unwrap().metrics["loss"];
        assert_eq!((last.step, last.value), (399, 399.0), "{place}");
        assert_eq!(runs.metric_history(run.id(), "loss").unwrap().len(), 400, "{place}");
    }
}

/// MLflow's own database has a table `runs`, too.
#[test]
fn the_database_of_mlflow_is_left_alone() {
    if servers::url("mlflow").is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("mlflow.db");
    let uri = format!("sqlite:///{}", file.display());
    let program = "
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run():
    mlflow.log_param('a', 1)
";
    real_client(&uri, program, &[]);
    let before = fs::read(&file).unwrap();
    let error = Runs::open(&uri).unwrap_err();
    let message = error.full_message();
    assert!(message.contains("mlflow.db"), "{message}");
    assert_eq!(fs::read(&file).unwrap(), before, "{message}");
}

#[test]
fn a_store_says_how_large_a_file_may_be() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large.bin");
    fs::File::create(&path).unwrap().set_len((64 << 20) + 1).unwrap();
    let runs = Runs::open("memory:").unwrap();
    let run = runs.start("large", None).unwrap();
    let error = run.log_artefact(&path, None).unwrap_err().to_string();
    assert!(error.contains("has 67108865 bytes, and a store keeps at most 67108864"), "{error}");
}

#[test]
fn parts_belong_to_their_run_and_what_is_deleted_is_gone() {
    in_all_homes(|runs, experiment| {
        let place = runs.location();
        let run = runs.start(experiment, Some("search")).unwrap();
        let part = run.start_part(None).unwrap();
        assert!(part.name().starts_with("run 20"), "{}", part.name());
        part.log_metric("f1", 0.5, 0).unwrap();
        part.finish(Status::Failed).unwrap();
        let parts = runs.children(run.id()).unwrap();
        assert_eq!((parts.len(), parts[0].status), (1, Status::Failed), "{place}");
        assert_eq!(parts[0].parent.as_deref(), Some(run.id()), "{place}");
        let again = runs.resume(part.id()).unwrap();
        let found = runs.run(again.id()).unwrap();
        assert_eq!((found.status, found.ended_at), (Status::Running, None), "{place}");
        assert_eq!(run.finish(Status::Running).unwrap_err().kind(), ErrorKind::InvalidInput);

        runs.delete(part.id()).unwrap();
        let is_gone = |error: pantau::Error| {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{place}: {error}");
        };
        is_gone(runs.delete(part.id()).unwrap_err());
        is_gone(runs.run(part.id()).unwrap_err());
        is_gone(runs.resume(part.id()).unwrap_err());
        is_gone(part.log_param("a", 1).unwrap_err());
        is_gone(part.log_metric("a", 1.0, 0).unwrap_err());
        is_gone(part.set_tag("a", 1).unwrap_err());
        is_gone(part.log_text("a", "b").unwrap_err());
        is_gone(part.finish(Status::Finished).unwrap_err());
        is_gone(part.start_part(None).unwrap_err());
        is_gone(runs.metric_history(part.id(), "f1").unwrap_err());
        is_gone(runs.artefacts(part.id()).unwrap_err());
        is_gone(runs.run("no such run'").unwrap_err());
        assert!(runs.children(run.id()).unwrap().is_empty(), "{place}");
        assert_eq!(runs.best(experiment, "f1", true).unwrap(), None, "{place}");
        assert_eq!(runs.list(experiment, None).unwrap().len(), 1, "{place}");
    });
}

#[test]
fn names_that_one_home_refuses_are_refused_by_all() {
    in_all_homes(|runs, experiment| {
        let run = runs.start(experiment, None).unwrap();
        let invalid = |error: pantau::Error, part: &str| {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            assert!(error.to_string().contains(part), "{error}");
        };
        invalid(run.log_param("a?b", 1).unwrap_err(), "param \"a?b\": has '?'");
        invalid(run.log_metric("../a", 1.0, 0).unwrap_err(), "metric \"../a\"");
        invalid(run.set_tag("mlflow.runName", 1).unwrap_err(), "belongs to MLflow");
        invalid(run.log_param("a", "x".repeat(6001)).unwrap_err(), "6001 characters, and 6000");
        invalid(run.set_tag("a", "x".repeat(8001)).unwrap_err(), "8001 characters, and 8000");
        invalid(run.log_param("a", "b\0").unwrap_err(), "NUL");
        invalid(runs.start("", None).unwrap_err(), "experiment: is empty");
        invalid(runs.start(experiment, Some(" ")).unwrap_err(), "name of a run: is empty");
        // What is allowed at the very limit gets through everywhere.
        let name = "n".repeat(250);
        run.log_param(&name, "ü".repeat(6000)).unwrap();
        run.set_tag(&name, "ü".repeat(8000)).unwrap();
        run.log_metric(&name, 1.0, 0).unwrap();
        let found = runs.run(run.id()).unwrap();
        assert_eq!(found.params[&name].chars().count(), 6000);
        assert_eq!(found.tags[&name].chars().count(), 8000);
    });
}

#[test]
fn what_leads_nowhere_is_told() {
    let kind = |name: &str| {
        let error = Runs::open(name).unwrap_err();
        assert!(!error.full_message().contains("rahasia"), "{}", error.full_message());
        (error.kind(), error.full_message())
    };
    let (found, message) = kind("file:///tmp/mlruns");
    assert_eq!(found, ErrorKind::InvalidInput, "{message}");
    assert!(message.contains("start a server"), "{message}");
    let (found, message) = kind("http://budi:rahasia@127.0.0.1:9");
    assert_eq!(found, ErrorKind::Unreachable, "{message}");
    assert_eq!(kind("http://budi:rahasia@/").0, ErrorKind::InvalidInput);
    assert_eq!(kind("http://tidak-ada.invalid:5000").0, ErrorKind::Unreachable);
}

/// A tiny server that gives every request the same answer.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://budi:rahasia@{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn servers_that_are_no_mlflow_server_are_told_apart() {
    for (answer, kind, part) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>hi</html>",
            ErrorKind::Incompatible,
            "no JSON",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            ErrorKind::Storage,
            "MLFLOW_TRACKING_PASSWORD",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\nContent-Length: 0\r\n\r\n",
            ErrorKind::Storage,
            "sends elsewhere",
        ),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ErrorKind::NotFound, "MLflow"),
        (
            "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            ErrorKind::Unreachable,
            "in front of it",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n", ErrorKind::Unreachable, "MLflow server"),
    ] {
        let error = Runs::open(&answering(answer)).unwrap_err();
        let message = error.full_message();
        assert_eq!(error.kind(), kind, "{answer}: {message}");
        assert!(message.contains(part) && !message.contains("rahasia"), "{message}");
    }
}

#[test]
fn a_server_that_goes_and_comes_back_loses_nothing() {
    let Some(mut server) = servers::Server::start("mlflow") else { return };
    let runs = Runs::open(server.fact("url")).unwrap();
    let run = runs.start("outage", None).unwrap();
    run.log_metric("f1", 0.5, 0).unwrap();
    server.kill();
    let error = run.log_metric("f1", 0.6, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{}", error.full_message());
    server.restart();
    run.log_metric("f1", 0.6, 1).unwrap();
    run.finish(Status::Finished).unwrap();
    let history = runs.metric_history(run.id(), "f1").unwrap();
    assert_eq!(history.iter().map(|point| point.value).collect::<Vec<_>>(), [0.5, 0.6]);
}

fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build/servers/bin/python")
}

/// What the real client of MLflow prints.
fn real_client(url: &str, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(python())
        .args(["-c", program, url])
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_client_of_mlflow_sees_what_was_logged() {
    let Some(url) = servers::url("mlflow") else { return };
    let runs = Runs::open(url).unwrap();
    let experiment = unique("seen");
    let parent = runs.start(&experiment, Some("search")).unwrap();
    let run = parent.start_part(Some("trial é")).unwrap();
    run.log_param("learning_rate", "2e-5").unwrap();
    for step in 0..3 {
        run.log_metric("loss", 1.0 / f64::from(step + 1), i64::from(step)).unwrap();
    }
    run.log_metric("bad", f64::NAN, 0).unwrap();
    run.set_tag("model_type", "indobert").unwrap();
    run.log_text("plots/é.txt", "halo").unwrap();
    run.finish(Status::Finished).unwrap();
    let program = "
import json, math, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.get_run(sys.argv[2])
found = mlflow.search_runs(experiment_names=[sys.argv[3]], filter_string='metrics.loss < 0.4',
                           output_format='list')
client = mlflow.MlflowClient()
text = mlflow.artifacts.load_text(run.info.artifact_uri + '/plots/é.txt')
print(json.dumps([
    run.info.run_name, run.info.status, run.data.params, run.data.metrics['loss'],
    math.isnan(run.data.metrics['bad']), run.data.tags['model_type'],
    run.data.tags['mlflow.parentRunId'], run.info.end_time >= run.info.start_time,
    [metric.value for metric in client.get_metric_history(run.info.run_id, 'loss')],
    [item.info.run_id for item in found], text,
]))
";
    let printed = real_client(url, program, &[run.id(), &experiment]);
    let found: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let third = 1.0 / 3.0;
    let expected = serde_json::json!([
        "trial é", "FINISHED", {"learning_rate": "2e-5"}, third, true, "indobert", parent.id(),
        true, [1.0, 0.5, third], [run.id()], "halo",
    ]);
    assert_eq!(found, expected);
}

#[test]
fn what_the_client_of_mlflow_logs_is_read() {
    let Some(url) = servers::url("mlflow") else { return };
    let experiment = unique("theirs");
    let program = "
import sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment(sys.argv[2])
with mlflow.start_run(run_name='theirs') as run:
    mlflow.log_params({'a': 1, 'b': True})
    for step in range(2500):
        pass
    client = mlflow.MlflowClient()
    from mlflow.entities import Metric
    metrics = [Metric('m', float(step), 1000 + step, step) for step in range(2500)]
    for start in range(0, 2500, 1000):
        client.log_batch(run.info.run_id, metrics=metrics[start:start + 1000])
    mlflow.set_tag('note', 'x')
    mlflow.log_text('isi', 'folder/berkas.txt')
    print(run.info.run_id)
";
    let id = real_client(url, program, &[&experiment]);
    let runs = Runs::open(url).unwrap();
    // The client says more than was asked for.
    let id = id.lines().next().unwrap_or_default();
    let found = runs.run(id).unwrap();
    assert_eq!((found.name.as_str(), found.status), ("theirs", Status::Finished));
    assert_eq!((found.params["a"].as_str(), found.params["b"].as_str()), ("1", "True"));
    assert_eq!(found.tags.keys().collect::<Vec<_>>(), ["note"]);
    let history = runs.metric_history(id.trim(), "m").unwrap();
    assert_eq!((history.len(), history[2499].value), (2500, 2499.0));
    assert_eq!(runs.read_artefact(id.trim(), "folder/berkas.txt").unwrap(), b"isi");
    let best = runs.best(&experiment, "m", true).unwrap().unwrap();
    assert_eq!(best.id, id.trim());
}

/// The name in the environment is read by another process, for this one has many threads.
#[test]
fn the_environment_names_the_home() {
    if env::var_os("PANTAU_TEST_ENVIRONMENT").is_some() {
        let shown = match Runs::from_environment() {
            Ok(runs) => runs.location().to_owned(),
            Err(error) => error.to_string(),
        };
        eprintln!("home: {shown}");
        return;
    }
    let asked = |name: Option<&str>| {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", "the_environment_names_the_home"]);
        command.env("PANTAU_TEST_ENVIRONMENT", "1").env_remove("MLFLOW_TRACKING_URI");
        command.envs(name.map(|name| ("MLFLOW_TRACKING_URI", name)));
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(asked(Some("memory:")).contains("home: memory:"));
    let message = asked(None);
    assert!(message.contains("home: MLFLOW_TRACKING_URI: is not set"), "{message}");
}

/// Texts with two labels, one of which no metric could be named by.
fn reviews() -> LabelledTexts {
    let words = [["bagus", "cepat", "mantap"], ["buruk", "lambat", "rusak"]];
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    for number in 0..60 {
        let [one, two, three] = words[number % 2];
        texts.push(format!("aplikasi {one} nomor {number} {two} rahasiakata {three}"));
        labels.push(["positif", "buruk=sekali"][number % 2].to_owned());
    }
    LabelledTexts::new(texts, labels).unwrap()
}

#[test]
fn a_training_logs_itself() {
    let folder = TempDir::new().unwrap();
    let options = TrainOptions {
        strengths: vec![0.1, 1.0],
        test_share: 0.2,
        ..TrainOptions::new(LearnedKind::TfidfNb)
    };
    let target = folder.path().join("bundle");
    let trained = train(&reviews(), None, &target, &options, &mut |_, _| Ok(())).unwrap();
    in_all_homes(|runs, experiment| {
        let place = runs.location();
        let run = runs.start(experiment, Some("nb")).unwrap();
        run.log_training(&trained, &options).unwrap();
        // What is logged again is the same.
        run.log_evaluation(trained.test.as_ref().unwrap()).unwrap();
        run.finish(Status::Finished).unwrap();
        let found = runs.run(run.id()).unwrap();
        assert_eq!(found.params["kind"], "tfidf-nb", "{place}");
        assert_eq!(found.params["test_rows"], trained.rows.test.to_string(), "{place}");
        assert_eq!(found.tags["pantau.bundle"], trained.bundle.id(), "{place}");
        let test = trained.test.as_ref().unwrap();
        assert_eq!(found.metrics["test_accuracy"].value, test.accuracy.value, "{place}");
        assert_eq!(found.metrics["macro_f1"].value, test.macro_f1.value, "{place}");
        let class = test.classes.iter().find(|class| class.label == "buruk=sekali").unwrap();
        assert_eq!(found.metrics["test_recall/buruk_sekali"].value, class.recall, "{place}");

        let trials = runs.children(run.id()).unwrap();
        assert_eq!(trials.len(), trained.trials.len(), "{place}");
        let chosen: Vec<&str> = trials
            .iter()
            .filter(|trial| trial.tags["chosen"] == "true")
            .map(|trial| trial.name.as_str())
            .collect();
        let best = trained.trials.iter().find(|trial| trial.chosen).unwrap();
        assert_eq!(chosen, [format!("trial {}", best.number)], "{place}");
        let folds = runs.metric_history(&trials[0].id, "cv_fold_macro_f1").unwrap();
        assert_eq!(folds.len(), options.folds, "{place}");

        let files: Vec<String> =
            runs.artefacts(run.id()).unwrap().into_iter().map(|file| file.path).collect();
        for name in ["README.md", "trials.json", "test_confusion_matrix.csv", "evaluation.html"] {
            assert!(files.iter().any(|file| file == name), "{place}: {name} in {files:?}");
        }
        let matrix = runs.read_artefact(run.id(), "test_confusion_matrix.csv").unwrap();
        assert!(matrix.starts_with(b"actual,buruk=sekali,positif\r\n"), "{place}");
        for file in &files {
            let content = runs.read_artefact(run.id(), file).unwrap();
            let content = String::from_utf8_lossy(&content);
            let is_told = |text: &String| content.contains(text.as_str());
            assert!(!reviews().texts().iter().any(is_told), "{place}: {file}");
        }
    });
}
