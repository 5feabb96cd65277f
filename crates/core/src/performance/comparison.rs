//! Which of two versions is right more often, decided as early as can be.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    stats::{Interval, paired_evidence, paired_gain},
};

/// How often each of two versions was right on the same rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairs {
    /// Rows that both got right.
    pub both_right: u64,
    /// Rows that only the version in use got right.
    pub only_champion: u64,
    /// Rows that only the challenger got right.
    pub only_challenger: u64,
    /// Rows that both got wrong.
    pub both_wrong: u64,
}

impl Pairs {
    /// Counts one row.
    pub fn see(&mut self, champion_is_right: bool, challenger_is_right: bool) {
        *match (champion_is_right, challenger_is_right) {
            (true, true) => &mut self.both_right,
            (true, false) => &mut self.only_champion,
            (false, true) => &mut self.only_challenger,
            (false, false) => &mut self.both_wrong,
        } += 1;
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.both_right + self.only_champion + self.only_challenger + self.both_wrong
    }
}

/// When a comparison ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ComparisonOptions {
    /// How often it may find a difference where there is none: in one of 20 comparisons by default,
    /// however often somebody looks.
    pub alpha: f64,
    /// A challenger that is surely not better by more than this is not worth a change.
    pub min_gain: f64,
    /// After so many rows it ends without a winner.
    pub max_rows: u64,
}

impl Default for ComparisonOptions {
    fn default() -> Self {
        Self { alpha: 0.05, min_gain: 0.01, max_rows: 5_000 }
    }
}

impl ComparisonOptions {
    pub(crate) fn check(&self) -> Result<()> {
        if !(self.alpha > 0.0 && self.alpha <= 0.5) {
            let problem = format!("{}, allowed are more than 0 and at most 0.5", self.alpha);
            return Err(Error::invalid("alpha", problem));
        }
        if !(0.0..1.0).contains(&self.min_gain) {
            let problem = format!("{}, allowed are 0 and more, but less than 1", self.min_gain);
            return Err(Error::invalid("min_gain", problem));
        }
        if self.max_rows == 0 {
            return Err(Error::invalid("max_rows", "0, allowed are 1 and more"));
        }
        Ok(())
    }
}

/// More is as good as sure, and JSON knows no infinity.
const MOST_EVIDENCE: f64 = 1e300;

/// Which version a comparison prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// It is not known yet.
    Undecided,
    /// The challenger is right more often.
    Challenger,
    /// The version in use is right more often, or the challenger is not better by enough.
    Champion,
    /// Neither, after all the rows that were allowed.
    Neither,
}

impl Preference {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Challenger => "challenger",
            Self::Champion => "champion",
            Self::Neither => "neither",
        }
    }
}

/// What is known of which version is right more often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// In a sentence.
    pub sentence: String,
    /// Which version it prefers.
    pub preference: Preference,
    /// How often each was right.
    pub pairs: Pairs,
    /// The difference of the accuracies, challenger less version in use; none without rows.
    pub gain: Option<f64>,
    /// Where that difference lies, at all times together.
    pub interval: Interval,
    /// The evidence that the challenger is right more often; 1/α decides.
    pub evidence: f64,
    /// The evidence that the version in use is.
    pub evidence_against: f64,
    /// How often a difference is found where there is none, at most.
    pub alpha: f64,
    /// The gain that is worth a change.
    pub min_gain: f64,
}

