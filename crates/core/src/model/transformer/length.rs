//! Vectors of length 1.

/// Scales a vector to length 1; one without a length stays as it is.
pub(in crate::model) fn to_length_one(vector: &mut [f32]) {
    let square: f64 = vector.iter().map(|number| f64::from(*number).powi(2)).sum();
    let length = square.sqrt();
    if length > 0.0 {
        for number in vector {
            *number = (f64::from(*number) / length) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "these numbers are exact")]

    use super::*;

    #[test]
    fn vectors_get_length_one_unless_they_have_none() {
        let mut vector = [3.0, 4.0];
        to_length_one(&mut vector);
        assert_eq!(vector, [0.6, 0.8]);
        let mut zero = [0.0, 0.0];
        to_length_one(&mut zero);
        assert_eq!(zero, [0.0, 0.0]);
        let mut huge = [1e30_f32, 0.0];
        to_length_one(&mut huge);
        assert_eq!(huge, [1.0, 0.0]);
    }
}
