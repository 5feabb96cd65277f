//! The Indonesian stemmer of the Snowball family, which needs no dictionary.
//!
//! Fadillah Z. Tala, "A Study of Stemming Effects on Information Retrieval in Bahasa Indonesia",
//! Master's thesis, University of Amsterdam, 2003. The stemmer cuts a particle, a possessive
//! pronoun, a first-order prefix, a suffix and a second-order prefix, in an order that depends on
//! what it finds. A word of two vowels is taken for a root, so each cut needs a third.

/// The prefix that a word had, as far as it decides which suffix may go with it.
#[derive(Clone, Copy)]
enum Prefix {
    Absent,
    DiMeTer,
    KePen,
    Per,
    Ber,
}

impl Prefix {
    /// Whether the prefix goes with the suffix `kan`.
    fn allows_kan(self) -> bool {
        !matches!(self, Self::KePen | Self::Per)
    }

    /// Whether the prefix goes with the suffix `an`.
    fn allows_an(self) -> bool {
        !matches!(self, Self::DiMeTer)
    }

    /// Whether the prefix goes with the suffix `i`.
    fn allows_i(self) -> bool {
        !matches!(self, Self::KePen | Self::Ber)
    }
}

/// Appends the stem of `word`, which is one word in lower case, to `out`.
pub(super) fn stem_into(word: &str, out: &mut String) {
    // Each affix holds exactly one vowel, so this stays the number of vowels in what is left.
    let mut vowels = word.bytes().filter(|&letter| is_vowel(letter)).count();
    let mut rest = word;
    for suffixes in [["kah", "lah", "pun"].as_slice(), &["nya", "ku", "mu"]] {
        if vowels > 2
            && let Some(shorter) = suffixes.iter().find_map(|suffix| rest.strip_suffix(suffix))
        {
            rest = shorter;
            vowels -= 1;
        }
    }
    if vowels <= 2 {
        out.push_str(rest);
        return;
    }

    if let Some((restored, after, prefix)) = strip_first_order_prefix(rest) {
        rest = after;
        vowels -= 1;
        if vowels > 2
            && let Some(shorter) = strip_suffix(rest, prefix)
        {
            rest = shorter;
            vowels -= 1;
            // A restored letter always stands before a vowel, where no second prefix begins.
            if vowels > 2
                && let Some((after, _)) = strip_second_order_prefix(rest)
            {
                rest = after;
            }
        }
        out.push_str(restored);
    } else {
        let mut prefix = Prefix::Absent;
        if let Some((after, found)) = strip_second_order_prefix(rest) {
            rest = after;
            prefix = found;
            vowels -= 1;
        }
        if vowels > 2 {
            rest = strip_suffix(rest, prefix).unwrap_or(rest);
        }
    }
    out.push_str(rest);
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

fn starts_with_vowel(text: &str) -> bool {
    text.bytes().next().is_some_and(is_vowel)
}

/// Cuts `di`, `ke`, `ter`, or a form of `me` or `pe` with its nasal.
///
/// Gives the first letter of the root where the nasal had swallowed it (`menyapu` is `sapu`), then
/// what follows, then the prefix.
fn strip_first_order_prefix(word: &str) -> Option<(&'static str, &str, Prefix)> {
    for prefix in ["di", "ter"] {
        if let Some(rest) = word.strip_prefix(prefix) {
            return Some(("", rest, Prefix::DiMeTer));
        }
    }
    if let Some(rest) = word.strip_prefix("ke") {
        return Some(("", rest, Prefix::KePen));
    }
    if let Some(nasal) = word.strip_prefix("me") {
        let (restored, rest) = strip_nasal(nasal).unwrap_or(("", nasal));
        Some((restored, rest, Prefix::DiMeTer))
    } else {
        // Without a nasal, `pe` is a second-order prefix.
        let (restored, rest) = strip_nasal(word.strip_prefix("pe")?)?;
        Some((restored, rest, Prefix::KePen))
    }
}

/// Cuts `m`, `n`, `ng` or `ny`, and gives the letter that the nasal stands for with the rest.
fn strip_nasal(text: &str) -> Option<(&'static str, &str)> {
    if let Some(rest) = text.strip_prefix('m') {
        return Some((if starts_with_vowel(rest) { "p" } else { "" }, rest));
    }
    let rest = text.strip_prefix('n')?;
    if let Some(after) = rest.strip_prefix('y')
        && starts_with_vowel(after)
    {
        return Some(("s", after));
    }
    Some(("", rest.strip_prefix('g').unwrap_or(rest)))
}

/// Cuts a form of `per` or `ber`.
fn strip_second_order_prefix(word: &str) -> Option<(&str, Prefix)> {
    let (rest, prefix) = if let Some(rest) = word.strip_prefix("pe") {
        (rest, Prefix::Per)
    } else {
        (word.strip_prefix("be")?, Prefix::Ber)
    };
    if let Some(after) = rest.strip_prefix('r') {
        return Some((after, prefix));
    }
    if let Some(after) = rest.strip_prefix('l')
        && after.starts_with("ajar")
    {
        // `pelajaran` keeps every suffix open, unlike other words with `per`.
        let prefix = if matches!(prefix, Prefix::Per) { Prefix::Absent } else { prefix };
        return Some((after, prefix));
    }
    // `pe` may stand before anything, `be` only before roots such as `kerja`.
    let is_complete = matches!(prefix, Prefix::Per) || starts_with_consonant_er(rest);
    is_complete.then_some((rest, prefix))
}

fn starts_with_consonant_er(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| !matches!(first, 'a' | 'e' | 'i' | 'o' | 'u'))
        && letters.as_str().starts_with("er")
}

/// Cuts `kan`, `an` or `i`, where the prefix lets it.
fn strip_suffix(word: &str, prefix: Prefix) -> Option<&str> {
    if let Some(rest) = word.strip_suffix('i') {
        return (prefix.allows_i() && !rest.ends_with('s')).then_some(rest);
    }
    let rest = word.strip_suffix("an")?;
    match rest.strip_suffix('k') {
        Some(shorter) if prefix.allows_kan() => Some(shorter),
        _ => prefix.allows_an().then_some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::stem_into;

    /// Words that reach every rule and exception, with the stems that version 3.1.1 of the Python
    /// package `snowballstemmer` gives them.
    const GOLDEN: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/stem_tala.tsv"));

    fn stem(word: &str) -> String {
        let mut out = String::new();
        stem_into(word, &mut out);
        out
    }

    #[test]
    fn agrees_with_the_golden_cases() {
        let mut cases = 0;
        for row in GOLDEN.lines().skip(1) {
            let (word, expected) = row.split_once('\t').unwrap();
            assert_eq!(stem(word), expected, "stem of {word:?}");
            cases += 1;
        }
        assert!(cases >= 60, "only {cases} golden cases");
    }

    #[test]
    fn appends_and_leaves_earlier_text_alone() {
        let mut out = String::from("kata: ");
        for word in ["menyapukan", "", "-", "bukunya"] {
            stem_into(word, &mut out);
            out.push('|');
        }
        assert_eq!(out, "kata: sapu||-|buku|");
    }

    #[test]
    fn letters_outside_ascii_count_as_one_consonant() {
        assert_eq!(stem("beéeraa"), "éeraa");
        assert_eq!(stem("beéraa"), "beéraa");
    }

    #[test]
    fn takes_a_very_long_word() {
        let word = "me".repeat(1_000_000);
        assert_eq!(stem(&word).len(), word.len() - "me".len());
    }
}
