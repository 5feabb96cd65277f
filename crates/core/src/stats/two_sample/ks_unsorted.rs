//! The largest distance of two distribution functions without sorting the samples.
//!
//! Numbers are counted in some ten thousand narrow buckets. At the ends of buckets the distance is
//! known; within one it can grow by no more than the bucket's share. So the largest distance lies
//! in the few buckets that could hold it, and only the numbers in those are sorted.

use super::ks::Extremes;

/// How many buckets there are: enough to leave few to look into, few enough for a CPU's cache.
const BUCKETS: usize = 1 << 16;

/// The first cut of the range, which a sample then divides finer where there is more.
const CELLS: usize = 1 << 10;

/// How many numbers tell where there are many.
const LOOKED_AT: usize = 1 << 12;

/// Buckets are of equal width if no cell holds so many times its even share.
const UNEVEN: usize = 8;

/// So many numbers are given their buckets before any is counted: the first goes many at a time.
const BLOCK: usize = 1 << 10;

/// Added to a number from 0 to 2^32, it leaves that rounded to a whole one in the lowest bits.
const TO_WHOLE: f64 = 4_503_599_627_370_496.0;

/// From numbers to buckets, in ascending order: a larger number never gets a smaller bucket.
#[derive(Debug, Clone, PartialEq)]
struct Buckets {
    low: f64,
    /// How many cells there are to one.
    scale: f64,
    /// How the cells are divided; none where all are alike.
    cells: Option<Vec<Cell>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    low: f64,
    scale: f64,
    first: u32,
    last: u32,
}

impl Buckets {
    /// Buckets that hold about equally many of these sorted numbers, if those are spread at all.
    fn new(sorted: &[f64]) -> Option<Self> {
        let tail = sorted.len() / 500;
        let (low, high) = (sorted[tail], sorted[sorted.len() - 1 - tail]);
        let scale = CELLS as f64 / (high - low);
        if !(low.is_finite() && high.is_finite() && scale.is_finite() && scale > 0.0) {
            return None;
        }
        let mut counts = [0_usize; CELLS];
        for number in sorted {
            counts[cell(low, scale, *number)] += 1;
        }
        let even = UNEVEN * sorted.len() / CELLS;
        // What lies outside is in the first and the last, and is little.
        if counts[1..CELLS - 1].iter().all(|count| *count <= even) {
            return Some(Self { low, scale, cells: None });
        }
        let spare = BUCKETS - CELLS;
        let (mut cells, mut next) = (Vec::with_capacity(CELLS), 0);
        for (place, count) in counts.into_iter().enumerate() {
            let buckets = 1 + count * spare / sorted.len();
            cells.push(Cell {
                low: low + place as f64 / scale,
                scale: scale * buckets as f64,
                first: next,
                last: next + buckets as u32 - 1,
            });
            next += buckets as u32;
        }
        Some(Self { low, scale, cells: Some(cells) })
    }

    /// Appends the bucket of each number.
    fn places(&self, numbers: &[f64], places: &mut Vec<u16>) {
        let Some(cells) = &self.cells else {
            let (low, scale) = (self.low, self.scale * (BUCKETS / CELLS) as f64);
            let last = (BUCKETS - 1) as f64;
            // Without a branch, so that several numbers go at a time.
            places.extend(numbers.iter().map(|number| {
                let place = (number - low) * scale;
                let place = if place > 0.0 { place } else { 0.0 };
                let place = if place < last { place } else { last };
                (place + TO_WHOLE).to_bits() as u16
            }));
            return;
        };
        places.extend(numbers.iter().map(|number| {
            let cell = &cells[cell(self.low, self.scale, *number)];
            cell.place(*number)
        }));
    }
}

impl Cell {
    #[expect(
        clippy::cast_sign_loss,
        reason = "what is below the range belongs into its first part"
    )]
    fn place(&self, number: f64) -> u16 {
        // A cast of what is below 0 gives 0, of what is too large the largest number.
        let within = ((number - self.low) * self.scale) as u32;
        self.first.saturating_add(within).min(self.last) as u16
    }
}

#[expect(clippy::cast_sign_loss, reason = "what is below the range belongs into its first part")]
fn cell(low: f64, scale: f64, number: f64) -> usize {
    (((number - low) * scale) as usize).min(CELLS - 1)
}

