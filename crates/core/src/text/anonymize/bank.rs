//! Numbers of payment cards and bank accounts.

use std::ops::Range;

use super::groups::{Groups, Separator, has_luhn, value};
use super::stretch::Stretch;

/// How far before a card number in unusual groups its name may stand, in bytes.
const WORD_REACH: usize = 24;

/// What tells that a card number follows.
const NAMES: [&[u8]; 5] = [b"kartu", b"card", b"visa", b"mastercard", b"debit"];

/// The payment card number that starts at byte `at`.
pub(super) fn card_at(stretch: Stretch<'_>, at: usize, groups: &Groups) -> Option<Range<usize>> {
    let named =
        |count: usize| groups.are_loose(count) && stretch.has_before(at, WORD_REACH, &NAMES);
    let fits = |&count: &usize| {
        let digits = groups.digits(count);
        is_issued(digits)
            && (is_grouped(groups, count) || named(count))
            && has_luhn(digits)
            && stretch.ends_number(groups.end(count))
    };
    // Sixteen digits are by far the most common: what follows is then a
    // security code or a date, and not the rest of a longer number.
    let sixteen = (1..=groups.len()).filter(|&count| groups.digits(count).len() == 16).find(fits);
    let count = sixteen.or_else(|| (1..=groups.len()).rev().find(fits))?;
    Some(at..groups.end(count))
}

/// Whether the groups are those of a card: one, fours, or 4-6-5 and 4-6-4.
fn is_grouped(groups: &Groups, count: usize) -> bool {
    let uniform = [Separator::Space, Separator::Hyphen, Separator::Dot]
        .into_iter()
        .any(|separator| groups.are_separated_by(count, separator));
    let fours =
        || (0..count - 1).all(|index| groups.width(index) == 4) && groups.width(count - 1) <= 4;
    uniform
        && (count == 1
            || fours()
            || groups.have_widths(count, &[4, 6, 5])
            || groups.have_widths(count, &[4, 6, 4]))
}

/// Whether a known network issues cards of this length that start this way.
fn is_issued(digits: &[u8]) -> bool {
    let length = digits.len();
    if !(13..=19).contains(&length) {
        return false;
    }
    match value(&digits[..4]) {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        // Mastercard, and the domestic schemes of Russia and Indonesia.
        2221..=2720 | 5100..=5599 | 2200..=2204 | 1946 | 6013 | 6019 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => matches!(length, 14 | 16),
        3528..=3589 | 6011 | 6200..=6299 | 6440..=6599 | 8100..=8171 => length >= 16,
        5000..=5099 | 5600..=5899 | 6304 | 6759 | 6761..=6763 => true,
        _ => false,
    }
}

/// How long account numbers of each country are, from the registry of ISO 13616.
const IBAN_LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The bank account number whose two check digits start at byte `at`.
pub(super) fn iban_at(stretch: Stretch<'_>, at: usize) -> Option<Range<usize>> {
    let start = at.checked_sub(2)?;
    let country =
        [stretch.byte(start)?.to_ascii_uppercase(), stretch.byte(start + 1)?.to_ascii_uppercase()];
    let length = IBAN_LENGTHS.iter().find(|(known, _)| **known == country)?.1;
    if !stretch.starts_number(start) || !stretch.is_digit(at + 1) {
        return None;
    }
    let (mut symbols, mut count, mut end) = ([0; 34], 0, start);
    while count < length {
        let byte = stretch.byte(end)?;
        end += 1;
        if byte.is_ascii_alphanumeric() {
            symbols[count] = byte;
            count += 1;
        } else if byte == b' ' && count % 4 == 0 {
            end += usize::from(stretch.byte(end) == Some(b' '));
            if !stretch.byte(end)?.is_ascii_alphanumeric() {
                return None;
            }
        } else {
            return None;
        }
    }
    (stretch.ends_number(end) && has_iban_check(&symbols[..length])).then_some(start..end)
}

/// Whether the number, its first four symbols moved to the end and letters
/// counted from ten, leaves one when divided by 97 (ISO 7064).
fn has_iban_check(symbols: &[u8]) -> bool {
    let (head, body) = symbols.split_at(4);
    let rest = body.iter().chain(head).fold(0_u32, |rest, &symbol| match symbol {
        b'0'..=b'9' => (rest * 10 + u32::from(symbol - b'0')) % 97,
        _ => (rest * 100 + u32::from(symbol.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(text: &str) -> Option<&str> {
        let at = text.find(|character: char| character.is_ascii_digit())?;
        let stretch = Stretch { text, floor: 0 };
        card_at(stretch, at, &Groups::read(stretch, at)).map(|range| &text[range])
    }

    fn iban(text: &str) -> Option<&str> {
        let at = text.find(|character: char| character.is_ascii_digit())?;
        iban_at(Stretch { text, floor: 0 }, at).map(|range| &text[range])
    }

    #[test]
    fn cards_need_a_network_a_grouping_and_a_check_digit() {
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "4111  1111  1111  1111",
            "3782 822463 10005",
            "378282246310005",
            "5555555555554444",
            "6011111111111117",
            "3056 930902 5904",
            "3530111333300000",
            "2223000048400011",
        ] {
            assert_eq!(card(text), Some(text));
        }
        assert_eq!(card("4111 1111 1111 1111 123"), Some("4111 1111 1111 1111"));
        for text in ["Kartu 411111 1111-111111", "kartu saya: 41 11111111111111"] {
            assert_eq!(card(text), text.find('4').map(|at| &text[at..]));
        }
        for text in [
            "4111111111111112",
            "4111 1111-1111 1111",
            "41 11111111111111",
            "7111111111111117",
            "411111111111",
            "411111 1111 111111",
            "9999999999999995",
        ] {
            assert_eq!(card(text), None, "{text}");
        }
    }

    #[test]
    fn account_numbers_need_length_and_check_digits() {
        for text in
            ["GB82WEST12345698765432", "GB82 WEST  1234 5698 7654 32", "de89370400440532013000"]
        {
            assert_eq!(iban(text), Some(text));
        }
        for text in [
            "GB83WEST12345698765432",
            "XX82WEST12345698765432",
            "GB82WEST1234569876543",
            "GB82WEST123456987654321",
            "AGB82WEST12345698765432",
            "GB8 2WEST12345698765432",
            "GB82   WEST12345698765432",
            "GB82",
        ] {
            assert_eq!(iban(text), None, "{text}");
        }
    }
}
