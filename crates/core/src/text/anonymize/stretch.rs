//! The part of a text between two replacements.

use crate::text::pattern::{char_after, char_before, is_word};

/// A part of a text that is looked at as if nothing stood around it.
#[derive(Clone, Copy)]
pub(super) struct Stretch<'a> {
    /// The text, cut off where the stretch ends.
    pub(super) text: &'a str,
    /// Where the stretch starts.
    pub(super) floor: usize,
}

impl<'a> Stretch<'a> {
    pub(super) fn bytes(self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte at `at`.
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        if at < self.floor { None } else { self.bytes().get(at).copied() }
    }

    /// The byte `distance` bytes before `at`.
    pub(super) fn byte_before(self, at: usize, distance: usize) -> Option<u8> {
        self.byte(at.checked_sub(distance)?)
    }

    pub(super) fn is_digit(self, at: usize) -> bool {
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit())
    }

    /// How many digits follow each other from `at` on, counted up to `limit`.
    pub(super) fn digits_at(self, at: usize, limit: usize) -> usize {
        let bytes = self.bytes().get(at..).unwrap_or_default();
        bytes.iter().take(limit).take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Whether a number that starts at `at` stands alone: not the rest of a
    /// longer number, of an order number such as `INV-…`, of a price or a rank.
    pub(super) fn starts_number(self, at: usize) -> bool {
        let Some(before) = char_before(self.text, self.floor, at) else { return true };
        let second = self.byte_before(at, 2);
        let after_digit = second.is_some_and(|byte| byte.is_ascii_digit());
        match before {
            '.' | ',' | ':' | '/' => !after_digit,
            '-' => !second.is_some_and(|byte| byte.is_ascii_alphanumeric()),
            '@' | '#' | '$' | '€' | '£' | '+' | '&' => false,
            _ => !is_word(before),
        }
    }

    /// Whether a number that ends at `at` is complete.
    pub(super) fn ends_number(self, at: usize) -> bool {
        let Some(after) = char_after(self.text, at) else { return true };
        match after {
            '.' | '-' => !self.is_digit(at + 1),
            // `,00` are cents; `,0812…` is the next number.
            ',' => self.digits_at(at + 1, 3) != 2,
            '@' | '%' => false,
            _ => !is_word(after),
        }
    }

    /// Whether one of `words` (lower case) stands within `reach` bytes before `at`.
    pub(super) fn has_before(self, at: usize, reach: usize, words: &[&[u8]]) -> bool {
        let start = at.saturating_sub(reach).max(self.floor);
        let window = &self.bytes()[start..at];
        words.iter().any(|word| {
            window.windows(word.len()).enumerate().any(|(offset, part)| {
                let before = self.byte_before(start + offset, 1);
                part.eq_ignore_ascii_case(word)
                    && !before.is_some_and(|byte| byte.is_ascii_alphabetic())
                    && !window.get(offset + word.len()).is_some_and(u8::is_ascii_alphabetic)
            })
        })
    }

    /// Whether a price starts at `at`: `Rp 62.812.000.000`.
    pub(super) fn is_price(self, at: usize) -> bool {
        self.has_before(at, 5, &[b"rp", b"idr", b"usd"])
    }
}
