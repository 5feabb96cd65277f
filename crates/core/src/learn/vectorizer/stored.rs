//! A vectorizer as JSON.

use serde::{Deserialize, Serialize};

use super::{TfidfOptions, TfidfVectorizer, part::TfidfPart, terms::Terms};
use crate::{Error, Result};

const WHAT: &str = "vectorizer";

/// A vectorizer as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::learn) struct Stored {
    format: u32,
    parts: Vec<StoredPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPart {
    /// Without the vocabulary, which the terms are.
    options: TfidfOptions,
    /// Whether the terms were given, not found.
    has_vocabulary: bool,
    terms: Vec<String>,
    idf: Option<Vec<f64>>,
}

impl TfidfVectorizer {
    /// The newest format this version reads, and the one it writes.
    pub const FORMAT: u32 = 1;

    /// Everything there is to know, in a form that [`from_json`](Self::from_json) reads; equal
    /// vectorizers give equal bytes.
    pub fn to_json(&self) -> String {
        let parts = self.parts().iter().map(|part| StoredPart {
            has_vocabulary: part.options().vocabulary.is_some(),
            options: TfidfOptions { vocabulary: None, ..part.options().clone() },
            terms: part.terms().iter().map(str::to_owned).collect(),
            idf: part.idf().map(<[f64]>::to_vec),
        });
        let stored = Stored { format: Self::FORMAT, parts: parts.collect() };
        let mut json = serde_json::to_string(&stored).expect("every key is a string");
        json.push('\n');
        json
    }

    /// Reads what [`to_json`](Self::to_json) wrote, and checks it.
    ///
    /// # Errors
    /// When it is of a newer format, has an unknown field, or says what cannot be.
    pub fn from_json(json: &str) -> Result<Self> {
        Stored::check_format(WHAT, json, Self::FORMAT)?;
        let stored =
            serde_json::from_str(json).map_err(|error| Error::invalid(WHAT, error.to_string()))?;
        Self::from_stored(stored)
    }

    pub(in crate::learn) fn from_stored(stored: Stored) -> Result<Self> {
        let parts = stored.parts.into_iter().map(|part| {
            let StoredPart { mut options, has_vocabulary, terms, idf } = part;
            if options.vocabulary.is_some() {
                return Err(Error::invalid(WHAT, "a vocabulary beside the terms"));
            }
            let columns: Terms = terms.iter().collect();
            options.vocabulary = has_vocabulary.then_some(terms);
            TfidfPart::new(options, columns, idf)
        });
        Self::new(parts.collect::<Result<_>>()?)
    }
}

impl TfidfOptions {
    /// Reads the settings of parts that stand side by side, a list of objects.
    ///
    /// # Errors
    /// When it is no list of objects, has an unknown field, or a value of the wrong kind.
    pub fn many_from_json(json: &str) -> Result<Vec<Self>> {
        serde_json::from_str(json).map_err(|error| Error::invalid("features", error.to_string()))
    }
}

impl Stored {
    /// Whether JSON that is called `what` in messages is of a format up to `newest`.
    pub(in crate::learn) fn check_format(what: &str, json: &str, newest: u32) -> Result<()> {
        /// What is read first, for a newer format may have fields that this version has not.
        #[derive(Deserialize)]
        struct Format {
            format: u64,
        }

        let Format { format } =
            serde_json::from_str(json).map_err(|error| Error::invalid(what, error.to_string()))?;
        if format == 0 {
            return Err(Error::invalid(what, "format 0 does not exist, the first is 1"));
        }
        if format > newest.into() {
            let problem = format!(
                "its format {format} is newer than {newest}, the newest this version reads"
            );
            return Err(Error::Incompatible { what: what.to_owned(), problem });
        }
        Ok(())
    }
}
