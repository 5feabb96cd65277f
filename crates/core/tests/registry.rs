//! Every home of the registry does the same; what is altered is found; many can use it at once.
#![cfg(feature = "mlflow")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what is made for a test is as sure as the test; children talk to their parent"
)]

mod servers;

use std::{
    collections::BTreeSet,
    env, fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use pantau::{
    ErrorKind,
    model::{LabelledTexts, TrainOptions, train},
    registry::{
        Act, CHAMPION, Directory, Memory, MlflowRegistry, NewVersion, Registry, conformance, open,
    },
};
use tempfile::TempDir;

/// Two bundles that differ, made once.
fn bundles() -> (&'static Path, &'static Path) {
    static BUNDLES: OnceLock<(TempDir, PathBuf, PathBuf)> = OnceLock::new();
    let (_, first, second) = BUNDLES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, good: &str| {
            let texts = (0..60).map(|number| {
                let word = if number % 2 == 0 { good } else { "buruk" };
                format!("aplikasi {word} sekali nomor {number}")
            });
            let labels = (0..60).map(|number| ["positive", "negative"][number % 2].to_owned());
            let data = LabelledTexts::new(texts.collect(), labels.collect()).unwrap();
            let path = folder.path().join(name);
            train(&data, None, &path, &TrainOptions::default(), &mut |_, _| Ok(())).unwrap();
            path
        };
        let (first, second) = (make("first", "bagus"), make("second", "hebat"));
        (folder, first, second)
    });
    (first, second)
}

fn act() -> Act {
    Act::by("tester")
}

fn unique(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

#[test]
fn memory_conforms() {
    let (first, second) = bundles();
    conformance::check(&Memory::new(), first, second, "memory");
}

#[test]
fn a_directory_conforms() {
    let (first, second) = bundles();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("models");
    conformance::check(&Directory::open(&path).unwrap(), first, second, "directory");
    // A second one finds what the first has made, with its shortcuts and without.
    let again = |path: &Path| {
        let registry = Directory::open(path).unwrap();
        let registry: &dyn Registry = &registry;
        assert_eq!(registry.models().unwrap().len(), 6);
        for model in registry.models().unwrap() {
            registry.verify(&model).unwrap();
        }
    };
    again(&path);
    // Each file is there once, however many versions have it.
    let count = |path: &Path| {
        let files = fs::read_dir(path.join("files")).unwrap();
        files.map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum::<usize>()
    };
    let manifests = [first, second].map(|path| fs::read_dir(path).unwrap().count());
    assert!(count(&path) <= manifests[0] + manifests[1], "{}", count(&path));
    // Plain files: a copy is a registry.
    let copy = folder.path().join("copy");
    assert!(Command::new("cp").arg("-r").args([&path, &copy]).status().unwrap().success());
    again(&copy);
}

#[cfg(feature = "s3")]
use pantau::registry::Bucket;

#[cfg(feature = "s3")]
fn bucket(prefix: &str) -> Option<Bucket> {
    let facts = servers::shared("s3")?;
    let name = format!("s3://pantau/{}", unique(prefix));
    let endpoint = facts["endpoint"].as_str().unwrap();
    let settings = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "rahasia"),
        ("AWS_REGION", "us-east-1"),
    ];
    Some(Bucket::open_with(&name, &settings).unwrap())
}

#[cfg(feature = "s3")]
#[test]
fn a_bucket_conforms() {
    let (first, second) = bundles();
    let Some(bucket) = bucket("conformance") else { return };
    conformance::check(&bucket, first, second, "bucket");
}

/// A service may call from within an asynchronous function, though it blocks a thread.
#[cfg(feature = "s3")]
#[test]
fn a_bucket_can_be_used_within_a_runtime() {
    let (first, _) = bundles();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(bucket) = bucket("runtime") else { return };
        assert_eq!(bucket.register("m", first, &NewVersion::default(), &act()).unwrap(), 1);
    });
}

#[cfg(feature = "s3")]
#[test]
fn two_who_write_into_a_bucket_at_once_take_turns() {
    let (first, _) = bundles();
    let Some(one) = bucket("turns") else { return };
    let two = bucket("turns").unwrap();
    one.register("m", first, &NewVersion::default(), &act()).unwrap();
    one.register("m", first, &NewVersion::default(), &act()).unwrap();
    std::thread::scope(|scope| {
        for (registry, start) in [(&one, 0), (&two, 1)] {
            scope.spawn(move || {
                let registry: &dyn Registry = registry;
                for number in 0..10 {
                    registry.promote("m", (start + number) % 2 + 1, &act()).unwrap();
                }
            });
        }
    });
    let registry: &dyn Registry = &two;
    registry.verify("m").unwrap();
}

