//! Points in time that repeat, as cron writes them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Timestamp};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;

/// No schedule leaves out more than eight years: 29 February around a year such as 2100.
const LONGEST_GAP_DAYS: i64 = 8 * 366;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A schedule: minute, hour, day of the month, month and day of the week, such as `0 2 * * *` for
/// every night at two. Where both days are narrowed, either is enough, as in cron itself.
///
/// ```
/// use pantau::{Timestamp, lifecycle::Cron};
///
/// let nightly: Cron = "0 2 * * *".parse()?;
/// let now: Timestamp = "2026-11-25T10:53:43Z".parse()?;
/// assert_eq!(nightly.next_after(now, 0).to_string(), "2026-11-26T02:00:00Z");
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cron {
    written: String,
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether a day has to fit both ways, since one of them is any.
    is_any_day: bool,
}

/// What a field may hold.
struct Field {
    name: &'static str,
    from: u32,
    to: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", from: 0, to: 59, names: &[] },
    Field { name: "hour", from: 0, to: 23, names: &[] },
    Field { name: "day of the month", from: 1, to: 31, names: &[] },
    Field { name: "month", from: 1, to: 12, names: &MONTHS },
    // Sunday is 0 and 7.
    Field { name: "day of the week", from: 0, to: 7, names: &WEEKDAYS },
];

impl Cron {
    /// The first moment after another one, on clocks that are so many minutes ahead of UTC.
    pub fn next_after(&self, moment: Timestamp, ahead: i32) -> Timestamp {
        self.search(moment, ahead, 1)
    }

    /// The last moment that is not after another one.
    pub fn last_until(&self, moment: Timestamp, ahead: i32) -> Timestamp {
        self.search(moment, ahead, -1)
    }

    fn search(&self, moment: Timestamp, ahead: i32, step: i64) -> Timestamp {
        let ahead = i64::from(ahead) * MINUTE;
        let local = moment.micros().saturating_add(ahead);
        let minute = local.div_euclid(MINUTE);
        let first = if step > 0 { minute + 1 } else { minute };
        let mut day = first.div_euclid(1_440);
        let mut within = first.rem_euclid(1_440);
        for _ in 0..=LONGEST_GAP_DAYS {
            if self.is_on(day) {
                let mut minutes: Box<dyn Iterator<Item = i64>> =
                    if step > 0 { Box::new(within..1_440) } else { Box::new((0..=within).rev()) };
                if let Some(found) = minutes.find(|minute| self.is_at(*minute)) {
                    return Timestamp::from_micros(day * DAY + found * MINUTE - ahead);
                }
            }
            day += step;
            within = if step > 0 { 0 } else { 1_439 };
        }
        // `from_str` has found one in every such span.
        moment
    }

    fn is_at(&self, minute: i64) -> bool {
        self.hours >> (minute / 60) & 1 == 1 && self.minutes >> (minute % 60) & 1 == 1
    }

    fn is_on(&self, day: i64) -> bool {
        let (_, month, of_month) = crate::time::date(day);
        // 1970 began on a Thursday.
        let of_week = (day + 4).rem_euclid(7);
        let by_month = self.days >> of_month & 1 == 1;
        let by_week = self.weekdays >> of_week & 1 == 1;
        let fits = if self.is_any_day { by_month && by_week } else { by_month || by_week };
        self.months >> month & 1 == 1 && fits
    }
}

impl FromStr for Cron {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let written = text.trim();
        let spelt = match written {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let words: Vec<&str> = spelt.split_whitespace().collect();
        if words.len() != FIELDS.len() {
            let problem = format!(
                "{text:?} has {} fields; it needs five (minute, hour, day of the month, month, day \
                 of the week), as \"0 2 * * *\" for every night at two",
                words.len()
            );
            return Err(Error::invalid("schedule", problem));
        }
        let mut sets = [0_u64; 5];
        for ((set, field), word) in sets.iter_mut().zip(&FIELDS).zip(&words) {
            *set = field.read(word).map_err(|problem| {
                Error::invalid("schedule", format!("{text:?}, {}: {problem}", field.name))
            })?;
        }
        let [minutes, hours, days, months, weekdays] = sets;
        let is_any = |word: &str| word.starts_with('*') || word.starts_with('?');
        let cron = Self {
            written: written.to_owned(),
            minutes,
            hours,
            days,
            months,
            weekdays: weekdays | weekdays >> 7 & 1,
            is_any_day: is_any(words[2]) || is_any(words[4]),
        };
        // Any span without one has it missing for ever: the calendar repeats the four-year pattern.
        let start = Timestamp::from_micros(0);
        if cron.next_after(start, 0) == start {
            return Err(Error::invalid("schedule", format!("{text:?} is on no day of any year")));
        }
        Ok(cron)
    }
}

impl Field {
    /// The values that a list of values, ranges and steps names, as bits.
    fn read(&self, list: &str) -> Result<u64, String> {
        let mut set = 0;
        for part in list.split(',') {
            let (range, step) = match part.split_once('/') {
                None => (part, None),
                Some((range, step)) => {
                    let step = step.parse::<u32>().ok().filter(|step| *step > 0);
                    (range, Some(step.ok_or_else(|| format!("{part:?} has no step above 0"))?))
                }
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" || range == "?" => (self.from, self.most()),
                Some((from, to)) => (self.value(from)?, self.value(to)?),
                None => {
                    let value = self.value(range)?;
                    // A start with a step goes on to the end.
                    (value, if step.is_some() { self.most() } else { value })
                }
            };
            if from > to {
                return Err(format!("{range:?} ends before it begins"));
            }
            set |= (from..=to).step_by(step.unwrap_or(1) as usize).fold(0, |set, at| set | 1 << at);
        }
        Ok(set)
    }

