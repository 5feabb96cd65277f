//! The first programs, as a developer runs them.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{env, path::PathBuf, process::Command};

/// What the first programs that learn print, in every language.
const FIRST_LEARNT: &str = "\
good, because:
  Kurirnya +0.09
  cepat, +0.36
  tapi +0.00
  mahal -0.33
right on 1.00 of 4 reviews; of all, on 0.51 to 1.00
";

/// What the first programs that remember print, in every language.
#[cfg(feature = "sqlite")]
const FIRST_REMEMBERED: &str = "\
version 1 answers: good
forgotten: {\"feedback\":1,\"predictions\":1}
";

/// What the first programs that watch print, in every language.
const FIRST_WATCHED: &str = "\
OK: nothing changed in 5 windows
ALARM: changed since window 6: length: 26 % fewer rows below 216
  length: 26 % fewer rows below 216
find out why; then acknowledge it, retrain, or re-baseline if this is the new normal
  8 windows, the last of 200 rows; evidence 1460.0 of 365 (1 false alarm in 365 windows allowed)

Accuracy
  audited: 88.1 % of the answers are right (75.3 to 95.8, at any time), from 109 labels of 109 rows
  picked by chance
";

/// What the first programs with a workspace print, in every language.
#[cfg(feature = "sqlite")]
const FIRST_LOOP: &str = "\
version 1 of sentiment is in use: 100.0 % right on 297 test texts
positive, by version 1
no reason to train anew
version 2 of sentiment is in use: yes
version 1 is a shadow; no row is labelled yet that both have answered
rolled back to version 1
";

/// Where cargo puts an example that it builds for the tests.
fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).expect("tests lie in a folder beside the examples");
    let program = folder.join("examples").join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(program.exists(), "build it first: cargo build -p pantau --example {name}");
    program
}

#[test]
fn the_first_program_that_learns_prints_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("reviews");
    let output = Command::new(example("learning")).arg(bundle).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), FIRST_LEARNT);
}

#[cfg(feature = "sqlite")]
#[test]
fn the_first_program_that_remembers_prints_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("reviews");
    let learnt = Command::new(example("learning")).arg(&bundle).output().unwrap();
    assert!(learnt.status.success(), "{}", String::from_utf8_lossy(&learnt.stderr));
    let output =
        Command::new(example("state")).arg(bundle).arg(folder.path().join("state")).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), FIRST_REMEMBERED);
}

#[test]
fn the_first_program_that_watches_prints_what_it_should() {
    let output = Command::new(example("watching")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), FIRST_WATCHED);
}

#[cfg(feature = "sqlite")]
#[test]
fn the_first_program_with_a_workspace_prints_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(example("workspace")).arg(folder.path().join("app")).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), FIRST_LOOP);
}
