//! What Python takes for a letter of a word and for white space.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// The letters of words, as the regular expressions of Python see them, in the syntax of Rust:
/// letters, numbers of any kind, and the underscore. (Rust's own `\w` has combining marks, too.)
pub(super) const WORD: &str = r"\p{L}\p{N}_";

/// White space as Python sees it: Rust's, and the four separators of ASCII.
pub(super) const SPACE: &str = r"\s\x{1c}-\x{1f}";

/// Whether each character there can be is one of words.
pub(super) struct WordLetters {
    bits: Box<[u64]>,
}

impl WordLetters {
    fn new() -> Self {
        let mut bits = vec![0_u64; (char::MAX as usize + 1).div_ceil(64)].into_boxed_slice();
        let parsed = regex_syntax::parse(&format!("[{WORD}]")).expect("the class is well formed");
        let HirKind::Class(Class::Unicode(class)) = parsed.kind() else {
            unreachable!("a class of characters is parsed as one");
        };
        for letter in class.iter().flat_map(|range| range.start()..=range.end()) {
            bits[letter as usize / 64] |= 1 << (letter as usize % 64);
        }
        Self { bits }
    }

    /// The one table, made when it is first asked for.
    pub(super) fn get() -> &'static Self {
        static LETTERS: LazyLock<WordLetters> = LazyLock::new(WordLetters::new);
        &LETTERS
    }

    pub(super) fn contain(&self, letter: char) -> bool {
        self.bits[letter as usize / 64] >> (letter as usize % 64) & 1 == 1
    }
}

/// Whether Python takes `letter` for white space.
pub(super) fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked with `re.match(r"\w", letter)` and `str.isspace` of Python 3.11.
    #[test]
    fn letters_are_those_of_python() {
        let letters = WordLetters::get();
        for letter in "aZ09_éßİ日กक٣²½Ⅷªﬁ𝒳".chars() {
            assert!(letters.contain(letter), "{letter:?}");
        }
        for letter in "-' \u{301}\u{93e}\u{e31}😀©Ⓐ\u{200d}\u{345}".chars() {
            assert!(!letters.contain(letter), "{letter:?}");
        }
        for letter in "\t\n\u{b}\r\u{1c}\u{1f} \u{85}\u{a0}\u{2028}\u{3000}".chars() {
            assert!(is_space(letter), "{letter:?}");
        }
        for letter in "\0\u{1b}a\u{200b}\u{180e}\u{feff}".chars() {
            assert!(!is_space(letter), "{letter:?}");
        }
    }
}