#[test]
fn mlflow_conforms() {
    let (first, second) = bundles();
    let Some(url) = servers::url("mlflow") else { return };
    conformance::check(&MlflowRegistry::open(url).unwrap(), first, second, &unique("mlflow"));
}

/// What MLflow's own client sees of what we have registered, and what we see of what it has.
#[test]
fn mlflows_own_client_agrees() {
    let (first, second) = bundles();
    let Some(url) = servers::url("mlflow") else { return };
    let registry = open(url).unwrap();
    let model = unique("shared");
    let mut told = NewVersion::default();
    told.description = "pertama".to_owned();
    told.tags.insert("data".to_owned(), "smsa".to_owned());
    registry.register(&model, first, &told, &act()).unwrap();
    registry.register(&model, second, &NewVersion::default(), &act()).unwrap();
    registry.promote(&model, 1, &act()).unwrap();
    let script = r#"
import sys, os, mlflow
from mlflow import MlflowClient
url, name, folder = sys.argv[1:]
mlflow.set_tracking_uri(url)
client = MlflowClient()
champion = client.get_model_version_by_alias(name, "champion")
print(champion.version, champion.description, champion.tags["data"])
path = mlflow.artifacts.download_artifacts(f"models:/{name}@champion", dst_path=folder)
print(sorted(os.listdir(path)) == sorted(os.listdir(sys.argv[3] + "/../expected")))
client.set_registered_model_alias(name, "theirs", "2")
"#;
    let folder = tempfile::tempdir().unwrap();
    let expected = folder.path().join("expected");
    fs::create_dir(&expected).unwrap();
    for file in &registry.version(&model, 1).unwrap().files {
        fs::write(expected.join(&file.path), "").unwrap();
    }
    let target = folder.path().join("target");
    fs::create_dir(&target).unwrap();
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build/servers/bin/python");
    let output =
        Command::new(python).args(["-c", script, url, &model]).arg(&target).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 pertama smsa\nTrue"), "{said}");
    assert_eq!(registry.resolve(&format!("{model}@theirs")).unwrap().1, 2);
}

#[test]
fn servers_that_do_not_let_in_are_named() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nowhere = format!("http://user:rahasia@127.0.0.1:{port}");
    let error = open(&nowhere).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{}", error.full_message());
    assert!(!error.full_message().contains("rahasia"));
    // Servers that are none of MLflow's.
    for (answer, kind) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", ErrorKind::Incompatible),
        ("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno", ErrorKind::Storage),
        ("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", ErrorKind::NotFound),
    ] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}", server.local_addr().unwrap().port());
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let error = open(&url).unwrap_err();
        serving.join().unwrap();
        assert_eq!(error.kind(), kind, "{}", error.full_message());
    }
    for (name, part) in [
        ("", "its name is empty"),
        ("gs://bucket", "gs:// is none of"),
        ("mlflow:5000", "mlflow: is none of"),
    ] {
        let error = open(name).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[cfg(feature = "s3")]
#[test]
fn a_bucket_that_is_not_there_is_named() {
    let Some(facts) = servers::shared("s3") else { return };
    let endpoint = facts["endpoint"].as_str().unwrap();
    let keys = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "rahasia")];
    let mut settings = vec![("AWS_ENDPOINT_URL", endpoint), ("AWS_REGION", "us-east-1")];
    settings.extend(keys);
    let error = Bucket::open_with("s3://no-such-bucket/x", &settings).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{}", error.full_message());
    assert!(error.to_string().contains("the bucket of s3://no-such-bucket/x"), "{error}");
}

/// Whatever is altered below a registry's folder is found, and named.
#[test]
fn what_was_altered_is_found() {
    let (first, second) = bundles();
    let altered = |alter: &dyn Fn(&Path), part: &str| {
        let folder = tempfile::tempdir().unwrap();
        let registry = Directory::open(folder.path()).unwrap();
        registry.register("m", first, &NewVersion::default(), &act()).unwrap();
        registry.register("m", second, &NewVersion::default(), &act()).unwrap();
        let dynamic: &dyn Registry = &registry;
        dynamic.promote("m", 2, &act()).unwrap();
        alter(folder.path());
        let registry = Directory::open(folder.path()).unwrap();
        let registry: &dyn Registry = &registry;
        let error = registry.verify("m").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Incompatible, "{}", error.full_message());
        assert!(error.to_string().contains(part), "{error}");
    };
    let entry = |path: &Path, number: u32| path.join(format!("models/m/journal/{number:08}.json"));
    let rewrite = |path: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    };
    altered(&|path| rewrite(&entry(path, 2), "tester", "nobody"), "entry 2 was changed");
    altered(
        &|path| {
            fs::copy(entry(path, 3), entry(path, 1)).unwrap();
        },
        "entry 3 stands in the place of 1",
    );
    altered(&|path| fs::write(entry(path, 3), "{").unwrap(), "part of it is missing");
    let manifest = |path: &Path| path.join("models/m/versions/2/pantau.json");
    altered(&|path| rewrite(&manifest(path), "positive", "positiva"), "were altered");
    altered(
        &|path| {
            let bytes = fs::read(manifest(path)).unwrap();
            fs::write(manifest(path), &bytes[1..]).unwrap();
        },
        "bytes, and",
    );
}

