//! Minimising with an L2 penalty or none, all weights at once.
//!
//! This is Newton's method, with each direction found by conjugate gradients no further than it is
//! worth (Nash, 1985). Near the optimum every step doubles the digits, so that any tolerance is
//! reached that floats allow.

use super::{
    intercepts,
    monitor::{Monitor, Stop},
    problem::{Problem, Rows, add_product},
};
use crate::{Error, Result};

/// The most products with the Hessian for one direction.
const PRODUCTS: usize = 250;
/// After how many of them it looks whether to go on.
const PRODUCTS_BETWEEN_LOOKS: usize = 10;
/// The most halvings of a step.
const HALVINGS: usize = 40;
/// The part of the promised decrease that a step must bring.
const ENOUGH: f64 = 1e-4;

/// Where a minimisation ended.
pub(super) struct Minimum<const L: usize> {
    pub(super) weights: Vec<[f64; L]>,
    /// The probabilities of each row there.
    pub(super) probabilities: Vec<[f64; L]>,
    pub(super) iterations: usize,
    pub(super) stop: Stop,
}

/// The lanes that passes over the rows and over the weights fill again and again.
struct Room<const L: usize> {
    scores: Vec<[f64; L]>,
    probabilities: Vec<[f64; L]>,
    rows: Vec<[f64; L]>,
    gradient: Vec<[f64; L]>,
    scale: Vec<[f64; L]>,
    direction: Vec<[f64; L]>,
    rest: Vec<[f64; L]>,
    search: Vec<[f64; L]>,
    product: Vec<[f64; L]>,
}

impl<const L: usize> Room<L> {
    fn new<X: Rows>(problem: &Problem<'_, X>) -> Self {
        let rows = || vec![[0.0; L]; problem.x.rows() * problem.chunks];
        let weights = || vec![[0.0; L]; problem.lanes()];
        Self {
            scores: rows(),
            probabilities: rows(),
            rows: rows(),
            gradient: weights(),
            scale: weights(),
            direction: weights(),
            rest: weights(),
            search: weights(),
            product: weights(),
        }
    }
}

/// Minimises from `weights` on, which took some iterations before.
pub(super) fn minimize<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    penalty: f64,
    mut weights: Vec<[f64; L]>,
    before: usize,
    monitor: &mut Monitor<'_>,
) -> Result<Minimum<L>> {
    let mut room = Room::new(problem);
    let tolerance = monitor.tolerance() * problem.total;
    let at = problem.intercepts_at();
    let mut iterations = before;
    problem.scores(&weights, true, &mut room.scores);
    let mut loss = problem.losses(&room.scores, &mut room.probabilities);
    if before > 0 {
        // The weights come from a pass over the rows, which leaves the intercepts behind.
        let Room { scores, probabilities, .. } = &mut room;
        loss = intercepts::polish(problem, &mut weights, scores, probabilities, loss);
    }
    let mut first = None;
    let mut patience = Patience::new();
    let stop = loop {
        check_loss(loss)?;
        problem.residuals(&room.probabilities, &mut room.rows);
        problem.gather(&room.rows, false, &mut room.gradient);
        for (gradient, weights) in room.gradient[..at].iter_mut().zip(&weights) {
            add_product(gradient, penalty, weights);
        }
        let steepest = largest(&room.gradient);
        if steepest <= tolerance {
            break Stop::Converged;
        }
        if iterations >= monitor.most() {
            break Stop::OutOfIterations;
        }
        if patience.is_spent(steepest) {
            break Stop::Stalled;
        }
        let first = *first.get_or_insert(steepest);
        let share = (steepest / first).sqrt().min(0.1);
        let mut look = || monitor.look(iterations);
        find_direction(problem, penalty, share, &mut room, &mut look)?;
        let slope = dot(&room.gradient, &room.direction);
        if slope >= 0.0 {
            // Rounding is all that is left.
            break Stop::Stalled;
        }
        problem.scores(&room.direction, false, &mut room.rows);
        let bend = dot(&weights[..at], &room.direction[..at]) * penalty;
        let square = dot(&room.direction[..at], &room.direction[..at]) * penalty;
        let mut length = 1.0;
        let mut taken = 0.0;
        let mut found = false;
        for _ in 0..HALVINGS {
            for (score, direction) in room.scores.iter_mut().zip(&room.rows) {
                add_product(score, length - taken, direction);
            }
            taken = length;
            let fresh = problem.losses(&room.scores, &mut room.probabilities);
            let change = fresh - loss + length * (bend + length * square / 2.0);
            let noise = 1e-14 * loss.abs();
            if change <= ENOUGH * length * slope + noise {
                loss = fresh;
                found = true;
                break;
            }
            length /= 2.0;
        }
        if !found {
            break Stop::Stalled;
        }
        for (weights, direction) in weights.iter_mut().zip(&room.direction) {
            add_product(weights, length, direction);
        }
        iterations += 1;
        if monitor.ends(iterations, &weights)? {
            break Stop::Validation;
        }
    };
    Ok(Minimum { weights, probabilities: room.probabilities, iterations, stop })
}

