//! Settings that can be read can be written and read again, with the same hash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantau::text::FeatureConfig;

fuzz_target!(|json: &str| {
    if let Ok(config) = FeatureConfig::from_json(json) {
        let again = FeatureConfig::from_json(&config.to_json()).expect("it was just written");
        assert_eq!(again.schema_hash(), config.schema_hash());
        assert_eq!(again, config);
    }
});
