use std::{fmt, path::Path, sync::OnceLock};

use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

use crate::{Error, Result, file::read_text};

/// The root words that the Sastrawi stemmer looks up.
///
/// Pantau ships none: the list that PySastrawi uses may not be used
/// commercially. Take it from an installed PySastrawi
/// (`Sastrawi/Stemmer/data/kata-dasar.txt`), or bring your own.
///
/// ```
/// let roots = pantau::text::Dictionary::from_words(["bagus", "pakai"])?;
/// assert!(roots.contains("bagus"));
/// # Ok::<(), pantau::Error>(())
/// ```
pub struct Dictionary {
    words: FxHashSet<Box<[u8]>>,
    longest: usize,
    fingerprint: OnceLock<String>,
}

impl Dictionary {
    /// Collects root words; blank ones are skipped.
    ///
    /// # Errors
    /// `InvalidInput` when no word is left: such a stemmer would return every
    /// word as it is.
    pub fn from_words<I>(words: I) -> Result<Self>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut set: FxHashSet<Box<[u8]>> = FxHashSet::default();
        for word in words {
            let word = word.as_ref();
            if !word.trim().is_empty() {
                set.insert(word.as_bytes().into());
            }
        }
        if set.is_empty() {
            return Err(Error::invalid("dictionary", "holds no words"));
        }
        let longest = set.iter().map(|word| word.len()).max().unwrap_or(0);
        Ok(Self { words: set, longest, fingerprint: OnceLock::new() })
    }

    /// Reads root words from a UTF-8 file with one word a line.
    ///
    /// # Errors
    /// `NotFound` when there is no such file, `Storage` when it cannot be read,
    /// `InvalidInput` when it is not UTF-8 or holds no words.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = read_text(
            "dictionary",
            path,
            "one root word a line, UTF-8; \
            `pip install PySastrawi` brings one as Sastrawi/Stemmer/data/kata-dasar.txt",
        )?;
        Self::from_words(text.lines())
    }

    /// Whether `word` is a root word, exactly as written in the list.
    pub fn contains(&self, word: &str) -> bool {
        self.contains_bytes(word.as_bytes())
    }

    /// The words, sorted.
    pub fn words(&self) -> Vec<&str> {
        let words = self.words.iter().filter_map(|word| std::str::from_utf8(word).ok());
        let mut words: Vec<&str> = words.collect();
        words.sort_unstable();
        words
    }

    /// How many different words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Never true: a dictionary without words cannot be made.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// SHA-256 over the sorted words, in hexadecimal: two dictionaries with the
    /// same words have the same fingerprint, whatever their order in the file.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            let mut hash = Sha256::new();
            for word in self.words() {
                hash.update(word);
                hash.update(b"\n");
            }
            crate::text::hex(&hash.finalize())
        })
    }

    pub(super) fn contains_bytes(&self, word: &[u8]) -> bool {
        word.len() <= self.longest && self.words.contains(word)
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dictionary").field("words", &self.words.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_ignores_order_and_repeats() {
        let a = Dictionary::from_words(["makan", "minum", "makan", " "]).unwrap();
        let b = Dictionary::from_words(["minum", "makan"]).unwrap();
        assert_eq!(a.fingerprint(), b.fingerprint());
        assert_eq!(a.len(), 2);
        let c = Dictionary::from_words(["minum", "makanan"]).unwrap();
        assert_ne!(a.fingerprint(), c.fingerprint());
    }

    #[test]
    fn an_empty_dictionary_is_refused() {
        let error = Dictionary::from_words(["", "  "]).unwrap_err();
        assert_eq!(error.to_string(), "dictionary: holds no words");
    }

    #[test]
    fn a_missing_file_says_how_to_get_one() {
        let message = Dictionary::open("no/such/words.txt").unwrap_err().full_message();
        assert!(message.contains("no/such/words.txt"), "{message}");
        assert!(message.contains("pip install PySastrawi"), "{message}");
    }
}
