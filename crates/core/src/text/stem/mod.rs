//! Stemming: Sastrawi with a dictionary, Tala and English without.

mod dictionary;
mod english;
mod prefix_rules;
mod sastrawi;
mod tala;

use std::{str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

pub use dictionary::Dictionary;

use super::{
    Language, Transform,
    words::{lookup_form, words},
};
use crate::{Error, Result};

/// Which algorithm a [`Stemmer`] uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StemAlgorithm {
    /// Indonesian with a dictionary of root words; what PySastrawi 1.2.1 answers.
    Sastrawi,
    /// Indonesian without a dictionary (Tala 2003), as Snowball has it.
    Tala,
    /// English (Porter 2), as Snowball has it.
    English,
}

impl StemAlgorithm {
    /// All algorithms.
    pub const ALL: [Self; 3] = [Self::Sastrawi, Self::Tala, Self::English];

    /// The best algorithm for `language`, with or without a dictionary at hand.
    pub fn for_language(language: Language, has_dictionary: bool) -> Self {
        match language {
            Language::Indonesian if has_dictionary => Self::Sastrawi,
            Language::Indonesian => Self::Tala,
            Language::English => Self::English,
        }
    }

    /// The name used in settings and in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sastrawi => "sastrawi",
            Self::Tala => "tala",
            Self::English => "english",
        }
    }
}

impl FromStr for StemAlgorithm {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            Error::invalid("stem algorithm", format!("{name:?} is not one of: {known}"))
        })
    }
}

/// Reduces words to their stems.
///
/// ```
/// use pantau::text::{Dictionary, Stemmer};
///
/// let roots = Dictionary::from_words(["guna", "mudah"])?;
/// let stemmer = Stemmer::sastrawi(roots);
/// assert_eq!(stemmer.stem("Menggunakannya dimudahkan!"), "guna mudah");
/// assert_eq!(Stemmer::tala().stem("menggunakannya"), "guna");
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stemmer {
    algorithm: StemAlgorithm,
    dictionary: Option<Arc<Dictionary>>,
}

impl Stemmer {
    /// Why Indonesian stems are cruder without a dictionary, and what to do.
    pub const DICTIONARY_HINT: &str = "stemming Indonesian without a root-word dictionary \
        (Tala's algorithm, cruder than Sastrawi's): `pip install PySastrawi` brings one for \
        Python; in Rust and C give Sastrawi the path of a word list";

    /// The Sastrawi stemmer over these root words.
    pub fn sastrawi(dictionary: impl Into<Arc<Dictionary>>) -> Self {
        Self { algorithm: StemAlgorithm::Sastrawi, dictionary: Some(dictionary.into()) }
    }

    /// The Indonesian stemmer that needs no dictionary.
    pub fn tala() -> Self {
        Self { algorithm: StemAlgorithm::Tala, dictionary: None }
    }

    /// The English stemmer.
    pub fn english() -> Self {
        Self { algorithm: StemAlgorithm::English, dictionary: None }
    }

    /// A stemmer by the name of its algorithm.
    ///
    /// # Errors
    /// `NotFound` when Sastrawi gets no dictionary, `InvalidInput` when another
    /// algorithm, which has no use for it, gets one.
    pub fn new(algorithm: StemAlgorithm, dictionary: Option<Arc<Dictionary>>) -> Result<Self> {
        match (algorithm, &dictionary) {
            (StemAlgorithm::Sastrawi, None) => Err(Error::NotFound {
                what: "root-word dictionary".to_owned(),
                hint: "the Sastrawi stemmer needs one (`pip install PySastrawi`, or the path of \
                    a word list)"
                    .to_owned(),
            }),
            (StemAlgorithm::Tala | StemAlgorithm::English, Some(_)) => Err(Error::invalid(
                "dictionary",
                format!("the {} stemmer has no use for one", algorithm.name()),
            )),
            _ => Ok(Self { algorithm, dictionary }),
        }
    }

    /// The best stemmer for `language` with what is at hand: for Indonesian
    /// Sastrawi if there is a dictionary, else Tala ([`Self::hint`] then says so).
    ///
    /// # Errors
    /// `InvalidInput` when the language has no use for a dictionary.
    pub fn for_language(language: Language, dictionary: Option<Arc<Dictionary>>) -> Result<Self> {
        Self::new(StemAlgorithm::for_language(language, dictionary.is_some()), dictionary)
    }

    /// The algorithm in use.
    pub fn algorithm(&self) -> StemAlgorithm {
        self.algorithm
    }

    /// The root words, where the algorithm has them.
    pub fn dictionary(&self) -> Option<&Dictionary> {
        self.dictionary.as_deref()
    }

    /// How to get better stems, if there is a way: [`Self::DICTIONARY_HINT`] for Tala.
    pub fn hint(&self) -> Option<&'static str> {
        (self.algorithm == StemAlgorithm::Tala).then_some(Self::DICTIONARY_HINT)
    }

    /// The stems of the words of `text`, in lower case and without the punctuation
    /// around them, joined by single spaces.
    pub fn stem(&self, text: &str) -> String {
        self.transform(text)
    }
}

impl Transform for Stemmer {
    fn transform_into(&self, text: &str, out: &mut String) {
        let stem_into = match (self.algorithm, &self.dictionary) {
            (StemAlgorithm::Sastrawi, Some(dictionary)) => {
                return sastrawi::stem_text_into(dictionary, text, out);
            }
            (StemAlgorithm::English, _) => english::stem_into,
            // Sastrawi without a dictionary cannot be made.
            (StemAlgorithm::Tala | StemAlgorithm::Sastrawi, _) => tala::stem_into,
        };
        let start = out.len();
        let mut lower = String::new();
        for word in words(text) {
            let before = out.len();
            if before > start {
                out.push(' ');
            }
            let bare = out.len();
            stem_into(lookup_form(word, &mut lower), out);
            // Punctuation alone has no stem.
            if out.len() == bare {
                out.truncate(before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_no_stem_leave_no_gap() {
        assert_eq!(Stemmer::english().stem("dogs -- running ?!"), "dog run");
        assert_eq!(Stemmer::english().stem("  "), "");
    }

    #[test]
    fn punctuation_around_words_is_no_part_of_them() {
        let english = Stemmer::english();
        assert_eq!(english.stem("Running, dogs. (easily) boys'"), "run dog easili boy");
        assert_eq!(english.stem("The dog’s well-known"), english.stem("The dog's well-known"));
        assert_eq!(Stemmer::tala().stem("Gunakannya, makan! (bukunya)"), "guna makan buku");
    }

    #[test]
    fn only_tala_has_something_better() {
        let dictionary = Arc::new(Dictionary::from_words(["makan"]).unwrap());
        let best = |language, dictionary| Stemmer::for_language(language, dictionary).unwrap();
        let sastrawi = best(Language::Indonesian, Some(dictionary.clone()));
        assert_eq!(sastrawi.algorithm(), StemAlgorithm::Sastrawi);
        assert_eq!(sastrawi.hint(), None);
        assert_eq!(best(Language::Indonesian, None).hint(), Some(Stemmer::DICTIONARY_HINT));
        assert_eq!(best(Language::English, None).hint(), None);

        let error = Stemmer::for_language(Language::English, Some(dictionary)).unwrap_err();
        assert_eq!(error.to_string(), "dictionary: the english stemmer has no use for one");
        let error = Stemmer::new(StemAlgorithm::Sastrawi, None).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::NotFound);
    }
}
