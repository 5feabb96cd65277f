//! What a bundle refuses, each by a real folder that was tampered with, and that one that was not
//! comes back as it was made.
#![cfg(feature = "onnx")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pantau::{
    ErrorKind,
    model::{Bundle, Manifest, Quantization, SelfTest},
    onnx::{Activation, Pooling, Task, Weights, inspect},
};
use proptest::prelude::*;
use tempfile::TempDir;

/// A field of a protocol-buffer message that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    assert!(number < 16 && bytes.len() < 128, "one byte each is enough here");
    out.push(bytes.len() as u8);
    out.extend_from_slice(bytes);
    out
}

/// An ONNX file with one output of the given width, and a weight in another file.
fn graph(width: u8, location: Option<&str>) -> Vec<u8> {
    let shape = field(1, &[0x08, width]);
    let tensor = [vec![0x08, 1], field(2, &shape)].concat();
    let output = [field(1, b"logits"), field(2, &field(1, &tensor))].concat();
    let weight = location.map(|location| {
        let entry = [field(1, b"location"), field(2, location.as_bytes())].concat();
        field(5, &[field(8, b"w"), field(13, &entry), vec![14 << 3, 1]].concat())
    });
    let graph = [weight.unwrap_or_default(), field(12, &output)].concat();
    [vec![0x08, 10], field(7, &graph), field(8, &[0x10, 17])].concat()
}

fn classifier() -> Manifest {
    let task = Task::Classifier {
        labels: vec!["baik".to_owned(), "buruk".to_owned()],
        activation: Activation::Softmax,
        temperature: 1.5,
    };
    let mut manifest = Manifest::new("reviews", "distilbert", task, Weights::Int8, 512);
    manifest.self_test = Some(SelfTest {
        texts: vec!["bagus".to_owned()],
        answers: vec![vec![0.1, -3.25e-7]],
        tolerance: 1e-4,
    });
    manifest.quantization = Some(Quantization {
        agreement: Some(0.993),
        texts: 500,
        batch_invariant: true,
        batch_difference: 0.0,
        cpu: vec!["avx512vnni".to_owned()],
    });
    manifest
}

/// A folder with the files of a bundle to be, and where the bundle is to be.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        scene.source("tokenizer.json", b"{}");
        scene.source("model.onnx", &graph(2, Some("model.weights")));
        scene.source("model.weights", &[7; 3000]);
        scene
    }

    fn source(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn files(&self, names: &[&str]) -> Vec<(String, PathBuf)> {
        names.iter().map(|name| ((*name).to_owned(), self.folder.path().join(name))).collect()
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    fn create(&self) -> pantau::Result<Bundle> {
        let files = self.files(&["tokenizer.json", "model.onnx", "model.weights"]);
        Bundle::create(self.target(), &files, classifier(), false)
    }

    /// Everything in the folder that is neither a source nor the bundle.
    fn left_behind(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".part") || name.contains(".old")).collect()
    }
}

/// Writes a new file in place of one. Written over, some file systems would wait for the disk.
fn rewrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Opens a bundle after the text of its manifest was changed.
fn with_manifest(bundle: &Bundle, change: impl Fn(&str) -> String) -> pantau::Result<Bundle> {
    let before = bundle.manifest().to_json();
    let after = change(&before);
    assert_ne!(before, after, "nothing was changed");
    rewrite(&bundle.path().join("pantau.json"), after.as_bytes());
    Bundle::open(bundle.path())
}

/// Makes a bundle, changes its folder, and gives the message that opening it ends with.
fn refusal(change: impl Fn(&Path)) -> String {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    change(bundle.path());
    let error = Bundle::open(bundle.path()).unwrap_err();
    assert_eq!(bundle.verify().unwrap_err().to_string(), error.to_string());
    let message = error.full_message();
    assert!(message.contains(&bundle.path().display().to_string()), "{message}");
    message
}

