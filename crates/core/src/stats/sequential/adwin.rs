use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Signal, check_setting, check_value};
use crate::{Error, Result};

/// The settings of [`Adwin`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdwinOptions {
    /// How likely a look may see a change where there is none.
    pub delta: f64,
    /// After how many numbers each time the window is looked at.
    pub clock: u64,
    /// The most buckets of each size.
    pub max_buckets: usize,
    /// The fewest numbers on either side of a change.
    pub min_window_length: u64,
    /// The window is not looked at before it has more numbers than these.
    pub grace_period: u64,
}

impl Default for AdwinOptions {
    fn default() -> Self {
        Self { delta: 0.002, clock: 32, max_buckets: 5, min_window_length: 5, grace_period: 10 }
    }
}

/// Adaptive windowing (Bifet and Gavaldà 2007): a window that grows while its mean stays, and
/// forgets its older part when that has another one.
///
/// The window is kept as sums over 1, 2, 4, … numbers, so that it needs O(log n) memory. It says
/// the same as river's `ADWIN` with the same settings, and like it begins anew after a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adwin {
    options: AdwinOptions,
    /// Buckets of 2ⁱ numbers, for i = 0, 1, …; in each list the oldest first.
    rows: Vec<VecDeque<Bucket>>,
    window: Bucket,
    width: u64,
    ticks: u64,
    has_drifted: bool,
}

/// The sum of some numbers, and that of the squares of their distances from their mean.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Bucket {
    total: f64,
    squares: f64,
}

/// By how much the squares of two sets of numbers grow when they are put together.
fn between(n: f64, mean: f64, m: f64, other: f64) -> f64 {
    n * m * (mean - other).powi(2) / (n + m)
}

/// How many numbers a bucket of a row holds: twice as many as one of the row before.
fn size_of_row(row: usize) -> f64 {
    (1_u64 << row) as f64
}

impl Adwin {
    /// A detector that has seen nothing.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] for settings that cannot be.
    pub fn new(options: AdwinOptions) -> Result<Self> {
        let AdwinOptions { delta, clock, max_buckets, min_window_length, .. } = options;
        check_setting("delta", delta, "more than 0 and less than 1", delta > 0.0 && delta < 1.0)?;
        check_setting("clock", clock as f64, "1 and more", clock > 0)?;
        check_setting(
            "max_buckets",
            max_buckets as f64,
            "2 to 1000",
            (2..=1000).contains(&max_buckets),
        )?;
        check_setting(
            "min_window_length",
            min_window_length as f64,
            "1 and more",
            min_window_length > 0,
        )?;
        Ok(Self::empty(options))
    }

    fn empty(options: AdwinOptions) -> Self {
        let rows = vec![VecDeque::new()];
        let window = Bucket::default();
        Self { options, rows, window, width: 0, ticks: 0, has_drifted: false }
    }

    /// Refuses what was read but could not have been made.
    pub(super) fn check(&self) -> Result<()> {
        Self::new(self.options)?;
        let most = self.options.max_buckets;
        let buckets = self.rows.iter().enumerate();
        let width =
            buckets.map(|(row, buckets)| (buckets.len() as u64) << row.min(48)).sum::<u64>();
        let fits = (1..=48).contains(&self.rows.len())
            && self.rows.iter().all(|buckets| buckets.len() <= most)
            && width == self.width
            && self.window.total.is_finite()
            && self.window.squares.is_finite();
        if fits { Ok(()) } else { Err(Error::invalid("window", "its buckets do not fit together")) }
    }

    /// How many numbers are in the window.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// The mean of the window; 0 if it is empty.
    pub fn mean(&self) -> f64 {
        if self.width > 0 { self.window.total / self.width as f64 } else { 0.0 }
    }

    /// Takes the next number.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] if it is not finite.
    pub fn update(&mut self, value: f64) -> Result<Signal> {
        check_value(value)?;
        if self.has_drifted {
            *self = Self::empty(self.options);
        }
        self.insert(value);
        self.ticks += 1;
        if self.ticks.is_multiple_of(self.options.clock) && self.width > self.options.grace_period {
            while self.has_cut() {
                self.has_drifted = true;
                self.forget_oldest();
            }
        }
        Ok(Signal::drift_if(self.has_drifted))
    }

    fn insert(&mut self, value: f64) {
        if self.width > 0 {
            self.window.squares += between(self.width as f64, self.mean(), 1.0, value);
        }
        self.width += 1;
        self.window.total += value;
        self.rows[0].push_back(Bucket { total: value, squares: 0.0 });
        // Two of too many buckets become one of twice the size.
        let mut row = 0;
        while self.rows[row].len() > self.options.max_buckets {
            let size = size_of_row(row);
            let (Some(one), Some(other)) = (self.rows[row].pop_front(), self.rows[row].pop_front())
            else {
                break;
            };
            let apart = between(size, one.total / size, size, other.total / size);
            let merged = Bucket {
                total: one.total + other.total,
                squares: one.squares + other.squares + apart,
            };
            row += 1;
            if row == self.rows.len() {
                self.rows.push(VecDeque::new());
            }
            self.rows[row].push_back(merged);
        }
    }

    /// Whether the means before and after some place differ by more than chance allows.
    fn has_cut(&self) -> bool {
        let least = self.options.min_window_length as f64;
        let (mut n0, mut n1) = (0.0, self.width as f64);
        let (mut u0, mut u1) = (0.0, self.window.total);
        for (row, buckets) in self.rows.iter().enumerate().rev() {
            let size = size_of_row(row);
            for bucket in buckets {
                n0 += size;
                n1 -= size;
                u0 += bucket.total;
                u1 -= bucket.total;
                if n0 >= least && n1 >= least && self.is_cut(n0, n1, u0 / n0 - u1 / n1) {
                    return true;
                }
            }
        }
        false
    }

    fn is_cut(&self, n0: f64, n1: f64, apart: f64) -> bool {
        let least = self.options.min_window_length as f64;
        let width = self.width as f64;
        let confidence = (2.0 * width.ln() / self.options.delta).ln();
        let inverse = 1.0 / (n0 - least + 1.0) + 1.0 / (n1 - least + 1.0);
        let variance = self.window.squares / width;
        let limit =
            (2.0 * inverse * variance * confidence).sqrt() + 2.0 / 3.0 * confidence * inverse;
        apart.abs() > limit
    }

    fn forget_oldest(&mut self) {
        let row = self.rows.len() - 1;
        let Some(oldest) = self.rows[row].pop_front() else {
            return;
        };
        let size = size_of_row(row);
        self.width -= 1 << row;
        self.window.total -= oldest.total;
        let mean = self.mean();
        self.window.squares -=
            oldest.squares + between(size, oldest.total / size, self.width as f64, mean);
        while self.rows.len() > 1 && self.rows[self.rows.len() - 1].is_empty() {
            self.rows.pop();
        }
    }
}
