use super::{add, read_counts};
use crate::{
    Result,
    profile::{
        layout::{VectorLayout, nearest},
        wire::{Reader, Writer},
    },
};

/// Numbers are rounded to multiples of 1 / STEPS before they are summed up, so that sums do not
/// depend on their order.
const STEPS: f32 = 16_777_216.0;

/// Numbers farther from 0 count as this: their multiple of the step is still a whole 32-bit number.
const LARGEST: f32 = 127.0;

/// What was counted of vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorCounts {
    /// How many vectors there are.
    pub count: u64,
    /// How many are missing: not finite, or without length.
    pub missing: u64,
    /// How many are nearest to each of the layout's centres.
    pub nearest: Vec<u64>,
    /// How many are in each bin of the distance to it.
    pub distances: Vec<u64>,
    /// How many are farther from it than 99 of 100 reference vectors.
    pub far: u64,
    sums: Vec<i64>,
}

impl VectorCounts {
    pub(super) fn new(layout: &VectorLayout) -> Self {
        Self {
            count: 0,
            missing: 0,
            nearest: vec![0; layout.centres.len() / layout.dimensions],
            distances: vec![0; layout.distances.count()],
            far: 0,
            sums: vec![0; layout.dimensions],
        }
    }

    /// The mean vector; none without vectors.
    pub fn mean(&self) -> Option<Vec<f64>> {
        let scale = 1.0 / (f64::from(STEPS) * self.count as f64);
        (self.count > 0).then(|| self.sums.iter().map(|sum| *sum as f64 * scale).collect())
    }

    pub(super) fn update(
        &mut self,
        layout: &VectorLayout,
        numbers: &[f32],
        is_counted: impl Fn(usize) -> bool,
    ) {
        for (row, vector) in numbers.chunks_exact(layout.dimensions).enumerate() {
            if !is_counted(row) {
                continue;
            }
            let size: f32 = vector.iter().fold(0.0, |most, number| most.max(number.abs()));
            // The largest of numbers is not NaN even where one of them is.
            let is_whole = size > 0.0 && size.is_finite() && !vector.iter().any(|one| one.is_nan());
            if !is_whole {
                self.missing += 1;
                continue;
            }
            self.count += 1;
            for (sum, number) in self.sums.iter_mut().zip(vector) {
                let steps = number.clamp(-LARGEST, LARGEST) * STEPS;
                *sum = sum.saturating_add(i64::from(steps as i32));
            }
            if self.nearest.is_empty() {
                continue;
            }
            let (place, distance) = nearest(&layout.centres, vector);
            self.nearest[place] += 1;
            self.distances[layout.distances.of(distance)] += 1;
            self.far += u64::from(distance > layout.far);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.missing = self.missing.saturating_add(other.missing);
        self.far = self.far.saturating_add(other.far);
        add(&mut self.nearest, &other.nearest);
        add(&mut self.distances, &other.distances);
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            *sum = sum.saturating_add(*other);
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.whole(self.count);
        out.whole(self.missing);
        out.whole(self.far);
        out.wholes(&self.nearest);
        out.wholes(&self.distances);
        for sum in &self.sums {
            out.signed(i128::from(*sum));
        }
    }

    pub(super) fn read(layout: &VectorLayout, from: &mut Reader<'_>) -> Result<Self> {
        let (count, missing, far) = (from.whole()?, from.whole()?, from.whole()?);
        let nearest = read_counts(from, layout.centres.len() / layout.dimensions)?;
        let distances = read_counts(from, layout.distances.count())?;
        let sums = (0..layout.dimensions).map(|_| {
            let sum = from.signed()?;
            i64::try_from(sum).map_err(|_| from.broken("a sum is out of range"))
        });
        let sums = sums.collect::<Result<_>>()?;
        Ok(Self { count, missing, nearest, distances, far, sums })
    }
}
