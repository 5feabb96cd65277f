//! Minimising with an L1 penalty, which makes most weights exactly zero.
//!
//! This is a proximal Newton method: each step minimises the quadratic that touches the loss, with
//! the penalty as it is, one weight after another (Friedman, Hastie and Tibshirani, 2010; Yuan, Ho
//! and Lin, 2012). A weight's minimum is known in closed form, zero included.

use super::{
    monitor::{Monitor, Stop},
    newton::{Minimum, Patience, check_loss},
    problem::{Problem, Rows, add_product},
};
use crate::{Result, learn::SparseMatrix};

/// The most times that all weights are gone through for one quadratic.
const SWEEPS: usize = 200;
/// How much of its error a quadratic may keep.
const REST: f64 = 0.05;
/// A weight of zero takes part if its gradient is this near to moving it.
const NEAR: f64 = 0.9;
const HALVINGS: usize = 40;
const ENOUGH: f64 = 1e-4;

/// A weight that takes part: its column, and its place among the lanes.
#[derive(Clone, Copy)]
struct Active {
    column: usize,
    chunk: usize,
    lane: usize,
}

/// Minimises from `weights` on. `columns` holds the examples column by column.
pub(super) fn minimize<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    columns: &SparseMatrix,
    mut weights: Vec<[f64; L]>,
    monitor: &mut Monitor<'_>,
) -> Result<Minimum<L>> {
    let rows = problem.x.rows() * problem.chunks;
    let at = problem.intercepts_at();
    let tolerance = monitor.tolerance() * problem.total;
    let mut scores = vec![[0.0; L]; rows];
    let mut probabilities = vec![[0.0; L]; rows];
    let mut work = vec![[0.0; L]; rows];
    let mut gradient = vec![[0.0; L]; weights.len()];
    let mut curvature = vec![[0.0; L]; weights.len()];
    let mut iterations = 0;
    let mut patience = Patience::new();
    problem.scores(&weights, true, &mut scores);
    let mut loss = problem.losses(&scores, &mut probabilities);
    let stop = loop {
        check_loss(loss)?;
        problem.residuals(&probabilities, &mut work);
        problem.gather(&work, false, &mut gradient);
        let worst = largest_violation(problem, &weights, &gradient);
        if worst <= tolerance {
            break Stop::Converged;
        }
        if iterations >= monitor.most() {
            break Stop::OutOfIterations;
        }
        if patience.is_spent(worst) {
            break Stop::Stalled;
        }
        for (row, out) in work.iter_mut().enumerate() {
            let cost = problem.costs[row / problem.chunks];
            *out = probabilities[row].map(|share| cost * share * (1.0 - share));
        }
        problem.gather(&work, true, &mut curvature);
        let mut model = Quadratic {
            problem,
            columns,
            weights: &weights,
            probabilities: &probabilities,
            gradient: &gradient,
            curvature: &curvature,
            change: vec![[0.0; L]; weights.len()],
            scores: vec![[0.0; L]; rows],
            means: vec![0.0; problem.x.rows()],
        };
        model.minimize(REST * worst, || monitor.look(iterations))?;
        let Quadratic { change, scores: direction, .. } = model;
        let mut slope = 0.0;
        for (place, change) in change.iter().enumerate() {
            for lane in 0..L {
                slope += gradient[place][lane] * change[lane];
            }
        }
        let before = norm(&weights[..at], &change[..at], 0.0);
        slope += norm(&weights[..at], &change[..at], 1.0) - before;
        let (mut length, mut taken, mut found) = (1.0, 0.0, false);
        for _ in 0..HALVINGS {
            for (score, direction) in scores.iter_mut().zip(&direction) {
                add_product(score, length - taken, direction);
            }
            taken = length;
            let fresh = problem.losses(&scores, &mut probabilities);
            let penalty = norm(&weights[..at], &change[..at], length) - before;
            if fresh - loss + penalty <= ENOUGH * length * slope + 1e-14 * loss.abs() {
                loss = fresh;
                found = true;
                break;
            }
            length /= 2.0;
        }
        if !found {
            break Stop::Stalled;
        }
        for (weights, change) in weights.iter_mut().zip(&change) {
            for lane in 0..L {
                // A whole step to zero ends there exactly: adding might not.
                let next = weights[lane] + length * change[lane];
                weights[lane] = if next.abs() <= 1e-15 * change[lane].abs() { 0.0 } else { next };
            }
        }
        iterations += 1;
        if monitor.ends(iterations, &weights)? {
            break Stop::Validation;
        }
    };
    Ok(Minimum { weights, probabilities, iterations, stop })
}

/// The sum of the absolute weights after a step of some length.
fn norm<const L: usize>(weights: &[[f64; L]], change: &[[f64; L]], length: f64) -> f64 {
    let mut sum = 0.0;
    for (weights, change) in weights.iter().zip(change) {
        for lane in 0..L {
            sum += (weights[lane] + length * change[lane]).abs();
        }
    }
    sum
}

