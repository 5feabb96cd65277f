//! What a prediction adds to the numbers of its window.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{Bin, Counts, Measure, Table, Value, Window};

/// The columns of a prediction that count.
pub(super) const COUNTED: [&str; 7] = [
    "model",
    "version",
    "predicted_label",
    "timestamp",
    "confidence",
    "processing_time_ms",
    "actual_label",
];

static PLACES: LazyLock<[usize; 7]> = LazyLock::new(|| {
    COUNTED.map(|name| Table::Predictions.column(name).expect("the table has these columns"))
});

/// Of a prediction what counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) model: &'a str,
    pub(super) version: &'a str,
    pub(super) label: Option<&'a str>,
    pub(super) micros: i64,
    pub(super) confidence: Option<f64>,
    pub(super) ms: Option<f64>,
    pub(super) actual: Option<&'a str>,
}

impl<'a> Facts<'a> {
    /// From a whole row.
    pub(super) fn of_row(values: &'a [Value]) -> Self {
        Self::of(PLACES.map(|place| &values[place]))
    }

    /// From the values of [`COUNTED`].
    pub(super) fn of(values: [&'a Value; 7]) -> Self {
        let text = |value: &'a Value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let real = |value: &Value| match value {
            Value::Real(number) => Some(*number),
            _ => None,
        };
        let [model, version, label, timestamp, confidence, ms, actual] = values;
        Self {
            model: text(model).unwrap_or_default(),
            version: text(version).unwrap_or_default(),
            label: text(label),
            micros: if let Value::Time(time) = timestamp { time.micros() } else { 0 },
            confidence: real(confidence),
            ms: real(ms),
            actual: text(actual),
        }
    }

    pub(super) fn is_in(&self, window: &Window) -> bool {
        window.since.is_none_or(|since| self.micros >= since.micros())
            && window.until.is_none_or(|until| self.micros < until.micros())
            && window.model.as_deref().is_none_or(|model| self.model == model)
            && window.version.as_deref().is_none_or(|version| self.version == version)
    }

    /// The bin it is in, if it has what is measured.
    pub(super) fn bin(&self, measure: Measure) -> Option<u16> {
        let value = match measure {
            Measure::Confidence => self.confidence,
            Measure::Latency => self.ms,
        };
        value.map(|value| measure.bin(value))
    }
}

/// The sums behind [`Counts`]; a part of them can be taken away again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums(pub(super) [i64; 6]);

impl Sums {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let scaled = |value: Option<f64>, factor: f64| {
            value.map_or(0, |value| (value * factor).round() as i64)
        };
        let is_correct = facts.actual.is_some() && facts.actual == facts.label;
        Self([
            1,
            scaled(facts.confidence, 1e9),
            i64::from(facts.ms.is_some()),
            scaled(facts.ms, 1e3),
            i64::from(facts.actual.is_some()),
            i64::from(is_correct),
        ])
    }

    /// Adds `other` so many times.
    pub(super) fn add(&mut self, other: &Self, times: i64) {
        for (sum, part) in self.0.iter_mut().zip(other.0) {
            *sum = sum.saturating_add(part.saturating_mul(times));
        }
    }
}

/// The counts of a window, while they are added up.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(String, String, String), Sums>);

impl Tally {
    pub(super) fn add(&mut self, model: &str, version: &str, label: &str, sums: &Sums) {
        let key = (model.to_owned(), version.to_owned(), label.to_owned());
        self.0.entry(key).or_default().add(sums, 1);
    }

    pub(super) fn finish(self) -> Vec<Counts> {
        let whole = |sum: i64| u64::try_from(sum).unwrap_or_default();
        let present = self.0.into_iter().filter(|(_, sums)| sums.0[0] > 0);
        present
            .map(|((model, version, label), Sums(sums))| Counts {
                model,
                version,
                label,
                predictions: whole(sums[0]),
                confidence_billionths: sums[1],
                timed: whole(sums[2]),
                micros: sums[3],
                labelled: whole(sums[4]),
                correct: whole(sums[5]),
            })
            .collect()
    }
}

/// A histogram, while it is filled.
#[derive(Debug, Default)]
pub(super) struct Bins(BTreeMap<u16, i64>);

impl Bins {
    pub(super) fn add(&mut self, bin: u16, count: i64) {
        *self.0.entry(bin).or_default() += count;
    }

    pub(super) fn finish(self, measure: Measure) -> Vec<Bin> {
        let bins = self.0.into_iter().filter_map(|(bin, count)| {
            let count = u64::try_from(count).ok().filter(|count| *count > 0)?;
            let (from, to) = measure.bounds(bin);
            Some(Bin { from, to, count })
        });
        bins.collect()
    }
}
