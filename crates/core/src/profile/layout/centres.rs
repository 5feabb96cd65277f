//! Where vectors gather: spherical k-means, the same for the same rows.

use crate::random::Random;

/// How often centres move at most.
const ROUNDS: usize = 10;

/// The sum of products, eight at a time: the same on every machine, and fast on all.
pub(in crate::profile) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (ones, rest) = one.as_chunks::<8>();
    let (others, other_rest) = other.as_chunks::<8>();
    for (one, other) in ones.iter().zip(others) {
        for lane in 0..8 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    let rest: f32 = rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    let (low, high) = sums.split_at(4);
    let [first, second, third, fourth] = std::array::from_fn(|lane| low[lane] + high[lane]);
    (first + third) + (second + fourth) + rest
}

pub(super) fn length(vector: &[f32]) -> f32 {
    dot(vector, vector).sqrt()
}

/// The centre that is nearest to a vector, and 1 − cos of the angle between both.
pub(in crate::profile) fn nearest(centres: &[f32], vector: &[f32]) -> (usize, f64) {
    let mut best = (0, f32::NEG_INFINITY);
    for (place, centre) in centres.chunks_exact(vector.len()).enumerate() {
        let product = dot(centre, vector);
        if product > best.1 {
            best = (place, product);
        }
    }
    let length = length(vector);
    let cosine = if length > 0.0 { f64::from(best.1) / f64::from(length) } else { 0.0 };
    (best.0, 1.0 - cosine.clamp(-1.0, 1.0))
}

/// Centres of unit length, as many as asked for if there are so many different rows.
pub(super) fn find(rows: &[&[f32]], dimensions: usize, count: usize) -> Vec<f32> {
    let mut random = Random::new(0);
    let mut centres: Vec<f32> = Vec::new();
    // k-means++: each next centre is a row, the likelier the farther it is from those before.
    let mut farness = vec![1.0_f64; rows.len()];
    for _ in 0..count.min(rows.len()) {
        let total: f64 = farness.iter().sum();
        if total <= 1e-9 {
            break;
        }
        let mut left = random.unit() * total;
        let chosen = farness.iter().position(|far| {
            left -= far;
            left < 0.0
        });
        let chosen = chosen.unwrap_or(rows.len() - 1);
        let scale = 1.0 / length(rows[chosen]);
        centres.extend(rows[chosen].iter().map(|number| number * scale));
        let newest = &centres[centres.len() - dimensions..];
        for (far, row) in farness.iter_mut().zip(rows) {
            let cosine = f64::from(dot(newest, row)) / f64::from(length(row));
            *far = far.min((1.0 - cosine).max(0.0));
        }
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0_f64; centres.len()];
        for row in rows {
            let (place, _) = nearest(&centres, row);
            let scale = 1.0 / f64::from(length(row));
            let own = &mut sums[place * dimensions..(place + 1) * dimensions];
            own.iter_mut().zip(*row).for_each(|(sum, one)| *sum += f64::from(*one) * scale);
        }
        let mut moved = false;
        for (centre, sum) in centres.chunks_exact_mut(dimensions).zip(sums.chunks_exact(dimensions))
        {
            let length = sum.iter().map(|one| one * one).sum::<f64>().sqrt();
            if length > 0.0 {
                for (number, sum) in centre.iter_mut().zip(sum) {
                    let next = (sum / length) as f32;
                    moved |= (next - *number).abs() > 1e-4;
                    *number = next;
                }
            }
        }
        if !moved {
            break;
        }
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_gather_where_they_are() {
        let rows: Vec<Vec<f32>> = (0..60_u8)
            .map(|row| {
                let wobble = f32::from(row % 7) * 0.01;
                if row % 2 == 0 { vec![1.0, wobble, 0.0] } else { vec![0.0, wobble, 2.0] }
            })
            .collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let centres = find(&rows, 3, 2);
        assert_eq!(centres.len(), 6);
        let (one, near) = nearest(&centres, &[1.0, 0.0, 0.0]);
        let (other, far) = nearest(&centres, &[0.0, 0.0, 5.0]);
        assert!(one != other && near < 0.01 && far < 0.01);
        assert!((nearest(&centres, &[-1.0, 0.0, -1.0]).1) > 1.0);
        assert_eq!(find(&rows[..1], 3, 2).len(), 3);
        assert!(find(&[], 3, 2).is_empty());
    }
}
