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
        if length > allowed {
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
    let mut letters = text.char_indices().peekable();
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
        let mut joins_words = || {
            mode == PunctuationMode::OutsideWords
                && is_word_character(before)
                && letters.peek().is_some_and(|&(_, next)| is_word_character(next))
        };
        // A soft hyphen shows where a word may be broken; it is no part of it.
        if letter == '\u{ad}' {
            continue;
        }
        let kept = match letter {
            // How to show a symbol says nothing once the symbol is gone.
            '\u{fe0e}' | '\u{fe0f}' => ' ',
            _ if is_word_character(letter) || letter.is_whitespace() || letter.is_control() => {
                letter
            }
            '-' | '\u{2010}' | '\u{2011}' if joins_words() => '-',
            '\'' | '\u{2019}' if joins_words() => '\'',
            // Joiners that spell, as in Persian or Malayalam.
            '\u{200c}' | '\u{200d}' if joins_words() => letter,
            _ => ' ',
        };
        out.push(kept);
        before = letter;
    }
    true
}

fn drop_ascii_punctuation(bytes: &[u8], out: &mut String, mode: PunctuationMode) -> bool {
    let is_word =
        |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let joins_words = |at: usize| {
        mode == PunctuationMode::OutsideWords
            && matches!(bytes[at], b'-' | b'\'')
            && is_word(at.checked_sub(1))
            && is_word(Some(at + 1))
    };
    let mut changed = false;
    write_ascii(out, |out| {
        out.extend_from_slice(bytes);
        for (at, byte) in out.iter_mut().enumerate() {
            if byte.is_ascii_punctuation() && !joins_words(at) {
                *byte = b' ';
                changed = true;
            }
        }
    });
    changed
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
