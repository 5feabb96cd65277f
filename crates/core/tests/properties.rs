//! What must hold for every text and every setting.
#![expect(clippy::unwrap_used, reason = "what is made for a test is as sure as the test")]

mod texts;

use std::sync::Arc;

use pantau::text::{
    Anonymizer, Cleaner, Dictionary, EmojiMode, Entity, FeatureConfig, FeatureExtractor,
    HashtagMode, Language, Lexicon, Normalizer, PunctuationMode, StemAlgorithm, Stemmer,
    StemmerConfig, Step, StopWordMatching, StopWords, Transform,
};
use proptest::prelude::*;

use texts::nasty_text;

/// A text that breaks a property is printed, and belongs into a test of its own.
fn runs(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Every step with some setting, in any order, or only some of them.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let hashtags = prop_oneof![Just(HashtagMode::Drop), Just(HashtagMode::Word)];
    let emoji = prop_oneof![Just(EmojiMode::Drop), Just(EmojiMode::Name)];
    let punctuation = prop_oneof![Just(PunctuationMode::All), Just(PunctuationMode::OutsideWords)];
    (hashtags, emoji, 1..=4_u8, punctuation)
        .prop_map(|(hashtags, emoji, repeats, punctuation)| {
            vec![
                Step::Nfc,
                Step::Html,
                Step::Urls,
                Step::Emails,
                Step::Mentions,
                Step::Hashtags(hashtags),
                Step::Emoji(emoji),
                Step::Repeats(repeats),
                Step::Digits,
                Step::Punctuation(punctuation),
                Step::Case,
                Step::Whitespace,
            ]
        })
        .prop_shuffle()
        .prop_flat_map(|steps| (Just(steps), 0..=12_usize))
        .prop_map(|(mut steps, count)| {
            steps.truncate(count);
            steps
        })
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(nasty_text(3), 0..6)
}

fn stop_words() -> impl Strategy<Value = StopWords> {
    prop_oneof![
        Just(StopWords::new(Language::Indonesian)),
        Just(StopWords::sastrawi()),
        words().prop_map(StopWords::from_words),
        words().prop_map(|words| {
            StopWords::from_words(words).with_matching(StopWordMatching::Sastrawi)
        }),
    ]
}

fn normalizer() -> impl Strategy<Value = Normalizer> {
    let informal = nasty_text(3).prop_filter("blank", |text| !text.trim().is_empty());
    prop::collection::vec((informal, nasty_text(3)), 0..5)
        .prop_map(|pairs| Normalizer::from_pairs(pairs).unwrap())
}

fn dictionary() -> Arc<Dictionary> {
    let roots = ["aplikasi", "sangat", "bagus", "sari", "menang", "ikan", "ajar", "ka", "x"];
    Arc::new(Dictionary::from_words(roots).unwrap())
}

/// An extractor with the dictionary, where the settings have a use for it.
fn extractor_for(config: &FeatureConfig) -> FeatureExtractor {
    let is_sastrawi = |stemmer: &StemmerConfig| stemmer.algorithm == StemAlgorithm::Sastrawi;
    let dictionary =
        config.stemmer.as_ref().filter(|stemmer| is_sastrawi(stemmer)).map(|_| dictionary());
    FeatureExtractor::new(config.clone(), dictionary).unwrap()
}

fn configs() -> impl Strategy<Value = FeatureConfig> {
    let language = prop_oneof![Just(Language::Indonesian), Just(Language::English)];
    let stop_words = prop::option::of(stop_words());
    let normalizer = prop::option::of(normalizer());
    (language, steps(), stop_words, normalizer, words(), words(), 0..3_u8).prop_map(
        |(language, steps, stop_words, normalizer, positive, negative, stemmer)| {
            let mut config = FeatureConfig::new(language);
            config.steps = steps;
            config.stop_words = stop_words;
            config.normalizer = normalizer;
            config.lexicon = Lexicon::from_words(positive, negative);
            match stemmer {
                0 => config,
                1 => config.with_dictionary(&dictionary()),
                _ => {
                    config.stemmer = None;
                    config
                }
            }
        },
    )
}

