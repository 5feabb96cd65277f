use crate::{
    Result,
    profile::{
        bins::Bins,
        wire::{Reader, Writer},
    },
    text::words,
};

/// Edges are learnt from so many rows, evenly spread over all.
const LOOKED_AT: usize = 1 << 16;

/// The largest number of the reference is so many steps of 2 from the smallest that sums tell apart.
const SUM_BITS: i32 = 40;

/// How a number is counted: in bins, and summed up in steps.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberLayout {
    /// The bins.
    pub bins: Bins,
    /// Numbers are rounded to multiples of 2 to this power before they are summed up, so that sums
    /// do not depend on their order.
    pub step_exponent: i32,
}

impl NumberLayout {
    pub(super) fn learn(numbers: &[f64]) -> Self {
        // One zero is as good as the other.
        let mut some: Vec<f64> =
            evenly(numbers).filter(|number| !number.is_nan()).map(|number| number + 0.0).collect();
        some.sort_unstable_by(f64::total_cmp);
        let finite = some.iter().filter(|number| number.is_finite());
        let largest = finite.fold(0.0_f64, |largest, number| largest.max(number.abs()));
        let exponent = if largest > 0.0 { largest.log2().ceil() as i32 } else { 0 };
        let step_exponent = (exponent - SUM_BITS).clamp(-1_000, 980);
        Self { bins: Bins::learn(&some), step_exponent }
    }

    /// The width of the steps.
    pub(in crate::profile) fn step(&self) -> f64 {
        2.0_f64.powi(self.step_exponent)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        self.bins.write(out);
        out.signed(i128::from(self.step_exponent));
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        let bins = Bins::read(from)?;
        match i32::try_from(from.signed()?) {
            Ok(step_exponent @ -1_000..=980) => Ok(Self { bins, step_exponent }),
            _ => Err(from.broken("a step is out of range")),
        }
    }
}

/// As many numbers as are looked at, evenly spread over all.
pub(super) fn evenly(numbers: &[f64]) -> impl Iterator<Item = f64> {
    let step = numbers.len().div_ceil(LOOKED_AT).max(1);
    numbers.iter().step_by(step).copied()
}

/// How many characters and words each text has; NaN for a missing one.
pub(super) fn lengths(texts: &[Option<&str>]) -> (Vec<f64>, Vec<f64>) {
    let length = |text: Option<&str>| match text {
        Some(text) => (text.chars().count() as f64, words::words(text).count() as f64),
        None => (f64::NAN, f64::NAN),
    };
    texts.iter().copied().map(length).unzip()
}
