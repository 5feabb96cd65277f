use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What becomes of a text that is too short or too long to be judged well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBreach {
    /// It is answered, and the answer says so.
    #[default]
    Flag,
    /// It is not answered: the caller gets an error that says why.
    Reject,
}

/// Which texts a model is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ValidationPolicy {
    /// The fewest words.
    pub min_words: usize,
    /// The fewest characters, white space at the ends left out.
    pub min_chars: usize,
    /// The most tokens, as the model reads a text: pieces of words, or words. By default what a model
    /// cuts off is flagged, and nothing else.
    pub max_tokens: Option<usize>,
    /// What becomes of others.
    pub on_breach: OnBreach,
}

impl Default for ValidationPolicy {
    fn default() -> Self {
        Self { min_words: 7, min_chars: 3, max_tokens: None, on_breach: OnBreach::Flag }
    }
}

/// In which way a text is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    Words(usize),
    Chars(usize),
    Long(usize),
}

impl Breach {
    /// As a flag of an answer.
    pub(super) fn flag(self) -> &'static str {
        match self {
            Self::Words(_) => "few_words",
            Self::Chars(_) => "too_short",
            Self::Long(_) => "too_long",
        }
    }
}

impl ValidationPolicy {
    pub(super) fn check(&self) -> Result<()> {
        match self.max_tokens {
            Some(most) if most < self.min_words.max(1) => {
                let least = self.min_words.max(1);
                let problem = format!("{most} is less than {least}, the fewest words");
                Err(Error::invalid("max_tokens", problem))
            }
            _ => Ok(()),
        }
    }

    /// `exceeds` tells whether a text has more than so many tokens.
    pub(super) fn breach(
        &self,
        text: &str,
        exceeds: impl FnOnce(usize) -> Result<bool>,
    ) -> Result<Option<Breach>> {
        let chars = || text.trim().chars().take(self.min_chars).count();
        if self.min_chars > 0 && chars() < self.min_chars {
            return Ok(Some(Breach::Chars(chars())));
        }
        let words = text.split_whitespace().take(self.min_words).count();
        if words < self.min_words {
            return Ok(Some(Breach::Words(words)));
        }
        match self.max_tokens {
            Some(most) if exceeds(most)? => Ok(Some(Breach::Long(most))),
            _ => Ok(None),
        }
    }

    /// What is told of a text that is not answered.
    pub(super) fn refusal(&self, row: Option<usize>, breach: Breach) -> Error {
        let problem = match breach {
            Breach::Words(words) => {
                format!("{words} words, and {} are the fewest", self.min_words)
            }
            Breach::Chars(chars) => {
                format!("{chars} characters, and {} are the fewest", self.min_chars)
            }
            Breach::Long(most) => format!("more than {most} tokens, which are the most"),
        };
        let what = row.map_or_else(|| "text".to_owned(), |row| format!("text {row}"));
        Error::invalid(what, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_measured_as_people_count() {
        let policy = ValidationPolicy { max_tokens: Some(8), ..ValidationPolicy::default() };
        let breach = |text: &str| {
            let words = text.split_whitespace().count();
            policy.breach(text, |most| Ok(words > most)).unwrap()
        };
        assert_eq!(breach(" a "), Some(Breach::Chars(1)));
        assert_eq!(breach(""), Some(Breach::Chars(0)));
        assert_eq!(breach("satu dua tiga"), Some(Breach::Words(3)));
        assert_eq!(breach("1 2 3 4 5 6 7"), None);
        assert_eq!(breach("1 2 3 4 5 6 7 8"), None);
        assert_eq!(breach("1 2 3 4 5 6 7 8 9"), Some(Breach::Long(8)));
        let told = policy.refusal(Some(2), Breach::Words(3)).to_string();
        assert_eq!(told, "text 2: 3 words, and 7 are the fewest");
        let none = ValidationPolicy { min_words: 0, min_chars: 0, ..ValidationPolicy::default() };
        assert_eq!(none.breach("", |_| Ok(false)).unwrap(), None);
    }
}
