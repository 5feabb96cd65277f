//! Word lists compiled into the library: stop words and words of sentiment.
//!
//! A list is a text file with one word a line; lines that start with `#` say what
//! the list is and are skipped. The lists are sorted, so that a change shows as
//! one line in a diff. The Sastrawi list alone keeps its own order.

use super::Language;

/// The words of `language` that carry grammar rather than meaning.
///
/// Negations, limiters and intensifiers are not among them: without them, "tidak
/// bagus" and "bagus" would become the same text.
pub(crate) fn stop_words(language: Language) -> impl Iterator<Item = &'static str> {
    words(match language {
        Language::Indonesian => include_str!("id/stop_words.txt"),
        Language::English => include_str!("en/stop_words.txt"),
    })
}

/// The stop words of PySastrawi 1.2.1, in its order, for results equal to its own.
///
/// They include negations such as "tidak".
pub(crate) fn sastrawi_stop_words() -> impl Iterator<Item = &'static str> {
    words(include_str!("id/sastrawi_stop_words.txt"))
}

/// The words of `language` that praise.
pub(crate) fn positive_words(language: Language) -> impl Iterator<Item = &'static str> {
    words(match language {
        Language::Indonesian => include_str!("id/positive.txt"),
        Language::English => include_str!("en/positive.txt"),
    })
}

/// The words of `language` that complain.
pub(crate) fn negative_words(language: Language) -> impl Iterator<Item = &'static str> {
    words(match language {
        Language::Indonesian => include_str!("id/negative.txt"),
        Language::English => include_str!("en/negative.txt"),
    })
}

/// The words of a list file.
fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use unicode_normalization::is_nfc;

    use super::*;

    /// Words that turn, limit or strengthen what stands beside them.
    const TURNING: &[&str] = &[
        "tidak", "tak", "tiada", "bukan", "jangan", "kurang", "belum", "tanpa", "gak", "ga",
        "nggak", "enggak", "ngga", "gk", "tdk", "ndak", "kagak", "blm", "bkn", "jgn", "hanya",
        "cuma", "jarang", "sangat", "sekali", "banget", "amat", "paling", "terlalu", "cukup",
        "lebih", "tapi", "tetapi", "namun", "no", "not", "nor", "never", "none", "nothing",
        "nobody", "nowhere", "neither", "cannot", "without", "hardly", "barely", "scarcely", "few",
        "less", "only", "too", "very", "more", "most", "so", "such", "really", "well", "but",
        "however", "though",
    ];

    fn our_lists() -> Vec<(&'static str, Vec<&'static str>)> {
        let mut lists = Vec::new();
        for language in Language::ALL {
            lists.push(("stop", stop_words(language).collect()));
            lists.push(("positive", positive_words(language).collect()));
            lists.push(("negative", negative_words(language).collect()));
        }
        lists
    }

    #[test]
    fn our_lists_are_sorted_and_have_no_word_twice() {
        for (name, list) in our_lists() {
            assert!(list.len() > 150, "{name}: {} words", list.len());
            for pair in list.windows(2) {
                assert!(pair[0] < pair[1], "{name}: {pair:?}");
            }
        }
    }

    #[test]
    fn every_word_is_one_lower_case_nfc_word() {
        let sastrawi = ("sastrawi", sastrawi_stop_words().collect());
        for (name, list) in our_lists().into_iter().chain([sastrawi]) {
            for word in list {
                assert!(word.starts_with(char::is_alphabetic), "{name}: {word:?}");
                assert!(
                    word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'')),
                    "{name}: {word:?}"
                );
                assert_eq!(word, word.to_lowercase(), "{name}");
                assert!(is_nfc(word), "{name}: {word:?}");
            }
        }
    }

    #[test]
    fn stop_words_leave_what_turns_a_sentence() {
        for language in Language::ALL {
            for word in stop_words(language) {
                assert!(!TURNING.contains(&word), "{word:?} turns a sentence");
                assert!(!word.ends_with("n't"), "{word:?} is a negation");
            }
        }
        assert!(stop_words(Language::Indonesian).any(|word| word == "ini"));
        assert!(stop_words(Language::English).any(|word| word == "i'm"));
    }

    #[test]
    fn no_word_is_in_two_lists_of_one_language() {
        for language in Language::ALL {
            let mut seen = HashSet::new();
            let lists = stop_words(language)
                .chain(positive_words(language))
                .chain(negative_words(language));
            for word in lists {
                assert!(seen.insert(word), "{word:?} is in two {language} lists");
            }
        }
    }

    #[test]
    fn the_sastrawi_list_is_complete_and_in_its_order() {
        let list: Vec<_> = sastrawi_stop_words().collect();
        assert_eq!(list.len(), 809);
        assert_eq!(list.iter().collect::<HashSet<_>>().len(), 809);
        assert_eq!(list[..3], ["a", "ada", "adalah"]);
        assert!(list.contains(&"tidak"));
    }
}
