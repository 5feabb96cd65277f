//! The steps that look at single characters. Each has a short way for ASCII,
//! which most texts are.

use super::{PunctuationMode, emoji::find_emoji};
use crate::text::words::is_word_character;

/// Shortens runs of a letter that are longer than `most` (and than two: "maaf").
pub(super) fn collapse_repeats(text: &str, out: &mut String, most: usize) -> bool {
    let allowed = most.max(2);
    if text.is_ascii() && !may_have_run(text.as_bytes()) {
        return false;
    }
    let mut changed = false;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let same = |other: char| other == letter || other.eq_ignore_ascii_case(&letter);
        let run_end = rest.find(|other| !same(other)).unwrap_or(rest.len());
        let run = &rest[..run_end];
        let length = if letter.is_alphabetic() { run.chars().count() } else { 0 };
        if length > allowed && !is_in_roman_numeral(text, text.len() - rest.len()) {
            out.extend(run.chars().take(most));
            changed = true;
        } else {
            out.push_str(run);
        }
        rest = &rest[run_end..];
    }
    changed
}

/// Whether three bytes in a row may be one letter. It looks at every place
/// without a branch, so that the compiler can look at many at a time.
fn may_have_run(bytes: &[u8]) -> bool {
    let same = |a: u8, b: u8| a | 0x20 == b | 0x20;
    bytes
        .windows(3)
        .fold(false, |found, three| found | (same(three[0], three[1]) & same(three[1], three[2])))
}

/// The letters of Roman numerals for one, five and ten times each power of ten,
/// the highest first; 5000 and 10 000 have none.
const ROMAN: [(u8, u8, u8); 4] =
    [(b'm', 0, 0), (b'c', b'd', b'm'), (b'x', b'l', b'c'), (b'i', b'v', b'x')];

/// The length of the longest Roman numeral, MMMDCCCLXXXVIII.
const LONGEST_ROMAN: usize = 15;

/// Whether the word around byte `at` is a Roman numeral: VIII is not VI.
fn is_in_roman_numeral(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let is_roman = |byte: &&u8| b"ivxlcdm".contains(&byte.to_ascii_lowercase());
    // One letter more than the longest has is enough to see that a word is too long.
    let before = bytes[..at].iter().rev().take(LONGEST_ROMAN + 1).take_while(is_roman).count();
    let after = bytes[at..].iter().take(LONGEST_ROMAN + 1).take_while(is_roman).count();
    let (start, end) = (at - before, at + after);
    end - start <= LONGEST_ROMAN
        && is_roman_numeral(&bytes[start..end])
        && !text[..start].chars().next_back().is_some_and(is_word_character)
        && !text[end..].chars().next().is_some_and(is_word_character)
}

fn is_roman_numeral(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    let mut rest = word.as_slice();
    for (one, five, ten) in ROMAN {
        if let [first, second, after @ ..] = rest
            && *first == one
            && (*second == five || *second == ten)
        {
            rest = after;
            continue;
        }
        rest = rest.strip_prefix(&[five]).unwrap_or(rest);
        for _ in 0..3 {
            rest = rest.strip_prefix(&[one]).unwrap_or(rest);
        }
    }
    rest.is_empty() && !word.is_empty()
}

pub(super) fn drop_digits(text: &str, out: &mut String) -> bool {
    if !text.chars().any(char::is_numeric) {
        return false;
    }
    out.extend(text.chars().map(|letter| if letter.is_numeric() { ' ' } else { letter }));
    true
}

pub(super) fn drop_punctuation(text: &str, out: &mut String, mode: PunctuationMode) -> bool {
    if text.is_ascii() {
        return drop_ascii_punctuation(text.as_bytes(), out, mode);
    }
    let mut emoji = find_emoji(text, 0);
    let mut before = ' ';
    // Invisible characters are no part of the words they stand in.
    let mut letters = text.char_indices().filter(|&(_, letter)| !is_invisible(letter)).peekable();
    while let Some((at, letter)) = letters.next() {
        // Emoji are symbols, too, but what becomes of them is another step's business.
        if let Some(range) = emoji.clone()
            && at >= range.start
        {
            out.push(letter);
            before = ' ';
            if at + letter.len_utf8() >= range.end {
                emoji = find_emoji(text, range.end);
            }
            continue;
        }
        let mut stands_between = |is_part: fn(char) -> bool| {
            mode == PunctuationMode::OutsideWords
                && is_part(before)
                && letters.peek().is_some_and(|&(_, next)| is_part(next))
        };
        let kept = match letter {
            // How to show a symbol says nothing once the symbol is gone.
            '\u{fe0e}' | '\u{fe0f}' => ' ',
            _ if is_word_character(letter) || letter.is_whitespace() || letter.is_control() => {
                letter
            }
            '-' | '\u{2010}' | '\u{2011}' if stands_between(is_word_character) => '-',
            '\'' | '\u{2019}' if stands_between(is_word_character) => '\'',
            '.' | ',' | ':' if stands_between(|letter| letter.is_ascii_digit()) => letter,
            // Joiners that spell, as in Persian or Malayalam.
            '\u{200c}' | '\u{200d}' if stands_between(is_word_character) => letter,
            _ => ' ',
        };
        out.push(kept);
        before = letter;
    }
    true
}