/// How far a weight is from where the gradient and the penalty balance.
fn violation(weight: f64, gradient: f64) -> f64 {
    if weight > 0.0 {
        (gradient + 1.0).abs()
    } else if weight < 0.0 {
        (gradient - 1.0).abs()
    } else {
        (gradient.abs() - 1.0).max(0.0)
    }
}

fn largest_violation<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    weights: &[[f64; L]],
    gradient: &[[f64; L]],
) -> f64 {
    let at = problem.intercepts_at();
    let mut worst = super::newton::largest(&gradient[at..]);
    for (weights, gradient) in weights[..at].iter().zip(&gradient[..at]) {
        for lane in 0..L {
            worst = worst.max(violation(weights[lane], gradient[lane]));
        }
    }
    worst
}

/// The quadratic that touches the loss, and the change that makes it small.
struct Quadratic<'a, X, const L: usize> {
    problem: &'a Problem<'a, X>,
    columns: &'a SparseMatrix,
    weights: &'a [[f64; L]],
    probabilities: &'a [[f64; L]],
    gradient: &'a [[f64; L]],
    curvature: &'a [[f64; L]],
    change: Vec<[f64; L]>,
    /// What the change does to the scores, and the mean of that over the classes of a row.
    scores: Vec<[f64; L]>,
    means: Vec<f64>,
}

impl<X: Rows, const L: usize> Quadratic<'_, X, L> {
    /// Calls `look` after every time that all weights were gone through.
    fn minimize(&mut self, enough: f64, mut look: impl FnMut() -> Result<()>) -> Result<()> {
        let active = self.active();
        let at = self.problem.x.columns();
        for _ in 0..SWEEPS {
            let mut worst: f64 = 0.0;
            for weight in &active {
                worst = worst.max(self.minimize_one(*weight));
            }
            if self.problem.intercept {
                for output in 0..self.problem.outputs {
                    let (chunk, lane) = (output / L, output % L);
                    let weight = Active { column: at, chunk, lane };
                    worst = worst.max(self.minimize_one(weight));
                }
            }
            look()?;
            if worst <= enough {
                break;
            }
        }
        Ok(())
    }

    /// The weights that are not zero or may soon be not.
    fn active(&self) -> Vec<Active> {
        let chunks = self.problem.chunks;
        let mut active = Vec::new();
        for column in 0..self.problem.x.columns() {
            for output in 0..self.problem.outputs {
                let (chunk, lane) = (output / L, output % L);
                let place = column * chunks + chunk;
                if self.weights[place][lane] != 0.0 || self.gradient[place][lane].abs() >= NEAR {
                    active.push(Active { column, chunk, lane });
                }
            }
        }
        active
    }

    /// Moves one weight to its minimum; how far it was from it, as a gradient.
    fn minimize_one(&mut self, weight: Active) -> f64 {
        let Active { column, chunk, lane } = weight;
        let chunks = self.problem.chunks;
        let place = column * chunks + chunk;
        let bend = self.curvature[place][lane];
        if bend <= 0.0 {
            return 0.0;
        }
        let mut slope = self.gradient[place][lane];
        self.visit(column, |model, row, value| {
            let at = row * chunks + chunk;
            let share = value * model.problem.costs[row] * model.probabilities[at][lane];
            slope += share * (model.scores[at][lane] - model.means[row]);
        });
        let now = self.weights[place][lane] + self.change[place][lane];
        let (error, next) = if column == self.problem.x.columns() {
            (slope.abs(), now - slope / bend)
        } else {
            let target = now - slope / bend;
            let shrunk = (target.abs() - 1.0 / bend).max(0.0).copysign(target);
            (violation(now, slope), shrunk)
        };
        let step = next - now;
        if step == 0.0 {
            return error;
        }
        // What is exactly zero must stay it when the change is added to the weight.
        self.change[place][lane] = next - self.weights[place][lane];
        self.visit(column, |model, row, value| {
            let at = row * chunks + chunk;
            model.scores[at][lane] += step * value;
            model.means[row] += model.probabilities[at][lane] * step * value;
        });
        error
    }

    /// Calls `each` with the rows of a column and the numbers there, which for the intercepts are
    /// all rows and ones.
    #[inline]
    fn visit(&mut self, column: usize, mut each: impl FnMut(&mut Self, usize, f64)) {
        if column == self.problem.x.columns() {
            for row in 0..self.problem.x.rows() {
                each(self, row, 1.0);
            }
        } else {
            let columns = self.columns;
            let (rows, values) = columns.row(column);
            for (row, value) in rows.iter().zip(values) {
                each(self, *row as usize, *value);
            }
        }
    }
}
