use serde::Serialize;

use super::{
    super::{Bin, Measure, Store},
    Window, total,
};
use crate::{Error, Result};

/// How often values lie in each of their bins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram {
    /// How many values there are.
    pub count: u64,
    /// The bins from the first that holds something to the last, with empty ones between them.
    pub bins: Vec<Bin>,
}

impl Histogram {
    fn new(measure: Measure, found: &[Bin]) -> Self {
        let place = |bin: &Bin| measure.bin(f64::midpoint(bin.from, bin.to));
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return Self { count: 0, bins: Vec::new() };
        };
        let mut bins: Vec<Bin> = (place(first)..=place(last))
            .map(|bin| {
                let (from, to) = measure.bounds(bin);
                Bin { from, to, count: 0 }
            })
            .collect();
        for bin in found {
            bins[usize::from(place(bin) - place(first))].count += bin.count;
        }
        Self { count: bins.iter().map(|bin| bin.count).sum(), bins }
    }

    /// The histogram as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("finite numbers are always JSON")
    }
}

/// A value that a share of all values does not exceed, as far as bins can tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// The estimate: as if the values of its bin were spread evenly on a logarithmic scale.
    pub ms: f64,
    /// It is at least this: where its bin begins.
    pub low: f64,
    /// It is less than this: where its bin ends, 19 % above where it begins.
    pub high: f64,
}

/// How long predictions took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatencySummary {
    /// How many predictions tell it, failed ones among them.
    pub count: u64,
    /// The mean of those that did not fail, in milliseconds. It is exact to the microsecond.
    pub mean_ms: Option<f64>,
    /// Half of them took no longer.
    pub p50: Option<Quantile>,
    /// 95 % of them took no longer.
    pub p95: Option<Quantile>,
    /// 99 % of them took no longer.
    pub p99: Option<Quantile>,
    /// How many took how long, in milliseconds.
    pub bins: Vec<Bin>,
}

impl LatencySummary {
    /// The value that this share of the times does not exceed.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not 0 to 1.
    pub fn quantile(&self, share: f64) -> Result<Option<Quantile>> {
        if (0.0..=1.0).contains(&share) {
            return Ok(quantile(&self.bins, share));
        }
        Err(Error::invalid("share", format!("{share} is not 0 to 1")))
    }

    /// How many predictions took at least `ms` milliseconds: at least the first number, and at
    /// most the second. They differ by those in the same bin as `ms`.
    pub fn above(&self, ms: f64) -> (u64, u64) {
        let sum = |is_counted: &dyn Fn(&Bin) -> bool| {
            self.bins.iter().filter(|bin| is_counted(bin)).map(|bin| bin.count).sum()
        };
        (sum(&|bin| bin.from >= ms), sum(&|bin| bin.to > ms))
    }

    /// The summary as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("finite numbers are always JSON")
    }
}

fn quantile(bins: &[Bin], share: f64) -> Option<Quantile> {
    let count: u64 = bins.iter().map(|bin| bin.count).sum();
    // The rank of the value, the first being 1: the smallest that so many do not exceed.
    let rank = (share * count as f64).ceil().max(1.0);
    let mut before = 0;
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        if (before + bin.count) as f64 >= rank {
            // In the middle of the place that the value has among those of the bin.
            let within = (rank - before as f64 - 0.5) / bin.count as f64;
            let ms = if bin.from > 0.0 {
                bin.from * (bin.to / bin.from).powf(within)
            } else {
                bin.to * within
            };
            return Some(Quantile { ms, low: bin.from, high: bin.to });
        }
        before += bin.count;
    }
    None
}

impl dyn Store + '_ {
    /// How sure the predictions of a window were, in bins of 0.05.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the window ends before it begins; others as the home has them.
    pub fn confidence_histogram(&self, window: &Window) -> Result<Histogram> {
        window.check()?;
        let bins = self.histogram(window, Measure::Confidence)?;
        Ok(Histogram::new(Measure::Confidence, &bins))
    }

    /// How long the predictions of a window took.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the window ends before it begins; others as the home has them.
    pub fn latency(&self, window: &Window) -> Result<LatencySummary> {
        window.check()?;
        let bins = self.histogram(window, Measure::Latency)?;
        let Histogram { count, bins } = Histogram::new(Measure::Latency, &bins);
        let mean_ms = total(self.counts(window)?.iter()).mean_ms();
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| quantile(&bins, share));
        Ok(LatencySummary { count, mean_ms, p50, p95, p99, bins })
    }
}
