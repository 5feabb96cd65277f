//! The programs in `tests/c` and the examples, under sanitizers and valgrind.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod support;

use std::{
    env,
    ffi::OsString,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use support::{FIRST_OUTPUT, Language, compile, link_flags, repository, run, scratch};

/// What the first programs with a model print for the checkpoint `bert-classifier`: the softmax of
/// the logits in its golden file.
const FIRST_LABEL: &str = "negative 0.55\n";

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
const FIRST_REMEMBERED: &str = "\
version 1 answers: good
forgotten: {\"feedback\":1,\"predictions\":1}
";

/// What the first programs with a workspace print, in every language.
const FIRST_LOOP: &str = "\
version 1 of sentiment is in use: 100.0 % right on 297 test texts
positive, by version 1
no reason to train anew
version 2 of sentiment is in use: yes
version 1 is a shadow; no row is labelled yet that both have answered
rolled back to version 1
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

/// How long a long text is, in bytes.
const LONG_TEXT: &str = "10000000";

/// The same where a program runs some thirty times slower.
const LONG_TEXT_FOR_VALGRIND: &str = "200000";

/// Builds a program against the shared library.
fn build(source: &Path, flags: &[&str], kind: &str) -> PathBuf {
    let program = scratch(kind).join(source.file_name().unwrap()).with_extension("");
    let mut compiler = compile(Language::of(source));
    // Where `exp` is in a library of its own, only the golden cases of models need it.
    compiler.args(flags).arg(source).arg("-o").arg(&program).args(link_flags()).arg("-lm");
    run(&mut compiler);
    program
}

/// Builds a test program with the sanitizers for addresses (which looks
/// for leaks as well) and for undefined behaviour, and runs it on the golden cases.
fn run_sanitized(source: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    run(&mut sanitized(source, folder.path()))
}

/// The command for a test program, which writes into `folder`.
fn sanitized(source: &str, folder: &Path) -> Command {
    let source = repository().join("tests/c").join(source);
    let flags = ["-O1", "-pthread", "-fno-omit-frame-pointer"];
    let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let program = build(&source, &[&flags[..], &sanitizers[..]].concat(), "sanitized");
    let mut command = Command::new(program);
    command
        .arg(repository().join("tests/data"))
        .arg(folder)
        .arg(LONG_TEXT)
        .env("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1");
    command
}

/// What a program ends with that found no ONNX Runtime.
const SKIPPED: i32 = 77;

/// Has a program look for ONNX Runtime where users have it: named by `PANTAU_ONNXRUNTIME`, in the
/// active Python environment or in that of this checkout, and on the system. What the program
/// measures stays in `folder`.
fn with_runtime<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env("PANTAU_CACHE_DIR", folder);
    let environment = repository().join(".venv");
    if env::var_os("VIRTUAL_ENV").is_none() && environment.exists() {
        command.env("VIRTUAL_ENV", environment);
    }
    command
}

/// Whether a program for models ran; without ONNX Runtime it says what to install, and so does
/// this, past the test harness, which shows nothing of tests that pass.
fn ran(name: &str, command: &mut Command) -> bool {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(SKIPPED) {
        let report = format!("SKIPPED {name}: {said}\n");
        std::io::stderr().write_all(report.as_bytes()).unwrap();
        return false;
    }
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    true
}

/// Runs a test program for models as `run_sanitized` does. ONNX Runtime needs no exception: it
/// leaves nothing behind that the sanitizers find.
fn run_with_model(source: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    ran(source, with_runtime(&mut sanitized(source, folder.path()), folder.path()))
}

#[test]
fn golden_cases_hold_in_c() {
    let output = run_sanitized("golden.c");
    print!("{output}");
    assert_eq!(output.lines().filter(|line| line.ends_with(" cases")).count(), 8);
}

#[test]
fn bad_input_is_an_error_not_a_crash() {
    run_sanitized("bad_input.c");
}

#[test]
fn panics_stay_inside() {
    run_sanitized("panic.c");
}

#[test]
fn threads_share_objects_and_keep_their_own_messages() {
    run_sanitized("threads.c");
}

#[test]
fn tables_leave_as_arrow_streams() {
    run_sanitized("stream.c");
}

#[test]
fn versions_and_status_numbers_agree() {
    run_sanitized("version.c");
}

#[test]
fn classes_do_what_the_functions_do() {
    run_sanitized("classes.cpp");
}

#[test]
fn stop_words_come_from_texts_and_files() {
    run_sanitized("stop_words.c");
}

#[test]
fn models_answer_what_they_should() {
    run_with_model("models.c");
}

#[test]
fn bad_input_for_models_is_an_error_not_a_crash() {
    run_with_model("bad_models.c");
}

#[test]
fn classes_of_models_do_what_the_functions_do() {
    run_with_model("model_classes.cpp");
}

#[test]
fn what_is_learnt_from_texts_is_judged() {
    run_sanitized("learning.c");
}

#[test]
fn learners_have_the_numbers_of_scikit_learn() {
    let output = run_sanitized("learners.c");
    print!("{output}");
    assert_eq!(output.lines().filter(|line| line.ends_with(" cases")).count(), 3);
}

#[test]
fn bad_input_for_learning_is_an_error_not_a_crash() {
    run_sanitized("bad_learning.c");
}

#[test]
fn bad_input_for_learners_is_an_error_not_a_crash() {
    run_sanitized("bad_learners.c");
}

#[test]
fn classes_of_learning_do_what_the_functions_do() {
    run_sanitized("learning_classes.cpp");
}

#[test]
fn what_a_model_remembers_is_kept() {
    run_sanitized("state.c");
}

#[test]
fn bad_input_for_what_a_model_remembers_is_an_error_not_a_crash() {
    run_sanitized("bad_state.c");
}

#[test]
fn classes_of_what_a_model_remembers_do_what_the_functions_do() {
    run_sanitized("state_classes.cpp");
}

#[test]
fn what_a_model_remembers_answers_questions() {
    run_sanitized("questions.c");
}

#[test]
fn what_was_tried_is_tracked() {
    run_sanitized("runs.c");
}

#[test]
fn classes_of_questions_and_runs_do_what_the_functions_do() {
    run_sanitized("question_classes.cpp");
}

#[test]
fn statistics_have_the_numbers_of_scipy() {
    run_sanitized("statistics.c");
}

#[test]
fn classes_of_statistics_do_what_the_functions_do() {
    run_sanitized("statistics_classes.cpp");
}

#[test]
fn rows_are_watched() {
    run_sanitized("watching.c");
}

#[test]
fn classes_of_watching_do_what_the_functions_do() {
    run_sanitized("watching_classes.cpp");
}

#[test]
fn models_are_audited_and_estimated() {
    run_sanitized("performance.c");
}

#[test]
fn classes_of_performance_do_what_the_functions_do() {
    run_sanitized("performance_classes.cpp");
}

#[test]
fn a_workspace_goes_round_its_loop() {
    run_sanitized("workspace.c");
}

#[test]
fn the_class_of_a_workspace_does_what_the_functions_do() {
    run_sanitized("workspace_classes.cpp");
}

/// A program that nobody runs proves nothing.
#[test]
fn every_program_has_its_test() {
    let this_file =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs.rs"))
            .unwrap();
    let programs = programs();
    assert!(programs.len() > 5, "found only {programs:?}");
    for program in programs {
        let name = program.file_name().unwrap().to_str().unwrap();
        let runs = ["run_sanitized", "run_with_model"].map(|run| format!("{run}(\"{name}\")"));
        assert!(runs.iter().any(|run| this_file.contains(run)), "{name}");
    }
}

#[test]
fn the_first_programs_print_what_they_should() {
    for name in ["first.c", "first.cpp"] {
        let program = build(&repository().join("examples").join(name), &[], name);
        assert_eq!(run(&mut Command::new(program)), FIRST_OUTPUT, "{name}");
    }
}

#[test]
fn the_first_programs_with_a_model_print_the_same_label() {
    // The bundle that the golden cases of the C face are checked with.
    let folder = tempfile::tempdir().unwrap();
    if !ran(
        "examples/models",
        with_runtime(&mut sanitized("models.c", folder.path()), folder.path()),
    ) {
        return;
    }
    let bundle = folder.path().join("bert-classifier");
    for name in ["models.c", "models.cpp"] {
        let program = build(&repository().join("examples").join(name), &[], name);
        let mut command = Command::new(program);
        let output = run(with_runtime(command.arg(&bundle), folder.path()));
        assert_eq!(output, FIRST_LABEL, "{name}");
    }
}

#[test]
fn the_first_programs_that_learn_print_the_same() {
    for name in ["learning.c", "learning.cpp"] {
        let program = build(&repository().join("examples").join(name), &[], name);
        let folder = tempfile::tempdir().unwrap();
        let output = run(Command::new(program).arg(folder.path().join("reviews")));
        assert_eq!(output, FIRST_LEARNT, "{name}");
    }
}

#[test]
fn the_first_programs_that_remember_print_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("reviews");
    let learning = build(&repository().join("examples/learning.c"), &[], "for-state");
    run(Command::new(learning).arg(&bundle));
    for name in ["state.c", "state.cpp"] {
        let program = build(&repository().join("examples").join(name), &[], name);
        let output = run(Command::new(program).arg(&bundle).arg(folder.path().join(name)));
        assert_eq!(output, FIRST_REMEMBERED, "{name}");
    }
}

