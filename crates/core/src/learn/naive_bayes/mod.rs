//! Naive Bayes: what each class has of each column, counted.

#[cfg(test)]
mod tests;

use serde::Deserialize;

use super::{Examples, LARGEST_NUMBER, LinearModel, logistic::check_weights};
use crate::{Error, Result};

/// How counts become weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NaiveBayesKind {
    /// What a class has of each column.
    #[default]
    Multinomial,
    /// What all other classes have of each column (Rennie and others, 2003): better where some
    /// classes have many more examples than others. It has no priors.
    Complement,
}

impl NaiveBayesKind {
    /// The name, as it is written in files and in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::Multinomial => "multinomial",
            Self::Complement => "complement",
        }
    }
}

impl std::str::FromStr for NaiveBayesKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "multinomial" => Ok(Self::Multinomial),
            "complement" => Ok(Self::Complement),
            _ => Err(Error::invalid(
                "kind",
                format!("{name:?} is not one of multinomial, complement"),
            )),
        }
    }
}

/// The settings of [`NaiveBayes`].
///
/// As JSON, they have the names of their fields; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NaiveBayesOptions {
    /// How counts become weights.
    pub kind: NaiveBayesKind,
    /// What is added to every count, so that none is zero: above 0.
    pub alpha: f64,
    /// Whether a class with more examples is likelier from the start.
    pub fit_prior: bool,
    /// How likely each class is from the start, instead of what the examples say: above 0.
    pub class_prior: Option<Vec<f64>>,
    /// Whether the weights of each class are divided by their sum; only
    /// [`NaiveBayesKind::Complement`] knows it.
    pub norm: bool,
}

impl Default for NaiveBayesOptions {
    fn default() -> Self {
        Self {
            kind: NaiveBayesKind::Multinomial,
            alpha: 1.0,
            fit_prior: true,
            class_prior: None,
            norm: false,
        }
    }
}

impl NaiveBayesOptions {
    /// Reads settings from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is an unknown field, or a value of the wrong kind.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }

    fn check(&self, classes: usize) -> Result<()> {
        if !(self.alpha.is_finite() && self.alpha > 0.0) {
            return Err(Error::invalid("alpha", format!("{} is not above 0", self.alpha)));
        }
        if let Some(prior) = &self.class_prior {
            check_weights("class prior", prior, classes, "classes")?;
            if let Some(class) = prior.iter().position(|share| *share == 0.0) {
                return Err(Error::invalid("class prior", format!("class {class} has 0")));
            }
        }
        Ok(())
    }
}

/// A naive Bayes classifier: the counts, and what follows from them.
///
/// The counts are all it learns, so examples may come at once or in pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct NaiveBayes {
    options: NaiveBayesOptions,
    columns: usize,
    classes: usize,
    /// For each column, what the examples of each class have there.
    counts: Vec<f64>,
    /// How many examples each class has.
    class_counts: Vec<f64>,
}

impl NaiveBayes {
    /// One that has seen nothing yet.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a setting is out of its range or there are fewer than two classes.
    pub fn new(columns: usize, classes: usize, options: &NaiveBayesOptions) -> Result<Self> {
        if classes < 2 {
            return Err(Error::invalid("classes", format!("{classes}, the fewest are 2")));
        }
        options.check(classes)?;
        let Some(numbers) = columns.checked_mul(classes) else {
            let problem = format!("{columns} columns × {classes} classes are too many");
            return Err(Error::invalid("naive Bayes", problem));
        };
        Ok(Self {
            options: options.clone(),
            columns,
            classes,
            counts: vec![0.0; numbers],
            class_counts: vec![0.0; classes],
        })
    }

    /// One that was kept: its [`counts`](NaiveBayes::counts) and its
    /// [`class_counts`](NaiveBayes::class_counts).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] as [`NaiveBayes::new`], or if there is not a finite number of at
    /// least 0 for each column and class.
    pub fn resume(
        counts: Vec<f64>,
        class_counts: Vec<f64>,
        options: &NaiveBayesOptions,
    ) -> Result<Self> {
        let classes = class_counts.len();
        let columns = counts.len() / classes.max(1);
        let fresh = Self::new(columns, classes, options)?;
        check_weights("counts", &counts, fresh.counts.len(), "columns × classes")?;
        check_weights("class counts", &class_counts, classes, "classes")?;
        Ok(Self { counts, class_counts, ..fresh })
    }

    /// Learns from examples and their classes, which are numbers from zero.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a setting is out of its range, the lengths do not fit each other,
    /// a label is not below `classes`, a class has no example that counts, or a number is negative.
    pub fn fit(
        examples: Examples<'_>,
        labels: &[u32],
        classes: usize,
        options: &NaiveBayesOptions,
        sample_weights: Option<&[f64]>,
    ) -> Result<Self> {
        let mut bayes = Self::new(examples.columns(), classes, options)?;
        bayes.partial_fit(examples, labels, sample_weights)?;
        if let Some(class) = bayes.class_counts.iter().position(|count| *count <= 0.0) {
            let problem = format!("class {class} has no example that counts");
            return Err(Error::invalid("labels", problem));
        }
        Ok(bayes)
    }

