use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A point in time, to the microsecond, in UTC.
///
/// It is written as RFC 3339 says: `2026-11-25T10:53:43.123456Z`.
///
/// ```
/// use pantau::Timestamp;
///
/// let time: Timestamp = "2026-11-25T12:53:43+02:00".parse()?;
/// assert_eq!(time.to_string(), "2026-11-25T10:53:43Z");
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// This moment.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// So many microseconds after 1970 began.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970 began.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// So much earlier, at most as early as can be told.
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// So much later, at most as late as can be told.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// The minute it lies in, as people write it: `2026-11-25 10:53 UTC`, and a midnight as its day.
    pub(crate) fn minute(self) -> String {
        let whole = Self(self.0.div_euclid(60 * SECOND) * 60 * SECOND).to_string();
        let whole = whole.trim_end_matches(":00Z").replace('T', " ");
        match whole.strip_suffix(" 00:00") {
            Some(day) => day.to_owned(),
            None => format!("{whole} UTC"),
        }
    }

    /// How long after `earlier` this is; nothing if it is not later.
    pub fn since(self, earlier: Self) -> Duration {
        let span = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(span).unwrap_or_default())
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(span) => Self(micros(span)),
            Err(early) => Self(-micros(early.duration())),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0.div_euclid(DAY));
        let rest = self.0.rem_euclid(DAY);
        let (seconds, micros) = (rest / SECOND, rest % SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if (0..=9999).contains(&year) {
            write!(out, "{year:04}")?;
        } else {
            // RFC 3339 knows no such years; ISO 8601 gives them a sign and more digits.
            write!(out, "{year:+07}")?;
        }
        write!(out, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if micros > 0 {
            let digits = format!("{micros:06}");
            write!(out, ".{}", digits.trim_end_matches('0'))?;
        }
        out.write_str("Z")
    }
}

/// The date of a day counted from 1970 began: era by era of 400 years, in years that begin in
/// March, so that the day a leap year adds is their last.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The days from when 1970 began to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads a time as RFC 3339 writes it, with a `T` or a space between date and time. Without an
    /// offset it is UTC; a date alone is when that day begins.
    fn from_str(text: &str) -> Result<Self> {
        parse(text.trim()).ok_or_else(|| {
            let problem = format!("{text:?} is no time such as 2026-11-25T10:53:43Z or 2026-11-25");
            Error::invalid("time", problem)
        })
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let number = |text: &str, digits: usize| -> Option<i64> {
        let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    };
    let (date, time) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    if !(1..=12).contains(&month) || day < 1 || date_of(days(year, month, day)) != (month, day) {
        return None;
    }
    let start = days(year, month, day) * DAY;
    if time.is_empty() {
        return Some(Timestamp(start));
    }
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        None => (time, 0),
        Some(at) if time[at..].eq_ignore_ascii_case("z") => (&time[..at], 0),
        Some(at) => {
            let (hours, minutes) =
                time[at + 1..].split_once(':').or_else(|| time[at + 1..].split_at_checked(2))?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let span = (hours * 60 + minutes) * 60 * SECOND;
            (&time[..at], if time.as_bytes()[at] == b'-' { -span } else { span })
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    let digits = fraction.get(..fraction.len().min(6))?;
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 || !is_fraction {
        return None;
    }
    let micros = number(&format!("{digits:0<6}"), 6)?;
    let clock = ((hour * 60 + minute) * 60 + second) * SECOND + micros;
    Some(Timestamp(start + clock - offset))
}

/// Month and day of a day, which differ from those asked for where the day does not exist.
fn date_of(day: i64) -> (i64, i64) {
    let (_, month, day) = date(day);
    (month, day)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from Python's `datetime`.
    #[test]
    fn times_are_those_of_the_calendar() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (1_709_164_800_500_000, "2024-02-29T00:00:00.5Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp(micros).to_string(), text);
            assert_eq!(text.parse::<Timestamp>().unwrap(), Timestamp(micros));
        }
        for day in (-1_000_000..1_000_000).step_by(97) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn what_people_write_is_read() {
        let expected = Timestamp(1_795_604_023_000_000);
        for text in [
            "2026-11-25T10:53:43Z",
            "2026-11-25 10:53:43",
            " 2026-11-25t10:53:43.000000000z ",
            "2026-11-25T17:53:43+07:00",
            "2026-11-25T05:23:43-0530",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap(), expected, "{text}");
        }
        assert_eq!("2026-11-25".parse::<Timestamp>().unwrap().to_string(), "2026-11-25T00:00:00Z");
        for text in [
            "",
            "yesterday",
            "2026-02-29",
            "2026-13-01",
            "2026-11-25T24:00:00Z",
            "2026-11-25T10:53:60Z",
            "2026-11-25T10:53:43.",
            "2026-11-25T10:53:43+7",
            "2026-11-2é",
            "25/11/2026",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput, "{text}");
        }
    }

    #[test]
    fn spans_end_where_time_does() {
        assert_eq!(Timestamp(i64::MIN).before(Duration::MAX), Timestamp(i64::MIN));
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration::ZERO);
        assert_eq!(Timestamp(9).after(Duration::from_micros(1)), Timestamp(10));
        // Even the last moments can be written.
        assert!(Timestamp(i64::MAX).to_string().starts_with("+294247-"));
    }
}
