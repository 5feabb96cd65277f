use std::f64::consts::FRAC_2_PI;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    profile::{AnswerCounts, AnswerLayout, Answers, Counts, Kind, Profile, Reference},
    stats::{Interval, wilson},
};

/// What confidences mean is learnt from at least so many labelled rows.
const FEWEST_LABELLED: u64 = 300;

/// Of one label, from so many.
const FEWEST_OF_LABEL: u64 = 100;

/// Confidences that are off by more than this on average say nothing about the accuracy.
const LARGEST_ERROR: f64 = 0.05;

/// The calibration error is told from so many groups of bins.
const GROUPS: usize = 16;

const LEVEL: f64 = 0.95;

/// The upper 2.5 % point of the normal distribution.
const POINT: f64 = 1.959_963_984_540_054;

/// The upper 1 % point of the normal distribution.
const CHANCE: f64 = 2.326_347_874_040_841;

/// What no estimate from confidences can see.
const CANNOT_SEE: &str = "an estimate without labels cannot see that the same texts now have other \
                          right labels, and is too good for texts unlike those before; only \
                          labels of a random sample can";

/// Estimates the accuracy of a classifier on rows that have no labels, from how sure it is.
///
/// It learns from labelled rows, which the classifier was not trained on, how often answers of each
/// confidence are right. Two estimates are made of that: the mean calibrated confidence (CBPE), and
/// the share of answers above the threshold above which as many lie as are right (ATC; Garg et al.
/// 2022). The first is right where answers of each confidence are right as often as before, however
/// often each now occurs. The second supposes that whatever moves confidences moves the accuracy as
/// it moves the share above the threshold; where confidences gather on one side of the threshold it
/// is far off. Where the two are far from each other, something changed: which of them is right, only
/// labels tell.
///
/// ```
/// use pantau::performance::AccuracyEstimator;
///
/// let confidences: Vec<f64> = (0..1_000).map(|row| 0.5 + f64::from(row % 50) / 100.0).collect();
/// let right: Vec<bool> = (0..1_000).map(|row| (row * 7919) % 1000 < 500 + (row % 50) * 10).collect();
/// let estimator = AccuracyEstimator::new(&confidences, &right, None)?;
/// let found = estimator.estimate(&[0.9; 200], None)?;
/// let accuracy = found.cbpe.expect("the confidences are calibrated");
/// assert!(accuracy.interval.contains(0.9));
/// # Ok::<(), pantau::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AccuracyEstimator {
    layout: AnswerLayout,
    known: AnswerCounts,
}

/// An estimated share of right answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The share.
    pub value: f64,
    /// Where it may well lie, as far as confidences still mean what they did.
    pub interval: Interval,
}

/// The estimated accuracy of rows without labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccuracyEstimate {
    /// In words.
    pub sentence: String,
    /// Why nothing is estimated; none if something is.
    pub refused: Option<String>,
    /// The mean calibrated confidence.
    pub cbpe: Option<Estimate>,
    /// The share of answers above the threshold; its interval is that of this share.
    pub atc: Option<Estimate>,
    /// The accuracy on the labelled rows.
    pub usual: Option<Estimate>,
    /// How many rows it was estimated of.
    pub rows: u64,
    /// How many have no confidence.
    pub missing: u64,
    /// From how many labelled rows it was learnt what confidences mean.
    pub labelled_rows: u64,
    /// By how much confidences are off on those, on average (the expected calibration error).
    pub calibration_error: Option<f64>,
    /// What chance alone keeps below in 99 of 100 cases, if they are not off at all.
    pub calibration_chance: Option<f64>,
    /// What it cannot see, in words.
    pub cannot_see: String,
    /// Label by label.
    pub labels: Vec<LabelEstimate>,
}

