//! Profiles: the same bytes however a stream was split, and an answer to whatever comes.
#![cfg(feature = "learn")]
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::{sync::Arc, time::Duration};

use pantau::{
    Timestamp,
    profile::{
        Batch, Counts, Kind, Layout, LayoutOptions, Profile, Reference, ReferenceOptions,
        WindowLength,
    },
};

/// Numbers that look random and are always the same.
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 11) as f64 / 2.0_f64.powi(53)
    }

    fn below(&mut self, limit: usize) -> usize {
        #[expect(clippy::cast_sign_loss, reason = "a share is not negative")]
        let number = (self.unit() * limit as f64) as usize;
        number
    }
}

const WORDS: [&str; 12] = [
    "bagus", "Sekali!", "lemot", "cepat", "aplikasi", "rusak,", "mahal", "murah", "tidak", "saya",
    "é", "💥",
];

/// Rows of all kinds of columns.
struct Rows {
    numbers: Vec<f64>,
    labels: Vec<Option<String>>,
    texts: Vec<Option<String>>,
    vectors: Vec<f32>,
}

impl Rows {
    fn make(count: usize, seed: u64, shift: f64) -> Self {
        let mut chance = Chance(seed);
        let mut rows = Self {
            numbers: Vec::new(),
            labels: Vec::new(),
            texts: Vec::new(),
            vectors: Vec::new(),
        };
        for row in 0..count {
            let odd = chance.unit();
            rows.numbers.push(match odd {
                odd if odd < 0.02 => f64::NAN,
                odd if odd < 0.03 => f64::INFINITY,
                _ => (chance.unit() + chance.unit()) * 1e3 + shift,
            });
            let label = ["positive", "negative", "neutral"][chance.below(3)];
            rows.labels.push((odd > 0.05).then(|| label.to_owned()));
            let words: Vec<&str> =
                (0..chance.below(9)).map(|_| WORDS[chance.below(WORDS.len())]).collect();
            rows.texts.push((odd < 0.98).then(|| format!("{} {}", words.join(" "), row % 7)));
            rows.vectors.extend((0..6).map(|_| (chance.unit() - 0.5) as f32));
        }
        rows
    }

    fn batch(&self, start: usize, end: usize) -> Batch<'_> {
        let mut batch = Batch::new(end - start);
        batch.numbers("price", &self.numbers[start..end]).unwrap();
        batch
            .categories("label", self.labels[start..end].iter().map(Option::as_deref).collect())
            .unwrap();
        batch
            .texts("review", self.texts[start..end].iter().map(Option::as_deref).collect())
            .unwrap();
        batch.vectors("embedding", &self.vectors[start * 6..end * 6], 6).unwrap();
        batch
    }

    fn all(&self) -> Batch<'_> {
        self.batch(0, self.numbers.len())
    }
}

fn reference(rows: &Rows) -> Reference {
    Reference::build(&rows.all(), &ReferenceOptions::default()).unwrap()
}

fn profile(layout: &Arc<Layout>, batch: &Batch<'_>) -> Profile {
    let mut profile = Profile::new(layout);
    profile.update(batch).unwrap();
    profile
}

/// Merges parts pair by pair in an order by chance: a random tree.
fn merged(mut parts: Vec<Profile>, chance: &mut Chance) -> Profile {
    while parts.len() > 1 {
        let other = parts.swap_remove(chance.below(parts.len()));
        let place = chance.below(parts.len());
        parts[place].merge(&other).unwrap();
    }
    parts.pop().unwrap()
}

#[test]
fn a_thousand_partitions_and_trees_give_the_same_bytes() {
    let rows = Rows::make(600, 1, 0.0);
    let layout = reference(&rows).layout().clone();
    // Rows that the reference did not see, so that samples of new words are at work, too.
    let mut stream = Rows::make(400, 2, 500.0);
    for (row, text) in stream.texts.iter_mut().enumerate() {
        if let Some(text) = text {
            *text = format!("{text} baru{} lagi{}", row % 150, row % 3);
        }
    }
    for (row, label) in stream.labels.iter_mut().enumerate() {
        if row % 10 == 0 {
            *label = Some(format!("new {}", row % 90));
        }
    }
    let expected = profile(&layout, &stream.all()).to_bytes();
    let mut chance = Chance(3);
    for round in 0..1_000 {
        let mut parts = Vec::new();
        let mut start = 0;
        while start < 400 {
            let end = (start + 1 + chance.below(if round % 2 == 0 { 20 } else { 200 })).min(400);
            let part = profile(&layout, &stream.batch(start, end));
            // Some parts come from elsewhere, as bytes.
            parts.push(if chance.below(4) == 0 {
                Profile::from_bytes(&layout, &part.to_bytes()).unwrap()
            } else {
                part
            });
            start = end;
        }
        parts.push(Profile::new(&layout));
        assert_eq!(merged(parts, &mut chance).to_bytes(), expected, "round {round}");
    }
}

