//! What the tests of the C face share: where things are, and how to build and
//! run programs. Everything that is missing fails the test that needs it.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The profile that the tests were built with, and so build the library with.
pub(crate) const PROFILE: &str = if cfg!(debug_assertions) { "dev" } else { "release" };

/// What the first programs print, in every language.
pub(crate) const FIRST_OUTPUT: &str = "\
cleaned:        aplikasi ini sangat bagus
no stop words:  aplikasi sangat bagus
words:          4
positive words: 1
clean:          bagus sekali
normalize:      tidak bagus banget
stem:           guna
anonymize:      Hubungi [EMAIL], [PHONE]
";

/// The language a program is compiled as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    C11,
    Cpp17,
}

impl Language {
    /// The language of a source file, by its name.
    pub(crate) fn of(source: &Path) -> Self {
        match source.extension().and_then(|extension| extension.to_str()) {
            Some("c") => Self::C11,
            Some("cpp") => Self::Cpp17,
            _ => panic!("{} is neither C nor C++", source.display()),
        }
    }

    /// A file name for a source in this language.
    pub(crate) fn file_name(self, stem: &str) -> String {
        match self {
            Self::C11 => format!("{stem}.c"),
            Self::Cpp17 => format!("{stem}.cpp"),
        }
    }
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("this crate is in `crates/`").to_owned()
}

/// The compiler for `language` (`CC` and `CXX` are respected), strict, with the
/// folder of the headers.
pub(crate) fn compile(language: Language) -> Command {
    let mut command = compiler(language);
    command.arg("-I").arg(repository().join("include"));
    command
}

/// The compiler for `language` (`CC` and `CXX` are respected), strict.
pub(crate) fn compiler(language: Language) -> Command {
    let (variable, usual, standard) = match language {
        Language::C11 => ("CC", "cc", "-std=c11"),
        Language::Cpp17 => ("CXX", "c++", "-std=c++17"),
    };
    let mut command = Command::new(env::var_os(variable).unwrap_or_else(|| usual.into()));
    command.args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-g"]);
    command
}

/// Runs a command and returns what it wrote. A command that is not there or
/// does not succeed fails the test with everything it said.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("cannot run {program}, which this test needs: {error}")
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// A folder for what the tests build.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The shared library, in a folder of its own under the two names that linker
/// and loader look for.
///
/// Cargo builds no library for the tests of a crate that Rust cannot link to,
/// so the test does, in the folder and with the settings it was built with itself.
pub(crate) fn shared_library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY
        .get_or_init(|| {
            let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
            let target = tmp.parent().unwrap();
            // `--tests` selects the same features of the dependencies, which
            // are then not compiled once more.
            run(Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--offline", "--package", "pantau-c"])
                .args(["--lib", "--tests", "--profile", PROFILE, "--manifest-path"])
                .arg(repository().join("Cargo.toml"))
                .arg("--target-dir")
                .arg(target));
            let folder = if PROFILE == "dev" { "debug" } else { "release" };
            let built = target.join(folder).join("libpantau.so");
            // Two test files may come here at the same time: each has its own folder.
            let executable = env::current_exe().unwrap();
            let links =
                scratch(&format!("lib-{}", executable.file_stem().unwrap().to_string_lossy()));
            for name in ["libpantau.so", concat!("libpantau.so.", env!("CARGO_PKG_VERSION_MAJOR"))]
            {
                let link = links.join(name);
                let _ = fs::remove_file(&link);
                std::os::unix::fs::symlink(&built, link).unwrap();
            }
            links.join("libpantau.so")
        })
        .clone()
}

/// Flags that link a program with the shared library where it was built.
pub(crate) fn link_flags() -> Vec<OsString> {
    let folder = shared_library().parent().unwrap().to_owned();
    let mut run_path = OsString::from("-Wl,-rpath,");
    run_path.push(&folder);
    let mut search = OsString::from("-L");
    search.push(&folder);
    vec![search, "-lpantau".into(), run_path]
}