/// The estimated share of right answers among those of one label: its precision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelEstimate {
    /// The label that was given.
    pub label: String,
    /// How many rows were given it.
    pub rows: u64,
    /// The mean calibrated confidence; none where too few labelled rows were given it.
    pub cbpe: Option<Estimate>,
    /// The share of answers above the threshold.
    pub atc: Option<Estimate>,
    /// The share of right ones on the labelled rows.
    pub usual: Option<Estimate>,
}

impl AccuracyEstimator {
    /// Learns from labelled rows: how sure each answer is, whether it is right, and which label it
    /// gave, if estimates are wanted label by label.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without rows, for lists of different lengths, or a confidence that is
    /// not 0 to 1.
    pub fn new(confidences: &[f64], correct: &[bool], labels: Option<&[&str]>) -> Result<Self> {
        check(confidences)?;
        if confidences.is_empty() {
            return Err(Error::invalid("confidences", "there are no rows"));
        }
        same_length("correct", correct.len(), confidences)?;
        let labels = optional(labels, confidences)?;
        let layout = AnswerLayout::of("", "", &labels, confidences);
        let mut known = AnswerCounts::new(&layout);
        known.add(&layout, &labels, confidences, correct.iter().copied().map(Some));
        Ok(Self { layout, known })
    }

    /// Takes what the rows of a reference say whose right labels were known.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the reference was built without `predictions`.
    pub fn of_reference(reference: &Reference) -> Result<Self> {
        let (layout, known) = answers(&reference.pooled()).ok_or_else(|| Error::NotFound {
            what: "predictions in the reference".to_owned(),
            hint:
                "build it with `predictions`, the columns of labels, confidences and right labels"
                    .to_owned(),
        })?;
        Ok(Self { layout, known })
    }

    /// The estimated accuracy of answers of these confidences and labels.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for lists of different lengths, or a confidence that is not 0 to 1.
    pub fn estimate(
        &self,
        confidences: &[f64],
        labels: Option<&[&str]>,
    ) -> Result<AccuracyEstimate> {
        check(confidences)?;
        let labels = optional(labels, confidences)?;
        let mut now = AnswerCounts::new(&self.layout);
        now.add(&self.layout, &labels, confidences, std::iter::repeat(None));
        Ok(self.conclude(&now))
    }

    /// The estimated accuracy of the rows of a profile.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it was not counted by the reference this was learnt from.
    pub fn estimate_profile(&self, profile: &Profile) -> Result<AccuracyEstimate> {
        match answers(profile) {
            Some((layout, now)) if layout == self.layout => Ok(self.conclude(&now)),
            _ => Err(Error::invalid("profile", "it was counted by another reference")),
        }
    }

    fn conclude(&self, now: &AnswerCounts) -> AccuracyEstimate {
        let all = total(&self.known.bins);
        let (calibration_error, calibration_chance) = self.calibration_error().unzip();
        let rows = now.count();
        let refused = refusal(rows, all.known, calibration_error.zip(calibration_chance));
        let (known, counted) = (&self.known.bins, &now.bins);
        let is_told = refused.is_none();
        let cbpe = is_told.then(|| cbpe(known, counted));
        let atc = is_told.then(|| atc(known, counted));
        let label = |place: usize, name: &String| {
            let (known, now) = (&self.known.labels[place], &now.labels[place]);
            let (own, rows) = (total(known), total(now).count);
            let is_told = is_told && own.known >= FEWEST_OF_LABEL && rows > 0;
            LabelEstimate {
                label: name.clone(),
                rows,
                cbpe: is_told.then(|| self::cbpe(known, now)),
                atc: is_told.then(|| self::atc(known, now)),
                usual: usual(own),
            }
        };
        let labels = self.layout.labels.iter().enumerate();
        let mut found = AccuracyEstimate {
            sentence: String::new(),
            refused,
            cbpe,
            atc,
            usual: usual(all),
            rows,
            missing: now.missing,
            labelled_rows: all.known,
            calibration_error,
            calibration_chance,
            cannot_see: CANNOT_SEE.to_owned(),
            labels: labels.map(|(place, name)| label(place, name)).collect(),
        };
        found.sentence = found.say();
        found
    }

