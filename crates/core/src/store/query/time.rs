use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    super::{Direction, Select, Store, Table, Value},
    Counts, Window, failed, total,
};
use crate::{Error, Result, Timestamp};

/// The most intervals that are counted one by one.
const MOST_INTERVALS: u64 = 10_000;

/// What the predictions of a part of a window come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Period {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// How many predictions there are, without those that failed.
    pub predictions: u64,
    /// How many failed.
    pub failed: u64,
    /// Their mean confidence.
    pub mean_confidence: Option<f64>,
    /// The mean time they took, in milliseconds.
    pub mean_ms: Option<f64>,
    /// How often each label was given.
    pub labels: BTreeMap<String, u64>,
    /// How many have their right label.
    pub labelled: u64,
    /// How many of these had been right.
    pub correct: u64,
}

impl Period {
    fn new(from: Timestamp, to: Timestamp, counts: &[Counts]) -> Self {
        let all = total(counts.iter());
        let mut labels = BTreeMap::new();
        for counts in counts.iter().filter(|counts| !counts.label.is_empty()) {
            *labels.entry(counts.label.clone()).or_default() += counts.predictions;
        }
        Self {
            from,
            to,
            predictions: all.predictions,
            failed: failed(counts.iter()),
            mean_confidence: all.mean_confidence(),
            mean_ms: all.mean_ms(),
            labels,
            labelled: all.labelled,
            correct: all.correct,
        }
    }
}

impl dyn Store + '_ {
    /// What the predictions of a window come to, interval by interval, each as long as `every`.
    /// Intervals begin where whole numbers of them have passed since 1970 began, so that hours are
    /// those of the clock; the first and the last are cut to the window. A window without an end
    /// ends now, one without a beginning begins with the first prediction.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the window ends before it begins, or there would be more than
    /// 10,000 intervals; others as the home has them.
    pub fn over_time(&self, window: &Window, every: Duration) -> Result<Vec<Period>> {
        window.check()?;
        let step = i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        if step == 0 {
            let problem = format!("{} ns is less than a microsecond", every.as_nanos());
            return Err(Error::invalid("every", problem));
        }
        let until = window.until.unwrap_or_else(Timestamp::now);
        let Some(since) =
            window.since.map_or_else(|| self.first_prediction(window), |time| Ok(Some(time)))?
        else {
            return Ok(Vec::new());
        };
        let count = until.since(since).as_micros() / u128::from(step.unsigned_abs()) + 1;
        if count > u128::from(MOST_INTERVALS) {
            let problem = format!(
                "{} s make {count} intervals from {since} to {until}, and {MOST_INTERVALS} is the \
                 limit",
                every.as_secs_f64()
            );
            return Err(Error::invalid("every", problem));
        }
        let mut edges = vec![since];
        while let Some(from) = edges.last().filter(|from| **from < until) {
            let next = from.micros().div_euclid(step).saturating_add(1).saturating_mul(step);
            edges.push(Timestamp::from_micros(next).min(until));
        }
        let counted = self.counts_between(window, &edges)?;
        let periods = edges.windows(2).zip(counted);
        Ok(periods.map(|(edges, counts)| Period::new(edges[0], edges[1], &counts)).collect())
    }

    /// When the first prediction was made.
    fn first_prediction(&self, window: &Window) -> Result<Option<Timestamp>> {
        let mut select =
            Select::all(Table::Predictions).ordered("timestamp", Direction::Ascending).limited(1);
        select.conditions.extend(window.conditions());
        let mut first = None;
        self.select(&select, &mut |row| {
            let place = Table::Predictions.column("timestamp").unwrap_or_default();
            if let Some(Value::Time(time)) = row.0.get(place) {
                first = Some(*time);
            }
            Ok(())
        })?;
        Ok(first)
    }
}