#[test]
fn row_by_row_is_the_same_as_at_once() {
    let rows = Rows::make(300, 5, 0.0);
    let layout = reference(&rows).layout().clone();
    let mut single = Profile::new(&layout);
    for row in 0..300 {
        single.update(&rows.batch(row, row + 1)).unwrap();
    }
    assert_eq!(single, profile(&layout, &rows.all()));
    // Of vectors a reference does not count those that it learnt from: every other one here.
    let pooled = reference(&rows).pooled();
    assert_eq!(pooled.rows(), single.rows());
    for ((feature, own), (_, pooled)) in single.features().zip(pooled.features()) {
        match (&own.counts, &pooled.counts) {
            (Counts::Vector(own), Counts::Vector(pooled)) => {
                assert_eq!((own.count, pooled.count), (300, 150));
            }
            _ => assert_eq!(own, pooled, "{}", feature.name),
        }
    }
}

#[test]
fn everything_survives_bytes_and_files() {
    let rows = Rows::make(400, 7, 0.0);
    let reference = reference(&rows);
    let again = Reference::from_bytes(&reference.to_bytes()).unwrap();
    assert_eq!(again, reference);
    assert_eq!(again.layout().hash(), reference.layout().hash());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reference.profile");
    reference.save(&path).unwrap();
    assert_eq!(Reference::load(&path).unwrap(), reference);
    assert!(Reference::load(folder.path().join("none")).is_err());
    let bytes = reference.pooled().to_bytes();
    assert_eq!(Profile::from_bytes(reference.layout(), &bytes).unwrap(), reference.pooled());
}

/// Whatever bytes are cut or changed, the answer is an error or a value, never a panic, and no
/// memory is taken for what cannot be there.
#[test]
fn broken_bytes_are_refused() {
    let rows = Rows::make(200, 11, 0.0);
    let reference = reference(&rows);
    let (bytes, window) = (reference.to_bytes(), reference.windows()[0].to_bytes());
    for end in 0..window.len() {
        assert!(Profile::from_bytes(reference.layout(), &window[..end]).is_err(), "{end}");
    }
    for end in (0..bytes.len()).step_by(7) {
        assert!(Reference::from_bytes(&bytes[..end]).is_err(), "{end}");
    }
    let mut chance = Chance(13);
    for _ in 0..3_000 {
        let mut changed = bytes.clone();
        let place = chance.below(changed.len());
        changed[place] ^= 1 << chance.below(8);
        let _ = Reference::from_bytes(&changed);
        let mut changed = window.clone();
        let place = chance.below(changed.len());
        changed[place] ^= 1 << chance.below(8);
        let _ = Profile::from_bytes(reference.layout(), &changed);
    }
    let mut longer = window.clone();
    longer.push(0);
    let error = Profile::from_bytes(reference.layout(), &longer).unwrap_err().to_string();
    assert_eq!(error, "profile: 1 bytes follow its end");
}

#[test]
fn other_layouts_do_not_merge() {
    let (one, other) = (Rows::make(200, 1, 0.0), Rows::make(200, 2, 9.0));
    let (one, other) = (reference(&one), reference(&other));
    let mut profile = one.pooled();
    let before = profile.clone();
    let error = profile.merge(&other.pooled()).unwrap_err().to_string();
    assert!(error.contains("another layout"), "{error}");
    assert_eq!(profile, before);
    assert!(Profile::from_bytes(one.layout(), &other.pooled().to_bytes()).is_err());
    let mixed = [one.windows(), &other.windows()[..1]].concat();
    assert!(Reference::from_windows(mixed).is_err());
}

