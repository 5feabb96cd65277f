//! Which texts are learnt from and which test: for ever, so that no version learns from the texts that
//! another is tested with.

use crate::{Result, chain, learn::folded, model::LabelledTexts};

/// How many of ten thousand texts test.
const TEST: u32 = 2_000;

/// Whether a text is one to test with. Texts that differ in case and spaces only have the same role.
pub(super) fn is_test(text: &str) -> bool {
    let hash = chain::link("role", &[&folded(text)]);
    u32::from_str_radix(&hash[..8], 16).unwrap_or(0) % 10_000 < TEST
}

/// Labelled texts by their roles.
pub(super) struct Roles {
    pub(super) train: Option<LabelledTexts>,
    pub(super) test: Option<LabelledTexts>,
}

impl Roles {
    pub(super) fn of(data: &LabelledTexts) -> Result<Self> {
        let part = |wanted: bool| -> Result<Option<LabelledTexts>> {
            let rows = data.texts().iter().zip(data.labels());
            let (texts, labels): (Vec<String>, Vec<String>) = rows
                .filter(|(text, _)| is_test(text) == wanted)
                .map(|(text, label)| (text.clone(), label.clone()))
                .unzip();
            if texts.is_empty() {
                return Ok(None);
            }
            LabelledTexts::new(texts, labels).map(Some)
        };
        Ok(Self { train: part(false)?, test: part(true)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_tests_and_stays_so() {
        let texts: Vec<String> = (0..5_000).map(|row| format!("teks nomor {row}")).collect();
        let test = texts.iter().filter(|text| is_test(text)).count();
        assert!((900..1_100).contains(&test), "{test}");
        // What was once a test text must never be learnt from later. The values are from `hashlib` of
        // Python.
        let first: Vec<usize> = (0..32).filter(|row| is_test(&texts[*row])).collect();
        assert_eq!(first, [1, 8, 9, 10, 16, 21, 24, 26, 29, 31]);
        assert_eq!(is_test("Teks  NOMOR 4"), is_test("teks nomor 4"));
    }
}
