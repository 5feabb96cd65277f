//! The folder a model lives in.

mod file;
mod writer;

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

pub(crate) use file::name_problem;
use file::{MANIFEST, plain_file, read_entry};
pub(crate) use writer::BundleWriter;

use super::{FEWEST_REFERENCE, Manifest};
use crate::{
    Error, Result,
    onnx::{Dimension, GraphFacts, inspect},
    profile::Reference,
};

/// The graph's name in every bundle.
const GRAPH: &str = "model.onnx";
/// The weights of what was learnt.
pub(in crate::model) const HEAD: &str = "head.safetensors";
/// How texts become numbers for them.
pub(in crate::model) const VECTORIZER: &str = "vectorizer.json";
/// What scores texts have that are like those it was learnt from.
pub(in crate::model) const NOVELTY: &str = "novelty.json";
/// What later texts are compared with.
pub(in crate::model) const REFERENCE: &str = "reference.profile";

/// Whether a file of a bundle belongs to its graph or tokenizer, as far as its name tells: all do that
/// are not known to be about something else.
pub(in crate::model) fn is_of_graph(name: &str) -> bool {
    let others = [
        "README.md",
        "calibration.json",
        "calibration.svg",
        "evaluation.json",
        "trials.json",
        HEAD,
        NOVELTY,
        REFERENCE,
        VECTORIZER,
    ];
    !others.contains(&name)
}
/// A manifest is a page of text; what is longer than this is none.
const LONGEST_MANIFEST: u64 = 16 << 20;

/// A model on disk: a folder with a manifest, checked when it is opened.
///
/// Only the files its manifest lists are ever read, and none of them is run.
///
/// ```no_run
/// # use pantau::model::Bundle;
/// let bundle = Bundle::open("models/sentiment")?;
/// println!("{} {}", bundle.manifest().name, bundle.id());
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Bundle {
    path: PathBuf,
    manifest: Manifest,
    id: String,
    graph: Option<GraphFacts>,
}

impl Bundle {
    /// Opens a bundle: its manifest is read, and every file it lists is compared with it.
    ///
    /// # Errors
    /// When the folder or a file is missing, the manifest is of a newer format or says what cannot
    /// be, a name leads out of the folder, a file is a link or a pickle, its size or hash differs,
    /// or the graph wants a file that is not listed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let manifest = read_manifest(path)?;
        let graph = check_files(path, &manifest)?;
        Ok(Self::checked(path.to_owned(), manifest, graph))
    }

    /// Where a bundle really is and its id, by its manifest alone.
    pub(in crate::model) fn identify(path: &Path) -> Result<(PathBuf, String)> {
        let manifest = read_manifest(path)?;
        let real = path.canonicalize().map_err(Error::storage("read", path))?;
        Ok((real, id_of(&manifest)))
    }

    /// Checks everything again, on the files as they are now.
    ///
    /// # Errors
    /// As [`Bundle::open`], and when it has become another bundle meanwhile.
    pub fn verify(&self) -> Result<()> {
        let now = Self::open(&self.path)?;
        if now.id == self.id {
            return Ok(());
        }
        let (before, now) = (&self.id, now.id);
        Err(Error::incompatible(
            describe(&self.path),
            format!("it was {before} when it was opened and is {now} now"),
        ))
    }

    /// Makes a bundle of files that lie elsewhere, such as a graph exported by another program.
    ///
    /// Each of `files` is a name inside the bundle and where its bytes are now. The manifest's own
    /// list of files is filled in. The bundle appears whole or not at all. When `overwrite` is
    /// set, a bundle that is already at `target` is replaced; anything else never is.
    ///
    /// # Errors
    /// When something is at `target` already, a file cannot be read, or what would come out could
    /// not be opened.
    pub fn create<N: AsRef<str>, P: AsRef<Path>>(
        target: impl AsRef<Path>,
        files: &[(N, P)],
        manifest: Manifest,
        overwrite: bool,
    ) -> Result<Self> {
        let writer = BundleWriter::new(target, overwrite)?;
        for (name, source) in files {
            writer.copy(name.as_ref(), source.as_ref())?;
        }
        writer.finish(manifest)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What its graph says about itself; none if its model needs none.
    pub fn graph(&self) -> Option<&GraphFacts> {
        self.graph.as_ref()
    }

    /// A hash over the manifest, and so over everything: equal bundles have equal ids.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The path of a file that the manifest lists.
    ///
    /// # Errors
    /// When it is not listed.
    pub fn file(&self, name: &str) -> Result<PathBuf> {
        if self.manifest.files.contains_key(name) {
            return Ok(self.path.join(name));
        }
        let listed: Vec<&str> = self.manifest.files.keys().map(String::as_str).collect();
        Err(Error::NotFound {
            what: format!("{}: {name:?}", describe(&self.path)),
            hint: format!("its manifest lists {}", listed.join(", ")),
        })
    }

    /// What later texts are compared with, as a monitor does; none if the bundle has none, or none of
    /// 280 rows: fewer only tell how to count.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is of another version of the format, [`Error::Storage`] if it
    /// cannot be read.
    pub fn reference(&self) -> Result<Option<Reference>> {
        Ok(self.layout_rows()?.filter(|own| own.rows() >= FEWEST_REFERENCE as u64))
    }

    /// [`reference`](Self::reference), however few rows it has: by its layout later texts can be counted
    /// before there is something to compare them with.
    pub(crate) fn layout_rows(&self) -> Result<Option<Reference>> {
        if !self.manifest.files.contains_key(REFERENCE) {
            return Ok(None);
        }
        Reference::load(self.path.join(REFERENCE)).map(Some)
    }

    fn checked(path: PathBuf, manifest: Manifest, graph: Option<GraphFacts>) -> Self {
        let id = id_of(&manifest);
        Self { path, manifest, id, graph }
    }
}

