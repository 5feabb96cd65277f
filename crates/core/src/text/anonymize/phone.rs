//! Telephone numbers.

use std::ops::Range;

use super::groups::{Groups, Separator, value};
use super::stretch::Stretch;

/// Area codes of Indonesia with two digits: Jakarta, Bandung, Semarang,
/// Surabaya and Medan.
const CITIES: [u32; 5] = [21, 22, 24, 31, 61];

/// Area codes of Indonesia with three digits: the first two, and which may follow.
const AREAS: [(u32, &[u8]); 48] = [
    (23, b"1234"),
    (25, b"1234"),
    (26, b"01234567"),
    (27, b"123456"),
    (28, b"012345679"),
    (29, b"123456789"),
    (32, b"1234578"),
    (33, b"1234568"),
    (34, b"123"),
    (35, b"12345678"),
    (36, b"1234568"),
    (37, b"0123456"),
    (38, b"0123456789"),
    (40, b"1234568"),
    (41, b"013456789"),
    (42, b"01234678"),
    (43, b"0123458"),
    (44, b"35"),
    (45, b"01234578"),
    (46, b"12345"),
    (47, b"1345"),
    (48, b"1245"),
    (51, b"123789"),
    (52, b"25678"),
    (53, b"1246789"),
    (54, b"123589"),
    (55, b"12346"),
    (56, b"12345678"),
    (62, b"0123456789"),
    (63, b"01234569"),
    (64, b"1234568"),
    (65, b"0123456789"),
    (70, b"2"),
    (71, b"12345678"),
    (72, b"123456789"),
    (73, b"0123456789"),
    (74, b"012345678"),
    (75, b"12345679"),
    (76, b"012345689"),
    (77, b"01236789"),
    (90, b"12"),
    (91, b"01345678"),
    (92, b"1234789"),
    (93, b"1"),
    (95, b"12567"),
    (96, b"25679"),
    (97, b"159"),
    (98, b"01234567"),
];

/// Country codes with one and with two digits; those with three start with one
/// of [`LONG_COUNTRIES`].
const COUNTRIES: [u32; 45] = [
    1, 7, 20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54,
    55, 56, 57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95,
];

const LONG_COUNTRIES: [u32; 19] =
    [21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 85, 88, 96, 97];

/// The way a number starts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    /// `+62`, `+65` …
    Plus,
    /// `62`, `0062`
    Country,
    /// `0`
    Trunk,
}

/// The telephone number whose first digit is at byte `at`.
pub(super) fn phone_at(stretch: Stretch<'_>, at: usize) -> Option<Range<usize>> {
    let plus = stretch.byte_before(at, 1) == Some(b'+');
    let bytes = &stretch.bytes()[at..];
    let prefix = if plus {
        Prefix::Plus
    } else if bytes.starts_with(b"62") || bytes.starts_with(b"0062") {
        Prefix::Country
    } else if bytes[0] == b'0' {
        Prefix::Trunk
    } else {
        return None;
    };
    let groups = Groups::read(stretch, at);
    let start = at - usize::from(plus);
    let opened = stretch.byte_before(start, 1) == Some(b'(');
    (1..=groups.len())
        .rev()
        .filter(|&count| is_phone(&groups, count, prefix))
        .filter_map(|count| {
            let open = balance(&groups, count, opened)?;
            Some(start - usize::from(open)..groups.end(count))
        })
        .find(|range| stretch.starts_number(range.start) && stretch.ends_number(range.end))
        .filter(|range| plus || !stretch.is_price(range.start))
}

/// Whether the parenthesis before the number belongs to it; `None` if those
/// inside do not match.
fn balance(groups: &Groups, count: usize, opened: bool) -> Option<bool> {
    let mut open = false;
    let mut first = opened;
    let mut used = false;
    for index in 1..count {
        match groups.separator(index) {
            Separator::Open if !open => open = true,
            Separator::Close if open => open = false,
            Separator::Close if first => (first, used) = (false, true),
            Separator::Open | Separator::Close => return None,
            _ => {}
        }
    }
    (!open).then_some(used)
}

/// Whether the first `count` groups are a telephone number.
fn is_phone(groups: &Groups, count: usize, prefix: Prefix) -> bool {
    let digits = groups.digits(count);
    let first = groups.width(0);
    let country_apart = prefix == Prefix::Country && (first == 2 || first == 4);
    if prefix != Prefix::Plus && first < 3 && !country_apart {
        return false;
    }
    // Single digits and pairs are quantities, unless they follow a country code.
    let shortest = |index: usize| match prefix {
        Prefix::Plus => 2,
        Prefix::Country if index == 1 && country_apart => 2,
        _ => 3,
    };
    let trunk = |index: usize| index == 1 && groups.digits(2).ends_with(&[0]);
    if (1..count).any(|index| groups.width(index) < shortest(index) && !trunk(index)) {
        return false;
    }
    let in_thousands = count > 1
        && groups.are_separated_by(count, Separator::Dot)
        && (1..count).all(|index| groups.width(index) == 3);
    match prefix {
        Prefix::Trunk => is_national(&digits[1..], count > 1),
        Prefix::Country if in_thousands => false,
        Prefix::Country => is_national(without_country(digits), count > 1),
        Prefix::Plus if digits.starts_with(&[6, 2]) => is_national(without_country(digits), true),
        Prefix::Plus => !in_thousands && is_international(digits),
    }
}

