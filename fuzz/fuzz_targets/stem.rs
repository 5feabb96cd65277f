//! Every stemmer takes every text and every list of root words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::text::{Dictionary, Stemmer};

fuzz_target!(|input: (&str, &str)| {
    let (roots, text) = input;
    Stemmer::tala().stem(text);
    Stemmer::english().stem(text);
    if let Ok(dictionary) = Dictionary::from_words(roots.split(' ')) {
        let stems = Stemmer::sastrawi(dictionary).stem(text);
        assert!(!stems.contains("  ") && stems.trim() == stems, "{stems:?}");
    }
});
