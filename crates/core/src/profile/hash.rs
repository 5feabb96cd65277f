//! Numbers that stand for texts, the same for ever: they are part of what is stored.

use sha2::{Digest, Sha256};

/// What tells stored things apart: half of SHA-256.
pub(super) fn of_bytes(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash.copy_from_slice(&Sha256::digest(bytes)[..16]);
    hash
}

/// FNV-1a, and the last steps of `SplitMix64` so that all bits depend on all letters.
pub(crate) fn of_text(text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mixed(hash)
}

/// The hash of a pair of hashes.
pub(crate) fn of_pair(first: u64, second: u64) -> u64 {
    mixed(first ^ second.rotate_left(32).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn mixed(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
