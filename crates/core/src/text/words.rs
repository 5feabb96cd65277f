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

/// `text` in the form that lists are kept and words are looked up in: in lower
/// case, with the ASCII apostrophe, and one sigma wherever it stands.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).map(|letter| match letter {
        '\u{2019}' => '\'',
        'ς' => 'σ',
        _ => letter,
    })
}

/// A word without the punctuation around it, [`folded`]. `spare` is only
/// written when the word is not in that form already.
pub(crate) fn lookup_form<'w>(word: &'w str, spare: &'w mut String) -> &'w str {
    let word = core(word);
    if word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return word;
    }
    spare.clear();
    spare.extend(folded(word));
    spare
}

/// The words of `text`, parted by white space: what `str::split_whitespace`
/// gives, at twice the speed on ASCII.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let bytes = rest.as_bytes();
        let is_gap = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
        let end = match bytes.iter().position(|&byte| is_gap(byte) || !byte.is_ascii()) {
            Some(at) if bytes[at].is_ascii() => at,
            Some(_) => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            None if rest.is_empty() => return None,
            None => rest.len(),
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_standard_library() {
        for text in ["", " ", "a", " a  b\u{b}c\u{a0}d\te ", "é f\u{3000}g", "\u{85}h\u{1c}i"] {
            let expected: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(words(text).collect::<Vec<_>>(), expected, "{text:?}");
        }
    }

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