    /// The expected calibration error on the labelled rows, and what it may be by chance.
    fn calibration_error(&self) -> Option<(f64, f64)> {
        let bins = &self.known.bins;
        let all = total(bins).known;
        let (mut error, mut noise, mut variance) = (0.0, 0.0, 0.0);
        let groups = GROUPS.min(bins.len());
        for group in 0..groups {
            let own = total(&bins[group * bins.len() / groups..(group + 1) * bins.len() / groups]);
            let Some(confidence) = own.known_confidence() else { continue };
            let share = own.known as f64 / all as f64;
            let accuracy = own.right as f64 / own.known as f64;
            error += share * (accuracy - confidence).abs();
            // The size of a normal number has the mean √(2/π), of its deviation.
            let spread = confidence * (1.0 - confidence) / own.known as f64;
            noise += share * (FRAC_2_PI * spread).sqrt();
            variance += share * share * spread * (1.0 - FRAC_2_PI);
        }
        (all > 0).then_some((error, noise + CHANCE * variance.sqrt()))
    }
}

impl AccuracyEstimate {
    fn say(&self) -> String {
        if let Some(why) = &self.refused {
            return format!("the accuracy cannot be estimated: {why}");
        }
        let (Some(cbpe), Some(atc)) = (self.cbpe, self.atc) else { return String::new() };
        let before = self.usual.map_or_else(String::new, |usual| {
            format!(", {:.1} % on the {} labelled ones", usual.value * 100.0, self.labelled_rows)
        });
        let told = |own: &Estimate| {
            let Interval { low, high, .. } = own.interval;
            format!("{:.1} % ({:.1} to {:.1})", own.value * 100.0, low * 100.0, high * 100.0)
        };
        let gap = (cbpe.value - atc.value).abs();
        let width = |own: &Estimate| (own.interval.high - own.interval.low) / 2.0;
        let warning = if gap > width(&cbpe) + width(&atc) {
            format!(
                "; the two are {:.1} points apart: how sure the answers are has changed much, and only \
                 labels tell which is right",
                gap * 100.0
            )
        } else {
            String::new()
        };
        format!(
            "about {} of the answers to {} rows are right, or {} by the threshold{before}{warning}",
            told(&cbpe),
            self.rows,
            told(&atc)
        )
    }

    /// This estimate as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists are JSON")
    }
}

/// Why nothing can be estimated.
fn refusal(rows: u64, known: u64, off: Option<(f64, f64)>) -> Option<String> {
    if rows == 0 {
        return Some("there are no rows with a confidence".to_owned());
    }
    if known < FEWEST_LABELLED {
        return Some(format!(
            "what confidences mean is known from {known} labelled rows, and {FEWEST_LABELLED} \
             are the fewest"
        ));
    }
    // Chance alone makes every calibration seem off.
    let (error, chance) = off?;
    (error > LARGEST_ERROR.max(chance)).then(|| {
        format!(
            "confidences are off by {:.1} points on average on {known} labelled rows, and \
             {:.0} is the limit: calibrate the model, on more rows than it was",
            error * 100.0,
            LARGEST_ERROR * 100.0
        )
    })
}

/// The answers that a profile counted.
fn answers(profile: &Profile) -> Option<(AnswerLayout, AnswerCounts)> {
    profile.features().find_map(|(feature, own)| match (&feature.kind, &own.counts) {
        (Kind::Answers(layout), Counts::Answers(counts)) => Some((layout.clone(), counts.clone())),
        _ => None,
    })
}

fn check(confidences: &[f64]) -> Result<()> {
    match confidences.iter().position(|number| !(0.0..=1.0).contains(number)) {
        Some(row) => {
            let problem = format!("row {row} is {}, allowed are 0 to 1", confidences[row]);
            Err(Error::invalid("confidences", problem))
        }
        None => Ok(()),
    }
}

