//! Numbers of Indonesian identity cards and tax payers.

use std::ops::Range;

use super::groups::{Groups, Separator, has_luhn, value};
use super::stretch::Stretch;

/// The provinces of Indonesia, as the first two digits of an identity number.
const PROVINCES: [u32; 38] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65,
    71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96,
];

/// How far before a number the word may stand that tells what it is, in bytes.
const WORD_REACH: usize = 24;

/// The identity number (NIK) that starts at byte `at`: in one piece, or in
/// groups as on the card, or in any groups with the word NIK or KTP shortly before.
pub(super) fn nik_at(stretch: Stretch<'_>, at: usize, groups: &Groups) -> Option<Range<usize>> {
    let count = (1..=groups.len()).find(|&count| groups.digits(count).len() >= 16)?;
    let uniform = [Separator::Space, Separator::Hyphen, Separator::Dot]
        .into_iter()
        .any(|separator| groups.are_separated_by(count, separator));
    let grouped = groups.have_widths(count, &[16])
        || groups.have_widths(count, &[4; 4])
        || groups.have_widths(count, &[6, 6, 4])
        || groups.have_widths(count, &[2, 2, 2, 6, 4]);
    let end = groups.end(count);
    let named = || {
        groups.are_loose(count)
            && stretch.has_before(at, WORD_REACH, &[b"nik", b"ktp", b"nomor induk"])
    };
    (is_nik(groups.digits(count)) && ((uniform && grouped) || named()) && stretch.ends_number(end))
        .then_some(at..end)
}

/// Whether 16 digits can be an identity number: province, regency, district,
/// date of birth with 40 added to the day of a woman, and serial number.
fn is_nik(digits: &[u8]) -> bool {
    let pair = |place: usize| value(&digits[place..place + 2]);
    let day = if pair(6) > 40 { pair(6) - 40 } else { pair(6) };
    // Regencies count from 1, cities from 71.
    PROVINCES.contains(&pair(0))
        && matches!(pair(2), 1..=36 | 71..=79)
        && matches!(pair(4), 1..=80)
        && is_date(day, pair(8), pair(10))
        && value(&digits[12..]) > 0
}

/// Whether a date exists in the year `year` of some century. Both 1904 and 2000
/// are leap years, so two digits decide.
fn is_date(day: u32, month: u32, year: u32) -> bool {
    let days = match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The tax number (NPWP) that starts at byte `at`: as `01.234.567.8-901.234`, in
/// its new form with a zero before, or in any groups with the word NPWP shortly
/// before.
pub(super) fn npwp_at(stretch: Stretch<'_>, at: usize, groups: &Groups) -> Option<Range<usize>> {
    let count = (1..=groups.len()).find(|&count| groups.digits(count).len() >= 15)?;
    let digits = groups.digits(count);
    let taxpayer = if digits.len() == 16 { digits.strip_prefix(&[0])? } else { digits };
    let written_out = (groups.have_widths(count, &[2, 3, 3, 1, 3, 3])
        || groups.have_widths(count, &[2, 3, 4, 3, 3]))
        && (1..count).all(|index| match groups.separator(index) {
            Separator::Dot => true,
            Separator::Hyphen => index == count - 2,
            _ => false,
        });
    let named = || groups.are_loose(count) && stretch.has_before(at, WORD_REACH, &[b"npwp"]);
    let accepted = || written_out || (count == 1 && digits.len() == 16) || named();
    let end = groups.end(count);
    (is_npwp(taxpayer) && accepted() && stretch.ends_number(end)).then_some(at..end)
}

/// Whether 15 digits can be a tax number: the kind of tax payer, a check digit
/// over the first nine digits, the tax office, and the branch.
fn is_npwp(digits: &[u8]) -> bool {
    digits.len() == 15
        && value(&digits[..2]) > 0
        && value(&digits[9..12]) > 0
        && has_luhn(&digits[..9])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(
        text: &str,
        find: fn(Stretch<'_>, usize, &Groups) -> Option<Range<usize>>,
    ) -> Option<&str> {
        let at = text.find(|character: char| character.is_ascii_digit())?;
        let stretch = Stretch { text, floor: 0 };
        find(stretch, at, &Groups::read(stretch, at)).map(|range| &text[range])
    }

    #[test]
    fn identity_numbers_need_a_place_a_date_and_a_serial_number() {
        for text in
            ["3171014502900001", "3273 0112 0585 0003", "327301-120585-0003", "3501012902000007"]
        {
            assert_eq!(found(text, nik_at), Some(text));
        }
        for text in
            ["NIK 3171 01 450290 0001", "no.ktp: 3171.0145-0290 0001", "nik  31710145  02900001"]
        {
            let number = text.find('3').map(|at| &text[at..]);
            assert_eq!(found(text, nik_at), number, "{text}");
        }
        for text in [
            "9971014502900001",
            "3100014502900001",
            "3171004502900001",
            "3171013202900001",
            "3171017202900001",
            "3171013002900001",
            "3171011213900001",
            "3171010013900001",
            "3171014502900000",
            "3501012902010007",
            "317101450290000",
            "31710 14502900001",
            "3273-0112 0585-0003",
            "3171014502900001 1",
            "3171 01 450290 0001",
            "nik 3171 (01) 450290 0001",
        ] {
            let expected = (text.len() == 18).then(|| &text[..16]);
            assert_eq!(found(text, nik_at), expected, "{text}");
        }
    }

    #[test]
    fn tax_numbers_need_their_check_digit() {
        for text in [
            "01.234.567.4-901.234",
            "01.234.567.4.901.234",
            "0012345674901234",
            "09.254.2943-407.000",
        ] {
            assert_eq!(found(text, npwp_at), Some(text));
        }
        for text in ["NPWP 012345674901234", "npwp saya: 012345674901234"] {
            assert_eq!(found(text, npwp_at), Some("012345674901234"));
        }
        assert_eq!(found("NPWP 09 254 294 3 407 000", npwp_at), Some("09 254 294 3 407 000"));
        for text in [
            "01.234.567.5-901.234",
            "012345674901234",
            "0012345675901234",
            "1012345674901234",
            "01-234-567-4-901-234",
            "09 254 294 3 407 000",
            "09.254-2943.407.000",
            "00.000.000.0-901.234",
            "01.234.567.4-000.234",
            "snpwp 012345674901234",
        ] {
            assert_eq!(found(text, npwp_at), None, "{text}");
        }
    }
}
