//! What is minimised, and the passes over the examples that every way of minimising it needs.
//!
//! Numbers of the classes of one column or one row lie side by side in lanes of fixed length, so
//! that the compiler can take several at once; lanes beyond the last class hold zeros.
//!
//! Each number is summed by one thread, in one order, however many threads there are: rows are
//! summed over the columns, columns over the rows, and losses in blocks of fixed size. This is why
//! the result does not depend on the number of threads.

use std::sync::OnceLock;

use super::{
    super::{DenseMatrix, SparseMatrix},
    exponential::{sigmoid, softmax, softplus},
};

/// Rows whose losses are summed together.
const ROWS_PER_BLOCK: usize = 1_024;
/// Columns that one thread takes at a time.
const COLUMNS_PER_BLOCK: usize = 256;
/// Products below which a second thread costs more than it saves.
const PRODUCTS_PER_THREAD: usize = 500_000;

/// Examples as the passes see them.
pub(super) trait Rows: Sync {
    fn rows(&self) -> usize;
    fn columns(&self) -> usize;
    /// How many numbers there are.
    fn size(&self) -> usize;
    /// Calls `each` with the numbers of a row and their columns.
    fn visit(&self, row: usize, each: impl FnMut(usize, f64));
    /// Adds to `out`, which begins at column `from`, the numbers of each column times those of
    /// their rows; with `squared`, their squares.
    fn gather<const L: usize>(
        &self,
        from: usize,
        rows: &[[f64; L]],
        chunks: usize,
        squared: bool,
        out: &mut [[f64; L]],
    );
}

/// A sparse matrix with its transpose, which is made when first needed.
pub(super) struct SparseRows<'a> {
    matrix: &'a SparseMatrix,
    transposed: OnceLock<SparseMatrix>,
}

impl<'a> SparseRows<'a> {
    pub(super) fn new(matrix: &'a SparseMatrix) -> Self {
        Self { matrix, transposed: OnceLock::new() }
    }

    pub(super) fn transposed(&self) -> &SparseMatrix {
        self.transposed.get_or_init(|| self.matrix.transposed())
    }
}

impl Rows for SparseRows<'_> {
    fn rows(&self) -> usize {
        self.matrix.rows()
    }

    fn columns(&self) -> usize {
        self.matrix.columns()
    }

    fn size(&self) -> usize {
        self.matrix.values().len()
    }

    #[inline]
    fn visit(&self, row: usize, mut each: impl FnMut(usize, f64)) {
        let (places, values) = self.matrix.row(row);
        for (place, value) in places.iter().zip(values) {
            each(*place as usize, *value);
        }
    }

    fn gather<const L: usize>(
        &self,
        from: usize,
        rows: &[[f64; L]],
        chunks: usize,
        squared: bool,
        out: &mut [[f64; L]],
    ) {
        let transposed = self.transposed();
        for (column, sums) in out.chunks_exact_mut(chunks).enumerate() {
            let (places, values) = transposed.row(from + column);
            for (chunk, sum) in sums.iter_mut().enumerate() {
                for (place, value) in places.iter().zip(values) {
                    let factor = if squared { value * value } else { *value };
                    add_product(sum, factor, &rows[*place as usize * chunks + chunk]);
                }
            }
        }
    }
}

impl Rows for DenseMatrix {
    fn rows(&self) -> usize {
        self.rows()
    }

    fn columns(&self) -> usize {
        self.columns()
    }

    fn size(&self) -> usize {
        self.values().len()
    }

    #[inline]
    fn visit(&self, row: usize, mut each: impl FnMut(usize, f64)) {
        for (column, value) in self.row(row).iter().enumerate() {
            each(column, *value);
        }
    }

    fn gather<const L: usize>(
        &self,
        from: usize,
        rows: &[[f64; L]],
        chunks: usize,
        squared: bool,
        out: &mut [[f64; L]],
    ) {
        let own = from..from + out.len() / chunks;
        for (row, numbers) in rows.chunks_exact(chunks).enumerate() {
            let values = &self.row(row)[own.clone()];
            for (value, sums) in values.iter().zip(out.chunks_exact_mut(chunks)) {
                let factor = if squared { value * value } else { *value };
                for (sum, number) in sums.iter_mut().zip(numbers) {
                    add_product(sum, factor, number);
                }
            }
        }
    }
}

