//! What a vectorizer is asked to do.

use serde::{Deserialize, Serialize};

use super::scan::Scanner;
use crate::{Error, Result};

/// What a text is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Analyzer {
    /// Words, as the token pattern says.
    Word,
    /// Characters, across words.
    Char,
    /// Characters inside words, each word with a space before and after it.
    CharWb,
}

/// How accents are taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accents {
    /// Letters are decomposed (NFKD), and what is not ASCII then is left out.
    Ascii,
    /// Letters are decomposed (NFKD), and combining marks are left out.
    Unicode,
}

/// What the length of a row is made 1 by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// The sum of the absolute numbers.
    L1,
    /// The square root of the sum of squares.
    L2,
}

/// In how many texts an n-gram is. As JSON, as for scikit-learn, a whole number is a count and one
/// with a decimal point a share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Frequency {
    /// A number of texts.
    Count(usize),
    /// A share of the texts, 0 to 1.
    Share(f64),
}

/// The settings of one part of a [`TfidfVectorizer`](super::TfidfVectorizer): those of
/// scikit-learn's class of that name, with the same meaning and the same defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "scikit-learn's settings have these types")]
#[serde(default, deny_unknown_fields)]
pub struct TfidfOptions {
    /// What a text is cut into.
    pub analyzer: Analyzer,
    /// The fewest and the most words or characters of an n-gram.
    pub ngram_range: (usize, usize),
    /// What a word is, in the syntax and with the meaning of Python's `re`; `None`: two or more
    /// letters, digits or underscores in a row. With a capturing group, the word is what it holds.
    pub token_pattern: Option<String>,
    /// Whether texts are made lower case first.
    pub lowercase: bool,
    /// Whether accents are taken off, after that.
    pub strip_accents: Option<Accents>,
    /// Words that are left out before n-grams are made; they are compared with words after
    /// lowercasing.
    pub stop_words: Option<Vec<String>>,
    /// N-grams in fewer texts are left out.
    pub min_df: Frequency,
    /// N-grams in more texts are left out.
    pub max_df: Frequency,
    /// Only so many n-grams are kept, those that occur most; of equally common ones, those that
    /// come first in the order of the vocabulary.
    pub max_features: Option<usize>,
    /// The n-grams, in the order of their columns, instead of those found in the texts.
    pub vocabulary: Option<Vec<String>>,
    /// Whether an n-gram counts once in a text, however often it occurs.
    pub binary: bool,
    /// Whether rare n-grams weigh more.
    pub use_idf: bool,
    /// Whether frequencies are taken as if one more text held every n-gram once.
    pub smooth_idf: bool,
    /// Whether a count `n` becomes `1 + ln n`.
    pub sublinear_tf: bool,
    /// What the length of a row is made 1 by, if at all.
    pub norm: Option<Norm>,
}

impl Default for TfidfOptions {
    fn default() -> Self {
        Self {
            analyzer: Analyzer::Word,
            ngram_range: (1, 1),
            token_pattern: None,
            lowercase: true,
            strip_accents: None,
            stop_words: None,
            min_df: Frequency::Count(1),
            max_df: Frequency::Share(1.0),
            max_features: None,
            vocabulary: None,
            binary: false,
            use_idf: true,
            smooth_idf: true,
            sublinear_tf: false,
            norm: Some(Norm::L2),
        }
    }
}

impl Frequency {
    /// The bound in texts.
    pub(super) fn of(self, texts: usize) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Share(share) => share * texts as f64,
        }
    }

    fn check(self, what: &str) -> Result<()> {
        match self {
            Self::Count(0) => Err(Error::invalid(what, "0 texts, the least count is 1")),
            Self::Share(share) if !(0.0..=1.0).contains(&share) => {
                Err(Error::invalid(what, format!("a share of {share}, allowed are 0 to 1")))
            }
            Self::Count(_) | Self::Share(_) => Ok(()),
        }
    }
}

impl TfidfOptions {
    /// Whether the settings can be used; gives what finds the words.
    pub(super) fn check(&self) -> Result<Scanner> {
        let (least, most) = self.ngram_range;
        if least == 0 || most < least {
            let problem = format!("({least}, {most}), the first must be 1 to the second");
            return Err(Error::invalid("ngram_range", problem));
        }
        self.min_df.check("min_df")?;
        self.max_df.check("max_df")?;
        if self.max_features == Some(0) {
            return Err(Error::invalid("max_features", "0, the least is 1"));
        }
        if self.vocabulary.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::invalid("vocabulary", "it has no terms"));
        }
        match self.analyzer {
            Analyzer::Word => Scanner::new(self.token_pattern.as_deref()),
            Analyzer::Char | Analyzer::CharWb => Ok(Scanner::default()),
        }
    }
}
