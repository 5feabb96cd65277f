use std::{fmt, str::FromStr, time::Duration};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};

use crate::{Error, Result};

/// A length of time as people write it: `7d`, `12h`, `30min`, `45s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Span(Duration);

const UNITS: [(&str, u64); 5] =
    [("w", 604_800), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];

impl Span {
    /// So many days.
    pub const fn days(days: u64) -> Self {
        Self(Duration::from_secs(days * 86_400))
    }

    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The time it is.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let end = trimmed.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (number, unit) = trimmed.split_at(end.unwrap_or(trimmed.len()));
        let each = UNITS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, each)| *each);
        let seconds = number.parse::<f64>().ok().zip(each).map(|(many, each)| many * each as f64);
        match seconds {
            Some(seconds) if (0.0..=1e10).contains(&seconds) => {
                Ok(Self(Duration::from_secs_f64(seconds)))
            }
            _ => {
                let problem =
                    format!("{text:?} is no length of time such as 7d, 12h, 30min or 45s");
                Err(Error::invalid("time", problem))
            }
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        // Weeks are for reading only: people count in days.
        let fits = |(_, each): &&(&str, u64)| {
            let many = seconds / *each as f64;
            many >= 1.0 && (many * 10.0).fract() == 0.0
        };
        match UNITS[1..].iter().find(fits) {
            Some((name, each)) => write!(out, "{}{name}", seconds / *each as f64),
            None => write!(out, "{seconds}s"),
        }
    }
}

impl From<Duration> for Span {
    fn from(length: Duration) -> Self {
        Self(length)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(InWords)
    }
}

struct InWords;

impl Visitor<'_> for InWords {
    type Value = Span;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a length of time such as \"7d\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
        text.parse().map_err(E::custom)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// How long something took or is ago, in words: `3 days`, `5 hours`, `40 seconds`.
#[cfg(feature = "onnx")]
pub(crate) fn in_words(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    let (each, name) = match seconds {
        _ if seconds >= 172_800.0 => (86_400.0, "days"),
        _ if seconds >= 7_200.0 => (3_600.0, "hours"),
        _ if seconds >= 120.0 => (60.0, "minutes"),
        _ => (1.0, "seconds"),
    };
    let many = format!("{:.1}", seconds / each);
    format!("{} {name}", many.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written() {
        for (text, seconds, again) in [
            ("7d", 604_800, "7d"),
            ("1w", 604_800, "7d"),
            ("12h", 43_200, "12h"),
            ("1.5 h", 5_400, "1.5h"),
            ("90min", 5_400, "1.5h"),
            ("45s", 45, "45s"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.duration().as_secs(), span.to_string().as_str()), (seconds, again));
            assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }
        for text in ["", "7", "d", "-1d", "7 days", "1e99d"] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.contains("is no length of time"), "{error}");
        }
    }

    #[cfg(feature = "onnx")]
    #[test]
    fn words_are_round() {
        let told = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(told(3 * 86_400), "3 days");
        assert_eq!(told(90_000), "25 hours");
        assert_eq!([told(0), told(119), told(150)], ["0 seconds", "119 seconds", "2.5 minutes"]);
    }
}