    /// The last value of a range over everything.
    fn most(&self) -> u32 {
        if self.to == 7 { 6 } else { self.to }
    }

    fn value(&self, word: &str) -> Result<u32, String> {
        let lower = word.to_ascii_lowercase();
        if let Some(place) = self.names.iter().position(|name| *name == lower) {
            return Ok(place as u32 + self.from);
        }
        let number =
            word.parse::<u32>().ok().filter(|_| word.bytes().all(|at| at.is_ascii_digit()));
        match number {
            Some(number) if (self.from..=self.to).contains(&number) => Ok(number),
            _ => Err(format!("{word:?}, allowed are {} to {}", self.from, self.to)),
        }
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

impl TryFrom<String> for Cron {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Cron> for String {
    fn from(cron: Cron) -> Self {
        cron.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, from: &str) -> String {
        let cron: Cron = schedule.parse().unwrap();
        cron.next_after(from.parse().unwrap(), 0).to_string()
    }

    /// The values are those of croniter 7.0.0 for Python, `croniter(schedule, from).get_next()`.
    #[test]
    fn the_next_moment_is_that_of_croniter() {
        for (schedule, from, expected) in [
            ("0 2 * * *", "2026-11-25T10:53:43Z", "2026-11-26T02:00:00Z"),
            ("0 2 * * *", "2026-11-25T02:00:00Z", "2026-11-26T02:00:00Z"),
            ("*/15 * * * *", "2026-12-31T23:46:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 29 2 *", "2097-01-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            ("30 4 1,15 * 5", "2026-11-25T00:00:00Z", "2026-11-27T04:30:00Z"),
            ("0 12 * * mon-fri", "2026-11-27T12:00:00Z", "2026-11-30T12:00:00Z"),
            ("0 0 * * 7", "2026-11-25T00:00:00Z", "2026-11-29T00:00:00Z"),
            ("5-59/10 8-18/5 * jan,jul *", "2026-11-25T00:00:00Z", "2027-01-01T08:05:00Z"),
            ("0 9 31 * *", "2026-11-25T00:00:00Z", "2026-12-31T09:00:00Z"),
            ("0 3 * * 0,6", "2026-11-28T03:00:01Z", "2026-11-29T03:00:00Z"),
            ("10/20 * * * *", "2026-11-25T00:31:00Z", "2026-11-25T00:50:00Z"),
            ("@weekly", "2026-11-25T00:00:00Z", "2026-11-29T00:00:00Z"),
            ("@yearly", "2026-11-25T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 13 * fri", "2026-11-01T00:00:00Z", "2026-11-06T00:00:00Z"),
            ("0 22 * 2 tue", "1969-12-31T23:59:59Z", "1970-02-03T22:00:00Z"),
        ] {
            assert_eq!(next(schedule, from), expected, "{schedule} after {from}");
        }
    }

    #[test]
    fn the_last_moment_is_the_one_before_the_next() {
        for schedule in ["0 2 * * *", "*/7 3-5 1,15 * mon", "0 0 29 2 *", "59 23 31 12 *"] {
            let cron: Cron = schedule.parse().unwrap();
            let mut moment: Timestamp = "2023-01-01".parse().unwrap();
            for _ in 0..20 {
                let next = cron.next_after(moment, 0);
                assert!(next > moment, "{schedule}");
                assert_eq!(cron.last_until(next, 0), next, "{schedule}");
                let shortly = Timestamp::from_micros(next.micros() + 1);
                assert_eq!(cron.last_until(shortly, 0), next, "{schedule}");
                assert!(cron.last_until(Timestamp::from_micros(next.micros() - 1), 0) <= moment);
                moment = next;
            }
        }
    }

    #[test]
    fn clocks_may_be_ahead() {
        let nightly: Cron = "0 2 * * *".parse().unwrap();
        let now: Timestamp = "2026-11-25T18:59:00Z".parse().unwrap();
        // Two at night in Jakarta is seven in the evening of the day before.
        assert_eq!(nightly.next_after(now, 420).to_string(), "2026-11-25T19:00:00Z");
        assert_eq!(nightly.last_until(now, 420).to_string(), "2026-11-24T19:00:00Z");
    }

    #[test]
    fn what_is_no_schedule_is_told() {
        for (schedule, problem) in [
            ("0 2 * *", "\"0 2 * *\" has 4 fields; it needs five"),
            ("", "\"\" has 0 fields"),
            ("60 * * * *", "minute: \"60\", allowed are 0 to 59"),
            ("* 24 * * *", "hour: \"24\", allowed are 0 to 23"),
            ("* * 0 * *", "day of the month: \"0\", allowed are 1 to 31"),
            ("* * * jax *", "month: \"jax\", allowed are 1 to 12"),
            ("* * * * 8", "day of the week: \"8\", allowed are 0 to 7"),
            ("*/0 * * * *", "minute: \"*/0\" has no step above 0"),
            ("9-3 * * * *", "minute: \"9-3\" ends before it begins"),
            ("+5 * * * *", "minute: \"+5\""),
            ("0 0 30 2 *", "is on no day of any year"),
        ] {
            let error = schedule.parse::<Cron>().unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        let json = serde_json::to_string(&"@daily".parse::<Cron>().unwrap()).unwrap();
        assert_eq!(json, "\"@daily\"");
    }
}