fn assert_holds(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

#[test]
fn a_bundle_comes_back_as_it_was_made() {
    let scene = Scene::new();
    let made = scene.create().unwrap();
    let opened = Bundle::open(scene.target()).unwrap();
    assert_eq!(opened.manifest(), made.manifest());
    assert_eq!(opened.id(), made.id());
    assert_eq!(opened.graph(), made.graph());
    assert_eq!(opened.path(), scene.target());
    assert_eq!(opened.manifest().files["model.weights"].bytes, 3000);
    assert_eq!(fs::read(opened.file("model.weights").unwrap()).unwrap(), [7; 3000]);
    opened.verify().unwrap();
    assert_eq!(scene.left_behind(), [""; 0]);

    let mut wanted = classifier();
    wanted.files.clone_from(&opened.manifest().files);
    assert_eq!(*opened.manifest(), wanted);
}

#[test]
fn the_hash_is_blake3() {
    let scene = Scene::new();
    scene.source("model.weights", b"abc");
    // As BLAKE3's authors publish it for these three letters.
    let published = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
    assert_eq!(scene.create().unwrap().manifest().files["model.weights"].blake3, published);
}

#[test]
fn equal_bundles_have_equal_bytes_and_ids() {
    let (one_scene, other_scene) = (Scene::new(), Scene::new());
    let (one, other) = (one_scene.create().unwrap(), other_scene.create().unwrap());
    let read = |bundle: &Bundle| fs::read_to_string(bundle.path().join("pantau.json")).unwrap();
    assert_eq!(read(&one), read(&other));
    assert!(read(&one).ends_with("}\n"));
    assert_eq!(one.id(), other.id());

    // Spaces are no difference, a byte of the weights is.
    let path = other.path().join("pantau.json");
    fs::write(&path, read(&other).replace('\n', " ")).unwrap();
    assert_eq!(Bundle::open(other.path()).unwrap().id(), one.id());
    other_scene.source("model.weights", &[8; 3000]);
    let files = other_scene.files(&["tokenizer.json", "model.onnx", "model.weights"]);
    let changed = Bundle::create(other.path(), &files, classifier(), true).unwrap();
    assert_ne!(changed.id(), one.id());
    let message = other.verify().unwrap_err().to_string();
    assert_holds(&message, &[other.id(), changed.id()]);
}

#[test]
fn what_is_not_listed_is_ignored() {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    fs::write(bundle.path().join("notes.pkl"), b"\x80\x04\x95").unwrap();
    Bundle::open(bundle.path()).unwrap();
    bundle.verify().unwrap();
    let error = bundle.file("notes.pkl").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_holds(&error.to_string(), &["notes.pkl", "model.onnx, model.weights, tokenizer.json"]);
}

#[test]
fn what_is_missing_is_named() {
    let error = Bundle::open("no/such/bundle").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_holds(&error.to_string(), &["no/such/bundle"]);
    let error = Bundle::open(file!()).or_else(|_| Bundle::open(std::env::current_exe().unwrap()));
    assert_holds(&error.unwrap_err().to_string(), &["a bundle is a folder"]);
    for name in ["pantau.json", "model.onnx", "model.weights"] {
        let message = refusal(|folder| fs::remove_file(folder.join(name)).unwrap());
        assert_holds(&message, &[name, "not found"]);
    }
}

#[test]
fn a_changed_file_is_refused_with_both_values() {
    let message = refusal(|folder| fs::write(folder.join("tokenizer.json"), "{ }").unwrap());
    assert_holds(&message, &["tokenizer.json has 3 bytes, the manifest says 2"]);
    let message = refusal(|folder| fs::write(folder.join("tokenizer.json"), "[]").unwrap());
    assert_holds(&message, &["tokenizer.json has the BLAKE3 hash ", ", the manifest says "]);
    let message = refusal(|folder| {
        let path = folder.join("model.weights");
        let mut bytes = fs::read(&path).unwrap();
        bytes[2999] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    assert_holds(&message, &["model.weights has the BLAKE3 hash "]);
}

#[test]
fn a_newer_format_is_incompatible() {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    let newer = |json: &str| {
        json.replace("\"format\": 1", "\"format\": 7").replace("\"name\"", "\"renamed\"")
    };
    let error = with_manifest(&bundle, newer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_holds(&error.to_string(), &["bundle ", "format 7 is newer than 1"]);
}

#[test]
fn a_manifest_that_cannot_be_is_refused() {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    let cases: [(&str, &str, &str); 25] = [
        ("\"format\": 1", "\"format\": 0", "format 0"),
        ("\"format\": 1", "\"format\": -1", "invalid value"),
        ("\"name\": \"reviews\"", "\"name\": \" \"", "name is empty"),
        ("\"name\": \"reviews\"", "\"name\": \"a\\nb\"", "control character"),
        ("\"name\": \"reviews\"", "\"name\": \"a\", \"extra\": 1", "unknown field `extra`"),
        ("\"activation\"", "\"extra\": 1, \"activation\"", "unknown field `extra`"),
        ("\"bytes\": 2,", "\"bytes\": 2, \"extra\": 1,", "unknown field `extra`"),
        ("\"tolerance\"", "\"extra\": 1, \"tolerance\"", "unknown field `extra`"),
        ("\"agreement\"", "\"extra\": 1, \"agreement\"", "unknown field `extra`"),
        ("\"baik\"", "\"buruk\"", "the label \"buruk\" is there twice"),
        ("\"baik\"", "\"\"", "label 0 is empty"),
        ("1.5", "0", "temperature is 0"),
        ("1.5", "-2.5", "temperature is -2.5"),
        ("1.5", "1e999", "number out of range"),
        ("\"max_tokens\": 512", "\"max_tokens\": 0", "max_tokens is 0"),
        ("\"max_tokens\": 512", "\"max_tokens\": 99999999", "max_tokens is 99999999"),
        ("\"bagus\"", "\"a\", \"b\"", "2 texts and 1 answers"),
        ("\"baik\"", "\"biasa\", \"baik\"", "has 2 numbers, the task gives 3"),
        ("-3.25e-7", "1e60", "number out of range"),
        ("\"tolerance\": 0.0001", "\"tolerance\": -1", "tolerance is -1"),
        ("0.993", "1.01", "agreement is 1.01"),
        ("\"batch_difference\": 0.0", "\"batch_difference\": -1.0", "batch_difference is -1"),
        ("\"model.onnx\"", "\"other.onnx\"", "lists no model.onnx"),
        ("\"tokenizer.json\"", "\"tokens.json\"", "neither tokenizer.json nor vocab.txt"),
        ("\"blake3\": \"", "\"blake3\": \"F", "64 hexadecimal digits"),
    ];
    for (from, to, expected) in cases {
        let error = with_manifest(&bundle, |json| json.replace(from, to)).expect_err(to);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{to}: {error}");
        assert_holds(&error.to_string(), &["bundle ", expected]);
    }
    for json in ["", "[]", "null", "{", "{\"format\": 1}", "\u{0}"] {
        let error = with_manifest(&bundle, |_| json.to_owned()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{json:?}");
    }
    // So deep that a reader which calls itself would run out of stack.
    let deep = with_manifest(&bundle, |_| "[".repeat(1_000_000)).unwrap_err();
    assert_eq!(deep.kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_encoder_needs_dimensions() {
    for (dimensions, allowed) in [(0, false), (384, true), (usize::MAX >> 12, false)] {
        let task = Task::Encoder { pooling: Pooling::Mean, normalize: true, dimensions };
        let manifest = Manifest::new("e", "bert", task, Weights::Fp32, 128);
        assert_eq!(Manifest::from_json(&manifest.to_json()).is_ok(), allowed, "{dimensions}");
    }
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    let names = [
        "",
        "..",
        "../x",
        "a/../x",
        "a/..",
        ".",
        "./x",
        "a/./x",
        "/etc/passwd",
        "//x",
        "a//x",
        "a/",
        "..\\\\x",
        "C:x",
        "C:/x",
        "c:\\\\x",
        "a\\u0000b",
        "a\\nb",
        "pantau.json",
        "PANTAU.json",
        "pantau.json.",
        "x ",
        "model.onnx:stream",
        "*/_ORT_MEM_ADDR_/*",
        "x.pkl",
        "x.PICKLE",
        "a/x.pt",
        "x.pth",
        "x.joblib",
        "x.npy",
        "pytorch_model.bin",
        "pytorch_model-00001-of-00002.bin",
    ];
    for name in names {
        let listed = format!("\"{name}\"");
        let error = with_manifest(&bundle, |json| json.replace("\"model.weights\"", &listed));
        let error = error.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
        assert_holds(&error.to_string(), &["bundle ", "the file name "]);
    }
    let long = with_manifest(&bundle, |json| json.replace("model.weights", &"x".repeat(5000)));
    assert_holds(&long.unwrap_err().to_string(), &["longer than 1024 bytes"]);
}

#[test]
fn a_huge_manifest_is_refused() {
    let message = refusal(|folder| {
        fs::File::create(folder.join("pantau.json")).unwrap().set_len(17 << 20).unwrap();
    });
    assert_holds(&message, &["pantau.json is longer than 16777216 bytes"]);
}

#[cfg(unix)]
#[test]
fn links_are_refused() {
    use std::os::unix::fs::symlink;

    for name in ["pantau.json", "tokenizer.json", "model.onnx", "model.weights"] {
        let message = refusal(|folder| {
            let (path, elsewhere) = (folder.join(name), folder.join("elsewhere"));
            fs::rename(&path, &elsewhere).unwrap();
            symlink("elsewhere", path).unwrap();
        });
        assert_holds(&message, &[name, "is a link"]);
    }
    // A link on the way is as bad as one at the end.
    let scene = Scene::new();
    let mut files = scene.files(&["tokenizer.json", "model.onnx", "model.weights"]);
    files.push(("more/notes.txt".to_owned(), scene.source("notes.txt", b"notes")));
    let bundle = Bundle::create(scene.target(), &files, classifier(), false).unwrap();
    bundle.verify().unwrap();
    fs::rename(bundle.path().join("more"), bundle.path().join("moved")).unwrap();
    symlink("moved", bundle.path().join("more")).unwrap();
    assert_holds(&bundle.verify().unwrap_err().to_string(), &["more is a link"]);
    // The folder itself may be reached by one: `current` that points to a version.
    symlink("moved", bundle.path().join("unlisted")).unwrap();
    fs::remove_file(bundle.path().join("more")).unwrap();
    fs::rename(bundle.path().join("moved"), bundle.path().join("more")).unwrap();
    symlink(bundle.path(), scene.folder.path().join("current")).unwrap();
    Bundle::open(scene.folder.path().join("current")).unwrap();
}

#[test]
fn only_plain_files_are_read() {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    let message = refusal(|folder| {
        fs::remove_file(folder.join("model.weights")).unwrap();
        fs::create_dir(folder.join("model.weights")).unwrap();
    });
    assert_holds(&message, &["model.weights is not a plain file"]);
    let error = with_manifest(&bundle, |json| json.replace("model.weights", "tokenizer.json/x"));
    assert_holds(&error.unwrap_err().to_string(), &["tokenizer.json is not a folder"]);
}

#[test]
fn pickles_are_refused_by_their_bytes() {
    let mut packed = b"PK\x03\x04".to_vec();
    packed.resize((1 << 20) - 2, 0);
    packed.extend_from_slice(b".pkl");
    let cases: [&[u8]; 6] = [
        b"\x80\x04\x95\x05\0\0\0\0\0\0\0]\x94.",
        b"\x80\x02}q\0.",
        b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.",
        b"\x80\x05N.",
        b"PK\x03\x04archive/data.pkl\x80\x02",
        &packed,
    ];
    for bytes in cases {
        let scene = Scene::new();
        scene.source("model.weights", bytes);
        let error = scene.create().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_holds(&error.to_string(), &["bundle ", "model.weights is a pickle"]);
        assert_eq!(scene.left_behind(), [""; 0]);
        assert!(!scene.target().exists());
    }
    // Weights whose first bytes look a little like one.
    for bytes in [&b"\x80\x02\0\0"[..], b"\x80\x06}", b"\x80", b"\x80\x02", b"PK\x03\x04archive"] {
        let scene = Scene::new();
        scene.source("model.weights", bytes);
        scene.create().unwrap().verify().unwrap();
    }
}

#[test]
fn weights_outside_the_folder_are_refused() {
    let locations = [
        "../x",
        "/etc/passwd",
        "other.weights",
        "./model.weights",
        "",
        "*/_ORT_MEM_ADDR_/*",
        "model.weights/../../x",
    ];
    for location in locations {
        let scene = Scene::new();
        scene.source("model.onnx", &graph(2, Some(location)));
        let error = scene.create().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_holds(&error.to_string(), &["bundle ", &format!("{location:?}"), "does not list"]);
    }
}

#[test]
fn a_graph_for_another_task_is_refused() {
    let scene = Scene::new();
    scene.source("model.onnx", &graph(3, None));
    let error = scene.create().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert_holds(&error.to_string(), &["answers 3 numbers, the manifest's task has 2"]);
}

#[test]
fn a_file_that_is_no_graph_is_refused() {
    let scene = Scene::new();
    let whole = graph(2, Some("model.weights"));
    for length in 0..whole.len() {
        let path = scene.source("model.onnx", &whole[..length]);
        // Cut behind the graph, only the operator sets are missing, which ONNX Runtime looks for.
        let is_cut_between_fields = length == whole.len() - 4;
        assert_eq!(inspect(path).is_ok(), is_cut_between_fields, "{length} bytes");
    }
    let path = scene.source("model.onnx", b"PyTorch wrote something else here");
    assert_holds(&scene.create().unwrap_err().to_string(), &["not a valid ONNX file"]);
    assert_holds(&inspect(&path).unwrap_err().to_string(), &[&path.display().to_string()]);
}

#[test]
fn what_is_there_already_is_left_alone() {
    let scene = Scene::new();
    let files = scene.files(&["tokenizer.json", "model.onnx", "model.weights"]);
    let create = |overwrite| Bundle::create(scene.target(), &files, classifier(), overwrite);

    fs::create_dir(scene.target()).unwrap();
    create(false).unwrap();
    let message = create(false).unwrap_err().to_string();
    assert_holds(&message, &["exists already", &scene.target().display().to_string()]);
    fs::write(scene.target().join("left over"), "x").unwrap();
    create(true).unwrap().verify().unwrap();
    assert!(!scene.target().join("left over").exists());

    fs::remove_file(scene.target().join("pantau.json")).unwrap();
    assert_holds(&create(true).unwrap_err().to_string(), &["has no pantau.json"]);
    fs::remove_dir_all(scene.target()).unwrap();
    fs::write(scene.target(), "precious").unwrap();
    assert_holds(&create(true).unwrap_err().to_string(), &["a file or link of this name"]);
    assert_eq!(fs::read_to_string(scene.target()).unwrap(), "precious");
    let nowhere = Bundle::create("no/such/place", &files, classifier(), true).unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::NotFound);
    assert_eq!(scene.left_behind(), [""; 0]);
}

#[test]
fn a_bundle_that_cannot_be_made_leaves_the_old_one() {
    let scene = Scene::new();
    let before = scene.create().unwrap();
    for names in [&["tokenizer.json"][..], &["model.onnx", "tokenizer.json"], &["missing"]] {
        let files = scene.files(names);
        Bundle::create(scene.target(), &files, classifier(), true).unwrap_err();
    }
    let twice = scene.files(&["tokenizer.json", "tokenizer.json"]);
    let error = Bundle::create(scene.target(), &twice, classifier(), true).unwrap_err();
    assert_holds(&error.to_string(), &["there twice"]);
    let outside = [("../x", scene.target())];
    Bundle::create(scene.target(), &outside, classifier(), true).unwrap_err();
    let mut wrong = classifier();
    wrong.max_tokens = Some(0);
    let files = scene.files(&["tokenizer.json", "model.onnx", "model.weights"]);
    Bundle::create(scene.target(), &files, wrong, true).unwrap_err();
    let mut wrong = classifier();
    wrong.self_test.as_mut().unwrap().answers[0][1] = f32::NAN;
    let error = Bundle::create(scene.target(), &files, wrong, true).unwrap_err();
    assert_holds(&error.to_string(), &["answer 0 of the self-test holds NaN"]);
    before.verify().unwrap();
    assert_eq!(scene.left_behind(), [""; 0]);
}

fn runs(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn random_bytes_as_a_graph_are_an_error() {
    let scene = Scene::new();
    let strategy = (prop::collection::vec(any::<u8>(), 0..200), 0..100_usize, any::<bool>());
    proptest!(runs(500), |((bytes, at, keep) in strategy)| {
        // Bytes put into a real file come further than bytes alone.
        let mut graph = if keep { graph(2, Some("model.weights")) } else { Vec::new() };
        let at = at.min(graph.len());
        graph.splice(at..(at + bytes.len()).min(graph.len()), bytes);
        let path = scene.folder.path().join("model.onnx");
        rewrite(&path, &graph);
        if let Ok(facts) = inspect(path)
            && let Ok(bundle) = scene.create()
        {
            prop_assert_eq!(bundle.graph(), Some(&facts));
            fs::remove_dir_all(bundle.path()).unwrap();
        }
        prop_assert!(scene.left_behind().is_empty());
    });
}

#[test]
fn random_bytes_in_a_manifest_are_an_error_or_read_alike() {
    let scene = Scene::new();
    let bundle = scene.create().unwrap();
    let path = bundle.path().join("pantau.json");
    let whole = fs::read(&path).unwrap();
    let strategy = (prop::collection::vec(any::<u8>(), 1..20), 0..2000_usize);
    proptest!(runs(2000), |((bytes, at) in strategy)| {
        let mut json = whole.clone();
        let at = at.min(json.len());
        json.splice(at..(at + bytes.len()).min(json.len()), bytes);
        rewrite(&path, &json);
        if let Ok(again) = Bundle::open(bundle.path()) {
            let json = again.manifest().to_json();
            prop_assert_eq!(&Manifest::from_json(&json).unwrap(), again.manifest());
        }
    });
}

proptest! {
    #![proptest_config(runs(300))]

    #[test]
    fn numbers_come_back_to_the_bit(
        temperature in 1e-6..1e6_f64,
        answers in prop::collection::vec(any::<f32>().prop_filter("finite", |x| x.is_finite()), 2),
    ) {
        let mut manifest = classifier();
        if let Task::Classifier { temperature: ours, .. } = &mut manifest.task {
            *ours = temperature;
        }
        manifest.self_test.as_mut().unwrap().answers = vec![answers];
        prop_assert_eq!(Manifest::from_json(&manifest.to_json()).unwrap(), manifest);
    }
}
