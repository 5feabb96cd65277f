//! Colloquial spellings turned into standard ones by a table.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::{
    Transform,
    words::{folded, is_word_character, words},
};
use crate::{Error, Result, file::read_text};

/// Replaces colloquial words by standard ones (gak → tidak), from a table of two columns.
///
/// An entry may have several words on either side; where several entries fit,
/// the one with the most words wins. Case does not matter; a word keeps the
/// punctuation around it, unless there is an entry for both (`:)`, `a!`). Each word is looked up once: replacements are not
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
    /// (or, if the first line has no tab, by a comma). A column in double quotes
    /// may hold commas and, doubled, quotes; it ends on its line. A first line
    /// whose columns are called `informal`, `slang`, `colloquial`, `tidak_baku`
    /// or `kata_tidak_baku` and `formal`, `standard`, `baku` or `kata_baku`, in
    /// any case, is a header; empty lines and lines that start with `#` are skipped.
    ///
    /// # Errors
    /// `InvalidInput`, naming the line, when it has not two columns or its first is empty.
    pub fn from_table(table: &str) -> Result<Self> {
        let mut lines = (1..)
            .zip(table.lines())
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
            .peekable();
        let columns = match lines.peek() {
            Some((_, line)) if !line.contains('\t') => comma_columns,
            _ => tab_columns,
        };
        if lines.peek().is_some_and(|(_, line)| is_header(columns(line))) {
            lines.next();
        }
        let mut normalizer = Self::default();
        for (number, line) in lines {
            let problem = match columns(line) {
                Ok((informal, formal)) if normalizer.add(&informal, &formal) => continue,
                Ok(_) => "has an empty first column",
                Err(problem) => problem,
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

    /// The entry for the longest run of words at the start of `words`: with the
    /// punctuation around it, or else without.
    fn find<'a>(&'a self, words: &[&'a str], key: &mut String) -> Option<Match<'a>> {
        let mut longest = None;
        key.clear();
        // Only the outermost punctuation of a phrase may stand apart.
        let head = words.first().map_or("", |first| {
            &first[..first.len() - first.trim_start_matches(is_no_word_character).len()]
        });
        key.extend(folded(head));
        let bare_start = key.len();
        for (index, word) in words.iter().take(self.most_words).enumerate() {
            let rest = if index == 0 {
                &word[head.len()..]
            } else {
                key.push(' ');
                word
            };
            let part = rest.trim_end_matches(is_no_word_character);
            key.extend(folded(part));
            let bare_end = key.len();
            key.extend(folded(&rest[part.len()..]));
            let is_bare = bare_start == 0 && bare_end == key.len();
            let count = index + 1;
            if let Some(formal) = self.formal.get(key.as_str()) {
                longest = Some(Match { formal, count, head: "", tail: "" });
            } else if !is_bare && let Some(formal) = self.formal.get(&key[bare_start..bare_end]) {
                let tail = &rest[part.len()..];
                longest = Some(Match { formal, count, head, tail });
            }
        }
        longest
    }
}

/// An entry found in a text.
struct Match<'a> {
    formal: &'a str,
    /// How many words it takes the place of.
    count: usize,
    /// The punctuation that stays before and after it.
    head: &'a str,
    tail: &'a str,
}

fn is_no_word_character(letter: char) -> bool {
    !is_word_character(letter)
}

fn is_header(columns: Columns) -> bool {
    let Ok((informal, formal)) = columns else { return false };
    ["informal", "slang", "colloquial", "tidak_baku", "kata_tidak_baku"]
        .iter()
        .any(|name| informal.eq_ignore_ascii_case(name))
        && ["formal", "standard", "baku", "kata_baku"]
            .iter()
            .any(|name| formal.eq_ignore_ascii_case(name))
}

/// The two columns of a line, or what is wrong with it.
type Columns = Result<(String, String), &'static str>;

const TOO_MANY: &str = "has more than two columns";

fn tab_columns(line: &str) -> Columns {
    let mut fields = line.split('\t').map(unquote);
    match (fields.next(), fields.next()) {
        (Some(_), Some(_)) if fields.any(|field| !field.is_empty()) => Err(TOO_MANY),
        (Some(informal), Some(formal)) => Ok((informal, formal)),
        _ => Err("has one column instead of two: a tab is expected between them"),
    }
}

fn unquote(field: &str) -> String {
    let field = field.trim_matches([' ', '\r']);
    match field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

fn comma_columns(line: &str) -> Columns {
    let (informal, rest) = comma_field(line)?;
    let Some(rest) = rest else {
        return Err("has one column instead of two: a tab or comma is expected between them");
    };
    let (formal, mut rest) = comma_field(rest)?;
    while let Some(more) = rest {
        let field;
        (field, rest) = comma_field(more)?;
        if !field.is_empty() {
            return Err(TOO_MANY);
        }
    }
    Ok((informal, formal))
}

/// The first field of a comma-separated line, and what is behind its comma if it has one.
fn comma_field(line: &str) -> Result<(String, Option<&str>), &'static str> {
    let Some(quoted) = line.trim_start_matches(' ').strip_prefix('"') else {
        let (field, rest) = match line.split_once(',') {
            Some((field, rest)) => (field, Some(rest)),
            None => (line, None),
        };
        return Ok((field.trim_matches([' ', '\r']).to_owned(), rest));
    };
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"').ok_or("has a quote that does not close")?;
        field.push_str(part);
        if let Some(after) = after.strip_prefix('"') {
            field.push('"');
            rest = after;
        } else {
            rest = after.trim_start_matches([' ', '\r']);
            break;
        }
    }
    match rest.strip_prefix(',') {
        None if !rest.is_empty() => Err("has text between a closing quote and the comma"),
        after => Ok((field, after)),
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
            if let Some(found) = self.find(&words[at..], &mut key) {
                out.push_str(found.head);
                out.push_str(found.formal);
                out.push_str(found.tail);
                at += found.count;
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
            "normalizer table, line 2: has one column instead of two: a tab is expected between \
             them"
        );
        assert_eq!(
            message("gak tidak\n"),
            "normalizer table, line 1: has one column instead of two: a tab or comma is expected \
             between them"
        );
        assert_eq!(
            message("gak\ttidak\n \tx\n"),
            "normalizer table, line 2: has an empty first column"
        );
        assert_eq!(
            message("gak\ttidak\tkata\n"),
            "normalizer table, line 1: has more than two columns"
        );
        for (line, problem) in [
            ("gak,tidak,kata", "has more than two columns"),
            ("gak,tidak,,\"kata\"", "has more than two columns"),
            ("\"gak,tidak", "has a quote that does not close"),
            ("\"gak\" x,tidak", "has text between a closing quote and the comma"),
            ("\"\",tidak", "has an empty first column"),
        ] {
            assert_eq!(message(line), format!("normalizer table, line 1: {problem}"), "{line}");
        }
    }

    #[test]
    fn comma_tables_have_quoted_columns() {
        let table =
            "Kata_Tidak_Baku,KATA_BAKU\r\n\"a,b\",c\r\n \"d \"\"e\"\"\" , \"f, \"\"g\"\"\" ,,\r\n";
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            Normalizer::from_table(table).unwrap().pairs(),
            [pair("a,b", "c"), pair("d \"e\"", "f, \"g\"")]
        );
        assert_eq!(Normalizer::from_table("a\tb\t\t \n").unwrap().pairs(), [pair("a", "b")]);
        for header in ["Slang,Formal,", "tidak_baku\tbaku", "COLLOQUIAL,standard"] {
            assert!(Normalizer::from_table(&format!("{header}\n")).unwrap().is_empty(), "{header}");
        }
    }

    #[test]
    fn entries_with_punctuation_match() {
        let table = [(":)", "senang"), ("a!", "wah"), ("a", "satu"), ("ok .", "oke")];
        let normalizer = Normalizer::from_pairs(table).unwrap();
        assert_eq!(
            normalizer.normalize("ya :) :)) A! a? (a) ok ."),
            "ya senang :)) wah satu? (satu) oke"
        );
    }
}
