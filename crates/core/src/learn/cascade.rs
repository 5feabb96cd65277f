//! Several models as one: a cheap one that asks a strong one when it is not sure, or the mean of
//! what all say.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The threshold above which the cheap model of a cascade answers, and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CascadeChoice {
    /// The cheap model answers when it is as sure as this; [`CascadeChoice::NEVER`] if it never
    /// should.
    pub threshold: f64,
    /// The accuracy of both together on the rows the threshold was chosen with.
    pub accuracy: f64,
    /// The share of these rows that the cheap model answers.
    pub share_answered_by_cheap: f64,
    /// Whether the accuracy is what was asked for; if not, it is the best there is.
    pub reached: bool,
    /// What other thresholds give, from the highest to the lowest; at most about 200 of them.
    pub curve: Vec<CascadePoint>,
}

/// What one threshold of a cascade gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CascadePoint {
    /// The threshold.
    pub threshold: f64,
    /// The accuracy of both models together.
    pub accuracy: f64,
    /// The share of rows that the cheap model answers.
    pub share_answered_by_cheap: f64,
}

impl CascadeChoice {
    /// All of it as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("it holds finite numbers only")
    }

    /// A threshold that no confidence reaches, for the largest is 1.
    pub const NEVER: f64 = 2.0;
}

/// The most points of a curve, besides the one that was chosen.
const POINTS: usize = 200;

/// Chooses the threshold with which the cheap model answers as many rows as it can while both
/// together are as accurate as asked.
///
/// Each row has the cheap model's confidence, from 0 to 1, and whether the cheap and the strong
/// model are right. The rows should be those of validation; as the threshold is chosen with them,
/// its accuracy there is a little too good, and the one to report is measured on the test rows.
///
/// # Errors
/// [`Error::InvalidInput`] if there are no rows, the three lists are not equally long, a
/// confidence is not from 0 to 1, or the accuracy asked for is not.
pub fn choose_threshold(
    confidence_cheap: &[f64],
    correct_cheap: &[bool],
    correct_strong: &[bool],
    target_accuracy: f64,
) -> Result<CascadeChoice> {
    let rows = confidence_cheap.len();
    if rows == 0 {
        return Err(Error::invalid("cascade", "there are no rows to choose the threshold with"));
    }
    for (what, length) in
        [("correct_cheap", correct_cheap.len()), ("correct_strong", correct_strong.len())]
    {
        if length != rows {
            return Err(Error::invalid(what, format!("{length} rows for {rows} confidences")));
        }
    }
    let is_share = |number: f64| (0.0..=1.0).contains(&number);
    if !is_share(target_accuracy) {
        let problem = format!("{target_accuracy} is not from 0 to 1");
        return Err(Error::invalid("target_accuracy", problem));
    }
    if let Some(row) = confidence_cheap.iter().position(|confidence| !is_share(*confidence)) {
        let problem = format!("row {row} has {}, which is not from 0 to 1", confidence_cheap[row]);
        return Err(Error::invalid("confidence_cheap", problem));
    }
    let steps = steps(confidence_cheap, correct_cheap, correct_strong);
    // A small part of a row is forgiven, or 0.07 of 100 rows would be more than 7.
    let needed = target_accuracy * rows as f64 - 1e-9;
    let enough = steps.iter().rposition(|step| step.right as f64 >= needed);
    let chosen = enough.unwrap_or_else(|| {
        let best = |place: &usize| (steps[*place].right, *place);
        (0..steps.len()).max_by_key(best).expect("the first step is always there")
    });
    let point = |step: &Step| CascadePoint {
        threshold: step.threshold,
        accuracy: step.right as f64 / rows as f64,
        share_answered_by_cheap: step.answered as f64 / rows as f64,
    };
    let CascadePoint { threshold, accuracy, share_answered_by_cheap } = point(&steps[chosen]);
    let last = steps.len() - 1;
    let mut shown: Vec<usize> = (0..POINTS.min(last + 1))
        .map(|place| if last < POINTS { place } else { place * last / (POINTS - 1) })
        .chain([chosen])
        .collect();
    shown.sort_unstable();
    shown.dedup();
    let curve = shown.into_iter().map(|place| point(&steps[place])).collect();
    let reached = enough.is_some();
    Ok(CascadeChoice { threshold, accuracy, share_answered_by_cheap, reached, curve })
}