/// Buckets, and how many numbers of a sample are in each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counted {
    buckets: Buckets,
    counts: Vec<u32>,
}

impl Counted {
    pub(super) fn of_sorted(numbers: &[f64]) -> Option<Self> {
        let step = (numbers.len() / LOOKED_AT).max(1);
        let looked_at: Vec<f64> = numbers.iter().copied().step_by(step).collect();
        let buckets = Buckets::new(&looked_at)?;
        let (counts, _) = count(&buckets, numbers)?;
        Some(Self { buckets, counts })
    }
}

/// How many numbers are in each bucket, and the bucket of each number; none if one is NaN.
fn count(buckets: &Buckets, numbers: &[f64]) -> Option<(Vec<u32>, Vec<u16>)> {
    let mut counts = vec![0_u32; BUCKETS];
    let mut places = Vec::with_capacity(numbers.len());
    for block in numbers.chunks(BLOCK) {
        // Without an end before the last, so that several go at a time.
        if block.iter().fold(false, |any, number| any | number.is_nan()) {
            return None;
        }
        let start = places.len();
        buckets.places(block, &mut places);
        for place in &places[start..] {
            // It is never more; saying so spares a look.
            counts[usize::from(*place) & (BUCKETS - 1)] += 1;
        }
    }
    Some((counts, places))
}

/// The numbers in the buckets that are wanted, which are few.
fn picked(numbers: &[f64], places: &[u16], is_wanted: &[bool]) -> Vec<f64> {
    let mut found = Vec::new();
    for (numbers, places) in numbers.chunks(16).zip(places.chunks(16)) {
        let wanted = |place: &u16| is_wanted[usize::from(*place) & (BUCKETS - 1)];
        // Most blocks hold none, which is known without a branch for each number.
        if places.iter().fold(false, |any, place| any | wanted(place)) {
            let all = numbers.iter().zip(places);
            found.extend(all.filter(|(_, place)| wanted(place)).map(|(number, _)| *number));
        }
    }
    found
}

/// [`Extremes`] of two samples; none if they are spread so oddly that they must be sorted, or one has
/// a NaN.
pub(super) fn extremes(first: &[f64], second: &[f64]) -> Option<Extremes> {
    let half = LOOKED_AT / 2;
    let some = |sample: &[f64]| -> Vec<f64> {
        sample.iter().copied().step_by((sample.len() / half).max(1)).take(half).collect()
    };
    let mut looked_at = [some(first), some(second)].concat();
    looked_at.sort_unstable_by(f64::total_cmp);
    let buckets = Buckets::new(&looked_at)?;
    let (first_counts, first_places) = count(&buckets, first)?;
    let (second_counts, second_places) = count(&buckets, second)?;
    Some(search(&first_counts, &second_counts, (first.len(), second.len()), |is_wanted| {
        let mut both =
            [picked(first, &first_places, is_wanted), picked(second, &second_places, is_wanted)];
        for numbers in &mut both {
            numbers.sort_unstable_by(f64::total_cmp);
        }
        both
    }))
}

/// [`extremes`] of a sorted sample whose numbers are counted already, and another one; none if that
/// has a NaN.
pub(super) fn extremes_to_sorted(
    first: &[f64],
    counted: &Counted,
    second: &[f64],
) -> Option<Extremes> {
    let (second_counts, places) = count(&counted.buckets, second)?;
    Some(search(&counted.counts, &second_counts, (first.len(), second.len()), |is_wanted| {
        let mut start = 0;
        let mut from_first = Vec::new();
        for (count, is_wanted) in counted.counts.iter().zip(is_wanted) {
            let end = start + *count as usize;
            if *is_wanted {
                from_first.extend_from_slice(&first[start..end]);
            }
            start = end;
        }
        let mut from_second = picked(second, &places, is_wanted);
        from_second.sort_unstable_by(f64::total_cmp);
        [from_first, from_second]
    }))
}

