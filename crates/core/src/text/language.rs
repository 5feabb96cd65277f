use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A language with word lists, a stemmer and default settings of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Indonesian, `id`.
    #[default]
    #[serde(rename = "id")]
    Indonesian,
    /// English, `en`.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// All languages, in the order of their codes' first mention in the docs.
    pub const ALL: [Self; 2] = [Self::Indonesian, Self::English];

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|language| language.code() == code).ok_or_else(|| {
            let known = Self::ALL.map(Self::code).join(", ");
            Error::invalid("language", format!("{code:?} is not one of: {known}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_others_are_named() {
        for language in Language::ALL {
            assert_eq!(language.code().parse::<Language>().unwrap(), language);
        }
        let error = "xx".parse::<Language>().unwrap_err();
        assert_eq!(error.to_string(), "language: \"xx\" is not one of: id, en");
    }
}
