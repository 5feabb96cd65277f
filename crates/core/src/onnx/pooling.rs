//! From the vectors of the tokens to one vector for the text.

use super::Pooling;

/// Appends one row of `width` numbers for each sequence. A graph that answers one
/// row a sequence is taken as it is; of one row a token, `pooling` makes one.
pub(super) fn rows(
    shape: &[i64],
    numbers: &[f32],
    sequences: &[&[u32]],
    pooling: Option<Pooling>,
    width: usize,
    rows: &mut Vec<f32>,
) -> Result<(), String> {
    let dimensions: Vec<usize> =
        shape.iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect();
    match (dimensions.as_slice(), pooling) {
        ([texts, columns], _) if *texts == sequences.len() && *columns == width => {
            rows.extend_from_slice(numbers);
            Ok(())
        }
        ([texts, tokens, columns], Some(pooling))
            if *texts == sequences.len()
                && *columns == width
                && sequences.iter().all(|sequence| sequence.len() <= *tokens) =>
        {
            rows.reserve(texts * width);
            for (text, sequence) in sequences.iter().enumerate() {
                let start = text * tokens * width;
                pool(&numbers[start..start + sequence.len() * width], width, pooling, rows);
            }
            Ok(())
        }
        _ => Err(format!(
            "has the shape {dimensions:?} for {} texts and {width} columns",
            sequences.len()
        )),
    }
}

/// Appends the pooled vector of the tokens in `vectors`, of which there is at least one.
fn pool(vectors: &[f32], width: usize, pooling: Pooling, rows: &mut Vec<f32>) {
    let start = rows.len();
    rows.extend_from_slice(&vectors[..width]);
    let row = &mut rows[start..];
    let rest = vectors[width..].chunks_exact(width);
    match pooling {
        Pooling::Cls => {}
        Pooling::Mean => {
            for vector in rest {
                row.iter_mut().zip(vector).for_each(|(sum, number)| *sum += number);
            }
            let tokens = (vectors.len() / width) as f32;
            for sum in row {
                *sum /= tokens;
            }
        }
        Pooling::Max => {
            for vector in rest {
                row.iter_mut().zip(vector).for_each(|(most, number)| *most = most.max(*number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooled(pooling: Option<Pooling>) -> Result<Vec<f32>, String> {
        // Two texts of two and one tokens; what pads the second must not count.
        let numbers = [1.0, 2.0, 3.0, -4.0, 5.0, 6.0, 99.0, 99.0];
        let mut out = Vec::new();
        rows(&[2, 2, 2], &numbers, &[&[7, 8], &[9]], pooling, 2, &mut out)?;
        Ok(out)
    }

    #[test]
    fn padding_does_not_count() {
        assert_eq!(pooled(Some(Pooling::Mean)).unwrap(), [2.0, -1.0, 5.0, 6.0]);
        assert_eq!(pooled(Some(Pooling::Max)).unwrap(), [3.0, 2.0, 5.0, 6.0]);
        assert_eq!(pooled(Some(Pooling::Cls)).unwrap(), [1.0, 2.0, 5.0, 6.0]);
        assert!(pooled(None).unwrap_err().contains("[2, 2, 2]"));
    }

    #[test]
    fn rows_are_taken_as_they_are() {
        let mut out = Vec::new();
        rows(&[2, 1], &[1.0, 2.0], &[&[1], &[2]], None, 1, &mut out).unwrap();
        assert_eq!(out, [1.0, 2.0]);
        assert!(rows(&[1, 1], &[1.0], &[&[1], &[2]], None, 1, &mut out).is_err());
    }
}