fn same_length(what: &str, found: usize, confidences: &[f64]) -> Result<()> {
    if found == confidences.len() {
        return Ok(());
    }
    Err(Error::invalid(what, format!("{found} for {} rows", confidences.len())))
}

fn optional<'a>(labels: Option<&[&'a str]>, confidences: &[f64]) -> Result<Vec<Option<&'a str>>> {
    let Some(labels) = labels else { return Ok(vec![None; confidences.len()]) };
    same_length("labels", labels.len(), confidences)?;
    Ok(labels.iter().copied().map(Some).collect())
}

fn total(answers: &[Answers]) -> Answers {
    let mut total = Answers::default();
    for own in answers {
        total.merge(own);
    }
    total
}

fn usual(known: Answers) -> Option<Estimate> {
    let interval = wilson(known.right, known.known, LEVEL).ok()?;
    Some(Estimate { value: known.right as f64 / known.known as f64, interval })
}

fn estimate(value: f64, variance: f64) -> Estimate {
    let half = POINT * variance.max(0.0).sqrt();
    let (low, high) = ((value - half).max(0.0), (value + half).min(1.0));
    Estimate { value, interval: Interval { low, high, level: LEVEL } }
}

/// The mean calibrated confidence: the accuracy of each bin, as often as it occurs now. A bin's own
/// confidence counts as one labelled row, so that bins that were hardly seen are not sure.
fn cbpe(known: &[Answers], now: &[Answers]) -> Estimate {
    let rows = total(now).count as f64;
    let (mut mean, mut square, mut variance) = (0.0, 0.0, 0.0);
    for (known, now) in known.iter().zip(now) {
        let Some(confidence) = now.confidence() else { continue };
        let confidence = known.known_confidence().unwrap_or(confidence);
        let (share, count, right) =
            (now.count as f64 / rows, known.known as f64, known.right as f64);
        let accuracy = (right + confidence) / (count + 1.0);
        mean += share * accuracy;
        square += share * accuracy * accuracy;
        // As if half an answer more were right and half one wrong, so that no bin is sure.
        let spread = (right + 0.5) / (count + 1.0);
        variance += share * share * spread * (1.0 - spread) / (count + 1.0);
    }
    estimate(mean, variance + (square - mean * mean) / rows)
}

