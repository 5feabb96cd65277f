//! What a report is made of, as text for a terminal and as HTML for a notebook.

use std::fmt::Write;

use super::width::{columns, cut, one_line, wrap};
use crate::html::push_escaped;

/// A part of a report.
pub(super) enum Block {
    /// Sentences.
    Text(String),
    /// A table.
    Table(Table),
}

/// A table under a title. A column is text if its name says so, else numbers.
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// The first row that is not like those before it, as means are not like classes.
    pub(super) rule: Option<usize>,
    /// What the reader should know.
    pub(super) note: Option<String>,
    /// Whether it says something wrong without all of its columns, so that a terminal that is too
    /// narrow for them does not show it.
    pub(super) is_whole: bool,
}

/// The head of a column.
pub(super) struct Column {
    name: String,
    is_text: bool,
}

/// A field of a table.
pub(super) struct Cell {
    text: String,
    shade: Option<Shade>,
}

/// How dark a field is, 0 to 1, and whether that is good.
#[derive(Clone, Copy)]
pub(super) struct Shade {
    pub(super) share: f64,
    pub(super) is_good: bool,
}

impl Column {
    pub(super) fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_text: true }
    }

    pub(super) fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_text: false }
    }
}

impl Table {
    pub(super) fn new(title: &'static str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        Self { title, columns, rows, rule: None, note: None, is_whole: false }
    }
}

impl Cell {
    pub(super) fn shaded(text: String, shade: Shade) -> Self {
        Self { text, shade: Some(shade) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text: one_line(&text), shade: None }
    }
}

/// The narrowest that a column of texts becomes.
const NARROWEST: usize = 6;
/// The longest text of a field in HTML, in columns.
const LONGEST: usize = 400;
/// A longer text may be broken in HTML.
const LONG: usize = 40;
const INDENT: &str = "  ";

/// The blocks for a terminal.
pub(super) fn to_text(blocks: &[Block], width: usize) -> String {
    let width = width.max(40);
    let mut out = String::new();
    for block in blocks {
        let start = out.len();
        match block {
            Block::Text(text) => wrap(&mut out, text, width),
            Block::Table(table) => table.push_text(&mut out, width),
        }
        if start > 0 && out.len() > start {
            out.insert(start, '\n');
        }
    }
    out
}

/// The blocks for a notebook.
pub(super) fn to_html(blocks: &[Block]) -> String {
    let mut out = String::from(
        "<div style=\"font-family:system-ui,sans-serif;font-size:14px;line-height:1.45\">",
    );
    for block in blocks {
        match block {
            Block::Text(text) => {
                out.push_str("<p style=\"margin:0 0 .6em;max-width:48em\">");
                push_escaped(&mut out, text);
                out.push_str("</p>");
            }
            Block::Table(table) => table.push_html(&mut out),
        }
    }
    out.push_str("</div>");
    out
}

impl Table {
    /// How wide each column is in a terminal of this width; columns for which there is no room
    /// are left out.
    fn widths(&self, width: usize) -> Vec<usize> {
        let needed = |at: usize| {
            let cells = self.rows.iter().map(|row| columns(&row[at].text));
            cells.chain([columns(&self.columns[at].name)]).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.columns.len()).map(needed).collect();
        let total = |widths: &[usize]| widths.iter().map(|own| own + INDENT.len()).sum::<usize>();
        while total(&widths) > width {
            let widest = (0..widths.len())
                .filter(|at| self.columns[*at].is_text && widths[*at] > NARROWEST)
                // A text in the last column says more than a label, so it gets twice the room.
                .max_by_key(|at| widths[*at] * if at + 1 == self.columns.len() { 1 } else { 2 });
            match widest {
                Some(at) => widths[at] -= 1,
                None if widths.len() > 1 => {
                    widths.pop();
                }
                None => break,
            }
        }
        widths
    }

    fn push_text(&self, out: &mut String, width: usize) {
        let widths = self.widths(width);
        if self.is_whole && widths.len() < self.columns.len() {
            return;
        }
        wrap(out, self.title, width);
        let names = self.columns.iter().map(|column| column.name.as_str());
        self.push_line(out, &widths, names);
        for (at, row) in self.rows.iter().enumerate() {
            if self.rule == Some(at) {
                let line = widths.iter().map(|own| own + INDENT.len()).sum::<usize>();
                let _ = writeln!(out, "{INDENT}{}", "─".repeat(line - INDENT.len()));
            }
            self.push_line(out, &widths, row.iter().map(|cell| cell.text.as_str()));
        }
        if let Some(note) = &self.note {
            wrap(out, note, width);
        }
    }

