//! Linear maps, in each of the ways weights are stored.

use std::borrow::Cow;

use super::{graph::Graph, proto::AttributeProto, proto::ElementType};
use crate::{Result, onnx::Weights};

/// A matrix that rows of values are multiplied by: `inputs` rows of `outputs` columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) values: Vec<f32>,
}

impl Matrix {
    /// Turns a matrix that is stored with one row for each output.
    pub(super) fn from_rows_of_outputs(inputs: usize, outputs: usize, rows: &[f32]) -> Self {
        // Whole blocks at a time: a column at a time would touch a new cache line for each value.
        const BLOCK: usize = 32;
        let mut values = vec![0.0; rows.len()];
        for first_output in (0..outputs).step_by(BLOCK) {
            for first_input in (0..inputs).step_by(BLOCK) {
                for output in first_output..(first_output + BLOCK).min(outputs) {
                    for input in first_input..(first_input + BLOCK).min(inputs) {
                        values[input * outputs + output] = rows[output * inputs + input];
                    }
                }
            }
        }
        Self { inputs, outputs, values }
    }

    /// Adds the product of one row of values and the matrix to `row`.
    pub(super) fn add_product(&self, values: &[f32], row: &mut [f32]) {
        let mut sums: Vec<f64> = row.iter().copied().map(f64::from).collect();
        for (&value, weights) in values.iter().zip(self.values.chunks_exact(self.outputs)) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += f64::from(value) * f64::from(weight);
            }
        }
        for (value, sum) in row.iter_mut().zip(sums) {
            *value = sum as f32;
        }
    }

    /// Multiplies everything by a number.
    pub(super) fn scaled(mut self, factor: f32) -> Self {
        for value in &mut self.values {
            *value *= factor;
        }
        self
    }
}

/// The names of a quantised value, and of what makes it the value again:
/// `(value - zero_point) * step * rows`, where `rows` has one number for each row.
#[derive(Debug, Clone)]
pub(super) struct Quantized {
    value: String,
    zero_point: String,
    step: String,
    rows: String,
}

/// What the numbers of a value can be, as far as it is known before they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Range {
    /// Anything.
    Any,
    /// At least this, which is 0 or a small number below.
    AtLeast(f32),
}

impl Range {
    /// The byte that stands for 0, and the smallest that the largest number of a row counts as.
    fn zero_point(self) -> (u8, f32) {
        match self {
            Self::Any => (128, SMALLEST_SCALE),
            Self::AtLeast(lowest) if lowest < 0.0 => {
                // Of 256 bytes 32 are enough for the few small numbers below 0.
                let zero_point = 32;
                (zero_point, -lowest * f32::from(u8::MAX - zero_point) / f32::from(zero_point))
            }
            Self::AtLeast(_) => (0, SMALLEST_SCALE),
        }
    }
}

/// The largest whole number of a weight.
const LARGEST: f32 = 127.0;
/// CPUs without VNNI add two products of an activation, at most 255, and a weight in 16 bits.
/// So two weights above each other must not sum to more than this, with half a step for the
/// rounding of each.
const LARGEST_PAIR: f32 = 127.0;
const WEIGHT_ZERO_POINT: &str = "quantize.weight_zero_point";
/// A row of zeros is divided by this instead of by 0.
const SMALLEST_SCALE: f32 = 1e-20;

impl Graph {
    /// Adds `x · matrix`, quantised if the graph is; `name` is what the weights are called.
    pub(super) fn linear(
        &mut self,
        name: &str,
        x: &str,
        matrix: &Matrix,
        range: Range,
    ) -> Result<String> {
        if self.weights() == Weights::Int8 {
            self.quantized_linear(name, x, matrix, range)
        } else {
            self.exact_linear(name, x, matrix)
        }
    }

    /// Adds `x · matrix`, never quantised: for small maps that much depends on.
    pub(super) fn exact_linear(&mut self, name: &str, x: &str, matrix: &Matrix) -> Result<String> {
        let shape = [matrix.inputs, matrix.outputs];
        let weight = self.floats(format!("{name}.weight"), &shape, &matrix.values)?;
        Ok(self.node("MatMul", format!("{name}.product"), &[x, &weight], []))
    }

    /// Adds what a linear map adds to its product.
    pub(super) fn add_bias(&mut self, name: &str, product: &str, bias: &[f32]) -> Result<String> {
        let bias = self.floats(format!("{name}.bias"), &[bias.len()], bias)?;
        Ok(self.node("Add", format!("{name}.sum"), &[product, &bias], []))
    }

    fn quantized_linear(
        &mut self,
        name: &str,
        x: &str,
        matrix: &Matrix,
        range: Range,
    ) -> Result<String> {
        let (x, matrix) = &self.smooth(x, matrix)?;
        let (bytes, scales) = quantize_columns(matrix);
        let shape = [matrix.inputs, matrix.outputs];
        let weight = self.bytes(format!("{name}.weight"), ElementType::Int8, &shape, &bytes)?;
        let scales = self.floats(format!("{name}.scales"), &[matrix.outputs], &scales)?;
        let Quantized { value, zero_point, step, rows } = self.quantize(x, range)?;
        let inputs = [&value, &weight, &step, &scales, &zero_point, WEIGHT_ZERO_POINT];
        let unit = self.runtime_node("MatMulIntegerToFloat", format!("{name}.unit"), &inputs, []);
        Ok(self.node("Mul", format!("{name}.product"), &[&unit, &rows], []))
    }

