use super::{GateOutcome, Severity, percent};
use crate::{Error, Result};

/// Whether a model is no worse than the champion, which answered the same rows.
///
/// For each row it is known whether the model and the champion are right. `low` and `high` are the
/// ends of the interval that holds the difference of their accuracies, the model's less the
/// champion's, with the confidence `level`: the model is worse if even the higher end is below 0.
/// If it is not, but the lower end leaves open that the model is worse by more than `margin`, the
/// rows are too few to tell; it passes, and the outcome is not certain.
///
/// # Errors
/// [`Error::InvalidInput`] if there are no rows, the two lists are not equally long, or the
/// interval does not hold the difference that was measured.
pub fn champion(
    correct: &[bool],
    correct_champion: &[bool],
    low: f64,
    high: f64,
    level: f64,
    margin: f64,
) -> Result<GateOutcome> {
    let rows = correct.len();
    if rows != correct_champion.len() {
        let problem = format!("{rows} rows, the champion has {}", correct_champion.len());
        return Err(Error::invalid("champion", problem));
    }
    if rows == 0 {
        return Err(Error::invalid("champion", "there are no rows to compare with"));
    }
    let count = |correct: &[bool]| correct.iter().filter(|correct| **correct).count();
    let (right, right_champion) = (count(correct), count(correct_champion));
    let difference = (right as f64 - right_champion as f64) / rows as f64;
    if !(low <= difference + 1e-9 && difference <= high + 1e-9) {
        let problem = format!("a difference of {difference} is not from {low} to {high}");
        return Err(Error::invalid("champion", problem));
    }
    let passed = high >= 0.0;
    let certain = !passed || low >= -margin;
    let judgement = match (passed, certain) {
        (false, _) => "worse than the champion".to_owned(),
        (true, true) => format!("not worse than the champion by more than {margin}"),
        (true, false) => {
            let differ = correct.iter().zip(correct_champion).filter(|(one, two)| one != two);
            format!(
                "{rows} rows, of which only {} tell the two apart, are too few to see whether it \
                 is worse by more than {margin}",
                differ.count()
            )
        }
    };
    let reason = format!(
        "{right} of {rows} right, the champion {right_champion}: a difference of \
         {difference:+.3}, from {low:+.3} to {high:+.3} with {} confidence: {judgement}",
        percent(level)
    );
    let (gate, severity) = ("champion".to_owned(), Severity::Block);
    Ok(GateOutcome { gate, passed, certain, severity, value: high, bound: 0.0, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of which `both` are right twice, `one` with the first only, `two` with the second
    /// only, and `none` with none.
    fn rows(both: usize, one: usize, two: usize, none: usize) -> (Vec<bool>, Vec<bool>) {
        let pairs = [((true, true), both), ((true, false), one), ((false, true), two)];
        pairs
            .into_iter()
            .chain([((false, false), none)])
            .flat_map(|(pair, count)| std::iter::repeat_n(pair, count))
            .unzip()
    }

    #[test]
    fn only_what_is_surely_worse_is_kept_out() {
        let (new, old) = rows(700, 20, 60, 220);
        let outcome = champion(&new, &old, -0.057, -0.023, 0.95, 0.05).unwrap();
        assert!(!outcome.passed && outcome.certain);
        assert_eq!(
            outcome.reason,
            "720 of 1000 right, the champion 760: a difference of -0.040, from -0.057 to -0.023 \
             with 95 % confidence: worse than the champion"
        );
        assert_eq!((outcome.value, outcome.bound), (-0.023, 0.0));

        let (new, old) = rows(700, 42, 40, 218);
        let outcome = champion(&new, &old, -0.016, 0.02, 0.95, 0.05).unwrap();
        assert!(outcome.passed && outcome.certain);
        assert!(outcome.reason.ends_with(": not worse than the champion by more than 0.05"));

        let (new, old) = rows(14, 2, 3, 1);
        let outcome = champion(&new, &old, -0.29, 0.2, 0.95, 0.05).unwrap();
        assert!(outcome.passed && !outcome.certain);
        assert!(
            outcome.reason.ends_with(
                ": 20 rows, of which only 5 tell the two apart, are too few to see whether it is \
                 worse by more than 0.05"
            ),
            "{}",
            outcome.reason
        );
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let problem = |new: &[bool], old: &[bool], low, high| {
            champion(new, old, low, high, 0.95, 0.05).unwrap_err().to_string()
        };
        let none = problem(&[], &[], 0.0, 0.0);
        assert_eq!(none, "champion: there are no rows to compare with");
        let lengths = problem(&[true], &[], 0.0, 0.0);
        assert_eq!(lengths, "champion: 1 rows, the champion has 0");
        let interval = problem(&[true], &[false], -0.5, 0.5);
        assert_eq!(interval, "champion: a difference of 1 is not from -0.5 to 0.5");
        assert!(champion(&[true], &[true], f64::NAN, f64::NAN, 0.95, 0.05).is_err());
    }
}
