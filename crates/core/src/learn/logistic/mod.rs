//! Logistic regression.

mod dual;
pub(super) mod exponential;
mod intercepts;
mod lasso;
mod monitor;
mod newton;
mod online;
mod options;
pub(super) mod problem;
#[cfg(test)]
mod tests;

use dual::Dual;
use monitor::Monitor;
pub use monitor::{Progress, Stop, Validation, Watch};
use newton::Minimum;
pub use options::{ClassWeight, FitExtras, LogisticOptions, Penalty};
pub(super) use options::{check_labels, check_weights};
use problem::{Problem, Rows, SparseRows};

use super::{DenseMatrix, Examples, LinearModel, SparseMatrix};
use crate::Result;

/// The longest mean step of [`dual`] in scores; beyond, it gets slow and [`newton`] is faster.
const LONGEST_REACH: f64 = 30.0;
/// How far probabilities may still move in a pass of [`dual`], in tolerances.
const CALM: f64 = 20.0;
/// A pass of [`dual`] that leaves more of the movement than this share is no progress.
const STALLED: f64 = 0.8;

/// A fitted logistic regression.
///
/// It minimises `c * Σ cost * log loss + penalty`, with the penalty `½ Σ weight²` or `Σ |weight|`
/// and none on the intercepts: what scikit-learn minimises. Two classes share one set of weights
/// `w`, which the model holds as `-w/2` and `+w/2`; more classes have a softmax over theirs.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    model: LinearModel,
    options: LogisticOptions,
    iterations: usize,
    stop: Option<Stop>,
    /// How sure each column's weights are, and at the end the intercepts.
    precisions: Vec<f64>,
}

impl LogisticRegression {
    /// Learns from examples and their classes, which are numbers from zero.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::Error::InvalidInput) if a setting is out of its range, the lengths do
    /// not fit each other, a label is not below `classes`, a class has no example that counts, or
    /// numbers are so large that the loss would not be finite; and what [`FitExtras::watch`] returns.
    pub fn fit(
        examples: Examples<'_>,
        labels: &[u32],
        classes: usize,
        options: &LogisticOptions,
        mut extras: FitExtras<'_>,
    ) -> Result<Self> {
        options.check()?;
        let costs = options::costs(examples, labels, classes, options, &extras)?;
        let task = Task { labels, classes, options, costs };
        match examples {
            Examples::Sparse(matrix) => {
                let x = SparseRows::new(matrix);
                task.fit(&x, &mut extras, || x.transposed().clone())
            }
            Examples::Dense(matrix) => task.fit(matrix, &mut extras, || columns_of(matrix)),
        }
    }

    /// The weights.
    pub fn model(&self) -> &LinearModel {
        &self.model
    }

    /// The settings it was fitted with.
    pub fn options(&self) -> &LogisticOptions {
        &self.options
    }

    /// How many iterations the fit took: passes over the rows and Newton steps.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the fit reached its tolerance.
    pub fn converged(&self) -> bool {
        self.stop == Some(Stop::Converged)
    }

    /// Why the fit ended; `None` if all it learnt came from [`partial_fit`](Self::partial_fit), or
    /// it was [kept](Self::resume).
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// The weights and intercepts in the form of scikit-learn's `coef_` and `intercept_`: a row of
    /// weights for each class, and only one for two classes.
    pub fn coefficients(&self) -> (Vec<Vec<f64>>, Vec<f64>) {
        let classes = self.model.classes();
        let column = |class: usize| -> Vec<f64> {
            self.model.weights().iter().skip(class).step_by(classes).copied().collect()
        };
        if classes == 2 {
            let weights = column(1).into_iter().map(|weight| weight * 2.0).collect();
            return (vec![weights], vec![self.model.intercepts()[1] * 2.0]);
        }
        ((0..classes).map(column).collect(), self.model.intercepts().to_vec())
    }
}

/// The columns of a full matrix, zeros left out.
fn columns_of(matrix: &DenseMatrix) -> SparseMatrix {
    let mut columns = SparseMatrix::new(matrix.rows());
    for column in 0..matrix.columns() {
        let numbers = (0..matrix.rows()).map(|row| (row as u32, matrix.row(row)[column]));
        columns.push(numbers.filter(|(_, value)| *value != 0.0));
    }
    columns
}

/// What is to be learnt, once it is checked.
struct Task<'a> {
    labels: &'a [u32],
    classes: usize,
    options: &'a LogisticOptions,
    costs: Vec<f64>,
}