/// However a version becomes the champion, it is a promotion, and a snapshot is believed only as far
/// as the journal says the same.
#[test]
fn there_is_one_way_to_become_the_champion() {
    let (first, second) = bundles();
    let folder = tempfile::tempdir().unwrap();
    let registry = Directory::open(folder.path()).unwrap();
    let dynamic: &dyn Registry = &registry;
    let mut as_champion = NewVersion::default();
    as_champion.alias = Some(CHAMPION.to_owned());
    registry.register("m", first, &as_champion, &act()).unwrap();
    registry.register("m", second, &as_champion, &act()).unwrap();
    registry.register("m", first, &NewVersion::default(), &act()).unwrap();
    dynamic.set_alias("m", CHAMPION, 3, &act()).unwrap();
    let state = registry.state("m").unwrap();
    let archived: Vec<bool> = state.versions.iter().map(|version| version.is_archived).collect();
    assert_eq!((archived, state.aliases["previous"]), (vec![true, true, false], 2));
    assert_eq!(dynamic.rollback("m", &act()).unwrap(), 2);
    let error = dynamic.set_alias("m", "previous", 1, &act()).unwrap_err();
    assert!(error.to_string().contains("promotions give it"), "{error}");
    dynamic.verify("m").unwrap();

    for number in 0..64 {
        dynamic.set_tag("m", 1, "n", &number.to_string(), &act()).unwrap();
    }
    let snapshot = folder.path().join("models/m/snapshot.json");
    let text = fs::read_to_string(&snapshot).unwrap();
    fs::write(&snapshot, text.replace("\"champion\":2", "\"champion\":1")).unwrap();
    let again = Directory::open(folder.path()).unwrap();
    let again: &dyn Registry = &again;
    let error = again.verify("m").unwrap_err();
    assert!(error.to_string().contains("snapshot"), "{error}");
    // One that is ahead of the journal, as in a copy that was made meanwhile, counts for nothing.
    fs::write(folder.path().join("kept"), &text).unwrap();
    fs::write(&snapshot, text).unwrap();
    let entries = fs::read_dir(folder.path().join("models/m/journal")).unwrap().count();
    // An entry that is missing among others is noticed at once, and nothing takes its place.
    let aside = folder.path().join("aside");
    let missing = folder.path().join("models/m/journal/00000068.json");
    fs::rename(&missing, &aside).unwrap();
    fs::remove_file(&snapshot).unwrap();
    let gap = Directory::open(folder.path()).unwrap();
    let gap: &dyn Registry = &gap;
    for error in [gap.verify("m").unwrap_err(), gap.promote("m", 1, &act()).unwrap_err()] {
        assert!(error.to_string().contains("entry 68 is missing, and 69 is there"), "{error}");
    }
    fs::rename(&aside, &missing).unwrap();
    fs::write(&snapshot, fs::read_to_string(folder.path().join("kept")).unwrap()).unwrap();
    for number in 60..=entries {
        let entry = format!("models/m/journal/{number:08}.json");
        fs::remove_file(folder.path().join(entry)).unwrap();
    }
    let copy = Directory::open(folder.path()).unwrap();
    let copy: &dyn Registry = &copy;
    assert_eq!(copy.verify("m").unwrap().entries, 59);
    assert_eq!(copy.resolve("m@champion").unwrap().1, 2);
}

