//! The invariants of ARCHITECTURE.md that a machine can check. Each test also
//! makes sure that it looked at something.
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where in `src` each third-party crate may be named, so that it can be
/// replaced by changing those files and no others.
const HOMES: [(&str, &[&str]); 40] = [
    (
        "arrow_array",
        &[
            "model/data/rows/parquet.rs",
            "model/table.rs",
            "store/arrow.rs",
            "store/transfer/parquet.rs",
            "text/features/table.rs",
        ],
    ),
    (
        "arrow_schema",
        &[
            "model/data/rows/parquet.rs",
            "model/table.rs",
            "store/arrow.rs",
            "text/features/table.rs",
        ],
    ),
    ("async_trait", &["registry/bucket.rs"]),
    ("blake3", &["model/", "store/log/outbox.rs"]),
    ("datasketches", &["profile/counts/distinct.rs"]),
    ("emojis", &["text/clean/emoji.rs"]),
    ("entities", &["text/clean/html.rs"]),
    ("fancy_regex", &["learn/vectorizer/"]),
    ("half", &["onnx/", "store/"]),
    ("hmac", &["text/anonymize/replacement.rs"]),
    ("http_body", &["registry/bucket.rs"]),
    ("linfa", &["learn/linfa.rs"]),
    ("memchr", &["file.rs", "model/data/", "onnx/", "store/check.rs", "text/"]),
    ("ndarray", &["learn/linfa.rs", "stats/vectors/"]),
    ("object_store", &["registry/bucket.rs"]),
    ("ort", &["onnx/runtime.rs", "onnx/session.rs"]),
    ("pantau_trim", &["model/engine/"]),
    ("parquet", &["model/data/rows/", "store/transfer/"]),
    ("postgres", &["store/sql/postgres/"]),
    ("prost", &["onnx/convert/"]),
    ("regex_syntax", &["learn/vectorizer/"]),
    ("rusqlite", &["store/sql/sqlite.rs"]),
    ("rustc_hash", &["learn/", "model/", "onnx/", "profile/", "registry/", "store/", "text/"]),
    ("rustix", &["lifecycle/trainer.rs"]),
    ("rustls", &["store/sql/postgres/tls.rs"]),
    ("safetensors", &["learn/", "onnx/convert/"]),
    (
        "serde",
        &[
            "drift/",
            "learn/",
            "lifecycle/",
            "model/",
            "onnx/",
            "performance/",
            "profile/",
            "random.rs",
            "registry/",
            "report/",
            "runs/",
            "settings.rs",
            "stats/",
            "store/",
            "telemetry/",
            "text/",
            "time/",
            "workspace/",
        ],
    ),
    (
        "serde_json",
        &[
            "drift/",
            "learn/",
            "lifecycle/",
            "mlflow/",
            "model/",
            "onnx/",
            "performance/",
            "profile/summary.rs",
            "registry/",
            "report/",
            "runs/",
            "settings.rs",
            "stats/sequential/",
            "store/",
            "telemetry/",
            "text/",
            "workspace/",
        ],
    ),
    ("serde_path_to_error", &["settings.rs"]),
    (
        "sha2",
        &[
            "text/anonymize/replacement.rs",
            "text/features/config.rs",
            "text/stem/dictionary.rs",
            "chain.rs",
            "profile/hash.rs",
            "registry/files.rs",
        ],
    ),
    ("statrs", &["stats/"]),
    ("thiserror", &["error.rs", "registry/bucket.rs"]),
    ("tokenizers", &["onnx/tokenizer/"]),
    ("tokio", &["registry/bucket.rs", "runtime.rs"]),
    ("tokio_postgres_rustls", &["store/sql/postgres/tls.rs"]),
    ("tracing", &["workspace/"]),
    (
        "unicode_normalization",
        &[
            "learn/vectorizer/prepare.rs",
            "onnx/tokenizer/",
            "text/clean/step.rs",
            "text/packs/mod.rs",
            "text/words.rs",
        ],
    ),
    ("ureq", &["http.rs", "mlflow/", "registry/bucket.rs", "workspace/webhook.rs"]),
    ("uuid", &["registry/", "store/records/mod.rs"]),
    ("webpki_roots", &["store/sql/postgres/tls.rs"]),
];

/// The modules of the crate, the lowest first: none may use one above it.
const LAYERS: [&str; 25] = [
    "error",
    "file",
    "time",
    "settings",
    "chain",
    "runtime",
    "http",
    "mlflow",
    "html",
    "random",
    "text",
    "stats",
    "profile",
    "drift",
    "performance",
    "report",
    "onnx",
    "learn",
    "model",
    "store",
    "runs",
    "registry",
    "lifecycle",
    "telemetry",
    "workspace",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .expect("cargo runs this test, so it is there");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// The Rust files of the core crate: path below `src`, and the code without comments.
fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, base: &Path, all: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, base, all);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(base).unwrap().to_string_lossy().replace('\\', "/");
                let text = read(&path);
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                all.push((name, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    collect(&base, &base, &mut all);
    assert!(all.len() > 30, "only {} files found", all.len());
    all
}

/// Whether `code` names a path that starts with `module`.
fn names(code: &str, module: &str) -> bool {
    let path = format!("{module}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':'))
    })
}

/// Whether `code` names a module of this crate, however it is imported.
fn names_own(code: &str, module: &str) -> bool {
    names(code, module)
        || ["crate", "super"].iter().any(|parent| code.contains(&format!("{parent}::{module}")))
}

