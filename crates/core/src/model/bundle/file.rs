//! One file of a bundle: which names are allowed, and what its bytes are.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{Error, Result, model::FileEntry};

/// How much of a file is read at once: enough that asking for it costs nothing.
const PIECE: usize = 1 << 20;
/// The longest name of a file inside a bundle, in bytes.
const LONGEST_NAME: usize = 1024;
/// Files that Python reads by running what they say.
const PICKLES: [&str; 9] = ["ckpt", "dill", "joblib", "npy", "npz", "pickle", "pkl", "pt", "pth"];

/// The manifest's own name.
pub(super) const MANIFEST: &str = "pantau.json";

/// Why a name may not stand in a manifest. What is allowed is allowed on every system, so that a
/// bundle can be opened anywhere.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("is empty");
    }
    if name.len() > LONGEST_NAME {
        return Some("is longer than 1024 bytes");
    }
    if name.eq_ignore_ascii_case(MANIFEST) {
        return Some("is the manifest itself");
    }
    if name.starts_with('/') {
        return Some("is absolute");
    }
    // A colon begins a drive or a hidden stream; a star is how ONNX Runtime marks weights that lie
    // in memory, at an address the graph chooses.
    let is_forbidden = |letter: char| {
        letter.is_control() || matches!(letter, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    if name.contains(is_forbidden) {
        return Some("holds a control character or one of \\ : * ? \" < > |");
    }
    for part in name.split('/') {
        match part {
            "" => return Some("has an empty part"),
            "." | ".." => return Some("has a part that is . or .."),
            _ if part.ends_with(['.', ' ']) => return Some("has a part that ends in . or a space"),
            _ => {}
        }
    }
    if is_pickle_name(name) {
        return Some(
            "is that of a pickle, which runs code when it is read; use safetensors or ONNX",
        );
    }
    None
}

fn is_pickle_name(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    PICKLES.contains(&extension) || (extension == "bin" && stem.starts_with("pytorch_model"))
}

/// The path of a listed file, when no part of the way to it inside the bundle is a link and the
/// file is plain.
pub(super) fn plain_file(what: &str, folder: &Path, name: &str) -> Result<(PathBuf, u64)> {
    let mut path = folder.to_owned();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let metadata = fs::symlink_metadata(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Error::NotFound {
                what: format!("{what}: {name}"),
                hint: format!("{} does not exist", path.display()),
            },
            _ => Error::Storage { action: "read", path: path.clone(), source },
        })?;
        let kind = metadata.file_type();
        let problem = match parts.peek() {
            _ if kind.is_symlink() => "is a link",
            None if !kind.is_file() => "is not a plain file",
            Some(_) if !kind.is_dir() => "is not a folder",
            None => return Ok((path, metadata.len())),
            Some(_) => continue,
        };
        return Err(Error::invalid(what, format!("{} {problem}", path.display())));
    }
    Err(Error::invalid(what, "a file without a name"))
}

/// Reads a file once: its length, its hash, and that it is no pickle. `what` names the bundle.
pub(super) fn read_entry(what: &str, path: &Path, piece: &mut Vec<u8>) -> Result<FileEntry> {
    let mut file = File::open(path).map_err(Error::storage("read", path))?;
    let mut hasher = blake3::Hasher::new();
    let mut bytes = 0_u64;
    let mut is_zip = false;
    // The end of the piece before, for a name that two pieces share.
    let mut seam = Vec::new();
    piece.resize(PIECE, 0);
    loop {
        let length = fill(&mut file, piece).map_err(Error::storage("read", path))?;
        let part = &piece[..length];
        if bytes == 0 {
            is_zip = part.starts_with(b"PK\x03\x04");
        }
        if bytes == 0 && is_pickle(part) || is_zip && holds_pickle(&mut seam, part) {
            return Err(Error::invalid(
                what,
                format!("{} is a pickle, which runs code when it is read", path.display()),
            ));
        }
        hasher.update(part);
        bytes += length as u64;
        if length < PIECE {
            break;
        }
    }
    Ok(FileEntry { bytes, blake3: hasher.finalize().to_hex().to_string() })
}

/// Reads until the piece is full or the file ends.
fn fill(file: &mut File, piece: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether bytes begin like a pickle of protocol 2 to 5: the mark, the version, and an instruction
/// that can come next. Weights begin so by chance once in 100,000 files.
fn is_pickle(bytes: &[u8]) -> bool {
    let [0x80, 2..=5, next, ..] = bytes else { return false };
    matches!(
        next,
        b'(' | b')'
            | b']'
            | b'}'
            | b'c'
            | b'N'
            | b'I'
            | b'J'
            | b'K'
            | b'L'
            | b'M'
            | b'F'
            | b'G'
            | b'X'
            | b'U'
            | b'T'
            | b'B'
            | b'C'
            | b'S'
            | b'V'
            | 0x88..=0x8f | 0x95 | 0x96
    )
}

/// Whether a part of a zip file names a pickle in it, as `PyTorch` packs them. `seam` is the end of
/// the part before.
fn holds_pickle(seam: &mut Vec<u8>, part: &[u8]) -> bool {
    const ENDING: &[u8] = b".pkl";
    let is_found = |bytes: &[u8]| bytes.windows(ENDING.len()).any(|letters| letters == ENDING);
    let overlap = ENDING.len() - 1;
    seam.extend_from_slice(&part[..overlap.min(part.len())]);
    let found = is_found(seam) || is_found(part);
    seam.clear();
    seam.extend_from_slice(&part[part.len().saturating_sub(overlap)..]);
    found
}