/// Solves for Newton's direction by conjugate gradients, preconditioned by the diagonal, until what
/// is left is `share` of the gradient.
fn find_direction<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    penalty: f64,
    share: f64,
    room: &mut Room<L>,
    look: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    let at = problem.intercepts_at();
    fill_scale(problem, penalty, room);
    room.direction.fill([0.0; L]);
    for (rest, gradient) in room.rest.iter_mut().zip(&room.gradient) {
        *rest = gradient.map(|number| 0.0 - number);
    }
    for ((search, rest), scale) in room.search.iter_mut().zip(&room.rest).zip(&room.scale) {
        for lane in 0..L {
            search[lane] = rest[lane] * scale[lane];
        }
    }
    let mut energy = dot(&room.rest, &room.search);
    let enough = share * share * energy;
    for product in 1..=PRODUCTS {
        if product % PRODUCTS_BETWEEN_LOOKS == 0 {
            look()?;
        }
        problem.scores(&room.search, false, &mut room.rows);
        problem.bend(&room.probabilities, &mut room.rows);
        problem.gather(&room.rows, false, &mut room.product);
        for (product, search) in room.product[..at].iter_mut().zip(&room.search) {
            add_product(product, penalty, search);
        }
        let curvature = dot(&room.search, &room.product);
        if curvature <= f64::MIN_POSITIVE {
            break;
        }
        let length = energy / curvature;
        for (direction, search) in room.direction.iter_mut().zip(&room.search) {
            add_product(direction, length, search);
        }
        for (rest, product) in room.rest.iter_mut().zip(&room.product) {
            add_product(rest, -length, product);
        }
        let mut fresh = 0.0;
        for (rest, scale) in room.rest.iter().zip(&room.scale) {
            for lane in 0..L {
                fresh += rest[lane] * rest[lane] * scale[lane];
            }
        }
        if fresh <= enough {
            break;
        }
        let keep = fresh / energy;
        energy = fresh;
        for ((search, rest), scale) in room.search.iter_mut().zip(&room.rest).zip(&room.scale) {
            for lane in 0..L {
                search[lane] = rest[lane] * scale[lane] + keep * search[lane];
            }
        }
    }
    Ok(())
}

/// Fills `scale` with one over the diagonal of the Hessian, and zero where that is zero.
fn fill_scale<X: Rows, const L: usize>(problem: &Problem<'_, X>, penalty: f64, room: &mut Room<L>) {
    let at = problem.intercepts_at();
    let chunks = problem.chunks;
    for (row, cost) in problem.costs.iter().enumerate() {
        let own = row * chunks..(row + 1) * chunks;
        for (out, probability) in room.rows[own.clone()].iter_mut().zip(&room.probabilities[own]) {
            *out = probability.map(|probability| cost * probability * (1.0 - probability));
        }
    }
    problem.gather(&room.rows, true, &mut room.scale);
    for scale in &mut room.scale[..at] {
        *scale = scale.map(|number| number + penalty);
    }
    for scale in &mut room.scale {
        *scale = scale.map(|number| if number > 0.0 { 1.0 / number } else { 0.0 });
    }
}

/// Notices when a minimisation does not get nearer to its end, for rounding is all that is left.
pub(super) struct Patience {
    best: f64,
    waited: usize,
}

impl Patience {
    /// How many iterations may bring nothing: near the end of its floats a minimisation steps to
    /// and fro, but far from it two or three steps may go sideways, too.
    const MOST: usize = 8;

    pub(super) fn new() -> Self {
        Self { best: f64::INFINITY, waited: 0 }
    }

    /// Sees how steep it is now.
    pub(super) fn is_spent(&mut self, steepest: f64) -> bool {
        if steepest < self.best {
            self.best = steepest;
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        self.waited > Self::MOST
    }
}

/// Refuses to go on where the loss has left the floats.
pub(super) fn check_loss(loss: f64) -> Result<()> {
    if loss.is_finite() {
        return Ok(());
    }
    let problem = format!("their loss is {loss}; they, what they count, or c are too large");
    Err(Error::invalid("examples", problem))
}

/// The largest number, without its sign.
pub(super) fn largest<const L: usize>(lanes: &[[f64; L]]) -> f64 {
    lanes.iter().flatten().fold(0.0, |most: f64, number| most.max(number.abs()))
}

fn dot<const L: usize>(left: &[[f64; L]], right: &[[f64; L]]) -> f64 {
    let mut sums = [0.0; L];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..L {
            sums[lane] += left[lane] * right[lane];
        }
    }
    sums.into_iter().sum()
}
