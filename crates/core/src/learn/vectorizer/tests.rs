use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::ErrorKind;

fn fit(options: TfidfOptions, texts: &[&str]) -> Result<TfidfVectorizer> {
    TfidfVectorizer::fit(&[options], texts, None)
}

fn words() -> TfidfOptions {
    TfidfOptions { ngram_range: (1, 2), ..TfidfOptions::default() }
}

fn assert_refused(cases: &[(TfidfOptions, &[&str], &str)]) {
    for (options, texts, expected) in cases {
        let error = fit(options.clone(), texts).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().starts_with(expected), "{error}, not {expected}");
    }
}

const TEXTS: &[&str] = &["bagus sekali", "buruk sekali"];

#[test]
fn texts_without_ngrams_are_refused_with_the_reason() {
    let default = TfidfOptions::default;
    let stop_words = Some(vec!["bagus".to_owned(), "buruk".to_owned(), "sekali".to_owned()]);
    assert_refused(&[
        (default(), &[], "texts: there are none to learn from"),
        (default(), &["", " \n"], "texts: all 2 are empty"),
        (default(), &["a !", "b"], "texts: the token pattern finds no word in any of 2"),
        (TfidfOptions { stop_words, ..default() }, TEXTS, "texts: all 2 hold only stop words"),
        (
            TfidfOptions { ngram_range: (3, 4), ..default() },
            TEXTS,
            "texts: none of 2 is long enough for an n-gram of 3 to 4",
        ),
        (
            TfidfOptions {
                analyzer: Analyzer::Char,
                strip_accents: Some(Accents::Ascii),
                ..default()
            },
            &["日本"],
            "texts: nothing is left of any of 1",
        ),
    ]);
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let default = TfidfOptions::default;
    let vocabulary = |terms: &[&str]| Some(terms.iter().map(|term| (*term).to_owned()).collect());
    assert_refused(&[
        (
            TfidfOptions { ngram_range: (0, 1), ..default() },
            TEXTS,
            "ngram_range: (0, 1), the first must be 1 to the second",
        ),
        (
            TfidfOptions { ngram_range: (2, 1), ..default() },
            TEXTS,
            "ngram_range: (2, 1), the first must be 1 to the second",
        ),
        (
            TfidfOptions { min_df: Frequency::Share(1.5), ..default() },
            TEXTS,
            "min_df: a share of 1.5, allowed are 0 to 1",
        ),
        (
            TfidfOptions { max_df: Frequency::Share(f64::NAN), ..default() },
            TEXTS,
            "max_df: a share of NaN, allowed are 0 to 1",
        ),
        (
            TfidfOptions { min_df: Frequency::Count(0), ..default() },
            TEXTS,
            "min_df: 0 texts, the least count is 1",
        ),
        (
            TfidfOptions {
                min_df: Frequency::Count(2),
                max_df: Frequency::Share(0.5),
                ..default()
            },
            TEXTS,
            "max_df: 0.5 of 2 texts is below min_df, 2 texts",
        ),
        (
            TfidfOptions { min_df: Frequency::Count(2), ..default() },
            &["bagus", "buruk"],
            "vocabulary: none of 2 n-grams is in at least min_df, 2 texts, and at most max_df, 1 \
             of 2 texts",
        ),
        (
            TfidfOptions { max_features: Some(0), ..default() },
            TEXTS,
            "max_features: 0, the least is 1",
        ),
        (
            TfidfOptions { vocabulary: vocabulary(&[]), ..default() },
            TEXTS,
            "vocabulary: it has no terms",
        ),
        (
            TfidfOptions { vocabulary: vocabulary(&["a", "b c", "b", "b c"]), ..default() },
            TEXTS,
            "vocabulary: \"b c\" is there twice",
        ),
        (
            TfidfOptions {
                analyzer: Analyzer::Char,
                vocabulary: vocabulary(&["a", ""]),
                ..default()
            },
            TEXTS,
            "vocabulary: term 1 is empty",
        ),
        (
            TfidfOptions {
                vocabulary: vocabulary(&["bagus", "ada"]),
                smooth_idf: false,
                ..default()
            },
            TEXTS,
            "idf: \"ada\" is in no text, so without smooth_idf it has none",
        ),
        (
            TfidfOptions { token_pattern: Some("(".to_owned()), ..default() },
            TEXTS,
            "token_pattern \"(\": ",
        ),
        (
            TfidfOptions { token_pattern: Some(r"(\w)(\w)".to_owned()), ..default() },
            TEXTS,
            r#"token_pattern "(\\w)(\\w)": 2 capturing groups, at most 1 is allowed"#,
        ),
    ]);
    assert!(TfidfVectorizer::fit(&[], TEXTS, None).is_err());
}

