//! Texts with the labels people gave them, from the files people keep them in.

use std::{collections::BTreeMap, path::Path};

use crate::{Error, Result, file::read_text};

/// Texts and the label of each.
///
/// ```
/// use pantau::model::LabelledTexts;
///
/// let csv = "review,label\n\"Bagus, cepat\",positive\nLemot,negative\n";
/// let data = LabelledTexts::from_csv(csv, "review", "label")?;
/// assert_eq!(data.texts()[0], "Bagus, cepat");
/// assert_eq!(data.labels(), ["positive", "negative"]);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledTexts {
    texts: Vec<String>,
    labels: Vec<String>,
}

impl LabelledTexts {
    /// Texts and their labels, in the same order.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is not one label for each text, there are none, a label is
    /// empty, or all texts are.
    pub fn new(texts: Vec<String>, labels: Vec<String>) -> Result<Self> {
        let invalid = |what: &str, problem: String| Err(Error::invalid(what, problem));
        if texts.len() != labels.len() {
            return invalid("data", format!("{} texts have {} labels", texts.len(), labels.len()));
        }
        if texts.is_empty() {
            return invalid("data", "there are 0 rows".to_owned());
        }
        if let Some(row) = labels.iter().position(|label| label.trim().is_empty()) {
            return invalid("labels", format!("the label of row {row} is empty"));
        }
        if texts.iter().all(|text| text.trim().is_empty()) {
            return invalid("texts", format!("all {} of them are empty", texts.len()));
        }
        Ok(Self { texts, labels })
    }

    /// Reads a file with a header: comma-, semicolon- or tab-separated, or JSON Lines where its
    /// name ends in `.jsonl`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file; [`Error::InvalidInput`] if a column is
    /// missing, with those there are, or a row is broken, with its line.
    pub fn open(path: impl AsRef<Path>, text: &str, label: &str) -> Result<Self> {
        let path = path.as_ref();
        let content = read_text("data", path, "a table with a column of texts and one of labels")?;
        let is_json = path.extension().is_some_and(|ending| {
            ["jsonl", "ndjson"].iter().any(|json| ending.eq_ignore_ascii_case(json))
        });
        let read = if is_json { Self::from_jsonl } else { Self::from_csv };
        read(&content, text, label).map_err(|error| match error {
            Error::InvalidInput { what, problem } => {
                Error::invalid(format!("{}: {what}", path.display()), problem)
            }
            other => other,
        })
    }

    /// Reads a table whose first line names its columns. What parts them, a tab, a comma or a
    /// semicolon, is what that line holds most of.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_csv(table: &str, text: &str, label: &str) -> Result<Self> {
        let header = table.lines().next().unwrap_or_default();
        let count = |separator: char| header.matches(separator).count();
        let separator =
            ['\t', ',', ';'].into_iter().rev().max_by_key(|&separator| count(separator));
        let mut rows = Rows { rest: table, separator: separator.unwrap_or(','), line: 1 };
        let names = rows.next().transpose()?.map(|(_, names)| names).unwrap_or_default();
        let (text, label) = (column("text", text, &names)?, column("label", label, &names)?);
        let (mut texts, mut labels) = (Vec::new(), Vec::new());
        for row in rows {
            let (line, mut cells) = row?;
            if cells.len() != names.len() {
                let problem = format!("{} cells instead of {}", cells.len(), names.len());
                return Err(Error::invalid(format!("line {line}"), problem));
            }
            let own = std::mem::take(&mut cells[label]);
            if own.trim().is_empty() {
                return Err(Error::invalid(format!("line {line}"), "its label is empty"));
            }
            labels.push(own);
            // One column may be both, where somebody tries something.
            texts.push(if text == label {
                labels[labels.len() - 1].clone()
            } else {
                std::mem::take(&mut cells[text])
            });
        }
        Self::new(texts, labels)
    }

    /// Reads an object a line.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_jsonl(lines: &str, text: &str, label: &str) -> Result<Self> {
        let (mut texts, mut labels) = (Vec::new(), Vec::new());
        for (number, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let what = format!("line {}", number + 1);
            let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(line)
                .map_err(|error| Error::invalid(&what, error.to_string()))?;
            let names: Vec<String> = row.keys().cloned().collect();
            let cell = |role: &str, name: &str| -> Result<String> {
                match &row[&names[column(role, name, &names)?]] {
                    serde_json::Value::String(cell) => Ok(cell.clone()),
                    serde_json::Value::Number(cell) if role == "label" => Ok(cell.to_string()),
                    serde_json::Value::Bool(cell) if role == "label" => Ok(cell.to_string()),
                    other => Err(Error::invalid(&what, format!("its {role} is {other}"))),
                }
            };
            texts.push(cell("text", text)?);
            labels.push(cell("label", label)?);
        }
        Self::new(texts, labels)
    }

    /// The texts.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// For each text, its label.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are no rows; there always are.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The labels without repetitions, in order.
    pub fn label_set(&self) -> Vec<String> {
        let mut labels = self.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        labels
    }
}

