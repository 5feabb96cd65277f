use super::{add, read_counts};
use crate::{
    Result,
    profile::{
        layout::NumberLayout,
        wire::{Reader, Writer},
    },
};

/// The largest multiple of a step that is summed up as it is.
const MOST_STEPS: f64 = 4_611_686_018_427_387_904.0;

/// Added to a number that is nearer to 0 than [`ROUNDED`], it leaves that rounded in the lowest bits.
const TO_WHOLE: f64 = 6_755_399_441_055_744.0;
const ROUNDED: f64 = 1_125_899_906_842_624.0;

/// So many rounded numbers have a sum of 64 bits.
const AT_ONCE: u32 = 4_096;

/// What was counted of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberCounts {
    /// How many are in each bin.
    pub bins: Vec<u64>,
    /// How many are missing.
    pub missing: u64,
    /// The smallest and the largest; none without numbers.
    pub range: Option<(f64, f64)>,
    /// The sum, in steps of the layout.
    pub steps: i128,
}

impl NumberCounts {
    pub(super) fn new(layout: &NumberLayout) -> Self {
        Self { bins: vec![0; layout.bins.count()], missing: 0, range: None, steps: 0 }
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.bins.iter().sum()
    }

    /// The mean, to about twelve digits of the reference's largest number; none without numbers, or
    /// if one was too large to be summed up in the layout's steps.
    pub fn mean(&self, layout: &NumberLayout) -> Option<f64> {
        let count = self.count();
        let most = MOST_STEPS * layout.step();
        let fits = self.range.is_some_and(|(low, high)| low >= -most && high <= most);
        fits.then(|| self.steps as f64 / count as f64 * layout.step())
    }

    pub(super) fn update(&mut self, layout: &NumberLayout, numbers: impl Iterator<Item = f64>) {
        let inverse = 1.0 / layout.step();
        let (mut low, mut high) = self.range.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
        let mut any = self.range.is_some();
        let (mut some, mut left) = (0_i64, AT_ONCE);
        for number in numbers {
            if number.is_nan() {
                self.missing += 1;
                continue;
            }
            // One zero is as good as the other.
            let number = number + 0.0;
            self.bins[layout.bins.of(number)] += 1;
            low = low.min(number);
            high = high.max(number);
            any = true;
            let steps = number * inverse;
            if steps.abs() < ROUNDED {
                // Nearest, and of two the even one: as the sum of floats is.
                some +=
                    (steps + TO_WHOLE).to_bits().cast_signed() - TO_WHOLE.to_bits().cast_signed();
                left -= 1;
                if left == 0 {
                    self.steps += i128::from(std::mem::take(&mut some));
                    left = AT_ONCE;
                }
            } else {
                let steps = steps.clamp(-MOST_STEPS, MOST_STEPS).round_ties_even();
                self.steps += i128::from(steps as i64);
            }
        }
        self.steps += i128::from(some);
        self.range = any.then_some((low, high));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.bins, &other.bins);
        self.missing = self.missing.saturating_add(other.missing);
        self.steps = self.steps.saturating_add(other.steps);
        self.range = match (self.range, other.range) {
            (Some((low, high)), Some((lower, higher))) => Some((low.min(lower), high.max(higher))),
            (one, other) => one.or(other),
        };
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.wholes(&self.bins);
        out.whole(self.missing);
        out.signed(self.steps);
        if let Some((low, high)) = self.range {
            out.float(low);
            out.float(high);
        }
    }

    pub(super) fn read(layout: &NumberLayout, from: &mut Reader<'_>) -> Result<Self> {
        let bins = read_counts(from, layout.bins.count())?;
        let (missing, steps) = (from.whole()?, from.signed()?);
        if steps.unsigned_abs() >> 120 > 0 {
            return Err(from.broken("a sum is out of range"));
        }
        let any = bins.iter().any(|count| *count > 0);
        let range = if any { Some((from.float()?, from.float()?)) } else { None };
        Ok(Self { bins, missing, range, steps })
    }
}
