//! Tables as spreadsheets and programs write them.

use std::borrow::Cow;

use super::names::column;
use crate::{Error, Result};

/// What may part cells; of equally frequent ones in a header, the first does.
const SEPARATORS: [char; 3] = ['\t', ',', ';'];

/// The texts and labels of a table whose first line names its columns.
pub(super) fn read(table: &str, text: &str, label: &str) -> Result<(Vec<String>, Vec<String>)> {
    // Some spreadsheets still end lines as computers did before 2001.
    let table = if table.contains('\r') && !table.contains('\n') {
        Cow::Owned(table.replace('\r', "\n"))
    } else {
        Cow::Borrowed(table)
    };
    let mut rows = Rows { rest: &table, separator: separator(&table), line: 1 };
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
    Ok((texts, labels))
}

/// What parts the cells of a table: of what may, what its header has most of outside quotation
/// marks.
fn separator(table: &str) -> char {
    let mut counts = [0; SEPARATORS.len()];
    let (mut is_start, mut is_quoted) = (true, false);
    let mut letters = table.trim_start_matches(['\r', '\n']).chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // Two of them stand for one.
            '"' if is_quoted => is_quoted = letters.next_if_eq(&'"').is_some(),
            '"' if is_start => is_quoted = true,
            _ if is_quoted => {}
            '\n' => break,
            _ => {
                if let Some(which) = SEPARATORS.iter().position(|&separator| separator == letter) {
                    counts[which] += 1;
                    is_start = true;
                    continue;
                }
            }
        }
        is_start = false;
    }
    let best = (0..SEPARATORS.len()).rev().max_by_key(|&which| counts[which]);
    best.map_or(',', |best| SEPARATORS[best])
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