/// The place of a column among `names`; `role` is what it is for.
///
/// # Errors
/// [`Error::InvalidInput`] if it is not there, with those that are and the one that is spelt most
/// like it.
pub fn column<S: AsRef<str>>(role: &str, wanted: &str, names: &[S]) -> Result<usize> {
    if let Some(place) = names.iter().position(|name| name.as_ref() == wanted) {
        return Ok(place);
    }
    let nearest = names
        .iter()
        .map(|name| (distance(wanted, name.as_ref()), name.as_ref()))
        .min()
        .filter(|(distance, name)| *distance <= wanted.len().max(name.len()) / 2);
    let hint = nearest.map_or(String::new(), |(_, name)| format!("; did you mean {name:?}?"));
    let found: Vec<String> = names.iter().map(|name| format!("{:?}", name.as_ref())).collect();
    let problem = format!("no column {wanted:?} among {}{hint}", found.join(", "));
    Err(Error::invalid(role, problem))
}

/// How many letters must change for one word to become the other (Levenshtein), upper and lower
/// case being the same.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.to_lowercase().chars().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (place, other) in right.iter().enumerate() {
            let changed = before + usize::from(letter != *other);
            before = row[place + 1];
            row[place + 1] = changed.min(before + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}

/// The rows of a table, each with the line it begins in.
struct Rows<'a> {
    rest: &'a str,
    separator: char,
    line: usize,
}

impl Iterator for Rows<'_> {
    type Item = Result<(usize, Vec<String>)>;

    fn next(&mut self) -> Option<Self::Item> {
        // An empty line is no row.
        while let Some(rest) =
            self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n'))
        {
            self.rest = rest;
            self.line += 1;
        }
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            let cell = match self.quoted() {
                Some(cell) => cell,
                // Where tabs part the cells, a quotation mark is mostly one.
                None if self.rest.starts_with('"') && self.separator != '\t' => {
                    self.rest = "";
                    let problem =
                        "a quotation mark is never closed, or text follows the closing one";
                    return Some(Err(Error::invalid(format!("line {line}"), problem)));
                }
                None => self.plain(),
            };
            cells.push(cell);
            match self.rest.strip_prefix(self.separator) {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        let rest = self.rest;
        self.rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
        self.line += 1;
        Some(Ok((line, cells)))
    }
}

impl Rows<'_> {
    /// A cell in quotation marks, which may hold anything; two of them stand for one.
    fn quoted(&mut self) -> Option<String> {
        let inner = self.rest.strip_prefix('"')?;
        let mut cell = String::new();
        let mut rest = inner;
        loop {
            let end = rest.find('"')?;
            cell.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        let is_end = rest.is_empty()
            || rest.starts_with(self.separator)
            || rest.starts_with('\n')
            || rest.starts_with("\r\n");
        // A tab-separated file may hold texts that merely begin with one.
        let is_cell = is_end && (self.separator != '\t' || !cell.contains('\t'));
        if !is_cell {
            return None;
        }
        self.line += cell.matches('\n').count();
        self.rest = rest;
        Some(cell)
    }

    fn plain(&mut self) -> String {
        let end = self.rest.find([self.separator, '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        if rest.starts_with('\n') && cell.ends_with('\r') {
            return cell[..cell.len() - 1].to_owned();
        }
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str) -> Vec<(String, String)> {
        let data = LabelledTexts::from_csv(table, "t", "l").unwrap();
        data.texts.into_iter().zip(data.labels).collect()
    }

    fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter().map(|(text, label)| ((*text).to_owned(), (*label).to_owned())).collect()
    }

    #[test]
    fn tables_are_read_as_spreadsheets_write_them() {
        let table = "id,t,l\r\n1,\"a, \"\"b\"\"\nc\",x\r\n\r\n2,d \"e\",y\r\n3,,x";
        assert_eq!(read(table), pairs(&[("a, \"b\"\nc", "x"), ("d \"e\"", "y"), ("", "x")]));
        assert_eq!(read("l;t\nx;a,b\n"), pairs(&[("a,b", "x")]));
        let tabs = "t\tl\n\"quoted\"\tx\n\"only begins\tx\n\"a\" b\ty\n";
        assert_eq!(read(tabs), pairs(&[("quoted", "x"), ("\"only begins", "x"), ("\"a\" b", "y")]));
    }

    #[test]
    fn json_lines_are_read_too() {
        let lines = "{\"t\": \"a\", \"l\": \"x\"}\n\n{\"l\": 3, \"t\": \"b\", \"more\": []}\n";
        let data = LabelledTexts::from_jsonl(lines, "t", "l").unwrap();
        assert_eq!(
            (data.texts(), data.labels()),
            (&["a".into(), "b".into()][..], &["x".into(), "3".into()][..])
        );
        let error = LabelledTexts::from_jsonl("{\"t\": null, \"l\": \"x\"}", "t", "l").unwrap_err();
        assert_eq!(error.to_string(), "line 1: its text is null");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message =
            |table: &str| LabelledTexts::from_csv(table, "text", "label").unwrap_err().to_string();
        assert_eq!(
            message("review_text,Label\na,x\n"),
            "text: no column \"text\" among \"review_text\", \"Label\""
        );
        assert_eq!(
            message("text,labels\na,x\n"),
            "label: no column \"label\" among \"text\", \"labels\"; did you mean \"labels\"?"
        );
        assert_eq!(message("text,label\na,x\nb\n"), "line 3: 1 cells instead of 2");
        assert_eq!(message("text,label\n\"a\nb\",x\nc, \n"), "line 4: its label is empty");
        assert!(message("text,label\n\"a,x\n").starts_with("line 2: a quotation mark"));
        assert_eq!(message("text,label\n"), "data: there are 0 rows");
        assert_eq!(message("text,label\n ,x\n"), "texts: all 1 of them are empty");
        assert!(message("").starts_with("text: no column"));
    }
}
