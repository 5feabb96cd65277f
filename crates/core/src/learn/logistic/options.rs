//! The settings of a fit, and the checks they and the examples must pass.

use std::num::NonZero;

use serde::Deserialize;

use super::{
    super::{Examples, LinearModel},
    monitor::{Validation, Watch},
};
use crate::{Error, Result};

/// The largest squared length of a row, times what it counts and `c`: beyond, floats overflow.
pub(super) const LONGEST: f64 = 1e100;

/// What keeps weights small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Penalty {
    /// Nothing: on few examples the weights may grow without end.
    None,
    /// Half the sum of the squared weights.
    #[default]
    L2,
    /// The sum of the absolute weights, which makes most of them zero.
    L1,
}

/// How much the classes count.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClassWeight {
    /// Each example counts the same.
    #[default]
    Equal,
    /// Each class counts the same: `rows / (classes * rows of the class)`.
    Balanced,
    /// Each class counts what is given here, in the order of the classes.
    Given(Vec<f64>),
}

/// The settings of [`LogisticRegression`](super::LogisticRegression).
///
/// As JSON, they have the names of their fields, and what is left out has its default:
/// `{"penalty": "l1", "class_weight": "balanced"}`, `{"class_weight": {"given": [1.0, 2.5]}}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogisticOptions {
    /// What keeps the weights small.
    pub penalty: Penalty,
    /// What the errors count against the penalty: above 0. The more, the closer the fit.
    pub c: f64,
    /// How much the classes count.
    pub class_weight: ClassWeight,
    /// Whether each class has a number of its own beside the weights.
    pub fit_intercept: bool,
    /// The largest number that the gradient of the mean loss, penalty included, may hold at the
    /// end: above 0.
    pub tolerance: f64,
    /// The most iterations.
    pub max_iterations: usize,
    /// Where the random order of the rows begins.
    pub seed: u64,
    /// The most threads; `None` means as many as the process may use. The result is the same on
    /// any number.
    pub threads: Option<NonZero<usize>>,
}

impl Default for LogisticOptions {
    fn default() -> Self {
        Self {
            penalty: Penalty::L2,
            c: 1.0,
            class_weight: ClassWeight::Equal,
            fit_intercept: true,
            tolerance: 1e-4,
            max_iterations: 1_000,
            seed: 0,
            threads: None,
        }
    }
}

impl LogisticOptions {
    /// Reads settings from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is an unknown field, or a value of the wrong kind.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    pub(super) fn check(&self) -> Result<()> {
        for (what, number) in [("c", self.c), ("tolerance", self.tolerance)] {
            if !(number.is_finite() && number > 0.0) {
                return Err(Error::invalid(what, format!("{number} is not above 0")));
            }
        }
        if self.max_iterations == 0 {
            return Err(Error::invalid("max_iterations", "0 is not above 0"));
        }
        Ok(())
    }
}

/// What a fit may have besides examples and settings.
#[derive(Default)]
pub struct FitExtras<'a> {
    /// How much each example counts: 0 or more. `None` means 1.
    pub sample_weights: Option<&'a [f64]>,
    /// Where to begin: an earlier model of the same shape.
    pub start: Option<&'a LinearModel>,
    /// What to measure the fit by, to end it before it learns what does not generalise.
    pub validation: Option<Validation<'a>>,
    /// Called after every iteration; an error ends the fit and is returned.
    pub watch: Option<&'a mut Watch<'a>>,
}

impl std::fmt::Debug for FitExtras<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FitExtras")
            .field("sample_weights", &self.sample_weights)
            .field("start", &self.start)
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}

pub(super) fn threads(options: &LogisticOptions) -> usize {
    let wanted = options.threads.or_else(|| std::thread::available_parallelism().ok());
    wanted.map_or(1, NonZero::get)
}