#[test]
fn core_knows_no_face() {
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none"]);
    let crates: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(crates.len() > HOMES.len() && crates.contains("pantau"), "{tree}");
    for face in ["pantau-py", "pantau-c", "pyo3", "pyo3-ffi", "numpy", "cbindgen"] {
        assert!(!crates.contains(face), "core depends on {face}");
    }
    for (file, code) in sources() {
        assert!(!code.contains("extern \"C\""), "{file} speaks C");
    }
}

#[test]
fn core_has_no_unsafe_code() {
    let sources = sources();
    let (_, root) = sources.iter().find(|(file, _)| file == "lib.rs").expect("there is a lib.rs");
    assert!(root.contains("#![forbid(unsafe_code)]"));
}

#[test]
fn third_party_crates_stay_at_home() {
    let sources = sources();
    let mut seen = 0;
    for (name, homes) in HOMES {
        let users: Vec<&str> = sources
            .iter()
            .filter(|(_, code)| names(code, name))
            .map(|(file, _)| file.as_str())
            .collect();
        assert!(!users.is_empty(), "nothing uses {name}: is it still a dependency?");
        for file in &users {
            let is_home = |home: &&str| file.starts_with(*home);
            assert!(homes.iter().any(is_home), "{file} names {name}, whose home is {homes:?}");
        }
        seen += users.len();
    }
    assert!(seen > HOMES.len(), "only {seen} uses found");
}

#[test]
fn every_dependency_has_a_home() {
    let manifest = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let listed: BTreeSet<String> = dependencies(&manifest)
        .filter(|(section, _)| section.ends_with("dependencies]") && !section.contains("dev"))
        .map(|(_, line)| line.split(['.', ' ', '=']).next().unwrap_or_default().replace('-', "_"))
        .collect();
    let homes: BTreeSet<String> = HOMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(listed, homes);
}

#[test]
fn lower_modules_do_not_use_higher_ones() {
    let mut pairs = 0;
    for (file, code) in sources() {
        let module = file.split(['/', '.']).next().unwrap_or_default();
        if module == "lib" {
            continue;
        }
        let layer = LAYERS.iter().position(|layer| *layer == module);
        let layer = layer.unwrap_or_else(|| panic!("{file} belongs to no layer"));
        for higher in &LAYERS[layer + 1..] {
            assert!(!names_own(&code, higher), "{file} uses {higher}");
            pairs += 1;
        }
    }
    assert!(pairs > 0, "no file was below another");
}

/// The lines of a manifest that name a dependency, each with its section.
fn dependencies(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    manifest.lines().filter_map(move |line| {
        if line.starts_with('[') {
            section = line.trim();
            return None;
        }
        let is_dependency = section.ends_with("dependencies]")
            && line.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        is_dependency.then_some((section, line))
    })
}

#[test]
fn members_take_everything_from_the_workspace() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().expect("metadata lists packages");
    let mut manifests = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let path = PathBuf::from(package["manifest_path"].as_str().unwrap());
        assert_eq!(package["version"], env!("CARGO_PKG_VERSION"), "version of {name}");
        let manifest = read(&path);
        for key in ["version", "edition", "rust-version", "license"] {
            let line = format!("\n{key}.workspace = true\n");
            assert!(manifest.contains(&line), "{name} sets its own {key}");
        }
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{name} sets its own lints");
        for (_, line) in dependencies(&manifest) {
            assert!(line.contains("workspace = true"), "{name} has its own version: {line}");
        }
        manifests.push(path.canonicalize().unwrap());
    }
    // A crate that nobody made a member would be built by nobody.
    for folder in fs::read_dir(root().join("crates")).unwrap() {
        let manifest = folder.unwrap().path().join("Cargo.toml");
        if manifest.exists() {
            let manifest = manifest.canonicalize().unwrap();
            assert!(manifests.contains(&manifest), "{} is no member", manifest.display());
        }
    }
    assert!(!manifests.is_empty());
    // Fuzzing needs nightly Rust, so its package must not be in the way of anything.
    let fuzz = root().join("fuzz/Cargo.toml").canonicalize().unwrap();
    assert!(!manifests.contains(&fuzz));
}

#[test]
fn types_can_be_shared_by_threads() {
    use pantau::text::*;

    fn is_shareable<T: Send + Sync>() {}

    /// Its own name for each type that threads can share; any other does not compile.
    macro_rules! shareable {
        ($($name:ident),* $(,)?) => {
            [$({ is_shareable::<$name>(); stringify!($name) }),*]
        };
    }

    is_shareable::<pantau::Error>();
    is_shareable::<pantau::ErrorKind>();
    #[cfg(feature = "arrow")]
    is_shareable::<FeatureTable>();
    let mut shareable = BTreeSet::from(shareable![
        Anonymized,
        Anonymizer,
        Cleaner,
        Counts,
        Dictionary,
        EmojiMode,
        Entity,
        FeatureConfig,
        FeatureExtractor,
        Features,
        HashtagMode,
        Language,
        LengthCheck,
        Lexicon,
        Normalizer,
        PunctuationMode,
        StemAlgorithm,
        Stemmer,
        StemmerConfig,
        Step,
        StopWordMatching,
        StopWords,
    ]);
    shareable.insert("FeatureTable");

    // Every type that `text` exports must be in the list above.
    let (_, module) = sources().into_iter().find(|(file, _)| file == "text/mod.rs").unwrap();
    let exported: BTreeSet<&str> = module
        .split("pub use ")
        .skip(1)
        .filter_map(|item| item.split(';').next())
        .flat_map(|item| item.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')))
        .filter(|name| name.starts_with(|letter: char| letter.is_ascii_uppercase()))
        .filter(|name| name.contains(|letter: char| letter.is_ascii_lowercase()))
        .filter(|name| *name != "Transform")
        .collect();
    assert_eq!(shareable, exported);
}
