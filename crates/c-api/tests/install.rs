//! What `make install` lays down is all that a program needs, wherever it is moved, and what it
//! says about it is so.

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

/// The script that builds and installs everything in `prefix`, and says how to use it.
fn install(prefix: &Path) -> Command {
    let mut command = Command::new(repository().join("tools/install.sh"));
    command
        .arg(prefix)
        .env("CARGO", env!("CARGO"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env("PROFILE", support::PROFILE)
        .env_remove("DESTDIR")
        .env_remove("PKG_CONFIG_PATH");
    command
}

/// Runs `commands` in `folder`, in a shell that knows nothing of what is installed.
fn shell(folder: &Path, commands: &str) -> String {
    run(Command::new("sh")
        .args(["-e", "-c", commands])
        .current_dir(folder)
        .env_remove("PKG_CONFIG_PATH")
        .env_remove("LD_LIBRARY_PATH"))
}

#[test]
fn what_the_script_says_at_its_end_works() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(&mut install(&folder.path().join("prefix")));
    // Everything indented is a command.
    let commands: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let [export, shared, statically] = commands[..] else { panic!("unexpected: {said}") };
    for (example, program, compiler) in
        [("first.c", "program.c", "cc "), ("first.cpp", "program.cpp", "c++ -std=c++17 ")]
    {
        fs::copy(repository().join("examples").join(example), folder.path().join(program)).unwrap();
        for (command, needs_library) in [(shared, true), (statically, false)] {
            let command = command.replace("cc ", compiler).replace("program.c", program);
            shell(folder.path(), &format!("{export}\n{command}"));
            assert_eq!(shell(folder.path(), "./program"), FIRST_OUTPUT, "{command}");
            // The static line must not have found the shared library, which is there too.
            let needed = shell(folder.path(), "readelf --dynamic --wide program");
            assert_eq!(needed.contains("[libpantau.so"), needs_library, "{command}\n{needed}");
        }
    }
    // Without the rpath the loader needs to be told, as the script says.
    let (command, run_path) = shared.split_once(" -Wl,-rpath,").unwrap();
    let library_path = run_path.strip_suffix(" -o program").unwrap();
    assert!(said.contains(&format!("LD_LIBRARY_PATH={library_path}, ")), "{said}");
    shell(folder.path(), &format!("{export}\n{command} -o program"));
    let output =
        shell(folder.path(), &format!("! ./program && LD_LIBRARY_PATH={library_path} ./program"));
    assert_eq!(output, FIRST_OUTPUT);
}

/// A folder that the system searches needs neither variables nor an rpath.
#[test]
fn the_script_says_only_what_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(install(Path::new("/usr"))
        .env("DESTDIR", folder.path())
        .env("PKG_CONFIG_PATH", "/opt/pkgconfig:/usr/lib/pkgconfig"));
    assert!(folder.path().join("usr/lib/libpantau.so").exists());
    assert!(
        said.contains("cc program.c $(pkg-config --cflags --libs pantau) -o program"),
        "{said}"
    );
    assert!(said.contains(" /usr/lib/libpantau.a -l"), "{said}");
    assert!(said.contains("call `ldconfig`"), "{said}");
    for unneeded in ["PKG_CONFIG_PATH", "LD_LIBRARY_PATH", "rpath"] {
        assert!(!said.contains(unneeded), "{said}");
    }
}

#[test]
fn what_is_installed_can_be_moved() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    let prefix = folder.path().join("moved");
    run(&mut install(&first));
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
