//! The header in `include/` is the one this crate gives, and stands alone.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod support;

use std::{collections::BTreeSet, fs};

use support::{Language, compile, repository, run, shared_library};

/// The files with exported functions, in the order of the header: what every
/// program needs, then from single steps to whole features.
const FILES: [&str; 72] = [
    "version.rs",
    "error.rs",
    "text.rs",
    "bytes.rs",
    "cleaner.rs",
    "normalizer.rs",
    "stop_words.rs",
    "dictionary.rs",
    "stemmer.rs",
    "anonymizer.rs",
    "feature_config.rs",
    "feature_extractor.rs",
    "features.rs",
    "runtime.rs",
    "bundle.rs",
    "convert.rs",
    "model_options.rs",
    "flag.rs",
    "prediction.rs",
    "predictions.rs",
    "text_classifier.rs",
    "classifier.rs",
    "matrix.rs",
    "embeddings.rs",
    "encoder.rs",
    "progress.rs",
    "labelled_texts.rs",
    "train.rs",
    "explanation.rs",
    "ensemble.rs",
    "cascade.rs",
    "evaluation.rs",
    "comparison.rs",
    "gate_report.rs",
    "selection.rs",
    "tfidf_vectorizer.rs",
    "scores.rs",
    "linear_model.rs",
    "naive_bayes.rs",
    "logistic_regression.rs",
    "validation.rs",
    "statistics/mod.rs",
    "statistics/samples.rs",
    "statistics/sorted_sample.rs",
    "statistics/counts.rs",
    "statistics/vectors.rs",
    "statistics/intervals.rs",
    "statistics/detector.rs",
    "watching/batch.rs",
    "watching/reference.rs",
    "watching/profile.rs",
    "watching/monitor.rs",
    "watching/classifier.rs",
    "watching/audit.rs",
    "watching/performance.rs",
    "watching/classic.rs",
    "watching/tables.rs",
    "store.rs",
    "store_audit.rs",
    "store_query.rs",
    "store_tables.rs",
    "store_learning.rs",
    "prediction_log.rs",
    "schema.rs",
    "registry.rs",
    "runs.rs",
    "run.rs",
    "run_learning.rs",
    "workspace.rs",
    "workspace_rollout.rs",
    "workspace_operations.rs",
    "telemetry.rs",
];

/// What `include/pantau.h` should be.
fn generate() -> String {
    let crate_folder = repository().join("crates/c-api");
    let mut config = cbindgen::Config::from_file(crate_folder.join("cbindgen.toml")).unwrap();
    let version = format!(
        "\n// The version of this header; `pantau_version` tells that of the library.\n\
         #define PANTAU_VERSION_MAJOR {}\n\
         #define PANTAU_VERSION_MINOR {}\n\
         #define PANTAU_VERSION_PATCH {}\n",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    );
    config.after_includes = Some(version + config.after_includes.as_deref().unwrap_or_default());
    let mut header = Vec::new();
    // Single files instead of the crate, for which cbindgen would ask cargo
    // about all dependencies, those of other systems included.
    let builder = FILES.iter().fold(cbindgen::Builder::new(), |builder, file| {
        builder.with_src(crate_folder.join("src").join(file))
    });
    builder.with_config(config).generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = fs::read_to_string(repository().join("include/pantau.h")).unwrap();
    let code = header.lines().filter(|line| !line.starts_with("//") && !line.starts_with('#'));
    let code = code.collect::<Vec<_>>().join("\n");
    let before_brackets = code.split('(').filter_map(|part| {
        part.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next()
    });
    before_brackets.filter(|name| name.starts_with("pantau_")).map(str::to_owned).collect()
}

#[test]
fn the_tracked_header_is_the_generated_one() {
    let path = repository().join("include/pantau.h");
    let generated = generate();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let tracked = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        tracked == generated,
        "include/pantau.h is not what the crate gives: run `UPDATE=1 cargo test -p pantau-c --test header`"
    );
}

#[test]
fn headers_compile_alone() {
    for (header, languages) in [
        ("pantau.h", &[Language::C11, Language::Cpp17] as &[_]),
        ("pantau.hpp", &[Language::Cpp17]),
    ] {
        for &language in languages {
            let folder = tempfile::tempdir().unwrap();
            let source = folder.path().join(language.file_name("alone"));
            // Twice, because the guard is part of a header.
            let include = format!("#include \"{header}\"\n");
            fs::write(&source, format!("{include}{include}int main(void) {{ return 0; }}\n"))
                .unwrap();
            let mut compiler = compile(language);
            compiler.arg("-c").arg(&source).arg("-o").arg(folder.path().join("alone.o"));
            run(&mut compiler);
        }
    }
}

#[test]
fn the_library_exports_what_the_header_declares() {
    let declared = declared();
    assert!(declared.len() > 100, "found only {declared:?}");
    let symbols = run(std::process::Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(shared_library()));
    let exported: BTreeSet<String> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .filter(|name| name != "pantau_provoke_panic")
        // The checksums of a dependency (crc-fast, by way of object_store) have a C face of their
        // own, which the linker exports with ours. The prefix keeps them apart.
        .filter(|name| !name.starts_with("crc_fast_"))
        .collect();
    let differing: Vec<&String> = exported.symmetric_difference(&declared).collect();
    assert!(differing.is_empty(), "in one of both only: {differing:?}");
}
