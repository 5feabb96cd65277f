//! Colloquial spellings turned into standard ones by a table.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::{
    Transform,
    file::read_text,
    words::{folded, is_word_character, words},
};
use crate::{Error, Result};

/// Replaces colloquial words by standard ones (gak → tidak), from a table of two columns.
///
/// An entry may have several words on either side; where several entries fit,
/// the one with the most words wins. Case does not matter; a word keeps the
/// punctuation around it. Each word is looked up once: replacements are not
/// replaced again.
///
/// ```
/// let normalizer = pantau::text::Normalizer::from_pairs([("gak", "tidak"), ("bgt", "banget")])?;
/// assert_eq!(normalizer.normalize("Gak bagus bgt!"), "tidak bagus banget!");
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normalizer {
    formal: FxHashMap<String, String>,
    most_words: usize,
}

impl Normalizer {
    /// A normaliser from pairs of a colloquial and a standard spelling. Where a
    /// spelling comes up again, the first entry stays.
    ///
    /// # Errors
    /// `InvalidInput` when the colloquial side of a pair is empty.
    pub fn from_pairs<I, A, B>(pairs: I) -> Result<Self>
    where
        I: IntoIterator<Item = (A, B)>,
        A: AsRef<str>,
        B: AsRef<str>,
    {
        let mut normalizer = Self::default();
        for (index, (informal, formal)) in pairs.into_iter().enumerate() {
            if !normalizer.add(informal.as_ref(), formal.as_ref()) {
                let what = format!("normalizer entry {}", index + 1);
                return Err(Error::invalid(what, "its first column is empty"));
            }
        }
        Ok(normalizer)
    }

    /// Reads a table from text: one entry a line, two columns parted by a tab
    /// (or, if the first line has no tab, by the first comma). A first line that
    /// reads `informal`, `formal` (or `slang`, `colloquial`; `formal`,
    /// `standard`) is a header; empty lines and lines that start with `#` are skipped.
    ///
    /// # Errors
    /// `InvalidInput`, naming the line, when it has not two columns or its first is empty.
    pub fn from_table(table: &str) -> Result<Self> {
        let mut lines = (1..)
            .zip(table.lines())
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
            .peekable();
        let separator = match lines.peek() {
            Some((_, line)) if !line.contains('\t') => ',',
            _ => '\t',
        };
        let columns = |line: &'_ str| -> Option<(String, String)> {
            let (informal, formal) = line.split_once(separator)?;
            Some((unquote(informal), unquote(formal)))
        };
        if let Some((_, line)) = lines.peek() {
            let is_header = columns(line).is_some_and(|(first, second)| {
                ["informal", "slang", "colloquial"].contains(&first.to_lowercase().as_str())
                    && ["formal", "standard"].contains(&second.to_lowercase().as_str())
            });
            if is_header {
                lines.next();
            }
        }
        let mut normalizer = Self::default();
        for (number, line) in lines {
            let problem = match columns(line) {
                Some((_, formal)) if formal.contains('\t') => "has more than two columns",
                Some((informal, formal)) if normalizer.add(&informal, &formal) => continue,
                Some(_) => "has an empty first column",
                None => "has one column instead of two",
            };
            return Err(Error::invalid(format!("normalizer table, line {number}"), problem));
        }
        Ok(normalizer)
    }

    /// Reads a table from a UTF-8 file, as [`Self::from_table`] does.
    ///
    /// # Errors
    /// Those of [`Self::from_table`]; `NotFound` or `Storage` when the file cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::from_table(&read_text("normalizer table", path, "two columns, UTF-8")?).map_err(
            |error| match error {
                Error::InvalidInput { what, problem } => {
                    Error::invalid(format!("{}: {what}", path.display()), problem)
                }
                other => other,
            },
        )
    }

    /// How many spellings it knows.
    pub fn len(&self) -> usize {
        self.formal.len()
    }

    /// Whether it knows none, and so changes nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.formal.is_empty()
    }

    /// The entries, sorted: colloquial spelling in lower case, standard spelling.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = self.formal.clone().into_iter().collect();
        pairs.sort_unstable();
        pairs
    }

    /// The text with standard spellings, its words joined by single spaces.
    pub fn normalize(&self, text: &str) -> String {
        self.transform(text)
    }

    fn add(&mut self, informal: &str, formal: &str) -> bool {
        let words: Vec<String> = words(informal).map(|word| folded(word).collect()).collect();
        if words.is_empty() {
            return false;
        }
        self.most_words = self.most_words.max(words.len());
        let formal = crate::text::words::words(formal).collect::<Vec<_>>().join(" ");
        self.formal.entry(words.join(" ")).or_insert(formal);
        true
    }

    /// The entry for the longest run of words at the start of `words`, and its length.
    fn find(&self, words: &[&str], key: &mut String) -> Option<(&str, usize)> {
        let mut longest = None;
        key.clear();
        for (index, word) in words.iter().take(self.most_words).enumerate() {
            // Only the outermost punctuation of a phrase may stand apart.
            let start = match index {
                0 => word.trim_start_matches(|letter| !is_word_character(letter)),
                _ => word,
            };
            let part = start.trim_end_matches(|letter| !is_word_character(letter));
            if index > 0 {
                key.push(' ');
            }
            key.extend(folded(part));
            if let Some(formal) = self.formal.get(key.as_str()) {
                longest = Some((formal.as_str(), index + 1));
            }
            key.extend(folded(&start[part.len()..]));
        }
        longest
    }
}

