use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, profile::WindowLength};

/// How many false alarms are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Value", into = "String")]
pub struct FalseAlarms {
    /// On average at most one in so many windows.
    pub windows: f64,
}

impl Default for FalseAlarms {
    fn default() -> Self {
        Self { windows: 365.0 }
    }
}

impl FromStr for FalseAlarms {
    type Err = Error;

    /// Reads "1 per 365 windows".
    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let numbers = match words[..] {
            [alarms, "per", windows, "window" | "windows"] => {
                alarms.parse::<f64>().ok().zip(windows.parse::<f64>().ok())
            }
            _ => None,
        };
        match numbers.map(|(alarms, windows)| windows / alarms) {
            Some(windows) if (10.0..=1e9).contains(&windows) => Ok(Self { windows }),
            Some(windows) => {
                let problem = format!("one in {windows} windows, allowed are 10 to 1e9");
                Err(Error::invalid("false_alarms", problem))
            }
            None => {
                let problem = format!("{text:?}, expected words such as \"1 per 365 windows\"");
                Err(Error::invalid("false_alarms", problem))
            }
        }
    }
}

impl TryFrom<serde_json::Value> for FalseAlarms {
    type Error = Error;

    fn try_from(told: serde_json::Value) -> Result<Self> {
        match told {
            serde_json::Value::String(text) => text.parse(),
            // A share is what most ask for first: the message tells them how.
            other => other.to_string().parse(),
        }
    }
}

impl From<FalseAlarms> for String {
    fn from(allowed: FalseAlarms) -> Self {
        format!("1 per {} windows", allowed.windows)
    }
}

/// What may be chosen of a [`super::Monitor`]. The defaults are meant to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MonitorOptions {
    /// How many false alarms are allowed.
    pub false_alarms: FalseAlarms,
    /// The share of rows that must have moved for an alarm.
    pub min_effect: f64,
    /// When a window closes by itself: after some rows or some time; none waits to be told.
    pub window: Option<WindowLength>,
    /// A window with fewer rows is not judged.
    pub min_rows: u64,
}

impl Default for MonitorOptions {
    fn default() -> Self {
        Self { false_alarms: FalseAlarms::default(), min_effect: 0.03, window: None, min_rows: 30 }
    }
}

impl MonitorOptions {
    /// Reads options from JSON; what is left out has its default.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what is not such an object.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    /// Refuses what cannot be.
    pub(crate) fn check(&self) -> Result<()> {
        if !(0.0..1.0).contains(&self.min_effect) {
            let problem = format!("{} is no share from 0 to below 1", self.min_effect);
            return Err(Error::invalid("min_effect", problem));
        }
        match self.window {
            Some(WindowLength::Count(_)) => {
                let problem =
                    "how many windows there are is not known; give \"1d\" or \"500 rows\"";
                Err(Error::invalid("window", problem))
            }
            Some(WindowLength::Rows(rows)) if (rows as u64) < self.min_rows => {
                let problem =
                    format!("{rows} rows, but windows are judged from {} on", self.min_rows);
                Err(Error::invalid("window", problem))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowances_are_read_as_people_say_them() {
        let read = |text: &str| text.parse::<FalseAlarms>().map(|allowed| allowed.windows);
        assert!((read("1 per 365 windows").unwrap() - 365.0).abs() < 1e-12);
        assert!((read("2 per 100 windows").unwrap() - 50.0).abs() < 1e-12);
        for text in ["", "1 per year", "0 per 10 windows", "1 per 5 windows", "x per 9 windows"] {
            assert!(read(text).is_err(), "{text}");
        }
        let options =
            MonitorOptions::from_json(r#"{"false_alarms": "1 per 100 windows"}"#).unwrap();
        assert!((options.false_alarms.windows - 100.0).abs() < 1e-12);
        assert!(MonitorOptions::from_json(r#"{"false_alarm": 1}"#).is_err());
    }
}
