//! What of a prediction is counted, so that many of them can be asked about at once.

use std::collections::BTreeMap;

use super::{Bin, Counts, Measure, Table, Value, Window};
use crate::Timestamp;

/// The columns that are counted, in the order of [`Entry::read`].
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) const COLUMNS: [&str; 8] = [
    "timestamp",
    "model",
    "version",
    "predicted_label",
    "confidence",
    "processing_time_ms",
    "actual_label",
    "labelled_at",
];

/// What of one prediction is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) time: Timestamp,
    pub(super) model: &'a str,
    pub(super) version: &'a str,
    /// Empty for what failed.
    pub(super) label: &'a str,
    confidence: Option<f64>,
    ms: Option<f64>,
    actual: Option<&'a str>,
    /// Whether it is known if it was right: without a right label, it was wrong.
    is_labelled: bool,
}

impl<'a> Entry<'a> {
    /// Of a whole row of the table of predictions.
    pub(super) fn of(values: &'a [Value]) -> Self {
        let value =
            |name: &str| Table::Predictions.column(name).and_then(|place| values.get(place));
        Self::build(value)
    }

    /// Of the values of [`COLUMNS`].
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn read(values: &'a [Value]) -> Self {
        Self::build(|name| {
            COLUMNS.iter().position(|column| *column == name).and_then(|place| values.get(place))
        })
    }

    fn build(value: impl Fn(&str) -> Option<&'a Value>) -> Self {
        let text = |name: &str| value(name).and_then(Value::as_text);
        let real = |name: &str| value(name).and_then(Value::as_real);
        let time = match value("timestamp") {
            Some(Value::Time(time)) => *time,
            _ => Timestamp::default(),
        };
        Self {
            time,
            model: text("model").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            label: text("predicted_label").unwrap_or_default(),
            confidence: real("confidence"),
            ms: real("processing_time_ms"),
            actual: text("actual_label"),
            is_labelled: matches!(value("labelled_at"), Some(Value::Time(_))),
        }
    }

    pub(super) fn is_within(&self, window: &Window) -> bool {
        window.since.is_none_or(|since| self.time >= since)
            && window.until.is_none_or(|until| self.time < until)
            && window.model.as_ref().is_none_or(|model| self.model == model)
            && window.version.as_ref().is_none_or(|version| self.version == version)
    }

    pub(super) fn bin(&self, measure: Measure) -> Option<u16> {
        let value = match measure {
            Measure::Confidence => self.confidence,
            Measure::Latency => self.ms,
        };
        value.map(|value| measure.bin(value))
    }
}

/// The numbers of [`Counts`], which can also be taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) predictions: i64,
    pub(super) confident: i64,
    pub(super) confidence_billionths: i64,
    pub(super) timed: i64,
    pub(super) micros: i64,
    pub(super) labelled: i64,
    pub(super) correct: i64,
}

impl Sums {
    /// Adds a prediction, or with `sign` −1 takes it away.
    pub(super) fn add(&mut self, entry: &Entry<'_>, sign: i64) {
        self.predictions += sign;
        if let Some(confidence) = entry.confidence {
            self.confident += sign;
            self.confidence_billionths += sign * (confidence * 1e9).round() as i64;
        }
        if let Some(ms) = entry.ms {
            self.timed += sign;
            self.micros += sign * (ms * 1e3).round() as i64;
        }
        if entry.is_labelled {
            self.labelled += sign;
            self.correct += sign * i64::from(entry.actual == Some(entry.label));
        }
    }

    /// Adds what others come to.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(super) fn merge(&mut self, other: &Self) {
        self.predictions += other.predictions;
        self.confident += other.confident;
        self.confidence_billionths += other.confidence_billionths;
        self.timed += other.timed;
        self.micros += other.micros;
        self.labelled += other.labelled;
        self.correct += other.correct;
    }

    pub(super) fn counts(self, model: String, version: String, label: String) -> Counts {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Counts {
            model,
            version,
            label,
            predictions: count(self.predictions),
            confident: count(self.confident),
            confidence_billionths: self.confidence_billionths,
            timed: count(self.timed),
            micros: self.micros,
            labelled: count(self.labelled),
            correct: count(self.correct),
        }
    }
}

/// Bins with where they begin and end, without the empty ones.
pub(super) fn bins(measure: Measure, counts: BTreeMap<u16, i64>) -> Vec<Bin> {
    let filled = counts.into_iter().filter_map(|(bin, count)| {
        let count = u64::try_from(count).ok().filter(|count| *count > 0)?;
        let (from, to) = measure.bounds(bin);
        Some(Bin { from, to, count })
    });
    filled.collect()
}
