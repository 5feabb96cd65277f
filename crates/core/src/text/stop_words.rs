//! Removing the words that say little.

use std::path::Path;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::{
    Language, Transform, packs,
    words::{folded, lookup_form, words},
};
use crate::{Result, file::read_text};

/// How a [`StopWords`] list is applied to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopWordMatching {
    /// Words are parted by white space; case and the punctuation around a word do not matter.
    #[default]
    Words,
    /// What PySastrawi's remover does: words are parted by the space only, case
    /// and punctuation matter, and spaces in the text stay.
    Sastrawi,
}

/// Removes stop words from texts.
///
/// The lists of the languages keep negations (tidak, bukan, jangan, kurang,
/// belum, not, no): without them "tidak bagus" becomes praise. Other lists in
/// use, Sastrawi's among them, remove these.
///
/// ```
/// use pantau::text::{Language, StopWords};
///
/// let stop_words = StopWords::new(Language::Indonesian);
/// assert_eq!(stop_words.remove("aplikasi ini tidak bagus"), "aplikasi tidak bagus");
/// assert_eq!(StopWords::sastrawi().remove("aplikasi ini tidak bagus"), "aplikasi bagus");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopWords {
    words: FxHashSet<Box<str>>,
    matching: StopWordMatching,
}

impl StopWords {
    /// The list of `language`.
    pub fn new(language: Language) -> Self {
        Self::from_words(packs::stop_words(language))
    }

    /// The list and the behaviour of PySastrawi 1.2.1's stop-word remover.
    pub fn sastrawi() -> Self {
        Self::from_words(packs::sastrawi_stop_words()).with_matching(StopWordMatching::Sastrawi)
    }

    /// A list of your own. Words are compared in lower case; empty ones, and
    /// those that start with `#`, as comments do in files, are skipped.
    pub fn from_words<I>(words: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let words = words
            .into_iter()
            .map(|word| folded(word.as_ref().trim()).collect::<String>())
            .filter(|word| !word.is_empty() && !word.starts_with('#'))
            .map(Into::into)
            .collect();
        Self { words, matching: StopWordMatching::Words }
    }

    /// Reads a list from a UTF-8 file: a word a line; empty lines and lines that
    /// start with `#` are skipped.
    ///
    /// # Errors
    /// `NotFound`, `Storage`, or `InvalidInput` when it is not UTF-8.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let text = read_text("stop words", path.as_ref(), "one word a line, UTF-8")?;
        Ok(Self::from_words(text.lines()))
    }

    /// The same words, matched in another way.
    pub fn with_matching(mut self, matching: StopWordMatching) -> Self {
        self.matching = matching;
        self
    }

    /// How words are matched.
    pub fn matching(&self) -> StopWordMatching {
        self.matching
    }

    /// The words, sorted.
    pub fn words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.words.iter().map(AsRef::as_ref).collect();
        words.sort_unstable();
        words
    }

    /// Whether `word` would be removed.
    pub fn contains(&self, word: &str) -> bool {
        self.contains_with(word, &mut String::new())
    }

    fn contains_with(&self, word: &str, spare: &mut String) -> bool {
        match self.matching {
            StopWordMatching::Sastrawi => self.words.contains(word),
            StopWordMatching::Words => self.words.contains(lookup_form(word, spare)),
        }
    }

    /// The text without its stop words.
    pub fn remove(&self, text: &str) -> String {
        self.transform(text)
    }
}

impl Transform for StopWords {
    fn transform_into(&self, text: &str, out: &mut String) {
        let mut first = true;
        let mut spare = String::new();
        let mut keep = |word: &str| {
            if !self.contains_with(word, &mut spare) {
                if !std::mem::take(&mut first) {
                    out.push(' ');
                }
                out.push_str(word);
            }
        };
        match self.matching {
            StopWordMatching::Words => words(text).for_each(&mut keep),
            StopWordMatching::Sastrawi => text.split(' ').for_each(&mut keep),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_punctuation_matter_only_to_sastrawi() {
        let own = StopWords::from_words(["ini", "itu", "don't"]);
        assert_eq!(own.remove("Ini, \"ITU\"  bagus (ini)"), "bagus");
        assert_eq!(own.remove("Don’t stop"), "stop");
        assert_eq!(StopWords::from_words(["Don’t", "ΟΔΟΣ"]).remove("don't οδος"), "");
        let sastrawi = own.with_matching(StopWordMatching::Sastrawi);
        assert_eq!(sastrawi.remove("Ini ini,  itu bagus\titu"), "Ini ini,  bagus\titu");
        assert_eq!(sastrawi.remove(""), "");
    }

    #[test]
    fn negations_stay() {
        let indonesian = StopWords::new(Language::Indonesian);
        let english = StopWords::new(Language::English);
        for word in ["tidak", "bukan", "jangan", "kurang", "belum", "gak", "tak"] {
            assert!(!indonesian.contains(word), "{word}");
        }
        for word in ["not", "no", "never", "don't", "isn't"] {
            assert!(!english.contains(word), "{word}");
        }
        assert!(indonesian.contains("ini") && english.contains("the"));
        assert_eq!(StopWords::sastrawi().words().len(), 809);
    }
}
