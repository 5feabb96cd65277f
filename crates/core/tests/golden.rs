//! The cases in `tests/data` that Rust, Python and C read alike.

use std::{fs, sync::Arc};

use pantau::text::{
    Anonymizer, Cleaner, Dictionary, Entity, FeatureConfig, FeatureExtractor, Language, Normalizer,
    Stemmer, StopWords,
};
use serde::{Deserialize, de::DeserializeOwned};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// The cases of a file with one JSON object a line.
fn cases<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let path = format!("{DATA}/{file}");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<T> = (1..)
        .zip(text.lines())
        .map(|(line, json)| {
            serde_json::from_str(json).unwrap_or_else(|error| panic!("{file}:{line}: {error}"))
        })
        .collect();
    assert!(!cases.is_empty(), "{file} holds no cases");
    cases
}

#[test]
fn clean() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        language: String,
        steps: Option<String>,
        text: String,
        expected: String,
    }

    for case in cases::<Case>("clean.jsonl") {
        let cleaner = match &case.steps {
            Some(steps) => Cleaner::from_json(steps).expect(&case.name),
            None => Cleaner::new(case.language.parse().expect(&case.name)),
        };
        assert_eq!(cleaner.clean(&case.text), case.expected, "{}", case.name);
        assert_eq!(cleaner.clean(&case.expected), case.expected, "{}, once more", case.name);
    }
}

#[test]
fn stop_words() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        list: String,
        text: String,
        expected: String,
    }

    for case in cases::<Case>("stop_words.jsonl") {
        let list = match case.list.as_str() {
            "sastrawi" => StopWords::sastrawi(),
            code => StopWords::new(code.parse::<Language>().expect(&case.name)),
        };
        assert_eq!(list.remove(&case.text), case.expected, "{}", case.name);
    }
}

#[test]
fn normalize() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        table: String,
        text: String,
        expected: String,
    }

    for case in cases::<Case>("normalize.jsonl") {
        let normalizer = Normalizer::from_table(&case.table).expect(&case.name);
        assert_eq!(normalizer.normalize(&case.text), case.expected, "{}", case.name);
    }
}

/// The expected stems are those of PySastrawi 1.2.1 over the same root words.
#[test]
fn stem_sastrawi() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        roots: Vec<String>,
        text: String,
        expected: String,
    }

    for case in cases::<Case>("stem_sastrawi.jsonl") {
        let stemmer = Stemmer::sastrawi(Dictionary::from_words(&case.roots).expect(&case.name));
        assert_eq!(stemmer.stem(&case.text), case.expected, "{}", case.name);
    }
}

/// The expected stems are those of Snowball; punctuation around a word changes none.
#[test]
fn stem_english_and_tala() {
    for (file, stemmer) in
        [("stem_english.tsv", Stemmer::english()), ("stem_tala.tsv", Stemmer::tala())]
    {
        let text = fs::read_to_string(format!("{DATA}/{file}")).expect(file);
        let mut seen = 0;
        for line in text.lines().skip(1) {
            let (word, stem) = line.split_once('\t').expect(line);
            assert_eq!(stemmer.stem(word), stem, "{word}");
            assert_eq!(stemmer.stem(&format!("({word}), !?")), stem, "{word} in punctuation");
            seen += 1;
        }
        assert!(seen > 50, "{file} holds {seen} words");
    }
}

#[test]
fn features() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        config: String,
        roots: Option<Vec<String>>,
        text: String,
        expected: String,
    }

    for case in cases::<Case>("features.jsonl") {
        let config = FeatureConfig::from_json(&case.config).expect(&case.name);
        let dictionary = case
            .roots
            .map(|roots| Arc::new(Dictionary::from_words(roots).expect("a case names its roots")));
        let extractor = FeatureExtractor::new(config, dictionary).expect(&case.name);
        assert_eq!(extractor.extract(&case.text).to_json(), case.expected, "{}", case.name);
    }
}

#[test]
fn anonymize() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        text: String,
        entities: Option<Vec<Entity>>,
        key: Option<String>,
        expected: String,
        counts: std::collections::BTreeMap<String, u64>,
    }

    for case in cases::<Case>("anonymize.jsonl") {
        let mut anonymizer = Anonymizer::new();
        if let Some(entities) = &case.entities {
            anonymizer = anonymizer.with_entities(entities);
        }
        if let Some(key) = &case.key {
            anonymizer = anonymizer.with_key(key.as_bytes()).expect(&case.name);
        }
        let result = anonymizer.anonymize(&case.text);
        assert_eq!(result.text, case.expected, "{}", case.name);
        let again = anonymizer.anonymize(&case.expected).text;
        assert_eq!(again, case.expected, "{}: once more", case.name);
        for (entity, count) in result.counts.iter() {
            let expected = case.counts.get(entity.name()).copied().unwrap_or(0);
            assert_eq!(count, expected, "{}: {entity}", case.name);
        }
    }
}
