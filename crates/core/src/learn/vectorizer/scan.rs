//! Finding the words of a text.

use std::ops::Range;

use super::{letters::WordLetters, pattern::Pattern};
use crate::Result;

/// What finds the words.
#[derive(Debug, Clone)]
pub(super) enum Scanner {
    /// Letters of words in a row, at least so many.
    Runs(usize),
    /// What a pattern matches.
    Pattern(Box<Pattern>),
}

impl Default for Scanner {
    fn default() -> Self {
        Self::Runs(2)
    }
}

impl Scanner {
    pub(super) fn new(pattern: Option<&str>) -> Result<Self> {
        let Some(pattern) = pattern else { return Ok(Self::default()) };
        match run_length(pattern) {
            Some(least) => Ok(Self::Runs(least)),
            None => Ok(Self::Pattern(Box::new(Pattern::new(pattern)?))),
        }
    }

    /// Whether a word may hold a space.
    pub(super) fn may_find_spaces(&self) -> bool {
        matches!(self, Self::Pattern(_))
    }

    /// Calls `found` with where each word is.
    ///
    /// # Errors
    /// When a pattern gives up on the text.
    pub(super) fn words(&self, text: &str, found: impl FnMut(Range<usize>)) -> Result<()> {
        match self {
            Self::Runs(least) => {
                runs(text, *least, found);
                Ok(())
            }
            Self::Pattern(pattern) => pattern.words(text, found),
        }
    }
}

/// How many letters at least a pattern asks for, if that is all it does: `(?u)\b\w\w+\b`, `\w+`,
/// `\b\w{3,}\b` and the like, for greedy runs end at the edge of a word anyway.
fn run_length(pattern: &str) -> Option<usize> {
    let pattern = pattern.strip_prefix("(?u)").unwrap_or(pattern);
    let pattern = pattern.strip_prefix(r"\b").unwrap_or(pattern);
    let pattern = pattern.strip_suffix(r"\b").unwrap_or(pattern);
    let end = pattern.trim_start_matches(r"\w");
    let letters = (pattern.len() - end.len()) / 2;
    let least = match end {
        "+" => 1,
        _ => end.strip_prefix('{')?.strip_suffix(",}")?.parse().ok()?,
    };
    // The quantifier belongs to the end letter; of `\w{0,}` the matches may be empty.
    (letters > 0 && (1..1_000).contains(&least)).then(|| letters - 1 + least)
}

/// Whether an ASCII character is one of words.
const IS_WORD: [bool; 128] = {
    let mut table = [false; 128];
    let mut at = 0;
    while at < 128 {
        table[at] = (at as u8).is_ascii_alphanumeric() || at as u8 == b'_';
        at += 1;
    }
    table
};

fn runs(text: &str, least: usize, mut found: impl FnMut(Range<usize>)) {
    let letters = WordLetters::get();
    let bytes = text.as_bytes();
    let (mut start, mut length, mut at) = (0, 0, 0);
    while let Some(byte) = bytes.get(at) {
        let (is_word, width) = if byte.is_ascii() {
            (IS_WORD[usize::from(*byte)], 1)
        } else {
            let letter = text[at..].chars().next().expect("a byte is there");
            (letters.contain(letter), letter.len_utf8())
        };
        if is_word {
            if length == 0 {
                start = at;
            }
            length += 1;
        } else {
            if length >= least {
                found(start..at);
            }
            length = 0;
        }
        at += width;
    }
    if length >= least {
        found(start..bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'t>(scanner: &Scanner, text: &'t str) -> Vec<&'t str> {
        let mut words = Vec::new();
        scanner.words(text, |word| words.push(&text[word])).unwrap();
        words
    }

    #[test]
    fn plain_patterns_need_no_engine() {
        for (pattern, least) in [
            (r"(?u)\b\w\w+\b", Some(2)),
            (r"\w+", Some(1)),
            (r"\b\w{3,}\b", Some(3)),
            (r"\w\w\w{2,}", Some(4)),
            (r"\w*", None),
            (r"\w{0,}", None),
            (r"\w{2}", None),
            (r"\w", None),
            (r"[a-z]+", None),
            (r"\b", None),
            (r"\b+\b", None),
            ("", None),
        ] {
            assert_eq!(run_length(pattern), least, "{pattern}");
        }
    }

    /// What `re.findall(r"(?u)\b\w\w+\b", text)` gives in Python 3.11, where the vowel signs of
    /// Hindi and Thai part words.
    #[test]
    fn words_are_those_of_python() {
        let scanner = Scanner::default();
        for (text, expected) in [
            ("", &[][..]),
            ("a b c", &[]),
            ("it's a_b 3.14 x2", &["it", "a_b", "14", "x2"]),
            ("हिन्दी भाषा", &[]),
            ("日本語 中 کتاب", &["日本語", "کتاب"]),
            ("ภาษาไทย", &["ภาษาไทย"]),
            ("e\u{301}té ½ab", &["té", "½ab"]),
            ("😀ok😀no", &["ok", "no"]),
        ] {
            assert_eq!(words(&scanner, text), expected, "{text:?}");
        }
    }
}