/// How many rows the cheap model answers with a threshold, and how many rows are right.
struct Step {
    threshold: f64,
    answered: usize,
    right: usize,
}

/// All thresholds that differ in what they do, from the highest on.
fn steps(confidence: &[f64], cheap: &[bool], strong: &[bool]) -> Vec<Step> {
    let mut order: Vec<usize> = (0..confidence.len()).collect();
    order.sort_unstable_by(|one, other| confidence[*other].total_cmp(&confidence[*one]));
    let mut right = strong.iter().filter(|right| **right).count();
    let mut steps = vec![Step { threshold: CascadeChoice::NEVER, answered: 0, right }];
    let mut answered = 0;
    // They descend, so what is not above the next is equal to it.
    for same in order.chunk_by(|one, other| confidence[*one] <= confidence[*other]) {
        for row in same {
            right = right + usize::from(cheap[*row]) - usize::from(strong[*row]);
        }
        answered += same.len();
        steps.push(Step { threshold: confidence[same[0]], answered, right });
    }
    steps
}

/// A model whose probabilities are averaged with those of others.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its labels, in the order of its probabilities.
    pub labels: &'a [String],
    /// What it says about each row, one number for each label; calibrated, or the model that is
    /// too sure of itself decides alone.
    pub probabilities: &'a [f64],
    /// How much it counts against the others; 1 for all if nobody knows better.
    pub weight: f64,
}