/// Finds the buckets that can hold an extreme, and looks into them; `pick` gives the numbers of
/// both samples in some buckets, sorted.
fn search(
    first: &[u32],
    second: &[u32],
    (first_size, second_size): (usize, usize),
    pick: impl FnOnce(&[bool]) -> [Vec<f64>; 2],
) -> Extremes {
    let mut extremes = Extremes::new(first_size, second_size);
    // The difference at the end of each bucket, which is one at some number unless all so far
    // are empty.
    let (mut up_to_first, mut up_to_second) = (0, 0);
    let (mut most, mut least) = (i128::MIN, i128::MAX);
    for (first, second) in first.iter().zip(second) {
        up_to_first += u64::from(*first);
        up_to_second += u64::from(*second);
        if first + second > 0 {
            let difference = extremes.difference(up_to_first, up_to_second);
            (most, least) = (most.max(difference), least.min(difference));
        }
    }
    let mut is_wanted = vec![false; BUCKETS];
    (up_to_first, up_to_second) = (0, 0);
    for ((first, second), is_wanted) in first.iter().zip(second).zip(&mut is_wanted) {
        let (more_first, more_second) = (u64::from(*first), u64::from(*second));
        let highest = extremes.difference(up_to_first + more_first, up_to_second);
        let lowest = extremes.difference(up_to_first, up_to_second + more_second);
        *is_wanted = more_first + more_second > 0 && (highest >= most || lowest <= least);
        up_to_first += more_first;
        up_to_second += more_second;
    }
    let [from_first, from_second] = pick(&is_wanted);
    let (mut from_first, mut from_second) = (&from_first[..], &from_second[..]);
    (up_to_first, up_to_second) = (0, 0);
    for ((first, second), is_wanted) in first.iter().zip(second).zip(is_wanted) {
        if is_wanted {
            let (here_first, rest_first) = from_first.split_at(*first as usize);
            let (here_second, rest_second) = from_second.split_at(*second as usize);
            extremes.walk(here_first, here_second, up_to_first, up_to_second);
            (from_first, from_second) = (rest_first, rest_second);
        }
        up_to_first += u64::from(*first);
        up_to_second += u64::from(*second);
    }
    extremes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::Random, stats::sample::sorted};

    /// Samples of all shapes that make trouble for buckets.
    fn samples() -> Vec<(&'static str, Vec<f64>, Vec<f64>)> {
        let mut random = Random::new(11);
        let mut normal = |count: usize, shift: f64| -> Vec<f64> {
            (0..count).map(|_| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0 + shift).collect()
        };
        let (first, second) = (normal(30_000, 0.0), normal(25_000, 0.02));
        let map = |change: fn(f64) -> f64| -> (Vec<f64>, Vec<f64>) {
            (
                first.iter().map(|x| change(*x)).collect(),
                second.iter().map(|x| change(*x)).collect(),
            )
        };
        let mut all = vec![("normal", first.clone(), second.clone())];
        for (name, change) in [
            ("lognormal", (|x| (2.0 * x).exp()) as fn(f64) -> f64),
            ("whole", f64::round),
            ("spike", |x| if x > -1.0 { 0.25 } else { x }),
            ("two far clusters", |x| if x > 0.0 { x + 1e12 } else { x }),
            ("heavy tails", |x| x.powi(25)),
            ("infinite tails", |x| {
                if x > 3.0 {
                    f64::INFINITY
                } else if x < -3.0 {
                    f64::NEG_INFINITY
                } else {
                    x
                }
            }),
            ("tiny", |x| x * 1e-300),
        ] {
            let (first, second) = map(change);
            all.push((name, first, second));
        }
        all
    }

    #[test]
    fn buckets_and_sorting_find_the_same() {
        for (name, first, second) in samples() {
            let expected = Extremes::of_sorted(&sorted(&first), &sorted(&second));
            let ordered = sorted(&first);
            let by_sorted = Counted::of_sorted(&ordered)
                .and_then(|counted| extremes_to_sorted(&ordered, &counted, &second));
            for found in [extremes(&first, &second), by_sorted] {
                let found = found.unwrap_or_else(|| panic!("{name} is not spread"));
                assert_eq!(found.above, expected.above, "{name}");
                assert_eq!(found.below, expected.below, "{name}");
            }
        }
    }

    #[test]
    fn constants_are_left_to_sorting() {
        let (ones, infinite) = (vec![1.0; 20_000], vec![f64::INFINITY; 20_000]);
        assert!(extremes(&ones, &ones).is_none());
        assert!(extremes(&infinite, &ones).is_none());
        let far: Vec<f64> =
            (0..20_000).map(|n| if n % 2 == 0 { 1.7e308 } else { -1.7e308 }).collect();
        assert!(extremes(&far, &far).is_none());
    }
}