#[test]
fn counts_are_what_was_counted() {
    let numbers = [1.0, 2.0, 2.0, f64::NAN, 3.0, f64::NEG_INFINITY];
    let mut batch = Batch::new(6);
    batch.numbers("stars", &numbers).unwrap();
    batch
        .categories("label", vec![Some("a"), Some("b"), Some("a"), None, Some("a"), None])
        .unwrap();
    batch
        .texts(
            "text",
            vec![Some("Bagus sekali"), Some("bagus!"), None, Some(""), Some("é"), Some("a b")],
        )
        .unwrap();
    let layout = Arc::new(Layout::learn(&batch, &LayoutOptions::default()).unwrap());
    let names: Vec<&str> = layout.features().iter().map(|feature| feature.name.as_str()).collect();
    assert_eq!(names, ["stars", "label", "text (characters)", "text (word count)", "text (words)"]);
    let mut later = Batch::new(3);
    later.numbers("stars", &[2.0, 9.0, -4.0]).unwrap();
    later.categories("label", vec![Some("c"), Some("c"), Some("b")]).unwrap();
    later.texts("text", vec![Some("bagus BARU"), Some("baru"), None]).unwrap();
    let profile = profile(&layout, &later);
    let all: Vec<_> = profile.features().collect();
    let (Kind::Number(stars), Counts::Number(counts)) = (&all[0].0.kind, &all[0].1.counts) else {
        panic!("stars are numbers");
    };
    assert_eq!(stars.bins.of(2.0), 3);
    assert_eq!(counts.bins, [1, 0, 0, 1, 0, 0, 1]);
    assert_eq!((counts.range, counts.missing), (Some((-4.0, 9.0)), 0));
    assert!((counts.mean(stars).unwrap() - 7.0 / 3.0).abs() < 1e-9);
    let mut far = Batch::new(2);
    far.numbers("stars", &[2.0, f64::INFINITY]).unwrap();
    let far = self::profile(&layout, &far);
    let Counts::Number(far) = &far.features().next().unwrap().1.counts else {
        panic!("stars are numbers");
    };
    assert_eq!((far.count(), far.mean(stars)), (2, None));
    let Counts::Category(labels) = &all[1].1.counts else { panic!("labels are categories") };
    assert_eq!((labels.values.as_slice(), labels.unseen), (&[0, 1, 0][..], 2));
    assert_eq!(labels.unseen_values(), [("c", 2)]);
    let Counts::Number(words) = &all[3].1.counts else { panic!("a count of words is a number") };
    assert_eq!((words.count(), words.missing), (2, 1));
    let Counts::Words(words) = &all[4].1.counts else { panic!("words are words") };
    assert_eq!((words.unseen, words.texts), (2, 2));
    assert_eq!(words.unseen_words(), [("baru", 2)]);
}

#[test]
fn columns_that_vanish_or_change_are_counted_as_absent() {
    let rows = Rows::make(300, 17, 0.0);
    let layout = reference(&rows).layout().clone();
    let mut batch = Batch::new(2);
    // A number now, and a vector of another length; the text is not there.
    batch.numbers("label", &[1.0, 2.0]).unwrap();
    batch.vectors("embedding", &[1.0; 4], 2).unwrap();
    batch.numbers("price", &[1.0, 2.0]).unwrap();
    batch.numbers("unknown", &[1.0, 2.0]).unwrap();
    let counted = profile(&layout, &batch);
    let absent: Vec<u64> = counted.features().map(|(_, own)| own.absent).collect();
    assert_eq!(absent, [0, 2, 2, 2, 2, 2]);
    let mut none = Profile::new(&layout);
    let mut unknown = Batch::new(1);
    unknown.numbers("unknown", &[1.0]).unwrap();
    let error = none.update(&unknown).unwrap_err().to_string();
    assert!(error.starts_with("batch: it has none of the columns price, label"), "{error}");
    assert_eq!(none.rows(), 0);
}

#[test]
fn vectors_without_direction_are_missing() {
    let rows = Rows::make(300, 19, 0.0);
    let layout = reference(&rows).layout().clone();
    let mut vectors = vec![0.5_f32; 6 * 4];
    vectors[0] = f32::NAN;
    vectors[6] = f32::INFINITY;
    vectors[12..18].fill(0.0);
    let mut batch = Batch::new(4);
    batch.vectors("embedding", &vectors, 6).unwrap();
    let counted = profile(&layout, &batch);
    let (_, own) = counted.features().last().unwrap();
    let Counts::Vector(counts) = &own.counts else { panic!("vectors are vectors") };
    assert_eq!((counts.count, counts.missing), (1, 3));
    assert!((counts.mean().unwrap()[0] - 0.5).abs() < 1e-6);
}

#[test]
fn windows_are_cut_by_rows_count_and_time() {
    let rows = Rows::make(300, 23, 0.0);
    let build = |window| {
        let mut options = ReferenceOptions::default();
        options.window = window;
        Reference::build(&rows.all(), &options)
    };
    let sizes = |reference: Reference| -> Vec<u64> {
        reference.windows().iter().map(Profile::rows).collect()
    };
    assert_eq!(sizes(build(WindowLength::Rows(10)).unwrap()), [10; 30]);
    assert_eq!(sizes(build(WindowLength::Count(30)).unwrap()), [10; 30]);
    let error = build(WindowLength::Rows(11)).unwrap_err().to_string();
    assert!(error.starts_with("windows: 27, allowed are 28 to 10000"), "{error}");
    assert!(build(WindowLength::Count(301)).is_err());
    assert!(build(WindowLength::Time(Duration::from_secs(1))).is_err());
    // Thirty days of ten rows, the rows in any order.
    let times: Vec<Timestamp> = (0..300_i64)
        .map(|row| Timestamp::from_micros((row * 7 % 300) / 10 * 86_400_000_000))
        .collect();
    let mut options = ReferenceOptions::default();
    options.window = WindowLength::Time(Duration::from_hours(24));
    let by_day = Reference::build_by_time(&rows.all(), &times, &options).unwrap();
    assert_eq!(sizes(by_day), [10; 30]);
    assert!(Reference::build_by_time(&rows.all(), &times[1..], &options).is_err());
}