fn every_transform() -> Vec<Box<dyn Transform>> {
    let table = [("gak", "tidak"), ("gak papa", "tidak apa-apa"), ("sih", "")];
    let mut all: Vec<Box<dyn Transform>> = vec![
        Box::new(Cleaner::new(Language::Indonesian)),
        Box::new(Cleaner::new(Language::English)),
        Box::new(Normalizer::from_pairs(table).unwrap()),
        Box::new(StopWords::sastrawi()),
        Box::new(Stemmer::sastrawi(dictionary())),
        Box::new(Stemmer::tala()),
        Box::new(Stemmer::english()),
        Box::new(Anonymizer::new()),
        Box::new(Anonymizer::new().with_key(b"0123456789abcdef").unwrap()),
    ];
    for language in Language::ALL {
        all.push(Box::new(StopWords::new(language)));
    }
    all
}

proptest! {
    #![proptest_config(runs(24_000))]

    #[test]
    fn cleaning_a_cleaned_text_changes_nothing(steps in steps(), text in nasty_text(24)) {
        let cleaner = Cleaner::with_steps(steps).unwrap();
        let once = cleaner.clean(&text);
        prop_assert_eq!(cleaner.clean(&once), once, "{}", cleaner.to_json());
    }
}

proptest! {
    #![proptest_config(runs(4_000))]

    #[test]
    fn steps_survive_json(steps in steps()) {
        let cleaner = Cleaner::with_steps(steps).unwrap();
        prop_assert_eq!(Cleaner::from_json(&cleaner.to_json()).unwrap(), cleaner);
    }

    #[test]
    fn removing_stop_words_again_changes_nothing(list in stop_words(), text in nasty_text(16)) {
        let once = list.remove(&text);
        prop_assert_eq!(list.remove(&once), once);
    }

    #[test]
    fn anonymising_again_changes_nothing(
        entities in prop::sample::subsequence(Entity::ALL.to_vec(), 0..=10),
        keyed in any::<bool>(),
        text in nasty_text(16),
    ) {
        let mut anonymizer = Anonymizer::new().with_entities(&entities);
        if keyed {
            anonymizer = anonymizer.with_key(b"0123456789abcdef").unwrap();
        }
        let once = anonymizer.anonymize(&text);
        let twice = anonymizer.anonymize(&once.text);
        prop_assert_eq!(twice.text, once.text);
        prop_assert_eq!(twice.counts.total(), 0);
    }

    #[test]
    fn transforms_append_and_always_answer_the_same(text in nasty_text(16)) {
        for (index, transform) in every_transform().iter().enumerate() {
            let result = transform.transform(&text);
            let mut appended = "before ".to_owned();
            transform.transform_into(&text, &mut appended);
            prop_assert_eq!(appended, format!("before {result}"), "transform {}", index);
        }
    }

    #[test]
    fn sastrawi_stems_are_made_of_what_python_keeps(text in nasty_text(16)) {
        let stems = Stemmer::sastrawi(dictionary()).stem(&text);
        let is_kept = |letter: char| {
            matches!(letter, 'a'..='z' | '0'..='9' | '-' | ' ' | '\u{131}' | '\u{17f}')
        };
        prop_assert!(stems.chars().all(is_kept), "{stems:?}");
        prop_assert!(!stems.contains("  ") && stems.trim() == stems, "{stems:?}");
    }

    #[test]
    fn normalising_from_saved_pairs_is_the_same(table in normalizer(), text in nasty_text(16)) {
        let saved = Normalizer::from_pairs(table.pairs()).unwrap();
        prop_assert_eq!(saved.normalize(&text), table.normalize(&text));
        prop_assert_eq!(saved, table);
    }

    #[test]
    fn every_entry_of_a_normalizer_matches(table in normalizer()) {
        for (informal, formal) in table.pairs() {
            prop_assert_eq!(table.normalize(&informal), formal);
        }
    }
}

