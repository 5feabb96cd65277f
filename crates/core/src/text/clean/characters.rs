//! The steps that look at single characters.

use super::{PunctuationMode, emoji::find_emoji};
use crate::text::words::is_word_character;

/// Shortens runs of a letter that are longer than `most` (and than two: "maaf").
pub(super) fn collapse_repeats(text: &str, out: &mut String, most: usize) -> bool {
    let allowed = most.max(2);
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

pub(super) fn drop_digits(text: &str, out: &mut String) -> bool {
    if !text.chars().any(char::is_numeric) {
        return false;
    }
    out.extend(text.chars().map(|letter| if letter.is_numeric() { ' ' } else { letter }));
    true
}

pub(super) fn drop_punctuation(text: &str, out: &mut String, mode: PunctuationMode) -> bool {
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
        let kept = match letter {
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

fn is_gap(letter: char) -> bool {
    // The zero-width space and the byte-order mark separate nothing a reader sees.
    letter.is_whitespace() || letter.is_control() || matches!(letter, '\u{200b}' | '\u{feff}')
}

pub(super) fn drop_white_space(text: &str, out: &mut String) -> bool {
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    true
}
