//! Looking into any file ends, with the same answer each time.
#![no_main]

use std::{env, fs, process};

use libfuzzer_sys::fuzz_target;
use pantau::onnx::inspect;

fuzz_target!(|bytes: &[u8]| {
    let path = env::temp_dir().join(format!("pantau-fuzz-{}.onnx", process::id()));
    fs::write(&path, bytes).expect("the temporary folder can be written");
    if let Ok(facts) = inspect(&path) {
        assert_eq!(inspect(&path).expect("it could be read before"), facts);
    }
});