impl Comparison {
    /// Compares two versions by the rows that both have answered and whose labels are known. It may
    /// be looked at after every row: of challengers that are no better, at most the share `alpha` is
    /// ever preferred, and of those that are better by `min_gain`, at most twice that share is ever
    /// turned down.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if an option cannot be.
    pub fn of(pairs: Pairs, options: &ComparisonOptions) -> Result<Self> {
        options.check()?;
        let Pairs { only_champion: first, only_challenger: second, .. } = pairs;
        let rows = pairs.rows();
        let both = rows - first - second;
        let (evidence, against) = (paired_evidence(first, second), paired_evidence(second, first));
        let (low, high) = paired_gain(first, second, both, options.alpha);
        let enough = -options.alpha.ln();
        let preference = if evidence >= enough {
            Preference::Challenger
        } else if against >= enough || high < options.min_gain {
            Preference::Champion
        } else if rows >= options.max_rows {
            Preference::Neither
        } else {
            Preference::Undecided
        };
        // The evidence says more of the sign than the interval does.
        let low = if evidence >= enough { low.max(0.0) } else { low };
        let high = if against >= enough { high.min(0.0) } else { high };
        let gain = (rows > 0).then(|| (second as f64 - first as f64) / rows as f64);
        let mut comparison = Self {
            sentence: String::new(),
            preference,
            pairs,
            gain,
            interval: Interval { low, high, level: 1.0 - options.alpha },
            evidence: evidence.exp().min(MOST_EVIDENCE),
            evidence_against: against.exp().min(MOST_EVIDENCE),
            alpha: options.alpha,
            min_gain: options.min_gain,
        };
        comparison.sentence = comparison.told();
        Ok(comparison)
    }

    fn told(&self) -> String {
        let Some(gain) = self.gain else {
            return "no row is labelled yet that both have answered".to_owned();
        };
        let rows = self.pairs.rows();
        let points = |share: f64| format!("{:+.1}", share * 100.0);
        let (low, high) = (points(self.interval.low), points(self.interval.high));
        let known = format!("{} points on {rows} labelled rows ({low} to {high})", points(gain));
        match self.preference {
            Preference::Undecided => format!("not decided yet: the challenger is at {known}"),
            Preference::Challenger => format!("the challenger is right more often: {known}"),
            Preference::Champion if self.interval.high <= 0.0 => {
                format!("the version in use is right more often: the challenger is at {known}")
            }
            Preference::Champion => format!(
                "the challenger is not better by {:.1} points: it is at {known}",
                self.min_gain * 100.0
            ),
            Preference::Neither => format!("no winner: the challenger is at {known}"),
        }
    }

    /// This comparison as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(both_right: u64, only_champion: u64, only_challenger: u64) -> Comparison {
        let pairs = Pairs { both_right, only_champion, only_challenger, both_wrong: 10 };
        Comparison::of(pairs, &ComparisonOptions::default()).unwrap()
    }

    #[test]
    fn it_decides_when_it_is_sure() {
        let few = of(20, 1, 3);
        assert_eq!(few.preference, Preference::Undecided);
        assert!(few.sentence.contains("+5.9 points on 34 labelled rows"), "{}", few.sentence);
        let better = of(400, 10, 40);
        assert_eq!(better.preference, Preference::Challenger);
        assert!(better.interval.low >= 0.0 && better.evidence > 20.0, "{better:?}");
        let worse = of(400, 40, 10);
        assert_eq!(worse.preference, Preference::Champion);
        assert!(worse.sentence.starts_with("the version in use"), "{}", worse.sentence);
        let same = of(3_000, 10, 10);
        assert_eq!(same.preference, Preference::Champion);
        assert!(same.sentence.contains("not better by 1.0 points"), "{}", same.sentence);
        assert_eq!(of(5_000, 400, 420).preference, Preference::Neither);
    }

    #[test]
    fn nothing_is_known_of_nothing() {
        let none = Comparison::of(Pairs::default(), &ComparisonOptions::default()).unwrap();
        assert_eq!((none.preference, none.gain), (Preference::Undecided, None));
        assert!((none.evidence - 1.0).abs() < 1e-12);
        let problem = |json: &str| {
            let options: ComparisonOptions = serde_json::from_str(json).unwrap();
            Comparison::of(Pairs::default(), &options).unwrap_err().to_string()
        };
        assert!(problem(r#"{"alpha": 0}"#).contains("alpha: 0"));
        assert!(problem(r#"{"min_gain": 1}"#).contains("min_gain: 1"));
        assert!(problem(r#"{"max_rows": 0}"#).contains("max_rows: 0"));
    }
}
