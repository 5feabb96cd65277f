//! What a word is, and in which form it is looked up.

use unicode_normalization::char::is_combining_mark;

/// Whether `letter` can be part of a word.
pub(crate) fn is_word_character(letter: char) -> bool {
    if letter.is_ascii() {
        letter.is_ascii_alphanumeric()
    } else {
        letter.is_alphanumeric() || is_combining_mark(letter)
    }
}

/// A word without the punctuation around it.
pub(crate) fn core(word: &str) -> &str {
    let bytes = word.as_bytes();
    let is_bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if is_bare(bytes.first()) && is_bare(bytes.last()) {
        return word;
    }
    word.trim_matches(|letter| !is_word_character(letter))
}

/// The form of `word` that lists hold: without the punctuation around it, in
/// lower case, with the ASCII apostrophe. `spare` is only written when the word
/// is not in that form already.
pub(crate) fn lookup_form<'w>(word: &'w str, spare: &'w mut String) -> &'w str {
    let word = core(word);
    if word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return word;
    }
    spare.clear();
    let lower = word.chars().flat_map(char::to_lowercase);
    spare.extend(lower.map(|letter| if letter == '\u{2019}' { '\'' } else { letter }));
    spare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_under_one_form() {
        let mut spare = String::new();
        for (word, form) in [
            ("\"Bagus!\"", "bagus"),
            ("Don’t", "don't"),
            ("anak-anak,", "anak-anak"),
            ("É", "é"),
            ("--", ""),
            ("", ""),
        ] {
            assert_eq!(lookup_form(word, &mut spare), form, "{word}");
        }
    }
}
