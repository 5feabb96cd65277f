//! A vectorizer that can be read can be written and read again, is the same, and takes any text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::learn::TfidfVectorizer;

fuzz_target!(|json: &str| {
    if let Ok(vectorizer) = TfidfVectorizer::from_json(json) {
        let written = vectorizer.to_json();
        let again = TfidfVectorizer::from_json(&written).expect("it was just written");
        assert_eq!(again, vectorizer);
        assert_eq!(again.to_json(), written);
        vectorizer.transform(&[json], None);
        vectorizer.trace(json);
    }
});
