//! Numbers that look random and are the same in every run, on every machine.

use serde::{Deserialize, Serialize};

/// A generator of the family xoshiro256++ (Blackman and Vigna, 2019), seeded by `SplitMix64`.
///
/// It is written out here because what follows from a seed must not change with the version of a
/// library: splits, samples and models are promised to be the same bytes again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Random {
    state: [u64; 4],
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut mixed = seed;
        let state = std::array::from_fn(|_| {
            mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = mixed;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^ (word >> 31)
        });
        Self { state }
    }

    /// Any 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [first, second, third, fourth] = &mut self.state;
        let result = first.wrapping_add(*fourth).rotate_left(23).wrapping_add(*first);
        let shifted = *second << 17;
        *third ^= *first;
        *fourth ^= *second;
        *second ^= *third;
        *first ^= *fourth;
        *third ^= shifted;
        *fourth = fourth.rotate_left(45);
        result
    }

    /// A number from 0 up to but without 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * 2.0_f64.powi(-53)
    }

    /// A normal number with mean 0 and variance 1 (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        // The logarithm of 0 must not be asked for.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.unit()).cos()
    }

    /// A whole number from 0 up to but without `limit`, each as likely as any other.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        debug_assert!(limit > 0);
        let limit = limit as u64;
        // What is beyond the last whole multiple of the limit would favour small numbers.
        let fair = u64::MAX - u64::MAX % limit;
        loop {
            let number = self.next();
            if number < fair {
                return (number % limit) as usize;
            }
        }
    }

    /// Puts items into a random order, each as likely as any other.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SplitMix64` from seed 0 and the first xoshiro256++ outputs that follow, computed with the
    /// authors' C code as a model in Python.
    #[test]
    fn seeds_give_the_same_numbers_for_ever() {
        let mut random = Random::new(0);
        assert_eq!(random.state[0], 0xe220_a839_7b1d_cdaf);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [5_987_356_902_031_041_503, 7_051_070_477_665_621_255, 6_633_766_593_972_829_180]
        );
    }

    #[test]
    fn shuffling_keeps_everything_and_favours_nobody() {
        let mut random = Random::new(7);
        let mut counts = [[0_u32; 4]; 4];
        for _ in 0..8_000 {
            let mut items = [0, 1, 2, 3];
            random.shuffle(&mut items);
            for (place, item) in items.into_iter().enumerate() {
                counts[item][place] += 1;
            }
        }
        assert!(counts.iter().flatten().all(|count| (1_850..2_150).contains(count)), "{counts:?}");
        assert!((0..1_000).map(|_| random.unit()).all(|number| (0.0..1.0).contains(&number)));
    }
}