/// A file of the registry that became a link is not followed.
#[test]
fn links_are_not_followed() {
    let (first, _) = bundles();
    let folder = tempfile::tempdir().unwrap();
    let registry = Directory::open(folder.path()).unwrap();
    registry.register("m", first, &NewVersion::default(), &act()).unwrap();
    fs::remove_dir_all(folder.path().join("models/m/versions")).unwrap();
    let state = registry.state("m").unwrap();
    let file = &state.versions[0].files[0];
    let path = folder.path().join("files").join(&file.sha256[..2]).join(&file.sha256);
    let outside = folder.path().join("outside");
    fs::rename(&path, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &path).unwrap();
    match registry.fetch("m", 1) {
        Err(error) => assert!(error.to_string().contains("it is a link"), "{error}"),
        // Another test has left the same bundle in the cache, where it was checked.
        Ok(path) => assert!(!path.starts_with(folder.path()), "{}", path.display()),
    }
    assert!(!folder.path().join("models/m/versions/1").exists());
}

/// What a child does in the test with many processes: promotes and loads.
#[test]
fn child_that_promotes() {
    let Ok(path) = env::var("PANTAU_TEST_REGISTRY") else { return };
    let times: usize = env::var("PANTAU_TEST_TIMES").unwrap().parse().unwrap();
    let worker = std::process::id();
    let registry = open(&path).unwrap();
    for number in 0..times {
        let version = (worker as usize + number) % 3 + 1;
        registry
            .promote("m", u32::try_from(version).unwrap(), &Act::by(&worker.to_string()))
            .unwrap();
        let state = registry.state("m").unwrap();
        assert!(state.aliases.contains_key(CHAMPION));
        let loaded = registry.path("models:/m@champion").unwrap();
        assert!(loaded.join("pantau.json").is_file());
    }
    println!("done");
}

fn many_processes(times: usize) {
    let (first, second) = bundles();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let registry = open(path).unwrap();
    for bundle in [first, second, first] {
        registry.register("m", bundle, &NewVersion::default(), &act()).unwrap();
    }
    let start = Instant::now();
    let children: Vec<_> = (0..8)
        .map(|_| {
            Command::new(env::current_exe().unwrap())
                .args(["--exact", "child_that_promotes", "--nocapture"])
                .env("PANTAU_TEST_REGISTRY", path)
                .env("PANTAU_TEST_TIMES", times.to_string())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("done"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let check = registry.verify("m").unwrap();
    // In every entry the champion goes from the one that had it to another.
    let mut champion = None;
    let mut actors = BTreeSet::new();
    for moved in registry.history("m").unwrap() {
        if moved.moved.alias == CHAMPION {
            assert_eq!(moved.moved.from, champion);
            champion = moved.moved.to;
            actors.insert(moved.act.actor);
        }
    }
    assert_eq!(champion, Some(registry.state("m").unwrap().aliases[CHAMPION]));
    assert_eq!(actors.len(), 8);
    println!("{} entries in {:?}", check.entries, start.elapsed());
}

#[test]
fn processes_that_promote_at_once_take_turns() {
    many_processes(25);
}

#[test]
#[ignore = "takes minutes; run by `make test-all`"]
fn eight_processes_promote_a_thousand_times_each() {
    many_processes(1000);
}

/// Whoever is killed while it registers or promotes leaves a registry that is whole.
#[test]
fn a_killed_writer_leaves_a_whole_registry() {
    let (first, second) = bundles();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let registry = open(path).unwrap();
    for bundle in [first, second, first] {
        registry.register("m", bundle, &NewVersion::default(), &act()).unwrap();
    }
    for number in 0..10 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child_that_promotes", "--nocapture"])
            .env("PANTAU_TEST_REGISTRY", path)
            .env("PANTAU_TEST_TIMES", "100000")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(60 + number * 13));
        child.kill().unwrap();
        child.wait().unwrap();
        registry.verify("m").unwrap();
    }
    assert!(registry.journal("m").unwrap().len() > 10);
}

/// An alias is found as soon in ten thousand versions as in ten; a folder that is opened anew reads
/// little of the journal.
#[test]
fn many_versions_are_no_burden() {
    let (first, _) = bundles();
    let folder = tempfile::tempdir().unwrap();
    let registry = Directory::open(folder.path()).unwrap();
    registry.register("m", first, &NewVersion::default(), &act()).unwrap();
    let dynamic: &dyn Registry = &registry;
    for number in 0..300 {
        dynamic.set_tag("m", 1, "n", &number.to_string(), &act()).unwrap();
    }
    dynamic.promote("m", 1, &act()).unwrap();
    // Everything before the last snapshot could be gone, and it would not be missed by a lookup.
    for number in 1..200 {
        fs::remove_file(folder.path().join(format!("models/m/journal/{number:08}.json"))).unwrap();
    }
    let again: Arc<dyn Registry> = Arc::new(Directory::open(folder.path()).unwrap());
    assert_eq!(again.resolve("m@champion").unwrap().1, 1);
    assert!(again.verify("m").is_err());
}
