//! A manifest that can be read can be written and read again, and is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::model::Manifest;

fuzz_target!(|json: &str| {
    if let Ok(manifest) = Manifest::from_json(json) {
        let written = manifest.to_json();
        let again = Manifest::from_json(&written).expect("it was just written");
        assert_eq!(again, manifest);
        assert_eq!(again.to_json(), written);
    }
});
