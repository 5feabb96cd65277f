//! Learning more from examples that come later.
//!
//! Each weight is kept as a normal distribution: its value, and how sure it is (its precision, the
//! curvature of the loss of all examples seen so far). A new example moves the weights to where its
//! own loss and their distance from before, counted by precision, are least together; then it adds
//! its curvature. This is Chapelle and Li's online logistic regression (2011, algorithm 3), with
//! one precision for all classes of a column. There is no learning rate: the penalty of the fit is
//! the precision at the beginning, and the more was seen, the less one example moves.

use super::{
    LogisticOptions, LogisticRegression,
    dual::{nearest, nearest_one},
    options::{ClassWeight, LONGEST, check_labels, check_length, check_weights},
    problem::{Problem, Rows},
};
use crate::{
    Error, Result,
    learn::{Examples, LinearModel},
};

/// How much curvature the probabilities of a row have: for two classes `p (1 - p)`.
fn curvature(probabilities: impl Iterator<Item = f64>) -> f64 {
    probabilities.map(|share| share * (1.0 - share)).sum::<f64>() / 2.0
}

/// The precisions after a fit, for each column and then for the intercepts.
pub(super) fn precisions<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    probabilities: &[[f64; L]],
    c: f64,
) -> Vec<f64> {
    let mut sums = vec![1.0; problem.x.columns() + 1];
    let rows = probabilities.chunks_exact(problem.chunks).zip(&problem.costs).enumerate();
    for (row, (own, cost)) in rows {
        let own = own.as_flattened();
        let bend = if problem.outputs == 1 {
            own[0] * (1.0 - own[0])
        } else {
            curvature(own[..problem.outputs].iter().copied())
        };
        let bend = cost * bend;
        problem.x.visit(row, |column, value| sums[column] += bend * value * value);
        sums[problem.x.columns()] += bend;
    }
    for sum in &mut sums {
        *sum /= c;
    }
    sums
}

impl LogisticRegression {
    /// One that has learnt nothing yet: all weights are zero. [`LogisticRegression::partial_fit`]
    /// goes on from here.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a setting is out of its range or there are fewer than two classes.
    pub fn new(columns: usize, classes: usize, options: &LogisticOptions) -> Result<Self> {
        let Some(count) = columns.checked_mul(classes) else {
            let problem = format!("{columns} columns × {classes} classes are too many");
            return Err(Error::invalid("linear model", problem));
        };
        let model = LinearModel::new(columns, classes, vec![0.0; count], vec![0.0; classes])?;
        let precisions = vec![1.0 / options.c; columns + 1];
        Self::resume(model, precisions, options)
    }

    /// One that was kept: its [`model`](LogisticRegression::model) and its
    /// [`precisions`](LogisticRegression::precisions).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a setting is out of its range, or there is not a precision of 1e-100
    /// to 1e100 for each column and the intercepts.
    pub fn resume(
        model: LinearModel,
        precisions: Vec<f64>,
        options: &LogisticOptions,
    ) -> Result<Self> {
        options.check()?;
        check_weights(
            "precisions",
            &precisions,
            model.columns() + 1,
            "columns and the intercepts",
        )?;
        let fits = |precision: &f64| (1.0 / LONGEST..=LONGEST).contains(precision);
        if let Some(at) = precisions.iter().position(|precision| !fits(precision)) {
            let (least, precision) = (1.0 / LONGEST, precisions[at]);
            let problem =
                format!("number {at} is {precision:e}, allowed is {least:e} to {LONGEST:e}");
            return Err(Error::invalid("precisions", problem));
        }
        let options = options.clone();
        Ok(Self { model, options, iterations: 0, stop: None, precisions })
    }

    /// How sure each column's weights are, and at the end the intercepts: the curvature of the loss
    /// of all examples seen so far.
    pub fn precisions(&self) -> &[f64] {
        &self.precisions
    }