/// The mean of what several models say about the same rows.
///
/// # Errors
/// [`Error::InvalidInput`] if there is no model, their labels are not the same in the same order,
/// they have not answered the same number of rows, a probability is not from 0 to 1, or the
/// weights are not numbers from 0 with a sum above 0.
pub fn average(members: &[Member<'_>]) -> Result<Vec<f64>> {
    let Some(first) = members.first() else {
        return Err(Error::invalid("ensemble", "there is no model in it"));
    };
    let classes = first.labels.len();
    if classes == 0 {
        return Err(Error::invalid("ensemble", "its models have no labels"));
    }
    for (place, member) in members.iter().enumerate() {
        let invalid =
            |problem: String| Err(Error::invalid("ensemble", format!("model {place} {problem}")));
        if member.labels != first.labels {
            return invalid(format!("has labels {:?}, not {:?}", member.labels, first.labels));
        }
        let count = member.probabilities.len();
        if !count.is_multiple_of(classes) {
            return invalid(format!("has {count} probabilities for {classes} labels"));
        }
        if count != first.probabilities.len() {
            let (rows, of_first) = (count / classes, first.probabilities.len() / classes);
            return invalid(format!("answered {rows} rows, model 0 {of_first}"));
        }
        if !(member.weight.is_finite() && member.weight >= 0.0) {
            return invalid(format!("has weight {}, which is not from 0", member.weight));
        }
        let is_wrong = |number: &f64| !(-1e-9..=1.0 + 1e-6).contains(number);
        if let Some(at) = member.probabilities.iter().position(is_wrong) {
            let (row, number) = (at / classes, member.probabilities[at]);
            return invalid(format!("says {number} for row {row}, which is not from 0 to 1"));
        }
    }
    // Divided by the largest first, as the sum of huge weights would be infinite.
    let largest = members.iter().map(|member| member.weight).fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(Error::invalid("ensemble", "all weights are 0"));
    }
    let total: f64 = members.iter().map(|member| member.weight / largest).sum();
    let mut mean = vec![0.0; first.probabilities.len()];
    for member in members {
        let share = member.weight / largest / total;
        for (sum, number) in mean.iter_mut().zip(member.probabilities) {
            *sum += share * number;
        }
    }
    Ok(mean)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "these numbers are exact")]

    use super::*;
    use crate::random::Random;

    const CONFIDENCE: [f64; 6] = [0.9, 0.5, 0.8, 0.6, 0.8, 0.7];
    const CHEAP: [bool; 6] = [true, false, true, false, true, true];
    const STRONG: [bool; 6] = [true, true, true, true, false, true];

    #[test]
    fn the_cheap_model_answers_as_much_as_it_may() {
        let choose = |target| choose_threshold(&CONFIDENCE, &CHEAP, &STRONG, target).unwrap();
        let all_right = choose(1.0);
        assert_eq!((all_right.threshold, all_right.accuracy, all_right.reached), (0.7, 1.0, true));
        assert_eq!(all_right.share_answered_by_cheap, 4.0 / 6.0);
        let shares: Vec<f64> =
            all_right.curve.iter().map(|point| point.share_answered_by_cheap * 6.0).collect();
        assert_eq!(shares, [0.0, 1.0, 3.0, 4.0, 5.0, 6.0]);
        let right: Vec<f64> =
            all_right.curve.iter().map(|point| (point.accuracy * 6.0).round()).collect();
        assert_eq!(right, [5.0, 5.0, 6.0, 6.0, 5.0, 4.0]);
        assert_eq!(choose(0.8).threshold, 0.6);
        assert_eq!(choose(0.5).threshold, 0.5);
        assert_eq!(choose(0.0).share_answered_by_cheap, 1.0);
    }

    #[test]
    fn what_cannot_be_reached_gets_the_best_there_is() {
        let never = [false; 6];
        let choice = choose_threshold(&CONFIDENCE, &never, &STRONG, 0.9).unwrap();
        assert_eq!((choice.threshold, choice.reached), (CascadeChoice::NEVER, false));
        assert_eq!((choice.accuracy, choice.share_answered_by_cheap), (5.0 / 6.0, 0.0));
        // Rows that neither gets right cost nothing in the cheap model's hands.
        let choice = choose_threshold(&CONFIDENCE, &never, &never, 0.9).unwrap();
        assert_eq!((choice.threshold, choice.share_answered_by_cheap), (0.5, 1.0));
        let one = choose_threshold(&[1.0], &[true], &[false], 1.0).unwrap();
        assert_eq!((one.threshold, one.reached, one.curve.len()), (1.0, true, 2));
    }

    /// Against every threshold tried one after the other.
    #[test]
    fn no_other_threshold_is_better() {
        let mut random = Random::new(2);
        for round in 0..200 {
            let rows = 1 + random.below(60);
            let confidence: Vec<f64> = (0..rows).map(|_| random.below(20) as f64 / 19.0).collect();
            let cheap: Vec<bool> = confidence.iter().map(|own| random.unit() < *own).collect();
            let strong: Vec<bool> = (0..rows).map(|_| random.unit() < 0.85).collect();
            let target = f64::from(round % 20) / 19.0;
            let choice = choose_threshold(&confidence, &cheap, &strong, target).unwrap();
            let outcome = |threshold: f64| {
                let answers = |row: usize| confidence[row] >= threshold;
                let is_right = |row: &usize| if answers(*row) { cheap[*row] } else { strong[*row] };
                let right = (0..rows).filter(is_right).count() as f64 / rows as f64;
                let answered = (0..rows).filter(|row| answers(*row)).count() as f64;
                (right, answered / rows as f64)
            };
            assert_eq!(
                outcome(choice.threshold),
                (choice.accuracy, choice.share_answered_by_cheap)
            );
            for threshold in confidence.iter().copied().chain([CascadeChoice::NEVER]) {
                let (accuracy, share) = outcome(threshold);
                if choice.reached {
                    let is_enough = accuracy >= target - 1e-12;
                    assert!(!is_enough || share <= choice.share_answered_by_cheap);
                } else {
                    assert!(accuracy <= choice.accuracy && accuracy < target);
                }
            }
        }
    }

    #[test]
    fn long_curves_are_thinned() {
        let rows = 5_000;
        let confidence: Vec<f64> = (0..rows).map(|row| row as f64 / 5_000.0).collect();
        let cheap: Vec<bool> = (0..rows).map(|row| row >= 1_234).collect();
        let choice = choose_threshold(&confidence, &cheap, &vec![true; rows], 1.0).unwrap();
        assert_eq!(choice.threshold, 1_234.0 / 5_000.0);
        assert!((200..=201).contains(&choice.curve.len()));
        assert!(choice.curve.is_sorted_by(|one, other| one.threshold > other.threshold));
        assert!(choice.curve.iter().any(|point| point.threshold == choice.threshold));
        assert_eq!(choice.curve[0].share_answered_by_cheap, 0.0);
        assert_eq!(choice.curve.last().unwrap().share_answered_by_cheap, 1.0);
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        let problem = |confidence: &[f64], cheap: &[bool], strong: &[bool], target| {
            choose_threshold(confidence, cheap, strong, target).unwrap_err().to_string()
        };
        let none = problem(&[], &[], &[], 0.9);
        assert_eq!(none, "cascade: there are no rows to choose the threshold with");
        let cheap = problem(&[0.5], &[], &[true], 0.9);
        assert_eq!(cheap, "correct_cheap: 0 rows for 1 confidences");
        let strong = problem(&[0.5], &[true], &[], 0.9);
        assert_eq!(strong, "correct_strong: 0 rows for 1 confidences");
        let target = problem(&[0.5], &[true], &[true], f64::NAN);
        assert_eq!(target, "target_accuracy: NaN is not from 0 to 1");
        let confidence = problem(&[0.5, f64::NAN], &[true; 2], &[true; 2], 0.9);
        assert_eq!(confidence, "confidence_cheap: row 1 has NaN, which is not from 0 to 1");
    }

    #[test]
    fn averages_are_weighted_means() {
        let labels = ["no".to_owned(), "yes".to_owned()];
        let member = |probabilities, weight| Member { labels: &labels, probabilities, weight };
        let one = member(&[0.5, 0.5, 1.0, 0.0], 1.0);
        let other = member(&[0.25, 0.75, 0.5, 0.5], 3.0);
        assert_eq!(average(&[one, other]).unwrap(), [0.3125, 0.6875, 0.625, 0.375]);
        let huge = [Member { weight: f64::MAX, ..one }, Member { weight: f64::MAX, ..other }];
        assert_eq!(average(&huge).unwrap(), [0.375, 0.625, 0.75, 0.25]);
        assert_eq!(average(&[one]).unwrap(), one.probabilities);
        assert_eq!(average(&[member(&[], 1.0)]).unwrap(), [0.0; 0]);
    }

    #[test]
    fn models_that_do_not_fit_are_refused() {
        let labels = ["no".to_owned(), "yes".to_owned()];
        let turned = ["yes".to_owned(), "no".to_owned()];
        let first = Member { labels: &labels, probabilities: &[0.5, 0.5], weight: 1.0 };
        let problem = |member| average(&[first, member]).unwrap_err().to_string();
        assert_eq!(average(&[]).unwrap_err().to_string(), "ensemble: there is no model in it");
        assert_eq!(
            problem(Member { labels: &turned, ..first }),
            r#"ensemble: model 1 has labels ["yes", "no"], not ["no", "yes"]"#
        );
        assert_eq!(
            problem(Member { probabilities: &[0.5; 3], ..first }),
            "ensemble: model 1 has 3 probabilities for 2 labels"
        );
        assert_eq!(
            problem(Member { probabilities: &[0.5; 4], ..first }),
            "ensemble: model 1 answered 2 rows, model 0 1"
        );
        assert_eq!(
            problem(Member { probabilities: &[0.5, f64::NAN], ..first }),
            "ensemble: model 1 says NaN for row 0, which is not from 0 to 1"
        );
        assert_eq!(
            problem(Member { weight: -1.0, ..first }),
            "ensemble: model 1 has weight -1, which is not from 0"
        );
        let nothing = average(&[Member { weight: 0.0, ..first }]).unwrap_err();
        assert_eq!(nothing.to_string(), "ensemble: all weights are 0");
    }
}
