//! Which rows are asked for, as JSON.

use serde::Deserialize;

use super::read;
use crate::{
    Error, Result, Timestamp,
    store::{Condition, Direction, Select, Table, TrainingView, Value, Window},
};

/// A stretch of time.
#[derive(Debug, Default)]
struct Span {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Span {
    fn new(hours: Option<f64>, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<Self> {
        if let Some(hours) = hours {
            if since.is_some() || until.is_some() {
                let problem = "the last hours have no `since` or `until`; give one or the other";
                return Err(Error::invalid("hours", problem));
            }
            return Ok(Self { since: Window::last_hours(hours)?.since, until: None });
        }
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            return Err(Error::invalid("until", format!("{until} is before `since`, {since}")));
        }
        Ok(Self { since, until })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedWindow {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    hours: Option<f64>,
    model: Option<String>,
    version: Option<String>,
}

/// # JSON
impl Window {
    /// A window from JSON: an object with `since` and `until` or the last `hours`, and with `model`
    /// and `version`; all can be left out.
    ///
    /// ```
    /// use pantau::{Timestamp, store::Window};
    ///
    /// let window = Window::from_json(r#"{"hours": 24, "model": "sentiment"}"#)?;
    /// assert!(window.since < Some(Timestamp::now()) && window.until.is_none());
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        let StatedWindow { since, until, hours, model, version } = read("window", json)?;
        let Span { since, until } = Span::new(hours, since, until)?;
        Ok(Self { since, until, model, version })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StatedSelect {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    hours: Option<f64>,
    model: Option<String>,
    version: Option<String>,
    subject: Option<String>,
    limit: Option<usize>,
}

/// # JSON
impl Select {
    /// Rows of a table from JSON: an object with `since` and `until` or the last `hours`, with
    /// `model`, `version` and `subject` where the table has these, and with a `limit`; all can be
    /// left out. The rows come in the order of their times, with a limit the latest first.
    ///
    /// ```
    /// use pantau::store::{Select, Table};
    ///
    /// let select = Select::from_json(Table::Feedback, r#"{"hours": 24, "limit": 10}"#)?;
    /// assert_eq!((select.conditions.len(), select.limit), (1, Some(10)));
    /// # Ok::<(), pantau::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong, or what the table has no column for.
    pub fn from_json(table: Table, json: &str) -> Result<Self> {
        let stated: StatedSelect = read("select", json)?;
        let missing =
            |what: &str| Error::invalid(what, format!("table {} has no such column", table.name()));
        let named = |name: &'static str, value: Option<String>| match value {
            Some(_) if table.column(name).is_none() => Err(missing(name)),
            value => Ok(value.map(|value| Condition::Is(name, Value::Text(value)))),
        };
        let time = table.time();
        let Span { since, until } = Span::new(stated.hours, stated.since, stated.until)?;
        let mut select = Self::all(table);
        if since.is_some() || until.is_some() {
            let time = time.ok_or_else(|| missing("since"))?;
            let from = since.map(|since| Condition::IsAtLeast(time, Value::Time(since)));
            let to = until.map(|until| Condition::IsBelow(time, Value::Time(until)));
            select.conditions.extend(from.into_iter().chain(to));
        }
        for (name, value) in
            [("model", stated.model), ("version", stated.version), ("subject", stated.subject)]
        {
            select.conditions.extend(named(name, value)?);
        }
        let direction =
            if stated.limit.is_some() { Direction::Descending } else { Direction::Ascending };
        select.order.extend(time.map(|time| (time, direction)));
        select.limit = stated.limit;
        Ok(select)
    }
}

/// # JSON
impl TrainingView {
    /// A view from JSON: an object with the names of the fields, of which all can be left out. A
    /// `limit` of null is none.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names what is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        read("view", json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_checked() {
        for (json, part) in [
            (r#"{"hours": 0}"#, "hours: 0 is not above 0"),
            (r#"{"hours": 1e9}"#, "hours: 1000000000 is not"),
            (r#"{"hours": 1, "since": "2026-01-01"}"#, "hours: the last hours have no"),
            (r#"{"since": "2026-01-02", "until": "2026-01-01"}"#, "is before `since`"),
        ] {
            let error = Window::from_json(json).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(Window::from_json(" ").unwrap(), Window::default());
    }

    #[test]
    fn tables_are_asked_only_for_what_they_have() {
        let select = |table, json| Select::from_json(table, json);
        let json = r#"{"since": "2026-01-01", "until": "2026-02-01", "model": "m", "limit": 5}"#;
        let found = select(Table::Predictions, json).unwrap();
        assert_eq!(found.conditions.len(), 3);
        assert_eq!(found.order, [("timestamp", Direction::Descending)]);
        assert_eq!(select(Table::Erasures, "").unwrap().order, []);
        for (table, json, part) in [
            (Table::Audit, r#"{"model": "m"}"#, "model: table audit has no such column"),
            (Table::Erasures, r#"{"hours": 1}"#, "since: table erasures has no such column"),
            (Table::Runs, r#"{"where": 1}"#, "unknown field `where`"),
        ] {
            let error = select(table, json).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_view_has_a_limit_unless_it_is_null() {
        assert_eq!(TrainingView::from_json("{}").unwrap(), TrainingView::default());
        assert_eq!(TrainingView::from_json(r#"{"limit": null}"#).unwrap().limit, None);
    }
}