#[test]
fn unseen_ngrams_are_counted() {
    let texts = ["bagus sekali", "buruk sekali"];
    let characters = TfidfOptions {
        analyzer: Analyzer::CharWb,
        ngram_range: (7, 7),
        min_df: Frequency::Count(2),
        ..TfidfOptions::default()
    };
    let both = TfidfVectorizer::fit(&[words(), characters.clone()], &texts, None).unwrap();
    let letters = TfidfVectorizer::fit(&[characters], &texts, None).unwrap();
    let mut scratch = Scratch::default();
    let mut row = Vec::new();
    // Beside words, pieces of letters say nothing: only the words and their pairs count.
    for (text, by_words, by_letters) in [
        ("", 0.0, 0.0),
        (" \n", 0.0, 0.0),
        ("! a", 1.0, 1.0),
        ("😍", 1.0, 1.0),
        ("murah", 1.0, 1.0),
        ("sekali", 0.0, 0.0),
        ("sekali bagus", 1.0 / 3.0, 1.0 / 3.0),
        ("bagus sekali", 0.0, 1.0 / 3.0),
    ] {
        for (vectorizer, expected) in [(&both, by_words), (&letters, by_letters)] {
            let found = vectorizer.unseen_share(text, &mut scratch);
            assert!((found - expected).abs() < 1e-15, "{text:?}: {found} not {expected}");
            let also = vectorizer.transform_into(text, &mut scratch, &mut row);
            assert_eq!(found.to_bits(), also.to_bits(), "{text:?}");
        }
    }
}

#[test]
fn ties_for_the_last_place_are_kept_in_order() {
    let options = TfidfOptions { max_features: Some(2), ..TfidfOptions::default() };
    let vectorizer = fit(options, &["dd cc bb", "aa dd"]).unwrap();
    assert_eq!(vectorizer.terms().collect::<Vec<_>>(), ["aa", "dd"]);
    assert_eq!(vectorizer.term(1), "dd");
    assert_eq!(vectorizer.term(2), "");
}

#[test]
fn traces_point_into_the_original_text() {
    let accents = Some(Accents::Unicode);
    let words = TfidfOptions { strip_accents: accents, ..words() };
    let characters = TfidfOptions {
        analyzer: Analyzer::CharWb,
        ngram_range: (3, 3),
        strip_accents: accents,
        vocabulary: Some(vec![" ca".to_owned(), "fe ".to_owned()]),
        ..TfidfOptions::default()
    };
    let texts = ["istanbul cafe enak"];
    let vectorizer = TfidfVectorizer::fit(&[words, characters], &texts, None).unwrap();
    let text = "Ke İSTANBUL,  Cafe\u{301} ";
    let shown: Vec<_> = vectorizer
        .trace(text)
        .into_iter()
        .map(|place| {
            let parts: Vec<&str> = place.spans.into_iter().map(|span| &text[span]).collect();
            (vectorizer.term(place.column), parts)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("istanbul", vec!["İSTANBUL"]),
            ("istanbul cafe", vec!["İSTANBUL", "Cafe\u{301}"]),
            ("cafe", vec!["Cafe\u{301}"]),
            (" ca", vec!["Ca"]),
            ("fe ", vec!["fe\u{301}"]),
        ]
    );
}

