use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Span};

/// Where a window ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WindowLength {
    /// After so many rows: "500 rows".
    Rows(usize),
    /// After so much time, counted from 1970: "1d", "12h", "30min", "45s", "1w".
    Time(Duration),
    /// So that there are so many, of about equally many rows: "28 windows".
    Count(usize),
}

impl FromStr for WindowLength {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let whole = || number.parse::<usize>().ok().filter(|number| *number > 0);
        let found = match unit.trim() {
            "row" | "rows" => whole().map(Self::Rows),
            "window" | "windows" => whole().map(Self::Count),
            _ => {
                let span = text.parse::<Span>().ok();
                let allowed = Span::seconds(1)..=Span::seconds(1_000_000_000);
                span.filter(|span| allowed.contains(span)).map(|span| Self::Time(span.duration()))
            }
        };
        found.ok_or_else(|| {
            let problem = format!(
                "{text:?}, expected a time from 1 second on such as \"1d\", \"12h\" or \"30min\", or \"500 rows\""
            );
            Error::invalid("window", problem)
        })
    }
}

impl fmt::Display for WindowLength {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(out, "{rows} rows"),
            Self::Count(windows) => write!(out, "{windows} windows"),
            Self::Time(length) => Span::from(*length).fmt(out),
        }
    }
}

impl TryFrom<String> for WindowLength {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<WindowLength> for String {
    fn from(length: WindowLength) -> Self {
        length.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_say_them() {
        let day = WindowLength::Time(Duration::from_hours(24));
        for (text, expected) in [
            ("1d", day),
            ("24 h", day),
            ("1440min", day),
            ("500 rows", WindowLength::Rows(500)),
            ("28 windows", WindowLength::Count(28)),
        ] {
            let length: WindowLength = text.parse().unwrap();
            assert_eq!(length, expected, "{text}");
            assert_eq!(length.to_string().parse::<WindowLength>().unwrap(), length);
        }
        for text in ["", "d", "0 rows", "1.5 rows", "0.5s", "1 month", "-1d", "1e9w"] {
            assert!(text.parse::<WindowLength>().is_err(), "{text}");
        }
    }
}
