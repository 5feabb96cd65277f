//! Large texts made to be slow: time may grow with the text, not with its square.
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

use std::time::{Duration, Instant};

use pantau::text::{
    Anonymizer, Cleaner, Dictionary, FeatureConfig, FeatureExtractor, Language, Normalizer,
    Stemmer, StopWords, Transform,
};

/// What the texts repeat.
const UNITS: &[&str] = &[
    "<",
    "<a",
    "<b ",
    "<y ",
    "<a>",
    "<script>",
    "<style ",
    "<!--",
    "<!-- --",
    "</script",
    "<script></script",
    "&",
    "&amp;",
    "&amp",
    "&#59",
    ";",
    "&#",
    "@",
    "@a",
    "@_",
    "#",
    "#a",
    "#1",
    "#a@b",
    "a@b.",
    "a-",
    "-",
    "a.",
    ".",
    "..",
    "😀",
    "😀\u{200d}",
    "\u{200d}",
    "\u{fe0f}",
    "1\u{fe0f}",
    "🏴",
    "\u{e0067}",
    "🇮",
    "1 ",
    "1",
    "0812-",
    "0812 3456 ",
    "aaaa",
    "iii",
    "iii ",
    "aA",
    "http://",
    "http://a",
    "www.",
    "www.a.b/",
    "://",
    ":",
    "::1",
    "1.",
    "1:",
    "\u{2060}",
    "[",
    "[EMAIL",
    "GB82 ",
    "B 1234 ",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{301}\u{323}",
    "ᄀ",
    "Σ",
    "Σ'",
    "'",
    "İ",
    " ",
    "\u{0}",
    "\u{3000}",
    "me",
    "ber",
    "kan",
    "-nya",
    "gak ",
    "ini ",
    "日",
];

/// The largest text, in bytes.
const LARGEST: usize = 20_000_000;

/// The largest text for a cleaning step on its own, of which there are many.
const LARGEST_FOR_STEP: usize = 4_000_000;

/// From a length to four times it, time may grow by less than this; quadratic time grows by 16.
const MOST_GROWTH: f64 = 12.0;

/// What takes less than this is too short to be compared with: the first touch of
/// new memory alone may take as long. Quadratic time passes it long before it hurts.
const MEASURABLE: Duration = Duration::from_millis(20);

struct Extract(FeatureExtractor);

impl Transform for Extract {
    fn transform_into(&self, text: &str, out: &mut String) {
        out.push_str(&self.0.extract(text).stemmed_text);
    }
}

/// What takes a text, with its name and the largest text for it.
fn every_transform() -> Vec<(&'static str, usize, Box<dyn Transform>)> {
    let mut all: Vec<(&str, usize, Box<dyn Transform>)> = Vec::new();
    for steps in [
        r#"["nfc"]"#,
        r#"["html"]"#,
        r#"["urls"]"#,
        r#"["emails"]"#,
        r#"["mentions"]"#,
        r#"[{"hashtags": "drop"}]"#,
        r#"[{"hashtags": "word"}]"#,
        r#"[{"emoji": "drop"}]"#,
        r#"[{"emoji": "name"}]"#,
        r#"[{"repeats": 1}]"#,
        r#"["digits"]"#,
        r#"[{"punctuation": "all"}]"#,
        r#"[{"punctuation": "outside_words"}]"#,
        r#"["case"]"#,
        r#"["whitespace"]"#,
        r#"["whitespace", "case", {"repeats": 1}, "mentions", {"hashtags": "drop"}, "emails", "urls", "html", "nfc"]"#,
    ] {
        all.push((steps, LARGEST_FOR_STEP, Box::new(Cleaner::from_json(steps).unwrap())));
    }
    let roots = ["aplikasi", "sangat", "bagus", "ajar", "x"];
    let table = [("gak", "tidak"), ("gak papa", "tidak apa-apa"), ("me me me me", "m")];
    let features = FeatureExtractor::new(FeatureConfig::new(Language::Indonesian), None).unwrap();
    let keyed = Anonymizer::new().with_key(b"0123456789abcdef").unwrap();
    let others: [(&str, Box<dyn Transform>); 9] = [
        ("normalizer", Box::new(Normalizer::from_pairs(table).unwrap())),
        ("stop words", Box::new(StopWords::new(Language::Indonesian))),
        ("Sastrawi stop words", Box::new(StopWords::sastrawi())),
        ("Sastrawi", Box::new(Stemmer::sastrawi(Dictionary::from_words(roots).unwrap()))),
        ("Tala", Box::new(Stemmer::tala())),
        ("English", Box::new(Stemmer::english())),
        ("anonymizer", Box::new(Anonymizer::new())),
        ("keyed anonymizer", Box::new(keyed)),
        ("features", Box::new(Extract(features))),
    ];
    all.extend(others.into_iter().map(|(name, transform)| (name, LARGEST, transform)));
    all
}

fn time(transform: &dyn Transform, text: &str) -> Duration {
    let start = Instant::now();
    std::hint::black_box(transform.transform(text));
    start.elapsed()
}

#[test]
#[ignore = "takes minutes: twenty megabytes of everything through everything"]
fn time_grows_with_the_text_and_not_with_its_square() {
    let transforms = every_transform();
    let mut measured = 0;
    for unit in UNITS {
        let text = unit.repeat(LARGEST / unit.len());
        for (name, largest, transform) in &transforms {
            let mut last: Option<(usize, Duration)> = None;
            // Short texts first: what takes quadratic time must not be waited for.
            for part in [256, 64, 16, 4, 1] {
                let mut length = text.len().min(*largest) / part;
                while !text.is_char_boundary(length) {
                    length -= 1;
                }
                let text = &text[..length];
                let mut took = time(transform.as_ref(), text);
                if let Some((shorter, before)) = last
                    && before > MEASURABLE
                {
                    let growth = |took: Duration| took.as_secs_f64() / before.as_secs_f64();
                    // Another program may have been in the way; it will not be three times.
                    for _ in 0..2 {
                        if growth(took) >= MOST_GROWTH {
                            took = took.min(time(transform.as_ref(), text));
                        }
                    }
                    assert!(
                        growth(took) < MOST_GROWTH,
                        "{name} of {unit:?}: {shorter} bytes took {before:?}, {length} bytes {took:?}"
                    );
                    measured += 1;
                }
                last = Some((length, took));
            }
        }
    }
    assert!(measured > 100, "only {measured} comparisons took long enough to say something");
}

/// Chains in which every link is only uncovered by the one before.
#[test]
#[ignore = "takes a minute: megabytes of chains"]
fn chains_take_linear_time() {
    let clean = |steps: &str, text: &str| Cleaner::from_json(steps).unwrap().clean(text);
    let count = 1_000_000;
    for (steps, start, middle, end) in [
        (r#"["mentions", {"hashtags": "drop"}]"#, "", "", "#a@b"),
        (r#"[{"hashtags": "drop"}, "emails"]"#, "", "", "#a@b.co"),
        (r#"["html", {"repeats": 1}]"#, "&am", "&#109;", "mp;#109;"),
        (r#"["html", "case"]"#, "&a", "&#77;", "p;#77;"),
        (r#"["html", "nfc"]"#, "&amp", "&amp;", "#894;"),
        (r#"["html"]"#, "&#59", ";", ""),
        (r#"["html", "case", "nfc"]"#, "<!--<", "", "-->"),
    ] {
        let text = start.repeat(count) + middle + &end.repeat(count);
        let cleaned = clean(steps, &text);
        assert_eq!(clean(steps, &cleaned), cleaned, "{steps}");
    }
}
