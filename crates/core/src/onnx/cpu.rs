//! What the CPU is and can do, as far as it changes results or speed.

use std::fs;

/// The features that decide how integers and floats are multiplied.
const FEATURES: [&str; 10] = [
    "avx2",
    "fma",
    "avx512f",
    "avx512bw",
    "avx512_vnni",
    "avx_vnni",
    "amx_int8",
    "amx_bf16",
    "asimddp",
    "i8mm",
];

fn lines_after(key: &str) -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line =
        info.lines().find(|line| line.split(':').next().is_some_and(|name| name.trim() == key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The name of the CPU; only its architecture where the system does not tell.
pub(crate) fn name() -> String {
    lines_after("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Those of the features above that this CPU has.
pub(crate) fn features() -> Vec<String> {
    let flags = lines_after("flags").or_else(|| lines_after("Features")).unwrap_or_default();
    let flags: Vec<&str> = flags.split_whitespace().collect();
    FEATURES.iter().filter(|name| flags.contains(name)).map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_has_a_name() {
        assert!(!name().is_empty());
        assert!(features().iter().all(|feature| FEATURES.contains(&feature.as_str())));
    }
}
