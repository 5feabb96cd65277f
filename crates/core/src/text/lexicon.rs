//! Words that carry sentiment.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::{Language, packs, words::folded};

/// Words that praise and words that complain.
///
/// ```
/// use pantau::text::{Language, Lexicon};
///
/// let lexicon = Lexicon::new(Language::Indonesian);
/// assert!(lexicon.is_positive("bagus") && lexicon.is_negative("lemot"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Lists", into = "Lists")]
pub struct Lexicon {
    positive: FxHashSet<Box<str>>,
    negative: FxHashSet<Box<str>>,
}

/// The lists as settings hold them: sorted, so that equal lexicons look equal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    positive: Vec<String>,
    negative: Vec<String>,
}

impl Lexicon {
    /// The small lexicon of `language` that comes with Pantau.
    pub fn new(language: Language) -> Self {
        Self::from_words(packs::positive_words(language), packs::negative_words(language))
    }

    /// A lexicon of your own. Words are compared in lower case; empty ones are skipped.
    pub fn from_words<P, N>(positive: P, negative: N) -> Self
    where
        P: IntoIterator,
        P::Item: AsRef<str>,
        N: IntoIterator,
        N::Item: AsRef<str>,
    {
        let form = |word: &str| {
            let word: String = folded(word.trim()).collect();
            (!word.is_empty()).then(|| word.into())
        };
        Self {
            positive: positive.into_iter().filter_map(|word| form(word.as_ref())).collect(),
            negative: negative.into_iter().filter_map(|word| form(word.as_ref())).collect(),
        }
    }

    /// Whether `word`, in lower case, is a word of praise.
    pub fn is_positive(&self, word: &str) -> bool {
        self.positive.contains(word)
    }

    /// Whether `word`, in lower case, is a word of complaint.
    pub fn is_negative(&self, word: &str) -> bool {
        self.negative.contains(word)
    }
}

impl From<Lists> for Lexicon {
    fn from(lists: Lists) -> Self {
        Self::from_words(lists.positive, lists.negative)
    }
}

impl From<Lexicon> for Lists {
    fn from(lexicon: Lexicon) -> Self {
        let sorted = |words: FxHashSet<Box<str>>| {
            let mut words: Vec<String> = words.into_iter().map(Into::into).collect();
            words.sort_unstable();
            words
        };
        Self { positive: sorted(lexicon.positive), negative: sorted(lexicon.negative) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_words_are_skipped() {
        let lexicon = Lexicon::from_words([" Gacor ", ""], ["\t", "zonk"]);
        assert!(lexicon.is_positive("gacor") && lexicon.is_negative("zonk"));
        assert!(!lexicon.is_positive("") && !lexicon.is_negative(""));
        assert_eq!(lexicon, Lexicon::from_words(["gacor"], ["zonk"]));
    }
}
