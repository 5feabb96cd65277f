//! What `make install` lays down is all that a program needs, wherever it is moved.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use support::{FIRST_OUTPUT, Language, compiler, repository, run};

/// Flags that `pkg-config` gives for the copy installed in `prefix`.
fn pkg_config(prefix: &Path, arguments: &[&str]) -> Vec<String> {
    let output = run(Command::new("pkg-config")
        .args(arguments)
        .arg("pantau")
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    output.split_whitespace().map(str::to_owned).collect()
}

/// Builds both first programs with what is in `prefix` alone, and runs them.
fn build_and_run_examples(prefix: &Path, arguments: &[&str], more: &[String]) {
    for name in ["first.c", "first.cpp"] {
        let source = repository().join("examples").join(name);
        let program: PathBuf = prefix.join(name).with_extension("program");
        run(compiler(Language::of(&source))
            .arg(&source)
            .args(pkg_config(prefix, arguments))
            .args(more)
            .arg("-o")
            .arg(&program));
        assert_eq!(run(&mut Command::new(program)), FIRST_OUTPUT, "{name}");
    }
}

#[test]
fn programs_build_with_what_is_installed() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    let prefix = folder.path().join("moved");
    run(Command::new(repository().join("tools/install.sh"))
        .arg(&first)
        .env("CARGO", env!("CARGO"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("PROFILE", support::PROFILE)
        .env_remove("DESTDIR"));
    fs::rename(first, &prefix).unwrap();
    assert_eq!(pkg_config(&prefix, &["--modversion"]), [env!("CARGO_PKG_VERSION")]);

    let run_path = format!("-Wl,-rpath,{}", prefix.join("lib").display());
    build_and_run_examples(&prefix, &["--cflags", "--libs"], &[run_path]);

    // Without the shared library the linker can only take the static one.
    for entry in fs::read_dir(prefix.join("lib")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("libpantau.so") {
            fs::remove_file(path).unwrap();
        }
    }
    build_and_run_examples(&prefix, &["--static", "--cflags", "--libs"], &[]);
}