    /// Learns from more examples: in the end it is the same as from all at once.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] as [`NaiveBayes::fit`], but a class may have no example. The counts
    /// are as before then.
    pub fn partial_fit(
        &mut self,
        examples: Examples<'_>,
        labels: &[u32],
        sample_weights: Option<&[f64]>,
    ) -> Result<()> {
        if examples.columns() != self.columns {
            let (theirs, own) = (examples.columns(), self.columns);
            let problem = format!("{theirs} columns, the classifier has {own}");
            return Err(Error::invalid("examples", problem));
        }
        super::logistic::check_labels("labels", labels, examples.rows(), self.classes)?;
        if let Some(weights) = sample_weights {
            check_weights("sample weights", weights, labels.len(), "examples")?;
        }
        if let Some((row, column, value)) = first_negative(examples) {
            let problem = format!("row {row} holds {value} in column {column}, the least is 0");
            return Err(Error::invalid("examples", problem));
        }
        for (row, label) in labels.iter().enumerate() {
            let label = *label as usize;
            let weight = sample_weights.map_or(1.0, |weights| weights[row]);
            self.class_counts[label] += weight;
            examples.for_each_in(row, |column, value| {
                self.counts[column as usize * self.classes + label] += weight * value;
            });
        }
        Ok(())
    }

    /// The settings.
    pub fn options(&self) -> &NaiveBayesOptions {
        &self.options
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// For each column, what the examples of each class have there.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// How many examples each class has.
    pub fn class_counts(&self) -> &[f64] {
        &self.class_counts
    }

    /// The logarithm of how likely each class is from the start: minus infinity for a class that no
    /// example had yet.
    pub fn class_log_prior(&self) -> Vec<f64> {
        if let Some(prior) = &self.options.class_prior {
            return prior.iter().map(|share| share.ln()).collect();
        }
        if !self.options.fit_prior {
            return vec![-(self.classes as f64).ln(); self.classes];
        }
        let total: f64 = self.class_counts.iter().sum();
        self.class_counts.iter().map(|count| count.ln() - total.ln()).collect()
    }

    /// For each column, the weight that each class gives it: the logarithm of its smoothed share in
    /// the class, or what [`NaiveBayesKind::Complement`] makes of it.
    pub fn feature_log_prob(&self) -> Vec<f64> {
        let (classes, alpha) = (self.classes, self.options.alpha);
        let complement = self.options.kind == NaiveBayesKind::Complement;
        let mut shares = self.counts.clone();
        let mut totals = vec![0.0; classes];
        for own in shares.chunks_exact_mut(classes) {
            let all: f64 = own.iter().sum();
            for (count, total) in own.iter_mut().zip(&mut totals) {
                // What the others have cannot be negative, only rounding can make it so.
                let base = if complement { (all - *count).max(0.0) } else { *count };
                *count = base + alpha;
                *total += *count;
            }
        }
        let mut sums = vec![0.0; classes];
        for own in shares.chunks_exact_mut(classes) {
            for ((share, total), sum) in own.iter_mut().zip(&totals).zip(&mut sums) {
                *share = if complement { (*share / total).ln() } else { share.ln() - total.ln() };
                *sum += *share;
            }
        }
        if complement {
            for own in shares.chunks_exact_mut(classes) {
                for (share, sum) in own.iter_mut().zip(&sums) {
                    *share = if self.options.norm { *share / sum } else { -*share };
                }
            }
        }
        shares
    }

    /// The classifier as scores: the logarithms of the probabilities, but for what all classes of a
    /// row have in common.
    ///
    /// Where examples decide how likely a class is from the start, one that has none yet is given
    /// -1e100 instead of minus infinity: its probability is zero, too, and all numbers are finite.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if examples decide how likely the classes are, and there is none yet.
    pub fn to_linear(&self) -> Result<LinearModel> {
        let mut intercepts = match self.options.kind {
            NaiveBayesKind::Multinomial => self.class_log_prior(),
            NaiveBayesKind::Complement => vec![0.0; self.classes],
        };
        if intercepts.iter().all(|prior| !prior.is_finite()) {
            return Err(Error::invalid("naive Bayes", "it has learnt from no example yet"));
        }
        for prior in &mut intercepts {
            *prior = prior.max(-LARGEST_NUMBER);
        }
        LinearModel::new(self.columns, self.classes, self.feature_log_prob(), intercepts)
    }
}

/// The first number below 0, with its row and column.
fn first_negative(examples: Examples<'_>) -> Option<(usize, u32, f64)> {
    let values = match examples {
        Examples::Sparse(matrix) => matrix.values(),
        Examples::Dense(matrix) => matrix.values(),
    };
    // Usually there is none, which all numbers in a row say faster than one row after another.
    values.iter().find(|value| **value < 0.0)?;
    let mut found = None;
    for row in 0..examples.rows() {
        examples.for_each_in(row, |column, value| {
            if value < 0.0 && found.is_none() {
                found = Some((row, column, value));
            }
        });
        if found.is_some() {
            break;
        }
    }
    found
}
