//! Records that hold the hash of the one before: none can be changed, taken out or put in
//! between without all that follow telling.

use sha2::{Digest, Sha256};

/// What stands in front of the first record.
pub(crate) const START: &str = "";

/// The hash of a record: SHA-256 over the hash of the one before and its own parts, each with its
/// length in front, so that no two lists of parts are the same bytes.
pub(crate) fn link(previous: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&previous).chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// The SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as pairs of digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value is Python's `hashlib.sha256` over the same bytes.
    #[test]
    fn a_link_is_sha256_over_lengths_and_parts() {
        let expected = "135b4f5a3b38fd6cf45379422c9cf6c00f8ed9595f8ad61e70bf4acb51631e15";
        let found = link(START, &["ab", "c"]);
        assert_eq!(found, expected);
        assert_ne!(found, link(START, &["a", "bc"]));
        assert_ne!(found, link("x", &["ab", "c"]));
    }
}