/// The share of answers above the threshold above which as many labelled ones lie as are right.
/// Inside of a bin answers are taken to lie evenly.
fn atc(known: &[Answers], now: &[Answers]) -> Estimate {
    let (all, rows) = (total(known), total(now).count as f64);
    let labelled = all.known as f64;
    let mut left = all.right as f64;
    let (mut above, mut apart, mut threshold) = (0.0, 0.0, known.len());
    for (bin, (known, now)) in known.iter().zip(now).enumerate().rev() {
        let (count, right) = (known.known as f64, known.right as f64);
        // How much of the bin is above the threshold.
        let part = if count > 0.0 {
            (left / count).clamp(0.0, 1.0)
        } else {
            f64::from(u8::from(left > 0.0))
        };
        left -= part * count;
        above += part * now.count as f64;
        apart += part * (count - right) + (1.0 - part) * right;
        if part > 0.0 {
            threshold = bin;
        }
    }
    let value = above / rows;
    // An error of the threshold counts as many times as answers are denser there now.
    let near = threshold.saturating_sub(2)..(threshold + 3).min(known.len());
    let (before, after) = (total(&known[near.clone()]), total(&now[near]));
    let denser = after.count as f64 / rows * labelled / before.known.max(1) as f64;
    // As if one answer more were above and one below, so that all above are not sure to be.
    let spread = (above + 1.0) / (rows + 2.0);
    let variance = spread * (1.0 - spread) / (rows + 2.0);
    estimate(value, variance + denser * denser * apart / (labelled * labelled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        profile::{Batch, ReferenceOptions},
        random::Random,
        stats::Interval,
    };

    /// Draws confidences with this power (larger: surer), and whether each answer is right if they
    /// are calibrated.
    fn draw(random: &mut Random, rows: usize, power: f64) -> (Vec<f64>, Vec<bool>) {
        (0..rows)
            .map(|_| {
                let confidence = 0.5 + 0.5 * random.unit().powf(1.0 / power);
                (confidence, random.unit() < confidence)
            })
            .unzip()
    }

    /// What the truth is on average: ∫ (½ + ½ u^(1/k)) du.
    fn truth(power: f64) -> f64 {
        0.5 + 0.5 * power / (power + 1.0)
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let mut random = Random::new(7);
        let (mut held, mut held_atc, mut all) = (0, 0, 0);
        for (labelled, rows) in [(300, 200), (1_000, 500), (1_000, 50), (3_000, 10_000)] {
            for power in [1.0, 3.0] {
                for _ in 0..400 {
                    let (confidences, right) = draw(&mut random, labelled, 2.0);
                    let estimator = AccuracyEstimator::new(&confidences, &right, None).unwrap();
                    let (now, _) = draw(&mut random, rows, power);
                    let found = estimator.estimate(&now, None).unwrap();
                    // One in a hundred is refused by chance.
                    let Some(cbpe) = found.cbpe else { continue };
                    all += 1;
                    held += usize::from(cbpe.interval.contains(truth(power)));
                    // The threshold holds where nothing changed.
                    let (same, _) = draw(&mut random, rows, 2.0);
                    let same = estimator.estimate(&same, None).unwrap();
                    held_atc += usize::from(same.atc.unwrap().interval.contains(truth(2.0)));
                }
            }
        }
        let share = |held: usize| held as f64 / f64::from(all);
        assert!(share(held) >= 0.94, "cbpe {}", share(held));
        assert!(share(held_atc) >= 0.94, "atc {}", share(held_atc));
    }

    #[test]
    fn what_is_not_calibrated_is_refused() {
        let mut random = Random::new(1);
        let (confidences, _) = draw(&mut random, 2_000, 2.0);
        let right: Vec<bool> =
            confidences.iter().map(|confidence| random.unit() < confidence - 0.15).collect();
        let estimator = AccuracyEstimator::new(&confidences, &right, None).unwrap();
        let found = estimator.estimate(&confidences, None).unwrap();
        assert!(found.cbpe.is_none() && found.atc.is_none());
        assert!(
            found.sentence.contains("cannot be estimated: confidences are off by 1"),
            "{found:?}"
        );
        // Chance alone does not count.
        for seed in 0..20 {
            let (confidences, right) = draw(&mut Random::new(seed), 300, 2.0);
            let estimator = AccuracyEstimator::new(&confidences, &right, None).unwrap();
            assert!(estimator.estimate(&confidences, None).unwrap().refused.is_none(), "{seed}");
        }
        let few = AccuracyEstimator::new(&confidences[..299], &right[..299], None).unwrap();
        let found = few.estimate(&[0.5], None).unwrap();
        assert!(found.refused.unwrap().contains("299 labelled rows, and 300 are the fewest"));
        assert!(few.estimate(&[], None).unwrap().refused.unwrap().contains("no rows"));
    }

    #[test]
    fn labels_have_estimates_of_their_own() {
        let mut random = Random::new(3);
        let (confidences, right) = draw(&mut random, 4_000, 2.0);
        let labels: Vec<&str> =
            confidences.iter().map(|one| if *one > 0.8 { "sure" } else { "unsure" }).collect();
        let estimator = AccuracyEstimator::new(&confidences, &right, Some(&labels)).unwrap();
        let found =
            estimator.estimate(&[0.95, 0.96, 0.6], Some(&["sure", "sure", "unsure"])).unwrap();
        let of = |label: &str| found.labels.iter().find(|own| own.label == label).unwrap();
        assert_eq!((of("sure").rows, of("unsure").rows), (2, 1));
        assert!(of("sure").cbpe.unwrap().value > 0.9 && of("unsure").cbpe.unwrap().value < 0.7);
    }

    #[test]
    fn estimates_that_are_far_apart_are_warned_of() {
        let mut random = Random::new(5);
        let (confidences, right) = draw(&mut random, 5_000, 2.0);
        let estimator = AccuracyEstimator::new(&confidences, &right, None).unwrap();
        // All at one place, right below the threshold.
        let found = estimator.estimate(&vec![0.75; 3_000], None).unwrap();
        assert!(found.sentence.contains("points apart"), "{}", found.sentence);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let new = AccuracyEstimator::new;
        for (error, message) in [
            (new(&[], &[], None), "there are no rows"),
            (new(&[0.5, f64::NAN], &[true, true], None), "row 1 is NaN"),
            (new(&[0.5], &[], None), "correct: 0 for 1 rows"),
            (new(&[0.5], &[true], Some(&[])), "labels: 0 for 1 rows"),
        ] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        let one = new(&[1.0], &[true], None).unwrap();
        let found = one.estimate(&[0.3], None).unwrap();
        assert_eq!(found.usual.map(|own| own.value), Some(1.0));
        let Interval { low, high, .. } = found.usual.unwrap().interval;
        assert!(low > 0.0 && high <= 1.0);
    }

    /// Rows of two labels, every fourth without its right label where they are known at all.
    fn rows(seed: u64, count: usize) -> (Vec<f64>, Vec<&'static str>, Vec<Option<&'static str>>) {
        let mut random = Random::new(seed);
        let (confidences, right) = draw(&mut random, count, 1.0);
        let labels: Vec<&str> =
            (0..count).map(|row| if row % 3 == 0 { "bad" } else { "good" }).collect();
        let actual = labels.iter().zip(right).enumerate().map(|(row, (label, is_right))| {
            let own = if is_right { *label } else { "other" };
            (row % 4 > 0).then_some(own)
        });
        let actual = actual.collect();
        (confidences, labels, actual)
    }

    #[test]
    fn rows_without_labels_are_estimated_by_those_with() {
        let (confidences, labels, actual) = rows(1, 5_600);
        let mut batch = Batch::new(5_600);
        batch.numbers("confidence", &confidences).unwrap();
        batch.categories("label", labels.iter().copied().map(Some).collect()).unwrap();
        assert!(
            AccuracyEstimator::of_reference(
                &Reference::build(&batch, &ReferenceOptions::default()).unwrap()
            )
            .is_err()
        );
        batch.categories("actual_label", actual).unwrap();
        let options = ReferenceOptions::from_json(r#"{"layout": {"predictions": {}}}"#).unwrap();
        let reference = Reference::build(&batch, &options).unwrap();
        let estimator = AccuracyEstimator::of_reference(&reference).unwrap();
        let (mut confidences, labels, _) = rows(2, 3_000);
        confidences[..60].fill(f64::NAN);
        let mut window = Profile::new(reference.layout());
        let mut batch = Batch::new(3_000);
        batch.numbers("confidence", &confidences).unwrap();
        batch.categories("label", labels.iter().copied().map(Some).collect()).unwrap();
        window.update(&batch).unwrap();
        let found = estimator.estimate_profile(&window).unwrap();
        assert!(found.cbpe.unwrap().interval.contains(0.75), "{}", found.sentence);
        assert!(found.atc.unwrap().interval.contains(0.75), "{}", found.sentence);
        assert_eq!((found.rows, found.missing, found.labelled_rows), (2_940, 60, 4_200));
        // Without the column of labels the answers are absent, and the rest is counted.
        let mut batch = Batch::new(3_000);
        batch.numbers("confidence", &confidences).unwrap();
        window.update(&batch).unwrap();
        let absent: Vec<u64> = window.features().map(|(_, own)| own.absent).collect();
        assert_eq!(absent, [0, 3_000, 3_000]);
    }
}
