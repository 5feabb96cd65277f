//! How tables come from files and go to them, as JSON.

use std::path::PathBuf;

use serde::Deserialize;

use super::read;
use crate::{
    Result,
    model::TableFormat,
    store::{Consent, Existing, ExportOptions, ImportColumns, ImportOptions},
    text::{Anonymizer, Cleaner, Language},
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedImport {
    columns: ImportColumns,
    clean: Option<String>,
    labels: Option<Vec<String>>,
    allow_unlabelled: bool,
    source: Option<String>,
    format: Option<TableFormat>,
    existing: Option<Existing>,
    rows_per_write: Option<usize>,
    rejected: Option<PathBuf>,
    first: Option<usize>,
}

/// # JSON
impl ImportOptions {
    /// Options from JSON: an object with the names of the fields, of which all can be left out.
    /// `clean` is the language whose cleaner also stores the texts clean, `existing` is `keep`,
    /// `replace` or `refuse`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) names what is wrong.
    pub fn from_json(json: &str, consent: Consent, anonymizer: Anonymizer) -> Result<Self> {
        let stated: StatedImport = read("import options", json)?;
        let blank = Self::new(consent, anonymizer);
        let language = stated.clean.map(|language| language.parse::<Language>()).transpose()?;
        Ok(Self {
            columns: stated.columns,
            cleaner: language.map(Cleaner::new),
            labels: stated.labels,
            allow_unlabelled: stated.allow_unlabelled,
            source: stated.source.unwrap_or(blank.source),
            format: stated.format,
            existing: stated.existing.unwrap_or(blank.existing),
            rows_per_write: stated.rows_per_write.unwrap_or(blank.rows_per_write),
            rejected: stated.rejected,
            first: stated.first.unwrap_or(blank.first),
            ..blank
        })
    }
}

/// # JSON
impl ExportOptions {
    /// Options from JSON: an object with `format` and `for_spreadsheets`, which can be left out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        read("export options", json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_checked() {
        let import =
            |json: &str| ImportOptions::from_json(json, Consent::given(), Anonymizer::new());
        let json = r#"{"columns": {"text": "isi"}, "clean": "id", "existing": "replace",
                       "format": "csv", "labels": ["a"], "first": 3}"#;
        let options = import(json).unwrap();
        assert_eq!(options.columns.text.as_deref(), Some("isi"));
        assert!(options.cleaner.is_some());
        assert_eq!((options.existing, options.first), (Existing::Replace, 3));
        assert_eq!(import("").unwrap().rows_per_write, 4096);
        for (json, part) in [
            (
                r#"{"existing": "merge"}"#,
                "unknown variant `merge`, expected one of `keep`, `replace`, `refuse`",
            ),
            (r#"{"format": "xlsx"}"#, "`xlsx`"),
            (r#"{"clean": "xx"}"#, "\"xx\""),
            (r#"{"columns": {"teks": "a"}}"#, "unknown field `teks`"),
        ] {
            let error = import(json).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let json = r#"{"format": "parquet", "for_spreadsheets": true}"#;
        let options = ExportOptions::from_json(json).unwrap();
        assert_eq!(options.format, Some(TableFormat::Parquet));
    }
}
