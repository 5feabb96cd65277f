//! Number plates of Indonesian vehicles.

use std::ops::Range;

use super::stretch::Stretch;

/// The regions a plate may start with.
const REGIONS: [&str; 60] = [
    "A", "B", "D", "E", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "W", "Z", "AA",
    "AB", "AD", "AE", "AG", "BA", "BB", "BD", "BE", "BG", "BH", "BK", "BL", "BM", "BN", "BP", "DA",
    "DB", "DC", "DD", "DE", "DG", "DH", "DK", "DL", "DM", "DN", "DP", "DR", "DS", "DT", "DW", "EA",
    "EB", "ED", "KB", "KH", "KT", "KU", "PA", "PB", "PG", "PS",
];

/// Words and units that follow a number in capitals and make it no plate:
/// `PAKET B 5000 RB`, `KELAS A 1000 DAN …`.
const WORDS: [&str; 56] = [
    "RB", "RBU", "RP", "IDR", "JT", "JTA", "KM", "CM", "MM", "M", "KG", "GR", "G", "MG", "ML", "L",
    "CC", "W", "V", "MAH", "GB", "MB", "TB", "K", "PX", "HZ", "PCS", "PC", "BOX", "LBR", "BH",
    "HP", "WIB", "AM", "PM", "TH", "THN", "ORG", "DAN", "DI", "KE", "YG", "YA", "UTK", "DGN",
    "TAK", "GAK", "GA", "TDK", "ADA", "INI", "ITU", "OK", "AND", "THE", "X",
];

/// The plate whose number is at byte `at` and has `width` digits.
pub(super) fn plate_at(stretch: Stretch<'_>, at: usize, width: usize) -> Option<Range<usize>> {
    if !(3..=4).contains(&width) || stretch.byte(at) == Some(b'0') {
        return None;
    }
    let is_gap = |byte: Option<u8>| matches!(byte, Some(b' ' | b'-'));
    let region_end = at - usize::from(is_gap(stretch.byte_before(at, 1)));
    let mut start = region_end;
    while region_end - start < 3
        && stretch.byte_before(start, 1).is_some_and(|byte| byte.is_ascii_uppercase())
    {
        start -= 1;
    }
    if !REGIONS.contains(&&stretch.text[start..region_end]) || !stretch.starts_number(start) {
        return None;
    }
    let number_end = at + width;
    let letters_start = number_end + usize::from(is_gap(stretch.byte(number_end)));
    let rest = stretch.bytes().get(letters_start..)?;
    let count = rest.iter().take(4).take_while(|byte| byte.is_ascii_uppercase()).count();
    let end = letters_start + count;
    let letters = &stretch.text[letters_start..end];
    // Names of products look like short plates in one piece: `A320N`, `E350D`.
    let product = region_end == at && width == 3 && count == 1;
    let is_plate = (1..=3).contains(&count) && !WORDS.contains(&letters) && !product;
    (is_plate && stretch.ends_number(end)).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let at = text.find(|character: char| character.is_ascii_digit())?;
        let stretch = Stretch { text, floor: 0 };
        plate_at(stretch, at, stretch.digits_at(at, 9)).map(|range| &text[range])
    }

    #[test]
    fn plates() {
        for text in
            ["B 1234 XYZ", "AB1234CD", "B1234XYZ", "DK 345 AB", "B-1234-XYZ", "L 1234A", "B 1 234"]
        {
            assert_eq!(found(text), (text != "B 1 234").then_some(text), "{text:?}");
        }
        assert_eq!(found("mobil (D 4321 EF)."), Some("D 4321 EF"));
        for text in [
            "B 20 JUTA",
            "B 2000 JUTA",
            "B 0123 AB",
            "B 12 AB",
            "C 1234 AB",
            "b 1234 xyz",
            "B 1234 Xyz",
            "B 12345 AB",
            "B 5000 RB",
            "A 1000 DAN",
            "A320N",
            "SAB 1234 CD",
            "B  1234 AB",
            "B 1234",
            "B2B",
            "H2O",
            "RB 1234 AB",
            "B 1234 AB1",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }
}