proptest! {
    #![proptest_config(runs(1_000))]

    #[test]
    fn an_extractor_from_its_own_settings_gives_the_same_bytes(
        config in configs(),
        text in nasty_text(16),
    ) {
        let extractor = extractor_for(&config);
        let saved = FeatureConfig::from_json(&extractor.config().to_json()).unwrap();
        prop_assert_eq!(saved.schema_hash(), extractor.config().schema_hash());
        let reread = FeatureConfig::from_json(&config.to_json()).unwrap();
        prop_assert_eq!(reread.schema_hash(), config.schema_hash());
        prop_assert_eq!(reread, config);
        let again = extractor_for(&saved);
        prop_assert_eq!(again.extract(&text).to_json(), extractor.extract(&text).to_json());
    }

    #[test]
    fn features_agree_with_each_other(config in configs(), text in nasty_text(16)) {
        let features = extractor_for(&config).extract(&text);
        prop_assert_eq!(&features.original_text, &text);
        prop_assert_eq!(features.original_length, text.chars().count() as u64);
        prop_assert_eq!(features.cleaned_length, features.cleaned_text.chars().count() as u64);
        prop_assert_eq!(features.char_count, features.cleaned_length);
        let words = features.cleaned_text.split_whitespace().count() as u64;
        prop_assert_eq!(features.word_count, words);
        prop_assert!(features.avg_word_length >= features.mean_word_length);
        prop_assert!((0.0..=1.0).contains(&features.uppercase_ratio));
        prop_assert!(features.special_chars_count <= features.original_length);
        prop_assert!(features.sentiment_words_positive <= words);
        prop_assert!(features.sentiment_words_negative <= words);
    }
}

#[cfg(feature = "arrow")]
mod tables {
    use super::*;

    use pantau::text::{FEATURE_NAMES, ROWS_PER_BATCH};

    /// A row of a table as [`Features::to_json`](pantau::text::Features::to_json) writes it.
    fn row_as_json(table: &pantau::text::FeatureTable, row: usize) -> Option<String> {
        use arrow_array::{Array, BooleanArray, Float64Array, Int64Array, LargeStringArray};

        let batch = &table.batches()[row / ROWS_PER_BATCH];
        let row = row % ROWS_PER_BATCH;
        let mut fields = Vec::new();
        for (name, column) in FEATURE_NAMES.iter().zip(batch.columns()) {
            if column.is_null(row) {
                assert!(batch.columns().iter().all(|column| column.is_null(row)), "{name}");
                return None;
            }
            let any = column.as_any();
            let value = if let Some(texts) = any.downcast_ref::<LargeStringArray>() {
                serde_json::to_string(texts.value(row))
            } else if let Some(counts) = any.downcast_ref::<Int64Array>() {
                serde_json::to_string(&counts.value(row))
            } else if let Some(ratios) = any.downcast_ref::<Float64Array>() {
                serde_json::to_string(&ratios.value(row))
            } else {
                let answers = any.downcast_ref::<BooleanArray>().expect("a known column type");
                serde_json::to_string(&answers.value(row))
            };
            fields.push(format!("{name:?}:{}", value.unwrap()));
        }
        assert_eq!(fields.len(), FEATURE_NAMES.len());
        Some(format!("{{{}}}", fields.join(",")))
    }

    proptest! {
        #![proptest_config(runs(200))]

        #[test]
        fn rows_are_the_features_of_their_texts(
            config in configs(),
            texts in prop::collection::vec(prop::option::of(nasty_text(8)), 0..20),
        ) {
            let extractor = extractor_for(&config);
            let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
            let table = extractor.extract_table(&texts, None);
            prop_assert_eq!(table.row_count(), texts.len());
            for (row, text) in texts.iter().enumerate() {
                let features = text.map(|text| extractor.extract(text).to_json());
                prop_assert_eq!(row_as_json(&table, row), features);
            }
        }
    }

    #[test]
    fn tables_do_not_depend_on_the_threads() {
        let config = FeatureConfig::new(Language::Indonesian).with_dictionary(&dictionary());
        let extractor = FeatureExtractor::new(config, Some(dictionary())).unwrap();
        let texts: Vec<String> =
            (0..3 * ROWS_PER_BATCH + 5).map(|row| format!("Sangat bagus No. {row}!")).collect();
        let texts: Vec<Option<&str>> = (0_usize..)
            .zip(&texts)
            .map(|(row, text)| (!row.is_multiple_of(7)).then_some(text.as_str()))
            .collect();
        let table = |threads| extractor.extract_table(&texts, std::num::NonZero::new(threads));
        let one = table(1);
        assert_eq!(one.batches().len(), 4);
        assert_eq!(one.row_count(), texts.len());
        for threads in [2, 7] {
            assert_eq!(table(threads).batches(), one.batches(), "{threads} threads");
        }
    }
}