fn unquote(field: &str) -> String {
    let field = field.trim_matches([' ', '\r']);
    match field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

impl Transform for Normalizer {
    fn transform_into(&self, text: &str, out: &mut String) {
        let words: Vec<&str> = words(text).collect();
        let start = out.len();
        let mut key = String::new();
        let mut at = 0;
        while at < words.len() {
            let before = out.len();
            if before > start {
                out.push(' ');
            }
            let bare = out.len();
            if let Some((formal, count)) = self.find(&words[at..], &mut key) {
                let (first, last) = (words[at], words[at + count - 1]);
                let head = first.len()
                    - first.trim_start_matches(|letter| !is_word_character(letter)).len();
                let tail = last.trim_end_matches(|letter| !is_word_character(letter)).len();
                out.push_str(&first[..head]);
                out.push_str(formal);
                out.push_str(&last[tail..]);
                at += count;
            } else {
                out.push_str(words[at]);
                at += 1;
            }
            // A spelling may be normalised to nothing at all.
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
    fn the_longest_entry_wins_and_punctuation_stays() {
        let normalizer = Normalizer::from_table(
            "informal\tformal\ngak\ttidak\ngak papa\ttidak apa-apa\nyg\tyang\nsih\t\n",
        )
        .unwrap();
        assert_eq!(normalizer.len(), 4);
        assert_eq!(normalizer.normalize("\"Gak papa\", kok!"), "\"tidak apa-apa\", kok!");
        assert_eq!(normalizer.normalize("YG itu gak, papa"), "yang itu tidak, papa");
        assert_eq!(normalizer.normalize("bagus sih ya"), "bagus ya");
        assert_eq!(normalizer.normalize(""), "");
    }

    #[test]
    fn tables_may_be_comma_separated_and_the_first_entry_stays() {
        let normalizer = Normalizer::from_table("slang,formal\r\nbgt,\"banget, sekali\"\nbgt,x\n");
        assert_eq!(normalizer.unwrap().normalize("bgt"), "banget, sekali");
    }

    #[test]
    fn broken_tables_name_the_line() {
        let message = |table: &str| Normalizer::from_table(table).unwrap_err().to_string();
        assert_eq!(
            message("gak\ttidak\nbgt\n"),
            "normalizer table, line 2: has one column instead of two"
        );
        assert_eq!(
            message("gak\ttidak\n \tx\n"),
            "normalizer table, line 2: has an empty first column"
        );
        assert_eq!(
            message("gak\ttidak\tkata\n"),
            "normalizer table, line 1: has more than two columns"
        );
    }
}