    /// Divides each channel of a value by a factor, and multiplies its weights by the same, where it
    /// is known how large the channels get: the product stays, and what is quantised is more alike.
    fn smooth<'a>(&mut self, x: &str, matrix: &'a Matrix) -> Result<(String, Cow<'a, Matrix>)> {
        let Some(sizes) = self.channel_sizes.get(x) else {
            return Ok((x.to_owned(), Cow::Borrowed(matrix)));
        };
        let factors = smoothing(sizes);
        let mut matrix = matrix.clone();
        for (row, factor) in matrix.values.chunks_exact_mut(matrix.outputs).zip(&factors) {
            for weight in row {
                *weight *= factor;
            }
        }
        let smooth = format!("{x}.smooth");
        if !self.quantized.contains_key(&smooth) {
            let inverse: Vec<_> = factors.iter().map(|factor| factor.recip()).collect();
            let inverse = self.floats(format!("{x}.smoothing"), &[inverse.len()], &inverse)?;
            self.node("Mul", smooth.clone(), &[x, &inverse], []);
        }
        Ok((smooth, Cow::Owned(matrix)))
    }

    /// Quantises a value row by row, so that what a row becomes depends on no other row.
    fn quantize(&mut self, x: &str, range: Range) -> Result<Quantized> {
        if let Some(quantized) = self.quantized.get(x) {
            return Ok(quantized.clone());
        }
        if self.quantized.is_empty() {
            self.bytes(WEIGHT_ZERO_POINT, ElementType::Int8, &[], &[0])?;
        }
        let (zero, smallest_row) = range.zero_point();
        let constant = |part: &str| format!("quantize.{part}.{zero}");
        let [step, zero_point, smallest] = ["step", "zero_point", "smallest"].map(constant);
        if self.quantized.values().all(|known| known.zero_point != zero_point) {
            // The largest number of a row stands for as many steps as there are above the zero.
            let steps = f32::from(u8::MAX - zero);
            self.floats(&step, &[], &[1.0 / steps])?;
            self.bytes(&zero_point, ElementType::Uint8, &[], &[zero])?;
            self.floats(&smallest, &[], &[smallest_row])?;
        }
        let axes = [AttributeProto::ints("axes", &[-1])];
        let size = match range {
            Range::Any => self.node("Abs", format!("{x}.size"), &[x], []),
            Range::AtLeast(_) => x.to_owned(),
        };
        let largest = self.node("ReduceMax", format!("{x}.largest"), &[&size], axes);
        let rows = self.node("Max", format!("{x}.rows"), &[&largest, &smallest], []);
        let unit = self.node("Div", format!("{x}.unit"), &[x, &rows], []);
        let value =
            self.node("QuantizeLinear", format!("{x}.quantized"), &[&unit, &step, &zero_point], []);
        let quantized = Quantized { value, zero_point, step, rows };
        self.quantized.insert(x.to_owned(), quantized.clone());
        Ok(quantized)
    }

    /// Looks up the rows of a table, whose rows are quantised if the graph is.
    pub(super) fn lookup(&mut self, name: &str, table: &Matrix, ids: &str) -> Result<String> {
        let shape = [table.inputs, table.outputs];
        if self.weights() != Weights::Int8 {
            let table = self.floats(format!("{name}.table"), &shape, &table.values)?;
            return Ok(self.node("Gather", format!("{name}.rows"), &[&table, ids], []));
        }
        let (bytes, scales) = quantize_rows(table);
        let table = self.bytes(format!("{name}.table"), ElementType::Int8, &shape, &bytes)?;
        let scales = self.floats(format!("{name}.scales"), &[shape[0], 1], &scales)?;
        let rows = self.node("Gather", format!("{name}.bytes"), &[&table, ids], []);
        let rows = self.cast(format!("{name}.unit"), &rows, ElementType::Float);
        let scales = self.node("Gather", format!("{name}.row_scales"), &[&scales, ids], []);
        Ok(self.node("Mul", format!("{name}.rows"), &[&rows, &scales], []))
    }
}

/// What each channel is divided by: the root of how much larger it gets than the middle one.
fn smoothing(sizes: &[f32]) -> Vec<f32> {
    let mut sorted = sizes.to_vec();
    sorted.sort_by(f32::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0).max(SMALLEST_SCALE);
    sizes.iter().map(|size| (size / middle).clamp(0.01, 1e4).sqrt()).collect()
}

