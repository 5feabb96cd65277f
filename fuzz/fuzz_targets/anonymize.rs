//! An anonymised text stays as it is, whatever is looked for, with a key or without.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::text::{Anonymizer, Entity};

fuzz_target!(|input: (u16, bool, &str)| {
    let (chosen, keyed, text) = input;
    let entities: Vec<Entity> =
        Entity::ALL.into_iter().filter(|&entity| chosen & (1 << entity as u16) != 0).collect();
    let mut anonymizer = Anonymizer::new().with_entities(&entities);
    if keyed {
        anonymizer = anonymizer.with_key(b"0123456789abcdef").expect("the key is long enough");
    }
    let once = anonymizer.anonymize(text);
    let twice = anonymizer.anonymize(&once.text);
    assert_eq!(twice.text, once.text);
    assert_eq!(twice.counts.total(), 0);
});