/// Whether `letter` only says where a word may be broken (the soft hyphen) or
/// which way it runs.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

fn drop_ascii_punctuation(bytes: &[u8], out: &mut String, mode: PunctuationMode) -> bool {
    let keeps = mode == PunctuationMode::OutsideWords;
    let mut changed = false;
    write_ascii(out, |out| {
        out.extend_from_slice(bytes);
        let mut drop = |byte: &mut u8, stays: bool| {
            let goes = byte.is_ascii_punctuation() && !stays;
            *byte = if goes { b' ' } else { *byte };
            changed |= goes;
        };
        // Without a branch, so that the compiler can take many bytes at a time.
        for (byte, three) in out.iter_mut().skip(1).zip(bytes.windows(3)) {
            drop(byte, keeps & is_kept_punctuation(three[0], three[1], three[2]));
        }
        if let [first, rest @ ..] = out.as_mut_slice() {
            drop(first, false);
            if let Some(last) = rest.last_mut() {
                drop(last, false);
            }
        }
    });
    changed
}

/// Whether the punctuation `byte` stands inside a word: a hyphen or apostrophe
/// between letters or digits, a separator between digits.
pub(super) fn is_kept_punctuation(before: u8, byte: u8, after: u8) -> bool {
    let joins = matches!(byte, b'-' | b'\'');
    let separates = matches!(byte, b'.' | b',' | b':');
    (joins & before.is_ascii_alphanumeric() & after.is_ascii_alphanumeric())
        | (separates & before.is_ascii_digit() & after.is_ascii_digit())
}

fn is_gap(letter: char) -> bool {
    // The zero-width space and the byte-order mark separate nothing a reader sees.
    letter.is_whitespace() || letter.is_control() || matches!(letter, '\u{200b}' | '\u{feff}')
}

pub(super) fn drop_white_space(text: &str, out: &mut String) -> bool {
    if text.is_ascii() {
        write_ascii(out, |out| {
            // Every byte is written; only those that stay move the end on.
            out.resize(text.len(), b' ');
            let (mut end, mut before_is_gap) = (0, true);
            for &byte in text.as_bytes() {
                let is_gap = byte <= b' ' || byte == 0x7f;
                out[end] = if is_gap { b' ' } else { byte };
                end += usize::from(!(is_gap && before_is_gap));
                before_is_gap = is_gap;
            }
            out.truncate(end - usize::from(end > 0 && before_is_gap));
        });
        return true;
    }
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    true
}

/// Lets `write` append ASCII to an empty string byte by byte, which is several
/// times as fast as character by character.
fn write_ascii(out: &mut String, write: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::mem::take(out).into_bytes();
    write(&mut bytes);
    *out = String::from_utf8(bytes).expect("only ASCII bytes were written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roman_numerals_are_told_from_words() {
        for word in ["i", "III", "viii", "xxxviii", "MCMXC", "mmmdccclxxxviii", "cdxliv", "xxx"] {
            assert!(is_roman_numeral(word.as_bytes()), "{word}");
        }
        for word in ["", "iiii", "iix", "vv", "mmmm", "iixx", "lc", "cccc", "xxl", "mila"] {
            assert!(!is_roman_numeral(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn roman_numerals_are_whole_words() {
        let shorten = |text: &str| {
            let mut out = String::new();
            if collapse_repeats(text, &mut out, 1) { out } else { text.to_owned() }
        };
        assert_eq!(shorten("Bab VIII, xiii-iii (IiI)"), "Bab VIII, xiii-iii (IiI)");
        assert_eq!(shorten("iiii siii iiié éiii iii2 mmmm"), "i si ié éi i2 m");
        assert_eq!(shorten(&"x".repeat(100_000)), "x");
    }

    #[test]
    fn both_ways_keep_the_same_punctuation() {
        for (text, expected) in [
            ("Rp1.250.000,50", "Rp1.250.000,50"),
            ("19.99, 08:30.", "19.99  08:30 "),
            ("a.5 5.a 1..2 :3 1-2 it's", "a 5 5 a 1  2  3 1-2 it's"),
        ] {
            let drop = |text: &str| {
                let mut out = String::new();
                drop_punctuation(text, &mut out, PunctuationMode::OutsideWords);
                out
            };
            assert_eq!(drop(text), expected);
            assert_eq!(drop(&format!("é {text}")), format!("é {expected}"));
        }
    }
}