/// Whole numbers for each value, and for each column what they are multiplied by to get it back.
fn quantize_columns(matrix: &Matrix) -> (Vec<u8>, Vec<f32>) {
    let mut scales = vec![SMALLEST_SCALE; matrix.outputs];
    for pair in matrix.values.chunks(2 * matrix.outputs) {
        let (above, below) = pair.split_at(matrix.outputs);
        for (column, scale) in scales.iter_mut().enumerate() {
            let above = above[column];
            // The last row of an odd number has nothing below it.
            let below = below.get(column).copied().unwrap_or(0.0);
            let sum = (above.max(0.0) + below.max(0.0)).max(-above.min(0.0) - below.min(0.0));
            *scale = scale.max(above.abs().max(below.abs()) / LARGEST).max(sum / LARGEST_PAIR);
        }
    }
    let rows = matrix.values.chunks_exact(matrix.outputs);
    let bytes =
        rows.flat_map(|row| row.iter().zip(&scales).map(|(&value, &scale)| whole(value / scale)));
    (bytes.collect(), scales)
}

/// Whole numbers for each value, and for each row what they are multiplied by to get it back.
fn quantize_rows(matrix: &Matrix) -> (Vec<u8>, Vec<f32>) {
    let rows = || matrix.values.chunks_exact(matrix.outputs);
    let scale = |row: &[f32]| {
        row.iter().fold(SMALLEST_SCALE, |largest, value| largest.max(value.abs())) / LARGEST
    };
    let scales: Vec<_> = rows().map(scale).collect();
    let bytes = rows()
        .zip(&scales)
        .flat_map(|(row, &scale)| row.iter().map(move |&value| whole(value / scale)));
    (bytes.collect(), scales)
}

/// The nearest whole number, as it is stored.
fn whole(value: f32) -> u8 {
    (value.round_ties_even() as i8).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_are_turned() {
        let rows: Vec<_> = (0..70 * 33).map(|value| value as f32).collect();
        let matrix = Matrix::from_rows_of_outputs(33, 70, &rows);
        assert_eq!((matrix.inputs, matrix.outputs), (33, 70));
        let turned: Vec<_> =
            (0..33).flat_map(|input| rows.iter().copied().skip(input).step_by(33)).collect();
        assert_eq!(matrix.values, turned);
    }

    #[test]
    fn large_channels_are_divided_and_small_ones_multiplied() {
        let factors = smoothing(&[1.0, 16.0, 0.25, 1.0, 0.0, 1e9]);
        assert_eq!(factors, [1.0, 4.0, 0.5, 1.0, 0.1, 100.0]);
        assert_eq!(smoothing(&[0.0, 0.0]), [0.1, 0.1]);
    }

    #[test]
    fn most_bytes_stand_for_what_is_above_zero() {
        assert_eq!(Range::Any.zero_point().0, 128);
        assert_eq!(Range::AtLeast(0.0).zero_point().0, 0);
        let (zero_point, smallest) = Range::AtLeast(-0.17).zero_point();
        // The lowest number in the row with the smallest scale is the lowest byte.
        assert_eq!(zero_point, 32);
        assert!((-0.17 / smallest * 223.0 + 32.0).abs() < 1e-3);
    }

    fn signed(bytes: &[u8]) -> Vec<i8> {
        bytes.iter().map(|byte| byte.cast_signed()).collect()
    }

    #[test]
    fn columns_are_quantized_on_their_own() {
        let values = vec![1.0, 0.0, 1.0, -2.0, 0.0, 1.0, 0.5, 0.0, 1.0];
        let (bytes, scales) = quantize_columns(&Matrix { inputs: 3, outputs: 3, values });
        // In the last column two weights of one sign must share what 16 bits can hold.
        assert_eq!(signed(&bytes), [64, 0, 64, -127, 0, 64, 32, 0, 64]);
        assert!((scales[0] * 127.0 - 2.0).abs() < 1e-6);
    }

    #[test]
    fn no_pair_of_weights_overflows_16_bits() {
        let values = (0..64 * 7u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 1e6 - 8.0)
            .collect();
        let (bytes, _) = quantize_columns(&Matrix { inputs: 64, outputs: 7, values });
        let weights = signed(&bytes);
        for pair in weights.chunks_exact(14) {
            for column in 0..7 {
                let (above, below) = (i32::from(pair[column]), i32::from(pair[column + 7]));
                assert!((above.max(0) + below.max(0)) * 255 <= i32::from(i16::MAX));
                assert!((above.min(0) + below.min(0)) * 255 >= i32::from(i16::MIN));
            }
        }
    }

    #[test]
    fn rows_are_quantized_on_their_own() {
        let (bytes, scales) =
            quantize_rows(&Matrix { inputs: 2, outputs: 2, values: vec![1.0, -2.0, 0.0, 0.0] });
        assert_eq!(signed(&bytes), [64, -127, 0, 0]);
        assert!((scales[0] * 127.0 - 2.0).abs() < 1e-6);
    }

    #[test]
    fn the_bias_of_values_goes_through_the_next_map() {
        let matrix = Matrix { inputs: 2, outputs: 2, values: vec![1.0, 2.0, 3.0, 4.0] };
        let mut row = [10.0, 20.0];
        matrix.add_product(&[1.0, -1.0], &mut row);
        assert!((row[0] - 8.0f32).abs() < 1e-6 && (row[1] - 18.0f32).abs() < 1e-6, "{row:?}");
    }
}