/// Checks everything against everything, and says what an error on each example costs.
pub(super) fn costs(
    examples: Examples<'_>,
    labels: &[u32],
    classes: usize,
    options: &LogisticOptions,
    extras: &FitExtras<'_>,
) -> Result<Vec<f64>> {
    let rows = examples.rows();
    check_labels("labels", labels, rows, classes)?;
    if let Some(start) = extras.start
        && (start.columns(), start.classes()) != (examples.columns(), classes)
    {
        let problem = format!(
            "{} columns and {} classes, the examples have {} and {classes}",
            start.columns(),
            start.classes(),
            examples.columns()
        );
        return Err(Error::invalid("start", problem));
    }
    if let Some(validation) = &extras.validation {
        let own = validation.examples;
        if own.rows() == 0 {
            return Err(Error::invalid("validation", "no examples"));
        }
        if own.columns() != examples.columns() {
            let (theirs, columns) = (own.columns(), examples.columns());
            let problem = format!("{theirs} columns, the examples have {columns}");
            return Err(Error::invalid("validation", problem));
        }
        check_labels("validation labels", validation.labels, own.rows(), classes)?;
    }
    let mut costs = match extras.sample_weights {
        None => vec![1.0; rows],
        Some(weights) => {
            check_weights("sample weights", weights, rows, "examples")?;
            weights.to_vec()
        }
    };
    let mut sums = vec![0.0; classes];
    for (label, cost) in labels.iter().zip(&costs) {
        sums[*label as usize] += cost;
    }
    let factors = match &options.class_weight {
        ClassWeight::Equal => vec![1.0; classes],
        ClassWeight::Balanced => {
            let total: f64 = sums.iter().sum();
            sums.iter().map(|sum| total / (classes as f64 * sum)).collect()
        }
        ClassWeight::Given(weights) => {
            check_weights("class weights", weights, classes, "classes")?;
            weights.clone()
        }
    };
    for (class, (sum, factor)) in sums.iter().zip(&factors).enumerate() {
        if sum * factor <= 0.0 || (sum * factor).is_nan() {
            return Err(Error::invalid(
                "labels",
                format!("class {class} has no example that counts"),
            ));
        }
    }
    for (label, cost) in labels.iter().zip(&mut costs) {
        *cost *= options.c * factors[*label as usize];
    }
    for (row, cost) in costs.iter().enumerate() {
        check_length(examples, row, *cost)?;
    }
    Ok(costs)
}

/// Refuses a row that is so long, or counts so much, that its part of a sum of squares is beyond
/// what floats hold. `cost` is what it counts, times `c`.
pub(super) fn check_length(examples: Examples<'_>, row: usize, cost: f64) -> Result<()> {
    // The intercepts are a column of ones.
    let mut length = 1.0;
    examples.for_each_in(row, |_, value| length += value * value);
    let reach = length * cost;
    if reach <= LONGEST {
        return Ok(());
    }
    let problem = format!(
        "row {row} is too large: its squared length is {length:e} and counts {cost:e} with its \
         weight and c, together the limit is {LONGEST:e}"
    );
    Err(Error::invalid("examples", problem))
}

/// Checks that there is a label for each row, and that each is a class.
pub(in super::super) fn check_labels(
    what: &str,
    labels: &[u32],
    rows: usize,
    classes: usize,
) -> Result<()> {
    if labels.len() != rows {
        return Err(Error::invalid(what, format!("{} for {rows} examples", labels.len())));
    }
    if classes < 2 {
        return Err(Error::invalid("classes", format!("{classes}, the fewest are 2")));
    }
    if let Some(row) = labels.iter().position(|label| *label as usize >= classes) {
        let problem = format!("row {row} has class {}, there are {classes}", labels[row]);
        return Err(Error::invalid(what, problem));
    }
    Ok(())
}

/// Checks that there is a finite number of at least zero for each of some things.
pub(in super::super) fn check_weights(
    what: &str,
    weights: &[f64],
    count: usize,
    of: &str,
) -> Result<()> {
    if weights.len() != count {
        return Err(Error::invalid(what, format!("{} for {count} {of}", weights.len())));
    }
    if let Some(at) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        return Err(Error::invalid(
            what,
            format!("number {at} is {}, the least is 0", weights[at]),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_json() {
        let read = |json| LogisticOptions::from_json(json);
        assert_eq!(read("{}").unwrap(), LogisticOptions::default());
        let given = read(r#"{"penalty": "l1", "c": 3, "class_weight": {"given": [1, 2.5]}}"#);
        let class_weight = ClassWeight::Given(vec![1.0, 2.5]);
        let penalty = Penalty::L1;
        let expected =
            LogisticOptions { penalty, c: 3.0, class_weight, ..LogisticOptions::default() };
        assert_eq!(given.unwrap(), expected);
        let balanced = read(r#"{"class_weight": "balanced", "threads": 2}"#).unwrap();
        assert_eq!(balanced.class_weight, ClassWeight::Balanced);
        assert_eq!(balanced.threads, NonZero::new(2));
        for wrong in ["", "7", r#"{"C": 1}"#, r#"{"penalty": "l3"}"#, r#"{"threads": 0}"#] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.starts_with("options: "), "{error}");
        }
    }
}