    /// Learns from more examples, one after another in the order they have.
    ///
    /// It does not reach the optimum of all examples together, which would need the earlier ones
    /// again, but comes near it: a new example moves the weights the less, the more was seen.
    /// Balanced class weights are not known before all examples are, so they count as equal here;
    /// and whatever the penalty of the fit, this is an L2 penalty.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the examples have another number of columns, the lengths do not
    /// fit each other, a label is no class of the model, or a number is too large. The weights are
    /// as before then.
    pub fn partial_fit(
        &mut self,
        examples: Examples<'_>,
        labels: &[u32],
        sample_weights: Option<&[f64]>,
    ) -> Result<()> {
        let costs = self.check_more(examples, labels, sample_weights)?;
        let classes = self.model.classes();
        let columns = self.model.columns();
        let (weights, intercepts) = self.model.numbers_mut();
        let mut scores = vec![[0.0]; classes];
        let mut target = vec![[0.0]; classes];
        let mut fresh = vec![[0.0]; classes];
        let mut moved = vec![[0.0]; classes];
        for (row, label) in labels.iter().enumerate() {
            let cost = costs[row];
            if cost == 0.0 {
                continue;
            }
            let mut reach = 0.0;
            for (score, intercept) in scores.iter_mut().zip(&*intercepts) {
                *score = [*intercept];
            }
            examples.for_each_in(row, |column, value| {
                let column = column as usize;
                reach += value * value / self.precisions[column];
                let own = &weights[column * classes..(column + 1) * classes];
                for ([score], weight) in scores.iter_mut().zip(own) {
                    *score += value * weight;
                }
            });
            if self.options.fit_intercept {
                reach += 1.0 / self.precisions[columns];
            }
            reach *= cost;
            target.fill([0.0]);
            target[*label as usize] = [1.0];
            let bend = if classes == 2 {
                // One margin, of which each class has half.
                let margin = scores[1][0] - scores[0][0];
                let mut share = 0.0;
                nearest_one(margin, target[1][0], reach, &mut share);
                let half = cost * (target[1][0] - share) / 2.0;
                moved.copy_from_slice(&[[-half], [half]]);
                share * (1.0 - share)
            } else {
                nearest(&scores, &target, reach, &mut fresh, &mut moved);
                for class in 0..classes {
                    moved[class] = [cost * (target[class][0] - fresh[class][0])];
                }
                curvature(fresh.iter().map(|share| share[0]))
            };
            let bend = bend * cost;
            examples.for_each_in(row, |column, value| {
                let column = column as usize;
                let step = value / self.precisions[column];
                let own = &mut weights[column * classes..(column + 1) * classes];
                for (weight, [change]) in own.iter_mut().zip(&moved) {
                    *weight += step * change;
                }
                self.precisions[column] += bend * value * value;
            });
            if self.options.fit_intercept {
                for (intercept, [change]) in intercepts.iter_mut().zip(&moved) {
                    *intercept += change / self.precisions[columns];
                }
                self.precisions[columns] += bend;
            }
        }
        Ok(())
    }

    /// Checks more examples, and says what an error on each costs.
    fn check_more(
        &self,
        examples: Examples<'_>,
        labels: &[u32],
        sample_weights: Option<&[f64]>,
    ) -> Result<Vec<f64>> {
        if examples.columns() != self.model.columns() {
            let (theirs, own) = (examples.columns(), self.model.columns());
            return Err(Error::invalid(
                "examples",
                format!("{theirs} columns, the model has {own}"),
            ));
        }
        let (rows, classes) = (examples.rows(), self.model.classes());
        check_labels("labels", labels, rows, classes)?;
        let mut costs = vec![1.0; rows];
        if let Some(weights) = sample_weights {
            check_weights("sample weights", weights, rows, "examples")?;
            costs.copy_from_slice(weights);
        }
        if let ClassWeight::Given(factors) = &self.options.class_weight {
            check_weights("class weights", factors, classes, "classes")?;
            for (cost, label) in costs.iter_mut().zip(labels) {
                *cost *= factors[*label as usize];
            }
        }
        for (row, cost) in costs.iter().enumerate() {
            check_length(examples, row, cost * self.options.c.max(1.0))?;
        }
        Ok(costs)
    }
}