#[inline]
pub(super) fn add_product<const L: usize>(sum: &mut [f64; L], factor: f64, numbers: &[f64; L]) {
    for lane in 0..L {
        sum[lane] += factor * numbers[lane];
    }
}

/// Examples with their labels, what an error on each costs, and the shape of the weights.
///
/// The weights are a list of lanes, `chunks` for each column, and then as many for the intercepts.
pub(super) struct Problem<'a, X> {
    pub(super) x: &'a X,
    pub(super) labels: &'a [u32],
    pub(super) costs: Vec<f64>,
    /// The sum of the costs.
    pub(super) total: f64,
    /// One for two classes, of which one number tells all, else the number of classes.
    pub(super) outputs: usize,
    pub(super) chunks: usize,
    pub(super) intercept: bool,
    pub(super) threads: usize,
}

impl<X: Rows> Problem<'_, X> {
    /// How many lanes the weights have.
    pub(super) fn lanes(&self) -> usize {
        (self.x.columns() + 1) * self.chunks
    }

    /// Where the lanes of the intercepts begin.
    pub(super) fn intercepts_at(&self) -> usize {
        self.x.columns() * self.chunks
    }

    /// As many threads as a pass over all examples is worth.
    fn threads(&self, lanes: usize) -> usize {
        self.threads.min(self.x.size() * self.chunks * lanes / PRODUCTS_PER_THREAD).max(1)
    }

    /// The scores of a row; those of classes that are not there are minus infinity if `closed`,
    /// which is right for scores, and what the weights say, which is right for directions.
    #[inline]
    pub(super) fn scores_of<const L: usize>(
        &self,
        row: usize,
        weights: &[[f64; L]],
        closed: bool,
        out: &mut [[f64; L]],
    ) {
        let chunks = self.chunks;
        let intercepts = &weights[self.intercepts_at()..];
        for (chunk, own) in out.iter_mut().enumerate() {
            let mut sum = intercepts[chunk];
            self.x.visit(row, |column, value| {
                add_product(&mut sum, value, &weights[column * chunks + chunk]);
            });
            *own = sum;
        }
        if closed {
            for lane in self.outputs..chunks * L {
                out[lane / L][lane % L] = f64::NEG_INFINITY;
            }
        }
    }

    /// The scores of all rows.
    pub(super) fn scores<const L: usize>(
        &self,
        weights: &[[f64; L]],
        closed: bool,
        out: &mut [[f64; L]],
    ) {
        let blocks: Vec<_> = out.chunks_mut(ROWS_PER_BLOCK * self.chunks).enumerate().collect();
        in_order(blocks, self.threads(L), |(block, out)| {
            for (row, own) in out.chunks_exact_mut(self.chunks).enumerate() {
                self.scores_of(block * ROWS_PER_BLOCK + row, weights, closed, own);
            }
        });
    }

    /// The loss of all rows, and the probabilities that follow from the scores.
    pub(super) fn losses<const L: usize>(
        &self,
        scores: &[[f64; L]],
        probabilities: &mut [[f64; L]],
    ) -> f64 {
        let size = ROWS_PER_BLOCK * self.chunks;
        let blocks: Vec<_> =
            scores.chunks(size).zip(probabilities.chunks_mut(size)).enumerate().collect();
        let losses = in_order(blocks, self.threads(L), |(block, (scores, probabilities))| {
            let rows = scores
                .chunks_exact(self.chunks)
                .zip(probabilities.chunks_exact_mut(self.chunks))
                .enumerate();
            let mut sum = 0.0;
            for (row, (scores, out)) in rows {
                let row = block * ROWS_PER_BLOCK + row;
                sum += self.costs[row] * self.loss(row, scores, out);
            }
            sum
        });
        losses.into_iter().sum()
    }

    /// The loss of a row before its cost, and the probabilities that follow from its scores.
    #[inline]
    fn loss<const L: usize>(&self, row: usize, scores: &[[f64; L]], out: &mut [[f64; L]]) -> f64 {
        let label = self.labels[row] as usize;
        if self.outputs == 1 {
            let score = scores[0][0];
            out[0] = [0.0; L];
            out[0][0] = sigmoid(score);
            softplus(score) - label as f64 * score
        } else {
            out.copy_from_slice(scores);
            softmax(out) - scores[label / L][label % L]
        }
    }

    /// What the probability of each class should be, subtracted.
    #[inline]
    pub(super) fn subtract_target<const L: usize>(&self, row: usize, out: &mut [[f64; L]]) {
        let label = self.labels[row] as usize;
        if self.outputs == 1 {
            out[0][0] -= label as f64;
        } else {
            out[label / L][label % L] -= 1.0;
        }
    }

    /// The derivative of the loss of each row by its scores.
    pub(super) fn residuals<const L: usize>(
        &self,
        probabilities: &[[f64; L]],
        out: &mut [[f64; L]],
    ) {
        out.copy_from_slice(probabilities);
        for (row, own) in out.chunks_exact_mut(self.chunks).enumerate() {
            self.subtract_target(row, own);
            for lanes in own {
                *lanes = lanes.map(|number| number * self.costs[row]);
            }
        }
    }

    /// Turns a direction of each row's scores into the change of its residual in that direction.
    pub(super) fn bend<const L: usize>(&self, probabilities: &[[f64; L]], scores: &mut [[f64; L]]) {
        let rows = probabilities
            .chunks_exact(self.chunks)
            .zip(scores.chunks_exact_mut(self.chunks))
            .zip(&self.costs);
        for ((probabilities, scores), cost) in rows {
            if self.outputs == 1 {
                let probability = probabilities[0][0];
                scores[0][0] *= cost * probability * (1.0 - probability);
                continue;
            }
            let mut mean = [0.0; L];
            for (probability, score) in probabilities.iter().zip(&*scores) {
                for lane in 0..L {
                    mean[lane] += probability[lane] * score[lane];
                }
            }
            let mean: f64 = mean.into_iter().sum();
            for (probability, score) in probabilities.iter().zip(scores) {
                for lane in 0..L {
                    score[lane] = cost * probability[lane] * (score[lane] - mean);
                }
            }
        }
    }

    /// The sum over the rows of what each has, times its numbers in each column; and without
    /// those, for the intercepts.
    pub(super) fn gather<const L: usize>(
        &self,
        rows: &[[f64; L]],
        squared: bool,
        out: &mut [[f64; L]],
    ) {
        out.fill([0.0; L]);
        let (columns, intercepts) = out.split_at_mut(self.intercepts_at());
        let blocks: Vec<_> =
            columns.chunks_mut(COLUMNS_PER_BLOCK * self.chunks).enumerate().collect();
        in_order(blocks, self.threads(L), |(block, out)| {
            self.x.gather(block * COLUMNS_PER_BLOCK, rows, self.chunks, squared, out);
        });
        if self.intercept {
            for numbers in rows.chunks_exact(self.chunks) {
                for (sum, number) in intercepts.iter_mut().zip(numbers) {
                    add_product(sum, 1.0, number);
                }
            }
        }
    }
}

/// Works on items on as many threads and returns the results in order.
pub(in super::super) fn in_order<I: Send, R: Send>(
    items: Vec<I>,
    threads: usize,
    work: impl Fn(I) -> R + Sync,
) -> Vec<R> {
    if threads <= 1 || items.len() <= 1 {
        return items.into_iter().map(work).collect();
    }
    let count = items.len();
    let threads = threads.min(count);
    let work = &work;
    let mut items = items.into_iter();
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                let share = (thread + 1) * count / threads - thread * count / threads;
                let part: Vec<I> = items.by_ref().take(share).collect();
                scope.spawn(move || part.into_iter().map(work).collect::<Vec<R>>())
            })
            .collect();
        handles
            .into_iter()
            .flat_map(|handle| {
                handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
