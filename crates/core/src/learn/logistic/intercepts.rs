//! The best intercepts for weights that stay as they are.

use super::problem::{Problem, Rows, add_product};

/// The most Newton steps.
const STEPS: usize = 4;
/// The most intercepts at once; for more the equations cost more than they are worth.
const MOST: usize = 64;

/// Moves the intercepts to where the loss is least for these weights, with the scores and
/// probabilities that follow from them. `loss` is the loss before; the one after is returned.
pub(super) fn polish<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    weights: &mut [[f64; L]],
    scores: &mut [[f64; L]],
    probabilities: &mut [[f64; L]],
    mut loss: f64,
) -> f64 {
    let outputs = problem.outputs;
    if !problem.intercept || outputs > MOST {
        return loss;
    }
    let at = problem.intercepts_at();
    for _ in 0..STEPS {
        let (gradient, mut hessian) = derivatives(problem, probabilities);
        let steepest = gradient.iter().fold(0.0, |most: f64, number| most.max(number.abs()));
        if steepest <= f64::EPSILON * problem.total {
            break;
        }
        if outputs > 1 {
            // Softmax does not see what all classes have in common, so the equations do not say how
            // much of it to move: this says none.
            let trace: f64 = (0..outputs).map(|class| hessian[class * outputs + class]).sum();
            let share = trace / (outputs * outputs) as f64;
            for number in &mut hessian {
                *number += share;
            }
        }
        let mut change = gradient;
        if !solve(&mut hessian, &mut change) {
            break;
        }
        let mut step = vec![[0.0; L]; problem.chunks];
        for (output, change) in change.iter().enumerate() {
            step[output / L][output % L] = -change;
        }
        shift(scores, &step, 1.0);
        let fresh = problem.losses(scores, probabilities);
        if fresh.is_nan() || fresh > loss {
            shift(scores, &step, -1.0);
            problem.losses(scores, probabilities);
            break;
        }
        loss = fresh;
        for (intercept, step) in weights[at..].iter_mut().zip(&step) {
            add_product(intercept, 1.0, step);
        }
    }
    loss
}

fn shift<const L: usize>(scores: &mut [[f64; L]], step: &[[f64; L]], sign: f64) {
    for own in scores.chunks_exact_mut(step.len()) {
        for (score, step) in own.iter_mut().zip(step) {
            add_product(score, sign, step);
        }
    }
}

/// The first and second derivatives of the loss by the intercepts.
fn derivatives<X: Rows, const L: usize>(
    problem: &Problem<'_, X>,
    probabilities: &[[f64; L]],
) -> (Vec<f64>, Vec<f64>) {
    let outputs = problem.outputs;
    let mut gradient = vec![0.0; outputs];
    let mut hessian = vec![0.0; outputs * outputs];
    for (row, own) in probabilities.chunks_exact(problem.chunks).enumerate() {
        let own = &own.as_flattened()[..outputs];
        let cost = problem.costs[row];
        let label = problem.labels[row] as usize;
        if outputs == 1 {
            gradient[0] += cost * (own[0] - label as f64);
            hessian[0] += cost * own[0] * (1.0 - own[0]);
            continue;
        }
        gradient[label] -= cost;
        for (class, share) in own.iter().enumerate() {
            let share = cost * share;
            gradient[class] += share;
            let line = &mut hessian[class * outputs..(class + 1) * outputs];
            line[class] += share;
            for (number, other) in line.iter_mut().zip(own) {
                *number -= share * other;
            }
        }
    }
    (gradient, hessian)
}

/// Solves a symmetric positive definite system in place, by Cholesky's decomposition; whether it
/// could.
fn solve(matrix: &mut [f64], vector: &mut [f64]) -> bool {
    let size = vector.len();
    for row in 0..size {
        for column in 0..=row {
            let mut sum = matrix[row * size + column];
            for inner in 0..column {
                sum -= matrix[row * size + inner] * matrix[column * size + inner];
            }
            if row == column {
                if sum.is_nan() || sum <= 0.0 {
                    return false;
                }
                matrix[row * size + row] = sum.sqrt();
            } else {
                matrix[row * size + column] = sum / matrix[column * size + column];
            }
        }
    }
    for row in 0..size {
        let mut sum = vector[row];
        for inner in 0..row {
            sum -= matrix[row * size + inner] * vector[inner];
        }
        vector[row] = sum / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let mut sum = vector[row];
        for inner in row + 1..size {
            sum -= matrix[inner * size + row] * vector[inner];
        }
        vector[row] = sum / matrix[row * size + row];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_systems_are_solved() {
        let mut matrix = [4.0, 2.0, 0.6, 2.0, 5.0, 1.0, 0.6, 1.0, 3.0];
        let mut vector = [4.0 + 4.0 + 1.8, 2.0 + 10.0 + 3.0, 0.6 + 2.0 + 9.0];
        assert!(solve(&mut matrix, &mut vector));
        for (found, expected) in vector.into_iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-14, "{vector:?}");
        }
        assert!(!solve(&mut [1.0, 2.0, 2.0, 1.0], &mut [1.0, 1.0]));
        assert!(!solve(&mut [f64::NAN], &mut [1.0]));
    }
}