impl Task<'_> {
    /// Chooses the lanes: few classes fit one, more are split into several of four or eight,
    /// whichever leaves fewer empty.
    fn fit<X: Rows>(
        self,
        x: &X,
        extras: &mut FitExtras<'_>,
        columns: impl Fn() -> SparseMatrix,
    ) -> Result<LogisticRegression> {
        match self.classes {
            2 => self.fit_lanes::<X, 1>(x, extras, columns),
            3 | 4 => self.fit_lanes::<X, 4>(x, extras, columns),
            5..=8 => self.fit_lanes::<X, 8>(x, extras, columns),
            classes if classes.next_multiple_of(4) < classes.next_multiple_of(8) => {
                self.fit_lanes::<X, 4>(x, extras, columns)
            }
            _ => self.fit_lanes::<X, 8>(x, extras, columns),
        }
    }

    fn fit_lanes<X: Rows, const L: usize>(
        self,
        x: &X,
        extras: &mut FitExtras<'_>,
        columns: impl Fn() -> SparseMatrix,
    ) -> Result<LogisticRegression> {
        let Self { labels, classes, options, costs } = self;
        let outputs = if classes == 2 { 1 } else { classes };
        let problem = Problem {
            x,
            labels,
            total: costs.iter().sum(),
            costs,
            outputs,
            chunks: outputs.div_ceil(L),
            intercept: options.fit_intercept,
            threads: options::threads(options),
        };
        let mut monitor = Monitor {
            tolerance: options.tolerance,
            most: options.max_iterations,
            columns: x.columns(),
            classes,
            chunks: problem.chunks,
            threads: problem.threads,
            validation: extras.validation,
            watch: extras.watch.take(),
            best: None,
            validation_loss: None,
            stopped: false,
        };
        let start = extras.start;
        let found = minimize::<X, L>(&problem, options, start, &mut monitor, columns)?;
        let Minimum { mut weights, probabilities, iterations, stop } = found;
        center(&problem, options.penalty, &mut weights);
        let mut model = model_of(&weights, x.columns(), classes, problem.chunks)?;
        if let Some((_, best, _)) = monitor.best.take() {
            model = best;
        }
        let precisions = online::precisions(&problem, &probabilities, options.c);
        let options = options.clone();
        Ok(LogisticRegression { model, options, iterations, stop: Some(stop), precisions })
    }
}

/// Chooses how to minimise, and does it.
fn minimize<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    options: &LogisticOptions,
    start: Option<&LinearModel>,
    monitor: &mut Monitor<'_>,
    columns: impl Fn() -> SparseMatrix,
) -> Result<Minimum<L>> {
    let mut weights = match start {
        Some(start) => lanes_of(problem, start),
        None => vec![[0.0; L]; problem.lanes()],
    };
    let penalty = match options.penalty {
        Penalty::L1 => return lasso::minimize(problem, &columns(), weights, monitor),
        Penalty::L2 => 1.0,
        Penalty::None => 0.0,
    };
    let mut iterations = 0;
    if options.penalty == Penalty::L2 && start.is_none() {
        let mut dual = Dual::new(problem, options.seed);
        if dual.mean_reach(problem) <= LONGEST_REACH {
            let mut last = f64::INFINITY;
            while iterations < options.max_iterations {
                let movement = dual.pass(problem);
                iterations += 1;
                if monitor.ends(iterations, &dual.weights)? {
                    return Ok(dual.into_minimum(iterations));
                }
                if movement <= CALM * options.tolerance || movement >= STALLED * last {
                    break;
                }
                last = movement;
            }
            weights = dual.weights;
        }
    }
    newton::minimize(problem, penalty, weights, iterations, monitor)
}

/// Takes from the weights what softmax does not see: the mean of the intercepts over the classes,
/// and that of the weights if no penalty sees it either.
fn center<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    penalty: Penalty,
    weights: &mut [[f64; L]],
) {
    if problem.outputs == 1 {
        return;
    }
    let first = if penalty == Penalty::None { 0 } else { problem.intercepts_at() };
    for own in weights[first..].chunks_exact_mut(problem.chunks) {
        let own = &mut own.as_flattened_mut()[..problem.outputs];
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        for number in own {
            *number -= mean;
        }
    }
}

/// The weights as they are kept.
fn model_of<const L: usize>(
    weights: &[[f64; L]],
    columns: usize,
    classes: usize,
    chunks: usize,
) -> Result<LinearModel> {
    let mut numbers = Vec::with_capacity((columns + 1) * classes);
    for own in weights.chunks_exact(chunks) {
        let own = own.as_flattened();
        if classes == 2 {
            numbers.extend([-own[0] / 2.0, own[0] / 2.0]);
        } else {
            numbers.extend_from_slice(&own[..classes]);
        }
    }
    let intercepts = numbers.split_off(columns * classes);
    LinearModel::new(columns, classes, numbers, intercepts)
}

/// The weights as they are learnt.
fn lanes_of<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    model: &LinearModel,
) -> Vec<[f64; L]> {
    let mut weights = vec![[0.0; L]; problem.lanes()];
    let rows = model.weights().chunks_exact(model.classes()).chain([model.intercepts()]);
    for (own, row) in weights.chunks_exact_mut(problem.chunks).zip(rows) {
        let own = own.as_flattened_mut();
        if let [first, second] = row {
            own[0] = second - first;
        } else {
            own[..row.len()].copy_from_slice(row);
        }
    }
    if !problem.intercept {
        weights[problem.intercepts_at()..].fill([0.0; L]);
    }
    weights
}
