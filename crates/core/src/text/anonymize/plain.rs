//! A text with its typographic spaces, dashes and invisible marks as a keyboard
//! would have them.

use std::borrow::Cow;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// A text in which numbers are written with plain characters only, and where
/// its parts stand in the original.
pub(super) struct Plain<'a> {
    pub(super) text: Cow<'a, str>,
    edits: Vec<Edit>,
}

/// A place from which on the two texts are shifted anew.
struct Edit {
    /// Where the edit ends in the plain text.
    plain: usize,
    /// Where it ends in the original.
    original: usize,
    /// Whether nothing stands for the character.
    is_removal: bool,
}

impl<'a> Plain<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let is_plain = text.is_ascii()
            || !text.bytes().any(|byte| byte.is_ascii_digit())
            || !text.chars().any(is_loose);
        if is_plain {
            Self { text: Cow::Borrowed(text), edits: Vec::new() }
        } else {
            Self::edit(text)
        }
    }

    fn edit(text: &str) -> Self {
        let mut plain = String::with_capacity(text.len());
        let mut edits = Vec::new();
        let mut rest = text.char_indices().peekable();
        while let Some((at, character)) = rest.next() {
            if !is_loose(character) || !joins(character, &plain, &rest) {
                plain.push(character);
                continue;
            }
            if is_space(character) {
                plain.push(' ');
            } else if is_dash(character) {
                plain.push('-');
            }
            edits.push(Edit {
                plain: plain.len(),
                original: at + character.len_utf8(),
                is_removal: is_mark(character),
            });
        }
        Self { text: Cow::Owned(plain), edits }
    }

    /// Where a part of the plain text stands in the original, without the marks
    /// around it.
    pub(super) fn original(&self, part: &Range<usize>) -> Range<usize> {
        let shifted = |edits: usize, at: usize| match self.edits[..edits].last() {
            Some(edit) => edit.original + (at - edit.plain),
            None => at,
        };
        let before_start = self.edits.partition_point(|edit| edit.plain <= part.start);
        let before_end =
            self.edits.partition_point(|edit| (edit.plain, edit.is_removal) < (part.end, true));
        shifted(before_start, part.start)..shifted(before_end, part.end)
    }
}

/// Whether a space, dash or mark between `before` and `after` is inside a number.
/// Others stay, so that what is replaced elsewhere changes nothing around them:
/// a dash of a sentence (`wa—0812…`) is none of a number.
fn joins(character: char, before: &str, after: &Peekable<CharIndices<'_>>) -> bool {
    let mut before = before.chars().rev().peekable();
    let mut after = after.clone().map(|(_, next)| next).take(MOST_MARKS).peekable();
    while after.next_if(|&next| is_mark(next)).is_some() {}
    if is_dash(character) {
        let is_apart = after.next_if(|&next| is_blank(next)).is_some();
        if is_apart != before.next_if(|&last| is_blank(last)).is_some() {
            return false;
        }
        while after.next_if(|&next| is_mark(next)).is_some() {}
    }
    let (Some(last), Some(next)) = (before.next(), after.next()) else { return false };
    if is_space(character) {
        return last.is_ascii_digit() || next.is_ascii_digit();
    }
    let is_part = |part: char| {
        part.is_ascii_digit()
            || matches!(part, '(' | ')' | '+')
            || (is_mark(character)
                && (is_blank(part) || is_dash(part) || matches!(part, '-' | '.')))
    };
    is_part(last) && is_part(next)
}

/// How many characters behind a dash or mark are looked at: a number holds only few.
const MOST_MARKS: usize = 4;

fn is_blank(character: char) -> bool {
    character == ' ' || is_space(character)
}

/// Whether a character may be a part of a number, and may be none.
fn is_loose(character: char) -> bool {
    is_space(character) || is_dash(character) || is_mark(character)
}

fn is_space(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn is_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Whether a character is not seen: a joiner, or a mark of the writing direction.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_plain_characters() {
        for (text, expected) in [
            ("0812\u{a0}3456\u{2009}7890", "0812 3456 7890"),
            ("0812\u{2011}3456 \u{2013} 7890", "0812-3456 - 7890"),
            ("\u{202a}+62\u{200e} 812\u{202c}", "\u{202a}+62 812\u{202c}"),
            ("08\u{200b}\u{2060}12", "0812"),
            ("wa\u{2014}0812 1\u{2014}a", "wa\u{2014}0812 1\u{2014}a"),
            ("wa\u{200b}0812", "wa\u{200b}0812"),
            ("é 0812", "é 0812"),
            ("1\u{a0}a\u{a0}b 1 \u{2013}2", "1 a\u{a0}b 1 \u{2013}2"),
        ] {
            assert_eq!(Plain::of(text).text, expected, "{text:?}");
        }
    }

    #[test]
    fn parts_are_found_in_the_original() {
        let text = "a\u{a0}a\u{a0}1\u{2011}2\u{200b}-\u{200b}3\u{2009}\u{200b}4\u{200b} b";
        let plain = Plain::of(text);
        assert_eq!(plain.text, "a\u{a0}a 1-2-3 4 b");
        for (part, expected) in [
            ("1-2", "1\u{2011}2"),
            ("-2", "\u{2011}2"),
            ("2-3", "2\u{200b}-\u{200b}3"),
            ("3 4", "3\u{2009}\u{200b}4"),
            ("3 ", "3\u{2009}"),
            ("4", "4"),
            ("a", "a"),
            ("b", "b"),
        ] {
            let at = plain.text.find(part).unwrap();
            assert_eq!(&text[plain.original(&(at..at + part.len()))], expected, "{part:?}");
        }
    }
}
