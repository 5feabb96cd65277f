//! The texts and labels among the columns of a table.

use super::{
    names::column,
    rows::{Broken, Cell, Chosen, Place, Row, Visitor},
};
use crate::{Error, Result};

/// Collects texts and labels. The first row that has none ends the reading.
pub(super) struct Rows<'a> {
    names: [&'a str; 2],
    chosen: Option<[Chosen; 2]>,
    pub(super) texts: Vec<String>,
    pub(super) labels: Vec<String>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, label: &'a str) -> Self {
        Self { names: [text, label], chosen: None, texts: Vec::new(), labels: Vec::new() }
    }
}

impl Visitor for Rows<'_> {
    fn names(&mut self, names: &[String]) -> Result<()> {
        let [text, label] = self.names;
        self.chosen =
            Some([Chosen::new("text", text, names)?, Chosen::new("label", label, names)?]);
        Ok(())
    }

    fn row(&mut self, place: Place, row: &Row<'_>) -> Result<()> {
        let Some([text, label]) = &self.chosen else { return Ok(()) };
        if let Row::Object(object) = row {
            let names: Vec<&String> = object.keys().collect();
            column(&format!("text of {place}"), &text.name, &names)?;
            column(&format!("label of {place}"), &label.name, &names)?;
        }
        let is_table = matches!(place, Place::Line(_)) && matches!(row, Row::Cells(_));
        let text = match text.of(row) {
            Cell::Text(text) => text,
            // In lines of cells, what is not written is an empty text.
            Cell::Null if is_table => String::new(),
            other => return Err(wrong(place, "text", &other)),
        };
        let label = match label.of(row) {
            Cell::Null if is_table => String::new(),
            found @ (Cell::Text(_) | Cell::Number(_) | Cell::Truth(_)) => {
                found.into_text().unwrap_or_default()
            }
            other => return Err(wrong(place, "label", &other)),
        };
        if label.trim().is_empty() {
            return Err(Error::invalid(place.to_string(), "its label is empty"));
        }
        self.texts.push(text);
        self.labels.push(label);
        Ok(())
    }

    fn broken(&mut self, broken: Broken<'_>) -> Result<()> {
        Err(Error::invalid(broken.place.to_string(), broken.reason))
    }
}

fn wrong(place: Place, role: &str, cell: &Cell) -> Error {
    Error::invalid(place.to_string(), format!("its {role} is {}", cell.shown()))
}
