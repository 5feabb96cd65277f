//! The part of a text between two replacements.

use crate::text::pattern::{char_after, char_before, email_at, is_word};

/// Words that are written right before a number, even without a space.
const LABELS: [&[u8]; 14] = [
    b"wa", b"hp", b"nohp", b"nowa", b"notelp", b"tel", b"telp", b"tlp", b"telepon", b"phone",
    b"nik", b"ktp", b"npwp", b"rek",
];

/// The most bytes of an e-mail address before its at sign that are looked at.
const LONGEST_LOCAL: usize = 64;

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
            '-' => {
                !second.is_some_and(|byte| byte.is_ascii_alphanumeric()) || self.is_labelled(at - 1)
            }
            // `budi_0812…` is a number, `INV_0812…` an order.
            '_' => {
                !second.is_some_and(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
                    || self.is_labelled(at - 1)
            }
            '@' | '#' | '$' | '€' | '£' | '+' | '&' => false,
            _ => !is_word(before) || self.is_labelled(at),
        }
    }

    /// Whether a number that ends at `at` is complete.
    pub(super) fn ends_number(self, at: usize) -> bool {
        let Some(after) = char_after(self.text, at) else { return true };
        match after {
            '.' | '-' | '_' => !self.is_digit(at + 1) && !self.is_in_email(at),
            '+' | '\'' => !self.is_in_email(at),
            // `,00` are cents; `,0812…` is the next number.
            ',' => self.digits_at(at + 1, 3) != 2,
            '@' | '%' => false,
            _ => !is_word(after),
        }
    }

    /// Whether a word such as `wa` ends at `at` that tells what number follows.
    pub(super) fn is_labelled(self, at: usize) -> bool {
        let most = LABELS.iter().map(|label| label.len()).max().unwrap_or_default() + 1;
        let before = &self.bytes()[self.floor.min(at)..at];
        let length =
            before.iter().rev().take(most).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let label = &before[before.len() - length..];
        let follows_word = char_before(self.text, self.floor, at - length)
            .is_some_and(|before| before != '_' && is_word(before));
        // A plate or an account number starts with letters of its own.
        let is_number = !self.byte(at).is_some_and(|byte| byte.is_ascii_alphabetic());
        let known = || LABELS.iter().any(|known| known.eq_ignore_ascii_case(label));
        is_number && length > 1 && !follows_word && known()
    }

    /// Whether `at` is inside the part of an e-mail address before its at sign.
    fn is_in_email(self, at: usize) -> bool {
        let near = self.bytes()[at..].iter().take(LONGEST_LOCAL);
        let sign = near.enumerate().find_map(|(offset, &byte)| (byte == b'@').then_some(offset));
        sign.and_then(|offset| email_at(self.text, self.floor, at + offset))
            .is_some_and(|email| email.start < at)
    }

    /// Whether one of `words` (lower case) stands within `reach` bytes before `at`.
    pub(super) fn has_before(self, at: usize, reach: usize, words: &[&[u8]]) -> bool {
        let start = at.saturating_sub(reach).max(self.floor);
        let window = &self.bytes()[start..at];
        (0..window.len()).any(|offset| {
            let before = self.byte_before(start + offset, 1);
            let starts_word = !before.is_some_and(|byte| byte.is_ascii_alphabetic());
            let rest = &window[offset..];
            starts_word
                && words.iter().any(|word| {
                    rest.get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word))
                        && !rest.get(word.len()).is_some_and(u8::is_ascii_alphabetic)
                })
        })
    }

    /// Whether a price starts at `at`: `Rp 62.812.000.000`.
    pub(super) fn is_price(self, at: usize) -> bool {
        self.has_before(at, 5, &[b"rp", b"idr", b"usd"])
    }
}