#[test]
fn the_first_programs_that_watch_print_the_same() {
    for name in ["watching.c", "watching.cpp"] {
        let program = build(&repository().join("examples").join(name), &[], name);
        assert_eq!(run(&mut Command::new(program)), FIRST_WATCHED, "{name}");
    }
}

#[test]
fn the_first_programs_with_a_workspace_print_the_same() {
    for name in ["workspace.c", "workspace.cpp"] {
        let program = build(&repository().join("examples").join(name), &[], name);
        let folder = tempfile::tempdir().unwrap();
        let output = run(Command::new(program).arg(folder.path().join("app")));
        assert_eq!(output, FIRST_LOOP, "{name}");
    }
}

#[test]
fn the_example_in_the_readme_prints_what_the_text_says() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let [_, block] = readme.split("\n```c\n").collect::<Vec<_>>()[..] else {
        panic!("README.md has not one example in C");
    };
    let (example, _) = block.split_once("\n```\n").expect("a block of code has an end");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("readme.c");
    fs::write(&source, format!("{example}\n")).unwrap();
    let program = build(&source, &[], "readme");
    assert_eq!(run(&mut Command::new(program)), "bagus sekali\n");
}

#[test]
#[ignore = "slow under valgrind: `make test-all` runs it"]
fn programs_are_clean_under_valgrind() {
    for source in programs() {
        let program = build(&source, &["-O1", "-pthread"], "plain");
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("valgrind");
        let mut suppressions = OsString::from("--suppressions=");
        suppressions.push(repository().join("tests/c/valgrind.supp"));
        command
            .args(["--quiet", "--error-exitcode=1", "--leak-check=full"])
            .args([
                "--show-leak-kinds=definite,indirect",
                "--errors-for-leak-kinds=definite,indirect",
            ])
            .arg(suppressions)
            .arg(program)
            .arg(repository().join("tests/data"))
            .arg(folder.path())
            .arg(LONG_TEXT_FOR_VALGRIND);
        ran(&source.display().to_string(), with_runtime(&mut command, folder.path()));
    }
}

/// The test programs in `tests/c`.
fn programs() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("tests/c")).unwrap();
    let mut programs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    programs.retain(|path| path.extension().is_some_and(|end| end == "c" || end == "cpp"));
    programs.sort();
    programs
}
