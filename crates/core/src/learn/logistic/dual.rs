//! Minimising with an L2 penalty, row by row.
//!
//! This is dual coordinate ascent (Shalev-Shwartz and Zhang, 2013) for softmax. The weights at the
//! optimum are a sum over the rows, each times how wrong its probabilities are. So every row keeps
//! the probabilities that it stands for in that sum, and a step replaces those of one row by the
//! best ones while all others stay; these follow from a few Newton steps in as many dimensions as
//! there are classes. A row that is already right costs one product and no step.
//!
//! The intercepts have no penalty, which the dual does not allow. They have one here: towards where
//! they were before this pass over the rows (the method of multipliers).

use super::{
    exponential::{sigmoid, softmax_parts},
    monitor::Stop,
    newton::Minimum,
    problem::{Problem, Rows, add_product},
};
use crate::random::Random;

/// The most Newton steps for one row.
const STEPS: usize = 12;
/// The farthest a score moves in one Newton step.
const STRIDE: f64 = 4.0;
/// Rows that follow each other: those of a block lie together in memory, which is read far faster
/// so, and the order of the blocks is random enough.
const ROWS_PER_BLOCK: usize = 16;
/// What a residual gives the intercepts, against what it gives the weights. Much makes every step
/// shorter, little makes the intercepts late.
const GIVE: f64 = 0.05;

/// The state of the ascent.
pub(super) struct Dual<const L: usize> {
    /// The weights, and the intercepts behind them.
    pub(super) weights: Vec<[f64; L]>,
    /// The probabilities that each row stands for.
    probabilities: Vec<[f64; L]>,
    /// The squared length of each row.
    lengths: Vec<f64>,
    /// What one unit of a row's residual moves the intercepts.
    give: f64,
    /// The sum of the residuals.
    sums: Vec<[f64; L]>,
    /// The blocks of rows in the order of this pass.
    order: Vec<u32>,
    random: Random,
    scratch: Vec<[f64; L]>,
}

impl<const L: usize> Dual<L> {
    pub(super) fn new<X: Rows>(problem: &Problem<'_, X>, seed: u64) -> Self {
        let (rows, chunks) = (problem.x.rows(), problem.chunks);
        let lengths: Vec<f64> = (0..rows)
            .map(|row| {
                let mut sum = 0.0;
                problem.x.visit(row, |_, value| sum += value * value);
                sum
            })
            .collect();
        let give =
            if problem.intercept { GIVE * lengths.iter().sum::<f64>() / rows as f64 } else { 0.0 };
        // No row pulls at first: each stands for its own label.
        let mut probabilities = vec![[0.0; L]; rows * chunks];
        for (row, own) in probabilities.chunks_exact_mut(chunks).enumerate() {
            problem.subtract_target(row, own);
            for lanes in own {
                *lanes = lanes.map(|number| 0.0 - number);
            }
        }
        let mut weights = vec![[0.0; L]; problem.lanes()];
        if problem.intercept {
            weights[problem.intercepts_at()..].copy_from_slice(&shares(problem));
        }
        Self {
            weights,
            probabilities,
            lengths,
            give,
            sums: vec![[0.0; L]; chunks],
            order: (0..rows.div_ceil(ROWS_PER_BLOCK) as u32).collect(),
            random: Random::new(seed),
            scratch: vec![[0.0; L]; chunks * 3],
        }
    }

    /// How far a row's scores may move in one step, in the mean.
    pub(super) fn mean_reach<X: Rows>(&self, problem: &Problem<'_, X>) -> f64 {
        let reach = |(length, cost): (&f64, &f64)| cost * cost * (length + self.give);
        self.lengths.iter().zip(&problem.costs).map(reach).sum::<f64>() / problem.total
    }

    /// One pass over the rows, in random order. Returns how far the probabilities moved: the root
    /// of the mean square of each row's largest change.
    pub(super) fn pass<X: Rows>(&mut self, problem: &Problem<'_, X>) -> f64 {
        self.random.shuffle(&mut self.order);
        let mut movement = 0.0;
        for at in 0..self.order.len() {
            let first = self.order[at] as usize * ROWS_PER_BLOCK;
            for row in first..(first + ROWS_PER_BLOCK).min(problem.x.rows()) {
                if problem.costs[row] > 0.0 {
                    movement += self.step(problem, row);
                }
            }
            if at == self.order.len() / 2 {
                self.draw_intercepts(problem);
            }
        }
        self.draw_intercepts(problem);
        (movement / problem.total).sqrt()
    }

    /// Replaces the probabilities that a row stands for. Returns the cost times the square of the
    /// largest change.
    #[inline]
    fn step<X: Rows>(&mut self, problem: &Problem<'_, X>, row: usize) -> f64 {
        let chunks = problem.chunks;
        let cost = problem.costs[row];
        let (scores, rest) = self.scratch.split_at_mut(chunks);
        let (fresh, moved) = rest.split_at_mut(chunks);
        problem.scores_of(row, &self.weights, true, scores);
        let own = &mut self.probabilities[row * chunks..(row + 1) * chunks];
        let reach = cost * (self.lengths[row] + self.give);
        let step = if problem.outputs == 1 {
            nearest_one(scores[0][0], own[0][0], reach, &mut fresh[0][0])
        } else {
            nearest(scores, own, reach, fresh, moved)
        };
        if step <= f64::EPSILON {
            return 0.0;
        }
        for (own, fresh) in own.iter_mut().zip(fresh.iter_mut()) {
            for lane in 0..L {
                let change = cost * (own[lane] - fresh[lane]);
                own[lane] = fresh[lane];
                fresh[lane] = change;
            }
        }
        let at = problem.intercepts_at();
        for (chunk, change) in fresh.iter().enumerate() {
            problem.x.visit(row, |column, value| {
                add_product(&mut self.weights[column * chunks + chunk], value, change);
            });
            add_product(&mut self.weights[at + chunk], self.give, change);
            add_product(&mut self.sums[chunk], 1.0, change);
        }
        cost * step * step
    }