/// The digits of an Indonesian number behind `62`, `0062`, `62 (0)`.
fn without_country(digits: &[u8]) -> &[u8] {
    let digits = digits.strip_prefix(&[0, 0]).unwrap_or(digits);
    let digits = digits.strip_prefix(&[6, 2]).unwrap_or(digits);
    digits.strip_prefix(&[0]).unwrap_or(digits)
}

/// Whether the digits are an Indonesian number without its country code or its
/// zero. Short landline numbers count only when they are `grouped`.
fn is_national(digits: &[u8], grouped: bool) -> bool {
    if let [8, second, ..] = digits {
        return matches!(second, 1 | 2 | 3 | 5 | 7 | 8 | 9) && (9..=12).contains(&digits.len());
    }
    if digits.len() < 8 {
        return false;
    }
    let (subscriber, least) = if CITIES.contains(&value(&digits[..2])) {
        (&digits[2..], 7)
    } else if AREAS
        .iter()
        .any(|(area, last)| *area == value(&digits[..2]) && last.contains(&(digits[2] + b'0')))
    {
        (&digits[3..], if grouped { 5 } else { 6 })
    } else {
        return false;
    };
    (least..=8).contains(&subscriber.len()) && subscriber[0] >= 2
}

/// Whether the digits are a number of another country as E.164 has it.
fn is_international(digits: &[u8]) -> bool {
    if !(10..=15).contains(&digits.len()) {
        return false;
    }
    if digits[0] == 1 {
        // North America: area and exchange start with 2 to 9.
        return digits.len() == 11 && digits[1] >= 2 && digits[4] >= 2;
    }
    let two = value(&digits[..2]);
    digits[0] == 7 || two == 98 || COUNTRIES.contains(&two) || LONG_COUNTRIES.contains(&two)
}

/// Appends the number in the form `+6281234567890`.
pub(super) fn normalize(number: &str, out: &mut String) {
    let digits: Vec<u8> =
        number.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
    let foreign = number.contains('+') && !digits.starts_with(&[6, 2]);
    out.push_str(if foreign { "+" } else { "+62" });
    let rest = if foreign { &digits } else { without_country(&digits) };
    out.extend(rest.iter().map(|&digit| char::from(digit + b'0')));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let at = text.find(|character: char| character.is_ascii_digit())?;
        phone_at(Stretch { text, floor: 0 }, at).map(|range| &text[range])
    }

    #[test]
    fn every_way_of_writing_one_number_is_found_and_equal() {
        for text in [
            "081234567890",
            "0812-3456-7890",
            "0812 3456 7890",
            "0812.3456.7890",
            "0812 - 3456 - 7890",
            "(0812) 3456-7890",
            "+6281234567890",
            "+62 812 3456 7890",
            "+62-812-3456-7890",
            "(+62) 812-3456-7890",
            "+62 (0)812 3456 7890",
            "+62 812 34 56 78 90",
            "62 812 3456 7890",
            "6281234567890",
            "62 812-3456-7890",
            "006281234567890",
            "+62081234567890",
        ] {
            assert_eq!(found(text), Some(text), "{text:?}");
            let mut number = String::new();
            normalize(text, &mut number);
            assert_eq!(number, "+6281234567890", "{text:?}");
        }
    }

    #[test]
    fn landlines_and_other_countries() {
        for text in [
            "(021) 555-1234",
            "021-5551234",
            "02155512345",
            "0274 555123",
            "(0361) 23456",
            "+62 21 555 1234",
            "+62 (274) 555123",
            "+65 6123 4567",
            "+14155552671",
            "+1 (415) 555-2671",
            "+44 20 7946 0958",
            "+971 50 123 4567",
        ] {
            assert_eq!(found(text), Some(text), "{text:?}");
        }
        let mut number = String::new();
        normalize("+1 (415) 555-2671", &mut number);
        assert_eq!(number, "+14155552671");
    }

    #[test]
    fn only_the_number_is_taken() {
        for (text, number) in [
            ("(081234567890)", "081234567890"),
            ("telp 0812 3456 7890 20 orang", "0812 3456 7890"),
            ("081234567890,081234567891", "081234567890"),
            ("hp:0812-3456-789.", "0812-3456-789"),
            ("(021 5551234)", "021 5551234"),
            ("WA081234567890", "081234567890"),
            ("hp-0812  3456  7890", "0812  3456  7890"),
            ("wa+6281234567890", "+6281234567890"),
            ("_081234567890_", "081234567890"),
            ("budi_081234567890", "081234567890"),
        ] {
            assert_eq!(found(text), Some(number), "{text:?}");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "0812",
            "08123456",
            "08123456789012",
            "0012345678",
            "0612345",
            "INV-081234567890",
            "INV_081234567890",
            "RESI081234567890",
            "xwa081234567890",
            "0812   3456   7890",
            "081234567890_1",
            "081234567890_budi@gmail.com",
            "081234567890.budi@gmail.com",
            "x081234567890",
            "081234567890x",
            "#081234567890",
            "62.812.345.678",
            "Rp 081234567890",
            "021-12-2023",
            "02-11-2023",
            "0,274555123",
            "0.274555123",
            "62 orang",
            "+10.000.000",
            "+20000000",
            "+999999999999",
            "1081234567890",
            "0812.3456.7890.1234",
            "0812-3456-7890-1234-5678",
            "081234567890@",
            "081234567890%",
            "3.081234567890",
            "0361123456",
            "62812345678,00",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }
}
