//! What is odd about a text.

use pantau_core::model::Flags;

/// What is odd about a text, a bit each. It is answered all the same; whether the answer is used is
/// for you to decide.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum pantau_flag {
    /// It has nothing but white space.
    Empty = 1,
    /// It was longer than the model reads, and something was cut off.
    Truncated = 2,
    /// It holds U+FFFD: somebody before could not decode it.
    Replaced = 4,
}

/// For each text its flags, as the sum of their bits.
pub(crate) fn bits(flags: &[Flags]) -> Vec<u32> {
    let bit = |is_set: bool, flag: pantau_flag| if is_set { flag as u32 } else { 0 };
    flags
        .iter()
        .map(|flags| {
            bit(flags.empty, pantau_flag::Empty)
                | bit(flags.truncated, pantau_flag::Truncated)
                | bit(flags.replaced, pantau_flag::Replaced)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_has_its_bit() {
        let all = Flags { empty: true, truncated: true, replaced: true };
        let one = Flags { truncated: true, ..Flags::default() };
        assert_eq!(bits(&[all, Flags::default(), one]), [7, 0, 2]);
    }
}
