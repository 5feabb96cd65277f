//! A table that can be read is the same after its pairs were saved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::text::Normalizer;

fuzz_target!(|input: (&str, &str)| {
    let (table, text) = input;
    if let Ok(normalizer) = Normalizer::from_table(table) {
        let saved = Normalizer::from_pairs(normalizer.pairs()).expect("no pair is empty");
        assert_eq!(saved, normalizer);
        assert_eq!(saved.normalize(text), normalizer.normalize(text));
    }
});
