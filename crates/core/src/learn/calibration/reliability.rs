use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How often answers are right, by how sure they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reliability {
    /// The bins, by rising confidence.
    pub bins: Vec<Bin>,
    /// The expected calibration error: the mean difference between confidence and accuracy, each
    /// bin as important as it has rows (Naeini, Cooper and Hauskrecht 2015).
    pub ece: f64,
    /// The largest difference of a bin that has rows.
    pub mce: f64,
    /// The mean confidence less the accuracy: positive when the answers are too sure.
    pub excess: f64,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// The bin holds confidences above this; the first one holds it, too.
    pub low: f64,
    /// The bin holds confidences up to this.
    pub high: f64,
    /// How many answers it holds.
    pub count: u64,
    /// Their mean confidence; 0 without answers.
    pub confidence: f64,
    /// The share of them that is right; 0 without answers.
    pub accuracy: f64,
}

impl Reliability {
    /// How many bins suit this many rows: 10 below 1,000, else 15.
    pub fn usual_bins(rows: usize) -> usize {
        if rows < 1_000 { 10 } else { 15 }
    }

    /// Sorts answers into bins of the same width.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without rows or bins, if the lists are of different lengths, or if a
    /// confidence is not between 0 and 1.
    pub fn equal_width(confidence: &[f64], right: &[bool], bins: usize) -> Result<Self> {
        check(confidence, right, bins)?;
        let edges: Vec<f64> = (0..=bins).map(|at| at as f64 / bins as f64).collect();
        let mut groups: Vec<Group> =
            edges.windows(2).map(|ends| Group::between(ends[0], ends[1])).collect();
        for (confidence, right) in confidence.iter().zip(right) {
            let at = edges[1..bins].partition_point(|edge| edge < confidence);
            groups[at].add(*confidence, *right);
        }
        Ok(Self::of(&groups))
    }

    /// Sorts answers into bins of as nearly the same number of rows as answers of the same
    /// confidence allow, for these stay together. There may be fewer bins than asked for.
    ///
    /// # Errors
    /// As [`Reliability::equal_width`].
    pub fn equal_mass(confidence: &[f64], right: &[bool], bins: usize) -> Result<Self> {
        check(confidence, right, bins)?;
        let mut rows: Vec<(f64, bool)> =
            confidence.iter().copied().zip(right.iter().copied()).collect();
        rows.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut groups = Vec::new();
        let mut start = 0;
        for bin in 1..=bins {
            let mut end = (bin * rows.len() / bins).max(start);
            while end > start && end < rows.len() && rows[end].0 <= rows[end - 1].0 {
                end += 1;
            }
            if end > start {
                let low = if start == 0 { rows[0].0 } else { rows[start - 1].0 };
                let mut group = Group::between(low, rows[end - 1].0);
                rows[start..end].iter().for_each(|row| group.add(row.0, row.1));
                groups.push(group);
                start = end;
            }
        }
        Ok(Self::of(&groups))
    }

    fn of(groups: &[Group]) -> Self {
        let rows = groups.iter().map(|group| group.count).sum::<u64>() as f64;
        let (mut ece, mut mce, mut excess) = (0.0, 0.0_f64, 0.0);
        let bins: Vec<Bin> = groups.iter().map(Group::bin).collect();
        for bin in bins.iter().filter(|bin| bin.count > 0) {
            let gap = bin.confidence - bin.accuracy;
            let share = bin.count as f64 / rows;
            ece += share * gap.abs();
            excess += share * gap;
            mce = mce.max(gap.abs());
        }
        Self { bins, ece, mce, excess }
    }
}

/// A bin that is being filled.
struct Group {
    low: f64,
    high: f64,
    count: u64,
    right: u64,
    confidence: f64,
}

impl Group {
    fn between(low: f64, high: f64) -> Self {
        Self { low, high, count: 0, right: 0, confidence: 0.0 }
    }

    fn add(&mut self, confidence: f64, right: bool) {
        self.count += 1;
        self.right += u64::from(right);
        self.confidence += confidence;
    }

    fn bin(&self) -> Bin {
        let Self { low, high, count, right, confidence } = *self;
        let mean = |sum: f64| if count == 0 { 0.0 } else { sum / count as f64 };
        Bin { low, high, count, confidence: mean(confidence), accuracy: mean(right as f64) }
    }
}

fn check(confidence: &[f64], right: &[bool], bins: usize) -> Result<()> {
    /// More bins than this are a mistake.
    const MOST_BINS: usize = 1_000;

    if bins == 0 || bins > MOST_BINS {
        return Err(Error::invalid("bins", format!("{bins}, allowed are 1 to {MOST_BINS}")));
    }
    if confidence.is_empty() {
        return Err(Error::invalid("confidence", "there are no rows"));
    }
    if confidence.len() != right.len() {
        let (rows, answers) = (confidence.len(), right.len());
        return Err(Error::invalid("right", format!("{answers} for {rows} rows")));
    }
    match confidence.iter().position(|number| !(0.0..=1.0 + 1e-6).contains(number)) {
        Some(row) => {
            let problem = format!("row {row} is {}, allowed are 0 to 1", confidence[row]);
            Err(Error::invalid("confidence", problem))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_belong_to_the_bin_below() {
        let confidence = [0.0, 0.1, 0.3, 0.3 + 1e-9, 0.7, 1.0];
        let found = Reliability::equal_width(&confidence, &[true; 6], 10).unwrap();
        let counts: Vec<u64> = found.bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [2, 0, 1, 1, 0, 0, 1, 0, 0, 1]);
        assert_eq!(counts.iter().sum::<u64>(), 6);
    }

    #[test]
    fn every_edge_of_any_number_of_bins_is_found() {
        for bins in 1..=60 {
            let edges: Vec<f64> = (1..=bins).map(|at| at as f64 / bins as f64).collect();
            let found = Reliability::equal_width(&edges, &vec![true; bins], bins).unwrap();
            assert!(found.bins.iter().all(|bin| bin.count == 1), "{bins}");
        }
    }

    #[test]
    fn the_errors_are_those_on_paper() {
        let confidence = [0.6, 0.6, 0.9, 0.9];
        let found = Reliability::equal_width(&confidence, &[true, false, true, true], 5).unwrap();
        assert!((found.ece - 0.1).abs() < 1e-15, "{}", found.ece);
        assert!((found.mce - 0.1).abs() < 1e-15);
        assert!(found.excess.abs() < 1e-15);
    }

    #[test]
    fn bins_of_equal_mass_keep_ties_together() {
        let confidence = [0.5, 0.5, 0.5, 0.6, 0.7, 0.8];
        let found = Reliability::equal_mass(&confidence, &[true; 6], 3).unwrap();
        let counts: Vec<u64> = found.bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [3, 1, 2]);
        let one = Reliability::equal_mass(&[0.5; 9], &[true; 9], 4).unwrap();
        assert_eq!(one.bins.len(), 1);
        let few = Reliability::equal_mass(&[0.1, 0.9], &[true, false], 15).unwrap();
        assert_eq!(few.bins.len(), 2);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Reliability::equal_width(&[], &[], 10).is_err());
        assert!(Reliability::equal_width(&[0.5], &[], 10).is_err());
        assert!(Reliability::equal_width(&[0.5], &[true], 0).is_err());
        let error = Reliability::equal_mass(&[f64::NAN], &[true], 3).unwrap_err();
        assert_eq!(error.to_string(), "confidence: row 0 is NaN, allowed are 0 to 1");
    }
}
