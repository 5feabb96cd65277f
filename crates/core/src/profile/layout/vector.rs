use super::centres;
use crate::{
    Error, Result,
    profile::{
        bins::Bins,
        wire::{Reader, Writer},
    },
};

/// The layout is learnt from at most so many rows, evenly spread over all.
const LOOKED_AT: usize = 1 << 13;

/// Of so many rows, the first and then one in how many is learnt from: at most every other one.
///
/// Centres lie nearer to the vectors they were learnt from than to any others, and the more so the
/// more dimensions there are. What is to be compared with later vectors must be vectors that are as
/// new to the centres as those, so a reference does not count the ones that were learnt from.
pub(in crate::profile) fn learnt_every(rows: usize) -> usize {
    rows.div_ceil(LOOKED_AT).max(2)
}

/// The most numbers of a vector.
const MOST_DIMENSIONS: usize = 4_096;

/// The share of the reference that is nearer to its centre than what counts as far.
const FAR: f64 = 0.99;

/// How vectors are counted: summed up, by the centre that is nearest, and by how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorLayout {
    /// How many numbers a vector has.
    pub dimensions: usize,
    /// Where the reference vectors gather: vectors of length 1, one after the other.
    pub centres: Vec<f32>,
    /// Bins of the distance to the nearest centre, 1 − cos.
    pub distances: Bins,
    /// Beyond this distance is one reference vector of a hundred.
    pub far: f64,
    /// The mean of the reference vectors.
    pub mean: Vec<f32>,
    /// The covariance of the reference vectors, its lower triangle row by row.
    pub covariance: Vec<f32>,
    /// How much of it is to be replaced by equal variances (Ledoit and Wolf 2004).
    pub shrinkage: f64,
}

impl VectorLayout {
    pub(super) fn learn(numbers: &[f32], dimensions: usize, count: usize) -> Result<Self> {
        if dimensions > MOST_DIMENSIONS {
            let problem = format!("{dimensions} dimensions, allowed are 1 to {MOST_DIMENSIONS}");
            return Err(Error::invalid("vectors", problem));
        }
        let step = learnt_every(numbers.len() / dimensions);
        let some = |first: usize| -> Vec<&[f32]> {
            let rows = numbers.chunks_exact(dimensions).skip(first).step_by(step);
            rows.filter(|row| row.iter().all(|number| number.is_finite()))
                .filter(|row| centres::length(row) > 0.0)
                .collect()
        };
        let learnt = some(0);
        let centres = centres::find(&learnt, dimensions, count);
        let mut distances: Vec<f64> =
            some(1).iter().map(|row| centres::nearest(&centres, row).1).collect();
        distances.sort_unstable_by(f64::total_cmp);
        #[expect(clippy::cast_sign_loss, reason = "a share of a length is not negative")]
        let far = (FAR * distances.len() as f64) as usize;
        let far = distances.get(far).copied().unwrap_or(2.0);
        let (mean, covariance) = moments(&learnt, dimensions);
        let shrinkage = shrinkage(&learnt, &mean, &covariance);
        let distances = Bins::learn(&distances);
        Ok(Self { dimensions, centres, distances, far, mean, covariance, shrinkage })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.whole(self.dimensions as u64);
        out.singles(&self.centres);
        self.distances.write(out);
        out.float(self.far);
        out.singles(&self.mean);
        out.singles(&self.covariance);
        out.float(self.shrinkage);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        let dimensions = from.whole()?;
        let layout = Self {
            dimensions: usize::try_from(dimensions).unwrap_or(usize::MAX),
            centres: from.many(4, Reader::single)?,
            distances: Bins::read(from)?,
            far: from.float()?,
            mean: from.many(4, Reader::single)?,
            covariance: from.many(4, Reader::single)?,
            shrinkage: from.float()?,
        };
        let size = layout.dimensions;
        let fits = (1..=MOST_DIMENSIONS).contains(&size)
            && layout.centres.len().is_multiple_of(size)
            && layout.mean.len() == size
            && layout.covariance.len() == size * (size + 1) / 2
            && !layout.far.is_nan()
            && (0.0..=1.0).contains(&layout.shrinkage);
        if fits {
            Ok(layout)
        } else {
            Err(from.broken("a layout of vectors does not fit together"))
        }
    }
}

/// Mean, and the lower triangle of the covariance.
fn moments(rows: &[&[f32]], dimensions: usize) -> (Vec<f32>, Vec<f32>) {
    let count = rows.len().max(1) as f64;
    let mut mean = vec![0.0_f64; dimensions];
    for row in rows {
        mean.iter_mut().zip(*row).for_each(|(sum, number)| *sum += f64::from(*number));
    }
    for sum in &mut mean {
        *sum /= count;
    }
    let mut covariance = vec![0.0_f32; dimensions * (dimensions + 1) / 2];
    // Blocks of rows keep the sums of 32-bit numbers short, and so exact enough.
    for block in rows.chunks(256) {
        let centred: Vec<Vec<f32>> = block
            .iter()
            .map(|row| row.iter().zip(&mean).map(|(one, mean)| *one - *mean as f32).collect())
            .collect();
        for row in &centred {
            let mut start = 0;
            for (place, number) in row.iter().enumerate() {
                let line = &mut covariance[start..=start + place];
                line.iter_mut().zip(row).for_each(|(sum, other)| *sum += number * other);
                start += place + 1;
            }
        }
    }
    for sum in &mut covariance {
        *sum /= count as f32;
    }
    (mean.into_iter().map(|mean| mean as f32).collect(), covariance)
}

/// How much the covariance is to be shrunk: how much of what it says is noise.
fn shrinkage(rows: &[&[f32]], mean: &[f32], covariance: &[f32]) -> f64 {
    let (count, columns) = (rows.len() as f64, mean.len() as f64);
    let (mut trace, mut squares, mut start) = (0.0, 0.0, 0);
    for place in 0..mean.len() {
        let own = f64::from(covariance[start + place]);
        trace += own;
        squares += own * own;
        let others = covariance[start..start + place].iter();
        squares += 2.0 * others.map(|one| f64::from(*one).powi(2)).sum::<f64>();
        start += place + 1;
    }
    let average = trace / columns;
    let fourth: f64 = rows
        .iter()
        .map(|row| {
            let square = row.iter().zip(mean).map(|(one, mean)| f64::from(one - mean).powi(2));
            square.sum::<f64>().powi(2)
        })
        .sum();
    let apart = (squares - columns * average * average) / columns;
    let noise = (fourth / count.max(1.0) - squares) / (columns * count.max(1.0));
    if apart > 0.0 && noise.is_finite() { (noise / apart).clamp(0.0, 1.0) } else { 1.0 }
}
