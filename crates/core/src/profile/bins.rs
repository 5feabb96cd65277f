use super::wire::{Reader, Writer};
use crate::{Error, Result};

/// How many cells of equal width tell where to begin to look: so many that hardly any has two edges.
const CELLS: usize = 2_048;

/// The most bins.
const MOST_BINS: usize = 64;

/// A number with at most so many values has a bin for each.
const FEW_VALUES: usize = 50;

/// Bins of numbers, with edges that never change: bin i holds the numbers from edge i − 1 up to,
/// but without, edge i.
///
/// ```
/// use pantau::profile::Bins;
///
/// let bins = Bins::from_edges(&[0.0, 10.0])?;
/// assert_eq!([-5.0, 0.0, 9.9, 10.0, f64::INFINITY].map(|number| bins.of(number)), [0, 1, 1, 2, 2]);
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    edges: Vec<f64>,
    low: f64,
    scale: f64,
    /// For each cell of equal width, how many edges lie in those before it.
    starts: Vec<u8>,
}

impl Bins {
    /// Bins with these edges.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if they do not ascend, are not finite, or are more than 63.
    pub fn from_edges(edges: &[f64]) -> Result<Self> {
        if edges.len() >= MOST_BINS {
            let problem = format!("{} edges, allowed are 0 to {}", edges.len(), MOST_BINS - 1);
            return Err(Error::invalid("edges", problem));
        }
        if let Some(edge) = edges.iter().find(|edge| !edge.is_finite()) {
            return Err(Error::invalid("edges", format!("{edge} is not finite")));
        }
        let pairs = edges.iter().zip(edges.iter().skip(1));
        if let Some((edge, next)) = pairs.into_iter().find(|(edge, next)| edge >= next) {
            return Err(Error::invalid("edges", format!("{next} follows {edge}")));
        }
        Ok(Self::of_ascending(edges.to_vec()))
    }

    fn of_ascending(edges: Vec<f64>) -> Self {
        let (low, high) = (edges.first().copied(), edges.last().copied());
        let low = low.unwrap_or_default();
        let width = high.unwrap_or_default() - low;
        let scale = if width > 0.0 && (CELLS as f64 / width).is_finite() {
            (CELLS - 1) as f64 / width
        } else {
            0.0
        };
        let mut bins = Self { edges, low, scale, starts: Vec::new() };
        // Edges ascend, and so do their cells.
        let cells: Vec<usize> = bins.edges.iter().map(|edge| bins.cell(*edge)).collect();
        let mut before = 0;
        bins.starts = (0..CELLS)
            .map(|cell| {
                while cells.get(before).is_some_and(|own| *own < cell) {
                    before += 1;
                }
                before as u8
            })
            .collect();
        bins
    }

    /// Bins that suit these numbers, which are sorted: one for each value if there are few, else 64
    /// that hold about equally many. What is below all of them, or above, has a bin of its own.
    pub(super) fn learn(sorted: &[f64]) -> Self {
        let finite: Vec<f64> = sorted.iter().copied().filter(|number| number.is_finite()).collect();
        let (Some(least), Some(most)) = (finite.first(), finite.last()) else {
            return Self::of_ascending(Vec::new());
        };
        let mut values: Vec<f64> = Vec::new();
        for number in &finite {
            if values.last() != Some(number) {
                values.push(*number);
            }
            if values.len() > FEW_VALUES {
                break;
            }
        }
        let mut edges = if values.len() * 2 < MOST_BINS {
            // What lies between two values is neither of them.
            values.iter().flat_map(|value| [*value, value.next_up()]).collect()
        } else if values.len() <= FEW_VALUES {
            values
        } else {
            let parts = MOST_BINS - 2;
            let inner = (1..parts).map(|part| finite[part * finite.len() / parts]);
            [*least].into_iter().chain(inner).collect()
        };
        edges.push(most.next_up());
        edges.retain(|edge| edge.is_finite());
        edges.dedup();
        Self::of_ascending(edges)
    }

    /// The edges, ascending.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many bins there are.
    pub fn count(&self) -> usize {
        self.edges.len() + 1
    }

    /// The bin of a number that is not NaN.
    pub fn of(&self, number: f64) -> usize {
        // Edges in cells before are smaller: no larger number ever gets a smaller cell.
        let mut bin = usize::from(self.starts[self.cell(number)]);
        while self.edges.get(bin).is_some_and(|edge| *edge <= number) {
            bin += 1;
        }
        bin
    }

    #[expect(clippy::cast_sign_loss, reason = "what is below the first edge belongs into cell 0")]
    fn cell(&self, number: f64) -> usize {
        (((number - self.low) * self.scale) as usize).min(CELLS - 1)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.floats(&self.edges);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        Self::from_edges(&from.many(8, Reader::float)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn every_number_is_in_the_bin_that_searching_finds() {
        let mut random = Random::new(2);
        for power in [1, 3, 15] {
            let mut numbers: Vec<f64> = (0..5_000).map(|_| random.normal().powi(power)).collect();
            numbers.sort_by(f64::total_cmp);
            let bins = Bins::learn(&numbers);
            assert_eq!(bins.count(), 64);
            let more =
                [f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e300, -1e300, f64::MIN_POSITIVE];
            for number in numbers.iter().chain(bins.edges()).chain(&more) {
                let expected = bins.edges().partition_point(|edge| edge <= number);
                assert_eq!(bins.of(*number), expected, "{number}");
            }
        }
    }

    #[test]
    fn few_values_have_bins_of_their_own() {
        let bins = Bins::learn(&[1.0, 1.0, 2.0, 5.0]);
        let places = [0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 6.0].map(|number| bins.of(number));
        assert_eq!(places, [0, 1, 2, 3, 4, 5, 6]);
        let many: Vec<f64> = (0..40).map(f64::from).collect();
        let bins = Bins::learn(&many);
        assert_eq!([-1.0, 0.0, 39.0, 40.0].map(|number| bins.of(number)), [0, 1, 40, 41]);
        let none = Bins::learn(&[]);
        assert_eq!((none.count(), none.of(3.0)), (1, 0));
        let wide = Bins::learn(&[-1.7e308, 1.7e308]);
        assert_eq!([-1.7e308, 0.0, 1.7e308].map(|number| wide.of(number)), [1, 2, 3]);
    }

    #[test]
    fn frequent_values_keep_their_bins_apart() {
        let mut numbers = vec![0.0; 900];
        numbers.extend((1..=100).map(f64::from));
        let bins = Bins::learn(&numbers);
        assert_ne!(bins.of(0.0), bins.of(50.0));
        assert_eq!(bins.of(-1.0), 0);
    }

    #[test]
    fn edges_must_ascend() {
        for edges in [&[1.0, 1.0][..], &[2.0, 1.0], &[f64::NAN], &[f64::INFINITY], &[0.0; 64]] {
            assert!(Bins::from_edges(edges).is_err(), "{edges:?}");
        }
    }
}