    /// Where it is, because the validation examples said that this is enough.
    pub(super) fn into_minimum(self, iterations: usize) -> Minimum<L> {
        let Self { weights, probabilities, .. } = self;
        Minimum { weights, probabilities, iterations, stop: Stop::Validation }
    }

    /// Draws the intercepts to where they are now, which moves them on: they are this place and
    /// what the residuals give.
    fn draw_intercepts<X: Rows>(&mut self, problem: &Problem<'_, X>) {
        let intercepts = &mut self.weights[problem.intercepts_at()..];
        for (intercept, sum) in intercepts.iter_mut().zip(&self.sums) {
            add_product(intercept, self.give, sum);
        }
    }
}

/// Intercepts that give every class its share of the rows.
fn shares<const L: usize, X: Rows>(problem: &Problem<'_, X>) -> Vec<[f64; L]> {
    let mut sums = vec![0.0; problem.outputs.max(2)];
    for (label, cost) in problem.labels.iter().zip(&problem.costs) {
        sums[*label as usize] += cost;
    }
    let mut shares = vec![[0.0; L]; problem.chunks];
    if problem.outputs == 1 {
        shares[0][0] = (sums[1] / sums[0]).ln();
    } else {
        let mean = sums.iter().map(|sum| sum.ln()).sum::<f64>() / sums.len() as f64;
        for (class, sum) in sums.iter().enumerate() {
            shares[class / L][class % L] = sum.ln() - mean;
        }
    }
    shares
}

/// The probability that fits the score it leads to: `p = sigmoid(score + reach * (own - p))`.
/// Returns how far it is from `own`.
#[inline]
pub(super) fn nearest_one(score: f64, own: f64, reach: f64, out: &mut f64) -> f64 {
    let mut moved = score;
    *out = sigmoid(score);
    let step = (*out - own).abs();
    if step <= f64::EPSILON {
        return step;
    }
    for _ in 0..STEPS {
        let error = moved - score + reach * (*out - own);
        if error.abs() <= 1e-3 * step * reach {
            break;
        }
        let change = error / (1.0 + reach * *out * (1.0 - *out));
        moved -= change.clamp(-STRIDE, STRIDE);
        *out = sigmoid(moved);
    }
    step
}

/// [`nearest_one`] for several classes.
#[inline]
pub(super) fn nearest<const L: usize>(
    scores: &[[f64; L]],
    own: &[[f64; L]],
    reach: f64,
    out: &mut [[f64; L]],
    moved: &mut [[f64; L]],
) -> f64 {
    out.copy_from_slice(scores);
    softmax_parts(out);
    let mut step: f64 = 0.0;
    for (fresh, old) in out.iter().zip(own) {
        for lane in 0..L {
            let distance = (fresh[lane] - old[lane]).abs();
            step = if distance > step { distance } else { step };
        }
    }
    if step <= f64::EPSILON {
        return step;
    }
    moved.copy_from_slice(scores);
    let enough = 0.4 * step;
    for _ in 0..STEPS {
        // The Jacobian is a diagonal minus a product of a vector with itself, which Sherman and
        // Morrison's formula inverts.
        let mut top = [0.0; L];
        let mut bottom = [0.0; L];
        for ((fresh, old), (score, moved)) in
            out.iter().zip(own).zip(scores.iter().zip(moved.iter()))
        {
            for lane in 0..L {
                let gap = moved[lane] - score[lane];
                let gap = if fresh[lane] > 0.0 { gap } else { 0.0 };
                let error = gap + reach * (fresh[lane] - old[lane]);
                let share = fresh[lane] / (1.0 + reach * fresh[lane]);
                top[lane] += share * error;
                bottom[lane] += share;
            }
        }
        let top: f64 = top.into_iter().sum();
        let bottom: f64 = bottom.into_iter().sum();
        let shift = reach * top / bottom;
        let mut farthest: f64 = 0.0;
        for ((fresh, old), (score, moved)) in
            out.iter_mut().zip(own).zip(scores.iter().zip(moved.iter_mut()))
        {
            for lane in 0..L {
                let gap = moved[lane] - score[lane];
                let gap = if fresh[lane] > 0.0 { gap } else { 0.0 };
                let error = gap + reach * (fresh[lane] - old[lane]);
                let change = (error + shift * fresh[lane]) / (1.0 + reach * fresh[lane]);
                let change = change.clamp(-STRIDE, STRIDE);
                moved[lane] -= change;
                farthest = if change.abs() > farthest { change.abs() } else { farthest };
                fresh[lane] = moved[lane];
            }
        }
        softmax_parts(out);
        if farthest * farthest <= enough {
            break;
        }
    }
    step
}
