//! Where a library of ONNX Runtime can be.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

use super::runtime::Origin;

#[cfg(target_os = "windows")]
const NAME: &str = "onnxruntime.dll";
#[cfg(target_os = "macos")]
const NAME: &str = "libonnxruntime.dylib";
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const NAME: &str = "libonnxruntime.so";

/// The libraries that are there, best first. Places without one are added to `tried`.
pub(super) fn candidates(
    package_folders: &[PathBuf],
    tried: &mut Vec<String>,
) -> Vec<(PathBuf, Origin)> {
    let mut found = Vec::new();
    match resident() {
        Some(path) => found.push((path, Origin::Process)),
        None => tried.push("no copy is loaded in this process".to_owned()),
    }
    for folder in package_folders.iter().cloned().chain(usual_package_folders()) {
        let folder = folder.join("onnxruntime").join("capi");
        match in_folder(&folder) {
            Some(path) => found.push((path, Origin::Package)),
            None => tried.push(format!("{}: no {NAME}*", folder.display())),
        }
    }
    for folder in system_folders() {
        match in_folder(&folder) {
            Some(path) => found.push((path, Origin::System)),
            None => tried.push(format!("{}: no {NAME}*", folder.display())),
        }
    }
    let mut seen = HashSet::new();
    found.retain(|(path, _)| seen.insert(path.clone()));
    tried.dedup();
    found
}

/// The library in a folder: the plain name, or the newest of those with a version behind it.
pub(super) fn in_folder(folder: &Path) -> Option<PathBuf> {
    let plain = folder.join(NAME);
    if plain.is_file() {
        return Some(plain);
    }
    let stem = NAME.trim_end_matches(".dylib").trim_end_matches(".dll");
    let mut versions: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let version = version_in(name).filter(|_| name.starts_with(stem))?;
            let numbers = version.split('.').filter_map(|part| part.parse().ok()).collect();
            Some((numbers, path))
        })
        .collect();
    versions.sort();
    versions.pop().map(|(_, path)| path)
}

/// The version in the name of a library.
pub(super) fn version_of(path: &Path) -> Option<String> {
    version_in(path.file_name()?.to_str()?)
}

/// `1.23.2` of `libonnxruntime.so.1.23.2` and of `libonnxruntime.1.23.2.dylib`.
fn version_in(name: &str) -> Option<String> {
    let start = name.find(|letter: char| letter.is_ascii_digit())?;
    let version: String = name[start..]
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
        .collect();
    let version = version.trim_end_matches('.');
    version.contains('.').then(|| version.to_owned())
}

/// A copy that this process has loaded already, which saves memory and keeps two
/// versions from meeting.
fn resident() -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines()
        .filter_map(|line| line.find('/').map(|start| Path::new(&line[start..])))
        .find(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(NAME)) && path.is_file()
        })
        .map(Path::to_owned)
}

/// Where Python packages usually are, seen from outside Python.
fn usual_package_folders() -> Vec<PathBuf> {
    let mut prefixes: Vec<PathBuf> = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(env::var_os)
        .map(Into::into)
        .collect();
    if let Some(path) = env::var_os("PATH") {
        // `python3` on the path tells where its packages are, without running it.
        for folder in env::split_paths(&path) {
            for program in ["python3", "python"] {
                let program = folder.join(program);
                if program.is_file() {
                    prefixes.extend(folder.parent().map(Path::to_owned));
                    let real = fs::canonicalize(&program).ok();
                    let prefix = real.as_deref().and_then(|real| real.parent()?.parent());
                    prefixes.extend(prefix.map(Path::to_owned));
                    break;
                }
            }
        }
    }
    prefixes.extend(env::var_os("HOME").map(|home| Path::new(&home).join(".local")));
    prefixes.extend(["/usr/local", "/usr"].map(PathBuf::from));
    let mut folders = Vec::new();
    for prefix in prefixes {
        for library in ["lib", "lib64"] {
            let versions = fs::read_dir(prefix.join(library)).into_iter().flatten().flatten();
            let mut versions: Vec<PathBuf> = versions
                .map(|entry| entry.path())
                .filter(|path| {
                    let name = path.file_name().and_then(|name| name.to_str());
                    name.is_some_and(|name| name.starts_with("python3"))
                })
                .collect();
            versions.sort();
            for version in versions.into_iter().rev() {
                folders.push(version.join("site-packages"));
                folders.push(version.join("dist-packages"));
            }
        }
        folders.push(prefix.join("Lib").join("site-packages"));
    }
    let mut seen = HashSet::new();
    folders.retain(|folder| folder.is_dir() && seen.insert(folder.clone()));
    folders
}

fn system_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for variable in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        folders.extend(env::var_os(variable).iter().flat_map(env::split_paths));
    }
    let program = env::current_exe().ok();
    folders.extend(program.as_deref().and_then(Path::parent).map(Path::to_owned));
    let triple = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    folders.extend(
        ["/usr/local/lib", "/usr/lib64", "/usr/lib", &triple, "/opt/onnxruntime/lib"]
            .into_iter()
            .map(PathBuf::from),
    );
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_names() {
        assert_eq!(version_in("libonnxruntime.so.1.23.2").as_deref(), Some("1.23.2"));
        assert_eq!(version_in("libonnxruntime.1.20.0.dylib").as_deref(), Some("1.20.0"));
        assert_eq!(version_in("libonnxruntime.so"), None);
        assert_eq!(version_in("libonnxruntime.so.1"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_newest_version_of_a_folder_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["libonnxruntime.so.1.9.0", "libonnxruntime.so.1.20.1", "libother.so.9.9"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = in_folder(folder.path()).unwrap();
        assert!(found.ends_with("libonnxruntime.so.1.20.1"), "{found:?}");
        assert_eq!(in_folder(&folder.path().join("none")), None);
    }

    #[test]
    fn every_place_without_a_library_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut tried = Vec::new();
        candidates(&[folder.path().to_owned()], &mut tried);
        let place = folder.path().join("onnxruntime").join("capi");
        let line = tried.iter().find(|line| line.contains(place.to_str().unwrap()));
        assert!(line.is_some(), "{tried:?}");
    }
}