fn id_of(manifest: &Manifest) -> String {
    blake3::hash(manifest.to_json().as_bytes()).to_hex().to_string()
}

/// The bundle, for messages.
fn describe(path: &Path) -> String {
    format!("bundle {}", path.display())
}

fn read_manifest(path: &Path) -> Result<Manifest> {
    let what = describe(path);
    let storage = || Error::storage("read", path.join(MANIFEST));
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(Error::invalid(what, "is a file, a bundle is a folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::NotFound { what, hint: "no such folder".to_owned() });
        }
        Err(source) => {
            return Err(Error::Storage { action: "read", path: path.to_owned(), source });
        }
    }
    let (file, _) = plain_file(&what, path, MANIFEST)?;
    let file = File::open(file).map_err(storage())?;
    let mut json = Vec::new();
    file.take(LONGEST_MANIFEST + 1).read_to_end(&mut json).map_err(storage())?;
    if json.len() as u64 > LONGEST_MANIFEST {
        let problem = format!("{MANIFEST} is longer than {LONGEST_MANIFEST} bytes");
        return Err(Error::invalid(what, problem));
    }
    Manifest::parse(&format!("{what}: {MANIFEST}"), &json)
}

/// Compares every listed file with the manifest and looks into the graph.
fn check_files(path: &Path, manifest: &Manifest) -> Result<Option<GraphFacts>> {
    let what = describe(path);
    check_needed(&what, manifest)?;
    let mut piece = Vec::new();
    for (name, listed) in &manifest.files {
        let (file, bytes) = plain_file(&what, path, name)?;
        // A wrong length is known before anything is read.
        if bytes != listed.bytes {
            let problem = format!("{name} has {bytes} bytes, the manifest says {}", listed.bytes);
            return Err(Error::invalid(what, problem));
        }
        let found = read_entry(&what, &file, &mut piece)?;
        if found != *listed {
            let problem = format!(
                "{name} has the BLAKE3 hash {}, the manifest says {}",
                found.blake3, listed.blake3
            );
            return Err(Error::invalid(what, problem));
        }
    }
    check_graph(&what, path, manifest)
}

/// Whether the files are listed without which there is no model.
fn check_needed(what: &str, manifest: &Manifest) -> Result<()> {
    let lists = |name: &str| manifest.files.contains_key(name);
    let has_graph = manifest.graph_width().is_some();
    let mut needed = Vec::new();
    if has_graph {
        needed.push(GRAPH);
    }
    if let Some(learned) = &manifest.learned {
        needed.push(HEAD);
        if learned.encoder.is_none() {
            needed.push(VECTORIZER);
        }
    }
    if let Some(missing) = needed.into_iter().find(|name| !lists(name)) {
        return Err(Error::invalid(what, format!("its manifest lists no {missing}")));
    }
    if has_graph && !lists("tokenizer.json") && !lists("vocab.txt") {
        let problem = "its manifest lists neither tokenizer.json nor vocab.txt";
        return Err(Error::invalid(what, problem));
    }
    Ok(())
}

/// Whether the graph stays inside the bundle and answers what the manifest says.
fn check_graph(what: &str, path: &Path, manifest: &Manifest) -> Result<Option<GraphFacts>> {
    let Some(expected) = manifest.graph_width() else { return Ok(None) };
    let graph = inspect(path.join(GRAPH))?;
    for name in &graph.external_files {
        if !manifest.files.contains_key(name) {
            let problem =
                format!("{GRAPH} wants the file {name:?}, which its manifest does not list");
            return Err(Error::invalid(what, problem));
        }
    }
    if let Some(domain) = graph.custom_domains.first() {
        let problem =
            format!("{GRAPH} uses operators of {domain:?}, which ONNX Runtime does not have");
        return Err(Error::incompatible(what, problem));
    }
    let widths: Vec<Option<u64>> = graph
        .outputs
        .iter()
        .map(|output| match output.dimensions.as_deref()?.last()? {
            Dimension::Fixed(width) => Some(*width),
            Dimension::Named(_) | Dimension::Any => None,
        })
        .collect();
    let expected = expected as u64;
    // An output of unknown width may still be the right one.
    if !widths.is_empty() && widths.iter().all(|width| width.is_some_and(|width| width != expected))
    {
        let widths: Vec<String> = widths.iter().flatten().map(u64::to_string).collect();
        let problem = format!(
            "{GRAPH} answers {} numbers, the manifest's task has {expected}",
            widths.join(" or ")
        );
        return Err(Error::incompatible(what, problem));
    }
    Ok(Some(graph))
}