#[test]
fn the_caller_can_end_a_fit() {
    let texts: Vec<String> = (0..2_500).map(|text| format!("teks {text}")).collect();
    let vocabulary = Some(vec!["teks".to_owned()]);
    for options in [words(), TfidfOptions { vocabulary, ..TfidfOptions::default() }] {
        let parts = [options];
        let calls = AtomicUsize::new(0);
        let count = || {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        let plain = TfidfVectorizer::fit_transform(&parts, &texts, None).unwrap();
        let found = TfidfVectorizer::fit_transform_watched(&parts, &texts, None, &count).unwrap();
        assert_eq!(found, plain);
        assert_eq!(calls.swap(0, Ordering::Relaxed), 4);
        assert_eq!(TfidfVectorizer::fit_watched(&parts, &texts, None, &count).unwrap(), plain.0);
        assert_eq!(calls.into_inner(), 2);
        let end = || Err(Error::invalid("fit", "interrupted"));
        let error = TfidfVectorizer::fit_transform_watched(&parts, &texts, None, &end);
        assert_eq!(error.unwrap_err().to_string(), "fit: interrupted");
        // It says so once, and all parts end.
        let calls = AtomicUsize::new(0);
        let once = || match calls.fetch_add(1, Ordering::Relaxed) {
            0 => end(),
            _ => Ok(()),
        };
        let parts = [words(), words(), words()];
        let threads = NonZero::new(3);
        let error = TfidfVectorizer::fit_watched(&parts, &texts, threads, &once).unwrap_err();
        assert_eq!(error.to_string(), "fit: interrupted");
        assert_eq!(calls.into_inner(), 1);
    }
}

#[test]
fn json_that_cannot_be_is_refused() {
    let json = fit(words(), &["bagus sekali"]).unwrap().to_json();
    let error = |from: &str, to: &str| {
        assert!(json.contains(from), "{json}");
        TfidfVectorizer::from_json(&json.replace(from, to)).unwrap_err()
    };
    assert_eq!(error("\"format\":1", "\"format\":2,\"x\":1").kind(), ErrorKind::Incompatible);
    for (from, to, expected) in [
        ("\"format\":1", "\"format\":0", "format 0 does not exist"),
        ("\"format\":1", "\"format\":1,\"x\":1", "unknown field `x`"),
        ("\"binary\"", "\"binari\"", "unknown field `binari`"),
        ("\"bagus\"", "\"sekali\"", "\"sekali\" is there twice"),
        ("[\"bagus\"", "[\"x\",\"bagus\"", "idf: 3 numbers for 4 terms"),
        ("\"use_idf\":true", "\"use_idf\":false", "idf: without use_idf there is none"),
        ("\"ngram_range\":[1,2]", "\"ngram_range\":[1,0]", "ngram_range: (1, 0)"),
        ("\"word\"", "\"words\"", "unknown variant `words`"),
        ("\"vocabulary\":null", "\"vocabulary\":[\"a\"]", "a vocabulary beside the terms"),
        ("\"idf\":[", "\"idf\":[1e999,", "number out of range"),
        ("\"idf\":[1.0", "\"idf\":[1e308", "idf: 1e308 for the term \"bagus\", allowed is 0 to"),
        ("\"idf\":[1.0", "\"idf\":[-1.0", "idf: -1e0 for the term \"bagus\", allowed is 0 to"),
    ] {
        let error = error(from, to).to_string();
        assert!(error.contains(expected), "{error}, not {expected}");
    }
    for json in ["", "{}", "[]", "{\"format\":1,\"parts\":[]}"] {
        assert!(TfidfVectorizer::from_json(json).is_err(), "{json}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Any pattern is refused or used, and what was learnt with it can be written and read.
    #[test]
    fn any_pattern_meets_any_text(
        pattern in r"([\\\[\](){}^$|?*+.,:!<=>a-c0-2wWdDsSbBAZuxUnP_ é-]){0,8}",
        texts in proptest::collection::vec(r"[ab c1_é\n\t日\u{301}]{0,8}", 1..4),
        accents in proptest::option::of(prop_oneof![Just(Accents::Ascii), Just(Accents::Unicode)]),
    ) {
        let token_pattern = Some(pattern);
        let options = TfidfOptions { token_pattern, strip_accents: accents, ..words() };
        if let Ok((vectorizer, rows)) = TfidfVectorizer::fit_transform(&[options], &texts, None) {
            let read = TfidfVectorizer::from_json(&vectorizer.to_json()).unwrap();
            prop_assert_eq!(read.transform(&texts, None), rows);
            prop_assert!(vectorizer.terms().is_sorted());
            for (text, other) in texts.iter().zip(texts.iter().rev()) {
                vectorizer.trace(&format!("{text}{other}"));
            }
        }
    }

    /// The n-grams of characters are those that a plain loop over the text finds.
    #[test]
    fn characters_are_counted_as_a_loop_counts_them(
        text in r"[ab c\u{1c}é]{0,12}",
        least in 1_usize..4,
        more in 0_usize..4,
    ) {
        let options = TfidfOptions {
            analyzer: Analyzer::Char,
            ngram_range: (least, least + more),
            use_idf: false,
            norm: None,
            ..TfidfOptions::default()
        };
        let mut folded = String::new();
        for letter in text.chars() {
            let is_again = letters::is_space(letter) && folded.ends_with(letters::is_space);
            if is_again {
                folded.pop();
            }
            folded.push(if is_again { ' ' } else { letter });
        }
        let letters: Vec<char> = folded.chars().collect();
        let mut counts = std::collections::BTreeMap::<String, f64>::new();
        for length in least..=least + more {
            for ngram in letters.windows(length) {
                *counts.entry(ngram.iter().collect()).or_default() += 1.0;
            }
        }
        match TfidfVectorizer::fit_transform(&[options], &[text], None) {
            Err(_) => prop_assert!(counts.is_empty()),
            Ok((vectorizer, rows)) => {
                prop_assert!(vectorizer.terms().eq(counts.keys()));
                prop_assert!(rows.row(0).1.iter().eq(counts.values()));
            }
        }
    }
}
