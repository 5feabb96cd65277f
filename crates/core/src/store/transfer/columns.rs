//! Which column is what.

use serde::Deserialize;

use crate::{
    Result,
    model::{Cell, Chosen, Row},
};

/// Which columns of a file hold what. A column that is not named is looked for by the names that
/// it has in the store and elsewhere; one that is named must be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportColumns {
    /// The texts; else `review_text`, `text`, `review`, `content` or `input_text`.
    pub text: Option<String>,
    /// The labels; else `sentiment_label`, `label`, `sentiment` or `actual_label`.
    pub label: Option<String>,
    /// The ids; else `id` or `review_id`. Without ids, one is made of what the row holds, so that
    /// importing it again adds nothing.
    pub id: Option<String>,
    /// The stars; else `rating`, `stars` or `score`.
    pub rating: Option<String>,
    /// When the text was written; else `date` or `at`.
    pub date: Option<String>,
    /// The app; else `app_name` or `app`.
    pub app_name: Option<String>,
    /// The country; else `country_code` or `country`.
    pub country_code: Option<String>,
    /// Where the label comes from; else `source`.
    pub source: Option<String>,
    /// The person; else `subject`.
    pub subject: Option<String>,
    /// When the label became known; else `labelled_at`. Without it, at the import.
    pub labelled_at: Option<String>,
    /// When the review was first stored; else `created_at`. Without it, at the import.
    pub created_at: Option<String>,
}

/// The columns as they were found in a file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) text: Chosen,
    pub(super) label: Option<Chosen>,
    pub(super) id: Option<Chosen>,
    pub(super) rating: Option<Chosen>,
    pub(super) date: Option<Chosen>,
    pub(super) app_name: Option<Chosen>,
    pub(super) country_code: Option<Chosen>,
    pub(super) source: Option<Chosen>,
    pub(super) subject: Option<Chosen>,
    pub(super) labelled_at: Option<Chosen>,
    pub(super) created_at: Option<Chosen>,
}

impl ImportColumns {
    /// Finds them among the names of a file's columns; the labels may be missing only where texts
    /// may have none.
    pub(super) fn find(&self, names: &[String], is_label_needed: bool) -> Result<Found> {
        let optional = |role: &str, named: &Option<String>, others: &[&str]| {
            let found = others.iter().find(|other| names.iter().any(|name| name == *other));
            match named.as_deref().or(found.copied()) {
                Some(name) => Chosen::new(role, name, names).map(Some),
                None => Ok(None),
            }
        };
        let needed = |role: &str, named: &Option<String>, others: &[&str]| {
            match optional(role, named, others)? {
                Some(found) => Ok(found),
                // Says what there is instead.
                None => Chosen::new(role, others[0], names),
            }
        };
        let label = ["sentiment_label", "label", "sentiment", "actual_label"];
        Ok(Found {
            text: needed(
                "text",
                &self.text,
                &["review_text", "text", "review", "content", "input_text"],
            )?,
            label: if is_label_needed {
                Some(needed("label", &self.label, &label)?)
            } else {
                optional("label", &self.label, &label)?
            },
            id: optional("id", &self.id, &["id", "review_id"])?,
            rating: optional("rating", &self.rating, &["rating", "stars", "score"])?,
            date: optional("date", &self.date, &["date", "at"])?,
            app_name: optional("app_name", &self.app_name, &["app_name", "app"])?,
            country_code: optional(
                "country_code",
                &self.country_code,
                &["country_code", "country"],
            )?,
            source: optional("source", &self.source, &["source"])?,
            subject: optional("subject", &self.subject, &["subject"])?,
            labelled_at: optional("labelled_at", &self.labelled_at, &["labelled_at"])?,
            created_at: optional("created_at", &self.created_at, &["created_at"])?,
        })
    }
}

/// What a row holds in a column that may not be there.
pub(super) fn cell(column: Option<&Chosen>, row: &Row<'_>) -> Cell {
    column.map_or(Cell::Null, |column| column.of(row))
}