    fn push_line<'a>(
        &self,
        out: &mut String,
        widths: &[usize],
        cells: impl Iterator<Item = &'a str>,
    ) {
        let start = out.len();
        for ((width, column), text) in widths.iter().zip(&self.columns).zip(cells) {
            let text = cut(&text.replace('\u{a0}', " "), *width);
            let space = " ".repeat(width.saturating_sub(columns(&text)));
            let (first, last) = if column.is_text { (&text, &space) } else { (&space, &text) };
            let _ = write!(out, "{INDENT}{first}{last}");
        }
        let end = out.trim_end_matches(' ').len().max(start);
        out.truncate(end);
        out.push('\n');
    }

    fn push_html(&self, out: &mut String) {
        const TABLE: &str = "border-collapse:collapse;border:0;margin:0 0 1.2em";
        let side = |is_text: bool| if is_text { "left" } else { "right" };
        out.push_str("<p style=\"margin:.8em 0 .2em;font-weight:600\">");
        push_escaped(out, self.title);
        let _ =
            write!(out, "</p><div style=\"overflow-x:auto\"><table style=\"{TABLE}\"><thead><tr>");
        for column in &self.columns {
            let _ = write!(
                out,
                "<th style=\"padding:2px 10px;text-align:{};font-weight:600;border:0;\
                 border-bottom:1px solid rgba(128,128,128,.7)\">",
                side(column.is_text)
            );
            push_escaped(out, &column.name);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead><tbody>");
        for (at, row) in self.rows.iter().enumerate() {
            let line = if self.rule == Some(at + 1) { ".7" } else { ".2" };
            out.push_str("<tr style=\"background:none\">");
            for (cell, column) in row.iter().zip(&self.columns) {
                let is_long = columns(&cell.text) > LONG;
                let room = if is_long { "overflow-wrap:break-word" } else { "white-space:nowrap" };
                let _ = write!(
                    out,
                    "<td style=\"padding:2px 10px;text-align:{};border:0;max-width:44em;\
                     border-bottom:1px solid rgba(128,128,128,{line});{room}{}\">",
                    side(column.is_text),
                    cell.shade.map(Shade::style).unwrap_or_default()
                );
                push_escaped(out, &cut(&cell.text, LONGEST));
                out.push_str("</td>");
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
        if let Some(note) = &self.note {
            out.push_str("<p style=\"margin:-.8em 0 1.2em;opacity:.75\">");
            push_escaped(out, note);
            out.push_str("</p>");
        }
    }
}

impl Shade {
    /// The colours let the page's own colour through, so that they suit dark and light pages.
    fn style(self) -> String {
        let colour = if self.is_good { "47,128,237" } else { "217,115,13" };
        format!(";background:rgba({colour},{:.2})", self.share.clamp(0.0, 1.0) * 0.55)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Block {
        Block::Table(Table {
            title: "Fruits",
            columns: vec![Column::text("name"), Column::number("many"), Column::text("why")],
            rows: vec![
                vec![
                    "apel".to_owned().into(),
                    "1,000".to_owned().into(),
                    "<b>enak</b>".repeat(9).into(),
                ],
                vec!["日本の梨".to_owned().into(), "2".to_owned().into(), String::new().into()],
            ],
            rule: Some(1),
            note: None,
            is_whole: false,
        })
    }

    #[test]
    fn columns_are_aligned_and_cut_to_the_width() {
        let expected = concat!(
            "Fruits\n",
            "  name       many  why\n",
            "  apel      1,000  <b>enak</b><b>enak</…\n",
            "  ──────────────────────────────────────\n",
            "  日本の梨      2\n",
        );
        assert_eq!(to_text(&[table()], 40), expected);
    }

    #[test]
    fn html_holds_texts_and_no_tags_of_theirs() {
        let html = to_html(&[table(), Block::Text("a & 'b'".to_owned())]);
        assert!(html.contains("&lt;b&gt;enak&lt;/b&gt;") && !html.contains("<b>"));
        assert!(html.contains("a &amp; &#39;b&#39;"));
    }
}
