use std::fmt;

use datasketches::{
    hash::value::raw_bytes,
    theta::{CompactThetaSketch, ThetaSketch, ThetaSketchBuilder, ThetaUnionBuilder},
};

use crate::{
    Result,
    profile::wire::{Reader, Writer},
};

/// Up to 2 to this power different values are counted exactly, and more to about 6 %.
const LOG_SIZE: u8 = 8;

/// How many different values there are: a theta sketch of Apache DataSketches, which keeps the
/// values with the smallest hashes. So it is the same however the values came, and other engines
/// can read it.
pub(in crate::profile) struct Distinct {
    /// What was seen here.
    own: ThetaSketch,
    /// What was seen elsewhere.
    merged: Option<CompactThetaSketch>,
}

impl Default for Distinct {
    fn default() -> Self {
        let own = ThetaSketchBuilder::default().lg_k(LOG_SIZE).build();
        Self { own: own.expect("the size is one of those allowed"), merged: None }
    }
}

impl Clone for Distinct {
    fn clone(&self) -> Self {
        Self { merged: Some(self.whole()), ..Self::default() }
    }
}

impl PartialEq for Distinct {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl fmt::Debug for Distinct {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Distinct({})", self.estimate())
    }
}

impl Distinct {
    pub(super) fn see(&mut self, value: &str) {
        self.own.update(raw_bytes::from_str(value));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        *self = Self { merged: Some(union(&[self.whole(), other.whole()])), ..Self::default() };
    }

    /// About how many different values were seen.
    pub(in crate::profile) fn estimate(&self) -> f64 {
        self.whole().estimate()
    }

    /// The bytes that other engines read.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.whole().serialize()
    }

    /// All that was seen, in its one form.
    fn whole(&self) -> CompactThetaSketch {
        match &self.merged {
            Some(merged) if self.own.is_empty() => merged.clone(),
            Some(merged) => union(&[self.own.compact(true), merged.clone()]),
            None => union(&[self.own.compact(true)]),
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let bytes = self.whole().serialize_compressed();
        out.whole(bytes.len() as u64);
        out.raw(&bytes);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self> {
        let length = from.length(1)?;
        let bytes = from.raw(length)?;
        let read = CompactThetaSketch::deserialize(bytes)
            .map_err(|error| from.broken(format!("its sketch of values: {error}")))?;
        // Whatever its bytes say, it is brought into the one form.
        Ok(Self { merged: Some(union(&[read])), ..Self::default() })
    }
}

fn union(sketches: &[CompactThetaSketch]) -> CompactThetaSketch {
    let union = ThetaUnionBuilder::default().lg_k(LOG_SIZE).build();
    let mut union = union.expect("the size is one of those allowed");
    for sketch in sketches {
        union.update(sketch).expect("all have the usual seed");
    }
    union.to_sketch(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn of(values: impl Iterator<Item = u32>) -> Distinct {
        let mut distinct = Distinct::default();
        values.for_each(|value| distinct.see(&format!("value {value}")));
        distinct
    }

    #[test]
    fn the_same_values_give_the_same_bytes_however_they_came() {
        let mut random = Random::new(4);
        for count in [0_u32, 1, 2, 255, 256, 257, 300, 511, 512, 2_000, 20_000] {
            let whole = of(0..count);
            for _ in 0..10 {
                let mut parts: Vec<Distinct> = (0..4).map(|_| Distinct::default()).collect();
                let mut order: Vec<u32> = (0..count).chain(0..count / 2).collect();
                random.shuffle(&mut order);
                for value in order {
                    parts[random.below(4)].see(&format!("value {value}"));
                }
                random.shuffle(&mut parts);
                let mut merged = Distinct::default();
                for part in &parts {
                    merged.merge(part);
                }
                assert_eq!(merged, whole, "{count}");
            }
            let error = (whole.estimate() - f64::from(count)).abs();
            let allowed = if count <= 256 { 1e-9 } else { 0.25 * f64::from(count) };
            assert!(error <= allowed, "{count}: {}", whole.estimate());
        }
    }

    #[test]
    fn bytes_are_read_and_lies_refused() {
        for count in [0, 1, 300, 5_000] {
            let distinct = of(0..count);
            let mut out = Writer::default();
            distinct.write(&mut out);
            let bytes = out.into_bytes();
            let again = Distinct::read(&mut Reader::new("profile", &bytes)).unwrap();
            assert_eq!(again, distinct);
            for place in 0..bytes.len() {
                let mut lie = bytes.clone();
                lie[place] ^= 0x55;
                // It is refused or is another sketch; it does no harm.
                drop(Distinct::read(&mut Reader::new("profile", &lie)));
            }
        }
    }
}
