//! Texts that new models are tried with.

/// What every opening of a bundle repeats: nothing, two languages, other scripts.
pub(super) const SELF_TEST: [&str; 4] = [
    "",
    "Aplikasi ini sangat bagus dan mudah digunakan!",
    "The screen froze twice, and nobody answered my letter.",
    "Ünïcode ✓ 数据 😍 naïve",
];

const WHO: [&str; 6] = [
    "Aplikasi ini",
    "Pelayanan kurirnya",
    "Makanan di restoran itu",
    "The hotel near the station",
    "This update",
    "My new phone",
];

const WHAT: [&str; 8] = [
    "bagus sekali",
    "mengecewakan dan lambat",
    "biasa saja",
    "is wonderful",
    "keeps crashing since yesterday",
    "arrived late, but in one piece",
    "tidak sesuai dengan harganya",
    "was better than we had hoped for",
];

const MORE: [&str; 4] = [
    "",
    "Saya akan membelinya lagi bulan depan bersama keluarga.",
    "I told all my friends about it, and most of them agreed after trying it themselves.",
    "Sudah tiga kali saya menghubungi layanan pelanggan, tetapi sampai hari ini belum ada jawaban, \
     padahal uang saya sudah dipotong sejak minggu lalu.",
];

/// Texts of many lengths: every subject with every opinion, and the endings in turn.
pub(super) fn samples() -> Vec<String> {
    let pairs = WHO.iter().flat_map(|who| WHAT.iter().map(move |what| (who, what)));
    pairs
        .enumerate()
        .map(|(number, (who, what))| {
            let more = MORE[number % MORE.len()];
            let text = format!("{who} {what}. {more}");
            text.trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_differ_in_words_and_length() {
        let samples = samples();
        let distinct: std::collections::HashSet<&String> = samples.iter().collect();
        assert_eq!((samples.len(), distinct.len()), (48, 48));
        let lengths = samples.iter().map(|text| text.split_whitespace().count());
        assert!(lengths.clone().min() < Some(6) && lengths.max() > Some(20));
    }
}