#[test]
fn a_profile_stays_small_whatever_the_rows() {
    let mut chance = Chance(29);
    let numbers: Vec<Vec<f64>> =
        (0..15).map(|_| (0..40_000).map(|_| chance.unit()).collect()).collect();
    let vectors: Vec<f32> = (0..2_000 * 384).map(|_| chance.unit() as f32 - 0.5).collect();
    let names: Vec<String> = (0..15).map(|place| format!("feature {place}")).collect();
    let batch = |start: usize| {
        let mut batch = Batch::new(2_000);
        for (name, numbers) in names.iter().zip(&numbers) {
            batch.numbers(name, &numbers[start..start + 2_000]).unwrap();
        }
        batch.vectors("embedding", &vectors, 384).unwrap();
        batch
    };
    let reference = Reference::build(&batch(0), &ReferenceOptions::default()).unwrap();
    let mut profile = Profile::new(reference.layout());
    for _ in 0..10 {
        for start in (0..40_000).step_by(2_000) {
            profile.update(&batch(start)).unwrap();
        }
    }
    assert_eq!(profile.rows(), 400_000);
    assert!(profile.to_bytes().len() < 20_000, "{}", profile.to_bytes().len());
    // A billion rows would only add a byte or two to each count.
    let mut many = profile.clone();
    for _ in 0..12 {
        let same = many.clone();
        many.merge(&same).unwrap();
    }
    assert!(many.to_bytes().len() < 20_000, "{}", many.to_bytes().len());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// The rows, and the bytes they come to, that Python and C read, too. `UPDATE=1` writes them anew.
#[test]
fn all_faces_give_these_bytes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/profile.json");
    let (usual, later) = (Rows::make(56, 31, 0.0), Rows::make(20, 37, 300.0));
    let reference = reference(&usual);
    let profile = profile(reference.layout(), &later.all());
    let finite = |number: &f64| number.is_finite().then_some(*number);
    let told = |rows: &Rows| {
        serde_json::json!({
            // What is not finite is missing here: JSON has no other word for it.
            "price": rows.numbers.iter().map(finite).collect::<Vec<_>>(),
            "label": rows.labels,
            "review": rows.texts,
            "embedding": rows.vectors,
        })
    };
    let mut golden = serde_json::json!({
        "reference": hex(&reference.to_bytes()),
        "profile": hex(&profile.to_bytes()),
        "summary": serde_json::from_str::<serde_json::Value>(&profile.to_json()).unwrap(),
    });
    golden["rows"] = told(&usual);
    golden["later"] = told(&later);
    assert!(usual.numbers.iter().chain(&later.numbers).all(|number| !number.is_infinite()));
    let expected = format!("{golden}\n");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
}

/// What the C++ library of Apache DataSketches gives (Python's `datasketches` 5.2):
/// `s = update_theta_sketch(8)`, an `s.update(value)` each, `s.trim()`, `s.compact(True).serialize()`.
#[test]
fn other_engines_read_how_many_values_there_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/theta.json");
    let golden: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let few: Vec<String> = ["baik", "buruk", "ülasan 👍"].map(str::to_owned).into();
    let many: Vec<String> = (0..5_000).map(|value| format!("value {value}")).collect();
    for (name, values) in [("few", few), ("many", many)] {
        let mut batch = Batch::new(values.len() * 20);
        let all: Vec<Option<&str>> =
            (0..20).flat_map(|_| values.iter().map(|value| Some(value.as_str()))).collect();
        batch.categories("value", all).unwrap();
        let reference = Reference::build(&batch, &ReferenceOptions::default()).unwrap();
        let sketch = reference.pooled().distinct_sketch("value").unwrap();
        assert_eq!(hex(&sketch), golden[name].as_str().unwrap(), "{name}");
        let summary = reference.pooled().to_json();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        let told = summary["features"][0]["distinct"].as_f64().unwrap();
        assert!((told / values.len() as f64 - 1.0).abs() < 0.1, "{told}");
        assert!(reference.pooled().distinct_sketch("other").is_err());
    }
}
