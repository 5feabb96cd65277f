//! Texts with the labels people gave them, from the files people keep them in.

mod labelled;
mod names;
mod rows;
mod validation;

use std::path::Path;

pub(super) use names::listed;
pub(crate) use names::shortened;
pub use names::{column, number_label, truth_label};
pub use rows::TableFormat;
pub(crate) use rows::{Broken, Cell, Chosen, Place, Row, Visitor, read_file};
pub use validation::{
    Check, Finding, ValidationOptions, ValidationReport, validate, validate_columns,
};

use crate::{Error, Result};

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
    /// Texts and their labels, in the same order. White space around a label is no part of it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is not one label for each text, there are none, a label is
    /// empty, or all texts are.
    pub fn new(texts: Vec<String>, mut labels: Vec<String>) -> Result<Self> {
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
        for label in &mut labels {
            let trimmed = label.trim();
            if trimmed.len() < label.len() {
                *label = trimmed.to_owned();
            }
        }
        Ok(Self { texts, labels })
    }

    /// Reads a file with a header: JSON where its name ends in `.json`, `.jsonl` or `.ndjson`,
    /// Parquet where it ends in `.parquet`, and otherwise comma-, semicolon- or tab-separated.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file; [`Error::InvalidInput`] if a column is
    /// missing, with those there are, or a row is broken, with its line.
    pub fn open(path: impl AsRef<Path>, text: &str, label: &str) -> Result<Self> {
        let path = path.as_ref();
        let format = TableFormat::of(path).unwrap_or(TableFormat::Csv);
        let mut rows = labelled::Rows::new(text, label);
        rows::read_file(path, format, &mut rows)?;
        Self::new(rows.texts, rows.labels).map_err(|error| match error {
            Error::InvalidInput { what, problem } => {
                Error::invalid(format!("{}: {what}", path.display()), problem)
            }
            other => other,
        })
    }

    /// Reads a table whose first line names its columns. What parts them, a tab, a comma or a
    /// semicolon, is what that line holds most of outside quotation marks.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_csv(table: &str, text: &str, label: &str) -> Result<Self> {
        Self::read(table, TableFormat::Csv, text, label)
    }

    /// Reads a JSON array of objects, or JSON Lines: an object a line.
    ///
    /// Labels may be numbers, which become text as by [`number_label`], or truths, as by
    /// [`truth_label`].
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_json(rows: &str, text: &str, label: &str) -> Result<Self> {
        Self::read(rows, TableFormat::Json, text, label)
    }

    fn read(table: &str, format: TableFormat, text: &str, label: &str) -> Result<Self> {
        let mut rows = labelled::Rows::new(text, label);
        rows::read_str(table, format, &mut rows)?;
        Self::new(rows.texts, rows.labels)
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
    fn json_is_read_too() {
        let lines = "{\"t\": \"a\", \"l\": \"x\"}\n\n{\"l\": 3, \"t\": \"b\", \"more\": []}\n";
        let data = LabelledTexts::from_json(lines, "t", "l").unwrap();
        assert_eq!(
            (data.texts(), data.labels()),
            (&["a".into(), "b".into()][..], &["x".into(), "3".into()][..])
        );
        let error = LabelledTexts::from_json("{\"t\": null, \"l\": \"x\"}", "t", "l").unwrap_err();
        assert_eq!(error.to_string(), "line 1: its text is null");
        let array = "[\n  {\"t\": \"a\", \"l\": \"x\"},\n  {\"t\": \"b\", \"l\": 3}\n]\n";
        assert_eq!(LabelledTexts::from_json(array, "t", "l").unwrap(), data);
    }

    #[test]
    fn what_is_no_row_of_json_is_told() {
        let message =
            |json: &str| LabelledTexts::from_json(json, "t", "l").unwrap_err().to_string();
        assert_eq!(message("[]"), "data: there are 0 rows");
        assert_eq!(message(""), "data: there are 0 rows");
        assert_eq!(
            message("[{\"t\": \"a\", \"l\": \"x\"}, {\"t\": \"b\"}]"),
            "label of row 1: no column \"l\" among \"t\""
        );
        assert_eq!(message("[{\"t\": [1], \"l\": \"x\"}]"), "row 0: its text is [1]");
        assert_eq!(message("[1]"), "row 0: expected an object, found 1");
        assert_eq!(
            message("[{\"t\": \"a\", \"l\": \"x\"}"),
            "data: expected an array of objects (EOF while parsing a list at line 1 column 21)"
        );
        assert_eq!(
            message("{\n\"t\": [\"a\"]}"),
            "line 1: expected an object a line, or an array of objects (EOF while parsing an \
             object at line 1 column 1)"
        );
        assert!(message("{\"t\": \"\\ud800\", \"l\": \"x\"}").starts_with("line 1: "));
        assert!(message("{\"t\": \"a\", \"l\": \"\\ud800\"}").starts_with("line 1: "));
    }

    #[test]
    fn a_label_is_the_same_wherever_it_stands() {
        let lines = "{\"t\": \"a\", \"l\": 0.0}\n{\"t\": \"b\", \"l\": true}\n\
                     {\"t\": \"c\", \"l\": \" pos\"}\n{\"t\": \"d\", \"l\": 1e3}\n";
        let json = LabelledTexts::from_json(lines, "t", "l").unwrap();
        let csv = LabelledTexts::from_csv("t,l\na,0\nb,True\nc, pos\nd,1000 \n", "t", "l");
        assert_eq!(json, csv.unwrap());
        assert_eq!(json.labels(), ["0", "True", "pos", "1000"]);
    }

    #[test]
    fn old_and_odd_tables_are_read() {
        assert_eq!(read("t,l\ra,x\r\"b\rc\",y\r"), pairs(&[("a", "x"), ("b\nc", "y")]));
        let quoted = "\"t;a;b\",\"l\"\nc,x\n";
        let data = LabelledTexts::from_csv(quoted, "t;a;b", "l").unwrap();
        assert_eq!((data.texts(), data.labels()), (&["c".into()][..], &["x".into()][..]));
        let doubled = "\"a;\"\";b\",t,l\n1,c,x\n";
        assert_eq!(read(doubled), pairs(&[("c", "x")]));
        assert_eq!(read("\"one;\ntwo;\",t,l\n1,c,x\n"), pairs(&[("c", "x")]));
        assert_eq!(read("\n\nt;l\na,b;x\n"), pairs(&[("a,b", "x")]));
    }

    #[test]
    fn errors_stay_short() {
        let long = "x".repeat(100_000);
        let many: Vec<String> = (0..10_000).map(|at| format!("column {at}")).collect();
        for (table, text) in [
            (many.join(","), "text"),
            (format!("{long},{long}"), "text"),
            ("a,b".to_owned(), long.as_str()),
        ] {
            let error = LabelledTexts::from_csv(&table, text, "label").unwrap_err().to_string();
            assert!(error.chars().count() < 500, "{error}");
        }
        for json in [format!("\"{long}\""), format!("{{\"t\": [\"{long}\"], \"l\": 1}}")] {
            let error = LabelledTexts::from_json(&json, "t", "l").unwrap_err().to_string();
            assert!(error.chars().count() < 300, "{error}");
        }
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
        assert_eq!(message(""), "text: no column \"text\", there are none");
        let twice = message("text,label,text\na,x,b\n");
        assert_eq!(twice, "text: 2 columns are named \"text\"");
    }
}
