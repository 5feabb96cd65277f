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
const UNITS: [&str; 56] = [
    "RB", "RBU", "RP", "IDR", "JT", "JTA", "KM", "CM", "MM", "M", "KG", "GR", "G", "MG", "ML", "L",
    "CC", "W", "V", "MAH", "GB", "MB", "TB", "K", "PX", "HZ", "PCS", "PC", "BOX", "LBR", "BH",
    "HP", "WIB", "AM", "PM", "TH", "THN", "ORG", "DAN", "DI", "KE", "YG", "YA", "UTK", "DGN",
    "TAK", "GAK", "GA", "TDK", "ADA", "INI", "ITU", "OK", "AND", "THE", "X",
];

/// Words and units that do so where nothing tells that a plate follows.
const WORDS: [&str; 63] = [
    "USD", "MCG", "IU", "LTR", "WH", "PAX", "SET", "BTR", "UN", "WIT", "BLN", "HR", "HRI", "JAM",
    "JM", "MNT", "DTK", "ORA", "DR", "YAA", "BUT", "BUAT", "BWT", "DG", "GK", "NGA", "TP", "TPI",
    "ADL", "OKE", "FOR", "NOT", "PER", "PAS", "BGT", "BGS", "LBH", "KRG", "AJA", "AJ", "SJA", "KU",
    "MU", "SI", "SIH", "SDH", "UDH", "DAH", "BLM", "LAH", "KAH", "LG", "LGI", "JD", "JDI", "KAN",
    "KL", "KLO", "KAK", "SIS", "GAN", "DOL", "NYA",
];

/// Words that name something with a letter and a number: `seri E 2100 ABC`.
const SERIES: [&str; 37] = [
    "seri", "series", "tipe", "type", "model", "kode", "code", "kelas", "class", "paket", "ukuran",
    "size", "vit", "vitamin", "grade", "blok", "kamar", "ruang", "gedung", "golongan", "gol",
    "jalur", "rute", "harga", "nilai", "kategori", "varian", "opsi", "pilihan", "soal", "bagian",
    "lampiran", "tabel", "tahun", "versi", "nomor", "no",
];

/// Words that tell that a plate follows.
const CUES: [&[u8]; 25] = [
    b"plat",
    b"plate",
    b"platnya",
    b"nopol",
    b"no pol",
    b"no.pol",
    b"no. pol",
    b"polisi",
    b"motor",
    b"motornya",
    b"mobil",
    b"mobilnya",
    b"truk",
    b"bis",
    b"bus",
    b"taksi",
    b"taxi",
    b"angkot",
    b"kendaraan",
    b"kendaraannya",
    b"stnk",
    b"bpkb",
    b"parkir",
    b"parkiran",
    b"ber plat",
];

/// How far before a plate such a word may stand, in bytes.
const CUE_REACH: usize = 24;

/// The longest word beside a plate that is looked at, in bytes.
const LONGEST_WORD: usize = 24;

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
    let is_plate = (1..=3).contains(&count) && !UNITS.contains(&letters) && !product;
    let is_glued = region_end == at && letters_start == number_end;
    (is_plate && stretch.ends_number(end) && (is_glued || is_likely(stretch, start..end, letters)))
        .then_some(start..end)
}

/// Whether three parts with spaces between them are a plate, and not a letter,
/// a number and a word of a text in capitals: `PAKET B 5000 NETT`.
fn is_likely(stretch: Stretch<'_>, plate: Range<usize>, letters: &str) -> bool {
    let before = &stretch.bytes()[stretch.floor..plate.start];
    let before = word(before.iter().rev());
    let after = word(stretch.bytes()[plate.end..].iter());
    let names_series = || {
        let is_series =
            |name: &str| before.iter().rev().map(u8::to_ascii_lowercase).eq(name.bytes());
        SERIES.iter().any(|name| is_series(name))
    };
    stretch.has_before(plate.start, CUE_REACH, &CUES)
        || !(WORDS.contains(&letters)
            || is_shouted(&before)
            || is_shouted(&after)
            || names_series())
}

/// The first word of some bytes, without the spaces and punctuation around it.
fn word<'a>(bytes: impl Iterator<Item = &'a u8>) -> Vec<u8> {
    bytes
        .take(LONGEST_WORD)
        .copied()
        .skip_while(|byte| !byte.is_ascii_alphanumeric())
        .take_while(u8::is_ascii_alphanumeric)
        .collect()
}

/// Whether a word is in capitals.
fn is_shouted(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_uppercase) && !word.iter().any(u8::is_ascii_lowercase)
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
        for text in ["MOBIL B 1234 XYZ HILANG", "No. Pol: B 1234 XYZ", "ada B 1234 XYZ di situ"] {
            assert_eq!(found(text), Some("B 1234 XYZ"), "{text:?}");
        }
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
            "PAKET B 5000 PER ORANG",
            "UKURAN L 100 PAS",
            "PAKET A 1500 BGT",
            "KELAS A 1000 LBH",
            "HARGA D 2500 AJA",
            "PS 5000 KU",
            "VIT D 1000 IU",
            "VITAMIN E 400 IU",
            "H 2023 SI",
            "seri E 2100 ABC",
            "Paket: B 5000 NET",
            "MAKAN B 5000 NET",
            "B 5000 NET DONG",
            "B 1234 AB1",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }
}
